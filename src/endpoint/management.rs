//! What the endpoints of the management API have in common: why they refuse, and how a record is changed.

use std::fmt;

use super::{InternalError, access::AccessRefusal, new_account::FieldErrors};
use crate::{account::invitation::InvitationRefusal, oauth::registration::RegistrationRefusal};

/// Why the management API refuses.
#[derive(Debug)]
pub enum ManagementRefusal {
    /// The access token, in the terms of RFC 6750.
    Access(AccessRefusal),
    /// What was sent, with what to send instead.
    Invalid(String),
    /// What was sent of an application, in the terms of RFC 7591 §3.2.2.
    Metadata(RegistrationRefusal),
    /// What was sent of a person: for each field what is wrong with it.
    Fields(FieldErrors),
    /// Whoever asks may not register themselves.
    NotAdmitted(InvitationRefusal),
    /// Whoever asks may not do this.
    Forbidden(&'static str),
    /// There is no such thing, or none that whoever asks may see.
    NotFound(&'static str),
    /// It cannot be done with what is there.
    Conflict(&'static str),
    /// It was tried too often; for how long to wait, in seconds.
    TooOften(i64),
    /// Our side failed.
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
