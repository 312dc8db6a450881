//! Errors of the storage, for the log and for the status of the response.

use std::{error::Error, fmt, sync::Arc};

/// The reason why a commit failed.
#[derive(Debug, Clone)]
pub enum CommitError {
    /// A precondition does not hold, and nothing was written. Read the rows and decide again.
    Conflict,
    /// An internal error. After [`StoreFault::Storage`] it is unknown whether the commit will be there after a
    /// restart. After any other fault nothing was written.
    Internal(StoreFault),
}

impl fmt::Display for CommitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => formatter.write_str("a precondition of the commit failed"),
            Self::Internal(fault) => fault.fmt(formatter),
        }
    }
}

impl Error for CommitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Conflict => None,
            Self::Internal(fault) => fault.source(),
        }
    }
}

impl From<StoreFault> for CommitError {
    fn from(fault: StoreFault) -> Self {
        Self::Internal(fault)
    }
}

/// A failure of the storage, never caused by the request. `Display` is text for the log.
#[derive(Debug, Clone)]
pub enum StoreFault {
    /// The commit queue was full for several seconds. Nothing was written; a later attempt may succeed.
    Busy,
    /// The disk is full. Nothing was written; a later attempt may succeed when there is space.
    Full,
    /// The engine has been closed because the server is stopping.
    Closed,
    /// The storage failed earlier, and nothing is accepted until a restart.
    Latched,
    /// The storage has just failed. The `Arc` is shared by all who waited for the same write.
    Storage(Arc<dyn Error + Send + Sync>),
    /// A row does not have the bytes that were written.
    UnreadableRow { namespace: &'static str, source: UnreadableRow },
    /// A row does not contain a record of its namespace.
    Undecodable { namespace: &'static str, source: Arc<dyn Error + Send + Sync> },
    /// A row was written by a newer version of the server.
    NewerSchema { namespace: &'static str },
    /// The commit exceeds the limits of the engine: a bug in the code that built it.
    BeyondLimits(Limit),
}

impl StoreFault {
    pub(crate) fn storage(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Storage(Arc::new(source))
    }

    /// Whether a later attempt can succeed, perhaps after a restart. The response is then 503 with `Retry-After`, and
    /// otherwise 500.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Busy | Self::Full | Self::Closed | Self::Latched | Self::Storage(_) => true,
            Self::UnreadableRow { .. }
            | Self::Undecodable { .. }
            | Self::NewerSchema { .. }
            | Self::BeyondLimits(_) => false,
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => formatter.write_str("the storage is too slow: the commit queue stayed full"),
            Self::Full => formatter.write_str("the data disk is full: nothing is written until space is freed"),
            Self::Closed => formatter.write_str("the storage is closed"),
            Self::Latched => formatter.write_str("the storage has failed and accepts no writes until a restart"),
            Self::Storage(source) => write!(formatter, "the storage failed: {source}"),
            Self::UnreadableRow { namespace, source } => {
                write!(formatter, "a record of the namespace {namespace} is unreadable: {source}")
            }
            Self::Undecodable { namespace, source } => {
                write!(formatter, "a record of the namespace {namespace} is invalid: {source}")
            }
            Self::NewerSchema { namespace } => {
                write!(formatter, "a record of the namespace {namespace} was written by a newer version of this server")
            }
            Self::BeyondLimits(limit) => write!(formatter, "the commit exceeds the limits: {limit}"),
        }
    }
}

impl Error for StoreFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Storage(source) | Self::Undecodable { source, .. } => Some(source.as_ref()),
            Self::UnreadableRow { source, .. } => Some(source),
            Self::Busy
            | Self::Full
            | Self::Closed
            | Self::Latched
            | Self::NewerSchema { .. }
            | Self::BeyondLimits(_) => None,
        }
    }
}

/// The limit that a commit exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// More preconditions and writes than [`MAX_OPERATIONS`].
    Operations(usize),
    /// A key of more bytes than [`MAX_KEY`].
    Key(usize),
    /// A value of more bytes than [`MAX_VALUE`].
    Value(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operations(count) => write!(formatter, "{count} operations, at most {MAX_OPERATIONS} are allowed"),
            Self::Key(length) => write!(formatter, "a key of {length} bytes, at most {MAX_KEY} are allowed"),
            Self::Value(length) => write!(formatter, "a value of {length} bytes, at most {MAX_VALUE} are allowed"),
        }
    }
}

/// How the bytes of a row on disk differ from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadableRow {
    /// It is shorter than any valid row.
    TooShort,
    /// Its format is unknown to this version; a newer version may have written it.
    UnknownFormat(u8),
    /// Its checksum does not match: it was altered, or belongs to another key.
    Checksum,
    /// The checksum matches, but the content is invalid.
    Nonsense,
}

impl fmt::Display for UnreadableRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => formatter.write_str("it is too short"),
            Self::UnknownFormat(format) => write!(formatter, "it has the unknown format {format}"),
            Self::Checksum => formatter.write_str("its checksum does not match"),
            Self::Nonsense => formatter.write_str("its content is invalid"),
        }
    }
}

impl Error for UnreadableRow {}

/// Maximum number of preconditions and writes of one commit together.
///
/// A user can be in 192 groups and exchange all of them for others in one commit.
pub const MAX_OPERATIONS: usize = 400;

/// Maximum length of a key in bytes.
pub const MAX_KEY: usize = 256;

/// Maximum length of a value in bytes. sled writes much larger values to separate files that it never syncs.
pub const MAX_VALUE: usize = 4096;
