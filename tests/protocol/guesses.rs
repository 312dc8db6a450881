//! Password guessing is limited, and cannot be used to lock a user out.

use serde_json::json;
use signet::account::{
    record::{Account, AccountId, Username},
    throttle::{Admission, Guess, GuessedAccount},
};
use time::Duration;

use crate::{
    ADMINISTRATOR,
    api::{Api, text},
    client,
    served_here::ServedHere,
    visitor::{Page, Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";
const ANOTHER: &str = "quite another winding passphrase";

/// A server with the default throttles, the administrator's browser, and a user `eve`.
async fn with_eve(more: &str) -> (ServedHere, Visitor, AccountId) {
    let server = ServedHere::start_throttled(&format!("{}{more}", config())).await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let eve = json!({"username": "eve", "password": PASSPHRASE});
    let id = text(&administrator.post("/users", &eve).await.expect(201), "id");
    (server, root, AccountId::parse(&id).unwrap())
}

/// Simulates a hundred failed attempts on the account from other browsers.
fn lock(server: &ServedHere, account: &AccountId) {
    let signet = server.signet();
    let guess = Guess { account: GuessedAccount::of(account), address: "192.0.2.1".parse().unwrap(), device: None };
    let mut failed = 0;
    while failed < 100 {
        server.clock.advance(Duration::seconds(5));
        failed += u32::from(matches!(signet.throttle.admit(&guess, server.clock.now()), Admission::Allowed(_)));
    }
}

async fn enter(visitor: &mut Visitor, username: &str, password: &str) -> Page {
    let token = visitor.get("/login").await.hidden("anti_forgery");
    visitor.post("/login", &[("username", username), ("password", password), ("anti_forgery", &token)]).await
}

fn account(server: &ServedHere, username: &str) -> Account {
    let username = Username::parse(username).unwrap();
    server.signet().store.account_by_username(&username).unwrap().unwrap().record
}

#[tokio::test]
async fn every_writing_of_a_locked_name_is_locked() {
    let grant = "\n[oauth]\npassword_grant = true\n";
    let mail = client("mail", "grant_types = [\"password\"]\nscope = \"openid profile\"\n");
    let (server, _root, eve) = with_eve(&format!("{grant}{mail}")).await;
    lock(&server, &eve);
    let spaces = |count: usize| format!("{}eve{}", " ".repeat(count), " ".repeat(count / 2));
    let written = [0, 1, 252, 256, 500].map(spaces).into_iter();
    let written = written.chain(["EVE", "\u{ff45}ve", "\u{3000}Eve\u{a0}"].map(ToOwned::to_owned));
    for username in written {
        server.clock.advance(Duration::seconds(10));
        let page = enter(&mut Visitor::new(&server.issuer), &username, PASSPHRASE).await;
        assert_eq!(page.status, 429, "{username:?} on the login page");
        let form = [
            ("grant_type", "password"),
            ("username", username.as_str()),
            ("password", PASSPHRASE),
            ("client_id", "mail"),
            ("client_secret", crate::visitor::SECRET),
            ("scope", "profile"),
        ];
        let refused = Visitor::new(&server.issuer).post("/token", &form).await;
        assert!(refused.status == 400 || refused.status == 429, "{username:?}: {}", refused.html);
        assert!(!refused.html.contains("access_token"), "{username:?} by the password grant: {}", refused.html);
    }
    server.clock.advance(Duration::minutes(15));
    Visitor::new(&server.issuer).sign_in((&spaces(500), PASSPHRASE)).await;
}

#[tokio::test]
async fn strangers_who_guess_lock_a_person_out_for_fifteen_minutes_at_most() {
    let (server, _root, eve) = with_eve("").await;
    lock(&server, &eve);
    assert_eq!(enter(&mut Visitor::new(&server.issuer), "eve", PASSPHRASE).await.status, 429);
    server.clock.advance(Duration::minutes(15));
    Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
}

#[tokio::test]
async fn strangers_who_guess_do_not_stop_the_owner_on_a_known_device() {
    let (server, _root, eve) = with_eve("").await;
    let mut known = Visitor::new(&server.issuer);
    known.sign_in(("eve", PASSPHRASE)).await;
    let mut without_device_cookie = known.clone();
    without_device_cookie.cookies.remove("device");
    lock(&server, &eve);
    let of_eve = Api::of_person(&mut known, "signet:account").await;

    let change = async |visitor: &mut Visitor, current: &str, new: &str| {
        server.clock.advance(Duration::seconds(10));
        let token = visitor.get("/account/password").await.hidden("anti_forgery");
        let form = [("current_password", current), ("new_password", new), ("anti_forgery", &token)];
        visitor.post("/account/password", &form).await
    };
    assert_eq!(change(&mut known, "a wrong passphrase of mine", ANOTHER).await.status, 422);
    let body = json!({"current_password": "a wrong passphrase of mine", "new_password": ANOTHER});
    assert_eq!(of_eve.call("PATCH", "/users/me/password", Some(&body)).await.status, 400);
    let mut again = Visitor::new(&server.issuer);
    again.cookies.insert("device".to_owned(), known.cookies["device"].clone());
    server.clock.advance(Duration::seconds(10));
    again.sign_in(("eve", PASSPHRASE)).await;
    assert_eq!(enter(&mut Visitor::new(&server.issuer), "eve", PASSPHRASE).await.status, 429, "strangers stay locked");

    let changed = change(&mut without_device_cookie, PASSPHRASE, ANOTHER).await;
    assert_eq!((changed.status, changed.location().as_str()), (303, "/account/password?done=changed"));
    assert_eq!(without_device_cookie.get("/account").await.status, 200, "still signed in");
    server.clock.advance(Duration::seconds(10));
    Visitor::new(&server.issuer).sign_in(("eve", ANOTHER)).await;
}

#[tokio::test]
async fn a_password_set_by_a_link_unlocks_and_makes_the_browser_known() {
    let (server, mut root, eve) = with_eve("").await;
    lock(&server, &eve);
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let made = administrator.post(&format!("/users/{eve}/password-reset"), &json!({})).await.expect(201);
    let mut visitor = Visitor::new(&server.issuer);
    let page = visitor.get(&text(&made, "link")).await;
    let (code, token) = (page.hidden("code"), page.hidden("anti_forgery"));
    let form = [("code", code.as_str()), ("password", ANOTHER), ("anti_forgery", &token)];
    assert_eq!(visitor.post("/reset", &form).await.location(), "/reset/done");
    assert!(visitor.cookies.contains_key("device"), "{:?}", visitor.cookies);
    server.clock.advance(Duration::seconds(10));
    Visitor::new(&server.issuer).sign_in(("eve", ANOTHER)).await;
    lock(&server, &eve);
    assert_eq!(enter(&mut Visitor::new(&server.issuer), "eve", ANOTHER).await.status, 429);
    server.clock.advance(Duration::seconds(10));
    visitor.sign_in(("eve", ANOTHER)).await;
}

#[tokio::test]
async fn an_administrator_unlocks_an_account() {
    let (server, mut root, eve) = with_eve("").await;
    lock(&server, &eve);
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let page = root.get(&format!("/admin/people/{eve}")).await;
    assert!(page.html.contains("Too many wrong passwords were entered"), "{}", page.html);
    let of_unknown = administrator.post("/users/usr_aaaaaaaaaaaaaaaaaaaaaaaaaa/unlock", &json!({})).await;
    assert_eq!(of_unknown.status, 404);
    let mut someone = Visitor::new(&server.issuer);
    server.clock.advance(Duration::seconds(10));
    assert_eq!(enter(&mut someone, "eve", PASSPHRASE).await.status, 429);
    let (path, token) = (format!("/admin/people/{eve}/unlock"), page.hidden("anti_forgery"));
    let elsewhere = [("sec-fetch-site", "cross-site")];
    assert_eq!(root.post_with(&path, &[("anti_forgery", &token)], &elsewhere).await.status, 403);
    assert_eq!(root.post(&path, &[("anti_forgery", "")]).await.status, 403);
    assert_eq!(enter(&mut someone, "eve", PASSPHRASE).await.status, 429, "the form was not taken");
    administrator.post(&format!("/users/{eve}/unlock"), &json!({})).await.expect(204);
    server.clock.advance(Duration::seconds(10));
    someone.sign_in(("eve", PASSPHRASE)).await;
    let of_eve = Api::of_person(&mut someone, "signet:account").await;
    assert_eq!(of_eve.post(&format!("/users/{eve}/unlock"), &json!({})).await.status, 403);
    let events = administrator.get("/events?event=account_unlocked").await.expect(200);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "{events}");
    let page = root.get(&format!("/admin/people/{eve}")).await;
    assert!(!page.html.contains("Too many wrong passwords were entered"), "{}", page.html);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_stop_a_login() {
    let (server, _root, _eve) = with_eve("").await;
    for back in [Duration::MINUTE, Duration::HOUR, Duration::days(200)] {
        Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
        server.clock.advance(-back);
        Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
        server.clock.advance(Duration::MINUTE);
    }
}

#[tokio::test]
async fn a_session_and_a_grant_count_that_begin_with_a_password_set_while_the_clock_was_ahead() {
    let (server, _root, eve) = with_eve("").await;
    server.clock.advance(Duration::days(200));
    let kept = server.signet().store.account(&eve).unwrap().unwrap();
    let mut changed = kept.record.clone();
    changed.password_changed_at = Some(server.clock.now());
    server.signet().store.replace_account(&kept, &changed).await.unwrap();
    server.clock.advance(-Duration::days(200));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(("eve", PASSPHRASE)).await;
    assert_eq!(visitor.get("/account").await.status, 200);
    let of_eve = Api::of_person(&mut visitor, "signet:account").await;
    of_eve.get("/users/me").await.expect(200);
    assert!(account(&server, "eve").password_changed_at.unwrap() <= server.clock.now());
}
