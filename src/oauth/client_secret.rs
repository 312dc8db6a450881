//! The secrets of a confidential client, [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1): up to two
//! live at a time, so that one can be replaced by another while the application goes on.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::client::Client;
use crate::{crypto::Digest, entropy::Entropy, secret::Secret};

/// A client secret as it is remembered: its hash alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientSecret {
    /// By which number it is spoken of; of one client each number is given once among those that live.
    #[serde(default = "first")]
    pub number: u32,
    /// The hash of the secret.
    pub digest: Digest,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Why the secrets of a client stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsRefusal {
    /// A public client has none.
    Public,
    /// Two live already.
    TooMany,
    /// It is the only one.
    Last,
    /// There is none of this number.
    Unknown,
}

impl ClientSecret {
    /// A secret that someone else chose.
    #[must_use]
    pub fn import(secret: &Secret, now: OffsetDateTime) -> Self {
        Self { number: first(), digest: Digest::of_secret(secret), created_at: now }
    }
}

impl Client {
    /// Gives it a new secret of 256 random bits, which is told this once. The prefix lets scanners of published code
    /// recognise it.
    ///
    /// # Errors
    ///
    /// [`SecretsRefusal::Public`] or [`SecretsRefusal::TooMany`].
    pub fn add_secret(&mut self, entropy: Entropy, now: OffsetDateTime) -> Result<Secret, SecretsRefusal> {
        if self.is_public() {
            return Err(SecretsRefusal::Public);
        }
        if self.secrets.len() >= MOST_SECRETS {
            return Err(SecretsRefusal::TooMany);
        }
        let secret = Secret::new(format!("signet_cs_{}", entropy.secret().expose()));
        let number =
            self.secrets.iter().map(|secret| secret.number).max().map_or(first(), |last| last.saturating_add(1));
        self.secrets.push(ClientSecret { number, ..ClientSecret::import(&secret, now) });
        Ok(secret)
    }

    /// Takes the secret of `number` away, of which another one must remain.
    ///
    /// # Errors
    ///
    /// [`SecretsRefusal::Unknown`] or [`SecretsRefusal::Last`].
    pub fn remove_secret(&mut self, number: u32) -> Result<(), SecretsRefusal> {
        if !self.secrets.iter().any(|secret| secret.number == number) {
            return Err(SecretsRefusal::Unknown);
        }
        if self.secrets.len() == 1 {
            return Err(SecretsRefusal::Last);
        }
        self.secrets.retain(|secret| secret.number != number);
        Ok(())
    }
}

impl fmt::Display for SecretsRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Public => "a public client has no secret; register it with another token_endpoint_auth_method first",
            Self::TooMany => "two secrets live already; take the one away that is no longer in use",
            Self::Last => "it is the only secret; add another one first",
            Self::Unknown => "there is no such secret",
        })
    }
}

impl std::error::Error for SecretsRefusal {}

fn first() -> u32 {
    1
}

/// The most secrets that live at a time. It bounds the record, and what a request has to be compared with.
const MOST_SECRETS: usize = 2;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::oauth::{client::AuthMethod, client_authentication::tests::client};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn without_secret() -> Client {
        Client { secrets: Vec::new(), ..client() }
    }

    #[test]
    fn a_secret_is_remembered_by_its_hash() {
        let mut client = without_secret();
        let secret = client.add_secret(Entropy::system(), NOW).unwrap();
        assert!(secret.expose().starts_with("signet_cs_") && secret.expose().len() == 53);
        assert!(client.secrets[0].digest.matches(&secret));
        assert!(!serde_json::to_string(&client).unwrap().contains(secret.expose()));
    }

    #[test]
    fn two_secrets_live_at_a_time_and_never_none() {
        let mut client = without_secret();
        client.add_secret(Entropy::system(), NOW).unwrap();
        assert_eq!(client.remove_secret(1), Err(SecretsRefusal::Last));
        client.add_secret(Entropy::system(), NOW).unwrap();
        assert_eq!(client.add_secret(Entropy::system(), NOW).err(), Some(SecretsRefusal::TooMany));
        assert_eq!(client.remove_secret(3), Err(SecretsRefusal::Unknown));
        assert_eq!(client.remove_secret(1), Ok(()));
        client.add_secret(Entropy::system(), NOW).unwrap();
        assert_eq!(client.secrets.iter().map(|secret| secret.number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_public_client_gets_no_secret() {
        let mut public = without_secret();
        public.metadata.token_endpoint_auth_method = AuthMethod::None;
        assert_eq!(public.add_secret(Entropy::system(), NOW).err(), Some(SecretsRefusal::Public));
    }
}
