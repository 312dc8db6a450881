//! A public key that is ready to verify signatures.

use std::{fmt, sync::Arc};

use josekit::{
    jwk::Jwk,
    jws::{ES256, EdDSA, JwsVerifier, PS256, RS256},
};

use super::{
    algorithm::Algorithm,
    public_jwk::{JwkRefusal, PublicJwk},
};

/// A public key, prepared once for verifying signatures. Clones share it.
#[derive(Clone)]
pub struct PublicKey {
    jwk: PublicJwk,
    verifier: Arc<dyn JwsVerifier>,
}

impl PublicKey {
    /// Prepares `jwk` for verifying signatures.
    ///
    /// # Errors
    ///
    /// Returns [`JwkRefusal::Malformed`] if the members are not a point of the curve or not a key.
    pub fn new(jwk: PublicJwk) -> Result<Self, JwkRefusal> {
        let members = Jwk::from_map(jwk.members()).map_err(|_| JwkRefusal::Malformed)?;
        let verifier: Arc<dyn JwsVerifier> = match jwk.algorithm() {
            Algorithm::Es256 => Arc::new(ES256.verifier_from_jwk(&members).map_err(|_| JwkRefusal::Malformed)?),
            Algorithm::EdDsa => Arc::new(EdDSA.verifier_from_jwk(&members).map_err(|_| JwkRefusal::Malformed)?),
            Algorithm::Rs256 => Arc::new(RS256.verifier_from_jwk(&members).map_err(|_| JwkRefusal::Malformed)?),
            Algorithm::Ps256 => Arc::new(PS256.verifier_from_jwk(&members).map_err(|_| JwkRefusal::Malformed)?),
        };
        Ok(Self { jwk, verifier })
    }

    /// Returns the key as a JWK.
    #[must_use]
    pub fn jwk(&self) -> &PublicJwk {
        &self.jwk
    }

    /// Returns the `kid`, if there is one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.jwk.kid()
    }

    /// Returns the one algorithm that the key is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.jwk.algorithm()
    }

    /// Returns whether `signature` is a valid signature of this key over `message`, with the key's algorithm.
    #[must_use]
    pub fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PublicKey").field(&self.jwk).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_point_that_is_not_on_the_curve_is_refused() {
        // RFC 7515 appendix A.3.1; the second key has the first octet of y changed.
        let key = |y: &str| {
            let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
            PublicJwk::parse(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})).and_then(PublicKey::new)
        };
        assert!(key("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").is_ok());
        assert_eq!(key("y_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").err(), Some(JwkRefusal::Malformed));
    }
}
