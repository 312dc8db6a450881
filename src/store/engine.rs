//! The seam between the verbs of the domain and whatever keeps the rows.

use std::{future::Future, pin::Pin};

use time::{Duration, OffsetDateTime};
use tokio::sync::watch;

use super::{
    commit::Commit,
    fault::{CommitError, StoreFault},
    sled::{OutsideMark, Space},
};

/// Keeps rows. It is used as `Arc<dyn Engine>`.
///
/// An expired row is still returned until it is swept: whoever reads it compares `expires_at` with their own `now`.
/// A sweeper that hid rows would make the answer depend on a second clock.
pub trait Engine: Send + Sync + 'static {
    /// The row of `key` as it is now, expired or not. It may be that of a commit which is not on disk yet; whoever
    /// acts on it names its version in a commit, and that resolves only after both are.
    ///
    /// # Errors
    ///
    /// The storage cannot be read, or the row is not what was written.
    fn get(&self, namespace: Namespace, key: &[u8]) -> Result<Option<Row>, StoreFault>;

    /// The rows of `namespace` in the order of their keys, expired or not, whose key begins with `prefix` and is
    /// greater than `after`; at most `limit`. A page is no snapshot: commits may fall between two of its rows.
    ///
    /// # Errors
    ///
    /// The storage cannot be read, or one of the rows is not what was written.
    fn page(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault>;

    /// The same the other way round: the rows whose key begins with `prefix` and is less than `before`, the greatest key
    /// first; at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Engine::page`].
    fn page_back(
        &self,
        namespace: Namespace,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Row)>, StoreFault>;

    /// Does all of `commit`, or nothing when a precondition does not hold. Resolves only when the outcome is on disk,
    /// to the commit's sequence, which grows from commit to commit and is the version of every row it put.
    ///
    /// Once the future has been polled the commit may happen even if the future is dropped.
    fn commit(&self, commit: Commit) -> Pending<'_, Result<u64, CommitError>>;

    /// Removes rows that at `now` have been expired for more than [`SWEEP_AFTER`], the longest expired first, at most
    /// [`SWEEP_LIMIT`]; resolves to their number, when their removal is on disk.
    fn sweep(&self, now: OffsetDateTime) -> Pending<'_, Result<usize, StoreFault>>;

    /// Ends: what was queued before is finished, what comes later is refused with [`StoreFault::Closed`]. Reads go
    /// on. Closing twice is no error.
    fn close(&self) -> Pending<'_, Result<(), StoreFault>>;

    /// How the engine is, and how it will be: wait for [`EngineHealth::Failed`] to end the process with an error, so that
    /// its supervisor starts it anew.
    fn health(&self) -> watch::Receiver<EngineHealth>;

    /// How much room there is where the rows are; none where nothing is on disk. Whether the engine accepts anything is
    /// decided anew.
    ///
    /// # Errors
    ///
    /// The engine has ended.
    fn measure_space(&self) -> Pending<'_, Result<Option<Space>, StoreFault>> {
        Box::pin(async { Ok(None) })
    }

    /// How far the rows on disk have come, to be kept outside their folder; none where nothing is on disk.
    fn outside_mark(&self) -> Option<OutsideMark> {
        None
    }

    /// Remembers, with the next commit, that such a mark is kept: from then on it must not be missing.
    fn outside_mark_written(&self) {}

    /// Whether the storage has failed.
    fn is_failed(&self) -> bool {
        *self.health().borrow() == EngineHealth::Failed
    }
}

/// What an engine promises to have done when it resolves.
pub type Pending<'engine, T> = Pin<Box<dyn Future<Output = T> + Send + 'engine>>;

/// How an engine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineHealth {
    /// It reads and commits.
    Sound,
    /// It was closed and only reads.
    Closed,
    /// The disk is full: it only reads until there is room again.
    Full,
    /// The storage failed: it only reads what it can, and only a restart helps.
    Failed,
}

/// A kind of rows with its own keys. The constants are declared by the verbs, each with another id for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Namespace {
    id: u8,
    name: &'static str,
}

impl Namespace {
    /// A namespace. `id` is written to disk, `name` is for the log.
    ///
    /// # Panics
    ///
    /// When `id` is 0 or 255, which the engines keep for themselves. In a constant the compiler says so.
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

    /// The name for the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// What is kept under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sequence of the commit that wrote it.
    pub version: u64,
    /// Whatever the verb wrote.
    pub value: Vec<u8>,
    /// From when on the row means nothing any more, in UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// The least key that is greater than every key that begins with `prefix`, if there is one.
pub(crate) fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let (kept, _) = prefix.split_at_checked(last + 1)?;
    let mut beyond = kept.to_vec();
    *beyond.last_mut()? += 1;
    Some(beyond)
}

/// The last expiry, in seconds since the epoch, that a sweep at `now` removes: rows "expired for more than an hour".
pub(crate) fn sweep_before(now: OffsetDateTime) -> i64 {
    now.saturating_sub(SWEEP_AFTER).unix_timestamp()
}

/// How long an expired row is kept, so that a clock that jumps ahead for a while does not destroy living rows.
pub const SWEEP_AFTER: Duration = Duration::HOUR;

/// The most rows that one sweep removes.
pub const SWEEP_LIMIT: usize = 256;
