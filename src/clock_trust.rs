//! Whether the clock may be believed before something is destroyed on its word.
//!
//! A clock that is ahead by months for a moment, as it happens at a start before the time is synchronised, must not destroy
//! what has not expired. So nothing is destroyed before the clock has gone on steadily for a while, and never while it is
//! far ahead of the time until which it was last trusted. That it is behind destroys nothing.

use std::time::Duration as Uptime;

use time::{Duration, OffsetDateTime};

/// What is known of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockTrust {
    /// Until when the clock was last trusted.
    trusted_until: OffsetDateTime,
    /// What it showed when it was last looked at, and the uptime then.
    seen: (OffsetDateTime, Uptime),
    /// Since when, in uptime, it has gone on steadily; none once it was confirmed.
    steady_since: Option<Uptime>,
}

/// Whether the clock is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It has not gone on steadily for long enough.
    Settling,
    /// It is trusted.
    Trusted,
    /// It is this far ahead of the time until which it was last trusted. An operator has to confirm it.
    Doubtful {
        /// How far ahead.
        ahead: Duration,
    },
}

impl ClockTrust {
    /// What is known of a clock that shows `now` after `uptime`, and was last trusted until `trusted_until`.
    #[must_use]
    pub fn new(trusted_until: OffsetDateTime, now: OffsetDateTime, uptime: Uptime) -> Self {
        Self { trusted_until, seen: (now, uptime), steady_since: Some(uptime) }
    }

    /// Looks at the clock, which shows `now` after `uptime`.
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

    /// Accepts the clock's present time as right, after an operator has confirmed it.
    pub fn confirm(&mut self, now: OffsetDateTime, uptime: Uptime) {
        self.trusted_until = now;
        self.seen = (now, uptime);
        self.steady_since = None;
    }

    /// Until when the clock was last trusted.
    #[must_use]
    pub fn trusted_until(&self) -> OffsetDateTime {
        self.trusted_until
    }
}

/// How long the clock has to go on steadily.
const SETTLING_TIME: Uptime = Uptime::from_secs(600);

/// A clock that moves by more than this against the time that has passed does not go on steadily.
const LARGEST_STEP: Duration = Duration::minutes(1);

/// How far ahead of the time until which it was last trusted the clock may be: a server that was off over a weekend does not
/// have to ask.
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
        assert_eq!(trust.trusted_until(), NOW, "what it shows is not remembered");
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
        assert_eq!(trust.observe(NOW + Duration::minutes(12), minutes(12)), Trust::Settling, "it came back");
        assert_eq!(trust.observe(NOW + Duration::hours(26), minutes(13)), Trust::Settling, "a day ahead");
        let settled = NOW + Duration::hours(26) + Duration::minutes(10);
        assert_eq!(trust.observe(settled, minutes(23)), Trust::Trusted, "that is within what is believed");
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
        assert!(matches!(trust.observe(NOW, minutes(11)), Trust::Doubtful { .. }), "it has to be confirmed");
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
