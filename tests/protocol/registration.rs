//! `/register`.

use serde_json::{Value, json};

use crate::{
    api::{Api, text},
    support::RunningServer,
    visitor::{Visitor, config},
};

fn start(registration: &str) -> RunningServer {
    RunningServer::start(&format!("{}\n[oauth]\ndynamic_registration = \"{registration}\"\n", config()))
}

fn app() -> Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"], "unknown_member": {"a": 1}})
}

async fn advertised(server: &RunningServer) -> Value {
    let api = Api::new(&server.issuer, None);
    api.get("/.well-known/openid-configuration").await.expect(200)["registration_endpoint"].clone()
}

// RFC 7591 §3
#[tokio::test]
async fn applications_register_themselves_as_the_configuration_allows() {
    let server = RunningServer::start(&config());
    assert!(advertised(&server).await.is_null());
    let service = Api::of_service(&server.issuer, "signet:clients").await;
    assert_eq!(service.post("/register", &app()).await.refusal(), (404, "not_found"));

    let server = start("initial_access_token");
    assert_eq!(advertised(&server).await, format!("{}/register", server.issuer));
    let no_one = Api::new(&server.issuer, None);
    let refused = no_one.post("/register", &app()).await;
    assert_eq!((refused.status, refused.challenge.as_str()), (401, "Bearer realm=\"signet\""));
    let service = Api::of_service(&server.issuer, "signet:clients").await;
    service.post("/register", &app()).await.expect(201);

    let server = start("open");
    Api::new(&server.issuer, None).post("/register", &app()).await.expect(201);
    let forged = Api::new(&server.issuer, Some("AAAA")).post("/register", &app()).await;
    assert_eq!(forged.refusal(), (401, "invalid_token"));
}

// RFC 7591 §3.2.1
#[tokio::test]
async fn everything_that_was_registered_is_answered_with_what_the_server_chose() {
    let server = start("open");
    let client = Api::new(&server.issuer, None).post("/register", &app()).await.expect(201);
    for member in ["client_id", "client_secret", "registration_access_token"] {
        assert!(text(&client, member).len() >= 20, "{client}");
    }
    assert_eq!(
        text(&client, "registration_client_uri"),
        format!("{}/register/{}", server.issuer, text(&client, "client_id"))
    );
    assert_eq!(client["client_secret_expires_at"], 0);
    assert_eq!(client["grant_types"], json!(["authorization_code"]));
    assert_eq!(client["response_types"], json!(["code"]));
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    assert!(client["client_id_issued_at"].as_i64().is_some_and(|at| at > 1_700_000_000));
    assert!(client["unknown_member"].is_null());
    let public = json!({"client_name": "App", "redirect_uris": ["org.example.app:/cb"], "token_endpoint_auth_method": "none",
        "application_type": "native"});
    let public = Api::new(&server.issuer, None).post("/register", &public).await.expect(201);
    assert!(public["client_secret"].is_null() && public["client_secret_expires_at"].is_null(), "{public}");
}

// RFC 9700 §2.1.2 for the implicit grant.
#[tokio::test]
async fn nothing_that_only_an_administrator_can_give_is_registered() {
    let settings = "[oauth]\ndynamic_registration = \"open\"\nimplicit = true\npassword_grant = true\n";
    let server = RunningServer::start(&format!("{}\n{settings}", config()));
    let no_one = Api::new(&server.issuer, None);
    for (member, value) in [
        ("scope", json!("openid signet:admin")),
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!(["password"])),
        ("response_types", json!(["token"])),
        ("require_pkce", json!(false)),
        ("allowed_groups", json!(["staff"])),
        ("redirect_uris", json!(["javascript:alert(1)"])),
        ("redirect_uris", json!(["https://app.example.org/#x"])),
    ] {
        let mut body = app();
        body[member] = value.clone();
        let refused = no_one.post("/register", &body).await;
        let expected = if member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" };
        assert_eq!(refused.refusal(), (400, expected), "{member} {value}");
        assert!(refused.body["client_id"].is_null());
    }
}

// RFC 7591 §3.2.1
#[tokio::test]
async fn an_application_that_asks_for_more_than_it_can_have_gets_what_it_can_have() {
    let server = start("open");
    let body = json!({
        "redirect_uris": ["https://app.example.org/cb"], "scope": "openid profile email roles urn:x",
        "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials", "urn:x"],
        "response_types": ["code", "id_token", "code id_token token"],
    });
    let client = Api::new(&server.issuer, None).post("/register", &body).await.expect(201);
    assert_eq!(client["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!((&client["response_types"], &client["scope"]), (&json!(["code"]), &json!("email openid profile")));
    assert_eq!(client["client_name"], client["client_id"], "RFC 7591 §2: the name is optional");
    // Members that RFC 7591 does not define are returned only if they were requested.
    let own = ["require_pkce", "require_state", "claims_in_id_token", "disabled"];
    for member in own {
        assert!(client[member].is_null(), "{member}: {client}");
    }
    assert!(client.as_object().unwrap().values().all(|value| !value.is_boolean()), "{client}");
    let asking =
        json!({"redirect_uris": ["https://app.example.org/cb"], "require_pkce": true, "claims_in_id_token": true});
    let client = Api::new(&server.issuer, None).post("/register", &asking).await.expect(201);
    assert_eq!((&client["require_pkce"], &client["claims_in_id_token"]), (&json!(true), &json!(true)));
}

// RFC 7592 §2
#[tokio::test]
async fn an_application_manages_its_registration_with_its_own_token() {
    let server = start("open");
    let no_one = Api::new(&server.issuer, None);
    let client = no_one.post("/register", &app()).await.expect(201);
    let other = no_one.post("/register", &app()).await.expect(201);
    let uri = text(&client, "registration_client_uri");
    let itself = Api::new(&server.issuer, Some(&text(&client, "registration_access_token")));
    let foreign = Api::new(&server.issuer, Some(&text(&other, "registration_access_token")));
    let service = Api::of_service(&server.issuer, "signet:clients").await;
    for stranger in [&foreign, &no_one, &service] {
        for method in ["GET", "DELETE"] {
            assert_eq!(stranger.call(method, &uri, None).await.status, 401, "{method}");
        }
    }
    let read = itself.get(&uri).await.expect(200);
    assert_eq!(read["registration_access_token"], client["registration_access_token"]);
    assert!(read["client_secret"].is_null());

    let id = text(&client, "client_id");
    let mut update = json!({"client_id": id, "client_name": "App 2", "redirect_uris": ["https://app.example.org/2"]});
    assert_eq!(foreign.put(&uri, &update).await.status, 401);
    let updated = itself.put(&uri, &update).await.expect(200);
    assert_eq!(updated["redirect_uris"], json!(["https://app.example.org/2"]));
    update["client_secret"] = client["client_secret"].clone();
    itself.put(&uri, &update).await.expect(200);
    for (member, value) in [
        ("client_id", json!("other")),
        ("client_id", Value::Null),
        ("client_secret", json!("signet_cs_other")),
        ("registration_access_token", json!("x")),
        ("registration_client_uri", json!("x")),
        ("client_secret_expires_at", json!(0)),
        ("client_id_issued_at", json!(0)),
    ] {
        let mut body = update.clone();
        body[member] = value;
        assert_eq!(itself.put(&uri, &body).await.refusal(), (400, "invalid_request"), "{member}");
    }
    assert_eq!(itself.get(&uri).await.expect(200)["client_name"], "App 2");

    assert_eq!(itself.delete(&uri).await.status, 204);
    assert_eq!(itself.get(&uri).await.status, 401);
    let secret = text(&client, "client_secret");
    let form = [("grant_type", "authorization_code"), ("code", "x"), ("client_id", &id), ("client_secret", &secret)];
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 401);
    foreign.get(&text(&other, "registration_client_uri")).await.expect(200);
}

// A client cannot enable itself again.
#[tokio::test]
async fn a_disabled_application_stays_disabled() {
    let server = start("open");
    let client = Api::new(&server.issuer, None).post("/register", &app()).await.expect(201);
    let service = Api::of_service(&server.issuer, "signet:clients").await;
    service.post(&format!("/clients/{}/disable", text(&client, "client_id")), &json!({})).await.expect(200);
    let itself = Api::new(&server.issuer, Some(&text(&client, "registration_access_token")));
    let update = json!({"client_id": text(&client, "client_id"), "client_name": "App", "disabled": false,
        "redirect_uris": ["https://app.example.org/cb"]});
    let uri = text(&client, "registration_client_uri");
    assert_eq!(itself.put(&uri, &update).await.refusal(), (403, "access_denied"));
    let seen = service.get(&format!("/clients/{}", text(&client, "client_id"))).await.expect(200);
    assert_eq!(seen["disabled"], true);
}
