//! Password-reset links: an administrator creates one, and its recipient sets the password.

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    signed_in,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Page, Visitor, config},
};

const BEFORE: &str = "a long and winding passphrase";
const AFTER: &str = "quite another winding passphrase";

/// A server, its administrator's browser and token, and the identifier and signed-in browser of a user `eve`.
async fn with_eve() -> (RunningServer, Visitor, Api, (String, Visitor)) {
    let (server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let eve = new_person(&server.issuer, "eve").await;
    let listed = administrator.get("/users?username=eve").await.expect(200);
    let id = text(&listed["users"][0], "id");
    (server, root, administrator, (id, eve))
}

async fn link(administrator: &Api, id: &str) -> String {
    let made = administrator.post(&format!("/users/{id}/password-reset"), &json!({})).await.expect(201);
    text(&made, "link")
}

/// Follows `link` in a new browser and submits `password`.
async fn follow(issuer: &str, link: &str, password: &str) -> Page {
    let mut visitor = Visitor::new(issuer);
    let page = visitor.get(link).await;
    assert_eq!(page.status, 200, "{}", page.html);
    let (code, token) = (page.hidden("code"), page.hidden("anti_forgery"));
    visitor.post("/reset", &[("code", &code), ("password", password), ("anti_forgery", &token)]).await
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_what_began_with_the_one_before() {
    let (server, _root, administrator, (id, mut eve)) = with_eve().await;
    let of_eve = Api::of_person(&mut eve, "signet:account").await;
    of_eve.get("/users/me").await.expect(200);
    let made = administrator.post(&format!("/users/{id}/password-reset"), &json!({})).await.expect(201);
    let link = text(&made, "link");
    assert!(link.starts_with(&format!("{}/reset?code={id}.", server.issuer)), "{link}");
    let page = Visitor::new(&server.issuer).get(&link).await;
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.header("cache-control").contains("no-store"), "{}", page.header("cache-control"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(page.html.contains("value=\"eve\""), "{}", page.html);
    assert!(!administrator.get(&format!("/users/{id}")).await.expect(200).to_string().contains("password"));

    let short = follow(&server.issuer, &link, "short").await;
    assert_eq!(short.status, 422);
    assert!(short.html.contains("id=\"password-error\"") && short.hidden("code").starts_with(&id), "{}", short.html);
    eve.get("/account").await;
    assert_eq!(eve.get("/account").await.status, 200, "nothing has ended yet");

    let set = follow(&server.issuer, &link, AFTER).await;
    assert_eq!((set.status, set.location().as_str()), (303, "/reset/done"), "{}", set.html);
    let done = Visitor::new(&server.issuer).get("/reset/done").await;
    assert!(done.html.contains("href=\"/login\""), "{}", done.html);
    assert_eq!(eve.get("/account").await.status, 303, "the session has ended");
    assert_eq!(of_eve.get("/users/me").await.status, 401, "the grant issues nothing and is worth nothing");
    Visitor::new(&server.issuer).sign_in(("eve", AFTER)).await;

    let again = Visitor::new(&server.issuer).get(&link).await;
    assert_eq!(again.status, 403);
    assert!(
        again.html.contains("This link does not work") && again.html.contains("already been used"),
        "{}",
        again.html
    );
    let code = link.split_once("code=").unwrap().1;
    assert!(!again.html.contains(code), "{}", again.html);
}

#[tokio::test]
async fn a_link_is_ended_by_a_newer_one_by_another_password_and_by_its_end() {
    let (server, _root, administrator, (id, _eve)) = with_eve().await;
    let dead = async |link: &str, reason: &str| {
        let page = Visitor::new(&server.issuer).get(link).await;
        assert_eq!(page.status, 403, "{reason}: {}", page.html);
        assert!(page.html.contains(reason), "{reason}: {}", page.html);
    };
    let first = link(&administrator, &id).await;
    let second = link(&administrator, &id).await;
    dead(&first, "newer link").await;
    assert_eq!(Visitor::new(&server.issuer).get(&second).await.status, 200);

    let body = json!({"new_password": AFTER});
    administrator.call("PATCH", &format!("/users/{id}/password"), Some(&body)).await.expect(204);
    dead(&second, "already been used").await;

    let third = link(&administrator, &id).await;
    administrator.delete(&format!("/users/{id}/password-reset")).await.expect(204);
    dead(&third, "already been used").await;
    administrator.delete(&format!("/users/{id}/password-reset")).await.expect(204);

    // Disabling the account revokes the link, even after it is enabled again.
    let fourth = link(&administrator, &id).await;
    for is_disabled in [true, false] {
        administrator.put(&format!("/users/{id}"), &json!({"disabled": is_disabled})).await.expect(200);
    }
    dead(&fourth, "already been used").await;
    administrator.put(&format!("/users/{id}"), &json!({"disabled": true})).await.expect(200);
    let refused = administrator.post(&format!("/users/{id}/password-reset"), &json!({})).await;
    assert_eq!(refused.refusal(), (409, "conflict"));
    administrator.put(&format!("/users/{id}"), &json!({"disabled": false})).await.expect(200);

    let fifth = link(&administrator, &id).await;
    administrator.delete(&format!("/users/{id}")).await.expect(204);
    dead(&fifth, "already been used").await;
    for nonsense in ["", "x", "usr_aaaaaaaaaaaaaaaaaaaaaaaaaa.x"] {
        dead(&format!("/reset?code={nonsense}"), "This link does not work").await;
    }
}

#[tokio::test]
async fn a_link_works_for_as_long_as_the_configuration_says() {
    let server = RunningServer::start(&format!("{}\n[lifetimes]\npassword_reset = 1\n", config()));
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let eve = administrator.post("/users", &json!({"username": "eve"})).await.expect(201);
    let link = link(&administrator, &text(&eve, "id")).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let page = Visitor::new(&server.issuer).get(&link).await;
    assert!(page.status == 403 && page.html.contains("This link has expired."), "{}", page.html);
}

#[tokio::test]
async fn a_person_without_a_password_gets_one_by_a_link_from_the_page_of_the_administrator() {
    let (server, mut root, administrator, _) = with_eve().await;
    let ada = administrator.post("/users", &json!({"username": "ada"})).await.expect(201);
    let at = format!("/admin/people/{}", text(&ada, "id"));
    let page = root.get(&at).await;
    let action = format!("{at}/password-reset");
    let token = |page: &Page, action: &str| {
        let (_, rest) = page.html.split_once(&format!("action=\"{action}\"")).unwrap();
        rest.split_once("name=\"anti_forgery\" value=\"").unwrap().1.split('"').next().unwrap().to_owned()
    };
    assert_eq!(root.post(&action, &[]).await.status, 403);
    let made = root.post(&action, &[("anti_forgery", &token(&page, &action))]).await;
    assert_eq!(made.status, 303, "{}", made.html);
    let made = root.get(&made.location()).await;
    let link = made.html.split_once("id=\"secret\">").unwrap().1.split('<').next().unwrap().to_owned();
    let seen = root.get(&at).await;
    let code = link.split_once("code=").unwrap().1;
    assert!(seen.html.contains("A link is active until") && !seen.html.contains(code), "{}", seen.html);
    let set = follow(&server.issuer, &link, AFTER).await;
    assert_eq!(set.status, 303, "{}", set.html);
    Visitor::new(&server.issuer).sign_in(("ada", AFTER)).await;
    let page = root.get(&at).await;
    assert!(!page.html.contains("A link is active until"), "{}", page.html);

    // Another link is revoked on the same page.
    root.post(&action, &[("anti_forgery", &token(&page, &action))]).await;
    let withdraw = format!("{action}/delete");
    let page = root.get(&at).await;
    let taken = root.post(&withdraw, &[("anti_forgery", &token(&page, &withdraw))]).await;
    assert_eq!(taken.location(), at);
    assert!(!root.get(&at).await.html.contains("A link is active until"));
}

#[tokio::test]
async fn only_administrators_make_links_and_never_for_themselves() {
    let (server, mut root, administrator, (id, mut eve)) = with_eve().await;
    let of_eve = Api::of_person(&mut eve, "signet:account").await;
    let path = format!("/users/{id}/password-reset");
    for (who, status) in [(&of_eve, 403), (&Api::new(&server.issuer, None), 401)] {
        assert_eq!(who.post(&path, &json!({})).await.status, status);
        assert_eq!(who.delete(&path).await.status, status);
    }
    // An attacker with an administrator's session cannot use it to set the administrator's password.
    let own = text(&administrator.get("/users/me").await.expect(200), "id");
    for id in ["me", own.as_str()] {
        let refused = administrator.post(&format!("/users/{id}/password-reset"), &json!({})).await;
        assert_eq!(refused.refusal(), (409, "conflict"));
    }
    assert!(!root.get(&format!("/admin/people/{own}")).await.html.contains("make-reset-link"));
    // A caller with the scope to manage users cannot manage administrators.
    let body = json!({"client_name": "Personnel", "grant_types": ["client_credentials"], "scope": "signet:users"});
    let client = administrator.post("/clients", &body).await.expect(201);
    let (client_id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &client_id), ("client_secret", &secret)];
    let tokens = crate::json(&Visitor::new(&server.issuer).post("/token", &form).await);
    let manager = Api::new(&server.issuer, tokens["access_token"].as_str());
    assert_eq!(manager.post(&format!("/users/{own}/password-reset"), &json!({})).await.refusal().0, 403);
    manager.post(&path, &json!({})).await.expect(201);
}

#[tokio::test]
async fn of_many_who_use_one_link_concurrently_exactly_one_succeeds() {
    let (server, _root, administrator, (id, _eve)) = with_eve().await;
    let link = link(&administrator, &id).await;
    let mut visitors = Vec::new();
    for at in 0..6 {
        let mut visitor = Visitor::new(&server.issuer);
        let page = visitor.get(&link).await;
        let form = (page.hidden("code"), page.hidden("anti_forgery"), format!("{AFTER} {at}"));
        visitors.push((visitor, form));
    }
    let mut sent = tokio::task::JoinSet::new();
    for (mut visitor, (code, token, password)) in visitors {
        sent.spawn(async move {
            visitor.post("/reset", &[("code", &code), ("password", &password), ("anti_forgery", &token)]).await.status
        });
    }
    let mut statuses = sent.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403, 403, 403, 403, 403]);
    let mut eve = Visitor::new(&server.issuer);
    let token = eve.get("/login").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", BEFORE), ("anti_forgery", &token)];
    assert_ne!(eve.post("/login", &form).await.status, 303, "the password before is none any more");
}

#[tokio::test]
async fn the_form_is_refused_without_its_token_and_from_elsewhere() {
    let (server, _root, administrator, (id, _eve)) = with_eve().await;
    let link = link(&administrator, &id).await;
    let mut visitor = Visitor::new(&server.issuer);
    let page = visitor.get(&link).await;
    let (code, token) = (page.hidden("code"), page.hidden("anti_forgery"));
    let form = [("code", code.as_str()), ("password", AFTER)];
    assert_eq!(visitor.post("/reset", &form).await.status, 403);
    let form = [("code", code.as_str()), ("password", AFTER), ("anti_forgery", token.as_str())];
    let elsewhere = [("sec-fetch-site", "cross-site")];
    assert_eq!(visitor.post_with("/reset", &form, &elsewhere).await.status, 403);
    assert_eq!(visitor.post("/reset", &form).await.status, 303);
}
