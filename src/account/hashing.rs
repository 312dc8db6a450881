//! The slow hash of passwords, argon2id ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)), behind a gate.
//!
//! As many hashes as there are permits are computed at once, each in memory that is kept and used again; a bounded
//! number waits for a bounded time; whoever comes beyond is told that the server is busy. So a flood of logins costs
//! neither more memory nor the other requests their turn. Every presented password costs one hash, whether or not there
//! is an account, a password, or anything in the field: how long the answer takes does not tell.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::{Algorithm, Argon2, Block, Version, password_hash::phc};
use serde::{Deserialize, Serialize};
use time::Duration;
use tokio::{sync::Semaphore, task::spawn_blocking};

pub use super::hashing_cost::{BelowRecommendation, CostOutOfRange, HashingCost, HashingLimits};
use super::password::{NewPassword, comparable};
use crate::{crypto::equal, entropy::Entropy, secret::Secret};

/// The hash of a password with its salt and cost, written as a
/// [PHC string](https://github.com/P-H-C/phc-string-format). `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash {
    phc: phc::PasswordHash,
    cost: HashingCost,
}

/// A text is not a hash of ours: argon2id, version 19, with a cost in range, a salt and 16 to 64 bytes of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPasswordHash;

/// What comparing a presented password with a hash gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It is the password.
    Matches {
        /// The hash has another cost than is configured now: [`PasswordHasher::rehash`].
        rehash_needed: bool,
    },
    /// It is not, or there is none.
    Differs,
}

/// A hash could not be computed. Nothing is known of the password.
#[derive(Debug)]
pub enum HashingFault {
    /// Too many wait already: 503 and `Retry-After`, see [`HashingFault::RETRY_AFTER`].
    Busy,
    /// The computation itself failed or was broken off.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// Computes hashes of passwords. Clones share the gate and the memory.
#[derive(Clone)]
pub struct PasswordHasher {
    cost: HashingCost,
    limits: HashingLimits,
    gate: Arc<Gate>,
}

struct Gate {
    /// One for each hash that is computed or waits.
    places: Arc<Semaphore>,
    /// One for each that is computed.
    permits: Arc<Semaphore>,
    /// The memory of permits that are free. Allocated when first needed, then never given back, so it is as much as was
    /// ever in use at once, and at most `at_once` times the cost.
    memories: Mutex<Vec<Vec<Block>>>,
    computations: AtomicU64,
}

impl PasswordHasher {
    /// A hasher for new hashes of this cost.
    #[must_use]
    pub fn new(cost: HashingCost, limits: HashingLimits) -> Self {
        let at_once = limits.at_once.clamp(1, Semaphore::MAX_PERMITS / 2);
        let places = at_once.saturating_add(limits.waiting).min(Semaphore::MAX_PERMITS);
        let gate = Gate {
            places: Arc::new(Semaphore::new(places)),
            permits: Arc::new(Semaphore::new(at_once)),
            memories: Mutex::new(Vec::new()),
            computations: AtomicU64::new(0),
        };
        Self { cost, limits, gate: Arc::new(gate) }
    }

    /// Hashes a password with a new salt.
    ///
    /// # Errors
    ///
    /// [`HashingFault`] when the gate is full or the computation fails.
    pub async fn hash(&self, password: NewPassword, entropy: Entropy) -> Result<PasswordHash, HashingFault> {
        self.hash_secret(password.into_secret(), entropy).await
    }

    /// Hashes, at the cost configured now, a password that [`PasswordHasher::verify`] has just found to match. That it
    /// might not be chosen anew today does not matter.
    ///
    /// # Errors
    ///
    /// [`HashingFault`] when the gate is full or the computation fails; the old hash stays good.
    pub async fn rehash(&self, matching: &Secret, entropy: Entropy) -> Result<PasswordHash, HashingFault> {
        let password = comparable(matching).ok_or_else(|| HashingFault::Failed("the password is empty".into()))?;
        self.hash_secret(password, entropy).await
    }

    /// Compares what was presented with the hash of an account, in constant time.
    ///
    /// Without an account or a hash, and for a password that is empty or too long, as much is computed and the answer
    /// is [`Verified::Differs`].
    ///
    /// # Errors
    ///
    /// [`HashingFault`] when the gate is full or the computation fails.
    pub async fn verify(&self, hash: Option<&PasswordHash>, presented: &Secret) -> Result<Verified, HashingFault> {
        let cost = hash.map_or(self.cost, |hash| hash.cost);
        let password = comparable(presented);
        let can_match = hash.is_some() && password.is_some();
        let password = password.unwrap_or_else(|| Secret::new(String::new()));
        let (salt, expected) = hash.map_or((vec![0; SALT], vec![0; OUTPUT]), PasswordHash::salt_and_output);
        let length = expected.len();
        let output = self.compute(cost, password, salt, length).await?;
        Ok(if equal(&output, &expected) && can_match {
            Verified::Matches { rehash_needed: cost != self.cost }
        } else {
            Verified::Differs
        })
    }

    /// How many hashes have been begun since the start.
    #[must_use]
    pub fn computations(&self) -> u64 {
        self.gate.computations.load(Ordering::Relaxed)
    }

    async fn hash_secret(&self, password: Secret, entropy: Entropy) -> Result<PasswordHash, HashingFault> {
        let salt = entropy.bytes::<SALT>();
        let output = self.compute(self.cost, password, salt.to_vec(), OUTPUT).await?;
        PasswordHash::new(self.cost, &salt, &output).map_err(|error| HashingFault::Failed(Box::new(error)))
    }

    /// Computes one hash when its turn comes.
    async fn compute(
        &self,
        cost: HashingCost,
        password: Secret,
        salt: Vec<u8>,
        length: usize,
    ) -> Result<Vec<u8>, HashingFault> {
        let place = Arc::clone(&self.gate.places).try_acquire_owned().map_err(|_| HashingFault::Busy)?;
        let patience = self.limits.patience.unsigned_abs();
        let permit = tokio::time::timeout(patience, Arc::clone(&self.gate.permits).acquire_owned())
            .await
            .map_err(|_| HashingFault::Busy)?
            .map_err(|error| HashingFault::Failed(Box::new(error)))?;
        let gate = Arc::clone(&self.gate);
        // Place and permit go along: when the request is dropped, the computation goes on and still counts.
        let computation = spawn_blocking(move || {
            let output = gate.compute_with_memory(cost, &password, &salt, length);
            drop((permit, place));
            output
        });
        let output = computation.await.map_err(|error| HashingFault::Failed(Box::new(error)))?;
        output.map_err(|error| HashingFault::Failed(Box::new(error)))
    }
}

impl Gate {
    fn compute_with_memory(
        &self,
        cost: HashingCost,
        password: &Secret,
        salt: &[u8],
        length: usize,
    ) -> Result<Vec<u8>, argon2::Error> {
        self.computations.fetch_add(1, Ordering::Relaxed);
        let params = cost.params(length)?;
        let mut memory = self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if memory.len() < params.block_count() {
            memory.resize(params.block_count(), Block::new());
        }
        let mut output = vec![0; length];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let done = argon2.hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            &mut output,
            memory.as_mut_slice(),
        );
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        done.map(|()| output)
    }
}

impl PasswordHash {
    /// Reads a PHC string.
    ///
    /// # Errors
    ///
    /// [`NotAPasswordHash`] when this server would not have written it.
    pub fn parse(text: &str) -> Result<Self, NotAPasswordHash> {
        let phc = phc::PasswordHash::new(text).map_err(|_| NotAPasswordHash)?;
        let parameter = |name: &str| phc.params.get_decimal(name).ok_or(NotAPasswordHash);
        let cost = HashingCost::new(parameter("m")?, parameter("t")?, parameter("p")?).map_err(|_| NotAPasswordHash)?;
        let is_ours = phc.algorithm == argon2::ARGON2ID_IDENT
            && phc.version == Some(Version::V0x13.into())
            && phc.params.iter().count() == 3
            && phc.salt.as_ref().is_some_and(|salt| salt.len() >= argon2::MIN_SALT_LEN)
            && phc.hash.as_ref().is_some_and(|output| (16..=64).contains(&output.len()));
        if is_ours { Ok(Self { phc, cost }) } else { Err(NotAPasswordHash) }
    }

    fn new(cost: HashingCost, salt: &[u8], output: &[u8]) -> Result<Self, phc::Error> {
        let mut params = phc::ParamsString::new();
        for (name, value) in [("m", cost.memory_kib), ("t", cost.passes), ("p", cost.lanes)] {
            params.add_decimal(name, value)?;
        }
        let phc = phc::PasswordHash {
            algorithm: argon2::ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(phc::Salt::new(salt)?),
            hash: Some(phc::Output::new(output)?),
        };
        Ok(Self { phc, cost })
    }

    fn salt_and_output(&self) -> (Vec<u8>, Vec<u8>) {
        let salt = self.phc.salt.as_ref().map_or_else(Vec::new, |salt| salt.to_vec());
        let output = self.phc.hash.as_ref().map_or_else(Vec::new, |output| output.as_bytes().to_vec());
        (salt, output)
    }
}

impl HashingFault {
    /// What a client that found the server busy is asked to wait.
    pub const RETRY_AFTER: Duration = Duration::seconds(2);
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(…)")
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PasswordHasher").field("cost", &self.cost).field("limits", &self.limits).finish()
    }
}

impl fmt::Display for HashingFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => formatter.write_str("too many passwords are being hashed"),
            Self::Failed(cause) => write!(formatter, "a password could not be hashed: {cause}"),
        }
    }
}

impl std::error::Error for HashingFault {}

impl fmt::Display for NotAPasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this is not a PHC string of argon2id, version 19")
    }
}

impl std::error::Error for NotAPasswordHash {}

impl TryFrom<String> for PasswordHash {
    type Error = NotAPasswordHash;

    fn try_from(text: String) -> Result<Self, NotAPasswordHash> {
        Self::parse(&text)
    }
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.phc.to_string()
    }
}

/// Bytes; RFC 9106 [§3.1](https://www.rfc-editor.org/rfc/rfc9106#section-3.1) recommends 16.
const SALT: usize = 16;
/// Bytes.
const OUTPUT: usize = 32;

#[cfg(test)]
#[path = "hashing_tests.rs"]
mod tests;
