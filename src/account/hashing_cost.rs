//! The cost of hashing a password, and the number of concurrent computations.

use std::fmt;

use argon2::Params;
use time::Duration;

/// The cost of one hash. Each hash contains its cost, so that it can be raised later: see
/// [`Verified::Matches`](super::hashing::Verified::Matches).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingCost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

/// The cost is outside the range of [`HashingCost::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostOutOfRange;

/// The cost is below the recommended minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BelowRecommendation {
    /// The number of passes.
    pub passes: u32,
    /// The minimum memory for this number of passes, in KiB.
    pub least_memory_kib: u32,
}

/// Limits on concurrent and waiting computations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingLimits {
    /// Maximum number of concurrent computations. Each has its own memory.
    pub concurrent: usize,
    /// Maximum number of waiting requests.
    pub waiting: usize,
    /// Maximum waiting time of each request.
    pub patience: Duration,
}

impl HashingCost {
    /// Creates a cost of `memory_kib` KiB (at least 8 per lane, at most 1 GiB), 1 to 16 `passes` and 1 to 16 `lanes`.
    ///
    /// A server should not go below the default, which is the minimum recommended by OWASP; tests may.
    ///
    /// # Errors
    ///
    /// Returns [`CostOutOfRange`] for anything else, because an imported hash must not exhaust the memory.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CostOutOfRange> {
        let is_possible = (1..=16).contains(&passes) && (1..=16).contains(&lanes);
        if is_possible && (8 * lanes..=1024 * 1024).contains(&memory_kib) {
            Ok(Self { memory_kib, passes, lanes })
        } else {
            Err(CostOutOfRange)
        }
    }

    /// Maximum memory that can be configured, in KiB.
    pub const MOST_MEMORY_KIB: u32 = 256 * 1024;

    /// Maximum number of passes that can be configured.
    pub const MOST_PASSES: u32 = 10;

    /// The cost for new hashes in one lane: at least what the [OWASP cheat
    /// sheet](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) recommends for this
    /// number of passes, and at most what is acceptable for a login.
    ///
    /// # Errors
    ///
    /// Returns [`BelowRecommendation`] if the memory is too small, or for more than [`Self::MOST_MEMORY_KIB`] or
    /// [`Self::MOST_PASSES`].
    pub fn recommended(memory_kib: u32, passes: u32) -> Result<Self, BelowRecommendation> {
        let at = usize::try_from(passes).ok().and_then(|passes| passes.checked_sub(1));
        let least = at.and_then(|at| LEAST_MEMORY_KIB.get(at.min(LEAST_MEMORY_KIB.len() - 1)).copied());
        let least_memory_kib = least.unwrap_or(u32::MAX);
        if memory_kib < least_memory_kib || memory_kib > Self::MOST_MEMORY_KIB || passes > Self::MOST_PASSES {
            return Err(BelowRecommendation { passes, least_memory_kib });
        }
        Self::new(memory_kib, passes, 1).map_err(|_| BelowRecommendation { passes, least_memory_kib })
    }

    /// The number of passes over the memory.
    #[must_use]
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// The memory of one hash, in KiB.
    #[must_use]
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    pub(super) fn params(self, length: usize) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(length))
    }
}

/// 19 MiB, two passes, one lane: the minimum in the [OWASP cheat
/// sheet](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
impl Default for HashingCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

impl HashingLimits {
    /// Limits for this number of cores: as many computations as cores, and twenty times as many waiting for one
    /// second each.
    #[must_use]
    pub fn for_cores(cores: usize) -> Self {
        Self { concurrent: cores, waiting: cores.saturating_mul(20), patience: Duration::SECOND }
    }

    /// Adapts the limits to hashes of `cost`: all computations together use at most 1 GiB of memory, and the waiting
    /// time grows with the duration of one hash.
    #[must_use]
    pub fn for_cost(self, cost: HashingCost) -> Self {
        let fitting = (MOST_MEMORY_TOGETHER_KIB / cost.memory_kib.max(1)).max(1);
        let work = |cost: HashingCost| i64::from(cost.memory_kib) * i64::from(cost.passes);
        let factor = work(cost).div_euclid(work(HashingCost::default())).clamp(1, 5);
        let patience = self.patience * i32::try_from(factor).unwrap_or(1);
        Self { concurrent: self.concurrent.min(usize::try_from(fitting).unwrap_or(1)), patience, ..self }
    }
}

impl fmt::Display for CostOutOfRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("argon2id requires 8 KiB per lane to 1 GiB of memory, 1 to 16 passes and 1 to 16 lanes")
    }
}

impl std::error::Error for CostOutOfRange {}

impl fmt::Display for BelowRecommendation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passes, least_memory_kib } = self;
        write!(
            formatter,
            "with password_hash_passes = {passes}, password_hash_memory_kib must be {least_memory_kib} to {}",
            HashingCost::MOST_MEMORY_KIB
        )
    }
}

impl std::error::Error for BelowRecommendation {}

/// Minimum memory in KiB for one pass, two passes, and so on. The last value applies to five and more.
const LEAST_MEMORY_KIB: [u32; 5] = [47_104, 19_456, 12_288, 9_216, 7_168];

/// Maximum memory of all computations together, in KiB, unless a single one needs more.
const MOST_MEMORY_TOGETHER_KIB: u32 = 1024 * 1024;
