//! How a record becomes a row: JSON behind one byte that says by which schema it was written.

use std::{fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use time::{Duration, OffsetDateTime};

use super::{
    Affected, Commit, CommitError, Engine, Epoch, Expect, Namespace, StoreFault, Watcher,
    account_names::DEFAULT_USERNAME_RESERVATION, events::Trail,
};
use crate::audit::{Actor, EventDetails};

/// What is remembered: the verbs of the domain over an engine.
///
/// Each verb is one commit, so it happens wholly or not at all, and it resolves only when it is on disk. What the verb means
/// for somebody who has to account for it is a security event in the same commit: see [`Store::audited`] and [`Store::by`].
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

/// A record as it was read. Whatever is decided from it is written with its version as precondition.
#[derive(Clone, Debug)]
pub struct Versioned<T> {
    /// The record.
    pub record: T,
    version: u64,
}

/// Something with its key.
pub(super) type Entry<T> = (Vec<u8>, T);

/// What can be kept under a key of a namespace of its own.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// Where.
    const NAMESPACE: Namespace;

    /// From when on it need not be kept.
    fn expires_at(&self) -> Option<OffsetDateTime> {
        None
    }

    /// Whether it is worthless once the storage has been set back to a time before: see [`Store::new`].
    const ENDS_WITH_EPOCH: bool = false;
}

impl Store {
    /// The verbs over `engine`. When its storage was once set back to an earlier state, `epoch` began when that was
    /// accepted: what was issued before (codes, sessions, grants) might have been used or ended since, and is as if it
    /// had never been.
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

    /// The same, but `watcher` learns of each commit after which a grant may issue no more, or again.
    #[must_use]
    pub fn watched_by(self, watcher: Arc<dyn Watcher>) -> Self {
        Self { watcher: Some(watcher), ..self }
    }

    /// The same, but nobody else gets the username of an account for `reservation` after the account was deleted or
    /// renamed.
    #[must_use]
    pub fn reserving_usernames_for(self, reservation: Duration) -> Self {
        Self { username_reservation: reservation, ..self }
    }

    /// What began when it was accepted that the storage had been set back, if it ever was.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// The engine, for whoever sweeps, watches and closes it.
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

    /// Removes every row whose key begins with `prefix`, so many at once as a commit holds.
    pub(super) async fn delete_below(&self, namespace: Namespace, prefix: &[u8]) -> Result<(), CommitError> {
        loop {
            let keys = self.keys(namespace, prefix, None, DELETED_AT_ONCE)?;
            if keys.is_empty() {
                return Ok(());
            }
            self.commit(keys.into_iter().fold(Commit::new(), |commit, key| commit.delete(namespace, key))).await?;
        }
    }

    /// Does `commit`, and then tells the watcher what it has affected; resolves after both.
    ///
    /// In a task of its own: whoever asked may go away while the commit is under way, and then it happens nevertheless.
    pub(super) async fn commit_and_tell(&self, commit: Commit, affected: Affected) -> Result<(), CommitError> {
        let Some(watcher) = self.watcher.clone() else { return self.commit(commit).await };
        let engine = Arc::clone(&self.engine);
        let commit = self.with_what_is_also_told(commit)?;
        let done = tokio::spawn(async move {
            engine.commit(commit).await?;
            // A client's grants may be many.
            let told = tokio::task::spawn_blocking(move || watcher.changed(&affected)).await;
            Ok(told.map_err(|_| StoreFault::Closed)??)
        });
        done.await.map_err(|_| StoreFault::Closed)?
    }

    /// Tells the watcher of what a commit has affected that is on disk.
    pub(super) fn tell(&self, affected: &Affected) -> Result<(), StoreFault> {
        self.watcher.as_ref().map_or(Ok(()), |watcher| watcher.changed(affected))
    }

    /// Whether the record is of the present epoch, or not of the kind that ends with one. The version decides and not the
    /// time of issue: the clock may have been wrong.
    fn is_current<T: Record>(&self, kept: &Versioned<T>) -> bool {
        !T::ENDS_WITH_EPOCH || self.is_of_epoch(kept)
    }

    /// Whether the record was written in the present epoch.
    pub(super) fn is_of_epoch<T>(&self, kept: &Versioned<T>) -> bool {
        self.epoch.is_none_or(|epoch| kept.version >= epoch.sequence)
    }
}

impl<T> Versioned<T> {
    /// The precondition that nothing has happened to this record, which lies under `key`, since it was read.
    pub(super) fn unchanged(&self, commit: Commit, key: &[u8]) -> Commit
    where
        T: Record,
    {
        commit.expect(T::NAMESPACE, key, Expect::Version(self.version))
    }
}

/// Adds the writing of `record` under `key` to `commit`.
pub(super) fn put<T: Record>(commit: Commit, key: &[u8], record: &T) -> Result<Commit, StoreFault> {
    put_until(commit, key, record, record.expires_at())
}

/// The same for a record that need not be kept from `expires_at` on, whatever it says itself.
pub(super) fn put_until<T: Record>(
    commit: Commit,
    key: &[u8],
    record: &T,
    expires_at: Option<OffsetDateTime>,
) -> Result<Commit, StoreFault> {
    let mut value = vec![SCHEMA];
    serde_json::to_writer(&mut value, record).map_err(|source| undecodable::<T>(source))?;
    Ok(commit.put(T::NAMESPACE, key, value, expires_at))
}

/// Adds the writing of `record` under `key`, where nothing may be yet, to `commit`.
pub(super) fn put_new<T: Record>(commit: Commit, key: &[u8], record: &T) -> Result<Commit, StoreFault> {
    put(commit.expect(T::NAMESPACE, key, Expect::Absent), key, record)
}

pub(super) fn decode<T: Record>(value: &[u8]) -> Result<T, StoreFault> {
    match value.split_first() {
        Some((&SCHEMA, json)) => serde_json::from_slice(json).map_err(|source| undecodable::<T>(source)),
        _ => Err(StoreFault::NewerSchema { namespace: T::NAMESPACE.name() }),
    }
}

fn undecodable<T: Record>(source: serde_json::Error) -> StoreFault {
    StoreFault::Undecodable { namespace: T::NAMESPACE.name(), source: Arc::new(source) }
}

/// Eight bytes that order by time, the newest first.
pub(super) fn descending(at: OffsetDateTime) -> [u8; 8] {
    // Until the year 2554 it is in the range; later instants would be listed as if then.
    let nanoseconds = u64::try_from(at.unix_timestamp_nanos()).unwrap_or(u64::MAX);
    (u64::MAX - nanoseconds).to_be_bytes()
}

/// Two parts as one key: neither may hold the separator, which no identifier does.
pub(super) fn pair(first: &str, second: &str) -> Vec<u8> {
    [first.as_bytes(), &[0], second.as_bytes()].concat()
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// So many rows are removed in one commit.
const DELETED_AT_ONCE: u16 = 50;

/// The schema by which records are written today.
const SCHEMA: u8 = 1;
