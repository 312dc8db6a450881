//! Sets of public keys: [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{algorithm::Algorithm, jwt_refusal::JwtRefusal, public_jwk::PublicJwk, public_key::PublicKey, strict_json};

/// The public keys of an issuer or client, ready to verify signatures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct JwkSet {
    keys: Vec<PublicKey>,
}

/// Why a text is not a valid key set. A set may contain unusable keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwkSetRefusal {
    /// It is longer than 256 KiB, or has more than 100 keys.
    TooLong,
    /// It is not a JSON object, or has duplicate names.
    NotJson,
    /// `keys` is missing or not an array.
    NoKeys,
}

impl fmt::Display for JwkSetRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooLong => "the JWK set is too long",
            Self::NotJson => "the JWK set is not a JSON object",
            Self::NoKeys => "the JWK set has no array of keys",
        })
    }
}

impl std::error::Error for JwkSetRefusal {}

impl JwkSet {
    /// Parses the key set of another party.
    ///
    /// RFC 7517 §5: keys with an unsupported type, use or parameter are ignored. So are weak keys, private keys, and a
    /// second key with the same `kid` and algorithm.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is too long, is not a JSON object, or has no array `keys`.
    pub fn parse(text: &str) -> Result<Self, JwkSetRefusal> {
        if text.len() > LONGEST {
            return Err(JwkSetRefusal::TooLong);
        }
        let set = strict_json::parse_object(text.as_bytes()).map_err(|_| JwkSetRefusal::NotJson)?;
        Self::from_object(&set)
    }

    /// Parses the key set that a client has registered or publishes.
    ///
    /// An RSA key without `alg` can be used with `RS256` and with `PS256`: the client's metadata determines the
    /// algorithm.
    ///
    /// # Errors
    ///
    /// See [`JwkSet::parse`].
    pub fn of_client(set: &Value) -> Result<Self, JwkSetRefusal> {
        let listed = set.get("keys").and_then(Value::as_array).ok_or(JwkSetRefusal::NoKeys)?;
        let mut keys = Vec::new();
        for key in listed {
            keys.push(key.clone());
            if key.get("kty").is_some_and(|kty| kty == "RSA") && key.get("alg").is_none() {
                let mut other = key.clone();
                if let Some(members) = other.as_object_mut() {
                    members.insert("alg".to_owned(), Algorithm::Ps256.as_str().into());
                }
                keys.push(other);
            }
        }
        Self::try_from(json!({ "keys": keys }))
    }

    /// Creates a set of these keys. Of two keys with the same `kid` and algorithm the first one is used.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        let mut set = Self::default();
        for key in keys {
            let is_double =
                set.keys.iter().any(|other| other.kid() == key.kid() && other.algorithm() == key.algorithm());
            // Keys without a `kid` are never duplicates of each other.
            if !is_double || key.kid().is_none() {
                set.keys.push(key);
            }
        }
        set
    }

    /// Returns the usable keys, in the order of the document.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// Returns whether the document contains no usable key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns whether a key has this identifier.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid() == Some(kid))
    }

    /// Returns the key that a header refers to. The `alg` of the header only selects a key; it does not determine how
    /// the key verifies.
    ///
    /// Without a `kid`, there must be only one key for the algorithm: OpenID Connect Core §10.1 requires a `kid` if
    /// there are several.
    pub(crate) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicKey, JwtRefusal> {
        let Some(kid) = kid else {
            let mut suitable = self.keys.iter().filter(|key| key.algorithm() == algorithm);
            return match (suitable.next(), suitable.next()) {
                (Some(key), None) => Ok(key),
                (Some(_), Some(_)) => Err(JwtRefusal::KeyNotNamed),
                (None, _) => Err(JwtRefusal::UnknownKey),
            };
        };
        let mut named = self.keys.iter().filter(|key| key.kid() == Some(kid)).peekable();
        if named.peek().is_none() {
            return Err(JwtRefusal::UnknownKey);
        }
        named.find(|key| key.algorithm() == algorithm).ok_or(JwtRefusal::AlgorithmMismatch)
    }

    fn from_object(set: &Map<String, Value>) -> Result<Self, JwkSetRefusal> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwkSetRefusal::NoKeys)?;
        if keys.len() > MOST_KEYS {
            return Err(JwkSetRefusal::TooLong);
        }
        Ok(Self::new(keys.iter().filter_map(|key| PublicJwk::parse(key).and_then(PublicKey::new).ok())))
    }
}

impl TryFrom<Value> for JwkSet {
    type Error = JwkSetRefusal;

    fn try_from(set: Value) -> Result<Self, Self::Error> {
        Self::from_object(set.as_object().ok_or(JwkSetRefusal::NotJson)?)
    }
}

impl From<JwkSet> for Value {
    fn from(set: JwkSet) -> Self {
        json!({"keys": set.keys.iter().map(|key| Self::from(key.jwk().clone())).collect::<Vec<_>>()})
    }
}

const LONGEST: usize = 256 * 1024;
const MOST_KEYS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningKey;

    fn jwk(algorithm: Algorithm, kid: Option<&str>) -> Value {
        let key = SigningKey::generate(algorithm).unwrap();
        let mut jwk = Value::from(key.public_jwk().clone());
        match kid {
            Some(kid) => jwk["kid"] = kid.into(),
            None => {
                jwk.as_object_mut().unwrap().remove("kid");
            }
        }
        jwk
    }

    fn set(keys: &[Value]) -> JwkSet {
        JwkSet::parse(&json!({"keys": keys}).to_string()).unwrap()
    }

    // RFC 7517 §5: "Implementations SHOULD ignore JWKs within a JWK Set that use 'kty' values that are not understood".
    #[test]
    fn keys_of_no_use_are_passed_over() {
        let good = jwk(Algorithm::Es256, Some("good"));
        let mut encryption = jwk(Algorithm::Es256, Some("enc"));
        encryption["use"] = "enc".into();
        let mut off_curve = jwk(Algorithm::Es256, Some("off"));
        off_curve["y"] = off_curve["x"].clone();
        let odd = json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "pq"});
        let symmetric = json!({"kty": "oct", "k": "AAAA", "kid": "oct"});
        let set = set(&[json!(null), odd, encryption, symmetric, off_curve, good]);
        assert_eq!(set.keys().iter().map(PublicKey::kid).collect::<Vec<_>>(), [Some("good")]);
        assert!(set.has("good") && !set.has("enc"));
    }

    #[test]
    fn a_key_is_selected_by_kid_and_has_to_have_the_algorithm() {
        let set = set(&[jwk(Algorithm::Es256, Some("a")), jwk(Algorithm::EdDsa, Some("b"))]);
        assert_eq!(set.select(Some("a"), Algorithm::Es256).unwrap().kid(), Some("a"));
        assert_eq!(set.select(Some("b"), Algorithm::Es256).unwrap_err(), JwtRefusal::AlgorithmMismatch);
        assert_eq!(set.select(Some("c"), Algorithm::Es256).unwrap_err(), JwtRefusal::UnknownKey);
    }

    #[test]
    fn without_a_kid_the_key_is_the_only_one_for_the_algorithm() {
        let keys = [jwk(Algorithm::Es256, None), jwk(Algorithm::EdDsa, Some("b"))];
        assert!(set(&keys).select(None, Algorithm::Es256).is_ok());
        assert_eq!(set(&keys).select(None, Algorithm::Rs256).unwrap_err(), JwtRefusal::UnknownKey);
        let two = [jwk(Algorithm::Es256, None), jwk(Algorithm::Es256, None)];
        assert_eq!(set(&two).select(None, Algorithm::Es256).unwrap_err(), JwtRefusal::KeyNotNamed);
    }

    #[test]
    fn of_two_keys_with_one_kid_and_algorithm_the_first_stays() {
        let keys =
            [jwk(Algorithm::Es256, Some("a")), jwk(Algorithm::Es256, Some("a")), jwk(Algorithm::EdDsa, Some("a"))];
        let set = set(&keys);
        assert_eq!(set.keys().len(), 2);
        assert_eq!(Value::from(set.keys()[0].jwk().clone()), keys[0]);
    }

    #[test]
    fn an_rsa_key_of_a_client_without_alg_is_used_with_either_padding() {
        let mut rsa = jwk(Algorithm::Rs256, Some("a"));
        let fixed = JwkSet::of_client(&json!({ "keys": [rsa.clone()] })).unwrap();
        assert_eq!(fixed.select(Some("a"), Algorithm::Ps256).unwrap_err(), JwtRefusal::AlgorithmMismatch);
        rsa.as_object_mut().unwrap().remove("alg");
        let free = JwkSet::of_client(&json!({ "keys": [rsa] })).unwrap();
        for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
            assert_eq!(free.select(Some("a"), algorithm).unwrap().algorithm(), algorithm);
        }
        assert_eq!(JwkSet::of_client(&json!([])).unwrap_err(), JwkSetRefusal::NoKeys);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for (text, refusal) in [
            ("", JwkSetRefusal::NotJson),
            ("[]", JwkSetRefusal::NotJson),
            (r#"{"keys":[],"keys":[]}"#, JwkSetRefusal::NotJson),
            ("{}", JwkSetRefusal::NoKeys),
            (r#"{"keys":{}}"#, JwkSetRefusal::NoKeys),
        ] {
            assert_eq!(JwkSet::parse(text).unwrap_err(), refusal, "{text}");
        }
        assert!(JwkSet::parse(r#"{"keys":[]}"#).unwrap().is_empty());
        let many = json!({"keys": vec![json!(null); MOST_KEYS + 1]}).to_string();
        assert_eq!(JwkSet::parse(&many).unwrap_err(), JwkSetRefusal::TooLong);
        assert_eq!(JwkSet::parse(&" ".repeat(LONGEST + 1)).unwrap_err(), JwkSetRefusal::TooLong);
        let longest = format!("{}{}", r#"{"keys":[]}"#, " ".repeat(LONGEST - 11));
        assert!(JwkSet::parse(&longest).is_ok() && JwkSet::parse(&format!("{longest} ")).is_err());
        assert!(JwkSet::parse(&json!({"keys": vec![json!(null); MOST_KEYS]}).to_string()).is_ok());
    }

    #[test]
    fn a_set_is_written_and_read_back() {
        let set = set(&[jwk(Algorithm::Es256, Some("a")), jwk(Algorithm::EdDsa, None)]);
        let text = serde_json::to_string(&set).unwrap();
        let read: JwkSet = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.keys().len(), 2);
    }
}
