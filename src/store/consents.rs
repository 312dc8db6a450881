//! What people have agreed to, when they wanted it remembered.

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::CONSENTS,
    record::{Record, Store, pair, put},
};
use crate::{
    oauth::{client::ClientId, subject::Subject},
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
}
