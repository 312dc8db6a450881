//! Used client assertions: each is accepted once, even after a restart.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace,
    namespaces::ASSERTIONS,
    record::{Record, pair, put_new},
    record_store::Store,
};
use crate::oauth::client_assertion::AcceptedAssertion;

/// A used assertion.
#[derive(Serialize, Deserialize)]
struct UsedAssertion {
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl Record for UsedAssertion {
    const NAMESPACE: Namespace = ASSERTIONS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

impl Store {
    /// Marks an assertion as used. Of concurrent attempts, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if it has been used before.
    pub async fn use_assertion(&self, assertion: &AcceptedAssertion) -> Result<(), CommitError> {
        let key = pair(assertion.client_id().as_str(), assertion.jti.as_str());
        let used = UsedAssertion { expires_at: assertion.expires_at };
        self.commit(put_new(Commit::new(), &key, &used)?).await
    }
}
