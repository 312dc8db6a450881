//! The keys of a running server. Callers sign and verify with a snapshot, which rotations replace.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{
    algorithm::Algorithm,
    jwk_set::JwkSet,
    jwt_refusal::JwtRefusal,
    key_folder::KeyFolder,
    key_folder_fault::KeyFolderFault,
    public_jwk::JwkRefusal,
    public_key::PublicKey,
    ring::{self, Change, Compromised, RingKey, RingPolicy, Stage},
    signing_key::{SigningFault, SigningKey},
    token_type::TokenType,
    unverified_jwt::{UnverifiedJwt, VerifiedJwt},
};
use crate::crypto::sha256;

/// The keys of a running server.
///
/// [`Keys::sign`], [`Keys::verify_own`] and [`Keys::jwks`] read a snapshot: they take no lock and create no key.
/// [`Keys::open`], [`Keys::advance`] and the rotations generate keys and write files. They block, for up to a few
/// seconds for RSA keys, and must be called on a blocking thread.
pub struct Keys {
    folder: KeyFolder,
    policy: RingPolicy,
    algorithms: Vec<Algorithm>,
    snapshot: ArcSwap<Snapshot>,
    changing: Mutex<()>,
}

/// The response of `/jwks.json` until the ring changes.
#[derive(Debug)]
pub struct PublishedJwks {
    pub body: String,
    /// The entity tag, including quotation marks.
    pub etag: String,
    ring: Vec<RingKey>,
    policy: RingPolicy,
}

/// An internal error while reading, generating or writing keys.
#[derive(Debug, Clone)]
pub enum KeysFault {
    Folder(KeyFolderFault),
    Signing(SigningFault),
}

struct Snapshot {
    entries: Vec<Entry>,
    verifying: JwkSet,
    published: Arc<PublishedJwks>,
}

#[derive(Clone)]
struct Entry {
    ring: RingKey,
    signing: Arc<SigningKey>,
    public: PublicKey,
}

impl Keys {
    /// Loads the keys of `folder` and generates missing keys, so that each of `algorithms` can sign when this returns.
    ///
    /// # Errors
    ///
    /// Returns an error if a file is rejected, or a key cannot be generated or written.
    pub fn open(
        folder: KeyFolder,
        policy: RingPolicy,
        algorithms: &[Algorithm],
        now: OffsetDateTime,
    ) -> Result<Self, KeysFault> {
        let loaded = folder.load()?.into_iter().map(|(ring, signing)| Entry::new(ring, signing));
        let entries = loaded.collect::<Result<Vec<_>, _>>()?;
        let keys = Self {
            folder,
            policy,
            algorithms: algorithms.to_vec(),
            snapshot: ArcSwap::from_pointee(Snapshot::new(entries, policy)),
            changing: Mutex::new(()),
        };
        keys.make_missing(now)?;
        Ok(keys)
    }

    #[must_use]
    pub fn folder(&self) -> &KeyFolder {
        &self.folder
    }

    /// Signs exactly these claims with the current key of `algorithm`.
    ///
    /// # Errors
    ///
    /// Returns [`SigningFault::NoKey`] if the ring was not opened for `algorithm`, or the error of OpenSSL.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        token_type: TokenType,
        claims: &Map<String, Value>,
    ) -> Result<String, SigningFault> {
        let snapshot = self.snapshot.load();
        let present =
            snapshot.entries.iter().find(|entry| entry.ring.algorithm == algorithm && entry.ring.is_signing());
        present.ok_or(SigningFault::NoKey(algorithm))?.signing.sign(token_type, claims)
    }

    /// Returns the published public keys.
    #[must_use]
    pub fn jwks(&self) -> Arc<PublishedJwks> {
        Arc::clone(&self.snapshot.load().published)
    }

    /// Verifies that this server signed the JWT for this purpose, with a key that is still published. The claims are
    /// not checked.
    ///
    /// # Errors
    ///
    /// Returns the reason for which the JWT is rejected.
    pub fn verify_own(&self, unverified_jwt: &str, token_type: TokenType) -> Result<VerifiedJwt, JwtRefusal> {
        UnverifiedJwt::parse(unverified_jwt)?.verify(&self.snapshot.load().verifying)?.of_type(token_type)
    }

    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    #[must_use]
    pub fn policy(&self) -> RingPolicy {
        self.policy
    }

    /// Returns the keys in the ring.
    #[must_use]
    pub fn list(&self) -> Vec<RingKey> {
        self.snapshot.load().ring()
    }

    /// Generates only the keys that are missing. Used while the clock is not trusted yet.
    ///
    /// # Errors
    ///
    /// Returns an error if a key cannot be generated or written.
    pub fn make_missing(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::missing(ring, &self.algorithms, now))
    }

    /// Carries out the changes that are due at `now` and returns them. To be called about once a minute; usually
    /// nothing is due.
    ///
    /// # Errors
    ///
    /// Returns an error if a key cannot be generated or written. Changes made before the error are kept; the next call
    /// makes the rest.
    pub fn advance(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::plan(ring, self.policy, &self.algorithms, now))
    }

    /// Activates the next keys immediately and retires the current ones.
    ///
    /// # Errors
    ///
    /// See [`Keys::advance`].
    pub fn rotate_now(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::rotation(ring, &self.algorithms, now))
    }

    /// Removes the compromised keys from the JWKS immediately and replaces them. This server rejects tokens that they
    /// signed from now on; other verifiers do once they have fetched the JWKS again.
    ///
    /// # Errors
    ///
    /// See [`Keys::advance`]. A compromised key whose file cannot be removed is not in the JWKS any more, but is loaded
    /// again at the next start unless the file is removed manually. If no successor can be written, its algorithm does
    /// not sign until [`Keys::advance`] succeeds: no token is better than one that the attacker could have made.
    pub fn rotate_emergency(&self, compromised: Compromised, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::emergency(ring, compromised, &self.algorithms, now))
    }

    /// Carries out the changes that `decide` returns for the ring, one at a time. Each is durable before it is visible.
    fn change(
        &self,
        now: OffsetDateTime,
        decide: impl FnOnce(&[RingKey]) -> Vec<Change>,
    ) -> Result<Vec<Change>, KeysFault> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot.load_full();
        let changes = decide(&before.ring());
        if changes.is_empty() {
            return Ok(changes);
        }
        let mut entries = before.entries.clone();
        // All removals are attempted, so that a file that cannot be removed does not keep another key in the JWKS.
        let mut outcome = self.folder.begin_generation().map_err(KeysFault::Folder);
        for change in &changes {
            if outcome.is_ok() || matches!(change, Change::Remove(_)) {
                outcome = outcome.and(self.carry_out(change, &mut entries, now));
            }
        }
        self.snapshot.store(Arc::new(Snapshot::new(entries, self.policy)));
        outcome.map(|()| changes)
    }

    fn carry_out(&self, change: &Change, entries: &mut Vec<Entry>, now: OffsetDateTime) -> Result<(), KeysFault> {
        match change {
            Change::Create(algorithm, stage) => {
                let signing = SigningKey::generate(*algorithm)?;
                let entry = Entry::new(RingKey::new(signing.kid().to_owned(), *algorithm, *stage, now), signing)?;
                self.folder.save(&entry.ring, &entry.signing)?;
                tracing::info!(kid = entry.ring.kid, %algorithm, signs = entry.ring.is_signing(), "signing key created");
                entries.push(entry);
            }
            Change::Remove(kid) => {
                entries.retain(|entry| entry.ring.kid != *kid);
                self.folder.remove(kid)?;
                tracing::info!(kid, "signing key removed");
            }
            Change::Promote(kid) | Change::Retire(kid) | Change::Redate(kid) => {
                for entry in entries.iter_mut().filter(|entry| entry.ring.kid == *kid) {
                    if let Some(ring) = entry.ring.after(change, now) {
                        self.folder.save(&ring, &entry.signing)?;
                        tracing::info!(kid, stage = ?ring.stage, "signing key changed");
                        entry.ring = ring;
                    }
                }
            }
        }
        Ok(())
    }
}

impl PublishedJwks {
    /// Returns how long the document may be cached (`Cache-Control: max-age`), in seconds: until the next change of the
    /// ring is due.
    #[must_use]
    pub fn max_age_seconds(&self, now: OffsetDateTime) -> i64 {
        ring::max_age(&self.ring, self.policy, now).whole_seconds()
    }
}

impl Entry {
    fn new(ring: RingKey, signing: SigningKey) -> Result<Self, KeysFault> {
        let public = PublicKey::new(signing.public_jwk().clone()).map_err(|_: JwkRefusal| SigningFault::NotAKey)?;
        Ok(Self { ring, signing: Arc::new(signing), public })
    }

    /// Returns the sort key of the JWKS. Some verifiers use the first suitable key, so the signing keys come first.
    fn order(&self) -> (u8, Algorithm, OffsetDateTime) {
        let stage = match self.ring.stage {
            Stage::Signing { .. } => 0,
            Stage::Next => 1,
            Stage::Retired { .. } => 2,
        };
        (stage, self.ring.algorithm, self.ring.created_at)
    }
}

impl Snapshot {
    fn new(mut entries: Vec<Entry>, policy: RingPolicy) -> Self {
        entries.sort_by_key(Entry::order);
        let keys: Vec<_> = entries.iter().map(|entry| Value::from(entry.public.jwk().clone())).collect();
        let body = json!({ "keys": keys }).to_string();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(sha256(&body)));
        let ring = entries.iter().map(|entry| entry.ring.clone()).collect();
        let published = Arc::new(PublishedJwks { body, etag, ring, policy });
        Self { verifying: JwkSet::new(entries.iter().map(|entry| entry.public.clone())), entries, published }
    }

    fn ring(&self) -> Vec<RingKey> {
        self.entries.iter().map(|entry| entry.ring.clone()).collect()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("ring", &self.list()).finish_non_exhaustive()
    }
}

impl fmt::Display for KeysFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(fault) => fault.fmt(formatter),
            Self::Signing(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for KeysFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder(fault) => fault.source(),
            Self::Signing(_) => None,
        }
    }
}

impl From<KeyFolderFault> for KeysFault {
    fn from(fault: KeyFolderFault) -> Self {
        Self::Folder(fault)
    }
}

impl From<SigningFault> for KeysFault {
    fn from(fault: SigningFault) -> Self {
        Self::Signing(fault)
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
