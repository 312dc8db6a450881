//! Tests with forged, malformed and misleading JWTs, each next to a valid one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{Algorithm, JwkSet, JwtRefusal, PublicKey, SigningKey, TokenType, UnverifiedJwt, VerifiedJwt};

struct Issuer {
    ec: SigningKey,
    rsa: SigningKey,
    jwks: JwkSet,
}

fn issuer() -> Issuer {
    let ec = SigningKey::generate(Algorithm::Es256).unwrap();
    let rsa = SigningKey::generate(Algorithm::Rs256).unwrap();
    let keys = [&ec, &rsa].map(|key| PublicKey::new(key.public_jwk().clone()).unwrap());
    Issuer { ec, rsa, jwks: JwkSet::new(keys) }
}

fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

fn claims() -> Map<String, Value> {
    json!({"sub": "a", "exp": 1_900_000_000}).as_object().unwrap().clone()
}

impl Issuer {
    fn verify(&self, token: &str) -> Result<VerifiedJwt, JwtRefusal> {
        UnverifiedJwt::parse(token)?.verify(&self.jwks)
    }

    fn refusal(&self, token: &str) -> Option<JwtRefusal> {
        self.verify(token).err()
    }

    fn honest(&self) -> String {
        self.ec.sign(TokenType::AccessToken, &claims()).unwrap()
    }

    /// Returns a token with this header and payload and a valid signature of the EC key.
    fn signed(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", encode(header), encode(payload));
        let jwk: Map<String, Value> = serde_json::from_str(self.ec.private_jwk().expose()).unwrap();
        let signer = josekit::jws::ES256.signer_from_jwk(&josekit::jwk::Jwk::from_map(jwk).unwrap()).unwrap();
        format!("{input}.{}", encode(josekit::jws::JwsSigner::sign(&signer, input.as_bytes()).unwrap()))
    }

    /// Returns a token with the members of `more` added to a valid header.
    fn with_header(&self, more: &str) -> String {
        self.signed(&format!(r#"{{"alg":"ES256","kid":"{}"{more}}}"#, self.ec.kid()), "{}")
    }
}

// RFC 8725 §2.1, §3.1.
#[test]
fn the_sender_does_not_choose_the_algorithm() {
    let issuer = issuer();
    assert_eq!(issuer.refusal(&issuer.honest()), None);
    let kid = issuer.ec.kid();
    for alg in ["none", "None", "NONE", "nOnE", "HS256", "HS512", "ES384", "ES256K", "es256", "Ed25519", "RSA-OAEP", ""]
    {
        let token = issuer.signed(&format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#), "{}");
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::UnsupportedAlgorithm), "{alg:?}");
        let unsigned = token.rsplit_once('.').unwrap().0;
        assert_eq!(issuer.refusal(&format!("{unsigned}.")), Some(JwtRefusal::UnsupportedAlgorithm), "{alg:?}");
    }
    for header in [r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":["ES256"]}"#, r#"{"alg":256}"#] {
        assert_eq!(issuer.refusal(&issuer.signed(header, "{}")), Some(JwtRefusal::MalformedHeader), "{header}");
    }
}

#[test]
fn a_key_is_used_with_its_own_algorithm_only() {
    let issuer = issuer();
    let (ec, rsa) = (issuer.ec.kid(), issuer.rsa.kid());
    assert_eq!(issuer.refusal(&issuer.signed(&format!(r#"{{"alg":"ES256","kid":"{ec}"}}"#), "{}")), None);
    for (alg, kid) in [("ES256", rsa), ("RS256", ec), ("PS256", rsa), ("EdDSA", ec), ("PS256", ec)] {
        let token = issuer.signed(&format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#), "{}");
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::AlgorithmMismatch), "{alg} with {kid}");
    }
    // The RS256 key signs with PS256, and the PS256 key with RS256.
    let mut jwk: Map<String, Value> = serde_json::from_str(issuer.rsa.private_jwk().expose()).unwrap();
    jwk.insert("alg".to_owned(), "PS256".into());
    let pss = SigningKey::from_private_jwk(&crate::secret::Secret::new(Value::Object(jwk).to_string())).unwrap();
    assert_eq!(pss.kid(), rsa);
    let token = pss.sign(TokenType::AccessToken, &claims()).unwrap();
    assert_eq!(issuer.refusal(&token), Some(JwtRefusal::AlgorithmMismatch));
    let relabelled =
        format!("{}.{}", encode(format!(r#"{{"alg":"RS256","kid":"{rsa}"}}"#)), token.split_once('.').unwrap().1);
    assert_eq!(issuer.refusal(&relabelled), Some(JwtRefusal::WrongSignature));
    assert_eq!(issuer.refusal(&issuer.rsa.sign(TokenType::AccessToken, &claims()).unwrap()), None);
}

#[test]
fn a_kid_is_only_ever_compared() {
    let issuer = issuer();
    for kid in ["../../../../dev/null", "' OR 1=1 --", "unknown", "", "\\u0000", &"a".repeat(4000)] {
        let token = issuer.signed(&format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#), "{}");
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::UnknownKey), "{kid}");
    }
    for kid in ["[\"a\"]", "1", "null", "{}"] {
        let token = issuer.signed(&format!(r#"{{"alg":"ES256","kid":{kid}}}"#), "{}");
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::MalformedHeader), "{kid}");
    }
    let twice = issuer.with_header(&format!(r#","kid":"{}""#, issuer.rsa.kid()));
    assert_eq!(issuer.refusal(&twice), Some(JwtRefusal::DuplicateName));
    assert_eq!(issuer.refusal(&issuer.with_header("")), None);
}

// RFC 8725 §3.10: keys and key URLs in the header are ignored.
#[test]
fn keys_in_the_header_are_ignored() {
    let issuer = issuer();
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let jwk = serde_json::to_string(stranger.public_jwk()).unwrap();
    for more in [
        format!(r#","jwk":{jwk}"#),
        r#","jku":"https://evil.example/jwks.json""#.to_owned(),
        r#","x5u":"https://evil.example/cert.pem""#.to_owned(),
        r#","x5c":["AAAA"]"#.to_owned(),
    ] {
        assert_eq!(issuer.refusal(&issuer.with_header(&more)), None, "{more}");
        let header = format!(r#"{{"alg":"ES256","kid":"{}"{more}}}"#, issuer.ec.kid());
        let input = format!("{}.{}", encode(header), encode("{}"));
        let signature = stranger.sign(TokenType::AccessToken, &claims()).unwrap();
        let forged = format!("{input}.{}", signature.rsplit_once('.').unwrap().1);
        assert_eq!(issuer.refusal(&forged), Some(JwtRefusal::WrongSignature), "{more}");
    }
    let named = stranger.sign(TokenType::AccessToken, &claims()).unwrap();
    assert_eq!(issuer.refusal(&named), Some(JwtRefusal::UnknownKey));
}

// josekit's own payload type panics on some of these.
#[test]
fn mistyped_claims_are_refused_without_a_panic() {
    let issuer = issuer();
    let exp = |text: &str| {
        let token = issuer.signed(&format!(r#"{{"alg":"ES256","kid":"{}"}}"#, issuer.ec.kid()), text);
        issuer.verify(&token).and_then(|verified| verified.claims().instant("exp").map(|_| ()))
    };
    assert_eq!(exp(r#"{"exp":1900000000}"#), Ok(()));
    assert_eq!(exp("{}"), Err(JwtRefusal::MissingClaim("exp")));
    for sent in
        ["\"1900000000\"", "null", "-1", "1e30", "1.5", "18446744073709551615", "99999999999999999999", "true", "[]"]
    {
        assert_eq!(exp(&format!(r#"{{"exp":{sent}}}"#)), Err(JwtRefusal::MalformedClaim("exp")), "{sent}");
    }
    for sent in ["NaN", "1e999", "Infinity", "01"] {
        assert_eq!(exp(&format!(r#"{{"exp":{sent}}}"#)), Err(JwtRefusal::NotJson), "{sent}");
    }
    assert_eq!(exp(r#"{"exp":1900000000,"exp":9900000000}"#), Err(JwtRefusal::DuplicateName));
    assert_eq!(exp("[]"), Err(JwtRefusal::NotAnObject));
}

#[test]
fn an_extension_that_is_not_understood_is_refused() {
    let issuer = issuer();
    for more in [
        r#","crit":["b64"],"b64":false"#,
        r#","crit":["b64"],"b64":true"#,
        r#","b64":false"#,
        r#","b64":"false""#,
        r#","crit":["exp"],"exp":1"#,
        r#","crit":[]"#,
        r#","crit":null"#,
        r#","crit":"b64""#,
    ] {
        assert_eq!(issuer.refusal(&issuer.with_header(more)), Some(JwtRefusal::UnknownExtension), "{more}");
    }
    for more in [r#","b64":true"#, r#","x":1"#] {
        assert_eq!(issuer.refusal(&issuer.with_header(more)), None, "{more}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    let issuer = issuer();
    let honest = issuer.honest();
    let [header, payload, signature] = honest.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    for token in ["", ".", "a.b", "not a token", &format!("{honest}."), &format!(".{honest}"), &".".repeat(5000)] {
        assert_eq!(issuer.refusal(token), Some(JwtRefusal::NotThreeParts), "{token}");
    }
    // RFC 7516 §9: a JWE has five parts.
    assert_eq!(issuer.refusal(&format!("{honest}.a.b")), Some(JwtRefusal::NotThreeParts));
    for token in [
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}AAA"),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}.{signature}\n"),
        format!("{header}.{payload}.+{signature}"),
        format!("{header}.{payload}.{}", trailing_bits(signature)),
    ] {
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::NotBase64Url), "{token}");
    }
    assert_eq!(issuer.refusal(&format!("..{signature}")), Some(JwtRefusal::NotJson));
    assert_eq!(issuer.refusal(&"a".repeat(1_000_000)), Some(JwtRefusal::TooLong));
    assert_eq!(issuer.refusal(&".".repeat(10_000)), Some(JwtRefusal::TooLong));
    assert_eq!(issuer.refusal(&honest), None);
}

/// Returns the same bytes with the unused bits of the last character set: 64 bytes leave four of them.
fn trailing_bits(signature: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let value = ALPHABET.iter().position(|letter| *letter == last.as_bytes()[0]).unwrap();
    format!("{rest}{}", char::from(ALPHABET[value | 1]))
}

// CVE-2022-21449 and similar attacks.
#[test]
fn a_signature_of_zeros_or_of_another_length_is_refused() {
    let issuer = issuer();
    let honest = issuer.honest();
    let (input, signature) = honest.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let order = openssl::bn::BigNum::from_hex_str(ORDER).unwrap().to_vec();
    let der = [&[0x30, 0x44, 0x02, 0x20][..], &bytes[..32], &[0x02, 0x20], &bytes[32..]].concat();
    for (name, forged) in [
        ("no signature", vec![]),
        ("r = s = 0", vec![0; 64]),
        ("r = 0", [&[0; 32], &bytes[32..]].concat()),
        ("s = 0", [&bytes[..32], &[0; 32]].concat()),
        ("r = s = n", [&order[..], &order[..]].concat()),
        ("one byte short", bytes[..63].to_vec()),
        ("one byte long", [&bytes[..], &[0]].concat()),
        ("DER", der),
        ("swapped halves", [&bytes[32..], &bytes[..32]].concat()),
    ] {
        let token = format!("{input}.{}", encode(forged));
        assert_eq!(issuer.refusal(&token), Some(JwtRefusal::WrongSignature), "{name}");
    }
    assert_eq!(issuer.refusal(&honest), None);
}

// RFC 7518 §3.4 does not require a low s, and OpenSSL produces both: rejecting high values would reject half of all
// tokens. Every signature therefore has a second valid form, so tokens must be identified by their `jti`, never by
// their text.
#[test]
fn the_twin_of_a_signature_with_n_minus_s_is_accepted() {
    let issuer = issuer();
    let honest = issuer.honest();
    let (input, signature) = honest.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let order = openssl::bn::BigNum::from_hex_str(ORDER).unwrap();
    let s = openssl::bn::BigNum::from_slice(&bytes[32..]).unwrap();
    let twin = [&bytes[..32], &(&order - &s).to_vec_padded(32).unwrap()].concat();
    assert_ne!(twin, bytes);
    assert_eq!(issuer.refusal(&format!("{input}.{}", encode(twin))), None);
}

#[test]
fn one_changed_character_anywhere_is_refused() {
    let issuer = issuer();
    for honest in [issuer.honest(), issuer.rsa.sign(TokenType::AccessToken, &claims()).unwrap()] {
        for at in 0..honest.len() {
            let mut altered = honest.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'Q' } else { b'A' };
            assert!(issuer.refusal(std::str::from_utf8(&altered).unwrap()).is_some(), "changed at {at}");
        }
        assert_eq!(issuer.refusal(&honest), None);
    }
}

/// The order of P-256 (FIPS 186-4 §D.1.2.3).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
