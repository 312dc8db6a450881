//! Opening the database folder: locking, checks, and their order.

use std::{
    error::Error,
    fmt,
    fs::{self, File},
    io,
    path::Path,
};

use time::{OffsetDateTime, UtcOffset};

use super::{
    SledEngine,
    batch::Writes,
    commit_log::{CommitLog, sync_folder},
    disk::{Disk, HISTORY, NOT_BEFORE, RUNS, runs_row},
    guarded::guarded,
    history::{Contents, Evidence, History, Mark, Position, Verdict, compare},
    open_disk::{open_disk, remove_unfinished_snapshots},
    open_error::{OpenError, inaccessible, unreadable},
    outside_mark::{Outside, Runs},
    progress::WriteProgress,
    row::{decode, decode_instant, encode, encode_instant, own_place},
    space::{SpaceGauge, is_short, release_reserve},
    writer::Writer,
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    folder::{self, LockError},
    store::{
        fault::{StoreFault, UnreadableRow},
        row::Row,
    },
};

#[derive(Debug)]
pub struct Opened {
    pub engine: SledEngine,
    /// The current epoch, if a rollback was ever accepted.
    pub epoch: Option<Epoch>,
    /// Whether the epoch began with this opening.
    pub has_begun_epoch: bool,
    /// Whether the folder was empty before this opening.
    pub is_new: bool,
    /// The time of the last commit before this opening.
    pub last_commit_at: OffsetDateTime,
}

/// An epoch begins when a rollback is accepted. Sessions, codes and refresh tokens written before it are invalid,
/// because the database cannot know which of them were used or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// The sequence number of the commit with which it began. Every row with this or a later version belongs to the
    /// epoch, whatever the clock showed.
    pub sequence: u64,
    pub begun_at: OffsetDateTime,
}

/// How a database is opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenPolicy {
    /// What to do if it was rolled back.
    pub on_rollback: OnRollback,
    /// The mark stored outside the folder.
    pub outside: Outside,
}

impl From<OnRollback> for OpenPolicy {
    fn from(on_rollback: OnRollback) -> Self {
        Self { on_rollback, outside: Outside::Untracked }
    }
}

/// What to do with a database that is not in the state in which the server left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRollback {
    Refuse,
    /// Open it, and begin an epoch that invalidates everything issued before. Nothing changes if there was no
    /// rollback.
    Accept,
    /// Begin an epoch in any case.
    BeginEpoch,
}

impl SledEngine {
    /// Opens the database in `folder`, and creates it if it is missing. It blocks, for seconds if the database is
    /// large.
    ///
    /// # Errors
    ///
    /// Returns an [`OpenError`], whose text is for the operator.
    pub fn open(
        folder: &Path,
        policy: impl Into<OpenPolicy>,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Opened, OpenError> {
        let parts = parts(folder, policy.into(), clock, entropy)?;
        let EngineParts { writer, lock, epoch, has_begun_epoch, is_new, last_commit_at } = parts;
        let engine = Self::start(writer, lock).map_err(inaccessible(folder))?;
        Ok(Opened { engine, epoch, has_begun_epoch, is_new, last_commit_at })
    }
}

/// The parts of an engine.
pub(super) struct EngineParts {
    pub(super) writer: Writer,
    /// The lock on its folder.
    pub(super) lock: File,
    epoch: Option<Epoch>,
    has_begun_epoch: bool,
    is_new: bool,
    last_commit_at: OffsetDateTime,
}

pub(super) fn parts(
    folder: &Path,
    policy: OpenPolicy,
    clock: Clock,
    entropy: Entropy,
) -> Result<EngineParts, OpenError> {
    create_folder(folder).map_err(inaccessible(folder))?;
    if let Some(exposure) = folder::exposure(folder).map_err(inaccessible(folder))? {
        return Err(OpenError::Exposed { exposure });
    }
    // First of all, because the folder may belong to a running server.
    let lock = lock(folder)?;
    remove_unfinished_snapshots(folder).map_err(inaccessible(folder))?;
    if is_short(folder) && release_reserve(folder) {
        tracing::warn!("data disk full, reserve released to open the database");
    }
    let disk = open_disk(folder).map_err(|error| told_of_full_disk(folder, error))?;
    folder::close_files(folder).map_err(inaccessible(folder))?;
    let opening = Opening { folder, disk, now: clock.now().to_offset(UtcOffset::UTC), entropy };
    let contents = opening.contents()?;
    let database = opening.history(contents)?;
    let last_commit_at = database.map_or(opening.now, |history| history.last.position.at);
    let log = CommitLog::open(folder).map_err(inaccessible(folder))?;
    let mark = log.as_ref().map(|log| *log.latest());
    let verdict = opening.judge(compare(database, contents, mark), policy.outside)?;
    let (mut has_begun_epoch, is_new) = (false, verdict == Verdict::New);
    let (history, log) = match (verdict, policy.on_rollback) {
        (Verdict::New, _) => opening.begin()?,
        (Verdict::Continues(database), OnRollback::Refuse | OnRollback::Accept) => {
            (database, opening.complete(log, database.last)?)
        }
        (Verdict::RolledBack(evidence), OnRollback::Refuse) => {
            return Err(OpenError::RolledBack { folder: folder.to_owned(), evidence });
        }
        (Verdict::Continues(_) | Verdict::RolledBack(_), OnRollback::Accept | OnRollback::BeginEpoch) => {
            has_begun_epoch = true;
            opening.begin_epoch(database, contents, (mark, policy.outside.position()))?
        }
    };
    folder::close_files(folder).map_err(inaccessible(folder))?;
    let (epoch, runs) = (opening.epoch()?, opening.runs()?);
    let has_run = history.last.position.sequence == 0 || has_begun_epoch;
    let progress = WriteProgress::of(runs, history.last.position, has_run);
    let (disk, gauge) = (opening.disk, SpaceGauge::of(folder));
    let writer = Writer { disk, log, history, progress, gauge, has_met_full_disk: false, synced: None, clock, entropy };
    Ok(EngineParts { writer, lock, epoch, has_begun_epoch, is_new, last_commit_at })
}

/// A database that sled has opened, but whose history has not been checked yet.
struct Opening<'folder> {
    folder: &'folder Path,
    disk: Disk,
    now: OffsetDateTime,
    entropy: Entropy,
}

impl Opening<'_> {
    /// The history recorded in the database, or `None` if nothing was ever written.
    fn history(&self, contents: Contents) -> Result<Option<History>, OpenError> {
        match self.own_row(HISTORY)? {
            Some(row) => match History::decode(&row.value) {
                Some(history) => Ok(Some(history)),
                None => Err(unreadable(self.folder, UnreadableRow::Nonsense)),
            },
            None if contents == Contents::default() => Ok(None),
            None => Err(unreadable(self.folder, RowsWithoutHistory)),
        }
    }

    /// The sum of the stored rows. On a large database this takes most of the time of opening.
    fn contents(&self) -> Result<Contents, OpenError> {
        guarded(|| self.disk.contents()).map_err(|fault| unreadable(self.folder, fault))
    }

    /// The verdict on the folder, including the mark stored outside it.
    fn judge(&self, inside: Verdict, outside: Outside) -> Result<Verdict, OpenError> {
        Ok(match (inside, outside) {
            (Verdict::New, Outside::Tracked(Some(mark))) => {
                Verdict::RolledBack(Evidence::FolderIsEmpty { mark: mark.position() })
            }
            (Verdict::Continues(history), outside) => {
                let evidence = self.runs()?.compare(history.last.position, outside);
                evidence.map_or(Verdict::Continues(history), Verdict::RolledBack)
            }
            (inside, _) => inside,
        })
    }

    /// The current epoch.
    fn epoch(&self) -> Result<Option<Epoch>, OpenError> {
        let Some(row) = self.own_row(NOT_BEFORE)? else { return Ok(None) };
        let instant = row.value.try_into().ok().and_then(decode_instant);
        let begun_at = instant.ok_or_else(|| unreadable(self.folder, UnreadableRow::Nonsense))?;
        Ok(Some(Epoch { sequence: row.version, begun_at }))
    }

    /// The latest runs. There are none in a database written by an earlier version.
    fn runs(&self) -> Result<Runs, OpenError> {
        let Some(row) = self.own_row(RUNS)? else { return Ok(Runs::default()) };
        Runs::decode(&row.value).ok_or_else(|| unreadable(self.folder, UnreadableRow::Nonsense))
    }

    fn own_row(&self, name: &str) -> Result<Option<Row>, OpenError> {
        let place = own_place(name);
        let row = guarded(|| {
            let stored = self.disk.db.get(&place).map_err(StoreFault::storage)?;
            stored.map(|bytes| decode(&place, &bytes).map_err(StoreFault::storage)).transpose()
        });
        row.map_err(|fault| unreadable(self.folder, fault))
    }

    /// Begins the history of a new database.
    fn begin(&self) -> Result<(History, CommitLog), OpenError> {
        let last = Mark::random(Position { sequence: 0, at: self.now }, self.entropy);
        let writes = Writes::from([runs_row(&Runs::begin(0, self.entropy), 0)]);
        self.write(writes, History { last, contents: Contents::default(), previous: None })
    }

    /// Begins a new history and an epoch for a database that was rolled back.
    fn begin_epoch(
        &self,
        database: Option<History>,
        contents: Contents,
        (log, outside): (Option<Mark>, Option<Position>),
    ) -> Result<(History, CommitLog), OpenError> {
        // Later than all of them, so that no version is used twice.
        let positions = [database.map(|history| history.last.position), log.map(|mark| mark.position), outside];
        let sequence = positions.iter().flatten().map(|position| position.sequence).max().unwrap_or(0) + 1;
        let last = Mark::random(Position { sequence, at: self.now }, self.entropy);
        let not_before = self.epoch()?.map_or(self.now, |earlier| earlier.begun_at.max(self.now));
        let place = own_place(NOT_BEFORE);
        let row = Row { version: sequence, value: encode_instant(not_before).to_vec(), expires_at: None };
        let row = encode(&place, &row);
        // If the process ends before the new log is written, the old log has the mark of the previous batch.
        let runs = runs_row(&Runs::begin(sequence, self.entropy), sequence);
        self.write(Writes::from([(place, Some(row)), runs]), History { last, contents, previous: log })
    }

    /// Writes rows and the history that they end. `history` has the contents before the write.
    fn write(&self, writes: Writes, history: History) -> Result<(History, CommitLog), OpenError> {
        let contents = guarded(|| self.disk.contents_after(history.contents, &writes));
        let history = History { contents: contents.map_err(|fault| unreadable(self.folder, fault))?, ..history };
        guarded(|| self.disk.write(writes, &history)).map_err(|fault| unreadable(self.folder, fault))?;
        let log = CommitLog::create(self.folder, history.last).map_err(inaccessible(self.folder))?;
        Ok((history, log))
    }

    /// Adds the database's last mark to the log.
    fn complete(&self, log: Option<CommitLog>, last: Mark) -> Result<CommitLog, OpenError> {
        let complete = match log {
            Some(log) if *log.latest() == last => Ok(log),
            Some(mut log) => log.append(last).map(|()| log),
            None => CommitLog::create(self.folder, last),
        };
        complete.map_err(inaccessible(self.folder))
    }
}

pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => sync_folder(Path::new(".")),
    }
}

/// sled fails in several ways on a full disk. The remedy is the same for all of them.
fn told_of_full_disk(folder: &Path, error: OpenError) -> OpenError {
    if is_short(folder) { inaccessible(folder)(io::ErrorKind::StorageFull.into()) } else { error }
}

/// A separate lock, because sled takes its own only after it has started writing to the folder, and does not report
/// it with a distinct error.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    folder::lock(folder).map_err(|error| match error {
        LockError::Held => OpenError::HeldByAnotherServer { folder: folder.to_owned() },
        LockError::Io(error) => inaccessible(folder)(error),
    })
}

/// There are rows but no history.
#[derive(Debug)]
struct RowsWithoutHistory;

impl fmt::Display for RowsWithoutHistory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it has records but no history, so it is damaged or was not written by this server")
    }
}

impl Error for RowsWithoutHistory {}
