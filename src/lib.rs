//! Signet: an OAuth 2.0 and OpenID Connect authorization server in one binary, and the library with which resource
//! servers verify its tokens offline.
//!
//! Dependencies point inward: `app → http → endpoint → oidc → oauth`. `endpoint` uses `account`, `audit`, `fetch`,
//! `jose` and `store`; `web` only uses views; `verify` only uses `jose` and `oauth`, and builds without the server
//! (`--no-default-features --features verify`). A test enforces these dependencies.

pub mod characters;
pub mod clock;
#[cfg(feature = "server")]
pub mod clock_trust;
pub mod crypto;
pub mod entropy;
pub mod jose;
pub mod oauth;
pub mod secret;
mod wire_names;

#[cfg(feature = "verify")]
pub mod verify;

#[cfg(feature = "server")]
pub mod account;
#[cfg(feature = "server")]
pub mod app;
#[cfg(feature = "server")]
pub mod audit;
#[cfg(feature = "server")]
pub mod claims;
#[cfg(feature = "server")]
pub mod command;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod endpoint;
#[cfg(feature = "server")]
pub mod fetch;
#[cfg(feature = "server")]
pub mod folder;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
pub mod oidc;
#[cfg(feature = "server")]
pub mod presets;
#[cfg(feature = "server")]
pub mod spelling;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod web;
