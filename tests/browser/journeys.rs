//! Complete user journeys on desktop and phone, with and without scripts.

mod account;
mod administrator;
mod developer;
mod device;
mod invited;

pub(crate) use account::PIXEL;

use super::{
    PASSWORD,
    chromium::{Chromium, Setup, is_installed},
    sign_in, sign_up,
    support::{ADMINISTRATOR, RunningServer},
};

/// A server and a browser.
struct Stage {
    server: RunningServer,
    browser: Chromium,
    name: &'static str,
}

/// Runs `journey` in each kind of browser, each with a separate server.
async fn in_every_browser(journey: impl AsyncFn(&Stage)) {
    if !is_installed() {
        return;
    }
    for (name, phone, without_scripts) in [
        ("desk", false, false),
        ("desk-without-scripts", false, true),
        ("phone", true, false),
        ("phone-without-scripts", true, true),
    ] {
        let server = RunningServer::start(&super::config("http://127.0.0.1:9/callback"));
        let browser = Chromium::start(Setup { phone, without_scripts, ..Setup::default() }).await;
        let stage = Stage { server, browser, name };
        journey(&stage).await;
        stage.browser.end().await;
    }
}

impl Stage {
    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.server.issuer)).await;
    }

    async fn click(&self, css: &str) {
        self.browser.click(css).await;
    }

    /// Replaces the value of the field with `text`.
    async fn enter(&self, css: &str, text: &str) {
        self.browser.find(css).await.clear().await.unwrap();
        self.browser.fill(css, text).await;
    }

    async fn expect(&self, sentence: &str) {
        self.browser.expect(sentence).await;
    }

    async fn read(&self, css: &str) -> String {
        self.browser.find(css).await.text().await.unwrap()
    }

    /// Takes a screenshot named after the journey and the browser.
    async fn picture(&self, page: &str) {
        self.browser.picture(&format!("journey-{page}-{}", self.name)).await;
    }

    /// Registers a new user, who stays signed in.
    async fn sign_up(&self, username: &str) {
        self.open("/signup").await;
        sign_up(&self.browser, username).await;
        self.expect("Hello, ").await;
    }

    async fn sign_in(&self, username: &str, password: &str) {
        self.open("/login").await;
        sign_in(&self.browser, username, password).await;
        self.expect("Hello, ").await;
    }

    async fn sign_in_as_administrator(&self) {
        self.sign_in(ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    }

    async fn sign_out(&self) {
        self.open("/logout").await;
        self.click("#logout-confirm").await;
        self.expect("You are signed out").await;
    }
}
