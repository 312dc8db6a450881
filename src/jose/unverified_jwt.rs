//! Parsing and signature verification of JWTs: [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2) with
//! the restrictions of [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    algorithm::Algorithm, claims::Claims, jwk_set::JwkSet, jwt_refusal::JwtRefusal, public_key::PublicKey, strict_json,
    token_type::TokenType,
};

/// A parsed JWT. Its content is untrusted until a key has verified the signature.
#[derive(Clone)]
pub struct UnverifiedJwt<'a> {
    signing_input: &'a str,
    signature: Vec<u8>,
    algorithm: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    claims: Claims,
}

/// A JWT whose signature a known key verified with that key's algorithm. Only [`UnverifiedJwt::verify`] and
/// [`UnverifiedJwt::verify_with`] construct one. Its `typ` and its claims are not checked yet.
#[derive(Clone)]
pub struct VerifiedJwt {
    algorithm: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    claims: Claims,
}

impl<'a> UnverifiedJwt<'a> {
    /// Parses a text of at most 8 KiB.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is too long, is not a JWS in the compact serialization with canonical base64url and
    /// JSON objects without duplicate names, if the algorithm is not supported, or if the header requires an extension.
    /// `jku`, `x5u`, `x5c` and `jwk` of the header are ignored: keys are never taken from the JWT.
    pub fn parse(text: &'a str) -> Result<Self, JwtRefusal> {
        Self::parse_within(text, LONGEST)
    }

    /// Parses a text of at most `longest` bytes, for long JWTs such as status lists.
    ///
    /// # Errors
    ///
    /// See [`UnverifiedJwt::parse`].
    pub fn parse_within(text: &'a str, longest: usize) -> Result<Self, JwtRefusal> {
        let parts = JwsParts::split(text, longest)?;
        // Checked before the rest is decoded, so that the first problem is reported.
        let algorithm = parts.algorithm()?.parse().map_err(|_| JwtRefusal::UnsupportedAlgorithm)?;
        Ok(Self {
            signing_input: parts.signing_input,
            algorithm,
            kid: optional_text(&parts.header, "kid")?.map(str::to_owned),
            typ: parts.typ()?.map(str::to_owned),
            claims: parts.claims()?,
            signature: parts.signature()?,
        })
    }

    /// Returns the algorithm in the header.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the `kid` in the header.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the `typ` in the header.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Returns the unverified claims. They may only be used to find out whose keys to use (`iss`).
    #[must_use]
    pub fn unverified_claims(&self) -> &Claims {
        &self.claims
    }

    /// Verifies the signature with the key of `keys` that the header refers to.
    ///
    /// # Errors
    ///
    /// Returns [`JwtRefusal::UnknownKey`], [`JwtRefusal::KeyNotNamed`], [`JwtRefusal::AlgorithmMismatch`] or
    /// [`JwtRefusal::WrongSignature`].
    pub fn verify(&self, keys: &JwkSet) -> Result<VerifiedJwt, JwtRefusal> {
        self.verify_with(keys.select(self.kid(), self.algorithm)?)
    }

    /// Verifies the signature with the key of `keys` that has the header's `kid`. If the header has none, tries the
    /// first five keys for the algorithm, because clients register keys without `kid` and rotate them.
    ///
    /// # Errors
    ///
    /// Returns [`JwtRefusal::UnknownKey`], [`JwtRefusal::AlgorithmMismatch`] or [`JwtRefusal::WrongSignature`].
    pub fn verify_by_any(&self, keys: &JwkSet) -> Result<VerifiedJwt, JwtRefusal> {
        if self.kid.is_some() {
            return self.verify(keys);
        }
        let mut refusal = JwtRefusal::UnknownKey;
        for key in keys.keys().iter().filter(|key| key.algorithm() == self.algorithm).take(MOST_TRIED) {
            match self.verify_with(key) {
                Ok(verified) => return Ok(verified),
                Err(wrong) => refusal = wrong,
            }
        }
        Err(refusal)
    }

    /// Verifies the signature with `key`, regardless of `kid`.
    ///
    /// # Errors
    ///
    /// Returns [`JwtRefusal::AlgorithmMismatch`] or [`JwtRefusal::WrongSignature`].
    pub fn verify_with(&self, key: &PublicKey) -> Result<VerifiedJwt, JwtRefusal> {
        if self.algorithm != key.algorithm() {
            return Err(JwtRefusal::AlgorithmMismatch);
        }
        if !key.accepts(self.signing_input.as_bytes(), &self.signature) {
            return Err(JwtRefusal::WrongSignature);
        }
        Ok(VerifiedJwt {
            algorithm: self.algorithm,
            kid: self.kid.clone(),
            typ: self.typ.clone(),
            claims: self.claims.clone(),
        })
    }
}

impl VerifiedJwt {
    /// Returns the claims, whose values are not checked yet.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the claims by value.
    #[must_use]
    pub fn into_claims(self) -> Claims {
        self.claims
    }

    /// Returns the algorithm of the key that signed it.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the `kid` of the header.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the `typ` of the header.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Checks that the JWT has this type.
    ///
    /// # Errors
    ///
    /// Returns [`JwtRefusal::WrongType`] if `typ` is missing or names another type.
    pub fn of_type(self, token_type: TokenType) -> Result<Self, JwtRefusal> {
        if self.typ().is_some_and(|typ| token_type.accepts(typ)) { Ok(self) } else { Err(JwtRefusal::WrongType) }
    }
}

// The claims contain personal data, so they are not printed.
impl fmt::Debug for UnverifiedJwt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("UnverifiedJwt");
        fields.field("algorithm", &self.algorithm).field("kid", &self.kid).field("typ", &self.typ);
        fields.finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedJwt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("VerifiedJwt");
        fields.field("algorithm", &self.algorithm).field("kid", &self.kid).field("typ", &self.typ);
        fields.finish_non_exhaustive()
    }
}

/// The three parts of a JWS. Only the header is decoded.
pub(super) struct JwsParts<'a> {
    pub(super) signing_input: &'a str,
    header: Map<String, Value>,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> JwsParts<'a> {
    pub(super) fn split(text: &'a str, longest: usize) -> Result<Self, JwtRefusal> {
        if text.len() > longest {
            return Err(JwtRefusal::TooLong);
        }
        let (signing_input, signature) = text.rsplit_once('.').ok_or(JwtRefusal::NotThreeParts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwtRefusal::NotThreeParts)?;
        if payload.contains('.') {
            return Err(JwtRefusal::NotThreeParts);
        }
        let header = strict_json::parse_object(&decode(header)?)?;
        refuse_extensions(&header)?;
        Ok(Self { signing_input, header, payload, signature })
    }

    pub(super) fn algorithm(&self) -> Result<&str, JwtRefusal> {
        optional_text(&self.header, "alg")?.ok_or(JwtRefusal::MalformedHeader)
    }

    pub(super) fn typ(&self) -> Result<Option<&str>, JwtRefusal> {
        optional_text(&self.header, "typ")
    }

    pub(super) fn claims(&self) -> Result<Claims, JwtRefusal> {
        Ok(Claims::new(strict_json::parse_object(&decode(self.payload)?)?))
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, JwtRefusal> {
        decode(self.signature)
    }
}

/// Decodes the canonical form: no padding, no trailing bits, no other characters. If the same bytes had a second form,
/// a token could be changed without invalidating its signature.
fn decode(part: &str) -> Result<Vec<u8>, JwtRefusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtRefusal::NotBase64Url)
}

/// Rejects extensions. RFC 7515 §4.1.11: "If any of the listed extension Header Parameters are not understood and
/// supported by the recipient, then the JWS is invalid." None is supported, and an empty list is not allowed either.
/// RFC 7797 §7: "JWTs MUST NOT use 'b64' with a 'false' value".
fn refuse_extensions(header: &Map<String, Value>) -> Result<(), JwtRefusal> {
    let encoded = header.get("b64").is_none_or(|b64| b64 == &Value::Bool(true));
    if header.contains_key("crit") || !encoded { Err(JwtRefusal::UnknownExtension) } else { Ok(()) }
}

fn optional_text<'a>(header: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JwtRefusal> {
    header.get(name).map(|value| value.as_str().ok_or(JwtRefusal::MalformedHeader)).transpose()
}

/// 8 KiB: larger than any token that fits into a request header.
pub(super) const LONGEST: usize = 8 * 1024;

/// Maximum number of keys that are tried on a JWT without `kid`.
const MOST_TRIED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{PublicJwk, SigningKey};
    use serde_json::json;

    // RFC 7515 appendix A.3: the key, and the JWS, whose payload happens to be that of a JWT.
    const RFC_7515_A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn rfc_7515_key() -> PublicKey {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        PublicKey::new(PublicJwk::parse(&jwk).unwrap()).unwrap()
    }

    #[test]
    fn the_example_of_rfc_7515_is_verified() {
        let verified = UnverifiedJwt::parse(RFC_7515_A3).unwrap().verify_with(&rfc_7515_key()).unwrap();
        assert_eq!(verified.claims().text("iss"), Ok("joe"));
        assert_eq!(verified.claims().seconds("exp"), Ok(1_300_819_380));
        assert_eq!(verified.of_type(TokenType::AccessToken).unwrap_err(), JwtRefusal::WrongType);
    }

    // RFC 8725 §3.11: a token of one type is not accepted as another.
    #[test]
    fn only_the_expected_type_passes() {
        let types = [
            TokenType::AccessToken,
            TokenType::IdToken,
            TokenType::Logout,
            TokenType::StatusList,
            TokenType::Introspection,
            TokenType::RequestObject,
            TokenType::ClientAssertion,
            TokenType::DpopProof,
        ];
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let public = PublicKey::new(key.public_jwk().clone()).unwrap();
        for sent in types {
            let token = key.sign(sent, &Map::new()).unwrap();
            for expected in types {
                let verified = UnverifiedJwt::parse(&token).unwrap().verify_with(&public).unwrap();
                assert_eq!(verified.of_type(expected).is_ok(), sent == expected, "{sent} as {expected}");
            }
        }
    }

    #[test]
    fn claims_are_never_printed() {
        let unverified = UnverifiedJwt::parse(RFC_7515_A3).unwrap();
        assert!(!format!("{unverified:?}").contains("joe"));
        assert!(!format!("{:?}", unverified.verify_with(&rfc_7515_key()).unwrap()).contains("joe"));
    }

    #[test]
    fn without_a_kid_the_first_five_keys_of_the_algorithm_are_tried() {
        let keys: Vec<SigningKey> = (0..=MOST_TRIED).map(|_| SigningKey::generate(Algorithm::EdDsa).unwrap()).collect();
        let nameless = |key: &SigningKey| {
            let mut jwk = Value::from(key.public_jwk().clone());
            jwk.as_object_mut().unwrap().remove("kid");
            jwk
        };
        let set: Vec<Value> = keys.iter().map(nameless).collect();
        let set = JwkSet::parse(&json!({ "keys": set }).to_string()).unwrap();
        for (at, key) in keys.iter().enumerate() {
            let token = nameless_token(key);
            let verified = UnverifiedJwt::parse(&token).unwrap().verify_by_any(&set);
            assert_eq!(verified.err(), (at == MOST_TRIED).then_some(JwtRefusal::WrongSignature), "{at}");
        }
        // With a `kid`, only the key of that `kid` is tried.
        let named = keys[0].sign(TokenType::IdToken, &Map::new()).unwrap();
        let refusal = UnverifiedJwt::parse(&named).unwrap().verify_by_any(&set).unwrap_err();
        assert_eq!(refusal, JwtRefusal::UnknownKey);
    }

    /// Returns a JWT of this key without `kid` in the header.
    fn nameless_token(key: &SigningKey) -> String {
        let jwk: Map<String, Value> = serde_json::from_str(key.private_jwk().expose()).unwrap();
        let signer = josekit::jws::EdDSA.signer_from_jwk(&josekit::jwk::Jwk::from_map(jwk).unwrap()).unwrap();
        let input =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA"}"#), URL_SAFE_NO_PAD.encode(r#"{"sub":"a"}"#));
        let signature = josekit::jws::JwsSigner::sign(&signer, input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_long_jwt_is_read_only_where_it_is_expected() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let claims = Map::from_iter([("lst".to_owned(), json!("a".repeat(LONGEST)))]);
        let token = key.sign(TokenType::StatusList, &claims).unwrap();
        assert_eq!(UnverifiedJwt::parse(&token).unwrap_err(), JwtRefusal::TooLong);
        assert!(UnverifiedJwt::parse_within(&token, token.len()).is_ok());
        assert_eq!(UnverifiedJwt::parse_within(&token, token.len() - 1).unwrap_err(), JwtRefusal::TooLong);
    }
}
