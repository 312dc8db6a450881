//! The secrets of a confidential client, [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1). Two
//! can be valid at a time, so that a secret can be rotated without downtime.

use std::fmt;

use time::OffsetDateTime;
use zeroize::Zeroize;

use super::{
    client::{AuthMethod, Client},
    client_secret::{ClientSecret, SealedSecret, first},
};
use crate::{crypto::SealingKey, entropy::Entropy, secret::Secret};

/// Why a change to the secrets of a client is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsRefusal {
    /// The client is public and has no secrets.
    Public,
    /// The client authenticates with a private key and has no secrets.
    KeyHolder,
    /// The client already has two secrets.
    TooMany,
    /// It is the only secret of the client.
    Last,
    /// The client has no secret with this number.
    Unknown,
}

impl Client {
    /// Adds a secret of 256 random bits and returns it; it is not shown again. Its prefix lets secret scanners
    /// recognise it.
    ///
    /// # Errors
    ///
    /// Returns [`SecretsRefusal::Public`], [`SecretsRefusal::KeyHolder`] or [`SecretsRefusal::TooMany`].
    pub fn add_secret(&mut self, means: (&SealingKey, Entropy), now: OffsetDateTime) -> Result<Secret, SecretsRefusal> {
        if self.is_public() {
            return Err(SecretsRefusal::Public);
        }
        if !self.has_secret() {
            return Err(SecretsRefusal::KeyHolder);
        }
        if self.secrets.len() >= MOST_SECRETS {
            return Err(SecretsRefusal::TooMany);
        }
        let secret = Secret::new(format!("signet_cs_{}", means.1.secret().expose()));
        let number =
            self.secrets.iter().map(|secret| secret.number).max().map_or(first(), |last| last.saturating_add(1));
        self.secrets.push(ClientSecret { number, ..self.remembered(&secret, means, now) });
        Ok(secret)
    }

    /// Creates the record of `secret` for this client.
    #[must_use]
    pub fn remembered(
        &self,
        secret: &Secret,
        (sealing_key, entropy): (&SealingKey, Entropy),
        now: OffsetDateTime,
    ) -> ClientSecret {
        let seal = || sealing_key.seal(&self.purpose(), secret.expose().as_bytes(), entropy);
        let sealed = self.signs_with_secret().then(|| SealedSecret(seal()));
        ClientSecret { sealed, ..ClientSecret::import(secret, now) }
    }

    /// Returns the secrets with which the client signs; empty if it uses another authentication method.
    #[must_use]
    pub fn signing_secrets(&self, sealing_key: &SealingKey) -> Vec<Secret> {
        if !self.signs_with_secret() {
            return Vec::new();
        }
        let open = |sealed: &SealedSecret| {
            let opened = sealing_key.open(&self.purpose(), &sealed.0).ok()?;
            String::from_utf8(opened).ok().map(Secret::new)
        };
        self.secrets.iter().filter_map(|secret| secret.sealed.as_ref()).filter_map(open).collect()
    }

    /// Encrypts the secrets with the key of `means` instead of `previous`. Returns whether there were any.
    #[must_use]
    pub fn reseal(&mut self, previous: &SealingKey, (sealing_key, entropy): (&SealingKey, Entropy)) -> bool {
        let purpose = self.purpose();
        let mut is_changed = false;
        for sealed in self.secrets.iter_mut().filter_map(|secret| secret.sealed.as_mut()) {
            if let Ok(mut opened) = previous.open(&purpose, &sealed.0) {
                sealed.0 = sealing_key.seal(&purpose, &opened, entropy);
                opened.zeroize();
                is_changed = true;
            }
        }
        is_changed
    }

    /// Removes the secrets that the current authentication method does not use, and the encrypted secrets that are not
    /// needed; the registration may have changed. Secrets of which only the hash is stored cannot sign.
    pub fn drop_useless_secrets(&mut self) {
        if !self.has_secret() {
            self.secrets.clear();
        } else if self.signs_with_secret() {
            self.secrets.retain(|secret| secret.sealed.is_some());
        } else {
            self.secrets.iter_mut().for_each(|secret| secret.sealed = None);
        }
    }

    fn signs_with_secret(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::ClientSecretJwt
    }

    fn purpose(&self) -> String {
        format!("client_secret_jwt {}", self.client_id)
    }

    /// Removes the secret with `number`. At least one must remain.
    ///
    /// # Errors
    ///
    /// Returns [`SecretsRefusal::Unknown`] or [`SecretsRefusal::Last`].
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
        formatter.write_str(self.as_str())
    }
}

impl SecretsRefusal {
    /// Returns the message for the user who manages the client.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "a public client has no secret; register it with another token_endpoint_auth_method first",
            Self::KeyHolder => "a client that uses private_key_jwt has no secret",
            Self::TooMany => "the client already has two secrets; remove the one that is no longer used",
            Self::Last => "this is the only secret; add another one first",
            Self::Unknown => "there is no secret with this number",
        }
    }
}

impl std::error::Error for SecretsRefusal {}

/// Maximum number of secrets. It bounds the record and the number of comparisons per request.
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

    fn sealing_key() -> SealingKey {
        SealingKey::new([7; 32])
    }

    fn add(client: &mut Client) -> Result<Secret, SecretsRefusal> {
        client.add_secret((&sealing_key(), Entropy::system()), NOW)
    }

    #[test]
    fn a_secret_is_remembered_by_its_hash() {
        let mut client = without_secret();
        let secret = add(&mut client).unwrap();
        assert!(secret.expose().starts_with("signet_cs_") && secret.expose().len() == 53);
        assert!(client.secrets[0].digest.matches(&secret));
        assert!(!serde_json::to_string(&client).unwrap().contains(secret.expose()));
    }

    #[test]
    fn two_secrets_live_at_a_time_and_never_none() {
        let mut client = without_secret();
        add(&mut client).unwrap();
        assert_eq!(client.remove_secret(1), Err(SecretsRefusal::Last));
        add(&mut client).unwrap();
        assert_eq!(add(&mut client).err(), Some(SecretsRefusal::TooMany));
        assert_eq!(client.remove_secret(3), Err(SecretsRefusal::Unknown));
        assert_eq!(client.remove_secret(1), Ok(()));
        add(&mut client).unwrap();
        assert_eq!(client.secrets.iter().map(|secret| secret.number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_client_that_shows_none_gets_no_secret() {
        let mut client = without_secret();
        client.metadata.token_endpoint_auth_method = AuthMethod::None;
        assert_eq!(add(&mut client).err(), Some(SecretsRefusal::Public));
        client.metadata.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        assert_eq!(add(&mut client).err(), Some(SecretsRefusal::KeyHolder));
    }

    #[test]
    fn the_secret_of_a_client_that_signs_with_it_is_kept_sealed_and_no_other() {
        let mut client = without_secret();
        client.metadata.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
        let secret = add(&mut client).unwrap();
        let written = serde_json::to_string(&client).unwrap();
        assert!(!written.contains(secret.expose()) && !format!("{client:?}").contains(secret.expose()));
        assert_eq!(client.signing_secrets(&sealing_key())[0].expose(), secret.expose());
        assert!(client.signing_secrets(&SealingKey::new([8; 32])).is_empty());
        // The encryption is bound to the client.
        let stolen = Client { client_id: crate::oauth::client::ClientId::parse("other").unwrap(), ..client.clone() };
        assert!(stolen.signing_secrets(&sealing_key()).is_empty());
        let mut usual = without_secret();
        add(&mut usual).unwrap();
        assert!(usual.secrets[0].sealed.is_none() && usual.signing_secrets(&sealing_key()).is_empty());
    }

    #[test]
    fn what_one_key_has_sealed_is_sealed_again_with_another_and_the_secret_stays() {
        let (mut client, successor) = (client(), SealingKey::new([9; 32]));
        client.metadata.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
        client.secrets.clear();
        let secret = add(&mut client).unwrap();
        assert!(client.reseal(&sealing_key(), (&successor, Entropy::system())));
        assert_eq!(client.signing_secrets(&successor)[0].expose(), secret.expose());
        assert!(client.signing_secrets(&sealing_key()).is_empty());
        assert!(!client.reseal(&sealing_key(), (&successor, Entropy::system())), "nothing is left to encrypt");
    }

    #[test]
    fn a_client_that_authenticates_in_another_way_from_now_on_keeps_what_is_of_use() {
        let with = |before, after| {
            let mut client = without_secret();
            client.metadata.token_endpoint_auth_method = before;
            add(&mut client).unwrap();
            client.metadata.token_endpoint_auth_method = after;
            client.drop_useless_secrets();
            (client.secrets.len(), client.secrets.first().is_some_and(|secret| secret.sealed.is_some()))
        };
        use AuthMethod as M;
        for (before, after, expected) in [
            (M::ClientSecretBasic, M::ClientSecretPost, (1, false)),
            (M::ClientSecretBasic, M::ClientSecretJwt, (0, false)),
            (M::ClientSecretJwt, M::ClientSecretJwt, (1, true)),
            (M::ClientSecretJwt, M::ClientSecretBasic, (1, false)),
            (M::ClientSecretJwt, M::PrivateKeyJwt, (0, false)),
            (M::ClientSecretBasic, M::None, (0, false)),
        ] {
            assert_eq!(with(before, after), expected, "{before:?} → {after:?}");
        }
    }

    #[test]
    fn a_refusal_says_what_to_do_and_no_secret_is_printed() {
        for (refusal, words) in [
            (SecretsRefusal::Public, "register it with another token_endpoint_auth_method"),
            (SecretsRefusal::KeyHolder, "private_key_jwt"),
            (SecretsRefusal::TooMany, "remove the one"),
            (SecretsRefusal::Last, "add another one first"),
            (SecretsRefusal::Unknown, "no secret with this number"),
        ] {
            assert!(refusal.to_string().contains(words), "{refusal:?}");
        }
        let mut client = without_secret();
        client.metadata.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
        let secret = add(&mut client).unwrap();
        let printed = format!("{client:?}");
        assert!(printed.contains("SealedSecret(…)") && !printed.contains(secret.expose()), "{printed}");
    }
}
