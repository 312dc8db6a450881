//! Private keys: generated, stored as a JWK, and used to sign. JWTs are serialized as in
//! [RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    JoseError,
    jwk::{
        Jwk,
        alg::{ec::EcCurve, ed::EdCurve},
    },
    jws::{ES256, EdDSA, JwsSigner, PS256, RS256},
};
use serde_json::{Map, Value, json};

use super::{algorithm::Algorithm, public_jwk::PublicJwk, public_key::PublicKey, token_type::TokenType};
use crate::secret::Secret;

/// A private key that signs with one algorithm. `Debug` shows only its `kid`.
pub struct SigningKey {
    kid: String,
    public_jwk: PublicJwk,
    private_jwk: Secret,
    signer: Box<dyn JwsSigner>,
}

/// An internal error while generating, reading or using a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningFault {
    /// There is no signing key for this algorithm.
    NoKey(Algorithm),
    /// The text is not a private key of a supported type.
    NotAKey,
    /// The private and the public part of a key do not match.
    PartsDiffer,
    /// The cryptographic library returned this error.
    Library(String),
}

impl fmt::Display for SigningFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey(algorithm) => write!(formatter, "no key signs with {algorithm}"),
            Self::NotAKey => formatter.write_str("not a supported private key"),
            Self::PartsDiffer => formatter.write_str("the private and public parts of the key do not match"),
            Self::Library(cause) => write!(formatter, "signing failed: {cause}"),
        }
    }
}

impl std::error::Error for SigningFault {}

// The `Debug` format of josekit's errors contains a backtrace, so only their `Display` text is stored.
impl From<JoseError> for SigningFault {
    fn from(error: JoseError) -> Self {
        Self::Library(error.to_string())
    }
}

impl SigningKey {
    /// Generates a key: P-256, Ed25519, or RSA with 2048 bits, which takes about half a second.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot generate the key.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SigningFault> {
        let mut jwk = match algorithm {
            Algorithm::Es256 => Jwk::generate_ec_key(EcCurve::P256)?,
            Algorithm::EdDsa => Jwk::generate_ed_key(EdCurve::Ed25519)?,
            Algorithm::Rs256 | Algorithm::Ps256 => Jwk::generate_rsa_key(RSA_BITS)?,
        };
        jwk.set_algorithm(algorithm.as_str());
        Self::from_jwk(jwk)
    }

    /// Parses the result of [`SigningKey::private_jwk`].
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a private JWK of a supported type, or its parts do not match.
    pub fn from_private_jwk(private_jwk: &Secret) -> Result<Self, SigningFault> {
        let jwk = Jwk::from_bytes(private_jwk.expose()).map_err(|_| SigningFault::NotAKey)?;
        Self::from_jwk(jwk)
    }

    /// Returns the `kid`: the thumbprint of RFC 7638.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the one algorithm that the key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.public_jwk.algorithm()
    }

    /// Returns the public JWK: the public members with `kid`, `alg` and `use`.
    #[must_use]
    pub fn public_jwk(&self) -> &PublicJwk {
        &self.public_jwk
    }

    /// Returns the whole key as a JWK, to be written where only its owner can read it.
    #[must_use]
    pub fn private_jwk(&self) -> &Secret {
        &self.private_jwk
    }

    /// Signs exactly these claims. The header consists of `alg`, `typ` and `kid`.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot sign.
    pub fn sign(&self, token_type: TokenType, claims: &Map<String, Value>) -> Result<String, SigningFault> {
        let header = json!({"alg": self.algorithm().as_str(), "typ": token_type.as_str(), "kid": self.kid});
        let claims = serde_json::to_vec(claims).map_err(|error| SigningFault::Library(error.to_string()))?;
        let mut jwt = URL_SAFE_NO_PAD.encode(header.to_string());
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
        let signature = self.signer.sign(jwt.as_bytes())?;
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Ok(jwt)
    }

    fn from_jwk(jwk: Jwk) -> Result<Self, SigningFault> {
        let public_jwk = PublicJwk::public_part(jwk.as_ref()).map_err(|_| SigningFault::NotAKey)?;
        let signer: Box<dyn JwsSigner> = match public_jwk.algorithm() {
            Algorithm::Es256 => Box::new(ES256.signer_from_jwk(&jwk).map_err(|_| SigningFault::NotAKey)?),
            Algorithm::EdDsa => Box::new(EdDSA.signer_from_jwk(&jwk).map_err(|_| SigningFault::NotAKey)?),
            Algorithm::Rs256 => Box::new(RS256.signer_from_jwk(&jwk).map_err(|_| SigningFault::NotAKey)?),
            Algorithm::Ps256 => Box::new(PS256.signer_from_jwk(&jwk).map_err(|_| SigningFault::NotAKey)?),
        };
        let verifier = PublicKey::new(public_jwk.clone()).map_err(|_| SigningFault::NotAKey)?;
        if !verifier.accepts(PROBE, &signer.sign(PROBE)?) {
            return Err(SigningFault::PartsDiffer);
        }
        let kid = public_jwk.thumbprint();
        let private_jwk = Secret::new(jwk.to_string());
        Ok(Self { public_jwk: public_jwk.with_kid(kid.clone()), kid, private_jwk, signer })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("SigningKey");
        fields.field("kid", &self.kid).field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

/// 3072 bits would make each signature six times as slow.
const RSA_BITS: u32 = 2048;
const PROBE: &[u8] = b"does the private part belong to the public part?";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let read = SigningKey::from_private_jwk(key.private_jwk()).unwrap();
            assert_eq!((read.kid(), read.algorithm()), (key.kid(), algorithm));
            assert_eq!(read.public_jwk(), key.public_jwk());
            assert_eq!(key.kid(), key.public_jwk().thumbprint());
            assert_eq!(key.public_jwk().kid(), Some(key.kid()));
        }
    }

    #[test]
    fn a_key_is_never_printed_nor_published_with_its_private_part() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let private: Value = serde_json::from_str(key.private_jwk().expose()).unwrap();
            let d = private["d"].as_str().unwrap();
            assert!(!format!("{key:?} {key:#?} {:?}", key.public_jwk()).contains(d));
            assert!(!serde_json::to_string(key.public_jwk()).unwrap().contains(d));
        }
    }

    #[test]
    fn a_key_whose_parts_do_not_belong_together_is_refused() {
        let read = |jwk: &Value| SigningKey::from_private_jwk(&Secret::new(jwk.to_string())).err();
        let jwk = |key: &SigningKey| serde_json::from_str::<Value>(key.private_jwk().expose()).unwrap();
        let one = jwk(&SigningKey::generate(Algorithm::EdDsa).unwrap());
        let other = jwk(&SigningKey::generate(Algorithm::EdDsa).unwrap());
        let mut mixed = one.clone();
        mixed["x"] = other["x"].clone();
        assert_eq!(read(&one), None);
        assert_eq!(read(&mixed), Some(SigningFault::PartsDiffer));
        for text in
            ["", "{}", r#"{"kty":"oct","k":"AAAA"}"#, r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#]
        {
            let fault = SigningKey::from_private_jwk(&Secret::new(text)).unwrap_err();
            assert_eq!(fault, SigningFault::NotAKey, "{text}");
        }
    }

    // RFC 9068 §2.1, RFC 7515 §4.1: the header is alg, typ and kid and nothing else.
    #[test]
    fn the_header_is_alg_typ_and_kid_and_integers_stay_integers() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let claims = json!({"iat": 1_900_000_000, "exp": 1_900_000_300_i64, "aud": ["a"], "sub": "ü"});
        let token = key.sign(TokenType::AccessToken, claims.as_object().unwrap()).unwrap();
        let part = |at: usize| {
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(part(0), format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{}"}}"#, key.kid()));
        assert_eq!(part(1), r#"{"iat":1900000000,"exp":1900000300,"aud":["a"],"sub":"ü"}"#);
    }
}
