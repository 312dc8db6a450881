//! `/revoke`, [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009): a client revokes a token.

use super::{
    InternalError, Signet, access,
    client_authentication::{Caller, authenticate},
    endpoint_error::{EndpointError, TokenRefusal},
};
use crate::oauth::{grant::EndCause, parameters::Parameters};

/// Answers a revocation request. The grant behind the token ends, and with it all its tokens. A token that is
/// unknown, expired or issued to another client has no effect, and the client gets no error (§2.2).
///
/// # Errors
///
/// Returns a [`TokenRefusal`] if the request is refused or the write fails. After a failed write the token may still
/// be valid.
pub async fn revoke(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<(), TokenRefusal> {
    let by_header = caller.authorization.is_some();
    end(signet, caller, form).await.map_err(|error| error.with_header(by_header))
}

async fn end(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<(), EndpointError> {
    form.once_each()?;
    let client = authenticate(signet, caller, form).await?;
    let token = form.required("token")?;
    // "If the server is unable to locate the token using the given hint, it MUST extend its search". The hint is not
    // needed, because the token itself shows its type.
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
    tracing::info!(client_id = %grant.record.client_id, "grant revoked by client");
    Ok(())
}
