//! Rate limiting for an expensive operation: one call at a time, and a pause between calls.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use crate::clock::Clock;

/// Allows one call at a time, followed by a pause. A caller that arrives during a call waits for its end and then finds
/// the gate closed.
pub(super) struct Gate {
    flight: Mutex<()>,
    /// Unix time of the last call in milliseconds.
    last: AtomicI64,
    /// Number of consecutive calls that found nothing.
    misses: AtomicU32,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { flight: Mutex::new(()), last: AtomicI64::new(NEVER), misses: AtomicU32::new(0) }
    }

    /// Records whether the call found something. Each miss doubles the pause, up to 64 times.
    pub(super) fn found(&self, is_there: bool) {
        let misses = self.misses.load(Ordering::Relaxed);
        self.misses.store(if is_there { 0 } else { (misses + 1).min(MOST_DOUBLINGS) }, Ordering::Relaxed);
    }

    /// Returns the pause after the recorded misses.
    pub(super) fn pause(&self, pause: Duration) -> Duration {
        pause * (1 << self.misses.load(Ordering::Relaxed))
    }

    /// Returns whether the pause since the last call is over, with misses taken into account. Also `true` if the clock
    /// was set back.
    pub(super) fn is_open(&self, pause: Duration, now: OffsetDateTime) -> bool {
        let since = milliseconds(now).saturating_sub(self.last.load(Ordering::Acquire));
        since < 0 || i128::from(since) >= self.pause(pause).whole_milliseconds()
    }

    /// Returns whether there was a call and the pause after it is over.
    pub(super) fn is_reopened(&self, pause: Duration, now: OffsetDateTime) -> bool {
        self.last.load(Ordering::Acquire) != NEVER && self.is_open(pause, now)
    }

    /// Returns whether a caller need not wait: no call is running, and the pause is not over.
    pub(super) fn is_shut(&self, pause: Duration, now: OffsetDateTime) -> bool {
        self.flight.try_lock().is_ok() && !self.is_open(pause, now)
    }

    /// Runs `work` and returns its result, or returns `None` if the last call was less than `pause` ago.
    pub(super) async fn pass<T>(&self, pause: Duration, clock: &Clock, work: impl Future<Output = T>) -> Option<T> {
        let _flight = self.flight.lock().await;
        if !self.is_open(pause, clock.now()) {
            return None;
        }
        // Recorded at the start too, so that cancelled work counts.
        self.last.store(milliseconds(clock.now()), Ordering::Release);
        let done = work.await;
        self.last.store(milliseconds(clock.now()), Ordering::Release);
        Some(done)
    }
}

fn milliseconds(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

const NEVER: i64 = i64::MIN;
const MOST_DOUBLINGS: u32 = 6;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const PAUSE: Duration = Duration::seconds(30);

    #[tokio::test]
    async fn one_passes_and_then_no_one_until_the_pause_is_over() {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        let gate = Gate::new();
        assert!(gate.is_open(PAUSE, clock.now()) && !gate.is_reopened(PAUSE, clock.now()));
        assert_eq!(gate.pass(PAUSE, &clock, async { 1 }).await, Some(1));
        assert!(gate.is_shut(PAUSE, clock.now()));
        clock.advance(PAUSE - Duration::milliseconds(1));
        assert_eq!(gate.pass(PAUSE, &clock, async { 2 }).await, None);
        clock.advance(Duration::milliseconds(1));
        assert!(gate.is_reopened(PAUSE, clock.now()));
        assert_eq!(gate.pass(PAUSE, &clock, async { 3 }).await, Some(3));
        clock.advance(-Duration::HOUR);
        assert_eq!(gate.pass(PAUSE, &clock, async { 4 }).await, Some(4));
    }

    #[tokio::test]
    async fn what_is_not_there_is_looked_for_less_and_less_often() {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        let gate = Gate::new();
        gate.pass(PAUSE, &clock, async { gate.found(false) }).await;
        for doubled in [2, 4, 8, 16, 32, 64, 64] {
            clock.advance(PAUSE * doubled - Duration::milliseconds(1));
            assert!(!gate.is_open(PAUSE, clock.now()), "{doubled}");
            clock.advance(Duration::milliseconds(1));
            assert_eq!(gate.pass(PAUSE, &clock, async { gate.found(false) }).await, Some(()), "{doubled}");
        }
        gate.found(true);
        clock.advance(PAUSE);
        assert!(gate.is_open(PAUSE, clock.now()));
    }

    #[tokio::test]
    async fn who_comes_during_a_flight_waits_for_it_and_does_not_pass() {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        let gate = Gate::new();
        let (land, landing) = tokio::sync::oneshot::channel::<()>();
        let first = gate.pass(PAUSE, &clock, async { landing.await.is_ok() });
        let second = gate.pass(PAUSE, &clock, async { true });
        let (first, second, ()) = tokio::join!(first, second, async {
            assert!(!gate.is_shut(PAUSE, clock.now()));
            land.send(()).unwrap();
        });
        assert_eq!((first, second), (Some(true), None));
    }
}
