//! Every form that a person can send and several of the administration, as they are met in a real browser: one that stands
//! open in two tabs, and one that has expired while it was filled in.

mod account;
mod administration;
mod developer;
mod entrance;
mod without_cookies;

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use super::{
    NewServer, PASSWORD, arrived,
    chromium::{Chromium, Setup, is_installed},
    form_routes::{form_routes, leads_to},
    register, sign_in,
    support::{ADMINISTRATOR, RunningServer},
};

/// A form, and how a person fills it in.
struct Form {
    /// Where the browser is signed in before it opens the form.
    before: Before,
    /// The page that it stands on.
    page: String,
    /// Where it leads.
    action: String,
    entries: Vec<Entry>,
    /// The button that sends it.
    submit: &'static str,
    /// What comes of it.
    done: Outcome,
    /// What comes of it when it is sent once more in another tab.
    twice: Outcome,
}

/// Who is signed in.
enum Before {
    /// As after the form before.
    AsItIs,
    SignedOut,
    SignedIn(&'static str, &'static str),
}

/// What is entered.
enum Entry {
    /// A text, which comes back.
    Text(&'static str, &'static str),
    /// A password or a file, which never comes back.
    Again(&'static str, String),
    /// A choice, which comes back.
    Choice(&'static str),
    /// Something to open first.
    Open(&'static str),
}

/// Where the browser ends up.
enum Outcome {
    /// On a page that says this.
    Says(&'static str),
    /// At an address that begins like this, where nothing answers.
    Arrives(&'static str),
}

use Entry::{Again, Choice, Open, Text};
use Outcome::{Arrives, Says};

impl Form {
    /// The form on the page at `page`, which leads there too.
    fn on(page: impl Into<String>, submit: &'static str, (done, twice): (Outcome, Outcome)) -> Self {
        let page = page.into();
        let action = page.split('?').next().unwrap().to_owned();
        Self { before: Before::AsItIs, page, action, entries: Vec::new(), submit, done, twice }
    }

    fn to(self, action: impl Into<String>) -> Self {
        Self { action: action.into(), ..self }
    }

    fn after(self, before: Before) -> Self {
        Self { before, ..self }
    }

    fn with(self, entries: impl Into<Vec<Entry>>) -> Self {
        Self { entries: entries.into(), ..self }
    }
}

/// A browser with two tabs.
struct Tabs {
    issuer: String,
    browser: Chromium,
    first: WindowHandle,
    second: WindowHandle,
}

impl Tabs {
    async fn open(issuer: &str) -> Self {
        let browser = Chromium::start(Setup::default()).await;
        let (first, second) = (browser.window().await, browser.new_tab().await);
        Self { issuer: issuer.to_owned(), browser, first, second }
    }

    /// Fills in `form` in both tabs. It expires in the first, comes back, and is sent by one click; then it is sent in the
    /// second.
    async fn walk(&self, form: &Form) {
        let browser = &self.browser;
        self.prepare(&form.before).await;
        browser.open(&self.address(&form.page)).await;
        let page = browser.url().await;
        self.fill(form).await;
        browser.switch_to(&self.second).await;
        browser.open(&page).await;
        self.fill(form).await;
        browser.switch_to(&self.first).await;

        let spoil = "for (const field of document.querySelectorAll('[name=anti_forgery]')) field.value = '1.x.y'";
        browser.execute(spoil).await.unwrap();
        browser.click(form.submit).await;
        browser.expect("This page had expired").await;
        self.assert_restored(form).await;
        for entry in &form.entries {
            if let Again(css, text) = entry {
                browser.fill(css, text).await;
            }
        }
        browser.click(form.submit).await;
        self.expect(form, &form.done).await;

        browser.switch_to(&self.second).await;
        browser.click(form.submit).await;
        self.expect(form, &form.twice).await;
        if let Says(_) = form.twice {
            self.assert_leads_on(form).await;
        }
        browser.switch_to(&self.first).await;
    }

    async fn prepare(&self, before: &Before) {
        if let Before::SignedOut | Before::SignedIn(..) = before {
            self.browser.open(&self.address("/")).await;
            self.browser.forget_cookies().await;
        }
        if let Before::SignedIn(username, password) = before {
            self.sign_in(username, password).await;
        }
    }

    async fn sign_in(&self, username: &str, password: &str) {
        self.browser.open(&self.address("/login")).await;
        sign_in(&self.browser, username, password).await;
        self.browser.expect("Hello, ").await;
    }

    async fn fill(&self, form: &Form) {
        let script = format!("return document.querySelector(\"{}\").form.getAttribute('action')", form.submit);
        assert_eq!(self.script(&script).await, json!(form.action), "{}", form.page);
        for entry in &form.entries {
            match entry {
                Text(css, text) => {
                    self.browser.find(css).await.clear().await.unwrap();
                    self.browser.fill(css, text).await;
                }
                Again(css, text) => self.browser.fill(css, text).await,
                Choice(css) | Open(css) => self.browser.click(css).await,
            }
        }
    }

    /// What was typed is there, and can be seen; no secret is.
    async fn assert_restored(&self, form: &Form) {
        for entry in &form.entries {
            match entry {
                Text(css, text) => {
                    assert_eq!(self.value(css).await, *text, "{css} of {}", form.action);
                    let script = format!("return document.querySelector('{css}').checkVisibility()");
                    assert_eq!(self.script(&script).await, json!(true), "{css} of {}", form.action);
                }
                Again(css, _) => assert_eq!(self.value(css).await, "", "{css} of {}", form.action),
                Choice(css) => assert!(self.browser.find(css).await.is_selected().await.unwrap(), "{css}"),
                Open(_) => {}
            }
        }
    }

    async fn expect(&self, form: &Form, outcome: &Outcome) {
        match outcome {
            Says(sentence) => self.browser.expect(sentence).await,
            Arrives(beginning) => {
                let url = arrived(&self.browser, beginning).await;
                assert!(url.starts_with(beginning), "{}: {url}", form.action);
            }
        }
    }

    /// The page is not the end: there is something to send or to follow. And it is no fault.
    async fn assert_leads_on(&self, form: &Form) {
        let leads_on = self.script("return document.querySelector('main form, main a') !== null").await;
        assert_eq!(leads_on, json!(true), "{}: {}", form.action, self.browser.text().await);
        let status = self.script("return performance.getEntriesByType('navigation')[0].responseStatus").await;
        assert!(status.as_u64().unwrap() < 500, "{}: {status}", form.action);
    }

    async fn value(&self, css: &str) -> String {
        self.browser.find(css).await.prop("value").await.unwrap().unwrap()
    }

    async fn script(&self, script: &str) -> Value {
        self.browser.execute(script).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    fn address(&self, page: &str) -> String {
        if page.starts_with("http") { page.to_owned() } else { format!("{}{page}", self.issuer) }
    }
}

/// A service that manages the server, so that a test can arrange something without a browser.
struct Service {
    issuer: String,
    http: reqwest::Client,
    token: String,
}

impl Service {
    /// The configuration with the service in it.
    fn config() -> String {
        format!(
            "{}\n[[clients]]\nclient_id = \"service\"\nclient_secret = \"0123456789abcdef\"\n\
             grant_types = [\"client_credentials\"]\nscope = \"signet:admin\"\n",
            super::config(CALLBACK)
        )
    }

    async fn of(issuer: &str) -> Self {
        let http = reqwest::Client::new();
        let request = http.post(format!("{issuer}/token")).basic_auth("service", Some("0123456789abcdef"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body("grant_type=client_credentials&scope=signet:admin").send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Self { issuer: issuer.to_owned(), http, token }
    }

    /// Creates something: the member `name` of the answer.
    async fn create(&self, path: &str, body: &Value, name: &str) -> String {
        let request = self.http.post(format!("{}{path}", self.issuer)).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = request.send().await.unwrap().text().await.unwrap();
        let made: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
        made[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

/// Where the application `report` is answered.
const CALLBACK: &str = "http://127.0.0.1:9/callback";

/// Walks through `forms`, one after the other.
async fn walk(tabs: &Tabs, forms: &[Form]) {
    for form in forms {
        tabs.walk(form).await;
    }
}

#[test]
fn every_form_that_a_person_can_send_is_walked_through() {
    let forms = [
        entrance::forms(("http://127.0.0.1/setup?code=x", "/authorize"), "BCDF-GHJK"),
        account::forms("picture.png"),
        developer::forms("id", "/developer/id/remedy?remedy=x"),
        administration::forms(("usr_1", "id"), ("/reset?code=x", "/signup?invitation=x")),
    ];
    let actions: Vec<&str> = forms.iter().flatten().map(|form| form.action.as_str()).collect();
    let path = |action: &str| action.replace("http://127.0.0.1", "");
    let mut of_administration = 0;
    for route in form_routes() {
        let is_walked = actions.iter().any(|action| leads_to(&path(action), &route));
        let is_administration = route.first() == Some(&Some("admin".to_owned()));
        of_administration += usize::from(is_administration && is_walked);
        assert!(is_walked || is_administration, "{route:?} has a form that no test walks through");
    }
    assert!(of_administration >= 6, "{of_administration}");
}
