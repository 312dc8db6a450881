//! One status list in memory.

use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

use super::publish::PublishedList;
use crate::{
    entropy::Entropy,
    oauth::status_list::{INVALID, StatusBits, StatusList, VALID},
};

pub(super) struct List {
    /// The time until which each index is taken, in seconds since the epoch; 0 means free.
    kept_until: Vec<u32>,
    taken: usize,
    statuses: StatusList,
    /// Number of changes to the bits.
    version: u64,
    is_condemned: bool,
    published: Arc<Mutex<Option<Arc<PublishedList>>>>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            kept_until: vec![0; PLACES],
            taken: 0,
            statuses: StatusList::new(StatusBits::One, ENTRIES),
            version: 0,
            is_condemned: false,
            published: Arc::default(),
        }
    }
}

impl List {
    /// Takes a random free index, so that the index does not reveal the order of grants. Returns `None` if the list
    /// is too full to find one quickly, or invalidated.
    pub(super) fn generate(&mut self, entropy: Entropy, until: Option<OffsetDateTime>) -> Option<u32> {
        if self.is_condemned || self.taken >= FULL {
            return None;
        }
        // Each attempt finds a free index with a probability of at least 1/8.
        for _ in 0..ATTEMPTS {
            let idx = u32::from_be_bytes(entropy.bytes()) % ENTRIES;
            if self.place(idx).is_some_and(|place| *place == 0) {
                self.take(idx, until);
                return Some(idx);
            }
        }
        None
    }

    /// Takes an index, or extends it, until the given time or permanently.
    pub(super) fn take(&mut self, idx: u32, until: Option<OffsetDateTime>) {
        let until = until.map_or(u32::MAX, |at| u32::try_from(at.unix_timestamp().max(1)).unwrap_or(u32::MAX));
        if let Some(place) = self.place(idx) {
            let was_free = *place == 0;
            *place = until;
            self.taken += usize::from(was_free);
        }
    }

    /// Frees the indexes whose time is over at `now`.
    pub(super) fn release(&mut self, now: OffsetDateTime) {
        let now = u32::try_from(now.unix_timestamp()).unwrap_or(0);
        for (idx, place) in (0..).zip(&mut self.kept_until) {
            if *place != 0 && *place < now {
                *place = 0;
                self.taken -= 1;
                if self.statuses.get(idx) == Some(INVALID) && !self.is_condemned {
                    self.statuses.set(idx, VALID);
                    self.version += 1;
                }
            }
        }
    }

    /// Sets the bit of an index.
    pub(super) fn set_invalid(&mut self, idx: u32, is_invalid: bool) {
        let status = if is_invalid || self.is_condemned { INVALID } else { VALID };
        if self.statuses.get(idx).is_some_and(|present| present != status) {
            self.statuses.set(idx, status);
            self.version += 1;
        }
    }

    /// Sets every bit permanently and hands out no more indexes.
    pub(super) fn condemn(&mut self) {
        if !self.is_condemned {
            self.is_condemned = true;
            (0..ENTRIES).for_each(|idx| self.set_invalid(idx, true));
        }
    }

    /// Number of indexes taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// The bits, and the number of changes.
    pub(super) fn statuses(&self) -> (&StatusList, u64) {
        (&self.statuses, self.version)
    }

    /// The last published version. Its lock is held while a new version is created.
    pub(super) fn published(&self) -> Arc<Mutex<Option<Arc<PublishedList>>>> {
        Arc::clone(&self.published)
    }

    fn place(&mut self, idx: u32) -> Option<&mut u32> {
        self.kept_until.get_mut(usize::try_from(idx).ok()?)
    }
}

/// Number of indexes per list: 16 KiB before compression.
pub(super) const ENTRIES: u32 = 1 << 17;
const PLACES: usize = ENTRIES as usize;

/// Number of taken indexes from which a list hands out no more.
const FULL: usize = PLACES / 8 * 7;

const ATTEMPTS: usize = 1000;
