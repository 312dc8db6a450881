//! The resource servers of `examples/orders-api`, which know nothing of this crate, against its tokens. They need their
//! languages and packages: `examples/orders-api/test.sh` installs the packages and runs these tests.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration as StdDuration,
};

use serde_json::json;
use signet::{jose::TokenType, verify::TestIssuer};
use time::Duration;

use crate::{ORDERS, issuer::HttpIssuer};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/orders-api").join(language)
}

async fn status(url: &str, token: &str) -> Option<(u16, String)> {
    let request = reqwest::Client::new().get(url);
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    let answer = request.send().await.ok()?;
    let challenge = answer.headers().get("www-authenticate").map_or("", |value| value.to_str().unwrap()).to_owned();
    Some((answer.status().as_u16(), challenge))
}

/// Starts `program`, and holds its answers to all tokens against what they have to be.
async fn check(language: &str, program: &str, arguments: &[&str]) {
    let mut issuer = HttpIssuer::start().await;
    issuer.set_status_list_ttl(Duration::SECOND);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/orders");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder(language));
    command.env("ISSUER", &issuer.url).env("LISTEN", format!("127.0.0.1:{port}"));
    let _running = Running(command.spawn().unwrap());
    let begin = tokio::time::Instant::now();
    while status(&url, "").await.is_none() {
        assert!(begin.elapsed() < StdDuration::from_secs(60), "{language} did not start");
        tokio::time::sleep(StdDuration::from_millis(100)).await;
    }

    let token = || issuer.token(ORDERS).scope("openid orders:read");
    let elsewhere = json!({"status_list": {"idx": 1, "uri": "https://evil.example/status/1"}});
    let beyond = json!({"status_list": {"idx": 1_000_000, "uri": format!("{}/status/1", issuer.url)}});
    let good = token().sign().unwrap();
    for (what, token, expected) in [
        ("no token", String::new(), 401),
        ("good", good.clone(), 200),
        ("without a status", token().without("status").sign().unwrap(), 200),
        ("no scope", issuer.token(ORDERS).scope("orders:write").sign().unwrap(), 403),
        ("wrong audience", token().claim("aud", "https://api.other.example").sign().unwrap(), 401),
        ("wrong issuer", token().claim("iss", "https://evil.example").sign().unwrap(), 401),
        ("ID token", token().token_type(TokenType::IdToken).sign().unwrap(), 401),
        ("status list", issuer.answer("/status/1").unwrap().1, 401),
        ("expired", token().lifetime(Duration::minutes(-2)).sign().unwrap(), 401),
        ("no exp", token().without("exp").sign().unwrap(), 401),
        ("no client_id", token().without("client_id").sign().unwrap(), 401),
        ("bound to a key", token().claim("cnf", json!({"jkt": "a"})).sign().unwrap(), 401),
        ("list elsewhere", token().claim("status", elsewhere).sign().unwrap(), 401),
        ("index beyond the list", token().claim("status", beyond).sign().unwrap(), 401),
        ("no reference", token().claim("status", json!({})).sign().unwrap(), 401),
        ("garbage", "a.b.c".to_owned(), 401),
    ] {
        let (answered, challenge) = status(&url, &token).await.unwrap();
        assert_eq!(answered, expected, "{language}: {what}: {challenge}");
        assert_eq!(challenge.starts_with("Bearer "), expected != 200, "{language}: {what}: {challenge}");
        assert_eq!(challenge.contains("error="), expected != 200 && !token.is_empty(), "{language}: {what}");
    }

    issuer.revoke(&good);
    let begin = tokio::time::Instant::now();
    while status(&url, &good).await.unwrap().0 == 200 {
        assert!(begin.elapsed() < StdDuration::from_secs(5), "{language} does not learn of the revocation");
        tokio::time::sleep(StdDuration::from_millis(100)).await;
    }
    println!("{language}: revoked within {:?}, with a ttl of 1 s", begin.elapsed());
    let other = token().sign().unwrap();
    let requests = issuer.requests("/jwks.json");
    for _ in 0..20 {
        let unknown = TestIssuer::new(&issuer.url).unwrap().token(ORDERS).scope("orders:read").sign().unwrap();
        assert_eq!(status(&url, &unknown).await.unwrap().0, 401, "{language}: other key");
    }
    println!("{language}: 20 tokens with unknown kid: {} fetches", issuer.requests("/jwks.json") - requests);
    assert!(issuer.requests("/jwks.json") - requests <= 2, "{language} fetches for each unknown kid");
    issuer.stop().await;
    assert_eq!(status(&url, &other).await.unwrap().0, 200, "{language}: the issuer is down");
    assert_eq!(status(&url, &good).await.unwrap().0, 401, "{language}: the issuer is down, revoked before");
}

#[tokio::test]
#[ignore = "needs Node and its packages"]
async fn node_accepts_and_refuses_what_has_to_be() {
    check("node", "node", &["server.mjs"]).await;
}

#[tokio::test]
#[ignore = "needs Python and its packages"]
async fn python_accepts_and_refuses_what_has_to_be() {
    let own = folder("python").join(".venv/bin/python");
    check("python", own.to_str().unwrap(), &["server.py"]).await;
}

#[tokio::test]
#[ignore = "needs Go and its packages"]
async fn go_accepts_and_refuses_what_has_to_be() {
    let program = tempfile::tempdir().unwrap();
    let program = program.path().join("orders").to_str().unwrap().to_owned();
    assert!(
        Command::new("go").args(["build", "-o", &program, "."]).current_dir(folder("go")).status().unwrap().success()
    );
    check("go", &program, &[]).await;
}

#[tokio::test]
#[ignore = "needs Java, Maven and its packages"]
async fn java_accepts_and_refuses_what_has_to_be() {
    check("java", "mvn", &["-q", "-B", "compile", "exec:java"]).await;
}
