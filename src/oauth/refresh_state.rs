//! The stored state of the refresh tokens of a grant.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::presented_refresh_token::PresentedRefreshToken;
use crate::crypto::Digest;

/// The stored state of the refresh token of a grant. It does not contain the token itself in plain text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefreshState {
    pub(super) generation: u32,
    pub(super) digest: Digest,
    /// Absolute expiry, regardless of use.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) expires_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) last_used_at: OffsetDateTime,
    /// The token itself, encrypted with the server's key. Present only while earlier tokens may still request it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) newest: Option<String>,
    /// The generations that were replaced recently.
    #[serde(default, skip_serializing_if = "Replacements::is_empty")]
    pub(super) replaced: Replacements,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshPolicy {
    /// All tokens of a grant, regardless of use.
    pub absolute: Duration,
    /// A token that is not used.
    pub idle: Duration,
    /// How long a replaced token still yields its successor.
    pub overlap: Duration,
}

impl RefreshState {
    /// Returns when it was last used, accurate to a tenth of the idle lifetime.
    #[must_use]
    pub fn last_used_at(&self) -> OffsetDateTime {
        self.last_used_at
    }

    /// Returns when the token expires if it is not used again.
    #[must_use]
    pub fn expires_at(&self, policy: &RefreshPolicy) -> OffsetDateTime {
        self.expires_at.min(self.last_used_at + policy.idle)
    }

    /// Returns whether `presented` is the valid token at `now`.
    #[must_use]
    pub fn is_current(&self, presented: &PresentedRefreshToken, policy: &RefreshPolicy, now: OffsetDateTime) -> bool {
        let is_this = presented.generation == self.generation && self.digest.matches(&presented.text);
        is_this && now < self.expires_at(policy)
    }
}

/// The generations that were replaced recently, oldest first, as generation and milliseconds since 1970. Not all are
/// stored for a client that refreshes very often; a missing one counts as replaced at the time of the stored one before
/// it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Replacements(Vec<(u32, i64)>);

impl Replacements {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether `generation` was replaced less than `overlap` before `now`.
    pub(super) fn is_within(&self, generation: u32, overlap: Duration, now: OffsetDateTime) -> bool {
        let kept = self.0.iter().rev().find(|(kept, _)| *kept <= generation);
        kept.is_some_and(|(_, at)| milliseconds(now) < at.saturating_add(whole_milliseconds(overlap)))
    }

    /// Records that `generation` was replaced at `now`, and removes entries older than `overlap`.
    pub(super) fn with(mut self, generation: u32, overlap: Duration, now: OffsetDateTime) -> Self {
        let past = milliseconds(now).saturating_sub(whole_milliseconds(overlap));
        self.0.push((generation, milliseconds(now)));
        // The entry before the first one within the overlap is the lower bound for the generations in between.
        while self.0.get(1).is_some_and(|(_, at)| *at <= past) {
            self.0.remove(0);
        }
        if self.0.len() > MOST_REPLACED {
            let gap = |at: usize| Some(self.0.get(at + 1)?.1.saturating_sub(self.0.get(at - 1)?.1));
            let closest = (1..self.0.len() - 1).min_by_key(|at| gap(*at));
            closest.map(|at| self.0.remove(at));
        }
        self
    }
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn whole_milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.whole_milliseconds()).unwrap_or(i64::MAX)
}

/// Maximum number of stored replacements, which bounds the record.
const MOST_REPLACED: usize = 16;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    // A client that refreshes very often loses at most a tenth of the overlap.
    #[test]
    fn the_stored_replacements_are_spread_evenly_over_the_overlap() {
        let overlap = Duration::seconds(10);
        let (mut replaced, mut most) = (Replacements::default(), 0);
        for generation in 0..5_000_u32 {
            let now = datetime!(2030-01-01 00:00 UTC) + Duration::milliseconds(10) * f64::from(generation);
            replaced = replaced.with(generation, overlap, now);
            most = most.max(replaced.0.len());
            assert_eq!(replaced.0.last(), Some(&(generation, milliseconds(now))));
            if generation > 1_000 {
                let gaps = replaced.0.windows(2).map(|pair| pair[1].1 - pair[0].1);
                assert!(gaps.max() <= Some(1_000), "{:?}", replaced.0);
            }
        }
        assert_eq!(most, MOST_REPLACED);
    }
}
