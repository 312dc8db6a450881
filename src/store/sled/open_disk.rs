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
    commit_log::sync_folder,
    disk::Disk,
    guarded::Panicked,
    open_error::{OpenError, inaccessible, unreadable},
};

/// Removes incomplete snapshots: sled takes one for the latest and then does not open.
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

/// Opens sled, and syncs the folder so that newly created files survive a crash.
pub(super) fn open_disk(folder: &Path) -> Result<Disk, OpenError> {
    let db = match open_sled(folder) {
        Err(OpenError::Unreadable { source, .. }) if !snapshots(folder).unwrap_or_default().is_empty() => {
            // A snapshot only saves time. Without it sled reads the whole file, and the commit log shows whether
            // anything was lost.
            tracing::warn!(%source, "opening the database failed, retrying without its snapshot");
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
            // This process holds the folder's lock, so sled's lock is held by the last thread of an engine that was
            // just dropped, or by another program that uses sled.
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

/// Size of sled's cache in bytes. Its default is 1 GiB.
const CACHE: u64 = 32 * 1024 * 1024;

/// Milliseconds between two runs of sled's own flusher, which also collects garbage.
const FLUSH_EVERY: u64 = 500;

/// How long a lock may still be held by a server that is about to exit, or by a forked child process that has not yet
/// executed another program.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two attempts to take a lock.
const RETRY: Duration = Duration::from_millis(10);
