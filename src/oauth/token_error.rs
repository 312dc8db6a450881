//! Refusals of the token endpoint, [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).

use std::fmt;

use super::{
    client_assertion::AssertionRefusal,
    parameters::{MOST_PARAMETERS, MalformedParameters},
    requested_scope::RequestedScopeRefusal,
    resource::AudienceRefusal,
};

/// Why the token endpoint refuses a request: the cause, for the log and the tests. The client learns the
/// [code](TokenError::code) and a sentence that is fixed for each code, so that nobody can probe for causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// The request is not a form, or a parameter is missing or repeated.
    Malformed(MalformedParameters),
    /// The client authenticates in two ways at once: "MUST NOT use more than one authentication method".
    SeveralAuthMethods,
    /// The `client_id` of the form is not the one of the credentials.
    ClientIdMismatch,
    /// The client is unknown, its secret is wrong or missing, or it used a method that it is not registered for.
    ClientNotAuthenticated,
    /// The client named itself but has a secret to show.
    SecretMissing,
    /// Nothing in the request names a client.
    CredentialsMissing,
    /// Too many wrong secrets of the client came from the address, and this was another one.
    TooManySecrets {
        /// When the next wrong one is judged.
        retry_after_seconds: u64,
    },
    /// The JWT with which the client authenticates.
    Assertion(AssertionRefusal),
    /// The client may not use this grant.
    GrantNotAllowed,
    /// The server has no such grant.
    UnknownGrant,
    /// The code was never issued, or is long gone.
    CodeUnknown,
    /// The code is past its lifetime.
    CodeExpired,
    /// The code was redeemed before: "the authorization server MUST deny the request and SHOULD revoke (when possible)
    /// all tokens previously issued based on that authorization code" (§4.1.2).
    CodeSpent,
    /// The code was issued to another client.
    CodeOfAnotherClient,
    /// The `redirect_uri` is not the one of the authorization request.
    RedirectUriMismatch,
    /// The `code_verifier` does not match, is missing, or was sent though there was no challenge (RFC 9700 §4.8.2).
    VerifierMismatch,
    /// The refresh token is not one of this server's, or its grant is long gone.
    RefreshTokenUnknown,
    /// The refresh token is past its lifetime, or was not used for too long.
    RefreshTokenExpired,
    /// The refresh token was replaced, and its successor was told: two hold it (RFC 9700 §4.14.2).
    RefreshTokenReused,
    /// The refresh token was issued to another client.
    RefreshTokenOfAnotherClient,
    /// The username and the password do not match, or the person cannot sign in with them here (§4.3.2).
    PasswordMismatch,
    /// Too many passwords were tried.
    TooManyGuesses,
    /// The device code was never issued to this client, was used, or is long gone (RFC 8628 §3.5).
    DeviceCodeUnknown,
    /// The person has not answered yet.
    AuthorizationPending,
    /// The client asks too often.
    SlowDown,
    /// The person said no.
    AccessDenied,
    /// The person has not answered in time.
    DeviceCodeExpired,
    /// The person, the client or the consent behind the grant is no longer what it was.
    GrantEnded,
    /// Nothing of the scope with which a grant would begin can be granted, or the resource does not go with it.
    Scope(RequestedScopeRefusal),
    /// The scope is malformed or more than what was granted (§6).
    ScopeExceeded,
    /// The resource is not one that was granted, or does not go with the scope (RFC 8707 §2.2).
    InvalidTarget,
}

impl TokenError {
    /// The value of `error`.
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

    /// The value of `error_description`: what to look at, without telling which rule was broken where that would help
    /// an attacker.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Scope(refusal) => return refusal.description(),
            Self::CredentialsMissing => {
                return "the client did not authenticate; send its credentials in the Authorization header, or client_id"
                    .to_owned();
            }
            Self::TooManySecrets { retry_after_seconds } => {
                return format!(
                    "too many wrong secrets of this client; the next is judged in {retry_after_seconds} seconds"
                );
            }
            _ => {}
        }
        let fixed = match self.code() {
            "invalid_grant" if self.is_about_password() => {
                "the username and the password do not match, or there were too many attempts"
            }
            "authorization_pending" => "the person has not answered yet; ask again after the interval",
            "slow_down" => "wait 5 seconds longer between requests from now on",
            "access_denied" => "the person did not give permission",
            "expired_token" => "the person did not answer in time; ask for a new device code",
            "invalid_request" => return self.request_description(),
            "invalid_client" => "the client is unknown, or it did not authenticate as it is registered",
            "invalid_grant" => {
                "the code or refresh token is unknown, expired, revoked, already used, or was issued for another client, \
                 redirect URI or code verifier; start again at the authorization endpoint"
            }
            "unauthorized_client" => "this client is not registered for this grant type",
            "unsupported_grant_type" => "this server does not know this grant type; see grant_types_supported",
            "invalid_scope" => "the scope is malformed, or more than what was granted",
            _ => "the resource was not granted, or the scope belongs to another one",
        };
        fixed.to_owned()
    }

    /// Whether a secret, or a signature in its place, was wrong, so that it counts as a guess.
    #[must_use]
    pub fn is_wrong_secret(&self) -> bool {
        matches!(self, Self::ClientNotAuthenticated | Self::Assertion(AssertionRefusal::Jwt(_)))
    }

    fn is_about_password(&self) -> bool {
        matches!(self, Self::PasswordMismatch | Self::TooManyGuesses)
    }

    fn request_description(&self) -> String {
        match self {
            // §5.2 allows %x20-21 / %x23-5B / %x5D-7E: the parameter's name is only told when it is one of ours.
            Self::Malformed(MalformedParameters::Missing(name)) => format!("the parameter {name} is missing"),
            Self::Malformed(MalformedParameters::Repeated(_)) => "a parameter is repeated".to_owned(),
            Self::Malformed(MalformedParameters::TooMany) => {
                format!("a request has at most {MOST_PARAMETERS} parameters")
            }
            Self::Malformed(MalformedParameters::Encoding) => {
                "the body must be application/x-www-form-urlencoded in UTF-8".to_owned()
            }
            Self::SeveralAuthMethods => "the client must authenticate in one way only".to_owned(),
            _ => "client_id is not the one of the Authorization header".to_owned(),
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

/// At a refresh, where scope and resource are among those that were granted.
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
    fn descriptions_hold_permitted_characters_only() {
        for error in [
            TokenError::Malformed(MalformedParameters::Missing("code")),
            TokenError::Malformed(MalformedParameters::Repeated("\"\\\n".to_owned())),
            TokenError::Malformed(MalformedParameters::Encoding),
            TokenError::Malformed(MalformedParameters::TooMany),
            TokenError::SeveralAuthMethods,
            TokenError::ClientIdMismatch,
            TokenError::ClientNotAuthenticated,
            TokenError::CredentialsMissing,
            TokenError::TooManySecrets { retry_after_seconds: 60 },
            TokenError::Assertion(AssertionRefusal::Replayed),
            TokenError::CodeSpent,
            TokenError::PasswordMismatch,
            TokenError::AuthorizationPending,
            TokenError::SlowDown,
            TokenError::AccessDenied,
            TokenError::DeviceCodeExpired,
            TokenError::GrantNotAllowed,
            TokenError::UnknownGrant,
            TokenError::ScopeExceeded,
            TokenError::Scope(RequestedScopeRefusal::Malformed),
            TokenError::Scope(RequestedScopeRefusal::Target(AudienceRefusal::SeveralResources(Vec::new()))),
            TokenError::InvalidTarget,
        ] {
            let description = error.description();
            assert!(description.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)), "{description}");
        }
    }
}
