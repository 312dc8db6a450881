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
                "The database in {} is in use by another running server. Stop it first, or give this server its own \
                 folder (`data` in config.toml, or SIGNET__DATA).",
                folder.display()
            ),
            Self::RolledBack { folder, evidence } => write!(
                formatter,
                "The database in {} may be older than the server's last state: {evidence}. Redeemed codes, rotated \
                 refresh tokens and revoked grants could become valid again, so the server does not start. First make \
                 a copy of the folder. If newer files exist, restore the whole folder, not single files. If there are \
                 none, or you restored a backup on purpose, start once with --accept-rollback: all sessions, codes and \
                 tokens issued before end, the signing keys are replaced, and everyone has to sign in again. If no \
                 files were copied, check the disk.",
                folder.display()
            ),
            Self::Inaccessible { folder, source } => {
                write!(formatter, "The database in {} cannot be opened: {source}. {}", folder.display(), hint(source))
            }
            Self::Unreadable { folder, source } => write!(
                formatter,
                "The database in {} cannot be read: {source}. Make a copy of the folder and check the disk. Then \
                 restore a backup, or run `signet salvage`, which copies all readable records into a new folder.",
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
            "The disk is full. Free some space: the database needs a few megabytes to open."
        }
        io::ErrorKind::ReadOnlyFilesystem => "The server must have write access there.",
        _ => "Check that it is a folder on a local, healthy disk.",
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
                "its last commit is {database}, but commit.log shows that it had reached {log}. It was replaced by an \
                 older copy, or it is damaged"
            ),
            Self::RowsDiffer { database } => write!(
                formatter,
                "its last commit is {database}, as expected, but some records are missing or altered. It is damaged"
            ),
            Self::DatabaseIsEmpty { log } => write!(
                formatter,
                "it is empty, but commit.log shows that it had reached {log}. It was removed, or it is damaged"
            ),
            Self::LogIsMissing { database } => write!(
                formatter,
                "its last commit is {database}, but commit.log, which shows whether that is the latest, is missing or \
                 unreadable"
            ),
            Self::LogIsAnother { database, log } => write!(
                formatter,
                "its last commit is {database}, but commit.log, which ends with {log}, does not belong to it. One of \
                 them was replaced"
            ),
            Self::FolderIsOlder { database, mark } => write!(
                formatter,
                "its last commit is {database}, but the mark in the key folder shows that it had reached {mark}. The \
                 folder was replaced by an older copy"
            ),
            Self::FolderIsEmpty { mark } => write!(
                formatter,
                "it is empty, but the mark in the key folder shows that it had reached {mark}. The folder was removed, \
                 or its disk is not mounted"
            ),
            Self::MarkIsAnother { database, mark } => write!(
                formatter,
                "its last commit is {database}, but the mark in the key folder, at {mark}, belongs to another database \
                 or to a diverged copy"
            ),
            Self::MarkIsMissing { database } => write!(
                formatter,
                "its last commit is {database}, but the mark in the key folder (database.mark), which shows whether \
                 that is the latest, is missing or unreadable"
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
