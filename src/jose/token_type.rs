//! The type of a JWT, as declared in `typ`: explicit typing,
//! [RFC 8725 §3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11).

use std::fmt;

/// The type of a JWT, written to `typ`. Checking it prevents a JWT of one type from being used as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// An access token, `at+jwt` (RFC 9068 §2.1).
    AccessToken,
    /// An ID token, and any JWT whose specification defines no `typ`: `JWT` (RFC 7519 §5.1).
    IdToken,
    /// A logout token, `logout+jwt` (OpenID Connect Back-Channel Logout §2.4).
    Logout,
    /// A status list, `statuslist+jwt` (draft-ietf-oauth-status-list §5.1).
    StatusList,
    /// An introspection response, `token-introspection+jwt` (RFC 9701 §5).
    Introspection,
    /// A request object, `oauth-authz-req+jwt` (RFC 9101 §10.8).
    RequestObject,
    /// A client assertion, `client-authentication+jwt` (draft-ietf-oauth-rfc7523bis).
    ClientAssertion,
    /// A proof of possession, `dpop+jwt` (RFC 9449 §4.2).
    DpopProof,
}

impl TokenType {
    /// Returns the value of `typ`, without the prefix `application/`, as RFC 7515 §4.1.9 recommends.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdToken => "JWT",
            Self::Logout => "logout+jwt",
            Self::StatusList => "statuslist+jwt",
            Self::Introspection => "token-introspection+jwt",
            Self::RequestObject => "oauth-authz-req+jwt",
            Self::ClientAssertion => "client-authentication+jwt",
            Self::DpopProof => "dpop+jwt",
        }
    }

    /// Returns whether `typ` names this type.
    ///
    /// RFC 7515 §4.1.9: a recipient "MUST treat it as if 'application/' were prepended to any 'typ' value not
    /// containing a '/'". Names of media types are compared case-insensitively (RFC 2045 §5.1).
    #[must_use]
    pub fn accepts(self, typ: &str) -> bool {
        let name = match typ.split_once('/') {
            Some((tree, name)) if tree.eq_ignore_ascii_case("application") => name,
            Some(_) => return false,
            None => typ,
        };
        name.eq_ignore_ascii_case(self.as_str())
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9068 §4: "at+jwt" or "application/at+jwt".
    #[test]
    fn a_type_is_compared_as_a_media_type() {
        for typ in ["at+jwt", "application/at+jwt", "AT+JWT", "Application/At+Jwt"] {
            assert!(TokenType::AccessToken.accepts(typ), "{typ}");
        }
        for typ in ["JWT", "", "at+jwt ", "text/at+jwt", "application/application/at+jwt", "at", "logout+jwt"] {
            assert!(!TokenType::AccessToken.accepts(typ), "{typ}");
        }
        assert!(TokenType::IdToken.accepts("jwt"));
    }
}
