//! Authentication context class references: the strength of an authentication, the claim `acr` of
//! [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
//!
//! A client that requests values with `acr_values` or `default_acr_values` requests them "as a Voluntary Claim"
//! (§3.1.2.1) and receives the value that was reached. A request for an essential value (`claims` with `essential`)
//! that cannot be reached is rejected.

/// Returns the value that a login with the authentication methods `amr` reaches.
#[must_use]
pub fn reached(amr: &[String]) -> &'static str {
    if amr.iter().any(|method| method == "mfa") { TWO_FACTORS } else { ONE_FACTOR }
}

/// One factor: a password.
const ONE_FACTOR: &str = "1";

/// Two factors. Not among the [`SUPPORTED`] values while no login asks for a second one.
const TWO_FACTORS: &str = "2";

/// The values that a login can reach.
pub const SUPPORTED: [&str; 1] = [ONE_FACTOR];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_one_factor_reaches_the_second_level() {
        let reached = |amr: &[&str]| reached(&amr.iter().map(|method| (*method).to_owned()).collect::<Vec<_>>());
        assert_eq!((reached(&["pwd"]), reached(&["pwd", "otp", "mfa"]), reached(&[])), ("1", "2", "1"));
    }
}
