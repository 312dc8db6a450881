//! Tests of request objects, valid and invalid.

use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::oauth::client_authentication::tests::client;

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const ISSUER: &str = "https://login.example.org";

fn at(seconds: i64) -> Value {
    json!(NOW.unix_timestamp() + seconds)
}

fn claims(changes: &[(&str, Value)]) -> Claims {
    let mut claims = json!({
        "client_id": "orders", "aud": ISSUER, "response_type": "code", "scope": "openid", "state": "inside"
    });
    for (name, value) in changes {
        claims[*name] = value.clone();
    }
    Claims::new(claims.as_object().unwrap().clone())
}

fn judge(typ: Option<&str>, claims: &Claims, plain: &str) -> Result<Parameters, RequestObjectRefusal> {
    let issuer = Issuer::parse(ISSUER).unwrap();
    accept(&client(), (typ, claims), &Parameters::parse(plain).unwrap(), (&issuer, NOW))
}

fn refusal(changes: &[(&str, Value)]) -> Option<RequestObjectRefusal> {
    judge(None, &claims(changes), "client_id=orders").err()
}

// RFC 9101 §6.3
#[test]
fn the_parameters_inside_count_and_no_others() {
    let plain = "client_id=orders&response_type=code&scope=openid+email&state=outside&nonce=outside&max_age=1";
    let counted = judge(None, &claims(&[("max_age", json!(60))]), plain).unwrap();
    for (name, expected) in [
        ("client_id", Some("orders")),
        ("state", Some("inside")),
        ("scope", Some("openid")),
        ("max_age", Some("60")),
        ("nonce", None),
    ] {
        assert_eq!(counted.one(name), Ok(expected), "{name}");
    }
    // "state-only-outside-request-object-not-used" of the conformance suite
    let without = Claims::new(json!({"client_id": "orders", "aud": ISSUER}).as_object().unwrap().clone());
    let counted = judge(None, &without, plain).unwrap();
    assert_eq!(counted.one("state"), Ok(None));
    // OpenID Connect Core §6.1
    assert_eq!(counted.one("scope"), Ok(Some("openid email")));
    assert_eq!(counted.one("response_type"), Ok(Some("code")));
}

#[test]
fn what_stands_inside_and_next_to_is_the_same() {
    let other = judge(None, &claims(&[]), "client_id=orders&response_type=token");
    assert_eq!(other.err(), Some(RequestObjectRefusal::OtherResponseType));
    assert_eq!(refusal(&[("client_id", json!("other"))]), Some(RequestObjectRefusal::OtherClient));
    assert_eq!(refusal(&[("client_id", json!(1))]), Some(JwtRefusal::MalformedClaim("client_id").into()));
    let no_one = Claims::new(json!({"response_type": "code"}).as_object().unwrap().clone());
    let refusal = judge(None, &no_one, "client_id=orders").err();
    assert_eq!(refusal, Some(JwtRefusal::MissingClaim("client_id").into()));
}

// RFC 9101 §4 and FAPI 2.0 Message Signing §5.3.1: an object without `aud` would be valid at any server.
#[test]
fn an_object_names_the_server_that_it_is_for() {
    let mut without = claims(&[]).as_map().clone();
    without.remove("aud");
    let refusal = judge(None, &Claims::new(without), "client_id=orders").err();
    assert_eq!(refusal, Some(RequestObjectRefusal::Audience));
    assert!(judge(None, &claims(&[]), "client_id=orders").is_ok());
}

#[test]
fn the_claims_of_the_jwt_are_checked_if_they_are_there() {
    for (name, value, expected) in [
        ("iss", json!("orders"), None),
        ("iss", json!("other"), Some(RequestObjectRefusal::OtherClient)),
        ("aud", json!(ISSUER), None),
        ("aud", json!([ISSUER, "https://other.example"]), None),
        ("aud", json!("https://other.example"), Some(RequestObjectRefusal::Audience)),
        ("aud", json!([]), Some(JwtRefusal::MalformedClaim("aud").into())),
        ("exp", at(1), None),
        ("exp", at(0), Some(RequestObjectRefusal::Expired)),
        ("exp", json!("soon"), Some(JwtRefusal::MalformedClaim("exp").into())),
        ("exp", json!(1e30), Some(JwtRefusal::MalformedClaim("exp").into())),
        ("nbf", at(8), None),
        ("nbf", at(30), None),
        ("nbf", at(31), Some(RequestObjectRefusal::NotYetValid)),
        ("nbf", at(61), Some(RequestObjectRefusal::NotYetValid)),
        ("sub", json!("someone"), None),
        ("sub", json!("orders"), Some(RequestObjectRefusal::OtherKind)),
        ("request", json!("a.b.c"), Some(RequestObjectRefusal::Nested)),
        ("request_uri", json!("urn:x"), Some(RequestObjectRefusal::Nested)),
    ] {
        assert_eq!(refusal(&[(name, value.clone())]), expected, "{name} {value}");
    }
}

#[test]
fn a_jwt_of_another_kind_is_no_request() {
    let of = |typ| judge(Some(typ), &claims(&[]), "client_id=orders").err();
    for typ in ["JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"] {
        assert_eq!(of(typ), None, "{typ}");
    }
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt", "", "text/jwt"] {
        assert_eq!(of(typ), Some(RequestObjectRefusal::OtherKind), "{typ}");
    }
}

#[test]
fn a_parameter_is_a_text_or_what_its_specification_says() {
    let read = |name: &str, value: Value| {
        judge(None, &claims(&[(name, value)]), "client_id=orders")
            .map(|counted| counted.many(name).map(ToOwned::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(read("max_age", json!(0)).unwrap(), ["0"]);
    assert_eq!(read("max_age", json!(-1)).unwrap(), ["-1"]);
    assert_eq!(read("max_age", json!(u64::MAX)).unwrap(), ["18446744073709551615"]);
    assert_eq!(read("claims", json!({"userinfo": {}})).unwrap(), [r#"{"userinfo":{}}"#]);
    assert_eq!(read("resource", json!(["https://a.example", "https://b.example"])).unwrap().len(), 2);
    assert!(read("nonce", json!("")).unwrap().is_empty());
    for (name, value) in
        [("nonce", json!(null)), ("nonce", json!(["a"])), ("max_age", json!(1.5)), ("resource", json!([1]))]
    {
        assert_eq!(read(name, value.clone()).unwrap_err(), RequestObjectRefusal::Parameter, "{name} {value}");
    }
}

#[test]
fn an_object_is_named_by_value_or_by_reference() {
    let parse = |query: &str| Parameters::parse(query).unwrap();
    assert_eq!(named(&parse("a=b")), Ok(None));
    assert_eq!(named(&parse("request=x")), Ok(Some(NamedObject::Value("x"))));
    assert_eq!(named(&parse("request_uri=x")), Ok(Some(NamedObject::Reference("x"))));
    assert_eq!(named(&parse("request=x&request_uri=y")), Err(RequestObjectRefusal::TwoObjects));
    assert!(matches!(named(&parse("request=x&request=x")), Err(RequestObjectRefusal::Malformed(_))));
}

// OpenID Connect Core §6.2
#[test]
fn a_reference_is_a_registered_one_whatever_its_fragment() {
    let mut client = client();
    client.metadata.openid.request_uris = vec!["https://app.example.org/request#old".to_owned()];
    for uri in ["https://app.example.org/request", "https://app.example.org/request#new"] {
        assert_eq!(registered_reference(&client, uri), Ok("https://app.example.org/request"), "{uri}");
    }
    for uri in [
        "https://app.example.org/request?x",
        "https://app.example.org/request/",
        "https://app.example.org/",
        "https://evil.example/#https://app.example.org/request",
        "",
        "urn:x",
    ] {
        assert_eq!(registered_reference(&client, uri), Err(RequestObjectRefusal::ReferenceNotRegistered), "{uri}");
    }
}

#[test]
fn the_registered_algorithm_is_the_only_one() {
    let mut client = client();
    assert!(Algorithm::ALL.into_iter().all(|algorithm| permit(&client, algorithm).is_ok()));
    client.metadata.openid.request_object_signing_alg = Some(Algorithm::Ps256);
    assert_eq!(permit(&client, Algorithm::Ps256), Ok(()));
    assert_eq!(permit(&client, Algorithm::Rs256), Err(RequestObjectRefusal::OtherAlgorithm));
}

// Where to send the answer has to be known although something else is wrong.
#[test]
fn of_an_object_with_a_wrong_parameter_the_others_can_be_read() {
    let claims = claims(&[("nonce", json!(["a"])), ("max_age", json!(60)), ("iss", json!("orders"))]);
    let read = readable(&claims);
    let mut pairs: Vec<_> = read.pairs().collect();
    pairs.sort_unstable();
    let expected = [
        ("client_id", "orders"),
        ("max_age", "60"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "inside"),
    ];
    assert_eq!(pairs, expected);
}

// RFC 9101 §6, OpenID Connect Core §3.1.2.6 and RFC 6749 §4.1.2.1
#[test]
fn each_refusal_has_its_code_and_a_description_of_permitted_characters() {
    use RequestObjectRefusal as R;
    for (refusal, code, told) in [
        (R::Malformed(MalformedParameters::Repeated("\"".to_owned())), "invalid_request", "repeated"),
        (R::TwoObjects, "invalid_request", "cannot be combined"),
        (R::ReferenceNotSupported, "request_uri_not_supported", "not supported"),
        (R::ReferenceNotRegistered, "invalid_request_uri", "not registered this request_uri"),
        (R::Unfetchable, "invalid_request_uri", "cannot be fetched"),
        (R::Jwt(JwtRefusal::MissingClaim("client_id")), "invalid_request_object", "a claim of the request object"),
        (R::Jwt(JwtRefusal::WrongSignature), "invalid_request_object", "not a JWT signed with a registered key"),
        (R::NoKeys, "invalid_request_object", "no keys"),
        (R::OtherAlgorithm, "invalid_request_object", "registered algorithm"),
        (R::OtherKind, "invalid_request_object", "typ"),
        (R::OtherClient, "invalid_request_object", "client_id and iss"),
        (R::OtherResponseType, "invalid_request_object", "response_type"),
        (R::Audience, "invalid_request_object", "aud"),
        (R::Expired, "invalid_request_object", "expired"),
        (R::NotYetValid, "invalid_request_object", "nbf"),
        (R::Nested, "invalid_request_object", "must not contain"),
        (R::Parameter, "invalid_request_object", "an invalid value"),
    ] {
        let description = refusal.description();
        assert_eq!(refusal.code(), code, "{refusal:?}");
        assert!(description.contains(told), "{refusal:?}: {description}");
        assert!(
            description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)),
            "{description}"
        );
    }
}
