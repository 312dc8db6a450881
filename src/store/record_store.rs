//! The store: the verbs of the domain over an engine.

use std::{fmt, sync::Arc};

use time::Duration;

use super::{
    Affected, Commit, CommitError, Engine, Epoch, Namespace, StoreFault, Watcher,
    event_trail::Trail,
    record::{Entry, Record, Versioned, decode},
};
use crate::audit::{Actor, EventDetails};

/// The persistent state of the server: operations of the domain over an engine.
///
/// Each operation is one commit, so it is atomic, and it resolves only when it is on disk. Security events for the
/// operation are part of the same commit: see [`Store::audited`] and [`Store::as_actor`].
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    epoch: Option<Epoch>,
    watcher: Option<Arc<dyn Watcher>>,
    pub(super) username_reservation: Duration,
    pub(super) trail: Option<Arc<Trail>>,
    pub(super) actor: Arc<Actor>,
    pub(super) also: Option<Arc<EventDetails>>,
}

impl Store {
    /// Creates a store over `engine`. If its database was once restored from an older state, `epoch` began when that
    /// was accepted. Codes, sessions and grants from before might have been used or ended since, and are treated as
    /// if they did not exist.
    pub fn new(engine: Arc<dyn Engine>, epoch: Option<Epoch>) -> Self {
        Self {
            engine,
            epoch,
            watcher: None,
            username_reservation: DEFAULT_USERNAME_RESERVATION,
            trail: None,
            actor: Arc::default(),
            also: None,
        }
    }

    /// Returns a store that notifies `watcher` of each commit after which a grant may no longer issue tokens, or may
    /// again.
    #[must_use]
    pub fn watched_by(self, watcher: Arc<dyn Watcher>) -> Self {
        Self { watcher: Some(watcher), ..self }
    }

    /// Returns a store that reserves the username of an account for `reservation` after the account was deleted or
    /// renamed.
    #[must_use]
    pub fn reserving_usernames_for(self, reservation: Duration) -> Self {
        Self { username_reservation: reservation, ..self }
    }

    /// The epoch that began when a rollback of the storage was accepted, if there was one.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// The engine, for sweeping, monitoring and closing it.
    #[must_use]
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    pub(super) fn read<T: Record>(&self, key: &[u8]) -> Result<Option<Versioned<T>>, StoreFault> {
        let Some(row) = self.engine.get(T::NAMESPACE, key)? else { return Ok(None) };
        let kept = Versioned { record: decode::<T>(&row.value)?, version: row.version };
        Ok(Some(kept).filter(|kept| self.is_current(kept)))
    }

    /// The keys of up to `limit` rows whose key begins with `prefix` and comes after `after`.
    pub(super) fn keys(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Vec<u8>>, StoreFault> {
        let rows = self.engine.page(namespace, prefix, after, limit)?;
        Ok(rows.into_iter().map(|(key, _)| key).collect())
    }

    /// Up to `limit` records whose key begins with `prefix` and comes after `after`, with their keys.
    pub(super) fn records<T: Record>(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Versioned<T>>>, StoreFault> {
        let rows = self.engine.page(T::NAMESPACE, prefix, after, limit)?;
        let mut records = Vec::with_capacity(rows.len());
        for (key, row) in rows {
            let kept = Versioned { record: decode::<T>(&row.value)?, version: row.version };
            if self.is_current(&kept) {
                records.push((key, kept));
            }
        }
        Ok(records)
    }

    pub(super) async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.engine.commit(self.with_what_is_also_told(commit)?).await.map(|_| ())
    }

    /// Deletes every row whose key begins with `prefix`, as many per commit as it may have.
    pub(super) async fn delete_below(&self, namespace: Namespace, prefix: &[u8]) -> Result<(), CommitError> {
        loop {
            let keys = self.keys(namespace, prefix, None, DELETED_TOGETHER)?;
            if keys.is_empty() {
                return Ok(());
            }
            self.commit(keys.into_iter().fold(Commit::new(), |commit, key| commit.delete(namespace, key))).await?;
        }
    }

    /// Applies `commit` and then notifies the watcher of what it affects. Resolves after both.
    ///
    /// It runs as a separate task: if the caller's future is dropped during the commit, the notification still
    /// happens.
    pub(super) async fn commit_and_tell(&self, commit: Commit, affected: Affected) -> Result<(), CommitError> {
        let Some(watcher) = self.watcher.clone() else { return self.commit(commit).await };
        let engine = Arc::clone(&self.engine);
        let commit = self.with_what_is_also_told(commit)?;
        let done = tokio::spawn(async move {
            engine.commit(commit).await?;
            // A client may have many grants.
            let told = tokio::task::spawn_blocking(move || watcher.changed(&affected)).await;
            Ok(told.map_err(|_| StoreFault::Closed)??)
        });
        done.await.map_err(|_| StoreFault::Closed)?
    }

    /// Notifies the watcher of what a commit that is on disk affects.
    pub(super) fn tell(&self, affected: &Affected) -> Result<(), StoreFault> {
        self.watcher.as_ref().map_or(Ok(()), |watcher| watcher.changed(affected))
    }

    /// Returns `true` if the record is from the current epoch, or of a kind that is valid in all epochs. This is
    /// decided by the version and not by the time of issue, because the clock may have been wrong.
    fn is_current<T: Record>(&self, kept: &Versioned<T>) -> bool {
        !T::ENDS_WITH_EPOCH || self.is_of_epoch(kept)
    }

    /// Returns `true` if the record was written in the current epoch.
    pub(super) fn is_of_epoch<T>(&self, kept: &Versioned<T>) -> bool {
        self.epoch.is_none_or(|epoch| kept.version >= epoch.sequence)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// Number of rows deleted in one commit.
const DELETED_TOGETHER: u16 = 50;

/// How long a username stays reserved after its account was deleted or renamed, by default.
pub const DEFAULT_USERNAME_RESERVATION: Duration = Duration::days(180);
