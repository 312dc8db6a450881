//! The life of the signing keys, as a pure function of the ring, the policy and the time.
//!
//! A key is published as the *next* one, then *signs*, then is *retired* but still published, then gone. It is published
//! a day before it signs, since verifiers keep a JWKS for an hour or more; it stays published until the last token it
//! signed has expired.
//!
//! Nothing here remembers anything: [`plan`] looks at what is stored and says what to change. Carried out halfway and
//! asked again, it says the rest; carried out, it says nothing.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::algorithm::Algorithm;

/// What the ring knows of a key. A key that is gone is not in the ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingKey {
    /// The identifier of the key.
    pub kid: String,
    /// The algorithm it signs with.
    pub algorithm: Algorithm,
    /// Since when it has been published.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Where it is in its life.
    pub stage: Stage,
}

/// A stage in the life of a key. In each of them it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// It will sign after the present one.
    Next,
    /// It signs.
    Signing {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
    /// It signs no more; its last tokens are still about.
    Retired {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
    },
}

/// How long the stages last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingPolicy {
    /// How long a key is published before it signs.
    pub publish_ahead: Duration,
    /// How long a key signs. Where this is shorter than `publish_ahead`, the longer of the two counts.
    pub rotate_every: Duration,
    /// How long a retired key stays published: at least the longest lifetime of a token, the skew of clocks, and the
    /// time for which verifiers keep the JWKS.
    pub keep_retired: Duration,
}

impl Default for RingPolicy {
    fn default() -> Self {
        Self { publish_ahead: Duration::hours(24), rotate_every: Duration::days(90), keep_retired: Duration::hours(24) }
    }
}

/// One step, to be carried out in the order of the plan. Each prefix of a plan leaves a ring that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Make a key of this algorithm, in this stage.
    Create(Algorithm, Stage),
    /// Let the next key sign.
    Promote(String),
    /// Let the key sign no more.
    Retire(String),
    /// The key's instants lie in the future, so a clock was wrong: count them from now.
    Redate(String),
    /// Destroy the key.
    Remove(String),
}

/// What an emergency gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compromised {
    /// The keys that sign now. The published next ones take over, which verifiers know already.
    SigningKeys,
    /// Every key, as when the folder itself was copied. Verifiers have to fetch the JWKS anew.
    EveryKey,
}

impl RingKey {
    /// A key that begins its life in `stage` at `now`.
    #[must_use]
    pub fn new(kid: String, algorithm: Algorithm, stage: Stage, now: OffsetDateTime) -> Self {
        Self { kid, algorithm, created_at: whole_seconds(now), stage }
    }

    /// The key after `change`, which names it; `None` when it is removed.
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

    /// Whether it signs.
    #[must_use]
    pub fn is_signing(&self) -> bool {
        matches!(self.stage, Stage::Signing { .. })
    }

    /// Whether it will sign next.
    #[must_use]
    pub fn is_next(&self) -> bool {
        self.stage == Stage::Next
    }

    /// The last instant that is stored of it.
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

/// What is to be changed at `now` so that each of `algorithms` has one key that signs and one that is published to sign
/// next, and so that what is due happens.
///
/// However the clock has jumped, an algorithm is never left without a key that signs. Instants in the future are counted
/// from now on. While the clock has not been set at all (it shows a time before this program was written), nothing is
/// due, since the true time would find the instants of that period far in the past.
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

/// What is to be made at `now` so that each of `algorithms` has one key that signs and one that is published to sign next.
/// Nothing that is there is changed: it is for a clock that is not trusted yet.
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

/// Lets the next keys sign at once, however short a time they have been published.
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

/// Replaces what is compromised and takes it out of the JWKS at once. Verifiers may trust it for as long as they keep
/// their copy of the JWKS, and tokens that it signed are refused from then on.
#[must_use]
pub fn emergency(
    keys: &[RingKey],
    compromised: Compromised,
    algorithms: &[Algorithm],
    now: OffsetDateTime,
) -> Vec<Change> {
    let trusted: &[RingKey] = if compromised == Compromised::EveryKey { &[] } else { keys };
    let given_up = keys.iter().filter(|key| compromised == Compromised::EveryKey || key.is_signing());
    // The successors first, so that there is always a key that signs; the next keys last, since they can wait.
    let mut changes: Vec<Change> = algorithms.iter().flat_map(|algorithm| succeed(trusted, *algorithm, now)).collect();
    changes.extend(given_up.map(|key| Change::Remove(key.kid.clone())));
    changes.extend(algorithms.iter().map(|algorithm| Change::Create(*algorithm, Stage::Next)));
    changes
}

/// For how long a copy of the JWKS may be kept: five minutes, less when a change is due sooner, but half a minute.
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
    // Two keys sign when a rotation was interrupted after its first step.
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

/// The step that gives `algorithm` a key to sign from now on.
fn succeed(keys: &[RingKey], algorithm: Algorithm, now: OffsetDateTime) -> Vec<Change> {
    vec![match first_next(keys, algorithm) {
        Some(next) => Change::Promote(next.kid.clone()),
        None => Change::Create(algorithm, Stage::Signing { since: whole_seconds(now) }),
    }]
}

/// The step that ends the life of a key that is no more needed.
fn discard(key: &RingKey, policy: RingPolicy, algorithms: &[Algorithm], now: OffsetDateTime) -> Option<Change> {
    let is_used = algorithms.contains(&key.algorithm);
    match key.stage {
        Stage::Retired { since } if now - since >= policy.keep_retired => Some(Change::Remove(key.kid.clone())),
        Stage::Signing { .. } if !is_used => Some(Change::Retire(key.kid.clone())),
        Stage::Next if !is_used => Some(Change::Remove(key.kid.clone())),
        _ => None,
    }
}

/// The next key that verifiers have known for longest.
fn first_next(keys: &[RingKey], algorithm: Algorithm) -> Option<&RingKey> {
    let next = keys.iter().filter(|key| key.algorithm == algorithm && key.is_next());
    next.min_by_key(|key| (key.created_at, &key.kid))
}

/// The keys that sign, the newest first.
fn signing(keys: &[RingKey], algorithm: Algorithm) -> Vec<&RingKey> {
    let mut signing: Vec<_> = keys.iter().filter(|key| key.algorithm == algorithm && key.is_signing()).collect();
    signing.sort_by_key(|key| std::cmp::Reverse((key.signs_since(), key.created_at, &key.kid)));
    signing
}

/// Instants are stored in whole seconds; cutting them off here makes what is remembered and what is stored the same.
fn whole_seconds(now: OffsetDateTime) -> OffsetDateTime {
    now.replace_nanosecond(0).unwrap_or(now)
}

const BEFORE_THIS_PROGRAM: OffsetDateTime = datetime!(2025-01-01 00:00 UTC);
const LONGEST_MAX_AGE: Duration = Duration::seconds(300);
const SHORTEST_MAX_AGE: Duration = Duration::seconds(30);

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
