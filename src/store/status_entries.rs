//! Which indexes in the status lists are taken, and by which grants. An index is taken until its grant has expired
//! and was swept.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Namespace, StoreFault,
    namespaces::STATUS_ENTRIES,
    record::{Record, Versioned},
    record_store::Store,
};
use crate::oauth::{
    grant::{Grant, GrantId},
    status_list::StatusIndex,
};

/// The grant that an index belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StatusEntry {
    pub grant: GrantId,
    /// When the grant began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the last token of the grant expires, if that is known.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

impl Record for StatusEntry {
    const NAMESPACE: Namespace = STATUS_ENTRIES;

    // It remains valid after its epoch: a grant made before a rollback has ended, and its status must show that.
    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }
}

impl StatusEntry {
    /// The entry of `grant`.
    pub(super) fn of(grant: &Grant) -> Self {
        Self { grant: grant.id.clone(), created_at: grant.created_at, expires_at: grant.expires_at }
    }
}

impl Store {
    /// Lists up to `limit` taken indexes after `after`, ordered by list and index, and whether they were taken in the
    /// current epoch.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
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
