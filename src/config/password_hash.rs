//! The cost of hashing a password.

use super::{section::Section, value::number};
use crate::account::hashing::HashingCost;

/// Reads the cost from `[accounts]`, which must be at least the recommended one.
pub(super) fn read(section: &mut Section<'_>) -> HashingCost {
    let memory = section.read(MEMORY, number(7168..=i64::from(HashingCost::MOST_MEMORY_KIB)));
    let passes = section.read(PASSES, number(1..=i64::from(HashingCost::MOST_PASSES)));
    let default = HashingCost::default();
    let [memory, passes] = [(memory, default.memory_kib()), (passes, default.passes())]
        .map(|(set, default)| set.and_then(|set| u32::try_from(set).ok()).unwrap_or(default));
    HashingCost::recommended(memory, passes).unwrap_or_else(|least| {
        section.record_error(if section.sets(MEMORY) { MEMORY } else { PASSES }, least.to_string());
        default
    })
}

const MEMORY: &str = "password_hash_memory_kib";
const PASSES: &str = "password_hash_passes";
