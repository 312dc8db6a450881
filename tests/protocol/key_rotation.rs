//! Keys rotate while tokens are issued and verified by APIs that cache the JWKS for different times.

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::{
    served_here::ServedHere,
    visitor::{SECRET, Visitor, config},
};

/// An API with a library that fetches the JWKS at a fixed interval, and when a `kid` is unknown.
struct Api {
    every: Duration,
    keys: jsonwebtoken::jwk::JwkSet,
    fetched_at: OffsetDateTime,
    refetches: usize,
}

impl Api {
    async fn new(issuer: &str, every: Duration, now: OffsetDateTime) -> Self {
        Self { every, keys: fetch(issuer).await, fetched_at: now, refetches: 0 }
    }

    async fn verifies(&mut self, issuer: &str, token: &str, now: OffsetDateTime) -> bool {
        let header = jsonwebtoken::decode_header(token).unwrap();
        let kid = header.kid.unwrap();
        if now - self.fetched_at >= self.every {
            (self.keys, self.fetched_at) = (fetch(issuer).await, now);
        } else if self.keys.find(&kid).is_none() {
            (self.keys, self.fetched_at) = (fetch(issuer).await, now);
            self.refetches += 1;
        }
        let Some(key) = self.keys.find(&kid) else { return false };
        let mut rules = jsonwebtoken::Validation::new(header.alg);
        rules.set_audience(&["https://api.orders.example"]);
        // The test controls the clock, so it checks the expiry itself.
        rules.validate_exp = false;
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let verified = jsonwebtoken::decode::<Value>(token, &key, &rules);
        verified.is_ok_and(|token| token.claims["exp"].as_i64().unwrap() > now.unix_timestamp())
    }
}

async fn fetch(issuer: &str) -> jsonwebtoken::jwk::JwkSet {
    let text = reqwest::get(format!("{issuer}/jwks.json")).await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

// One rotation every two days, observed for five days. A token every quarter of an hour is verified immediately and
// just before it expires.
#[tokio::test]
async fn no_token_fails_while_keys_rotate_however_long_an_api_keeps_the_jwks() {
    let server = ServedHere::start(&format!("{}\n[key_ring]\nrotate_every = 172800\n", config())).await;
    let (issuer, signet) = (server.issuer.clone(), server.signet());
    let mut visitor = Visitor::new(&issuer);
    let mut apis = Vec::new();
    for every in [Duration::minutes(15), Duration::HOUR, Duration::DAY] {
        apis.push(Api::new(&issuer, every, server.clock.now()).await);
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "orders:read"),
    ];
    let (mut issued, mut verified, mut failures) = (0, 0, 0);
    let mut signers = std::collections::BTreeSet::new();
    let mut last: Option<String> = None;
    for _ in 0..5 * 24 * 4 {
        server.clock.advance(Duration::seconds(299));
        if let Some(token) = &last {
            for api in &mut apis {
                verified += 1;
                failures += usize::from(!api.verifies(&issuer, token, server.clock.now()).await);
            }
        }
        server.clock.advance(Duration::seconds(601));
        signet.keys.advance(server.clock.now()).unwrap();
        let page = visitor.post("/token", &form).await;
        let tokens: Value = serde_json::from_str(&page.html).unwrap();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        signers.insert(jsonwebtoken::decode_header(&token).unwrap().kid.unwrap());
        issued += 1;
        for api in &mut apis {
            verified += 1;
            failures += usize::from(!api.verifies(&issuer, &token, server.clock.now()).await);
        }
        last = Some(token);
    }
    let refetches: Vec<usize> = apis.iter().map(|api| api.refetches).collect();
    println!(
        "{issued} tokens of {} keys, {verified} verifications by APIs that keep the JWKS for 15 minutes, an hour and a \
         day: {failures} failures, refetches for an unknown kid {refetches:?}",
        signers.len()
    );
    assert!(signers.len() >= 3, "{signers:?}");
    assert_eq!(failures, 0);
    assert_eq!(refetches, [0, 0, 0]);
}
