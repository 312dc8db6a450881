//! `/token`, [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2).

mod authorization_code;
mod client_credentials;
mod device_code;
mod password;
mod refresh_token;

use time::OffsetDateTime;

use super::{InternalError, Signet, client_assertion, client_errors::ClientError, session_end, signet::IdTokenContext};
use crate::{
    audit::{EventDetails, EventKind, RequestOrigin, reason_code},
    oauth::{
        access_token::Issuance,
        client::{AuthMethod, Client, ClientId, GrantType},
        client_assertion::PresentedAssertion,
        client_authentication::{AuthenticatedClient, PresentedCredentials},
        grant::{EndCause, Grant},
        parameters::Parameters,
        remedy::Remedy,
        requested_scope::ActsFor,
        scope::Scope,
        token_error::TokenError,
    },
    secret::Secret,
};

/// The tokens, as §5.1 answers them.
#[derive(Debug)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// How long it lives.
    pub expires_in_seconds: i64,
    /// What it allows.
    pub scope: Scope,
    /// The ID token, if `openid` was asked for.
    pub id_token: Option<Secret>,
    /// The refresh token, if the client is registered to have one.
    pub refresh_token: Option<Secret>,
}

/// Why there are no tokens.
#[derive(Debug)]
pub enum TokenRefusal {
    /// The request breaks a rule.
    Refused {
        /// Which one.
        error: TokenError,
        /// Whether the client authenticated in the `Authorization` header, so that the answer has to name the scheme.
        by_header: bool,
    },
    /// Our side failed.
    Internal(InternalError),
}

/// Who calls an endpoint of clients, as far as the request says.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The header of this name.
    pub authorization: Option<&'a str>,
    /// From where.
    pub origin: &'a RequestOrigin,
}

/// Answers a token request.
///
/// # Errors
///
/// [`TokenRefusal`]. A code that could not be redeemed may be worthless afterwards, and a replayed one has ended its
/// grant: that is on disk before this returns.
pub async fn token(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<TokenResponse, TokenRefusal> {
    let by_header = caller.authorization.is_some();
    let refuse = |error: TokenError| TokenRefusal::Refused { error, by_header };
    form.once_each().map_err(|malformed| refuse(malformed.into()))?;
    let client = authenticate(signet, caller, form).await.map_err(|error| error.with_header(by_header))?;
    let grant_type = form.required("grant_type").map_err(|malformed| refuse(malformed.into()))?;
    let answered = match GrantType::parse(grant_type) {
        // Implicit is a grant, but not one of this endpoint.
        None | Some(GrantType::Implicit) => Err(EndpointError::Rejected(TokenError::UnknownGrant)),
        Some(GrantType::AuthorizationCode) => authorization_code::redeem(signet, &client, form, caller.origin).await,
        Some(GrantType::RefreshToken) => refresh_token::refresh(signet, &client, form, caller.origin).await,
        Some(GrantType::ClientCredentials) => client_credentials::issue(signet, &client, form).await,
        Some(GrantType::DeviceCode) => device_code::redeem(signet, &client, form).await,
        Some(GrantType::Password) => password::exchange(signet, &client, form, caller.origin).await,
    };
    let client_id = &client.client().client_id;
    match &answered {
        Ok(_) => {
            tracing::info!(%client_id, grant_type, "tokens issued");
            match GrantType::parse(grant_type) {
                Some(GrantType::ClientCredentials) => note_partial_scope(signet, &client, form, ActsFor::Itself),
                Some(GrantType::Password) => {
                    note_partial_scope(signet, &client, form, ActsFor::Person { offline: true });
                }
                // The scope was requested earlier, elsewhere.
                _ => {}
            }
        }
        Err(EndpointError::Rejected(error)) => {
            tracing::info!(%client_id, %error, sent = form.loggable(), "token request refused");
            note_refused(signet, &client, form, error);
        }
        // It is logged where it becomes an answer.
        Err(EndpointError::Internal(_)) => {}
    }
    answered.map_err(|error| error.with_header(by_header))
}

/// Finds out which client asks.
///
/// # Errors
///
/// The rule of RFC 6749 §2.3 or RFC 7523 §3 that is broken, or a fault.
pub(super) async fn authenticate(
    signet: &Signet,
    caller: Caller<'_>,
    form: &Parameters,
) -> Result<AuthenticatedClient, EndpointError> {
    if let Some(assertion) = PresentedAssertion::find(caller.authorization, form)? {
        return client_assertion::authenticate(signet, &assertion, caller.origin).await;
    }
    let presented = PresentedCredentials::find(caller.authorization, form)?;
    let client = signet.store.client(&presented.client_id).map_err(InternalError::from)?.map(|kept| kept.record);
    let is_known = client.is_some();
    Ok(presented
        .authenticate(client)
        .map_err(|error| unauthenticated(signet, caller.origin, (&presented.client_id, is_known), error))?)
}

/// Notes that a request could not show that it is from the client that it names: the refusal. A name that is no client's is
/// only remembered as a hash: it may be a secret in the wrong place.
pub(super) fn unauthenticated(
    signet: &Signet,
    origin: &RequestOrigin,
    (client_id, is_known): (&ClientId, bool),
    error: TokenError,
) -> TokenError {
    if error.is_wrong_secret()
        && let Err(retry_after_seconds) =
            signet.secret_guesses.count_wrong(client_id, origin.address, signet.clock.now())
    {
        // So many were noted already that further ones say nothing new.
        tracing::debug!(%client_id, %error, "client authentication refused, after many others");
        return TokenError::TooManySecrets { retry_after_seconds };
    }
    let client = signet.store.client(client_id).ok().flatten().filter(|_| is_known);
    let reason = unauthenticated_because(client.as_ref().map(|kept| &kept.record), &error);
    // The answer is the same for all of them.
    tracing::info!(%client_id, reason, "client authentication failed");
    let details = EventDetails::of(EventKind::ClientAuthenticationFailed);
    let details = if is_known {
        let trouble = ClientError { code: error.code(), cause: reason };
        signet.client_errors.note(client_id, trouble, signet.clock.now());
        details.because(&reason_code(&error)).with_client(client_id)
    } else {
        let unknown_name = Some(signet.unknown_name(client_id.as_str()));
        EventDetails { unknown_name, ..details.because("unknown_client") }
    };
    signet.note_failure(&origin.unknown(), details);
    error
}

/// Notes for its developers that a request of `client`, which has authenticated, was refused.
pub(super) fn note_refused(signet: &Signet, client: &AuthenticatedClient, form: &Parameters, error: &TokenError) {
    if is_trouble(error) {
        let (client, now) = (client.client(), signet.clock.now());
        let remedy = Remedy::of_token(error, client, form, &signet.resources);
        signet.client_errors.note_remedy(&client.client_id, remedy, now);
        signet.client_errors.note(&client.client_id, ClientError::of(error.code(), error), now);
    }
}

/// Notes for its developers what `client`, which gets an answer, asked for and is not registered for.
pub(super) fn note_partial_scope(signet: &Signet, client: &AuthenticatedClient, form: &Parameters, acts_for: ActsFor) {
    let (client, asked) = (client.client(), form.one("scope").ok().flatten());
    let remedy = Remedy::of_partial_scope(client, acts_for, asked, &signet.resources);
    signet.client_errors.note_remedy(&client.client_id, remedy, signet.clock.now());
}

/// Why `client` could not be authenticated, in a word for the log and for its developer.
fn unauthenticated_because(client: Option<&Client>, error: &TokenError) -> String {
    let word = match (client, error) {
        (None, _) => "unknown_client",
        (Some(client), TokenError::ClientNotAuthenticated) if client.is_public() => "public_client_sent_a_secret",
        (Some(client), TokenError::ClientNotAuthenticated) => match client.metadata.token_endpoint_auth_method {
            AuthMethod::PrivateKeyJwt => "registered_for_private_key_jwt",
            AuthMethod::ClientSecretJwt => "registered_for_client_secret_jwt",
            _ => "wrong_secret",
        },
        (Some(_), error) => return reason_code(error),
    };
    word.to_owned()
}

/// Whether a refusal is something for the client's developer to repair, rather than the course of things.
fn is_trouble(error: &TokenError) -> bool {
    !matches!(
        error,
        TokenError::AuthorizationPending
            | TokenError::SlowDown
            | TokenError::AccessDenied
            | TokenError::PasswordMismatch
            | TokenError::TooManyGuesses
    )
}

/// A rule broken by the request, or a failure of ours.
#[derive(Debug)]
pub(super) enum EndpointError {
    Rejected(TokenError),
    Internal(InternalError),
}

impl EndpointError {
    pub(super) fn with_header(self, by_header: bool) -> TokenRefusal {
        match self {
            Self::Rejected(error) => TokenRefusal::Refused { error, by_header },
            Self::Internal(fault) => TokenRefusal::Internal(fault),
        }
    }
}

/// Makes sure that the session in which the person agreed to `grant`, which is on disk, has not ended meanwhile. The end of
/// a session takes every grant that is on disk by then, so that no grant escapes both.
async fn end_grant_if_session_ended(signet: &Signet, grant: &Grant, now: OffsetDateTime) -> Result<(), EndpointError> {
    if !session_end::is_over(signet, grant)? {
        return Ok(());
    }
    signet.store.end_grant(&grant.id, EndCause::SignedOut, now).await.map_err(InternalError::from)?;
    Err(TokenError::GrantEnded.into())
}

/// The tokens that follow from `issuance`: what every grant type ends in, once what it promises is written.
fn tokens(
    signet: &Signet,
    issuance: &Issuance,
    client: &AuthenticatedClient,
    (refresh_token, nonce): (Option<Secret>, Option<&str>),
    now: OffsetDateTime,
) -> Result<TokenResponse, EndpointError> {
    let minted = signet.mint(issuance, client.client(), now)?;
    let beside = IdTokenContext { nonce, access_token: Some(&minted.token), ..IdTokenContext::default() };
    let id_token = signet.mint_id_token(issuance, client.client(), beside, now)?;
    Ok(TokenResponse {
        expires_in_seconds: minted.lifetime.whole_seconds(),
        access_token: minted.token,
        scope: minted.scope,
        id_token,
        refresh_token,
    })
}

impl<E: Into<TokenError>> From<E> for EndpointError {
    fn from(error: E) -> Self {
        Self::Rejected(error.into())
    }
}

impl From<InternalError> for EndpointError {
    fn from(fault: InternalError) -> Self {
        Self::Internal(fault)
    }
}

/// One round decides, the second sees what another request did meanwhile, and a third would be a surprise.
const ROUNDS: usize = 4;
