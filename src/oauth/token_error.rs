//! Errors of the token endpoint, [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).

use std::fmt;

use super::{
    assertion_refusal::AssertionRefusal,
    parameters::{MOST_PARAMETERS, MalformedParameters},
    requested_scope::RequestedScopeRefusal,
    resource::AudienceRefusal,
};

/// Why the token endpoint rejects a request. The variant names the cause for the log and the tests. The client receives
/// the [code](TokenError::code) and a sentence that is fixed for each code, so that it cannot probe for causes.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TokenError {
    /// The request is not a form, or a parameter is missing or repeated.
    Malformed(MalformedParameters),
    /// The client uses two authentication methods: "MUST NOT use more than one authentication method".
    SeveralAuthMethods,
    /// The `client_id` of the form is not the one of the credentials.
    ClientIdMismatch,
    /// The client is unknown, its secret is wrong or missing, or it used a method that it is not registered for.
    ClientNotAuthenticated,
    /// The client has a secret but sent only its identifier.
    SecretMissing,
    /// The request names no client.
    CredentialsMissing,
    /// Too many wrong secrets of the client came from the address, and this one was wrong too.
    TooManySecrets {
        /// Seconds until another secret is checked.
        retry_after_seconds: u64,
    },
    /// The client assertion is rejected.
    Assertion(AssertionRefusal),
    /// The client may not use this grant type.
    GrantNotAllowed,
    /// The server does not support this grant type.
    UnknownGrant,
    /// The code was never issued, or its record has been deleted.
    CodeUnknown,
    CodeExpired,
    /// The code was redeemed before: "the authorization server MUST deny the request and SHOULD revoke (when possible)
    /// all tokens previously issued based on that authorization code" (§4.1.2).
    CodeSpent,
    CodeOfAnotherClient,
    /// The `redirect_uri` is not the one of the authorization request.
    RedirectUriMismatch,
    /// The `code_verifier` does not match, is missing, or was sent although there was no challenge (RFC 9700 §4.8.2).
    VerifierMismatch,
    /// The refresh token was not issued by this server, or the record of its grant has been deleted.
    RefreshTokenUnknown,
    /// The refresh token has expired or was not used for too long.
    RefreshTokenExpired,
    /// The refresh token was replaced and its successor was sent, so two parties hold it (RFC 9700 §4.14.2).
    RefreshTokenReused,
    RefreshTokenOfAnotherClient,
    /// The username and the password do not match, or the person may not sign in with them here (§4.3.2).
    PasswordMismatch,
    /// Too many passwords were tried.
    TooManyGuesses,
    /// The device code was never issued to this client, was used, or its record has been deleted (RFC 8628 §3.5).
    DeviceCodeUnknown,
    /// The person has not responded yet.
    AuthorizationPending,
    /// The client polls too often.
    SlowDown,
    /// The person denied the request.
    AccessDenied,
    /// The person did not respond in time.
    DeviceCodeExpired,
    /// The person, the client or the consent changed, which ended the grant.
    GrantEnded,
    /// No part of the initial scope can be granted, or the scope does not match the resource.
    Scope(RequestedScopeRefusal),
    /// The scope is malformed or exceeds what was granted (§6).
    ScopeExceeded,
    /// The resource was not granted, or does not match the scope (RFC 8707 §2.2).
    InvalidTarget,
}

impl TokenError {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::SeveralAuthMethods | Self::ClientIdMismatch => "invalid_request",
            Self::ClientNotAuthenticated
            | Self::SecretMissing
            | Self::CredentialsMissing
            | Self::TooManySecrets { .. }
            | Self::Assertion(_) => "invalid_client",
            Self::CodeUnknown
            | Self::CodeExpired
            | Self::CodeSpent
            | Self::CodeOfAnotherClient
            | Self::RedirectUriMismatch
            | Self::VerifierMismatch
            | Self::RefreshTokenUnknown
            | Self::RefreshTokenExpired
            | Self::RefreshTokenReused
            | Self::RefreshTokenOfAnotherClient
            | Self::PasswordMismatch
            | Self::TooManyGuesses
            | Self::DeviceCodeUnknown
            | Self::GrantEnded => "invalid_grant",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::DeviceCodeExpired => "expired_token",
            Self::GrantNotAllowed => "unauthorized_client",
            Self::UnknownGrant => "unsupported_grant_type",
            Self::Scope(refusal) => refusal.code(),
            Self::ScopeExceeded => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
        }
    }

    /// Returns the value of `error_description`: what to check. It does not say which rule was broken if that would
    /// help an attacker.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Scope(refusal) => return refusal.description(),
            Self::CredentialsMissing => {
                return "client authentication is missing; send the credentials in the Authorization header, or \
                    client_id"
                    .to_owned();
            }
            Self::TooManySecrets { retry_after_seconds } => {
                return format!("too many wrong secrets for this client; try again in {retry_after_seconds} seconds");
            }
            _ => {}
        }
        let fixed = match self.code() {
            "invalid_grant" if self.is_about_password() => "wrong username or password, or too many attempts",
            "authorization_pending" => "the user has not responded yet; poll again after the interval",
            "slow_down" => "increase the interval between requests by 5 seconds",
            "access_denied" => "the user denied the request",
            "expired_token" => "the user did not respond in time; request a new device code",
            "invalid_request" => return self.request_description(),
            "invalid_client" => "unknown client, or client authentication failed",
            "invalid_grant" => {
                "the code or refresh token is unknown, expired, revoked, already used, or was issued for another client, \
                 redirect URI or code verifier; start again at the authorization endpoint"
            }
            "unauthorized_client" => "this client is not registered for this grant type",
            "unsupported_grant_type" => "this grant type is not supported; see grant_types_supported in the metadata",
            "invalid_scope" => "the scope is malformed, or exceeds the granted scope",
            _ => "the resource was not granted, or the scope belongs to another one",
        };
        fixed.to_owned()
    }

    /// Returns whether a secret or a signature was wrong, so that the request counts as a guess.
    #[must_use]
    pub fn is_wrong_secret(&self) -> bool {
        matches!(self, Self::ClientNotAuthenticated | Self::Assertion(AssertionRefusal::Jwt(_)))
    }

    fn is_about_password(&self) -> bool {
        matches!(self, Self::PasswordMismatch | Self::TooManyGuesses)
    }

    fn request_description(&self) -> String {
        match self {
            // §5.2 allows `%x20-21 / %x23-5B / %x5D-7E`: the name is only included if it is a known parameter.
            Self::Malformed(MalformedParameters::Missing(name)) => format!("the parameter {name} is missing"),
            Self::Malformed(MalformedParameters::Repeated(_)) => "a parameter is repeated".to_owned(),
            Self::Malformed(MalformedParameters::TooMany) => {
                format!("the request has more than {MOST_PARAMETERS} parameters")
            }
            Self::Malformed(MalformedParameters::Encoding) => {
                "the body must be application/x-www-form-urlencoded in UTF-8".to_owned()
            }
            Self::SeveralAuthMethods => "the client must use only one authentication method".to_owned(),
            _ => "client_id differs from the one in the Authorization header".to_owned(),
        }
    }
}

impl From<MalformedParameters> for TokenError {
    fn from(malformed: MalformedParameters) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<RequestedScopeRefusal> for TokenError {
    fn from(refusal: RequestedScopeRefusal) -> Self {
        Self::Scope(refusal)
    }
}

/// For a refresh, where scope and resource are among those that were granted.
impl From<AudienceRefusal> for TokenError {
    fn from(refusal: AudienceRefusal) -> Self {
        match refusal {
            AudienceRefusal::UnknownScope => Self::ScopeExceeded,
            AudienceRefusal::UnknownResource(_) | AudienceRefusal::SeveralResources(_) => Self::InvalidTarget,
        }
    }
}

impl From<AssertionRefusal> for TokenError {
    fn from(refusal: AssertionRefusal) -> Self {
        Self::Assertion(refusal)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({self:?})", self.code())
    }
}

impl std::error::Error for TokenError {}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6749 §5.2: "Values for the "error_description" parameter MUST NOT include characters outside the set
    // %x20-21 / %x23-5B / %x5D-7E."
    #[test]
    fn descriptions_say_what_to_look_at_in_permitted_characters() {
        use TokenError as T;
        for (error, told) in [
            (T::Malformed(MalformedParameters::Missing("code")), "the parameter code is missing"),
            (T::Malformed(MalformedParameters::Repeated("\"\\\n".to_owned())), "a parameter is repeated"),
            (T::Malformed(MalformedParameters::Encoding), "the body must be application/x-www-form-urlencoded"),
            (T::Malformed(MalformedParameters::TooMany), "the request has more than 64 parameters"),
            (T::SeveralAuthMethods, "the client must use only one authentication method"),
            (T::ClientIdMismatch, "client_id differs from the one in the Authorization header"),
            (T::ClientNotAuthenticated, "unknown client, or client authentication failed"),
            (T::CredentialsMissing, "client authentication is missing; send the credentials"),
            (
                T::TooManySecrets { retry_after_seconds: 60 },
                "too many wrong secrets for this client; try again in 60 seconds",
            ),
            (T::Assertion(AssertionRefusal::Replayed), "unknown client, or client authentication failed"),
            (T::CodeSpent, "the code or refresh token is unknown, expired, revoked, already used"),
            (T::PasswordMismatch, "wrong username or password, or too many attempts"),
            (T::TooManyGuesses, "wrong username or password, or too many attempts"),
            (T::AuthorizationPending, "the user has not responded yet"),
            (T::SlowDown, "increase the interval between requests by 5 seconds"),
            (T::AccessDenied, "the user denied the request"),
            (T::DeviceCodeExpired, "the user did not respond in time"),
            (T::GrantNotAllowed, "this client is not registered for this grant type"),
            (T::UnknownGrant, "this grant type is not supported"),
            (T::ScopeExceeded, "the scope is malformed, or exceeds the granted scope"),
            (T::Scope(RequestedScopeRefusal::Malformed), "scope must be a list of scope tokens"),
            (
                T::Scope(RequestedScopeRefusal::Target(AudienceRefusal::SeveralResources(Vec::new()))),
                "a token is for one API",
            ),
            (T::InvalidTarget, "the resource was not granted"),
        ] {
            let description = error.description();
            assert!(description.starts_with(told), "{error:?}: {description}");
            assert!(description.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)), "{description}");
        }
    }

    #[test]
    fn a_wrong_secret_and_a_wrong_signature_are_guesses_and_nothing_else_is() {
        use crate::jose::JwtRefusal;
        for (error, is_guess) in [
            (TokenError::ClientNotAuthenticated, true),
            (TokenError::Assertion(AssertionRefusal::Jwt(JwtRefusal::WrongSignature)), true),
            (TokenError::Assertion(AssertionRefusal::Expired), false),
            (TokenError::SecretMissing, false),
            (TokenError::CodeUnknown, false),
        ] {
            assert_eq!(error.is_wrong_secret(), is_guess, "{error}");
        }
    }
}
