//! How much one person, or one stranger, may have stored here, and how quickly.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// The limits of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaPolicy {
    /// How many applications a person may own, unless they administer the server.
    pub applications_per_person: u16,
    /// How many of them a person may register in an hour.
    pub applications_per_hour: u32,
    /// How many applications that are not vouched for may register themselves in a day, all together.
    pub self_registrations_per_day: u32,
    /// How many applications may register themselves in an hour from one address.
    pub self_registrations_per_hour: u32,
    /// How long an application that registered itself and is not vouched for is kept until it is used.
    pub unused_registration: Duration,
    /// How many invitations one administrator or script may make in an hour.
    pub invitations_per_hour: u32,
    /// How many pictures a person may upload in an hour.
    pub pictures_per_hour: u32,
    /// How often a person may change something in an hour: their profile, schedules and applications.
    pub changes_per_hour: u32,
    /// In how many browsers a person may be signed in; one more ends the session that was not used for longest.
    pub sessions_per_person: u16,
    /// How many people may register themselves in an hour from one address.
    pub sign_ups_per_hour: u32,
    /// How many device codes may be asked for in a minute from one address.
    pub device_codes_per_minute: u32,
}

/// What a person has stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spending {
    /// A new application.
    Application,
    /// An application that registers itself.
    SelfRegistration,
    /// An invitation.
    Invitation,
    /// A picture.
    Picture,
    /// A change to what is there.
    Change,
}

/// The limits, and who has spent how much of them lately.
#[derive(Debug)]
pub struct Quotas {
    policy: QuotaPolicy,
    spent: Mutex<Spent>,
}

/// When the allowance of each is full again. Two generations: when the younger has many entries it becomes the older, whose
/// entries move back when they are used, so that memory is bounded.
#[derive(Debug, Default)]
struct Spent {
    younger: HashMap<(Spending, String), OffsetDateTime>,
    older: HashMap<(Spending, String), OffsetDateTime>,
}

impl QuotaPolicy {
    /// The same for a test rig, without waits. What may be there at a time stays.
    #[must_use]
    pub fn relaxed(self) -> Self {
        let fast = 100_000;
        Self {
            applications_per_hour: fast,
            self_registrations_per_day: fast,
            self_registrations_per_hour: fast,
            invitations_per_hour: fast,
            pictures_per_hour: fast,
            changes_per_hour: fast,
            sign_ups_per_hour: fast,
            device_codes_per_minute: fast,
            ..self
        }
    }

    /// How often, and in which time.
    fn rate(&self, what: Spending) -> (u32, Duration) {
        match what {
            Spending::Application => (self.applications_per_hour, Duration::HOUR),
            Spending::SelfRegistration => (self.self_registrations_per_day, Duration::DAY),
            Spending::Invitation => (self.invitations_per_hour, Duration::HOUR),
            Spending::Picture => (self.pictures_per_hour, Duration::HOUR),
            Spending::Change => (self.changes_per_hour, Duration::HOUR),
        }
    }
}

impl Default for QuotaPolicy {
    fn default() -> Self {
        Self {
            applications_per_person: 50,
            applications_per_hour: 20,
            self_registrations_per_day: 1000,
            self_registrations_per_hour: 60,
            unused_registration: Duration::days(30),
            invitations_per_hour: 100,
            pictures_per_hour: 20,
            changes_per_hour: 600,
            sessions_per_person: 50,
            sign_ups_per_hour: 10,
            device_codes_per_minute: 60,
        }
    }
}

impl Quotas {
    /// Counters that start with nothing spent of `policy`.
    #[must_use]
    pub fn new(policy: QuotaPolicy) -> Self {
        Self { policy, spent: Mutex::default() }
    }

    /// The limits.
    #[must_use]
    pub fn policy(&self) -> &QuotaPolicy {
        &self.policy
    }

    /// Lets `who` store something at `now`: as many times as the rate says at once, and then one each time that a share of
    /// its period has passed.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub fn spend(&self, what: Spending, who: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let (count, period) = self.policy.rate(what);
        let interval = (period / count.max(1)).max(Duration::NANOSECOND);
        let key = (what, who.to_owned());
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not lock anybody out for longer than the period.
        let full_at = spent.full_at(&key).unwrap_or(now).clamp(now, now + period);
        let wait = full_at + interval - now - interval * count.max(1);
        if wait.is_positive() {
            spent.remember(key, full_at);
            return Err(wait);
        }
        spent.remember(key, full_at + interval);
        Ok(())
    }
}

impl Spent {
    fn full_at(&self, key: &(Spending, String)) -> Option<OffsetDateTime> {
        self.younger.get(key).or_else(|| self.older.get(key)).copied()
    }

    fn remember(&mut self, key: (Spending, String), full_at: OffsetDateTime) {
        if self.younger.len() >= GENERATION && !self.younger.contains_key(&key) {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(key, full_at);
    }
}

const GENERATION: usize = 16_384;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn quotas() -> Quotas {
        Quotas::new(QuotaPolicy { applications_per_hour: 20, pictures_per_hour: 1, ..QuotaPolicy::default() })
    }

    #[test]
    fn a_person_stores_as_much_as_the_rate_says_and_then_waits() {
        let quotas = quotas();
        let spend = |who: &str, now| quotas.spend(Spending::Application, who, now);
        let stored = (0..1500).filter(|_| spend("usr_a", NOW).is_ok()).count();
        assert_eq!(stored, 20);
        assert_eq!(spend("usr_a", NOW), Err(Duration::minutes(3)));
        assert_eq!(spend("usr_a", NOW + Duration::seconds(179)), Err(Duration::SECOND));
        assert_eq!(spend("usr_a", NOW + Duration::minutes(3)), Ok(()));
        // Each person and each kind has an allowance of its own.
        assert_eq!(spend("usr_b", NOW), Ok(()));
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", NOW), Ok(()));
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", NOW), Err(Duration::HOUR));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_wait_for_longer() {
        let quotas = quotas();
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", NOW), Ok(()));
        let before = NOW - Duration::days(200);
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", before), Err(Duration::HOUR));
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", before + Duration::HOUR), Ok(()));
    }

    #[test]
    fn what_is_remembered_of_spending_is_bounded() {
        let quotas = quotas();
        for at in 0..3 * GENERATION {
            assert_eq!(quotas.spend(Spending::Change, &format!("usr_{at}"), NOW), Ok(()));
        }
        let spent = quotas.spent.lock().unwrap();
        assert!(spent.younger.len() + spent.older.len() <= 2 * GENERATION);
    }

    #[test]
    fn on_a_test_rig_nobody_waits_and_what_may_be_there_stays_the_same() {
        let (usual, relaxed) = (QuotaPolicy::default(), QuotaPolicy::default().relaxed());
        assert!(relaxed.applications_per_hour > usual.applications_per_hour);
        assert_eq!(relaxed.applications_per_person, usual.applications_per_person);
        assert_eq!(relaxed.unused_registration, usual.unused_registration);
    }
}
