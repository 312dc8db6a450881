//! The store on both engines, for tests that depend on the layout of rows.

use std::sync::Arc;

use tempfile::TempDir;
use time::OffsetDateTime;

use super::{MemoryEngine, OnRollback, SledEngine, Store};
use crate::{clock::Clock, entropy::Entropy};

/// A store in memory and one in a folder. The folder is removed when the second value is dropped.
pub(super) fn stores(now: OffsetDateTime) -> ([Store; 2], TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledEngine::open(folder.path(), OnRollback::Refuse, Clock::manual(now), Entropy::system()).unwrap();
    ([Store::new(Arc::new(MemoryEngine::new()), None), Store::new(Arc::new(sled.engine), None)], folder)
}
