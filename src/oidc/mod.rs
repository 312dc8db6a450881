//! The rules of OpenID Connect: pure functions and types, no I/O, no async.

pub mod authentication_request;
pub mod backchannel_logout;
pub mod claims;
pub mod discovery;
pub mod id_token;
pub mod logout;
pub mod step;
