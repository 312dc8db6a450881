//! The plan `oidcc-config`, the additional modules of the dynamic plan, and `WebFinger`.

use serde_json::{Value, json};

use super::RunningServer;
use crate::{
    api::Api,
    openid_rig::{Rig, members},
    visitor::{Visitor, config},
};

/// The metadata of a server, after the checks of `oidcc-discovery-endpoint-verification`.
async fn verified(issuer: &str) -> Value {
    let mut browser = Visitor::new(issuer);
    let page = browser.get("/.well-known/openid-configuration").await;
    assert_eq!((page.status, page.header("content-type")), (200, "application/json"));
    let metadata = crate::json(&page);
    assert_eq!(metadata["issuer"], *issuer);
    for (name, value) in members(&metadata) {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().unwrap().starts_with(&format!("{issuer}/")), "{name}");
        }
        if name.ends_with("_supported") && !value.is_boolean() {
            let values = value.as_array().unwrap_or_else(|| panic!("{name}"));
            assert!(!values.is_empty() && values.iter().all(Value::is_string), "{name}: {value}");
        }
    }
    for name in ["userinfo_endpoint", "scopes_supported", "claims_supported", "end_session_endpoint"] {
        assert!(!metadata[name].is_null(), "{name}");
    }
    assert!(has(&metadata, "scopes_supported", "openid") && has(&metadata, "scopes_supported", "offline_access"));
    assert!(has(&metadata, "id_token_signing_alg_values_supported", "RS256"));
    assert!(!has(&metadata, "id_token_signing_alg_values_supported", "none"));
    assert_eq!(metadata["subject_types_supported"], json!(["public", "pairwise"]));
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    let keys = crate::json(&browser.get("/jwks.json").await)["keys"].as_array().unwrap().clone();
    let mut kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    kids.sort_unstable();
    kids.dedup();
    assert_eq!(kids.len(), keys.len());
    for key in &keys {
        assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|part| key.get(part).is_none()), "{key}");
        assert!(key["kty"] == "RSA" || key["kty"] == "EC" || key["kty"] == "OKP", "{key}");
    }
    // Every listed algorithm has a key.
    for name in ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"] {
        for algorithm in metadata[name].as_array().unwrap() {
            assert!(keys.iter().any(|key| key["alg"] == *algorithm), "{algorithm}");
        }
    }
    metadata
}

fn has(metadata: &Value, name: &str, value: &str) -> bool {
    metadata[name].as_array().is_some_and(|values| values.contains(&json!(value)))
}

// oidcc-discovery-endpoint-verification of the config plan
#[tokio::test]
async fn discovery_endpoint_verification_of_a_server_of_the_defaults() {
    let server = RunningServer::start(&config());
    let metadata = verified(&server.issuer).await;
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert!(!has(&metadata, "grant_types_supported", "implicit"));
    assert!(metadata["registration_endpoint"].is_null());
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256", "ES256"]));
}

// oidcc-discovery-endpoint-verification of the dynamic plan
#[tokio::test]
async fn discovery_endpoint_verification_of_the_dynamic_plan_finds_its_response_types_and_implicit() {
    let rig = Rig::start_with("\n[key_ring]\nalgorithms = [\"EdDSA\"]\n").await;
    let metadata = verified(&rig.server.issuer).await;
    for response_type in ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"] {
        assert!(has(&metadata, "response_types_supported", response_type), "{response_type}");
    }
    assert!(has(&metadata, "grant_types_supported", "implicit"));
    assert_eq!(metadata["registration_endpoint"], format!("{}/register", rig.server.issuer));
    for (name, value) in [
        ("id_token_signing_alg_values_supported", json!(["RS256", "ES256", "EdDSA"])),
        ("userinfo_signing_alg_values_supported", json!(["RS256", "ES256", "EdDSA"])),
        ("response_modes_supported", json!(["query", "fragment", "form_post"])),
        ("acr_values_supported", json!(["1"])),
        ("claim_types_supported", json!(["normal"])),
        ("display_values_supported", json!(["page"])),
        ("ui_locales_supported", json!(["en", "de"])),
        ("claims_parameter_supported", json!(true)),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    // A login returns all claims that are listed as supported.
    let client = rig.registered(("code id_token", None), json!({"claims_in_id_token": true})).await;
    let scope = [("scope", Some("openid profile email address phone groups"))];
    let login = client.login(&mut rig.browser(), &scope).await;
    for name in members(&crate::claims(&login.id_tokens[0])).keys().chain(members(&login.claims()).keys()) {
        assert!(has(&metadata, "claims_supported", name), "{name}");
    }
}

// OpenID Connect Discovery §2 and RFC 7033
#[tokio::test]
async fn webfinger_returns_the_issuer_for_every_name_of_the_domain_and_no_other() {
    let server = RunningServer::start(&format!("{}\n[openid]\nwebfinger_domains = [\"example.org\"]\n", config()));
    let mut browser = Visitor::new(&server.issuer);
    let relation = "rel=http%3A%2F%2Fopenid.net%2Fspecs%2Fconnect%2F1.0%2Fissuer";
    let mut answers = Vec::new();
    for name in ["root", "nobody"] {
        let page =
            browser.get(&format!("/.well-known/webfinger?resource=acct%3A{name}%40example.org&{relation}")).await;
        assert_eq!((page.status, page.header("content-type")), (200, "application/jrd+json"));
        assert_eq!(page.header("access-control-allow-origin"), "*");
        let document = crate::json(&page);
        assert_eq!(document["subject"], format!("acct:{name}@example.org"));
        answers.push(document["links"].clone());
    }
    assert_eq!(answers[0], json!([{"rel": "http://openid.net/specs/connect/1.0/issuer", "href": server.issuer}]));
    assert_eq!(answers[0], answers[1]);
    let api = Api::new(&server.issuer, None);
    assert_eq!(
        api.get("/.well-known/webfinger?resource=acct%3Aroot%40example.com").await.refusal(),
        (404, "not_found")
    );
    assert_eq!(api.get("/.well-known/webfinger").await.refusal(), (400, "invalid_request"));
}
