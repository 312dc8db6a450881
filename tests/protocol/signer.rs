//! A client with a signing key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    jwk::{
        Jwk,
        alg::{ec::EcCurve, ed::EdCurve},
    },
    jws::{ES256, EdDSA, HS256, JwsSigner, PS256, RS256},
};
use serde_json::{Value, json};

pub(crate) struct Signer {
    jwk: Jwk,
    algorithm: &'static str,
}

impl Signer {
    /// Generates a key for `ES256`, `EdDSA`, `RS256` or `PS256`.
    pub(crate) fn generate(algorithm: &'static str) -> Self {
        let jwk = match algorithm {
            "ES256" => Jwk::generate_ec_key(EcCurve::P256),
            "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519),
            _ => Jwk::generate_rsa_key(2048),
        };
        Self { jwk: jwk.unwrap(), algorithm }
    }

    /// The public key with `alg` and without `kid`, as the conformance suite registers it.
    pub(crate) fn public(&self) -> Value {
        let mut public = serde_json::to_value(self.jwk.to_public_key().unwrap().as_ref()).unwrap();
        public["alg"] = self.algorithm.into();
        public.as_object_mut().unwrap().remove("kid");
        public
    }

    /// The public key with this `kid`.
    pub(crate) fn named(&self, kid: &str) -> Value {
        let mut public = self.public();
        public["kid"] = kid.into();
        public
    }

    /// A JWT with `alg` and the members of `header`.
    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let mut whole = json!({"alg": self.algorithm});
        whole.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        let input = input(&whole, claims);
        let signer: Box<dyn JwsSigner> = match self.algorithm {
            "ES256" => Box::new(ES256.signer_from_jwk(&self.jwk).unwrap()),
            "EdDSA" => Box::new(EdDSA.signer_from_jwk(&self.jwk).unwrap()),
            "RS256" => Box::new(RS256.signer_from_jwk(&self.jwk).unwrap()),
            _ => Box::new(PS256.signer_from_jwk(&self.jwk).unwrap()),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()).unwrap()))
    }

    /// A JWT with only `alg` in its header.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({}), claims)
    }
}

/// An `HS256` JWT with this secret.
pub(crate) fn sign_by_secret(secret: &[u8], claims: &Value) -> String {
    let input = input(&json!({"alg": "HS256"}), claims);
    let signature = HS256.signer_from_bytes(secret).unwrap().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The first two parts of a JWT.
pub(crate) fn input(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The current time plus `seconds`, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the server that is tested goes by the time of the machine")]
pub(crate) fn at(seconds: i64) -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp() + seconds
}
