//! Signing and checking JWTs, the key ring and its folder, JWKS. The only module that names josekit.
//!
//! A token travels through three types. [`UnverifiedJwt`] has the form of a JWT and nothing more; a key of a [`JwkSet`]
//! turns it into a [`VerifiedJwt`], whose signature is right but whose claims nobody has looked at; its [`Claims`] have
//! typed readers, and the rules of `oauth`, `oidc` and `verify` decide about them.
//!
//! The keys that sign live in a ring ([`plan`] decides from stored instants and the time what happens to them), lie in
//! a [`KeyFolder`] and are used through [`Keys`].

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
