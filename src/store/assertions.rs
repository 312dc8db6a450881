//! Assertions by which clients have authenticated: each works once, after a restart too.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace,
    namespaces::ASSERTIONS,
    record::{Record, Store, pair, put_new},
};
use crate::oauth::client_assertion::AcceptedAssertion;

/// That an assertion was used.
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
    /// Uses an assertion: of any number who try at once, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when it was used before.
    pub async fn use_assertion(&self, assertion: &AcceptedAssertion) -> Result<(), CommitError> {
        let key = pair(assertion.client_id().as_str(), assertion.jti.as_str());
        let used = UsedAssertion { expires_at: assertion.expires_at };
        self.commit(put_new(Commit::new(), &key, &used)?).await
    }
}
