//! The open database and the rows of the engine itself.

use std::fs::File;

use super::{
    batch::Writes,
    history::{Contents, History},
    outside_mark::Runs,
    row::{encode, own_place},
};
use crate::store::{fault::StoreFault, row::Row};

/// The database and its file.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) db: sled::Db,
    /// A second descriptor of sled's file. sled's own flush hands the data to the disk without waiting until it is
    /// stored (`sync_file_range`); `fdatasync` waits. This descriptor was opened before the first write, so no disk
    /// error is reported to sled alone.
    pub(super) file: File,
}

impl Disk {
    /// Writes rows and the history that they end as one batch. It is on disk when this function returns.
    pub(super) fn write(&self, writes: Writes, history: &History) -> Result<(), StoreFault> {
        let mut batch = sled::Batch::default();
        for (place, bytes) in writes {
            match bytes {
                Some(bytes) => batch.insert(place, bytes),
                None => batch.remove(place),
            }
        }
        let place = own_place(HISTORY);
        let row = Row { version: history.last.position.sequence, value: history.encode(), expires_at: None };
        let bytes = encode(&place, &row);
        batch.insert(place, bytes);
        self.db.apply_batch(batch).map_err(StoreFault::storage)?;
        self.sync()
    }

    /// Returns `contents` after `writes`.
    pub(super) fn contents_after(&self, mut contents: Contents, writes: &Writes) -> Result<Contents, StoreFault> {
        for (place, bytes) in writes {
            if let Some(stored) = self.db.get(place).map_err(StoreFault::storage)? {
                contents.subtract(place, &stored);
            }
            if let Some(bytes) = bytes {
                contents.add(place, bytes);
            }
        }
        Ok(contents)
    }

    /// Computes the contents by reading all rows.
    pub(super) fn contents(&self) -> Result<Contents, StoreFault> {
        let mut contents = Contents::default();
        let history = own_place(HISTORY);
        for (read, entry) in self.db.iter().enumerate() {
            // With a million users this takes most of a minute, so the operator needs to see the progress.
            if read > 0 && read.is_multiple_of(TOLD_EVERY) {
                tracing::info!(rows = read, "checking the database");
            }
            let (place, bytes) = entry.map_err(StoreFault::storage)?;
            if *place != *history {
                contents.add(&place, &bytes);
            }
        }
        Ok(contents)
    }

    /// Waits until all writes are on disk.
    pub(super) fn sync(&self) -> Result<(), StoreFault> {
        self.db.flush().map_err(StoreFault::storage)?;
        self.file.sync_data().map_err(StoreFault::storage)
    }
}

/// Number of rows after which the progress is logged again.
const TOLD_EVERY: usize = 1_000_000;

/// The name of the row that contains the [`History`].
pub(super) const HISTORY: &str = "history";

/// The name of the row that contains the [`Runs`](super::outside_mark::Runs).
pub(super) const RUNS: &str = "runs";

/// The row that contains the runs.
pub(super) fn runs_row(runs: &Runs, sequence: u64) -> (Vec<u8>, Option<Vec<u8>>) {
    let place = own_place(RUNS);
    let row = encode(&place, &Row { version: sequence, value: runs.encode(), expires_at: None });
    (place, Some(row))
}

pub(super) const NOT_BEFORE: &str = "not_before";
