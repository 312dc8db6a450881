//! A browser that keeps the cookies of this server to itself.

use serde_json::json;

use super::{Again, CALLBACK, Chromium, Entry, NewServer, PASSWORD, Service, Setup, Text, is_installed};
use crate::form_routes::page_paths;

/// What each form says.
const ALLOW: &str = "Allow cookies for this site, then submit the form again.";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_blocks_cookies_is_informed_so_and_never_goes_in_circles() {
    if !is_installed() {
        return;
    }
    let server = NewServer::start(&Service::config());
    let issuer = &server.issuer;
    let service = Service::of(issuer).await;
    let person = service.create("/users", &json!({ "username": "mallory" }), "id").await;
    let reset = service.create(&format!("/users/{person}/password-reset"), &json!({}), "link").await;
    let invitation = service.create("/invitations", &json!({ "email": "ivy@example.org" }), "link").await;
    let browser = Chromium::start(Setup { without_cookies: true, ..Setup::default() }).await;

    let administration = ["/admin", "/admin/people", "/admin/keys/emergency"];
    for path in page_paths().into_iter().chain(administration) {
        browser.open(&format!("{issuer}{path}")).await;
        let script = "return [performance.getEntriesByType('navigation')[0].responseStatus, document.title !== '']";
        let shown = browser.execute(script).await.unwrap();
        assert!(shown[0].as_u64().unwrap() < 500 && shown[1] == true, "{path}: {shown}");
        if path.starts_with("/account") || path.starts_with("/admin") || path.starts_with("/developer") {
            assert!(browser.text().await.contains("Sign in"), "{path}");
        }
    }

    // The login that an application began cannot go on without the cookie: its page says so before anybody types.
    let begun = crate::authorize(issuer, CALLBACK);
    browser.open(&begun).await;
    browser.expect("Allow cookies for this site, then start again in the app.").await;
    browser.find("#login-submit").await;

    let password = || Again("#password", PASSWORD.to_owned());
    let account = || vec![Text("#username", "eve"), Text("#email", "eve@example.org"), password()];
    for (page, entries, submit) in [
        (begun, vec![Text("#username", "mallory"), password()], "#login-submit"),
        (format!("{issuer}/login"), vec![Text("#username", "mallory"), password()], "#login-submit"),
        (format!("{issuer}/account/profile"), vec![Text("#username", "mallory"), password()], "#login-submit"),
        (format!("{issuer}/device"), vec![Text("#username", "mallory"), password()], "#login-submit"),
        (format!("{issuer}/signup"), account(), "#signup-submit"),
        (server.link.clone(), account(), "#setup-submit"),
        (invitation, account(), "#signup-submit"),
        (reset, vec![password()], "#reset-submit"),
    ] {
        browser.open(&page).await;
        for _ in ["sent", "sent again"] {
            enter(&browser, &entries).await;
            // So that what is read after the click is of the page that follows.
            let forget = "for (const said of document.querySelectorAll('#error-summary')) said.remove()";
            browser.execute(forget).await.unwrap();
            browser.click(submit).await;
            browser.expect(ALLOW).await;
            for entry in &entries {
                if let Text(css, text) = entry {
                    let value = browser.find(css).await.prop("value").await.unwrap();
                    assert_eq!(value.as_deref(), Some(*text), "{css} on {page}");
                }
            }
        }
    }
    browser.end().await;
}

async fn enter(browser: &Chromium, entries: &[Entry]) {
    for entry in entries {
        match entry {
            Text(css, text) => {
                browser.find(css).await.clear().await.unwrap();
                browser.fill(css, text).await;
            }
            Again(css, text) => browser.fill(css, text).await,
            Entry::Choice(css) | Entry::Open(css) => browser.click(css).await,
        }
    }
}
