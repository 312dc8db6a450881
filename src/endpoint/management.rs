//! Common parts of the management API: its errors, and how records are changed.

use std::{collections::BTreeMap, fmt};

use super::{InternalError, access::AccessRefusal, new_account::FieldErrors, request_errors::RequestErrors};
use crate::{account::invitation::InvitationRefusal, oauth::registration::RegistrationRefusal};

/// Errors of the management API.
#[derive(Debug)]
pub enum ManagementRefusal {
    /// The access token is refused, as described in RFC 6750.
    Access(AccessRefusal),
    /// The request is invalid; the errors say what to send instead.
    Invalid(RequestErrors),
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

impl ManagementRefusal {
    /// The request as a whole is invalid.
    pub fn invalid(description: impl Into<String>) -> Self {
        Self::Invalid(RequestErrors::of_request(description))
    }

    /// The member or parameter `name` is invalid.
    pub fn invalid_member(name: &str, expected: impl Into<String>) -> Self {
        Self::Invalid(RequestErrors::of_member(name, expected))
    }

    /// The errors of members and parameters, by path.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        match self {
            Self::Invalid(errors) => errors.fields(),
            Self::Metadata(refusal) => BTreeMap::from([(refusal.member.to_owned(), refusal.description.clone())]),
            Self::Fields(fields) => fields.iter().map(|(field, wrong)| (field.to_owned(), wrong.to_string())).collect(),
            _ => BTreeMap::new(),
        }
    }
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
            Self::Invalid(errors) => errors.fmt(formatter),
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
