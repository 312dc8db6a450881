//! The verifier of access tokens.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::{
    AccessClaims, UnfetchedStatusList, VerifyRefusal,
    fetch::Source,
    gate::Gate,
    known::Known,
    policy::Policy,
    protected_resource::{ProtectedResource, Published},
    rules::{self, Expectation},
    status_list_token::Instant,
    verified_tokens::VerifiedTokens,
};
use crate::{crypto::sha256, jose::JwtRefusal, oauth::bearer::BearerError};

/// Verifies access tokens. Clones share keys, status lists and caches.
#[derive(Clone)]
pub struct Verifier(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) expected: Expectation,
    pub(super) policy: Policy,
    pub(super) realm: String,
    pub(super) resource: Option<Published>,
    pub(super) source: Source,
    pub(super) known: ArcSwap<Known>,
    pub(super) tokens: VerifiedTokens,
    pub(super) keys_gate: Gate,
    pub(super) keys_wanted: Notify,
    /// The lists that tokens referred to, each with the gate that limits its fetches.
    pub(super) lists: Mutex<HashMap<String, Arc<Gate>>>,
    pub(super) lists_wanted: Notify,
    /// Why the cache file was not used at the start, as a sentence.
    pub(super) cache_refusal: Option<String>,
    pub(super) saving: tokio::sync::Mutex<()>,
    pub(super) fetches: AtomicU64,
}

/// The state of a verifier, for a readiness probe or a metrics page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether tokens can be verified.
    pub is_ready: bool,
    /// When the keys were last fetched.
    pub keys_fetched_at: Option<OffsetDateTime>,
    /// When the least recently fetched status list was fetched.
    pub oldest_list_checked_at: Option<OffsetDateTime>,
    /// Number of stored status lists.
    pub status_lists: usize,
}

impl Verifier {
    /// Verifies the signature, type, issuer, audience, times and status of an access token. The caller checks the
    /// scope. Makes no network request, and takes no lock unless the token's status list is missing.
    ///
    /// # Errors
    ///
    /// Returns [`VerifyRefusal`]. A token that names an unknown key or list makes [`Verifier::run`] fetch it.
    pub fn verify(&self, unverified_jwt: &str) -> Result<AccessClaims, VerifyRefusal> {
        let claims = self.recognize(unverified_jwt)?;
        self.in_force(&claims)?;
        Ok(claims)
    }

    /// Verifies a token as [`Verifier::verify`] does, but first fetches what is missing. Keys are fetched at most once
    /// per [`unknown_kid_cooldown`](super::Builder::unknown_kid_cooldown) (once a second while none are known). A list that was never fetched or is
    /// too old is fetched at most every five seconds. Concurrent callers share one fetch. If nothing is missing, the
    /// token is verified without waiting; overdue documents are then fetched in the background, which replaces a
    /// missing [`Verifier::run`].
    ///
    /// # Errors
    ///
    /// Returns [`VerifyRefusal`].
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, if a fetch is needed.
    pub async fn verify_fresh(&self, unverified_jwt: &str) -> Result<AccessClaims, VerifyRefusal> {
        let claims = match self.recognize(unverified_jwt) {
            Err(VerifyRefusal::NoKeys | VerifyRefusal::Jwt(JwtRefusal::UnknownKey)) => {
                self.refetch_keys().await;
                self.recognize(unverified_jwt)?
            }
            recognized => recognized?,
        };
        let judged = self.in_force(&claims);
        let reference = claims.status().filter(|_| self.0.policy.stale.is_some());
        if let Some(reference) = reference
            && (matches!(judged, Err(VerifyRefusal::StatusUnknown | VerifyRefusal::StatusStale))
                || !self.0.known.load().lists.contains_key(&reference.uri))
        {
            self.fetch_list(&reference.uri).await;
            self.in_force(&claims)?;
        } else {
            judged?;
        }
        self.refresh_overdue(reference.map(|reference| reference.uri.as_str()));
        Ok(claims)
    }

    /// Returns whether keys are known, so that tokens can be verified.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let policy = &self.0.policy;
        self.0.known.load().keys(policy.keys_stale_after, policy.clock.now()).is_some()
    }

    /// Returns the state of the verifier.
    #[must_use]
    pub fn health(&self) -> Health {
        let known = self.0.known.load();
        Health {
            is_ready: self.is_ready(),
            keys_fetched_at: known.keys.as_ref().map(|keys| keys.fetch.at),
            oldest_list_checked_at: known.lists.values().map(|list| list.checked_at).min(),
            status_lists: known.lists.len(),
        }
    }

    /// Returns the number of key fetches since the start.
    #[must_use]
    pub fn fetches(&self) -> u64 {
        self.0.fetches.load(Ordering::Relaxed)
    }

    /// Returns the value of `WWW-Authenticate` for `error`: RFC 6750 §3, and RFC 9728 §5.1 if the API publishes its
    /// metadata.
    #[must_use]
    pub fn challenge(&self, error: &BearerError) -> String {
        let mut challenge = error.challenge(&self.0.realm);
        if let Some(resource) = &self.0.resource {
            challenge.push_str(", resource_metadata=\"");
            challenge.push_str(&resource.url);
            challenge.push('"');
        }
        challenge
    }

    /// Verifies signature, type, issuer, audience and times. A cached token skips the signature.
    fn recognize(&self, unverified_jwt: &str) -> Result<AccessClaims, VerifyRefusal> {
        let inner = &*self.0;
        let now = inner.policy.clock.now();
        let known = inner.known.load();
        let Some(keys) = known.keys(inner.policy.keys_stale_after, now) else {
            self.want_keys();
            return Err(VerifyRefusal::NoKeys);
        };
        let is_remembered = inner.tokens.is_in_use() && unverified_jwt.len() <= LONGEST;
        let digest = is_remembered.then(|| sha256(unverified_jwt));
        if let Some(claims) = digest.and_then(|digest| inner.tokens.find(&digest, keys.epoch)) {
            rules::in_time(&claims, inner.expected.leeway, now)?;
            return Ok(claims);
        }
        let verified = rules::verify(unverified_jwt, &keys.set, &inner.expected, now);
        match (&verified, digest) {
            (Err(VerifyRefusal::Jwt(JwtRefusal::UnknownKey)), _) => self.want_keys(),
            (Ok(claims), Some(digest)) => inner.tokens.remember(digest, keys.epoch, claims.clone()),
            _ => {}
        }
        verified
    }

    /// Checks that the token is not revoked, by the known status lists.
    fn in_force(&self, claims: &AccessClaims) -> Result<(), VerifyRefusal> {
        let policy = &self.0.policy;
        let (Some(reference), Some(stale)) = (claims.status(), policy.stale) else { return Ok(()) };
        let (known, now) = (self.0.known.load(), policy.clock.now());
        let judged = match known.lists.get(&reference.uri) {
            Some(list) => {
                list.touch(now);
                let now = Instant { at: now, leeway: self.0.expected.leeway };
                rules::in_force(claims, reference, list, stale, now)
            }
            None => Err(VerifyRefusal::StatusUnknown),
        };
        if matches!(judged, Err(VerifyRefusal::StatusUnknown | VerifyRefusal::StatusStale)) {
            self.want_list(&reference.uri);
        }
        match judged {
            Err(VerifyRefusal::StatusUnknown) if policy.unfetched == UnfetchedStatusList::Accept => Ok(()),
            judged => judged,
        }
    }

    /// Returns the metadata document, to be served as JSON at [`Verifier::metadata_path`]. Returns `None` without
    /// [`Builder::metadata`](super::Builder::metadata).
    #[must_use]
    pub fn metadata(&self) -> Option<&ProtectedResource> {
        self.0.resource.as_ref().map(|published| &published.document)
    }

    /// Returns the path of the metadata: `/.well-known/oauth-protected-resource`, followed by the path of the audience.
    #[must_use]
    pub fn metadata_path(&self) -> Option<&str> {
        self.0.resource.as_ref().map(|published| published.path.as_str())
    }
}

/// A longer text is not a token, and is not hashed.
const LONGEST: usize = 8 * 1024;
