//! Forms that are submitted late, after a login in another tab, by another user, or without cookies. No input is lost,
//! and no invalid form is accepted.

use std::collections::BTreeSet;

use crate::{
    RunningServer,
    api::new_person,
    crawl::{Form, forms},
    page_attacks::{World, what_ends_the_most_last},
    signed_in,
    support::ADMINISTRATOR,
    visitor::{Page, Visitor, config, parameter, query},
};

const OWN: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];
const PASSPHRASE: &str = "a long and winding passphrase";

async fn form_of(browser: &mut Visitor, page: &str, action: &str) -> Form {
    let html = browser.get(page).await.html;
    form_in(page, &html, action)
}

fn form_in(page: &str, html: &str, action: &str) -> Form {
    let found = forms(page, html).into_iter().find(|form| form.action == action);
    found.unwrap_or_else(|| panic!("{action} is not on {page}: {html}"))
}

const WIKI: [(&str, Option<&str>); 3] = [
    ("client_name", Some("Wiki & <Co>")),
    ("redirect_uris", Some("https://wiki.example.org/cb\nhttps://wiki.example.org/other")),
    ("client_type", Some("public")),
];

fn assert_filled(page: &Page) {
    assert!(page.html.contains("value=\"Wiki &amp; &lt;Co&gt;\""), "{}", page.html);
    assert!(
        page.html.contains("https://wiki.example.org/cb\nhttps://wiki.example.org/other</textarea>"),
        "{}",
        page.html
    );
    assert!(
        page.html.contains("value=\"public\" checked") || page.html.contains("checked value=\"public\""),
        "{}",
        page.html
    );
}

fn assert_said(page: &Page, sentence: &str) {
    assert!(page.html.contains("<title>Error: "), "{}", page.html);
    let (summary, _) = page.html.split_once("<h1").unwrap();
    assert!(summary.contains("id=\"error-summary\"") && summary.contains(sentence), "{sentence}: {}", page.html);
}

async fn applications(browser: &mut Visitor) -> usize {
    browser.get("/developer").await.html.matches("Wiki &amp; &lt;Co&gt;").count()
}

#[tokio::test]
async fn a_form_goes_on_after_the_same_person_has_signed_in_again_in_another_tab() {
    let (_server, mut root) = signed_in().await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    let location = root.get(&format!("/authorize?{}", query(&[]))).await.location();
    let consent = form_of(&mut root, &location, "/consent").await;
    let before = root.cookies["sid"].clone();
    let page = root.get("/logout").await;
    let logout = form_in("/logout", &page.html, "/logout");
    assert_eq!(logout.send(&mut root, &logout.with(&[("decision", Some("confirm"))]), &OWN).await.status, 303);
    root.sign_in(ADMINISTRATOR).await;
    assert_ne!(root.cookies["sid"], before);
    assert_eq!(form.send(&mut root, &form.with(&WIKI), &OWN).await.status, 303);
    let page = consent.send(&mut root, &consent.with(&[("decision", Some("allow"))]), &OWN).await;
    assert!(page.location().starts_with("/authorize?"), "{}", page.html);
    let location = root.get(&page.location()).await.location();
    assert!(parameter(&location, "code").is_some(), "{location}");
}

#[tokio::test]
async fn a_form_of_another_person_or_with_a_spoilt_proof_comes_back_filled_in_and_changes_nothing() {
    let (server, mut root) = signed_in().await;
    new_person(&server.issuer, "eve").await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    let mut spoilt: Vec<(&str, Option<&str>)> = WIKI.to_vec();
    spoilt.push(("anti_forgery", Some("1.x.y")));
    let page = form.send(&mut root, &form.with(&spoilt), &OWN).await;
    assert_eq!(page.status, 403, "{}", page.html);
    assert_said(&page, "This page had expired");
    assert_filled(&page);
    assert_eq!(applications(&mut root).await, 0);
    // The form that is shown again is accepted.
    let again = form_in("/developer", &page.html, "/developer");
    let page = again.send(&mut root.clone(), &again.with(&WIKI), &OWN).await;
    assert_eq!(page.status, 303, "{}", page.html);
    assert_eq!(applications(&mut root).await, 1);

    let page = root.get("/logout").await;
    let logout = form_in("/logout", &page.html, "/logout");
    logout.send(&mut root, &logout.with(&[("decision", Some("confirm"))]), &OWN).await;
    root.sign_in(("eve", PASSPHRASE)).await;
    let page = form.send(&mut root, &form.with(&WIKI), &OWN).await;
    assert_eq!(page.status, 403, "{}", page.html);
    assert_said(&page, "You are now signed in as eve");
    assert_filled(&page);
    assert_eq!(applications(&mut root).await, 0);
}

#[tokio::test]
async fn nothing_of_a_form_from_elsewhere_and_no_secret_ever_comes_back() {
    let (_server, mut root) = signed_in().await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[],
    ] {
        let mut changes = WIKI.to_vec();
        changes.push(("anti_forgery", Some("x")));
        let page = form.send(&mut root, &form.with(&changes), headers).await;
        assert!(page.status == 403 && !page.html.contains("wiki.example.org"), "{headers:?}: {}", page.html);
    }
    let form = form_of(&mut root, "/account/password", "/account/password").await;
    let typed = [
        ("current_password", Some(ADMINISTRATOR.1)),
        ("new_password", Some("another quite long passphrase")),
        ("anti_forgery", Some("x")),
    ];
    let page = form.send(&mut root, &form.with(&typed), &OWN).await;
    assert_said(&page, "This page had expired");
    for secret in [ADMINISTRATOR.1, "another quite long passphrase"] {
        assert!(!page.html.contains(secret), "{}", page.html);
    }
}

/// Signs in on the login page `page` and returns where the browser is redirected.
async fn sign_in_on(browser: &mut Visitor, page: &Page, (username, password): (&str, &str)) -> String {
    let form = form_in("/login", &page.html, "/login");
    let typed = [("username", Some(username)), ("password", Some(password))];
    form.send(browser, &form.with(&typed), &OWN).await.location()
}

#[tokio::test]
async fn a_form_of_a_session_that_has_ended_comes_back_after_signing_in_to_the_same_person_alone() {
    let (server, mut root) = signed_in().await;
    new_person(&server.issuer, "eve").await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    // Once with only the session removed, once with all cookies removed.
    for forgets_all in [false, true] {
        let mut browser = root.clone();
        browser.cookies.remove("sid");
        if forgets_all {
            browser.cookies.clear();
            browser.get("/login").await;
        }
        let page = form.send(&mut browser, &form.with(&WIKI), &OWN).await;
        assert_eq!(page.status, 403, "{}", page.html);
        assert_said(&page, "You were signed out");
        assert!(!page.html.contains("wiki.example.org"), "it is sealed: {}", page.html);
        let mut wrong = browser.clone();
        let onward = sign_in_on(&mut browser, &page, ADMINISTRATOR).await;
        assert!(onward.starts_with("/developer?") && !onward.contains("wiki"), "{onward}");
        for _ in ["shown", "reloaded"] {
            let page = browser.get(&onward).await;
            assert_filled(&page);
            assert!(
                page.html.contains("role=\"status\"") && page.html.contains("Your entries are back"),
                "{}",
                page.html
            );
        }
        assert!(!browser.get("/developer").await.html.contains("wiki.example.org"), "only where it leads");
        assert_eq!(applications(&mut browser).await, 0);
        let onward = sign_in_on(&mut wrong, &page, ("eve", PASSPHRASE)).await;
        assert!(!wrong.get(&onward).await.html.contains("wiki.example.org"), "another person sees nothing of it");
    }
}

#[tokio::test]
async fn a_long_entry_survives_signing_in_again() {
    let (_server, mut root) = signed_in().await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    let long: Vec<String> =
        (0..700).map(|at| format!("https://wiki.example.org/callback/with/a/long/path/{at}")).collect();
    let long = long.join("\n");
    root.cookies.remove("sid");
    let page = form.send(&mut root, &form.with(&[("redirect_uris", Some(&long))]), &OWN).await;
    let onward = sign_in_on(&mut root, &page, ADMINISTRATOR).await;
    let html = root.get(&onward).await.html;
    assert!(html.contains("/path/0\n") && html.contains("/path/699</textarea>"), "{}", html.len());
}

#[tokio::test]
async fn a_browser_that_sends_no_cookie_is_informed_so_and_an_http_page_of_an_https_server_is_named() {
    let (server, mut root) = signed_in().await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    let login = form_of(&mut Visitor::new(&server.issuer), "/login", "/login").await;
    for form in [&form, &login] {
        let changes = [("username", Some("somebody-else")), ("password", Some("x"))];
        let page = form.send(&mut Visitor::new(&server.issuer), &form.with(&changes), &OWN).await;
        assert_eq!(page.status, 403);
        assert_said(&page, "Allow cookies for this site");
    }
    let page = login.send(&mut Visitor::new(&server.issuer), &login.with(&[("username", Some("x&y"))]), &OWN).await;
    assert!(page.html.contains("value=\"x&amp;y\""), "{}", page.html);
    let page = login.send(&mut Visitor::new(&server.issuer), &login.with(&[]), &[]).await;
    assert!(page.html.contains("Cookies required"), "{}", page.html);
}

#[tokio::test]
async fn every_form_of_the_account_and_administration_is_shown_again_when_its_proof_is_spoilt() {
    let server = RunningServer::start(&config());
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let invite = "/admin/invitations/new";
    for (page, action, typed) in [
        (invite, invite, [("email", "ada@example.org"), ("groups", "staff\nguests")]),
        ("/account/profile", "/account/profile", [("nickname", "countess"), ("website", "https://ada.example")]),
        ("/account/schedule", "/account/schedule", [("cron", "5 4 * * 1"), ("time_zone", "Europe/Berlin")]),
        (
            "/developer/presets/grafana",
            "/developer/presets/grafana",
            [("url", "https://grafana.example.org"), ("x", "y")],
        ),
    ] {
        let form = form_of(&mut root, page, action).await;
        let mut changes: Vec<_> = typed.iter().map(|(name, value)| (*name, Some(*value))).collect();
        changes.push(("anti_forgery", Some("x")));
        let shown = form.send(&mut root, &form.with(&changes), &OWN).await;
        assert_eq!(shown.status, 403, "{action}");
        assert_said(&shown, "This page had expired");
        for (name, value) in typed.iter().filter(|(name, _)| *name != "x") {
            let is_there =
                shown.html.contains(&format!("value=\"{value}\"")) || shown.html.contains(&format!(">\n{value}<"));
            assert!(is_there, "{action} {name}: {}", shown.html);
        }
        // A cleared field stays empty.
        let first = typed[0].0;
        let cleared = form.send(&mut root, &form.with(&[(first, Some("")), ("anti_forgery", Some("x"))]), &OWN).await;
        assert_eq!(form_in(page, &cleared.html, action).value(first), "", "{action}");
    }
}

#[tokio::test]
async fn who_is_signed_in_goes_on_from_the_pages_that_sign_in() {
    let (_server, mut root) = signed_in().await;
    for path in ["/login", "/signup"] {
        assert_eq!(root.get(path).await.location(), "/account", "{path}");
    }
    let location = Visitor::new(&root.issuer).get("/developer").await.location();
    assert_eq!(root.get(&location).await.location(), "/developer");
    assert_eq!(root.get("/login?account=another").await.status, 200, "unless they want another account");
    let again = root.get(&format!("/authorize?{}", query(&[("prompt", Some("login"))]))).await.location();
    assert_eq!(root.get(&again).await.status, 200, "unless the application asks for it");
}

/// Whether a person gets on from the page: by a form or by a link in its main part.
fn leads_on(page: &Page) -> bool {
    let main = page.html.split_once("<main").map_or("", |(_, main)| main.split("</main>").next().unwrap());
    main.contains("<form") || main.contains("<a ")
}

/// Where the browser ends up after `page`.
async fn followed(browser: &mut Visitor, mut page: Page) -> Page {
    for _ in 0..5 {
        if page.status != 303 || !page.location().starts_with('/') {
            break;
        }
        page = browser.get(&page.location()).await;
    }
    page
}

// The forms are found, so that a new one is sent twice too.
#[tokio::test]
async fn every_form_that_was_sent_in_another_tab_already_leads_on() {
    let mut world = World::create().await;
    let pages = world.pages().await;
    let all: Vec<Form> = pages.iter().flat_map(|(path, page)| forms(path, &page.html)).collect();
    let actions: BTreeSet<String> = all.iter().map(|form| form.action.clone()).collect();
    let mut sent = 0;
    for action in what_ends_the_most_last(&actions) {
        if world.root.get("/account").await.status != 200 {
            world.root.sign_in(ADMINISTRATOR).await;
        }
        let page = &all.iter().find(|form| form.action == *action).unwrap().page;
        let fresh = world.root.get(page).await;
        let Some(form) = forms(page, &fresh.html).into_iter().find(|form| form.action == *action) else { continue };
        let first = form.send(&mut world.root, &form.with(&[]), &OWN).await;
        followed(&mut world.root, first).await;
        let second = form.send(&mut world.root, &form.with(&[]), &OWN).await;
        let (status, second) = (second.status, followed(&mut world.root, second).await);
        let is_elsewhere = second.status == 303;
        assert!(status < 500 && second.status < 500, "{action}: {status}: {}", second.html);
        assert!(is_elsewhere || leads_on(&second), "{action}: {status}, {}: {}", second.status, second.html);
        sent += 1;
    }
    assert!(sent * 10 > actions.len() * 7, "{sent} of {} forms were still there", actions.len());
}

#[tokio::test]
async fn every_text_of_every_form_comes_back_when_the_form_has_expired() {
    let mut world = World::create().await;
    let (mut known, mut texts) = (BTreeSet::new(), 0);
    for (path, page) in world.pages().await {
        for form in forms(&path, &page.html).into_iter().filter(|form| known.insert(form.action.clone())) {
            let typed: Vec<(&str, String)> =
                form.texts.iter().map(|name| (name.as_str(), format!("typed into {name}"))).collect();
            let mut changes: Vec<_> = typed.iter().map(|(name, text)| (*name, Some(text.as_str()))).collect();
            changes.push(("anti_forgery", Some("1.x.y")));
            let shown = form.send(&mut world.root, &form.with(&changes), &OWN).await;
            assert_eq!(shown.status, 403, "{}", form.action);
            assert!(leads_on(&shown), "{}: {}", form.action, shown.html);
            for (name, text) in typed {
                assert!(shown.html.contains(&text), "{} {name}: {}", form.action, shown.html);
                texts += 1;
            }
        }
    }
    assert!(known.len() > 30 && texts > 40, "{} forms, {texts} texts", known.len());
}

#[tokio::test]
async fn what_was_removed_in_another_tab_leaves_the_list_and_a_person_who_has_the_account_goes_on() {
    let (server, mut root) = signed_in().await;
    let form = form_of(&mut root, "/developer", "/developer").await;
    let page = form.send(&mut root, &form.with(&WIKI), &OWN).await;
    let location = page.location();
    let own = location.split('?').next().unwrap().to_owned();
    let settings = form_of(&mut root, &own, &own).await;
    let deletion = form_of(&mut root, &format!("{own}/delete"), &format!("{own}/delete")).await;
    let deleting = deletion.with(&[("decision", Some("delete"))]);
    let page = deletion.send(&mut root, &deleting, &OWN).await;
    assert_eq!((page.status, page.location().as_str()), (303, "/developer?done=deleted"));
    // One that is gone and one that has expired as well.
    for (form, changes, status) in [
        (&deletion, vec![("decision", Some("delete"))], 404),
        (&settings, vec![("client_name", Some("The wiki"))], 404),
        (&settings, vec![("client_name", Some("The wiki")), ("anti_forgery", Some("1.x.y"))], 403),
    ] {
        let page = form.send(&mut root, &form.with(&changes), &OWN).await;
        assert_eq!(page.status, status, "{}", page.html);
        assert_said(&page, "This no longer exists, so nothing was changed.");
        form_in("/developer", &page.html, "/developer");
    }

    let mut eve = Visitor::new(&server.issuer);
    let form = form_of(&mut eve, "/signup", "/signup").await;
    let typed = [("username", Some("eve")), ("password", Some(PASSPHRASE))];
    for _ in ["the first tab", "the second tab"] {
        let page = form.send(&mut eve, &form.with(&typed), &OWN).await;
        assert_eq!((page.status, page.location().as_str()), (303, "/account"), "{}", page.html);
    }
    // For another user, or without a session, the name is taken.
    let page = form.send(&mut eve, &form.with(&[("username", Some("root")), typed[1]]), &OWN).await;
    assert_eq!(page.status, 422, "{}", page.html);
}
