//! The interface between the store and the engine that holds the rows.

use std::{future::Future, pin::Pin};

use time::OffsetDateTime;
use tokio::sync::watch;

use super::{
    commit::Commit,
    fault::{CommitError, StoreFault},
    row::{Namespace, Row},
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

    /// Deletes up to [`SWEEP_LIMIT`](super::SWEEP_LIMIT) rows that at `now` have been expired for more than
    /// [`SWEEP_AFTER`](super::SWEEP_AFTER), starting with the oldest expiry. Resolves to their number when the deletion is on
    /// disk.
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
