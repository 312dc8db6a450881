//! Why an endpoint of clients refuses a request, or fails.

use super::InternalError;
use crate::oauth::token_error::TokenError;

/// Why there are no tokens.
#[derive(Debug)]
pub enum TokenRefusal {
    /// The request breaks a rule.
    Refused {
        /// Which one.
        error: TokenError,
        /// Whether the client authenticated in the `Authorization` header, so that the answer has to name the scheme.
        by_header: bool,
    },
    /// Our side failed.
    Internal(InternalError),
}

/// A rule broken by the request, or a failure of ours.
#[derive(Debug)]
pub(super) enum EndpointError {
    Rejected(TokenError),
    Internal(InternalError),
}

impl EndpointError {
    pub(super) fn with_header(self, by_header: bool) -> TokenRefusal {
        match self {
            Self::Rejected(error) => TokenRefusal::Refused { error, by_header },
            Self::Internal(fault) => TokenRefusal::Internal(fault),
        }
    }
}

impl<E: Into<TokenError>> From<E> for EndpointError {
    fn from(error: E) -> Self {
        Self::Rejected(error.into())
    }
}

impl From<InternalError> for EndpointError {
    fn from(fault: InternalError) -> Self {
        Self::Internal(fault)
    }
}
