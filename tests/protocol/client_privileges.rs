//! `/clients` and `/register`: callers cannot give an application more privileges than they have, nor change an
//! application with more privileges.

use serde_json::{Value, json};

use crate::{
    api::{Api, new_person, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

const WEATHER: &str =
    "\n[[resources]]\nresource = \"https://weather.example.org\"\nscopes = [\"weather:read\"]\nopen = true\n";

fn start() -> RunningServer {
    let registration = "\n[oauth]\ndynamic_registration = \"initial_access_token\"\n";
    RunningServer::start(&format!("{}{WEATHER}{registration}", config()))
}

async fn administrator(issuer: &str, scope: &str) -> Api {
    let mut visitor = Visitor::new(issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    Api::of_person(&mut visitor, scope).await
}

/// A service with `scope`, and its registration.
async fn service(administrator: &Api, issuer: &str, scope: &str) -> (Api, Value) {
    let client = administrator.post("/clients", &alone(scope)).await.expect(201);
    let (id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let tokens = Visitor::new(issuer).post("/token", &form).await;
    let tokens: Value = serde_json::from_str(&tokens.html).unwrap();
    (Api::new(issuer, Some(&text(&tokens, "access_token"))), client)
}

fn alone(scope: &str) -> Value {
    json!({"client_name": "Job", "grant_types": ["client_credentials"], "scope": scope})
}

fn people(scope: &str) -> Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"], "scope": scope})
}

// RFC 9700 §2.3: a token has the minimum privileges; it cannot create another one with more.
#[tokio::test]
async fn a_token_never_hands_out_more_than_it_has() {
    let server = start();
    let root = administrator(&server.issuer, "signet:admin").await;
    let narrow = administrator(&server.issuer, "signet:clients").await;
    let (script, _) = service(&root, &server.issuer, "signet:clients").await;
    let (both, _) = service(&root, &server.issuer, "signet:clients signet:users").await;
    let person = Api::of_person(&mut new_person(&server.issuer, "eve").await, "signet:clients").await;
    for (body, managers, persons) in [
        (alone("signet:admin"), 403, 403),
        (alone("signet:users"), 403, 403),
        (alone("signet:admin signet:users"), 403, 403),
        (alone("orders:read"), 403, 403),
        (alone("orders:read signet:clients"), 403, 403),
        (people("openid signet:admin"), 403, 403),
        (people("openid signet:users"), 403, 403),
        (alone("signet:clients"), 201, 403),
        (people("openid signet:clients"), 201, 403),
        (alone("weather:read"), 201, 201),
        (people("openid orders:read signet:account"), 201, 201),
    ] {
        for (name, api, expected) in [
            ("administrator", &root, 201),
            ("administrator with signet:clients", &narrow, managers),
            ("script", &script, managers),
            ("script with signet:users", &both, managers),
            ("person", &person, persons),
        ] {
            let mut body = body.clone();
            body["client_name"] = json!(format!("Of the {name}"));
            let answer = api.post("/clients", &body).await;
            assert_eq!(answer.status, expected, "{name} {body}: {}", answer.body);
            if expected == 403 {
                assert_eq!(answer.refusal(), (403, "access_denied"), "{name} {body}");
            } else {
                assert_eq!(answer.body["scope"].as_str().unwrap().len(), body["scope"].as_str().unwrap().len());
            }
        }
    }
    // `/register` grants none of these scopes either.
    for scope in ["signet:admin", "openid signet:users"] {
        for api in [&root, &narrow, &script] {
            let answer = api.post("/register", &people(scope)).await;
            assert!(!answer.body["scope"].as_str().unwrap_or_default().contains("signet:"), "{scope}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_client_that_can_do_more_is_changed_by_who_could_have_given_it_all_alone() {
    let server = start();
    let root = administrator(&server.issuer, "signet:admin").await;
    let narrow = administrator(&server.issuer, "signet:clients").await;
    let (script, _) = service(&root, &server.issuer, "signet:clients").await;
    let (both, _) = service(&root, &server.issuer, "signet:clients signet:users").await;
    for (registered, is_privileged) in [
        (alone("signet:admin"), true),
        (alone("signet:users"), true),
        (alone("orders:read"), true),
        (people("openid signet:admin"), true),
        (alone("signet:clients"), false),
        (people("openid orders:read"), false),
    ] {
        for api in [&root, &narrow, &script, &both] {
            let allowed = !is_privileged || std::ptr::eq(api, &root);
            let client = root.post("/clients", &registered).await.expect(201);
            let path = format!("/clients/{}", text(&client, "client_id"));
            api.get(&path).await.expect(200);
            let mut keys = registered.clone();
            keys["token_endpoint_auth_method"] = json!("private_key_jwt");
            keys["jwks_uri"] = json!("https://evil.example.org/jwks");
            let mut renamed = registered.clone();
            renamed["client_name"] = json!("Renamed");
            for (method, path, body, status) in [
                ("PUT", path.clone(), Some(&renamed), 200),
                ("POST", format!("{path}/secrets"), Some(&json!({})), 201),
                ("DELETE", format!("{path}/secrets/1"), None, 200),
                ("POST", format!("{path}/disable"), Some(&json!({})), 200),
                ("POST", format!("{path}/enable"), Some(&json!({})), 200),
                ("PUT", path.clone(), Some(&keys), 200),
                ("DELETE", path.clone(), None, 204),
            ] {
                let answer = api.call(method, &path, body).await;
                let expected = if allowed { status } else { 403 };
                assert_eq!(answer.status, expected, "{method} {path} {registered}: {}", answer.body);
            }
            // None of them can raise the privileges of a client.
            let less = root.post("/clients", &people("openid")).await.expect(201);
            let raised = api.put(&format!("/clients/{}", text(&less, "client_id")), &registered).await;
            assert_eq!(raised.status, if allowed { 200 } else { 403 }, "{registered}: {}", raised.body);
        }
    }
}

// RFC 6819 §4.1.2: the redirect URIs, the keys and the authentication method determine the identity of a client.
#[tokio::test]
async fn the_owner_of_a_privileged_application_changes_neither_its_addresses_nor_its_credentials() {
    let server = start();
    let root = administrator(&server.issuer, "signet:admin").await;
    let mut visitor = new_person(&server.issuer, "eve").await;
    let eve = Api::of_person(&mut visitor, "signet:clients").await;
    let client = eve.post("/clients", &people("openid")).await.expect(201);
    let path = format!("/clients/{}", text(&client, "client_id"));
    let given = people("openid signet:admin");
    root.put(&path, &given).await.expect(200);
    let with = |changes: Value| {
        let mut body = given.clone();
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    for changes in [
        json!({"redirect_uris": ["https://evil.example.org/cb"]}),
        json!({"redirect_uris": ["https://app.example.org/cb", "https://evil.example.org/cb"]}),
        json!({"redirect_uris": ["https://evil.example.org/cb"], "scope": "openid"}),
        json!({"post_logout_redirect_uris": ["https://evil.example.org/bye"]}),
        json!({"token_endpoint_auth_method": "none"}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://evil.example.org/jwks"}),
        json!({"jwks_uri": "https://evil.example.org/jwks"}),
    ] {
        let mut body = with(changes.clone());
        body["grant_types"] = json!(["authorization_code"]);
        body["response_types"] = json!(["code"]);
        assert_eq!(eve.put(&path, &body).await.refusal(), (403, "access_denied"), "{changes}");
    }
    assert_eq!(eve.post(&format!("{path}/secrets"), &json!({})).await.refusal(), (403, "access_denied"));
    assert_eq!(eve.delete(&format!("{path}/secrets/1")).await.refusal(), (403, "access_denied"));
    let own = visitor.get(&format!("/developer/{}", text(&client, "client_id"))).await;
    let form = [("redirect_uri", "https://evil.example.org/cb"), ("anti_forgery", &own.hidden("anti_forgery"))];
    let answer = visitor.post(&format!("/developer/{}/redirect_uris", text(&client, "client_id")), &form).await;
    assert!(answer.status >= 400, "{} {}", answer.status, answer.html);
    assert_eq!(root.get(&path).await.expect(200)["redirect_uris"], given["redirect_uris"]);
    // The owner can change the other members, and an administrator can change all of them.
    let renamed =
        with(json!({"client_name": "Hers", "grant_types": ["authorization_code"], "response_types": ["code"]}));
    assert_eq!(eve.put(&path, &renamed).await.expect(200)["client_name"], "Hers");
    let moved = with(json!({"redirect_uris": ["https://app.example.org/other"]}));
    root.put(&path, &moved).await.expect(200);
    root.put(&path, &people("openid")).await.expect(200);
    eve.put(&path, &json!({"client_name": "App", "redirect_uris": ["https://b.example/cb"]})).await.expect(200);
}

// RFC 7592 §2.2
#[tokio::test]
async fn a_privileged_application_does_not_change_its_own_addresses_and_keys() {
    let server = start();
    let root = administrator(&server.issuer, "signet:admin").await;
    let client = root.post("/register", &people("openid")).await.expect(201);
    let (id, uri) = (text(&client, "client_id"), text(&client, "registration_client_uri"));
    let itself = Api::new(&server.issuer, Some(&text(&client, "registration_access_token")));
    root.put(&format!("/clients/{id}"), &people("openid signet:users")).await.expect(200);
    let update = |redirect_uri: &str| {
        json!({"client_id": id, "client_name": "App", "redirect_uris": [redirect_uri], "scope": "openid signet:users",
            "grant_types": ["authorization_code"], "response_types": ["code"]})
    };
    let moved = itself.put(&uri, &update("https://evil.example.org/cb")).await;
    assert_eq!(moved.refusal(), (403, "access_denied"));
    itself.put(&uri, &update("https://app.example.org/cb")).await.expect(200);
    root.put(&format!("/clients/{id}"), &people("openid")).await.expect(200);
    let mut less = update("https://b.example/cb");
    less["scope"] = json!("openid");
    itself.put(&uri, &less).await.expect(200);
}

#[tokio::test]
async fn what_an_administrator_registers_is_the_hosts_own_and_found_among_their_applications() {
    let server = start();
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let root = Api::of_person(&mut visitor, "signet:clients").await;
    let client = root.post("/clients", &people("openid")).await.expect(201);
    assert_eq!((client["registered_by"].as_str(), client["owner"].is_string()), (Some("administrator"), true));
    assert!(visitor.get("/developer").await.html.contains(&text(&client, "client_id")));
    let eve = Api::of_person(&mut new_person(&server.issuer, "eve").await, "signet:clients").await;
    let mut hers = people("openid");
    hers["client_name"] = json!("Hers");
    let hers = eve.post("/clients", &hers).await.expect(201);
    assert_eq!((hers["registered_by"].as_str(), hers["owner"].is_string()), (Some("person"), true));
}
