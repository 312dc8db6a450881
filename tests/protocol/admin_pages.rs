//! `/admin`: what an administrator can do in a browser and other users cannot.

use crate::{
    api::{Api, new_person, text},
    signed_in,
    support::ADMINISTRATOR,
    visitor::{Page, Visitor},
};

const PASSPHRASE: &str = "a long and winding passphrase";

/// The anti-forgery token of the form on `page` that leads to `action`.
fn token(page: &Page, action: &str) -> String {
    let form = format!("method=\"post\" action=\"{action}\">");
    let (_, rest) = page.html.split_once(&form).unwrap_or_else(|| panic!("no form to {action} in {}", page.html));
    let (_, rest) = rest.split_once("name=\"anti_forgery\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Submits the form on the page at `at` that leads to `action`.
async fn send(visitor: &mut Visitor, at: &str, action: &str, form: &[(&str, &str)]) -> Page {
    let token = token(&visitor.get(at).await, action);
    visitor.post(action, &[form, &[("anti_forgery", token.as_str())]].concat()).await
}

/// Submits a form that must be accepted, and returns the redirect target.
async fn taken(visitor: &mut Visitor, at: &str, action: &str, form: &[(&str, &str)]) -> String {
    let page = send(visitor, at, action, form).await;
    assert_eq!(page.status, 303, "{action}: {}", page.html);
    page.location()
}

async fn seen(visitor: &mut Visitor, path: &str) -> String {
    let page = visitor.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.html);
    page.html
}

/// The first link in `html` that starts with `beginning`.
fn link(html: &str, beginning: &str) -> String {
    let (_, rest) = html.split_once(&format!("href=\"{beginning}")).unwrap_or_else(|| panic!("{beginning}: {html}"));
    format!("{beginning}{}", rest.split('"').next().unwrap()).replace("&amp;", "&")
}

/// The page of the user `username`.
async fn page_of(visitor: &mut Visitor, username: &str) -> String {
    let found = seen(visitor, &format!("/admin/people?q={username}&by=username")).await;
    link(&found, "/admin/people/usr_")
}

#[tokio::test]
async fn only_administrators_reach_the_administration() {
    let (server, mut root) = signed_in().await;
    let id = page_of(&mut root, "root").await;
    let mut no_one = Visitor::new(&server.issuer);
    let location = no_one.get("/admin/people?q=r").await.location();
    assert!(location.starts_with("/login?interaction="), "{location}");
    let login = no_one.get(&location).await;
    let (interaction, anti_forgery) = (login.hidden("interaction"), login.hidden("anti_forgery"));
    let form = [
        ("username", ADMINISTRATOR.0),
        ("password", ADMINISTRATOR.1),
        ("interaction", interaction.as_str()),
        ("anti_forgery", anti_forgery.as_str()),
    ];
    assert_eq!(no_one.post("/login", &form).await.location(), "/admin/people?q=r");

    let mut eve = new_person(&server.issuer, "eve").await;
    let person =
        ["", "/delete", "/password", "/sessions", "/sessions/x", "/applications", "/applications/x", "/grants"];
    let person = person.iter().map(|rest| format!("{id}{rest}"));
    let rest = [
        "/admin",
        "/admin/",
        "/admin/nothing",
        "/admin/people",
        "/admin/invitations",
        "/admin/invitations/new",
        "/admin/invitations/x/delete",
        "/admin/applications",
        "/admin/applications/report",
        "/admin/applications/report/delete",
        "/admin/applications/report/disable",
        "/admin/applications/report/secrets",
        "/admin/applications/report/secrets/1/delete",
        "/admin/audit",
        "/admin/keys",
        "/admin/keys/rotate",
        "/admin/keys/emergency",
        "/admin/resources",
    ];
    for path in rest.into_iter().map(ToOwned::to_owned).chain(person) {
        let page = eve.get(&path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(page.html.contains("Not allowed"), "{path}: {}", page.html);
        for visitor in [&mut eve, &mut root] {
            assert_eq!(visitor.post(&path, &[("anti_forgery", "x")]).await.status, 403, "{path}");
            assert_eq!(visitor.post(&path, &[]).await.status, 403, "{path}");
        }
        let not_signed_in = Visitor::new(&server.issuer).get(&path).await;
        assert_eq!(not_signed_in.status, 303, "{path}");
    }
    // A token is valid only for its form, in the session that it was issued in.
    let of_root = token(&root.get(&id).await, &id);
    for visitor in [&mut eve, &mut root] {
        let page = visitor.post(&format!("{id}/delete"), &[("anti_forgery", &of_root)]).await;
        assert_eq!(page.status, 403, "{}", page.html);
    }
    assert_eq!(eve.post(&id, &[("anti_forgery", &of_root)]).await.status, 403);
    assert_eq!(root.get("/admin/nothing").await.status, 404);
    assert_eq!(root.get("/admin/people/usr_nobody").await.status, 404);
    assert!(seen(&mut root, "/admin").await.contains("href=\"/admin/people\""));
}

#[tokio::test]
async fn people_are_found_by_how_they_begin_and_listed_in_pages() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    for at in 0..52 {
        let body = serde_json::json!({"username": format!("eve{at:02}"), "email": format!("mail{at:02}@example.org")});
        administrator.post("/users", &body).await.expect(201);
    }
    let mallory = serde_json::json!({"username": "mallory", "email": "MAIL99@example.org"});
    administrator.post("/users", &mallory).await.expect(201);
    let newest = seen(&mut root, "/admin/people").await;
    assert!(newest.contains("<label for=\"q\">Begins with</label>"), "{newest}");
    assert!(newest.contains("<bdi>mallory</bdi>") && !newest.contains("<bdi>root</bdi>"), "{newest}");
    let older = seen(&mut root, &link(&newest, "/admin/people?page_token=")).await;
    assert!(older.contains("<bdi>root</bdi>") && !older.contains("Next page"), "{older}");

    let found = seen(&mut root, "/admin/people?q=EVE&by=username").await;
    assert!(found.contains("<bdi>eve00</bdi>") && !found.contains("<bdi>eve51</bdi>"), "{found}");
    let next = link(&found, "/admin/people?q=EVE&amp;by=username&amp;page_token=");
    let found = seen(&mut root, &next).await;
    assert!(found.contains("<bdi>eve51</bdi>") && !found.contains("mallory") && !found.contains("Next page"));
    let found = seen(&mut root, "/admin/people?q=mail9&by=email").await;
    assert!(found.contains("<bdi>mallory</bdi>") && !found.contains("<bdi>eve"), "{found}");
    assert!(seen(&mut root, "/admin/people?q=unknown&by=username").await.contains("Nothing found"));
    assert_eq!(root.get("/admin/people?page_token=x").await.status, 400);
}

#[tokio::test]
async fn an_administrator_decides_about_a_person() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let id = page_of(&mut root, "eve").await;
    let form = [("groups", "staff\r\n\r\nboard"), ("employee_number", "4711"), ("administrator", "true")];
    assert_eq!(taken(&mut root, &id, &id, &form).await, id);
    let html = seen(&mut root, &id).await;
    assert!(html.contains("board\nstaff</textarea>") && html.contains("value=\"4711\""), "{html}");
    assert!(html.contains("Administrator</span>") && seen(&mut eve, "/admin").await.contains("Administration"));

    let too_long = "x".repeat(100);
    let wrong = send(&mut root, &id, &id, &[("employee_number", &too_long), ("groups", "kept")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html.contains("id=\"employee_number-error\"") && wrong.html.contains("kept</textarea>"));
    assert!(seen(&mut root, &id).await.contains("staff"), "nothing was kept of it");

    taken(&mut root, &id, &id, &[("disabled", "true")]).await;
    assert!(seen(&mut root, &id).await.contains("Disabled</span>"));
    assert_eq!(eve.get("/account").await.status, 303);
    taken(&mut root, &id, &id, &[]).await;

    let password = format!("{id}/password");
    let weak = send(&mut root, &id, &password, &[("new_password", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.html.contains("id=\"new_password-error\"") && !weak.html.contains("value=\"short\""));
    taken(&mut root, &id, &password, &[("new_password", "another long and winding passphrase")]).await;
    eve.sign_in(("eve", "another long and winding passphrase")).await;
    assert_eq!(eve.get("/account").await.status, 200);
    let sessions = format!("{id}/sessions");
    assert!(seen(&mut root, &sessions).await.contains("Unknown browser"));
    taken(&mut root, &id, &sessions, &[]).await;
    assert_eq!(eve.get("/account").await.status, 303);

    let delete = format!("{id}/delete");
    assert!(seen(&mut root, &delete).await.contains("Delete eve?"));
    assert_eq!(taken(&mut root, &delete, &delete, &[]).await, "/admin/people");
    assert_eq!(root.get(&id).await.status, 404);
}

#[tokio::test]
async fn an_administrator_ends_what_a_person_has_allowed() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let id = page_of(&mut root, "eve").await;
    for part in ["sessions", "grants", "applications"] {
        eve.sign_in(("eve", PASSPHRASE)).await;
        let api = Api::of_person(&mut eve, "openid signet:account").await;
        assert_eq!(text(&api.get("/users/me").await.expect(200), "username"), "eve");
        let list = format!("{id}/{part}");
        let html = seen(&mut root, &list).await;
        let (_, rest) = html.split_once(&format!("action=\"{list}/")).unwrap_or_else(|| panic!("{html}"));
        let action = format!("{list}/{}", rest.split('"').next().unwrap());
        assert_eq!(taken(&mut root, &list, &action, &[]).await, list);
        assert_eq!(api.get("/users/me").await.status, 401, "{part}");
        assert!(!seen(&mut root, &list).await.contains(&action), "{part}");
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let (server, mut root) = signed_in().await;
    let id = page_of(&mut root, "root").await;
    let delete = format!("{id}/delete");
    for form in [&[("groups", "staff")][..], &[("administrator", "true"), ("disabled", "true")]] {
        let page = send(&mut root, &id, &id, form).await;
        assert_eq!(page.status, 409, "{}", page.html);
        assert!(page.html.contains("this is the last administrator"), "{}", page.html);
    }
    let page = send(&mut root, &delete, &delete, &[]).await;
    assert_eq!(page.status, 409);
    assert!(page.html.contains("this is the last administrator"), "{}", page.html);
    assert!(
        !seen(&mut root, &id).await.contains("name=\"new_password\""),
        "your own password is changed with the current one"
    );

    new_person(&server.issuer, "eve").await;
    let eve = page_of(&mut root, "eve").await;
    taken(&mut root, &eve, &eve, &[("administrator", "true")]).await;
    assert_eq!(taken(&mut root, &delete, &delete, &[]).await, "/admin/people");
}

#[tokio::test]
async fn an_invitation_is_made_used_and_taken_back() {
    let (server, mut root) = signed_in().await;
    let new = "/admin/invitations/new";
    for (days, expected) in [("0", "days"), ("31", "days"), ("soon", "days"), ("99999999999999999", "days")] {
        let page = send(&mut root, new, new, &[("days", days), ("email", "eve@example.org")]).await;
        assert_eq!(page.status, 422, "{days}");
        assert!(page.html.contains(&format!("id=\"{expected}-error\"")), "{days}: {}", page.html);
        assert!(page.html.contains("value=\"eve@example.org\""), "what was entered is still there");
    }
    let page = send(&mut root, new, new, &[("days", "7"), ("email", "not one")]).await;
    assert!(page.status == 422 && page.html.contains("id=\"email-error\""), "{}", page.html);

    let form = [("days", "7"), ("email", "eve@example.org"), ("groups", "staff")];
    let made = send(&mut root, new, new, &form).await;
    assert_eq!(made.status, 303, "{}", made.html);
    let made = root.get(&made.location()).await;
    assert_eq!((made.status, made.header("cache-control")), (200, "no-store"), "{}", made.html);
    let secret = made.html.split_once("/signup?invitation=").unwrap().1.split('<').next().unwrap().to_owned();
    let list = seen(&mut root, "/admin/invitations").await;
    assert!(list.contains("eve@example.org") && list.contains("staff") && !list.contains(&secret), "{list}");
    let mut eve = Visitor::new(&server.issuer);
    let sign_up = eve.get(&format!("/signup?invitation={secret}")).await;
    assert_eq!(sign_up.hidden("invitation"), secret);

    let (_, rest) = list.split_once("action=\"/admin/invitations/").unwrap();
    let action = format!("/admin/invitations/{}", rest.split('"').next().unwrap());
    assert_eq!(taken(&mut root, "/admin/invitations", &action, &[]).await, "/admin/invitations");
    assert!(seen(&mut root, "/admin/invitations").await.contains("Nothing found"));
}

#[tokio::test]
async fn an_application_is_found_disabled_given_a_secret_and_deleted() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let eves = Api::of_person(&mut eve, "signet:clients").await;
    let body = serde_json::json!({"client_name": "Wiki & Co", "redirect_uris": ["https://wiki.example/cb"]});
    let id = text(&eves.post("/clients", &body).await.expect(201), "client_id");
    let path = format!("/admin/applications/{id}");
    for q in ["wIKI", &id] {
        let found = seen(&mut root, &format!("/admin/applications?q={q}")).await;
        assert!(found.contains("Wiki &amp; Co") && !found.contains("<bdi>Report</bdi>"), "{found}");
        assert_eq!(link(&found, "/admin/applications/"), path);
        assert_eq!(found.matches("Wiki &amp; Co").count(), 1, "{found}");
    }
    assert!(seen(&mut root, "/admin/applications").await.contains("<bdi>Report</bdi>"));
    let html = seen(&mut root, &path).await;
    assert!(html.contains("<bdi>eve</bdi>") && html.contains("https://wiki.example/cb"), "{html}");
    assert!(seen(&mut root, &link(&html, "/admin/people/usr_")).await.contains("eve"));

    assert_eq!(taken(&mut root, &path, &format!("{path}/disable"), &[]).await, path);
    assert_eq!(eves.get(&format!("/clients/{id}")).await.expect(200)["disabled"], true);
    taken(&mut root, &path, &format!("{path}/enable"), &[]).await;
    assert!(!seen(&mut root, &path).await.contains("Disabled</span>"));

    let secrets = format!("{path}/secrets");
    let first = token(&root.get(&path).await, &secrets);
    let added = root.post(&secrets, &[("anti_forgery", &first)]).await;
    assert_eq!(added.status, 303, "{}", added.html);
    let added = root.get(&added.location()).await;
    let secret = added.html.split_once("id=\"secret\">").unwrap().1.split('<').next().unwrap().to_owned();
    let third = root.post(&secrets, &[("anti_forgery", &first)]).await;
    assert_eq!(third.status, 409);
    assert!(third.html.contains("already has two secrets") && !third.html.contains(&secret), "{}", third.html);
    taken(&mut root, &path, &format!("{secrets}/1/delete"), &[]).await;
    let html = seen(&mut root, &path).await;
    assert!(!html.contains(&format!("{secrets}/2/delete")) && html.contains(&format!("action=\"{secrets}\"")));

    let delete = format!("{path}/delete");
    assert_eq!(taken(&mut root, &delete, &delete, &[]).await, "/admin/applications");
    assert_eq!(root.get(&path).await.status, 404);
}

#[tokio::test]
async fn an_application_of_the_configuration_says_why_it_stays() {
    let (_server, mut root) = signed_in().await;
    let path = "/admin/applications/report";
    let html = seen(&mut root, path).await;
    assert!(html.contains("defined in the configuration file"), "{html}");
    assert!(!html.contains("/delete") && !html.contains("add-secret"), "{html}");
    let delete = format!("{path}/delete");
    let page = send(&mut root, &delete, &delete, &[]).await;
    assert_eq!(page.status, 409);
    assert!(page.html.contains("defined in the configuration file"), "{}", page.html);
    assert!(seen(&mut root, "/admin/applications/swagger-ui").await.contains("built into the server"));
}

#[tokio::test]
async fn keys_are_rotated_and_in_an_emergency_replaced() {
    let (_server, mut root) = signed_in().await;
    let api = Api::of_person(&mut root, "signet:admin").await;
    let before = root.get("/jwks.json").await.html;
    let html = seen(&mut root, "/admin/keys").await;
    assert!(html.contains("Signing</span>") && html.contains("Replaced by the next key"), "{html}");
    assert_eq!(taken(&mut root, "/admin/keys", "/admin/keys/rotate", &[]).await, "/admin/keys");
    let html = seen(&mut root, "/admin/keys").await;
    assert!(html.contains("Retired</span>") && html.contains("Published until"), "{html}");
    assert_ne!(root.get("/jwks.json").await.html, before);
    assert_eq!(api.get("/users/me").await.status, 200, "what was signed before is still good");

    let emergency = "/admin/keys/emergency";
    assert_eq!(taken(&mut root, emergency, emergency, &[]).await, "/admin/keys");
    assert_eq!(api.get("/users/me").await.status, 401);
    assert!(!seen(&mut root, "/admin/keys").await.contains("Retired</span>"));
    Api::of_person(&mut root, "signet:admin").await.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn the_apis_of_the_configuration_are_shown() {
    let (_server, mut root) = signed_in().await;
    let html = seen(&mut root, "/admin/resources").await;
    assert!(html.contains("orders:read") && html.contains("at+jwt"), "{html}");
    assert!(!html.contains("<form"), "nothing can be changed here");
}

#[tokio::test]
async fn an_account_leads_administrators_to_the_administration() {
    let (server, mut root) = signed_in().await;
    assert_eq!(link(&seen(&mut root, "/account").await, "/admin"), "/admin");
    let mut eve = new_person(&server.issuer, "eve").await;
    assert!(!seen(&mut eve, "/account").await.contains("/admin"));
}
