//! Authentication context class references: how sure the server is of who signed in, the claim `acr` of
//! [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
//!
//! A client that asks for values (`acr_values`, `default_acr_values`) asks "as a Voluntary Claim" (§3.1.2.1): it is told
//! what was reached. One that insists (`claims` with `essential`) is refused what cannot be reached.

/// One factor: a password.
pub const ONE_FACTOR: &str = "1";

/// The values that a login can reach.
pub const SUPPORTED: [&str; 1] = [ONE_FACTOR];
