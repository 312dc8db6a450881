//! The rules of OpenID Connect: pure functions and types, no I/O, no async.

pub mod acr;
pub mod authentication_request;
pub mod backchannel_logout;
pub mod claims;
pub mod claims_request;
pub mod delivery_failures;
pub mod discovery;
pub mod id_token;
pub mod logout;
pub mod step;
pub mod webfinger;
