//! The library for resource servers: verifies access tokens of RFC 9068 offline.
//!
//! ```no_run
//! # async fn example() -> Result<(), signet::verify::FetchFault> {
//! use signet::verify::Verifier;
//!
//! let verifier = Verifier::of("https://login.example.org", "https://api.orders.example").connect().await?;
//! tokio::spawn(verifier.clone().run());
//! # let token = "";
//! match verifier.verify(token) {
//!     Ok(claims) if claims.scope().contains("orders:read") => println!("{} may read", claims.sub()),
//!     Ok(_) => println!("another scope is needed"),
//!     Err(refusal) => println!("{refusal}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Verifier::verify`] calls nobody and takes no lock: the keys are a snapshot that [`Verifier::run`] refreshes beside it.
//! When the authorization server is down, tokens go on being verified with the keys that are known.

mod access_claims;
#[cfg(feature = "poem")]
mod extractor;
mod fetch;
mod refusal;
mod rules;
mod verifier;

#[cfg(test)]
mod tests;

pub use access_claims::AccessClaims;
#[cfg(feature = "poem")]
pub use extractor::{Access, RequiredScope};
pub use fetch::FetchFault;
pub use refusal::VerifyRefusal;
pub use verifier::{Builder, Verifier};
