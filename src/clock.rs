//! The only place that reads the time. Everything else receives an instant as an argument.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::{Duration, OffsetDateTime};

/// Where instants come from: the system, or a test's hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    /// Milliseconds since the Unix epoch.
    Manual(Arc<AtomicI64>),
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
        Self(Source::Manual(Arc::new(AtomicI64::new(milliseconds(now)))))
    }

    /// The present instant, in UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(&self) -> OffsetDateTime {
        match &self.0 {
            Source::System => OffsetDateTime::now_utc(),
            Source::Manual(hand) => {
                let hand = i128::from(hand.load(Ordering::SeqCst));
                OffsetDateTime::from_unix_timestamp_nanos(hand * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
            }
        }
    }

    /// Moves a manual clock by `step`, which may be negative. The system's clock does not obey.
    pub fn advance(&self, step: Duration) {
        if let Source::Manual(hand) = &self.0 {
            let step = i64::try_from(step.whole_milliseconds()).unwrap_or(0);
            hand.fetch_add(step, Ordering::SeqCst);
        }
    }
}

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
