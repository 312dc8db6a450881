//! Signing and verification of JWTs, the key ring and its folder, and JWKS. The only module that uses josekit.
//!
//! Verification goes through three types. [`UnverifiedJwt`] is a parsed JWT. A key of a [`JwkSet`] turns it into a
//! [`VerifiedJwt`], whose signature is valid but whose claims are not checked. Its [`Claims`] have typed accessors, and
//! the rules of `oauth`, `oidc` and `verify` check them.
//!
//! The signing keys form a ring. [`plan`] decides from stored instants and the time which changes are due. The keys are
//! stored in a [`KeyFolder`] and used through [`Keys`].

mod algorithm;
mod claims;
mod jwk_set;
mod jwt_refusal;
mod public_jwk;
mod public_key;
mod secret_jwt;
mod signing_key;
mod strict_json;
mod token_type;
mod unverified_jwt;

#[cfg(feature = "server")]
mod key_folder;
#[cfg(feature = "server")]
mod key_folder_fault;
#[cfg(feature = "server")]
mod keys;
#[cfg(feature = "server")]
mod private_file;
#[cfg(feature = "server")]
mod ring;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod interoperability;

pub use algorithm::{Algorithm, UnsupportedAlgorithm};
pub use claims::Claims;
pub use jwk_set::{JwkSet, JwkSetRefusal};
pub use jwt_refusal::JwtRefusal;
pub use public_jwk::{JwkRefusal, PublicJwk};
pub use public_key::PublicKey;
pub use secret_jwt::{claims_of_unverified, summary_of_claims, verify_with_secrets};
pub use signing_key::{SigningFault, SigningKey};
pub use token_type::TokenType;
pub use unverified_jwt::{UnverifiedJwt, VerifiedJwt};

#[cfg(feature = "server")]
pub use key_folder::{KeyFolder, RingIdentity, ServerSecret};
#[cfg(feature = "server")]
pub use key_folder_fault::KeyFolderFault;
#[cfg(feature = "server")]
pub use keys::{Keys, KeysFault, PublishedJwks};
#[cfg(feature = "server")]
pub use ring::{Change, Compromised, RingKey, RingPolicy, Stage, emergency, max_age, missing, plan, rotation};
