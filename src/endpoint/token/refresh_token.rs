//! `grant_type=refresh_token`, [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6).

use super::response::{IssuedWith, TokenResponse, tokens};
use crate::{
    audit::RequestOrigin,
    endpoint::{
        InternalError, Signet,
        endpoint_error::EndpointError,
        retry::{Attempts, is_conflict},
    },
    oauth::{
        client_authentication::AuthenticatedClient,
        grant::EndCause,
        parameters::Parameters,
        refresh_token::{self, RefreshRequest},
        token_error::TokenError,
    },
};

pub(super) async fn refresh(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
    origin: &RequestOrigin,
) -> Result<TokenResponse, EndpointError> {
    let presented = signet.presented_refresh_token(form.required("refresh_token")?)?;
    let presented = presented.ok_or(TokenError::RefreshTokenUnknown)?;
    let resources: Vec<&str> = form.many("resource").collect();
    let (sealing_key, scope) = (&signet.sealing_key, form.one("scope")?);
    let request = RefreshRequest { client, presented: &presented, scope, resources: &resources, sealing_key };
    let now = signet.clock.now();
    let policy = &signet.lifetimes.refresh_token;
    // A conflict means that another request with the same token was first. The token was then replaced, and the
    // second attempt returns the newest one.
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.grant(presented.grant()).map_err(InternalError::from)? else {
            return Err(TokenError::RefreshTokenUnknown.into());
        };
        let issuance_context = signet.issuance_context(&kept.record.subject, &kept.record.client_id)?;
        let world = (&issuance_context, &signet.resources);
        let refreshment = match refresh_token::refresh(&kept.record, &request, world, policy, now) {
            Ok(refreshment) => refreshment,
            Err(TokenError::RefreshTokenReused) => {
                tracing::warn!(client_id = %kept.record.client_id, "refresh token replayed, grant ended");
                let store = signet.store.as_actor(origin.as_client(&client.client().client_id));
                let ended = store.end_grant(presented.grant(), EndCause::RefreshReplayed, now).await;
                ended.map_err(InternalError::from)?;
                return Err(TokenError::RefreshTokenReused.into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let (changed, refresh_token) = refreshment.advance(&kept.record, &presented, signet.sealing_means(), now);
        let written = match &changed {
            Some(changed) => signet.store.replace_grant(&kept, changed).await,
            None => Ok(()),
        };
        if is_conflict(written)? {
            continue;
        }
        let with = IssuedWith { refresh_token: Some(refresh_token), nonce: None };
        return tokens(signet, &refreshment.into_issuance(), client, with, now);
    }
}
