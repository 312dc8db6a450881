//! Current problems of the server, for `/health` and the log.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The keys, or the database mark next to them, cannot be written.
    KeysNotWritable,
    /// The database disk failed a write.
    StorageFailed,
    /// The database disk is full. Writes are refused until there is free space.
    DiskFull,
    /// The database disk is nearly full.
    DiskNearlyFull,
    /// The clock is far ahead of the time until which it was last trusted.
    ClockDoubtful,
}

/// The current problems with their details.
#[derive(Debug, Default)]
pub struct Conditions(Mutex<BTreeMap<Condition, String>>);

impl Condition {
    /// The name shown by `/health`. Details are only in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeysNotWritable => "the key folder cannot be written",
            Self::StorageFailed => "the storage has failed",
            Self::DiskFull => "the data disk is full: only keys, discovery and status lists are served",
            Self::DiskNearlyFull => "the data disk is nearly full",
            Self::ClockDoubtful => "the clock is far ahead: expired records are kept until it is confirmed",
        }
    }

    /// Returns `true` if the server cannot do everything it should, and `false` for a warning.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::KeysNotWritable | Self::StorageFailed | Self::DiskFull)
    }
}

impl Conditions {
    /// Sets or clears a condition. It is logged when it begins, when its details change and when it ends.
    pub fn set(&self, condition: Condition, details: Option<String>) {
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match &details {
            Some(details) => present.insert(condition, details.clone()),
            None => present.remove(&condition),
        };
        drop(present);
        match details {
            Some(details) if before.as_ref() == Some(&details) => {}
            Some(details) if condition.is_failure() => {
                tracing::error!(condition = condition.as_str(), %details, "server condition changed");
            }
            Some(details) => tracing::warn!(condition = condition.as_str(), %details, "server condition changed"),
            None if before.is_some() => tracing::info!(ended = condition.as_str(), "server condition changed"),
            None => {}
        }
    }

    #[must_use]
    pub fn present(&self) -> Vec<Condition> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_lasts_until_it_is_ended() {
        let conditions = Conditions::default();
        conditions.set(Condition::ClockDoubtful, Some("200 days".to_owned()));
        conditions.set(Condition::KeysNotWritable, Some("read-only".to_owned()));
        assert_eq!(conditions.present(), [Condition::KeysNotWritable, Condition::ClockDoubtful]);
        conditions.set(Condition::KeysNotWritable, None);
        assert_eq!(conditions.present(), [Condition::ClockDoubtful]);
        assert!(!Condition::ClockDoubtful.is_failure() && Condition::KeysNotWritable.is_failure());
    }
}
