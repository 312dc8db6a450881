//! Reasons why a database was not opened, for the operator.

use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

use time::format_description::well_known::Rfc3339;

use super::history::{Evidence, Position};
use crate::folder::Exposure;

/// The reason why a database was not opened. `Display` tells the operator what happened and what to do.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has opened it.
    HeldByAnotherServer { folder: PathBuf },
    /// It is not in the state in which the server left it.
    RolledBack { folder: PathBuf, evidence: Evidence },
    /// The operating system denies access: permissions, a full disk, or a failing disk.
    Inaccessible { folder: PathBuf, source: io::Error },
    /// Its content is damaged, or was not written by this server.
    Unreadable { folder: PathBuf, source: Box<dyn Error + Send + Sync> },
    /// Other users of the machine can read or replace the database.
    Exposed { exposure: Exposure },
}

pub(super) fn inaccessible(folder: &Path) -> impl Fn(io::Error) -> OpenError {
    move |source| OpenError::Inaccessible { folder: folder.to_owned(), source }
}

pub(super) fn unreadable(folder: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> OpenError {
    OpenError::Unreadable { folder: folder.to_owned(), source: source.into() }
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeldByAnotherServer { folder } => write!(
                formatter,
                "The database in {} is in use by another running server. Stop that one first, or give this one a \
                 folder of its own (`data` in config.toml, or SIGNET__DATA).",
                folder.display()
            ),
            Self::RolledBack { folder, evidence } => write!(
                formatter,
                "The database in {} may have gone back in time: {evidence}. Codes that were spent, refresh tokens \
                 that were rotated and grants that were revoked since could be valid again, so the server does not \
                 start. First make a copy of the folder. If newer files exist, put them back, all of the folder and \
                 not single files. If there are none, or you restored a backup on purpose, start once with \
                 --accept-rollback: all sessions, codes, access tokens and refresh tokens issued before that moment \
                 end, the signing keys are replaced, and everybody signs in again. If nobody copied any files, check \
                 the disk.",
                folder.display()
            ),
            Self::Inaccessible { folder, source } => {
                write!(formatter, "The database in {} cannot be opened: {source}. {}", folder.display(), hint(source))
            }
            Self::Unreadable { folder, source } => write!(
                formatter,
                "The database in {} cannot be read: {source}. Make a copy of the folder and check the disk. Then \
                 restore a backup, or run `signet salvage`, which copies what can still be read into a new folder.",
                folder.display()
            ),
            Self::Exposed { exposure } => exposure.fmt(formatter),
        }
    }
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            "The folder and all files in it must belong to the user that the server runs as."
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "The disk is full. Make room: the database needs a few megabytes even to be opened."
        }
        io::ErrorKind::ReadOnlyFilesystem => "The server must be able to write there.",
        _ => "Check that it is a folder on a local disk, and that the disk is healthy.",
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::HeldByAnotherServer { .. } | Self::RolledBack { .. } | Self::Exposed { .. } => None,
            Self::Inaccessible { source, .. } => Some(source),
            Self::Unreadable { source, .. } => Some(source.as_ref()),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DatabaseIsOlder { database, log } => write!(
                formatter,
                "it ends with {database}, but commit.log shows that it had reached {log}. An older copy was put in \
                 its place, or it is damaged"
            ),
            Self::RowsDiffer { database } => write!(
                formatter,
                "it ends with {database}, as it should, but some of its rows are missing or altered. It is damaged"
            ),
            Self::DatabaseIsEmpty { log } => write!(
                formatter,
                "it is empty, but commit.log shows that it had reached {log}. It was removed, or it is damaged"
            ),
            Self::LogIsMissing { database } => write!(
                formatter,
                "it ends with {database}, but commit.log, which tells whether that is the latest, is missing or \
                 unreadable"
            ),
            Self::LogIsAnother { database, log } => write!(
                formatter,
                "it ends with {database}, but commit.log, which ends with {log}, does not belong to it. One of the \
                 two was replaced"
            ),
            Self::FolderIsOlder { database, mark } => write!(
                formatter,
                "it ends with {database}, but the mark in the folder of keys shows that it had reached {mark}. An older \
                 copy of the folder was put in its place"
            ),
            Self::FolderIsEmpty { mark } => write!(
                formatter,
                "it is empty, but the mark in the folder of keys shows that it had reached {mark}. The folder was \
                 removed, or its disk is not mounted"
            ),
            Self::MarkIsAnother { database, mark } => write!(
                formatter,
                "it ends with {database}, but the mark in the folder of keys, at {mark}, belongs to another database or \
                 to a copy that went on by itself"
            ),
            Self::MarkIsMissing { database } => write!(
                formatter,
                "it ends with {database}, but the mark in the folder of keys (database.mark), which shows whether that \
                 is the latest, is missing or unreadable"
            ),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.replace_nanosecond(0).unwrap_or(self.at);
        let at = at.format(&Rfc3339).unwrap_or_else(|_| at.to_string());
        write!(formatter, "commit {} of {at}", self.sequence)
    }
}
