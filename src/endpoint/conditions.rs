//! What is wrong with the server at the moment, for `/health` and the log.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Something that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The keys, or the mark of the database beside them, cannot be written.
    KeysNotWritable,
    /// The disk of the database did not take what was written.
    StorageFailed,
    /// The disk of the database is full: nothing is accepted until there is space.
    DiskFull,
    /// The disk of the database is nearly full.
    DiskNearlyFull,
    /// The clock is far ahead of the time until which it was last trusted.
    ClockDoubtful,
}

/// What is wrong at the moment.
#[derive(Debug, Default)]
pub struct Conditions(Mutex<BTreeMap<Condition, String>>);

impl Condition {
    /// What `/health` says of it. The details are in the log only.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeysNotWritable => "the folder of keys cannot be written",
            Self::StorageFailed => "the storage has failed",
            Self::DiskFull => "the data disk is full: only keys, discovery and status lists are served",
            Self::DiskNearlyFull => "the data disk is nearly full",
            Self::ClockDoubtful => "the clock is far ahead: nothing that has expired is removed until it is confirmed",
        }
    }

    /// Whether the server does not do all that it should. Otherwise it is a warning.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::KeysNotWritable | Self::StorageFailed | Self::DiskFull)
    }
}

impl Conditions {
    /// Sets or ends a condition. The log tells when it begins, when its details change, and when it ends.
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

    /// The present conditions.
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
