//! Which places in the status lists are taken, and by which grants. A place is taken until its grant has expired and was
//! swept.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Namespace, StoreFault,
    namespaces::STATUS_ENTRIES,
    record::{Record, Store, Versioned},
};
use crate::oauth::{
    grant::{Grant, GrantId},
    status_list::StatusIndex,
};

/// Whose a place is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StatusEntry {
    /// The grant.
    pub grant: GrantId,
    /// When the grant was given.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From when on no token of it can be alive, if that is known.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

impl Record for StatusEntry {
    const NAMESPACE: Namespace = STATUS_ENTRIES;

    // It outlives its epoch: what was given before the storage was set back has ended, and its place tells so.
    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }
}

impl StatusEntry {
    /// That of `grant`.
    pub(super) fn of(grant: &Grant) -> Self {
        Self { grant: grant.id.clone(), created_at: grant.created_at, expires_at: grant.expires_at }
    }
}

impl Store {
    /// The places that are taken, in the order of lists and places, after `after`, and whether they were taken in the
    /// present epoch; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn status_entries(
        &self,
        after: Option<StatusIndex>,
        limit: u16,
    ) -> Result<Vec<(StatusIndex, StatusEntry, bool)>, StoreFault> {
        let after = after.map(StatusIndex::to_bytes);
        let entries = self.records::<StatusEntry>(b"", after.as_ref().map(<[u8; 8]>::as_slice), limit)?;
        let index = |key: Vec<u8>| StatusIndex::from_bytes(key.try_into().ok()?);
        let entry = |(key, kept): (Vec<u8>, Versioned<StatusEntry>)| {
            let is_of_epoch = self.is_of_epoch(&kept);
            Some((index(key)?, kept.record, is_of_epoch))
        };
        Ok(entries.into_iter().filter_map(entry).collect())
    }
}
