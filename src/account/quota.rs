//! Limits on how much one user or anonymous caller may store, and how quickly.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// The configured limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaPolicy {
    /// Maximum number of applications a user may own. Administrators are exempt.
    pub applications_per_person: u16,
    /// Maximum number of applications a user may register per hour.
    pub applications_per_hour: u32,
    /// Maximum number of self-registrations per day in total, not counting applications trusted by the operator.
    pub self_registrations_per_day: u32,
    /// Maximum number of self-registrations per hour from one address.
    pub self_registrations_per_hour: u32,
    /// How long an unused self-registered application is kept, unless it is trusted by the operator.
    pub unused_registration: Duration,
    /// Maximum number of invitations per hour created by one administrator or script.
    pub invitations_per_hour: u32,
    /// Maximum number of pictures a user may upload per hour.
    pub pictures_per_hour: u32,
    /// Maximum number of changes a user may make per hour to their profile, schedules and applications.
    pub changes_per_hour: u32,
    /// Maximum number of sessions per user. One more ends the least recently used session.
    pub sessions_per_person: u16,
    /// Maximum number of sign-ups per hour from one address.
    pub sign_ups_per_hour: u32,
    /// Maximum number of device codes per minute from one address.
    pub device_codes_per_minute: u32,
}

/// What a user stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spending {
    Application,
    SelfRegistration,
    Invitation,
    Picture,
    /// A change of an existing record.
    Change,
}

/// The limits and their recent use.
#[derive(Debug)]
pub struct Quotas {
    policy: QuotaPolicy,
    spent: Mutex<Spent>,
}

/// When the allowance of each key is full again. There are two generations: when the younger one has many entries, it
/// becomes the older one, whose entries move back when they are used. This bounds the memory.
#[derive(Debug, Default)]
struct Spent {
    younger: HashMap<(Spending, String), OffsetDateTime>,
    older: HashMap<(Spending, String), OffsetDateTime>,
}

impl QuotaPolicy {
    /// The limits for a test setup, without waiting times. Limits on totals stay the same.
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

    /// The number allowed, and the period.
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
    /// Creates the counters of `policy` with nothing used.
    #[must_use]
    pub fn new(policy: QuotaPolicy) -> Self {
        Self { policy, spent: Mutex::default() }
    }

    #[must_use]
    pub fn policy(&self) -> &QuotaPolicy {
        &self.policy
    }

    /// Counts one use by `who` at `now`. The full number of the rate is allowed immediately, and then one each time
    /// its share of the period has passed.
    ///
    /// # Errors
    ///
    /// Returns how long to wait if the limit is reached.
    pub fn spend(&self, what: Spending, who: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let (count, period) = self.policy.rate(what);
        let interval = (period / count.max(1)).max(Duration::NANOSECOND);
        let key = (what, who.to_owned());
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        // After the clock was set back, no one waits for longer than the period.
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
        // Each user and each kind has a separate allowance.
        assert_eq!(spend("usr_b", NOW), Ok(()));
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", NOW), Ok(()));
        assert_eq!(quotas.spend(Spending::Picture, "usr_a", NOW), Err(Duration::HOUR));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_one_wait_for_longer() {
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
    fn on_a_test_rig_no_one_waits_and_what_may_be_there_stays_the_same() {
        let (usual, relaxed) = (QuotaPolicy::default(), QuotaPolicy::default().relaxed());
        assert!(relaxed.applications_per_hour > usual.applications_per_hour);
        assert_eq!(relaxed.applications_per_person, usual.applications_per_person);
        assert_eq!(relaxed.unused_registration, usual.unused_registration);
    }
}
