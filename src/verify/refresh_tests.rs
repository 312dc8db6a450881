//! When keys and lists are fetched.

use super::*;
use crate::{
    clock::Clock,
    verify::{
        TestIssuer,
        tests::{ISSUER, NOW, ORDERS},
    },
};

async fn verifier() -> (TestIssuer, Clock, Verifier) {
    let clock = Clock::manual(NOW);
    let issuer = TestIssuer::with_clock(ISSUER, clock.clone()).unwrap();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    (issuer, clock, verifier)
}

fn uri() -> String {
    format!("{ISSUER}/status/1")
}

#[test]
fn each_failure_doubles_the_pause_up_to_a_bound() {
    for (failures, seconds) in [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 32), (u32::MAX, 32)] {
        let pause = |jitter| pause_after_failures(failures, Duration::HOUR, jitter);
        assert_eq!(pause(0.5), Duration::seconds(seconds), "{failures} failures");
        assert_eq!((pause(0.0), pause(1.0)), (pause(0.5) * 0.5, pause(0.5) * 1.5));
    }
    assert_eq!(pause_after_failures(5, Duration::seconds(10), 0.5), Duration::seconds(10));
}

#[tokio::test]
async fn keys_are_fetched_at_random_within_a_tenth_of_the_interval() {
    let (_, _, verifier) = verifier().await;
    let every = verifier.0.policy.refresh_every;
    let pauses: Vec<_> = (0..100).map(|_| verifier.regular_pause()).collect();
    assert!(pauses.iter().all(|pause| (every * 0.9..=every * 1.1).contains(pause)), "{pauses:?}");
    assert!(pauses.iter().any(|pause| *pause < every) && pauses.iter().any(|pause| *pause > every), "{pauses:?}");
}

#[tokio::test]
async fn the_next_fetch_of_a_list_is_when_it_is_due_or_when_its_gate_opens() {
    let (issuer, clock, verifier) = verifier().await;
    assert_eq!(verifier.until_next_list(), Duration::MINUTE, "no list is wanted");
    verifier.verify_fresh(&issuer.token(ORDERS).sign().unwrap()).await.unwrap();
    let due = verifier.until_next_list();
    assert!((Duration::seconds(42)..=Duration::seconds(54)).contains(&due), "{due}");
    clock.advance(Duration::seconds(40));
    assert_eq!(verifier.until_next_list(), due - Duration::seconds(40));
    clock.advance(Duration::seconds(14));
    let pauses: Vec<_> = (0..100).map(|_| verifier.until_next_list()).collect();
    let (shortest, longest) = (Duration::seconds(5), Duration::seconds(7));
    assert!(pauses.iter().all(|pause| (shortest..=longest).contains(pause)), "{pauses:?}");
    assert!(pauses.iter().any(|pause| *pause > Duration::seconds(6)), "{pauses:?}");
}

#[tokio::test]
async fn a_list_with_a_short_ttl_is_fetched_twice_within_it() {
    for (ttl, pause) in [(60, 5), (10, 5), (4, 2)] {
        let (issuer, _, verifier) = verifier().await;
        assert_eq!(verifier.pause_for(&uri()), Duration::seconds(5), "not known yet");
        issuer.set_status_list_ttl(Duration::seconds(ttl));
        verifier.verify_fresh(&issuer.token(ORDERS).sign().unwrap()).await.unwrap();
        assert_eq!(verifier.pause_for(&uri()), Duration::seconds(pause), "a ttl of {ttl} s");
    }
}

#[tokio::test]
async fn keys_that_were_overdue_at_the_start_of_the_background_are_fetched_first() {
    let (issuer, clock, verifier) = verifier().await;
    for (age, requests) in [(1, 1), (10, 2)] {
        clock.advance(Duration::minutes(age));
        let running = tokio::spawn(verifier.clone().run());
        for _ in 0..20 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        running.abort();
        assert_eq!(issuer.requests("/jwks.json"), requests, "after {age} min");
    }
}
