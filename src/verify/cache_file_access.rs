//! Permission checks for the cache file. A user who can write it decides which keys the API accepts, so it is only used
//! if no other user can write or replace it.

use std::{
    fmt,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Why the cache file is not used.
#[derive(Debug)]
pub(super) enum CacheFileRefusal {
    /// It is a symbolic link.
    SymbolicLink,
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// The file or a parent folder belongs to another user.
    AnotherOwner {
        path: PathBuf,
        owner: u32,
    },
    /// Other users can write to the file or a parent folder.
    WritableByOthers {
        path: PathBuf,
        mode: u32,
    },
    Io(io::Error),
    /// Its content is unusable.
    Content(String),
}

/// Opens the file at `path`; `None` if there is none.
///
/// # Errors
///
/// Returns [`CacheFileRefusal`], also if another user could have written the file.
pub(super) fn open(path: &Path) -> Result<Option<File>, CacheFileRefusal> {
    // The folder is checked first, so that its owner is warned before there is a file.
    let named = check_folder(path).and_then(|()| Ok(fs::symlink_metadata(path)?));
    let named = match named {
        Ok(named) => named,
        Err(CacheFileRefusal::Io(fault)) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    if named.is_symlink() {
        return Err(CacheFileRefusal::SymbolicLink);
    }
    if !named.is_file() {
        return Err(CacheFileRefusal::NotAFile);
    }
    let file = File::open(path)?;
    // Checks the open file, not the file that now has this name.
    check_file(path, &file.metadata()?)?;
    Ok(Some(file))
}

/// Checks that no other user can create a file at `path` or replace a parent folder.
///
/// # Errors
///
/// Returns [`CacheFileRefusal`]. Systems other than Unix are not checked.
pub(super) fn check_folder(path: &Path) -> Result<(), CacheFileRefusal> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder)?;
    for (distance, folder) in folder.ancestors().enumerate() {
        check_one_folder(folder, distance == 0)?;
    }
    Ok(())
}

#[cfg(unix)]
fn check_file(path: &Path, metadata: &fs::Metadata) -> Result<(), CacheFileRefusal> {
    use std::os::unix::fs::MetadataExt;

    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
    if owner != rustix::process::geteuid().as_raw() {
        return Err(CacheFileRefusal::AnotherOwner { path: path.to_owned(), owner });
    }
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(CacheFileRefusal::WritableByOthers { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Checks the owner and the permissions of `folder`. In a folder with the sticky bit, other users can add files but not
/// replace those of this user. It may therefore be a parent of the file's folder, but not that folder.
#[cfg(unix)]
fn check_one_folder(folder: &Path, holds_the_file: bool) -> Result<(), CacheFileRefusal> {
    use std::os::unix::fs::MetadataExt;

    let metadata = fs::metadata(folder)?;
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
    if owner != ROOT && owner != rustix::process::geteuid().as_raw() {
        return Err(CacheFileRefusal::AnotherOwner { path: folder.to_owned(), owner });
    }
    let is_protected = mode & STICKY != 0 && !holds_the_file;
    if mode & WRITABLE_BY_OTHERS != 0 && !is_protected {
        return Err(CacheFileRefusal::WritableByOthers { path: folder.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_file(_: &Path, _: &fs::Metadata) -> Result<(), CacheFileRefusal> {
    Ok(())
}

#[cfg(not(unix))]
fn check_one_folder(_: &Path, _: bool) -> Result<(), CacheFileRefusal> {
    Ok(())
}

impl From<io::Error> for CacheFileRefusal {
    fn from(fault: io::Error) -> Self {
        Self::Io(fault)
    }
}

impl fmt::Display for CacheFileRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SymbolicLink => formatter.write_str("it is a symbolic link; name the file itself"),
            Self::NotAFile => formatter.write_str("it is not a regular file"),
            Self::AnotherOwner { path, owner } => {
                write!(formatter, "{} belongs to another user (uid {owner}); {ADVICE}", path.display())
            }
            Self::WritableByOthers { path, mode } => {
                write!(formatter, "other users can write to {} (mode {mode:o}); {ADVICE}", path.display())
            }
            Self::Io(fault) => fault.fmt(formatter),
            Self::Content(reason) => formatter.write_str(reason),
        }
    }
}

impl std::error::Error for CacheFileRefusal {}

const ADVICE: &str = "keep it in a folder that only the user of this process can write to (install -d -m 700 FOLDER)";

#[cfg(unix)]
const ROOT: u32 = 0;
#[cfg(unix)]
const WRITABLE_BY_OTHERS: u32 = 0o022;
#[cfg(unix)]
const STICKY: u32 = 0o1000;
