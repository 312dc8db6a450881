//! The interface between the store and the engine that holds the rows.

use std::{future::Future, pin::Pin};

use time::{Duration, OffsetDateTime};
use tokio::sync::watch;

use super::{
    commit::Commit,
    fault::{CommitError, StoreFault},
    sled::{OutsideMark, Space},
};

/// Stores rows. It is used as `Arc<dyn Engine>`.
///
/// An expired row is still returned until it is swept, so readers compare `expires_at` with their own `now`. If the
/// sweeper hid rows, the result would depend on a second clock.
pub trait Engine: Send + Sync + 'static {
    /// Returns the current row of `key`, expired or not. It may come from a commit that is not on disk yet. A commit
    /// that names its version as precondition resolves only after both are on disk.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read, or the row is corrupted.
    fn get(&self, namespace: Namespace, key: &[u8]) -> Result<Option<Row>, StoreFault>;

    /// Returns up to `limit` rows of `namespace` whose key begins with `prefix` and is greater than `after`, in key
    /// order, expired or not. A page is not a snapshot: commits may be applied between two of its rows.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read, or a row is corrupted.
    fn page(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault>;

    /// Like [`Engine::page`], in reverse order: up to `limit` rows whose key begins with `prefix` and is less than
    /// `before`, greatest key first.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] in the same cases as [`Engine::page`].
    fn page_back(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault>;

    /// Applies all of `commit`, or nothing if a precondition does not hold. The future resolves when the outcome is
    /// on disk, to the commit's sequence number. Sequence numbers increase, and are the version of every row the
    /// commit has written.
    ///
    /// Once the future has been polled, the commit may be applied even if the future is dropped.
    fn commit(&self, commit: Commit) -> Pending<'_, Result<u64, CommitError>>;

    /// Deletes up to [`SWEEP_LIMIT`] rows that at `now` have been expired for more than [`SWEEP_AFTER`], starting
    /// with the oldest expiry. Resolves to their number when the deletion is on disk.
    fn sweep(&self, now: OffsetDateTime) -> Pending<'_, Result<usize, StoreFault>>;

    /// Closes the engine: queued commits are completed, and later ones are refused with [`StoreFault::Closed`]. Reads
    /// are still possible. Closing twice is not an error.
    fn close(&self) -> Pending<'_, Result<(), StoreFault>>;

    /// The current health and its changes. On [`EngineHealth::Failed`] the process should exit with an error, so that
    /// its supervisor restarts it.
    fn health(&self) -> watch::Receiver<EngineHealth>;

    /// Measures the free space where the rows are stored, and decides whether the engine accepts writes. `None` if
    /// nothing is on disk.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the engine has been closed.
    fn measure_space(&self) -> Pending<'_, Result<Option<Space>, StoreFault>> {
        Box::pin(async { Ok(None) })
    }

    /// How far the rows on disk have progressed, to be stored outside their folder. `None` if nothing is on disk.
    fn outside_mark(&self) -> Option<OutsideMark> {
        None
    }

    /// Records, with the next commit, that the outside mark has been written. From then on it must not be missing.
    fn outside_mark_written(&self) {}

    fn is_failed(&self) -> bool {
        *self.health().borrow() == EngineHealth::Failed
    }
}

/// The future returned by engine methods.
pub type Pending<'engine, T> = Pin<Box<dyn Future<Output = T> + Send + 'engine>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineHealth {
    /// It reads and commits.
    Sound,
    /// It has been closed and only reads.
    Closed,
    /// The disk is full. It only reads until there is space again.
    Full,
    /// The storage has failed. It reads what it can, and only a restart helps.
    Failed,
}

/// A kind of rows with a separate key space. The store declares the constants; identifiers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Namespace {
    id: u8,
    name: &'static str,
}

impl Namespace {
    /// Creates a namespace. `id` is written to disk, `name` is used in the log.
    ///
    /// # Panics
    ///
    /// Panics if `id` is 0 or 255, which are reserved for the engines. In a constant this is a compile error.
    #[must_use]
    pub const fn new(id: u8, name: &'static str) -> Self {
        assert!(id != 0 && id != u8::MAX, "the namespaces 0 and 255 belong to the engines");
        Self { id, name }
    }

    /// The number on disk.
    #[must_use]
    pub const fn id(self) -> u8 {
        self.id
    }

    /// The name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sequence number of the commit that wrote it.
    pub version: u64,
    pub value: Vec<u8>,
    /// When the row loses its meaning, in UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// The least key that is greater than every key with the prefix `prefix`, if there is one.
pub(crate) fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let (kept, _) = prefix.split_at_checked(last + 1)?;
    let mut beyond = kept.to_vec();
    *beyond.last_mut()? += 1;
    Some(beyond)
}

/// The last expiry, in seconds since the epoch, that a sweep at `now` deletes: rows "expired for more than an hour".
pub(crate) fn sweep_before(now: OffsetDateTime) -> i64 {
    now.saturating_sub(SWEEP_AFTER).unix_timestamp()
}

/// How long an expired row is kept, so that a clock that temporarily jumps ahead does not cause data loss.
pub const SWEEP_AFTER: Duration = Duration::HOUR;

/// Maximum number of rows that one sweep deletes.
pub const SWEEP_LIMIT: usize = 256;
