//! What a verifier knows of its issuer: one snapshot of keys and status lists, replaced as a whole.

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

/// The keys and the lists. A verification reads one snapshot from its beginning to its end.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) keys: Option<KnownKeys>,
    /// By the address of the list.
    pub(super) lists: HashMap<String, Arc<KnownList>>,
}

/// The issuer's keys.
#[derive(Clone)]
pub(super) struct KnownKeys {
    pub(super) set: Arc<JwkSet>,
    /// Another number after each change of the set: what was verified by earlier keys is verified anew.
    pub(super) epoch: u64,
    pub(super) fetch: KeysFetch,
}

/// A fetch of the keys.
#[derive(Clone, Copy)]
pub(super) struct KeysFetch {
    /// Counts the fetches in the order in which they began.
    pub(super) number: u64,
    /// When it ended.
    pub(super) at: OffsetDateTime,
}

/// A status list, and when it was last fetched.
pub(super) struct KnownList {
    pub(super) token: Arc<VerifiedStatusList>,
    pub(super) etag: Option<String>,
    /// When the issuer last sent it, or said that it had not changed.
    pub(super) checked_at: OffsetDateTime,
    /// When it is to be fetched again.
    pub(super) due_at: OffsetDateTime,
    /// Unix time in seconds of its last use, roughly.
    used_at: AtomicI64,
}

impl Known {
    /// The keys, unless they were last fetched more than `longest` ago.
    pub(super) fn keys(&self, longest: Duration, now: OffsetDateTime) -> Option<&KnownKeys> {
        self.keys.as_ref().filter(|keys| age(keys.fetch.at, now) <= longest)
    }

    /// This, with `set` as the keys, unless a fetch that began later has already ended: an answer that was held up must not
    /// bring back a key that was withdrawn meanwhile.
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

    /// This, with `list` as the one at `uri`; `None` if the one that is known was issued later. One that was issued in the
    /// future is no measure: a clock that was ahead for a moment must not keep all later lists out.
    pub(super) fn with_list(&self, uri: &str, list: Arc<KnownList>, now: Instant) -> Option<Self> {
        let known = self.lists.get(uri).filter(|known| !known.token.is_ahead_of(now));
        if known.is_some_and(|known| list.token.issued_at < known.token.issued_at) {
            return None;
        }
        let mut lists = self.lists.clone();
        lists.insert(uri.to_owned(), list);
        Some(Self { keys: self.keys.clone(), lists })
    }

    /// This, without the lists for which `keep` answers no.
    pub(super) fn with_lists_that(&self, keep: impl Fn(&str) -> bool) -> Self {
        let lists = self.lists.iter().filter(|(uri, _)| keep(uri));
        Self { keys: self.keys.clone(), lists: lists.map(|(uri, list)| (uri.clone(), Arc::clone(list))).collect() }
    }
}

impl KnownList {
    /// A list that was fetched at `checked_at`, when a token referred to it. `jitter` is from 0 to 1.
    pub(super) fn new(
        token: Arc<VerifiedStatusList>,
        etag: Option<String>,
        checked_at: OffsetDateTime,
        jitter: f64,
    ) -> Self {
        // Always before the ttl is over, so that a list does not go stale while the issuer is up; and not all at once.
        let due_at = checked_at + token.ttl * (0.7 + 0.2 * jitter);
        Self { token, etag, checked_at, due_at, used_at: AtomicI64::new(checked_at.unix_timestamp()) }
    }

    /// The same list, which the issuer confirmed at `checked_at`.
    pub(super) fn confirmed(&self, checked_at: OffsetDateTime, jitter: f64) -> Self {
        Self::new(Arc::clone(&self.token), self.etag.clone(), checked_at, jitter).in_place_of(self)
    }

    /// This, used when `other` was: fetching a list is no use of it.
    pub(super) fn in_place_of(self, other: &Self) -> Self {
        Self { used_at: AtomicI64::new(other.used_at.load(Ordering::Relaxed)), ..self }
    }

    /// Whether what it says of tokens still counts.
    pub(super) fn is_usable(&self, stale: StaleStatusList, now: Instant) -> bool {
        if self.token.is_ahead_of(now) {
            return false;
        }
        let is_fresh = !self.is_overdue(now.at) && self.token.expires_at.is_none_or(|at| now.at < at);
        let age = age(self.checked_at, now.at);
        is_fresh || matches!(stale, StaleStatusList::AcceptFor(longest) if age <= longest)
    }

    /// Whether it is to be fetched again.
    pub(super) fn is_due(&self, now: OffsetDateTime) -> bool {
        now >= self.due_at || now < self.checked_at
    }

    /// Whether it should have been fetched again by now.
    pub(super) fn is_overdue(&self, now: OffsetDateTime) -> bool {
        age(self.checked_at, now) >= self.token.ttl
    }

    /// Remembers that a token referred to it.
    pub(super) fn touch(&self, now: OffsetDateTime) {
        let now = now.unix_timestamp();
        // Written once a minute, so that verifications on several cores do not wait for each other's cache lines.
        if !(0..60).contains(&(now - self.used_at.load(Ordering::Relaxed))) {
            self.used_at.store(now, Ordering::Relaxed);
        }
    }

    /// Whether a token referred to it in the last day, which is far longer than access tokens live.
    pub(super) fn is_in_use(&self, now: OffsetDateTime) -> bool {
        now.unix_timestamp() - self.used_at.load(Ordering::Relaxed) < Duration::DAY.whole_seconds()
    }
}

/// How long ago `then` was. After the clock was set back it can lie ahead; how long ago it really was is not known then, and
/// the distance keeps it from counting for as long as the clock was wrong.
fn age(then: OffsetDateTime, now: OffsetDateTime) -> Duration {
    (now - then).abs()
}

fn is_same(one: &JwkSet, other: &JwkSet) -> bool {
    let members = |set: &JwkSet| set.keys().iter().map(|key| key.jwk().clone().into()).collect::<Vec<_>>();
    let (one, other): (Vec<serde_json::Value>, Vec<_>) = (members(one), members(other));
    one == other
}
