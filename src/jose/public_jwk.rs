//! Public keys as JSON Web Keys, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), and their thumbprints,
//! [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::algorithm::Algorithm;
use crate::crypto::sha256;

/// A public key with the one algorithm that it is used with. It contains no private members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct PublicJwk {
    kid: Option<String>,
    algorithm: Algorithm,
    material: Material,
}

/// The key material, as canonical unpadded base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Ec { x: String, y: String },
    Okp { x: String },
    Rsa { n: String, e: String },
}

/// Why a JWK is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwkRefusal {
    /// It is not a JSON object, or a member has the wrong type, length or format.
    Malformed,
    /// It contains a private or symmetric key, which must not be disclosed.
    Private,
    /// `use` or `key_ops` restrict it to something other than verifying signatures.
    NotForSignatures,
    /// The type, curve or algorithm is not supported, or the algorithm does not match the type.
    Unsupported,
    /// It is an RSA key with fewer than 2048 bits (RFC 7518 §3.3), with more than 8192, or with the exponent 1 or an
    /// even one.
    UnsafeRsa,
}

impl fmt::Display for JwkRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "the JWK is malformed",
            Self::Private => "the JWK contains a private key",
            Self::NotForSignatures => "the JWK is not for signatures",
            Self::Unsupported => "the type, curve or algorithm of the JWK is not supported",
            Self::UnsafeRsa => "the RSA key is not between 2048 and 8192 bits, or its exponent is unsafe",
        })
    }
}

impl std::error::Error for JwkRefusal {}

impl PublicJwk {
    /// Parses the JWK of another party.
    ///
    /// The algorithm is the one of `alg`; without `alg`, `ES256` for P-256, `EdDSA` for Ed25519 and `RS256` for RSA, so
    /// that each key has one algorithm ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
    ///
    /// # Errors
    ///
    /// Returns an error if the key is malformed, private, not for signatures, unsupported or too weak.
    pub fn parse(jwk: &Value) -> Result<Self, JwkRefusal> {
        let jwk = jwk.as_object().ok_or(JwkRefusal::Malformed)?;
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return Err(JwkRefusal::Private);
        }
        Self::public_part(jwk)
    }

    /// Returns the public part of a public or private JWK.
    pub(crate) fn public_part(jwk: &Map<String, Value>) -> Result<Self, JwkRefusal> {
        if !is_for_signatures(jwk)? {
            return Err(JwkRefusal::NotForSignatures);
        }
        let named = match optional_text(jwk, "alg")? {
            Some(name) => Some(name.parse().map_err(|_| JwkRefusal::Unsupported)?),
            None => None,
        };
        let (material, usual) = match text(jwk, "kty")? {
            "EC" => (Material::ec(jwk)?, Algorithm::Es256),
            "OKP" => (Material::okp(jwk)?, Algorithm::EdDsa),
            "RSA" => (Material::rsa(jwk)?, Algorithm::Rs256),
            _ => return Err(JwkRefusal::Unsupported),
        };
        let algorithm = named.unwrap_or(usual);
        if algorithm != usual && (usual, algorithm) != (Algorithm::Rs256, Algorithm::Ps256) {
            return Err(JwkRefusal::Unsupported);
        }
        Ok(Self { kid: optional_text(jwk, "kid")?.map(str::to_owned), algorithm, material })
    }

    /// Returns the `kid`, if there is one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the one algorithm that the key is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the SHA-256 thumbprint of RFC 7638 as unpadded base64url (43 characters).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // RFC 7638 §3.3: only the required members, in lexicographic order, without white space. The values are
        // base64url, so nothing in them needs escaping.
        let canonical = match &self.material {
            Material::Ec { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Material::Okp { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
            Material::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(sha256(canonical))
    }

    /// Replaces the `kid`.
    pub(crate) fn with_kid(self, kid: String) -> Self {
        Self { kid: Some(kid), ..self }
    }

    /// Returns only the members of the key, for josekit.
    pub(crate) fn members(&self) -> Map<String, Value> {
        let members = match &self.material {
            Material::Ec { x, y } => json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}),
            Material::Okp { x } => json!({"kty": "OKP", "crv": "Ed25519", "x": x}),
            Material::Rsa { n, e } => json!({"kty": "RSA", "n": n, "e": e}),
        };
        if let Value::Object(members) = members { members } else { Map::new() }
    }
}

impl TryFrom<Value> for PublicJwk {
    type Error = JwkRefusal;

    fn try_from(jwk: Value) -> Result<Self, Self::Error> {
        Self::parse(&jwk)
    }
}

impl From<PublicJwk> for Value {
    fn from(key: PublicJwk) -> Self {
        let mut jwk = key.members();
        if let Some(kid) = key.kid {
            jwk.insert("kid".to_owned(), kid.into());
        }
        jwk.insert("alg".to_owned(), key.algorithm.as_str().into());
        jwk.insert("use".to_owned(), "sig".into());
        Self::Object(jwk)
    }
}

impl Material {
    fn ec(jwk: &Map<String, Value>) -> Result<Self, JwkRefusal> {
        if text(jwk, "crv")? != "P-256" {
            return Err(JwkRefusal::Unsupported);
        }
        Ok(Self::Ec { x: coordinate(jwk, "x")?, y: coordinate(jwk, "y")? })
    }

    fn okp(jwk: &Map<String, Value>) -> Result<Self, JwkRefusal> {
        if text(jwk, "crv")? != "Ed25519" {
            return Err(JwkRefusal::Unsupported);
        }
        Ok(Self::Okp { x: coordinate(jwk, "x")? })
    }

    fn rsa(jwk: &Map<String, Value>) -> Result<Self, JwkRefusal> {
        let (n, modulus) = integer(jwk, "n")?;
        let (e, exponent) = integer(jwk, "e")?;
        let first = modulus.first().ok_or(JwkRefusal::Malformed)?;
        let bits = modulus.len() * 8 - first.leading_zeros() as usize;
        // OpenSSL limits the exponent for large moduli to 64 bits. With the exponent 1 every signature would be valid.
        let safe_exponent = exponent.len() <= 8 && exponent.last().is_some_and(|byte| byte % 2 == 1) && exponent != [1];
        if !(2048..=8192).contains(&bits) || !safe_exponent {
            return Err(JwkRefusal::UnsafeRsa);
        }
        Ok(Self::Rsa { n, e })
    }
}

fn is_for_signatures(jwk: &Map<String, Value>) -> Result<bool, JwkRefusal> {
    let operations = match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        Some(_) => return Err(JwkRefusal::Malformed),
    };
    Ok(operations && matches!(optional_text(jwk, "use")?, None | Some("sig")))
}

fn text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<&'a str, JwkRefusal> {
    optional_text(jwk, name)?.ok_or(JwkRefusal::Malformed)
}

fn optional_text<'a>(jwk: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JwkRefusal> {
    jwk.get(name).map(|value| value.as_str().ok_or(JwkRefusal::Malformed)).transpose()
}

/// Reads a coordinate of P-256 or a key of Ed25519: exactly 32 bytes (RFC 7518 §6.2.1.2, RFC 8037 §2).
fn coordinate(jwk: &Map<String, Value>, name: &str) -> Result<String, JwkRefusal> {
    let text = text(jwk, name)?;
    match URL_SAFE_NO_PAD.decode(text) {
        Ok(bytes) if bytes.len() == 32 => Ok(text.to_owned()),
        _ => Err(JwkRefusal::Malformed),
    }
}

/// Reads an unsigned integer. RFC 7518 §2 requires the fewest octets. Some senders prepend a zero octet, which is
/// removed so that the thumbprint is canonical.
fn integer(jwk: &Map<String, Value>, name: &str) -> Result<(String, Vec<u8>), JwkRefusal> {
    let mut bytes = URL_SAFE_NO_PAD.decode(text(jwk, name)?).map_err(|_| JwkRefusal::Malformed)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok((URL_SAFE_NO_PAD.encode(&bytes), bytes))
}

/// The members of RFC 7518 §6 that must not be published.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7638 §3.1.
    const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    // RFC 7515 appendix A.3.1 and RFC 8037 appendix A.2.
    const P256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const P256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn rsa() -> Value {
        json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
    }

    fn ec() -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y, "use": "sig"})
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk.as_object_mut().unwrap().insert(name.to_owned(), value);
        jwk
    }

    #[test]
    fn the_thumbprint_agrees_with_rfc_7638() {
        let key = PublicJwk::parse(&rsa()).unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(key.kid(), Some("2011-04-29"));
    }

    // RFC 8037 appendix A.3.
    #[test]
    fn the_thumbprint_of_ed25519_agrees_with_rfc_8037() {
        let key = PublicJwk::parse(&json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X})).unwrap();
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_has_the_one_algorithm_that_alg_or_its_type_says() {
        let algorithm = |jwk: &Value| PublicJwk::parse(jwk).map(|key| key.algorithm());
        assert_eq!(algorithm(&ec()), Ok(Algorithm::Es256));
        assert_eq!(algorithm(&json!({"kty": "OKP", "crv": "Ed25519", "x": ED25519_X})), Ok(Algorithm::EdDsa));
        assert_eq!(algorithm(&json!({"kty": "RSA", "n": RFC_7638_N, "e": "AQAB"})), Ok(Algorithm::Rs256));
        assert_eq!(algorithm(&with(rsa(), "alg", json!("PS256"))), Ok(Algorithm::Ps256));
        for alg in ["ES256", "EdDSA", "RS512", "RSA-OAEP", "HS256", "none"] {
            assert_eq!(algorithm(&with(rsa(), "alg", json!(alg))), Err(JwkRefusal::Unsupported), "{alg}");
        }
        assert_eq!(algorithm(&with(ec(), "alg", json!("RS256"))), Err(JwkRefusal::Unsupported));
    }

    #[test]
    fn a_key_that_is_not_for_signatures_is_refused() {
        let refusal = |name, value| PublicJwk::parse(&with(ec(), name, value)).err();
        assert_eq!(refusal("use", json!("enc")), Some(JwkRefusal::NotForSignatures));
        assert_eq!(refusal("key_ops", json!(["encrypt"])), Some(JwkRefusal::NotForSignatures));
        assert_eq!(refusal("key_ops", json!(["verify"])), None);
        assert_eq!(refusal("key_ops", json!("verify")), Some(JwkRefusal::Malformed));
        assert_eq!(refusal("use", json!("sig")), None);
    }

    #[test]
    fn a_private_or_symmetric_key_is_refused() {
        for name in PRIVATE {
            assert_eq!(PublicJwk::parse(&with(ec(), name, json!("AA"))), Err(JwkRefusal::Private), "{name}");
        }
        assert!(PublicJwk::parse(&ec()).is_ok());
    }

    #[test]
    fn a_malformed_or_foreign_key_is_refused() {
        for (jwk, refusal) in [
            (json!([]), JwkRefusal::Malformed),
            (json!({}), JwkRefusal::Malformed),
            (with(ec(), "kty", json!("AKP")), JwkRefusal::Unsupported),
            (with(ec(), "kty", json!(1)), JwkRefusal::Malformed),
            (with(ec(), "crv", json!("P-384")), JwkRefusal::Unsupported),
            (with(ec(), "x", json!("AAAA")), JwkRefusal::Malformed),
            (with(ec(), "x", json!(format!("{P256_X}="))), JwkRefusal::Malformed),
            (with(ec(), "y", json!(null)), JwkRefusal::Malformed),
            (with(ec(), "kid", json!(["a"])), JwkRefusal::Malformed),
            (json!({"kty": "OKP", "crv": "X25519", "x": ED25519_X}), JwkRefusal::Unsupported),
        ] {
            assert_eq!(PublicJwk::parse(&jwk), Err(refusal), "{jwk}");
        }
    }

    // RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used".
    #[test]
    fn an_rsa_key_has_at_least_2048_bits_and_a_safe_exponent() {
        let modulus = |bits: usize| {
            let mut bytes = vec![0xff_u8; bits.div_ceil(8)];
            bytes[0] >>= bytes.len() * 8 - bits;
            json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(bytes), "e": "AQAB"})
        };
        for (bits, accepted) in [(512, false), (1024, false), (2047, false), (2048, true), (8192, true), (8193, false)]
        {
            assert_eq!(PublicJwk::parse(&modulus(bits)).is_ok(), accepted, "{bits}");
        }
        let padded = format!("AAA{}", URL_SAFE_NO_PAD.encode([0_u8; 200]));
        assert_eq!(PublicJwk::parse(&with(rsa(), "n", json!(padded))).err(), Some(JwkRefusal::Malformed));
        for (exponent, accepted) in [("AQAB", true), ("Aw", true), ("AQ", false), ("Ag", false), ("", false)] {
            assert_eq!(PublicJwk::parse(&with(rsa(), "e", json!(exponent))).is_ok(), accepted, "{exponent}");
        }
    }

    #[test]
    fn a_jwk_is_written_with_kid_alg_and_use_and_read_back() {
        let key = PublicJwk::parse(&ec()).unwrap().with_kid("a".to_owned());
        let written = serde_json::to_value(&key).unwrap();
        assert_eq!(
            written,
            json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y, "kid": "a", "alg": "ES256", "use": "sig"})
        );
        assert_eq!(serde_json::from_value::<PublicJwk>(written).unwrap(), key);
    }
}
