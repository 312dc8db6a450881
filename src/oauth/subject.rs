//! The subject of a token, [RFC 7519 §4.1.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who a token is about: a person (`usr_…`, or `pair_…` to clients with [pairwise](super::pairwise) subjects), or the
/// client itself (its `client_id`).
///
/// The spaces do not meet, since no client identifier begins with [`Subject::PERSON`] or [`Subject::PAIRWISE`]: see
/// RFC 9068 §5.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// With what the subject of every person begins, and no client identifier.
    pub const PERSON: &str = "usr_";

    /// With what the subject begins by which the clients of one sector know a person, and no client identifier.
    pub const PAIRWISE: &str = "pair_";

    /// The subject named by `text`, which is an account's identifier or a client's.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of `sub`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the identifier of an account rather than a client.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.0.starts_with(Self::PERSON)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
