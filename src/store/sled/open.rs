//! Opening the folder of the database: who may, and in which order.

use std::{
    error::Error,
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use time::{OffsetDateTime, UtcOffset};

use super::{
    Panicked, SledEngine,
    commit_log::{CommitLog, sync_folder},
    guarded,
    history::{Contents, History, Mark, Position, Verdict, compare},
    open_error::{OpenError, inaccessible, unreadable},
    row::{decode, decode_instant, encode, encode_instant, own_place},
    writer::{Disk, HISTORY, Writer, Writes},
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    store::{
        engine::Row,
        fault::{StoreFault, UnreadableRow},
    },
};

/// An open database.
#[derive(Debug)]
pub struct Opened {
    /// The engine.
    pub engine: SledEngine,
    /// When a rollback was last accepted, if ever: sessions, codes and refresh tokens issued before mean nothing,
    /// since the database cannot know which of them were spent or revoked.
    pub not_before: Option<OffsetDateTime>,
}

/// What to do with a database that is not the one the server left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRollback {
    /// Do not open it.
    Refuse,
    /// Open it, and begin an epoch before which nothing that was issued is valid. If it turns out that there was no
    /// rollback, nothing changes.
    Accept,
}

impl SledEngine {
    /// Opens the database in `folder`, which is created if it is missing. Blocks, on a large database for seconds.
    ///
    /// # Errors
    ///
    /// [`OpenError`], whose text is for the person who hosts the server.
    pub fn open(folder: &Path, on_rollback: OnRollback, clock: Clock, entropy: Entropy) -> Result<Opened, OpenError> {
        let (writer, lock, not_before) = parts(folder, on_rollback, clock, entropy)?;
        let engine = Self::start(writer, lock).map_err(inaccessible(folder))?;
        Ok(Opened { engine, not_before })
    }
}

/// What an engine is made of: its writer, the lock on its folder and the epoch.
pub(super) fn parts(
    folder: &Path,
    on_rollback: OnRollback,
    clock: Clock,
    entropy: Entropy,
) -> Result<(Writer, File, Option<OffsetDateTime>), OpenError> {
    create_folder(folder).map_err(inaccessible(folder))?;
    // Before anything is touched: it may belong to a server that runs.
    let lock = lock(folder)?;
    remove_unfinished_snapshots(folder).map_err(inaccessible(folder))?;
    let disk = open_disk(folder)?;
    let opening = Opening { folder, disk, now: clock.now().to_offset(UtcOffset::UTC), entropy };
    let contents = opening.contents()?;
    let database = opening.history(contents)?;
    let log = CommitLog::open(folder).map_err(inaccessible(folder))?;
    let mark = log.as_ref().map(|log| *log.latest());
    let (history, log) = match compare(database, contents, mark) {
        Verdict::New => opening.begin()?,
        Verdict::Continues(database) => (database, opening.complete(log, database.last)?),
        Verdict::RolledBack(evidence) => match on_rollback {
            OnRollback::Refuse => return Err(OpenError::RolledBack { folder: folder.to_owned(), evidence }),
            OnRollback::Accept => opening.begin_epoch(database, contents, mark)?,
        },
    };
    let not_before = opening.not_before()?;
    Ok((Writer { disk: opening.disk, log, history, clock }, lock, not_before))
}

/// A database that sled has opened and that has yet to show that it is the one the server left behind.
struct Opening<'folder> {
    folder: &'folder Path,
    disk: Disk,
    now: OffsetDateTime,
    entropy: Entropy,
}

impl Opening<'_> {
    /// What the database knows about its history; nothing if nothing was ever written.
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

    /// What is stored. On a large database this takes most of the time of opening.
    fn contents(&self) -> Result<Contents, OpenError> {
        guarded(|| self.disk.contents()).map_err(|fault| unreadable(self.folder, fault))
    }

    /// The last epoch.
    fn not_before(&self) -> Result<Option<OffsetDateTime>, OpenError> {
        let Some(row) = self.own_row(NOT_BEFORE)? else { return Ok(None) };
        let instant = row.value.try_into().ok().and_then(decode_instant);
        instant.map(Some).ok_or_else(|| unreadable(self.folder, UnreadableRow::Nonsense))
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
        self.write(Writes::new(), History { last, contents: Contents::default(), previous: None })
    }

    /// Begins a new history for a database that was rolled back, and an epoch.
    fn begin_epoch(
        &self,
        database: Option<History>,
        contents: Contents,
        log: Option<Mark>,
    ) -> Result<(History, CommitLog), OpenError> {
        // Later than both, so that no version is given a second time.
        let positions = [database.map(|history| history.last.position), log.map(|mark| mark.position)];
        let sequence = positions.iter().flatten().map(|position| position.sequence).max().unwrap_or(0) + 1;
        let last = Mark::random(Position { sequence, at: self.now }, self.entropy);
        // A clock that was set back must not revive what an earlier epoch ended.
        let not_before = self.not_before()?.map_or(self.now, |earlier| earlier.max(self.now));
        let place = own_place(NOT_BEFORE);
        let row = Row { version: sequence, value: encode_instant(not_before).to_vec(), expires_at: None };
        let row = encode(&place, &row);
        // If the end comes before the new log is written, the old one is that of the batch before.
        let writes = Writes::from([(place, Some(row))]);
        let contents = guarded(|| self.disk.contents_after(contents, &writes));
        let contents = contents.map_err(|fault| unreadable(self.folder, fault))?;
        self.write(writes, History { last, contents, previous: log })
    }

    fn write(&self, writes: Writes, history: History) -> Result<(History, CommitLog), OpenError> {
        guarded(|| self.disk.write(writes, &history)).map_err(|fault| unreadable(self.folder, fault))?;
        let log = CommitLog::create(self.folder, history.last).map_err(inaccessible(self.folder))?;
        Ok((history, log))
    }

    /// The log, with the database's last mark in it.
    fn complete(&self, log: Option<CommitLog>, last: Mark) -> Result<CommitLog, OpenError> {
        let complete = match log {
            Some(log) if *log.latest() == last => Ok(log),
            Some(mut log) => log.append(last).map(|()| log),
            None => CommitLog::create(self.folder, last),
        };
        complete.map_err(inaccessible(self.folder))
    }
}

fn create_folder(folder: &Path) -> io::Result<()> {
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

/// A lock of our own, since sled's is taken only after sled has begun to write into the folder, and its error is one
/// of many.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK);
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let lock = opened.map_err(inaccessible(folder))?;
    let patience = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() < patience => thread::sleep(RETRY),
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::HeldByAnotherServer { folder: folder.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(inaccessible(folder)(error)),
        }
    }
}

/// sled takes a snapshot whose writing was cut short for the latest one, and then does not open.
fn remove_unfinished_snapshots(folder: &Path) -> io::Result<()> {
    for path in snapshots(folder)? {
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn snapshots(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

/// Opens sled, and makes sure that the files it creates are on disk with their names.
fn open_disk(folder: &Path) -> Result<Disk, OpenError> {
    let db = match open_sled(folder) {
        Err(OpenError::Unreadable { source, .. }) if !snapshots(folder).unwrap_or_default().is_empty() => {
            // A snapshot only saves time. Without it sled reads the whole file, and whether that lost anything is for
            // the commit log to say.
            tracing::warn!(%source, "the database did not open; trying again without its snapshot");
            set_snapshots_aside(folder).map_err(inaccessible(folder))?;
            open_sled(folder)
        }
        opened => opened,
    }?;
    let open = |name| OpenOptions::new().read(true).write(true).open(folder.join(name));
    let synced = open("conf").and_then(|conf| conf.sync_all()).and_then(|()| sync_folder(folder));
    let file = synced.and_then(|()| open("db")).map_err(inaccessible(folder))?;
    Ok(Disk { db, file })
}

fn set_snapshots_aside(folder: &Path) -> io::Result<()> {
    for path in snapshots(folder)? {
        let mut name = std::ffi::OsString::from("unreadable.");
        name.push(path.file_name().unwrap_or_default());
        fs::rename(&path, folder.join(name))?;
    }
    sync_folder(folder)
}

fn open_sled(folder: &Path) -> Result<sled::Db, OpenError> {
    let config = sled::Config::new().path(folder).cache_capacity(CACHE).flush_every_ms(Some(FLUSH_EVERY));
    let patience = Instant::now() + PATIENCE;
    loop {
        match catch_unwind(AssertUnwindSafe(|| config.open())) {
            Ok(Ok(db)) => return Ok(db),
            // We hold the folder's lock, so this is the last thread of an engine that was just dropped, or a program
            // that knows sled and not us.
            Ok(Err(sled::Error::Io(error))) if error.to_string().contains(SLED_IS_LOCKED) => {
                if Instant::now() >= patience {
                    return Err(OpenError::HeldByAnotherServer { folder: folder.to_owned() });
                }
                thread::sleep(RETRY);
            }
            Ok(Err(sled::Error::Io(error))) => return Err(inaccessible(folder)(error)),
            Ok(Err(error)) => return Err(unreadable(folder, error)),
            Err(_) => return Err(unreadable(folder, Panicked)),
        }
    }
}

/// There are rows and no history.
#[derive(Debug)]
struct RowsWithoutHistory;

impl fmt::Display for RowsWithoutHistory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it has rows but no history, so it is damaged or was not written by this server")
    }
}

impl Error for RowsWithoutHistory {}

const LOCK: &str = "lock";
const NOT_BEFORE: &str = "not_before";
const SLED_IS_LOCKED: &str = "could not acquire lock";

/// Bytes of sled's cache. Its default is 1 GiB.
const CACHE: u64 = 32 * 1024 * 1024;

/// Milliseconds between two turns of sled's own flusher, which also collects its garbage.
const FLUSH_EVERY: u64 = 500;

/// How long a lock may still be held by a server that is about to end, or by a child process that it has forked and
/// that has not yet become another program.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long to wait before trying a lock again.
const RETRY: Duration = Duration::from_millis(10);
