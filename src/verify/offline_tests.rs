//! Tests of revocation, outages and rotations, with a simulated clock and an issuer in the same process.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use serde_json::json;
use time::Duration;

use super::{
    AccessClaims, FetchFault, ResourceMetadata, StaleStatusList, TestIssuer, UnfetchedStatusList, VerifyRefusal,
    fetch::Source,
    tests::{ISSUER, NOW, ORDERS, claims, key, with},
};
use crate::{clock::Clock, jose::TokenType, oauth::bearer::BearerError};

pub(super) fn issuer() -> (TestIssuer, Clock) {
    let clock = Clock::manual(NOW);
    (TestIssuer::with_clock(ISSUER, clock.clone()).unwrap(), clock)
}

pub(super) fn code(verified: Result<AccessClaims, VerifyRefusal>) -> &'static str {
    verified.map_or_else(|refusal| refusal.code(), |_| "accepted")
}

pub(super) const LIST: &str = "/status/1";
const JWKS: &str = "/jwks.json";

#[tokio::test]
async fn a_list_that_was_never_fetched_is_awaited_or_refused_or_passed_over_as_the_caller_says() {
    let (issuer, _) = issuer();
    let token = issuer.token(ORDERS).sign().unwrap();
    let careful = issuer.verifier(ORDERS).connect().await.unwrap();
    let refusal = careful.verify(&token).unwrap_err();
    assert_eq!((refusal.code(), refusal.bearer()), ("status_unknown", None));
    assert_eq!(code(careful.verify_fresh(&token).await), "accepted");
    assert_eq!(code(careful.verify(&token)), "accepted");

    let accepting = issuer.verifier(ORDERS).unfetched_status_list(UnfetchedStatusList::Accept).connect().await.unwrap();
    assert_eq!(code(accepting.verify(&token)), "accepted");
    issuer.revoke(&token);
    assert_eq!(code(accepting.verify_fresh(&token).await), "revoked", "the list is used if it can be fetched");
    let ignoring = issuer.verifier(ORDERS).ignore_status_lists().connect().await.unwrap();
    let asked = issuer.requests(LIST);
    assert_eq!(code(ignoring.verify_fresh(&token).await), "accepted");
    assert_eq!(issuer.requests(LIST), asked);
}

#[tokio::test]
async fn a_revoked_token_is_refused_although_it_was_verified_before() {
    let (issuer, _) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let (token, other) = (issuer.token(ORDERS).sign().unwrap(), issuer.token(ORDERS).sign().unwrap());
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    issuer.revoke(&token);
    assert_eq!(code(verifier.verify(&token)), "accepted", "the revocation is unknown before the next fetch");
    verifier.refresh().await.unwrap();
    assert_eq!(code(verifier.verify(&token)), "revoked");
    assert_eq!(code(verifier.verify(&other)), "accepted");
    let challenge = verifier.challenge(&verifier.verify(&token).unwrap_err().bearer().unwrap());
    assert!(challenge.contains("error=\"invalid_token\", error_description=\"the access token was revoked\""));
}

#[tokio::test]
async fn a_remembered_token_expires_all_the_same() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).leeway(Duration::ZERO).connect().await.unwrap();
    let token = issuer.token(ORDERS).without("status").sign().unwrap();
    assert_eq!(code(verifier.verify(&token)), "accepted");
    clock.advance(Duration::seconds(299));
    assert_eq!(code(verifier.verify(&token)), "accepted");
    clock.advance(Duration::SECOND);
    assert_eq!(code(verifier.verify(&token)), "expired");
    clock.advance(-Duration::minutes(10));
    assert_eq!(code(verifier.verify(&token)), "not_yet_valid");
}

#[tokio::test]
async fn a_remembered_token_of_a_withdrawn_key_is_refused() {
    let (issuer, _) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let token = issuer.token(ORDERS).without("status").sign().unwrap();
    assert_eq!(code(verifier.verify(&token)), "accepted");
    issuer.rotate().unwrap();
    verifier.refresh().await.unwrap();
    assert_eq!(code(verifier.verify(&token)), "accepted");
    issuer.withdraw_old_keys();
    verifier.refresh().await.unwrap();
    assert_eq!(code(verifier.verify(&token)), "unknown_key");
}

#[tokio::test]
async fn a_stale_list_counts_for_as_long_as_the_caller_says() {
    for (stale, age, expected) in [
        (StaleStatusList::Refuse, 59, "accepted"),
        (StaleStatusList::Refuse, 60, "status_stale"),
        (StaleStatusList::AcceptFor(Duration::minutes(4)), 240, "accepted"),
        (StaleStatusList::AcceptFor(Duration::minutes(4)), 241, "status_stale"),
    ] {
        let (issuer, clock) = issuer();
        let verifier = issuer.verifier(ORDERS).stale_status_list(stale).connect().await.unwrap();
        let (token, revoked) = (issuer.token(ORDERS).sign().unwrap(), issuer.token(ORDERS).sign().unwrap());
        issuer.revoke(&revoked);
        assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
        issuer.set_down(true);
        clock.advance(Duration::seconds(age));
        assert_eq!(code(verifier.verify(&token)), expected, "{stale:?} after {age} s");
        assert_eq!(code(verifier.verify_fresh(&token).await), expected, "{stale:?} after {age} s");
        assert_eq!(code(verifier.verify(&revoked)), "revoked", "a revocation applies at any age");
        issuer.set_down(false);
        clock.advance(Duration::seconds(5));
        assert_eq!(code(verifier.verify_fresh(&token).await), "accepted", "{stale:?} after {age} s");
    }
}

// draft-ietf-oauth-status-list §8.3: an index out of bounds is rejected.
#[tokio::test]
async fn an_index_out_of_bounds_is_refused_unless_the_list_may_have_grown() {
    let (issuer, clock) = issuer();
    let beyond = json!({"status_list": {"idx": 128 * 8, "uri": format!("{ISSUER}{LIST}")}});
    let token = issuer.token(ORDERS).claim("status", beyond).sign().unwrap();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    assert_eq!(code(verifier.verify_fresh(&token).await), "status_stale");
    clock.advance(Duration::seconds(5));
    assert_eq!(code(verifier.verify_fresh(&token).await), "outside_of_list");
}

#[tokio::test]
async fn a_planned_rotation_refuses_nothing_and_an_unplanned_one_costs_one_fetch() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let before = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&before).await), "accepted");
    issuer.rotate().unwrap();
    let after = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify(&after)), "unknown_key");
    assert_eq!(code(verifier.verify_fresh(&after).await), "accepted");
    assert_eq!(code(verifier.verify(&before)), "accepted");
    assert_eq!(issuer.requests(JWKS), 2);
    // A list signed with an unknown key fetches the keys too.
    clock.advance(Duration::minutes(1));
    issuer.rotate().unwrap();
    verifier.refresh_list(&format!("{ISSUER}{LIST}")).await.unwrap();
    assert_eq!(issuer.requests(JWKS), 3);
}

#[tokio::test]
async fn ten_thousand_tokens_with_unknown_keys_cause_one_fetch() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let running = tokio::spawn(verifier.clone().run());
    tokio::task::yield_now().await;
    let at_start = verifier.fetches();
    let foreign = key();
    let unknown: Vec<_> = (0..100)
        .map(|jti: u32| foreign.sign(TokenType::AccessToken, &with("jti", json!(jti.to_string()))).unwrap())
        .collect();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..10_000 {
        let (verifier, token) = (verifier.clone(), unknown[number % unknown.len()].clone());
        tasks.spawn(async move { (code(verifier.verify(&token)), code(verifier.verify_fresh(&token).await)) });
    }
    while let Some(refused) = tasks.join_next().await {
        assert_eq!(refused.unwrap(), ("unknown_key", "unknown_key"));
    }
    println!("10000 tokens with unknown keys: {} fetch of the keys", verifier.fetches() - at_start);
    assert_eq!(verifier.fetches() - at_start, 1);
    clock.advance(Duration::seconds(30));
    assert_eq!(code(verifier.verify_fresh(&unknown[0]).await), "unknown_key");
    assert_eq!(verifier.fetches() - at_start, 2);
    assert!(verifier.is_ready());
    running.abort();
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_open_the_gate() {
    let (issuer, _) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let foreign = key().sign(TokenType::AccessToken, &claims()).unwrap();
    for _ in 0..50 {
        let verify = verifier.verify_fresh(&foreign);
        // Polled once and dropped.
        let _ = tokio::time::timeout(std::time::Duration::ZERO, verify).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(issuer.requests(JWKS), 2);
}

#[tokio::test]
async fn keys_that_could_not_be_fetched_for_a_day_do_not_count() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    issuer.set_down(true);
    clock.advance(Duration::DAY);
    let token = issuer.token(ORDERS).without("status").sign().unwrap();
    assert_eq!(code(verifier.verify(&token)), "accepted");
    assert!(verifier.health().is_ready);
    clock.advance(Duration::SECOND);
    assert_eq!(code(verifier.verify(&token)), "no_keys");
    assert!(!verifier.health().is_ready);
    issuer.set_down(false);
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
}

// A server removes a list in which no grant is active.
#[tokio::test]
async fn a_list_that_is_gone_is_asked_for_less_and_less_often() {
    let (issuer, clock) = issuer();
    let asked = Arc::new(AtomicU32::new(0));
    let source = Source::InProcess({
        let (issuer, asked) = (issuer.clone(), Arc::clone(&asked));
        Arc::new(move |url| {
            if url.ends_with(LIST) && asked.fetch_add(1, Ordering::Relaxed) > 0 {
                return Err(FetchFault::absence(url));
            }
            issuer.answer_at(url)
        })
    });
    let verifier = issuer.verifier(ORDERS).source(source).connect().await.unwrap();
    let token = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    for _ in 0..3600 {
        clock.advance(Duration::SECOND);
        verifier.fetch_list(&format!("{ISSUER}{LIST}")).await;
    }
    let asked = asked.load(Ordering::Relaxed);
    assert!((10..25).contains(&asked), "{asked} requests in an hour");
}

#[tokio::test]
async fn the_background_fetches_keys_and_lists_before_they_are_stale() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).stale_status_list(StaleStatusList::Refuse).build().unwrap();
    let token = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify(&token)), "no_keys");
    let running = tokio::spawn(verifier.clone().run());
    let settled = async |expected: &str| {
        for _ in 0..4000 {
            if code(verifier.verify(&token)) == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{expected} was not reached");
    };
    settled("accepted").await;
    issuer.revoke(&token);
    // Simulates that the pause of the list is over.
    clock.advance(Duration::seconds(59));
    verifier.0.lists_wanted.notify_one();
    settled("revoked").await;
    running.abort();
}

// Revocations are detected without `run`, as long as requests come.
#[tokio::test]
async fn what_is_overdue_is_fetched_next_to_the_next_request() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let token = issuer.token(ORDERS).lifetime(Duration::HOUR).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    let settled = async || {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    };
    // Keys are fetched every five minutes, and are overdue a minute later.
    for seconds in [59, 301] {
        clock.advance(Duration::seconds(seconds));
        verifier.verify_fresh(&token).await.unwrap();
        settled().await;
    }
    assert_eq!((issuer.requests(JWKS), issuer.requests(LIST)), (1, 2), "the list is overdue after a minute");
    issuer.revoke(&token);
    clock.advance(Duration::minutes(1));
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    settled().await;
    assert_eq!(code(verifier.verify_fresh(&token).await), "revoked");
    assert_eq!((issuer.requests(JWKS), issuer.requests(LIST)), (2, 3));
}

#[tokio::test]
async fn a_list_that_no_token_refers_to_for_a_day_is_forgotten() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let token = issuer.token(ORDERS).lifetime(Duration::weeks(1)).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    clock.advance(Duration::hours(23));
    verifier.refresh().await.unwrap();
    verifier.forget_unused_lists(clock.now());
    assert_eq!(verifier.health().status_lists, 1);
    assert_eq!(code(verifier.verify(&token)), "accepted");
    clock.advance(Duration::DAY);
    verifier.refresh().await.unwrap();
    verifier.forget_unused_lists(clock.now());
    assert_eq!(verifier.health().status_lists, 0, "fetching the list must not count as a use");
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
}

#[tokio::test]
async fn a_list_that_cannot_be_fetched_is_asked_for_only_when_a_token_refers_to_it() {
    let (issuer, clock) = issuer();
    let verifier = issuer.verifier(ORDERS).connect().await.unwrap();
    let missing = json!({"status_list": {"idx": 0, "uri": format!("{ISSUER}/status/2")}});
    let token = issuer.token(ORDERS).claim("status", missing).sign().unwrap();
    for _ in 0..100 {
        assert_eq!(code(verifier.verify_fresh(&token).await), "status_unknown");
    }
    assert_eq!(issuer.requests("/status/2"), 1);
    verifier.forget_unused_lists(clock.now());
    assert!(verifier.refresh().await.is_err(), "the list is still requested");
    clock.advance(Duration::seconds(10));
    verifier.forget_unused_lists(clock.now());
    verifier.refresh().await.unwrap();
    assert_eq!(issuer.requests("/status/2"), 2);
    assert_eq!(code(verifier.verify_fresh(&token).await), "status_unknown");
    assert_eq!(issuer.requests("/status/2"), 3);
}

#[test]
fn a_challenge_tells_where_the_metadata_are() {
    let (issuer, _) = issuer();
    let metadata = ResourceMetadata::new().scopes(["orders:read"]);
    let verifier = issuer.verifier(ORDERS).realm("or\"ders").metadata(metadata).build().unwrap();
    assert_eq!(
        verifier.challenge(&BearerError::Missing),
        "Bearer realm=\"orders\", \
         resource_metadata=\"https://api.orders.example/.well-known/oauth-protected-resource\""
    );
    assert_eq!(verifier.metadata_path(), Some("/.well-known/oauth-protected-resource"));
    let silent = issuer.verifier(ORDERS).build().unwrap();
    assert_eq!(silent.challenge(&BearerError::Missing), "Bearer realm=\"api\"");
}
