//! Refresh tokens, [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6), rotated as
//! [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2) asks.
//!
//! A grant has one good refresh token at a time. Each names its grant and its generation and is authenticated, so that
//! one that was superseded is told from one that was made up: the former means that two hold the same token, and ends
//! the grant; the latter means nothing. A client that lost an answer, or several, may ask again for a short while after its
//! token was replaced, and gets the newest one, which is remembered sealed. So there is never a second branch.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    access_token::Issuance,
    client::{Client, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, IssuanceContext},
    presented_refresh_token::{PresentedRefreshToken, generate},
    resource::Resources,
    scope::Scope,
    token_error::TokenError,
};
use crate::{
    crypto::{Digest, SealingKey},
    entropy::Entropy,
    secret::Secret,
};

/// What is remembered of the refresh token of a grant: never the token itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshState {
    generation: u32,
    digest: Digest,
    /// From when on it is worthless, however much it is used.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_used_at: OffsetDateTime,
    /// The token itself, which the server's key opens; only while earlier ones may still ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<String>,
    /// Which generations were replaced lately.
    #[serde(default, skip_serializing_if = "Replacements::is_empty")]
    replaced: Replacements,
}

/// Which generations were replaced lately and when, the oldest first: the generation, and milliseconds since 1970. Of a
/// client that refreshes very often not all are kept; one in between counts as replaced when the kept one before it was.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Replacements(Vec<(u32, i64)>);

/// How long refresh tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshPolicy {
    /// All tokens of a grant, however much they are used.
    pub absolute: Duration,
    /// One that is not used.
    pub idle: Duration,
    /// How long a token that was replaced still answers with its successor.
    pub overlap: Duration,
}

/// The token request of §6.
#[derive(Clone, Copy, Debug)]
pub struct RefreshRequest<'a> {
    /// Who asks.
    pub client: &'a AuthenticatedClient,
    /// With what.
    pub presented: &'a PresentedRefreshToken,
    /// The `scope`, if sent.
    pub scope: Option<&'a str>,
    /// The values of `resource`, if sent.
    pub resources: &'a [&'a str],
    /// What opens the newest token.
    pub sealing_key: &'a SealingKey,
}

/// Proof that a refresh token was used by its rules; only [`refresh`] makes one.
#[derive(Clone, Debug)]
pub struct Refreshment {
    issuance: Issuance,
    turn: Turn,
}

#[derive(Clone, Debug)]
enum Turn {
    /// The token stays; whether its use has to be written down.
    Stay { is_noteworthy: bool },
    /// The token is replaced, and answers for so long with the newest one.
    Rotate { overlap: Duration },
    /// The token was replaced just now; the newest is sent again.
    Repeat(Secret),
}

/// Gives `grant`, which has just begun for `client`, its first refresh token, if the client is registered to have one.
#[must_use]
pub fn begin(
    grant: Grant,
    client: &Client,
    policy: &RefreshPolicy,
    (key, entropy): (&SealingKey, Entropy),
) -> (Grant, Option<Secret>) {
    if !client.allows(GrantType::RefreshToken) {
        return (grant, None);
    }
    let Some(token) = generate(&grant.id, 0, key, entropy) else { return (grant, None) };
    let expires_at = grant.created_at + policy.absolute;
    let state = RefreshState {
        generation: 0,
        digest: Digest::of_secret(&token),
        expires_at,
        last_used_at: grant.created_at,
        newest: None,
        replaced: Replacements::default(),
    };
    // The last access token is issued at the end at the latest, and lives on for as long as the first would.
    let access_tokens_end = grant.expires_at.map(|at| at + policy.absolute);
    (Grant { refresh_token: Some(state), expires_at: access_tokens_end, ..grant }, Some(token))
}

/// Uses a refresh token of `grant` at `now`.
///
/// # Errors
///
/// The first rule broken. On [`TokenError::RefreshTokenReused`] the grant has to end.
pub fn refresh(
    grant: &Grant,
    request: &RefreshRequest<'_>,
    (circumstances, resources): (&IssuanceContext, &Resources),
    policy: &RefreshPolicy,
    now: OffsetDateTime,
) -> Result<Refreshment, TokenError> {
    let client = request.client.client();
    if !client.allows(GrantType::RefreshToken) {
        return Err(TokenError::GrantNotAllowed);
    }
    // "the authorization server MUST verify the binding between the refresh token and client identity": nothing is said
    // of the token to another client, and nothing it presents ends the grant of its owner.
    if grant.client_id != client.client_id {
        return Err(TokenError::RefreshTokenOfAnotherClient);
    }
    let state = grant.refresh_token.as_ref().filter(|_| grant.is_live()).ok_or(TokenError::GrantEnded)?;
    let turn = state.turn(request, policy, now)?;
    if now >= state.expires_at || now >= state.last_used_at + policy.idle {
        return Err(TokenError::RefreshTokenExpired);
    }
    let lost_offline_access = grant.scope.contains(OFFLINE_ACCESS) && !client.metadata.scope.contains(OFFLINE_ACCESS);
    if lost_offline_access || !circumstances.may_issue(client, grant.created_at) {
        return Err(TokenError::GrantEnded);
    }
    let issuance = narrow(grant, client, request, resources)?;
    Ok(Refreshment { issuance, turn })
}

/// "The requested scope MUST NOT include any scope not originally granted by the resource owner"; and nothing that the
/// client has lost since, or that the server no longer knows.
fn narrow(
    grant: &Grant,
    client: &Client,
    request: &RefreshRequest<'_>,
    resources: &Resources,
) -> Result<Issuance, TokenError> {
    let available = grant.scope.intersection(&client.metadata.scope);
    let available = available.filter(|token| resources.scope(token).is_some());
    let granted = resources.known(&grant.audience);
    if granted.members().is_empty() || available.is_empty() {
        return Err(TokenError::GrantEnded);
    }
    let scope = match request.scope.map(Scope::parse) {
        None => available,
        Some(Ok(asked)) if !asked.is_empty() && available.covers(&asked) => asked,
        Some(_) => return Err(TokenError::ScopeExceeded),
    };
    let audience = granted.narrowed(request.resources).ok_or(TokenError::InvalidTarget)?;
    if scope == grant.scope {
        return Ok(Issuance { scope, audience, ..grant.issuance() });
    }
    // What is for less is also for fewer.
    let needed = resources.audience(&scope, request.resources)?;
    let members: Vec<&str> = needed.members().iter().map(super::resource::ResourceId::as_str).collect();
    let audience = granted.narrowed(&members).ok_or(TokenError::InvalidTarget)?;
    Ok(Issuance { scope, audience, ..grant.issuance() })
}

impl RefreshState {
    fn turn(
        &self,
        request: &RefreshRequest<'_>,
        policy: &RefreshPolicy,
        now: OffsetDateTime,
    ) -> Result<Turn, TokenError> {
        let presented = request.presented;
        if presented.generation == self.generation && self.digest.matches(&presented.text) {
            return Ok(if request.client.client().rotates_refresh_tokens() {
                Turn::Rotate { overlap: policy.overlap }
            } else {
                // A use that was dated by a clock that was ahead would put the end of idleness off.
                let is_ahead = self.last_used_at > now;
                Turn::Stay { is_noteworthy: is_ahead || now - self.last_used_at >= policy.idle / NOTES_PER_IDLE }
            });
        }
        let is_earlier = presented.generation < self.generation;
        if !is_earlier || !self.replaced.is_within(presented.generation, policy.overlap, now) {
            return Err(TokenError::RefreshTokenReused);
        }
        // That it is a token of this server and of this generation is authenticated, and a generation has one token.
        let opened = self.newest.as_ref().and_then(|sealed| request.sealing_key.open(NEWEST, sealed).ok());
        let newest = opened.and_then(|newest| String::from_utf8(newest).ok());
        newest.map(|newest| Turn::Repeat(Secret::new(newest))).ok_or(TokenError::RefreshTokenReused)
    }

    /// When it was last used, to within a tenth of the time that it may lie idle.
    #[must_use]
    pub fn last_used_at(&self) -> OffsetDateTime {
        self.last_used_at
    }

    /// When it is worthless if it is not used again.
    #[must_use]
    pub fn expires_at(&self, policy: &RefreshPolicy) -> OffsetDateTime {
        self.expires_at.min(self.last_used_at + policy.idle)
    }

    /// Whether `presented` is the one that is good at `now`.
    #[must_use]
    pub fn is_current(&self, presented: &PresentedRefreshToken, policy: &RefreshPolicy, now: OffsetDateTime) -> bool {
        let is_this = presented.generation == self.generation && self.digest.matches(&presented.text);
        is_this && now < self.expires_at(policy)
    }
}

impl Refreshment {
    /// The right to mint the tokens, once what [`Self::advance`] says is written.
    #[must_use]
    pub fn into_issuance(self) -> Issuance {
        self.issuance
    }

    /// What has to be written (nothing, if nothing changes), and the refresh token that the client is told.
    #[must_use]
    pub fn advance(
        &self,
        grant: &Grant,
        presented: &PresentedRefreshToken,
        (key, entropy): (&SealingKey, Entropy),
        now: OffsetDateTime,
    ) -> (Option<Grant>, Secret) {
        let unchanged = || presented.text.clone();
        let Some(state) = &grant.refresh_token else { return (None, unchanged()) };
        match &self.turn {
            Turn::Repeat(newest) => (None, newest.clone()),
            Turn::Stay { is_noteworthy: false } => (None, unchanged()),
            Turn::Stay { is_noteworthy: true } => {
                let used = RefreshState { last_used_at: now.max(state.last_used_at), ..state.clone() };
                (Some(Grant { refresh_token: Some(used), ..grant.clone() }), unchanged())
            }
            Turn::Rotate { overlap } => {
                let generation = state.generation.saturating_add(1);
                let Some(successor) = generate(&grant.id, generation, key, entropy) else { return (None, unchanged()) };
                let rotated = RefreshState {
                    generation,
                    digest: Digest::of_secret(&successor),
                    expires_at: state.expires_at,
                    last_used_at: now.max(state.last_used_at),
                    newest: overlap.is_positive().then(|| key.seal(NEWEST, successor.expose().as_bytes(), entropy)),
                    replaced: state.replaced.clone().with(state.generation, *overlap, now),
                };
                (Some(Grant { refresh_token: Some(rotated), ..grant.clone() }), successor)
            }
        }
    }
}

impl Replacements {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `generation` was replaced less than `overlap` before `now`.
    fn is_within(&self, generation: u32, overlap: Duration, now: OffsetDateTime) -> bool {
        let kept = self.0.iter().rev().find(|(kept, _)| *kept <= generation);
        kept.is_some_and(|(_, at)| milliseconds(now) < at.saturating_add(whole_milliseconds(overlap)))
    }

    /// The same after `generation` was replaced at `now`, without those that are past the `overlap`.
    fn with(mut self, generation: u32, overlap: Duration, now: OffsetDateTime) -> Self {
        let past = milliseconds(now).saturating_sub(whole_milliseconds(overlap));
        self.0.push((generation, milliseconds(now)));
        // The one before the first that still counts tells when those in between were replaced at the earliest.
        while self.0.get(1).is_some_and(|(_, at)| *at <= past) {
            self.0.remove(0);
        }
        if self.0.len() > MOST_REPLACED {
            let gap = |at: usize| Some(self.0.get(at + 1)?.1.saturating_sub(self.0.get(at - 1)?.1));
            let closest = (1..self.0.len() - 1).min_by_key(|at| gap(*at));
            closest.map(|at| self.0.remove(at));
        }
        self
    }
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn whole_milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.whole_milliseconds()).unwrap_or(i64::MAX)
}

/// The scope token with which a client asks for tokens that outlive the session.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// For what the newest token is sealed.
const NEWEST: &str = "newest refresh token";

/// So many replacements are kept at most, which bounds the record.
const MOST_REPLACED: usize = 16;

/// The use of a token that stays is written down so often in the time that it may lie idle: not at every refresh, which
/// would each wait for the disk.
const NOTES_PER_IDLE: i32 = 10;

#[cfg(test)]
#[path = "refresh_token_scope_tests.rs"]
mod scope_tests;
#[cfg(test)]
#[path = "refresh_token_tests.rs"]
mod tests;
