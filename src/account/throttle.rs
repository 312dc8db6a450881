//! How often one may guess a password.
//!
//! A guess needs a [`Permit`], and the permit counts it as failed *before* the password is looked at; only
//! [`Throttle::succeeded`] takes that back. So guesses that arrive together cannot pass together. Three counters are
//! kept in memory, for
//!
//! - the **address** (an IPv4 address, or the /64 of an IPv6 one): a token bucket, against trying one password on many
//!   names;
//! - the **account**, whether or not it exists: each failure is followed by a wait, which grows up to 15 minutes from the
//!   hundredth failure on. The wait counts from the last guess that was looked at, so an attack locks the account for as
//!   long as it goes on and at most 15 minutes more. Strangers have about 195 guesses on the first day and 96 on each
//!   further one;
//! - a **device** on which the account's owner has signed in, instead of the account: strangers cannot lock the owner
//!   out. Requests that carry a session or an access token of the account without such a device share one counter.
//!
//! An account has one counter, however its name is written: the counter belongs to [`AccountId`], not to what was typed.
//!
//! The tables have bounded sizes. Names cost nothing, so whoever wants a locked account to be forgotten could guess at
//! others until the table is full. Therefore the account with the *fewest* failures is forgotten first, the oldest of
//! those: to push out an account with n failures one needs n guesses at every other place of the table, each with its
//! wait and its token, which for one more guess at the account is a poor trade. An address is forgotten in the order in
//! which its bucket is full again, when forgetting loses nothing.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use super::{canonical::canonical, device::KnownDevice, ranked_table::RankedTable, record::AccountId};
use crate::crypto::sha256;

/// Whose password is guessed: an account, or a name that no account has. Hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessedAccount([u8; 32]);

/// One guess, before the password is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Guess {
    /// Whose password it is to be.
    pub account: GuessedAccount,
    /// Where the guess comes from.
    pub address: IpAddr,
    /// The device, if it is one on which the account's owner has signed in.
    pub device: Option<KnownDevice>,
}

/// Leave to look at one password. If it is dropped, the guess has failed.
#[derive(Debug)]
#[must_use = "a permit that is not given back has failed"]
pub struct Permit {
    counter: Counter,
    key: [u8; 32],
    counted_at: OffsetDateTime,
}

/// Whether a guess may be made.
#[derive(Debug)]
pub enum Admission {
    /// It may, and is already counted.
    Allowed(Permit),
    /// It may not, and is not counted. The answer must not depend on whether the account exists.
    Refused {
        /// How long to wait; more than nothing.
        retry_after: Duration,
    },
}

/// How fast one may guess.
#[derive(Debug, Clone)]
pub struct ThrottlePolicy {
    /// So many guesses an address has at once.
    address_burst: i32,
    /// After so long an address has one more.
    address_interval: Duration,
    /// From so many failures on (ascending), so long a wait.
    waits: Vec<(u32, Duration)>,
    /// So many addresses, accounts and devices each are remembered.
    capacity: usize,
}

/// Counts guesses. Shared by all grants and pages that look at passwords.
pub struct Throttle {
    policy: ThrottlePolicy,
    tables: Mutex<Tables>,
}

struct Tables {
    /// When the bucket of an address is full again.
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

/// Ranked by the number first, then by the instant: see the module on what is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Failures {
    count: u32,
    last_at: OffsetDateTime,
}

/// An IPv4 address, or the upper half of an IPv6 one: whoever has one address of a /64 has all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Network {
    V4(u32),
    V6(u64),
}

impl Throttle {
    /// A throttle that has seen nothing.
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

    /// Counts a guess and allows it, or says how long to wait.
    ///
    /// A guess that the address may not make is not counted against the account; one that the account may not make is
    /// counted against the address.
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
        // A clock that was set back lengthens no wait: what lies ahead of the clock happened at the latest now.
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

    /// The guess was right: the failures that stood in the same counter are forgotten.
    ///
    /// A success on a known device does not clear the counter of strangers.
    pub fn succeeded(&self, permit: Permit) {
        self.tables().of(permit.counter).remove(&permit.key);
    }

    /// A new password was set for `account`: what was guessed before was guessed at another one.
    pub fn password_was_set(&self, account: &AccountId) {
        let mut tables = self.tables();
        tables.accounts.remove(&GuessedAccount::of(account).0);
        tables.devices.remove(&KnownDevice::signed_in(account).key());
    }

    /// Forgets every failure at `account`, on known devices too.
    pub fn unlock(&self, account: &AccountId) {
        let mut tables = self.tables();
        tables.accounts.remove(&GuessedAccount::of(account).0);
        tables.devices.retain(|key, _| !KnownDevice::is_key_of(key, account));
    }

    /// Until when strangers may not guess at `account`, if they have to wait for at least a minute.
    pub fn locked_until(&self, account: &AccountId, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let failures = self.tables().accounts.rank(&GuessedAccount::of(account).0)?;
        let until = failures.last_at.min(now) + self.policy.wait_after(failures.count);
        (until - now >= Duration::MINUTE).then_some(until)
    }

    /// The password was not looked at after all (the hasher was busy): the guess is taken back and may be repeated.
    pub fn withdraw(&self, permit: Permit, now: OffsetDateTime) {
        let mut tables = self.tables();
        let table = tables.of(permit.counter);
        if let Some(failures) = table.rank(&permit.key) {
            let count = failures.count.saturating_sub(1);
            // A guess that came after this one keeps its wait.
            let is_last = failures.last_at == permit.counted_at;
            let last_at = if is_last { now - self.policy.wait_after(count) } else { failures.last_at };
            if count == 0 {
                table.remove(&permit.key);
            } else {
                table.put(permit.key, Failures { count, last_at });
            }
        }
    }

    /// Takes a token from the bucket of the address, or says when there is one. The bucket is kept as the instant at
    /// which it is full again (the generic cell rate algorithm).
    fn take_token(&self, tables: &mut Tables, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let network = Network::of(address);
        let refill = self.policy.address_interval * self.policy.address_burst;
        // No bucket is emptier than empty: what seems so was filled before the clock was set back, and is full.
        let stored = tables.addresses.rank(&network).filter(|full_at| *full_at <= now + refill);
        let full_at = stored.map_or(now, |full_at| full_at.max(now));
        let retry_after = full_at + self.policy.address_interval - now - refill;
        if retry_after.is_positive() {
            return Err(retry_after);
        }
        tables.addresses.put(network, full_at + self.policy.address_interval);
        Ok(())
    }

    /// Never held while something is awaited.
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

    /// When a table is full, and at most once in [`SWEEP_INTERVAL`], drops what no longer counts.
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
    /// That of an account, by whichever of its names it was found.
    #[must_use]
    pub fn of(account: &AccountId) -> Self {
        Self(sha256(format!("account {account}")))
    }

    /// That of a name which no account has, however it is written.
    #[must_use]
    pub fn unknown(name: &str) -> Self {
        // No account has so long a name. Only its beginning is brought into canonical form, which costs time.
        let name = name.trim();
        let known = name.char_indices().nth(LONGEST_NAME).map_or(name, |(end, _)| name.get(..end).unwrap_or(name));
        Self(sha256(format!("name {}", canonical(known).trim())))
    }
}

impl ThrottlePolicy {
    /// For tests that sign in all the time: nobody waits, and an address has a million guesses. Never for a server that
    /// others can reach.
    #[must_use]
    pub fn relaxed() -> Self {
        Self { address_burst: 1_000_000, address_interval: Duration::MILLISECOND, waits: Vec::new(), ..Self::default() }
    }

    fn wait_after(&self, count: u32) -> Duration {
        let reached = self.waits.iter().rev().find(|(from, _)| count >= *from);
        reached.map_or(Duration::ZERO, |(_, wait)| *wait)
    }
}

/// An address has ten guesses and one more every three seconds; after 1, 3, 9, 25 and 100 failures the waits are 1, 3, 5
/// and 10 seconds and 15 minutes.
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
        // `::ffff:192.0.2.1` is how a socket for both kinds shows 192.0.2.1.
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

/// Failures are forgotten a day after the last one, not at the first pause: else 100 guesses would follow each pause.
const FORGOTTEN_AFTER: Duration = Duration::DAY;
const SWEEP_INTERVAL: Duration = Duration::MINUTE;
/// Code points; no name or e-mail address that an account can have is longer.
const LONGEST_NAME: usize = 256;

#[cfg(test)]
#[path = "throttle_tests.rs"]
mod tests;
