//! Stored refresh schedules of a user: for the account, and for single applications.
//!
//! A schedule that ends grants must end them permanently: a grant ended by a tick must not become valid again when
//! the user changes or removes the schedule. Each record therefore contains when the schedule before it last ended
//! grants, and a removed schedule leaves a record.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::refresh_schedule::RefreshSchedule;

/// The stored schedule for the account or for one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// The schedule, or `None` after the user removed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<RefreshSchedule>,
    /// When the user set or removed it. Earlier ticks do not count.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When the previous schedule last ended grants.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<OffsetDateTime>,
}

/// The schedule that applies to one application of a user: its own, or otherwise that of the account.
#[derive(Clone, Debug, Default)]
pub struct ScheduleInForce {
    pub account: Option<ScheduleRecord>,
    pub client: Option<ScheduleRecord>,
}

impl ScheduleInForce {
    #[must_use]
    pub fn schedule(&self) -> Option<&RefreshSchedule> {
        let has_one = |record: &Option<ScheduleRecord>| record.as_ref().is_some_and(|record| record.schedule.is_some());
        let record = if has_one(&self.client) { &self.client } else { &self.account };
        record.as_ref()?.schedule.as_ref()
    }

    /// The latest expiry of an access token issued at `now`.
    #[must_use]
    pub fn expires_by(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.schedule()?.expires_by(now)
    }

    /// The time of the last tick, at or before `now`, that ended the grants made until then.
    ///
    /// Grants made within the last [`RefreshSchedule::SHORTEST_LIFETIME`] are kept a little longer, so that a user
    /// who signs in just before a tick need not do so again immediately.
    #[must_use]
    pub fn scheduled_end_at(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.last_end(now).map(|at| at.min(now - RefreshSchedule::SHORTEST_LIFETIME))
    }

    /// The record that replaces the application's, or the account's if there is no application, when the user sets
    /// `schedule` at `now` or removes the existing one.
    #[must_use]
    pub fn change(&self, schedule: Option<RefreshSchedule>, now: OffsetDateTime) -> ScheduleRecord {
        ScheduleRecord { schedule, changed_at: now, ended_at: self.last_end(now) }
    }

    fn last_end(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let of_account = || self.account.as_ref().and_then(|record| record.last_end(now));
        match &self.client {
            Some(own) if own.schedule.is_some() => own.last_end(now),
            // While the application had its own schedule, that of the account did not apply to it.
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
            // A change of the account's schedule does not affect the application's.
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
