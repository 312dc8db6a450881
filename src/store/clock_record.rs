//! The time until which the clock was last trusted.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::CLOCK_RECORD,
    record::{Record, put},
    record_store::Store,
};

#[derive(Serialize, Deserialize)]
struct ClockRecord {
    #[serde(with = "time::serde::rfc3339")]
    trusted_until: OffsetDateTime,
}

impl Record for ClockRecord {
    const NAMESPACE: Namespace = CLOCK_RECORD;
}

impl Store {
    /// Returns the time until which the clock was last trusted, if it has been recorded.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn clock_trusted_until(&self) -> Result<Option<OffsetDateTime>, StoreFault> {
        Ok(self.read::<ClockRecord>(KEY)?.map(|kept| kept.record.trusted_until))
    }

    /// Records the time until which the clock was last trusted.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the storage cannot be written.
    pub async fn put_clock_trusted_until(&self, trusted_until: OffsetDateTime) -> Result<(), CommitError> {
        self.commit(put(Commit::new(), KEY, &ClockRecord { trusted_until })?).await
    }
}

const KEY: &[u8] = b"clock";
