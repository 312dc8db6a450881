//! The state of the key folder as known to the database, so that a different folder is detected.

use serde::{Deserialize, Serialize};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::KEY_RECORD,
    record::{Record, put},
    record_store::Store,
};

/// Identifies the key folder. It contains no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    pub ring: String,
    /// The latest generation of the ring.
    pub generation: u64,
    pub secret: String,
    /// The fingerprint of the key from which pairwise subjects are derived.
    pub pairwise: String,
}

impl Record for KeyRecord {
    const NAMESPACE: Namespace = KEY_RECORD;
}

impl Store {
    /// Returns the state of the key folder. `None` in a new database, or in one of an earlier version.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn key_record(&self) -> Result<Option<KeyRecord>, StoreFault> {
        Ok(self.read::<KeyRecord>(KEY)?.map(|kept| kept.record))
    }

    /// Stores the state of the key folder if it has changed.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the storage cannot be read or written.
    pub async fn put_key_record(&self, record: &KeyRecord) -> Result<(), CommitError> {
        if self.key_record()?.as_ref() == Some(record) {
            return Ok(());
        }
        self.commit(put(Commit::new(), KEY, record)?).await
    }
}

const KEY: &[u8] = b"keys";
