//! `/users` and `/invitations`.

use serde_json::{Value, json};
use signet::{
    endpoint::{
        new_account::{NewAccount, ProfileForm},
        setup,
    },
    secret::Secret,
};

use crate::{
    api::{Api, new_person, text},
    served_here::ServedHere,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";

fn start(sign_up: &str) -> RunningServer {
    RunningServer::start(&format!("{}\n[accounts]\nsign_up = \"{sign_up}\"\n", config()))
}

async fn administrator(issuer: &str) -> Api {
    let mut visitor = Visitor::new(issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    Api::of_person(&mut visitor, "signet:admin").await
}

/// A service with the scope to manage users, but not the server.
async fn manager(administrator: &Api, issuer: &str) -> Api {
    let body = json!({"client_name": "Personnel", "grant_types": ["client_credentials"], "scope": "signet:users"});
    let client = administrator.post("/clients", &body).await.expect(201);
    let (id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let tokens = Visitor::new(issuer).post("/token", &form).await;
    Api::new(issuer, Some(&text(&serde_json::from_str::<Value>(&tokens.html).unwrap(), "access_token")))
}

fn everything() -> Value {
    json!({
        "username": "eve", "password": PASSPHRASE, "email": "Eve@example.org", "employee_number": "4711",
        "birthdate": "1990-02-28", "phone_number": "+49 30 1234567", "picture": "https://example.org/eve.png",
        "name": "Eve Example", "given_name": "Eve", "family_name": "Example", "middle_name": "M", "nickname": "E",
        "profile": "https://example.org/eve", "website": "https://eve.example", "gender": "female",
        "zoneinfo": "Europe/Berlin", "locale": "de-DE",
        "address": {"street_address": "Am Weg 1", "locality": "Berlin", "postal_code": "10115", "country": "DE"},
    })
}

#[tokio::test]
async fn a_person_registers_with_every_field_and_signs_in() {
    let server = start("open");
    let no_one = Api::new(&server.issuer, None);
    let person = no_one.post("/users", &everything()).await.expect(201);
    for (member, value) in everything().as_object().unwrap() {
        match member.as_str() {
            "password" => assert!(person["password"].is_null() && !person.to_string().contains("argon2")),
            "address" => assert_eq!(person["address"]["locality"], "Berlin"),
            _ => assert_eq!(person[member], *value, "{member}"),
        }
    }
    assert_eq!((person["email_verified"].as_bool(), person["role"].as_str()), (Some(false), Some("person")));
    Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
    let again = no_one.post("/users", &everything()).await;
    assert_eq!(again.refusal(), (400, "invalid_request"));
    assert!(again.body["fields"]["username"].as_str().unwrap().contains("is taken"), "{}", again.body);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_registration_is_reported_together() {
    let server = start("open");
    let body = json!({"username": "a b", "password": "short", "email": "x", "birthdate": "1990-02-30",
        "picture": "javascript:x", "phone_number": "call me", "role": "administrator", "groups": ["staff"]});
    let refused = Api::new(&server.issuer, None).post("/users", &body).await;
    let fields = refused.body["fields"].as_object().unwrap_or_else(|| panic!("{}", refused.body)).clone();
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort();
    let expected = ["birthdate", "email", "groups", "password", "phone_number", "picture", "role", "username"];
    assert_eq!((refused.status, names), (400, expected.map(String::from).iter().collect()));
}

#[tokio::test]
async fn people_register_themselves_as_the_configuration_allows() {
    let server = start("closed");
    let body = json!({"username": "eve", "password": PASSPHRASE});
    assert_eq!(Api::new(&server.issuer, None).post("/users", &body).await.refusal(), (403, "access_denied"));
    assert_eq!(Visitor::new(&server.issuer).get("/signup").await.status, 403);
    let administrator = administrator(&server.issuer).await;
    administrator.post("/users", &body).await.expect(201);

    let server = start("invitation");
    let no_one = Api::new(&server.issuer, None);
    assert_eq!(no_one.post("/users", &body).await.refusal(), (403, "access_denied"));
    assert_eq!(no_one.post("/invitations", &json!({})).await.status, 401);
    let administrator = self::administrator(&server.issuer).await;
    let form = json!({"email": "eve@example.org", "groups": ["staff"], "expires_in": 3600});
    let invited = administrator.post("/invitations", &form).await.expect(201);
    let link = text(&invited, "link");
    let secret = link.split_once("invitation=").unwrap().1.to_owned();
    let listed = administrator.get("/invitations").await.expect(200);
    assert_eq!(listed["invitations"].as_array().map(Vec::len), Some(1));
    assert!(!listed.to_string().contains(&secret));

    // In the browser, through the link.
    let mut eve = Visitor::new(&server.issuer);
    let page = eve.get(&link).await;
    assert_eq!(page.hidden("invitation"), secret);
    let token = page.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", PASSPHRASE), ("invitation", &secret), ("anti_forgery", &token)];
    assert_eq!(eve.post("/signup", &form).await.status, 303);
    let seen = administrator.get("/users?username=eve").await.expect(200);
    assert_eq!(seen["users"][0]["groups"], json!(["staff"]));
    assert_eq!(seen["users"][0]["email"], "eve@example.org");

    // The link works once.
    let second = json!({"username": "mallory", "password": PASSPHRASE, "invitation": secret});
    assert_eq!(no_one.post("/users", &second).await.refusal(), (403, "access_denied"));
    assert_eq!(administrator.get("/invitations").await.expect(200)["invitations"], json!([]));
    let another = text(&administrator.post("/invitations", &json!({})).await.expect(201), "id");
    administrator.delete(&format!("/invitations/{another}")).await.expect(204);
    assert_eq!(administrator.get("/invitations").await.expect(200)["invitations"], json!([]));
    assert_eq!(administrator.post("/invitations", &json!({"expires_in": 0})).await.refusal(), (400, "invalid_request"));
}

#[tokio::test]
async fn a_person_sees_and_changes_themselves_alone() {
    let server = start("open");
    let mut visitor = new_person(&server.issuer, "eve").await;
    let eve = Api::of_person(&mut visitor, "openid signet:account").await;
    let bob = Api::of_person(&mut new_person(&server.issuer, "bob").await, "openid signet:account").await;
    let id = text(&eve.get("/users/me").await.expect(200), "id");
    let path = format!("/users/{id}");
    eve.get(&path).await.expect(200);
    let form = json!({"name": "Eve", "email": "eve@example.org"});
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PUT", path.clone(), Some(&form)),
        ("DELETE", path.clone(), None),
        ("PATCH", format!("{path}/password"), Some(&json!({"new_password": PASSPHRASE}))),
        ("GET", format!("{path}/grants"), None),
        ("GET", format!("{path}/applications"), None),
        ("DELETE", format!("{path}/applications/swagger-ui"), None),
    ] {
        assert_eq!(bob.call(method, &path, body).await.refusal(), (404, "not_found"), "{method} {path}");
        assert_eq!(Api::new(&server.issuer, None).call(method, &path, body).await.status, 401, "{method} {path}");
    }
    assert_eq!(eve.get("/users").await.refusal(), (403, "insufficient_scope"));
    let changed = eve.put(&path, &form).await.expect(200);
    assert_eq!((changed["name"].as_str(), changed["email_verified"].as_bool()), (Some("Eve"), Some(false)));
    for (member, value) in [
        ("role", json!("administrator")),
        ("groups", json!(["x"])),
        ("email_verified", json!(true)),
        ("disabled", json!(true)),
    ] {
        let refused = eve.put(&path, &json!({"email": "eve@example.org", member: value})).await;
        assert!(refused.body["fields"][member].is_string(), "{member}: {}", refused.body);
    }
    assert_eq!(eve.get(&path).await.expect(200), changed);
    // A response can be sent back as an update, and the username changes.
    let mut renamed = changed.clone();
    renamed["username"] = json!("Eva");
    assert_eq!(eve.put(&path, &renamed).await.expect(200)["username"], "Eva");
    Visitor::new(&server.issuer).sign_in(("eva", PASSPHRASE)).await;
    // The old username is reserved: not even an administrator can assign it to another user, and the user can take it
    // back.
    let newcomer = json!({"username": "eve", "password": PASSPHRASE});
    for api in [Api::new(&server.issuer, None), administrator(&server.issuer).await] {
        let refused = api.post("/users", &newcomer).await;
        assert!(refused.body["fields"]["username"].is_string(), "{}", refused.body);
    }
    for name in ["eve", "Eva"] {
        renamed["username"] = json!(name);
        assert_eq!(eve.put(&path, &renamed).await.expect(200)["username"], name);
    }
    renamed["username"] = json!("BOB");
    assert!(eve.put(&path, &renamed).await.body["fields"]["username"].is_string());
    eve.delete(&path).await.expect(204);
    assert_eq!(eve.get(&path).await.status, 401);
    assert!(visitor.get("/account").await.status == 303);
    for name in ["eve", "eva"] {
        let newcomer = json!({"username": name, "password": PASSPHRASE});
        let refused = Api::new(&server.issuer, None).post("/users", &newcomer).await;
        assert!(refused.body["fields"]["username"].is_string(), "{name} of a deleted account: {}", refused.body);
    }
}

#[tokio::test]
async fn a_username_is_free_at_the_end_of_its_reservation() {
    let settings = "\n[accounts]\nsign_up = \"open\"\nusername_reservation = 0\n";
    let server = RunningServer::start(&format!("{}{settings}", config()));
    let eve = Api::of_person(&mut new_person(&server.issuer, "eve").await, "openid signet:account").await;
    eve.delete("/users/me").await.expect(204);
    new_person(&server.issuer, "eve").await;
}

#[tokio::test]
async fn an_address_that_an_administrator_enters_is_verified_and_belongs_to_one_person() {
    let server = start("open");
    let administrator = administrator(&server.issuer).await;
    let eve = json!({"username": "eve", "password": PASSPHRASE, "email": "Eve@example.org"});
    let eve = administrator.post("/users", &eve).await.expect(201);
    assert_eq!(eve["email_verified"], true);
    for address in ["eve@example.org", "EVE@example.org", " Eve@Example.org "] {
        let mallory = json!({"username": "mallory", "email": address});
        let refused = administrator.post("/users", &mallory).await;
        assert!(refused.body["fields"]["email"].is_string(), "{address}: {}", refused.body);
    }
    let unverified = json!({"username": "adam", "email": "eve@example.org", "email_verified": false});
    let adam = administrator.post("/users", &unverified).await.expect(201);
    assert_eq!(adam["email_verified"], false);
    let (path, verified) =
        (format!("/users/{}", text(&adam, "id")), json!({"email": "eve@example.org", "email_verified": true}));
    assert!(administrator.put(&path, &verified).await.body["fields"]["email"].is_string());
    Visitor::new(&server.issuer).sign_in(("EVE@example.org", PASSPHRASE)).await;
    // An address that a user enters is unverified: it is not reserved and cannot be used to sign in.
    let mut mallory = new_person(&server.issuer, "mallory").await;
    let of_mallory = Api::of_person(&mut mallory, "signet:account").await;
    let entered = of_mallory.put("/users/me", &json!({"email": "mallory@example.org"})).await.expect(200);
    assert_eq!(entered["email_verified"], false);
    let mut browser = Visitor::new(&server.issuer);
    let token = browser.get("/login").await.hidden("anti_forgery");
    let form = [("username", "mallory@example.org"), ("password", PASSPHRASE), ("anti_forgery", token.as_str())];
    assert_eq!(browser.post("/login", &form).await.status, 422);
    let bob = json!({"username": "bob", "email": "MALLORY@example.org"});
    assert_eq!(administrator.post("/users", &bob).await.expect(201)["email_verified"], true);
    // A username that looks like an e-mail address must be the account's own verified one.
    let named = |email: &str| json!({"username": "carol@example.org", "email": email});
    let refused = administrator.post("/users", &named("other@example.org")).await;
    assert!(refused.body["fields"]["username"].is_string(), "{}", refused.body);
    administrator.post("/users", &named("carol@example.org")).await.expect(201);
    let newcomer = json!({"username": "dan@example.org", "email": "dan@example.org", "password": PASSPHRASE});
    let refused = Api::new(&server.issuer, None).post("/users", &newcomer).await;
    assert!(refused.body["fields"]["username"].is_string(), "{}", refused.body);
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_everything_before_ends() {
    let server = start("open");
    let mut visitor = new_person(&server.issuer, "eve").await;
    let eve = Api::of_person(&mut visitor, "openid signet:account").await;
    let id = text(&eve.get("/users/me").await.expect(200), "id");
    let (path, new) = (format!("/users/{id}/password"), "quite another long passphrase");
    for (body, field) in [
        (json!({"new_password": new}), "current_password"),
        (json!({"new_password": new, "current_password": "wrong"}), "current_password"),
        (json!({"new_password": "short", "current_password": PASSPHRASE}), "new_password"),
        (json!({"new_password": "passwordpassword", "current_password": PASSPHRASE}), "new_password"),
    ] {
        let refused = eve.call("PATCH", &path, Some(&body)).await;
        assert_eq!(refused.refusal(), (400, "invalid_request"), "{body}");
        assert!(refused.body["fields"][field].is_string(), "{}", refused.body);
    }
    Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
    let body = json!({"new_password": new, "current_password": PASSPHRASE});
    assert_eq!(eve.call("PATCH", &path, Some(&body)).await.status, 204);
    assert_eq!(eve.get("/users/me").await.status, 401);
    assert_eq!(visitor.get("/account").await.status, 303);
    Visitor::new(&server.issuer).sign_in(("eve", new)).await;
    // An administrator sets a password without the current one.
    let administrator = administrator(&server.issuer).await;
    let body = json!({"new_password": PASSPHRASE});
    assert_eq!(administrator.call("PATCH", &path, Some(&body)).await.status, 204);
    Visitor::new(&server.issuer).sign_in(("eve", PASSPHRASE)).await;
}

#[tokio::test]
async fn people_are_listed_in_pages_filtered_and_sorted() {
    let server = start("open");
    let administrator = administrator(&server.issuer).await;
    for at in 0..5 {
        let group = if at % 2 == 0 { "even" } else { "odd" };
        let body =
            json!({"username": format!("User{at}"), "email": format!("u{}@example.org", 9 - at), "groups": [group]});
        administrator.post("/users", &body).await.expect(201);
    }
    let names = async |query: &str| {
        let (mut names, mut token) = (Vec::new(), None::<String>);
        loop {
            let next = token.map(|token| format!("&page_token={token}")).unwrap_or_default();
            let page = administrator.get(&format!("/users?limit=2&{query}{next}")).await.expect(200);
            names.extend(page["users"].as_array().unwrap().iter().map(|user| text(user, "username")));
            token = page["next_page_token"].as_str().map(ToOwned::to_owned);
            if token.is_none() {
                return names.join(" ");
            }
        }
    };
    assert_eq!(names("").await, "root User0 User1 User2 User3 User4");
    assert_eq!(names("username=USER").await, "User0 User1 User2 User3 User4");
    assert_eq!(names("email=U").await, "User4 User3 User2 User1 User0");
    assert_eq!(names("email=u9").await, "User0");
    assert_eq!(names("sort=-created_at").await, "User4 User3 User2 User1 User0 root");
    assert_eq!(names("group=odd").await, "User1 User3");
    assert_eq!(names("role=administrator").await, "root");
    assert_eq!(names("disabled=true").await, "");
    for query in
        ["limit=0", "limit=-1", "limit=201", "page_token=AAAA", "sort=password", "sort=username&email=u", "role=king"]
    {
        assert_eq!(administrator.get(&format!("/users?{query}")).await.refusal(), (400, "invalid_request"), "{query}");
    }
    let token = text(&administrator.get("/users?limit=2").await.expect(200), "next_page_token");
    let other = administrator.get(&format!("/users?limit=2&sort=-created_at&page_token={token}")).await;
    assert_eq!(other.refusal(), (400, "invalid_request"));
}

#[tokio::test]
async fn who_manages_people_does_not_reach_who_administers_the_server() {
    let server = start("open");
    let administrator = administrator(&server.issuer).await;
    let root = text(&administrator.get("/users/me").await.expect(200), "id");
    let manager = manager(&administrator, &server.issuer).await;
    let created =
        manager.post("/users", &json!({"username": "eve", "groups": ["staff"], "email_verified": true})).await;
    let eve = format!("/users/{}", text(&created.expect(201), "id"));
    manager.get(&format!("/users/{root}")).await.expect(200);
    let schedule = json!({"cron": "0 3 * * *", "time_zone": "Europe/Berlin"});
    for (method, path, body) in [
        ("PUT", format!("/users/{root}"), json!({})),
        ("DELETE", format!("/users/{root}"), json!({})),
        ("PATCH", format!("/users/{root}/password"), json!({"new_password": PASSPHRASE})),
        ("POST", format!("/users/{root}/password-reset"), json!({})),
        ("DELETE", format!("/users/{root}/password-reset"), json!({})),
        ("DELETE", format!("/users/{root}/picture"), json!({})),
        ("DELETE", format!("/users/{root}/sessions"), json!({})),
        ("DELETE", format!("/users/{root}/sessions/none"), json!({})),
        ("DELETE", format!("/users/{root}/grants/none"), json!({})),
        ("DELETE", format!("/users/{root}/applications/swagger-ui"), json!({})),
        ("PUT", format!("/users/{root}/refresh_schedule"), schedule.clone()),
        ("DELETE", format!("/users/{root}/refresh_schedule"), json!({})),
        ("PUT", format!("/users/{root}/applications/swagger-ui/refresh_schedule"), schedule.clone()),
        ("DELETE", format!("/users/{root}/applications/swagger-ui/refresh_schedule"), json!({})),
    ] {
        assert_eq!(manager.call(method, &path, Some(&body)).await.refusal(), (403, "access_denied"), "{method}");
    }
    assert!(manager.put(&eve, &json!({"role": "administrator"})).await.body["fields"]["role"].is_string());
    assert!(
        manager.post("/users", &json!({"username": "x", "role": "administrator"})).await.body["fields"]["role"]
            .is_string()
    );
    // Accounts that are not administrators can be managed in every respect.
    manager.put(&format!("{eve}/refresh_schedule"), &schedule).await.expect(200);
    manager.delete(&format!("{eve}/refresh_schedule")).await.expect(204);
    manager.delete(&format!("{eve}/sessions")).await.expect(204);
    assert_eq!(manager.put(&eve, &json!({"disabled": true})).await.expect(200)["disabled"], true);
}

#[tokio::test]
async fn the_server_never_loses_its_last_administrator() {
    let server = start("open");
    let administrator = administrator(&server.issuer).await;
    let root = format!("/users/{}", text(&administrator.get("/users/me").await.expect(200), "id"));
    let body = json!({"username": "eve", "password": PASSPHRASE, "role": "administrator"});
    let eve = format!("/users/{}", text(&administrator.post("/users", &body).await.expect(201), "id"));
    administrator.put(&eve, &json!({"disabled": true})).await.expect(200);
    // The other administrator is disabled, so this one is the last.
    for (method, body) in
        [("PUT", json!({"role": "person"})), ("PUT", json!({"disabled": true})), ("DELETE", json!({}))]
    {
        assert_eq!(
            administrator.call(method, &root, Some(&body)).await.refusal(),
            (409, "conflict"),
            "{method} {body}"
        );
    }
    administrator.put(&eve, &json!({"disabled": false})).await.expect(200);
    // Of two concurrent requests, exactly one succeeds.
    let other = Api::of_person(
        &mut {
            let mut visitor = Visitor::new(&server.issuer);
            visitor.sign_in(("eve", PASSPHRASE)).await;
            visitor
        },
        "signet:admin",
    )
    .await;
    let (one, two) = tokio::join!(administrator.delete(&eve), other.delete(&root));
    let done = [one.status, two.status].into_iter().filter(|status| *status == 204).count();
    assert_eq!(done, 1, "{} {}", one.body, two.body);
}

#[tokio::test]
async fn a_person_disconnects_an_application_and_ends_a_grant() {
    let server = start("open");
    let mut visitor = new_person(&server.issuer, "eve").await;
    let eve = Api::of_person(&mut visitor, "openid signet:account").await;
    let code = visitor.code().await;
    let page = visitor.post("/token", &crate::visitor::redemption(&code)).await;
    let tokens: Value = serde_json::from_str(&page.html).unwrap();
    let report = Api::new(&server.issuer, Some(&text(&tokens, "access_token")));
    let active = async || {
        let token = text(&tokens, "access_token");
        let form = [("token", token.as_str()), ("client_id", "report"), ("client_secret", crate::visitor::SECRET)];
        let page = Visitor::new(&server.issuer).post("/verify", &form).await;
        serde_json::from_str::<Value>(&page.html).unwrap()["active"].as_bool().unwrap()
    };
    assert!(active().await);
    let connected = eve.get("/users/me/applications").await.expect(200);
    let names: Vec<&str> =
        connected["applications"].as_array().unwrap().iter().map(|one| one["client_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["report", "swagger-ui"]);
    eve.delete("/users/me/applications/report").await.expect(204);
    assert!(!active().await);
    assert_eq!(report.get("/userinfo").await.status, 401);
    let connected = eve.get("/users/me/applications").await.expect(200);
    assert_eq!(connected["applications"].as_array().map(Vec::len), Some(1));
    // Consent is revoked, so the user is asked again.
    let asked = visitor.get(&format!("/authorize?{}", crate::visitor::query(&[]))).await.location();
    assert!(asked.starts_with("/consent"), "{asked}");

    let grants = eve.get("/users/me/grants").await.expect(200);
    let live: Vec<&Value> =
        grants["grants"].as_array().unwrap().iter().filter(|grant| grant["ended_at"].is_null()).collect();
    assert_eq!(live.len(), 1);
    assert_eq!(eve.delete("/users/me/grants/AAAAAAAAAAAAAAAAAAAAAA").await.refusal(), (404, "not_found"));
    eve.delete(&format!("/users/me/grants/{}", text(live[0], "id"))).await.expect(204);
    assert_eq!(eve.get("/users/me").await.status, 401);
}

#[tokio::test]
async fn the_configured_administrator_is_not_created_again_once_there_was_one() {
    let server = ServedHere::start(&config()).await;
    let configured = || NewAccount {
        profile: ProfileForm { username: Some(ADMINISTRATOR.0.to_owned()), ..ProfileForm::default() },
        password: Some(Secret::new(ADMINISTRATOR.1)),
    };
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let ada = json!({"username": "ada", "password": PASSPHRASE, "role": "administrator"});
    administrator.post("/users", &ada).await.expect(201);
    let path = format!("/users/{}", text(&administrator.get("/users/me").await.expect(200), "id"));
    let mut ada = Visitor::new(&server.issuer);
    ada.sign_in(("ada", PASSPHRASE)).await;
    let ada = Api::of_person(&mut ada, "signet:admin").await;
    for change in
        [json!({"username": "captain"}), json!({"username": "captain", "role": "person"}), json!({"disabled": true})]
    {
        ada.put(&path, &change).await.expect(200);
        assert!(!setup::bootstrap(server.signet(), configured()).await.unwrap(), "{change}");
    }
    ada.delete(&path).await.expect(204);
    assert!(!setup::bootstrap(server.signet(), configured()).await.unwrap(), "deleted");
    let listed = ada.get("/users").await.expect(200);
    assert_eq!(listed["users"].as_array().unwrap().len(), 1, "{listed}");
}
