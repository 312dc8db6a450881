//! The verifier: a snapshot of the keys, and what refreshes it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration as StdDuration,
};

use arc_swap::ArcSwapOption;
use time::Duration;
use tokio::sync::Notify;

use super::{
    AccessClaims, FetchFault, VerifyRefusal, fetch,
    rules::{self, Expectation},
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    jose::{JwkSet, JwtRefusal},
};

/// Verifies access tokens. Clones share the keys.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    expected: Expectation,
    refresh_every: StdDuration,
    unknown_kid_cooldown: StdDuration,
    clock: Clock,
    keys: ArcSwapOption<JwkSet>,
    client: reqwest::Client,
    wanted: Notify,
    fetches: AtomicU64,
}

/// A verifier that is not made yet.
#[derive(Clone, Debug)]
#[must_use = "build it, or connect it"]
pub struct Builder {
    expected: Expectation,
    refresh_every: StdDuration,
    unknown_kid_cooldown: StdDuration,
    clock: Clock,
}

impl Verifier {
    /// A verifier of the tokens that `issuer` (exactly as it calls itself) issues for `audience`, the identifier of this
    /// API. There is no default audience: an API that accepts every audience accepts tokens that were given to others.
    pub fn of(issuer: impl Into<String>, audience: impl Into<String>) -> Builder {
        Builder {
            expected: Expectation {
                issuer: issuer.into(),
                audience: audience.into(),
                leeway: Duration::seconds(30),
                accepts_typ_jwt: false,
            },
            refresh_every: StdDuration::from_secs(300),
            unknown_kid_cooldown: StdDuration::from_secs(60),
            clock: Clock::system(),
        }
    }

    /// Verifies an access token: signature, type, issuer, audience and time. What it allows is for the caller to compare.
    ///
    /// # Errors
    ///
    /// [`VerifyRefusal`]. A token that names an unknown key makes [`Verifier::run`] fetch the keys again, at most once in
    /// the time of [`Builder::unknown_kid_cooldown`].
    pub fn verify(&self, unverified_jwt: &str) -> Result<AccessClaims, VerifyRefusal> {
        let inner = &self.0;
        let Some(keys) = &*inner.keys.load() else {
            inner.wanted.notify_one();
            return Err(VerifyRefusal::NoKeys);
        };
        let verified = rules::verify(unverified_jwt, keys, &inner.expected, inner.clock.now());
        if matches!(verified, Err(VerifyRefusal::Jwt(JwtRefusal::UnknownKey))) {
            inner.wanted.notify_one();
        }
        verified
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    ///
    /// [`FetchFault`]; the keys that are known stay.
    pub async fn refresh(&self) -> Result<(), FetchFault> {
        self.0.fetches.fetch_add(1, Ordering::Relaxed);
        let keys = fetch::keys(&self.0.client, &self.0.expected.issuer).await?;
        self.0.keys.store(Some(Arc::new(keys)));
        Ok(())
    }

    /// Keeps the keys fresh, for ever: regularly, and when a token names a key that is not known. To be spawned.
    pub async fn run(self) {
        loop {
            // Many verifiers that were started together should not ask together.
            let jitter = f64::from(u16::from_be_bytes(Entropy::system().bytes())) / f64::from(u16::MAX);
            let pause = self.0.refresh_every.mul_f64(0.9 + 0.2 * jitter);
            let asked = tokio::time::timeout(pause, self.0.wanted.notified()).await.is_ok();
            if let Err(fault) = self.refresh().await {
                tracing::warn!(%fault, "the keys could not be refreshed; those that are known stay");
            }
            if asked {
                // Whoever sends tokens with invented keys must not make us ask more often than this.
                tokio::time::sleep(self.0.unknown_kid_cooldown).await;
            }
        }
    }

    /// Whether keys are known, so that tokens can be judged.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.keys.load().is_some()
    }

    /// How often keys were asked for since the start.
    #[must_use]
    pub fn fetches(&self) -> u64 {
        self.0.fetches.load(Ordering::Relaxed)
    }
}

impl Builder {
    /// How often the keys are fetched, give or take a tenth. Default 5 minutes, which is also what the server promises.
    pub fn refresh_every(self, interval: StdDuration) -> Self {
        Self { refresh_every: interval, ..self }
    }

    /// How long after a fetch for an unknown key the next one may follow. Default 60 seconds.
    pub fn unknown_kid_cooldown(self, pause: StdDuration) -> Self {
        Self { unknown_kid_cooldown: pause, ..self }
    }

    /// By how much the clocks of issuer and API may differ. Default 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.expected.leeway = leeway;
        self
    }

    /// Accepts the `typ` `JWT` too, for resources that are configured with `access_token_typ = "JWT"`.
    pub fn accept_typ_jwt(mut self) -> Self {
        self.expected.accepts_typ_jwt = true;
        self
    }

    /// Another clock, for tests.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The verifier, without having asked anybody: it starts even if the issuer is down, and answers
    /// [`VerifyRefusal::NoKeys`] until [`Verifier::run`] or [`Verifier::refresh`] has fetched the keys.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made, because TLS is not available.
    pub fn build(self) -> Result<Verifier, FetchFault> {
        Ok(Verifier(Arc::new(Inner {
            expected: self.expected,
            refresh_every: self.refresh_every,
            unknown_kid_cooldown: self.unknown_kid_cooldown,
            clock: self.clock,
            keys: ArcSwapOption::empty(),
            client: fetch::client()?,
            wanted: Notify::new(),
            fetches: AtomicU64::new(0),
        })))
    }

    /// The verifier, with the keys fetched.
    ///
    /// # Errors
    ///
    /// [`FetchFault`]: at start it is better to say so than to answer 503.
    pub async fn connect(self) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        verifier.refresh().await?;
        Ok(verifier)
    }

    /// The verifier with these keys, for tests and for those who distribute keys by other means.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn with_keys(self, keys: JwkSet) -> Result<Verifier, FetchFault> {
        let verifier = self.build()?;
        verifier.0.keys.store(Some(Arc::new(keys)));
        Ok(verifier)
    }
}
