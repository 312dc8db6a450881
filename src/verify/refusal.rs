//! Why an access token is rejected.

use std::fmt;

use crate::{
    jose::JwtRefusal,
    oauth::{bearer::BearerError, scope::Scope},
};

/// Why an access token is rejected. [`VerifyRefusal::bearer`] is the error that the caller of the API receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyRefusal {
    /// It is not a JWT that one of the server's keys has signed for this purpose.
    Jwt(JwtRefusal),
    /// It was issued by another issuer.
    Issuer,
    /// It is for another audience, which is another API.
    Audience,
    /// It is bound to a key (`cnf`), and proofs of possession are not supported.
    Bound,
    /// It has expired.
    Expired,
    /// It is not valid yet, or was issued in the future.
    NotYet,
    /// It was revoked, according to the status list.
    Revoked,
    /// It is suspended or has an unknown status, according to the status list.
    Suspended,
    /// Its index is beyond the end of its status list, although the list was issued after the token.
    OutsideOfList,
    /// The scope is malformed, or lacks a required scope token.
    Scope(Scope),
    /// The keys were never fetched, or not for too long. The verifier cannot tell whether the token is valid.
    NoKeys,
    /// The token's status list was never fetched. The verifier cannot tell whether the token was revoked.
    StatusUnknown,
    /// The token's status list is older than [`Builder::stale_status_list`](super::Builder::stale_status_list) allows.
    StatusStale,
}

impl VerifyRefusal {
    /// Returns a stable identifier of the cause, for metrics and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Jwt(JwtRefusal::WrongType) => "wrong_type",
            Self::Jwt(JwtRefusal::UnknownKey) => "unknown_key",
            Self::Jwt(JwtRefusal::MissingClaim(_) | JwtRefusal::MalformedClaim(_)) => "malformed_claim",
            Self::Jwt(_) => "not_a_token",
            Self::Issuer => "wrong_issuer",
            Self::Audience => "wrong_audience",
            Self::Bound => "bound_to_a_key",
            Self::Expired => "expired",
            Self::NotYet => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::OutsideOfList => "outside_of_list",
            Self::Scope(_) => "insufficient_scope",
            Self::NoKeys => "no_keys",
            Self::StatusUnknown => "status_unknown",
            Self::StatusStale => "status_stale",
        }
    }

    /// Returns the error for the caller of the API, in the terms of RFC 6750. `None` means that the token could not be
    /// verified: the response is then 503, never 401, which would make the caller discard a valid token.
    #[must_use]
    pub fn bearer(&self) -> Option<BearerError> {
        Some(BearerError::InvalidToken(match self {
            Self::NoKeys | Self::StatusUnknown | Self::StatusStale => return None,
            Self::Scope(needed) => return Some(BearerError::InsufficientScope(needed.clone())),
            Self::Jwt(JwtRefusal::WrongType) => "the JWT is not an access token (typ is not at+jwt)",
            Self::Jwt(JwtRefusal::MissingClaim(_) | JwtRefusal::MalformedClaim(_)) => {
                "the claims are not those of an access token"
            }
            Self::Jwt(JwtRefusal::UnknownKey) => "the access token was signed with an unknown key",
            Self::Jwt(JwtRefusal::WrongSignature) => "the signature of the access token is invalid",
            Self::Jwt(_) => "the access token is not a valid JWT",
            Self::Issuer => "the access token is from another issuer",
            Self::Audience => "the access token is for another audience",
            Self::Bound => "the access token is bound to a key, but this API accepts only bearer tokens",
            Self::Expired => "the access token has expired",
            Self::NotYet => "the access token is not valid yet",
            Self::Revoked => "the access token was revoked",
            Self::Suspended => "the access token is suspended",
            Self::OutsideOfList => "the access token has no status",
        }))
    }
}

impl From<JwtRefusal> for VerifyRefusal {
    fn from(refusal: JwtRefusal) -> Self {
        Self::Jwt(refusal)
    }
}

impl fmt::Display for VerifyRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.bearer()) {
            (Self::Jwt(refusal), _) => write!(formatter, "{}: {refusal}", self.code()),
            (_, Some(bearer)) => bearer.fmt(formatter),
            (Self::StatusUnknown, None) => formatter.write_str("the status list of the token was never fetched"),
            (Self::StatusStale, None) => formatter.write_str("the status list of the token is too old"),
            (_, None) => formatter.write_str("the keys of the authorization server are unknown or too old"),
        }
    }
}

impl std::error::Error for VerifyRefusal {}
