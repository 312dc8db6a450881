//! The keys of a running server: sign and verify from a snapshot, while rotations replace it.

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
/// [`Keys::sign`], [`Keys::verify_own`] and [`Keys::jwks`] read a snapshot: they take no lock and build no key.
/// [`Keys::open`], [`Keys::advance`] and the rotations make keys and write files: they block, for up to some seconds
/// when RSA keys are made, and belong on a thread where that does no harm.
pub struct Keys {
    folder: KeyFolder,
    policy: RingPolicy,
    algorithms: Vec<Algorithm>,
    snapshot: ArcSwap<Snapshot>,
    changing: Mutex<()>,
}

/// What `/jwks.json` answers until the ring changes.
#[derive(Debug)]
pub struct PublishedJwks {
    /// The document.
    pub body: String,
    /// The entity tag, with its quotation marks.
    pub etag: String,
    ring: Vec<RingKey>,
    policy: RingPolicy,
}

/// Something failed on our side while keys were read, made or written.
#[derive(Debug, Clone)]
pub enum KeysFault {
    /// The folder of keys.
    Folder(KeyFolderFault),
    /// A key.
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
    /// Reads the keys of `folder` and makes those that `algorithms` miss, so that each can sign when this returns.
    ///
    /// # Errors
    ///
    /// When a file is refused, or a key cannot be made or written.
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

    /// The folder of the keys.
    #[must_use]
    pub fn folder(&self) -> &KeyFolder {
        &self.folder
    }

    /// Signs exactly these claims with the present key of `algorithm`.
    ///
    /// # Errors
    ///
    /// [`SigningFault::NoKey`] when the ring was not opened for `algorithm`; otherwise when OpenSSL cannot sign.
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

    /// The public keys, for everybody.
    #[must_use]
    pub fn jwks(&self) -> Arc<PublishedJwks> {
        Arc::clone(&self.snapshot.load().published)
    }

    /// Verifies that this server signed the JWT with a key that is still published, for this purpose. The claims are
    /// not checked.
    ///
    /// # Errors
    ///
    /// Why it is none of ours.
    pub fn verify_own(&self, unverified_jwt: &str, token_type: TokenType) -> Result<VerifiedJwt, JwtRefusal> {
        UnverifiedJwt::parse(unverified_jwt)?.verify(&self.snapshot.load().verifying)?.of_type(token_type)
    }

    /// The algorithms that the ring was opened for.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// How long the stages of a key last.
    #[must_use]
    pub fn policy(&self) -> RingPolicy {
        self.policy
    }

    /// The ring as it is.
    #[must_use]
    pub fn list(&self) -> Vec<RingKey> {
        self.snapshot.load().ring()
    }

    /// Makes the keys that an algorithm misses, and changes no other: for a clock that is not trusted yet.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or written.
    pub fn make_missing(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::missing(ring, &self.algorithms, now))
    }

    /// Does what is due at `now`, and says what was done. To be called about once a minute; mostly nothing is due.
    ///
    /// # Errors
    ///
    /// When a key cannot be made or written. What was done until then stays done; the next call does the rest.
    pub fn advance(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::plan(ring, self.policy, &self.algorithms, now))
    }

    /// Lets the next keys sign at once, and retires the present ones.
    ///
    /// # Errors
    ///
    /// As [`Keys::advance`].
    pub fn rotate_now(&self, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::rotation(ring, &self.algorithms, now))
    }

    /// Takes the compromised keys out of the JWKS at once and replaces them. Tokens that they signed are worth nothing
    /// here from now on, and nowhere else once verifiers have fetched the JWKS again.
    ///
    /// # Errors
    ///
    /// As [`Keys::advance`]. A compromised key whose file cannot be removed is out of the JWKS nevertheless, but comes
    /// back at the next start unless the file is removed by hand. When no successor can be written, its algorithm does
    /// not sign until [`Keys::advance`] succeeds: no token is better than one that the thief could have made.
    pub fn rotate_emergency(&self, compromised: Compromised, now: OffsetDateTime) -> Result<Vec<Change>, KeysFault> {
        self.change(now, |ring| ring::emergency(ring, compromised, &self.algorithms, now))
    }

    /// Carries out what `decide` says of the ring, one change at a time, each on disk before it is visible.
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
        // All removals are tried, so that one file that resists does not keep another key in the JWKS.
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
                tracing::info!(kid = entry.ring.kid, %algorithm, signs = entry.ring.is_signing(), "signing key made");
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
    /// For how many seconds the document may be kept (`Cache-Control: max-age`), until the ring's next change is due.
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

    /// Some verifiers take the first key they can use, so those that sign come first.
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
