//! Limits how many uploaded pictures are decoded concurrently.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::InternalError;

/// Limits how many pictures are decoded concurrently. Each may need hundreds of megabytes for a moment.
#[derive(Debug)]
pub struct PictureBench {
    /// One permit for each picture that is being decoded or waiting.
    places: Arc<Semaphore>,
    /// One permit for each picture that is being decoded.
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Default for PictureBench {
    /// One picture at a time. Sixteen more, whose files are in memory, wait for at most ten seconds each.
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(17)),
            permits: Arc::new(Semaphore::new(1)),
            patience: Duration::from_secs(10),
        }
    }
}

impl PictureBench {
    /// Runs `work` on a blocking thread when its turn comes.
    ///
    /// # Errors
    ///
    /// Returns [`InternalError::Busy`] if too many are waiting or it has waited too long, and
    /// [`InternalError::BrokenOff`] if the work panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, InternalError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| InternalError::Busy)?;
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        // The semaphore is never closed, so waiting only ends with a permit.
        let permit = turn.map_err(|_| InternalError::Busy)?.map_err(|_| InternalError::Busy)?;
        // The permits belong to the work: if the request is dropped, the work continues and still counts.
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((permit, place));
            done
        });
        working.await.map_err(InternalError::BrokenOff)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn bench(waiting: usize, patience: Duration) -> PictureBench {
        PictureBench { places: Arc::new(Semaphore::new(1 + waiting)), permits: Arc::new(Semaphore::new(1)), patience }
    }

    #[tokio::test]
    async fn a_permit_belongs_to_the_work_and_not_to_the_request_that_wanted_it() {
        let bench = bench(1, Duration::from_millis(50));
        let (finish, finished) = mpsc::channel::<()>();
        // The request is dropped, as at a timeout or when the client disconnects.
        let dropped = bench.run(move || finished.recv());
        assert!(tokio::time::timeout(Duration::from_millis(20), dropped).await.is_err());
        assert!(matches!(bench.run(|| ()).await, Err(InternalError::Busy)), "the first work still goes on");
        finish.send(()).unwrap();
        let patient = PictureBench { patience: Duration::from_secs(10), ..bench };
        assert!(patient.run(|| ()).await.is_ok());
        assert_eq!((patient.places.available_permits(), patient.permits.available_permits()), (2, 1));
    }

    #[tokio::test]
    async fn who_finds_no_place_is_refused_without_waiting() {
        let bench = bench(0, Duration::from_secs(3600));
        let (finish, finished) = mpsc::channel::<()>();
        assert!(tokio::time::timeout(Duration::from_millis(20), bench.run(move || finished.recv())).await.is_err());
        assert!(matches!(bench.run(|| ()).await, Err(InternalError::Busy)));
        finish.send(()).unwrap();
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_permit_back() {
        let bench = bench(0, Duration::from_secs(10));
        let broken = bench.run(|| std::panic::resume_unwind(Box::new("damaged"))).await;
        assert!(matches!(broken, Err(InternalError::BrokenOff(_))));
        assert!(bench.run(|| ()).await.is_ok());
    }
}
