//! Refresh tokens, [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6), rotated as
//! [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2) requires.
//!
//! A grant has one valid refresh token at a time. Each token contains its grant and its generation and is
//! authenticated, so that the server can distinguish a replaced token from a forged one. A replaced token means that
//! two parties hold it, and ends the grant; a forged token has no effect. A client that lost one or more responses may
//! repeat its request for a short time after its token was replaced. It receives the newest token, which is stored
//! encrypted, so the tokens never form a second branch.

use time::{Duration, OffsetDateTime};

pub use super::{refresh_state::RefreshPolicy, scope::OFFLINE_ACCESS};

use super::{
    access_token::Issuance,
    client::{Client, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, IssuanceContext},
    presented_refresh_token::{PresentedRefreshToken, generate},
    refresh_state::{RefreshState, Replacements},
    resource::Resources,
    scope::Scope,
    token_error::TokenError,
};
use crate::{
    crypto::{Digest, SealingKey},
    entropy::Entropy,
    secret::Secret,
};

#[derive(Clone, Copy, Debug)]
pub struct RefreshRequest<'a> {
    pub client: &'a AuthenticatedClient,
    pub presented: &'a PresentedRefreshToken,
    /// The `scope` parameter, if present.
    pub scope: Option<&'a str>,
    /// The values of the `resource` parameter.
    pub resources: &'a [&'a str],
    /// The key that decrypts the newest token.
    pub sealing_key: &'a SealingKey,
}

/// Proof that a refresh token was used by its rules; only [`refresh`] constructs one.
#[derive(Clone, Debug)]
pub struct Refreshment {
    issuance: Issuance,
    turn: Turn,
}

#[derive(Clone, Debug)]
enum Turn {
    /// The token does not change. `is_noteworthy` says whether its use must be stored.
    Stay { is_noteworthy: bool },
    /// The token is replaced. During `overlap` it still yields the newest token.
    Rotate { overlap: Duration },
    /// The token was replaced recently. The newest token is sent again.
    Repeat(Secret),
}

/// Gives the new `grant` of `client` its first refresh token, if the client is registered for refresh tokens.
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
    // The last access token is issued at the absolute expiry at the latest, and has the same lifetime as the first.
    let access_tokens_end = grant.expires_at.map(|at| at + policy.absolute);
    (Grant { refresh_token: Some(state), expires_at: access_tokens_end, ..grant }, Some(token))
}

/// Uses a refresh token of `grant` at `now`.
///
/// # Errors
///
/// Returns the first rule broken. The caller must end the grant on [`TokenError::RefreshTokenReused`].
pub fn refresh(
    grant: &Grant,
    request: &RefreshRequest<'_>,
    (issuance_context, resources): (&IssuanceContext, &Resources),
    policy: &RefreshPolicy,
    now: OffsetDateTime,
) -> Result<Refreshment, TokenError> {
    let client = request.client.client();
    if !client.allows(GrantType::RefreshToken) {
        return Err(TokenError::GrantNotAllowed);
    }
    // "the authorization server MUST verify the binding between the refresh token and client identity": another client
    // learns nothing about the token, and cannot end the owner's grant.
    if grant.client_id != client.client_id {
        return Err(TokenError::RefreshTokenOfAnotherClient);
    }
    let state = grant.refresh_token.as_ref().filter(|_| grant.is_live()).ok_or(TokenError::GrantEnded)?;
    let turn = state.turn(request, policy, now)?;
    if now >= state.expires_at || now >= state.last_used_at + policy.idle {
        return Err(TokenError::RefreshTokenExpired);
    }
    let lost_offline_access = grant.scope.contains(OFFLINE_ACCESS) && !client.metadata.scope.contains(OFFLINE_ACCESS);
    if lost_offline_access || !issuance_context.may_issue(client, grant.created_at) {
        return Err(TokenError::GrantEnded);
    }
    let issuance = narrow(grant, client, request, resources)?;
    Ok(Refreshment { issuance, turn })
}

/// Validates the requested scope and resources. "The requested scope MUST NOT include any scope not originally granted
/// by the resource owner". Scope tokens that the client has lost since, or that the server no longer knows, are
/// excluded too.
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
        return Ok(Issuance { audience, ..grant.issuance() });
    }
    // A narrower scope also narrows the audience.
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
                // A use that was recorded by a clock that was ahead would postpone the idle expiry.
                let is_ahead = self.last_used_at > now;
                Turn::Stay { is_noteworthy: is_ahead || now - self.last_used_at >= policy.idle / NOTES_PER_IDLE }
            });
        }
        let is_earlier = presented.generation < self.generation;
        if !is_earlier || !self.replaced.is_within(presented.generation, policy.overlap, now) {
            return Err(TokenError::RefreshTokenReused);
        }
        // The token is authenticated, and each generation has only one token.
        let opened = self.newest.as_ref().and_then(|sealed| request.sealing_key.open(NEWEST, sealed).ok());
        let newest = opened.and_then(|newest| String::from_utf8(newest).ok());
        newest.map(|newest| Turn::Repeat(Secret::new(newest))).ok_or(TokenError::RefreshTokenReused)
    }
}

impl Refreshment {
    /// Returns the permission to issue tokens. Call it after the result of [`Self::advance`] is stored.
    #[must_use]
    pub fn into_issuance(self) -> Issuance {
        self.issuance
    }

    /// Returns the change to store (`None` if nothing changes) and the refresh token to send to the client.
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
                let used = RefreshState { last_used_at: now, ..state.clone() };
                (Some(Grant { refresh_token: Some(used), ..grant.clone() }), unchanged())
            }
            Turn::Rotate { overlap } => {
                let generation = state.generation.saturating_add(1);
                let Some(successor) = generate(&grant.id, generation, key, entropy) else { return (None, unchanged()) };
                let rotated = RefreshState {
                    generation,
                    digest: Digest::of_secret(&successor),
                    expires_at: state.expires_at,
                    last_used_at: now,
                    newest: overlap.is_positive().then(|| key.seal(NEWEST, successor.expose().as_bytes(), entropy)),
                    replaced: state.replaced.clone().with(state.generation, *overlap, now),
                };
                (Some(Grant { refresh_token: Some(rotated), ..grant.clone() }), successor)
            }
        }
    }
}

/// The purpose under which the newest token is encrypted.
const NEWEST: &str = "newest refresh token";

/// How often the use of an unchanged token is stored per idle lifetime. Storing every refresh would wait for the disk
/// each time.
const NOTES_PER_IDLE: i32 = 10;

#[cfg(test)]
#[path = "refresh_token_lifetime_tests.rs"]
mod lifetime_tests;
#[cfg(test)]
#[path = "refresh_token_scope_tests.rs"]
mod scope_tests;
#[cfg(test)]
#[path = "refresh_token_tests.rs"]
mod tests;
