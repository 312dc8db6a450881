//! Client authentication with a JWT, [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523): finds the key, verifies the
//! signature, checks the claims and records the assertion as used.

use super::{
    InternalError, Signet,
    client_keys::{self, KeyRefusal},
    endpoint_error::EndpointError,
};
use crate::{
    jose::{Claims, JwtRefusal, UnverifiedJwt, claims_of_unverified, summary_of_claims, verify_with_secrets},
    oauth::{
        client::{Client, ClientId},
        client_assertion::{self, AssertionKey, AssertionRefusal, PresentedAssertion, Recipient},
        client_authentication::AuthenticatedClient,
        remedy::Remedy,
        token_error::TokenError,
    },
    store::CommitError,
};

/// The client that a request claims to be from, before authentication.
pub(super) struct ClaimedClient {
    pub(super) client_id: ClientId,
    /// Whether a client of this name is registered.
    pub(super) is_known: bool,
}

/// Reasons why an assertion does not authenticate a client.
pub(super) enum AssertionFailure {
    /// It violates a rule of RFC 7523 §3.
    Refused { claimed: ClaimedClient, error: TokenError },
    /// It names no client, or an internal error occurred.
    Unreadable(EndpointError),
}

/// Authenticates the client that created the assertion `presented`.
///
/// # Errors
///
/// Returns an [`AssertionFailure`] if a rule is violated or an internal error occurs. An assertion that could not be
/// recorded as used does not authenticate the client.
pub(super) async fn authenticate(
    signet: &Signet,
    presented: &PresentedAssertion,
) -> Result<AuthenticatedClient, AssertionFailure> {
    let unverified_jwt = presented.unverified_jwt.expose();
    let claims = claims_of_unverified(unverified_jwt).map_err(AssertionRefusal::from)?;
    let client_id = presented.client_id(&claims)?;
    match judged(signet, &client_id, unverified_jwt).await {
        Ok(client) => Ok(client),
        Err(EndpointError::Rejected(error)) => {
            log_refusal(signet, &client_id, &claims, &error);
            let is_known = signet.store.client(&client_id).is_ok_and(|client| client.is_some());
            if is_known {
                let remedy = Remedy::of_assertion(&error, names_endpoint(signet, &claims));
                signet.client_errors.note_remedy(&client_id, remedy, signet.clock.now());
            }
            Err(AssertionFailure::Refused { claimed: ClaimedClient { client_id, is_known }, error })
        }
        Err(fault @ EndpointError::Internal(_)) => Err(AssertionFailure::Unreadable(fault)),
    }
}

/// Returns `true` if the audience is the token endpoint, with or without the issuer as a second value.
fn names_endpoint(signet: &Signet, claims: &Claims) -> bool {
    let known = [signet.issuer.as_str(), &signet.issuer.endpoint("/token")];
    claims.audience().is_ok_and(|audience| audience.iter().all(|one| known.contains(one)))
}

/// Logs the unverified claims of the assertion, the expected values, and the setting that would accept them.
fn log_refusal(signet: &Signet, client_id: &ClientId, claims: &Claims, error: &TokenError) {
    let TokenError::Assertion(refusal) = error else { return };
    let (unverified, wanted_aud) = (summary_of_claims(claims), signet.issuer.as_str());
    let accepted_by =
        (*refusal == AssertionRefusal::OlderAudience).then_some("token_endpoint_as_audience = true of the application");
    tracing::info!(%client_id, reason = %refusal, %unverified, wanted_aud, accepted_by, "client assertion rejected");
}

async fn judged(
    signet: &Signet,
    client_id: &ClientId,
    unverified_jwt: &str,
) -> Result<AuthenticatedClient, EndpointError> {
    let client =
        signet.store.client(client_id).map_err(InternalError::from)?.ok_or(AssertionRefusal::OtherClient)?.record;
    let (typ, claims) = match client_assertion::key_of(&client)? {
        AssertionKey::Secret => signed_with_secret(signet, &client, unverified_jwt)?,
        AssertionKey::Private(algorithm) => {
            let jwt = UnverifiedJwt::parse(unverified_jwt).map_err(AssertionRefusal::from)?;
            if algorithm.is_some_and(|algorithm| algorithm != jwt.algorithm()) {
                return Err(AssertionRefusal::OtherAlgorithm.into());
            }
            let verified = client_keys::verify(signet, &client, &jwt).await.map_err(AssertionRefusal::from)?;
            (verified.typ().map(ToOwned::to_owned), verified.into_claims())
        }
    };
    let recipient = Recipient { issuer: &signet.issuer, now: signet.clock.now() };
    let accepted = client_assertion::accept(client, (typ.as_deref(), &claims), recipient)?;
    match signet.store.use_assertion(&accepted).await {
        Ok(()) => Ok(accepted.used_for_the_first_time()),
        Err(CommitError::Conflict) => {
            tracing::warn!(%client_id, "client assertion replayed");
            Err(AssertionRefusal::Replayed.into())
        }
        Err(CommitError::Internal(fault)) => Err(InternalError::from(fault).into()),
    }
}

fn signed_with_secret(
    signet: &Signet,
    client: &Client,
    unverified_jwt: &str,
) -> Result<(Option<String>, Claims), AssertionRefusal> {
    let secrets = client.signing_secrets(&signet.sealing_key);
    verify_with_secrets(unverified_jwt, &secrets).map_err(|refusal: JwtRefusal| refusal.into())
}

impl From<KeyRefusal> for AssertionRefusal {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::NoKeys => Self::NoKeys,
            KeyRefusal::Jwt(refusal) => Self::Jwt(refusal),
        }
    }
}

impl<E: Into<TokenError>> From<E> for AssertionFailure {
    fn from(error: E) -> Self {
        Self::Unreadable(EndpointError::Rejected(error.into()))
    }
}
