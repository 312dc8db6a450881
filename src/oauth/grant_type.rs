//! Grant types, and which of them this server enables.

use serde::{Deserialize, Serialize};

use super::response_type::ResponseType;

/// A grant type, by its name in `grant_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum GrantType {
    /// [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1)
    AuthorizationCode,
    /// [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)
    RefreshToken,
    /// [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)
    ClientCredentials,
    /// [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)
    DeviceCode,
    /// [RFC 6749 §4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2): never used at the token endpoint.
    Implicit,
    /// [RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3)
    Password,
}

/// This server knows no grant type with this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownGrantType;

/// The grant types that are enabled. Two are off by default: [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) advises
/// against the implicit grant (§2.1.2) and forbids the password grant (§2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnabledGrants {
    /// Access tokens and ID tokens from the authorization endpoint: the implicit and the hybrid flow.
    pub implicit: bool,
    /// The resource owner password credentials grant.
    pub password: bool,
}

impl GrantType {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Implicit => "implicit",
            Self::Password => "password",
        }
    }

    /// Returns the grant type with this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant_type| grant_type.as_str() == name)
    }

    /// Returns whether the client learns about a person without a response to a redirect URI.
    #[must_use]
    pub fn reaches_person_without_redirect(self) -> bool {
        match self {
            Self::DeviceCode | Self::Password => true,
            Self::AuthorizationCode | Self::RefreshToken | Self::ClientCredentials | Self::Implicit => false,
        }
    }

    /// All grant types, enabled or not.
    pub const ALL: [Self; 6] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::Implicit,
        Self::Password,
    ];
}

impl EnabledGrants {
    /// All grant types enabled.
    pub const EVERYTHING: Self = Self { implicit: true, password: true };

    #[must_use]
    pub fn allows(self, grant_type: GrantType) -> bool {
        match grant_type {
            GrantType::Implicit => self.implicit,
            GrantType::Password => self.password,
            _ => true,
        }
    }

    #[must_use]
    pub fn allows_response_type(self, response_type: ResponseType) -> bool {
        self.implicit || !response_type.is_front_channel()
    }

    /// Returns the enabled grant types.
    pub fn grant_types(self) -> impl Iterator<Item = GrantType> {
        GrantType::ALL.into_iter().filter(move |grant_type| self.allows(*grant_type))
    }

    /// Returns the enabled response types.
    pub fn response_types(self) -> impl Iterator<Item = ResponseType> {
        ResponseType::ALL.into_iter().filter(move |response_type| self.allows_response_type(*response_type))
    }
}

impl TryFrom<String> for GrantType {
    type Error = UnknownGrantType;

    fn try_from(name: String) -> Result<Self, UnknownGrantType> {
        Self::parse(&name).ok_or(UnknownGrantType)
    }
}

impl From<GrantType> for String {
    fn from(grant_type: GrantType) -> Self {
        grant_type.as_str().to_owned()
    }
}

impl std::fmt::Display for UnknownGrantType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("this server does not support this grant type")
    }
}

impl std::error::Error for UnknownGrantType {}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9700 §2.1.2 and §2.4
    #[test]
    fn what_is_advised_against_is_off_by_default() {
        let names: Vec<&str> = EnabledGrants::default().grant_types().map(GrantType::as_str).collect();
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        assert_eq!(names, ["authorization_code", "refresh_token", "client_credentials", device]);
        assert_eq!(EnabledGrants::default().response_types().collect::<Vec<_>>(), [ResponseType::Code]);
        assert_eq!(EnabledGrants::EVERYTHING.grant_types().count(), GrantType::ALL.len());
        assert_eq!(EnabledGrants::EVERYTHING.response_types().count(), ResponseType::ALL.len());
    }
}
