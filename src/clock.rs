//! The only place that reads the time. Everything else receives an instant as an argument.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration as Uptime, Instant},
};

use time::{Duration, OffsetDateTime};

/// Where instants come from: the system, or a test's hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<Hands>),
}

/// The hands of a manual clock, both in milliseconds.
#[derive(Debug)]
struct Hands {
    /// Since the Unix epoch.
    wall: AtomicI64,
    uptime: AtomicI64,
}

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now` until [`Clock::advance`] moves it. Clones share the hand.
    #[must_use]
    pub fn manual(now: OffsetDateTime) -> Self {
        let hands = Hands { wall: AtomicI64::new(milliseconds(now)), uptime: AtomicI64::new(0) };
        Self(Source::Manual(Arc::new(hands)))
    }

    /// The present instant, in UTC.
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

    /// How much time has passed since the process started, however the clock was set meanwhile.
    #[must_use]
    pub fn uptime(&self) -> Uptime {
        match &self.0 {
            Source::System => STARTED.elapsed(),
            Source::Manual(hands) => {
                Uptime::from_millis(u64::try_from(hands.uptime.load(Ordering::SeqCst)).unwrap_or_default())
            }
        }
    }

    /// Lets time pass on a manual clock; a negative `step` sets it back. The system's clock does not obey.
    pub fn advance(&self, step: Duration) {
        if let Source::Manual(hands) = &self.0 {
            let step = i64::try_from(step.whole_milliseconds()).unwrap_or(0);
            hands.wall.fetch_add(step, Ordering::SeqCst);
            hands.uptime.fetch_add(step.max(0), Ordering::SeqCst);
        }
    }

    /// Sets a manual clock forward or back by `step` while no time passes.
    pub fn jump(&self, step: Duration) {
        if let Source::Manual(hands) = &self.0 {
            hands.wall.fetch_add(i64::try_from(step.whole_milliseconds()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// Read first when the server starts.
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
