//! Bearer tokens at a protected resource, [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750).

use std::fmt;

use super::{parameters::Parameters, scope::Scope};
use crate::secret::Secret;

/// Why a protected resource rejects a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BearerError {
    /// No token was sent. "the resource server SHOULD NOT include an error code or other error information" (§3.1).
    Missing,
    /// The `Authorization` header is not `Bearer` followed by one token, or the token was sent in two ways.
    InvalidRequest(&'static str),
    /// The resource does not accept the token. The text is the reason that a developer may see.
    InvalidToken(&'static str),
    /// The token is valid but does not have this scope.
    InsufficientScope(Scope),
    /// The person has not signed in recently enough ([RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)).
    InsufficientUserAuthentication {
        /// The maximum age of the authentication, in seconds.
        max_age: i64,
    },
}

/// Extracts the token from the values of the `Authorization` header. A token in the query is ignored: RFC 9700 §4.3.2.
///
/// # Errors
///
/// Returns [`BearerError::Missing`] if there is no such header or it uses another scheme, and
/// [`BearerError::InvalidRequest`] if the header is repeated or does not contain exactly one token.
pub fn token<'a>(mut authorization: impl Iterator<Item = &'a [u8]>) -> Result<Secret, BearerError> {
    let Some(value) = authorization.next() else { return Err(BearerError::Missing) };
    if authorization.next().is_some() {
        return Err(BearerError::InvalidRequest("the Authorization header is repeated"));
    }
    let value = std::str::from_utf8(value)
        .map_err(|_| BearerError::InvalidRequest("the Authorization header contains non-ASCII characters"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(BearerError::Missing);
    }
    // §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    let token = token.trim_start_matches(' ');
    let body = token.trim_end_matches('=');
    if body.is_empty() || !body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)) {
        return Err(BearerError::InvalidRequest("the Authorization header must contain Bearer and one token"));
    }
    Ok(Secret::new(token))
}

/// Extracts the token of a request with a form, which may contain it as `access_token` (§2.2) instead of the header.
///
/// # Errors
///
/// Returns the error of the header, or [`BearerError::InvalidRequest`] if the token is in both places ("Clients MUST
/// NOT use more than one method to transmit the token in each request", §2) or twice in the form.
pub fn token_in_either(header: Result<Secret, BearerError>, form: &Parameters) -> Result<Secret, BearerError> {
    let in_form = form.one("access_token").map_err(|_| BearerError::InvalidRequest("access_token is repeated"))?;
    match (header, in_form) {
        (header, None) => header,
        (Err(BearerError::Missing), Some(token)) => Ok(Secret::new(token)),
        (_, Some(_)) => Err(BearerError::InvalidRequest("the access token is sent in both the header and the form")),
    }
}

impl BearerError {
    /// Returns the HTTP status (§3.1).
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Missing | Self::InvalidToken(_) | Self::InsufficientUserAuthentication { .. } => 401,
            Self::InvalidRequest(_) => 400,
            Self::InsufficientScope(_) => 403,
        }
    }

    /// Returns the value of `error`, if there is one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Missing => None,
            Self::InvalidRequest(_) => Some("invalid_request"),
            Self::InvalidToken(_) => Some("invalid_token"),
            Self::InsufficientScope(_) => Some("insufficient_scope"),
            Self::InsufficientUserAuthentication { .. } => Some("insufficient_user_authentication"),
        }
    }

    /// Returns the value of `WWW-Authenticate` (§3). `realm` must not contain quotation marks.
    #[must_use]
    pub fn challenge(&self, realm: &str) -> String {
        let mut challenge = format!("Bearer realm=\"{realm}\"");
        if let Some(code) = self.code() {
            challenge.push_str(&format!(", error=\"{code}\", error_description=\"{self}\""));
        }
        if let Self::InsufficientScope(scope) = self {
            challenge.push_str(&format!(", scope=\"{scope}\""));
        }
        if let Self::InsufficientUserAuthentication { max_age } = self {
            challenge.push_str(&format!(", max_age=\"{max_age}\""));
        }
        challenge
    }
}

impl fmt::Display for BearerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("an access token is required: Authorization: Bearer ..."),
            Self::InvalidRequest(reason) | Self::InvalidToken(reason) => formatter.write_str(reason),
            Self::InsufficientScope(scope) => write!(formatter, "the access token does not have the scope {scope}"),
            Self::InsufficientUserAuthentication { max_age } => write!(
                formatter,
                "the user must have signed in within the last {max_age} seconds; send them to the authorization \
                 endpoint with max_age={max_age}"
            ),
        }
    }
}

impl std::error::Error for BearerError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[&str]) -> Result<String, BearerError> {
        token(headers.iter().map(|header| header.as_bytes())).map(|token| token.expose().to_owned())
    }

    #[test]
    fn the_token_stands_behind_the_scheme() {
        assert_eq!(read(&["Bearer abc.def-_~+/=="]), Ok("abc.def-_~+/==".to_owned()));
        assert_eq!(read(&["bearer abc"]), Ok("abc".to_owned()));
    }

    #[test]
    fn anything_else_is_no_token() {
        assert_eq!(read(&[]), Err(BearerError::Missing));
        assert_eq!(read(&["Basic abc"]), Err(BearerError::Missing));
        for headers in [&["Bearer"][..], &["Bearer "], &["Bearer a b"], &["Bearer a,b"], &["Bearer a", "Bearer a"]] {
            assert!(matches!(read(headers), Err(BearerError::InvalidRequest(_))), "{headers:?}");
        }
    }

    // §3 and §3.1
    #[test]
    fn the_challenge_names_an_error_only_when_a_token_was_sent() {
        assert_eq!(BearerError::Missing.challenge("orders"), "Bearer realm=\"orders\"");
        let scope = Scope::parse("orders:read").unwrap();
        assert_eq!(
            BearerError::InsufficientScope(scope).challenge("orders"),
            "Bearer realm=\"orders\", error=\"insufficient_scope\", error_description=\"the access token does not have \
             the scope orders:read\", scope=\"orders:read\""
        );
        assert_eq!(BearerError::InvalidToken("x").status(), 401);
        // RFC 9470 §3
        let stale = BearerError::InsufficientUserAuthentication { max_age: 300 };
        assert_eq!((stale.status(), stale.code()), (401, Some("insufficient_user_authentication")));
        let challenge = stale.challenge("orders");
        assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
        assert!(challenge.ends_with(", max_age=\"300\""), "{challenge}");
    }

    // §2 and §2.2
    #[test]
    fn a_form_carries_the_token_in_place_of_the_header() {
        let form = |encoded: &str| Parameters::parse(encoded).unwrap();
        let header = || Ok(Secret::new("abc"));
        let missing = || Err(BearerError::Missing);
        assert_eq!(token_in_either(missing(), &form("access_token=xyz")).unwrap().expose(), "xyz");
        assert_eq!(token_in_either(header(), &form("other=1")).unwrap().expose(), "abc");
        assert_eq!(token_in_either(missing(), &form("")).unwrap_err(), BearerError::Missing);
        for (header, encoded) in [(header(), "access_token=abc"), (missing(), "access_token=a&access_token=a")] {
            let refusal = token_in_either(header, &form(encoded)).unwrap_err();
            assert_eq!((refusal.status(), refusal.code()), (400, Some("invalid_request")), "{encoded}");
        }
    }
}
