//! What the database knows of the folder of keys: enough to notice that it is another one.

use serde::{Deserialize, Serialize};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::KEY_RECORD,
    record::{Record, Store, put},
};

/// By what the folder of keys is recognised. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The identifier of the ring.
    pub ring: String,
    /// The generation of the ring that was last seen.
    pub generation: u64,
    /// The fingerprint of the server's secret.
    pub secret: String,
    /// The fingerprint of the key from which pairwise subjects are derived.
    pub pairwise: String,
}

impl Record for KeyRecord {
    const NAMESPACE: Namespace = KEY_RECORD;
}

impl Store {
    /// What is known of the folder of keys; none in a new database, or in one of an earlier version.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn key_record(&self) -> Result<Option<KeyRecord>, StoreFault> {
        Ok(self.read::<KeyRecord>(KEY)?.map(|kept| kept.record))
    }

    /// Keeps what is known of the folder of keys, if it has changed.
    ///
    /// # Errors
    ///
    /// The storage cannot be read or written.
    pub async fn put_key_record(&self, record: &KeyRecord) -> Result<(), CommitError> {
        if self.key_record()?.as_ref() == Some(record) {
            return Ok(());
        }
        self.commit(put(Commit::new(), KEY, record)?).await
    }
}

const KEY: &[u8] = b"keys";
