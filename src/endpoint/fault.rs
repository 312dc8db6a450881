//! What went wrong on our side. It is logged once, where it becomes an answer; whoever asked learns only whether to try
//! again.

use std::{error::Error, fmt};

use crate::{
    account::hashing::HashingFault,
    jose::{KeysFault, SigningFault},
    store::{CommitError, StoreFault},
};

/// A failure of this server.
#[derive(Debug)]
pub enum InternalError {
    /// The storage.
    Store(StoreFault),
    /// Signing.
    Signing(SigningFault),
    /// Making or keeping keys.
    Keys(KeysFault),
    /// A computation beside the requests ended before it was done.
    BrokenOff(tokio::task::JoinError),
    /// Hashing a password.
    Hashing(HashingFault),
    /// Too much work of one kind waits already.
    Busy,
    /// A commit kept failing because something else changed the same record each time.
    Contended,
}

impl InternalError {
    /// Whether a later attempt can succeed: 503 with `Retry-After` rather than 500.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Store(fault) => fault.is_temporary(),
            Self::Hashing(HashingFault::Busy) | Self::Busy | Self::Contended => true,
            Self::Signing(_) | Self::Keys(_) | Self::BrokenOff(_) | Self::Hashing(HashingFault::Failed(_)) => false,
        }
    }
}

impl From<StoreFault> for InternalError {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

/// For commits whose preconditions nothing else competes for: there a conflict is as unlikely as a collision of random
/// identifiers.
impl From<CommitError> for InternalError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Contended,
            CommitError::Internal(fault) => Self::Store(fault),
        }
    }
}

impl From<SigningFault> for InternalError {
    fn from(fault: SigningFault) -> Self {
        Self::Signing(fault)
    }
}

impl From<HashingFault> for InternalError {
    fn from(fault: HashingFault) -> Self {
        Self::Hashing(fault)
    }
}

impl fmt::Display for InternalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(formatter),
            Self::Signing(fault) => fault.fmt(formatter),
            Self::Keys(fault) => fault.fmt(formatter),
            Self::BrokenOff(error) => error.fmt(formatter),
            Self::Hashing(fault) => fault.fmt(formatter),
            Self::Busy => formatter.write_str("too much work of this kind waits already"),
            Self::Contended => formatter.write_str("a record was changed again and again while it was being written"),
        }
    }
}

impl Error for InternalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(fault) => Some(fault),
            Self::Signing(fault) => Some(fault),
            Self::Keys(fault) => Some(fault),
            Self::BrokenOff(error) => Some(error),
            Self::Hashing(fault) => Some(fault),
            Self::Busy | Self::Contended => None,
        }
    }
}
