//! Links with which people set their passwords: the newest of each account.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    accounts::{affected, beside},
    namespaces::PASSWORD_RESETS,
    record::{Record, Store, Versioned, put},
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
    /// The newest link of the account, if it was neither used nor taken back.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn password_reset(&self, account: &AccountId) -> Result<Option<Versioned<PasswordReset>>, StoreFault> {
        self.read(account.as_str().as_bytes())
    }

    /// Keeps a new link in place of the one before.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the account since it was read.
    pub async fn put_password_reset(
        &self,
        kept: &Versioned<Account>,
        reset: &PasswordReset,
    ) -> Result<(), CommitError> {
        let commit = put(beside(Commit::new(), kept), kept.record.id.as_str().as_bytes(), reset)?;
        let details = EventDetails::of(EventKind::PasswordResetCreated).about(&kept.record.id);
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Takes the link of the account back. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn delete_password_reset(&self, account: &AccountId) -> Result<(), CommitError> {
        let commit = Commit::new().delete(PASSWORD_RESETS, account.as_str());
        let details = EventDetails::of(EventKind::PasswordResetWithdrawn).about(account);
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Keeps `changed`, which has another password, in place of `kept`, and spends the link that allowed it: of any number
    /// who use one link at once, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the account, or the link, since they were read.
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
