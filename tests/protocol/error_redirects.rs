//! Error responses and logout redirects to an application. They are automatic only for applications registered by an
//! administrator (RFC 9700 §4.11.2).

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Page, Visitor, config, parameter, query},
};

const CALLBACK: &str = "https://app.example.org/cb";
const BYE: &str = "https://app.example.org/bye";

fn app() -> serde_json::Value {
    json!({"client_name": "App", "redirect_uris": [CALLBACK], "post_logout_redirect_uris": [BYE], "scope": "openid"})
}

/// An authorization request of `client_id`, with some parameters changed.
fn asked(client_id: &str, changes: &[(&str, Option<&str>)]) -> String {
    let own = [("client_id", Some(client_id)), ("redirect_uri", Some(CALLBACK)), ("scope", Some("openid"))];
    format!("/authorize?{}", query(&[&own, changes].concat()))
}

/// Checks that the page does not redirect and shows the link to continue.
fn stays(page: &Page, error: &str) {
    assert_eq!(page.status, 400, "{}", page.html);
    assert!(page.headers.get("location").is_none() && page.headers.get("refresh").is_none());
    assert!(!page.html.contains("<script"), "{}", page.html);
    assert!(page.html.contains("Continue to app.example.org") && page.html.contains(error), "{}", page.html);
}

/// Changes to the parameters of a request.
type Changes = &'static [(&'static str, Option<&'static str>)];

/// Requests that result in an error for every user.
const REFUSED: [(&str, Changes); 8] = [
    ("unsupported_response_type", &[("response_type", Some("x"))]),
    ("login_required", &[("prompt", Some("none"))]),
    ("invalid_scope", &[("scope", Some("signet:admin"))]),
    ("invalid_request", &[("state", None)]),
    ("invalid_request", &[("code_challenge", None), ("nonce", None)]),
    ("unsupported_response_type", &[("response_type", Some("x")), ("response_mode", Some("fragment"))]),
    ("unsupported_response_type", &[("response_type", Some("x")), ("response_mode", Some("form_post"))]),
    ("invalid_request_object", &[("request", Some("x.y.z"))]),
];

#[tokio::test]
async fn a_link_to_this_server_sends_no_one_on_to_an_application_that_anybody_may_register() {
    let server = RunningServer::start(&format!("{}\n[oauth]\ndynamic_registration = \"open\"\n", config()));
    let mut eve = new_person(&server.issuer, "eve").await;
    let hers = Api::of_person(&mut eve, "signet:clients").await.post("/clients", &app()).await.expect(201);
    let itself = Api::new(&server.issuer, None).post("/register", &app()).await.expect(201);
    for client in [&hers, &itself] {
        for (error, changes) in REFUSED {
            stays(&Visitor::new(&server.issuer).get(&asked(&text(client, "client_id"), changes)).await, error);
        }
    }
    // Applications registered by an administrator receive the error immediately.
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let root = Api::of_person(&mut visitor, "signet:clients").await;
    let own = root.post("/clients", &app()).await.expect(201);
    let trusted = root.post("/register", &app()).await.expect(201);
    for client in [&own, &trusted] {
        for (error, changes) in REFUSED {
            let page = Visitor::new(&server.issuer).get(&asked(&text(client, "client_id"), changes)).await;
            if page.status == 200 {
                assert!(page.html.contains(&format!("action=\"{CALLBACK}\"")), "{}", page.html);
            } else {
                let location = page.location();
                assert!(location.starts_with(CALLBACK) && location.contains(&format!("error={error}")), "{location}");
            }
        }
    }
}

#[tokio::test]
async fn a_persons_own_denial_and_a_silent_request_after_a_consent_go_to_every_application() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let client = Api::of_person(&mut eve, "signet:clients").await.post("/clients", &app()).await.expect(201);
    let id = text(&client, "client_id");
    let (silent, ask) = ([("prompt", Some("none"))], asked(&id, &[]));
    // The user is signed in and has not given consent yet.
    stays(&eve.get(&asked(&id, &silent)).await, "consent_required");
    let consent = eve.get(&ask).await.location();
    let page = eve.get(&consent).await;
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let after = eve.post("/consent", &form).await.location();
    let denied = eve.get(&after).await.location();
    assert!(denied.starts_with(CALLBACK), "{denied}");
    assert_eq!(parameter(&denied, "error").as_deref(), Some("access_denied"));
    stays(&eve.get(&asked(&id, &silent)).await, "consent_required");
    let agreed = eve.authorize(ask.trim_start_matches("/authorize?")).await;
    assert!(parameter(&agreed, "code").is_some(), "{agreed}");
    let too_old = [("prompt", Some("none")), ("max_age", Some("0"))];
    let again = eve.get(&asked(&id, &too_old)).await.location();
    assert!(again.starts_with(CALLBACK) && again.contains("error=login_required"), "{again}");
    // A request that is invalid for every user is not redirected either, although the user knows the application.
    stays(&eve.get(&asked(&id, &[("response_type", Some("x"))])).await, "unsupported_response_type");
}

#[tokio::test]
async fn signing_out_leads_on_by_itself_to_no_application_that_anybody_may_register() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let hers = Api::of_person(&mut eve, "signet:clients").await.post("/clients", &app()).await.expect(201);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let own = Api::of_person(&mut visitor, "signet:clients").await.post("/clients", &app()).await.expect(201);
    for (client, leads_on) in [(&hers, false), (&own, true)] {
        let mut person = new_person(&server.issuer, if leads_on { "ann" } else { "bob" }).await;
        let id = text(client, "client_id");
        let page = person.get(&format!("/logout?client_id={id}&post_logout_redirect_uri={BYE}")).await;
        let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
        let form = [("decision", "confirm"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
        let mut location = person.post("/logout", &form).await.location();
        if location.starts_with("/logout/done") {
            let last = person.get(&location).await;
            assert_eq!(last.headers.get("refresh").is_some(), leads_on);
            assert!(leads_on || last.html.contains("Continue to app.example.org"), "{}", last.html);
            location = BYE.to_owned();
        } else {
            assert!(leads_on, "{location}");
        }
        assert!(location.starts_with(BYE), "{location}");
        assert_eq!(person.get("/account").await.status, 303);
    }
}
