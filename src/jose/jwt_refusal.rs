//! Why a JWT is rejected.

use std::fmt;

/// Why a JWT is rejected, for the log and the tests. The code that receives the JWT decides which error code it
/// returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtRefusal {
    /// The JWT is longer than allowed for its kind.
    TooLong,
    /// It does not have three parts separated by dots, so it is not a JWS in the compact serialization. A JWE has five
    /// parts.
    NotThreeParts,
    /// A part is not unpadded base64url in canonical form.
    NotBase64Url,
    /// The header or the payload is not JSON.
    NotJson,
    /// The header or the payload is JSON, but not an object.
    NotAnObject,
    /// An object contains a duplicate name.
    DuplicateName,
    /// A header parameter is missing or of the wrong type.
    MalformedHeader,
    /// `alg` is `none` or an unsupported algorithm.
    UnsupportedAlgorithm,
    /// The header requires an extension (`crit`, or `b64` that is not `true`). None is supported.
    UnknownExtension,
    /// No key has the `kid` of the header.
    UnknownKey,
    /// The header has no `kid`, and more than one key matches.
    KeyNotNamed,
    /// `alg` is not the algorithm of the key.
    AlgorithmMismatch,
    /// The signature is not valid for this text and this key.
    WrongSignature,
    /// `typ` is missing or names another type.
    WrongType,
    /// This claim is missing.
    MissingClaim(&'static str),
    /// This claim has the wrong type or is out of range.
    MalformedClaim(&'static str),
}

impl fmt::Display for JwtRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TooLong => "the JWT is too long",
            Self::NotThreeParts => "not a JWT of three parts",
            Self::NotBase64Url => "a part of the JWT is not canonical base64url",
            Self::NotJson => "a part of the JWT is not JSON",
            Self::NotAnObject => "a part of the JWT is not a JSON object",
            Self::DuplicateName => "the JWT contains a member twice",
            Self::MalformedHeader => "a header parameter is missing or has the wrong type",
            Self::UnsupportedAlgorithm => "the alg is not supported",
            Self::UnknownExtension => "the header requires an unsupported extension",
            Self::UnknownKey => "no key has this kid",
            Self::KeyNotNamed => "the header has no kid, and several keys match",
            Self::AlgorithmMismatch => "the alg does not match the key",
            Self::WrongSignature => "the signature is invalid",
            Self::WrongType => "the typ is missing or wrong",
            Self::MissingClaim(name) => return write!(formatter, "the claim {name} is missing"),
            Self::MalformedClaim(name) => return write!(formatter, "the claim {name} is malformed"),
        };
        formatter.write_str(text)
    }
}

impl std::error::Error for JwtRefusal {}
