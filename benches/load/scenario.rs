//! The requests of each scenario, and the parts of its limit.

use std::time::Duration;

use signet::oauth::parameters::encode;

use super::{
    bare::{self, Part},
    cores::{self, Cores},
    driver::{self, Turn, Worker},
    http::{Connection, request},
    report::Speed,
    support::{self, ADMINISTRATOR, RunningServer},
    visitor::{REDIRECT_URI, VERIFIER, Visitor, config, parameter, query},
};

/// The server, and the process that measures its limit.
pub(crate) struct Place {
    pub(crate) server: RunningServer,
    pub(crate) bare: RunningServer,
    _folder: tempfile::TempDir,
}

/// Workers for the server, workers for the bare responses, and the other parts of the limit.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) ours: Vec<Worker>,
    pub(crate) bare: Vec<Worker>,
    pub(crate) parts: Vec<Part>,
}

pub(crate) const NAMES: [&str; 4] = [CREDENTIALS, REFRESH, VERIFY, JWKS];

impl Place {
    /// Starts both, with their files on the disk of the build folder.
    pub(crate) fn start(cores: &Cores) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::write(folder.path().join("config.toml"), config() + CLIENT).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let port = support::free_port();
        let mut command = cores.on_servers(&support::command(folder.path(), port));
        command.env("SIGNET__LIFETIMES__ACCESS_TOKEN", "3600");
        let child = command.stdout(std::process::Stdio::null()).stderr(log).spawn().unwrap();
        let server = RunningServer::adopt(child, folder.path(), port);
        let port = support::free_port();
        let child = cores.on_servers(&bare::command(folder.path(), port)).spawn().unwrap();
        let bare = RunningServer::adopt(child, folder.path(), port);
        Self { server, bare, _folder: folder }
    }

    /// The time of one bare `part`, measured for `length`.
    pub(crate) async fn part_speed(&self, part: Part, length: Duration) -> Speed {
        let path = part.path(length);
        let mut connection = Connection::open(self.bare.port).await.unwrap();
        let busy = cores::busy(self.bare.child.id());
        let answer = connection.exchange(&request(self.bare.port, &path, None)).await.unwrap();
        let busy = cores::busy(self.bare.child.id()).saturating_sub(busy);
        let (count, seconds) = answer.body.split_once(' ').unwrap_or_else(|| panic!("{path}: {}", answer.body));
        let (count, seconds): (f64, f64) = (count.parse().unwrap(), seconds.parse().unwrap());
        Speed { elapsed: seconds / count, processor: busy.as_secs_f64() / count }
    }

    /// Prepares a scenario.
    pub(crate) async fn scenario(&self, name: &'static str) -> Scenario {
        match name {
            CREDENTIALS => {
                let tokens = self.ask("/token", Some(&credentials())).await;
                let parts = vec![Part::Signature(signing_input(&tokens))];
                self.repeated(name, ("/token", Some(credentials()), "\"access_token\""), parts).await
            }
            VERIFY => {
                let tokens = self.ask("/token", Some(&credentials())).await;
                let token = member(&tokens, "access_token").to_owned();
                let form = encode(&[("token", &token), ("client_id", "service"), ("client_secret", SECRET)]);
                let parts = vec![Part::Verification(signing_input(&tokens))];
                self.repeated(name, ("/verify", Some(form), "\"active\":true"), parts).await
            }
            REFRESH => self.refresh(name).await,
            _ => self.repeated(name, ("/jwks.json", None, "\"keys\""), Vec::new()).await,
        }
    }

    /// All workers repeat the same request.
    async fn repeated(
        &self,
        name: &'static str,
        (path, form, expected): (&str, Option<String>, &'static str),
        parts: Vec<Part>,
    ) -> Scenario {
        let bytes = self.ask(path, form.as_deref()).await.len();
        let mut scenario = Scenario { name, ours: Vec::new(), bare: Vec::new(), parts };
        for _ in 0..CONCURRENT {
            let connection = Connection::open(self.server.port).await.unwrap();
            let request = request(self.server.port, path, form.as_deref());
            scenario.ours.push(Worker { connection, request, expected, follow: None });
            scenario.bare.push(self.bare_worker(bytes, form.as_deref()).await);
        }
        scenario
    }

    /// Each worker has a separate token, which each response replaces.
    async fn refresh(&self, name: &'static str) -> Scenario {
        let mut person = Visitor::new(&self.server.issuer);
        person.sign_in(ADMINISTRATOR).await;
        let asked = [("client_id", Some("phone")), ("scope", Some("orders:read offline_access")), ("nonce", None)];
        let query = query(&asked);
        let parts = vec![Part::Signature(0), Part::Commit { bytes: COMMIT, concurrent: CONCURRENT }];
        let mut scenario = Scenario { name, ours: Vec::new(), bare: Vec::new(), parts };
        for _ in 0..CONCURRENT {
            let location = person.authorize(&query).await;
            let code = parameter(&location, "code").unwrap_or_else(|| panic!("no code in {location}"));
            let form = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", VERIFIER),
                ("client_id", "phone"),
            ];
            let tokens = self.ask("/token", Some(&encode(&form))).await;
            if let Some(Part::Signature(bytes)) = scenario.parts.first_mut() {
                *bytes = signing_input(&tokens);
            }
            let port = self.server.port;
            let next = move |answer: &str| {
                let token = member_of(answer, "refresh_token")?;
                let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "phone")];
                Some(request(port, "/token", Some(&encode(&form))))
            };
            let connection = Connection::open(port).await.unwrap();
            let request = next(&tokens).unwrap_or_else(|| panic!("no refresh token in {tokens}"));
            let form = String::from_utf8(request.clone()).unwrap();
            let form = form.rsplit("\r\n").next().unwrap_or_default();
            scenario.bare.push(self.bare_worker(tokens.len(), Some(form)).await);
            let expected = "\"access_token\"";
            scenario.ours.push(Worker { connection, request, expected, follow: Some(Box::new(next)) });
        }
        scenario
    }

    async fn bare_worker(&self, bytes: usize, form: Option<&str>) -> Worker {
        let connection = Connection::open(self.bare.port).await.unwrap();
        let request = request(self.bare.port, &format!("/answers/{bytes}"), form);
        Worker { connection, request, expected: "", follow: None }
    }

    /// Sends a request and returns the body.
    async fn ask(&self, path: &str, form: Option<&str>) -> String {
        let mut connection = Connection::open(self.server.port).await.unwrap();
        let answer = connection.exchange(&request(self.server.port, path, form)).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body.to_owned()
    }
}

/// Lets all `workers` send requests to `server` for `length`, and returns the time per request.
pub(crate) async fn timed(
    server: &RunningServer,
    workers: Vec<Worker>,
    length: Duration,
) -> (Vec<Worker>, Turn, Speed) {
    let busy = cores::busy(server.child.id());
    let (workers, turn) = driver::turn(workers, length).await;
    let busy = cores::busy(server.child.id()).saturating_sub(busy);
    let count = turn.latencies.len() as f64;
    let speed = Speed { elapsed: turn.elapsed.as_secs_f64() / count, processor: busy.as_secs_f64() / count };
    (workers, turn, speed)
}

fn credentials() -> String {
    encode(&[
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "orders:read"),
    ])
}

/// The number of signed bytes of the access token.
fn signing_input(tokens: &str) -> usize {
    member(tokens, "access_token").rfind('.').unwrap()
}

fn member<'a>(body: &'a str, name: &str) -> &'a str {
    member_of(body, name).unwrap_or_else(|| panic!("no {name} in {body}"))
}

/// A string member of a JSON object without escapes. The rest is not parsed.
fn member_of<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("\"{name}\":\""))?;
    rest.split('"').next()
}

const CREDENTIALS: &str = "client_credentials";
const REFRESH: &str = "refresh with rotation";
const VERIFY: &str = "/verify";
const JWKS: &str = "/jwks.json";
const CONCURRENT: usize = 64;
/// Approximate size of a stored grant in bytes.
const COMMIT: usize = 1024;
const SECRET: &str = super::visitor::SECRET;
const CLIENT: &str = r#"
[[clients]]
client_id = "phone"
application_type = "native"
token_endpoint_auth_method = "none"
redirect_uris = ["https://report.example.org/callback"]
grant_types = ["authorization_code", "refresh_token"]
scope = "orders:read offline_access"
"#;
