//! Folders that belong to one server: private, and locked while the server runs.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// Why a folder was not locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds the lock.
    Held,
    /// The lock file cannot be opened or locked.
    Io(io::Error),
}

/// Locks `folder` until the returned file is closed. A lock that is held is waited for briefly: the process that held it
/// may be about to end, or be a child that has not yet become another program.
///
/// # Errors
///
/// [`LockError`].
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

/// What of a folder is open to other users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// Every user can write to the folder, and so replace what is in it.
    WritableFolder {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Other users can enter the folder and read or write the file.
    OpenFile {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
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
                    "{path} can be written by every user of this machine (mode {mode:04o}). They could have replaced what \
                     is in it. If nobody did: chmod go-w {path}"
                )
            }
            Self::OpenFile { path, mode } => {
                let folder = path.parent().unwrap_or(path).display();
                write!(
                    formatter,
                    "{} is open to other users of this machine (mode {mode:04o}). They could have read what it holds. If \
                     nobody did: chmod -R go= {folder}",
                    path.display()
                )
            }
        }
    }
}

/// What of `folder` and of its files is open to other users. A file in a folder that other users cannot enter is not open,
/// whatever its mode says.
///
/// # Errors
///
/// The folder cannot be read.
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

/// Other systems keep the files of a user to that user.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn exposure(_folder: &Path) -> io::Result<Option<Exposure>> {
    Ok(None)
}

/// Takes the files in `folder` from all other users.
///
/// # Errors
///
/// The mode of a file cannot be changed.
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

/// Other systems keep the files of a user to that user.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn close_files(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The name of the file that is locked.
pub const LOCK: &str = "lock";

/// How long a lock that is held is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The time between two attempts.
const RETRY: Duration = Duration::from_millis(10);
