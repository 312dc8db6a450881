//! Rows: what an engine stores.

use time::{Duration, OffsetDateTime};

/// A kind of rows with a separate key space. The store declares the constants; identifiers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Namespace {
    id: u8,
    name: &'static str,
}

impl Namespace {
    /// Creates a namespace. `id` is written to disk, `name` is used in the log.
    ///
    /// # Panics
    ///
    /// Panics if `id` is 0 or 255, which are reserved for the engines. In a constant this is a compile error.
    #[must_use]
    pub const fn new(id: u8, name: &'static str) -> Self {
        assert!(id != 0 && id != u8::MAX, "the namespaces 0 and 255 belong to the engines");
        Self { id, name }
    }

    /// The number on disk.
    #[must_use]
    pub const fn id(self) -> u8 {
        self.id
    }

    /// The name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sequence number of the commit that wrote it.
    pub version: u64,
    pub value: Vec<u8>,
    /// When the row loses its meaning, in UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// The least key that is greater than every key with the prefix `prefix`, if there is one.
pub(crate) fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let (kept, _) = prefix.split_at_checked(last + 1)?;
    let mut beyond = kept.to_vec();
    *beyond.last_mut()? += 1;
    Some(beyond)
}

/// The last expiry, in seconds since the epoch, that a sweep at `now` deletes: rows "expired for more than an hour".
pub(crate) fn sweep_before(now: OffsetDateTime) -> i64 {
    now.saturating_sub(SWEEP_AFTER).unix_timestamp()
}

/// How long an expired row is kept, so that a clock that temporarily jumps ahead does not cause data loss.
pub const SWEEP_AFTER: Duration = Duration::HOUR;

/// Maximum number of rows that one sweep deletes.
pub const SWEEP_LIMIT: usize = 256;
