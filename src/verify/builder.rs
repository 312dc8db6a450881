//! The configuration of a verifier.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, atomic::AtomicU64},
};

use arc_swap::ArcSwap;
use time::Duration;
use tokio::sync::Notify;
use url::Url;

use super::{
    FetchFault, ResourceMetadata, Verifier, cache_file,
    fetch::{self, Source},
    gate::Gate,
    known::{KeysFetch, Known},
    policy::{Policy, StaleStatusList, UnfetchedStatusList},
    protected_resource,
    rules::Expectation,
    status_list_token::Instant,
    verified_tokens::VerifiedTokens,
    verifier::Inner,
};
use crate::{clock::Clock, jose::JwkSet};

/// Configures a [`Verifier`]. See [`Verifier::of`].
#[derive(Clone)]
#[must_use = "build it, or connect it"]
pub struct Builder {
    issuer: String,
    audience: String,
    accepts_typ_jwt: bool,
    leeway: Duration,
    remembered: usize,
    realm: String,
    metadata: Option<ResourceMetadata>,
    source: Option<Source>,
    policy: Policy,
}

impl Verifier {
    /// Returns the builder of a verifier for tokens that `issuer` (its exact identifier) issues for `audience`, the
    /// identifier of this API. There is no default audience: an API that accepts every audience accepts tokens issued
    /// for other APIs.
    pub fn of(issuer: impl Into<String>, audience: impl Into<String>) -> Builder {
        Builder::new(issuer.into(), audience.into())
    }
}

impl Builder {
    pub(super) fn new(issuer: String, audience: String) -> Self {
        Self {
            issuer,
            audience,
            accepts_typ_jwt: false,
            leeway: Duration::seconds(30),
            remembered: 1024,
            realm: "api".to_owned(),
            metadata: None,
            source: None,
            policy: Policy {
                refresh_every: Duration::minutes(5),
                unknown_kid_cooldown: Duration::seconds(30),
                keys_stale_after: Duration::DAY,
                stale: Some(StaleStatusList::AcceptFor(Duration::minutes(10))),
                unfetched: UnfetchedStatusList::Refuse,
                cache_file: None,
                clock: Clock::system(),
            },
        }
    }

    /// Stores keys and status lists in this file, so that a restart works while the issuer is down. The folder must
    /// exist.
    ///
    /// Any user who can write the file can make the API accept other keys. On Unix the file is therefore only used if
    /// it belongs to the user of this process, and no other user can write to it or to its folder (not even one with
    /// the sticky bit, such as `/tmp`), or replace a parent folder. Otherwise the verifier logs a warning and works as
    /// if there were no cache file.
    pub fn cache_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.policy.cache_file = Some(path.into());
        self
    }

    /// Sets how often the keys are fetched, within ten percent. Default: 5 minutes, the interval that the server
    /// guarantees.
    pub fn refresh_every(mut self, interval: Duration) -> Self {
        self.policy.refresh_every = interval;
        self
    }

    /// Sets the minimum interval between two fetches for unknown keys, however many tokens name one. Default: 30
    /// seconds.
    pub fn unknown_kid_cooldown(mut self, pause: Duration) -> Self {
        self.policy.unknown_kid_cooldown = pause;
        self
    }

    /// Sets how long the keys are used without a successful fetch. Default: one day.
    pub fn keys_stale_after(mut self, age: Duration) -> Self {
        self.policy.keys_stale_after = age;
        self
    }

    /// Sets what happens to tokens whose status list is older than its `ttl`. Default: accepted for 10 minutes. That is
    /// longer than the default lifetime of tokens, so that an API survives a short outage of the issuer.
    pub fn stale_status_list(mut self, stale: StaleStatusList) -> Self {
        self.policy.stale = Some(stale);
        self
    }

    /// Sets what happens to tokens whose status list was never fetched. Default: rejected.
    pub fn unfetched_status_list(mut self, unfetched: UnfetchedStatusList) -> Self {
        self.policy.unfetched = unfetched;
        self
    }

    /// Ignores status lists: a revoked token is accepted until it expires.
    pub fn ignore_status_lists(mut self) -> Self {
        self.policy.stale = None;
        self
    }

    /// Sets the tolerated difference between the clocks of issuer and API. Default: 30 seconds.
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// Also accepts the `typ` `JWT`, for resources that are configured with `access_token_typ = "JWT"`.
    pub fn accept_typ_jwt(self) -> Self {
        Self { accepts_typ_jwt: true, ..self }
    }

    /// Sets how many verified tokens are cached, so that the signature of a repeated token is checked only once. Each
    /// takes one to four KiB. Expiry and revocation are checked at every use. Default: 1024; 0 disables the cache.
    pub fn remember(self, tokens: usize) -> Self {
        Self { remembered: tokens, ..self }
    }

    /// Sets the `realm` of the challenges (RFC 6750 §3). Default: `api`. Quotation marks and backslashes are removed.
    pub fn realm(self, realm: &str) -> Self {
        let allowed = |character: &char| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
        Self { realm: realm.chars().filter(allowed).collect(), ..self }
    }

    /// Adds the URL of this API's metadata (RFC 9728) to each challenge as `resource_metadata`. The API must serve the
    /// metadata at [`Verifier::metadata_path`]. Without effect if the audience is not an `https` URL.
    pub fn metadata(self, metadata: ResourceMetadata) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    /// Replaces the system clock, for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.policy.clock = clock;
        self
    }

    pub(super) fn source(self, source: Source) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Builds the verifier without a network request, so that it starts even if the issuer is down. It uses the content
    /// of the cache file. Without keys it returns [`VerifyRefusal::NoKeys`](super::VerifyRefusal::NoKeys) until
    /// [`Verifier::run`], [`Verifier::verify_fresh`] or [`Verifier::refresh`] has fetched them.
    ///
    /// # Errors
    ///
    /// Returns an error if the issuer is not a permitted URL, or no HTTP client can be created.
    pub fn build(self) -> Result<Verifier, FetchFault> {
        let issuer_url = fetch::issuer_url(&self.issuer)?;
        let source = self.source.map_or_else(Source::http, Ok)?;
        let now = Instant { at: self.policy.clock.now(), leeway: self.leeway };
        let (cached, cache_refusal) = match self.policy.cache_file.as_deref() {
            None => (None, None),
            Some(path) => match cache_file::read(path, &self.issuer, now) {
                Ok(cached) => (cached, None),
                Err(refusal) => {
                    tracing::warn!(path = %path.display(), %refusal, "the cache file is not used");
                    (None, Some(format!("the cache file {} is not used: {refusal}", path.display())))
                }
            },
        };
        let known = cached.unwrap_or_default();
        let resource = self.metadata.filter(|_| Url::parse(&self.audience).is_ok());
        let resource =
            resource.and_then(|metadata| protected_resource::published(metadata, &self.audience, &self.issuer));
        Ok(Verifier(Arc::new(Inner {
            expected: Expectation {
                issuer: self.issuer,
                issuer_url,
                audience: self.audience,
                leeway: self.leeway,
                accepts_typ_jwt: self.accepts_typ_jwt,
            },
            policy: self.policy,
            realm: self.realm,
            resource,
            source,
            lists: Mutex::new(
                known.lists.keys().map(|uri| (uri.clone(), Arc::new(Gate::new()))).collect::<HashMap<_, _>>(),
            ),
            known: ArcSwap::from_pointee(known),
            tokens: VerifiedTokens::new(self.remembered),
            keys_gate: Gate::new(),
            keys_wanted: Notify::new(),
            lists_wanted: Notify::new(),
            cache_refusal,
            saving: tokio::sync::Mutex::new(()),
            fetches: AtomicU64::new(0),
        })))
    }

    /// Builds the verifier and fetches the keys. If the issuer is down, the keys of the cache file are used.
    ///
    /// # Errors
    ///
    /// Returns [`FetchFault`] if there are no keys: failing at start is better than responding with 503.
    pub async fn connect(self) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        match verifier.refresh().await {
            Err(fault) if verifier.is_ready() => {
                tracing::warn!(%fault, "the issuer cannot be reached; using the keys of the cache file");
            }
            Err(fault) => {
                return Err(match verifier.0.cache_refusal.clone() {
                    Some(reason) => FetchFault::CacheFile { reason, fault: Box::new(fault) },
                    None => fault,
                });
            }
            Ok(()) => {}
        }
        Ok(verifier)
    }

    /// Builds the verifier with these keys, for tests and for keys that are distributed in another way. They count as
    /// fetched now.
    ///
    /// # Errors
    ///
    /// See [`Builder::build`].
    pub fn with_keys(self, keys: JwkSet) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        verifier.0.learn_keys(keys, 0);
        Ok(verifier)
    }
}

impl Inner {
    /// Stores `keys`, which the fetch with this number returned.
    pub(super) fn learn_keys(&self, keys: JwkSet, number: u64) {
        let (keys, fetch) = (Arc::new(keys), KeysFetch { number, at: self.policy.clock.now() });
        self.known.rcu(|known: &Arc<Known>| known.with_keys(Arc::clone(&keys), fetch));
    }
}
