//! `/token`, [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2).

mod authorization_code;
mod client_credentials;
mod device_code;
mod password;
mod refresh_token;
mod response;

use super::{
    Signet,
    client_authentication::{Caller, authenticate, note_partial_scope, note_refused},
    endpoint_error::{EndpointError, TokenRefusal},
};
use crate::oauth::{client::GrantType, parameters::Parameters, requested_scope::ActsFor, token_error::TokenError};

pub use response::TokenResponse;

/// Answers a token request.
///
/// # Errors
///
/// Returns a [`TokenRefusal`] if no tokens are issued. A failed attempt may invalidate the code, and a replayed code
/// ends its grant. Both are on disk before this function returns.
pub async fn token(signet: &Signet, caller: Caller<'_>, form: &Parameters) -> Result<TokenResponse, TokenRefusal> {
    let by_header = caller.authorization.is_some();
    let refuse = |error: TokenError| TokenRefusal::Refused { error, by_header };
    form.once_each().map_err(|malformed| refuse(malformed.into()))?;
    let client = authenticate(signet, caller, form).await.map_err(|error| error.with_header(by_header))?;
    let grant_type = form.required("grant_type").map_err(|malformed| refuse(malformed.into()))?;
    let answered = match GrantType::parse(grant_type) {
        // `implicit` is a grant type, but not at this endpoint.
        None | Some(GrantType::Implicit) => Err(EndpointError::Rejected(TokenError::UnknownGrant)),
        Some(GrantType::AuthorizationCode) => authorization_code::redeem(signet, &client, form, caller.origin).await,
        Some(GrantType::RefreshToken) => refresh_token::refresh(signet, &client, form, caller.origin).await,
        Some(GrantType::ClientCredentials) => client_credentials::issue(signet, &client, form).await,
        Some(GrantType::DeviceCode) => device_code::redeem(signet, &client, form).await,
        Some(GrantType::Password) => password::exchange(signet, &client, form, caller.origin).await,
    };
    let client_id = &client.client().client_id;
    match &answered {
        Ok(_) => {
            tracing::info!(%client_id, grant_type, "tokens issued");
            match GrantType::parse(grant_type) {
                Some(GrantType::ClientCredentials) => note_partial_scope(signet, &client, form, ActsFor::Itself),
                Some(GrantType::Password) => {
                    note_partial_scope(signet, &client, form, ActsFor::Person { offline: true });
                }
                // For other grant types the scope was requested at another endpoint.
                _ => {}
            }
        }
        Err(EndpointError::Rejected(error)) => {
            tracing::info!(%client_id, %error, sent = form.loggable(), "token request rejected");
            note_refused(signet, &client, form, error);
        }
        // Internal errors are logged where they become a response.
        Err(EndpointError::Internal(_)) => {}
    }
    answered.map_err(|error| error.with_header(by_header))
}
