//! Why a client assertion is refused, [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3).

use std::fmt;

use crate::jose::JwtRefusal;

/// Why an assertion is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum AssertionRefusal {
    /// The value of `client_assertion_type` is not supported.
    UnknownType,
    /// It is not a JWT, or no key of the client verifies its signature.
    Jwt(JwtRefusal),
    /// The client is registered for another authentication method.
    OtherMethod,
    /// The client has no keys, or they cannot be fetched.
    NoKeys,
    /// It is not signed with the registered algorithm.
    OtherAlgorithm,
    /// Its `typ` or its claims belong to another kind of JWT.
    OtherKind,
    /// `iss`, `sub` and `client_id` are not equal.
    OtherClient,
    /// `aud` is not this server, or not this server alone.
    Audience,
    /// `aud` is the token endpoint, or a list that contains only the issuer. Only clients registered with
    /// `token_endpoint_as_audience` may send these.
    OlderAudience,
    /// It has expired.
    Expired,
    /// Its `exp` is further in the future than `client_assertion::LONGEST`.
    LivesTooLong,
    /// Its `nbf` or `iat` is in the future.
    NotYetValid,
    /// It was used before.
    Replayed,
}

impl From<JwtRefusal> for AssertionRefusal {
    fn from(refusal: JwtRefusal) -> Self {
        Self::Jwt(refusal)
    }
}

impl fmt::Display for AssertionRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Jwt(refusal) => return refusal.fmt(formatter),
            Self::UnknownType => "the client_assertion_type is not supported",
            Self::OtherMethod => "the client is registered with another authentication method",
            Self::NoKeys => "the client has no keys, or they cannot be fetched",
            Self::OtherAlgorithm => "the alg is not the one registered for the client",
            Self::OtherKind => "the typ is that of another kind of JWT",
            Self::OtherClient => "iss, sub and client_id are not the same",
            Self::Audience => "aud is not the issuer of this server as a single string",
            Self::OlderAudience => {
                "aud is the token endpoint or a list; the setting token_endpoint_as_audience of the application accepts it"
            }
            Self::Expired => "the assertion has expired",
            Self::LivesTooLong => "exp is more than five minutes in the future",
            Self::NotYetValid => "nbf or iat is in the future",
            Self::Replayed => "the assertion was already used",
        })
    }
}

impl std::error::Error for AssertionRefusal {}
