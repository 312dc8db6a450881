//! The engine on disk: sled 0.34 with a single writer thread.
//!
//! sled's guarantees are weaker than they seem, so this engine adds what is missing:
//!
//! * `flush` does not wait for the disk. Each batch is flushed and then synced by `fdatasync` ([`writer`]).
//! * A damaged file opens without an error, with the newest commits missing, or with rows missing in the middle.
//!   Rollback detection refuses such a file ([`history`], [`commit_log`]), and also an older copy of the whole folder
//!   ([`outside_mark`]).
//! * Blocks have checksums, but rows do not. Each row gets its own checksum ([`row`]).
//!
//! Because only one thread writes, nothing can happen between the check of a precondition and the write that depends
//! on it. Transactions over several trees are therefore not needed: there is one tree with the namespace as the first
//! byte of each key, and a batch of commits is one `apply_batch`. In sled 0.34.7 that holds the lock that readers
//! take for each call, so a reader sees all of a batch or nothing of it, and recovery drops a batch whose end is not
//! in the log.
//!
//! After a storage error, sled's state in memory and on disk may differ, so it is never written to again: the engine
//! latches, and the process exits and is restarted.

mod batch;
mod commit_log;
mod disk;
mod guarded;
mod history;
mod open;
mod open_disk;
mod open_error;
mod outside_mark;
mod progress;
mod row;
mod salvage;
mod space;
mod writer;

#[cfg(test)]
mod bit_flip_tests;
#[cfg(test)]
mod crash;

#[cfg(test)]
mod folder_tests;
#[cfg(test)]
mod full_disk_tests;
#[cfg(test)]
mod salvage_tests;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot, watch};

use self::{
    guarded::guarded,
    progress::SharedProgress,
    row::{decode, place_of},
    writer::{Writer, WriterRequest},
};
pub use self::{
    history::{Evidence, Position},
    open::{Epoch, OnRollback, OpenPolicy, Opened},
    open_error::OpenError,
    outside_mark::{Outside, OutsideMark},
    salvage::{Salvage, SalvageReport, salvage},
    space::{Space, SpaceLevel},
};
use super::{
    commit::Commit,
    engine::{Engine, EngineHealth, Pending},
    fault::{CommitError, StoreFault},
    row::{Namespace, Row, beyond},
};

/// An [`Engine`] on disk, see the module documentation. [`SledEngine::open`] creates one.
///
/// Dropping it completes the queued commits and waits for the writer thread.
#[derive(Debug)]
pub struct SledEngine {
    // The fields are dropped in this order: the writer ends when the queue does, and the lock is released last.
    queue: mpsc::Sender<WriterRequest>,
    health: watch::Receiver<EngineHealth>,
    _writer: JoinOnDrop,
    db: sled::Db,
    _lock: File,
    progress: Arc<SharedProgress>,
    /// How long a request waits for a place in the queue.
    patience: Duration,
}

impl SledEngine {
    /// Starts the writer thread.
    fn start(writer: Writer, lock: File) -> std::io::Result<Self> {
        let (queue, mut requests) = mpsc::channel(QUEUE);
        let (health_sender, health) = watch::channel(EngineHealth::Sound);
        let db = writer.disk.db.clone();
        let progress = Arc::clone(&writer.progress.shared);
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            let ended = catch_unwind(AssertUnwindSafe(|| writer.run(&mut requests, &health_sender)));
            if ended.is_err() {
                tracing::error!("storage panicked, no writes are accepted until a restart");
                health_sender.send_replace(EngineHealth::Failed);
            }
        })?;
        Ok(Self { queue, health, _writer: JoinOnDrop(Some(thread)), db, _lock: lock, progress, patience: BUSY_AFTER })
    }

    /// Queues the request created by `request` with a channel for the response, and waits for the response.
    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> WriterRequest) -> Result<T, StoreFault> {
        let (sender, answer) = oneshot::channel();
        match tokio::time::timeout(self.patience, self.queue.reserve()).await {
            Err(_) => return Err(StoreFault::Busy),
            Ok(Err(_)) => return Err(self.ended()),
            Ok(Ok(place)) => place.send(request(sender)),
        }
        answer.await.map_err(|_| self.ended())
    }

    /// The reason why the writer does not respond.
    fn ended(&self) -> StoreFault {
        match *self.health.borrow() {
            EngineHealth::Closed => StoreFault::Closed,
            // Between a panic of the writer and its report, the engine still appears healthy.
            EngineHealth::Failed | EngineHealth::Full | EngineHealth::Sound => StoreFault::Latched,
        }
    }
}

impl Engine for SledEngine {
    fn get(&self, namespace: Namespace, key: &[u8]) -> Result<Option<Row>, StoreFault> {
        guarded(|| {
            let place = place_of(namespace, key);
            let stored = self.db.get(&place).map_err(StoreFault::storage)?;
            stored.map(|bytes| row_of(namespace, &place, &bytes)).transpose()
        })
    }

    fn page(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault> {
        let prefix_place = place_of(namespace, prefix);
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(place_of(namespace, after)),
            _ => Bound::Included(prefix_place.clone()),
        };
        guarded(|| {
            let mut page = Vec::new();
            for entry in self.db.range((from, Bound::Unbounded)).take(usize::from(limit)) {
                let (place, bytes) = entry.map_err(StoreFault::storage)?;
                let Some(key) = place.get(1..).filter(|_| place.starts_with(&prefix_place)) else { break };
                page.push((key.to_vec(), row_of(namespace, &place, &bytes)?));
            }
            Ok(page)
        })
    }

    fn page_back(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault> {
        let start = place_of(namespace, prefix);
        // A place begins with the number of the namespace, which is never the greatest byte, so a greater key exists.
        let beyond = beyond(&start).unwrap_or_default();
        let end = before.map_or_else(|| beyond.clone(), |before| place_of(namespace, before).min(beyond.clone()));
        if end <= start {
            return Ok(Vec::new());
        }
        guarded(|| {
            let mut page = Vec::new();
            for entry in self.db.range(start..end).rev().take(usize::from(limit)) {
                let (place, bytes) = entry.map_err(StoreFault::storage)?;
                let Some(key) = place.get(1..) else { break };
                page.push((key.to_vec(), row_of(namespace, &place, &bytes)?));
            }
            Ok(page)
        })
    }

    fn commit(&self, commit: Commit) -> Pending<'_, Result<u64, CommitError>> {
        Box::pin(async move {
            let commit = commit.bounded()?;
            self.ask(|answer| WriterRequest::Commit(commit, answer)).await?
        })
    }

    fn sweep(&self, now: OffsetDateTime) -> Pending<'_, Result<usize, StoreFault>> {
        Box::pin(async move { self.ask(|answer| WriterRequest::Sweep(now, answer)).await? })
    }

    fn close(&self) -> Pending<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            match self.ask(WriterRequest::Close).await {
                Ok(closed) => closed,
                Err(StoreFault::Closed) => Ok(()),
                Err(fault) => Err(fault),
            }
        })
    }

    fn health(&self) -> watch::Receiver<EngineHealth> {
        self.health.clone()
    }

    fn measure_space(&self) -> Pending<'_, Result<Option<Space>, StoreFault>> {
        Box::pin(async move { self.ask(WriterRequest::MeasureSpace).await.map(Some) })
    }

    fn outside_mark(&self) -> Option<OutsideMark> {
        Some(self.progress.latest())
    }

    fn outside_mark_written(&self) {
        self.progress.set_marked();
    }
}

fn row_of(namespace: Namespace, place: &[u8], bytes: &[u8]) -> Result<Row, StoreFault> {
    decode(place, bytes).map_err(|source| StoreFault::UnreadableRow { namespace: namespace.name(), source })
}

/// A thread that is joined on drop.
#[derive(Debug)]
struct JoinOnDrop(Option<JoinHandle<()>>);

impl Drop for JoinOnDrop {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // Its panics were caught and reported.
            let _ended = thread.join();
        }
    }
}

/// Maximum number of requests waiting for the writer.
const QUEUE: usize = 1024;

/// See [`SledEngine::patience`].
const BUSY_AFTER: Duration = Duration::from_secs(5);
