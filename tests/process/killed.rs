//! Kills the server with SIGKILL while codes are being redeemed. A ledger of acknowledged responses then shows that
//! none was lost and no code was redeemed twice.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;

use crate::{
    support::{ADMINISTRATOR, RunningServer, free_port},
    visitor::{SECRET, Visitor, config, redemption},
};

/// What a client knew about a code when the server was killed.
struct Entry {
    code: String,
    /// The access token, if the response with status 200 arrived.
    acknowledged: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_answer_is_lost_and_no_code_is_spent_twice() {
    let kills: u32 = std::env::var("SIGNET_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let (mut acknowledged, mut lost, mut twice, mut unanswered) = (0, 0, 0, 0);
    for round in 0..kills {
        let mut codes = Vec::new();
        for _ in 0..CODES {
            codes.push(visitor.code().await);
        }
        let http = http();
        let ledger = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = codes
            .chunks(CODES / CLIENTS)
            .map(|codes| {
                tokio::spawn(redeem((http.clone(), server.issuer.clone()), codes.to_vec(), Arc::clone(&ledger)))
            })
            .collect();
        // The kill time varies from before the first response to after the last.
        tokio::time::sleep(Duration::from_millis(u64::from(10 + round * 17 % 60))).await;
        server.kill();
        for task in tasks {
            task.await.unwrap();
        }
        server = RunningServer::start_in(folder.path(), port);
        let http = self::http();
        let ledger = std::mem::take(&mut *ledger.lock().unwrap());
        for entry in ledger {
            if let Some(token) = &entry.acknowledged {
                // An acknowledged response is on disk, so the grant of the token exists.
                lost += usize::from(!is_active(&http, &server.issuer, token).await);
            }
            let again = try_redeem(&http, &server.issuer, &entry.code).await.unwrap();
            match (&entry.acknowledged, again) {
                // The response arrived, so the code is spent. Its grant was active until this second use.
                (Some(_), None) => acknowledged += 1,
                (Some(_), Some(_)) => twice += 1,
                // No response arrived: at most one redemption succeeds.
                (None, first) => {
                    unanswered += 1;
                    let second = try_redeem(&http, &server.issuer, &entry.code).await.unwrap();
                    twice += usize::from(first.is_some() && second.is_some());
                }
            }
        }
    }
    println!(
        "kills {kills}, acknowledged {acknowledged}, without an answer {unanswered}, lost {lost}, spent twice {twice}"
    );
    assert!(acknowledged > 0, "the load was too short to test anything");
    assert_eq!((lost, twice), (0, 0));
}

async fn redeem((http, issuer): (reqwest::Client, String), codes: Vec<String>, ledger: Arc<Mutex<Vec<Entry>>>) {
    for code in codes {
        let acknowledged = try_redeem(&http, &issuer, &code).await.ok().flatten();
        ledger.lock().unwrap().push(Entry { code, acknowledged });
    }
}

/// Returns the access token, or `None` if the code is rejected.
async fn try_redeem(http: &reqwest::Client, issuer: &str, code: &str) -> Result<Option<String>, reqwest::Error> {
    let body = post(http, issuer, "/token", &redemption(code)).await?;
    match body["access_token"].as_str() {
        Some(token) => Ok(Some(token.to_owned())),
        None => {
            assert_eq!(body["error"], "invalid_grant", "{body}");
            Ok(None)
        }
    }
}

async fn is_active(http: &reqwest::Client, issuer: &str, token: &str) -> bool {
    let form = [("token", token), ("client_id", "report"), ("client_secret", SECRET)];
    post(http, issuer, "/verify", &form).await.unwrap()["active"] == true
}

async fn post(
    http: &reqwest::Client,
    issuer: &str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<Value, reqwest::Error> {
    let request = http.post(format!("{issuer}{path}"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let text = request.body(signet::oauth::parameters::encode(form)).send().await?.text().await?;
    Ok(serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

/// A client without pooled connections to a killed server.
fn http() -> reqwest::Client {
    reqwest::Client::new()
}

/// Number of codes redeemed per round, each by a concurrent client.
const CODES: usize = 48;
const CLIENTS: usize = 8;
