//! Back-Channel Logout: the module `oidcc-backchannel-rp-initiated-logout` of its plan, and clients that do not
//! respond.

use std::time::{Duration, Instant};

use serde_json::json as object;
use signet::oauth::parameters::encode;

use crate::{
    api::{Api, new_person, text},
    claims, json,
    receiver::Receiver,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{SECRET, VERIFIER, Visitor, config, parameter, query},
};

const PROMPTLY: Duration = Duration::from_secs(30);
const PASSPHRASE: &str = "a long and winding passphrase";
const NEW_PASSPHRASE: &str = "another long and winding passphrase";

/// A configuration with the clients `rp-0`, `rp-1` and so on, with these back-channel logout URIs.
fn told(uris: &[&str]) -> String {
    let mut config = format!("{}\n[fetch]\nallow_private_addresses = true\n", config());
    for (number, uri) in uris.iter().enumerate() {
        config.push_str(&format!(
            "\n[[clients]]\nclient_id = \"rp-{number}\"\nclient_name = \"RP {number}\"\nclient_secret = \"{SECRET}\"\n\
             redirect_uris = [\"https://rp.example.org/cb\"]\nscope = \"openid profile orders:read\"\n\
             post_logout_redirect_uris = [\"https://rp.example.org/bye\"]\n\
             backchannel_logout_uri = \"{uri}\"\nbackchannel_logout_session_required = true\n"
        ));
    }
    config
}

/// Signs in to a client and returns the ID token.
async fn log_in(visitor: &mut Visitor, client_id: &str) -> String {
    let redirect_uri = "https://rp.example.org/cb";
    let changes = [("client_id", Some(client_id)), ("redirect_uri", Some(redirect_uri))];
    let location = visitor.authorize(&query(&changes)).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", client_id),
        ("client_secret", SECRET),
    ];
    let tokens = json(&visitor.post("/token", &form).await);
    tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

async fn sign_out(visitor: &mut Visitor, hint: &str) {
    let page = visitor.get(&format!("/logout?{}", encode(&[("id_token_hint", hint)]))).await;
    assert_eq!(page.location(), "/logout/done");
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let (first, second) = (Receiver::answering(&[200]), Receiver::answering(&[204]));
    let server = RunningServer::start(&told(&[&first.uri, &second.uri]));
    let document = json(&Visitor::new(&server.issuer).get("/.well-known/openid-configuration").await);
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);

    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let (hint, other) = (log_in(&mut visitor, "rp-0").await, log_in(&mut visitor, "rp-1").await);
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://rp.example.org/bye")];
    let page = visitor.get(&format!("/logout?{}", encode(&pairs))).await;
    assert_eq!(page.location(), "https://rp.example.org/bye");
    for (receiver, client_id, id_token) in [(&first, "rp-0", &hint), (&second, "rp-1", &other)] {
        let told = receiver.next(PROMPTLY).logout_token(&server.issuer, client_id).await;
        let known = claims(id_token);
        assert_eq!((&told["sub"], &told["sid"]), (&known["sub"], &known["sid"]));
        assert!(told["sid"].as_str().is_some_and(|sid| !sid.is_empty()));
    }
    assert!(first.is_quiet(Duration::from_secs(2)), "who has taken it is not told again");
}

#[tokio::test]
async fn a_client_is_registered_with_its_backchannel_logout_uri() {
    let config = format!("{}\n[oauth]\ndynamic_registration = \"open\"\n", config());
    let server = RunningServer::start(&config);
    let body = object!({
        "client_name": "RP", "redirect_uris": ["https://rp.example.org/cb"],
        "backchannel_logout_uri": "https://rp.example.org/backchannel", "backchannel_logout_session_required": true,
    });
    let client = Api::new(&server.issuer, None).post("/register", &body).await.expect(201);
    assert_eq!(client["backchannel_logout_uri"], "https://rp.example.org/backchannel");
    assert_eq!(client["backchannel_logout_session_required"], true);
}

#[tokio::test]
async fn only_clients_of_the_session_that_ended_are_notified() {
    let (first, second) = (Receiver::answering(&[200]), Receiver::answering(&[200]));
    let server = RunningServer::start(&told(&[&first.uri, &second.uri]));
    let (mut here, mut there) = (Visitor::new(&server.issuer), Visitor::new(&server.issuer));
    here.sign_in(ADMINISTRATOR).await;
    there.sign_in(ADMINISTRATOR).await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let hint = log_in(&mut here, "rp-0").await;
    log_in(&mut there, "rp-1").await;
    log_in(&mut eve, "rp-1").await;
    sign_out(&mut here, &hint).await;
    first.next(PROMPTLY);
    assert!(second.is_quiet(Duration::from_secs(1)));
}

#[tokio::test]
async fn signing_out_of_a_session_that_has_run_out_still_tells_the_clients() {
    let receiver = Receiver::answering(&[200]);
    let server = RunningServer::start(&format!("{}\n[lifetimes]\nsession_idle = 6\n", told(&[&receiver.uri])));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = log_in(&mut visitor, "rp-0").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(visitor.get("/account").await.status, 303, "it has run out");
    sign_out(&mut visitor, &hint).await;
    receiver.next(PROMPTLY);
}

// §2.8: other responses are failures.
#[tokio::test]
async fn a_client_that_fails_twice_is_notified_at_the_third_attempt() {
    let receiver = Receiver::answering(&[503, 302, 200]);
    let server = RunningServer::start(&told(&[&receiver.uri]));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = log_in(&mut visitor, "rp-0").await;
    sign_out(&mut visitor, &hint).await;
    let [first, second, third] = [(); 3].map(|()| receiver.next(Duration::from_secs(30)));
    assert!(second.at - first.at >= Duration::from_millis(900) && third.at - second.at >= Duration::from_secs(3));
    let tokens = [first.logout_token(&server.issuer, "rp-0").await, third.logout_token(&server.issuer, "rp-0").await];
    assert_ne!(tokens[0]["jti"], tokens[1]["jti"]);
    assert!(receiver.is_quiet(Duration::from_secs(2)));
}

#[tokio::test]
async fn a_dead_client_delays_neither_the_logout_nor_the_others() {
    let (dead, _listener) = Receiver::dead();
    let receiver = Receiver::answering(&[200]);
    let server = RunningServer::start(&told(&[&dead, &receiver.uri, "http://127.0.0.1:1/nobody"]));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    for client_id in ["rp-0", "rp-2"] {
        log_in(&mut visitor, client_id).await;
    }
    let hint = log_in(&mut visitor, "rp-1").await;
    let begun = Instant::now();
    sign_out(&mut visitor, &hint).await;
    let answered = begun.elapsed();
    let told = receiver.next(PROMPTLY).at - begun;
    // The unresponsive client is abandoned after three seconds.
    assert!(answered < Duration::from_secs(3) && told < Duration::from_secs(3), "{answered:?}, {told:?}");
}

#[tokio::test]
async fn what_is_still_to_be_told_survives_the_death_of_the_server() {
    let receiver = Receiver::answering(&[503, 503, 200]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), told(&[&receiver.uri])).unwrap();
    let port = crate::support::free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = log_in(&mut visitor, "rp-0").await;
    sign_out(&mut visitor, &hint).await;
    receiver.next(PROMPTLY);
    receiver.next(PROMPTLY);
    server.kill();
    let server = RunningServer::start_in(folder.path(), port);
    let told = receiver.next(PROMPTLY).logout_token(&server.issuer, "rp-0").await;
    assert_eq!(told["sid"], claims(&hint)["sid"]);
}

#[tokio::test]
async fn failed_deliveries_are_shown_to_the_developer_after_a_restart_and_until_one_succeeds() {
    let receiver = Receiver::answering(&[404, 404, 404, 200]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), told(&[&receiver.uri])).unwrap();
    let port = crate::support::free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let issuer = server.issuer.clone();
    let sign_in_and_out = async || {
        let mut visitor = Visitor::new(&issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        let hint = log_in(&mut visitor, "rp-0").await;
        sign_out(&mut visitor, &hint).await;
    };
    let mut developer = Visitor::new(&server.issuer);
    developer.sign_in(ADMINISTRATOR).await;
    let mut becomes = async |expected: bool| {
        let mut html = String::new();
        for _ in 0..200 {
            html = developer.get("/admin/applications/rp-0").await.html;
            if html.contains("id=\"deliveries\"") == expected {
                assert!(!expected || html.contains("404"), "{html}");
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{html}");
    };
    sign_in_and_out().await;
    receiver.next(PROMPTLY);
    becomes(true).await;
    server.kill();
    let _server = RunningServer::start_in(folder.path(), port);
    becomes(true).await;
    for _ in 0..2 {
        receiver.next(PROMPTLY);
    }
    // The next attempt for the first session comes much later.
    sign_in_and_out().await;
    receiver.next(PROMPTLY);
    becomes(false).await;
}

// Attack: a client registers a URL on this machine.
#[tokio::test]
async fn private_addresses_are_not_called_unless_that_is_allowed() {
    let receiver = Receiver::answering(&[200]);
    let config = told(&[&receiver.uri]).replace("allow_private_addresses = true", "allow_private_addresses = false");
    let server = RunningServer::start(&config);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let hint = log_in(&mut visitor, "rp-0").await;
    sign_out(&mut visitor, &hint).await;
    assert!(receiver.is_quiet(Duration::from_secs(2)));
    assert!(server.log().contains("the address does not use https"), "{}", server.log());
    // The owner of the application also sees the error.
    visitor.sign_in(ADMINISTRATOR).await;
    let page = visitor.get("/admin/applications/rp-0").await;
    assert!(page.html.contains("id=\"deliveries\"") && page.html.contains("does not use https"), "{}", page.html);
}

#[tokio::test]
async fn clients_are_notified_however_the_session_ends() {
    let receiver = Receiver::answering(&[200]);
    let server = RunningServer::start(&told(&[&receiver.uri]));
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    new_person(&server.issuer, "eve").await;
    let mut eve = Visitor::new(&server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    let oneself = Api::of_person(&mut eve, "signet:account").await;
    let id = text(&oneself.get("/users/me").await.expect(200), "id");
    let path = format!("/users/{id}");
    let enabled = object!({"username": "eve", "disabled": false});
    let disabled = object!({"username": "eve", "disabled": true});
    let password = object!({"new_password": NEW_PASSPHRASE});
    for way in ["one session", "everywhere", "somebody else", "password", "disabled", "deleted"] {
        let known = if matches!(way, "disabled" | "deleted") { NEW_PASSPHRASE } else { PASSPHRASE };
        eve.sign_in(("eve", known)).await;
        let hint = log_in(&mut eve, "rp-0").await;
        let sid = text(&claims(&hint), "sid");
        match way {
            "one session" => administrator.delete(&format!("{path}/sessions/{sid}")).await.expect(204),
            "everywhere" => oneself.delete("/users/me/sessions").await.expect(204),
            "somebody else" => {
                eve.sign_in(ADMINISTRATOR).await;
                serde_json::Value::Null
            }
            "password" => administrator.call("PATCH", &format!("{path}/password"), Some(&password)).await.expect(204),
            "disabled" => administrator.put(&path, &disabled).await.expect(200),
            _ => administrator.delete(&path).await.expect(204),
        };
        let told = receiver.next(PROMPTLY).logout_token(&server.issuer, "rp-0").await;
        assert_eq!((text(&told, "sid"), text(&told, "sub")), (sid, id.clone()), "{way}");
        if way == "disabled" {
            administrator.put(&path, &enabled).await.expect(200);
        }
    }
    assert!(receiver.is_quiet(Duration::from_secs(1)));
}
