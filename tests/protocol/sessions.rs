//! `/users/{id}/sessions`.

use serde_json::{Value, json};

use crate::{
    api::{Api, new_person, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";

/// The sessions at `path`, with the current one first.
async fn sessions(api: &Api, path: &str) -> Vec<Value> {
    let mut sessions = api.get(path).await.expect(200)["sessions"].as_array().unwrap().clone();
    sessions.sort_by_key(|session| session["current"] != true);
    sessions
}

async fn is_signed_in(visitor: &mut Visitor) -> bool {
    visitor.get("/account").await.status == 200
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_it() {
    let server = RunningServer::start(&config());
    let mut here = new_person(&server.issuer, "eve").await;
    let mut there = Visitor::new(&server.issuer);
    let token = there.get("/login").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", PASSPHRASE), ("anti_forgery", &token)];
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    there.post_with("/login", &form, &[("sec-fetch-site", "same-origin"), ("user-agent", firefox)]).await;
    let api = Api::of_person(&mut here, "signet:account").await;

    let [current, other] = sessions(&api, "/users/me/sessions").await.try_into().unwrap();
    assert_eq!((&current["current"], &other["current"]), (&json!(true), &json!(false)));
    assert_eq!(
        (text(&current, "device").as_str(), text(&other, "device").as_str()),
        ("Unknown browser", "Firefox on Linux")
    );
    for session in [&current, &other] {
        let at = |member: &str| session[member].as_i64().unwrap();
        assert!(at("created_at") > 0 && at("last_used_at") >= at("created_at"), "{session}");
        assert_eq!(at("expires_at") - at("last_used_at"), 8 * 3600, "{session}");
    }
    let page = api.get("/users/me/sessions?limit=1").await.expect(200);
    let next = format!("/users/me/sessions?limit=1&page_token={}", text(&page, "next_page_token"));
    let rest = api.get(&next).await.expect(200);
    assert!(page["sessions"].as_array().unwrap().len() == 1 && rest["next_page_token"].is_null());
    assert_ne!(page["sessions"][0]["id"], rest["sessions"][0]["id"]);

    let path = format!("/users/me/sessions/{}", text(&other, "id"));
    api.delete(&path).await.expect(204);
    assert!(!is_signed_in(&mut there).await && is_signed_in(&mut here).await);
    assert_eq!(api.delete(&path).await.refusal(), (404, "not_found"));
    assert_eq!(api.delete("/users/me/sessions/nothing%00x").await.refusal(), (404, "not_found"));
    assert_eq!(sessions(&api, "/users/me/sessions").await.len(), 1);
    // After another login, applications see the same session; the cookie changes.
    here.sign_in(("eve", PASSPHRASE)).await;
    let [again] = sessions(&api, "/users/me/sessions").await.try_into().unwrap();
    assert_eq!(again["id"], current["id"]);
}

#[tokio::test]
async fn signing_out_everywhere_ends_logins_and_every_grant_only_when_asked() {
    let server = RunningServer::start(&config());
    let mut here = new_person(&server.issuer, "eve").await;
    let mut there = Visitor::new(&server.issuer);
    there.sign_in(("eve", PASSPHRASE)).await;
    let login = Api::of_person(&mut there, "openid signet:account").await;
    let lasting = Api::of_person(&mut here, "signet:account").await;
    lasting.delete("/users/me/sessions").await.expect(204);
    assert!(!is_signed_in(&mut here).await && !is_signed_in(&mut there).await);
    assert_eq!(login.get("/users/me").await.status, 401);
    assert!(sessions(&lasting, "/users/me/sessions").await.is_empty());
    lasting.delete("/users/me/sessions?grants=true").await.expect(204);
    assert_eq!(lasting.get("/users/me").await.status, 401);
}

#[tokio::test]
async fn no_one_reaches_the_sessions_of_someone_else() {
    let server = RunningServer::start(&config());
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin signet:account").await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let mut mallory = new_person(&server.issuer, "mallory").await;
    let eves = Api::of_person(&mut eve, "signet:account").await;
    let mallorys = Api::of_person(&mut mallory, "signet:account").await;
    let id = text(&eves.get("/users/me").await.expect(200), "id");
    let sid = text(&sessions(&eves, "/users/me/sessions").await[0], "id");

    let path = format!("/users/{id}/sessions");
    let one = format!("{path}/{sid}");
    for (method, path) in [("GET", &path), ("DELETE", &path), ("DELETE", &one)] {
        assert_eq!(mallorys.call(method, path, None).await.refusal(), (404, "not_found"), "{method} {path}");
        let without = Api::of_service(&server.issuer, "signet:clients").await;
        assert_eq!(without.call(method, path, None).await.refusal(), (403, "insufficient_scope"), "{method} {path}");
        assert_eq!(Api::new(&server.issuer, None).call(method, path, None).await.status, 401);
    }
    // A user's list contains no sessions of other users, and these cannot be ended through it.
    assert_eq!(mallorys.delete(&format!("/users/me/sessions/{sid}")).await.refusal(), (404, "not_found"));
    assert!(is_signed_in(&mut eve).await);

    let [seen] = sessions(&administrator, &path).await.try_into().unwrap();
    assert_eq!((text(&seen, "id"), &seen["current"]), (sid, &json!(false)));
    administrator.delete(&one).await.expect(204);
    assert!(!is_signed_in(&mut eve).await && is_signed_in(&mut mallory).await);

    // A caller with the scope to manage users cannot sign the administrator out.
    let body = json!({"client_name": "Personnel", "grant_types": ["client_credentials"], "scope": "signet:users"});
    let client = administrator.post("/clients", &body).await.expect(201);
    let (client_id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &client_id), ("client_secret", &secret)];
    let tokens: Value = serde_json::from_str(&root.clone().post("/token", &form).await.html).unwrap();
    let manager = Api::new(&server.issuer, Some(&text(&tokens, "access_token")));
    let root_id = text(&administrator.get("/users/me").await.expect(200), "id");
    let path = format!("/users/{root_id}/sessions");
    assert_eq!(manager.delete(&path).await.refusal(), (403, "access_denied"));
    assert!(is_signed_in(&mut root).await);
    administrator.delete(&path).await.expect(204);
    assert!(!is_signed_in(&mut root).await);
}
