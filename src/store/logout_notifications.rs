//! Pending logout notifications: clients that still have to be notified of the end of a session.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::LOGOUT_NOTIFICATIONS,
    record::{Record, Versioned, pair, put},
    record_store::Store,
};
use crate::oidc::backchannel_logout::LogoutNotification;

impl Record for LogoutNotification {
    const NAMESPACE: Namespace = LOGOUT_NOTIFICATIONS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(LogoutNotification::expires_at(self))
    }
}

/// The notifications that are due, and when to check again.
#[derive(Debug, Default)]
pub struct LogoutQueue {
    /// The due notifications, longest waiting first.
    pub due: Vec<Versioned<LogoutNotification>>,
    /// When the next notification is due, other than those.
    pub next_at: Option<OffsetDateTime>,
}

impl Store {
    /// Returns up to `limit` notifications that are due at `now`, and when to check again.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn logout_agenda(&self, now: OffsetDateTime, limit: usize) -> Result<LogoutQueue, StoreFault> {
        let (mut waiting, mut after) = (Vec::new(), None::<Vec<u8>>);
        loop {
            let page = self.records::<LogoutNotification>(b"", after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            let kept = page.into_iter().map(|(_, kept)| kept);
            waiting.extend(kept.filter(|kept| now < LogoutNotification::expires_at(&kept.record)));
        }
        waiting.sort_by_key(|kept| (!kept.record.is_due(now), kept.record.next_attempt_at));
        let due = waiting.iter().take(limit).take_while(|kept| kept.record.is_due(now)).count();
        let rest = waiting.split_off(due);
        Ok(LogoutQueue { due: waiting, next_at: rest.first().map(|kept| kept.record.next_attempt_at) })
    }

    /// Replaces `kept` by `changed`, or deletes it.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the notification has been replaced since it was read.
    pub async fn put_back_notification(
        &self,
        kept: &Versioned<LogoutNotification>,
        changed: Option<&LogoutNotification>,
    ) -> Result<(), CommitError> {
        let key = key(&kept.record);
        let commit = kept.unchanged(Commit::new(), &key);
        self.commit(match changed {
            Some(changed) => put(commit, &key, changed)?,
            None => commit.delete(LOGOUT_NOTIFICATIONS, key),
        })
        .await
    }
}

/// Adds all of `notifications` to `commit`.
pub(super) fn put_all(commit: Commit, notifications: &[LogoutNotification]) -> Result<Commit, StoreFault> {
    notifications.iter().try_fold(commit, |commit, notification| put(commit, &key(notification), notification))
}

fn key(notification: &LogoutNotification) -> Vec<u8> {
    pair(&notification.sid, notification.client_id.as_str())
}

const PAGE: u16 = 200;
