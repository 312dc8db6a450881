//! The authentication request, [OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest):
//! an authorization request with parameters of its own.

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

/// An authorization request and what OpenID Connect adds to it. Without the scope `openid` it is plain OAuth 2.0, and the
/// additions hold all the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthenticationRequest {
    /// What OAuth 2.0 asks.
    pub authorization: AuthorizationRequest,
    /// Returned in the ID token, byte for byte.
    pub nonce: Option<String>,
    /// What the person has to be asked, or must not be asked.
    pub prompt: Prompt,
    /// How long ago the person may have signed in.
    pub max_age: Option<Duration>,
    /// Who will probably sign in: fills the field of the login page, and nothing else.
    pub login_hint: Option<String>,
    /// In which languages the pages may be, the dearest first: RFC 5646 tags with spaces between.
    #[serde(default)]
    pub ui_locales: Option<String>,
    /// Whom the ID token names that the client sent as `id_token_hint`, as the client knows the person.
    pub hinted_subject: Option<Subject>,
    /// What is asked for by name.
    #[serde(default)]
    pub claims: ClaimsRequest,
}

/// The values of `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Nothing may be asked.
    pub none: bool,
    /// The person has to sign in again.
    pub login: bool,
    /// The person has to agree again.
    pub consent: bool,
    /// The person has to choose an account, which here means to sign in.
    pub select_account: bool,
}

impl AuthenticationRequest {
    /// Reads the parameters that OpenID Connect adds to `authorization`, and fills in what the client has `registered`.
    /// `hinted_subject` is the subject of `id_token_hint`, if that is an ID token of ours for this client.
    ///
    /// `display`, `ui_locales`, `claims_locales` and `acr_values` are accepted whatever they say: the pages fit every
    /// display and are in the language of `ui_locales` that there is, if there is one; the claims are in one language, and an
    /// ID token always tells the `acr` that was reached.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError::InvalidParameter`] for a `prompt`, `max_age`, `nonce` or `claims` that cannot be, and what is
    /// missing for an ID token straight from the authorization endpoint.
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
            // §3.2.2.1: "nonce REQUIRED", since nothing else binds to the request what comes through the browser.
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

    /// Whether an ID token is asked for.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.authorization.scope.contains("openid")
    }
}

impl Prompt {
    /// Reads a space-delimited list. Values that are not known are ignored.
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

/// The longest `login_hint` that is shown; a longer one is ignored, since it is a hint.
const LONGEST_LOGIN_HINT: usize = 128;

/// The longest `ui_locales` that is looked at; a longer one is ignored, as if none of its languages were there.
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
