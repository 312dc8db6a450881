//! Answered interactions: each is answered once, even after a restart.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace,
    namespaces::ANSWERED_INTERACTIONS,
    record::{Record, put_new},
    record_store::Store,
};

/// An answered interaction.
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
    /// Marks the interaction `id`, which cannot be presented after `expires_at`, as answered. Of concurrent attempts,
    /// exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if it has been answered before.
    pub async fn answer_interaction(&self, id: &str, expires_at: OffsetDateTime) -> Result<(), CommitError> {
        self.commit(put_new(Commit::new(), id.as_bytes(), &AnsweredInteraction { expires_at })?).await
    }
}
