//! Revocation, outages, restarts and rotations, with the real clock.

use std::time::Duration as StdDuration;

use signet::verify::{StaleStatusList, TestIssuer, Verifier};
use time::Duration;

use crate::{ORDERS, code, issuer::HttpIssuer};

/// Verifies until the result is `expected`, for at most half a minute, and returns the time it took.
async fn until(verifier: &Verifier, token: &str, expected: &str) -> StdDuration {
    let begin = tokio::time::Instant::now();
    while code(verifier.verify(token)) != expected {
        assert!(begin.elapsed() < StdDuration::from_secs(30), "still {}", code(verifier.verify(token)));
        tokio::time::sleep(StdDuration::from_millis(10)).await;
    }
    begin.elapsed()
}

#[tokio::test]
async fn a_revoked_token_is_refused_within_the_ttl_of_the_list_without_a_call_for_each_token() {
    let issuer = HttpIssuer::start().await;
    issuer.set_status_list_ttl(Duration::SECOND);
    let verifier =
        Verifier::of(&issuer.url, ORDERS).stale_status_list(StaleStatusList::Refuse).connect().await.unwrap();
    let running = tokio::spawn(verifier.clone().run());
    let (token, other) = (issuer.token(ORDERS).sign().unwrap(), issuer.token(ORDERS).sign().unwrap());
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    for _ in 0..1000 {
        assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    }
    assert!(issuer.requests("/status/1") <= 2, "{} requests for 1000 tokens", issuer.requests("/status/1"));
    issuer.revoke(&token);
    let delay = until(&verifier, &token, "revoked").await;
    println!("revoked {delay:?} after the revocation, with a ttl of 1 s");
    assert_eq!(code(verifier.verify_fresh(&other).await), "accepted");
    running.abort();
}

#[tokio::test]
async fn a_restart_with_the_issuer_down_accepts_what_is_good_and_refuses_what_was_revoked() {
    let mut issuer = HttpIssuer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    let builder = |issuer: &HttpIssuer| Verifier::of(&issuer.url, ORDERS).cache_file(&file);
    let (good, revoked) = (issuer.token(ORDERS).sign().unwrap(), issuer.token(ORDERS).sign().unwrap());
    issuer.revoke(&revoked);
    let first = builder(&issuer).connect().await.unwrap();
    assert_eq!(code(first.verify_fresh(&good).await), "accepted");
    drop(first);
    issuer.stop().await;

    let second = builder(&issuer).connect().await.unwrap();
    assert_eq!((code(second.verify(&good)), code(second.verify(&revoked))), ("accepted", "revoked"));
    // A verifier without the cache file has no keys, and reports that instead of rejecting the token.
    let without = Verifier::of(&issuer.url, ORDERS).build().unwrap();
    assert_eq!(code(without.verify_fresh(&good).await), "no_keys");
    assert!(Verifier::of(&issuer.url, ORDERS).connect().await.is_err());
}

#[tokio::test]
async fn keys_rotate_without_a_token_being_refused() {
    let issuer = HttpIssuer::start().await;
    let verifier = Verifier::of(&issuer.url, ORDERS).unknown_kid_cooldown(Duration::ZERO).connect().await.unwrap();
    let mut tokens = vec![issuer.token(ORDERS).sign().unwrap()];
    for _ in 0..5 {
        issuer.rotate().unwrap();
        tokens.push(issuer.token(ORDERS).sign().unwrap());
        for token in &tokens {
            assert_eq!(code(verifier.verify_fresh(token).await), "accepted");
        }
    }
    // Each new key was fetched once, with its first token.
    assert_eq!(issuer.requests("/jwks.json"), 1 + 5);
    issuer.withdraw_old_keys();
    verifier.refresh().await.unwrap();
    assert_eq!(code(verifier.verify(&tokens[0])), "unknown_key");
    assert_eq!(code(verifier.verify(&tokens[5])), "accepted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_tokens_with_unknown_keys_cause_one_refetch() {
    let issuer = HttpIssuer::start().await;
    let verifier = Verifier::of(&issuer.url, ORDERS).connect().await.unwrap();
    let others = TestIssuer::new(&issuer.url).unwrap();
    let unknown: Vec<_> = (0..100).map(|_| others.token(ORDERS).sign().unwrap()).collect();
    let good = issuer.token(ORDERS).sign().unwrap();
    let before = issuer.requests("/jwks.json");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..10_000 {
        let (verifier, token) = (verifier.clone(), unknown[number % unknown.len()].clone());
        tasks.spawn(async move { code(verifier.verify_fresh(&token).await) });
    }
    assert_eq!(code(verifier.verify_fresh(&good).await), "accepted");
    while let Some(refused) = tasks.join_next().await {
        assert_eq!(refused.unwrap(), "unknown_key");
    }
    let refetches = issuer.requests("/jwks.json") - before;
    println!("10000 tokens with unknown kid: {refetches} refetch of the JWKS");
    assert_eq!(refetches, 1);
}

#[tokio::test]
async fn an_unchanged_list_is_confirmed_without_being_sent() {
    let issuer = HttpIssuer::start().await;
    let verifier = Verifier::of(&issuer.url, ORDERS).connect().await.unwrap();
    let token = issuer.token(ORDERS).sign().unwrap();
    assert_eq!(code(verifier.verify_fresh(&token).await), "accepted");
    let first = verifier.health().oldest_list_checked_at.unwrap();
    verifier.refresh().await.unwrap();
    assert!(verifier.health().oldest_list_checked_at.unwrap() > first);
    assert_eq!(code(verifier.verify(&token)), "accepted");
    assert_eq!(verifier.health().status_lists, 1);
}
