//! The successful token response, [RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1).

use time::OffsetDateTime;

use crate::{
    endpoint::{Signet, endpoint_error::EndpointError, signet::IdTokenContext},
    oauth::{access_token::Issuance, client_authentication::AuthenticatedClient, scope::Scope},
    secret::Secret,
};

/// The token response of §5.1.
#[derive(Debug)]
pub struct TokenResponse {
    pub access_token: Secret,
    pub expires_in_seconds: i64,
    pub scope: Scope,
    /// The ID token, if the scope has `openid`.
    pub id_token: Option<Secret>,
    /// The refresh token, if the client is registered for refresh tokens.
    pub refresh_token: Option<Secret>,
}

/// What a response contains besides the access token.
#[derive(Default)]
pub(super) struct IssuedWith<'a> {
    pub(super) refresh_token: Option<Secret>,
    /// The `nonce` of the authorization request.
    pub(super) nonce: Option<&'a str>,
}

/// Issues the tokens of `issuance`. Every grant type ends here, after its state has been written.
pub(super) fn tokens(
    signet: &Signet,
    issuance: &Issuance,
    client: &AuthenticatedClient,
    with: IssuedWith<'_>,
    now: OffsetDateTime,
) -> Result<TokenResponse, EndpointError> {
    let minted = signet.mint(issuance, client.client(), now)?;
    let IssuedWith { refresh_token, nonce } = with;
    let context = IdTokenContext { nonce, access_token: Some(&minted.token), ..IdTokenContext::default() };
    let id_token = signet.mint_id_token(issuance, client.client(), context, now)?;
    Ok(TokenResponse {
        expires_in_seconds: minted.lifetime.whole_seconds(),
        access_token: minted.token,
        scope: minted.scope,
        id_token,
        refresh_token,
    })
}
