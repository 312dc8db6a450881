use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use time::macros::datetime;

use super::*;
use crate::{
    account::{device, record::AccountId},
    crypto::SealingKey,
    entropy::Entropy,
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn guess(name: &str, address: &str) -> Guess {
    Guess { account: GuessedAccount::unknown(name), address: address.parse().unwrap(), device: None }
}

fn known_device() -> KnownDevice {
    let (key, entropy) = (SealingKey::new([1; 32]), Entropy::system());
    let alice = AccountId::generate(entropy);
    device::recognise(&device::remember(&alice, &key, NOW, entropy), &alice, &key, NOW).unwrap()
}

/// A policy in which only accounts count.
fn many_addresses() -> ThrottlePolicy {
    ThrottlePolicy { address_burst: 1_000_000, ..ThrottlePolicy::default() }
}

fn allowed(admission: Admission) -> Option<Permit> {
    match admission {
        Admission::Allowed(permit) => Some(permit),
        Admission::Refused { .. } => None,
    }
}

fn wait(admission: Admission) -> Option<Duration> {
    match admission {
        Admission::Allowed(_) => None,
        Admission::Refused { retry_after } => Some(retry_after),
    }
}

/// Makes `count` failed attempts as fast as the throttle allows, and returns when the last one was counted.
fn fail(throttle: &Throttle, guess: &Guess, count: u32, mut now: OffsetDateTime) -> OffsetDateTime {
    for at in 0..count {
        if at > 0 {
            now += wait(throttle.admit(guess, now)).unwrap();
        }
        assert!(allowed(throttle.admit(guess, now)).is_some(), "guess {at}");
    }
    now
}

#[test]
fn each_failure_is_followed_by_its_wait() {
    let table = [(1, 1), (2, 1), (3, 3), (8, 3), (9, 5), (24, 5), (25, 10), (99, 10), (100, 900), (500, 900)];
    for (failures, seconds) in table {
        let throttle = Throttle::new(many_addresses());
        let alice = guess("alice", "192.0.2.1");
        let last = fail(&throttle, &alice, failures, NOW);
        assert_eq!(wait(throttle.admit(&alice, last)), Some(Duration::seconds(seconds)), "{failures} failures");
        let instant = last + Duration::seconds(seconds);
        assert_eq!(wait(throttle.admit(&alice, instant - Duration::MILLISECOND)), Some(Duration::MILLISECOND));
        assert!(allowed(throttle.admit(&alice, instant)).is_some(), "{failures} failures");
    }
}

#[test]
fn refused_guesses_do_not_make_the_wait_longer() {
    let throttle = Throttle::new(many_addresses());
    let alice = guess("alice", "192.0.2.1");
    let last = fail(&throttle, &alice, 3, NOW);
    for _ in 0..1000 {
        assert!(wait(throttle.admit(&alice, last)).is_some());
    }
    assert!(allowed(throttle.admit(&alice, last + Duration::seconds(3))).is_some());
}

#[test]
fn a_success_resets_the_account() {
    let throttle = Throttle::new(many_addresses());
    let alice = guess("alice", "192.0.2.1");
    let last = fail(&throttle, &alice, 9, NOW);
    let now = last + Duration::seconds(5);
    throttle.succeeded(allowed(throttle.admit(&alice, now)).unwrap());
    assert!(allowed(throttle.admit(&alice, now)).is_some());
    assert_eq!(wait(throttle.admit(&alice, now)), Some(Duration::SECOND), "the waits begin again");
}

#[test]
fn failures_are_forgotten_a_day_after_the_last() {
    let throttle = Throttle::new(many_addresses());
    let alice = guess("alice", "192.0.2.1");
    let last = fail(&throttle, &alice, 24, NOW);
    let before = last + Duration::DAY - Duration::SECOND;
    assert!(allowed(throttle.admit(&alice, before)).is_some());
    assert_eq!(wait(throttle.admit(&alice, before)), Some(Duration::seconds(10)), "the 25th failure");
    let after = before + Duration::DAY;
    assert!(allowed(throttle.admit(&alice, after)).is_some());
    assert_eq!(wait(throttle.admit(&alice, after)), Some(Duration::SECOND), "the first failure");
}

// Of 200 concurrent attempts, one is checked.
#[test]
fn parallel_guesses_do_not_pass_together() {
    let throttle = Arc::new(Throttle::new(many_addresses()));
    let (barrier, passed) = (Arc::new(Barrier::new(200)), Arc::new(AtomicUsize::new(0)));
    let guesses: Vec<_> = (0..200)
        .map(|at| {
            let (throttle, barrier, passed) = (Arc::clone(&throttle), Arc::clone(&barrier), Arc::clone(&passed));
            thread::spawn(move || {
                let name = if at % 2 == 0 { "alice" } else { "ALICE" };
                barrier.wait();
                if let Admission::Allowed(_) = throttle.admit(&guess(name, "192.0.2.1"), NOW) {
                    passed.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for guess in guesses {
        guess.join().unwrap();
    }
    assert_eq!(passed.load(Ordering::SeqCst), 1);
    assert!(allowed(throttle.admit(&guess("alice", "192.0.2.1"), NOW + Duration::SECOND)).is_some());
}

// 100 in the first quarter of an hour, then one every 15 minutes.
#[test]
fn guesses_at_an_account_stay_bounded_day_after_day() {
    let throttle = Throttle::new(many_addresses());
    let mut passed_each_day = [0; 3];
    for second in 0..3 * 86_400 {
        let now = NOW + Duration::seconds(second);
        let is_allowed = allowed(throttle.admit(&guess("alice", "192.0.2.1"), now)).is_some();
        passed_each_day[usize::try_from(second / 86_400).unwrap()] += u32::from(is_allowed);
    }
    assert_eq!(passed_each_day, [195, 96, 96]);
}

// However long an attack lasts, the owner can sign in on any browser 15 minutes after it.
#[test]
fn an_account_is_locked_for_no_longer_than_the_attack_and_fifteen_minutes() {
    let throttle = Throttle::new(many_addresses());
    let mut last_looked_at = NOW;
    for second in 0..7200 {
        last_looked_at = NOW + Duration::seconds(second);
        let _failed = throttle.admit(&guess("alice", "192.0.2.1"), last_looked_at);
    }
    let owner = guess("alice", "198.51.100.1");
    assert!(wait(throttle.admit(&owner, last_looked_at)).is_some());
    assert!(allowed(throttle.admit(&owner, last_looked_at + Duration::minutes(15))).is_some());
}

#[test]
fn a_new_password_and_an_unlocking_clear_the_counter() {
    let (key, entropy) = (SealingKey::new([1; 32]), Entropy::system());
    let (alice, bob) = (AccountId::generate(entropy), AccountId::generate(entropy));
    let device = device::recognise(&device::remember(&alice, &key, NOW, entropy), &alice, &key, NOW);
    let stranger = |id| Guess { account: GuessedAccount::of(id), ..guess("", "192.0.2.1") };
    let throttle = Throttle::new(many_addresses());
    let on_device = Guess { device, ..stranger(&alice) };
    let signed_in = Guess { device: Some(KnownDevice::signed_in(&alice)), ..stranger(&alice) };
    for each in [stranger(&alice), stranger(&bob), on_device, signed_in] {
        fail(&throttle, &each, 100, NOW);
    }
    let now = NOW + Duration::minutes(16);
    assert!(throttle.locked_until(&alice, now).is_some() && throttle.locked_until(&bob, now).is_some());
    throttle.password_was_set(&alice);
    assert!(throttle.locked_until(&alice, now).is_none());
    assert!(allowed(throttle.admit(&stranger(&alice), now)).is_some());
    assert!(allowed(throttle.admit(&signed_in, now)).is_some());
    assert!(wait(throttle.admit(&on_device, now)).is_some(), "a device keeps its counter");
    throttle.unlock(&alice);
    for each in [stranger(&alice), on_device, signed_in] {
        assert!(allowed(throttle.admit(&each, now)).is_some());
    }
    assert!(wait(throttle.admit(&stranger(&bob), now)).is_some(), "another account stays as it is");
}

#[test]
fn a_clock_that_is_set_back_lengthens_no_wait() {
    let throttle = Throttle::new(ThrottlePolicy { address_burst: 1, ..ThrottlePolicy::default() });
    let alice = guess("alice", "192.0.2.1");
    assert!(allowed(throttle.admit(&alice, NOW)).is_some());
    for back in [Duration::MINUTE, Duration::HOUR, Duration::days(200)] {
        let (now, other) = (NOW - back, guess(&format!("alice{back}"), "192.0.2.1"));
        assert!(allowed(throttle.admit(&other, now)).is_some(), "{back}");
        assert_eq!(wait(throttle.admit(&other, now)), Some(Duration::seconds(3)), "{back}");
    }
    let throttle = Throttle::new(many_addresses());
    let last = fail(&throttle, &alice, 100, NOW);
    let now = last - Duration::HOUR;
    assert_eq!(wait(throttle.admit(&alice, now)), Some(Duration::minutes(15)));
    assert!(allowed(throttle.admit(&alice, now + Duration::minutes(15))).is_some());
}

#[test]
fn all_spellings_of_a_name_have_one_counter() {
    for spelling in ["ALICE", " alice ", "\u{ff41}lice", "Alice", "\u{3000}alice\u{a0}"] {
        assert_eq!(GuessedAccount::unknown(spelling), GuessedAccount::unknown("alice"), "{spelling}");
    }
    for spaces in [1, 252, 256, 500, 60_000] {
        let padded = format!("{0}alice{0}", " ".repeat(spaces));
        assert_eq!(GuessedAccount::unknown(&padded), GuessedAccount::unknown("alice"), "{spaces} spaces");
    }
    assert_ne!(GuessedAccount::unknown("alice1"), GuessedAccount::unknown("alice"));
    let long = "x".repeat(1_000_000);
    assert_eq!(GuessedAccount::unknown(&long), GuessedAccount::unknown(&long[1..]));
}

#[test]
fn an_address_has_ten_guesses_and_one_every_three_seconds() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    let at = |name: u32, now| throttle.admit(&guess(&format!("user{name}"), "192.0.2.1"), now);
    for name in 0..10 {
        assert!(allowed(at(name, NOW)).is_some(), "guess {name}");
    }
    assert_eq!(wait(at(10, NOW)), Some(Duration::seconds(3)));
    assert_eq!(wait(at(10, NOW + Duration::milliseconds(2999))), Some(Duration::MILLISECOND));
    assert!(allowed(at(10, NOW + Duration::seconds(3))).is_some());
    assert_eq!(wait(at(11, NOW + Duration::seconds(3))), Some(Duration::seconds(3)));
    assert!(allowed(throttle.admit(&guess("user11", "192.0.2.2"), NOW)).is_some(), "another address");
    for name in 20..30 {
        assert!(allowed(at(name, NOW + Duration::seconds(33))).is_some(), "the bucket is full again: {name}");
    }
    assert!(wait(at(30, NOW + Duration::seconds(33))).is_some());
}

#[test]
fn an_address_that_may_not_guess_does_not_use_up_the_guesses_of_an_account() {
    let throttle = Throttle::new(ThrottlePolicy::default());
    for name in 0..10 {
        assert!(allowed(throttle.admit(&guess(&format!("user{name}"), "192.0.2.1"), NOW)).is_some());
    }
    assert!(wait(throttle.admit(&guess("alice", "192.0.2.1"), NOW)).is_some());
    assert!(allowed(throttle.admit(&guess("alice", "192.0.2.2"), NOW)).is_some());
}

#[test]
fn a_network_is_one_address_or_sixty_four_bits() {
    let of = |text: &str| Network::of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    assert_ne!(of("::1"), of("::ffff:0.0.0.0"));
}

// An attacker locks the account, and its owner signs in on a known device.
#[test]
fn strangers_do_not_lock_out_the_owner_on_a_known_device() {
    let throttle = Throttle::new(many_addresses());
    let stranger = guess("alice", "192.0.2.1");
    let last = fail(&throttle, &stranger, 100, NOW);
    let owner = Guess { device: Some(known_device()), address: "192.0.2.9".parse().unwrap(), ..stranger };
    throttle.succeeded(allowed(throttle.admit(&owner, last)).unwrap());
    assert!(wait(throttle.admit(&stranger, last)).is_some(), "the strangers' counter stands");
    assert!(wait(throttle.admit(&Guess { device: None, ..owner }, last)).is_some());
}

#[test]
fn a_known_device_has_a_ladder_of_its_own() {
    let throttle = Throttle::new(many_addresses());
    let owner = Guess { device: Some(known_device()), ..guess("alice", "192.0.2.9") };
    let last = fail(&throttle, &owner, 100, NOW);
    assert_eq!(wait(throttle.admit(&owner, last)), Some(Duration::minutes(15)));
    assert!(allowed(throttle.admit(&Guess { device: None, ..owner }, last)).is_some());
    assert!(allowed(throttle.admit(&Guess { device: Some(known_device()), ..owner }, last)).is_some());
}

#[test]
fn a_guess_that_was_not_looked_at_is_taken_back() {
    let throttle = Throttle::new(many_addresses());
    let alice = guess("alice", "192.0.2.1");
    throttle.withdraw(allowed(throttle.admit(&alice, NOW)).unwrap(), NOW);
    let last = fail(&throttle, &alice, 99, NOW);
    let now = last + Duration::seconds(10);
    for _ in 0..5 {
        throttle.withdraw(allowed(throttle.admit(&alice, now)).unwrap(), now);
    }
    assert!(allowed(throttle.admit(&alice, now)).is_some());
    assert_eq!(wait(throttle.admit(&alice, now)), Some(Duration::minutes(15)), "the hundredth counts");
}

#[test]
fn taking_a_guess_back_does_not_shorten_the_wait_after_another() {
    let throttle = Throttle::new(many_addresses());
    let alice = guess("alice", "192.0.2.1");
    let busy = allowed(throttle.admit(&alice, NOW)).unwrap();
    let now = NOW + Duration::SECOND;
    assert!(allowed(throttle.admit(&alice, now)).is_some());
    throttle.withdraw(busy, now);
    assert_eq!(wait(throttle.admit(&alice, now)), Some(Duration::SECOND));
    assert!(allowed(throttle.admit(&alice, now + Duration::SECOND)).is_some());
}

#[test]
fn a_full_table_forgets_the_account_with_the_fewest_failures() {
    let throttle = Throttle::new(ThrottlePolicy { capacity: 100, ..many_addresses() });
    let alice = guess("alice", "192.0.2.1");
    let last = fail(&throttle, &alice, 3, NOW);
    for round in 0..2 {
        for name in 0..1000 {
            let now = last + Duration::milliseconds(name);
            assert!(allowed(throttle.admit(&guess(&format!("{round}.{name}"), "192.0.2.1"), now)).is_some());
        }
    }
    assert_eq!(throttle.tables().accounts.len(), 100);
    assert_eq!(wait(throttle.admit(&alice, last + Duration::SECOND)), Some(Duration::seconds(2)));
    assert!(throttle.tables().accounts.rank(&GuessedAccount::unknown("0.0").0).is_none(), "an oldest one made room");
    assert!(throttle.tables().accounts.rank(&GuessedAccount::unknown("1.999").0).is_some());
}

#[test]
fn a_full_table_is_swept_of_what_no_longer_counts() {
    let throttle = Throttle::new(ThrottlePolicy { capacity: 100, ..many_addresses() });
    for name in 0..100 {
        assert!(allowed(throttle.admit(&guess(&format!("user{name}"), "192.0.2.1"), NOW)).is_some());
    }
    assert!(allowed(throttle.admit(&guess("alice", "192.0.2.1"), NOW + Duration::DAY)).is_some());
    assert_eq!(throttle.tables().accounts.len(), 1);
}

#[test]
fn a_relaxed_throttle_lets_a_test_rig_through() {
    let throttle = Throttle::new(ThrottlePolicy::relaxed());
    for _ in 0..10_000 {
        assert!(allowed(throttle.admit(&guess("alice", "127.0.0.1"), NOW)).is_some());
    }
}

#[test]
fn a_sweep_keeps_what_still_counts() {
    let key = |number: u8| [number; 32];
    let failed = |ago: Duration| Failures { count: 1, last_at: NOW - ago };
    let full = || {
        let table = || {
            let mut table = RankedTable::new(2);
            table.put(key(1), failed(Duration::DAY - Duration::SECOND));
            table.put(key(2), failed(Duration::DAY));
            table
        };
        let mut addresses = RankedTable::new(2);
        addresses.put(Network::V4(1), NOW + Duration::SECOND);
        addresses.put(Network::V4(2), NOW);
        Tables { addresses, accounts: table(), devices: table(), next_sweep: None }
    };
    let mut tables = full();
    tables.sweep(NOW);
    assert_eq!((tables.addresses.len(), tables.accounts.len(), tables.devices.len()), (1, 1, 1));
    assert!(tables.addresses.rank(&Network::V4(1)).is_some());
    assert!(tables.accounts.rank(&key(1)).is_some() && tables.devices.rank(&key(1)).is_some());

    // Each of the tables alone asks for a sweep, at most once in a minute, and again when the clock was set back.
    let empty = || RankedTable::new(2);
    for only in 0..3 {
        for (next_sweep, is_swept) in [
            (None, true),
            (Some(NOW), true),
            (Some(NOW + Duration::SECOND), false),
            (Some(NOW + SWEEP_INTERVAL), false),
            (Some(NOW + SWEEP_INTERVAL + Duration::SECOND), true),
        ] {
            let Tables { addresses, accounts, devices, .. } = full();
            let mut tables = Tables {
                addresses: if only == 0 { addresses } else { RankedTable::new(2) },
                accounts: if only == 1 { accounts } else { empty() },
                devices: if only == 2 { devices } else { empty() },
                next_sweep,
            };
            tables.sweep(NOW);
            let left = tables.addresses.len() + tables.accounts.len() + tables.devices.len();
            assert_eq!(left, if is_swept { 1 } else { 2 }, "table {only}, {next_sweep:?}");
            let next = if is_swept { Some(NOW + SWEEP_INTERVAL) } else { next_sweep };
            assert_eq!(tables.next_sweep, next, "table {only}");
        }
    }
    let mut half = full();
    (half.accounts, half.devices) = (empty(), empty());
    half.addresses.remove(&Network::V4(1));
    half.sweep(NOW);
    assert_eq!(half.addresses.len(), 1, "what is not full is left alone");
}
