use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::{Builder, FetchFault, TestIssuer, Verifier, VerifyRefusal};
use crate::{
    clock::Clock,
    crypto::sha256,
    jose::{Algorithm, JwkSet, JwtRefusal, PublicKey, SigningKey, TokenType},
    oauth::bearer::BearerError,
};

pub(super) const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
pub(super) const ISSUER: &str = "https://login.example.org";
pub(super) const ORDERS: &str = "https://api.orders.example";

pub(super) fn claims() -> Map<String, Value> {
    let claims = json!({
        "iss": ISSUER, "sub": "usr_a", "aud": [ORDERS, ISSUER], "client_id": "app", "jti": "j", "scope": "orders:read",
        "iat": NOW.unix_timestamp(), "exp": NOW.unix_timestamp() + 300, "plan": "gold",
    });
    claims.as_object().unwrap().clone()
}

pub(super) fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims();
    if value.is_null() {
        claims.remove(name)
    } else {
        claims.insert(name.to_owned(), value)
    };
    claims
}

pub(super) fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

fn keys(key: &SigningKey) -> JwkSet {
    JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()])
}

fn builder() -> Builder {
    Verifier::of(ISSUER, ORDERS).leeway(Duration::ZERO).clock(Clock::manual(NOW))
}

fn refusal(typ: TokenType, claims: &Map<String, Value>) -> VerifyRefusal {
    let key = key();
    let verifier = builder().with_keys(keys(&key)).unwrap();
    let token = key.sign(typ, claims).unwrap();
    verifier.verify(&token).err().unwrap_or_else(|| panic!("{claims:?} was accepted"))
}

#[test]
fn a_good_token_is_verified_offline() {
    let key = key();
    let verifier = builder().with_keys(keys(&key)).unwrap();
    let verified = verifier.verify(&key.sign(TokenType::AccessToken, &claims()).unwrap()).ok().unwrap();
    assert_eq!((verified.sub(), verified.client_id(), verified.jti()), ("usr_a", "app", "j"));
    assert!(verified.scope().contains("orders:read"));
    assert_eq!(verified.claim::<String>("plan").as_deref(), Some("gold"));
    assert_eq!(verified.expires_at(), NOW + Duration::minutes(5));
    assert_eq!(verifier.fetches(), 0);
}

#[test]
fn a_verified_token_is_remembered_unless_none_is_to_be() {
    for (remembered, is_found) in [(0, false), (1, true)] {
        let key = key();
        let verifier = builder().remember(remembered).with_keys(keys(&key)).unwrap();
        let token = key.sign(TokenType::AccessToken, &claims()).unwrap();
        verifier.verify(&token).unwrap();
        assert_eq!(verifier.0.tokens.find(&sha256(&token), 0).is_some(), is_found, "{remembered}");
        assert!(verifier.verify(&token).is_ok());
    }
}

#[test]
fn claims_are_printed_without_the_person() {
    let key = key();
    let verifier = builder().with_keys(keys(&key)).unwrap();
    let verified = verifier.verify(&key.sign(TokenType::AccessToken, &claims()).unwrap()).unwrap();
    let printed = format!("{verified:?}");
    assert!(printed.starts_with("AccessClaims { jti: \"j\", expires_at: 2030-01-01 0:05"), "{printed}");
    assert!(!printed.contains("usr_a") && !printed.contains("gold"), "{printed}");
}

#[test]
fn a_token_tells_when_the_person_proved_who_they_are() {
    let key = key();
    let verifier = builder().with_keys(keys(&key)).unwrap();
    let auth_time = |claims: &Map<String, Value>| {
        verifier.verify(&key.sign(TokenType::AccessToken, claims).unwrap()).unwrap().auth_time()
    };
    assert_eq!(auth_time(&claims()), None);
    let at = NOW.unix_timestamp() - 60;
    assert_eq!(auth_time(&with("auth_time", json!(at))), Some(NOW - Duration::MINUTE));
}

// A token that names an unknown key wakes the background, but not while the pause of the keys lasts.
#[tokio::test]
async fn an_unknown_key_wakes_the_background_once_in_the_cooldown() {
    let clock = Clock::manual(NOW);
    let issuer = TestIssuer::with_clock(ISSUER, clock.clone()).unwrap();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let is_woken = async || {
        let woken = verifier.0.keys_wanted.notified();
        tokio::time::timeout(std::time::Duration::ZERO, woken).await.is_ok()
    };
    let good = issuer.token(ORDERS).without("status").sign().unwrap();
    let foreign = key().sign(TokenType::AccessToken, &claims()).unwrap();
    assert!(verifier.verify(&good).is_ok() && !is_woken().await);
    assert!(verifier.verify(&foreign).is_err() && is_woken().await);
    verifier.refetch_keys().await;
    assert!(verifier.verify(&foreign).is_err() && !is_woken().await);
    clock.advance(Duration::seconds(30));
    assert!(verifier.verify(&foreign).is_err() && is_woken().await);
}

// RFC 9068 §4
#[test]
fn each_rule_refuses_what_breaks_it() {
    let at = NOW.unix_timestamp();
    for (claims, code) in [
        (with("iss", json!("https://evil.example")), "wrong_issuer"),
        (with("iss", Value::Null), "malformed_claim"),
        (with("aud", json!(ISSUER)), "wrong_audience"),
        (with("aud", json!([])), "malformed_claim"),
        (with("aud", Value::Null), "malformed_claim"),
        (with("exp", json!(at)), "expired"),
        (with("exp", json!(at as f64 + 0.5)), "malformed_claim"),
        (with("exp", json!("2030")), "malformed_claim"),
        (with("exp", json!(1e30)), "malformed_claim"),
        (with("exp", Value::Null), "malformed_claim"),
        (with("iat", json!(at + 1)), "not_yet_valid"),
        (with("iat", Value::Null), "malformed_claim"),
        (with("nbf", json!(at + 1)), "not_yet_valid"),
        (with("sub", Value::Null), "malformed_claim"),
        (with("sub", json!("")), "malformed_claim"),
        (with("client_id", Value::Null), "malformed_claim"),
        (with("client_id", json!(["app"])), "malformed_claim"),
        (with("jti", Value::Null), "malformed_claim"),
        (with("jti", json!(7)), "malformed_claim"),
        (with("auth_time", json!("yesterday")), "malformed_claim"),
        (with("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})), "bound_to_a_key"),
        (with("status", json!({"status_list": {"idx": 0, "uri": "https://evil.example/1"}})), "malformed_claim"),
        (with("scope", json!(["orders:read"])), "malformed_claim"),
    ] {
        assert_eq!(refusal(TokenType::AccessToken, &claims).code(), code, "{claims:?}");
    }
}

#[test]
fn a_token_lives_until_the_instant_of_exp_and_the_leeway() {
    let key = key();
    let clock = Clock::manual(NOW);
    let verifier = builder().leeway(Duration::seconds(30)).clock(clock.clone()).with_keys(keys(&key)).unwrap();
    let token = key.sign(TokenType::AccessToken, &claims()).unwrap();
    clock.advance(Duration::seconds(329));
    assert!(verifier.verify(&token).is_ok());
    clock.advance(Duration::SECOND);
    assert_eq!(verifier.verify(&token).err(), Some(VerifyRefusal::Expired));
}

// RFC 9068 §4 and RFC 8725 §3.11
#[test]
fn an_id_token_is_no_access_token() {
    let refusal = refusal(TokenType::IdToken, &claims());
    assert_eq!(refusal, VerifyRefusal::Jwt(JwtRefusal::WrongType));
    let challenge = refusal.bearer().unwrap().challenge("orders");
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains("typ is not at+jwt"), "{challenge}");
    let key = key();
    let lax = builder().accept_typ_jwt().with_keys(keys(&key)).unwrap();
    assert!(lax.verify(&key.sign(TokenType::IdToken, &claims()).unwrap()).is_ok());
    let id_token = with("client_id", Value::Null);
    assert!(lax.verify(&key.sign(TokenType::IdToken, &id_token).unwrap()).is_err());
}

#[test]
fn garbage_and_foreign_signatures_are_refused() {
    let verifier = builder().with_keys(keys(&key())).unwrap();
    for garbage in ["", "abc", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30."] {
        assert!(verifier.verify(garbage).is_err(), "{garbage}");
    }
    let foreign = key().sign(TokenType::AccessToken, &claims()).unwrap();
    assert_eq!(verifier.verify(&foreign).err(), Some(VerifyRefusal::Jwt(JwtRefusal::UnknownKey)));
}

#[test]
fn without_keys_no_token_is_called_bad() {
    let verifier = builder().build().unwrap();
    let refusal = verifier.verify("a.b.c").err().unwrap();
    assert_eq!((refusal.code(), refusal.bearer()), ("no_keys", None::<BearerError>));
    assert!(!verifier.is_ready());
}

#[test]
fn every_refusal_says_what_is_wrong() {
    use crate::{jose::JwkSetRefusal, oauth::status_list::StatusListRefusal, verify::StatusTokenRefusal};
    for (told, words) in [
        (VerifyRefusal::Expired.to_string(), "expired"),
        (VerifyRefusal::Jwt(JwtRefusal::UnknownKey).to_string(), "unknown_key: "),
        (VerifyRefusal::Jwt(JwtRefusal::WrongSignature).to_string(), "signature"),
        (VerifyRefusal::StatusUnknown.to_string(), "never fetched"),
        (VerifyRefusal::StatusStale.to_string(), "too old"),
        (VerifyRefusal::NoKeys.to_string(), "keys"),
        (super::Rejection::unavailable().to_string(), "cannot be verified at the moment"),
        (FetchFault::Keys(JwkSetRefusal::NoKeys).to_string(), "the JWK set has no array of keys"),
        (StatusTokenRefusal::List(StatusListRefusal::Encoding).to_string(), "not base64url"),
        (StatusTokenRefusal::AnotherList.to_string(), "not the URI of the list"),
    ] {
        assert!(told.contains(words), "{told}");
    }
}

#[tokio::test]
async fn an_issuer_for_tests_signs_other_types_and_tells_absence_from_an_outage() {
    let issuer = TestIssuer::with_clock(ISSUER, Clock::manual(NOW)).unwrap();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let id_token = issuer.token(ORDERS).token_type(TokenType::IdToken).sign().unwrap();
    assert_eq!(verifier.verify(&id_token).err(), Some(VerifyRefusal::Jwt(JwtRefusal::WrongType)));
    let absent = || issuer.answer_at(&format!("{ISSUER}/absent")).unwrap_err();
    assert!(absent().is_absence());
    issuer.set_down(true);
    assert!(!absent().is_absence());
}
