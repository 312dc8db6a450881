//! The subject of a token, [RFC 7519 §4.1.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The subject of a token: a person (`usr_…`, or `pair_…` for clients with [pairwise](super::pairwise) subjects), or
/// the client itself (its `client_id`).
///
/// The values never collide, since no client identifier begins with [`Subject::PERSON`] or [`Subject::PAIRWISE`]: see
/// RFC 9068 §5.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// The prefix of every person's subject. No client identifier begins with it.
    pub const PERSON: &str = "usr_";

    /// The prefix of every pairwise subject. No client identifier begins with it.
    pub const PAIRWISE: &str = "pair_";

    /// Creates the subject `text`, which is the identifier of an account or of a client.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it identifies an account, not a client.
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
