//! Invitations.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::INVITATIONS,
    record::{Entry, Record, Versioned, put, put_new},
    record_store::Store,
};
use crate::{
    account::{invitation::Invitation, record::Account},
    audit::{EventDetails, EventKind},
    crypto::Digest,
};

impl Record for Invitation {
    const NAMESPACE: Namespace = INVITATIONS;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at())
    }
}

impl Store {
    /// Returns the invitation with this secret hash, used or not.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn invitation(&self, digest: &Digest) -> Result<Option<Versioned<Invitation>>, StoreFault> {
        self.read(digest.as_str().as_bytes())
    }

    /// Lists up to `limit` invitations after `after`, ordered by hash, with their hashes.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn invitations(&self, after: Option<&[u8]>, limit: u16) -> Result<Vec<Entry<Invitation>>, StoreFault> {
        let rows = self.records::<Invitation>(b"", after, limit)?;
        Ok(rows.into_iter().map(|(key, kept)| (key, kept.record)).collect())
    }

    /// Stores a new invitation.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn create_invitation(&self, digest: &Digest, invitation: &Invitation) -> Result<(), CommitError> {
        let commit = put_new(Commit::new(), digest.as_str().as_bytes(), invitation)?;
        self.commit(self.append_events(commit, [EventDetails::of(EventKind::InvitationCreated)])?).await
    }

    /// Deletes an invitation. It is not an error if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn delete_invitation(&self, digest: &str) -> Result<(), CommitError> {
        let commit = Commit::new().delete(INVITATIONS, digest);
        self.commit(self.append_events(commit, [EventDetails::of(EventKind::InvitationWithdrawn)])?).await
    }

    /// Stores a new account and marks its invitation as used. Of concurrent attempts with one invitation, exactly one
    /// succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the username is taken or the invitation has been used.
    pub async fn create_invited_account(
        &self,
        account: &Account,
        (digest, kept): (&Digest, &Versioned<Invitation>),
        spent: &Invitation,
    ) -> Result<(), CommitError> {
        let key = digest.as_str().as_bytes();
        let commit = put(kept.unchanged(Commit::new(), key), key, spent)?;
        let is = |kind| EventDetails::of(kind).about(&account.id);
        let occurrences = [is(EventKind::InvitationUsed), is(EventKind::AccountCreated).because("invitation")];
        self.commit(self.append_events(self.create(commit, account)?, occurrences)?).await
    }
}
