//! The applications of `examples/express-app`, which use unmodified npm packages, with users in Chromium.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{
    PASSWORD, Program,
    chromium::{Chromium, Setup, is_installed},
    npm, sign_in, sign_up,
    support::{ADMINISTRATOR, RunningServer, free_port},
};

/// A running application.
struct Application {
    url: String,
    _program: Program,
}

impl Application {
    /// Starts `program` of the example on `port` with the registered credentials.
    fn start(folder: &Path, program: &str, port: u16, issuer: &str, (id, secret): (&str, &str)) -> Self {
        let mut command = Command::new("node");
        command.arg(program).current_dir(folder).stdout(Stdio::piped());
        command.env("PORT", port.to_string()).env("ISSUER", issuer).env("CLIENT_ID", id).env("CLIENT_SECRET", secret);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on "), "{program} ended");
        Self { url: format!("http://127.0.0.1:{port}"), _program: Program(child) }
    }
}

/// The example with its installed packages.
fn example() -> Option<PathBuf> {
    npm::installed("examples/express-app")
}

/// The management API with a token that has all scopes.
struct Manager {
    issuer: String,
    token: String,
    http: reqwest::Client,
}

impl Manager {
    async fn of(issuer: &str) -> Self {
        let http = reqwest::Client::new();
        let request = http.post(format!("{issuer}/token")).basic_auth("manager", Some("0123456789abcdef"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body("grant_type=client_credentials&scope=signet:admin").send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Self { issuer: issuer.to_owned(), token, http }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.issuer)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
    }
}

/// Starts a server and a client of its management API.
async fn serve() -> (RunningServer, Manager) {
    let manager = "\n[fetch]\nallow_private_addresses = true\n\
                   \n[[clients]]\nclient_id = \"manager\"\nclient_secret = \"0123456789abcdef\"\n\
                   grant_types = [\"client_credentials\"]\nscope = \"signet:admin\"\n";
    let server = RunningServer::start(&format!("{}{manager}", include_str!("../../config.toml")));
    let manager = Manager::of(&server.issuer).await;
    let eve = json!({"username": "eve", "password": PASSWORD, "name": "Eve <b>Example", "email": "eve@example.org",
        "groups": ["staff", "cooks"]});
    manager.ask("POST", "/users", Some(eve)).await;
    (server, manager)
}

/// Registers the application as a developer would who follows the header of `app.mjs`.
async fn register(browser: &Chromium, issuer: &str, port: u16) -> (String, String) {
    browser.open(&format!("{issuer}/developer")).await;
    sign_in(browser, ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    let (id, secret) = super::register(browser, issuer, &format!("http://127.0.0.1:{port}/callback")).await;
    browser.open(&format!("{issuer}/developer/{id}")).await;
    browser.fill("[name=post_logout_redirect_uris]", &format!("http://127.0.0.1:{port}")).await;
    browser.click("#client-submit").await;
    browser.expect("Saved.").await;
    browser.open(&format!("{issuer}/logout")).await;
    browser.click("#logout-confirm").await;
    browser.expect("You are signed out").await;
    (id, secret)
}

/// Express with `express-openid-connect`, registered by a developer on the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_at_an_application_of_express_openid_connect_and_out_again() {
    let Some(folder) = is_installed().then(example).flatten() else { return };
    let (server, manager) = serve().await;
    let browser = Chromium::start(Setup::default()).await;
    let port = free_port();
    let (id, secret) = register(&browser, &server.issuer, port).await;
    let app = Application::start(&folder, "app.mjs", port, &server.issuer, (&id, &secret));

    let profile = async || {
        browser.open(&format!("{}/profile", app.url)).await;
        for told in ["Eve <b>Example", "eve@example.org", "Groups: cooks, staff"] {
            browser.expect(told).await;
        }
    };
    // The user signs in and gives consent, and the application shows the name.
    browser.open(&app.url).await;
    browser.expect("You are signed out.").await;
    browser.click("a[href='/login']").await;
    sign_in(&browser, "eve", PASSWORD).await;
    browser.expect("Orders app").await;
    browser.click("#consent-allow").await;
    browser.expect("You are signed in.").await;
    profile().await;
    browser.foreign_picture("npm-application").await;

    // The user signs out of the application and the server without a confirmation page, and returns.
    browser.click("a[href='/logout']").await;
    browser.expect("You are signed out.").await;
    assert_eq!(browser.url().await, format!("{}/", app.url));
    browser.open(&format!("{}/account", server.issuer)).await;
    browser.expect("Sign in").await;

    // The user has to enter the password again, but not to give consent again.
    browser.open(&app.url).await;
    browser.click("a[href='/login']").await;
    sign_in(&browser, "eve", PASSWORD).await;
    browser.expect("You are signed in.").await;
    profile().await;

    // The application supports back-channel logout: signing out at the server signs out of the application.
    let mut registered = manager.ask("GET", &format!("/clients/{id}"), None).await;
    registered["backchannel_logout_uri"] = format!("{}/backchannel-logout", app.url).into();
    manager.ask("PUT", &format!("/clients/{id}"), Some(registered)).await;
    browser.open(&format!("{}/logout", server.issuer)).await;
    browser.click("#logout-confirm").await;
    browser.expect("You are signed out").await;
    signed_out_by_itself(&browser, &app).await;
    browser.end().await;
}

async fn signed_out_by_itself(browser: &Chromium, app: &Application) {
    for _ in 0..200 {
        browser.open(&app.url).await;
        if browser.text().await.contains("You are signed out.") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the application was not told: {}", browser.text().await);
}

/// Express with `passport-openidconnect`, which does not support PKCE and is registered accordingly.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_at_an_application_of_passport_openidconnect_and_out_again() {
    let Some(folder) = is_installed().then(example).flatten() else { return };
    let (server, manager) = serve().await;
    let browser = Chromium::start(Setup::default()).await;
    let port = free_port();
    let (callback, home) = (format!("http://127.0.0.1:{port}/callback"), format!("http://127.0.0.1:{port}/"));
    let body = json!({"client_name": "Orders app", "redirect_uris": [callback], "post_logout_redirect_uris": [home],
        "require_pkce": false});
    let registered = manager.ask("POST", "/clients", Some(body)).await;
    let text = |member: &str| registered[member].as_str().unwrap();
    let own = (text("client_id"), text("client_secret"));
    let app = Application::start(&folder, "passport.mjs", port, &server.issuer, own);

    browser.open(&app.url).await;
    browser.click("a[href='/login']").await;
    browser.click("a[href^='/signup']").await;
    sign_up(&browser, "mallory").await;
    browser.click("#consent-deny").await;
    browser.expect("Unauthorized").await;
    browser.open(&app.url).await;
    browser.expect("You are signed out.").await;
    browser.open(&format!("{}/logout", server.issuer)).await;
    browser.click("#logout-confirm").await;
    browser.expect("You are signed out").await;

    browser.open(&app.url).await;
    browser.click("a[href='/login']").await;
    sign_in(&browser, "eve", PASSWORD).await;
    browser.click("#consent-allow").await;
    browser.expect("Eve <b>Example").await;
    browser.expect("eve@example.org").await;
    browser.click("a[href='/logout']").await;
    browser.expect("You are signed out.").await;
    assert_eq!(browser.url().await, home);
    browser.click("a[href='/login']").await;
    browser.expect("Sign in").await;
    browser.end().await;
}
