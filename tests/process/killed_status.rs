//! Kills the server with SIGKILL while grants start and end. After the restart, the status lists contain everything
//! that was acknowledged, and no index is assigned twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use signet::oauth::status_list::StatusList;

use crate::{
    support::{ADMINISTRATOR, RunningServer, free_port},
    visitor::{SECRET, Visitor, config, redemption},
};

/// An access token that was returned, and whether its revocation was acknowledged.
struct Entry {
    token: String,
    revoked: Revoked,
}

#[derive(PartialEq, Eq)]
enum Revoked {
    NotAsked,
    NotAnswered,
    Answered,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_revocation_is_lost_and_no_place_is_given_twice() {
    let kills: u32 = std::env::var("SIGNET_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let mut all: Vec<Entry> = Vec::new();
    for round in 0..kills {
        let mut codes = Vec::new();
        for _ in 0..CODES {
            codes.push(visitor.code().await);
        }
        let (ledger, http) = (Arc::new(Mutex::new(Vec::new())), reqwest::Client::new());
        let tasks: Vec<_> = codes
            .chunks(CODES / CLIENTS)
            .map(|codes| {
                let (http, issuer) = (http.clone(), server.issuer.clone());
                tokio::spawn(redeem_and_revoke((http, issuer), codes.to_vec(), Arc::clone(&ledger)))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(u64::from(60 + round * 17 % 60))).await;
        server.kill();
        for task in tasks {
            task.await.unwrap();
        }
        server = RunningServer::start_in(folder.path(), port);
        all.append(&mut ledger.lock().unwrap());
        check(&server.issuer, &all).await;
    }
    let answered = all.iter().filter(|entry| entry.revoked == Revoked::Answered).count();
    let kept = all.iter().filter(|entry| entry.revoked == Revoked::NotAsked).count();
    println!("kills {kills}, grants {}, revocations answered {answered}, never asked for {kept}, lost 0", all.len());
    assert!(answered > 0 && kept > 0, "the load was too short to test anything");
}

/// Redeems each code, and revokes every second token.
async fn redeem_and_revoke(
    (http, issuer): (reqwest::Client, String),
    codes: Vec<String>,
    ledger: Arc<Mutex<Vec<Entry>>>,
) {
    for (at, code) in codes.iter().enumerate() {
        let Ok(body) = post(&http, &issuer, "/token", &redemption(code)).await else { continue };
        let tokens: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"));
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        let revoked = if at % 2 == 0 {
            Revoked::NotAsked
        } else {
            let form = [("token", token.as_str()), ("client_id", "report"), ("client_secret", SECRET)];
            let answered = post(&http, &issuer, "/revoke", &form).await.is_ok();
            if answered { Revoked::Answered } else { Revoked::NotAnswered }
        };
        ledger.lock().unwrap().push(Entry { token, revoked });
    }
}

/// Checks that the published lists match what was acknowledged for every grant.
async fn check(issuer: &str, all: &[Entry]) {
    let (mut lists, mut places) = (BTreeMap::new(), BTreeSet::new());
    for entry in all {
        let status = claims(&entry.token)["status"]["status_list"].clone();
        let uri = status["uri"].as_str().unwrap().to_owned();
        assert!(uri.starts_with(issuer));
        let idx = u32::try_from(status["idx"].as_u64().unwrap()).unwrap();
        assert!(places.insert((uri.clone(), idx)), "a place was given twice");
        if !lists.contains_key(&uri) {
            let token = reqwest::get(&uri).await.unwrap().text().await.unwrap();
            let lst = claims(&token)["status_list"]["lst"].as_str().unwrap().to_owned();
            lists.insert(uri.clone(), StatusList::parse(1, &lst, 1 << 14).unwrap());
        }
        let is_invalid = lists[&uri].get(idx) == Some(1);
        match entry.revoked {
            Revoked::Answered => assert!(is_invalid, "a revocation was lost"),
            Revoked::NotAsked => assert!(!is_invalid, "this one was not revoked"),
            Revoked::NotAnswered => {}
        }
    }
}

fn claims(jwt: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn post(
    http: &reqwest::Client,
    issuer: &str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<String, reqwest::Error> {
    let request = http.post(format!("{issuer}{path}")).header("content-type", "application/x-www-form-urlencoded");
    request.body(signet::oauth::parameters::encode(form)).send().await?.error_for_status()?.text().await
}

/// Number of codes redeemed per round, each by a concurrent client.
const CODES: usize = 48;
const CLIENTS: usize = 8;
