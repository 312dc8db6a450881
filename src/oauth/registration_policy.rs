//! The configured policy for client registration.

use std::fmt;

use super::{grant_type::EnabledGrants, issuer::Issuer, redirect_uri::RedirectScheme};
use crate::jose::Algorithm;

/// The policy that applies to every registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// The enabled grant types.
    pub offered: EnabledGrants,
    /// Whether a confidential client must use PKCE if it sends no `nonce`. If so, only an administrator can register a
    /// client that is exempt. Public clients always must use PKCE.
    pub require_pkce: bool,
    /// Whether people who are not administrators may register clients with front-channel tokens, where those are
    /// enabled.
    pub implicit_for_everyone: bool,
    /// The default of `token_endpoint_as_audience`: whether client assertions may name the token endpoint as their
    /// audience.
    pub token_endpoint_as_audience: bool,
    /// The algorithms with which this server can sign for a client.
    pub signing_algs: Vec<Algorithm>,
    /// The private-use schemes without a dot that redirect URIs may have.
    pub redirect_schemes: Vec<RedirectScheme>,
}

/// Who may register applications, on the pages and with the management API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationRegistration {
    Administrators,
    /// `group:NAME`: administrators and the members of this group.
    Group(String),
    Everybody,
}

impl ApplicationRegistration {
    /// Returns the default: everybody if the issuer is a loopback address, as on a first try; otherwise administrators.
    #[must_use]
    pub fn for_issuer(issuer: &Issuer) -> Self {
        if issuer.is_loopback() { Self::Everybody } else { Self::Administrators }
    }

    /// Parses the configured value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "administrators" => Some(Self::Administrators),
            "everybody" => Some(Self::Everybody),
            text => {
                text.strip_prefix("group:").filter(|name| !name.trim().is_empty()).map(|name| Self::Group(name.into()))
            }
        }
    }

    pub fn admits<'g>(&self, is_administrator: bool, mut groups: impl Iterator<Item = &'g str>) -> bool {
        match self {
            Self::Administrators => is_administrator,
            Self::Group(name) => is_administrator || groups.any(|group| group == name),
            Self::Everybody => true,
        }
    }
}

impl fmt::Display for ApplicationRegistration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administrators => formatter.write_str("administrators"),
            Self::Group(name) => write!(formatter, "group:{name}"),
            Self::Everybody => formatter.write_str("everybody"),
        }
    }
}

impl RegistrationPolicy {
    /// The algorithms that every server supports: the one that OpenID Connect Core §15.1 requires, and that of access
    /// tokens.
    pub const ALWAYS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];
}

impl Default for RegistrationPolicy {
    /// Returns the policy of current best practice, RFC 9700.
    fn default() -> Self {
        Self {
            offered: EnabledGrants::default(),
            require_pkce: true,
            implicit_for_everyone: false,
            token_endpoint_as_audience: false,
            signing_algs: Self::ALWAYS.to_vec(),
            redirect_schemes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_registers_applications_follows_from_the_configuration_and_else_from_the_issuer() {
        let of = |issuer: &str| ApplicationRegistration::for_issuer(&Issuer::parse(issuer).unwrap());
        for issuer in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://localhost:8443"] {
            assert_eq!(of(issuer), ApplicationRegistration::Everybody, "{issuer}");
        }
        assert_eq!(of("https://login.example.org"), ApplicationRegistration::Administrators);
        for (text, administrator, member, other) in [
            ("administrators", true, false, false),
            ("group:developers", true, true, false),
            ("everybody", true, true, true),
        ] {
            let registration = ApplicationRegistration::parse(text).unwrap();
            assert_eq!(registration.to_string(), text);
            assert_eq!(registration.admits(true, std::iter::empty()), administrator, "{text}");
            assert_eq!(registration.admits(false, ["staff", "developers"].into_iter()), member, "{text}");
            assert_eq!(registration.admits(false, ["staff", "Developers"].into_iter()), other, "{text}");
        }
        for text in ["", "group:", "group: ", "nothing", "Everybody"] {
            assert_eq!(ApplicationRegistration::parse(text), None, "{text:?}");
        }
    }
}
