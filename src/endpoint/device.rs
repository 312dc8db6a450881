//! `/device_authorization` and `/device`, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628): a device requests
//! access, and a user answers on another one.

use time::Duration;

use super::{
    InternalError, Signet,
    client_authentication::{Caller, authenticate, note_partial_scope, note_refused},
    clients,
    endpoint_error::{EndpointError, TokenRefusal},
    session::CurrentSession,
};
use crate::{
    account::session::Sid,
    crypto::Digest,
    oauth::{
        access_token::Authentication,
        client::Client,
        device_authorization::{Approval, DeviceAuthorization, INTERVAL, UserCode},
        parameters::Parameters,
        requested_scope::ActsFor,
        scope::Scope,
    },
    secret::Secret,
    store::{CommitError, Versioned},
};

/// The device authorization response (§3.2).
#[derive(Debug)]
pub struct DeviceResponse {
    /// The code with which the device polls for tokens.
    pub device_code: Secret,
    /// The code that the user enters.
    pub user_code: String,
    /// The page on which the user enters the code.
    pub verification_uri: String,
    /// The same URL with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// Lifetime of both codes.
    pub expires_in_seconds: i64,
    /// Minimum time between two polls.
    pub interval_seconds: i64,
}

/// The content of the device page.
#[derive(Debug)]
pub struct DeviceQuestion {
    /// The client on the device.
    pub client: Client,
    /// The scope that the client gets if the user agrees.
    pub scope: Scope,
    /// The code as the device shows it.
    pub user_code: String,
    digest: Digest,
    pending: Versioned<DeviceAuthorization>,
}

/// Reasons why there is nothing to ask.
#[derive(Debug)]
pub enum DeviceRefusal {
    /// No device is waiting with this code: it is wrong, expired or already answered.
    UnknownCode,
    /// Too many wrong codes.
    Wait {
        retry_after: Duration,
    },
    /// The user may not use this client, or may grant nothing of the requested scope.
    NotAllowed,
    Internal(InternalError),
}

/// Answers a device authorization request.
///
/// # Errors
///
/// Returns a [`TokenRefusal`], as at the token endpoint.
pub async fn begin(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<DeviceResponse, TokenRefusal> {
    let by_header = caller.authorization.is_some();
    let started = start(signet, caller, form).await.inspect_err(|error| {
        if let EndpointError::Rejected(error) = error {
            tracing::info!(client_id = form.one("client_id").ok().flatten(), %error, sent = form.loggable(), "device \
                authorization request rejected");
        }
    });
    started.map_err(|error| error.with_header(by_header))
}

async fn start(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<DeviceResponse, EndpointError> {
    form.once_each()?;
    let client = authenticate(signet, caller, form).await?;
    let now = signet.clock.now();
    let lifetime = signet.lifetimes.device_code;
    // Two devices rarely get the same code.
    for _ in 0..8 {
        let how = (lifetime, signet.entropy);
        let device = DeviceAuthorization::request(&client, form, &signet.resources, how, now)
            .inspect_err(|error| note_refused(signet, &client, form, error))?;
        let device_code = signet.entropy.secret();
        match signet.store.begin_device(&Digest::of_secret(&device_code), &device).await {
            Ok(()) => {
                tracing::info!(client_id = %device.client_id, "device authorization started");
                note_partial_scope(signet, &client, form, ActsFor::Person { offline: true });
                return Ok(DeviceResponse {
                    device_code,
                    verification_uri: signet.issuer.endpoint("/device"),
                    verification_uri_complete: verification_uri_complete(signet, &device.user_code),
                    user_code: device.user_code.to_string(),
                    expires_in_seconds: lifetime.whole_seconds(),
                    interval_seconds: INTERVAL.whole_seconds(),
                });
            }
            Err(CommitError::Conflict) => {}
            Err(CommitError::Internal(fault)) => return Err(InternalError::from(fault).into()),
        }
    }
    Err(InternalError::Contended.into())
}

/// The URL on which a user answers the device that shows `user_code`, without entering the code (§3.3.1).
#[must_use]
pub fn verification_uri_complete(signet: &Signet, user_code: &UserCode) -> String {
    signet.issuer.endpoint(&format!("/device?user_code={user_code}"))
}

/// Returns what to ask `person`, who has entered `typed`.
///
/// # Errors
///
/// Returns a [`DeviceRefusal`] if there is nothing to ask. Wrong codes are counted.
pub fn question(signet: &Signet, typed: &str, person: &CurrentSession) -> Result<DeviceQuestion, DeviceRefusal> {
    let now = signet.clock.now();
    let guesser = person.account.id.as_str();
    signet.device_guesses.admit(guesser, now).map_err(|retry_after| DeviceRefusal::Wait { retry_after })?;
    let found = match UserCode::parse(typed) {
        Some(code) => signet.store.device_by_user_code(&code).map_err(|fault| DeviceRefusal::Internal(fault.into()))?,
        None => None,
    };
    let Some((digest, pending)) = found.filter(|(_, kept)| kept.record.is_pending(now)) else {
        tracing::info!(account = guesser, "unknown user code entered");
        return Err(DeviceRefusal::UnknownCode);
    };
    signet.device_guesses.take_back(guesser);
    let client = signet.store.client(&pending.record.client_id);
    let client =
        client.map_err(|fault| DeviceRefusal::Internal(fault.into()))?.ok_or(DeviceRefusal::UnknownCode)?.record;
    let issuance_context =
        signet.issuance_context(&person.subject(), &client.client_id).map_err(DeviceRefusal::Internal)?;
    let scope = client.grantable(&pending.record.scope, person.account.is_administrator());
    let nothing_is_left = scope.is_empty() && !pending.record.scope.is_empty();
    if nothing_is_left || !issuance_context.may_issue(&client, now) {
        return Err(DeviceRefusal::NotAllowed);
    }
    Ok(DeviceQuestion { client, scope, user_code: pending.record.user_code.to_string(), digest, pending })
}

/// Records the user's decision. Returns the client that was allowed or denied.
///
/// # Errors
///
/// Returns a [`DeviceRefusal`] if nothing was recorded.
pub async fn answer(
    signet: &Signet,
    typed: &str,
    person: &CurrentSession,
    is_allowed: bool,
) -> Result<Client, DeviceRefusal> {
    let DeviceQuestion { client, scope, digest, pending, .. } = question(signet, typed, person)?;
    clients::keep_used(signet, &client).await.map_err(DeviceRefusal::Internal)?;
    let approval = is_allowed.then(|| Approval {
        subject: person.subject(),
        scope,
        authentication: Authentication {
            // The device is not part of this browser's session, which may end without it.
            sid: Sid::generate(signet.entropy).as_str().to_owned(),
            ..person.signed_in().authentication
        },
        at: signet.clock.now(),
    });
    let answered = pending.record.clone().answered(approval);
    match signet.store.as_actor(person.actor()).answer_device(&digest, &pending, &answered).await {
        Ok(()) => {
            tracing::info!(client_id = %client.client_id, account = %person.account.id, is_allowed, "device authorization answered");
            Ok(client)
        }
        // The code was answered concurrently.
        Err(CommitError::Conflict) => Err(DeviceRefusal::UnknownCode),
        Err(CommitError::Internal(fault)) => Err(DeviceRefusal::Internal(fault.into())),
    }
}
