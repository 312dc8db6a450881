//! The protocol over real HTTP: what clients, people and attackers send, and what they get.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod api;
mod authorize;
mod client_management;
mod clients;
mod openid_claims;
mod openid_code;
mod openid_discovery;
mod openid_every_flow;
mod openid_person;
mod openid_rig;
mod other_clients;
mod pages;
mod refresh_schedule;
mod registration;
#[path = "../support/mod.rs"]
mod support;
mod token;
mod users;
#[path = "../support/visitor.rs"]
mod visitor;

use serde_json::Value;
use support::{ADMINISTRATOR, RunningServer};
use visitor::{Page, Visitor, config};

/// A server, and its administrator signed in.
async fn signed_in() -> (RunningServer, Visitor) {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
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
