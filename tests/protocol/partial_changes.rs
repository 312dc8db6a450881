//! Members that a body of the management API contains or omits.

use serde_json::{Value, json};

use crate::{
    api::{Api, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

async fn started() -> (RunningServer, Api) {
    let server = RunningServer::start(&format!("{}\n[oauth]\ndynamic_registration = \"open\"\n", config()));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let root = Api::of_person(&mut visitor, "signet:admin").await;
    (server, root)
}

fn app() -> Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"], "scope": "openid",
        "allowed_groups": ["staff"], "policy_uri": "https://app.example.org/policy"})
}

fn with(body: &Value, member: &str, value: Value) -> Value {
    let mut body = body.clone();
    body[member] = value;
    body
}

#[tokio::test]
async fn a_misspelt_member_is_refused_by_its_name_and_changes_nothing() {
    let (server, root) = started().await;
    let client = root.post("/clients", &app()).await.expect(201);
    let client_path = format!("/clients/{}", text(&client, "client_id"));
    let user = root.post("/users", &json!({"username": "eve", "name": "Eve"})).await.expect(201);
    let user_path = format!("/users/{}", text(&user, "id"));
    let schedule = json!({"cron": "0 3 * * *", "time_zone": "Europe/Berlin"});
    let schedule_path = format!("{user_path}/refresh_schedule");
    for (method, path, body, member) in [
        ("POST", "/clients", app(), "allowed_group"),
        ("PUT", client_path.as_str(), app(), "allowed_group"),
        ("PATCH", &client_path, json!({}), "allowed_group"),
        ("POST", "/users", json!({"username": "bob"}), "group"),
        ("PUT", &user_path, json!({}), "nick_name"),
        ("PATCH", &user_path, json!({}), "nick_name"),
        ("PATCH", &format!("{user_path}/password"), json!({"new_password": "a long passphrase here"}), "password"),
        ("PUT", &schedule_path, schedule.clone(), "timezone"),
        ("POST", "/refresh_schedule/preview", schedule.clone(), "timezone"),
        ("POST", "/invitations", json!({}), "mail"),
        ("POST", "/presets/grafana", json!({"url": "https://grafana.example.org"}), "address"),
    ] {
        let answer = root.call(method, path, Some(&with(&body, member, json!("x")))).await;
        assert_eq!(answer.refusal(), (400, "invalid_request"), "{method} {path}: {}", answer.body);
        assert!(
            text(&answer.body, "error_description").contains(&format!("{member}: unknown member")),
            "{}",
            answer.body
        );
    }
    let inner = json!({"address": {"town": "Berlin"}});
    let answer = root.put(&user_path, &inner).await;
    assert!(text(&answer.body, "error_description").contains("address.town"), "{}", answer.body);
    assert_eq!(root.get(&client_path).await.expect(200)["allowed_groups"], json!(["staff"]));
    assert_eq!(root.get(&user_path).await.expect(200)["name"], "Eve");
    // The same body with all names spelled correctly is accepted.
    root.put(&client_path, &app()).await.expect(200);
    root.put(&schedule_path, &schedule).await.expect(200);
    // RFC 7591 §2: "MUST ignore any client metadata sent by the client that it does not understand".
    let no_one = Api::new(&server.issuer, None);
    let itself = json!({"client_name": "Phone", "redirect_uris": ["https://app.example.org/cb"], "allowed_group": "x"});
    no_one.post("/register", &itself).await.expect(201);
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_and_what_cannot_be_set_is_refused() {
    let (_server, root) = started().await;
    let client = root.post("/clients", &app()).await.expect(201);
    let path = format!("/clients/{}", text(&client, "client_id"));
    let read = root.get(&path).await.expect(200);
    assert_eq!(root.put(&path, &read).await.expect(200)["allowed_groups"], json!(["staff"]));
    for (member, value) in [("disabled", json!(true)), ("owner", json!("usr_x")), ("client_id", json!("other"))] {
        for method in ["PUT", "PATCH"] {
            let answer = root.call(method, &path, Some(&with(&read, member, value.clone()))).await;
            assert_eq!(answer.refusal(), (400, "invalid_request"), "{method} {member}: {}", answer.body);
            assert!(text(&answer.body, "error_description").contains(member), "{}", answer.body);
        }
    }
    let me = root.get("/users/me").await.expect(200);
    root.put("/users/me", &me).await.expect(200);
    assert_eq!(root.put("/users/me", &with(&me, "id", json!("usr_x"))).await.refusal(), (400, "invalid_request"));
}

// RFC 7396
#[tokio::test]
async fn a_patch_of_an_application_changes_what_it_names_alone() {
    let (_server, root) = started().await;
    let client = root.post("/clients", &app()).await.expect(201);
    let path = format!("/clients/{}", text(&client, "client_id"));
    let before = root.get(&path).await.expect(200);
    assert_eq!(root.call("PATCH", &path, Some(&json!({}))).await.expect(200), before);
    let renamed = root.call("PATCH", &path, Some(&json!({"client_name": "Renamed"}))).await.expect(200);
    assert_eq!(renamed, with(&before, "client_name", json!("Renamed")));
    let lifted =
        root.call("PATCH", &path, Some(&json!({"allowed_groups": null, "policy_uri": null}))).await.expect(200);
    assert!(lifted["allowed_groups"].is_null() && lifted["policy_uri"].is_null(), "{lifted}");
    assert_eq!(lifted["redirect_uris"], before["redirect_uris"]);
    let service = json!({"grant_types": ["client_credentials"], "scope": "orders:read"});
    let service = root.call("PATCH", &path, Some(&service)).await.expect(200);
    assert_eq!((&service["response_types"], &service["grant_types"]), (&json!([]), &json!(["client_credentials"])));
    for (patch, status) in [
        (json!({"client_name": 7}), 400),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), 400),
        (json!([]), 400),
        (json!({"scope": "no:such"}), 400),
    ] {
        assert_eq!(root.call("PATCH", &path, Some(&patch)).await.status, status, "{patch}");
    }
}

#[tokio::test]
async fn a_patch_of_a_person_changes_what_it_names_alone() {
    let (_server, root) = started().await;
    let person = json!({"username": "eve", "name": "Eve", "email": "eve@example.org", "email_verified": true,
        "employee_number": "7", "groups": ["staff"], "address": {"locality": "Berlin", "country": "Germany"}});
    let user = root.post("/users", &person).await.expect(201);
    let path = format!("/users/{}", text(&user, "id"));
    let patch = async |patch: Value| root.call("PATCH", &path, Some(&patch)).await;
    let seen = patch(json!({"nickname": "E"})).await.expect(200);
    for member in ["username", "name", "email", "email_verified", "employee_number", "groups", "address"] {
        assert_eq!(seen[member], user[member], "{member}");
    }
    assert_eq!(seen["nickname"], "E");
    let seen = patch(json!({"nickname": null, "address": {"locality": "Hamburg", "country": null}})).await.expect(200);
    assert!(seen["nickname"].is_null() && seen["address"]["country"].is_null(), "{seen}");
    assert_eq!(seen["address"]["locality"], "Hamburg");
    let seen = patch(json!({"groups": null, "employee_number": null})).await.expect(200);
    assert_eq!((&seen["groups"], seen["employee_number"].is_null()), (&json!([]), true));
    assert_eq!(patch(json!({"groups": ["staff", "devs"]})).await.expect(200)["groups"], json!(["devs", "staff"]));
    for wrong in [json!({"username": null}), json!({"name": 7}), json!({"birthdate": "yesterday"}), json!([])] {
        assert_eq!(patch(wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(patch(json!({})).await.expect(200)["username"], "eve");
}
