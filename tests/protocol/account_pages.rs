//! `/account` and the pages below it.

use crate::{
    api::{Api, new_person},
    json, signed_in,
    support::{ADMINISTRATOR, RunningServer},
    tokens,
    visitor::{Page, Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";

/// Submits the form on the page at `path`, with its token.
async fn fill(visitor: &mut Visitor, path: &str, form: &[(&str, &str)]) -> Page {
    let token = visitor.get(path).await.hidden("anti_forgery");
    let path = path.split('?').next().unwrap();
    visitor.post(path, &[form, &[("anti_forgery", &token)]].concat()).await
}

/// Two browsers of one user.
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
    for path in ["profile", "password", "applications", "sessions", "schedule", "data"] {
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
    let token = person.get("/account/profile").await.hidden("anti_forgery");
    let form = |decision| [("anti_forgery", token.as_str()), ("decision", decision)];
    let page = person.upload("/account/picture", &form("upload"), b"no picture").await;
    assert!(page.status == 422 && page.html.contains("id=\"upload-error\""), "{}", page.html);
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
    assert_eq!((page.html.matches("This browser").count(), page.html.matches("name=\"sid\"").count()), (1, 1));
    let sid = page.hidden("sid");
    let form = [("decision", "end"), ("sid", sid.as_str())];
    assert_eq!(fill(&mut root, "/account/sessions", &form).await.status, 404, "it is another user's");
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
    for part in ["<bdi>Report</bdi>", "1 permission.", "/account/schedule?client_id=report"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    assert!(!page.html.contains(">orders:read<"), "a scope stands in words: {}", page.html);
    let mut other = new_person(&server.issuer, "eve").await;
    assert!(other.get("/account/applications").await.html.contains("No app has access"));
    fill(&mut visitor, "/account/applications", &[("client_id", "report")]).await.location();
    assert!(visitor.get("/account/applications").await.html.contains("No app has access"));
    let access_token = connected["access_token"].as_str().unwrap();
    assert_eq!(Api::new(&server.issuer, Some(access_token)).get("/userinfo").await.status, 401);
}

#[tokio::test]
async fn a_schedule_is_previewed_set_and_removed() {
    let (server, mut visitor) = signed_in().await;
    tokens(&mut visitor, "report", &[]).await;
    for (path, more) in
        [("/account/schedule", &[][..]), ("/account/schedule?client_id=report", &[("client_id", "report")])]
    {
        assert!(visitor.get(path).await.html.contains("No schedule is set."), "{path}");
        let form =
            |cron, decision| [&[("cron", cron), ("time_zone", "Europe/Berlin"), ("decision", decision)], more].concat();
        let page = fill(&mut visitor, path, &form("0 4 * * *", "preview")).await;
        let is_shown = page.html.contains("Preview of the schedule") && page.html.matches("<dd>").count() == 5;
        assert!(page.status == 200 && is_shown, "{}", page.html);
        assert!(visitor.get(path).await.html.contains("No schedule is set."), "{path}: a preview sets nothing");
        let page = fill(&mut visitor, path, &form("at four", "set")).await;
        assert!(page.status == 422 && page.html.contains("id=\"cron-error\""), "{}", page.html);
        let page = fill(&mut visitor, path, &form("30 5 * * *", "set")).await;
        assert_eq!((page.status, page.location().contains("done=set")), (303, true), "{}", page.html);
        let page = visitor.get(&page.location()).await;
        assert!(page.html.contains("value=\"30 5 * * *\"") && page.html.contains("schedule-remove"), "{}", page.html);
        let mut other = new_person(&server.issuer, &format!("eve{}", more.len())).await;
        assert_eq!(other.get(path).await.status, if more.is_empty() { 200 } else { 404 }, "not connected");
        let page = fill(&mut visitor, path, &form("", "remove")).await;
        assert!(visitor.get(&page.location()).await.html.contains("No schedule is set."), "{path}");
    }
    assert_eq!(visitor.get("/account/schedule?client_id=nowhere").await.status, 404);
}

#[tokio::test]
async fn a_person_takes_a_copy_of_what_is_known_of_them() {
    let (server, mut visitor) = signed_in().await;
    tokens(&mut visitor, "report", &[]).await;
    let page = visitor.get("/account/data/copy").await;
    assert_eq!(page.header("content-disposition"), "attachment; filename=\"account.json\"");
    assert_eq!(page.header("cache-control"), "no-store");
    let known = json(&page);
    assert_eq!((&known["user"]["username"], known["sessions"].as_array().unwrap().len()), (&"root".into(), 1));
    assert_eq!(known["applications"][0]["client_id"], known["grants"][0]["client_id"]);
    assert!(!page.html.contains("argon2") && !page.html.contains("digest"), "{}", page.html);
    assert_eq!(Visitor::new(&server.issuer).get("/account/data/copy").await.status, 303);
}

#[tokio::test]
async fn a_person_who_knows_the_password_leaves_for_good() {
    let (server, mut here, mut there) = two_browsers().await;
    let form = |password| [("decision", "delete"), ("password", password)];
    for wrong in ["wrong", ""] {
        let page = fill(&mut here, "/account/data", &form(wrong)).await;
        assert!(page.status == 422 && page.html.contains("id=\"password-error\""), "{}", page.html);
    }
    assert_eq!(there.get("/account").await.status, 200, "nothing has changed");
    let page = fill(&mut here, "/account/data", &form(PASSPHRASE)).await;
    assert_eq!((page.status, page.location().as_str()), (303, "/logout/done"), "{}", page.html);
    assert_eq!((here.get("/account").await.status, there.get("/account").await.status), (303, 303));
    new_person(&server.issuer, "eva").await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let page = fill(&mut root, "/account/data", &form(ADMINISTRATOR.1)).await;
    assert!(page.status == 409 && page.html.contains("last administrator"), "{}", page.html);
    assert_eq!(root.get("/account").await.status, 200);
}
