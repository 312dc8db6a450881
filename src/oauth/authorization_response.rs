//! The authorization response, [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2) and
//! [§4.2.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2). Success and error responses contain the issuer, as
//! [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207) requires.

use super::{
    authorization_error::AuthorizationError, issuer::Issuer, redirect_uri::TrustedRedirectUri,
    response_type::ResponseMode, scope::Scope,
};
use crate::secret::Secret;

#[derive(Clone, Debug)]
pub enum AuthorizationResponse {
    Issued(Issued),
    Error(AuthorizationError),
    /// An internal error: `server_error`, since a redirect cannot carry the status 500.
    ServerError,
    /// The server is overloaded or shutting down: `temporarily_unavailable`.
    TemporarilyUnavailable,
}

/// What the client requested with its `response_type`.
#[derive(Clone, Debug, Default)]
pub struct Issued {
    pub code: Option<Secret>,
    pub access_token: Option<IssuedToken>,
    pub id_token: Option<Secret>,
}

/// An access token issued by the authorization endpoint (§4.2.2).
#[derive(Clone, Debug)]
pub struct IssuedToken {
    pub token: Secret,
    pub expires_in_seconds: i64,
    pub scope: Scope,
}

/// Where and how the response is sent.
#[derive(Clone, Copy, Debug)]
pub struct ReturnAddress<'a> {
    pub redirect_uri: &'a TrustedRedirectUri,
    pub response_mode: ResponseMode,
    /// The value to return unchanged.
    pub state: Option<&'a str>,
}

/// How the response reaches the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server redirects the browser to this `Location`.
    Redirect(String),
    /// The browser submits a form.
    Form { action: String, parameters: Vec<(String, String)> },
}

impl AuthorizationResponse {
    /// Encodes the response for `address`.
    #[must_use]
    pub fn deliver(&self, address: ReturnAddress<'_>, issuer: &Issuer) -> Delivery {
        let mut parameters = self.parameters(issuer);
        parameters.extend(address.state.map(|state| ("state", state.to_owned())));
        parameters.push(("iss", issuer.as_str().to_owned()));
        let pairs: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match address.response_mode {
            ResponseMode::Query => Delivery::Redirect(address.redirect_uri.with_query(&pairs)),
            ResponseMode::Fragment => Delivery::Redirect(address.redirect_uri.with_fragment(&pairs)),
            ResponseMode::FormPost => Delivery::Form {
                action: address.redirect_uri.as_str().to_owned(),
                parameters: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            },
        }
    }

    /// Returns the values of `error` and `error_description` if this is an error.
    #[must_use]
    pub fn error(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Issued(_) => None,
            Self::Error(refusal) => Some((refusal.code(), refusal.description())),
            Self::ServerError => {
                Some(("server_error", "an unexpected error occurred on the server; try again later".to_owned()))
            }
            Self::TemporarilyUnavailable => Some((
                "temporarily_unavailable",
                "the server is temporarily unavailable; try again in a minute".to_owned(),
            )),
        }
    }

    fn parameters(&self, issuer: &Issuer) -> Vec<(&'static str, String)> {
        if let Self::Issued(issued) = self {
            return issued.parameters();
        }
        let told = self.error().map(|(code, description)| {
            [("error", code.to_owned()), ("error_description", description), ("error_uri", error_uri(issuer, code))]
        });
        told.into_iter().flatten().collect()
    }
}

impl Issued {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if let Some(code) = &self.code {
            parameters.push(("code", code.expose().to_owned()));
        }
        if let Some(issued) = &self.access_token {
            parameters.push(("access_token", issued.token.expose().to_owned()));
            parameters.push(("token_type", "Bearer".to_owned()));
            parameters.push(("expires_in", issued.expires_in_seconds.to_string()));
            parameters.push(("scope", issued.scope.to_string()));
        }
        if let Some(id_token) = &self.id_token {
            parameters.push(("id_token", id_token.expose().to_owned()));
        }
        parameters
    }
}

/// Returns `error_uri`: the page that explains `code` to developers.
#[must_use]
pub fn error_uri(issuer: &Issuer, code: &str) -> String {
    issuer.endpoint(&format!("/docs/errors#{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{client::ApplicationType, redirect_uri::RedirectUri};

    fn delivered(response: &AuthorizationResponse, response_mode: ResponseMode, state: Option<&str>) -> Delivery {
        let registered = [RedirectUri::parse("https://app.example.org/cb?t=1").unwrap()];
        let redirect_uri = TrustedRedirectUri::choose(&registered, ApplicationType::Web, None).unwrap();
        let address = ReturnAddress { redirect_uri: &redirect_uri, response_mode, state };
        response.deliver(address, &Issuer::parse("https://login.example.org").unwrap())
    }

    fn code() -> AuthorizationResponse {
        AuthorizationResponse::Issued(Issued { code: Some(Secret::new("abc")), ..Issued::default() })
    }

    // RFC 9207 §2 and RFC 6749 §4.1.2
    #[test]
    fn every_response_names_the_issuer_and_returns_state_byte_for_byte() {
        let expected =
            "https://app.example.org/cb?t=1&code=abc&state=-._%7E%C3%A4+%26%3D&iss=https%3A%2F%2Flogin.example.org";
        assert_eq!(delivered(&code(), ResponseMode::Query, Some("-._~ä &=")), Delivery::Redirect(expected.to_owned()));
        let denied = AuthorizationResponse::Error(AuthorizationError::AccessDenied);
        let Delivery::Redirect(denied) = delivered(&denied, ResponseMode::Query, None) else { panic!() };
        assert!(
            denied.starts_with("https://app.example.org/cb?t=1&error=access_denied&error_description="),
            "{denied}"
        );
        assert!(
            denied.contains("&error_uri=https%3A%2F%2Flogin.example.org%2Fdocs%2Ferrors%23access_denied&"),
            "{denied}"
        );
        assert!(denied.ends_with("&iss=https%3A%2F%2Flogin.example.org") && !denied.contains("state="), "{denied}");
    }

    // RFC 6749 §4.2.2
    #[test]
    fn a_token_travels_in_the_fragment_with_what_it_allows() {
        let token = IssuedToken {
            token: Secret::new("t"),
            expires_in_seconds: 300,
            scope: Scope::parse("openid orders:read").unwrap(),
        };
        let issued = Issued { access_token: Some(token), id_token: Some(Secret::new("i")), ..Issued::default() };
        let Delivery::Redirect(location) =
            delivered(&AuthorizationResponse::Issued(issued), ResponseMode::Fragment, Some("s"))
        else {
            panic!()
        };
        assert_eq!(
            location,
            "https://app.example.org/cb?t=1#access_token=t&token_type=Bearer&expires_in=300&scope=openid+orders%3Aread&id_token=i&state=s&iss=https%3A%2F%2Flogin.example.org"
        );
    }

    #[test]
    fn a_form_carries_the_same() {
        let Delivery::Form { action, parameters } = delivered(&code(), ResponseMode::FormPost, Some("s")) else {
            panic!()
        };
        assert_eq!(action, "https://app.example.org/cb?t=1");
        let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state", "iss"]);
    }
}
