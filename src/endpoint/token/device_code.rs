//! `grant_type=urn:ietf:params:oauth:grant-type:device_code`,
//! [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4).

use super::response::{IssuedWith, TokenResponse, tokens};
use crate::{
    crypto::Digest,
    endpoint::{
        InternalError, Signet,
        endpoint_error::EndpointError,
        retry::{Attempts, is_conflict},
    },
    oauth::{
        client_authentication::AuthenticatedClient, device_authorization, parameters::Parameters, refresh_token,
        token_error::TokenError,
    },
};

pub(super) async fn redeem(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
) -> Result<TokenResponse, EndpointError> {
    let digest = Digest::of(form.required("device_code")?);
    let requested: Vec<&str> = form.many("resource").collect();
    let now = signet.clock.now();
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.device(&digest).map_err(InternalError::from)? else {
            return Err(TokenError::DeviceCodeUnknown.into());
        };
        let approval = kept.record.approval();
        let issuance_context =
            approval.map(|approval| signet.issuance_context(&approval.subject, &kept.record.client_id));
        let issuance_context = issuance_context.transpose()?;
        let redeemed = device_authorization::redeem(&kept.record, client, issuance_context.as_ref(), &requested, now);
        let redemption = match redeemed {
            Ok(redemption) => redemption,
            // Polling limits apply only to callers that may poll at all.
            Err(TokenError::AuthorizationPending) => {
                return Err(signet.device_polls.pace(&digest, &kept.record, now).into());
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let lifetime = signet.access_token_lifetime(redemption.audience());
        let grant = redemption.grant(signet.new_grant_identity(now), lifetime, now);
        let policy = &signet.lifetimes.refresh_token;
        let (grant, refresh_token) = refresh_token::begin(grant, client.client(), policy, signet.sealing_means());
        let grant = grant.retain_for_logout(client.client(), signet.lifetimes.session.absolute);
        if is_conflict(signet.store.spend_device_code(&digest, &kept, &redemption.spent(&grant.id), &grant).await)? {
            continue;
        }
        signet.device_polls.forget(&digest);
        let with = IssuedWith { refresh_token, nonce: None };
        return tokens(signet, &redemption.issuance(&grant), client, with, now);
    }
}
