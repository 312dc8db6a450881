//! Authentication context class references: the strength of an authentication, the claim `acr` of
//! [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
//!
//! A client that requests values with `acr_values` or `default_acr_values` requests them "as a Voluntary Claim"
//! (§3.1.2.1) and receives the value that was reached. A request for an essential value (`claims` with `essential`)
//! that cannot be reached is rejected.

/// One factor: a password.
pub const ONE_FACTOR: &str = "1";

/// The values that a login can reach.
pub const SUPPORTED: [&str; 1] = [ONE_FACTOR];
