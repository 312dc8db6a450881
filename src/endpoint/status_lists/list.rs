//! One status list in memory.

use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

use super::publish::PublishedList;
use crate::{
    entropy::Entropy,
    oauth::status_list::{INVALID, StatusBits, StatusList, VALID},
};

/// One status list.
pub(super) struct List {
    /// Until when each place is taken, in seconds since the epoch; 0 is free.
    kept_until: Vec<u32>,
    taken: usize,
    statuses: StatusList,
    /// How often a bit was changed.
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
    /// Takes a free place at random, so that the places of grants say nothing of their order; none when the list is full
    /// enough for that to take long, or when it is condemned.
    pub(super) fn generate(&mut self, entropy: Entropy, until: Option<OffsetDateTime>) -> Option<u32> {
        if self.is_condemned || self.taken >= FULL {
            return None;
        }
        // Each attempt finds a free place with a chance of an eighth at least.
        for _ in 0..ATTEMPTS {
            let idx = u32::from_be_bytes(entropy.bytes()) % ENTRIES;
            if self.place(idx).is_some_and(|place| *place == 0) {
                self.take(idx, until);
                return Some(idx);
            }
        }
        None
    }

    /// Takes a place, or keeps one that is taken, until then, or for ever.
    pub(super) fn take(&mut self, idx: u32, until: Option<OffsetDateTime>) {
        let until = until.map_or(u32::MAX, |at| u32::try_from(at.unix_timestamp().max(1)).unwrap_or(u32::MAX));
        if let Some(place) = self.place(idx) {
            let was_free = *place == 0;
            *place = until;
            self.taken += usize::from(was_free);
        }
    }

    /// Frees the places that nobody keeps any more at `now`.
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

    /// Sets the bit of a place.
    pub(super) fn set_invalid(&mut self, idx: u32, is_invalid: bool) {
        let status = if is_invalid || self.is_condemned { INVALID } else { VALID };
        if self.statuses.get(idx).is_some_and(|present| present != status) {
            self.statuses.set(idx, status);
            self.version += 1;
        }
    }

    /// Sets every bit for good, and gives no more places.
    pub(super) fn condemn(&mut self) {
        if !self.is_condemned {
            self.is_condemned = true;
            (0..ENTRIES).for_each(|idx| self.set_invalid(idx, true));
        }
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// The bits, and how often they were changed.
    pub(super) fn statuses(&self) -> (&StatusList, u64) {
        (&self.statuses, self.version)
    }

    /// What was last published. Whoever holds the lock publishes anew, alone.
    pub(super) fn published(&self) -> Arc<Mutex<Option<Arc<PublishedList>>>> {
        Arc::clone(&self.published)
    }

    fn place(&mut self, idx: u32) -> Option<&mut u32> {
        self.kept_until.get_mut(usize::try_from(idx).ok()?)
    }
}

/// So many places has a list: 16 KiB before compression.
pub(super) const ENTRIES: u32 = 1 << 17;
const PLACES: usize = ENTRIES as usize;

/// With so many places taken a list gives no more.
const FULL: usize = PLACES / 8 * 7;

const ATTEMPTS: usize = 1000;
