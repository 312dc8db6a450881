//! Common parts of the management API: its errors, and how records are changed.

use std::fmt;

use super::{InternalError, access::AccessRefusal, new_account::FieldErrors};
use crate::{account::invitation::InvitationRefusal, oauth::registration::RegistrationRefusal};

/// Errors of the management API.
#[derive(Debug)]
pub enum ManagementRefusal {
    /// The access token is refused, as described in RFC 6750.
    Access(AccessRefusal),
    /// The request is invalid; the text says what to send instead.
    Invalid(String),
    /// The client metadata is refused, as described in RFC 7591 §3.2.2.
    Metadata(RegistrationRefusal),
    /// Fields of an account are invalid, with an error for each.
    Fields(FieldErrors),
    /// The caller may not register an account.
    NotAdmitted(InvitationRefusal),
    Forbidden(&'static str),
    /// The resource does not exist, or the caller may not see it.
    NotFound(&'static str),
    /// The request conflicts with the current state.
    Conflict(&'static str),
    /// The limit is reached; the number of seconds to wait.
    TooOften(i64),
    Internal(InternalError),
}

impl<F: Into<InternalError>> From<F> for ManagementRefusal {
    fn from(fault: F) -> Self {
        Self::Internal(fault.into())
    }
}

impl From<AccessRefusal> for ManagementRefusal {
    fn from(refusal: AccessRefusal) -> Self {
        Self::Access(refusal)
    }
}

impl From<RegistrationRefusal> for ManagementRefusal {
    fn from(refusal: RegistrationRefusal) -> Self {
        Self::Metadata(refusal)
    }
}

impl fmt::Display for ManagementRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Access(AccessRefusal::Bearer(error)) => error.fmt(formatter),
            Self::Access(AccessRefusal::Internal(fault)) | Self::Internal(fault) => fault.fmt(formatter),
            Self::Invalid(description) => formatter.write_str(description),
            Self::NotAdmitted(refusal) => refusal.fmt(formatter),
            Self::Metadata(refusal) => refusal.fmt(formatter),
            Self::Fields(fields) => {
                let fields: Vec<String> = fields.iter().map(|(field, wrong)| format!("{field}: {wrong}")).collect();
                formatter.write_str(&fields.join(" "))
            }
            Self::Forbidden(reason) | Self::NotFound(reason) | Self::Conflict(reason) => formatter.write_str(reason),
            Self::TooOften(seconds) => write!(formatter, "too many attempts; try again in {seconds} seconds"),
        }
    }
}
