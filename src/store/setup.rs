//! The link with which the first administrator is made.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::SETUP,
    record::{Record, Store, Versioned, put},
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
    /// The newest code, used or not.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn setup_code(&self) -> Result<Option<Versioned<SetupCode>>, StoreFault> {
        self.read(NEWEST)
    }

    /// Keeps a new code in place of all before.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn put_setup_code(&self, code: &SetupCode) -> Result<(), CommitError> {
        let commit = put(Commit::new(), NEWEST, code)?;
        self.commit(self.append_events(commit, [EventDetails::of(EventKind::SetupLinkCreated)])?).await
    }
}

/// Adds the spending of a code, which nothing may have happened to since it was read, to `commit`.
pub(super) fn spend(commit: Commit, kept: &Versioned<SetupCode>, spent: &SetupCode) -> Result<Commit, StoreFault> {
    put(kept.unchanged(commit, NEWEST), NEWEST, spent)
}

const NEWEST: &[u8] = b"newest";
