//! The cost of hashing a password.

use super::section::Section;
use crate::account::hashing::HashingCost;

/// Reads the cost from `[accounts]`, which must be at least the recommended one.
pub(super) fn read(section: &mut Section<'_>) -> HashingCost {
    let (memory, passes) = (section.number(MEMORY), section.number(PASSES));
    HashingCost::recommended(memory, passes).unwrap_or_else(|least| {
        section.record_error(if section.sets(MEMORY) { MEMORY } else { PASSES }, least.to_string());
        HashingCost::default()
    })
}

const MEMORY: &str = "password_hash_memory_kib";
const PASSES: &str = "password_hash_passes";
