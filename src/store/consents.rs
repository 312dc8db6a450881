//! Remembered consents of users.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Namespace, StoreFault,
    namespaces::CONSENTS,
    record::{Record, pair, put},
    record_store::Store,
};
use crate::{
    audit::{EventDetails, EventKind},
    oauth::{client::ClientId, scope::Scope, subject::Subject},
    oidc::step::Consent,
};

impl Record for Consent {
    const NAMESPACE: Namespace = CONSENTS;
}

impl Store {
    /// Returns the consent of `subject` for `client_id`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn consent(&self, subject: &Subject, client_id: &ClientId) -> Result<Option<Consent>, StoreFault> {
        Ok(self.read::<Consent>(&pair(subject.as_str(), client_id.as_str()))?.map(|kept| kept.record))
    }

    /// Lists up to `limit` consents of `subject`, withdrawn or not, after the client `after`, ordered by client
    /// identifier.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn consents_of(
        &self,
        subject: &Subject,
        after: Option<&ClientId>,
        limit: u16,
    ) -> Result<Vec<(ClientId, Consent)>, StoreFault> {
        let prefix = pair(subject.as_str(), "");
        let after = after.map(|after| pair(subject.as_str(), after.as_str()));
        let records = self.records::<Consent>(&prefix, after.as_deref(), limit)?;
        let client = |key: &[u8]| ClientId::parse(std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok()?).ok();
        Ok(records.into_iter().filter_map(|(key, kept)| Some((client(&key)?, kept.record))).collect())
    }

    /// Records that `subject` has disconnected `client_id` at `at`: earlier consents no longer count, and nothing
    /// more is issued from earlier grants.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails.
    pub async fn withdraw_consent(
        &self,
        subject: &Subject,
        client_id: &ClientId,
        at: OffsetDateTime,
    ) -> Result<(), StoreFault> {
        let key = pair(subject.as_str(), client_id.as_str());
        let granted_at = self.read::<Consent>(&key)?.map_or(at, |kept| kept.record.granted_at);
        let withdrawn = Consent {
            scope: Scope::empty(),
            claims: BTreeSet::new(),
            granted_at: granted_at.min(at),
            withdrawn_at: Some(at),
        };
        let details = EventDetails::of(EventKind::ApplicationDisconnected).about_subject(subject);
        let commit = put(Commit::new(), &key, &withdrawn)?;
        let commit = self.append_events(commit, [details.with_client(client_id)])?;
        match self.commit_and_tell(commit, Affected::GrantsOf(subject.clone())).await {
            Ok(()) => Ok(()),
            Err(CommitError::Internal(fault)) => Err(fault),
            // There is no precondition.
            Err(CommitError::Conflict) => Ok(()),
        }
    }

    /// Stores `consent`, replacing an earlier one.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn remember_consent(
        &self,
        subject: &Subject,
        client_id: &ClientId,
        consent: &Consent,
    ) -> Result<(), CommitError> {
        self.commit(put(Commit::new(), &pair(subject.as_str(), client_id.as_str()), consent)?).await
    }

    /// Deletes all consents and withdrawals of `subject`.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a write fails. Some records may then be deleted and others not.
    pub async fn forget_consents_of(&self, subject: &Subject) -> Result<(), CommitError> {
        self.delete_below(CONSENTS, &pair(subject.as_str(), "")).await
    }
}
