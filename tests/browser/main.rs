//! End-to-end tests in a real Chromium.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod axe;
mod chromium;
#[path = "../support/form_routes.rs"]
mod form_routes;
mod forms;
mod journeys;
mod logout_in_frames;
mod npm;
mod npm_application;
mod redirects_of_callbacks;
mod replaced_pages;
mod steady;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use chromium::{Chromium, Setup, is_installed};
use support::{ADMINISTRATOR, RunningServer, free_port};

const PASSWORD: &str = "a long and winding passphrase";

/// A process that is killed on drop.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that has no administrator yet.
struct NewServer {
    server: Program,
    issuer: String,
    /// Where the first administrator is made.
    link: String,
    _folder: tempfile::TempDir,
}

impl NewServer {
    fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let port = free_port();
        let mut command = support::command(folder.path(), port);
        command.env_remove("SIGNET__BOOTSTRAP__ADMIN_USERNAME").env_remove("SIGNET__BOOTSTRAP__ADMIN_PASSWORD");
        let mut server = Program(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
        let link = lines.map(Result::unwrap).find(|line| line.contains("/setup?code=")).unwrap();
        let issuer = format!("http://127.0.0.1:{port}");
        Self { server, issuer, link: link.trim().to_owned(), _folder: folder }
    }
}

/// Starts an example and waits for its first line of output.
fn example(name: &str, environment: &[(&str, &str)]) -> Program {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_signet")).parent().unwrap().join("examples");
    let mut command = Command::new(folder.join(name));
    command.envs(environment.iter().copied()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}; run cargo build --examples first"));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "{name} ended");
    Program(child)
}

async fn sign_up(browser: &Chromium, username: &str) {
    browser.fill("#username", username).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("#signup-submit").await;
}

async fn sign_in(browser: &Chromium, username: &str, password: &str) {
    browser.expect("Sign in").await;
    browser.fill("#username", username).await;
    browser.fill("#password", password).await;
    browser.click("#login-submit").await;
}

/// Registers an application in the browser and returns its identifier and secret.
async fn register(browser: &Chromium, issuer: &str, redirect_uri: &str) -> (String, String) {
    browser.open(&format!("{issuer}/developer")).await;
    browser.fill("[name=client_name]", "Orders app").await;
    browser.fill("[name=redirect_uris]", redirect_uri).await;
    browser.click("[name=client_type][value=confidential]").await;
    browser.click("#register-submit").await;
    let id = browser.find("#client-id").await.text().await.unwrap();
    let secret = browser.find("#client-secret").await.text().await.unwrap();
    (id, secret)
}

/// The quick start of the README: the first administrator by the printed link, an application, a login, a token, an
/// API.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one walk, told in one piece")]
async fn a_new_user_follows_the_readme() {
    if !is_installed() {
        return;
    }
    let service = "[[clients]]\nclient_id = \"service\"\nclient_secret = \"0123456789abcdef\"\n\
                   grant_types = [\"client_credentials\"]\nscope = \"orders:write\"\n";
    let NewServer { server, issuer, link, .. } =
        NewServer::start(&format!("{}\n{service}", include_str!("../../config.toml")));

    let browser = Chromium::start(Setup::default()).await;
    browser.open(&link).await;
    browser.picture("setup").await;
    browser.fill("#username", "ada").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("#setup-submit").await;
    browser.expect("Administrator").await;
    browser.picture("account").await;
    browser.open(&link).await;
    browser.expect("This link does not work").await;

    let (app_port, api_port) = (free_port(), free_port());
    let app_url = format!("http://127.0.0.1:{app_port}");
    let (client_id, client_secret) = register(&browser, &issuer, &format!("{app_url}/callback")).await;
    browser.picture("registered").await;
    let api_listen = format!("127.0.0.1:{api_port}");
    let orders = format!("http://{api_listen}/orders");
    let _api = example("orders_api", &[("ISSUER", &issuer), ("LISTEN", &api_listen)]);
    let _app = example(
        "orders_app",
        &[
            ("ISSUER", issuer.as_str()),
            ("LISTEN", &format!("127.0.0.1:{app_port}")),
            ("ORDERS_API", &orders),
            ("CLIENT_ID", &client_id),
            ("CLIENT_SECRET", &client_secret),
        ],
    );

    // Ada signs out, and Bob starts from the application.
    browser.open(&format!("{issuer}/logout")).await;
    browser.expect("Sign out?").await;
    browser.picture("logout").await;
    browser.click("#logout-confirm").await;
    browser.expect("You are signed out").await;
    browser.open(&app_url).await;
    browser.click("a[href='/login']").await;
    browser.expect("Sign in").await;
    browser.picture("login").await;
    browser.click("a[href^='/signup']").await;
    browser.expect("15").await;
    browser.picture("signup").await;
    sign_up(&browser, "bob").await;
    browser.expect("Orders app").await;
    browser.picture("consent").await;
    browser.click("#consent-allow").await;
    browser.expect("Hello bob").await;
    browser.expect("200 OK").await;
    browser.expect("sealing wax").await;
    let token = browser.find("#token").await.prop("value").await.unwrap().unwrap();

    // The second login shows no page, since Bob is signed in and has given consent.
    browser.open(&app_url).await;
    browser.click("a[href='/login']").await;
    browser.expect("Hello bob").await;

    // The API answers 200 with the token, 401 without one, 403 with one that lacks the scope, even when the server is
    // down.
    let http = reqwest::Client::new();
    let ask = |token: Option<String>| {
        let request = http.get(&orders);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        async move { request.send().await.unwrap() }
    };
    let narrower = narrower_token(&http, &issuer).await;
    drop(server);
    assert_eq!(ask(Some(token)).await.status(), 200);
    let without = ask(None).await;
    assert_eq!(without.status(), 401);
    assert!(without.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    let lacking = ask(Some(narrower)).await;
    assert_eq!(lacking.status(), 403);
    assert!(lacking.headers()["www-authenticate"].to_str().unwrap().contains("scope=\"orders:read\""));
    browser.end().await;
}

/// A token for the orders API without `orders:read`, issued to a service from the configuration.
async fn narrower_token(http: &reqwest::Client, issuer: &str) -> String {
    let form = "grant_type=client_credentials&scope=orders:write";
    let request = http.post(format!("{issuer}/token")).basic_auth("service", Some("0123456789abcdef"));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = request.send().await.unwrap().text().await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Signing in, denying and allowing work without scripts.
#[tokio::test(flavor = "multi_thread")]
async fn login_and_consent_work_without_scripts_and_a_denial_reaches_the_application() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(&config("http://127.0.0.1:9/callback"));
    let browser = Chromium::start(Setup { without_scripts: true, ..Setup::default() }).await;
    let begin = authorize(&server.issuer, "http://127.0.0.1:9/callback");
    browser.open(&begin).await;
    sign_in(&browser, ADMINISTRATOR.0, "wrong password altogether").await;
    browser.expect("Sign in").await;
    browser.fill("#password", ADMINISTRATOR.1).await;
    // After a failed attempt the account is locked for a second unless the throttle is relaxed, as it is here.
    browser.click("#login-submit").await;
    browser.expect("Report").await;
    browser.click("#consent-deny").await;
    let url = arrived(&browser, "http://127.0.0.1:9/").await;
    assert!(url.contains("error=access_denied") && url.contains("state=xyz") && url.contains("iss=http"), "{url}");
    browser.open(&begin).await;
    browser.click("#consent-allow").await;
    let url = arrived(&browser, "http://127.0.0.1:9/").await;
    assert!(url.contains("code=") && url.contains("state=xyz"), "{url}");
    browser.end().await;
}

/// Tab and Enter suffice for a user without a mouse.
#[tokio::test(flavor = "multi_thread")]
async fn login_and_consent_work_with_the_keyboard_alone() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(&config("http://127.0.0.1:9/callback"));
    let browser = Chromium::start(Setup::default()).await;
    browser.open(&authorize(&server.issuer, "http://127.0.0.1:9/callback")).await;
    browser.expect("Sign in").await;
    let press = async |keys: &str| browser.focus().await.send_keys(keys).await.unwrap();
    press(&format!("{}{TAB}", ADMINISTRATOR.0)).await;
    press(&format!("{}{ENTER}", ADMINISTRATOR.1)).await;
    browser.expect("Report").await;
    let focused = async || browser.focus().await.attr("id").await.unwrap();
    for _ in 0..20 {
        if focused().await.as_deref() == Some("consent-allow") {
            break;
        }
        press(TAB).await;
    }
    press(ENTER).await;
    let url = arrived(&browser, "http://127.0.0.1:9/").await;
    assert!(url.contains("code="), "{url}");
    browser.end().await;
}

/// The key codes of WebDriver §17.4.2.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// Waits until the browser is redirected to a URL at which no server listens.
async fn arrived(browser: &Chromium, beginning: &str) -> String {
    for _ in 0..400 {
        let url = browser.url().await;
        if url.starts_with(beginning) {
            return url;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the browser stayed at {}:\n{}", browser.url().await, browser.text().await)
}

fn config(redirect_uri: &str) -> String {
    format!(
        "{}\n[[clients]]\nclient_id = \"report\"\nclient_name = \"Report\"\nclient_secret = \"0123456789abcdef\"\n\
         redirect_uris = [\"{redirect_uri}\"]\nscope = \"openid profile orders:read\"\n\
         \n[[clients]]\nclient_id = \"television\"\nclient_name = \"Television\"\n\
         token_endpoint_auth_method = \"none\"\ngrant_types = [\"urn:ietf:params:oauth:grant-type:device_code\"]\n\
         scope = \"openid\"\n",
        include_str!("../../config.toml")
    )
}

/// Redeems the code in `url` as the client `report`.
async fn redeem(issuer: &str, url: &str) {
    let (_, code) = url.split_once("code=").unwrap_or_else(|| panic!("{url}"));
    let form = signet::oauth::parameters::encode(&[
        ("grant_type", "authorization_code"),
        ("code", code.split('&').next().unwrap()),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ]);
    let request = reqwest::Client::new().post(format!("{issuer}/token")).basic_auth("report", Some("0123456789abcdef"));
    let answer = request.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

fn authorize(issuer: &str, redirect_uri: &str) -> String {
    let query = signet::oauth::parameters::encode(&[
        ("response_type", "code"),
        ("client_id", "report"),
        ("redirect_uri", redirect_uri),
        ("scope", "openid orders:read"),
        ("state", "xyz"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]);
    format!("{issuer}/authorize?{query}")
}

/// A developer signs in to Swagger UI and calls the API.
#[tokio::test(flavor = "multi_thread")]
async fn a_developer_logs_in_at_swagger_ui_and_calls_the_api() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(include_str!("../../config.toml"));
    let browser = Chromium::start(Setup::default()).await;
    browser.open(&format!("{}/docs", server.issuer)).await;
    browser.click(".btn.authorize").await;
    for scope in ["openid", "profile", "signet:clients"] {
        let label =
            format!("//div[contains(@class,'auth-container')]//label[.//p[@class='name' and text()='{scope}']]");
        let label = browser.find_by_path(&label).await;
        let id = label.attr("for").await.unwrap().unwrap();
        let chosen = browser.find(&format!("[id='{id}']")).await;
        if !chosen.is_selected().await.unwrap() {
            label.click().await.unwrap();
        }
    }
    let docs = browser.window().await;
    browser
        .find_by_path("//div[contains(@class,'auth-container')][.//h4[contains(., 'OAuth2')]]//button[contains(@class,'authorize')]")
        .await
        .click()
        .await
        .unwrap();
    let popup = loop {
        let windows = browser.windows().await;
        if let Some(popup) = windows.into_iter().find(|window| *window != docs) {
            break popup;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    browser.switch_to(&popup).await;
    sign_in(&browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    browser.expect("API documentation").await;
    browser.click("#consent-allow").await;
    while browser.windows().await.len() > 1 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    browser.switch_to(&docs).await;
    browser.click(".btn-done").await;

    try_out(&browser, "userinfo").await;
    browser.expect("\"preferred_username\": \"root\"").await;
    try_out(&browser, "registerClient").await;
    let answer = "[id$='-registerClient'] .live-responses-table tbody .response-col_status";
    let status = browser.find(answer).await.text().await.unwrap();
    // Swagger UI fills in example values such as "string", which the server rejects with a description of its own. That
    // shows that the token was accepted.
    assert!(status.starts_with("400") || status.starts_with("201"), "{status}");
    browser.foreign_picture("docs").await;
    browser.end().await;
}

async fn try_out(browser: &Chromium, operation: &str) {
    for button in [".opblock-summary-control", ".try-out__btn", ".btn.execute"] {
        browser.click(&format!("[id^='operations-'][id$='-{operation}'] {button}")).await;
    }
}

/// The pages that an administrator can open without any previous activity.
const OTHER_PAGES: [(&str, &str); 18] = [
    ("presets", "/developer/presets"),
    ("preset", "/developer/presets/grafana"),
    ("device", "/device"),
    ("errors", "/docs/errors"),
    ("admin", "/admin"),
    ("admin-people", "/admin/people"),
    ("admin-groups", "/admin/groups"),
    ("admin-sessions", "/admin/sessions"),
    ("admin-grants", "/admin/grants"),
    ("admin-invitations", "/admin/invitations"),
    ("admin-invite", "/admin/invitations/new"),
    ("admin-applications", "/admin/applications"),
    ("admin-application", "/admin/applications/report"),
    ("admin-audit", "/admin/audit"),
    ("admin-audit-filter", "/admin/audit?person=root"),
    ("admin-keys", "/admin/keys"),
    ("admin-emergency", "/admin/keys/emergency"),
    ("admin-resources", "/admin/resources"),
];

/// Takes each page in light, dark and on a phone.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_fit_in_light_in_dark_and_on_a_phone() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(&config("https://report.example.org/callback"));
    let phone = Setup { phone: true, ..Setup::default() };
    let dark = Setup { dark: true, ..Setup::default() };
    for (name, setup) in [("light", Setup::default()), ("dark", dark), ("phone", phone)] {
        let browser = Chromium::start(setup).await;
        let show = async |page: &str, path: &str| {
            browser.open(&format!("{}{path}", server.issuer)).await;
            browser.picture(&format!("{page}-{name}")).await;
        };
        show("home", "/").await;
        show("signup", "/signup").await;
        browser.fill("#username", "x y").await;
        browser.fill("#password", "short").await;
        browser.click("#signup-submit").await;
        browser.picture(&format!("signup-errors-{name}")).await;
        show("error", "/authorize?client_id=report&redirect_uri=https%3A%2F%2Fevil.example").await;
        browser.expect("Invalid redirect URI").await;
        browser.open(&authorize(&server.issuer, "https://report.example.org/callback")).await;
        browser.picture(&format!("login-{name}")).await;
        sign_in(&browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
        browser.expect("Report").await;
        browser.picture(&format!("consent-{name}")).await;
        show("account", "/account").await;
        for page in ["profile", "password", "applications", "sessions", "schedule", "security", "data"] {
            show(page, &format!("/account/{page}")).await;
        }
        show("developer", "/developer").await;
        browser.fill("[name=client_name]", &format!("Wiki {name}")).await;
        browser.fill("[name=redirect_uris]", "https://wiki.example.org/callback").await;
        browser.click("#register-submit").await;
        browser.picture(&format!("registered-{name}")).await;
        let client_id = browser.find("#client-id").await.text().await.unwrap();
        show("own-client", &format!("/developer/{client_id}")).await;
        show("client-deletion", &format!("/developer/{client_id}/delete")).await;
        for (page, path) in OTHER_PAGES {
            show(page, path).await;
        }
        show("logout", "/logout").await;
        browser.end().await;
    }
    let browser = Chromium::start(Setup::default()).await;
    browser.open(&format!("http://localhost:{}/", server.port)).await;
    browser.expect(&server.issuer).await;
    browser.picture("wrong-host").await;
    browser.end().await;
}
