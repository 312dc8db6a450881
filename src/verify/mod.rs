//! The library for resource servers: it verifies access tokens (RFC 9068) offline and still detects revocations.
//!
//! ```no_run
//! # async fn example() -> Result<(), signet::verify::FetchFault> {
//! use signet::verify::Verifier;
//!
//! let verifier = Verifier::of("https://login.example.org", "https://api.orders.example")
//!     .cache_file("/var/cache/orders/issuer.json")
//!     .connect()
//!     .await?;
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
//! [`Verifier::verify`] makes no network request and takes no lock: keys and status lists are a snapshot that
//! [`Verifier::run`] refreshes in the background. [`Verifier::verify_fresh`] waits for documents that were never
//! fetched, and is what the extractors use. If the authorization server is down, tokens are verified with the last
//! known keys and lists, and with a [cache file](Builder::cache_file) even after a restart.
//!
//! | event at the issuer | what the verifier sees | when |
//! |---|---|---|
//! | a token or grant is revoked | its status in the status list | at the next fetch of the list, within its `ttl` (60 s) |
//! | keys are rotated as planned | the next key, a day before it signs | no token is rejected |
//! | a new key signs immediately | an unknown `kid` | immediately, then at most every 30 s for any number of tokens |
//! | a key is withdrawn | the key is not in the JWKS | at the next fetch of the keys, within 5.5 min |
//! | the issuer is down | nothing | keys are used for a day, status lists for 10 min unless configured otherwise |
//!
//! A list that was issued before the known one, or in the future, is rejected, so that an old list cannot undo a
//! revocation.
//!
//! Two checks that other libraries leave to the caller are mandatory: every verifier has an audience, and `typ` must be
//! `at+jwt`.
//!
//! With the feature `poem`: `Access` and `RequireToken`; with `poem-openapi`: `ApiAccess`; with `tower` (for axum):
//! `RequireTokenLayer`. For other frameworks use [`Verifier::admit`]. For the tests of an API there is a
//! [`TestIssuer`].

#![warn(missing_docs)]

mod access_claims;
mod admission;
#[cfg(feature = "poem-openapi")]
mod api_access;
mod builder;
mod cache_file;
mod cache_file_access;
#[cfg(feature = "poem")]
mod extractor;
mod fetch;
mod gate;
mod known;
mod policy;
mod protected_resource;
mod refresh;
mod refusal;
mod rules;
mod status_list;
mod status_list_token;
mod test_issuer;
#[cfg(feature = "tower")]
mod tower_layer;
mod verified_tokens;
mod verifier;

#[cfg(test)]
#[cfg(unix)]
mod cache_file_tests;
#[cfg(test)]
mod list_age_tests;
#[cfg(test)]
mod offline_tests;
#[cfg(test)]
mod restart_tests;
#[cfg(test)]
mod tests;

pub use access_claims::AccessClaims;
pub use admission::Rejection;
#[cfg(feature = "poem-openapi")]
pub use api_access::ApiAccess;
pub use builder::Builder;
#[cfg(feature = "poem")]
pub use extractor::{Access, Guarded, MetadataEndpoint, RequireToken, RequiredScope};
pub use fetch::FetchFault;
pub use policy::{StaleStatusList, UnfetchedStatusList};
pub use protected_resource::{ProtectedResource, ResourceMetadata};
pub use refusal::VerifyRefusal;
pub use status_list::StatusListRefusal;
pub use status_list_token::StatusTokenRefusal;
pub use test_issuer::{TestIssuer, TestToken};
#[cfg(feature = "tower")]
pub use tower_layer::{RequireTokenLayer, RequireTokenService};
pub use verifier::{Health, Verifier};
