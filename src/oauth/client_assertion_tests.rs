//! Tests of client assertions, valid and invalid.

use serde_json::{Value, json};
use time::macros::datetime;

use super::*;
use crate::oauth::{client_authentication::tests::client, openid_metadata::Hs256};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const ISSUER: &str = "https://login.example.org";

fn key_holder() -> Client {
    let mut client = client();
    client.secrets.clear();
    client.metadata.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
    client
}

fn at(seconds: i64) -> Value {
    json!(NOW.unix_timestamp() + seconds)
}

fn claims(changes: &[(&str, Value)]) -> Claims {
    let mut claims = json!({"iss": "orders", "sub": "orders", "aud": ISSUER, "exp": at(60), "iat": at(0), "jti": "j"});
    for (name, value) in changes {
        match value {
            // In these tables `null` stands for a missing claim.
            Value::Null => {
                claims.as_object_mut().unwrap().remove(*name);
            }
            value => claims[*name] = value.clone(),
        }
    }
    Claims::new(claims.as_object().unwrap().clone())
}

fn judge(client: Client, changes: &[(&str, Value)]) -> Result<AcceptedAssertion, AssertionRefusal> {
    let issuer = Issuer::parse(ISSUER).unwrap();
    accept(client, (None, &claims(changes)), Recipient { issuer: &issuer, now: NOW })
}

fn refusal(changes: &[(&str, Value)]) -> Option<AssertionRefusal> {
    judge(key_holder(), changes).err()
}

// RFC 7523 §3
#[test]
fn an_assertion_is_by_the_client_about_itself() {
    let accepted = judge(key_holder(), &[]).unwrap();
    assert_eq!((accepted.client_id().as_str(), accepted.expires_at), ("orders", NOW + Duration::MINUTE));
    for name in ["iss", "sub"] {
        assert_eq!(refusal(&[(name, json!("other"))]), Some(AssertionRefusal::OtherClient), "{name}");
        assert_eq!(refusal(&[(name, Value::Null)]), Some(JwtRefusal::MissingClaim(name).into()), "{name}");
        assert_eq!(refusal(&[(name, json!(["orders"]))]), Some(JwtRefusal::MalformedClaim(name).into()), "{name}");
    }
}

// FAPI 2.0 §5.3.2.1
#[test]
fn its_audience_is_the_issuer_as_a_string() {
    let endpoint = format!("{ISSUER}/token");
    // An audience that `token_endpoint_as_audience` would allow has a separate cause for the log.
    for aud in [json!([ISSUER]), json!(endpoint), json!([ISSUER, endpoint])] {
        assert_eq!(refusal(&[("aud", aud.clone())]), Some(AssertionRefusal::OlderAudience), "{aud}");
    }
    for aud in [
        json!([ISSUER, "https://evil.example"]),
        json!([endpoint, "https://evil.example"]),
        json!(format!("{ISSUER}/")),
        json!("https://evil.example"),
        json!(""),
    ] {
        assert_eq!(refusal(&[("aud", aud.clone())]), Some(AssertionRefusal::Audience), "{aud}");
    }
    assert_eq!(refusal(&[("aud", Value::Null)]), Some(JwtRefusal::MissingClaim("aud").into()));
    assert_eq!(refusal(&[("aud", json!([]))]), Some(JwtRefusal::MalformedClaim("aud").into()));
    assert_eq!(refusal(&[("aud", json!(1))]), Some(JwtRefusal::MalformedClaim("aud").into()));
    let mut older = key_holder();
    older.metadata.openid.token_endpoint_as_audience = true;
    for (aud, is_accepted) in [
        (json!(ISSUER), true),
        (json!(endpoint), true),
        (json!([ISSUER, endpoint]), true),
        (json!([endpoint, "https://evil.example"]), false),
        (json!(format!("{ISSUER}/userinfo")), false),
    ] {
        assert_eq!(judge(older.clone(), &[("aud", aud.clone())]).is_ok(), is_accepted, "{aud}");
    }
}

#[test]
fn it_lives_for_five_minutes_at_most() {
    for (exp, expected) in [
        (at(-300), Some(AssertionRefusal::Expired)),
        (at(0), Some(AssertionRefusal::Expired)),
        (at(1), None),
        (at(300), None),
        (at(330), None),
        (at(331), Some(AssertionRefusal::LivesTooLong)),
        (json!(1_u64 << 53), Some(AssertionRefusal::LivesTooLong)),
        (Value::Null, Some(JwtRefusal::MissingClaim("exp").into())),
        (json!("1893456060"), Some(JwtRefusal::MalformedClaim("exp").into())),
        (json!(-1), Some(JwtRefusal::MalformedClaim("exp").into())),
        (json!(1e30), Some(JwtRefusal::MalformedClaim("exp").into())),
        (json!(u64::MAX), Some(JwtRefusal::MalformedClaim("exp").into())),
    ] {
        assert_eq!(refusal(&[("exp", exp.clone())]), expected, "{exp}");
    }
}

// FAPI 2.0 §5.3.2.1
#[test]
fn a_clock_may_be_ten_seconds_ahead_and_not_sixty_one() {
    for name in ["nbf", "iat"] {
        // Between the two it is up to the server.
        let ahead = || Some(AssertionRefusal::NotYetValid);
        for (ahead, expected) in [(0, None), (8, None), (10, None), (30, None), (31, ahead()), (61, ahead())] {
            assert_eq!(refusal(&[(name, at(ahead))]), expected, "{name} {ahead}");
        }
        assert_eq!(refusal(&[(name, Value::Null)]), None, "{name}");
        assert_eq!(refusal(&[(name, json!("now"))]), Some(JwtRefusal::MalformedClaim(name).into()), "{name}");
    }
}

#[test]
fn it_has_an_identifier() {
    assert_eq!(refusal(&[("jti", Value::Null)]), Some(JwtRefusal::MissingClaim("jti").into()));
    for jti in [json!(""), json!(1), json!(["j"])] {
        assert_eq!(refusal(&[("jti", jti.clone())]), Some(JwtRefusal::MalformedClaim("jti").into()), "{jti}");
    }
}

#[test]
fn a_jwt_of_another_kind_authenticates_no_one() {
    let issuer = Issuer::parse(ISSUER).unwrap();
    let of = |typ: &str| accept(key_holder(), (Some(typ), &claims(&[])), Recipient { issuer: &issuer, now: NOW }).err();
    for typ in ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"] {
        assert_eq!(of(typ), None, "{typ}");
    }
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "statuslist+jwt", "", "text/jwt"] {
        assert_eq!(of(typ), Some(AssertionRefusal::OtherKind), "{typ}");
    }
    for parameter in ["response_type", "redirect_uri"] {
        assert_eq!(refusal(&[(parameter, json!("code"))]), Some(AssertionRefusal::OtherKind), "{parameter}");
    }
}

#[test]
fn what_is_registered_decides_what_verifies() {
    let with = |method, algorithm| {
        let mut client = key_holder();
        client.metadata.token_endpoint_auth_method = method;
        client.metadata.openid.token_endpoint_auth_signing_alg = algorithm;
        key_of(&client)
    };
    let (hs256, es256) =
        (Some(AssertionAlgorithm::Secret(Hs256::Hs256)), Some(AssertionAlgorithm::Key(Algorithm::Es256)));
    assert_eq!(with(AuthMethod::PrivateKeyJwt, None), Ok(AssertionKey::Private(None)));
    assert_eq!(with(AuthMethod::PrivateKeyJwt, es256), Ok(AssertionKey::Private(Some(Algorithm::Es256))));
    assert_eq!(with(AuthMethod::ClientSecretJwt, None), Ok(AssertionKey::Secret));
    assert_eq!(with(AuthMethod::ClientSecretJwt, hs256), Ok(AssertionKey::Secret));
    for (method, algorithm) in [
        (AuthMethod::PrivateKeyJwt, hs256),
        (AuthMethod::ClientSecretJwt, es256),
        (AuthMethod::ClientSecretBasic, None),
        (AuthMethod::ClientSecretPost, hs256),
        (AuthMethod::None, None),
    ] {
        assert_eq!(with(method, algorithm), Err(AssertionRefusal::OtherMethod), "{method:?}");
    }
}

#[test]
fn an_assertion_comes_with_its_type_and_with_no_other_credentials() {
    let find = |authorization, form: &str| {
        PresentedAssertion::find(authorization, &Parameters::parse(form).unwrap()).map(|found| found.is_some())
    };
    let both = format!("client_assertion_type={JWT_BEARER}&client_assertion=a.b.c");
    assert_eq!(find(None, &both), Ok(true));
    assert_eq!(find(None, "client_id=orders"), Ok(false));
    assert_eq!(find(Some("Basic eA"), &both), Err(TokenError::SeveralAuthMethods));
    assert_eq!(find(None, &format!("{both}&client_secret=x")), Err(TokenError::SeveralAuthMethods));
    assert_eq!(find(None, "client_assertion=a.b.c"), Err(MalformedParameters::Missing("client_assertion_type").into()));
    assert_eq!(
        find(None, &format!("client_assertion_type={JWT_BEARER}")),
        Err(MalformedParameters::Missing("client_assertion").into())
    );
    let saml = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer&client_assertion=x";
    assert_eq!(find(None, saml), Err(AssertionRefusal::UnknownType.into()));
}

// RFC 7521 §4.2
#[test]
fn the_client_id_next_to_it_names_the_same_client() {
    let named = |form: &str| {
        let form = format!("client_assertion_type={JWT_BEARER}&client_assertion=a.b.c{form}");
        let presented = PresentedAssertion::find(None, &Parameters::parse(&form).unwrap()).unwrap().unwrap();
        presented.client_id(&claims(&[])).map(|id| id.to_string())
    };
    assert_eq!(named("").as_deref(), Ok("orders"));
    assert_eq!(named("&client_id=orders").as_deref(), Ok("orders"));
    assert_eq!(named("&client_id=other"), Err(AssertionRefusal::OtherClient));
}
