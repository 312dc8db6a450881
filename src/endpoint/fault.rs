//! Internal errors. Each is logged once, where it becomes a response. The client only learns whether to retry.

use std::{error::Error, fmt};

use crate::{
    account::hashing::HashingFault,
    jose::{KeysFault, SigningFault},
    store::{CommitError, StoreFault},
};

/// A failure of this server.
#[derive(Debug)]
pub enum InternalError {
    Store(StoreFault),
    Signing(SigningFault),
    /// Generating or storing keys failed.
    Keys(KeysFault),
    /// A computation on another thread ended before it was done.
    BrokenOff(tokio::task::JoinError),
    Hashing(HashingFault),
    /// Too many tasks of this kind are already waiting.
    Busy,
    /// A commit kept failing because the same record was changed concurrently each time.
    Contended,
    /// A login requires a step that has no page.
    UnfinishedSignIn,
}

impl InternalError {
    /// Returns `true` if a retry can succeed. The response is then 503 with `Retry-After` instead of 500.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Store(fault) => fault.is_temporary(),
            Self::Hashing(HashingFault::Busy) | Self::Busy | Self::Contended => true,
            Self::Signing(_)
            | Self::Keys(_)
            | Self::BrokenOff(_)
            | Self::Hashing(HashingFault::Failed(_))
            | Self::UnfinishedSignIn => false,
        }
    }
}

impl From<StoreFault> for InternalError {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

/// For commits without competing writers, where a conflict is as unlikely as a collision of random identifiers.
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
            Self::Busy => formatter.write_str("too many requests of this kind are already waiting"),
            Self::Contended => formatter.write_str("a record was changed repeatedly while it was being written"),
            Self::UnfinishedSignIn => formatter.write_str("a login requires a step that has no page"),
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
            Self::Busy | Self::Contended | Self::UnfinishedSignIn => None,
        }
    }
}
