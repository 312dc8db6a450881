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

/// An issued authorization code. It is stored under the hash of the code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IssuedCode {
    pub client_id: ClientId,
    pub subject: Subject,
    pub redirect_uri: TrustedRedirectUri,
    /// Whether the authorization request contained `redirect_uri`.
    pub redirect_uri_was_sent: bool,
    pub scope: Scope,
    pub audience: Audience,
    pub code_challenge: Option<CodeChallenge>,
    /// The `nonce` of OpenID Connect.
    pub nonce: Option<String>,
    pub authentication: Authentication,
    /// The granted claims among those that were requested by name.
    #[serde(default, skip_serializing_if = "NamedClaims::is_empty")]
    pub claims: NamedClaims,
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    pub state: CodeState,
}

/// Whether a code was used. A used code is kept for a while so that a second use is detected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    Fresh,
    /// It was redeemed for this grant.
    Redeemed(GrantId),
    /// It was presented incorrectly and is no longer valid.
    Burned,
}

/// What a person has agreed to, under the rules of `oidc::step`.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub subject: Subject,
    /// The granted scope: the requested scope or a subset of it.
    pub scope: Scope,
    pub authentication: Authentication,
    /// The `nonce` of the request.
    pub nonce: Option<String>,
    /// The granted claims among those that were requested by name.
    pub claims: NamedClaims,
}

/// The token request of §4.1.3.
#[derive(Clone, Debug)]
pub struct CodeRequest<'a> {
    pub client: &'a AuthenticatedClient,
    /// The `redirect_uri` parameter, if present.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier` parameter, if present.
    pub code_verifier: Option<Secret>,
    /// The values of the `resource` parameter.
    pub resources: Vec<&'a str>,
}

/// Proof that a code was redeemed by its rules; only [`redeem`] constructs one.
#[derive(Clone, Debug)]
pub struct Redemption {
    code: IssuedCode,
    audience: Audience,
}

/// The change to store when the server rejects a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    Nothing,
    /// The code becomes invalid: the presenter has the code but cannot redeem it as its owner would.
    Burn,
    /// The grant that the code was redeemed for ends (§4.1.2).
    EndGrant(GrantId),
}

impl IssuedCode {
    /// Creates the code that is issued for `agreement` in response to `request`. It expires after `lifetime`.
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

    /// Returns the change to store when a request with this code was rejected with `refusal`.
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
/// Returns the first rule broken, in the order of §4.1.3. The client is checked before the state of the code, so that
/// another client that replays a code cannot end the owner's grant.
pub fn redeem(
    code: &IssuedCode,
    request: &CodeRequest<'_>,
    issuance_context: &IssuanceContext,
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
        // RFC 9700 §2.1.1: without a challenge, the client secret and the `nonce` bind the code to the client.
        (None, None) if !client.is_public() => {}
        // RFC 9700 §4.8.2: a verifier without a challenge means that the challenge was removed from the request.
        _ => return Err(TokenError::VerifierMismatch),
    }
    // RFC 8707 §2.2: a token request may only name resources that were granted.
    let audience = code.audience.narrowed(&request.resources).ok_or(TokenError::InvalidTarget)?;
    if !issuance_context.may_issue(client, code.issued_at) {
        return Err(TokenError::GrantEnded);
    }
    Ok(Redemption { code: code.clone(), audience })
}

impl Redemption {
    /// Creates the grant at `now`. Its access tokens have a lifetime of at most `access_tokens_live`.
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

    /// Returns the code in the state to store after redemption.
    #[must_use]
    pub fn spent(&self, grant: &GrantId) -> IssuedCode {
        IssuedCode { state: CodeState::Redeemed(grant.clone()), ..self.code.clone() }
    }

    /// Returns the audience of the tokens. A token request may narrow it; a refresh may use any of it again.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.code.audience
    }

    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.code.nonce.as_deref()
    }

    /// Returns the permission to issue tokens for `grant`, which must be the stored grant.
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { audience: self.audience, ..grant.issuance() }
    }
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
