//! The authorization code, [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1).

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    access_token::{Authentication, Issuance},
    authorization_request::AuthorizationRequest,
    client::{ClientId, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, GrantId, GrantIdentity, IssuanceContext, Permission},
    named_claims::NamedClaims,
    pkce::CodeChallenge,
    redirect_uri::TrustedRedirectUri,
    resource::Audience,
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};
use crate::secret::Secret;

/// An authorization code as it is remembered, under the hash of the code itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuedCode {
    /// The client that it was issued to.
    pub client_id: ClientId,
    /// The person who agreed.
    pub subject: Subject,
    /// Where it was sent.
    pub redirect_uri: TrustedRedirectUri,
    /// Whether the authorization request named that place.
    pub redirect_uri_was_sent: bool,
    /// What was agreed to.
    pub scope: Scope,
    /// For whom the access token will be.
    pub audience: Audience,
    /// The PKCE challenge.
    pub code_challenge: Option<CodeChallenge>,
    /// The `nonce` of OpenID Connect.
    pub nonce: Option<String>,
    /// How and when the person signed in.
    pub authentication: Authentication,
    /// What was agreed to of the claims that were asked for by name.
    #[serde(default, skip_serializing_if = "NamedClaims::is_empty")]
    pub claims: NamedClaims,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    /// From when on it is worthless.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it was used.
    pub state: CodeState,
}

/// Whether a code was used. A used one is kept for a while, so that a second use is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// Not yet.
    Fresh,
    /// It became this grant.
    Redeemed(GrantId),
    /// It was presented wrongly and is worthless since.
    Burned,
}

/// What a person has agreed to, by the rules of `oidc::step`.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// The person.
    pub subject: Subject,
    /// To what: the requested scope, or less.
    pub scope: Scope,
    /// How and when the person signed in.
    pub authentication: Authentication,
    /// The `nonce` of the request.
    pub nonce: Option<String>,
    /// Which of the claims that were asked for by name.
    pub claims: NamedClaims,
}

/// The token request of §4.1.3.
#[derive(Clone, Debug)]
pub struct CodeRequest<'a> {
    /// Who asks.
    pub client: &'a AuthenticatedClient,
    /// The `redirect_uri`, if sent.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier`, if sent.
    pub code_verifier: Option<Secret>,
    /// The values of `resource`, if sent.
    pub resources: Vec<&'a str>,
}

/// Proof that a code was redeemed by its rules; only [`redeem`] makes one.
#[derive(Clone, Debug)]
pub struct Redemption {
    code: IssuedCode,
    audience: Audience,
}

/// What has to be written when a code is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    Nothing,
    /// The code is worthless from now on: whoever presented it has it, and could not redeem it as its owner would.
    Burn,
    /// The grant that the code became ends (§4.1.2).
    EndGrant(GrantId),
}

impl IssuedCode {
    /// The code that follows from `agreement` to `request` and lives for `lifetime`.
    #[must_use]
    pub fn issue(agreement: Agreement, request: AuthorizationRequest, lifetime: Duration, now: OffsetDateTime) -> Self {
        Self {
            client_id: request.client_id,
            subject: agreement.subject,
            redirect_uri: request.redirect_uri,
            redirect_uri_was_sent: request.redirect_uri_was_sent,
            scope: agreement.scope,
            audience: request.audience,
            code_challenge: request.code_challenge,
            nonce: agreement.nonce,
            authentication: agreement.authentication,
            claims: agreement.claims,
            issued_at: now,
            expires_at: now + lifetime,
            state: CodeState::Fresh,
        }
    }

    /// What has to be written when `refusal` was the answer to a request with this code.
    #[must_use]
    pub fn consequence(&self, refusal: &TokenError) -> Consequence {
        match (&self.state, refusal) {
            (CodeState::Redeemed(grant), TokenError::CodeSpent) => Consequence::EndGrant(grant.clone()),
            (
                CodeState::Fresh,
                TokenError::CodeOfAnotherClient | TokenError::RedirectUriMismatch | TokenError::VerifierMismatch,
            ) => Consequence::Burn,
            _ => Consequence::Nothing,
        }
    }
}

/// Redeems `code` for `request` at `now`.
///
/// # Errors
///
/// The first rule broken, in the order of §4.1.3. Another client's request is refused before anything is said of the
/// code's state, so that a stranger who replays a code cannot end the grant of its owner.
pub fn redeem(
    code: &IssuedCode,
    request: &CodeRequest<'_>,
    circumstances: &IssuanceContext,
    now: OffsetDateTime,
) -> Result<Redemption, TokenError> {
    let client = request.client.client();
    if !client.allows(GrantType::AuthorizationCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    if code.client_id != client.client_id {
        return Err(TokenError::CodeOfAnotherClient);
    }
    if code.state != CodeState::Fresh {
        return Err(TokenError::CodeSpent);
    }
    if now >= code.expires_at {
        return Err(TokenError::CodeExpired);
    }
    match request.redirect_uri {
        Some(sent) if sent != code.redirect_uri.as_str() => return Err(TokenError::RedirectUriMismatch),
        // "REQUIRED, if the "redirect_uri" parameter was included in the authorization request"
        None if code.redirect_uri_was_sent => return Err(TokenError::RedirectUriMismatch),
        _ => {}
    }
    match (&code.code_challenge, &request.code_verifier) {
        (Some(challenge), Some(verifier)) if challenge.accepts(verifier) => {}
        // RFC 9700 §2.1.1: without a challenge it is the client's secret and its `nonce` that bind the code.
        (None, None) if !client.is_public() => {}
        // RFC 9700 §4.8.2: a verifier without a challenge means that the challenge was taken out on the way.
        _ => return Err(TokenError::VerifierMismatch),
    }
    // RFC 8707 §2.2: a token request may name what was granted, and nothing else.
    let audience = code.audience.narrowed(&request.resources).ok_or(TokenError::InvalidTarget)?;
    if !circumstances.may_issue(client, code.issued_at) {
        return Err(TokenError::GrantEnded);
    }
    Ok(Redemption { code: code.clone(), audience })
}

impl Redemption {
    /// The grant that begins with it at `now`; of its access tokens
    /// none lives longer than `access_tokens_live`.
    #[must_use]
    pub fn grant(&self, identity: GrantIdentity, access_tokens_live: Duration, now: OffsetDateTime) -> Grant {
        let permission = Permission {
            client_id: self.code.client_id.clone(),
            subject: self.code.subject.clone(),
            scope: self.code.scope.clone(),
            audience: self.code.audience.clone(),
            authentication: self.code.authentication.clone(),
            claims: self.code.claims.clone(),
        };
        permission.begin(identity, access_tokens_live, now)
    }

    /// The code as it is remembered from now on.
    #[must_use]
    pub fn spent(&self, grant: &GrantId) -> IssuedCode {
        IssuedCode { state: CodeState::Redeemed(grant.clone()), ..self.code.clone() }
    }

    /// For whom its tokens may be: now for these or fewer, and at a refresh for any of them.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.code.audience
    }

    /// The `nonce` for the ID token.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.code.nonce.as_deref()
    }

    /// The right to mint tokens of `grant`, which must be the one that was written.
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { audience: self.audience, ..grant.issuance() }
    }
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
