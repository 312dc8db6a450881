//! The secret of a client, as it is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{crypto::Digest, secret::Secret};

/// A stored client secret: only its hash, unless the client signs with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Number shown to the user, unique among the current secrets of the client.
    #[serde(default = "first")]
    pub number: u32,
    pub digest: Digest,
    /// The secret itself, if the client signs with it (`client_secret_jwt`).
    ///
    /// Verifying its signatures requires the secret, so the server stores it for these clients and for no others. It
    /// is encrypted with a key from the key folder, so that the database or its backup alone does not reveal it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedSecret>,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A secret encrypted with the sealing key of this server.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecret(pub(super) String);

impl ClientSecret {
    /// Creates the record of a secret that was chosen elsewhere. Only its hash is stored.
    #[must_use]
    pub fn import(secret: &Secret, now: OffsetDateTime) -> Self {
        Self { number: first(), digest: Digest::of_secret(secret), sealed: None, created_at: now }
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealedSecret(…)")
    }
}

pub(super) fn first() -> u32 {
    1
}
