//! `/account` and the pages below it

use crate::{
    api::{Api, new_person},
    signed_in,
    support::{ADMINISTRATOR, RunningServer},
    tokens,
    visitor::{Page, Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";

/// Sends the form of the page at `path`, with its token.
async fn fill(visitor: &mut Visitor, path: &str, form: &[(&str, &str)]) -> Page {
    let token = visitor.get(path).await.hidden("anti_forgery");
    visitor.post(path, &[form, &[("anti_forgery", &token)]].concat()).await
}

/// Two browsers of one person.
async fn two_browsers() -> (RunningServer, Visitor, Visitor) {
    let server = RunningServer::start(&config());
    let here = new_person(&server.issuer, "eve").await;
    let mut there = Visitor::new(&server.issuer);
    there.sign_in(("eve", PASSPHRASE)).await;
    (server, here, there)
}

#[tokio::test]
async fn every_page_asks_to_sign_in_and_every_form_needs_its_token() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    for path in ["profile", "password", "applications", "sessions"] {
        let path = format!("/account/{path}");
        let location = Visitor::new(&server.issuer).get(&path).await.location();
        assert!(location.starts_with("/login?interaction="), "{path}: {location}");
        assert_eq!(person.get(&path).await.status, 200, "{path}");
        assert!(person.get("/account").await.html.contains(&format!("href=\"{path}\"")), "{path}");
        assert_eq!(person.post(&path, &[]).await.status, 403, "{path}");
    }
    let token = person.get("/account/sessions").await.hidden("anti_forgery");
    assert_eq!(person.post("/account/password", &[("anti_forgery", &token)]).await.status, 403, "of another form");
    assert_eq!(person.upload("/account/picture", &[("decision", "remove")], b"").await.status, 403);
}

#[tokio::test]
async fn a_person_edits_their_profile() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let form = [
        ("username", "eve"),
        ("email", "eve@example.org"),
        ("given_name", "Eve <b>"),
        ("birthdate", "1990-12-31"),
        ("address.locality", "Berlin"),
    ];
    let saved = fill(&mut person, "/account/profile", &form).await;
    assert_eq!((saved.status, saved.location().as_str()), (303, "/account/profile?done=saved"));
    let page = person.get(&saved.location()).await;
    for part in ["Saved.", "eve@example.org", "Eve &lt;b&gt;", "1990-12-31", "value=\"Berlin\""] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    let wrong = [("username", "root"), ("birthdate", "1990-12-31")];
    let page = fill(&mut person, "/account/profile", &wrong).await;
    assert!(page.status == 422 && page.html.contains("id=\"username-error\""), "{}", page.html);
    let wrong = [("username", "eve"), ("birthdate", "yesterday"), ("address.country", "Atlantis")];
    let page = fill(&mut person, "/account/profile", &wrong).await;
    assert!(page.status == 422 && page.html.contains("id=\"birthdate-error\""), "{}", page.html);
    assert!(page.html.contains("value=\"yesterday\"") && page.html.contains("value=\"Atlantis\""), "{}", page.html);
    assert!(person.get("/account/profile").await.html.contains("value=\"Berlin\""), "nothing has changed");
}

#[tokio::test]
async fn a_person_uploads_a_picture_and_takes_it_away() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let page = person.get("/account/profile").await;
    let token = page.html.rsplit_once("action=\"/account/picture\"").unwrap().1;
    let token = token.split_once("name=\"anti_forgery\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let form = |decision| [("anti_forgery", token.as_str()), ("decision", decision)];
    let page = person.upload("/account/picture", &form("upload"), b"no picture").await;
    assert!(page.status == 422 && page.html.contains("id=\"upload-error\""), "{}", page.html);
    assert_eq!(person.upload("/account/picture", &form("upload"), &vec![0; 3 << 20]).await.status, 413);
    let page = person.upload("/account/picture", &form("upload"), &crate::schedules::pixel()).await;
    assert_eq!(page.location(), "/account/profile?done=picture");
    let page = person.get("/account/profile").await;
    let source = page.html.split_once("img src=\"").unwrap().1.split('"').next().unwrap().to_owned();
    assert_eq!(person.get(&source).await.status, 200, "{source}");
    let page = person.upload("/account/picture", &form("remove"), b"").await;
    assert_eq!(page.location(), "/account/profile?done=removed");
    assert!(!person.get("/account/profile").await.html.contains("<img"));
    assert_eq!(person.get(&source).await.status, 404);
}

#[tokio::test]
async fn a_person_changes_their_password_and_only_this_browser_stays_signed_in() {
    let (server, mut here, mut there) = two_browsers().await;
    let new = "another long and winding passphrase";
    for (current, new, field) in [("wrong", new, "current_password"), (PASSPHRASE, "short", "new_password")] {
        let form = [("current_password", current), ("new_password", new)];
        let page = fill(&mut here, "/account/password", &form).await;
        assert!(page.status == 422 && page.html.contains(&format!("id=\"{field}-error\"")), "{field}: {}", page.html);
        assert!(!page.html.contains(PASSPHRASE), "a password never stands on a page");
    }
    let form = [("current_password", PASSPHRASE), ("new_password", new)];
    let page = fill(&mut here, "/account/password", &form).await;
    assert_eq!((page.status, page.location().as_str()), (303, "/account/password?done=changed"), "{}", page.html);
    assert_eq!((here.get("/account").await.status, there.get("/account").await.status), (200, 303));
    Visitor::new(&server.issuer).sign_in(("eve", new)).await;
}

#[tokio::test]
async fn a_person_signs_out_another_device_and_then_all() {
    let (server, mut here, mut there) = two_browsers().await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let page = here.get("/account/sessions").await;
    assert_eq!((page.html.matches("This one").count(), page.html.matches("name=\"sid\"").count()), (1, 1));
    let sid = page.hidden("sid");
    let form = [("decision", "end"), ("sid", sid.as_str())];
    assert_eq!(fill(&mut root, "/account/sessions", &form).await.status, 404, "it is somebody else's");
    assert_eq!(there.get("/account").await.status, 200);
    let page = fill(&mut here, "/account/sessions", &form).await;
    assert_eq!(page.location(), "/account/sessions?done=ended");
    assert_eq!((here.get("/account").await.status, there.get("/account").await.status), (200, 303));
    there.sign_in(("eve", PASSPHRASE)).await;
    assert_eq!(fill(&mut here, "/account/sessions", &[("decision", "end-all")]).await.location(), "/logout/done");
    assert_eq!((here.get("/account").await.status, there.get("/account").await.status), (303, 303));
    assert_eq!(root.get("/account").await.status, 200);
}

#[tokio::test]
async fn a_person_sees_what_an_application_may_do_and_disconnects_it() {
    let (server, mut visitor) = signed_in().await;
    let connected = tokens(&mut visitor, "report", &[]).await;
    let page = visitor.get("/account/applications").await;
    for part in ["<bdi>Report</bdi>", "in 1 grant.", "/account/schedule?client_id=report"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    assert!(!page.html.contains(">orders:read<"), "a scope stands in words: {}", page.html);
    let mut other = new_person(&server.issuer, "eve").await;
    assert!(other.get("/account/applications").await.html.contains("No application has access"));
    fill(&mut visitor, "/account/applications", &[("client_id", "report")]).await.location();
    assert!(visitor.get("/account/applications").await.html.contains("No application has access"));
    let access_token = connected["access_token"].as_str().unwrap();
    assert_eq!(Api::new(&server.issuer, Some(access_token)).get("/userinfo").await.status, 401);
}
