//! Lets one rotation of the signing keys run at a time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Lets one rotation run at a time: each makes keys and writes files on a thread for blocking work, for up to some seconds.
#[derive(Debug)]
pub struct RotationGate(Arc<Semaphore>);

impl Default for RotationGate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl RotationGate {
    /// A permit for one rotation. Work that goes on after its request was dropped keeps a copy of it.
    ///
    /// `None` while another rotation runs. It does not wait: the keys have just been replaced then.
    pub(super) fn enter(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Arc::new)
    }
}
