//! Tests that an independent implementation, `jsonwebtoken` without OpenSSL, accepts the tokens and key sets.

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet as ForeignJwkSet};
use serde_json::{Value, json};

use super::{Algorithm, JwkSet, PublicKey, SigningKey, TokenType, UnverifiedJwt};

fn foreign(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Ps256 => jsonwebtoken::Algorithm::PS256,
    }
}

#[test]
fn an_independent_implementation_verifies_every_algorithm_by_our_jwks() {
    let keys: Vec<_> = Algorithm::ALL.into_iter().map(|algorithm| SigningKey::generate(algorithm).unwrap()).collect();
    let ours = JwkSet::new(keys.iter().map(|key| PublicKey::new(key.public_jwk().clone()).unwrap()));
    let theirs: ForeignJwkSet = serde_json::from_str(&serde_json::to_string(&ours).unwrap()).unwrap();
    let claims = json!({
        "iss": "https://login.example.org", "aud": "https://api.example.org", "sub": "u_1",
        "iat": 4_000_000_000_u64, "exp": 4_000_000_300_u64,
    });
    for key in keys {
        let algorithm = key.algorithm();
        let token = key.sign(TokenType::AccessToken, claims.as_object().unwrap()).unwrap();
        let header = decode_header(&token).unwrap();
        assert_eq!(header.alg, foreign(algorithm));
        assert_eq!((header.typ.as_deref(), header.kid.as_deref()), (Some("at+jwt"), Some(key.kid())));
        let jwk = theirs.find(key.kid()).unwrap();
        let mut validation = Validation::new(foreign(algorithm));
        validation.set_audience(&["https://api.example.org"]);
        validation.set_issuer(&["https://login.example.org"]);
        let decoding_key = DecodingKey::from_jwk(jwk).unwrap();
        let decoded = decode::<Value>(&token, &decoding_key, &validation).unwrap();
        assert_eq!(decoded.claims, claims, "{algorithm}");
        assert!(decoded.claims["iat"].is_u64() && decoded.claims["exp"].is_u64(), "{algorithm}");
        assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), key.kid());

        let altered = format!("{}A{}", &token[..token.len() - 10], &token[token.len() - 9..]);
        if altered != token {
            assert!(decode::<Value>(&altered, &decoding_key, &validation).is_err(), "{algorithm}");
            assert!(UnverifiedJwt::parse(&altered).unwrap().verify(&ours).is_err(), "{algorithm}");
        }
        assert!(UnverifiedJwt::parse(&token).unwrap().verify(&ours).is_ok(), "{algorithm}");
    }
}

// Signatures of ES256 have a fixed length although their numbers vary; the same applies to coordinates with leading
// zeros.
#[test]
fn five_hundred_keys_and_signatures_of_es256_are_all_understood() {
    let mut validation = Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    for round in 0..500 {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let claims = json!({"n": round});
        let token = key.sign(TokenType::IdToken, claims.as_object().unwrap()).unwrap();
        let jwk = serde_json::from_value(Value::from(key.public_jwk().clone())).unwrap();
        let decoded = decode::<Value>(&token, &DecodingKey::from_jwk(&jwk).unwrap(), &validation).unwrap();
        assert_eq!(decoded.claims, claims);
    }
}
