//! Problems of the key folder, described for the administrator of the server.

use std::{fmt, io, path::PathBuf, sync::Arc};

use super::signing_key::SigningFault;
use crate::folder::Exposure;

/// A problem of the key folder. `Display` describes it and the command that fixes it.
#[derive(Debug, Clone)]
pub enum KeyFolderFault {
    /// The operating system could not read or write.
    Io {
        /// The operation that failed, as a verb.
        doing: &'static str,
        path: PathBuf,
        source: Arc<io::Error>,
    },
    /// Users other than the owner can read or write the file.
    OpenToOthers {
        path: PathBuf,
        /// The permission bits.
        mode: u32,
    },
    /// The file is encrypted, and no passphrase is configured.
    PassphraseMissing(PathBuf),
    PassphraseEmpty,
    /// The file was encrypted with another passphrase.
    PassphraseWrong(PathBuf),
    /// The file is damaged or has another format.
    Corrupt {
        path: PathBuf,
        reason: String,
    },
    /// OpenSSL returned an error.
    Library(String),
    /// Another running server uses the folder.
    InUse(PathBuf),
    /// Every user of the machine can write to the folder.
    Exposed(Exposure),
}

impl KeyFolderFault {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source: Arc::new(source) }
    }

    pub(crate) fn corrupt(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Corrupt { path: path.into(), reason: reason.into() }
    }

    pub(crate) fn key(path: impl Into<PathBuf>, fault: &SigningFault) -> Self {
        Self::corrupt(path, fault.to_string())
    }
}

impl fmt::Display for KeyFolderFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, source } => {
                write!(formatter, "cannot {doing} {}: {source}. ", path.display())?;
                formatter.write_str("The user that runs the server must own the key folder and be able to write to it")
            }
            Self::OpenToOthers { path, mode } => {
                let path = path.display();
                write!(
                    formatter,
                    "{path} is accessible to other users (mode {mode:04o}). Anyone who can read it can sign "
                )?;
                write!(
                    formatter,
                    "tokens in your name. If you can rule this out, run: chmod 600 {path}. Otherwise remove it"
                )
            }
            Self::PassphraseMissing(path) => {
                write!(formatter, "{} is encrypted, but no passphrase is configured. ", path.display())?;
                formatter.write_str("Set SIGNET__KEY_RING__PASSPHRASE_FILE to the path of the file that contains it")
            }
            Self::PassphraseEmpty => formatter
                .write_str("the passphrase of the keys is empty. Set it, or remove the setting key_ring.passphrase"),
            Self::PassphraseWrong(path) => {
                write!(formatter, "{} is encrypted with a passphrase other than the configured one. ", path.display())?;
                formatter.write_str("Configure the passphrase that it was encrypted with (key_ring.passphrase)")
            }
            Self::Corrupt { path, reason } => {
                let path = path.display();
                write!(
                    formatter,
                    "{path} cannot be used: {reason}. Restore it from a backup, or move it away (mv {path} \
                     {path}.broken) and run `signet keys new`: it creates new keys, and everything that the old keys \
                     protected becomes invalid"
                )
            }
            Self::InUse(path) => write!(
                formatter,
                "The keys in {} are in use by another running server. Stop it first, or give this server its own \
                 folders (`data` and `keys` in config.toml, or SIGNET__DATA and SIGNET__KEYS).",
                path.display()
            ),
            Self::Exposed(exposure) => exposure.fmt(formatter),
            Self::Library(cause) => write!(formatter, "the keys cannot be encrypted or decrypted: {cause}"),
        }
    }
}

impl std::error::Error for KeyFolderFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Io { source, .. } = self { Some(&**source) } else { None }
    }
}
