//! Logins that were answered: each is answered once, after a restart too.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace,
    namespaces::ANSWERED_INTERACTIONS,
    record::{Record, Store, put_new},
};

/// That a login was answered.
#[derive(Serialize, Deserialize)]
struct AnsweredInteraction {
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl Record for AnsweredInteraction {
    const NAMESPACE: Namespace = ANSWERED_INTERACTIONS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

impl Store {
    /// Answers the login `id`, which cannot come back after `expires_at`: of any number who try, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when it was answered before.
    pub async fn answer_interaction(&self, id: &str, expires_at: OffsetDateTime) -> Result<(), CommitError> {
        self.commit(put_new(Commit::new(), id.as_bytes(), &AnsweredInteraction { expires_at })?).await
    }
}
