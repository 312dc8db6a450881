//! `/logout`. Each test is a module of the plan `oidcc-rp-initiated-logout-certification-test-plan`, or an attack.

use serde_json::Value;
use signet::oauth::parameters::encode;

use crate::{
    api::{Api, new_person},
    claims, json,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Page, SECRET, Visitor, config, parameter, query, redemption},
};

const BYE: &str = "https://report.example.org/bye";

/// A user who is signed in at the client `report`, with the ID token of that login.
async fn logged_in() -> (RunningServer, Visitor, String) {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let id_token = id_token(&mut visitor).await;
    (server, visitor, id_token)
}

async fn id_token(visitor: &mut Visitor) -> String {
    let code = visitor.code().await;
    let tokens = json(&visitor.post("/token", &redemption(&code)).await);
    tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

async fn logout(visitor: &mut Visitor, pairs: &[(&str, &str)]) -> Page {
    visitor.get(&format!("/logout?{}", encode(pairs))).await
}

async fn is_signed_in(visitor: &mut Visitor) -> bool {
    let location = visitor.get(&format!("/authorize?{}", query(&[("prompt", Some("none"))]))).await.location();
    let error = parameter(&location, "error");
    assert!(error.is_none() || error.as_deref() == Some("login_required"), "{location}");
    error.is_none()
}

/// Checks that the confirmation page is shown and the user still signed in, then confirms.
async fn asked_and_confirmed(visitor: &mut Visitor, page: &Page) -> String {
    assert!(page.status == 200 && page.html.contains("Sign out?"), "{}: {}", page.status, page.html);
    assert!(page.html.contains(" id=\"logout-confirm\"") && page.html.contains(" id=\"logout-cancel\""));
    assert!(is_signed_in(visitor).await, "a question signs no one out");
    let (sealed, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "confirm"), ("interaction", sealed.as_str()), ("anti_forgery", token.as_str())];
    let location = visitor.post("/logout", &form).await.location();
    assert!(!is_signed_in(visitor).await);
    location
}

async fn ends_on_the_last_page(visitor: &mut Visitor, location: &str) {
    assert!(location.starts_with("/logout/done"), "{location}");
    assert!(visitor.get(location).await.html.contains("You are signed out"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let server = RunningServer::start(&config());
    let document = json(&Visitor::new(&server.issuer).get("/.well-known/openid-configuration").await);
    assert_eq!(document["end_session_endpoint"], format!("{}/logout", server.issuer));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let (_server, mut visitor, hint) = logged_in().await;
    let state: String = "aA0-._~".chars().cycle().take(128).collect();
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", &state)];
    let further = [("client_id", "report"), ("logout_hint", "root"), ("ui_locales", "se de")];
    let page = logout(&mut visitor, &[pairs.as_slice(), further.as_slice()].concat()).await;
    assert_eq!((page.status, page.location()), (303, format!("{BYE}?{}", encode(&[("state", state.as_str())]))));
    assert!(!is_signed_in(&mut visitor).await);
    // The result is the same when no user is signed in any more.
    assert_eq!(logout(&mut visitor, &pairs).await.location(), page.location());
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let (_server, mut visitor, hint) = logged_in().await;
    let page = logout(&mut visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!((page.status, page.location().as_str()), (303, BYE));
    assert!(!is_signed_in(&mut visitor).await);
}

// §2: "The OP SHOULD accept ID Tokens … even when the exp time has passed"
#[tokio::test]
async fn an_expired_hint_is_as_good() {
    let server = RunningServer::start(&format!("{}\n[lifetimes]\nid_token = 1\n", config()));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = id_token(&mut visitor).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let page = logout(&mut visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!((page.status, page.location().as_str()), (303, BYE));
    assert!(!is_signed_in(&mut visitor).await);
}

#[tokio::test]
async fn a_logout_request_by_post_is_as_good() {
    let (_server, mut visitor, hint) = logged_in().await;
    let form = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let cross_site = [("sec-fetch-site", "cross-site"), ("origin", "https://report.example.org")];
    // A browser sends no SameSite cookie with a cross-site form, but sends it with the GET after the redirect.
    let session = visitor.cookies.clone();
    visitor.cookies.clear();
    let page = visitor.post_with("/logout", &form, &cross_site).await;
    assert_eq!(page.status, 303);
    visitor.cookies = session;
    let page = visitor.get(&page.location()).await;
    assert_eq!((page.status, page.location()), (303, format!("{BYE}?state=s")));
    assert!(!is_signed_in(&mut visitor).await);

    visitor.sign_in(ADMINISTRATOR).await;
    let hint = id_token(&mut visitor).await;
    let form = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    assert_eq!(visitor.post("/logout", &form).await.location(), BYE);
    assert!(!is_signed_in(&mut visitor).await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri_and_query_added() {
    let (_server, mut visitor, hint) = logged_in().await;
    for uri in ["https://evil.example/", "https://report.example.org/bye?foo=bar", "https://report.example.org/bye/"] {
        visitor.sign_in(ADMINISTRATOR).await;
        let page = logout(&mut visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", uri)]).await;
        let location = asked_and_confirmed(&mut visitor, &page).await;
        ends_on_the_last_page(&mut visitor, &location).await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_and_bad_and_no_id_token_hint() {
    let (server, mut visitor, hint) = logged_in().await;
    let other = RunningServer::start(&config());
    let foreign = {
        let mut visitor = Visitor::new(&other.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        id_token(&mut visitor).await
    };
    let [_, payload, signature] = hint.split('.').collect::<Vec<_>>()[..] else { panic!() };
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let forged = format!("{}.{payload}.{}", hint.split('.').next().unwrap(), "A".repeat(signature.len()));
    let access_token = {
        let code = visitor.code().await;
        json(&visitor.post("/token", &redemption(&code)).await)["access_token"].as_str().unwrap().to_owned()
    };
    for hint in [None, Some(&unsigned), Some(&forged), Some(&foreign), Some(&access_token)] {
        visitor.sign_in(ADMINISTRATOR).await;
        let mut pairs = vec![("post_logout_redirect_uri", BYE), ("state", "s")];
        pairs.extend(hint.map(|hint| ("id_token_hint", hint.as_str())));
        let page = logout(&mut visitor, &pairs).await;
        let location = asked_and_confirmed(&mut visitor, &page).await;
        ends_on_the_last_page(&mut visitor, &location).await;
    }
    assert!(server.log().contains("session ended"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params_and_only_state() {
    let (_server, mut visitor, _) = logged_in().await;
    for pairs in [&[][..], &[("state", "s")]] {
        visitor.sign_in(ADMINISTRATOR).await;
        let page = logout(&mut visitor, pairs).await;
        let location = asked_and_confirmed(&mut visitor, &page).await;
        ends_on_the_last_page(&mut visitor, &location).await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let (_server, mut visitor, hint) = logged_in().await;
    let page = logout(&mut visitor, &[("id_token_hint", &hint), ("state", "s")]).await;
    ends_on_the_last_page(&mut visitor, &page.location()).await;
    assert!(!is_signed_in(&mut visitor).await);
}

#[tokio::test]
async fn the_client_id_must_be_the_one_that_the_hint_was_issued_to() {
    let (_server, mut visitor, hint) = logged_in().await;
    for (client_id, returns) in [("service", false), ("nobody", false), ("report", true)] {
        let pairs = [("id_token_hint", hint.as_str()), ("client_id", client_id), ("post_logout_redirect_uri", BYE)];
        let page = logout(&mut visitor, &pairs).await;
        assert_eq!(page.status == 303, returns, "{client_id}");
        if !returns {
            assert!(page.html.contains("Sign out?") && is_signed_in(&mut visitor).await, "{client_id}");
        }
    }
    // A repeated parameter is ignored.
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = id_token(&mut visitor).await;
    let twice = [("id_token_hint", hint.as_str()), ("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)];
    assert!(logout(&mut visitor, &twice).await.html.contains("Sign out?"));
}

// §3: "post_logout_redirect_uri … the OP MUST NOT perform post-logout redirection" without other means of confirmation
#[tokio::test]
async fn a_client_that_only_names_itself_gets_the_person_back_after_the_confirmation() {
    let (_server, mut visitor, _) = logged_in().await;
    let page = logout(
        &mut visitor,
        &[("client_id", "report"), ("post_logout_redirect_uri", BYE), ("state", "s"), ("logout_hint", "root")],
    )
    .await;
    assert!(page.html.contains("Report"), "{}", page.html);
    assert_eq!(asked_and_confirmed(&mut visitor, &page).await, format!("{BYE}?state=s"));
}

#[tokio::test]
async fn the_hint_of_another_person_or_session_signs_no_one_out_without_a_question() {
    let (server, mut visitor, hint) = logged_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let mut elsewhere = Visitor::new(&server.issuer);
    elsewhere.sign_in(ADMINISTRATOR).await;
    let eves = id_token(&mut eve).await;
    let another = id_token(&mut elsewhere).await;
    for foreign in [&eves, &another] {
        let pairs = [("id_token_hint", foreign.as_str()), ("post_logout_redirect_uri", BYE)];
        assert!(logout(&mut visitor, &pairs).await.html.contains("Sign out?"));
        assert!(is_signed_in(&mut visitor).await);
    }
    let pairs = [("id_token_hint", another.as_str()), ("post_logout_redirect_uri", BYE)];
    let page = logout(&mut visitor, &pairs).await;
    assert_eq!(asked_and_confirmed(&mut visitor, &page).await, BYE);
    assert!(is_signed_in(&mut elsewhere).await && is_signed_in(&mut eve).await, "only this browser is signed out");
    assert_ne!(claims(&hint)["sid"], claims(&another)["sid"]);
}

#[tokio::test]
async fn another_site_cannot_confirm_for_a_person() {
    let (_server, mut visitor, _) = logged_in().await;
    let page = logout(&mut visitor, &[]).await;
    let (sealed, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "confirm"), ("interaction", sealed.as_str()), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post_with("/logout", &form, &[("sec-fetch-site", "cross-site")]).await.status, 403);
    assert_eq!(visitor.post("/logout", &form[..2]).await.status, 403);
    let (other, _) = (logout(&mut visitor, &[("state", "x")]).await, ());
    let other_transaction = other.hidden("interaction");
    let reused = [("decision", "confirm"), ("interaction", other_transaction.as_str()), ("anti_forgery", &token)];
    assert_eq!(visitor.post("/logout", &reused).await.status, 403);
    assert!(is_signed_in(&mut visitor).await);
    assert_eq!(visitor.post("/logout", &form).await.status, 303);
    assert!(!is_signed_in(&mut visitor).await);
}

#[tokio::test]
async fn with_the_session_ends_what_was_granted_for_it_and_no_code_outlives_it() {
    let (server, mut visitor, hint) = logged_in().await;
    let api = Api::of_person(&mut visitor, "openid signet:account").await;
    api.get("/users/me").await.expect(200);
    let lasting = Api::of_person(&mut visitor, "signet:account").await;
    let code = visitor.code().await;
    logout(&mut visitor, &[("id_token_hint", &hint)]).await;
    assert_eq!(api.get("/users/me").await.status, 401);
    lasting.get("/users/me").await.expect(200);
    let answer = Visitor::new(&server.issuer).post("/token", &redemption(&code)).await;
    assert_eq!((answer.status, json(&answer)["error"].as_str()), (400, Some("invalid_grant")));

    visitor.sign_in(ADMINISTRATOR).await;
    let code = visitor.code().await;
    let tokens = json(&visitor.post("/token", &redemption(&code)).await);
    let form =
        [("token", tokens["access_token"].as_str().unwrap()), ("client_id", "report"), ("client_secret", SECRET)];
    assert_eq!(json(&visitor.post("/introspect", &form).await)["active"], Value::Bool(true));
}

#[tokio::test]
async fn signing_in_as_someone_else_ends_the_session_of_who_was_there() {
    let (server, mut visitor, _) = logged_in().await;
    let api = Api::of_person(&mut visitor, "openid signet:account").await;
    // The same user continues in the same session.
    visitor.sign_in(ADMINISTRATOR).await;
    api.get("/users/me").await.expect(200);
    new_person(&server.issuer, "eve").await;
    visitor.sign_in(("eve", "a long and winding passphrase")).await;
    assert_eq!(api.get("/users/me").await.status, 401);
}
