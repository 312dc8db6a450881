//! Why a registration is refused, [RFC 7591 §3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2).

use std::fmt;

/// Why a registration is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRefusal {
    pub code: RegistrationErrorCode,
    /// The member of the metadata.
    pub member: &'static str,
    /// What is wrong, and what to send instead.
    pub description: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationErrorCode {
    InvalidRedirectUri,
    InvalidClientMetadata,
    /// The registrar may not grant this. `/register` reports it as `invalid_client_metadata`.
    Privileged,
}

pub(super) fn invalid(member: &'static str, description: impl Into<String>) -> RegistrationRefusal {
    let code = RegistrationErrorCode::InvalidClientMetadata;
    RegistrationRefusal { code, member, description: description.into() }
}

pub(super) fn list<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}

impl RegistrationErrorCode {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata | Self::Privileged => "invalid_client_metadata",
        }
    }
}

impl fmt::Display for RegistrationRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.member, self.description)
    }
}

impl std::error::Error for RegistrationRefusal {}

/// Maximum number of redirect URIs of a client. It bounds the record.
pub const MOST_URIS: usize = 16;
