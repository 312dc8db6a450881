//! The language of the pages.

use serde_json::json;

use super::RunningServer;
use crate::visitor::{Page, Visitor, config, query};

/// Returns the `Content-Language` and HTML of the page at `path` for this `Accept-Language`.
async fn page(server: &RunningServer, path: &str, accept_language: &str) -> (String, String) {
    let url = format!("{}{path}", server.issuer);
    let answer = reqwest::Client::new().get(url).header("accept-language", accept_language).send().await.unwrap();
    let language = answer.headers().get("content-language").map(|value| value.to_str().unwrap().to_owned());
    (language.unwrap_or_default(), answer.text().await.unwrap())
}

fn is_german(page: &Page) -> bool {
    assert_eq!(page.html.contains("<html lang=\"de\">"), page.header("content-language") == "de");
    page.html.contains("<h1>Anmelden</h1>")
}

// RFC 9110 §12.5.4, RFC 4647 §3.4, and RFC 9110 §8.5 for Content-Language
#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_prefers_if_it_is_there() {
    let server = RunningServer::start(&config());
    for (accepted, language, heading) in [
        ("de", "de", "<h1>Anmelden</h1>"),
        ("de-AT, en;q=0.5", "de", "<h1>Anmelden</h1>"),
        ("tlh, de;q=0.4, en;q=0.5", "en", "<h1>Sign in</h1>"),
        ("tlh", "en", "<h1>Sign in</h1>"),
        ("", "en", "<h1>Sign in</h1>"),
        ("de;q=0", "en", "<h1>Sign in</h1>"),
    ] {
        let (said, html) = page(&server, "/login", accepted).await;
        assert_eq!(said, language, "{accepted}");
        assert!(html.contains(heading) && html.contains(&format!("<html lang=\"{language}\">")), "{accepted}: {html}");
    }
    // Errors that occur before a page handler runs use the same language.
    let (said, html) = page(&server, "/nowhere", "de").await;
    assert!(said == "de" && html.contains("<h1>Seite nicht gefunden</h1>"), "{html}");
}

// OpenID Connect Core §3.1.2.1: "ui_locales […] End-User's preferred languages and scripts for the user interface"
#[tokio::test]
async fn ui_locales_hold_for_every_page_of_the_login() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    for (ui_locales, expected) in
        [(Some("tlh de en"), true), (Some("en de"), false), (Some("tlh"), false), (None, false)]
    {
        let login = visitor.get(&format!("/authorize?{}", query(&[("ui_locales", ui_locales)]))).await.location();
        assert_eq!(is_german(&visitor.get(&login).await), expected, "{ui_locales:?}");
        let form = visitor.get(&login).await;
        let (token, interaction) = (form.hidden("anti_forgery"), form.hidden("interaction"));
        let form = [
            ("username", "nobody"),
            ("password", "wrong"),
            ("anti_forgery", token.as_str()),
            ("interaction", interaction.as_str()),
        ];
        let again = visitor.post("/login", &form).await;
        assert_eq!(
            again.html.contains("Benutzername oder Passwort ist falsch. Versuchen Sie es erneut."),
            expected,
            "{ui_locales:?}"
        );
    }
}

// OpenID Connect Discovery §3: "ui_locales_supported"
#[tokio::test]
async fn the_metadata_names_the_languages_and_the_api_stays_english() {
    let server = RunningServer::start(&config());
    let (_, document) = page(&server, "/.well-known/openid-configuration", "de").await;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["ui_locales_supported"], json!(["en", "de"]));
    let (_, refusal) = page(&server, "/users/me", "de").await;
    assert!(!refusal.contains("<html"), "{refusal}");
}
