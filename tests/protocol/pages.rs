//! `/login`, `/signup`, `/consent`, `/logout`, and properties common to all pages.

use std::process::Stdio;

use super::{ADMINISTRATOR, RunningServer, json, signed_in};
use crate::visitor::{Visitor, config, parameter, query};

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let (_server, mut visitor) = signed_in().await;
    let token = visitor.get("/developer").await.hidden("anti_forgery");
    let form = [
        ("client_name", "Mine"),
        ("redirect_uris", "https://mine.example.org/cb"),
        ("client_type", "confidential"),
        ("anti_forgery", token.as_str()),
    ];
    for (form, headers) in [
        (&form[..3], &[("sec-fetch-site", "same-origin")][..]),
        (&form[..], &[("sec-fetch-site", "cross-site")]),
        (&form[..], &[("origin", "https://evil.example")]),
        (&form[..3], &[]),
    ] {
        assert_eq!(visitor.post_with("/developer", form, headers).await.status, 403, "{headers:?}");
    }
    let mut other = visitor.clone();
    other.sign_in(ADMINISTRATOR).await;
    assert_eq!(
        Visitor::new(&other.issuer).post("/developer", &form).await.status,
        403,
        "the token is another browser's"
    );
    assert_eq!(other.post("/developer", &form).await.status, 303, "the same person in the same browser goes on");
    assert_eq!(other.clone().post("/logout", &[("decision", "confirm"), ("anti_forgery", &token)]).await.status, 403);
    assert_eq!(other.get("/developer").await.status, 200);
}

// OWASP ASVS 7.2.4
#[tokio::test]
async fn a_login_gives_a_new_session_and_ends_the_one_before() {
    let (_server, mut visitor) = signed_in().await;
    let before = visitor.clone();
    visitor.sign_in(ADMINISTRATOR).await;
    assert_ne!(before.cookies["sid"], visitor.cookies["sid"]);
    assert_eq!(before.clone().get("/account").await.status, 303, "the earlier session is over");
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[tokio::test]
async fn nothing_tells_whether_an_account_exists() {
    let server = RunningServer::start(&config());
    let mut bodies = Vec::new();
    for (username, password) in [("root", "wrong"), ("nobody", "wrong"), ("root", ""), ("nobody", ""), ("no body", "x")]
    {
        let mut visitor = Visitor::new(&server.issuer);
        let token = visitor.get("/login").await.hidden("anti_forgery");
        let form = [("username", username), ("password", password), ("anti_forgery", token.as_str())];
        let page = visitor.post("/login", &form).await;
        assert_eq!(page.status, 422, "{username}");
        assert!(!visitor.cookies.contains_key("sid"));
        bodies.push(page.html.replace(&token, "").replace(username, ""));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
}

#[tokio::test]
async fn guesses_are_slowed_down() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), format!("{}\n[throttle]\nrelaxed = false\n", config())).unwrap();
    let port = crate::support::free_port();
    let mut command = crate::support::command(folder.path(), port);
    let command = command.env_remove("SIGNET__THROTTLE__RELAXED").stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let server = RunningServer::adopt(child, folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    let token = visitor.get("/login").await.hidden("anti_forgery");
    let form = [("username", "root"), ("password", "wrong"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/login", &form).await.status, 422);
    let second = visitor.post("/login", &form).await;
    assert_eq!(second.status, 429);
    assert!(second.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn a_person_signs_up_with_a_password_that_no_one_guesses() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    let token = visitor.get("/signup").await.hidden("anti_forgery");
    for (username, password, complaint) in [
        ("eve", "short", "15"),
        ("eve", "passwordpassword", ""),
        ("e v e", "a long and winding passphrase", "username"),
        ("root", "a long and winding passphrase", "This username is not available"),
        ("ROOT", "a long and winding passphrase", "This username is not available"),
    ] {
        let form = [("username", username), ("password", password), ("anti_forgery", token.as_str())];
        let page = visitor.post("/signup", &form).await;
        assert_eq!(page.status, 422, "{username} {password}");
        assert!(page.html.contains(complaint), "{username} {password}: {}", page.html);
        assert!(!page.html.contains(password), "a password never stands on a page");
    }
    let form = [("username", "eve"), ("password", "a long and winding passphrase"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/signup", &form).await.location(), "/account");
    assert_eq!(visitor.get("/account").await.status, 200);
}

#[tokio::test]
async fn a_denial_is_informed_to_the_client_and_gives_nothing() {
    let (_server, mut visitor) = signed_in().await;
    let location = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let page = visitor.get(&location).await;
    assert!(!page.header("content-security-policy").contains("form-action"));
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let onward = visitor.post("/consent", &form).await.location();
    let location = visitor.get(&onward).await.location();
    assert_eq!(parameter(&location, "error").as_deref(), Some("access_denied"));
    assert!(parameter(&location, "code").is_none());
    assert!(visitor.get(&format!("/authorize?{}", query(&[]))).await.location().starts_with("/consent"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_another_host_is_sent_to_the_right_one() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    for path in ["/", "/login", "/signup", "/nowhere", "/setup?code=x", "/logout", "/logout/done"] {
        let page = visitor.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(!page.html.contains("<script"), "{path}");
    }
    let elsewhere = visitor.get(&format!("http://localhost:{}/", server.port)).await;
    assert_eq!(elsewhere.status, 421);
    assert!(elsewhere.html.contains(&server.issuer) && elsewhere.html.contains("SIGNET__ISSUER"), "{}", elsewhere.html);
    let documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks.json"];
    for path in documents {
        assert_eq!(visitor.get(path).await.header("access-control-allow-origin"), "*", "{path}");
    }
    assert!(!visitor.get("/authorize").await.headers.contains_key("access-control-allow-origin"));
    assert_eq!(json(&visitor.get(documents[0]).await)["issuer"], server.issuer.as_str());
}
