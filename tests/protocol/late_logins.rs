//! Logins that are completed late, twice, or after consent was revoked.

use signet::oauth::redirect_uri::RedirectUri;
use time::Duration;

use crate::{
    api::{Api, text},
    crawl::forms,
    served_here::ServedHere,
    support::ADMINISTRATOR,
    visitor::{Page, Visitor, config, parameter, query},
};

const OWN: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

/// Opens a login page for `report`.
async fn opened(server: &ServedHere) -> (Visitor, Page) {
    let mut visitor = Visitor::new(&server.issuer);
    let location = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let page = visitor.get(&location).await;
    (visitor, page)
}

async fn sign_in(visitor: &mut Visitor, page: &Page) -> Page {
    let form = forms("/login", &page.html).into_iter().find(|form| form.action == "/login").unwrap();
    let typed = [("username", Some(ADMINISTRATOR.0)), ("password", Some(ADMINISTRATOR.1))];
    form.send(visitor, &form.with(&typed), &OWN).await
}

async fn allow(visitor: &mut Visitor, consent: &str, remember: bool) -> String {
    let page = visitor.get(consent).await;
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let mut form = vec![("decision", "allow"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    if remember {
        form.push(("remember", "true"));
    }
    visitor.post("/consent", &form).await.location()
}

#[tokio::test]
async fn a_login_page_that_stood_open_for_an_hour_still_leads_to_the_application() {
    let server = ServedHere::start(&config()).await;
    let (mut visitor, page) = opened(&server).await;
    server.clock.advance(Duration::HOUR);
    let onward = sign_in(&mut visitor, &page).await.location();
    let consent = visitor.get(&onward).await.location();
    assert!(consent.starts_with("/consent?"), "{consent}");
    // A consent page that was open for as long behaves the same.
    let asked = visitor.get(&consent).await;
    server.clock.advance(Duration::HOUR);
    let (interaction, token) = (asked.hidden("interaction"), asked.hidden("anti_forgery"));
    let form = [("decision", "allow"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let onward = visitor.post("/consent", &form).await.location();
    let location = visitor.get(&onward).await.location();
    assert!(
        parameter(&location, "code").is_some() && location.starts_with("https://report.example.org/"),
        "{location}"
    );
}

#[tokio::test]
async fn a_login_that_cannot_go_on_leads_back_to_the_application_and_nowhere_else() {
    let server = ServedHere::start(&config()).await;
    // Too old, and in another browser.
    let (mut visitor, page) = opened(&server).await;
    let elsewhere = page.hidden("interaction");
    server.clock.advance(Duration::hours(25));
    let late = sign_in(&mut visitor, &page).await;
    assert_eq!(late.status, 403, "{}", late.html);
    let onward = sign_in(&mut visitor, &late).await.location();
    let encoded = signet::oauth::parameters::encode(&[("interaction", &elsewhere)]);
    let mut another = Visitor::new(&server.issuer);
    for page in [visitor.get(&onward).await, another.get(&format!("/authorize?{encoded}")).await] {
        assert_eq!(page.status, 400, "{}", page.html);
        assert!(
            page.html.contains("href=\"https://report.example.org/\">Return to <bdi>Report</bdi>"),
            "{}",
            page.html
        );
    }
    // The redirect URI is no longer registered.
    let (mut visitor, page) = opened(&server).await;
    let moved = vec![RedirectUri::parse("https://moved.example.org/cb").unwrap()];
    server.change_client("report", |client| client.metadata.redirect_uris = moved).await;
    let onward = sign_in(&mut visitor, &page).await.location();
    let page = visitor.get(&onward).await;
    assert_eq!(page.status, 400, "{}", page.html);
    assert!(page.html.contains("Invalid redirect URI") && !page.html.contains("Return to"), "{}", page.html);
}

#[tokio::test]
async fn an_answered_login_gives_nothing_again_and_nothing_after_it_was_taken_back() {
    let server = ServedHere::start(&config()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let api = Api::of_person(&mut visitor, "signet:account").await;
    let consent = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let answered = allow(&mut visitor, &consent, false).await;
    assert!(parameter(&visitor.get(&answered).await.location(), "code").is_some());
    for _ in ["immediately", "after a withdrawal"] {
        let page = visitor.get(&answered).await;
        assert_eq!(page.status, 400, "{}", page.html);
        let is_said = page.html.contains("Sign-in already completed") || page.html.contains("App disconnected");
        assert!(is_said && page.html.contains("Return to <bdi>Report</bdi>"), "{}", page.html);
        api.delete("/users/me/applications/report").await;
    }
    // Revocation also ends consent whose code was not yet redeemed. Later consent is valid.
    let consent = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let answered = allow(&mut visitor, &consent, true).await;
    server.clock.advance(Duration::SECOND);
    api.delete("/users/me/applications/report").await;
    let page = visitor.get(&answered).await;
    assert!(page.status == 400 && page.html.contains("App disconnected"), "{}", page.html);
    server.clock.advance(Duration::SECOND);
    let answered = allow(&mut visitor, &consent, false).await;
    assert!(parameter(&visitor.get(&answered).await.location(), "code").is_some());
}

#[tokio::test]
async fn a_remembered_answer_is_listed_after_signing_out_and_can_be_taken_back() {
    let server = ServedHere::start(&config()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    visitor.code().await;
    let page = visitor.get("/logout").await;
    let form = forms("/logout", &page.html).into_iter().find(|form| form.action == "/logout").unwrap();
    form.send(&mut visitor, &form.with(&[("decision", Some("confirm"))]), &OWN).await;
    visitor.sign_in(ADMINISTRATOR).await;
    let api = Api::of_person(&mut visitor, "signet:account").await;
    let listed = api.get("/users/me/applications").await.expect(200);
    let is_report = |one: &&serde_json::Value| text(one, "client_id") == "report";
    let report =
        listed["applications"].as_array().unwrap().iter().find(is_report).unwrap_or_else(|| panic!("{listed}"));
    assert_eq!((report["grants"].as_i64(), report["remembered_since"].is_i64()), (Some(0), true), "{report}");
    let page = visitor.get("/account/applications").await;
    assert!(
        page.html.contains("<bdi>Report</bdi>") && page.html.contains("Your choice has been remembered"),
        "{}",
        page.html
    );
    let asked = query(&[]);
    assert!(parameter(&visitor.get(&format!("/authorize?{asked}")).await.location(), "code").is_some());
    api.delete("/users/me/applications/report").await.expect(204);
    assert!(visitor.get(&format!("/authorize?{asked}")).await.location().starts_with("/consent?"));
    assert!(!visitor.get("/account/applications").await.html.contains("<bdi>Report</bdi>"));
}
