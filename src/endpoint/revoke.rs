//! `/revoke`, [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009): a client gives back what it was granted.

use super::{
    InternalError, Signet, access,
    client_authentication::{Caller, authenticate},
    endpoint_error::{EndpointError, TokenRefusal},
};
use crate::oauth::{grant::EndCause, parameters::Parameters};

/// Answers a revocation request: the grant behind the token ends, and with it every token of it. A token that is unknown,
/// expired or another client's has no effect, and the client is not told (§2.2).
///
/// # Errors
///
/// [`TokenRefusal`]. When the write failed the token may still be good, and nobody is told that it is not.
pub async fn revoke(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<(), TokenRefusal> {
    let by_header = caller.authorization.is_some();
    end(signet, caller, form).await.map_err(|error| error.with_header(by_header))
}

async fn end(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<(), EndpointError> {
    form.once_each()?;
    let client = authenticate(signet, caller, form).await?;
    let token = form.required("token")?;
    // "If the server is unable to locate the token using the given hint, it MUST extend its search": the hint is not
    // needed, since a token tells what it is.
    let id = match signet.presented_refresh_token(token)? {
        Some(presented) => presented.grant().clone(),
        None => match access::own_token(signet, token) {
            Ok(token) => token.grant,
            Err(_) => return Ok(()),
        },
    };
    let Some(grant) = signet.store.grant(&id).map_err(InternalError::from)? else { return Ok(()) };
    if grant.record.client_id != client.client().client_id {
        tracing::info!(client_id = %client.client().client_id, "revocation of another client's token ignored");
        return Ok(());
    }
    let now = signet.clock.now();
    let store = signet.store.as_actor(caller.origin.as_client(&grant.record.client_id));
    store.end_grant(&id, EndCause::RevokedByClient, now).await.map_err(InternalError::from)?;
    tracing::info!(client_id = %grant.record.client_id, "grant revoked by its client");
    Ok(())
}
