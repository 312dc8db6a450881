//! Identifiers of grants.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::status_list::StatusIndex;
use crate::entropy::Entropy;

/// The identifier of a grant: 128 random bits as base64url. The `jti` of every access token contains it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(String);

/// The data that is generated for a new grant.
#[derive(Clone, Debug)]
pub struct GrantIdentity {
    pub id: GrantId,
    /// The position in the published status list, if the status is published.
    pub status: Option<StatusIndex>,
}

impl GrantId {
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(entropy.text::<16>())
    }

    #[must_use]
    pub(in crate::oauth) fn from_bytes(bytes: &[u8; 16]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the 16 bytes of the identifier.
    pub(in crate::oauth) fn to_bytes(&self) -> Option<[u8; 16]> {
        URL_SAFE_NO_PAD.decode(&self.0).ok()?.try_into().ok()
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(text.to_owned());
        id.to_bytes().filter(|bytes| Self::from_bytes(bytes) == id).map(|_| id)
    }

    /// Extracts the grant identifier from the `jti` of an access token that this server issued.
    #[must_use]
    pub fn of_jti(jti: &str) -> Option<Self> {
        Self::parse(jti.split_once('.')?.0)
    }

    /// Generates the `jti` of a new access token of this grant.
    #[must_use]
    pub fn jti(&self, entropy: Entropy) -> String {
        format!("{}.{}", self.0, entropy.text::<12>())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
