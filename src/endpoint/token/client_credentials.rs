//! `grant_type=client_credentials`, [RFC 6749 §4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2).

use super::response::{IssuedWith, TokenResponse, tokens};
use crate::{
    endpoint::{InternalError, Signet, clients, endpoint_error::EndpointError},
    oauth::{client_authentication::AuthenticatedClient, client_credentials, parameters::Parameters},
};

pub(super) async fn issue(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
) -> Result<TokenResponse, EndpointError> {
    let now = signet.clock.now();
    let client_id = client.client().client_id.clone();
    let requested: Vec<&str> = form.many("resource").collect();
    let wanted = (requested.as_slice(), &signet.resources);
    let authorization = client_credentials::authorize(client.clone(), form.one("scope")?, wanted, now)?;
    clients::keep_used(signet, client.client()).await?;
    let fresh = || authorization.grant(signet.new_grant_identity(now), now);
    let grant = signet.store.own_grant(&client_id, fresh).await.map_err(InternalError::from)?;
    // "A refresh token SHOULD NOT be included" (§4.4.3).
    tokens(signet, &authorization.issuance(&grant), client, IssuedWith::default(), now)
}
