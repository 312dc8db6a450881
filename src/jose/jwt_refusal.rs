//! Why a JWT is refused.

use std::fmt;

/// The cause for which a JWT is refused, for the log and the tests. Which code the sender is told is decided where the
/// JWT was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtRefusal {
    /// Longer than a JWT of its kind may be.
    TooLong,
    /// Not three parts between two dots, so no JWS in the compact serialization. A JWE has five.
    NotThreeParts,
    /// A part is not unpadded base64url in its one canonical form.
    NotBase64Url,
    /// The header or the payload is not JSON.
    NotJson,
    /// The header or the payload is JSON, but no object.
    NotAnObject,
    /// An object names a member twice.
    DuplicateName,
    /// A header parameter is missing or of the wrong type.
    MalformedHeader,
    /// `alg` is `none`, or names an algorithm that is not in use here.
    UnsupportedAlgorithm,
    /// The header demands an extension (`crit`, or `b64` that is not `true`); none is understood.
    UnknownExtension,
    /// No key has the `kid` of the header.
    UnknownKey,
    /// The header has no `kid`, and more than one key could be meant.
    KeyNotNamed,
    /// `alg` is not the algorithm of the key.
    AlgorithmMismatch,
    /// The signature was not made over this text by this key.
    WrongSignature,
    /// `typ` is missing or names another purpose.
    WrongType,
    /// The claim of this name is missing.
    MissingClaim(&'static str),
    /// The claim of this name has the wrong type or is out of range.
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
            Self::DuplicateName => "the JWT names a member twice",
            Self::MalformedHeader => "a header parameter is missing or has the wrong type",
            Self::UnsupportedAlgorithm => "the alg is not in use here",
            Self::UnknownExtension => "the header demands an extension that is not understood",
            Self::UnknownKey => "no key has this kid",
            Self::KeyNotNamed => "the header has no kid and several keys could be meant",
            Self::AlgorithmMismatch => "the alg is not the one of the key",
            Self::WrongSignature => "the signature is wrong",
            Self::WrongType => "the typ is missing or another one",
            Self::MissingClaim(name) => return write!(formatter, "the claim {name} is missing"),
            Self::MalformedClaim(name) => return write!(formatter, "the claim {name} is malformed"),
        };
        formatter.write_str(text)
    }
}

impl std::error::Error for JwtRefusal {}
