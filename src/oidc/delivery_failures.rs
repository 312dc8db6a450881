//! Recent reasons why logout tokens were not delivered to a client, for its developer.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// Why a logout token was not delivered. Developers see no more than this, so that the server cannot be used to probe
/// addresses that they cannot reach themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFailure {
    /// The URI does not use `https`.
    NotHttps,
    /// The address is in a private network or on this machine.
    Private,
    /// The connection failed or there was no response.
    Unreachable,
    /// The response timed out.
    TooSlow,
    /// The response had this status.
    Status(u16),
}

/// A failure with the number of its occurrences and the time of the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedFailure {
    /// The failure.
    pub failure: DeliveryFailure,
    /// Number of occurrences.
    pub count: u64,
    /// Time of the latest occurrence.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The failures of one client since the last delivery that succeeded: at most [`DeliveryFailures::MOST`], the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryFailures(Vec<RepeatedFailure>);

impl DeliveryFailures {
    /// Maximum number of different failures of one client.
    pub const MOST: usize = 20;

    /// Adds a failure at `now`. The oldest one is dropped if there are too many.
    #[must_use]
    pub fn with(mut self, failure: DeliveryFailure, now: OffsetDateTime) -> Self {
        match self.0.iter_mut().find(|known| known.failure == failure) {
            Some(known) => (known.count, known.at) = (known.count.saturating_add(1), now),
            None => self.0.push(RepeatedFailure { failure, count: 1, at: now }),
        }
        self.0.sort_by_key(|known| Reverse(known.at));
        self.0.truncate(Self::MOST);
        self
    }

    /// The failures, the latest first.
    pub fn iter(&self) -> impl Iterator<Item = RepeatedFailure> {
        self.0.iter().copied()
    }

    /// The time from which the failures are too old to be useful.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.0.first().map_or(OffsetDateTime::UNIX_EPOCH, |latest| latest.at + RETAINED_FOR)
    }
}

const RETAINED_FOR: Duration = Duration::days(30);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn failures_are_counted_the_latest_first_and_bounded() {
        let mut failures = DeliveryFailures::default();
        for status in 0..30 {
            failures = failures.with(DeliveryFailure::Status(400 + status), NOW + Duration::seconds(status.into()));
        }
        failures = failures.with(DeliveryFailure::Private, NOW + Duration::HOUR);
        failures = failures.with(DeliveryFailure::Status(429), NOW + Duration::hours(2));
        let found: Vec<_> = failures.iter().map(|one| (one.failure, one.count)).collect();
        assert_eq!(found.len(), DeliveryFailures::MOST);
        assert_eq!(found[..2], [(DeliveryFailure::Status(429), 2), (DeliveryFailure::Private, 1)]);
        assert_eq!(failures.expires_at(), NOW + Duration::hours(2) + RETAINED_FOR);
        let written = serde_json::to_string(&failures).unwrap();
        assert!(written.len() < 2048, "it fits into a row: {written}");
        assert_eq!(serde_json::from_str::<DeliveryFailures>(&written).unwrap(), failures);
    }
}
