//! Attacks on the pages. The pages, their forms and the routes are discovered rather than listed, so that new ones are
//! covered too.

use std::{cmp::Reverse, collections::BTreeSet};

use serde_json::{Value, json};

use crate::{
    RunningServer,
    api::{Api, new_person, text},
    crawl::{Form, forms, pages},
    form_routes::{form_routes, leads_to},
    hostile,
    openid_rig::{CALLBACK, EVE, RelyingParty, Rig},
    outline,
    support::ADMINISTRATOR,
    visitor::{Page, Visitor, config, parameter, query},
};

const DEVICE: &str = "grant_types = [\"urn:ietf:params:oauth:grant-type:device_code\"]\nscope = \"openid profile\"";

const PASSPHRASE: &str = "a long and winding passphrase";

/// A server with activity of every kind that a page can show, and the URLs from which to start.
pub(crate) struct World {
    pub(crate) server: RunningServer,
    /// The administrator, in the browser in which all of it happened.
    pub(crate) root: Visitor,
    /// The same user in another browser.
    elsewhere: Visitor,
    beginnings: Vec<String>,
}

impl World {
    pub(crate) async fn create() -> Self {
        let television = crate::client("public-television", DEVICE);
        let server = RunningServer::start(&format!("{}{television}", config()));
        let mut root = Visitor::new(&server.issuer);
        root.sign_in(ADMINISTRATOR).await;
        let mut elsewhere = Visitor::new(&server.issuer);
        elsewhere.sign_in(ADMINISTRATOR).await;
        root.code().await;
        let api = Api::of_person(&mut root, "signet:admin").await;
        let mut eve = new_person(&server.issuer, "eve").await;
        eve.code().await;
        let users = api.get("/users?username=eve").await.expect(200);
        let reset = format!("/users/{}/password-reset", text(&users["users"][0], "id"));
        let reset = text(&api.post(&reset, &json!({})).await.expect(201), "link");
        api.post("/invitations", &json!({"email": "bob@example.org"})).await.expect(201);
        api.post("/users", &json!({"username": "grouped", "groups": ["staff"]})).await.expect(201);
        for disabled in [false, true] {
            let client_id = register(&mut root, &[("client_name", Some("Wiki"))]).await;
            let unregistered = [("client_id", client_id.as_str()), ("redirect_uri", "https://wiki.example.org/other")];
            let page = root
                .get(&format!("/authorize?response_type=code&{}", signet::oauth::parameters::encode(&unregistered)))
                .await;
            assert_eq!(page.status, 400, "{}", page.html);
            if !disabled {
                api.post(&format!("/clients/{client_id}/secrets"), &json!({})).await.expect(201);
            } else {
                let path = format!("/admin/applications/{client_id}");
                let page = root.get(&path).await;
                let form = found(&forms(&path, &page.html), &format!("{path}/disable"));
                assert_eq!(form.send(&mut root, &form.with(&[]), &OWN).await.status, 303);
            }
        }
        let mut beginnings: Vec<String> =
            ["/", "/account", "/developer", "/admin", "/logout", "/login", "/signup"].map(ToOwned::to_owned).into();
        for prompt in ["login", "consent"] {
            let location = root.get(&format!("/authorize?{}", query(&[("prompt", Some(prompt))]))).await.location();
            beginnings.push(location);
        }
        beginnings.push(reset.replace(&server.issuer, ""));
        beginnings.push(format!("/device?user_code={}", user_code(&server).await));
        Self { server, root, elsewhere, beginnings }
    }

    /// Every page, in the browser of the administrator.
    pub(crate) async fn pages(&mut self) -> Vec<(String, Page)> {
        let beginnings: Vec<&str> = self.beginnings.iter().map(String::as_str).collect();
        pages(&mut self.root, &beginnings).await.into_iter().collect()
    }

    /// Everything that a form can change.
    async fn state(&self, api: &Api) -> Vec<Value> {
        let mut state = Vec::new();
        for path in ["/users", "/clients", "/invitations", "/users/me/grants", "/users/me/applications", "/jwks.json"] {
            state.push(api.get(path).await.expect(200));
        }
        for user in state[0].clone()["users"].as_array().unwrap() {
            let sessions = api.get(&format!("/users/{}/sessions", text(user, "id"))).await.expect(200);
            let sessions: BTreeSet<String> =
                sessions["sessions"].as_array().unwrap().iter().map(|one| text(one, "id")).collect();
            state.push(sessions.into_iter().map(|id| json!({ "id": id })).collect());
        }
        state
    }
}

/// Registers an application on the developer page and returns its identifier.
async fn register(browser: &mut Visitor, changes: &[(&str, Option<&str>)]) -> String {
    let page = browser.get("/developer").await;
    let form = found(&forms("/developer", &page.html), "/developer");
    let usual = [("redirect_uris", Some("https://wiki.example.org/cb")), ("client_type", Some("confidential"))];
    let page = form.send(browser, &form.with(&[&usual, changes].concat()), &OWN).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let page = browser.get(&page.location()).await;
    let (_, rest) = page.html.split_once("id=\"client-id\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

/// The user code of a device that waits for a decision.
async fn user_code(server: &RunningServer) -> String {
    let form = [("client_id", "public-television"), ("scope", "openid profile")];
    let page = Visitor::new(&server.issuer).post("/device_authorization", &form).await;
    text(&crate::json(&page), "user_code")
}

fn found(forms: &[Form], action: &str) -> Form {
    forms.iter().find(|form| form.action == action).unwrap_or_else(|| panic!("no form to {action}: {forms:?}")).clone()
}

/// Targets of forms that delete records.
const ENDS: [&str; 5] = ["/delete", "/sessions", "/grants/", "/applications/report", "/logout"];

const OWN: [(&str, &str); 1] = [("sec-fetch-site", "same-origin")];

#[tokio::test]
async fn no_form_of_any_page_is_taken_from_elsewhere_or_without_its_token() {
    let mut world = World::create().await;
    let api = Api::of_person(&mut world.root, "signet:admin signet:account").await;
    let pages = world.pages().await;
    let all: Vec<Form> = pages.iter().flat_map(|(path, page)| forms(path, &page.html)).collect();
    let routes = form_routes();
    assert!(routes.len() > 20, "{routes:?}");
    for route in &routes {
        let is_found = all.iter().any(|form| leads_to(&form.action, route));
        // A server has either an administrator or the setup page.
        let is_setup = *route == [Some("setup".to_owned())];
        // Accounts are not locked while the throttles are relaxed; guesses.rs covers attacks on this form.
        let is_unlock = route.last() == Some(&Some("unlock".to_owned()));
        assert!(is_found || is_setup || is_unlock, "{route:?}: no page with this form; lead there in World::create");
    }
    assert!(all.iter().all(|form| routes.iter().any(|route| leads_to(&form.action, route))));

    let before = world.state(&api).await;
    let mut known = BTreeSet::new();
    for form in all.iter().filter(|form| known.insert(form.action.clone())) {
        attack(&mut world, form, &all).await;
    }
    assert_eq!(before, world.state(&api).await, "something has changed");

    // The unmodified forms are accepted, even if a required field is empty.
    let mut taken = 0;
    for action in what_ends_the_most_last(&known) {
        let page = all.iter().find(|form| form.action == *action).unwrap().page.clone();
        if world.root.get("/account").await.status != 200 {
            world.root.sign_in(ADMINISTRATOR).await;
        }
        let fresh = world.root.get(&page).await;
        let Some(form) = forms(&page, &fresh.html).into_iter().find(|form| form.action == *action) else { continue };
        let answer = form.send(&mut world.root, &form.with(&[]), &OWN).await;
        assert!(answer.status != 403 && answer.status < 500, "{action}: {}: {}", answer.status, answer.html);
        taken += 1;
    }
    println!("{} forms, {taken} of them taken", known.len());
    assert!(taken * 10 > known.len() * 7, "{taken} of {} forms were still there", known.len());
}

/// Sorts the actions of forms so that the most destructive ones come last.
pub(crate) fn what_ends_the_most_last(actions: &BTreeSet<String>) -> Vec<&String> {
    let mut actions: Vec<&String> = actions.iter().collect();
    actions.sort_by_key(|action| (ENDS.iter().any(|ends| action.contains(ends)), Reverse(action.len())));
    actions
}

/// Submits `form` in every way that must be rejected.
async fn attack(world: &mut World, form: &Form, all: &[Form]) {
    let token = form.value("anti_forgery");
    assert!(token.len() >= 20, "{form:?}");
    let mut altered = token.to_owned().into_bytes();
    altered[3] = if altered[3] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    let page = world.elsewhere.get(&form.page).await;
    let theirs = forms(&form.page, &page.html).into_iter().find(|theirs| theirs.action == form.action);
    let theirs = theirs.map(|theirs| theirs.value("anti_forgery").to_owned()).unwrap_or_default();
    let another = if form.page == "/developer" { "/account/sessions" } else { "/developer" };
    let of_another_form = all.iter().find(|form| form.page == another).unwrap().value("anti_forgery");
    for (what, presented, headers) in [
        ("no token", None, &OWN[..]),
        ("an empty token", Some(""), &OWN),
        ("an altered token", Some(altered.as_str()), &OWN),
        ("the token of another session", Some(theirs.as_str()), &OWN),
        ("the token of another form", Some(of_another_form), &OWN),
        ("another site", Some(token), &[("sec-fetch-site", "cross-site")]),
        ("another site, no token", None, &[("sec-fetch-site", "cross-site")]),
        ("another host of the site", Some(token), &[("sec-fetch-site", "same-site")]),
        ("the address bar", Some(token), &[("sec-fetch-site", "none")]),
        ("another origin", Some(token), &[("origin", "https://evil.example")]),
        ("no word of where from, no token", None, &[]),
        ("origin null, no token", None, &[("origin", "null")]),
    ] {
        let page = form.send(&mut world.root.clone(), &form.with(&[("anti_forgery", presented)]), headers).await;
        assert_eq!(page.status, 403, "{}: {what}: {}", form.action, page.html);
        assert!(!page.headers.contains_key("location"));
    }
}

// Covers every route, including those whose page is shown only to some users.
#[tokio::test]
async fn no_route_takes_a_form_without_a_token_from_anybody() {
    let server = RunningServer::start(&config());
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let eve = new_person(&server.issuer, "eve").await;
    for route in form_routes() {
        let parts: Vec<&str> = route.iter().map(|part| part.as_deref().unwrap_or("report")).collect();
        let path = format!("/{}", parts.join("/"));
        for browser in [&root, &eve, &Visitor::new(&server.issuer)] {
            for headers in [&OWN[..], &[("sec-fetch-site", "cross-site")], &[]] {
                let form = [("decision", "confirm"), ("username", "root"), ("password", ADMINISTRATOR.1)];
                let mut browser = browser.clone();
                let page = if path == "/account/picture" {
                    browser.upload_with(&path, &form, b"", headers).await
                } else {
                    browser.post_with(&path, &form, headers).await
                };
                assert_eq!(page.status, 403, "{path} {headers:?}: {}", page.html);
                assert!(!page.headers.contains_key("location"), "{path}");
            }
        }
    }
}

/// Whether this session cookie is no longer valid.
async fn is_dead(issuer: &str, sid: &str) -> bool {
    let mut browser = Visitor::new(issuer);
    browser.cookies.insert("sid".to_owned(), sid.to_owned());
    browser.get("/account").await.status == 303
}

// OWASP ASVS 7.2.4
#[tokio::test]
async fn a_session_has_a_new_identifier_after_each_login_step_up_and_password_change_and_the_old_one_is_dead() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let issuer = rig.server.issuer.as_str();
    let mut browser = rig.browser();
    // An attacker has set a session cookie, either invented or their own.
    let mallory = new_person(issuer, "mallory").await;
    for planted in ["made-up", mallory.cookies["sid"].as_str()] {
        browser.cookies.insert("sid".to_owned(), planted.to_owned());
        browser.sign_in(EVE).await;
        assert_ne!(browser.cookies["sid"], planted);
        assert!(is_dead(issuer, planted).await, "{planted}");
    }
    let change = [("current_password", EVE.1), ("new_password", "another quite long passphrase")];
    for step in ["login", "step-up", "max_age", "password", "another person"] {
        let before = browser.cookies["sid"].clone();
        match step {
            "login" => browser.sign_in(EVE).await,
            "step-up" => assert!(client.login(&mut browser, &[("prompt", Some("login"))]).await.saw("/login")),
            "max_age" => assert!(client.login(&mut browser, &[("max_age", Some("0"))]).await.saw("/login")),
            "password" => {
                let page = browser.get("/account/password").await;
                let form = found(&forms("/account/password", &page.html), "/account/password");
                let filled: Vec<_> = change.iter().map(|(name, value)| (*name, Some(*value))).collect();
                let page = form.send(&mut browser, &form.with(&filled), &OWN).await;
                assert_eq!(page.status, 303, "{}", page.html);
            }
            _ => browser.sign_in(ADMINISTRATOR).await,
        }
        assert_ne!(browser.cookies["sid"], before, "{step}");
        assert!(is_dead(issuer, &before).await, "{step}");
        assert_eq!(browser.get("/account").await.status, 200, "{step}");
    }
    // The cookie of a browser that signs out becomes invalid.
    let last = browser.cookies["sid"].clone();
    let page = browser.get("/logout").await;
    let form = found(&forms("/logout", &page.html), "/logout");
    form.send(&mut browser, &form.with(&[("decision", Some("confirm"))]), &OWN).await;
    assert!(!browser.cookies.contains_key("sid") && is_dead(issuer, &last).await);
}

/// Checks the headers that every response to a browser must have.
fn assert_guarded(path: &str, page: &Page) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(page.header(name), value, "{path}: {name}");
    }
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    let is_own = ["/account", "/developer", "/admin"].iter().any(|own| path.starts_with(own));
    let is_shown = is_own && page.status == 200;
    assert!(!is_shown || policy.contains("form-action 'self'"), "{path}: {policy}");
    let can_end_elsewhere = !is_own && path.starts_with('/');
    assert!(
        !can_end_elsewhere || !policy.contains("form-action"),
        "{path}: a redirect after a form is not followed: {policy}"
    );
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
    for tag in outline::of(&page.html) {
        let has_handler = tag.attributes.iter().any(|(name, _)| name.starts_with("on") || name == "style");
        assert!(tag.name != "script" && !has_handler, "{path}: {}", tag.shape());
    }
}

#[tokio::test]
async fn every_page_and_every_error_page_is_framed_by_no_one_and_runs_no_script() {
    let mut world = World::create().await;
    let pages = world.pages().await;
    assert!(pages.len() > 30, "{}", pages.len());
    for (path, page) in &pages {
        assert_guarded(path, page);
    }
    let mut errors = Vec::new();
    let root = &mut world.root;
    for (path, status) in [
        ("/nowhere", 404),
        ("/developer/nowhere", 404),
        ("/admin/people/usr_nobody", 404),
        ("/authorize", 400),
        ("/authorize?client_id=report&redirect_uri=https%3A%2F%2Fevil.example", 400),
        ("/authorize?interaction=x", 400),
        ("/setup?code=x", 403),
        ("/login?interaction=x", 200),
    ] {
        errors.push((path.to_owned(), status, root.get(path).await));
    }
    let long = format!("/login?x={}", "a".repeat(60_000));
    errors.push(("a long address".to_owned(), 414, root.get(&long).await));
    let large = "a".repeat(2_000_000);
    errors.push(("a large form".to_owned(), 413, root.post("/login", &[("username", &large)]).await));
    errors.push(("no token".to_owned(), 403, root.post("/account/profile", &[]).await));
    errors.push(("another method".to_owned(), 405, root.post("/account", &[]).await));
    let elsewhere = format!("http://localhost:{}/", world.server.port);
    errors.push(("another host".to_owned(), 421, root.get(&elsewhere).await));
    let mut eve = Visitor::new(&world.server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    errors.push(("not an administrator".to_owned(), 403, eve.get("/admin").await));
    for (what, status, page) in &errors {
        assert_eq!(page.status, *status, "{what}: {}", page.html);
        assert!(page.header("content-type").starts_with("text/html"), "{what}");
        assert_guarded(what, page);
    }
}

/// Everything that an attacker can cause to be shown, with `text` in it, by location.
async fn shown(rig: &Rig, root: &mut Visitor, text: &str) -> Vec<(String, Page)> {
    let mut browser = rig.browser();
    let (client, mut shown) = shown_in_a_login(rig, &mut browser, text).await;
    shown.extend(shown_of_an_address(&client, &mut browser, text).await);
    let connected = browser.get("/account/applications").await;
    let disconnect = found(&forms("/account/applications", &connected.html), "/account/applications");
    shown.push(("connected applications".to_owned(), connected));
    for (path, names) in [
        ("/signup", &["username", "email", "name"][..]),
        ("/developer", &["client_name", "redirect_uris"]),
        ("/account/profile", &["email", "picture", "website", "zoneinfo"]),
        ("/account/schedule", &["cron", "time_zone"]),
    ] {
        // A signed-in user is redirected away from the sign-up page.
        let mut browser = if path == "/signup" { rig.browser() } else { browser.clone() };
        let page = browser.get(path).await;
        let form = found(&forms(path, &page.html), path);
        let mut changes: Vec<_> = names.iter().map(|name| (*name, Some(text))).collect();
        changes.extend([("password", Some("x")), ("client_type", Some("confidential")), ("decision", Some("preview"))]);
        shown.push((format!("refused {path}"), browser.post(path, &form.with(&changes)).await));
    }
    // Restores the state for the next text.
    assert_eq!(disconnect.send(&mut browser, &disconnect.with(&[]), &OWN).await.status, 303);
    let page = browser.get("/logout").await;
    let form = found(&forms("/logout", &page.html), "/logout");
    form.send(&mut browser, &form.with(&[("decision", Some("confirm"))]), &OWN).await;
    for path in ["/admin/people", "/admin/applications"] {
        let query = signet::oauth::parameters::encode(&[("q", text)]);
        shown.push((format!("{path} q"), root.get(&format!("{path}?{query}")).await));
    }
    let path = format!("/admin/applications/{}", client.client_id);
    shown.push(("/admin/applications/client".to_owned(), root.get(&path).await));
    shown
}

/// The pages of a login for a client with this name, if the name is allowed.
async fn shown_in_a_login(rig: &Rig, browser: &mut Visitor, text: &str) -> (RelyingParty, Vec<(String, Page)>) {
    let mut shown = Vec::new();
    let extra = json!({"client_name": text});
    let named = {
        let mut body = json!({"redirect_uris": [CALLBACK], "response_types": ["code"]});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        Api::new(&rig.server.issuer, None).post("/register", &body).await.status == 201
    };
    let client = rig.registered(("code", Some("form_post")), if named { extra } else { json!({}) }).await;
    let asked = [
        ("state", Some(text)),
        ("login_hint", Some(text)),
        ("ui_locales", Some(text)),
        ("claims_locales", Some(text)),
        ("acr_values", Some(text)),
        ("display", Some(text)),
        ("prompt", Some("consent")),
    ];
    let location = browser.get(&format!("/authorize?{}", client.query(&asked))).await.location();
    let login = browser.get(&location).await;
    let form = found(&forms("/login", &login.html), "/login");
    shown.push(("the login page".to_owned(), login));
    let wrong = form.with(&[("username", Some(text)), ("password", Some("wrong"))]);
    shown.push(("a wrong login".to_owned(), browser.post("/login", &wrong).await));
    let right = form.with(&[("username", Some(EVE.0)), ("password", Some(EVE.1))]);
    let onward = browser.post("/login", &right).await.location();
    let location = browser.get(&onward).await.location();
    let consent = browser.get(&location).await;
    let form = found(&forms("/consent", &consent.html), "/consent");
    shown.push(("the consent page".to_owned(), consent));
    let onward = browser.post("/consent", &form.with(&[("decision", Some("allow"))])).await.location();
    let form_post = browser.get(&onward).await;
    client.redeem(browser, &form_post.hidden("code")).await;
    shown.push(("form_post".to_owned(), form_post));
    (client, shown)
}

/// The pages whose URL contains the text.
async fn shown_of_an_address(client: &RelyingParty, browser: &mut Visitor, text: &str) -> Vec<(String, Page)> {
    let mut shown = Vec::new();
    let encoded = |pairs: &[(&str, &str)]| signet::oauth::parameters::encode(pairs);
    for (path, name) in [
        ("/login", "interaction"),
        ("/signup", "interaction"),
        ("/signup", "invitation"),
        ("/consent", "interaction"),
        ("/authorize", "interaction"),
        ("/authorize", "client_id"),
        ("/setup", "code"),
        ("/device", "user_code"),
        ("/account/sessions", "done"),
        ("/account/schedule", "client_id"),
        ("/account/schedule", "cron"),
        ("/developer", "done"),
        ("/logout/done", "interaction"),
        ("/nowhere", "x"),
    ] {
        let page = browser.get(&format!("{path}?{}", encoded(&[(name, text)]))).await;
        shown.push((format!("{path} {name}"), page));
    }
    for name in ["redirect_uri", "scope", "response_type", "response_mode", "code_challenge", "id_token_hint"] {
        let page = browser.get(&format!("/authorize?{}", client.query(&[(name, Some(text)), ("state", None)]))).await;
        if page.status == 303 {
            assert!(!page.location().contains(text), "{name}: {}", page.location());
        }
        shown.push((format!("/authorize {name}"), page));
    }
    let logout = [("client_id", client.client_id.as_str()), ("post_logout_redirect_uri", text), ("state", text)];
    shown.push(("the question of logout".to_owned(), browser.get(&format!("/logout?{}", encoded(&logout))).await));
    shown
}

// Checks the texts over HTTP together with the policy of each page. The tests in src/web cover each view with each
// text.
#[tokio::test]
async fn no_text_that_someone_else_chose_becomes_markup_on_any_page() {
    let rig = Rig::start().await;
    let shapes = |page: &Page| outline::of(&page.html).iter().map(outline::Tag::shape).collect::<Vec<_>>();
    let mut root = rig.browser();
    root.sign_in(ADMINISTRATOR).await;
    let harmless = shown(&rig, &mut root, "harm less").await;
    let mut compared = 0;
    for payload in hostile::TEXTS {
        for ((place, page), (same_place, expected)) in shown(&rig, &mut root, payload).await.iter().zip(&harmless) {
            assert_eq!(place, same_place);
            let is_valid = payload.contains(['<', '"']) && page.html.contains(payload);
            assert!(!is_valid, "{place}: {payload:?} in {}", page.html);
            if page.header("content-type").starts_with("text/html") {
                let policy = page.header("content-security-policy");
                let is_strict = policy.contains("default-src 'none'") && policy.contains("base-uri 'none'");
                assert!(is_strict && !policy.contains("unsafe"), "{place}: {policy}");
            }
            // The length of a list depends on earlier registrations, and field errors depend on the text.
            if place.ends_with(" q") || place.starts_with("refused") {
                assert_guarded(place, page);
            } else if page.status == expected.status && page.status != 303 {
                assert_eq!(shapes(page), shapes(expected), "{place}: {payload:?}: {}", page.html);
                compared += 1;
            }
        }
    }
    println!("{} texts at {} places, {compared} pages compared", hostile::TEXTS.len(), harmless.len());
    assert!(compared * 10 > hostile::TEXTS.len() * harmless.len() * 7, "{compared}");
    // A URL that is not a web URL cannot be registered.
    for member in ["logo_uri", "policy_uri", "tos_uri", "client_uri", "initiate_login_uri", "backchannel_logout_uri"] {
        for payload in hostile::TEXTS {
            let body = json!({"client_name": "App", "redirect_uris": [CALLBACK], member: payload});
            let refused = Api::new(&rig.server.issuer, None).post("/register", &body).await;
            assert_eq!(refused.refusal(), (400, "invalid_client_metadata"), "{member}: {payload}");
        }
    }
}

// OpenID Connect Core §3.1.2.1
#[tokio::test]
async fn a_login_that_was_asked_for_again_and_is_cancelled_gives_nothing() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let mut browser = rig.browser();
    client.login(&mut browser, &[]).await;
    for again in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        let again = [(again.0, Some(again.1))];
        let location = browser.get(&format!("/authorize?{}", client.query(&again))).await.location();
        let sealed = parameter(&format!("https://x{location}"), "interaction").unwrap();
        let interaction = signet::oauth::parameters::encode(&[("interaction", &sealed)]);
        let still_asks = async |browser: &mut Visitor| {
            for path in ["/authorize", "/consent"] {
                let mut page = browser.get(&format!("{path}?{interaction}")).await;
                while page.status == 303 && !page.location().starts_with("/login?") {
                    assert!(page.location().starts_with("/authorize?"), "{}", page.location());
                    page = browser.get(&page.location()).await;
                }
                assert_eq!(page.status, 303, "{path}: {}", page.html);
            }
        };
        still_asks(&mut browser).await;
        // A wrong password, another page in between, and the form of a page that was never shown.
        let login = browser.get(&location).await;
        let form = found(&forms(&location, &login.html), "/login");
        let wrong = form.with(&[("username", Some(EVE.0)), ("password", Some("wrong"))]);
        assert_eq!(browser.post("/login", &wrong).await.status, 422);
        still_asks(&mut browser).await;
        let other = browser.get(&format!("/authorize?{}", client.query(&[("prompt", Some("consent"))]))).await;
        let consent = browser.get(&other.location()).await;
        let form = found(&forms("/consent", &consent.html), "/consent");
        let swapped = form.with(&[("interaction", Some(&sealed)), ("decision", Some("allow"))]);
        assert_eq!(browser.post("/consent", &swapped).await.status, 403);
        still_asks(&mut browser).await;
        // A user who cancels stays signed in.
        assert!(client.login(&mut browser, &[("prompt", Some("none"))]).await.seen.is_empty());
        assert!(client.login(&mut browser, &again).await.saw("/login"));
    }
}

// CVE-2026-7507 and CVE-2026-39222 were vulnerabilities of this kind.
#[tokio::test]
async fn a_login_that_an_attacker_has_begun_gives_nothing_in_the_browser_of_the_victim() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let mut attacker = rig.browser();
    let of_login = attacker.get(&format!("/authorize?{}", client.query(&[]))).await.location();
    let mut mallory = new_person(&rig.server.issuer, "mallory").await;
    let of_consent = mallory.get(&format!("/authorize?{}", client.query(&[]))).await.location();
    let mut signed_in = rig.browser();
    signed_in.sign_in(EVE).await;
    for (place, link) in [("/login", of_login.as_str()), ("/consent", &of_consent)] {
        assert!(link.starts_with(&format!("{place}?")), "{link}");
        let sealed = parameter(&format!("https://x{link}"), "interaction").unwrap();
        let interaction = signet::oauth::parameters::encode(&[("interaction", &sealed)]);
        for victim in [&rig.browser(), &signed_in] {
            let resumed = victim.clone().get(&format!("/authorize?{interaction}")).await;
            assert_eq!(resumed.status, 400, "{}", resumed.html);
            let consent = victim.clone().get(&format!("/consent?{interaction}")).await;
            assert_eq!(consent.status, 400, "{}", consent.html);
            // The login page shows nothing of the attacker's request and does not continue it.
            let mut victim = victim.clone();
            let login = victim.get(&format!("/login?{interaction}")).await;
            let is_over =
                ["This page has expired", "start again in the app"].iter().any(|said| login.html.contains(said));
            assert!(is_over && !login.html.contains("Suite"), "{}", login.html);
            let form = found(&forms("/login", &login.html), "/login");
            let filled = form.with(&[("username", Some(EVE.0)), ("password", Some(EVE.1))]);
            let mut page = victim.post("/login", &filled).await;
            while page.status == 303 {
                assert!(page.location().starts_with('/'), "{}", page.location());
                page = victim.get(&page.location()).await;
            }
            assert_eq!(page.status, 400, "{}", page.html);
            // The victim's own form with the attacker's pending request.
            let own = victim.get(&format!("/authorize?{}", client.query(&[("prompt", Some("consent"))]))).await;
            let consent = victim.get(&own.location()).await;
            let form = found(&forms("/consent", &consent.html), "/consent");
            let swapped = form.with(&[("interaction", Some(&sealed)), ("decision", Some("allow"))]);
            assert_eq!(victim.post("/consent", &swapped).await.status, 403);
        }
    }
    // The victim's actions have changed nothing in the attacker's browser.
    assert!(attacker.get(&of_login.replace("/login", "/authorize")).await.location().starts_with("/login?"));
    let outcome = client.login(&mut rig.browser(), &[]).await;
    assert_eq!(outcome.seen, ["/login", "/consent"]);
}

// No data of one user is reachable by another.
#[tokio::test]
async fn a_second_person_is_shown_no_page_of_the_first_and_no_one_without_signing_in() {
    let mut world = World::create().await;
    let api = Api::of_person(&mut world.root, "signet:admin").await;
    let mut eve = Visitor::new(&world.server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    let own = text(&Api::of_person(&mut eve, "signet:account").await.get("/users/me").await.expect(200), "id");
    // All identifiers that only the first user may know.
    let mut secret = BTreeSet::new();
    for list in world.state(&api).await {
        identifiers(&list, &mut secret);
    }
    let shared = ["report", "service", "swagger-ui", "public-television"];
    secret.retain(|id| *id != own && !shared.contains(&id.as_str()));
    let eves = Api::of_person(&mut eve, "signet:account").await;
    let mut of_eve = BTreeSet::new();
    for path in ["/users/me/grants", "/users/me/sessions"] {
        identifiers(&eves.get(path).await.expect(200), &mut of_eve);
    }
    secret.retain(|id| !of_eve.contains(id));
    assert!(secret.len() >= 8, "{secret:?}");

    let (mut refused, mut asked) = (0, 0);
    for (path, page) in world.pages().await {
        let is_open = ["/login", "/signup", "/logout", "/consent", "/reset"].iter().any(|open| path.starts_with(open))
            || path == "/";
        let seen = eve.clone().get(&path).await;
        if path.starts_with("/admin") || secret.iter().any(|id| path.contains(id.as_str())) {
            assert!(matches!(seen.status, 403 | 404), "{path}: {}", seen.status);
            refused += 1;
        }
        for id in &secret {
            // The caller already knows the identifier in the URL.
            assert!(path.contains(id) || !seen.html.contains(id), "{path}: {id} in {}", seen.html);
        }
        for form in forms(&path, &page.html) {
            let theirs = secret.iter().any(|id| form.action.contains(id));
            if theirs {
                let token = forms("/developer", &eve.get("/developer").await.html)[0].value("anti_forgery").to_owned();
                let page = form.send(&mut eve.clone(), &form.with(&[("anti_forgery", Some(&token))]), &OWN).await;
                assert!(matches!(page.status, 403 | 404), "{}: {}", form.action, page.status);
            }
        }
        if !is_open {
            let no_one = Visitor::new(&world.server.issuer).get(&path).await;
            assert_eq!(no_one.status, 303, "{path}: {}", no_one.html);
            assert!(no_one.location().starts_with("/login"), "{path}: {}", no_one.location());
            asked += 1;
        }
    }
    assert!(refused > 15 && asked > 25, "{refused} {asked}");
}

// The same attack through the form fields that every user can submit.
#[tokio::test]
async fn a_form_of_one_person_reaches_nothing_of_another() {
    let mut world = World::create().await;
    let api = Api::of_person(&mut world.root, "signet:admin").await;
    let mut eve = Visitor::new(&world.server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    Api::of_person(&mut eve, "signet:account").await.get("/users/me").await.expect(200);
    let before = world.state(&api).await;
    let roots = world.root.get("/account/sessions").await;
    let sids: BTreeSet<String> =
        forms("/account/sessions", &roots.html).iter().map(|form| form.value("sid").to_owned()).collect();
    for sid in sids.iter().filter(|sid| !sid.is_empty()) {
        let token = eve.get("/account/sessions").await.hidden("anti_forgery");
        let stolen = [("decision", "end"), ("sid", sid), ("anti_forgery", &token)];
        assert_eq!(eve.post("/account/sessions", &stolen).await.status, 404);
    }
    assert!(sids.iter().any(|sid| !sid.is_empty()), "{sids:?}");
    let token = eve.get("/account/applications").await.hidden("anti_forgery");
    eve.post("/account/applications", &[("client_id", "swagger-ui"), ("anti_forgery", &token)]).await;
    assert_eq!(before, world.state(&api).await);
    assert_eq!(world.root.get("/account").await.status, 200);
    assert_eq!(world.elsewhere.get("/account").await.status, 200);
}

/// The values of every `id` and `client_id` in `value`.
fn identifiers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| identifiers(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| matches!(name.as_str(), "id" | "client_id")) {
                    Some(id) => {
                        found.insert(id.to_owned());
                    }
                    None => identifiers(value, found),
                }
            }
        }
        _ => {}
    }
}
