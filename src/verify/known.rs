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
