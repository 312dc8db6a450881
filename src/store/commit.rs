//! A commit: preconditions and writes that are applied atomically.

use time::OffsetDateTime;

use super::{
    fault::{Limit, MAX_KEY, MAX_OPERATIONS, MAX_VALUE, StoreFault},
    row::Namespace,
};

/// A precondition on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The row does not exist.
    Absent,
    /// The row exists and was written by the commit with this sequence number, so it has not changed since it was
    /// read.
    Version(u64),
}

impl Expect {
    /// Returns `true` if a row with this version, or no row, satisfies the precondition.
    pub(crate) fn allows(self, version: Option<u64>) -> bool {
        match self {
            Self::Absent => version.is_none(),
            Self::Version(expected) => version == Some(expected),
        }
    }
}

/// Preconditions and writes that are applied atomically.
///
/// All preconditions refer to the rows before the commit. Writes are applied in order, so the later of two writes to
/// one key wins. The limits are [`MAX_OPERATIONS`], [`MAX_KEY`] and [`MAX_VALUE`]. An engine refuses a commit that
/// exceeds them with [`StoreFault::BeyondLimits`] and writes nothing.
///
/// A commit contains no closures, scans or generated identifiers, so that any transactional engine can apply it.
#[derive(Debug, Default)]
#[must_use = "a commit has no effect until an engine applies it"]
pub struct Commit {
    preconditions: Vec<(Address, Expect)>,
    writes: Vec<(Address, Write)>,
}

/// The address of a row: its namespace and key.
pub(crate) type Address = (Namespace, Vec<u8>);

/// A write to a row.
#[derive(Debug)]
pub(crate) enum Write {
    /// Writes the row, whether or not it exists.
    Put { value: Vec<u8>, expires_at: Option<OffsetDateTime> },
    /// Deletes the row, if it exists.
    Delete,
}

impl Commit {
    /// Creates an empty commit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a precondition.
    pub fn expect(mut self, namespace: Namespace, key: impl Into<Vec<u8>>, expect: Expect) -> Self {
        self.preconditions.push(((namespace, key.into()), expect));
        self
    }

    /// Adds a write. The sweeper may delete the row an hour after `expires_at`; until then it can still be read.
    pub fn put(
        mut self,
        namespace: Namespace,
        key: impl Into<Vec<u8>>,
        value: impl Into<Vec<u8>>,
        expires_at: Option<OffsetDateTime>,
    ) -> Self {
        self.writes.push(((namespace, key.into()), Write::Put { value: value.into(), expires_at }));
        self
    }

    /// Adds a deletion. It is not an error if the row does not exist.
    pub fn delete(mut self, namespace: Namespace, key: impl Into<Vec<u8>>) -> Self {
        self.writes.push(((namespace, key.into()), Write::Delete));
        self
    }

    /// Splits the commit into its parts, if it is within the limits.
    pub(crate) fn bounded(self) -> Result<BoundedCommit, StoreFault> {
        let operations = self.preconditions.len() + self.writes.len();
        if operations > MAX_OPERATIONS {
            return Err(StoreFault::BeyondLimits(Limit::Operations(operations)));
        }
        let keys = self.preconditions.iter().map(|(address, _)| address);
        for (_, key) in keys.chain(self.writes.iter().map(|(address, _)| address)) {
            if key.len() > MAX_KEY {
                return Err(StoreFault::BeyondLimits(Limit::Key(key.len())));
            }
        }
        for (_, write) in &self.writes {
            match write {
                Write::Put { value, .. } if value.len() > MAX_VALUE => {
                    return Err(StoreFault::BeyondLimits(Limit::Value(value.len())));
                }
                Write::Put { .. } | Write::Delete => {}
            }
        }
        Ok(BoundedCommit { preconditions: self.preconditions, writes: self.writes })
    }
}

/// A commit within the limits; only [`Commit::bounded`] creates one.
#[derive(Debug)]
pub(crate) struct BoundedCommit {
    preconditions: Vec<(Address, Expect)>,
    writes: Vec<(Address, Write)>,
}

impl BoundedCommit {
    pub(crate) fn preconditions(&self) -> &[(Address, Expect)] {
        &self.preconditions
    }

    /// The approximate number of bytes that it writes.
    pub(crate) fn size(&self) -> usize {
        let size = |((_, key), write): &(Address, Write)| {
            key.len() + if let Write::Put { value, .. } = write { value.len() } else { 0 }
        };
        self.writes.iter().map(size).sum()
    }

    pub(crate) fn into_writes(self) -> Vec<(Address, Write)> {
        self.writes
    }
}
