//! The single writer thread.
//!
//! It takes the requests that were queued while the last batch was being synced, decides the commits one by one,
//! writes all that succeed as one batch, syncs once, and responds. The duration of a sync determines the batch size:
//! a single commit does not wait, and under load each sync covers many commits.

use time::OffsetDateTime;
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot, watch,
};

use super::{
    batch::Batch,
    commit_log::CommitLog,
    disk::{Disk, runs_row},
    history::{History, Position},
    progress::WriteProgress,
    row::{expiries_before, place_in_expiry},
    space::{Space, SpaceGauge, SpaceLevel, is_full},
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    store::{
        commit::BoundedCommit,
        engine::EngineHealth,
        fault::{CommitError, StoreFault},
        row::{SWEEP_LIMIT, sweep_before},
    },
};

/// Requests from the engine to its writer.
#[derive(Debug)]
pub(super) enum WriterRequest {
    Commit(BoundedCommit, oneshot::Sender<Result<u64, CommitError>>),
    Sweep(OffsetDateTime, oneshot::Sender<Result<usize, StoreFault>>),
    MeasureSpace(oneshot::Sender<Space>),
    Close(oneshot::Sender<Result<(), StoreFault>>),
}

/// The state of the writer.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) disk: Disk,
    pub(super) log: CommitLog,
    pub(super) history: History,
    pub(super) progress: WriteProgress,
    pub(super) gauge: SpaceGauge,
    /// Whether a write has failed on a full disk. sled accepts nothing more then, however much space there is later.
    pub(super) has_met_full_disk: bool,
    /// The last batch after which a sync was repeated.
    pub(super) synced: Option<u64>,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
}

impl Writer {
    /// Handles requests until the engine is closed or dropped, or the storage fails. A failure is reported by
    /// `health` before any request is answered, and nothing is accepted any more: it is unknown what the disk has
    /// stored of a failed write, and a second sync may report success for pages that the first one dropped.
    pub(super) fn run(mut self, queue: &mut mpsc::Receiver<WriterRequest>, health: &watch::Sender<EngineHealth>) {
        let mut waiting = None;
        while let Some(request) = waiting.take().or_else(|| queue.blocking_recv()) {
            let sound = match request {
                WriterRequest::Commit(commit, answer) => {
                    let (commits, answers);
                    (commits, answers, waiting) = gather(commit, answer, queue);
                    let outcome = self.unless_full(health, |writer| writer.commit(commits));
                    let sound = self.goes_on(&outcome, health);
                    answer_all(answers, outcome);
                    sound
                }
                WriterRequest::Sweep(now, answer) => {
                    let outcome = self.unless_full(health, |writer| writer.sweep(now));
                    let sound = self.goes_on(&outcome, health);
                    let _gone = answer.send(outcome);
                    sound
                }
                WriterRequest::MeasureSpace(answer) => {
                    let space = self.measure(health);
                    self.gauge.keep_reserve(space);
                    let synced = self.check_sync();
                    let sound = still_sound(&synced, health) && *health.borrow() != EngineHealth::Failed;
                    let _gone = answer.send(space);
                    sound
                }
                WriterRequest::Close(answer) => {
                    queue.close();
                    let outcome = if self.has_met_full_disk { Err(StoreFault::Full) } else { self.disk.sync() };
                    if self.has_met_full_disk || still_sound(&outcome, health) {
                        health.send_replace(EngineHealth::Closed);
                    }
                    let _gone = answer.send(outcome);
                    false
                }
            };
            if !sound {
                return;
            }
        }
    }

    /// Runs `write` unless the disk is full.
    fn unless_full<T>(
        &mut self,
        health: &watch::Sender<EngineHealth>,
        write: impl FnOnce(&mut Self) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        if self.measure(health).level == SpaceLevel::Full {
            return Err(StoreFault::Full);
        }
        let outcome = write(self);
        if outcome.as_ref().is_err_and(has_met_full_disk) {
            self.has_met_full_disk = true;
            self.measure(health);
        }
        outcome
    }

    /// Returns `true` if the writer continues after `outcome`: on a full disk it does, and after any other failure it
    /// ends.
    fn goes_on<T>(&self, outcome: &Result<T, StoreFault>, health: &watch::Sender<EngineHealth>) -> bool {
        match outcome {
            Err(StoreFault::Full) => *health.borrow() != EngineHealth::Failed,
            Err(StoreFault::Storage(_)) if self.has_met_full_disk => *health.borrow() != EngineHealth::Failed,
            outcome => still_sound(outcome, health),
        }
    }

    /// Syncs once more after the last batch, because sled moves rows in the background and only logs a failure to
    /// sync them.
    fn check_sync(&mut self) -> Result<(), StoreFault> {
        let last = self.history.last.position.sequence;
        if self.has_met_full_disk || self.synced == Some(last) {
            return Ok(());
        }
        self.disk.file.sync_data().map_err(StoreFault::storage)?;
        self.synced = Some(last);
        Ok(())
    }

    /// Measures the free space, and reports by `health` whether writes are accepted. After a write that failed on a
    /// full disk, sled cannot continue: it reads until there is space, and then the process has to restart.
    fn measure(&mut self, health: &watch::Sender<EngineHealth>) -> Space {
        let mut space = self.gauge.measure();
        let now = match (space.level, self.has_met_full_disk) {
            (SpaceLevel::Enough, true) => EngineHealth::Failed,
            (SpaceLevel::Full, _) | (_, true) => EngineHealth::Full,
            (_, false) => EngineHealth::Sound,
        };
        if self.has_met_full_disk {
            space.level = SpaceLevel::Full;
        }
        health.send_if_modified(|health| {
            let is_changed = *health != now && matches!(*health, EngineHealth::Sound | EngineHealth::Full);
            if is_changed {
                *health = now;
            }
            is_changed
        });
        space
    }

    /// Decides `commits` in order and writes those that succeed. The outcomes are final when this function returns,
    /// including conflicts with rows of this same batch.
    fn commit(&mut self, commits: Vec<BoundedCommit>) -> Result<Vec<Result<u64, CommitError>>, StoreFault> {
        let mut batch = Batch::new(self.disk.db.clone());
        let mut sequence = self.history.last.position.sequence;
        let mut outcomes = Vec::with_capacity(commits.len());
        for commit in commits {
            let outcome = batch.include(commit, sequence + 1)?;
            sequence = outcome.as_ref().copied().unwrap_or(sequence);
            outcomes.push(outcome);
        }
        self.persist(batch, sequence)?;
        Ok(outcomes)
    }

    fn sweep(&mut self, now: OffsetDateTime) -> Result<usize, StoreFault> {
        let before = sweep_before(now);
        let mut batch = Batch::new(self.disk.db.clone());
        let mut removed = 0;
        let mut entries = 0;
        for entry in self.disk.db.range(expiries_before(before)).keys().take(SWEEP_LIMIT) {
            let entry = entry.map_err(StoreFault::storage)?;
            let Some(place) = place_in_expiry(&entry) else { continue };
            let due = match batch.row(place)? {
                Ok(row) => row.is_some_and(|row| row.expires_at.is_some_and(|at| at.unix_timestamp() < before)),
                // The row is unreadable for everyone, and according to its entry it has expired.
                Err(_) => true,
            };
            if due {
                batch.writes.insert(place.to_vec(), None);
                removed += 1;
            }
            batch.writes.insert(entry.to_vec(), None);
            entries += 1;
        }
        let sequence = self.history.last.position.sequence + u64::from(entries > 0);
        self.persist(batch, sequence)?;
        Ok(removed)
    }

    /// Writes `batch`, which ends with `sequence`, to disk, in the order that [`super::history`] explains.
    fn persist(&mut self, mut batch: Batch, sequence: u64) -> Result<(), StoreFault> {
        let before = self.history.last;
        if sequence == before.position.sequence {
            return Ok(());
        }
        let runs = self.progress.change(before.position.sequence + 1, self.entropy);
        batch.writes.extend(runs.as_ref().map(|runs| runs_row(runs, sequence)));
        let position = Position { sequence, at: self.clock.now() };
        let contents = self.disk.contents_after(self.history.contents, &batch.writes)?;
        let last = before.after(position, contents);
        let history = History { last, contents, previous: Some(before) };
        self.disk.write(batch.writes, &history)?;
        self.log.append(last).map_err(StoreFault::storage)?;
        self.history = history;
        self.progress.advance(runs, position);
        Ok(())
    }
}

type CommitAnswer = oneshot::Sender<Result<u64, CommitError>>;

/// Collects `first` and the commits queued behind it, up to the limits of a batch or to a request of another kind,
/// which is returned.
fn gather(
    first: BoundedCommit,
    answer: CommitAnswer,
    queue: &mut mpsc::Receiver<WriterRequest>,
) -> (Vec<BoundedCommit>, Vec<CommitAnswer>, Option<WriterRequest>) {
    let mut bytes = first.size();
    let (mut commits, mut answers) = (vec![first], vec![answer]);
    let (mut yields, mut before) = (0, 0);
    while commits.len() < BATCH_COMMITS && bytes < BATCH_BYTES {
        match queue.try_recv() {
            Ok(WriterRequest::Commit(commit, answer)) => {
                bytes += commit.size();
                commits.push(commit);
                answers.push(answer);
            }
            // If other tasks are waiting for this core, they run first, because their commits can share the sync. If
            // there are none, this takes no time.
            Err(TryRecvError::Empty) if yields < MOST_YIELDS && commits.len() > before => {
                (yields, before) = (yields + 1, commits.len());
                std::thread::yield_now();
            }
            other => return (commits, answers, other.ok()),
        }
    }
    (commits, answers, None)
}

/// A caller may have gone away in the meantime, which does not matter.
fn answer_all(answers: Vec<CommitAnswer>, outcome: Result<Vec<Result<u64, CommitError>>, StoreFault>) {
    match outcome {
        Ok(outcomes) => {
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                let _gone = answer.send(outcome);
            }
        }
        Err(fault) => {
            for answer in answers {
                let _gone = answer.send(Err(fault.clone().into()));
            }
        }
    }
}

/// Returns `true` if sled has failed on a full disk. A failed sync is different, whatever its reason, because it is
/// unknown what was lost.
fn has_met_full_disk(fault: &StoreFault) -> bool {
    let StoreFault::Storage(source) = fault else { return false };
    matches!(source.downcast_ref::<sled::Error>(), Some(sled::Error::Io(error)) if is_full(error))
}

fn still_sound<T>(outcome: &Result<T, StoreFault>, health: &watch::Sender<EngineHealth>) -> bool {
    if let Err(fault) = outcome {
        tracing::error!(%fault, "storage failed, no writes are accepted until a restart");
        health.send_replace(EngineHealth::Failed);
    }
    outcome.is_ok()
}

/// Maximum number of commits per batch.
const BATCH_COMMITS: usize = 256;

/// How often a batch yields the core to other tasks. It yields again only if that brought a commit.
const MOST_YIELDS: usize = 4;

/// Size of keys and values in bytes from which on a batch takes no more commits.
const BATCH_BYTES: usize = 512 * 1024;
