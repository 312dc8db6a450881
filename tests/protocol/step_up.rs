//! Irreversible changes to an account by an application require a recent login (RFC 9470).

use serde_json::{Value, json};
use time::Duration;

use crate::{
    api::{Answer, Api, new_person, text},
    served_here::ServedHere,
    visitor::{Visitor, config},
};

/// The operations, with the status of a success.
fn operations(client_id: &str) -> Vec<(&'static str, String, Value, u16)> {
    let me = |rest: &str| format!("/users/me{rest}");
    vec![
        ("PUT", me(""), json!({"email": "new@example.org"}), 200),
        ("PUT", me(""), json!({"username": "eve2"}), 200),
        ("DELETE", me("/grants/none"), json!({}), 404),
        ("DELETE", me(&format!("/applications/{client_id}")), json!({}), 204),
        ("DELETE", me("/sessions"), json!({}), 204),
        ("DELETE", me(""), json!({}), 204),
    ]
}

fn is_stale(answer: &Answer) -> bool {
    let is_shown = answer.challenge.contains("error=\"insufficient_user_authentication\"")
        && answer.challenge.contains("max_age=\"300\"");
    answer.refusal() == (401, "insufficient_user_authentication") && is_shown
}

async fn signed_in_again(issuer: &str, at: usize) -> Visitor {
    let mut visitor = Visitor::new(issuer);
    // The second operation changes the username.
    let name = if at < 2 { "eve" } else { "eve2" };
    visitor.sign_in((name, "a long and winding passphrase")).await;
    visitor
}

#[tokio::test]
async fn an_application_changes_how_a_person_signs_in_only_shortly_after_they_did() {
    let server = ServedHere::start(&config()).await;
    new_person(&server.issuer, "eve").await;
    for (at, (method, path, body, done)) in operations("report").into_iter().enumerate() {
        let mut visitor = signed_in_again(&server.issuer, at).await;
        server.clock.advance(Duration::seconds(301));
        let stale = Api::of_person(&mut visitor, "signet:account").await;
        let answer = stale.call(method, &path, Some(&body)).await;
        assert!(is_stale(&answer), "{method} {path}: {} {}", answer.status, answer.body);
        // Reversible changes and reading require no recent login.
        stale.get("/users/me").await.expect(200);
        let mut visitor = signed_in_again(&server.issuer, at).await;
        server.clock.advance(Duration::seconds(299));
        let recent = Api::of_person(&mut visitor, "signet:account").await;
        assert_eq!(recent.call(method, &path, Some(&body)).await.status, done, "{method} {path}");
    }
}

#[tokio::test]
async fn what_is_no_secret_and_what_others_do_needs_no_recent_login() {
    let server = ServedHere::start(&config()).await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(crate::support::ADMINISTRATOR).await;
    server.clock.advance(Duration::seconds(301));
    let stale = Api::of_person(&mut eve, "signet:account").await;
    stale.put("/users/me", &json!({"name": "Eve"})).await.expect(200);
    let id = text(&stale.get("/users/me").await.expect(200), "id");
    let root = Api::of_person(&mut root, "signet:admin").await;
    root.put(&format!("/users/{id}"), &json!({"email": "eve@example.org"})).await.expect(200);
    root.delete(&format!("/users/{id}")).await.expect(204);
}
