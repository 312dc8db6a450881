//! Refusals of the authorization endpoint,
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

/// Why an authorization request leads to a page of ours and not back to the client: "the authorization server … MUST
/// NOT automatically redirect the user-agent to the invalid redirection URI".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UntrustedRequest {
    /// The query cannot be read, or the client's identifier is missing or repeated.
    Malformed(MalformedParameters),
    /// No client is registered under this identifier.
    UnknownClient,
    /// The redirect URI is not one of the client's.
    RedirectUri(UntrustedRedirectUri),
    /// The request object, and nothing else names a redirect URI that can be trusted.
    RequestObject(RequestObjectRefusal),
}

/// Why the client's redirect URI receives an error: the cause, for the log and the tests. The client learns the
/// [code](AuthorizationError::code) and the [description](AuthorizationError::description).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter is missing or repeated.
    Malformed(MalformedParameters),
    /// `state` is missing, and this server or this client needs it.
    StateMissing,
    /// `response_type` names something that this server does not do.
    UnsupportedResponseType,
    /// `response_type` names something that this client is not registered for.
    ResponseTypeNotAllowed,
    /// `response_mode` names something that this server does not do.
    UnsupportedResponseMode,
    /// The PKCE parameters.
    Challenge(ChallengeRefusal),
    /// Nothing of the scope can be granted, or the resource does not go with it.
    Scope(RequestedScopeRefusal),
    /// An ID token is asked for without the scope `openid`.
    OpenidScopeMissing,
    /// A parameter of OpenID Connect has a value that it cannot have.
    InvalidParameter(&'static str),
    /// The request object (RFC 9101).
    RequestObject(RequestObjectRefusal),
    /// The person said no.
    AccessDenied,
    /// The person is in none of the groups that may use the client.
    NotAdmitted,
    /// An administrator has disabled the client.
    ClientDisabled,
    /// The person may give nothing of what is asked for.
    NothingGrantable,
    /// Nobody is signed in, or not recently enough, and `prompt=none` forbids asking; or somebody else has signed in than
    /// the person whom `id_token_hint` or `claims` name.
    LoginRequired,
    /// `prompt=none`, and the person has not agreed yet.
    ConsentRequired,
    /// The client insists on an `acr` that this server does not reach
    /// ([OpenID Connect Core Error Code `unmet_authentication_requirements`](https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html)).
    UnmetAuthenticationRequirements,
}

impl AuthorizationError {
    /// The value of `error`.
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

    /// The value of `error_description`: what the client's developer has to change. It holds only the characters that
    /// §4.1.2.1 permits, and nothing that the request sent but scope tokens, which are made of those.
    #[must_use]
    pub fn description(&self) -> String {
        let fixed = match self {
            Self::Malformed(MalformedParameters::Missing(name)) => return format!("the parameter {name} is missing"),
            Self::InvalidParameter(name) => return invalid_parameter(name),
            Self::Malformed(MalformedParameters::TooMany) => {
                return format!("a request has at most {MOST_PARAMETERS} parameters");
            }
            Self::Malformed(MalformedParameters::Encoding) => "the parameters must be percent-encoded UTF-8",
            Self::Malformed(MalformedParameters::Repeated(_)) => "a parameter is repeated",
            Self::StateMissing => "the parameter state is missing; send a random value and compare it in the response",
            Self::UnsupportedResponseMode => {
                "response_mode must be query, fragment or form_post, and not query for tokens; or leave it out"
            }
            Self::Challenge(ChallengeRefusal::Missing) => {
                "code_challenge is missing; use PKCE (RFC 7636), or send nonce together with the scope openid"
            }
            Self::Challenge(ChallengeRefusal::Required) => {
                "code_challenge is missing; this client always has to use PKCE (RFC 7636)"
            }
            Self::Challenge(ChallengeRefusal::Method) => "code_challenge_method must be S256",
            Self::Challenge(_) => "code_challenge must be the SHA-256 of the verifier in base64url, 43 characters",
            Self::UnsupportedResponseType => {
                "this server does not know this response_type; see response_types_supported"
            }
            Self::ResponseTypeNotAllowed => "this client is not registered for this response_type",
            Self::Scope(refusal) => return refusal.description(),
            Self::OpenidScopeMissing => "response_type asks for an ID token, for which scope must hold openid",
            Self::RequestObject(refusal) => refusal.description(),
            Self::AccessDenied => "the person did not give permission",
            Self::NotAdmitted => "the person is in none of the groups that may use this client",
            Self::ClientDisabled => "an administrator has disabled this client",
            Self::NothingGrantable => "the person may give nothing of the scope that is asked for",
            Self::LoginRequired => "the person who is asked for is not signed in, or not recently enough",
            Self::ConsentRequired => "the person has not given permission yet, and prompt=none forbids asking",
            Self::UnmetAuthenticationRequirements => "this server reaches none of the acr values that are asked for",
        };
        fixed.to_owned()
    }
}

/// What the parameter `name` must be.
fn invalid_parameter(name: &str) -> String {
    let rule = match name {
        "nonce" => return format!("the parameter nonce is longer than {LONGEST_NONCE} bytes"),
        "max_age" => "must be a whole number of seconds, from 0 to 4294967295",
        "prompt" => "must be none alone, or any of login, consent and select_account",
        "claims" => "must be a JSON object as OpenID Connect Core section 5.5 describes, and not longer than 8 KiB",
        _ => "has a value that it cannot have",
    };
    format!("the parameter {name} {rule}")
}

/// The longest `nonce` that is kept, in bytes. It has to fit into the record of a code.
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
                formatter.write_str("the redirect_uri is not one of those that the application has registered")
            }
            Self::RedirectUri(UntrustedRedirectUri::Missing) => {
                formatter.write_str("the redirect_uri is missing, and the application has registered several")
            }
        }
    }
}

impl std::error::Error for UntrustedRequest {}
