//! Errors of the authorization endpoint,
//! [RFC 6749 §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1) and
//! [OpenID Connect Core §3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError).

use std::fmt;

use super::{
    parameters::{MOST_PARAMETERS, MalformedParameters},
    pkce::ChallengeRefusal,
    redirect_uri::UntrustedRedirectUri,
    request_object::RequestObjectRefusal,
    requested_scope::RequestedScopeRefusal,
};

/// Why the server shows an error page instead of redirecting to the client: "the authorization server … MUST NOT
/// automatically redirect the user-agent to the invalid redirection URI".
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UntrustedRequest {
    /// The query is malformed, or `client_id` is missing or repeated.
    Malformed(MalformedParameters),
    /// No client is registered with this identifier.
    UnknownClient,
    /// The redirect URI is not registered for the client.
    RedirectUri(UntrustedRedirectUri),
    /// The request object is rejected, and no trusted redirect URI is given outside it.
    RequestObject(RequestObjectRefusal),
}

/// Why the server redirects with an error. The variant names the cause for the log and the tests. The client receives
/// the [code](AuthorizationError::code) and the [description](AuthorizationError::description).
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum AuthorizationError {
    /// A parameter is missing or repeated.
    Malformed(MalformedParameters),
    /// `state` is missing, and this server or this client requires it.
    StateMissing,
    /// The server does not support this `response_type`.
    UnsupportedResponseType,
    /// The client is not registered for this `response_type`.
    ResponseTypeNotAllowed,
    /// The server does not support this `response_mode`.
    UnsupportedResponseMode,
    /// The PKCE parameters are rejected.
    Challenge(ChallengeRefusal),
    /// No part of the scope can be granted, or the scope does not match the resource.
    Scope(RequestedScopeRefusal),
    /// An ID token is requested without the scope `openid`.
    OpenidScopeMissing,
    /// A parameter of OpenID Connect has an invalid value.
    InvalidParameter(&'static str),
    /// The request object (RFC 9101) is rejected.
    RequestObject(RequestObjectRefusal),
    /// The person denied the request.
    AccessDenied,
    /// The person is in none of the groups that may use the client.
    NotAdmitted,
    /// An administrator has disabled the client.
    ClientDisabled,
    /// The person may not grant any of the requested scope.
    NothingGrantable,
    /// The person is not signed in, or not recently enough, and `prompt=none` forbids interaction; or the signed-in
    /// person is not the one named by `id_token_hint` or `claims`.
    LoginRequired,
    /// `prompt=none`, and the person has not consented yet.
    ConsentRequired,
    /// The client requires an `acr` that this server does not provide
    /// ([OpenID Connect Core Error Code `unmet_authentication_requirements`](https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html)).
    UnmetAuthenticationRequirements,
}

impl AuthorizationError {
    /// Returns the value of `error`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_)
            | Self::StateMissing
            | Self::UnsupportedResponseMode
            | Self::Challenge(_)
            | Self::InvalidParameter(_) => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::ResponseTypeNotAllowed => "unauthorized_client",
            Self::Scope(refusal) => refusal.code(),
            Self::OpenidScopeMissing => "invalid_scope",
            Self::RequestObject(refusal) => refusal.code(),
            Self::AccessDenied | Self::NotAdmitted | Self::ClientDisabled | Self::NothingGrantable => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
        }
    }

    /// Returns the value of `error_description`, which says what the client's developer has to change. It contains only
    /// characters that §4.1.2.1 permits. Of the request it repeats only scope tokens, which consist of those
    /// characters.
    #[must_use]
    pub fn description(&self) -> String {
        let fixed = match self {
            Self::Malformed(MalformedParameters::Missing(name)) => return format!("the parameter {name} is missing"),
            Self::InvalidParameter(name) => return invalid_parameter(name),
            Self::Malformed(MalformedParameters::TooMany) => {
                return format!("the request has more than {MOST_PARAMETERS} parameters");
            }
            Self::Malformed(MalformedParameters::Encoding) => "the parameters must be percent-encoded UTF-8",
            Self::Malformed(MalformedParameters::Repeated(_)) => "a parameter is repeated",
            Self::StateMissing => "the parameter state is missing; send a random value and compare it in the response",
            Self::UnsupportedResponseMode => {
                "response_mode must be query, fragment or form_post; query is not allowed for tokens"
            }
            Self::Challenge(ChallengeRefusal::Missing) => {
                "code_challenge is missing; use PKCE (RFC 7636), or send nonce together with the scope openid"
            }
            Self::Challenge(ChallengeRefusal::Required) => {
                "code_challenge is missing; this client must always use PKCE (RFC 7636)"
            }
            Self::Challenge(ChallengeRefusal::Method) => "code_challenge_method must be S256",
            Self::Challenge(_) => "code_challenge must be the SHA-256 of the verifier in base64url, 43 characters",
            Self::UnsupportedResponseType => {
                "this response_type is not supported; see response_types_supported in the metadata"
            }
            Self::ResponseTypeNotAllowed => "this client is not registered for this response_type",
            Self::Scope(refusal) => return refusal.description(),
            Self::OpenidScopeMissing => "response_type requests an ID token, so scope must contain openid",
            Self::RequestObject(refusal) => refusal.description(),
            Self::AccessDenied => "the user denied the request",
            Self::NotAdmitted => "the user is not in a group that is allowed to use this client",
            Self::ClientDisabled => "an administrator has disabled this client",
            Self::NothingGrantable => "the user cannot grant any of the requested scope",
            Self::LoginRequired => "the requested user is not signed in, or not recently enough",
            Self::ConsentRequired => "the user has not consented yet, and prompt=none forbids asking",
            Self::UnmetAuthenticationRequirements => "this server supports none of the requested acr values",
        };
        fixed.to_owned()
    }
}

/// Describes the valid values of the parameter `name`.
fn invalid_parameter(name: &str) -> String {
    let rule = match name {
        "nonce" => return format!("the parameter nonce is longer than {LONGEST_NONCE} bytes"),
        "max_age" => "must be a whole number of seconds, from 0 to 4294967295",
        "prompt" => "must be none alone, or any of login, consent and select_account",
        "claims" => "must be a JSON object as OpenID Connect Core section 5.5 describes, and not longer than 8 KiB",
        _ => "has an invalid value",
    };
    format!("the parameter {name} {rule}")
}

/// The longest accepted `nonce`, in bytes. It is stored in the record of the code.
pub const LONGEST_NONCE: usize = 512;

impl From<MalformedParameters> for AuthorizationError {
    fn from(malformed: MalformedParameters) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<RequestedScopeRefusal> for AuthorizationError {
    fn from(refusal: RequestedScopeRefusal) -> Self {
        Self::Scope(refusal)
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({self:?})", self.code())
    }
}

impl std::error::Error for AuthorizationError {}

impl fmt::Display for UntrustedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(formatter),
            Self::UnknownClient => formatter.write_str("no application is registered under this client_id"),
            Self::RequestObject(refusal) => formatter.write_str(refusal.description()),
            Self::RedirectUri(UntrustedRedirectUri::NotRegistered(_)) => {
                formatter.write_str("this redirect_uri is not registered for the application")
            }
            Self::RedirectUri(UntrustedRedirectUri::Missing) => {
                formatter.write_str("the redirect_uri is missing, and the application has registered several")
            }
        }
    }
}

impl std::error::Error for UntrustedRequest {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_says_what_the_parameter_must_be() {
        for (name, rule) in [
            ("nonce", "the parameter nonce is longer than 512 bytes"),
            ("max_age", "the parameter max_age must be a whole number of seconds"),
            ("prompt", "the parameter prompt must be none alone"),
            ("claims", "the parameter claims must be a JSON object"),
            ("display", "the parameter display has an invalid value"),
        ] {
            let description = AuthorizationError::InvalidParameter(name).description();
            assert!(description.starts_with(rule), "{description}");
        }
    }
}
