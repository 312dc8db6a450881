//! A commit: preconditions and writes that happen together or not at all.

use time::OffsetDateTime;

use super::{
    engine::Namespace,
    fault::{Limit, StoreFault},
};

/// What a row must be for a commit to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is no row.
    Absent,
    /// There is a row, and this commit's sequence wrote it: nothing has happened to it since it was read.
    Version(u64),
}

impl Expect {
    /// Whether a row of this version, or none, is what is expected.
    pub(crate) fn allows(self, version: Option<u64>) -> bool {
        match self {
            Self::Absent => version.is_none(),
            Self::Version(expected) => version == Some(expected),
        }
    }
}

/// Preconditions and writes that happen together or not at all.
///
/// All preconditions are about the rows before the commit. Writes apply in their order, so that of two writes to one
/// key the later remains. Limits are [`MAX_OPERATIONS`], [`MAX_KEY`] and [`MAX_VALUE`]; an engine refuses what is
/// beyond them with [`StoreFault::BeyondLimits`] and writes nothing.
///
/// There are no closures, no scans and no ids made by the engine in it, so that any engine with transactions can
/// take it.
#[derive(Debug, Default)]
#[must_use = "a commit does nothing until an engine takes it"]
pub struct Commit {
    preconditions: Vec<(Address, Expect)>,
    writes: Vec<(Address, Write)>,
}

/// Where a row is: its namespace and its key.
pub(crate) type Address = (Namespace, Vec<u8>);

/// What becomes of a row.
#[derive(Debug)]
pub(crate) enum Write {
    /// It is written, whether or not it was there.
    Put { value: Vec<u8>, expires_at: Option<OffsetDateTime> },
    /// It is removed, if it was there.
    Delete,
}

impl Commit {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a precondition.
    pub fn expect(mut self, namespace: Namespace, key: impl Into<Vec<u8>>, expect: Expect) -> Self {
        self.preconditions.push(((namespace, key.into()), expect));
        self
    }

    /// Adds the writing of a row. `expires_at` allows the sweeper to remove it an hour later; it hides nothing.
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

    /// Adds the removal of a row. One that does not exist is no error.
    pub fn delete(mut self, namespace: Namespace, key: impl Into<Vec<u8>>) -> Self {
        self.writes.push(((namespace, key.into()), Write::Delete));
        self
    }

    /// The commit in its parts, if it is within the limits.
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

/// A commit within the limits; only [`Commit::bounded`] makes one.
#[derive(Debug)]
pub(crate) struct BoundedCommit {
    preconditions: Vec<(Address, Expect)>,
    writes: Vec<(Address, Write)>,
}

impl BoundedCommit {
    pub(crate) fn preconditions(&self) -> &[(Address, Expect)] {
        &self.preconditions
    }

    /// About how many bytes it writes.
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

/// The most preconditions and writes of one commit, together.
///
/// A person can be in 192 groups and leave all of them for as many others at once.
pub const MAX_OPERATIONS: usize = 400;

/// The longest key, in bytes.
pub const MAX_KEY: usize = 256;

/// The longest value, in bytes. sled writes what is much larger to files of its own that it never syncs.
pub const MAX_VALUE: usize = 4096;
