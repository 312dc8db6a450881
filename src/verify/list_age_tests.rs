//! Tests of which of two status lists or key sets is the newer one, and of clocks that are temporarily wrong.

use std::sync::Arc;

use serde_json::Value;
use time::Duration;

use super::{
    TestIssuer, UnfetchedStatusList, Verifier,
    known::{KeysFetch, Known, KnownList},
    status_list_token::{Instant, VerifiedStatusList},
    tests::{ISSUER, NOW, ORDERS},
};
use crate::{
    clock::Clock,
    jose::{Algorithm, JwkSet, PublicKey, SigningKey},
};

const LIST: &str = "/status/1";

/// Returns an issuer and a verifier with separate clocks.
async fn apart() -> (TestIssuer, Clock, Verifier, Clock) {
    let (issuers, verifiers) = (Clock::manual(NOW), Clock::manual(NOW));
    let issuer = TestIssuer::with_clock(ISSUER, issuers.clone()).unwrap();
    let verifier = issuer.verifier(ORDERS).clock(verifiers.clone()).connect().await.unwrap();
    (issuer, issuers, verifier, verifiers)
}

fn code(verifier: &Verifier, token: &str) -> &'static str {
    verifier.verify(token).map_or_else(|refusal| refusal.code(), |_| "accepted")
}

fn list_uri() -> String {
    format!("{ISSUER}{LIST}")
}

#[tokio::test]
async fn a_list_issued_before_the_known_one_is_never_taken_over() {
    for (age, is_taken) in [(0, true), (1, false), (20, false), (30, false), (31, false), (3600, false)] {
        let (issuer, clock, verifier, _) = apart().await;
        let token = issuer.token(ORDERS).sign().unwrap();
        verifier.verify_fresh(&token).await.unwrap();
        issuer.revoke(&token);
        clock.advance(-Duration::seconds(age));
        let fetched = verifier.refresh_list(&list_uri()).await;
        assert_eq!(fetched.is_ok(), is_taken, "{age} s older: {fetched:?}");
        assert_eq!(code(&verifier, &token), if is_taken { "revoked" } else { "accepted" }, "{age} s older");
        clock.advance(Duration::seconds(age));
        verifier.refresh_list(&list_uri()).await.unwrap();
        assert_eq!(code(&verifier, &token), "revoked");
    }
}

#[tokio::test]
async fn a_list_issued_beyond_the_skew_ahead_is_neither_taken_nor_remembered() {
    for (ahead, is_taken) in [(30, true), (31, false), (86_400 * 200, false)] {
        let (issuer, clock, verifier, _) = apart().await;
        let token = issuer.token(ORDERS).sign().unwrap();
        verifier.verify_fresh(&token).await.unwrap();
        clock.advance(Duration::seconds(ahead));
        let fetched = verifier.refresh_list(&list_uri()).await;
        assert_eq!(fetched.is_ok(), is_taken, "{ahead} s ahead: {fetched:?}");
        if !is_taken {
            assert!(fetched.unwrap_err().to_string().contains("in the future"), "{ahead}");
            // It does not block later lists.
            clock.advance(-Duration::seconds(ahead));
            issuer.revoke(&token);
            verifier.refresh_list(&list_uri()).await.unwrap();
            assert_eq!(code(&verifier, &token), "revoked");
        }
    }
}

// Both clocks jump: issuer and API often share a machine.
#[tokio::test]
async fn a_clock_that_jumped_does_not_blind_a_verifier() {
    for unfetched in [UnfetchedStatusList::Refuse, UnfetchedStatusList::Accept] {
        let clock = Clock::manual(NOW);
        let issuer = TestIssuer::with_clock(ISSUER, clock.clone()).unwrap();
        let verifier = issuer.verifier(ORDERS).unfetched_status_list(unfetched).connect().await.unwrap();
        clock.advance(Duration::days(200));
        let ahead = issuer.token(ORDERS).sign().unwrap();
        issuer.revoke(&ahead);
        verifier.refetch_keys().await;
        verifier.fetch_list(&list_uri()).await;
        assert_eq!(code(&verifier, &ahead), "revoked");

        clock.advance(-Duration::days(200));
        let token = issuer.token(ORDERS).lifetime(Duration::days(300)).sign().unwrap();
        // A list from the future cannot confirm that a token is valid.
        assert_ne!(code(&verifier, &token), "accepted");
        verifier.verify_fresh(&token).await.unwrap();
        issuer.revoke(&token);
        clock.advance(Duration::seconds(60));
        assert!(verifier.0.known.load().lists[&list_uri()].is_due(clock.now()));
        verifier.fetch_list(&list_uri()).await;
        assert_eq!(code(&verifier, &token), "revoked");
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_neither_keys_nor_lists_for_longer() {
    let (issuer, _, verifier, clock) = apart().await;
    let token = issuer.token(ORDERS).lifetime(Duration::days(300)).sign().unwrap();
    clock.advance(Duration::seconds(20));
    verifier.verify_fresh(&token).await.unwrap();
    issuer.set_down(true);
    clock.advance(-Duration::seconds(40));
    assert_eq!(code(&verifier, &token), "accepted", "the list counts as fetched 40 seconds ago");
    assert!(verifier.0.known.load().lists[&list_uri()].is_due(clock.now()));
    clock.advance(-Duration::minutes(11));
    assert_eq!(code(&verifier, &token), "not_yet_valid");
    clock.advance(Duration::minutes(11) + Duration::seconds(20));
    assert_eq!(code(&verifier, &token), "accepted");
    assert!(verifier.is_ready());
    clock.advance(-Duration::days(2));
    assert!(!verifier.is_ready(), "the age of the keys is unknown");
}

#[tokio::test]
async fn an_answer_that_was_held_up_does_not_bring_back_older_keys_or_an_older_list() {
    let keys = || {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        Arc::new(JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()]))
    };
    let (first, second) = (keys(), keys());
    let fetch = |number| KeysFetch { number, at: NOW };
    let known = Known::default().with_keys(Arc::clone(&second), fetch(2)).with_keys(Arc::clone(&first), fetch(1));
    assert!(Arc::ptr_eq(&known.keys.as_ref().unwrap().set, &second));
    let known = known.with_keys(Arc::clone(&first), fetch(3));
    assert!(Arc::ptr_eq(&known.keys.as_ref().unwrap().set, &first));

    let clock = Clock::manual(NOW);
    let issuer = TestIssuer::with_clock(ISSUER, clock.clone()).unwrap();
    let jwks = JwkSet::parse(&issuer.answer("/jwks.json").unwrap().1).unwrap();
    let list = || {
        let now = Instant { at: clock.now(), leeway: Duration::ZERO };
        let text = issuer.answer(LIST).unwrap().1;
        let token = VerifiedStatusList::read(&text, &list_uri(), ISSUER, &jwks, now).unwrap();
        Arc::new(KnownList::new(Arc::new(token), None, now.at, 0.0))
    };
    let older = list();
    clock.advance(Duration::SECOND);
    let newer = list();
    let now = Instant { at: clock.now(), leeway: Duration::ZERO };
    let known = known.with_list(&list_uri(), Arc::clone(&newer), now).unwrap();
    assert!(known.with_list(&list_uri(), Arc::clone(&older), now).is_none());
    assert!(
        known.with_list("https://login.example.org/status/2", older, now).is_some(),
        "the known list must not block another list"
    );
}

#[tokio::test]
async fn a_cache_file_written_by_a_clock_that_was_ahead_is_not_used() {
    let (issuer, _, _, clock) = apart().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    let token = issuer.token(ORDERS).sign().unwrap();
    let builder = || issuer.verifier(ORDERS).clock(clock.clone()).cache_file(&file);
    builder().connect().await.unwrap().verify_fresh(&token).await.unwrap();
    for (back, is_ready) in [(0, true), (30, true), (31, false)] {
        clock.advance(-Duration::seconds(back));
        assert_eq!(builder().build().unwrap().is_ready(), is_ready, "{back} s");
        clock.advance(Duration::seconds(back));
    }
    // The keys were fetched after the clock was corrected, and the list before.
    let mut document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    document["status_lists"][0]["checked_at"] = (NOW.unix_timestamp() + 31).into();
    std::fs::write(&file, document.to_string()).unwrap();
    assert_eq!(builder().build().unwrap().health().status_lists, 0);
}
