//! What is remembered of the refresh schedules that a person set: for the account, and for one application.
//!
//! A schedule that ends grants has to end them for good: a grant that a tick has ended must not come alive because the
//! person then changes the schedule or removes it. So each record says when the schedule before it last ended grants,
//! and of a removed schedule a record remains.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::refresh_schedule::RefreshSchedule;

/// A schedule as it is stored, for the account or for one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// The schedule; none after the person removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<RefreshSchedule>,
    /// When the person set or removed it. Ticks before do not count.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When the schedule that was in force before last ended grants.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<OffsetDateTime>,
}

/// The schedule under which one application acts for a person: its own, or else that of the account.
#[derive(Clone, Debug, Default)]
pub struct ScheduleInForce {
    /// What is remembered for the account.
    pub account: Option<ScheduleRecord>,
    /// What is remembered for the application.
    pub client: Option<ScheduleRecord>,
}

impl ScheduleInForce {
    /// The schedule, if there is one.
    #[must_use]
    pub fn schedule(&self) -> Option<&RefreshSchedule> {
        let has_one = |record: &Option<ScheduleRecord>| record.as_ref().is_some_and(|record| record.schedule.is_some());
        let record = if has_one(&self.client) { &self.client } else { &self.account };
        record.as_ref()?.schedule.as_ref()
    }

    /// By when an access token that is issued at `now` has to expire at the latest.
    #[must_use]
    pub fn expires_by(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.schedule()?.expires_by(now)
    }

    /// When the person last asked, by a tick at or before `now`, that what was granted until then ends.
    ///
    /// What was granted within the last [`RefreshSchedule::SHORTEST_LIFETIME`] is spared a little longer: whoever signs in
    /// just before a tick need not do so at once again.
    #[must_use]
    pub fn scheduled_end_at(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.last_end(now).map(|at| at.min(now - RefreshSchedule::SHORTEST_LIFETIME))
    }

    /// The record that takes the place of the application's, or of the account's where there is no application, when
    /// the person sets `schedule` at `now`, or removes what there was.
    #[must_use]
    pub fn change(&self, schedule: Option<RefreshSchedule>, now: OffsetDateTime) -> ScheduleRecord {
        ScheduleRecord { schedule, changed_at: now, ended_at: self.last_end(now) }
    }

    fn last_end(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let of_account = || self.account.as_ref().and_then(|record| record.last_end(now));
        match &self.client {
            Some(own) if own.schedule.is_some() => own.last_end(now),
            // While the application had a schedule of its own, that of the account did not count for it.
            Some(removed) => of_account().filter(|at| *at > removed.changed_at).or(removed.ended_at),
            None => of_account(),
        }
    }
}

impl ScheduleRecord {
    fn last_end(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let ends_grants = self.schedule.as_ref().filter(|schedule| schedule.ends_grant());
        let tick = ends_grants.and_then(|schedule| schedule.last_tick(now)).filter(|tick| *tick > self.changed_at);
        tick.or(self.ended_at)
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    const NOON: OffsetDateTime = datetime!(2030-01-01 12:00 UTC);
    const TICK: OffsetDateTime = datetime!(2030-01-02 04:00 UTC);

    fn at_four(ends_grant: bool) -> Option<RefreshSchedule> {
        RefreshSchedule::parse("0 4 * * *", "UTC", ends_grant, NOON).ok()
    }

    fn of_account(schedule: Option<RefreshSchedule>) -> ScheduleInForce {
        let account = ScheduleInForce::default().change(schedule, NOON);
        ScheduleInForce { account: Some(account), client: None }
    }

    fn with_client(
        before: &ScheduleInForce,
        schedule: Option<RefreshSchedule>,
        now: OffsetDateTime,
    ) -> ScheduleInForce {
        ScheduleInForce { account: before.account.clone(), client: Some(before.change(schedule, now)) }
    }

    #[test]
    fn a_tick_ends_what_was_granted_before_it() {
        let in_force = of_account(at_four(true));
        assert_eq!(
            in_force.scheduled_end_at(TICK - Duration::SECOND),
            None,
            "the schedule was set after the last tick"
        );
        assert_eq!(in_force.scheduled_end_at(TICK + Duration::MINUTE), Some(TICK));
        let much_later = TICK + Duration::days(9);
        assert_eq!(in_force.scheduled_end_at(much_later + Duration::MINUTE), Some(much_later));
        assert_eq!(of_account(at_four(false)).scheduled_end_at(TICK + Duration::MINUTE), None);
        assert_eq!(ScheduleInForce::default().scheduled_end_at(TICK), None);
    }

    #[test]
    fn what_was_granted_just_before_a_tick_is_spared_for_30_seconds() {
        let in_force = of_account(at_four(true));
        let granted_at = TICK - Duration::seconds(10);
        let has_ended = |now| in_force.scheduled_end_at(now).is_some_and(|at| at >= granted_at);
        assert!(!has_ended(TICK));
        assert!(!has_ended(granted_at + Duration::milliseconds(29_999)));
        assert!(has_ended(granted_at + Duration::seconds(30)));
    }

    #[test]
    fn the_schedule_of_the_application_goes_before_that_of_the_account() {
        let in_force = of_account(at_four(true));
        let hourly = RefreshSchedule::parse("0 * * * *", "UTC", false, NOON).unwrap();
        let own = with_client(&in_force, Some(hourly.clone()), NOON);
        assert_eq!(own.schedule(), Some(&hourly));
        assert_eq!(own.expires_by(NOON), Some(NOON + Duration::HOUR));
        assert_eq!(own.scheduled_end_at(TICK + Duration::DAY), None);
        assert_eq!(in_force.expires_by(NOON), Some(TICK));
    }

    #[test]
    fn what_a_tick_has_ended_stays_ended_when_the_schedule_changes() {
        let later = TICK + Duration::HOUR;
        let in_force = of_account(at_four(true));
        for schedule in [None, at_four(false), at_four(true)] {
            let account = ScheduleInForce { account: Some(in_force.change(schedule.clone(), later)), client: None };
            assert_eq!(account.scheduled_end_at(later + Duration::HOUR), Some(TICK), "{schedule:?}");
            let client = with_client(&in_force, schedule.clone(), later);
            assert_eq!(client.scheduled_end_at(later + Duration::HOUR), Some(TICK), "{schedule:?}");
            // And a change of the account's leaves the application's alone.
            let both = ScheduleInForce { account: account.account, client: client.client };
            assert_eq!(both.scheduled_end_at(later + Duration::HOUR), Some(TICK), "{schedule:?}");
        }
    }

    #[test]
    fn ticks_that_did_not_count_for_an_application_do_not_count_afterwards() {
        let own = with_client(&of_account(at_four(true)), at_four(false), NOON);
        let removed = with_client(&own, None, TICK + Duration::HOUR);
        assert_eq!(removed.schedule(), at_four(true).as_ref());
        assert_eq!(removed.scheduled_end_at(TICK + Duration::hours(2)), None);
        let tomorrow = TICK + Duration::DAY;
        assert_eq!(removed.scheduled_end_at(tomorrow + Duration::HOUR), Some(tomorrow));
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for schedule in [None, at_four(true)] {
            let record = ScheduleRecord { schedule, changed_at: NOON, ended_at: Some(TICK) };
            let written = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<ScheduleRecord>(&written).unwrap(), record, "{written}");
        }
    }
}
