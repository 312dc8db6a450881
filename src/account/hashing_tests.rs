use super::*;
use crate::account::password::PasswordPolicy;

const PASSWORD: &str = "correct horse battery staple";

fn cheap() -> HashingCost {
    HashingCost::new(8, 1, 1).unwrap()
}

fn hasher() -> PasswordHasher {
    PasswordHasher::new(cheap(), HashingLimits::for_cores(2))
}

fn password(text: &str) -> NewPassword {
    NewPassword::parse(Secret::new(text), &PasswordPolicy::default(), &[]).unwrap()
}

async fn verify(hasher: &PasswordHasher, hash: Option<&PasswordHash>, presented: &str) -> Verified {
    hasher.verify(hash, &Secret::new(presented)).await.unwrap()
}

#[tokio::test]
async fn a_password_matches_its_hash_only() {
    let hasher = hasher();
    let hash = hasher.hash(password(PASSWORD), Entropy::system()).await.unwrap();
    assert_eq!(verify(&hasher, Some(&hash), PASSWORD).await, Verified::Matches { rehash_needed: false });
    for presented in ["correct horse battery stapl", "Correct horse battery staple", " correct horse battery staple"] {
        assert_eq!(verify(&hasher, Some(&hash), presented).await, Verified::Differs, "{presented}");
    }
}

#[tokio::test]
async fn a_password_matches_however_its_accents_are_typed() {
    let hasher = hasher();
    let hash = hasher.hash(password("d\u{e9}j\u{e0} vu tous les jours"), Entropy::system()).await.unwrap();
    let decomposed = "de\u{301}ja\u{300} vu tous les jours";
    assert_eq!(verify(&hasher, Some(&hash), decomposed).await, Verified::Matches { rehash_needed: false });
    assert_eq!(verify(&hasher, Some(&hash), "deja vu tous les jours").await, Verified::Differs);
}

#[tokio::test]
async fn the_same_password_has_two_hashes() {
    let hasher = hasher();
    let one = hasher.hash(password(PASSWORD), Entropy::system()).await.unwrap();
    let other = hasher.hash(password(PASSWORD), Entropy::system()).await.unwrap();
    assert_ne!(String::from(one), String::from(other));
}

// One hash is computed even without an account or a password, and for empty or too long input.
#[tokio::test]
async fn whatever_is_presented_costs_one_hash() {
    let hasher = hasher();
    let hash = hasher.hash(password(PASSWORD), Entropy::system()).await.unwrap();
    let long = "x".repeat(1_000_000);
    let table = [
        (None, PASSWORD),
        (None, ""),
        (None, long.as_str()),
        (Some(&hash), ""),
        (Some(&hash), long.as_str()),
        (Some(&hash), "wrong"),
    ];
    for (hash, presented) in table {
        let before = hasher.computations();
        assert_eq!(verify(&hasher, hash, presented).await, Verified::Differs);
        assert_eq!(hasher.computations(), before + 1, "{} bytes, {}", presented.len(), hash.is_some());
    }
}

#[tokio::test]
async fn a_hash_of_another_cost_matches_and_is_to_be_made_again() {
    let old = PasswordHasher::new(HashingCost::new(16, 1, 1).unwrap(), HashingLimits::for_cores(1));
    let hash = old.hash(password(PASSWORD), Entropy::system()).await.unwrap();
    let hasher = hasher();
    assert_eq!(verify(&hasher, Some(&hash), PASSWORD).await, Verified::Matches { rehash_needed: true });
    let again = hasher.rehash(&Secret::new(PASSWORD), Entropy::system()).await.unwrap();
    assert_eq!(verify(&hasher, Some(&again), PASSWORD).await, Verified::Matches { rehash_needed: false });
}

#[tokio::test]
async fn the_memory_is_kept_and_used_again() {
    let hasher = hasher();
    for _ in 0..3 {
        verify(&hasher, None, PASSWORD).await;
    }
    let address = {
        let memories = hasher.gate.memories.lock().unwrap();
        assert_eq!((memories.len(), memories[0].len()), (1, 8));
        memories[0].as_ptr().addr()
    };
    verify(&hasher, None, PASSWORD).await;
    assert_eq!(hasher.gate.memories.lock().unwrap()[0].as_ptr().addr(), address);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_memory_is_taken_than_there_are_permits() {
    let hasher = PasswordHasher::new(cheap(), HashingLimits { waiting: 200, ..HashingLimits::for_cores(2) });
    let guesses: Vec<_> = (0..100)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.verify(None, &Secret::new(PASSWORD)).await })
        })
        .collect();
    for guess in guesses {
        assert_eq!(guess.await.unwrap().unwrap(), Verified::Differs);
    }
    assert!((1..=2).contains(&hasher.gate.memories.lock().unwrap().len()));
}

#[tokio::test]
async fn a_user_who_waits_too_long_is_shown_that_the_server_is_busy() {
    let limits = HashingLimits { concurrent: 1, waiting: 1, patience: Duration::milliseconds(1) };
    let hasher = PasswordHasher::new(cheap(), limits);
    let permit = Arc::clone(&hasher.gate.permits).acquire_owned().await.unwrap();
    assert!(matches!(hasher.verify(None, &Secret::new(PASSWORD)).await, Err(HashingFault::Busy)));
    assert_eq!(hasher.computations(), 0);
    drop(permit);
    assert_eq!(verify(&hasher, None, PASSWORD).await, Verified::Differs);
}

#[tokio::test]
async fn a_user_who_finds_no_place_does_not_wait() {
    let limits = HashingLimits { concurrent: 1, waiting: 1, patience: Duration::DAY };
    let hasher = PasswordHasher::new(cheap(), limits);
    let places = Arc::clone(&hasher.gate.places).acquire_many_owned(2).await.unwrap();
    assert!(matches!(hasher.verify(None, &Secret::new(PASSWORD)).await, Err(HashingFault::Busy)));
    drop(places);
    assert_eq!(verify(&hasher, None, PASSWORD).await, Verified::Differs);
    assert_eq!(hasher.gate.places.available_permits(), 2, "places and permits are given back");
    assert_eq!(hasher.gate.permits.available_permits(), 1);
}

// RFC 9106 §3.1, computed by the reference implementation (`argon2 -id`): password "password", salt "somesalt".
#[tokio::test]
async fn a_hash_of_the_reference_implementation_is_understood() {
    let hash =
        PasswordHash::parse("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
            .unwrap();
    assert_eq!(verify(&hasher(), Some(&hash), "password").await, Verified::Matches { rehash_needed: true });
    assert_eq!(verify(&hasher(), Some(&hash), "passworD").await, Verified::Differs);
}

#[test]
fn only_hashes_of_ours_are_read() {
    let ours = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let hash = PasswordHash::parse(ours).unwrap();
    assert_eq!(hash.cost, HashingCost::default());
    assert!(!format!("{hash:?}").contains("CTFh"));
    assert_eq!(String::from(hash), ours);
    for (from, to) in [
        ("argon2id", "argon2i"),
        ("v=19", "v=16"),
        ("$v=19", ""),
        ("m=19456", "m=4294967295"),
        ("m=19456", "m=7"),
        ("t=2", "t=0"),
        ("t=2", "t=17"),
        ("p=1", "p=0"),
        ("p=1", "p=1,data=AAAA"),
        ("$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", ""),
        ("$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "$CTFhFdXPJO1aFaMa"),
    ] {
        let text = ours.replacen(from, to, 1);
        assert_ne!(text, ours);
        assert_eq!(PasswordHash::parse(&text).err(), Some(NotAPasswordHash), "{text}");
    }
}

#[test]
fn a_cost_is_in_range() {
    assert_eq!(HashingCost::new(19_456, 2, 1), Ok(HashingCost::default()));
    assert!(HashingCost::new(32, 1, 4).is_ok() && HashingCost::new(1024 * 1024, 16, 16).is_ok());
    for (memory, passes, lanes) in
        [(31, 1, 4), (1024 * 1024 + 1, 1, 1), (8, 0, 1), (8, 17, 1), (8, 1, 0), (1024, 1, 17)]
    {
        assert_eq!(HashingCost::new(memory, passes, lanes), Err(CostOutOfRange), "{memory} {passes} {lanes}");
    }
}

#[test]
fn a_configured_cost_is_at_least_what_owasp_recommends_and_at_most_what_a_login_can_wait_for() {
    for (passes, least) in [(1, 47_104), (2, 19_456), (3, 12_288), (4, 9_216), (5, 7_168), (10, 7_168)] {
        assert!(HashingCost::recommended(least, passes).is_ok(), "{passes}");
        let refusal = HashingCost::recommended(least - 1, passes).unwrap_err();
        assert!(refusal.to_string().contains(&format!("must be {least} to 262144")), "{refusal}");
    }
    assert!(HashingCost::recommended(256 * 1024, 10).is_ok());
    for (memory, passes) in [(256 * 1024 + 1, 2), (19_456, 11), (19_456, 0)] {
        assert!(HashingCost::recommended(memory, passes).is_err(), "{memory} {passes}");
    }
}

#[test]
fn the_memory_of_all_hashes_together_follows_their_cost() {
    let limits = |memory| HashingLimits::for_cores(64).for_cost(HashingCost::new(memory, 2, 1).unwrap());
    for (memory, concurrent) in [(19_456, 53), (65_536, 16), (256 * 1024, 4), (1024 * 1024, 1)] {
        assert_eq!(limits(memory).concurrent, concurrent, "{memory}");
    }
    assert_eq!(HashingLimits::for_cores(2).for_cost(HashingCost::default()), HashingLimits::for_cores(2));
    assert!(limits(256 * 1024).patience > HashingLimits::for_cores(2).patience);
}
