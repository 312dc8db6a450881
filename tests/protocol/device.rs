//! `/device_authorization`, `/device` and `grant_type=urn:ietf:params:oauth:grant-type:device_code`.

use serde_json::Value;
use signet::account::record::AccountStatus;
use time::Duration;

use super::{ask, claims, client, credentials, introspect, issued, refresh, refusal, text, userinfo};
use crate::{
    ADMINISTRATOR, RunningServer,
    served_here::ServedHere,
    visitor::{Page, REDIRECT_URI, Visitor, config},
};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPE: &str = "openid profile orders:read offline_access";

/// Devices without a secret, one with a secret, and `web`, which is not a device.
fn devices() -> String {
    let rest = format!("grant_types = [\"{DEVICE_CODE}\", \"refresh_token\"]\nscope = \"{SCOPE}\"\n");
    let named = |name| format!("client_name = \"{name}\"\n{rest}");
    let web = format!("redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"{SCOPE}\"\n");
    [
        config(),
        client("public-tv", &named("Television")),
        client("public-radio", &named("Radio")),
        client("box", &named("Box")),
        client("web", &web),
    ]
    .concat()
}

async fn started() -> (RunningServer, Visitor) {
    let server = RunningServer::start(&devices());
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

async fn started_here() -> (ServedHere, Visitor) {
    let server = ServedHere::start(&devices()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

/// The response of `/device_authorization` to `client_id`.
async fn request(visitor: &mut Visitor, client_id: &str, form: &[(&str, &str)]) -> Page {
    visitor.post("/device_authorization", &[form, &credentials(client_id)].concat()).await
}

/// Starts a device authorization and returns the device code and the user code.
async fn waiting(visitor: &mut Visitor, client_id: &str) -> (String, String) {
    let begun = issued(&request(visitor, client_id, &[("scope", SCOPE)]).await);
    (text(&begun, "device_code").to_owned(), text(&begun, "user_code").to_owned())
}

async fn poll(visitor: &mut Visitor, client_id: &str, device_code: &str) -> Page {
    ask(visitor, client_id, &[("grant_type", DEVICE_CODE), ("device_code", device_code)]).await
}

/// The confirmation page for the code `typed`.
async fn question(visitor: &mut Visitor, typed: &str) -> Page {
    let query = signet::oauth::parameters::encode(&[("user_code", typed)]);
    visitor.get(&format!("/device?{query}")).await
}

/// The response to `decision` for the code `typed`.
async fn answer(visitor: &mut Visitor, typed: &str, decision: &str) -> Page {
    let page = question(visitor, typed).await;
    assert_eq!(page.status, 200, "{typed}: {}", page.html);
    let (token, user_code) = (page.hidden("anti_forgery"), page.hidden("user_code"));
    let form = [("user_code", user_code.as_str()), ("decision", decision), ("anti_forgery", token.as_str())];
    let page = visitor.post("/device", &form).await;
    if page.status == 303 { visitor.get(&page.location()).await } else { page }
}

fn assert_pending(page: &Page) {
    let refusal = refusal(page);
    assert!(matches!(refusal.as_str(), "400 authorization_pending" | "400 slow_down"), "{refusal}");
}

// RFC 8628 §3.1 to §3.5
#[tokio::test]
async fn a_device_gets_tokens_when_the_person_has_agreed() {
    let (server, mut visitor) = started().await;
    for client_id in ["public-tv", "box"] {
        let begun = issued(&request(&mut visitor, client_id, &[("scope", SCOPE)]).await);
        let (device_code, user_code) = (text(&begun, "device_code"), text(&begun, "user_code"));
        assert_eq!((begun["expires_in"].as_i64(), begun["interval"].as_i64()), (Some(600), Some(5)));
        assert_eq!(text(&begun, "verification_uri"), format!("{}/device", server.issuer));
        let complete = format!("{}/device?user_code={user_code}", server.issuer);
        assert_eq!(text(&begun, "verification_uri_complete"), complete);
        assert!(device_code.len() >= 43 && user_code.len() == 9, "{begun}");
        assert_eq!(refusal(&poll(&mut visitor, client_id, device_code).await), "400 authorization_pending");

        // §5.4: application and code are shown even if the code was in the URL.
        let page = visitor.get(&complete).await;
        let name = if client_id == "box" { "Box" } else { "Television" };
        assert!(page.html.contains(name) && page.html.contains(user_code), "{}", page.html);
        assert!(page.html.contains("See your orders"), "{}", page.html);
        assert_pending(&poll(&mut visitor, client_id, device_code).await);
        let page = answer(&mut visitor, user_code, "allow").await;
        assert!(page.status == 200 && page.html.contains("Device connected"), "{}", page.html);

        let tokens = issued(&poll(&mut visitor, client_id, device_code).await);
        assert_eq!(text(&tokens, "scope"), "offline_access openid orders:read profile");
        let access = claims(text(&tokens, "access_token"));
        assert_eq!((access["client_id"].as_str(), access["iss"].as_str()), (Some(client_id), Some(&*server.issuer)));
        assert_eq!(claims(text(&tokens, "id_token"))["sub"], access["sub"]);
        assert_eq!(userinfo(&mut visitor, text(&tokens, "access_token")).await, 200);
        issued(&refresh(&mut visitor, client_id, text(&tokens, "refresh_token"), &[]).await);
    }
}

#[tokio::test]
async fn a_device_code_is_redeemed_once() {
    let (_server, mut visitor) = started().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    answer(&mut visitor, &user_code, "allow").await;
    let tokens = issued(&poll(&mut visitor, "public-tv", &device_code).await);
    assert_eq!(refusal(&poll(&mut visitor, "public-tv", &device_code).await), "400 invalid_grant");
    assert_eq!(userinfo(&mut visitor, text(&tokens, "access_token")).await, 200);
    assert_eq!(question(&mut visitor, &user_code).await.status, 422, "nor is it answered again");
}

#[tokio::test]
async fn a_device_that_was_denied_learns_it_and_gets_nothing() {
    let (_server, mut visitor) = started().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    let page = answer(&mut visitor, &user_code, "deny").await;
    assert!(page.html.contains("Device not connected"), "{}", page.html);
    for _ in 0..2 {
        assert_eq!(refusal(&poll(&mut visitor, "public-tv", &device_code).await), "400 access_denied");
    }
    assert_eq!(question(&mut visitor, &user_code).await.status, 422, "a denial is not taken back");
}

// RFC 8628 §3.5
#[tokio::test]
async fn a_device_that_asks_too_often_is_informed_to_slow_down_each_time_by_five_seconds() {
    let (server, mut visitor) = started_here().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    for (wait, expected) in [
        (0, "authorization_pending"),
        (5, "authorization_pending"),
        (1, "slow_down"),
        (9, "slow_down"),
        (15, "authorization_pending"),
        (14, "slow_down"),
    ] {
        server.clock.advance(Duration::seconds(wait));
        let page = poll(&mut visitor, "public-tv", &device_code).await;
        assert_eq!(refusal(&page), format!("400 {expected}"), "after {wait} seconds");
    }
    answer(&mut visitor, &user_code, "allow").await;
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

#[tokio::test]
async fn a_device_code_is_worthless_at_the_instant_when_it_expires() {
    let (server, mut visitor) = started_here().await;
    let (approved, its_code) = waiting(&mut visitor, "public-tv").await;
    let (late, late_code) = waiting(&mut visitor, "public-tv").await;
    let (in_time, its_own) = waiting(&mut visitor, "public-tv").await;
    answer(&mut visitor, &its_code, "allow").await;
    server.clock.advance(Duration::seconds(600) - Duration::milliseconds(1));
    assert_eq!(refusal(&poll(&mut visitor, "public-tv", &late).await), "400 authorization_pending");
    answer(&mut visitor, &its_own, "allow").await;
    issued(&poll(&mut visitor, "public-tv", &in_time).await);
    server.clock.advance(Duration::milliseconds(1));
    for device_code in [&approved, &late] {
        assert_eq!(refusal(&poll(&mut visitor, "public-tv", device_code).await), "400 expired_token");
    }
    assert_eq!(question(&mut visitor, &late_code).await.status, 422);
}

#[tokio::test]
async fn a_device_code_is_good_for_its_client_alone() {
    let (_server, mut visitor) = started().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    for is_approved in [false, true] {
        if is_approved {
            answer(&mut visitor, &user_code, "allow").await;
        }
        for thief in ["public-radio", "box"] {
            assert_eq!(refusal(&poll(&mut visitor, thief, &device_code).await), "400 invalid_grant", "{thief}");
        }
        assert_eq!(refusal(&poll(&mut visitor, "web", &device_code).await), "400 unauthorized_client");
    }
    for wrong in ["unknown", &user_code] {
        assert_eq!(refusal(&poll(&mut visitor, "public-tv", wrong).await), "400 invalid_grant", "{wrong}");
    }
    assert_eq!(refusal(&poll(&mut visitor, "public-tv", "").await), "400 invalid_request");
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

#[tokio::test]
async fn a_client_asks_for_what_it_is_registered_for() {
    let (_server, mut visitor) = started().await;
    for (client_id, form, expected) in [
        ("web", &[("scope", "openid")][..], "400 unauthorized_client"),
        ("report", &[("scope", "openid")], "400 unauthorized_client"),
        ("public-tv", &[("scope", "orders:write")], "400 invalid_scope"),
        ("public-tv", &[("scope", "signet:admin")], "400 invalid_scope"),
        ("public-tv", &[("scope", "openid signet:admin")], "400 invalid_scope"),
        ("public-tv", &[("scope", " ")], "400 invalid_scope"),
        ("public-tv", &[("scope", "a\"b")], "400 invalid_scope"),
        ("public-tv", &[("scope", "openid"), ("scope", "profile")], "400 invalid_request"),
        ("public-tv", &[("scope", "openid"), ("resource", "https://evil.example")], "400 invalid_target"),
        ("public-nobody", &[("scope", "openid")], "401 invalid_client"),
        ("nobody", &[("scope", "openid")], "401 invalid_client"),
    ] {
        assert_eq!(refusal(&request(&mut visitor, client_id, form).await), expected, "{client_id} {form:?}");
    }
    let unauthenticated = visitor.post("/device_authorization", &[("client_id", "box")]).await;
    assert_eq!(refusal(&unauthenticated), "401 invalid_client");
    assert_eq!(refusal(&visitor.post("/device_authorization", &[]).await), "401 invalid_client");
    issued(&request(&mut visitor, "public-tv", &[]).await);
}

// RFC 8628 §6.1
#[tokio::test]
async fn a_user_code_is_read_whatever_its_case_and_hyphens() {
    let (_server, mut visitor) = started().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    let bare = user_code.replace('-', "");
    let spread: String = bare.to_lowercase().chars().flat_map(|letter| [letter, ' ']).collect();
    for typed in [user_code.to_lowercase(), bare, spread, user_code.replace('-', "\u{2013}")] {
        let page = question(&mut visitor, &typed).await;
        assert!(page.status == 200 && page.html.contains(&user_code), "{typed}: {}", page.html);
    }
    answer(&mut visitor, &user_code.to_lowercase(), "allow").await;
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

// RFC 8628 §5.1
#[tokio::test]
async fn a_person_has_five_guesses_and_waits_then() {
    let (server, mut visitor) = started_here().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    let page = question(&mut visitor, &user_code).await;
    let token = page.hidden("anti_forgery");
    for typed in ["BCDF-GHJK", "no code", "", "ÄÖÜ", "BCDF-GHJKL"] {
        let page = question(&mut visitor, typed).await;
        assert_eq!(page.status, if typed.is_empty() { 200 } else { 422 }, "{typed}");
    }
    // A wrong code in a POST also counts as an attempt.
    let form = [("user_code", "ZZZZ-ZZZZ"), ("decision", "allow"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/device", &form).await.status, 422);
    let page = question(&mut visitor, &user_code).await;
    assert_eq!(page.status, 429, "not even the right one is looked at");
    assert_eq!(page.header("retry-after").parse::<u64>().unwrap(), 601);
    let form = [("user_code", user_code.as_str()), ("decision", "allow"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/device", &form).await.status, 429);
    assert_pending(&poll(&mut visitor, "public-tv", &device_code).await);
    server.clock.advance(Duration::minutes(10));
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    answer(&mut visitor, &user_code, "allow").await;
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

#[tokio::test]
async fn only_a_person_who_is_signed_in_answers_and_by_the_form_of_the_page() {
    let (server, mut visitor) = started().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    let mut stranger = Visitor::new(&server.issuer);
    let location = question(&mut stranger, &user_code).await.location();
    assert!(location.starts_with("/login"), "{location}");
    let token = stranger.get(&location).await.hidden("anti_forgery");
    // A token of another session, no token, and a cross-site form.
    let page = question(&mut visitor, &user_code).await;
    let own = page.hidden("anti_forgery");
    let form = [("user_code", user_code.as_str()), ("decision", "allow"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/device", &form).await.status, 403);
    assert_eq!(visitor.post("/device", &form[..2]).await.status, 403);
    let form = [("user_code", user_code.as_str()), ("decision", "allow"), ("anti_forgery", own.as_str())];
    assert_eq!(visitor.post_with("/device", &form, &[("sec-fetch-site", "cross-site")]).await.status, 403);
    assert_eq!(stranger.post("/device", &form).await.status, 403);
    for decision in ["", "perhaps"] {
        let form = [("user_code", user_code.as_str()), ("decision", decision), ("anti_forgery", own.as_str())];
        assert_eq!(visitor.post("/device", &form).await.status, 400, "{decision}");
    }
    assert_pending(&poll(&mut visitor, "public-tv", &device_code).await);
    // A GET makes no decision.
    let query = format!("/device?user_code={user_code}&decision=allow&anti_forgery={own}");
    assert_eq!(visitor.get(&query).await.status, 200);
    assert_pending(&poll(&mut visitor, "public-tv", &device_code).await);
    let answered = visitor.post("/device", &form).await.location();
    for _ in ["shown", "reloaded"] {
        assert!(visitor.get(&answered).await.html.contains("Device connected"));
    }
    assert_eq!(visitor.post("/device", &form).await.status, 422, "one answer is heard");
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

#[tokio::test]
async fn what_was_approved_ends_with_the_person_and_the_client() {
    let (server, mut visitor) = started_here().await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    let (redeemed, its_code) = waiting(&mut visitor, "public-tv").await;
    answer(&mut visitor, &user_code, "allow").await;
    answer(&mut visitor, &its_code, "allow").await;
    let tokens = issued(&poll(&mut visitor, "public-tv", &redeemed).await);
    let access = text(&tokens, "access_token");
    for is_person in [true, false] {
        if is_person {
            server.change_person(|person| person.standing = AccountStatus::Disabled).await;
        } else {
            server.change_client("public-tv", |client| client.is_disabled = true).await;
        }
        assert_eq!(refusal(&poll(&mut visitor, "public-tv", &device_code).await), "400 invalid_grant");
        let page = refresh(&mut visitor, "public-tv", text(&tokens, "refresh_token"), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant");
        assert_eq!(introspect(&mut visitor, "service", access).await, serde_json::json!({"active": false}));
        server.change_person(|person| person.standing = AccountStatus::Active).await;
        server.change_client("public-tv", |client| client.is_disabled = false).await;
    }
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
    server.change_client("public-tv", |client| client.is_disabled = true).await;
    let page = request(&mut visitor, "public-tv", &[("scope", "openid")]).await;
    assert_eq!(refusal(&page), "400 unauthorized_client");
}

#[tokio::test]
async fn a_person_outside_the_groups_of_a_client_cannot_connect_its_devices() {
    let (server, mut visitor) = started_here().await;
    server.change_client("public-tv", |client| client.metadata.allowed_groups = vec!["staff".to_owned()]).await;
    let (device_code, user_code) = waiting(&mut visitor, "public-tv").await;
    assert_eq!(question(&mut visitor, &user_code).await.status, 403);
    assert_pending(&poll(&mut visitor, "public-tv", &device_code).await);
    server.change_client("public-tv", |client| client.metadata.allowed_groups.clear()).await;
    answer(&mut visitor, &user_code, "allow").await;
    issued(&poll(&mut visitor, "public-tv", &device_code).await);
}

#[tokio::test]
async fn a_person_gives_a_device_what_is_theirs_to_give() {
    let more = format!("grant_types = [\"{DEVICE_CODE}\"]\nscope = \"openid signet:account signet:users\"\n");
    let server = RunningServer::start(&[devices(), client("public-console", &more)].concat());
    let mut person = Visitor::new(&server.issuer);
    let token = person.get("/signup").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", "a long and winding passphrase"), ("anti_forgery", &token)];
    assert_eq!(person.post("/signup", &form).await.status, 303);
    let begun = issued(&request(&mut person, "public-console", &[("scope", "openid signet:users")]).await);
    answer(&mut person, text(&begun, "user_code"), "allow").await;
    let tokens: Value = issued(&poll(&mut person, "public-console", text(&begun, "device_code")).await);
    assert_eq!(text(&tokens, "scope"), "openid");
    assert!(tokens.get("refresh_token").is_none(), "the client is not registered for them");
    let begun = issued(&request(&mut person, "public-console", &[("scope", "signet:users")]).await);
    assert_eq!(question(&mut person, text(&begun, "user_code")).await.status, 403);
    assert_pending(&poll(&mut person, "public-console", text(&begun, "device_code")).await);
}

// RFC 8707 §2.2
#[tokio::test]
async fn a_device_names_the_api_that_its_token_is_for() {
    const ORDERS: &str = "https://api.orders.example";
    let (server, mut visitor) = started().await;
    for (resource, expected) in [
        ("", serde_json::json!([ORDERS, server.issuer])),
        (ORDERS, serde_json::json!(ORDERS)),
        (&server.issuer, serde_json::json!(server.issuer)),
    ] {
        let form = [("scope", SCOPE), ("resource", ORDERS)];
        let begun = issued(&request(&mut visitor, "public-tv", &form).await);
        let device_code = text(&begun, "device_code");
        answer(&mut visitor, text(&begun, "user_code"), "allow").await;
        let form = [("grant_type", DEVICE_CODE), ("device_code", device_code)];
        for wrong in ["https://evil.example", "nonsense"] {
            let page = ask(&mut visitor, "public-tv", &[&form[..], &[("resource", wrong)]].concat()).await;
            assert_eq!(refusal(&page), "400 invalid_target", "{wrong}");
        }
        let page = ask(&mut visitor, "public-tv", &[&form[..], &[("resource", resource)]].concat()).await;
        let tokens = issued(&page);
        assert_eq!(claims(text(&tokens, "access_token"))["aud"], expected);
        let again = issued(&refresh(&mut visitor, "public-tv", text(&tokens, "refresh_token"), &[]).await);
        let whole = serde_json::json!([ORDERS, server.issuer]);
        assert_eq!(claims(text(&again, "access_token"))["aud"], whole, "all that was granted");
    }
}

#[tokio::test]
async fn the_code_can_be_shown_as_a_picture() {
    let (server, mut visitor) = started().await;
    let begun = issued(&request(&mut visitor, "public-tv", &[("scope", SCOPE)]).await);
    let complete = text(&begun, "verification_uri_complete");
    let user_code = text(&begun, "user_code");
    let mut no_one = Visitor::new(&server.issuer);
    let picture = no_one.get(&format!("/device/qr?user_code={user_code}")).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(picture.header("content-security-policy"), "default-src 'none'; sandbox");
    assert!(picture.header("cache-control").contains("no-store"));
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(picture.header("cross-origin-resource-policy"), "cross-origin");
    assert!(picture.html.contains(&format!("aria-label=\"{complete}\"")), "{}", picture.html);
    assert!(picture.headers.get("set-cookie").is_none());
    // The picture is the same for every spelling of the code, and a code of no device reveals nothing.
    let typed = user_code.to_lowercase().replace('-', "");
    assert_eq!(no_one.get(&format!("/device/qr?user_code={typed}")).await.html, picture.html);
    assert_eq!(no_one.get("/device/qr?user_code=BCDF-GHJK").await.status, 200);
    for nonsense in ["", "AEIO-UAEI", "%22%3E%3Cscript%3E"] {
        assert_eq!(no_one.get(&format!("/device/qr?user_code={nonsense}")).await.status, 404, "{nonsense}");
    }
}

// RFC 8628 §5.4
#[tokio::test]
async fn the_question_warns_of_a_link_that_someone_else_sent() {
    let (_server, mut visitor) = started().await;
    let (_, user_code) = waiting(&mut visitor, "public-tv").await;
    let page = question(&mut visitor, &user_code).await;
    for part in ["Television", &format!("{user_code}</code>"), "If someone sent you this link, do not continue"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
}
