//! The progress of the database, shared by the writer and the code that stores the mark outside its folder.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::{
    history::Position,
    outside_mark::{OutsideMark, Runs},
};
use crate::entropy::Entropy;

/// The progress of the database, for the mark outside its folder.
#[derive(Debug)]
pub(super) struct WriteProgress {
    runs: Runs,
    /// Whether this opening has begun a run.
    has_run: bool,
    pub(super) shared: Arc<SharedProgress>,
}

/// The state shared by the writer and the code that stores the mark outside the folder.
#[derive(Debug)]
pub(super) struct SharedProgress {
    latest: Mutex<OutsideMark>,
    is_marked: AtomicBool,
}

impl WriteProgress {
    pub(super) fn of(runs: Runs, position: Position, has_run: bool) -> Self {
        let shared =
            SharedProgress { latest: Mutex::new(runs.mark(position)), is_marked: AtomicBool::new(runs.is_marked) };
        Self { runs, has_run, shared: Arc::new(shared) }
    }

    /// The runs to store from `sequence` on, if they change.
    pub(super) fn change(&self, sequence: u64, entropy: Entropy) -> Option<Runs> {
        let is_marked = self.shared.is_marked.load(Ordering::SeqCst);
        if self.has_run && is_marked == self.runs.is_marked {
            return None;
        }
        let mut runs = self.runs.clone();
        runs.is_marked = is_marked;
        if !self.has_run {
            runs.add(sequence, entropy);
        }
        Some(runs)
    }

    pub(super) fn advance(&mut self, changed: Option<Runs>, position: Position) {
        if let Some(runs) = changed {
            self.runs = runs;
            self.has_run = true;
        }
        *self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner) = self.runs.mark(position);
    }
}

impl SharedProgress {
    pub(super) fn latest(&self) -> OutsideMark {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records, with the next batch, that a mark exists outside the folder.
    pub(super) fn set_marked(&self) {
        self.is_marked.store(true, Ordering::SeqCst);
    }
}
