//! Allows one rotation of the signing keys at a time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Allows one rotation at a time. Each generates keys and writes files on a blocking thread, for up to a few seconds.
#[derive(Debug)]
pub struct RotationGate(Arc<Semaphore>);

impl Default for RotationGate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl RotationGate {
    /// Returns a permit for one rotation. Work that continues after its request was dropped keeps a clone of the
    /// permit.
    ///
    /// Returns `None` while another rotation is running. It does not wait, because that rotation already replaces the
    /// keys.
    pub(super) fn enter(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Arc::new)
    }
}
