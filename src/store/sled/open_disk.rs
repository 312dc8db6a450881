//! Opens sled's files.

use std::{
    fs::{self, OpenOptions},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    Panicked,
    commit_log::sync_folder,
    open_error::{OpenError, inaccessible, unreadable},
    writer::Disk,
};

/// sled takes a snapshot whose writing was cut short for the latest one, and then does not open.
pub(super) fn remove_unfinished_snapshots(folder: &Path) -> io::Result<()> {
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
pub(super) fn open_disk(folder: &Path) -> Result<Disk, OpenError> {
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
