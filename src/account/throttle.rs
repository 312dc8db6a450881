//! Rate limit for password attempts.
//!
//! An attempt needs a [`Permit`], which counts it as failed *before* the password is checked; only
//! [`Throttle::succeeded`] reverts that. Concurrent attempts therefore cannot bypass the limit. Three counters are
//! kept in memory:
//!
//! - The **address** (an IPv4 address, or the /64 of an IPv6 address) has a token bucket, against trying one password
//!   with many names.
//! - The **account**, whether or not it exists, has a wait after each failure, which grows up to 15 minutes from the
//!   hundredth failure on. The wait counts from the last attempt that was checked, so an attack locks the account
//!   while it lasts and for at most 15 more minutes. Attackers have about 195 attempts on the first day and 96 on
//!   each further day.
//! - A **device** on which the account's owner has signed in is counted instead of the account, so attackers cannot
//!   lock the owner out. Requests that carry a session or an access token of the account without a known device share
//!   one counter.
//!
//! An account has one counter, however its name is written: the counter belongs to the [`AccountId`], not to the
//! entered name.
//!
//! The tables have bounded sizes. Names cost nothing, so an attacker could try to have a locked account dropped by
//! filling the table with others. The account with the *fewest* failures is therefore dropped first, and of those the
//! oldest. Dropping an account with n failures takes n attempts at every other entry of the table, each with its wait
//! and its token, for only one more attempt at the account. Addresses are dropped in the order in which their buckets
//! are full again, when nothing is lost.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use super::{canonical::canonical, device::KnownDevice, ranked_table::RankedTable, record::AccountId};
use crate::crypto::sha256;

/// The account or unknown name whose password is tried, as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessedAccount([u8; 32]);

/// An attempt, before the password is checked.
#[derive(Debug, Clone, Copy)]
pub struct Guess {
    pub account: GuessedAccount,
    pub address: IpAddr,
    /// The device, if the account's owner has signed in on it before.
    pub device: Option<KnownDevice>,
}

/// Permission to check one password. If it is dropped, the attempt counts as failed.
#[derive(Debug)]
#[must_use = "a permit that is dropped counts as a failed attempt"]
pub struct Permit {
    counter: Counter,
    key: [u8; 32],
    counted_at: OffsetDateTime,
}

#[derive(Debug)]
pub enum Admission {
    /// The attempt is allowed, and already counted.
    Allowed(Permit),
    /// The attempt is not allowed, and not counted. The response must not depend on whether the account exists.
    Refused {
        /// How long to wait; always positive.
        retry_after: Duration,
    },
}

#[derive(Debug, Clone)]
pub struct ThrottlePolicy {
    /// Number of attempts that an address has initially.
    address_burst: i32,
    /// The interval after which an address has one more attempt.
    address_interval: Duration,
    /// The wait from each number of failures on, in ascending order.
    waits: Vec<(u32, Duration)>,
    /// Maximum number of addresses, accounts and devices each.
    capacity: usize,
}

/// Counts attempts. Shared by all grant types and pages that check passwords.
pub struct Throttle {
    policy: ThrottlePolicy,
    tables: Mutex<Tables>,
}

struct Tables {
    /// When the bucket of each address is full again.
    addresses: RankedTable<Network, OffsetDateTime>,
    accounts: RankedTable<[u8; 32], Failures>,
    devices: RankedTable<[u8; 32], Failures>,
    next_sweep: Option<OffsetDateTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counter {
    Account,
    Device,
}

/// Ordered by the number first and then by time, which decides what is dropped: see the module documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Failures {
    count: u32,
    last_at: OffsetDateTime,
}

/// An IPv4 address, or the upper half of an IPv6 address, because a /64 usually belongs to one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Network {
    V4(u32),
    V6(u64),
}

impl Throttle {
    /// Creates a throttle without recorded attempts.
    #[must_use]
    pub fn new(policy: ThrottlePolicy) -> Self {
        let tables = Tables {
            addresses: RankedTable::new(policy.capacity),
            accounts: RankedTable::new(policy.capacity),
            devices: RankedTable::new(policy.capacity),
            next_sweep: None,
        };
        Self { policy, tables: Mutex::new(tables) }
    }

    /// Counts an attempt and allows it, or returns how long to wait.
    ///
    /// An attempt refused because of the address is not counted against the account. One refused because of the
    /// account is counted against the address.
    pub fn admit(&self, guess: &Guess, now: OffsetDateTime) -> Admission {
        let mut tables = self.tables();
        tables.sweep(now);
        if let Err(retry_after) = self.take_token(&mut tables, guess.address, now) {
            return Admission::Refused { retry_after };
        }
        let (counter, key) = match guess.device {
            Some(device) => (Counter::Device, device.key()),
            None => (Counter::Account, guess.account.0),
        };
        let table = tables.of(counter);
        let stored = table.rank(&key);
        // After the clock was set back, failures in the future count as happening now, so waits do not become longer.
        let failures = stored.map(|failures| Failures { last_at: failures.last_at.min(now), ..failures });
        let failures = failures.filter(|failures| now - failures.last_at < FORGOTTEN_AFTER);
        let count = failures.map_or(0, |failures| failures.count);
        if let Some(failures) = failures {
            let retry_after = failures.last_at + self.policy.wait_after(count) - now;
            if retry_after.is_positive() {
                if stored != Some(failures) {
                    table.put(key, failures);
                }
                return Admission::Refused { retry_after };
            }
        }
        table.put(key, Failures { count: count.saturating_add(1), last_at: now });
        Admission::Allowed(Permit { counter, key, counted_at: now })
    }

    /// Records that the attempt was successful, which resets its counter.
    ///
    /// A success on a known device does not reset the counter of the account.
    pub fn succeeded(&self, permit: Permit) {
        self.tables().of(permit.counter).remove(&permit.key);
    }

    /// Resets the counters of `account` after its password was set, because earlier attempts were for another
    /// password.
    pub fn password_was_set(&self, account: &AccountId) {
        let mut tables = self.tables();
        tables.accounts.remove(&GuessedAccount::of(account).0);
        tables.devices.remove(&KnownDevice::signed_in(account).key());
    }

    /// Resets all counters of `account`, including those of known devices.
    pub fn unlock(&self, account: &AccountId) {
        let mut tables = self.tables();
        tables.accounts.remove(&GuessedAccount::of(account).0);
        tables.devices.retain(|key, _| !KnownDevice::is_key_of(key, account));
    }

    /// Until when attempts from unknown devices are refused for `account`, if that is at least a minute away.
    pub fn locked_until(&self, account: &AccountId, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let failures = self.tables().accounts.rank(&GuessedAccount::of(account).0)?;
        let until = failures.last_at.min(now) + self.policy.wait_after(failures.count);
        (until - now >= Duration::MINUTE).then_some(until)
    }

    /// Takes an attempt back because the password was not checked (the hasher was busy). It may be repeated.
    pub fn withdraw(&self, permit: Permit, now: OffsetDateTime) {
        let mut tables = self.tables();
        let table = tables.of(permit.counter);
        if let Some(failures) = table.rank(&permit.key) {
            let count = failures.count.saturating_sub(1);
            // A later attempt keeps its wait.
            let is_last = failures.last_at == permit.counted_at;
            let last_at = if is_last { now - self.policy.wait_after(count) } else { failures.last_at };
            if count == 0 {
                table.remove(&permit.key);
            } else {
                table.put(permit.key, Failures { count, last_at });
            }
        }
    }

    /// Takes a token from the bucket of the address, or returns when one is available. The bucket is stored as the
    /// time at which it is full again (generic cell rate algorithm).
    fn take_token(&self, tables: &mut Tables, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let network = Network::of(address);
        let refill = self.policy.address_interval * self.policy.address_burst;
        // A bucket cannot be emptier than empty. If it seems so, it was used before the clock was set back, and
        // counts as full.
        let stored = tables.addresses.rank(&network).filter(|full_at| *full_at <= now + refill);
        let full_at = stored.map_or(now, |full_at| full_at.max(now));
        let retry_after = full_at + self.policy.address_interval - now - refill;
        if retry_after.is_positive() {
            return Err(retry_after);
        }
        tables.addresses.put(network, full_at + self.policy.address_interval);
        Ok(())
    }

    /// Never held across an await point.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn of(&mut self, counter: Counter) -> &mut RankedTable<[u8; 32], Failures> {
        match counter {
            Counter::Account => &mut self.accounts,
            Counter::Device => &mut self.devices,
        }
    }

    /// Drops expired entries when a table is full, at most once per [`SWEEP_INTERVAL`].
    fn sweep(&mut self, now: OffsetDateTime) {
        let is_full = self.addresses.is_full() || self.accounts.is_full() || self.devices.is_full();
        if is_full && self.next_sweep.is_none_or(|next| now >= next || next > now + SWEEP_INTERVAL) {
            self.addresses.retain(|_, full_at| full_at > now);
            self.accounts.retain(|_, failures| now - failures.last_at < FORGOTTEN_AFTER);
            self.devices.retain(|_, failures| now - failures.last_at < FORGOTTEN_AFTER);
            self.next_sweep = Some(now + SWEEP_INTERVAL);
        }
    }
}

impl GuessedAccount {
    /// The counter of an account, by whichever of its names it was found.
    #[must_use]
    pub fn of(account: &AccountId) -> Self {
        Self(sha256(format!("account {account}")))
    }

    /// The counter of a name without an account, however it is written.
    #[must_use]
    pub fn unknown(name: &str) -> Self {
        // No account has a name this long. Only the beginning is normalized, because that takes time.
        let name = name.trim();
        let known = name.char_indices().nth(LONGEST_NAME).map_or(name, |(end, _)| name.get(..end).unwrap_or(name));
        Self(sha256(format!("name {}", canonical(known).trim())))
    }
}

impl ThrottlePolicy {
    /// For tests that sign in constantly: no waits, and a million attempts per address. Not for servers that others
    /// can reach.
    #[must_use]
    pub fn relaxed() -> Self {
        Self { address_burst: 1_000_000, waits: Vec::new(), ..Self::default() }
    }

    fn wait_after(&self, count: u32) -> Duration {
        let reached = self.waits.iter().rev().find(|(from, _)| count >= *from);
        reached.map_or(Duration::ZERO, |(_, wait)| *wait)
    }
}

/// An address has ten attempts and one more every three seconds. After 1, 3, 9, 25 and 100 failures the waits are 1,
/// 3, 5 and 10 seconds and 15 minutes.
impl Default for ThrottlePolicy {
    fn default() -> Self {
        Self {
            address_burst: 10,
            address_interval: Duration::seconds(3),
            waits: vec![
                (1, Duration::seconds(1)),
                (3, Duration::seconds(3)),
                (9, Duration::seconds(5)),
                (25, Duration::seconds(10)),
                (100, Duration::minutes(15)),
            ],
            capacity: 65_536,
        }
    }
}

impl Network {
    fn of(address: IpAddr) -> Self {
        // A dual-stack socket shows 192.0.2.1 as `::ffff:192.0.2.1`.
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Throttle").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// Failures are dropped a day after the last one, not at the first pause. Otherwise 100 attempts would be possible
/// after each pause.
const FORGOTTEN_AFTER: Duration = Duration::DAY;
const SWEEP_INTERVAL: Duration = Duration::MINUTE;
/// In code points. No name or e-mail address of an account is longer.
const LONGEST_NAME: usize = 256;

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;
