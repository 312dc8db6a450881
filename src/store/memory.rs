//! An engine without a disk, for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{OffsetDateTime, UtcOffset};
use tokio::sync::watch;

use super::{
    commit::{Commit, Write},
    engine::{Engine, EngineHealth, Pending},
    fault::{CommitError, StoreFault},
    row::{Namespace, Row, SWEEP_LIMIT, beyond, sweep_before},
};

/// An [`Engine`] in memory. Its rows are lost when it is dropped.
#[derive(Debug)]
pub struct MemoryEngine {
    rows: Mutex<Rows>,
    health: watch::Sender<EngineHealth>,
}

#[derive(Debug, Default)]
struct Rows {
    sequence: u64,
    rows: BTreeMap<RowKey, Row>,
    expiries: BTreeSet<(i64, RowKey)>,
}

/// The namespace's identifier and the key.
type RowKey = (u8, Vec<u8>);

impl MemoryEngine {
    /// Creates an empty engine.
    #[must_use]
    pub fn new() -> Self {
        Self { rows: Mutex::default(), health: watch::Sender::new(EngineHealth::Sound) }
    }

    /// Makes the engine behave as if the disk were full, or had space again.
    pub fn fill(&self, is_full: bool) {
        self.health.send_replace(if is_full { EngineHealth::Full } else { EngineHealth::Sound });
    }

    /// Makes the engine behave as after a disk failure.
    pub fn fail(&self) {
        self.health.send_replace(EngineHealth::Failed);
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A panic between two changes would leave a partial commit, but no call in between can panic.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accepting(&self) -> Result<MutexGuard<'_, Rows>, StoreFault> {
        let rows = self.rows();
        match *self.health.borrow() {
            EngineHealth::Sound => Ok(rows),
            EngineHealth::Closed => Err(StoreFault::Closed),
            EngineHealth::Full => Err(StoreFault::Full),
            EngineHealth::Failed => Err(StoreFault::Latched),
        }
    }
}

impl Default for MemoryEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for MemoryEngine {
    fn get(&self, namespace: Namespace, key: &[u8]) -> Result<Option<Row>, StoreFault> {
        Ok(self.rows().rows.get(&(namespace.id(), key.to_vec())).cloned())
    }

    fn page(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded((namespace.id(), after.to_vec())),
            _ => Bound::Included((namespace.id(), prefix.to_vec())),
        };
        let rows = self.rows();
        let page = rows.rows.range((from, Bound::Unbounded));
        Ok(page
            .take_while(|((id, key), _)| *id == namespace.id() && key.starts_with(prefix))
            .take(usize::from(limit))
            .map(|((_, key), row)| (key.clone(), row.clone()))
            .collect())
    }

    fn page_back(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault> {
        let end = match (before, beyond(prefix)) {
            (Some(before), Some(beyond)) => (namespace.id(), beyond.min(before.to_vec())),
            (Some(before), None) => (namespace.id(), before.to_vec()),
            (None, Some(beyond)) => (namespace.id(), beyond),
            (None, None) => (namespace.id() + 1, Vec::new()),
        };
        let start = (namespace.id(), prefix.to_vec());
        if end <= start {
            return Ok(Vec::new());
        }
        let rows = self.rows();
        let page = rows.rows.range(start..end).rev().take(usize::from(limit));
        Ok(page.map(|((_, key), row)| (key.clone(), row.clone())).collect())
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Result<u64, CommitError>> {
        Box::pin(async move {
            let commit = commit.bounded()?;
            let mut rows = self.accepting()?;
            for ((namespace, key), expect) in commit.preconditions() {
                let row = rows.rows.get(&(namespace.id(), key.clone()));
                if !expect.allows(row.map(|row| row.version)) {
                    return Err(CommitError::Conflict);
                }
            }
            rows.sequence += 1;
            let version = rows.sequence;
            for ((namespace, key), write) in commit.into_writes() {
                let place = (namespace.id(), key);
                match write {
                    Write::Put { value, expires_at } => {
                        let expires_at = expires_at.map(|instant| instant.to_offset(UtcOffset::UTC));
                        rows.put(place, Row { version, value, expires_at });
                    }
                    Write::Delete => {
                        rows.remove(&place);
                    }
                }
            }
            Ok(version)
        })
    }

    fn sweep(&self, now: OffsetDateTime) -> Pending<'_, Result<usize, StoreFault>> {
        Box::pin(async move {
            let mut rows = self.accepting()?;
            let before = sweep_before(now);
            let due = rows.expiries.iter().take_while(|(at, _)| *at < before).take(SWEEP_LIMIT);
            let due: Vec<RowKey> = due.map(|(_, place)| place.clone()).collect();
            for place in &due {
                rows.remove(place);
            }
            Ok(due.len())
        })
    }

    fn close(&self) -> Pending<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            let _rows = self.rows();
            self.health.send_if_modified(|health| {
                let sound = *health == EngineHealth::Sound;
                if sound {
                    *health = EngineHealth::Closed;
                }
                sound
            });
            if self.is_failed() { Err(StoreFault::Latched) } else { Ok(()) }
        })
    }

    fn health(&self) -> watch::Receiver<EngineHealth> {
        self.health.subscribe()
    }
}

impl Rows {
    fn put(&mut self, place: RowKey, row: Row) {
        self.remove(&place);
        if let Some(expires_at) = row.expires_at {
            self.expiries.insert((expires_at.unix_timestamp(), place.clone()));
        }
        self.rows.insert(place, row);
    }

    fn remove(&mut self, place: &RowKey) {
        if let Some(row) = self.rows.remove(place)
            && let Some(expires_at) = row.expires_at
        {
            self.expiries.remove(&(expires_at.unix_timestamp(), place.clone()));
        }
    }
}
