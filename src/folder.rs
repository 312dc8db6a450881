//! Folders that belong to one server: private, and locked while the server runs.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Why a folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    Held,
    Io(io::Error),
}

/// Locks `folder` until the returned file is closed. Waits briefly for a lock that another process holds: that process
/// may be about to end, or be a child process that has not executed another program yet.
///
/// # Errors
///
/// Returns [`LockError`] if the lock is held or the lock file cannot be opened.
pub fn lock(folder: &Path) -> Result<File, LockError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(folder.join(LOCK)).map_err(LockError::Io)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(RETRY),
            Err(TryLockError::WouldBlock) => return Err(LockError::Held),
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
    }
}

/// What other users can access in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// Every user can write to the folder and therefore replace its files.
    WritableFolder {
        path: PathBuf,
        /// The permission bits of the folder.
        mode: u32,
    },
    /// Other users can enter the folder and read or write the file.
    OpenFile {
        path: PathBuf,
        /// The permission bits of the file.
        mode: u32,
    },
}

impl fmt::Display for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WritableFolder { path, mode } => {
                let path = path.display();
                write!(
                    formatter,
                    "{path} is writable by every user of this machine (mode {mode:04o}), who could have replaced its \
                     contents. If you can rule this out, run: chmod go-w {path}"
                )
            }
            Self::OpenFile { path, mode } => {
                let folder = path.parent().unwrap_or(path).display();
                write!(
                    formatter,
                    "{} is accessible to other users of this machine (mode {mode:04o}), who could have read its \
                     contents. If you can rule this out, run: chmod -R go= {folder}",
                    path.display()
                )
            }
        }
    }
}

/// Returns what other users can access in `folder`. If other users cannot enter the folder, its files are not
/// accessible, whatever their mode.
///
/// # Errors
///
/// Returns an error if the folder cannot be read.
#[cfg(unix)]
pub fn exposure(folder: &Path) -> io::Result<Option<Exposure>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder)?.permissions().mode() & 0o7777;
    if mode & 0o002 != 0 {
        return Ok(Some(Exposure::WritableFolder { path: folder.to_owned(), mode }));
    }
    if mode & 0o011 == 0 {
        return Ok(None);
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let mode = metadata.permissions().mode() & 0o7777;
        if metadata.is_file() && mode & 0o077 != 0 {
            return Ok(Some(Exposure::OpenFile { path: entry.path(), mode }));
        }
    }
    Ok(None)
}

/// Other systems protect the files of a user by default.
///
/// # Errors
///
/// Never.
#[cfg(not(unix))]
pub fn exposure(_folder: &Path) -> io::Result<Option<Exposure>> {
    Ok(None)
}

/// Removes the permissions of other users from the files in `folder`.
///
/// # Errors
///
/// Returns an error if the mode of a file cannot be changed.
#[cfg(unix)]
pub fn close_files(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let mode = metadata.permissions().mode() & 0o7777;
        if metadata.is_file() && mode & 0o077 != 0 {
            std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode & 0o700))?;
        }
    }
    Ok(())
}

/// Other systems protect the files of a user by default.
///
/// # Errors
///
/// Never.
#[cfg(not(unix))]
pub fn close_files(_folder: &Path) -> io::Result<()> {
    Ok(())
}

pub const LOCK: &str = "lock";

/// How long to wait for a held lock.
const PATIENCE: Duration = Duration::from_secs(1);

const RETRY: Duration = Duration::from_millis(10);
