//! The authentication request,
//! [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest): an authorization
//! request with additional parameters.

use serde::{Deserialize, Serialize};
use time::Duration;

use super::claims_request::ClaimsRequest;
use crate::oauth::{
    authorization_error::{AuthorizationError, LONGEST_NONCE},
    authorization_request::AuthorizationRequest,
    openid_metadata::OpenidMetadata,
    parameters::{MalformedParameters, Parameters},
    subject::Subject,
};

/// An authorization request with the parameters of OpenID Connect. They also apply to a plain OAuth 2.0 request,
/// without the scope `openid`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthenticationRequest {
    /// The parameters of OAuth 2.0.
    pub authorization: AuthorizationRequest,
    /// The value to return unchanged in the ID token.
    pub nonce: Option<String>,
    /// The interaction that the client requires or forbids.
    pub prompt: Prompt,
    /// The maximum age of the login.
    pub max_age: Option<Duration>,
    /// The name of the person who will probably sign in. It only prefills the login page.
    pub login_hint: Option<String>,
    /// The preferred languages of the pages, in order: RFC 5646 tags separated by spaces.
    #[serde(default)]
    pub ui_locales: Option<String>,
    /// The subject in the ID token that the client sent as `id_token_hint`, as the client knows the person.
    pub hinted_subject: Option<Subject>,
    /// The claims that are requested by name.
    #[serde(default)]
    pub claims: ClaimsRequest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No interaction is allowed.
    pub none: bool,
    /// The person must sign in again.
    pub login: bool,
    /// The person must consent again.
    pub consent: bool,
    /// The person must choose an account, which this server treats as signing in.
    pub select_account: bool,
}

impl AuthenticationRequest {
    /// Parses the parameters that OpenID Connect adds to `authorization`, and applies the defaults that the client has
    /// `registered`. `hinted_subject` is the subject of `id_token_hint`, if that is an ID token of this server for this
    /// client.
    ///
    /// Every value of `display`, `ui_locales`, `claims_locales` and `acr_values` is accepted. The pages fit every
    /// display and use the first available language of `ui_locales`. The claims exist in one language, and the ID token
    /// always contains the `acr` that was reached.
    ///
    /// # Errors
    ///
    /// Returns [`AuthorizationError::InvalidParameter`] for an invalid `prompt`, `max_age`, `nonce` or `claims`, and an
    /// error for a request for a front-channel ID token without `openid` or `nonce`.
    pub fn read(
        authorization: AuthorizationRequest,
        parameters: &Parameters,
        registered: &OpenidMetadata,
        hinted_subject: Option<Subject>,
    ) -> Result<Self, AuthorizationError> {
        let nonce = parameters.one("nonce")?;
        if nonce.is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
            return Err(AuthorizationError::InvalidParameter("nonce"));
        }
        if authorization.response_type.has_id_token() {
            // "OpenID Connect requests MUST contain the openid scope value": without it there would be no ID token.
            if !authorization.scope.contains("openid") {
                return Err(AuthorizationError::OpenidScopeMissing);
            }
            // §3.2.2.1: "nonce REQUIRED", since nothing else binds a front-channel response to its request.
            if nonce.is_none() {
                return Err(MalformedParameters::Missing("nonce").into());
            }
        }
        let default_max_age = registered.default_max_age.map(|seconds| Duration::seconds(i64::from(seconds)));
        let claims = parameters.one("claims")?.map(ClaimsRequest::parse).transpose()?;
        let login_hint = parameters.one("login_hint")?.filter(|hint| hint.len() <= LONGEST_LOGIN_HINT);
        let ui_locales = parameters.one("ui_locales")?.filter(|locales| locales.len() <= LONGEST_UI_LOCALES);
        Ok(Self {
            nonce: nonce.map(ToOwned::to_owned),
            prompt: Prompt::parse(parameters.one("prompt")?.unwrap_or_default())?,
            max_age: parameters.one("max_age")?.map(max_age).transpose()?.or(default_max_age),
            login_hint: login_hint.map(ToOwned::to_owned),
            ui_locales: ui_locales.map(ToOwned::to_owned),
            hinted_subject,
            claims: claims.unwrap_or_default(),
            authorization,
        })
    }

    /// Returns whether an ID token is requested.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.authorization.scope.contains("openid")
    }
}

impl Prompt {
    /// Parses a space-delimited list. Unknown values are ignored.
    ///
    /// # Errors
    ///
    /// "If this parameter contains `none` with any other value, an error is returned."
    pub fn parse(text: &str) -> Result<Self, AuthorizationError> {
        let mut prompt = Self::default();
        let mut values = 0;
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            values += 1;
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => {}
            }
        }
        if prompt.none && values > 1 { Err(AuthorizationError::InvalidParameter("prompt")) } else { Ok(prompt) }
    }
}

fn max_age(text: &str) -> Result<Duration, AuthorizationError> {
    text.parse::<u32>()
        .map(|seconds| Duration::seconds(i64::from(seconds)))
        .map_err(|_| AuthorizationError::InvalidParameter("max_age"))
}

/// The longest `login_hint`, in bytes. A longer one is ignored, since it is only a hint.
const LONGEST_LOGIN_HINT: usize = 128;

/// The longest `ui_locales`, in bytes. A longer one is ignored.
const LONGEST_UI_LOCALES: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{authorization_request::tests::request, client::ResponseType, scope::Scope};

    fn read(encoded: &str) -> Result<AuthenticationRequest, AuthorizationError> {
        let parameters = Parameters::parse(encoded).unwrap();
        AuthenticationRequest::read(request(), &parameters, &OpenidMetadata::default(), None)
    }

    #[test]
    fn prompt_none_stands_alone() {
        assert_eq!(read("prompt=none").unwrap().prompt, Prompt { none: true, ..Prompt::default() });
        assert_eq!(read("prompt=none+login").unwrap_err(), AuthorizationError::InvalidParameter("prompt"));
        let both = read("prompt=login+consent+unknown").unwrap().prompt;
        assert!(both.login && both.consent && !both.none);
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        assert_eq!(read("max_age=0").unwrap().max_age, Some(Duration::ZERO));
        assert_eq!(read("").unwrap().max_age, None);
        for wrong in ["-1", "1.5", "x", "99999999999"] {
            assert!(read(&format!("max_age={wrong}")).is_err(), "{wrong}");
        }
    }

    // OpenID Connect Registration §2
    #[test]
    fn default_max_age_holds_unless_the_request_says_otherwise() {
        let registered = OpenidMetadata { default_max_age: Some(60), ..OpenidMetadata::default() };
        for (encoded, seconds) in [("", 60), ("max_age=10", 10), ("max_age=600", 600)] {
            let parameters = Parameters::parse(encoded).unwrap();
            let read = AuthenticationRequest::read(request(), &parameters, &registered, None).unwrap();
            assert_eq!(read.max_age, Some(Duration::seconds(seconds)), "{encoded}");
        }
    }

    #[test]
    fn a_nonce_is_kept_byte_for_byte_or_refused_but_never_cut() {
        let long = "n".repeat(LONGEST_NONCE);
        assert_eq!(read(&format!("nonce={long}")).unwrap().nonce, Some(long.clone()));
        assert_eq!(read(&format!("nonce={long}n")).unwrap_err(), AuthorizationError::InvalidParameter("nonce"));
    }

    #[test]
    fn a_hint_is_ignored_when_it_is_too_long() {
        let hints = |length: usize| {
            let read = read(&format!("login_hint={}&ui_locales={}", "a".repeat(length), "d".repeat(length))).unwrap();
            (read.login_hint.map(|hint| hint.len()), read.ui_locales.map(|locales| locales.len()))
        };
        assert_eq!(hints(5), (Some(5), Some(5)));
        assert_eq!(hints(128), (Some(128), Some(128)));
        assert_eq!(hints(129), (None, None));
    }

    #[test]
    fn a_request_is_of_openid_connect_by_its_scope() {
        for (scope, is_openid) in [("openid orders:read", true), ("orders:read", false)] {
            let authorization = AuthorizationRequest { scope: Scope::parse(scope).unwrap(), ..request() };
            let parameters = Parameters::parse("").unwrap();
            let read = AuthenticationRequest::read(authorization, &parameters, &OpenidMetadata::default(), None);
            assert_eq!(read.unwrap().is_openid(), is_openid, "{scope}");
        }
    }

    // §3.2.2.1 and §3.3.2.1
    #[test]
    fn an_id_token_in_the_browser_needs_openid_and_a_nonce() {
        for response_type in ResponseType::ALL {
            let ask = |scope: &str, encoded: &str| {
                let scope = Scope::parse(scope).unwrap();
                let request = AuthorizationRequest { response_type, scope, ..request() };
                let parameters = Parameters::parse(encoded).unwrap();
                AuthenticationRequest::read(request, &parameters, &OpenidMetadata::default(), None).map(|_| ())
            };
            let refused = |error: AuthorizationError| if response_type.has_id_token() { Err(error) } else { Ok(()) };
            assert_eq!(ask("openid", "nonce=n"), Ok(()), "{response_type:?}");
            let missing = AuthorizationError::Malformed(MalformedParameters::Missing("nonce"));
            assert_eq!(ask("openid", ""), refused(missing), "{response_type:?}");
            assert_eq!(
                ask("orders:read", "nonce=n"),
                refused(AuthorizationError::OpenidScopeMissing),
                "{response_type:?}"
            );
        }
    }
}
