//! The library for resource servers: verifies access tokens of RFC 9068 offline, and learns of revocations all the same.
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
//! [`Verifier::verify`] calls nobody and takes no lock: keys and status lists are a snapshot that [`Verifier::run`]
//! refreshes beside it. [`Verifier::verify_fresh`] waits when something has never been fetched, and is what the
//! extractors use. When the authorization server is down, tokens go on being verified by what is known, and with a
//! [cache file](Builder::cache_file) even after a restart.
//!
//! | what happens at the issuer | what a verifier sees | when |
//! |---|---|---|
//! | a token or grant is revoked | its bit in the status list | at the next fetch of the list, within its `ttl` (60 s) |
//! | keys are rotated as planned | the next key, a day before it signs | nothing is refused meanwhile |
//! | a new key signs at once | a `kid` that is not known | at once, then at most every 30 s for whatever number of tokens |
//! | a key is withdrawn | it is gone from the JWKS | at the next fetch of the keys, within 5.5 min |
//! | the issuer is down | nothing | keys count for a day, status lists for 10 min unless you say otherwise |
//!
//! A list that was issued before the known one, or in the future, is not taken over, so that an old list brings back no token
//! that was revoked since.
//!
//! Two lines that are forgotten elsewhere cannot be forgotten here: there is no verifier without an audience, and `typ`
//! has to be `at+jwt`.
//!
//! With the feature `poem`: `Access` and `RequireToken`; with `poem-openapi`: `ApiAccess`; with `tower` (for axum):
//! `RequireTokenLayer`. Any other framework has [`Verifier::admit`]. For the tests of an API there is a [`TestIssuer`].

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
pub use builder::{Builder, StaleStatusList, UnfetchedStatusList};
#[cfg(feature = "poem")]
pub use extractor::{Access, Guarded, MetadataEndpoint, RequireToken, RequiredScope};
pub use fetch::FetchFault;
pub use protected_resource::{ProtectedResource, ResourceMetadata};
pub use refusal::VerifyRefusal;
pub use status_list::StatusListRefusal;
pub use status_list_token::StatusTokenRefusal;
pub use test_issuer::{TestIssuer, TestToken};
#[cfg(feature = "tower")]
pub use tower_layer::{RequireTokenLayer, RequireTokenService};
pub use verifier::{Health, Verifier};
