//! The protocol over real HTTP: requests of clients, users and attackers, and the responses.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod account_pages;
mod admin_pages;
mod admission;
mod api;
mod application_settings;
mod authorize;
mod backchannel_logout;
mod bounds;
mod brand;
mod client_assertions;
mod client_management;
mod client_names;
mod client_privileges;
mod clients;
mod crawl;
mod developer_pages;
mod device;
mod emergency_rotation;
mod error_redirects;
mod events;
#[path = "../support/form_routes.rs"]
mod form_routes;
mod forms_again;
mod groups;
mod guesses;
mod health;
#[path = "../../src/web/tests/hostile.rs"]
mod hostile;
#[path = "../support/https.rs"]
mod https;
mod key_rotation;
mod languages;
mod late_logins;
mod logout;
mod logout_in_frames;
mod older_grants;
mod older_status_lists;
mod openid_claims;
mod openid_code;
mod openid_discovery;
mod openid_dynamic;
mod openid_every_flow;
mod openid_person;
mod openid_rig;
mod orders_apis;
mod other_clients;
mod other_verifiers;
#[path = "../../src/web/tests/outline.rs"]
mod outline;
mod page_attacks;
mod pages;
mod partial_changes;
mod password_reset;
mod presets;
mod quotas;
mod races;
mod receiver;
mod refresh;
mod refresh_schedule;
mod registration;
mod request_errors;
mod request_objects;
mod resources;
mod schedules;
mod seeds;
#[path = "../support/served_here.rs"]
mod served_here;
mod sessions;
mod signer;
mod status_list;
mod step_up;
#[path = "../support/mod.rs"]
mod support;
mod token;
mod users;
mod verified_offline;
#[path = "../support/visitor.rs"]
mod visitor;

use serde_json::Value;
use support::{ADMINISTRATOR, RunningServer};
use visitor::{Page, REDIRECT_URI, SECRET, VERIFIER, Visitor, config, parameter, query};

/// Starts a server and signs its administrator in.
async fn signed_in() -> (RunningServer, Visitor) {
    let server = RunningServer::start(&config());
    let visitor = signed_in_at(&server).await;
    (server, visitor)
}

/// The administrator of `server`, signed in.
async fn signed_in_at(server: &RunningServer) -> Visitor {
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    visitor
}

fn json(page: &Page) -> Value {
    serde_json::from_str(&page.html).unwrap_or_else(|_| panic!("{}: {}", page.status, page.html))
}

/// The claims of a JWT, unverified.
fn claims(jwt: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// A client for the configuration. It has no secret if its name starts with `public`.
fn client(client_id: &str, rest: &str) -> String {
    let method = if is_public(client_id) {
        "token_endpoint_auth_method = \"none\"".to_owned()
    } else {
        format!("client_secret = \"{SECRET}\"")
    };
    format!("\n[[clients]]\nclient_id = \"{client_id}\"\n{method}\n{rest}\n")
}

fn is_public(client_id: &str) -> bool {
    client_id.starts_with("public")
}

/// The form parameters with which `client_id` authenticates.
fn credentials(client_id: &str) -> Vec<(&str, &str)> {
    let mut form = vec![("client_id", client_id)];
    if !is_public(client_id) {
        form.push(("client_secret", SECRET));
    }
    form
}

/// The response of `/token` to `client_id`.
async fn ask(visitor: &mut Visitor, client_id: &str, form: &[(&str, &str)]) -> Page {
    visitor.post("/token", &[form, &credentials(client_id)].concat()).await
}

/// The response to `client_id` for `refresh_token`.
async fn refresh(visitor: &mut Visitor, client_id: &str, refresh_token: &str, more: &[(&str, &str)]) -> Page {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    ask(visitor, client_id, &[&form, more].concat()).await
}

/// A new code for `client_id` from an authorization request with these changes.
async fn code(visitor: &mut Visitor, client_id: &str, changes: &[(&str, Option<&str>)]) -> String {
    let query = query(&[&[("client_id", Some(client_id))], changes].concat());
    let location = visitor.authorize(&query).await;
    parameter(&location, "code").unwrap_or_else(|| panic!("no code in {location}"))
}

/// The token response for `client_id` to an authorization request with these changes.
async fn tokens(visitor: &mut Visitor, client_id: &str, changes: &[(&str, Option<&str>)]) -> Value {
    let code = code(visitor, client_id, changes).await;
    issued(&redeem(visitor, client_id, &code, &[]).await)
}

/// The response to `client_id` for `code`.
async fn redeem(visitor: &mut Visitor, client_id: &str, code: &str, more: &[(&str, &str)]) -> Page {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    ask(visitor, client_id, &[&form, more].concat()).await
}

/// The token response, which must be a success.
fn issued(page: &Page) -> Value {
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.html);
    json(page)
}

/// The status and error of a rejection, which must not contain tokens.
fn refusal(page: &Page) -> String {
    let body = json(page);
    for member in ["access_token", "refresh_token", "id_token", "device_code"] {
        assert!(body.get(member).is_none(), "{member} in {body}");
    }
    assert_eq!(page.header("cache-control"), "no-store", "{body}");
    format!("{} {}", page.status, body["error"].as_str().unwrap_or_default())
}

/// A string member of a response.
fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body[member].as_str().unwrap_or_else(|| panic!("no {member} in {body}"))
}

/// The introspection response for `token` to `client_id`.
async fn introspect(visitor: &mut Visitor, client_id: &str, token: &str) -> Value {
    let page = visitor.post("/introspect", &[&[("token", token)], credentials(client_id).as_slice()].concat()).await;
    assert_eq!(page.status, 200, "{}", page.html);
    json(&page)
}

/// The status of `/userinfo` with `access_token`.
async fn userinfo(visitor: &mut Visitor, access_token: &str) -> u16 {
    visitor.post_with("/userinfo", &[], &[("authorization", &format!("Bearer {access_token}"))]).await.status
}
