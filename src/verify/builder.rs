//! How a verifier is set up.

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
    protected_resource,
    rules::Expectation,
    status_list_token::Instant,
    verified_tokens::VerifiedTokens,
    verifier::Inner,
};
use crate::{clock::Clock, jose::JwkSet};

/// What becomes of a token when its status list could not be fetched again within its `ttl`.
///
/// A list that says "revoked" is believed at any age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleStatusList {
    /// It is answered with 503: an API that cannot learn of revocations does not work.
    Refuse,
    /// The old list counts for as long as it was fetched at most this long ago, even past its `exp`.
    AcceptFor(Duration),
}

/// What becomes of a token when its status list was never fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnfetchedStatusList {
    /// It is answered with 503. [`Verifier::verify_fresh`] fetches the list before it comes to that.
    Refuse,
    /// It passes.
    Accept,
}

/// A verifier that is not made yet.
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

/// What a verifier does when, and when it does not.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) refresh_every: Duration,
    pub(super) unknown_kid_cooldown: Duration,
    pub(super) keys_stale_after: Duration,
    /// `None` when status lists are not looked at.
    pub(super) stale: Option<StaleStatusList>,
    pub(super) unfetched: UnfetchedStatusList,
    pub(super) cache_file: Option<PathBuf>,
    pub(super) clock: Clock,
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

    /// Keeps what is known in this file, so that a restart works while the issuer is down. Its folder has to exist.
    ///
    /// Any user who can write the file can make the API accept other keys. On Unix the file is therefore used only if it belongs
    /// to the user of this process and no other user can write to it, to its folder (not even one with the sticky bit, such
    /// as `/tmp`), or exchange a folder on the way to it. Otherwise a warning says what is wrong, and the verifier works as if
    /// there were no cache file.
    pub fn cache_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.policy.cache_file = Some(path.into());
        self
    }

    /// How often the keys are fetched, give or take a tenth. Default 5 minutes, which is also what the server promises.
    pub fn refresh_every(mut self, interval: Duration) -> Self {
        self.policy.refresh_every = interval;
        self
    }

    /// How long after a fetch for an unknown key the next one may follow, however many tokens ask for it. Default 30
    /// seconds.
    pub fn unknown_kid_cooldown(mut self, pause: Duration) -> Self {
        self.policy.unknown_kid_cooldown = pause;
        self
    }

    /// After which time without a successful fetch the keys do not count any more. Default one day.
    pub fn keys_stale_after(mut self, age: Duration) -> Self {
        self.policy.keys_stale_after = age;
        self
    }

    /// What becomes of tokens whose status list is older than its `ttl`. Default: accepted for 10 minutes, which is
    /// longer than tokens live by default, so that an API outlasts a short outage of the issuer.
    pub fn stale_status_list(mut self, stale: StaleStatusList) -> Self {
        self.policy.stale = Some(stale);
        self
    }

    /// What becomes of tokens whose status list was never fetched. Default: refused.
    pub fn unfetched_status_list(mut self, unfetched: UnfetchedStatusList) -> Self {
        self.policy.unfetched = unfetched;
        self
    }

    /// Does not look at status lists: a token that was revoked passes until it expires.
    pub fn ignore_status_lists(mut self) -> Self {
        self.policy.stale = None;
        self
    }

    /// By how much the clocks of issuer and API may differ. Default 30 seconds.
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// Accepts the `typ` `JWT` too, for resources that are configured with `access_token_typ = "JWT"`.
    pub fn accept_typ_jwt(self) -> Self {
        Self { accepts_typ_jwt: true, ..self }
    }

    /// How many verified tokens are remembered, so that one that comes again costs no signature check; each takes one to
    /// four KiB. Time and revocation are checked at every use all the same. Default 1024; 0 remembers none.
    pub fn remember(self, tokens: usize) -> Self {
        Self { remembered: tokens, ..self }
    }

    /// The `realm` of the challenges (RFC 6750 §3). Default `api`. Quotation marks and backslashes are left out.
    pub fn realm(self, realm: &str) -> Self {
        let allowed = |character: &char| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
        Self { realm: realm.chars().filter(allowed).collect(), ..self }
    }

    /// Says where the metadata of this API stand (RFC 9728), in each challenge as `resource_metadata`. The API has to
    /// serve them at [`Verifier::metadata_path`]. Without effect when the audience is no `https` URL.
    pub fn metadata(self, metadata: ResourceMetadata) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.policy.clock = clock;
        self
    }

    pub(super) fn source(self, source: Source) -> Self {
        Self { source: Some(source), ..self }
    }

    /// The verifier, without having asked anybody: it starts even if the issuer is down. It knows what the cache file
    /// holds; with nothing there it answers [`VerifyRefusal::NoKeys`](super::VerifyRefusal::NoKeys) until
    /// [`Verifier::run`], [`Verifier::verify_fresh`] or [`Verifier::refresh`] has fetched the keys.
    ///
    /// # Errors
    ///
    /// When the issuer is no address that may be fetched from, or when no HTTP client can be made.
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

    /// The verifier, with the keys fetched. When the issuer is down, those of the cache file do.
    ///
    /// # Errors
    ///
    /// [`FetchFault`] when there are no keys: at start it is better to say so than to answer 503.
    pub async fn connect(self) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        match verifier.refresh().await {
            Err(fault) if verifier.is_ready() => {
                tracing::warn!(%fault, "the issuer cannot be asked; the keys of the cache file are used");
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

    /// The verifier with these keys, for tests and for those who distribute keys by other means. They are as good as
    /// fetched now.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn with_keys(self, keys: JwkSet) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        verifier.0.learn_keys(keys, 0);
        Ok(verifier)
    }
}

impl Inner {
    /// Takes `keys`, which the fetch with this number brought, for those of the issuer.
    pub(super) fn learn_keys(&self, keys: JwkSet, number: u64) {
        let (keys, fetch) = (Arc::new(keys), KeysFetch { number, at: self.policy.clock.now() });
        self.known.rcu(|known: &Arc<Known>| known.with_keys(Arc::clone(&keys), fetch));
    }
}
