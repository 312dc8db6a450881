//! The writes of several commits before they are on disk.

use std::collections::BTreeMap;

use time::UtcOffset;

use super::row::{decode, encode, expiry_place, place_of};
use crate::store::{
    commit::{BoundedCommit, Write},
    fault::{CommitError, StoreFault, UnreadableRow},
    row::Row,
};

/// The bytes to store at each place, or `None` to delete them.
pub(super) type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The writes of several commits. Each commit sees the writes of those before it.
pub(super) struct Batch {
    db: sled::Db,
    pub(super) writes: Writes,
}

impl Batch {
    pub(super) fn new(db: sled::Db) -> Self {
        Self { db, writes: Writes::new() }
    }

    /// Adds the writes of `commit` if its preconditions hold. The outer error is a storage failure, after which the
    /// engine stops.
    pub(super) fn include(
        &mut self,
        commit: BoundedCommit,
        sequence: u64,
    ) -> Result<Result<u64, CommitError>, StoreFault> {
        for ((namespace, key), expect) in commit.preconditions() {
            match self.row(&place_of(*namespace, key))? {
                Ok(row) if expect.allows(row.as_ref().map(|row| row.version)) => {}
                Ok(_) => return Ok(Err(CommitError::Conflict)),
                Err(source) => {
                    let namespace = namespace.name();
                    return Ok(Err(StoreFault::UnreadableRow { namespace, source }.into()));
                }
            }
        }
        for ((namespace, key), write) in commit.into_writes() {
            let place = place_of(namespace, &key);
            self.forget_expiry(&place)?;
            let row = match write {
                Write::Delete => None,
                Write::Put { value, expires_at } => {
                    if let Some(expires_at) = expires_at {
                        self.writes.insert(expiry_place(expires_at.unix_timestamp(), &place), Some(Vec::new()));
                    }
                    let expires_at = expires_at.map(|instant| instant.to_offset(UtcOffset::UTC));
                    Some(encode(&place, &Row { version: sequence, value, expires_at }))
                }
            };
            self.writes.insert(place, row);
        }
        Ok(Ok(sequence))
    }

    /// The row at `place` after the commits so far.
    pub(super) fn row(&self, place: &[u8]) -> Result<Result<Option<Row>, UnreadableRow>, StoreFault> {
        if let Some(written) = self.writes.get(place) {
            return Ok(written.as_ref().map(|bytes| decode(place, bytes)).transpose());
        }
        let stored = self.db.get(place).map_err(StoreFault::storage)?;
        Ok(stored.map(|bytes| decode(place, &bytes)).transpose())
    }

    /// Removes the expiry entry of the row currently at `place`. The entry of an unreadable row is kept; the sweeper
    /// removes it when it finds no row for it.
    fn forget_expiry(&mut self, place: &[u8]) -> Result<(), StoreFault> {
        if let Ok(Some(Row { expires_at: Some(expires_at), .. })) = self.row(place)? {
            self.writes.insert(expiry_place(expires_at.unix_timestamp(), place), None);
        }
        Ok(())
    }
}
