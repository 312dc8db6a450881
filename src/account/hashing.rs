//! Password hashing with argon2id ([RFC 9106](https://www.rfc-editor.org/rfc/rfc9106)), with bounded concurrency.
//!
//! A fixed number of hashes is computed in parallel, each in memory that is reused. A bounded number waits for a
//! bounded time, and further requests are refused because the server is busy. A flood of logins therefore costs
//! neither more memory nor the responsiveness of other requests. Every presented password costs one hash, whether or
//! not there is an account, a password, or any input, so the response time reveals nothing.

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

/// A password hash with its salt and cost, as a [PHC string](https://github.com/P-H-C/phc-string-format). `Debug`
/// does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash {
    phc: phc::PasswordHash,
    cost: HashingCost,
}

/// The text is not a hash that this server creates: argon2id, version 19, with a cost in range, a salt and 16 to 64
/// bytes of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPasswordHash;

/// The result of comparing a presented password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    Matches {
        /// The cost of the hash differs from the configured cost: call [`PasswordHasher::rehash`].
        rehash_needed: bool,
    },
    /// The password is wrong, or the account has none.
    Differs,
}

/// A hash could not be computed, so the password was not checked.
#[derive(Debug)]
pub enum HashingFault {
    /// Too many requests are already waiting: 503 and `Retry-After`, see [`HashingFault::RETRY_AFTER`].
    Busy,
    /// The computation failed or was aborted.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

/// Computes password hashes. Clones share the limits and the memory.
#[derive(Clone)]
pub struct PasswordHasher {
    cost: HashingCost,
    limits: HashingLimits,
    gate: Arc<Gate>,
}

struct Gate {
    /// One permit for each hash that is being computed or waiting.
    places: Arc<Semaphore>,
    /// One permit for each hash that is being computed.
    permits: Arc<Semaphore>,
    /// The memory of free permits. It is allocated when first needed and never released, so its size is the maximum
    /// ever used concurrently, at most `concurrent` times the cost.
    memories: Mutex<Vec<Vec<Block>>>,
    computations: AtomicU64,
}

impl PasswordHasher {
    /// Creates a hasher for new hashes of this cost.
    #[must_use]
    pub fn new(cost: HashingCost, limits: HashingLimits) -> Self {
        let concurrent = limits.concurrent.clamp(1, Semaphore::MAX_PERMITS / 2);
        let places = concurrent.saturating_add(limits.waiting).min(Semaphore::MAX_PERMITS);
        let gate = Gate {
            places: Arc::new(Semaphore::new(places)),
            permits: Arc::new(Semaphore::new(concurrent)),
            memories: Mutex::new(Vec::new()),
            computations: AtomicU64::new(0),
        };
        Self { cost, limits, gate: Arc::new(gate) }
    }

    /// Hashes a password with a new salt.
    ///
    /// # Errors
    ///
    /// Returns a [`HashingFault`] if too many requests are waiting or the computation fails.
    pub async fn hash(&self, password: NewPassword, entropy: Entropy) -> Result<PasswordHash, HashingFault> {
        self.hash_secret(password.into_secret(), entropy).await
    }

    /// Hashes a password that [`PasswordHasher::verify`] has just accepted, at the configured cost. The password is
    /// not checked against the current policy.
    ///
    /// # Errors
    ///
    /// Returns a [`HashingFault`] if too many requests are waiting or the computation fails. The old hash stays
    /// valid.
    pub async fn rehash(&self, matching: &Secret, entropy: Entropy) -> Result<PasswordHash, HashingFault> {
        let password = comparable(matching).ok_or_else(|| HashingFault::Failed("the password is empty".into()))?;
        self.hash_secret(password, entropy).await
    }

    /// Compares the presented password with the hash of an account, in constant time.
    ///
    /// Without an account or a hash, and for a password that is empty or too long, the same work is done and the
    /// result is [`Verified::Differs`].
    ///
    /// # Errors
    ///
    /// Returns a [`HashingFault`] if too many requests are waiting or the computation fails.
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

    /// Number of hash computations started since the start of the server.
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
        // The permits are moved into the task: if the request is dropped, the computation continues and still counts.
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
    /// Parses a PHC string.
    ///
    /// # Errors
    ///
    /// Returns [`NotAPasswordHash`] if this server would not have written it.
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
    /// How long a client waits before retrying when the server is busy.
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
        formatter.write_str("not a PHC string of argon2id, version 19")
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

/// In bytes; RFC 9106 [§3.1](https://www.rfc-editor.org/rfc/rfc9106#section-3.1) recommends 16.
const SALT: usize = 16;
/// In bytes.
const OUTPUT: usize = 32;

#[cfg(test)]
#[path = "hashing_tests.rs"]
mod tests;
