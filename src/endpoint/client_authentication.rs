//! Authenticates the client at `/token` and the other endpoints of clients, [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3).

use super::{
    InternalError, Signet,
    client_assertion::{self, AssertionFailure, ClaimedClient},
    client_errors::ClientError,
    endpoint_error::EndpointError,
};
use crate::{
    audit::{EventDetails, EventKind, RequestOrigin, reason_code},
    oauth::{
        client::{AuthMethod, Client},
        client_assertion::PresentedAssertion,
        client_authentication::{AuthenticatedClient, PresentedCredentials},
        parameters::Parameters,
        remedy::Remedy,
        requested_scope::ActsFor,
        token_error::TokenError,
    },
};

/// Who calls an endpoint of clients, as far as the request says.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The header of this name.
    pub authorization: Option<&'a str>,
    /// From where.
    pub origin: &'a RequestOrigin,
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
        let authenticated = client_assertion::authenticate(signet, &assertion).await;
        return authenticated.map_err(|failure| match failure {
            AssertionFailure::Refused { claimed, error } => {
                EndpointError::Rejected(unauthenticated(signet, caller.origin, &claimed, error))
            }
            AssertionFailure::Unreadable(error) => error,
        });
    }
    let presented = PresentedCredentials::find(caller.authorization, form)?;
    let client = signet.store.client(&presented.client_id).map_err(InternalError::from)?.map(|kept| kept.record);
    let claimed = ClaimedClient { client_id: presented.client_id.clone(), is_known: client.is_some() };
    Ok(presented.authenticate(client).map_err(|error| unauthenticated(signet, caller.origin, &claimed, error))?)
}

/// Notes that a request could not show that it is from the client that it names: the refusal. A name that is no client's is
/// only remembered as a hash: it may be a secret in the wrong place.
fn unauthenticated(signet: &Signet, origin: &RequestOrigin, claimed: &ClaimedClient, error: TokenError) -> TokenError {
    let ClaimedClient { client_id, is_known } = claimed;
    if error.is_wrong_secret()
        && let Err(retry_after_seconds) =
            signet.secret_guesses.count_wrong(client_id, origin.address, signet.clock.now())
    {
        // So many were noted already that further ones say nothing new.
        tracing::debug!(%client_id, %error, "client authentication refused, after many others");
        return TokenError::TooManySecrets { retry_after_seconds };
    }
    let client = signet.store.client(client_id).ok().flatten().filter(|_| *is_known);
    let reason = unauthenticated_because(client.as_ref().map(|kept| &kept.record), &error);
    // The answer is the same for all of them.
    tracing::info!(%client_id, reason, "client authentication failed");
    let details = EventDetails::of(EventKind::ClientAuthenticationFailed);
    let details = if *is_known {
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
