//! Cached copies of the keys that clients publish at their `jwks_uri`,
//! [OpenID Connect Core §10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys).
//!
//! Keys are fetched when needed and cached for as long as the response allows, within bounds. A JWT signed with an
//! unknown key, as after a rotation, triggers another fetch, but at most one every 30 seconds because anyone can send
//! such a JWT. While fetching fails, the cached copy is used for up to a day.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex as FairMutex;

use crate::{clock::Clock, fetch::Fetcher, jose::JwkSet};

/// Cached copies of published keys, by URL.
#[derive(Default)]
pub struct PublishedKeys(Mutex<HashMap<String, Slot>>);

struct Slot {
    used_at: OffsetDateTime,
    /// Locked during a fetch, so that concurrent requests wait for the same fetch.
    copy: Arc<FairMutex<KeptCopy>>,
}

#[derive(Default)]
struct KeptCopy {
    keys: Option<CachedKeys>,
    fresh_until: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
}

/// Keys, and when they were fetched.
#[derive(Clone)]
pub(super) struct CachedKeys {
    pub(super) keys: Arc<JwkSet>,
    pub(super) fetched_at: OffsetDateTime,
}

impl PublishedKeys {
    /// Returns the keys at `uri`, newer than those fetched at `seen` if possible.
    pub(super) async fn copy(
        &self,
        (fetcher, clock): (&Fetcher, &Clock),
        uri: &str,
        seen: Option<OffsetDateTime>,
    ) -> Option<CachedKeys> {
        let copy = self.slot(uri, clock.now());
        let (fetcher, clock, uri) = (fetcher.clone(), clock.clone(), uri.to_owned());
        // Runs as a separate task: if the caller disconnects, others may still be waiting for this fetch.
        tokio::spawn(refreshed(copy, (fetcher, clock), uri, seen)).await.ok().flatten()
    }

    fn slot(&self, uri: &str, now: OffsetDateTime) -> Arc<FairMutex<KeptCopy>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_KEPT && !slots.contains_key(uri) {
            let oldest = slots.iter().min_by_key(|(_, slot)| slot.used_at).map(|(uri, _)| uri.clone());
            oldest.map(|oldest| slots.remove(&oldest));
        }
        let slot = slots.entry(uri.to_owned()).or_insert_with(|| Slot { used_at: now, copy: Arc::default() });
        slot.used_at = now;
        Arc::clone(&slot.copy)
    }
}

async fn refreshed(
    copy: Arc<FairMutex<KeptCopy>>,
    (fetcher, clock): (Fetcher, Clock),
    uri: String,
    seen: Option<OffsetDateTime>,
) -> Option<CachedKeys> {
    let mut copy = copy.lock().await;
    let now = clock.now();
    if copy.is_due(seen, now) {
        copy.tried_at = Some(now);
        let fetched = fetcher.json(&uri).await.map_err(|refusal| refusal.to_string());
        let keys = fetched.and_then(|(document, max_age)| {
            Ok((JwkSet::of_client(&document).map_err(|refusal| refusal.to_string())?, max_age))
        });
        match keys {
            Ok((keys, max_age)) => copy.keep(keys, max_age, now),
            Err(cause) => tracing::warn!(uri, cause, "fetching client keys failed"),
        }
    }
    copy.keys.clone().filter(|known| now < known.fetched_at + STALE_AFTER)
}

impl KeptCopy {
    fn is_due(&self, seen: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
        // A time in the future comes from a clock that was ahead, and does not delay the next fetch.
        if self.tried_at.is_some_and(|tried_at| tried_at <= now && now < tried_at + PAUSE) {
            return false;
        }
        match (&self.keys, seen) {
            (None, _) => true,
            (Some(known), Some(seen)) => known.fetched_at <= seen,
            (Some(known), None) => {
                known.fetched_at > now || self.fresh_until.is_none_or(|fresh_until| now >= fresh_until)
            }
        }
    }

    fn keep(&mut self, keys: JwkSet, max_age: Option<Duration>, now: OffsetDateTime) {
        self.fresh_until = Some(now + max_age.unwrap_or(USUAL).clamp(SHORTEST, LONGEST));
        self.keys = Some(CachedKeys { keys: Arc::new(keys), fetched_at: now });
    }
}

impl fmt::Debug for PublishedKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PublishedKeys").finish_non_exhaustive()
    }
}

/// Cache lifetime if the response does not specify one.
const USUAL: Duration = Duration::minutes(5);

/// Minimum and maximum cache lifetime, whatever the response specifies.
const SHORTEST: Duration = Duration::minutes(1);

const LONGEST: Duration = Duration::hours(1);

/// Minimum time between two fetches.
const PAUSE: Duration = Duration::seconds(30);

/// Maximum age of a cached copy while it cannot be fetched again.
const STALE_AFTER: Duration = Duration::days(1);

/// Maximum number of URLs in the cache.
const MOST_KEPT: usize = 256;

#[cfg(test)]
#[path = "published_keys_tests.rs"]
mod tests;
