//! Client identifiers, [RFC 6749 §2.2](https://www.rfc-editor.org/rfc/rfc6749#section-2.2).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::subject::Subject;
use crate::entropy::Entropy;

/// The identifier of a client (§2.2): unique, public, 1 to [`ClientId::LONGEST`] visible ASCII characters. It never
/// begins with the prefix of a person's identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// The text is not a valid client identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIdRefusal;

impl ClientId {
    /// The maximum number of characters.
    pub const LONGEST: usize = 128;

    /// Parses `text` as a client identifier.
    ///
    /// # Errors
    ///
    /// Returns [`ClientIdRefusal`] if the text is empty, too long, contains anything but letters, digits and `-._~:/`,
    /// or begins with the prefix of a person's identifier: RFC 9068 §5 warns that `sub` must not be ambiguous.
    pub fn parse(text: &str) -> Result<Self, ClientIdRefusal> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
        let length = (1..=Self::LONGEST).contains(&text.len());
        let is_of_a_person = text.starts_with(Subject::PERSON) || text.starts_with(Subject::PAIRWISE);
        if !length || is_of_a_person || !text.bytes().all(allowed) {
            return Err(ClientIdRefusal);
        }
        Ok(Self(text.to_owned()))
    }

    /// Generates an identifier of 128 random bits.
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(format!("app_{}", entropy.text::<16>()))
    }

    /// Returns the identifier of a client that is part of this server.
    #[must_use]
    pub fn built_in(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdRefusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for ClientIdRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "must have 1 to {} letters, digits or -._~:/ and must not begin with {:?} or {:?}",
            ClientId::LONGEST,
            Subject::PERSON,
            Subject::PAIRWISE
        )
    }
}

impl std::error::Error for ClientIdRefusal {}
