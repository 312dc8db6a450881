//! How and when a person signed in.

use time::OffsetDateTime;

/// How and when the person signed in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Authentication {
    /// Time of the last authentication: `auth_time`.
    #[serde(with = "time::serde::rfc3339")]
    pub auth_time: OffsetDateTime,
    /// The authentication methods, as values of `amr`, RFC 8176.
    pub amr: Vec<String>,
    /// The public identifier of the session: `sid`.
    pub sid: String,
}
