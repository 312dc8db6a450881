//! The life cycle of the signing keys, as a pure function of the ring, the policy and the time.
//!
//! A key is published as the *next* one, then *signs*, then is *retired* but still published, then is removed. It is
//! published a day before it signs, since verifiers cache a JWKS for an hour or more. It stays published until the last
//! token that it signed has expired.
//!
//! This module has no state. [`plan`] determines the changes from the stored ring. If a plan was carried out only
//! partly, the next one contains the rest; if it was carried out completely, the next one is empty.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::algorithm::Algorithm;

/// The state of a key in the ring. A removed key is not in the ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingKey {
    pub kid: String,
    pub algorithm: Algorithm,
    /// When it was published.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    pub stage: Stage,
}

/// A stage in the life cycle of a key. The key is published in every stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// It will sign after the current one.
    Next,
    /// It signs.
    Signing {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    /// It does not sign any more, but its last tokens may still be valid.
    Retired {
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
}

/// The durations of the stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingPolicy {
    /// How long a key is published before it signs.
    pub publish_ahead: Duration,
    /// How long a key signs. If this is shorter than `publish_ahead`, `publish_ahead` applies.
    pub rotate_every: Duration,
    /// How long a retired key stays published: at least the longest token lifetime, the clock skew, and the time for
    /// which verifiers cache the JWKS.
    pub keep_retired: Duration,
}

impl Default for RingPolicy {
    fn default() -> Self {
        Self { publish_ahead: Duration::hours(24), rotate_every: Duration::days(90), keep_retired: Duration::hours(24) }
    }
}

/// A change to the ring. The changes of a plan are carried out in order, and every prefix of a plan leaves a working
/// ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Generate a key of this algorithm in this stage.
    Create(Algorithm, Stage),
    /// The next key starts to sign.
    Promote(String),
    /// The key stops signing.
    Retire(String),
    /// The key's instants are in the future because the clock was wrong. They are replaced with the current time.
    Redate(String),
    /// The key is destroyed.
    Remove(String),
}

/// Which keys are compromised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compromised {
    /// The signing keys. The next keys, which verifiers already know, replace them.
    SigningKeys,
    /// All keys, for example because the folder was copied. Verifiers must fetch the JWKS again.
    EveryKey,
}

impl RingKey {
    /// Creates a key that enters `stage` at `now`.
    #[must_use]
    pub fn new(kid: String, algorithm: Algorithm, stage: Stage, now: OffsetDateTime) -> Self {
        Self { kid, algorithm, created_at: whole_seconds(now), stage }
    }

    /// Applies `change`, which names this key; returns `None` if the change removes it.
    #[must_use]
    pub fn after(&self, change: &Change, now: OffsetDateTime) -> Option<Self> {
        let now = whole_seconds(now);
        let mut key = self.clone();
        match change {
            Change::Create(..) => {}
            Change::Promote(_) => key.stage = Stage::Signing { since: now },
            Change::Retire(_) => key.stage = Stage::Retired { since: now },
            Change::Redate(_) => {
                key.created_at = key.created_at.min(now);
                key.stage = match key.stage {
                    Stage::Next => Stage::Next,
                    Stage::Signing { since } => Stage::Signing { since: since.min(now) },
                    Stage::Retired { since } => Stage::Retired { since: since.min(now) },
                };
            }
            Change::Remove(_) => return None,
        }
        Some(key)
    }

    #[must_use]
    pub fn is_signing(&self) -> bool {
        matches!(self.stage, Stage::Signing { .. })
    }

    #[must_use]
    pub fn is_next(&self) -> bool {
        self.stage == Stage::Next
    }

    /// Returns the latest instant stored in it.
    fn latest(&self) -> OffsetDateTime {
        match self.stage {
            Stage::Next => self.created_at,
            Stage::Signing { since } | Stage::Retired { since } => self.created_at.max(since),
        }
    }

    fn signs_since(&self) -> Option<OffsetDateTime> {
        if let Stage::Signing { since } = self.stage { Some(since) } else { None }
    }
}

/// Returns the changes that are due at `now`. After them, each of `algorithms` has one key that signs and one published
/// next key.
///
/// An algorithm always keeps a signing key, however the clock jumps. Instants in the future are replaced with the
/// current time. While the clock is not set (it shows a time before this program was written), nothing is due: once the
/// clock is correct, the instants recorded in that period would be far in the past.
#[must_use]
pub fn plan(keys: &[RingKey], policy: RingPolicy, algorithms: &[Algorithm], now: OffsetDateTime) -> Vec<Change> {
    let clock_is_set = now >= BEFORE_THIS_PROGRAM;
    let mut changes = Vec::new();
    let mut dated = Vec::new();
    for key in keys {
        if clock_is_set && key.latest() > now {
            let change = Change::Redate(key.kid.clone());
            dated.extend(key.after(&change, now));
            changes.push(change);
        } else {
            dated.push(key.clone());
        }
    }
    for algorithm in algorithms {
        changes.extend(plan_algorithm(&dated, policy, *algorithm, now));
    }
    if clock_is_set {
        changes.extend(dated.iter().filter_map(|key| discard(key, policy, algorithms, now)));
    }
    changes
}

/// Returns the keys to generate at `now` so that each of `algorithms` has one key that signs and one published next
/// key. Existing keys do not change. Used while the clock is not trusted yet.
#[must_use]
pub fn missing(keys: &[RingKey], algorithms: &[Algorithm], now: OffsetDateTime) -> Vec<Change> {
    let missing = |algorithm: &Algorithm| {
        let mut changes = Vec::new();
        if signing(keys, *algorithm).is_empty() {
            changes.extend(succeed(keys, *algorithm, now));
        }
        let has_other_next = keys.iter().filter(|key| key.algorithm == *algorithm && key.is_next()).count()
            > changes.iter().filter(|change| matches!(change, Change::Promote(_))).count();
        if !has_other_next {
            changes.push(Change::Create(*algorithm, Stage::Next));
        }
        changes
    };
    algorithms.iter().flat_map(missing).collect()
}

/// Activates the next keys immediately, regardless of how long they have been published.
#[must_use]
pub fn rotation(keys: &[RingKey], algorithms: &[Algorithm], now: OffsetDateTime) -> Vec<Change> {
    let replace = |algorithm: &Algorithm| {
        let mut changes = succeed(keys, *algorithm, now);
        changes.extend(signing(keys, *algorithm).iter().map(|key| Change::Retire(key.kid.clone())));
        changes.push(Change::Create(*algorithm, Stage::Next));
        changes
    };
    algorithms.iter().flat_map(replace).collect()
}

/// Replaces the compromised keys and removes them from the JWKS immediately. This server then rejects tokens that they
/// signed; verifiers may accept them for as long as they cache the JWKS.
#[must_use]
pub fn emergency(
    keys: &[RingKey],
    compromised: Compromised,
    algorithms: &[Algorithm],
    now: OffsetDateTime,
) -> Vec<Change> {
    let trusted: &[RingKey] = if compromised == Compromised::EveryKey { &[] } else { keys };
    let given_up = keys.iter().filter(|key| compromised == Compromised::EveryKey || key.is_signing());
    // The successors come first, so that there is always a key that signs. The next keys come last, since they are less
    // urgent.
    let mut changes: Vec<Change> = algorithms.iter().flat_map(|algorithm| succeed(trusted, *algorithm, now)).collect();
    changes.extend(given_up.map(|key| Change::Remove(key.kid.clone())));
    changes.extend(algorithms.iter().map(|algorithm| Change::Create(*algorithm, Stage::Next)));
    changes
}

/// Returns how long a copy of the JWKS may be cached: five minutes, or less if a change is due sooner, but at least
/// half a minute.
#[must_use]
pub fn max_age(keys: &[RingKey], policy: RingPolicy, now: OffsetDateTime) -> Duration {
    let until = |since: OffsetDateTime, length: Duration| length - (now - since);
    let due = keys.iter().filter_map(|key| match key.stage {
        Stage::Next => None,
        Stage::Signing { since } => {
            let next = first_next(keys, key.algorithm)?;
            Some(until(since, policy.rotate_every).max(until(next.created_at, policy.publish_ahead)))
        }
        Stage::Retired { since } => Some(until(since, policy.keep_retired)),
    });
    due.min().unwrap_or(LONGEST_MAX_AGE).clamp(SHORTEST_MAX_AGE, LONGEST_MAX_AGE)
}

fn plan_algorithm(keys: &[RingKey], policy: RingPolicy, algorithm: Algorithm, now: OffsetDateTime) -> Vec<Change> {
    let next = first_next(keys, algorithm);
    let signing = signing(keys, algorithm);
    let Some((newest, older)) = signing.split_first() else {
        let mut changes = succeed(keys, algorithm, now);
        changes.push(Change::Create(algorithm, Stage::Next));
        return changes;
    };
    // Two keys sign if a rotation was interrupted after its first step.
    let mut changes: Vec<Change> = older.iter().map(|key| Change::Retire(key.kid.clone())).collect();
    let Some(next) = next else {
        changes.push(Change::Create(algorithm, Stage::Next));
        return changes;
    };
    let has_signed_enough = newest.signs_since().is_some_and(|since| now - since >= policy.rotate_every);
    let is_known = now - next.created_at >= policy.publish_ahead;
    if has_signed_enough && is_known && now >= BEFORE_THIS_PROGRAM {
        changes.push(Change::Promote(next.kid.clone()));
        changes.push(Change::Retire(newest.kid.clone()));
        changes.push(Change::Create(algorithm, Stage::Next));
    }
    changes
}

/// Returns the step that gives `algorithm` a new signing key.
fn succeed(keys: &[RingKey], algorithm: Algorithm, now: OffsetDateTime) -> Vec<Change> {
    vec![match first_next(keys, algorithm) {
        Some(next) => Change::Promote(next.kid.clone()),
        None => Change::Create(algorithm, Stage::Signing { since: whole_seconds(now) }),
    }]
}

/// Returns the step that removes or retires a key that is not needed any more.
fn discard(key: &RingKey, policy: RingPolicy, algorithms: &[Algorithm], now: OffsetDateTime) -> Option<Change> {
    let is_used = algorithms.contains(&key.algorithm);
    match key.stage {
        Stage::Retired { since } if now - since >= policy.keep_retired => Some(Change::Remove(key.kid.clone())),
        Stage::Signing { .. } if !is_used => Some(Change::Retire(key.kid.clone())),
        Stage::Next if !is_used => Some(Change::Remove(key.kid.clone())),
        _ => None,
    }
}

/// Returns the next key that has been published for the longest time.
fn first_next(keys: &[RingKey], algorithm: Algorithm) -> Option<&RingKey> {
    let next = keys.iter().filter(|key| key.algorithm == algorithm && key.is_next());
    next.min_by_key(|key| (key.created_at, &key.kid))
}

/// Returns the signing keys, newest first.
fn signing(keys: &[RingKey], algorithm: Algorithm) -> Vec<&RingKey> {
    let mut signing: Vec<_> = keys.iter().filter(|key| key.algorithm == algorithm && key.is_signing()).collect();
    signing.sort_by_key(|key| std::cmp::Reverse((key.signs_since(), key.created_at, &key.kid)));
    signing
}

/// Truncates to whole seconds, as instants are stored, so that the values in memory and on disk are equal.
fn whole_seconds(now: OffsetDateTime) -> OffsetDateTime {
    now.replace_nanosecond(0).unwrap_or(now)
}

const BEFORE_THIS_PROGRAM: OffsetDateTime = datetime!(2025-01-01 00:00 UTC);
const LONGEST_MAX_AGE: Duration = Duration::seconds(300);
const SHORTEST_MAX_AGE: Duration = Duration::seconds(30);

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
