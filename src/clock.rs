//! The only place that reads the time. Everything else receives an instant as an argument.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration as Uptime, Instant},
};

use time::{Duration, OffsetDateTime};

/// The source of instants: the system clock, or a manual clock in tests.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<Hands>),
}

/// The state of a manual clock, in milliseconds.
#[derive(Debug)]
struct Hands {
    /// Time since the Unix epoch.
    wall: AtomicI64,
    uptime: AtomicI64,
}

impl Clock {
    /// Returns the clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Returns a clock that shows `now` until [`Clock::advance`] moves it. Clones share the time.
    #[must_use]
    pub fn manual(now: OffsetDateTime) -> Self {
        let hands = Hands { wall: AtomicI64::new(milliseconds(now)), uptime: AtomicI64::new(0) };
        Self(Source::Manual(Arc::new(hands)))
    }

    /// Returns the current time in UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(&self) -> OffsetDateTime {
        match &self.0 {
            Source::System => OffsetDateTime::now_utc(),
            Source::Manual(hands) => {
                let hand = i128::from(hands.wall.load(Ordering::SeqCst));
                OffsetDateTime::from_unix_timestamp_nanos(hand * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
            }
        }
    }

    /// Returns the time since the process started, which setting the clock does not affect.
    #[must_use]
    pub fn uptime(&self) -> Uptime {
        match &self.0 {
            Source::System => STARTED.elapsed(),
            Source::Manual(hands) => {
                Uptime::from_millis(u64::try_from(hands.uptime.load(Ordering::SeqCst)).unwrap_or_default())
            }
        }
    }

    /// Advances a manual clock and its uptime by `step`, or sets the clock back if it is negative. The system clock is
    /// not affected.
    pub fn advance(&self, step: Duration) {
        if let Source::Manual(hands) = &self.0 {
            let step = i64::try_from(step.whole_milliseconds()).unwrap_or(0);
            hands.wall.fetch_add(step, Ordering::SeqCst);
            hands.uptime.fetch_add(step.max(0), Ordering::SeqCst);
        }
    }

    /// Sets a manual clock forward or back by `step` without advancing the uptime.
    pub fn jump(&self, step: Duration) {
        if let Source::Manual(hands) = &self.0 {
            hands.wall.fetch_add(i64::try_from(step.whole_milliseconds()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// Initialized when the server starts.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

fn milliseconds(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        let shared = clock.clone();
        assert_eq!(clock.now(), datetime!(2030-01-01 00:00 UTC));
        shared.advance(Duration::seconds(61));
        assert_eq!(clock.now(), datetime!(2030-01-01 00:01:01 UTC));
    }
}
