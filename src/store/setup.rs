//! The link for creating the first administrator.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::SETUP,
    record::{Record, Versioned, put},
    record_store::Store,
};
use crate::{
    account::setup::SetupCode,
    audit::{EventDetails, EventKind},
};

impl Record for SetupCode {
    const NAMESPACE: Namespace = SETUP;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at())
    }
}

impl Store {
    /// Returns the newest code, used or not.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn setup_code(&self) -> Result<Option<Versioned<SetupCode>>, StoreFault> {
        self.read(NEWEST)
    }

    /// Stores a new code, replacing earlier ones.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn put_setup_code(&self, code: &SetupCode) -> Result<(), CommitError> {
        let commit = put(Commit::new(), NEWEST, code)?;
        self.commit(self.append_events(commit, [EventDetails::of(EventKind::SetupLinkCreated)])?).await
    }
}

/// Adds to `commit` that the code is used, on condition that it has not changed since it was read.
pub(super) fn spend(commit: Commit, kept: &Versioned<SetupCode>, spent: &SetupCode) -> Result<Commit, StoreFault> {
    put(kept.unchanged(commit, NEWEST), NEWEST, spent)
}

const NEWEST: &[u8] = b"newest";
