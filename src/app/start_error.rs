//! Reasons why the server could not start. The texts say what to change.

use std::{error::Error, fmt, io, net::SocketAddr, path::PathBuf};

use crate::{
    endpoint::{InternalError, key_folder::KeysMismatch, new_account::FieldErrors},
    fetch::FetchRefusal,
    jose::{KeyFolderFault, KeysFault},
    store::{OpenError, StoreFault},
};

/// The reason why the server could not start, or had to stop.
#[derive(Debug)]
pub enum StartError {
    /// The server cannot listen on the address.
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    /// The database cannot be opened.
    Open(OpenError),
    /// The key folder cannot be used.
    KeyFolder(KeyFolderFault),
    /// A key cannot be used.
    Keys(KeysFault),
    /// The key folder does not match what the database has recorded.
    KeysMismatch {
        keys: PathBuf,
        mismatch: KeysMismatch,
    },
    /// The socket for commands cannot be opened.
    Socket(io::Error),
    /// The configured certificate authority cannot be used.
    CertificateAuthority {
        file: PathBuf,
        source: io::Error,
    },
    /// The configured logo cannot be used.
    Logo {
        file: PathBuf,
        reason: String,
    },
    /// The HTTP client for client documents cannot be created.
    Fetcher(FetchRefusal),
    /// The administrator in the configuration is invalid.
    Bootstrap(FieldErrors),
    /// There is no administrator yet, and the configuration names one without a password.
    BootstrapPasswordMissing,
    Internal(InternalError),
    /// Serving ended with an error.
    Serve(io::Error),
    /// The last commits could not be written.
    Storage(StoreFault),
    /// The storage failed while the server was running.
    StorageFailed,
    /// A thread that opens files ended unexpectedly.
    Interrupted,
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => write!(
                formatter,
                "another program already listens on {address}. Stop it, or choose another address with `listen` (and \
                 the port in `issuer`) in config.toml, or with SIGNET__LISTEN and SIGNET__ISSUER"
            ),
            Self::Listen { address, source } => write!(
                formatter,
                "cannot listen on {address}: {source}. Choose another address with `listen` in config.toml, or with \
                 SIGNET__LISTEN"
            ),
            Self::Open(error) => error.fmt(formatter),
            Self::KeyFolder(error) => error.fmt(formatter),
            Self::Keys(error) => error.fmt(formatter),
            Self::KeysMismatch { keys, mismatch } => write!(
                formatter,
                "The keys in {} do not belong to the database: {mismatch}. With wrong keys, all sessions and tokens \
                 would end, or withdrawn keys would sign again, so the server does not start. Mount the right folder, \
                 or restore the latest copy of the whole folder, not single files. If there is none, run `signet keys \
                 new`: it creates new keys and ends all sessions, codes and tokens, so that everyone has to sign in \
                 again.",
                keys.display()
            ),
            Self::Socket(source) => write!(formatter, "cannot open the command socket in the data folder: {source}"),
            Self::CertificateAuthority { file, source } => {
                write!(formatter, "fetch.certificate_authority: {} cannot be read: {source}", file.display())
            }
            Self::Logo { file, reason } => write!(formatter, "brand.logo: {}: {reason}", file.display()),
            Self::Fetcher(refusal) => write!(formatter, "fetch.certificate_authority: {refusal}"),
            Self::Bootstrap(errors) => {
                formatter.write_str("the administrator from the configuration cannot be created:")?;
                for (key, error) in [
                    ("SIGNET__BOOTSTRAP__ADMIN_USERNAME", errors.of("username")),
                    ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", errors.of("password")),
                ] {
                    if let Some(error) = error {
                        write!(formatter, "\n  {key}: {error}")?;
                    }
                }
                Ok(())
            }
            Self::BootstrapPasswordMissing => formatter.write_str(
                "bootstrap.admin_username names the first administrator, but SIGNET__BOOTSTRAP__ADMIN_PASSWORD is \
                 missing. Set it, or set SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE to the path of a file. Or remove the \
                 username and use the link that the server prints",
            ),
            Self::Internal(fault) => fault.fmt(formatter),
            Self::Serve(source) => write!(formatter, "the server stopped: {source}"),
            Self::Storage(fault) => fault.fmt(formatter),
            Self::StorageFailed => formatter.write_str(
                "the storage failed, so the server stopped. Check the log and the disk (is it full?), then start the \
                 server again",
            ),
            Self::Interrupted => formatter.write_str("startup was interrupted"),
        }
    }
}

impl Error for StartError {}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<KeyFolderFault> for StartError {
    fn from(error: KeyFolderFault) -> Self {
        Self::KeyFolder(error)
    }
}

impl From<KeysFault> for StartError {
    fn from(error: KeysFault) -> Self {
        Self::Keys(error)
    }
}

impl From<InternalError> for StartError {
    fn from(fault: InternalError) -> Self {
        Self::Internal(fault)
    }
}
