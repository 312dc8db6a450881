//! Password reset links: the newest one of each account.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    accounts::{affected, unchanged_other},
    namespaces::PASSWORD_RESETS,
    record::{Record, Versioned, put},
    record_store::Store,
};
use crate::{
    account::{
        password_reset::PasswordReset,
        record::{Account, AccountId},
    },
    audit::{EventDetails, EventKind},
};

impl Record for PasswordReset {
    const NAMESPACE: Namespace = PASSWORD_RESETS;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at())
    }
}

impl Store {
    /// Returns the newest link of the account, if it has been neither used nor deleted.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn password_reset(&self, account: &AccountId) -> Result<Option<Versioned<PasswordReset>>, StoreFault> {
        self.read(account.as_str().as_bytes())
    }

    /// Stores a new link, replacing the previous one.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the account has changed since it was read.
    pub async fn put_password_reset(
        &self,
        kept: &Versioned<Account>,
        reset: &PasswordReset,
    ) -> Result<(), CommitError> {
        let commit = put(unchanged_other(Commit::new(), kept), kept.record.id.as_str().as_bytes(), reset)?;
        let details = EventDetails::of(EventKind::PasswordResetCreated).about(&kept.record.id);
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Deletes the link of the account. It is not an error if there is none.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn delete_password_reset(&self, account: &AccountId) -> Result<(), CommitError> {
        let commit = Commit::new().delete(PASSWORD_RESETS, account.as_str());
        let details = EventDetails::of(EventKind::PasswordResetWithdrawn).about(account);
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Replaces `kept` by `changed`, which has a new password, and deletes the link that authorized it. Of concurrent
    /// attempts with one link, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the account or the link has changed since it was read.
    pub async fn reset_password(
        &self,
        kept: &Versioned<Account>,
        changed: &Account,
        reset: &Versioned<PasswordReset>,
    ) -> Result<(), CommitError> {
        let commit = reset.unchanged(Commit::new(), kept.record.id.as_str().as_bytes());
        let details = EventDetails::of(EventKind::PasswordChanged).about(&changed.id).because("reset_link");
        let commit = self.append_events(commit, [details])?;
        self.commit_and_tell(self.replace(commit, kept, changed)?, affected(changed)).await
    }
}
