//! What people have agreed to, when they wanted it remembered.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Namespace, StoreFault,
    namespaces::CONSENTS,
    record::{Record, Store, pair, put},
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
    /// What `subject` has agreed to for `client_id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn consent(&self, subject: &Subject, client_id: &ClientId) -> Result<Option<Consent>, StoreFault> {
        Ok(self.read::<Consent>(&pair(subject.as_str(), client_id.as_str()))?.map(|kept| kept.record))
    }

    /// What `subject` has agreed to, withdrawn or not, in the order of the clients' identifiers: at most `limit` after the
    /// client `after`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
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

    /// Remembers that `subject` has disconnected `client_id` at `at`: what was agreed to before counts no more, and what was
    /// granted before issues nothing more.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
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

    /// Remembers `consent`, in place of an earlier one.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn remember_consent(
        &self,
        subject: &Subject,
        client_id: &ClientId,
        consent: &Consent,
    ) -> Result<(), CommitError> {
        self.commit(put(Commit::new(), &pair(subject.as_str(), client_id.as_str()), consent)?).await
    }

    /// Forgets everything that `subject` has agreed to and withdrawn.
    ///
    /// # Errors
    ///
    /// When it cannot be written. Then some may be forgotten and others not.
    pub async fn forget_consents_of(&self, subject: &Subject) -> Result<(), CommitError> {
        self.delete_below(CONSENTS, &pair(subject.as_str(), "")).await
    }
}
