//! The keys and status lists of the issuer: one snapshot, replaced as a whole.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use time::{Duration, OffsetDateTime};

use super::{
    StaleStatusList,
    status_list_token::{Instant, VerifiedStatusList},
};
use crate::jose::JwkSet;

/// The keys and the lists. A verification uses one snapshot from start to end.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) keys: Option<KnownKeys>,
    /// The lists by their URI.
    pub(super) lists: HashMap<String, Arc<KnownList>>,
}

#[derive(Clone)]
pub(super) struct KnownKeys {
    pub(super) set: Arc<JwkSet>,
    /// Changes with every change of the set. Tokens verified with earlier keys are verified again.
    pub(super) epoch: u64,
    pub(super) fetch: KeysFetch,
}

#[derive(Clone, Copy)]
pub(super) struct KeysFetch {
    /// Numbers the fetches in the order in which they started.
    pub(super) number: u64,
    pub(super) at: OffsetDateTime,
}

/// A status list, and when it was last fetched.
pub(super) struct KnownList {
    pub(super) token: Arc<VerifiedStatusList>,
    pub(super) etag: Option<String>,
    /// When the issuer last sent it or confirmed that it had not changed.
    pub(super) checked_at: OffsetDateTime,
    /// When it must be fetched again.
    pub(super) due_at: OffsetDateTime,
    /// Unix time of its last use in seconds, accurate to a minute.
    used_at: AtomicI64,
}

impl Known {
    /// Returns the keys, unless they were last fetched more than `longest` ago.
    pub(super) fn keys(&self, longest: Duration, now: OffsetDateTime) -> Option<&KnownKeys> {
        self.keys.as_ref().filter(|keys| age(keys.fetch.at, now) <= longest)
    }

    /// Returns a snapshot with `set` as the keys, unless a fetch that started later has already ended: a delayed
    /// response must not restore a key that was withdrawn.
    pub(super) fn with_keys(&self, set: Arc<JwkSet>, fetch: KeysFetch) -> Self {
        if self.keys.as_ref().is_some_and(|known| known.fetch.number > fetch.number) {
            return self.clone();
        }
        let epoch = match &self.keys {
            Some(known) if is_same(&known.set, &set) => known.epoch,
            Some(known) => known.epoch + 1,
            None => 0,
        };
        Self { keys: Some(KnownKeys { set, epoch, fetch }), lists: self.lists.clone() }
    }

    /// Returns a snapshot with `list` as the list at `uri`, or `None` if the known one was issued later. A known list
    /// that was issued in the future is ignored: a clock that was ahead for a moment must not block all later lists.
    pub(super) fn with_list(&self, uri: &str, list: Arc<KnownList>, now: Instant) -> Option<Self> {
        let known = self.lists.get(uri).filter(|known| !known.token.is_ahead_of(now));
        if known.is_some_and(|known| list.token.issued_at < known.token.issued_at) {
            return None;
        }
        let mut lists = self.lists.clone();
        lists.insert(uri.to_owned(), list);
        Some(Self { keys: self.keys.clone(), lists })
    }

    /// Returns a snapshot with the lists for which `keep` returns `true`.
    pub(super) fn with_lists_that(&self, keep: impl Fn(&str) -> bool) -> Self {
        let lists = self.lists.iter().filter(|(uri, _)| keep(uri));
        Self { keys: self.keys.clone(), lists: lists.map(|(uri, list)| (uri.clone(), Arc::clone(list))).collect() }
    }
}

impl KnownList {
    /// Creates a list that was fetched at `checked_at` because a token referred to it. `jitter` is from 0 to 1.
    pub(super) fn new(
        token: Arc<VerifiedStatusList>,
        etag: Option<String>,
        checked_at: OffsetDateTime,
        jitter: f64,
    ) -> Self {
        // Always before the `ttl` ends, so that a list does not become stale while the issuer is up. The jitter spreads
        // the fetches.
        let due_at = checked_at + token.ttl * (0.7 + 0.2 * jitter);
        Self { token, etag, checked_at, due_at, used_at: AtomicI64::new(checked_at.unix_timestamp()) }
    }

    /// Returns the list after the issuer confirmed it at `checked_at`.
    pub(super) fn confirmed(&self, checked_at: OffsetDateTime, jitter: f64) -> Self {
        Self::new(Arc::clone(&self.token), self.etag.clone(), checked_at, jitter).in_place_of(self)
    }

    /// Copies the time of last use from `other`: fetching a list is not a use.
    pub(super) fn in_place_of(self, other: &Self) -> Self {
        Self { used_at: AtomicI64::new(other.used_at.load(Ordering::Relaxed)), ..self }
    }

    /// Returns whether it is recent enough to accept tokens.
    pub(super) fn is_usable(&self, stale: StaleStatusList, now: Instant) -> bool {
        if self.token.is_ahead_of(now) {
            return false;
        }
        let is_fresh = !self.is_overdue(now.at) && self.token.expires_at.is_none_or(|at| now.at < at);
        let age = age(self.checked_at, now.at);
        is_fresh || matches!(stale, StaleStatusList::AcceptFor(longest) if age <= longest)
    }

    /// Returns the `ETag` with which the issuer can confirm the list. A list that has expired or was issued in the future is
    /// fetched without `ETag`: a confirmation would not help.
    pub(super) fn etag_to_confirm(&self, now: Instant) -> Option<&str> {
        let is_expired = self.token.expires_at.is_some_and(|at| now.at >= at);
        if is_expired || self.token.is_ahead_of(now) { None } else { self.etag.as_deref() }
    }

    pub(super) fn is_due(&self, now: OffsetDateTime) -> bool {
        now >= self.due_at || now < self.checked_at
    }

    /// Returns whether it should already have been fetched again.
    pub(super) fn is_overdue(&self, now: OffsetDateTime) -> bool {
        age(self.checked_at, now) >= self.token.ttl
    }

    /// Records that a token referred to it.
    pub(super) fn touch(&self, now: OffsetDateTime) {
        let now = now.unix_timestamp();
        // Written once a minute, so that verifications on several cores do not contend for the cache line.
        if !(0..60).contains(&(now - self.used_at.load(Ordering::Relaxed))) {
            self.used_at.store(now, Ordering::Relaxed);
        }
    }

    /// Returns whether a token referred to it in the last day, which is much longer than the lifetime of access tokens.
    pub(super) fn is_in_use(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() - self.used_at.load(Ordering::Relaxed) < Duration::DAY.whole_seconds()
    }
}

/// Returns how long ago `then` was. If the clock was set back, `then` can be in the future and its age is unknown; the
/// absolute difference limits how long it is used.
fn age(then: OffsetDateTime, now: OffsetDateTime) -> Duration {
    (now - then).abs()
}

fn is_same(one: &JwkSet, other: &JwkSet) -> bool {
    let members = |set: &JwkSet| set.keys().iter().map(|key| key.jwk().clone().into()).collect::<Vec<_>>();
    let (one, other): (Vec<serde_json::Value>, Vec<_>) = (members(one), members(other));
    one == other
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{
        crypto::sha256,
        jose::{Algorithm, PublicKey, SigningKey},
        verify::status_list::InflatedStatusList,
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    /// Fetched and issued [`NOW`], with a `ttl` of a minute and an `exp` after 40 seconds.
    fn list() -> KnownList {
        let token = VerifiedStatusList {
            digest: sha256("list"),
            list: InflatedStatusList::decode(1, "eNrbuRgAAhcBXQ").unwrap(),
            issued_at: NOW,
            expires_at: Some(NOW + Duration::seconds(40)),
            ttl: Duration::MINUTE,
        };
        KnownList::new(Arc::new(token), Some("\"a\"".to_owned()), NOW, 0.0)
    }

    fn after(seconds: i64) -> Instant {
        Instant { at: NOW + Duration::seconds(seconds), leeway: Duration::seconds(5) }
    }

    #[test]
    fn a_list_counts_until_the_instant_of_exp() {
        for (seconds, is_usable) in [(-6, false), (-5, true), (0, true), (39, true), (40, false)] {
            assert_eq!(list().is_usable(StaleStatusList::Refuse, after(seconds)), is_usable, "{seconds} s");
        }
    }

    #[test]
    fn a_list_is_confirmed_by_its_etag_until_it_expires() {
        for (seconds, is_confirmed) in [(-6, false), (-5, true), (39, true), (40, false)] {
            let etag = is_confirmed.then_some("\"a\"");
            assert_eq!(list().etag_to_confirm(after(seconds)), etag, "{seconds} s");
        }
    }

    #[test]
    fn a_list_is_due_before_its_ttl_is_over_and_when_the_clock_was_set_back() {
        for (seconds, is_due) in [(-1, true), (0, false), (41, false), (42, true)] {
            assert_eq!(list().is_due(after(seconds).at), is_due, "{seconds} s");
        }
    }

    #[test]
    fn a_use_keeps_a_list_for_a_day_and_is_recorded_once_a_minute() {
        let day = Duration::DAY.whole_seconds();
        for (used_after, kept_until) in [(0, day), (59, day), (60, day + 60), (-1, day - 1), (7200, day + 7200)] {
            let list = list();
            list.touch(after(used_after).at);
            assert!(list.is_in_use(after(kept_until - 1).at), "used after {used_after} s");
            assert!(!list.is_in_use(after(kept_until).at), "used after {used_after} s");
        }
    }

    #[test]
    fn only_a_change_of_the_keys_begins_an_epoch() {
        let set = || {
            let key = SigningKey::generate(Algorithm::Es256).unwrap();
            JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()])
        };
        let (first, second) = (set(), set());
        let mut known = Known::default();
        let mut epoch = |set: &JwkSet, number| {
            known = known.with_keys(Arc::new(set.clone()), KeysFetch { number, at: NOW });
            known.keys.as_ref().unwrap().epoch
        };
        let epochs = [epoch(&first, 1), epoch(&first, 2), epoch(&second, 3), epoch(&first, 4), epoch(&first, 5)];
        assert_eq!(epochs, [0, 0, 1, 2, 2]);
    }

    #[test]
    fn what_is_forgotten_is_the_list_alone() {
        let keys = KeysFetch { number: 1, at: NOW };
        let known = Known::default().with_keys(Arc::new(JwkSet::new([])), keys);
        let known = known.with_list("a", Arc::new(list()), after(0)).unwrap();
        let known = known.with_list("b", Arc::new(list()), after(0)).unwrap();
        let known = known.with_lists_that(|uri| uri == "a");
        assert_eq!(known.lists.keys().collect::<Vec<_>>(), ["a"]);
        assert!(known.keys(Duration::ZERO, NOW).is_some());
    }
}
