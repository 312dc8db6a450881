//! Tests for client keys that rotate, cannot be fetched, or are requested too often.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use time::macros::datetime;

use super::*;
use crate::{
    fetch::{FetchPolicy, https::HttpsServer},
    jose::{Algorithm, SigningKey},
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn at(seconds: i64) -> OffsetDateTime {
    NOW + Duration::seconds(seconds)
}

fn copy(max_age: Option<Duration>) -> KeptCopy {
    let mut copy = KeptCopy { tried_at: Some(NOW), ..KeptCopy::default() };
    copy.keep(JwkSet::default(), max_age, NOW);
    copy
}

#[test]
fn a_copy_is_kept_for_as_long_as_its_sender_says_within_bounds() {
    for (max_age, expected) in
        [(None, 300), (Some(0), 60), (Some(60), 60), (Some(900), 900), (Some(3600), 3600), (Some(86_400), 3600)]
    {
        let copy = copy(max_age.map(Duration::seconds));
        assert!(!copy.is_due(None, at(expected - 1)), "{max_age:?}");
        assert!(copy.is_due(None, at(expected)), "{max_age:?}");
    }
}

#[test]
fn an_unknown_key_has_a_copy_fetched_again_every_thirty_seconds_at_most() {
    let copy = copy(Some(Duration::HOUR));
    assert!(!copy.is_due(Some(NOW), at(29)));
    assert!(copy.is_due(Some(NOW), at(30)));
    // Another request has fetched it in the meantime.
    assert!(!copy.is_due(Some(at(-60)), at(30)));
}

#[test]
fn a_fetch_that_failed_is_tried_again_after_thirty_seconds() {
    assert!(KeptCopy::default().is_due(None, NOW));
    let failed = KeptCopy { tried_at: Some(NOW), ..KeptCopy::default() };
    assert!(!failed.is_due(None, at(29)));
    assert!(failed.is_due(None, at(30)));
}

/// State of the test server before it responds to anything.
const NOTHING_YET: usize = usize::MAX;

/// A server that publishes the first `key` until the second is due and then stops responding, with a fetcher for it.
fn rotating(shows: &'static AtomicUsize) -> (HttpsServer, Fetcher) {
    let keys = [0, 1].map(|_| Value::from(SigningKey::generate(Algorithm::EdDsa).unwrap().public_jwk().clone()));
    let documents = keys.map(|key| json!({ "keys": [key] }).to_string());
    let server = HttpsServer::json(move |_| {
        while shows.load(Ordering::SeqCst) == NOTHING_YET {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        documents.get(shows.load(Ordering::SeqCst)).cloned().unwrap_or_else(|| "broken".to_owned())
    });
    let certificate_authority = Some(server.authority.clone());
    let policy = FetchPolicy { allow_private_addresses: true, certificate_authority };
    (server, Fetcher::new(policy).unwrap())
}

// OpenID Connect Core §10.1.1
#[tokio::test]
async fn a_client_rotates_its_keys_and_goes_on_while_it_cannot_be_asked() {
    static SHOWS: AtomicUsize = AtomicUsize::new(0);
    let (server, fetcher) = rotating(&SHOWS);
    let clock = Clock::manual(NOW);
    let (keys, uri) = (PublishedKeys::default(), server.url("/jwks"));
    let copy = |seen| keys.copy((&fetcher, &clock), &uri, seen);
    let kid = |known: &CachedKeys| known.keys.keys()[0].kid().map(ToOwned::to_owned);
    // Sixteen concurrent requests wait for one fetch.
    let first = futures_of(16, || copy(None)).await;
    assert_eq!((first.len(), server.requests()), (16, 1));
    let before = first[0].clone();
    SHOWS.store(1, Ordering::SeqCst);
    // Too soon for another fetch.
    let same = copy(Some(before.fetched_at)).await.unwrap();
    assert_eq!((kid(&same), server.requests()), (kid(&before), 1));
    clock.advance(Duration::seconds(31));
    let newer = copy(Some(before.fetched_at)).await.unwrap();
    assert_ne!(kid(&newer), kid(&before));
    assert_eq!(server.requests(), 2);
    // The server no longer responds; the cached copy is used for a day.
    SHOWS.store(2, Ordering::SeqCst);
    clock.advance(Duration::hours(23));
    assert_eq!(copy(None).await.map(|known| kid(&known)), Some(kid(&newer)));
    assert_eq!(server.requests(), 3);
    assert!(copy(None).await.is_some());
    assert_eq!(server.requests(), 3, "a fetch that failed is not tried again immediately");
    clock.advance(Duration::hours(2));
    assert!(copy(None).await.is_none());
}

// A forged JWT whose sender disconnects must not leave the client without keys.
#[tokio::test]
async fn who_hangs_up_does_not_break_a_fetch_off() {
    static SHOWS: AtomicUsize = AtomicUsize::new(NOTHING_YET);
    let (server, fetcher) = rotating(&SHOWS);
    let clock = Clock::manual(NOW);
    let (keys, uri) = (PublishedKeys::default(), server.url("/jwks"));
    let hangs_up =
        tokio::time::timeout(std::time::Duration::from_millis(10), keys.copy((&fetcher, &clock), &uri, None));
    assert!(hangs_up.await.is_err());
    SHOWS.store(0, Ordering::SeqCst);
    assert!(keys.copy((&fetcher, &clock), &uri, None).await.is_some());
    assert_eq!(server.requests(), 1);
}

/// Runs `count` futures concurrently and returns their results.
async fn futures_of<F: Future<Output = Option<CachedKeys>>>(count: usize, make: impl Fn() -> F) -> Vec<CachedKeys> {
    let mut futures: Vec<_> = (0..count).map(|_| Some(Box::pin(make()))).collect();
    let mut found = Vec::new();
    std::future::poll_fn(move |context| {
        for slot in &mut futures {
            if let Some(future) = slot
                && let std::task::Poll::Ready(known) = future.as_mut().poll(context)
            {
                found.extend(known);
                *slot = None;
            }
        }
        if futures.iter().all(Option::is_none) {
            std::task::Poll::Ready(std::mem::take(&mut found))
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[test]
fn the_copy_that_was_not_used_for_longest_makes_room() {
    let keys = PublishedKeys::default();
    let first = keys.slot("https://a.example/0", at(0));
    for n in 1..=MOST_KEPT {
        keys.slot(&format!("https://a.example/{n}"), at(1));
    }
    assert_eq!(keys.0.lock().unwrap().len(), MOST_KEPT);
    assert!(!Arc::ptr_eq(&first, &keys.slot("https://a.example/0", at(2))));
}
