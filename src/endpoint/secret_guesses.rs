//! Limits the number of wrong secrets checked per client and address.
//!
//! A secret has 256 random bits, so it cannot be guessed. The limit keeps a flood of attempts from filling the log,
//! and shows a program that keeps using a deleted secret that it has to stop. The right secret is always accepted, so
//! an attacker cannot block an application.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

use crate::{crypto::sha256, oauth::client::ClientId};

/// The wrong secrets of the last minute, by client and address. They are kept in memory and lost on restart.
#[derive(Debug)]
pub struct SecretGuesses {
    most: u32,
    counts: Mutex<Generations>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    wrong: u32,
    since: OffsetDateTime,
}

/// When the younger generation is full it becomes the older one. Memory is bounded, and no request pays for a
/// cleanup.
#[derive(Debug, Default)]
struct Generations {
    younger: HashMap<[u8; 32], Count>,
    older: HashMap<[u8; 32], Count>,
}

impl SecretGuesses {
    /// Allows ten wrong secrets a minute, or practically any number if `is_relaxed`, for test setups.
    #[must_use]
    pub fn new(is_relaxed: bool) -> Self {
        Self { most: if is_relaxed { 100_000 } else { MOST_WRONG }, counts: Mutex::default() }
    }

    /// Counts a wrong secret of `client_id` from `address`, whether or not the client exists.
    ///
    /// # Errors
    ///
    /// Returns the number of seconds until the next wrong secret is checked, if the limit is reached.
    pub fn count_wrong(&self, client_id: &ClientId, address: Option<IpAddr>, now: OffsetDateTime) -> Result<(), u64> {
        let key = sha256([network(address).as_slice(), client_id.as_str().as_bytes()].concat());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counts.younger.get(&key).or_else(|| counts.older.get(&key)).copied();
        // After the clock was set back, the wait is still at most a minute.
        let known = known.map(|count| Count { since: count.since.min(now), ..count });
        let count = known.filter(|count| now < count.since + WINDOW).unwrap_or(Count { wrong: 0, since: now });
        let outcome = if count.wrong < self.most {
            Ok(())
        } else {
            let seconds = (count.since + WINDOW - now).whole_seconds();
            Err(u64::try_from(seconds).unwrap_or_default().saturating_add(1))
        };
        counts.remember(key, Count { wrong: count.wrong.saturating_add(1), ..count });
        outcome
    }
}

impl Generations {
    fn remember(&mut self, key: [u8; 32], count: Count) {
        if self.younger.len() >= GENERATION && !self.younger.contains_key(&key) {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(key, count);
    }
}

/// An IPv4 address, or the first 64 bits of an IPv6 address, which usually belong to one customer.
fn network(address: Option<IpAddr>) -> [u8; 9] {
    let (kind, bits) = match address.map(|address| address.to_canonical()) {
        None => (0, 0),
        Some(IpAddr::V4(address)) => (4, u64::from(address.to_bits())),
        Some(IpAddr::V6(address)) => (6, u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX)),
    };
    let mut network = [kind; 9];
    if let Some((_, rest)) = network.split_first_mut() {
        rest.copy_from_slice(&bits.to_be_bytes());
    }
    network
}

const MOST_WRONG: u32 = 10;

const WINDOW: Duration = Duration::MINUTE;

const GENERATION: usize = 16_384;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    #[test]
    fn ten_wrong_secrets_a_minute_are_judged_for_each_client_and_address() {
        let guesses = SecretGuesses::new(false);
        let wrong =
            |client: &str, address: &str, now| guesses.count_wrong(&id(client), Some(address.parse().unwrap()), now);
        for nth in 1..=10 {
            assert_eq!(wrong("orders", "192.0.2.1", NOW), Ok(()), "{nth}");
        }
        assert_eq!(wrong("orders", "192.0.2.1", NOW + Duration::seconds(20)), Err(41));
        assert_eq!(wrong("orders", "::ffff:192.0.2.1", NOW), Err(61));
        for (client, address) in [("other", "192.0.2.1"), ("orders", "192.0.2.2"), ("orders", "2001:db8::1")] {
            assert_eq!(wrong(client, address, NOW), Ok(()), "{client} {address}");
        }
        assert_eq!(wrong("orders", "192.0.2.1", NOW + WINDOW), Ok(()), "a new minute");
    }

    #[test]
    fn the_wait_is_a_minute_at_most_after_the_clock_was_set_back() {
        let guesses = SecretGuesses::new(false);
        for _ in 0..10 {
            assert_eq!(guesses.count_wrong(&id("orders"), None, NOW), Ok(()));
        }
        let earlier = NOW - Duration::DAY;
        assert_eq!(guesses.count_wrong(&id("orders"), None, earlier), Err(61));
        assert_eq!(guesses.count_wrong(&id("orders"), None, earlier + WINDOW), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let guesses = SecretGuesses::new(false);
        for at in 0..3 * GENERATION {
            assert_eq!(guesses.count_wrong(&id(&format!("client-{at}")), None, NOW), Ok(()));
        }
        let counts = guesses.counts.lock().unwrap();
        assert!(counts.younger.len() + counts.older.len() <= 2 * GENERATION);
    }
}
