//! The server together with the verifier library: a token revoked at the server is rejected by the library.

use std::time::{Duration, Instant};

use serde_json::Value;
use signet::verify::Verifier;

use crate::{
    api::text,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{SECRET, Visitor, config, redemption},
};

const ORDERS: &str = "https://api.orders.example";

async fn access_token(visitor: &mut Visitor) -> String {
    let code = visitor.code().await;
    let page = visitor.post("/token", &redemption(&code)).await;
    text(&serde_json::from_str::<Value>(&page.html).unwrap(), "access_token")
}

async fn revoke(visitor: &mut Visitor, token: &str) {
    let form = [("token", token), ("client_id", "report"), ("client_secret", SECRET)];
    assert_eq!(visitor.post("/revoke", &form).await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_refused_offline_and_after_a_restart_without_the_server() {
    let server = RunningServer::start(&format!("{}\n[lifetimes]\nstatus_list = 10\n", config()));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let (good, bad) = (access_token(&mut visitor).await, access_token(&mut visitor).await);
    let folder = tempfile::tempdir().unwrap();
    let verifier = async || {
        let builder = Verifier::of(&server.issuer, ORDERS).cache_file(folder.path().join("cache.json"));
        builder.connect().await.unwrap()
    };
    let first = verifier().await;
    let running = tokio::spawn({
        let first = first.clone();
        async move { first.run().await }
    });
    for token in [&good, &bad] {
        first.verify_fresh(token).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    let revoked_at = Instant::now();
    revoke(&mut visitor, &bad).await;
    while first.verify(&bad).is_ok() {
        assert!(revoked_at.elapsed() < Duration::from_secs(60), "the revocation was not seen, with a ttl of 10 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(first.verify(&bad).err().unwrap().code(), "revoked");
    first.verify(&good).unwrap_or_else(|refusal| panic!("{refusal}"));
    running.abort();
    drop(first);
    let issuer = server.issuer.clone();
    drop(server);
    let builder = Verifier::of(&issuer, ORDERS).cache_file(folder.path().join("cache.json"));
    let second = builder.connect().await.unwrap();
    second.verify(&good).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(second.verify(&bad).err().unwrap().code(), "revoked");
}

// `SIGNET_REVOCATIONS=100` measures with the default `ttl`, which takes three minutes.
#[tokio::test]
async fn every_revocation_is_refused_within_the_ttl() {
    let revocations = std::env::var("SIGNET_REVOCATIONS").map_or(10, |count| count.parse().unwrap());
    let (lifetimes, ttl) = if revocations < 100 { ("\n[lifetimes]\nstatus_list = 10\n", 10.0) } else { ("", 60.0) };
    let server = RunningServer::start(&format!("{}{lifetimes}", config()));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let verifier = Verifier::of(&server.issuer, ORDERS).connect().await.unwrap();
    let running = tokio::spawn({
        let verifier = verifier.clone();
        async move { verifier.run().await }
    });
    let mut tokens = Vec::new();
    for _ in 0..revocations {
        tokens.push(access_token(&mut visitor).await);
    }
    for token in &tokens {
        verifier.verify_fresh(token).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    let mut watched = Vec::new();
    for token in tokens {
        revoke(&mut visitor, &token).await;
        let (verifier, revoked_at) = (verifier.clone(), Instant::now());
        watched.push(tokio::spawn(async move {
            while verifier.verify(&token).is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(verifier.verify(&token).err().unwrap().code(), "revoked");
            revoked_at.elapsed()
        }));
        // Distributed over more than one lifetime of the list.
        tokio::time::sleep(Duration::from_secs_f64(1.5 * ttl / f64::from(revocations))).await;
    }
    let mut delays = Vec::new();
    for delay in watched {
        delays.push(delay.await.unwrap().as_secs_f64());
    }
    running.abort();
    delays.sort_by(f64::total_cmp);
    let at = |percent: usize| delays[(delays.len() - 1) * percent / 100];
    let mean = delays.iter().sum::<f64>() / f64::from(revocations);
    println!(
        "revocation to refusal, {revocations} revocations, ttl {ttl} s: mean {mean:.1} s, min {:.1}, p50 {:.1}, p90 {:.1}, \
         max {:.1}",
        at(0),
        at(50),
        at(90),
        at(100)
    );
    // Half a `ttl` of tolerance for a busy machine.
    assert!(at(100) < 1.5 * ttl);
}
