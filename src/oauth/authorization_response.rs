//! The authorization response, [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2), which names the
//! issuer as [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207) asks, in success and in error.

use super::{authorization_error::AuthorizationError, issuer::Issuer, redirect_uri::TrustedRedirectUri};
use crate::secret::Secret;

/// What the client is told.
#[derive(Clone, Debug)]
pub enum AuthorizationResponse {
    /// An authorization code.
    Code(Secret),
    /// Why there is none.
    Error(AuthorizationError),
    /// Something went wrong here: `server_error`, since a redirect cannot carry the status 500.
    ServerError,
    /// The server is overloaded or is going down: `temporarily_unavailable`.
    TemporarilyUnavailable,
}

impl AuthorizationResponse {
    /// The `Location` that carries this response to `redirect_uri`.
    #[must_use]
    pub fn location(&self, redirect_uri: &TrustedRedirectUri, state: Option<&str>, issuer: &Issuer) -> String {
        let description;
        let mut pairs = match self {
            Self::Code(code) => vec![("code", code.expose())],
            Self::Error(error) => {
                description = error.description();
                vec![("error", error.code()), ("error_description", description.as_str())]
            }
            Self::ServerError => vec![
                ("error", "server_error"),
                ("error_description", "the authorization server met an unexpected condition; try again later"),
            ],
            Self::TemporarilyUnavailable => vec![
                ("error", "temporarily_unavailable"),
                ("error_description", "the authorization server cannot answer at the moment; try again in a minute"),
            ],
        };
        pairs.extend(state.map(|state| ("state", state)));
        pairs.push(("iss", issuer.as_str()));
        redirect_uri.with_query(&pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::redirect_uri::RedirectUri;

    fn location(response: &AuthorizationResponse, state: Option<&str>) -> String {
        let registered = [RedirectUri::parse("https://app.example.org/cb?t=1").unwrap()];
        let redirect_uri = TrustedRedirectUri::choose(&registered, None).unwrap();
        response.location(&redirect_uri, state, &Issuer::parse("https://login.example.org").unwrap())
    }

    // RFC 9207 §2 and RFC 6749 §4.1.2
    #[test]
    fn every_response_names_the_issuer_and_returns_state_byte_for_byte() {
        assert_eq!(
            location(&AuthorizationResponse::Code(Secret::new("abc")), Some("-._~ä &=")),
            "https://app.example.org/cb?t=1&code=abc&state=-._%7E%C3%A4+%26%3D&iss=https%3A%2F%2Flogin.example.org"
        );
        let denied = location(&AuthorizationResponse::Error(AuthorizationError::AccessDenied), None);
        assert!(
            denied.starts_with("https://app.example.org/cb?t=1&error=access_denied&error_description="),
            "{denied}"
        );
        assert!(denied.ends_with("&iss=https%3A%2F%2Flogin.example.org") && !denied.contains("state="), "{denied}");
    }
}
