//! Requests that do not match the OpenAPI document: the response names each member and each parameter that is wrong, in
//! `error_description` and in `fields`.

use serde_json::{Map, Value, json};

use crate::{
    api::{Answer, Api, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

/// A server, a token for each family of operations, and identifiers for their paths.
struct Rig {
    _server: RunningServer,
    root: Api,
    client: Api,
    registered: String,
    user: String,
}

impl Rig {
    async fn start() -> Self {
        let server = RunningServer::start(&format!("{}\n[oauth]\ndynamic_registration = \"open\"\n", config()));
        let mut visitor = Visitor::new(&server.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        let root = Api::of_person(&mut visitor, "signet:admin").await;
        let app = json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"]});
        let registered = Api::new(&server.issuer, None).post("/register", &app).await.expect(201);
        let user = root.post("/users", &json!({"username": "eve"})).await.expect(201);
        let client = Api::new(&server.issuer, Some(&text(&registered, "registration_access_token")));
        Self { root, client, registered: text(&registered, "client_id"), user: text(&user, "id"), _server: server }
    }

    async fn call(&self, operation: &Operation, body: Option<&Value>) -> Answer {
        let id = if operation.path.starts_with("/users") { &self.user } else { &self.registered };
        let preset = operation.path.starts_with("/presets");
        let path = operation.path.replace("{id}", if preset { "grafana" } else { id });
        let path = path.replace("{client_id}", &self.registered).replace("{number}", "canary");
        let api = if operation.path.starts_with("/register/") { &self.client } else { &self.root };
        api.call(&operation.method, &path, body).await
    }
}

struct Operation {
    method: String,
    path: String,
    body: Value,
    parameters: Vec<Value>,
}

impl Operation {
    /// RFC 7591 §2 requires that the server ignores members that it does not know.
    fn ignores_unknown_members(&self) -> bool {
        self.path.starts_with("/register")
    }
}

fn document() -> Value {
    serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap()
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(|(method, operation)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            body: operation["requestBody"]["content"]["application/json; charset=utf-8"]["schema"].clone(),
            parameters: operation["parameters"].as_array().cloned().unwrap_or_default(),
        })
    });
    all.collect()
}

/// The schema with the members of all schemas that it refers to or combines.
fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return resolved(document, &document["components"]["schemas"][name.rsplit('/').next().unwrap()]);
    }
    let mut all = schema.clone();
    let parts = schema["allOf"].as_array().cloned().unwrap_or_default();
    for part in parts.iter().map(|part| resolved(document, part)) {
        for (name, value) in part.as_object().unwrap() {
            match (all.get_mut(name), value) {
                (Some(Value::Object(known)), Value::Object(further)) => known.extend(further.clone()),
                (Some(Value::Array(known)), Value::Array(further)) => known.extend(further.clone()),
                _ => all[name] = value.clone(),
            }
        }
    }
    all
}

/// Values that do not match the schema, each with the paths that the response must name.
fn wrong_values(document: &Value, schema: &Value, path: &str) -> Vec<(Value, String)> {
    let schema = resolved(document, schema);
    let canary = |wrong: Value| (wrong, path.to_owned());
    match schema["type"].as_str() {
        Some("string") => vec![canary(json!({"a": "canary"})), canary(json!(["canary"])), canary(json!(7))],
        Some("array") => {
            let entry = |(wrong, path)| (json!([wrong]), path);
            let entries = wrong_values(document, &schema["items"], &format!("{path}[0]")).into_iter().map(entry);
            [canary(json!("canary"))].into_iter().chain(entries).collect()
        }
        Some("object") if schema["properties"].is_object() => {
            let members = schema["properties"].as_object().unwrap().iter();
            let within = members.flat_map(|(name, schema)| {
                let member = |(wrong, path)| (json!({name: wrong}), path);
                wrong_values(document, schema, &format!("{path}.{name}")).into_iter().map(member).collect::<Vec<_>>()
            });
            [canary(json!("canary"))].into_iter().chain(within).collect()
        }
        Some("integer") => vec![canary(json!("canary")), canary(json!(1.5))],
        Some(_) => vec![canary(json!("canary"))],
        // A value of any type.
        None => Vec::new(),
    }
}

/// Checks that the response is a 400 that names all `paths` and no submitted value.
fn assert_names(answer: &Answer, paths: &[&str], about: &str) {
    assert_eq!(answer.refusal(), (400, "invalid_request"), "{about}: {}", answer.body);
    let description = text(&answer.body, "error_description");
    for path in paths {
        assert!(answer.body["fields"][path].is_string(), "{about}: {path}: {}", answer.body);
        assert!(description.contains(&format!("{path}: ")), "{about}: {path}: {description}");
    }
    assert!(!answer.body.to_string().contains("canary"), "{about}: {}", answer.body);
}

#[tokio::test]
async fn a_member_of_another_type_is_named_in_every_operation() {
    let (rig, document) = (Rig::start().await, document());
    let mut tried = 0;
    for operation in operations(&document).iter().filter(|operation| !operation.body.is_null()) {
        let about = format!("{} {}", operation.method, operation.path);
        let schema = resolved(&document, &operation.body);
        let mut all = Map::new();
        for (name, member) in schema["properties"].as_object().unwrap() {
            for (wrong, path) in wrong_values(&document, member, name) {
                let answer = rig.call(operation, Some(&json!({name: wrong}))).await;
                assert_names(&answer, &[&path], &about);
                all.insert(name.clone(), json!({"canary": 1}));
                tried += 1;
            }
        }
        // An address is an object, so another type is wrong for it.
        if all.contains_key("address") {
            all.insert("address".to_owned(), json!("canary"));
        }
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        assert_names(&rig.call(operation, Some(&Value::Object(all.clone()))).await, &names, &about);
    }
    assert!(tried > 300, "{tried}");
}

#[tokio::test]
async fn a_missing_or_unknown_member_is_named_in_every_operation() {
    let (rig, document) = (Rig::start().await, document());
    for operation in operations(&document).iter().filter(|operation| !operation.body.is_null()) {
        let about = format!("{} {}", operation.method, operation.path);
        let schema = resolved(&document, &operation.body);
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let empty = rig.call(operation, Some(&json!({}))).await;
        if !required.is_empty() {
            assert_names(&empty, &required, &about);
        } else if empty.status == 400 {
            assert!(
                empty.body["fields"].as_object().is_some_and(|fields| !fields.is_empty()),
                "{about}: {}",
                empty.body
            );
        } else {
            assert!((200..300).contains(&empty.status), "{about}: {} {}", empty.status, empty.body);
        }
        let unknown = rig.call(operation, Some(&json!({"no_such_member": "canary", "another": null}))).await;
        if operation.ignores_unknown_members() {
            assert!(unknown.body["fields"]["no_such_member"].is_null(), "{about}: {}", unknown.body);
        } else {
            assert_names(&unknown, &["no_such_member", "another"], &about);
            assert!(unknown.body["fields"]["another"].as_str().unwrap().starts_with("unknown member"), "{about}");
        }
        for body in [json!("canary"), json!(["canary"]), json!(null)] {
            let answer = rig.call(operation, Some(&body)).await;
            assert_names(&answer, &[], &about);
            assert!(answer.body["fields"].is_null(), "{about}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn all_parameters_of_another_type_are_named_together_in_every_operation() {
    let (rig, document) = (Rig::start().await, document());
    let mut tried = 0;
    for mut operation in operations(&document) {
        let typed = operation.parameters.iter().filter(|parameter| parameter["schema"]["type"] != "string");
        let typed: Vec<Value> = typed.cloned().collect();
        if typed.is_empty() {
            continue;
        }
        let names: Vec<&str> = typed.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        let query = typed.iter().filter(|parameter| parameter["in"] == "query");
        let query: Vec<String> =
            query.map(|parameter| format!("{}=canary", parameter["name"].as_str().unwrap())).collect();
        operation.path = format!("{}?{}", operation.path, query.join("&"));
        let answer = rig.call(&operation, None).await;
        assert_names(&answer, &names, &format!("{} {}", operation.method, operation.path));
        tried += names.len();
    }
    assert!(tried >= 10, "{tried}");
}

#[tokio::test]
async fn a_parameter_or_member_that_a_rule_rejects_is_named_in_the_same_way() {
    let rig = Rig::start().await;
    let client_path = format!("/clients/{}", rig.registered);
    for (method, path, body, code, member) in [
        ("GET", "/users?limit=0", json!(null), "invalid_request", "limit"),
        ("GET", "/users?page_token=canary", json!(null), "invalid_request", "page_token"),
        ("GET", "/users?sort=canary", json!(null), "invalid_request", "sort"),
        ("GET", "/users?role=canary", json!(null), "invalid_request", "role"),
        ("GET", "/events?event=canary", json!(null), "invalid_request", "event"),
        ("GET", "/events?outcome=canary", json!(null), "invalid_request", "outcome"),
        ("GET", "/events?from=9223372036854775807", json!(null), "invalid_request", "from"),
        ("POST", "/users", json!({"username": "eve"}), "invalid_request", "username"),
        ("POST", "/users", json!({"username": "bob", "password": "short"}), "invalid_request", "password"),
        ("PUT", &client_path, json!({"owner": "canary"}), "invalid_request", "owner"),
        ("POST", "/clients", json!({"redirect_uris": ["http:"]}), "invalid_redirect_uri", "redirect_uris"),
        ("POST", "/clients", json!({"jwks": "canary"}), "invalid_client_metadata", "jwks"),
        ("POST", "/register", json!({"redirect_uris": ["http:"]}), "invalid_redirect_uri", "redirect_uris"),
        ("POST", "/register", json!({"subject_type": "other"}), "invalid_client_metadata", "subject_type"),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = rig.root.call(method, path, body.as_ref()).await;
        assert_eq!(answer.refusal(), (400, code), "{method} {path}: {}", answer.body);
        assert!(answer.body["fields"][member].is_string(), "{method} {path}: {}", answer.body);
        let description = text(&answer.body, "error_description");
        assert!(description.starts_with(&format!("{member}: ")), "{method} {path}: {description}");
    }
    // One step away, the same requests are accepted.
    rig.root.get("/users?limit=1&sort=username").await.expect(200);
    rig.root.get("/events?limit=1&from=0&outcome=success").await.expect(200);
    rig.root.post("/users", &json!({"username": "bob", "password": "a long passphrase here"})).await.expect(201);
}
