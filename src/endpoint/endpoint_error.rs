//! Errors of the client endpoints.

use super::InternalError;
use crate::oauth::token_error::TokenError;

/// Reasons why no tokens are issued.
#[derive(Debug)]
pub enum TokenRefusal {
    /// The request violates a rule.
    Refused {
        error: TokenError,
        /// Whether the client authenticated with the `Authorization` header, so that the response has to name the
        /// scheme.
        by_header: bool,
    },
    Internal(InternalError),
}

/// A rule violated by the request, or an internal error.
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
