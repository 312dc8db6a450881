//! Sends logout tokens to clients when a session ends: [OpenID Connect Back-Channel Logout
//! §2.5](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest).
//!
//! Delivery is asynchronous. The notifications are stored in the same commit that ends the session, survive a
//! restart, and are retried until the client accepts the logout token or the notification expires.

use std::fmt;

use time::OffsetDateTime;

use super::{
    InternalError, Signet,
    retry::{Attempts, is_conflict},
};
use crate::{
    fetch::FetchRefusal,
    jose::{Algorithm, TokenType},
    oauth::{
        client::{Client, ClientId},
        parameters::encode,
    },
    oidc::{backchannel_logout::LogoutNotification, delivery_failures::DeliveryFailure},
    secret::Secret,
    store::{CommitError, LogoutQueue, Versioned},
};

/// Reason why a client did not accept a logout token, for the log and for the page shown to its developers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    description: String,
    failure: DeliveryFailure,
}

/// Returns up to `limit` notifications that are due, and when to check again.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub fn agenda(signet: &Signet, limit: usize) -> Result<LogoutQueue, InternalError> {
    Ok(signet.store.logout_agenda(signet.clock.now(), limit)?)
}

/// Sends one logout token and records the outcome.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage or signing fails. The notification is retried later.
pub async fn attempt(signet: &Signet, kept: &Versioned<LogoutNotification>) -> Result<(), InternalError> {
    let notification = &kept.record;
    let client = signet.store.client(&notification.client_id)?.map(|kept| kept.record);
    let uri =
        client.as_ref().and_then(|client| Some((client, client.metadata.openid.backchannel_logout_uri.as_ref()?)));
    let remaining = match uri {
        // The client was deleted, or no longer registers a logout URI.
        None => None,
        Some((client, uri)) => {
            let token = logout_token(signet, client, notification)?;
            match post(signet, uri, &token).await {
                Ok(()) => {
                    tracing::info!(client_id = %notification.client_id, "logout token delivered");
                    signet
                        .store
                        .forget_delivery_failures(&notification.client_id)
                        .await
                        .map_err(InternalError::from)?;
                    None
                }
                Err(reason) => {
                    let now = signet.clock.now();
                    add_failure(signet, &notification.client_id, reason.failure, now).await?;
                    not_taken(notification, &reason, notification.failed(now))
                }
            }
        }
    };
    match signet.store.put_back_notification(kept, remaining.as_ref()).await {
        // The notification was replaced in the meantime and is sent again.
        Ok(()) | Err(CommitError::Conflict) => Ok(()),
        Err(CommitError::Internal(fault)) => Err(fault.into()),
    }
}

/// Stores why a token was not delivered, for the developer of the client. Retries on conflict, so that concurrent failures
/// are all counted.
async fn add_failure(
    signet: &Signet,
    client_id: &ClientId,
    failure: DeliveryFailure,
    now: OffsetDateTime,
) -> Result<(), InternalError> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        if !is_conflict(signet.store.add_delivery_failure(client_id, failure, now).await)? {
            return Ok(());
        }
    }
}

async fn post(signet: &Signet, uri: &str, token: &Secret) -> Result<(), NotTaken> {
    let form = encode(&[("logout_token", token.expose())]);
    // The body is ignored: "If the logout succeeded, the RP MUST respond with HTTP 200 OK. Note that some Web
    // frameworks will substitute an HTTP 204 No Content" (§2.8).
    match signet.fetcher.post_form(uri, form).await {
        Ok(200 | 204) => Ok(()),
        Ok(status) => {
            let description = format!("it responded with status {status}");
            Err(NotTaken { description, failure: DeliveryFailure::Status(status) })
        }
        Err(refusal) => Err(NotTaken { description: refusal.to_string(), failure: failure_of(&refusal) }),
    }
}

/// The reason that a developer sees for a request that was not sent or failed.
pub(super) fn failure_of(refusal: &FetchRefusal) -> DeliveryFailure {
    match refusal {
        FetchRefusal::Address => DeliveryFailure::NotHttps,
        FetchRefusal::Private => DeliveryFailure::Private,
        FetchRefusal::TooSlow => DeliveryFailure::TooSlow,
        FetchRefusal::Status(status) => DeliveryFailure::Status(*status),
        _ => DeliveryFailure::Unreachable,
    }
}

fn not_taken(
    notification: &LogoutNotification,
    reason: &NotTaken,
    next: Option<LogoutNotification>,
) -> Option<LogoutNotification> {
    let client_id = &notification.client_id;
    match &next {
        // Retrying soon does not help: the address or the configuration has to change.
        Some(next) if matches!(reason.failure, DeliveryFailure::Private | DeliveryFailure::NotHttps) => {
            let again_at = next.next_attempt_at;
            tracing::warn!(%client_id, %reason, %again_at, "logout token delivery failed");
        }
        Some(next) => {
            let again_at = next.next_attempt_at;
            tracing::info!(%client_id, %reason, %again_at, "logout token delivery failed");
        }
        None => tracing::warn!(%client_id, %reason, "logout token delivery failed, giving up"),
    }
    next
}

/// "It is RECOMMENDED that the Logout Token be signed with the same algorithm as the ID Tokens" (§2.4). `RS256` is
/// used if there is no key for that algorithm.
fn logout_token(signet: &Signet, client: &Client, notification: &LogoutNotification) -> Result<Secret, InternalError> {
    let wanted = client.metadata.openid.id_token_signed_response_alg;
    let algorithm = if signet.keys.algorithms().contains(&wanted) { wanted } else { Algorithm::Rs256 };
    let jti = signet.entropy.text::<16>();
    let client_subject = signet.client_subject(&notification.subject, client);
    let notification = notification.client_subject(client_subject, signet.client_session_id(&notification.sid, client));
    let claims = notification.claims(&signet.issuer, client, &jti, signet.clock.now());
    Ok(Secret::new(signet.keys.sign(algorithm, TokenType::Logout, &claims)?))
}

impl fmt::Display for NotTaken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.description)
    }
}

impl std::error::Error for NotTaken {}
