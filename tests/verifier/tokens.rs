//! Rejected tokens, each next to an accepted token that differs in nothing else.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::jws::{ES256, HS256, JwsSigner};
use serde_json::{Value, json};
use signet::{
    jose::TokenType,
    verify::{TestIssuer, Verifier, VerifyRefusal},
};
use time::{Duration, OffsetDateTime};

use crate::{ORDERS, code, issuer::HttpIssuer};

async fn verifier(issuer: &HttpIssuer) -> Verifier {
    Verifier::of(&issuer.url, ORDERS).connect().await.unwrap()
}

// RFC 9068 §4 and RFC 8725 §3.11
#[tokio::test]
async fn only_an_access_token_of_this_issuer_for_this_api_is_accepted() {
    let issuer = HttpIssuer::start().await;
    let verifier = verifier(&issuer).await;
    let token = || issuer.token(ORDERS).scope("orders:read");
    let others_key = TestIssuer::new(&issuer.url).unwrap().token(ORDERS).sign().unwrap();
    for (what, token, expected) in [
        ("good", token().sign().unwrap(), "accepted"),
        ("one of several audiences", token().claim("aud", json!([ORDERS, "b"])).sign().unwrap(), "accepted"),
        ("wrong audience", issuer.token("https://api.other.example").sign().unwrap(), "wrong_audience"),
        ("audience of a prefix", issuer.token("https://api.orders.example/v1").sign().unwrap(), "wrong_audience"),
        ("wrong issuer", token().claim("iss", "https://evil.example").sign().unwrap(), "wrong_issuer"),
        ("issuer with a slash", token().claim("iss", format!("{}/", issuer.url)).sign().unwrap(), "wrong_issuer"),
        ("ID token", token().token_type(TokenType::IdToken).sign().unwrap(), "wrong_type"),
        ("status list token", token().token_type(TokenType::StatusList).sign().unwrap(), "wrong_type"),
        ("logout token", token().token_type(TokenType::Logout).sign().unwrap(), "wrong_type"),
        ("the list itself", issuer.answer("/status/1").unwrap().1, "wrong_type"),
        ("expired", token().lifetime(Duration::minutes(-1)).sign().unwrap(), "expired"),
        ("no exp", token().without("exp").sign().unwrap(), "malformed_claim"),
        ("exp as a float", token().claim("exp", json!(4e9)).sign().unwrap(), "malformed_claim"),
        ("no jti", token().without("jti").sign().unwrap(), "malformed_claim"),
        ("no client_id", token().without("client_id").sign().unwrap(), "malformed_claim"),
        ("other key", others_key, "unknown_key"),
        ("list elsewhere", token().claim("status", elsewhere()).sign().unwrap(), "malformed_claim"),
    ] {
        assert_eq!(code(verifier.verify_fresh(&token).await), expected, "{what}");
    }
}

fn elsewhere() -> Value {
    json!({"status_list": {"idx": 1, "uri": "https://evil.example/status/1"}})
}

// RFC 8725 §2.1 and §3.1
#[tokio::test]
async fn the_header_does_not_choose_how_a_token_is_verified() {
    let issuer = HttpIssuer::start().await;
    let verifier = verifier(&issuer).await;
    let good = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&good).await), "accepted");
    let (input, signature) = good.rsplit_once('.').unwrap();
    let payload = input.split_once('.').unwrap().1;
    let kid = header(&good)["kid"].as_str().unwrap().to_owned();
    let with_header = |header: Value| format!("{}.{payload}", URL_SAFE_NO_PAD.encode(header.to_string()));
    for alg in ["none", "None", "NONE", ""] {
        let input = with_header(json!({"alg": alg, "typ": "at+jwt", "kid": kid}));
        for token in [format!("{input}."), format!("{input}.{signature}")] {
            assert_eq!(code(verifier.verify_fresh(&token).await), "not_a_token", "{alg}");
        }
    }
    // The public key used as the secret of an HMAC.
    let jwks = issuer.answer("/jwks.json").unwrap().1;
    let input = with_header(json!({"alg": "HS256", "typ": "at+jwt", "kid": kid}));
    let signed = HS256.signer_from_bytes(&jwks).unwrap().sign(input.as_bytes()).unwrap();
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signed));
    assert_eq!(code(verifier.verify_fresh(&token).await), "not_a_token");
    // A key embedded in the token, with the `kid` of the issuer's key.
    let pair = ES256.generate_key_pair().unwrap();
    let jwk = pair.to_jwk_public_key().as_ref().clone();
    for header in [
        json!({"alg": "ES256", "typ": "at+jwt", "kid": kid}),
        json!({"alg": "ES256", "typ": "at+jwt", "kid": kid, "jwk": jwk, "jku": "https://evil.example/jwks.json"}),
    ] {
        let input = with_header(header);
        let signed = ES256.signer_from_jwk(&pair.to_jwk_key_pair()).unwrap().sign(input.as_bytes()).unwrap();
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signed));
        assert_eq!(verifier.verify(&token).unwrap_err().to_string(), "not_a_token: the signature is invalid");
    }
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split_once('.').unwrap().0).unwrap()).unwrap()
}

#[tokio::test]
async fn claims_are_typed() {
    #[derive(serde::Deserialize)]
    struct Mine {
        plan: String,
        seats: u8,
    }
    let issuer = HttpIssuer::start().await;
    let verifier = verifier(&issuer).await;
    let token = issuer.token(ORDERS).subject("usr_a").scope("orders:read orders:write").claim("plan", "gold");
    let token = token.claim("seats", 7).claim("auth_time", 1_900_000_000).sign().unwrap();
    let claims = verifier.verify_fresh(&token).await.unwrap();
    assert_eq!((claims.sub(), claims.client_id()), ("usr_a", "app_test"));
    assert!(claims.scope().contains("orders:write") && !claims.scope().contains("orders"));
    assert_eq!((claims.claim("plan"), claims.claim::<u8>("plan")), (Some("gold".to_owned()), None));
    let mine: Mine = claims.claims().unwrap();
    assert_eq!((mine.plan.as_str(), mine.seats), ("gold", 7));
    assert_eq!(claims.auth_time(), OffsetDateTime::from_unix_timestamp(1_900_000_000).ok());
    assert!(!format!("{claims:?}").contains("usr_a"));
}

#[tokio::test]
async fn a_verifier_does_not_start_with_an_issuer_that_calls_itself_otherwise() {
    let issuer = HttpIssuer::start().await;
    let aliased = issuer.url.replace("127.0.0.1", "localhost");
    let fault = Verifier::of(aliased, ORDERS).connect().await.err().unwrap().to_string();
    assert!(fault.contains("the issuer of the server is"), "{fault}");
    for not_an_issuer in ["http://login.example.org", "login.example.org", "https://login.example.org?a=b"] {
        assert!(Verifier::of(not_an_issuer, ORDERS).build().is_err(), "{not_an_issuer}");
    }
    assert!(matches!(verifier(&issuer).await.verify("a.b.c"), Err(VerifyRefusal::Jwt(_))));
}
