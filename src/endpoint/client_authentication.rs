//! Client authentication at `/token` and the other client endpoints, [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3).

use super::{
    InternalError, Signet,
    client_assertion::{self, AssertionFailure, ClaimedClient},
    client_errors::ClientError,
    endpoint_error::EndpointError,
};
use crate::{
    audit::{EventDetails, EventKind, RequestOrigin},
    oauth::{
        client::{AuthMethod, Client},
        client_assertion::PresentedAssertion,
        client_authentication::{AuthenticatedClient, PresentedCredentials},
        parameters::Parameters,
        reason::Reason,
        remedy::Remedy,
        requested_scope::ActsFor,
        token_error::TokenError,
    },
};

/// The caller of a client endpoint, before authentication.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    pub origin: &'a RequestOrigin,
}

/// Authenticates the client.
///
/// # Errors
///
/// Returns the violated rule of RFC 6749 §2.3 or RFC 7523 §3, or an internal error.
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

/// Records a failed client authentication and returns its error. A name that matches no client is recorded only as a
/// hash, because it may be a secret entered in the wrong field.
fn unauthenticated(signet: &Signet, origin: &RequestOrigin, claimed: &ClaimedClient, error: TokenError) -> TokenError {
    let ClaimedClient { client_id, is_known } = claimed;
    if error.is_wrong_secret()
        && let Err(retry_after_seconds) =
            signet.secret_guesses.count_wrong(client_id, origin.address, signet.clock.now())
    {
        // After many failures, further ones are logged at a lower level.
        tracing::debug!(%client_id, %error, "client authentication failed again");
        return TokenError::TooManySecrets { retry_after_seconds };
    }
    let client = signet.store.client(client_id).ok().flatten().filter(|_| *is_known);
    let reason = unauthenticated_because(client.as_ref().map(|kept| &kept.record), &error);
    // The response is the same in all cases.
    tracing::info!(%client_id, reason, "client authentication failed");
    let details = EventDetails::of(EventKind::ClientAuthenticationFailed);
    let details = if *is_known {
        let trouble = ClientError { code: error.code(), cause: reason };
        signet.client_errors.note(client_id, trouble, signet.clock.now());
        details.because(&error.reason()).with_client(client_id)
    } else {
        let unknown_name = Some(signet.unknown_name(client_id.as_str()));
        EventDetails { unknown_name, ..details.because("unknown_client") }
    };
    signet.note_failure(&origin.unknown(), details);
    error
}

/// The reason why `client` could not be authenticated, as a code for the log and for its developer.
fn unauthenticated_because(client: Option<&Client>, error: &TokenError) -> String {
    let word = match (client, error) {
        (None, _) => "unknown_client",
        (Some(client), TokenError::ClientNotAuthenticated) if client.is_public() => "public_client_sent_a_secret",
        (Some(client), TokenError::ClientNotAuthenticated) => match client.metadata.token_endpoint_auth_method {
            AuthMethod::PrivateKeyJwt => "registered_for_private_key_jwt",
            AuthMethod::ClientSecretJwt => "registered_for_client_secret_jwt",
            _ => "wrong_secret",
        },
        (Some(_), error) => return error.reason(),
    };
    word.to_owned()
}

/// Records in the client's error log that a request of the authenticated `client` was refused.
pub(super) fn note_refused(signet: &Signet, client: &AuthenticatedClient, form: &Parameters, error: &TokenError) {
    if is_trouble(error) {
        let (client, now) = (client.client(), signet.clock.now());
        let remedy = Remedy::of_token(error, client, form, &signet.resources);
        signet.client_errors.note_remedy(&client.client_id, remedy, now);
        signet.client_errors.note(&client.client_id, ClientError::of(error.code(), error), now);
    }
}

/// Records in the client's error log which requested scope tokens `client`, whose request succeeds, is not registered
/// for.
pub(super) fn note_partial_scope(signet: &Signet, client: &AuthenticatedClient, form: &Parameters, acts_for: ActsFor) {
    let (client, asked) = (client.client(), form.one("scope").ok().flatten());
    let remedy = Remedy::of_partial_scope(client, acts_for, asked, &signet.resources);
    signet.client_errors.note_remedy(&client.client_id, remedy, signet.clock.now());
}

/// Returns `true` if the client's developer should fix the cause of the error, and `false` for errors in normal
/// operation.
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
