//! Codes for the causes of refusals, for security events, the log and the developers of clients.

use super::{
    authorization_error::{AuthorizationError, UntrustedRequest},
    token_error::TokenError,
};

/// A refusal whose cause has a code.
pub trait Reason {
    /// Returns the code of the cause: the variant and, if it wraps another cause, that one's variant, in snake case. It is
    /// stable and never contains a value that was sent.
    fn reason(&self) -> String;
}

impl Reason for TokenError {
    fn reason(&self) -> String {
        let inner = match self {
            Self::Malformed(cause) => Some(cause.into()),
            Self::Assertion(cause) => Some(cause.into()),
            Self::Scope(cause) => Some(cause.into()),
            _ => None,
        };
        joined(self.into(), inner)
    }
}

impl Reason for AuthorizationError {
    fn reason(&self) -> String {
        let inner = match self {
            Self::Malformed(cause) => Some(cause.into()),
            Self::Challenge(cause) => Some(cause.into()),
            Self::Scope(cause) => Some(cause.into()),
            Self::RequestObject(cause) => Some(cause.into()),
            _ => None,
        };
        joined(self.into(), inner)
    }
}

impl Reason for UntrustedRequest {
    fn reason(&self) -> String {
        let inner = match self {
            Self::Malformed(cause) => Some(cause.into()),
            Self::RedirectUri(cause) => Some(cause.into()),
            Self::RequestObject(cause) => Some(cause.into()),
            Self::UnknownClient => None,
        };
        joined(self.into(), inner)
    }
}

fn joined(outer: &'static str, inner: Option<&'static str>) -> String {
    inner.map_or_else(|| outer.to_owned(), |inner| format!("{outer}_{inner}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        assertion_refusal::AssertionRefusal, parameters::MalformedParameters, redirect_uri::UntrustedRedirectUri,
    };

    #[test]
    fn a_reason_names_the_cause_and_nothing_that_was_sent() {
        let canary = || "Canary".to_owned();
        for (reason, expected) in [
            (TokenError::Malformed(MalformedParameters::Repeated(canary())).reason(), "malformed_repeated"),
            (TokenError::Assertion(AssertionRefusal::Replayed).reason(), "assertion_replayed"),
            (TokenError::VerifierMismatch.reason(), "verifier_mismatch"),
            (TokenError::TooManySecrets { retry_after_seconds: 1 }.reason(), "too_many_secrets"),
            (AuthorizationError::InvalidParameter("max_age").reason(), "invalid_parameter"),
            (
                UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(canary())).reason(),
                "redirect_uri_not_registered",
            ),
            (UntrustedRequest::UnknownClient.reason(), "unknown_client"),
        ] {
            assert_eq!(reason, expected);
        }
    }
}
