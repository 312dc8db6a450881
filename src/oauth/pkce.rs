//! Proof Key for Code Exchange, [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636).
//!
//! Only `S256` is supported: RFC 9700 §2.1.1 advises against `plain`, which is the meaning of a request without a
//! method.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{crypto, secret::Secret};

/// A `code_challenge` of the method `S256`: the SHA-256 of the verifier, as 43 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

/// Why the PKCE parameters of an authorization request are rejected, always with `invalid_request` (§4.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ChallengeRefusal {
    /// The request has neither PKCE parameters nor a `nonce` of OpenID Connect.
    Missing,
    /// The request has no PKCE parameters, and the client always requires them: it is public or registered for that.
    Required,
    /// The method is not `S256`, or it is missing, which means `plain`.
    Method,
    /// The challenge is not 43 characters of base64url.
    Malformed,
    /// There is a method without a challenge.
    MethodAlone,
}

impl CodeChallenge {
    /// Parses `code_challenge` and `code_challenge_method`. Returns `None` if both are missing.
    ///
    /// # Errors
    ///
    /// Returns the first rule broken. Whether the client may omit both is checked elsewhere.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, ChallengeRefusal> {
        let Some(challenge) = challenge else {
            return if method.is_some() { Err(ChallengeRefusal::MethodAlone) } else { Ok(None) };
        };
        if method != Some("S256") {
            return Err(ChallengeRefusal::Method);
        }
        let hash = URL_SAFE_NO_PAD.decode(challenge).map_err(|_| ChallengeRefusal::Malformed)?;
        if hash.len() != 32 {
            return Err(ChallengeRefusal::Malformed);
        }
        Ok(Some(Self(challenge.to_owned())))
    }

    /// Returns whether the challenge is the hash of `verifier` (§4.6). A malformed verifier is never accepted.
    #[must_use]
    pub fn accepts(&self, verifier: &Secret) -> bool {
        let text = verifier.expose();
        let well_formed = (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved);
        let computed = URL_SAFE_NO_PAD.encode(crypto::sha256(text));
        well_formed && crypto::equal(computed.as_bytes(), self.0.as_bytes())
    }
}

/// Returns whether `byte` is `unreserved` (RFC 3986 §2.3), as §4.1 requires of the verifier.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_specification_is_accepted() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        assert!(challenge.accepts(&Secret::new(VERIFIER)));
    }

    #[test]
    fn any_other_verifier_is_refused() {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        for verifier in ["", "short", CHALLENGE, &VERIFIER[..42], &VERIFIER.to_lowercase(), &"a".repeat(129)] {
            assert!(!challenge.accepts(&Secret::new(verifier)), "{verifier}");
        }
    }

    // §4.1: the length and the alphabet are part of the rule, even when the hash would match.
    #[test]
    fn a_malformed_verifier_is_refused_though_its_hash_matches() {
        for verifier in ["x".repeat(42), "x".repeat(129), format!("{} ", "x".repeat(43))] {
            let challenge = CodeChallenge(URL_SAFE_NO_PAD.encode(crypto::sha256(&verifier)));
            assert!(!challenge.accepts(&Secret::new(verifier.clone())), "{verifier}");
        }
    }

    // §4.3: "defaults to "plain" if not present in the request"
    #[test]
    fn only_s256_exists() {
        for (challenge, method, expected) in [
            (None, None, Ok(false)),
            (Some(CHALLENGE), Some("S256"), Ok(true)),
            (Some(CHALLENGE), None, Err(ChallengeRefusal::Method)),
            (Some(CHALLENGE), Some("plain"), Err(ChallengeRefusal::Method)),
            (Some(CHALLENGE), Some("s256"), Err(ChallengeRefusal::Method)),
            (None, Some("S256"), Err(ChallengeRefusal::MethodAlone)),
            (Some("abc"), Some("S256"), Err(ChallengeRefusal::Malformed)),
            (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="), Some("S256"), Err(ChallengeRefusal::Malformed)),
        ] {
            let parsed = CodeChallenge::parse(challenge, method).map(|challenge| challenge.is_some());
            assert_eq!(parsed, expected, "{challenge:?} {method:?}");
        }
    }
}
