//! Whether the clock is trusted enough to delete expired data.
//!
//! A clock can be ahead by months for a moment, for example at a start before the time is synchronised. It must not
//! delete data that has not expired. Nothing is therefore deleted before the clock has run steadily for a while, and
//! while it is far ahead of the last trusted time. A clock that is behind deletes nothing.

use std::time::Duration as Uptime;

use time::{Duration, OffsetDateTime};

/// The observed state of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockTrust {
    /// The latest time at which the clock was trusted.
    trusted_until: OffsetDateTime,
    /// The time and the uptime of the last observation.
    seen: (OffsetDateTime, Uptime),
    /// The uptime since which it has run steadily. `None` after it was confirmed.
    steady_since: Option<Uptime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It has not run steadily for long enough.
    Settling,
    Trusted,
    /// It is this far ahead of the last trusted time. An operator must confirm it.
    Doubtful {
        ahead: Duration,
    },
}

impl ClockTrust {
    /// Creates the state of a clock that shows `now` at `uptime` and was last trusted at `trusted_until`.
    #[must_use]
    pub fn new(trusted_until: OffsetDateTime, now: OffsetDateTime, uptime: Uptime) -> Self {
        Self { trusted_until, seen: (now, uptime), steady_since: Some(uptime) }
    }

    /// Observes the clock, which shows `now` at `uptime`.
    pub fn observe(&mut self, now: OffsetDateTime, uptime: Uptime) -> Trust {
        let (before, uptime_before) = self.seen;
        let elapsed = Duration::try_from(uptime.saturating_sub(uptime_before)).unwrap_or(Duration::MAX);
        self.seen = (now, uptime);
        if (now - before - elapsed).abs() > LARGEST_STEP {
            self.steady_since = Some(uptime);
        }
        let ahead = now - self.trusted_until;
        if ahead > FURTHEST_AHEAD {
            return Trust::Doubtful { ahead };
        }
        if self.steady_since.is_some_and(|since| uptime.saturating_sub(since) < SETTLING_TIME) {
            return Trust::Settling;
        }
        self.trusted_until = now;
        Trust::Trusted
    }

    /// Accepts the current time after an operator has confirmed it.
    pub fn confirm(&mut self, now: OffsetDateTime, uptime: Uptime) {
        self.trusted_until = now;
        self.seen = (now, uptime);
        self.steady_since = None;
    }

    /// Returns the latest time at which the clock was trusted.
    #[must_use]
    pub fn trusted_until(&self) -> OffsetDateTime {
        self.trusted_until
    }
}

/// How long the clock must run steadily.
const SETTLING_TIME: Uptime = Uptime::from_secs(600);

/// The largest deviation from the elapsed time at which the clock still counts as steady.
const LARGEST_STEP: Duration = Duration::minutes(1);

/// How far the clock may be ahead of the last trusted time. A server that was off over a weekend needs no confirmation.
const FURTHEST_AHEAD: Duration = Duration::days(3);

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn minutes(minutes: u64) -> Uptime {
        Uptime::from_secs(60 * minutes)
    }

    #[test]
    fn a_steady_clock_is_trusted_after_ten_minutes() {
        let mut trust = ClockTrust::new(NOW, NOW, minutes(0));
        for minute in 0..10 {
            let now = NOW + Duration::minutes(minute);
            assert_eq!(trust.observe(now, minutes(minute.unsigned_abs())), Trust::Settling, "{minute}");
        }
        let then = NOW + Duration::minutes(10);
        assert_eq!(trust.observe(then, minutes(10)), Trust::Trusted);
        assert_eq!(trust.trusted_until(), then);
    }

    #[test]
    fn a_clock_that_starts_far_ahead_is_never_trusted_by_itself_and_a_right_one_is_again() {
        let ahead = NOW + Duration::days(200);
        let mut trust = ClockTrust::new(NOW, ahead, minutes(0));
        for minute in [0, 10, 60, 60 * 24 * 30] {
            let now = ahead + Duration::minutes(minute);
            let doubtful = Trust::Doubtful { ahead: now - NOW };
            assert_eq!(trust.observe(now, minutes(minute.unsigned_abs())), doubtful, "{minute}");
        }
        assert_eq!(trust.trusted_until(), NOW, "the shown time must not be stored");
        let start = 60 * 24 * 30 + 1;
        assert_eq!(trust.observe(NOW, minutes(start)), Trust::Settling);
        assert_eq!(trust.observe(NOW + Duration::minutes(10), minutes(start + 10)), Trust::Trusted);
    }

    #[test]
    fn a_clock_that_jumps_while_it_runs_has_to_settle_again() {
        let mut trust = ClockTrust::new(NOW, NOW, minutes(0));
        assert_eq!(trust.observe(NOW + Duration::minutes(10), minutes(10)), Trust::Trusted);
        let jumped = NOW + Duration::days(200);
        assert!(matches!(trust.observe(jumped, minutes(11)), Trust::Doubtful { .. }));
        assert_eq!(trust.observe(NOW + Duration::minutes(12), minutes(12)), Trust::Settling, "the clock was corrected");
        assert_eq!(trust.observe(NOW + Duration::hours(26), minutes(13)), Trust::Settling, "a day ahead");
        let settled = NOW + Duration::hours(26) + Duration::minutes(10);
        assert_eq!(trust.observe(settled, minutes(23)), Trust::Trusted, "the time is within the trusted range");
    }

    #[test]
    fn exactly_three_days_are_believed_and_a_second_more_is_not() {
        for (extra, is_believed) in [(Duration::ZERO, true), (Duration::SECOND, false)] {
            let now = NOW + FURTHEST_AHEAD + extra;
            let mut trust = ClockTrust::new(NOW, now, minutes(0));
            assert_eq!(matches!(trust.observe(now, minutes(0)), Trust::Settling), is_believed, "{extra}");
        }
    }

    #[test]
    fn a_clock_that_was_behind_or_is_behind_destroys_nothing_and_is_followed() {
        let mut trust = ClockTrust::new(NOW, NOW - Duration::days(200), minutes(0));
        let behind = NOW - Duration::days(200) + Duration::minutes(10);
        assert_eq!(trust.observe(behind, minutes(10)), Trust::Trusted);
        assert!(matches!(trust.observe(NOW, minutes(11)), Trust::Doubtful { .. }), "an operator must confirm it");
    }

    #[test]
    fn a_confirmed_clock_is_trusted_from_then_on() {
        let now = NOW + Duration::days(200);
        let mut trust = ClockTrust::new(NOW, now, minutes(0));
        assert!(matches!(trust.observe(now, minutes(1)), Trust::Doubtful { .. }));
        let now = now + Duration::minutes(2);
        trust.confirm(now, minutes(2));
        assert_eq!(trust.observe(now, minutes(2)), Trust::Trusted);
    }
}
