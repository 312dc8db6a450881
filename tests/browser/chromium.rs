//! Drives a real Chromium through WebDriver.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, error::CmdError, wd::WindowHandle};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{
    Program, axe,
    steady::{By, Found, PATIENCE, steadily},
};
use crate::support::free_port;

/// Settings of the browser.
#[derive(Clone, Copy, Default)]
pub(crate) struct Setup {
    pub(crate) dark: bool,
    pub(crate) phone: bool,
    pub(crate) without_scripts: bool,
    pub(crate) without_cookies: bool,
}

/// A browser with a separate profile.
pub(crate) struct Chromium {
    client: Client,
    setup: Setup,
    /// Killed at the end, also of a test that fails.
    driver: Program,
    _profile: tempfile::TempDir,
}

/// Whether Chromium and its driver are installed. In CI they must be.
pub(crate) fn is_installed() -> bool {
    let runs =
        |name: &str| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let both = runs("chromium") && runs("chromedriver");
    if !both {
        assert!(
            std::env::var_os("CI").is_none(),
            "chromium and chromedriver are not installed (Debian packages chromium and chromium-driver)"
        );
        println!("skipped: chromium and chromedriver are not installed (Debian packages chromium and chromium-driver)");
    }
    both
}

impl Chromium {
    pub(crate) async fn start(setup: Setup) -> Self {
        let port = free_port();
        let driver = Program(
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        if setup.dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let mut options = json!({ "args": arguments });
        if setup.phone {
            // Without scripts the driver never detects the end of a touch, so a click is used instead.
            let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2.0, "touch": !setup.without_scripts });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let blocked = [(setup.without_scripts, "javascript"), (setup.without_cookies, "cookies")];
        let blocked = blocked.into_iter().filter(|(is_blocked, _)| *is_blocked);
        let preferences: serde_json::Map<String, Value> =
            blocked.map(|(_, what)| (format!("profile.managed_default_content_settings.{what}"), json!(2))).collect();
        if !preferences.is_empty() {
            options["prefs"] = Value::Object(preferences);
        }
        let capabilities = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let begun = std::time::Instant::now();
        let client = loop {
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(60), "chromedriver: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        Self { client, setup, driver, _profile: profile }
    }

    pub(crate) async fn open(&self, url: &str) {
        let opened = steadily(async || self.client.goto(url).await).await;
        self.done(url, opened).await;
    }

    /// Waits for the element that matches the selector.
    pub(crate) async fn find(&self, css: &str) -> Found<'_> {
        self.there(css, By::Css(css.to_owned())).await
    }

    /// Waits for the element that matches the XPath.
    pub(crate) async fn find_by_path(&self, path: &str) -> Found<'_> {
        self.there(path, By::XPath(path.to_owned())).await
    }

    /// The focused element.
    pub(crate) async fn focus(&self) -> Found<'_> {
        self.there("the focus", By::Focus).await
    }

    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let typed = self.find(css).await.send_keys(text).await;
        self.done(css, typed).await;
    }

    pub(crate) async fn click(&self, css: &str) {
        let clicked = self.find(css).await.click().await;
        self.done(css, clicked).await;
    }

    pub(crate) async fn url(&self) -> String {
        steadily(async || self.client.current_url().await).await.unwrap().to_string()
    }

    /// The visible text of the page.
    pub(crate) async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page contains `sentence`.
    pub(crate) async fn expect(&self, sentence: &str) {
        let begun = std::time::Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(sentence) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{sentence:?} is not on {}:\n{text}", self.url().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns the result of `script`. The script must have no side effects: it is repeated if the page is replaced.
    pub(crate) async fn execute(&self, script: &str) -> Result<Value, CmdError> {
        steadily(async || self.client.execute(script, Vec::new()).await).await
    }

    pub(crate) async fn window(&self) -> WindowHandle {
        steadily(async || self.client.window().await).await.unwrap()
    }

    pub(crate) async fn windows(&self) -> Vec<WindowHandle> {
        steadily(async || self.client.windows().await).await.unwrap()
    }

    pub(crate) async fn switch_to(&self, window: &WindowHandle) {
        steadily(async || self.client.switch_to_window(window.clone()).await).await.unwrap();
    }

    /// Opens a tab, which stays in the background.
    pub(crate) async fn new_tab(&self) -> WindowHandle {
        self.client.new_window(true).await.unwrap().handle
    }

    /// Forgets the cookies of the site that is shown.
    pub(crate) async fn forget_cookies(&self) {
        steadily(async || self.client.delete_all_cookies().await).await.unwrap();
    }

    /// Takes a screenshot of a page of this server, as [`Chromium::foreign_picture`] does, and checks the page with
    /// axe-core.
    pub(crate) async fn picture(&self, name: &str) {
        self.foreign_picture(name).await;
        if !self.setup.without_scripts {
            axe::check(&self.client, name).await;
        }
    }

    /// Saves a screenshot to the folder in `SIGNET_SCREENSHOTS`, if it is set, and checks that the page does not
    /// overflow horizontally.
    pub(crate) async fn foreign_picture(&self, name: &str) {
        let picture = steadily(async || self.client.screenshot().await).await.unwrap();
        if let Some(folder) = std::env::var_os("SIGNET_SCREENSHOTS") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
        }
        let script = "return document.scrollingElement.scrollWidth - window.innerWidth";
        if let Ok(overhang) = self.execute(script).await {
            assert!(overhang.as_f64().unwrap_or(0.0) <= 0.0, "{name} is {overhang} pixels too wide");
        }
    }

    async fn there(&self, what: &str, by: By) -> Found<'_> {
        let found = Found::new(&self.client, by);
        let there = found.is_there().await;
        self.done(what, there).await;
        found
    }

    /// Returns the result of a step. On an error, fails the test and shows the page.
    async fn done<T>(&self, what: &str, outcome: Result<T, CmdError>) -> T {
        match outcome {
            Ok(outcome) => outcome,
            Err(error) => panic!("{what} at {:?}: {error}\n{}", self.client.current_url().await, self.text().await),
        }
    }

    pub(crate) async fn end(self) {
        axe::tell();
        let Self { client, driver, .. } = self;
        client.close().await.unwrap();
        drop(driver);
    }
}

const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,900",
];
