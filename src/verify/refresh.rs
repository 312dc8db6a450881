//! Refreshes keys and status lists: in the background, and when a token names an unknown one.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration as StdDuration,
};

use time::{Duration, OffsetDateTime};
use tokio::time::{Instant as TokioInstant, sleep, timeout, timeout_at};

use super::{
    FetchFault, StatusTokenRefusal, Verifier, cache_file,
    fetch::{self, ConditionalRequest, FetchOutcome},
    gate::Gate,
    known::{Known, KnownList},
    status_list_token::{self, Instant, VerifiedStatusList},
};
use crate::{
    entropy::Entropy,
    jose::{JwkSet, JwtRefusal},
};

impl Verifier {
    /// Refreshes keys and status lists forever: regularly, and when a token names an unknown one. Spawn it as a task;
    /// dropping it stops the refresh.
    pub async fn run(self) {
        tokio::join!(self.keep_keys(), self.keep_lists());
    }

    /// Fetches the keys now, and each status list that a token referred to.
    ///
    /// # Errors
    ///
    /// Returns the first [`FetchFault`]. Keys and lists that are already known stay in use.
    pub async fn refresh(&self) -> Result<(), FetchFault> {
        self.refresh_keys().await?;
        for (uri, _) in self.wanted_lists() {
            self.refresh_list(&uri).await?;
        }
        Ok(())
    }

    /// Wakes [`Verifier::run`] to fetch the keys, if the pause between fetches is over.
    pub(super) fn want_keys(&self) {
        if self.0.keys_gate.is_open(self.pause_for_keys(), self.0.policy.clock.now()) {
            self.0.keys_wanted.notify_one();
        }
    }

    /// Wakes [`Verifier::run`] to fetch the list at `uri`, if the pause between fetches is over.
    pub(super) fn want_list(&self, uri: &str) {
        if self.gate_of(uri).is_some_and(|gate| gate.is_open(self.pause_for(uri), self.0.policy.clock.now())) {
            self.0.lists_wanted.notify_one();
        }
    }

    /// Fetches the keys unless they were fetched recently, or waits for a running fetch.
    pub(super) async fn refetch_keys(&self) {
        let (pause, policy) = (self.pause_for_keys(), &self.0.policy);
        if self.0.keys_gate.is_shut(pause, policy.clock.now()) {
            return;
        }
        let this = self.clone();
        // A separate task, so that a caller that is cancelled does not stop the fetch that others wait for.
        let fetching = tokio::spawn(async move {
            let clock = &this.0.policy.clock;
            if let Some(Err(fault)) = this.0.keys_gate.pass(pause, clock, this.refresh_keys()).await {
                tracing::warn!(%fault, "fetching the keys failed");
            }
        });
        // It fails only if the runtime is shutting down.
        let _ = fetching.await;
    }

    /// Fetches the list at `uri` unless it was fetched recently, or waits for a running fetch.
    pub(super) async fn fetch_list(&self, uri: &str) {
        let (Some(gate), pause) = (self.gate_of(uri), self.pause_for(uri)) else { return };
        if gate.is_shut(pause, self.0.policy.clock.now()) {
            return;
        }
        let (this, uri) = (self.clone(), uri.to_owned());
        let fetching = tokio::spawn(async move {
            let fetched = gate.pass(pause, &this.0.policy.clock, this.refresh_list(&uri)).await;
            if let Some(fetched) = &fetched {
                // The issuer removes a list in which no grant is active.
                gate.found(!fetched.as_ref().is_err_and(FetchFault::is_absence));
            }
            if let Some(Err(fault)) = fetched {
                tracing::warn!(%fault, "fetching a status list failed; keeping the known one");
            }
        });
        let _ = fetching.await;
    }

    /// Fetches overdue keys and the overdue list at `uri` in the background.
    pub(super) fn refresh_overdue(&self, uri: Option<&str>) {
        let (known, now) = (self.0.known.load(), self.0.policy.clock.now());
        let latest = self.0.policy.refresh_every * 1.2;
        let late_keys = known.keys(latest, now).is_none() && self.0.keys_gate.is_open(self.pause_for_keys(), now);
        let late_list = uri.filter(|uri| {
            let list = known.lists.get(*uri);
            list.is_some_and(|list| list.is_overdue(now))
                && self.gate_of(uri).is_some_and(|gate| gate.is_open(self.pause_for(uri), now))
        });
        if late_keys {
            let this = self.clone();
            tokio::spawn(async move { this.refetch_keys().await });
        }
        if let Some(uri) = late_list {
            let (this, uri) = (self.clone(), uri.to_owned());
            tokio::spawn(async move { this.fetch_list(&uri).await });
        }
    }

    async fn keep_keys(&self) {
        let mut failures = 0_u32;
        let fetched_at = self.0.known.load().keys.as_ref().map(|keys| keys.fetch.at);
        let now = self.0.policy.clock.now();
        let mut pause = fetched_at.map_or(Duration::ZERO, |at| self.regular_pause() - (now - at).max(Duration::ZERO));
        loop {
            let deadline = TokioInstant::now() + std(pause);
            // The gate decides whether an unknown key leads to a fetch. The regular fetch is not affected.
            while timeout_at(deadline, self.0.keys_wanted.notified()).await.is_ok() {
                self.refetch_keys().await;
            }
            pause = match self.refresh_keys().await {
                Ok(()) => {
                    failures = 0;
                    self.regular_pause()
                }
                Err(fault) => {
                    tracing::warn!(%fault, "refreshing the keys failed; keeping the known ones");
                    failures = failures.saturating_add(1);
                    pause_after_failures(failures, self.0.policy.refresh_every, jitter())
                }
            };
        }
    }

    async fn keep_lists(&self) {
        loop {
            let now = self.0.policy.clock.now();
            self.forget_unused_lists(now);
            for (uri, _) in self.wanted_lists() {
                let is_due = self.0.known.load().lists.get(&uri).is_none_or(|list| list.is_due(now));
                if is_due {
                    self.fetch_list(&uri).await;
                }
            }
            let pause = self.until_next_list();
            // A token whose list is missing ends the pause early.
            let _ = timeout(std(pause), self.0.lists_wanted.notified()).await;
            sleep(StdDuration::from_millis(1)).await;
        }
    }

    /// Returns the time until a list is due. A list that could not be fetched is retried after the pause of its gate.
    fn until_next_list(&self) -> Duration {
        let (known, now) = (self.0.known.load(), self.0.policy.clock.now());
        let next = self.wanted_lists().into_iter().map(|(uri, gate)| match known.lists.get(&uri) {
            Some(list) if !list.is_due(now) => list.due_at - now,
            _ => gate.pause(self.pause_for(&uri)) * (1.0 + 0.4 * jitter()),
        });
        next.min().unwrap_or(Duration::MINUTE).min(Duration::MINUTE)
    }

    async fn refresh_keys(&self) -> Result<(), FetchFault> {
        let inner = &self.0;
        let number = inner.fetches.fetch_add(1, Ordering::Relaxed) + 1;
        let keys = fetch::keys(&inner.source, &inner.expected.issuer, &inner.expected.issuer_url).await?;
        inner.learn_keys(keys, number);
        self.save(None).await;
        Ok(())
    }

    pub(super) async fn refresh_list(&self, uri: &str) -> Result<(), FetchFault> {
        let inner = &self.0;
        let (known, policy) = (inner.known.load_full(), &inner.policy);
        let keys = known.keys.as_ref().ok_or(FetchFault::NoKeys)?;
        let before = known.lists.get(uri);
        let etag = before.and_then(|list| list.etag_to_confirm(self.instant()));
        let answer =
            inner.source.get(ConditionalRequest { url: uri, etag, longest: status_list_token::LONGEST }).await?;
        let now = policy.clock.now();
        let refused = |refusal| FetchFault::StatusList { url: uri.to_owned(), refusal };
        let (list, sent) = match (answer, before) {
            (FetchOutcome::Unchanged, Some(before)) => (before.confirmed(now, jitter()), None),
            (FetchOutcome::Unchanged, None) => {
                return Err(FetchFault::Unexpected { url: uri.to_owned(), what: "304".to_owned() });
            }
            (FetchOutcome::Document { text, etag }, before) => {
                let token = match self.read_list(&text, uri, &keys.set) {
                    Err(StatusTokenRefusal::Jwt(JwtRefusal::UnknownKey)) => {
                        self.refetch_keys().await;
                        let keys = inner.known.load().keys.as_ref().map(|keys| Arc::clone(&keys.set));
                        self.read_list(&text, uri, &keys.unwrap_or_default())
                    }
                    read => read,
                };
                let token = token.map_err(refused)?;
                let list = KnownList::new(Arc::new(token), etag, now, jitter());
                let list = match before {
                    Some(before) => list.in_place_of(before),
                    None => list,
                };
                (list, Some(text))
            }
        };
        let list = Arc::new(list);
        // A party that can respond for the issuer must not undo a revocation with an old list. Neither must a response
        // that was delayed until a newer one had arrived.
        let mut is_older = false;
        inner.known.rcu(|known: &Arc<Known>| {
            let with_list = known.with_list(uri, Arc::clone(&list), self.instant());
            is_older = with_list.is_none();
            with_list.map_or_else(|| Arc::clone(known), Arc::new)
        });
        if is_older {
            return Err(refused(StatusTokenRefusal::Older));
        }
        // The next fetch is due at another time than before.
        inner.lists_wanted.notify_one();
        self.save(sent).await;
        Ok(())
    }

    fn read_list(&self, text: &str, uri: &str, keys: &JwkSet) -> Result<VerifiedStatusList, StatusTokenRefusal> {
        VerifiedStatusList::read(text.trim_ascii(), uri, &self.0.expected.issuer, keys, self.instant())
    }

    fn instant(&self) -> Instant {
        Instant { at: self.0.policy.clock.now(), leeway: self.0.expected.leeway }
    }

    /// Writes the cache file. `sent` is the status list that was just fetched.
    async fn save(&self, sent: Option<String>) {
        let Some(path) = self.0.policy.cache_file.clone() else { return };
        let _one_at_a_time = self.0.saving.lock().await;
        let (known, issuer) = (self.0.known.load_full(), self.0.expected.issuer.clone());
        let written = tokio::task::spawn_blocking(move || cache_file::write(&path, &issuer, &known, sent)).await;
        if let Ok(Err(fault)) = written {
            tracing::warn!(%fault, "writing the cache file failed");
        }
    }

    /// Returns the gate of the list at `uri`, which is fetched from now on, or `None` if there are too many lists.
    fn gate_of(&self, uri: &str) -> Option<Arc<Gate>> {
        let mut lists = self.0.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = lists.get(uri) {
            return Some(Arc::clone(gate));
        }
        if lists.len() >= MOST_LISTS {
            tracing::warn!(uri, "more than {MOST_LISTS} status lists; this one is not fetched");
            return None;
        }
        let gate = Arc::new(Gate::new());
        lists.insert(uri.to_owned(), Arc::clone(&gate));
        Some(gate)
    }

    fn wanted_lists(&self) -> Vec<(String, Arc<Gate>)> {
        let lists = self.0.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.iter().map(|(uri, gate)| (uri.clone(), Arc::clone(gate))).collect()
    }

    /// Stops fetching lists that no token referred to for a day. A list that could not be fetched is not retried until
    /// a token refers to it again.
    pub(super) fn forget_unused_lists(&self, now: OffsetDateTime) {
        let mut lists = self.0.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.0.known.load();
        let is_in_use = |known: &Known, uri: &str| known.lists.get(uri).map(|list| list.is_in_use(now));
        lists.retain(|uri, gate| is_in_use(&known, uri).unwrap_or_else(|| !gate.is_reopened(LIST_PAUSE, now)));
        if known.lists.keys().any(|uri| is_in_use(&known, uri) == Some(false)) {
            let keep = |known: &Known, uri: &str| is_in_use(known, uri) != Some(false);
            self.0.known.rcu(|known: &Arc<Known>| known.with_lists_that(|uri| keep(known, uri)));
        }
    }

    /// Returns the pause between two attempts to fetch the list at `uri`. A list with a short `ttl` is fetched more
    /// often.
    fn pause_for(&self, uri: &str) -> Duration {
        self.0.known.load().lists.get(uri).map_or(LIST_PAUSE, |list| LIST_PAUSE.min(list.token.ttl / 2))
    }

    fn pause_for_keys(&self) -> Duration {
        if self.is_ready() { self.0.policy.unknown_kid_cooldown } else { PAUSE_WITHOUT_KEYS }
    }

    /// Returns the interval between two fetches of the keys. The jitter spreads the requests of verifiers that were
    /// started together.
    fn regular_pause(&self) -> Duration {
        self.0.policy.refresh_every * (0.9 + 0.2 * jitter())
    }
}

/// Returns the pause after `failures` failed fetches of the keys in a row. It doubles with each failure up to 2⁵ seconds or
/// `longest`, and `jitter`, from 0 to 1, makes it up to half shorter or longer.
fn pause_after_failures(failures: u32, longest: Duration, jitter: f64) -> Duration {
    Duration::seconds(1 << failures.min(LONGEST_BACKOFF)).min(longest) * (0.5 + jitter)
}

/// Returns a random number from 0 to 1.
fn jitter() -> f64 {
    f64::from(u16::from_be_bytes(Entropy::system().bytes())) / f64::from(u16::MAX)
}

fn std(pause: Duration) -> StdDuration {
    pause.max(Duration::ZERO).unsigned_abs()
}

/// The longest pause between two attempts to fetch the same list.
const LIST_PAUSE: Duration = Duration::seconds(5);
/// The pause between two attempts for a token while no keys are known.
const PAUSE_WITHOUT_KEYS: Duration = Duration::SECOND;
/// 2⁵ seconds.
const LONGEST_BACKOFF: u32 = 5;
/// Maximum number of status lists. Each has 2 MiB at most.
const MOST_LISTS: usize = 256;

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
