//! The device authorization grant, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628): a person authorizes a device
//! without browser or keyboard from another device.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    access_token::{Authentication, Issuance},
    client::{ClientId, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, GrantId, GrantIdentity, IssuanceContext, Permission},
    named_claims::NamedClaims,
    parameters::Parameters,
    requested_scope::{ActsFor, PermittedScope, ScopeRequest, permit},
    resource::{Audience, Resources},
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};
use crate::entropy::Entropy;

/// The code that a person types: eight letters from an alphabet of twenty that spells no words (§6.1), about 34 bits.
/// It is displayed in two halves; case, hyphens and spaces are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserCode(String);

/// A device authorization. It is stored under the hash of the device code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    pub client_id: ClientId,
    pub scope: Scope,
    pub audience: Audience,
    pub user_code: UserCode,
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    pub state: DeviceState,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// The person has not responded yet.
    Pending,
    Approved(Approval),
    Denied,
    /// It was redeemed for this grant.
    Redeemed(GrantId),
}

/// What a person has approved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approval {
    pub subject: Subject,
    /// The granted scope: the requested scope or a subset of it.
    pub scope: Scope,
    pub authentication: Authentication,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Proof that a device code was redeemed by its rules; only [`redeem`] constructs one.
#[derive(Clone, Debug)]
pub struct DeviceRedemption {
    authorization: DeviceAuthorization,
    approval: Approval,
    audience: Audience,
}

impl UserCode {
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let letters = entropy.bytes::<LENGTH>().into_iter().filter_map(letter);
            code.extend(letters.take(LENGTH - code.len()));
        }
        Self(code)
    }

    /// Parses what a person typed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters =
            text.chars().take(4 * LENGTH).filter(|letter| !matches!(letter, '-' | ' ' | '\u{2010}'..='\u{2015}'));
        let code: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
        let is_code = code.len() == LENGTH && code.bytes().all(|letter| ALPHABET.contains(&letter));
        is_code.then_some(Self(code))
    }

    /// Returns the letters without hyphen, as they are stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DeviceAuthorization {
    /// Parses the request of §3.1 by `client`, which has authenticated as at the token endpoint.
    ///
    /// # Errors
    ///
    /// Returns the first rule broken.
    pub fn request(
        client: &AuthenticatedClient,
        form: &Parameters,
        resources: &Resources,
        (lifetime, entropy): (Duration, Entropy),
        now: OffsetDateTime,
    ) -> Result<Self, TokenError> {
        let client = client.client();
        if !client.allows(GrantType::DeviceCode) || client.is_disabled {
            return Err(TokenError::GrantNotAllowed);
        }
        let requested: Vec<&str> = form.many("resource").collect();
        let request = ScopeRequest { scope: form.one("scope")?, resources: &requested };
        let PermittedScope { scope, audience } = permit(client, ActsFor::Person { offline: true }, request, resources)?;
        Ok(Self {
            client_id: client.client_id.clone(),
            scope,
            audience,
            user_code: UserCode::generate(entropy),
            issued_at: now,
            expires_at: now + lifetime,
            state: DeviceState::Pending,
        })
    }

    /// Returns whether a person can still respond at `now`.
    #[must_use]
    pub fn is_pending(&self, now: OffsetDateTime) -> bool {
        matches!(self.state, DeviceState::Pending) && now < self.expires_at
    }

    /// Returns the approval, if the person approved.
    #[must_use]
    pub fn approval(&self) -> Option<&Approval> {
        match &self.state {
            DeviceState::Approved(approval) => Some(approval),
            DeviceState::Pending | DeviceState::Denied | DeviceState::Redeemed(_) => None,
        }
    }

    /// Returns the authorization after the person approved it, or denied it if `approval` is `None`.
    #[must_use]
    pub fn answered(self, approval: Option<Approval>) -> Self {
        let state = approval.map_or(DeviceState::Denied, DeviceState::Approved);
        Self { state, ..self }
    }
}

/// Redeems `authorization` for `client` at `now` (§3.4, §3.5), for the `requested` resources, if any. The issuance
/// context is that of the person who approved it.
///
/// # Errors
///
/// Returns the first rule broken. Until the person has responded this is [`TokenError::AuthorizationPending`].
pub fn redeem(
    authorization: &DeviceAuthorization,
    client: &AuthenticatedClient,
    issuance_context: Option<&IssuanceContext>,
    requested: &[&str],
    now: OffsetDateTime,
) -> Result<DeviceRedemption, TokenError> {
    let client = client.client();
    if !client.allows(GrantType::DeviceCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    if authorization.client_id != client.client_id {
        return Err(TokenError::DeviceCodeUnknown);
    }
    if now >= authorization.expires_at {
        return Err(TokenError::DeviceCodeExpired);
    }
    let approval = match &authorization.state {
        DeviceState::Pending => return Err(TokenError::AuthorizationPending),
        DeviceState::Denied => return Err(TokenError::AccessDenied),
        DeviceState::Redeemed(_) => return Err(TokenError::DeviceCodeUnknown),
        DeviceState::Approved(approval) => approval.clone(),
    };
    if !issuance_context.is_some_and(|issuance_context| issuance_context.may_issue(client, approval.at)) {
        return Err(TokenError::GrantEnded);
    }
    // RFC 8707 §2.2: a token request may only name resources that were granted.
    let audience = authorization.audience.narrowed(requested).ok_or(TokenError::InvalidTarget)?;
    Ok(DeviceRedemption { authorization: authorization.clone(), approval, audience })
}

impl DeviceRedemption {
    /// Creates the grant at `now`. Its access tokens have a lifetime of at most `access_tokens_live`.
    #[must_use]
    pub fn grant(&self, identity: GrantIdentity, access_tokens_live: Duration, now: OffsetDateTime) -> Grant {
        let permission = Permission {
            client_id: self.authorization.client_id.clone(),
            subject: self.approval.subject.clone(),
            scope: self.approval.scope.clone(),
            audience: self.authorization.audience.clone(),
            authentication: self.approval.authentication.clone(),
            claims: NamedClaims::default(),
        };
        permission.begin(identity, access_tokens_live, now)
    }

    /// Returns the authorization in the state to store after redemption.
    #[must_use]
    pub fn spent(&self, grant: &GrantId) -> DeviceAuthorization {
        DeviceAuthorization { state: DeviceState::Redeemed(grant.clone()), ..self.authorization.clone() }
    }

    /// Returns the audience of the tokens. A token request may narrow it; a refresh may use any of it again.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.authorization.audience
    }

    /// Returns the permission to issue tokens for `grant`, which must be the stored grant.
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { audience: self.audience, ..grant.issuance() }
    }
}

/// Returns the letter that a random byte stands for. 240 of the 256 byte values are used, so that all letters are equally
/// likely.
fn letter(byte: u8) -> Option<char> {
    let is_used = usize::from(byte) < 12 * ALPHABET.len();
    ALPHABET.get(usize::from(byte) % ALPHABET.len()).filter(|_| is_used).map(|letter| char::from(*letter))
}

/// Formats the code for display: `BCDF-GHJK`.
impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(formatter, "{first}-{second}")
    }
}

/// The minimum polling interval (§3.2), until the server responds with `slow_down`.
pub const INTERVAL: Duration = Duration::seconds(5);

const LENGTH: usize = 8;

/// §6.1: no vowels, to avoid accidental words.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

#[cfg(test)]
#[path = "device_authorization_tests.rs"]
mod tests;
