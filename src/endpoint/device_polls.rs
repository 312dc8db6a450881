//! Rate of polling by devices, [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
//!
//! The state is in memory, because a device that polls too often would otherwise cause a write each time. A restart
//! resets it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

use crate::{
    crypto::Digest,
    oauth::{
        device_authorization::{DeviceAuthorization, INTERVAL},
        token_error::TokenError,
    },
};

/// The latest poll of each device and its polling interval.
#[derive(Debug, Default)]
pub struct DevicePolls(Mutex<HashMap<String, Pace>>);

#[derive(Clone, Copy, Debug)]
struct Pace {
    interval: Duration,
    asked_at: OffsetDateTime,
    /// Whether the poll at `asked_at` came too early.
    was_early: bool,
    /// Whether the poll was repeated.
    was_repeated: bool,
    forgotten_at: OffsetDateTime,
}

impl DevicePolls {
    /// The error for a device that polls at `now` while the user has not answered: `authorization_pending` or
    /// `slow_down`.
    pub fn pace(&self, digest: &Digest, device: &DeviceAuthorization, now: OffsetDateTime) -> TokenError {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if polls.len() >= SWEEP_FROM {
            polls.retain(|_, pace| now < pace.forgotten_at);
        }
        let first = Pace {
            interval: INTERVAL,
            asked_at: now,
            was_early: false,
            was_repeated: false,
            forgotten_at: device.expires_at,
        };
        let Some(pace) = polls.get_mut(digest.as_str()) else {
            polls.insert(digest.as_str().to_owned(), first);
            return TokenError::AuthorizationPending;
        };
        // Some libraries send a request twice to find out how to authenticate. That counts as one poll with one
        // answer.
        let is_repetition = pace.asked_at <= now && now < pace.asked_at + REPETITION && !pace.was_repeated;
        if is_repetition {
            pace.was_repeated = true;
            return if pace.was_early { TokenError::SlowDown } else { TokenError::AuthorizationPending };
        }
        // Allows for inexact clocks and networks. A clock that was set back does not make a poll early.
        pace.was_early = pace.asked_at <= now && now < pace.asked_at + pace.interval - TOLERANCE;
        pace.was_repeated = false;
        pace.asked_at = now;
        if pace.was_early {
            // "the interval MUST be increased by 5 seconds for this and all subsequent requests"
            pace.interval += INTERVAL;
            return TokenError::SlowDown;
        }
        TokenError::AuthorizationPending
    }

    /// Removes a device that has received its tokens.
    pub fn forget(&self, digest: &Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(digest.as_str());
    }
}

const TOLERANCE: Duration = Duration::milliseconds(500);

/// Maximum time between a poll and its repetition.
const REPETITION: Duration = Duration::SECOND;

/// From this number of devices on, expired entries are removed at each poll.
const SWEEP_FROM: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entropy::Entropy,
        oauth::{
            client::ClientId,
            device_authorization::{DeviceState, UserCode},
            resource::Audience,
            scope::Scope,
        },
    };
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    // A library that tries two authentication methods sends two requests within a second.
    #[test]
    fn a_question_that_comes_again_within_a_second_is_one_question_and_a_third_is_too_early() {
        let (polls, digest, device) = (DevicePolls::default(), Digest::of("device"), device());
        let mut now = NOW;
        for (wait, expected) in [
            (0, TokenError::AuthorizationPending),
            (300, TokenError::AuthorizationPending),
            (300, TokenError::SlowDown),
            (300, TokenError::SlowDown),
            (300, TokenError::SlowDown),
            (15_000, TokenError::AuthorizationPending),
            (999, TokenError::AuthorizationPending),
            (14_001, TokenError::AuthorizationPending),
            (1_000, TokenError::SlowDown),
        ] {
            now += Duration::milliseconds(wait);
            assert_eq!(polls.pace(&digest, &device, now), expected, "after {wait} ms");
        }
    }

    fn device() -> DeviceAuthorization {
        DeviceAuthorization {
            client_id: ClientId::parse("tv").unwrap(),
            scope: Scope::empty(),
            audience: Audience::default(),
            user_code: UserCode::generate(Entropy::system()),
            issued_at: NOW,
            expires_at: NOW + Duration::minutes(10),
            state: DeviceState::Pending,
        }
    }

    #[test]
    fn a_device_that_asks_too_often_waits_five_seconds_longer_each_time() {
        let device = device();
        let polls = DevicePolls::default();
        let digest = Digest::of("device");
        let mut now = NOW;
        for (wait, expected) in [
            (0, TokenError::AuthorizationPending),
            (5, TokenError::AuthorizationPending),
            (4, TokenError::SlowDown),
            (9, TokenError::SlowDown),
            (15, TokenError::AuthorizationPending),
            (14, TokenError::SlowDown),
            (20, TokenError::AuthorizationPending),
            (-86_400, TokenError::AuthorizationPending),
            (20, TokenError::AuthorizationPending),
        ] {
            now += Duration::seconds(wait);
            assert_eq!(polls.pace(&digest, &device, now), expected, "after {wait} seconds");
        }
        assert_eq!(polls.pace(&Digest::of("other"), &device, now), TokenError::AuthorizationPending);
    }
}
