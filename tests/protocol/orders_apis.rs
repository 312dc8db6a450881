//! The orders API of `examples/`, in Rust and in other languages, against a running server: which tokens it accepts and
//! rejects, and when it notices a revocation.
//!
//! The APIs in other languages need packages, which `examples/orders-api/install.sh` installs. APIs with missing
//! packages are skipped, unless `SIGNET_LANGUAGES` names them.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Map, Value, json};
use signet::{
    entropy::Entropy,
    jose::{Algorithm, KeyFolder, SigningKey, TokenType},
};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    api::Api,
    claims, client, issued,
    support::{ADMINISTRATOR, RunningServer, free_port},
    text, tokens,
    visitor::{SECRET, Visitor, config},
};

/// A running API, which is killed on drop.
pub(crate) struct OrdersApi {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    log: PathBuf,
    child: Child,
}

impl OrdersApi {
    /// Starts the API, which writes its log into `folder`.
    pub(crate) fn start(name: &'static str, mut command: Command, issuer: &str, folder: &Path) -> Self {
        let (listen, log) = (format!("127.0.0.1:{}", free_port()), folder.join(format!("{name}.log")));
        command.env("ISSUER", issuer).env("LISTEN", &listen).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let child = command.spawn().unwrap_or_else(|error| panic!("{name}: {command:?}: {error}"));
        Self { name, url: format!("http://{listen}/orders"), log, child }
    }

    pub(crate) async fn is_well(&mut self) {
        let begun = Instant::now();
        while ask(&self.url, "").await.is_none() {
            assert!(self.child.try_wait().unwrap().is_none(), "{} ended:\n{}", self.name, self.log());
            assert!(begun.elapsed() < Duration::from_secs(120), "{} did not start:\n{}", self.name, self.log());
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Checks the status for each token. Rejections of bad tokens must have a challenge (RFC 6750 §3).
    pub(crate) async fn answers(&self, expected: &[(&str, &str, u16)]) {
        for (what, token, status) in expected {
            let (answered, challenge) = ask(&self.url, token).await.unwrap();
            assert_eq!(answered, *status, "{}: {what}: {challenge}\n{}", self.name, self.log());
            let error = match status {
                200 => "",
                _ if token.is_empty() => "Bearer ",
                403 => "error=\"insufficient_scope\"",
                _ => "error=\"invalid_token\"",
            };
            assert!(challenge.contains(error), "{}: {what}: {challenge}", self.name);
            assert_eq!(challenge.contains("error="), error.contains("error="), "{}: {what}: {challenge}", self.name);
        }
    }

    /// RFC 9728: the challenge leads to the metadata, and the metadata to the issuer.
    async fn tells_where_to_get_a_token(&self, issuer: &str) {
        let (_, challenge) = ask(&self.url, "").await.unwrap();
        let path = "/.well-known/oauth-protected-resource";
        let told = format!("resource_metadata=\"https://api.orders.example{path}\"");
        assert!(challenge.contains(&told), "{}: {challenge}", self.name);
        let answer = reqwest::get(self.url.replace("/orders", path)).await.unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{}", self.name);
        let metadata: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(metadata["authorization_servers"], json!([issuer]), "{}", self.name);
        assert_eq!(metadata["scopes_supported"], json!(["orders:read"]), "{}", self.name);
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for OrdersApi {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status and the challenge. `None` if no server listens.
pub(crate) async fn ask(url: &str, token: &str) -> Option<(u16, String)> {
    let request = reqwest::Client::new().get(url);
    let request = if token.is_empty() { request } else { request.bearer_auth(token) };
    let answer = request.send().await.ok()?;
    let challenge = answer.headers().get("www-authenticate").map_or("", |value| value.to_str().unwrap()).to_owned();
    Some((answer.status().as_u16(), challenge))
}

/// Measures how long it takes until `token` is answered with 401.
async fn refused(name: &str, url: &str, token: &str, longest: Duration) -> Duration {
    let begun = Instant::now();
    while ask(url, token).await.unwrap().0 == 200 {
        assert!(begun.elapsed() < longest, "{name} still accepts the token");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(ask(url, token).await.unwrap().0, 401, "{name}");
    begun.elapsed()
}

/// Builds the examples in Rust, which may be outdated if a test runs alone, and returns their folder.
pub(crate) fn examples() -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_signet")).parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--quiet", "--example", "orders_api", "--example", "orders_axum", "--target-dir"]);
    build.arg(built.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success());
    built.join("examples")
}

/// The API in each language whose packages are installed.
pub(crate) fn languages(built: &Path) -> Vec<(&'static str, Command)> {
    let demanded = std::env::var("SIGNET_LANGUAGES").unwrap_or_default();
    let mut found = Vec::new();
    for (name, package) in [
        ("node", "node_modules/jose"),
        ("python", ".venv/bin/python"),
        ("go", "bin/orders-api"),
        ("java", "target/classes/Orders.class"),
    ] {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/orders-api").join(name);
        if !folder.join(package).exists() {
            assert!(!demanded.split_whitespace().any(|language| language == name), "{name}: {package} is missing");
            println!("skipped: {name} is not installed, or not its packages (examples/orders-api/install.sh)");
            continue;
        }
        let mut command = match name {
            "node" => Command::new("node"),
            "python" => Command::new(folder.join(package)),
            "go" => built_by_go(&folder, &built.join(name)),
            _ => Command::new("mvn"),
        };
        command.current_dir(&folder).args(match name {
            "node" => ["server.mjs"].as_slice(),
            "python" => &["server.py"],
            "go" => &[],
            _ => &["-q", "-B", "-o", "compile", "exec:java"],
        });
        found.push((name, command));
    }
    found
}

fn built_by_go(folder: &Path, program: &Path) -> Command {
    let built = Command::new("go").args(["build", "-o"]).arg(program).arg(".").current_dir(folder).status();
    assert!(built.unwrap().success());
    Command::new(program)
}

/// A server with a `ttl` of ten seconds for status lists, and a lifetime of fifteen for access tokens of the orders
/// API. The service may read orders; `writer` may only write them.
fn server() -> RunningServer {
    let orders = "resource = \"https://api.orders.example\"\n";
    let config = config().replace(orders, &format!("{orders}access_token_lifetime = {LIFETIME}\n"));
    let writer = "grant_types = [\"client_credentials\"]\nscope = \"orders:write\"\n";
    RunningServer::start(&[&config, client("writer", writer).as_str(), "\n[lifetimes]\nstatus_list = 10\n"].concat())
}

/// The access token that `client_id` gets by client credentials.
async fn own_token(issuer: &str, client_id: &str, scope: &str) -> String {
    let form =
        [("grant_type", "client_credentials"), ("scope", scope), ("client_id", client_id), ("client_secret", SECRET)];
    text(&issued(&Visitor::new(issuer).post("/token", &form).await), "access_token").to_owned()
}

/// The key with which `server` signs access tokens, for signing invalid tokens.
fn key(server: &RunningServer) -> SigningKey {
    let folder = KeyFolder::open(server.folder().join("keys"), None, Entropy::system()).unwrap();
    let mut keys = folder.load().unwrap().into_iter().map(|(_, key)| key);
    keys.find(|key| key.algorithm() == Algorithm::Es256).unwrap()
}

/// Tokens that differ in one claim from an accepted one, each signed with the server's own key.
fn forged(good: &str, key: &SigningKey) -> Vec<(&'static str, String, u16)> {
    let Value::Object(mut genuine) = claims(good) else { panic!("{good}") };
    // A list that is older than the token may not contain its index yet.
    genuine["iat"] = json!(genuine["iat"].as_i64().unwrap() - 60);
    let uri = &genuine["status"]["status_list"]["uri"];
    let elsewhere = json!({"status_list": {"idx": 1, "uri": "https://evil.example/status/1"}});
    let beyond = json!({"status_list": {"idx": 1_000_000, "uri": uri}});
    let sign = |claims: &Map<String, Value>| key.sign(TokenType::AccessToken, claims).unwrap();
    let with = |name: &str, value: Option<Value>| {
        let mut claims = genuine.clone();
        let _before = match value {
            Some(value) => claims.insert(name.to_owned(), value),
            None => claims.remove(name),
        };
        sign(&claims)
    };
    vec![
        ("the same", sign(&genuine), 200),
        ("another audience", with("aud", Some(json!("https://api.other.example"))), 401),
        ("one audience of several", with("aud", Some(json!(["https://api.orders.example", "a"]))), 200),
        ("another issuer", with("iss", Some(json!("https://evil.example"))), 401),
        ("without exp", with("exp", None), 401),
        ("without client_id", with("client_id", None), 401),
        ("bound to a key", with("cnf", Some(json!({"jkt": "a"}))), 401),
        ("without scope", with("scope", None), 403),
        ("without status", with("status", None), 200),
        ("a list elsewhere", with("status", Some(elsewhere)), 401),
        ("beyond the list", with("status", Some(beyond)), 401),
        ("a status without a list", with("status", Some(json!({}))), 401),
    ]
}

/// Checks the responses of each API to tokens that the server issues, and to tokens that it would never issue.
async fn judge(apis: &[OrdersApi], server: &RunningServer, visitor: &mut Visitor) {
    let person = tokens(visitor, "report", &[]).await;
    let (good, id_token) = (text(&person, "access_token"), text(&person, "id_token"));
    let list = text(&claims(good)["status"]["status_list"], "uri").to_owned();
    let list = reqwest::get(list).await.unwrap().text().await.unwrap();
    let own = own_token(&server.issuer, "service", "orders:read").await;
    let writer = own_token(&server.issuer, "writer", "orders:write").await;
    let administrator = Api::of_person(visitor, "signet:admin").await;
    let elsewhere = own_token(&server.issuer, "service", "signet:clients").await;
    let forged = forged(good, &key(server));
    let unknown: Vec<String> = (0..20)
        .map(|_| {
            let key = SigningKey::generate(Algorithm::Es256).unwrap();
            key.sign(TokenType::AccessToken, claims(good).as_object().unwrap()).unwrap()
        })
        .collect();
    for api in apis {
        api.answers(&[
            ("no token", "", 401),
            ("malformed", "a.b.c", 401),
            ("of a person", good, 200),
            ("of a client for itself", &own, 200),
            ("without the scope", &writer, 403),
            ("an ID token", id_token, 401),
            ("a status list", &list, 401),
            ("for the management API", administrator.token(), 401),
            ("for the management API, of a client", &elsewhere, 401),
        ])
        .await;
        for (what, token, status) in &forged {
            api.answers(&[(what, token, *status)]).await;
        }
        let fetches = |server: &RunningServer| server.log().matches("path=\"/jwks.json\"").count();
        let before = fetches(server);
        for token in &unknown {
            api.answers(&[("an unknown key", token, 401)]).await;
        }
        let fetches = fetches(server) - before;
        println!("{}: 20 tokens with unknown kid: {fetches} fetches of the keys", api.name);
        assert!(fetches <= 2, "{} fetches the keys for each unknown kid", api.name);
    }
}

/// Revokes `token`, which every API has accepted. Each API rejects it after it has fetched the list again.
async fn revoke(apis: &[OrdersApi], visitor: &mut Visitor, token: &str) {
    for api in apis {
        api.answers(&[("not revoked yet", token, 200)]).await;
    }
    let form = [("token", token), ("client_id", "report"), ("client_secret", SECRET)];
    assert_eq!(visitor.post("/revoke", &form).await.status, 200);
    let watched: Vec<_> = apis
        .iter()
        .map(|api| {
            let (name, url, token) = (api.name, api.url.clone(), token.to_owned());
            tokio::spawn(async move {
                let delay = refused(name, &url, &token, Duration::from_secs(60)).await;
                println!("{name}: revoked within {delay:.1?}, with a ttl of 10 s");
            })
        })
        .collect();
    for api in watched {
        api.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_an_api_accepts_and_refuses_what_it_has_to() {
    let mut server = server();
    let issuer = server.issuer.clone();
    let (folder, examples) = (tempfile::tempdir().unwrap(), examples());
    let poem = || {
        let mut command = Command::new(examples.join("orders_api"));
        command.env("CACHE", folder.path().join("issuer.json"));
        OrdersApi::start("poem", command, &issuer, folder.path())
    };
    let mut apis = vec![poem()];
    let others = [("axum", Command::new(examples.join("orders_axum")))].into_iter().chain(languages(folder.path()));
    apis.extend(others.map(|(name, command)| OrdersApi::start(name, command, &issuer, folder.path())));
    for api in &mut apis {
        api.is_well().await;
    }
    for api in &apis[..2] {
        api.tells_where_to_get_a_token(&issuer).await;
    }
    let mut visitor = Visitor::new(&issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let expiring = own_token(&issuer, "service", "orders:read").await;
    let expired_at = Instant::now() + Duration::from_secs(LIFETIME + LEEWAY + 1);
    for api in &apis {
        api.answers(&[("not expired yet", &expiring, 200)]).await;
    }
    judge(&apis, &server, &mut visitor).await;
    let revoked = text(&tokens(&mut visitor, "report", &[]).await, "access_token").to_owned();
    revoke(&apis, &mut visitor, &revoked).await;

    // The APIs continue without the server, one of them after a restart, even after the list should have been fetched
    // again.
    let last = text(&tokens(&mut visitor, "report", &[]).await, "access_token").to_owned();
    apis[0].answers(&[("the last", &last, 200)]).await;
    server.kill();
    apis[0] = poem();
    apis[0].is_well().await;
    for pause in [0, 11] {
        sleep(Duration::from_secs(pause)).await;
        for api in &apis {
            api.answers(&[("the server is down", &last, 200), ("the server is down", &revoked, 401)]).await;
        }
    }
    sleep_until(expired_at).await;
    for api in &apis {
        api.answers(&[("expired", &expiring, 401)]).await;
    }
}

#[test]
fn the_page_about_protecting_an_api_shows_what_the_examples_do() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = std::fs::read_to_string(folder.join("protect-an-api.md")).unwrap();
    let mut shown = 0;
    for (before, block) in
        page.split("\n```").collect::<Vec<_>>().chunks(2).filter_map(|pair| Some((pair[0], *pair.get(1)?)))
    {
        let Some(file) = before.trim_end().strip_suffix("):").and_then(|before| before.rsplit_once("](")) else {
            continue;
        };
        let source = std::fs::read_to_string(folder.join(file.1)).unwrap();
        let mut lines = source.lines().map(str::trim);
        for line in block.lines().skip(1).map(str::trim).filter(|line| !line.is_empty() && *line != "…") {
            assert!(lines.any(|other| other == line), "{} does not say, or not in this place: {line}", file.1);
        }
        shown += 1;
    }
    assert_eq!(shown, 6, "the examples that are shown");
}

/// Lifetime of access tokens for the orders API in seconds.
const LIFETIME: u64 = 15;

/// Allowed clock difference of each API in seconds.
const LEEWAY: u64 = 30;
