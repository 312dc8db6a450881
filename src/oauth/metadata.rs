//! Authorization server metadata, [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414). Only what is enabled is advertised.

use serde_json::{Map, Value, json};

use super::{
    client::{AuthMethod, GrantType, ResponseType},
    issuer::Issuer,
    resource::Resources,
};

/// The members of §2 that this server has, with those of RFC 9207.
#[must_use]
pub fn metadata(issuer: &Issuer, resources: &Resources) -> Map<String, Value> {
    let endpoint = |path: &str| json!(issuer.endpoint(path));
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    let with_secret: Vec<&str> = methods.into_iter().filter(|method| *method != AuthMethod::None.as_str()).collect();
    // Offline access is a refresh token, and there is no such grant among those below.
    let scopes = resources.all().iter().flat_map(|resource| &resource.scopes).map(|entry| entry.token.as_str());
    let scopes = scopes.filter(|token| *token != "offline_access");
    let members = [
        ("issuer", json!(issuer.as_str())),
        ("authorization_endpoint", endpoint("/authorize")),
        ("token_endpoint", endpoint("/token")),
        ("jwks_uri", endpoint("/jwks.json")),
        ("introspection_endpoint", endpoint("/verify")),
        ("revocation_endpoint", endpoint("/revoke")),
        ("service_documentation", endpoint("/docs")),
        ("scopes_supported", scopes.collect()),
        ("response_types_supported", json!(ResponseType::ALL.map(ResponseType::as_str))),
        ("response_modes_supported", json!(["query"])),
        ("grant_types_supported", json!(GrantType::ALL.map(GrantType::as_str))),
        ("token_endpoint_auth_methods_supported", json!(methods)),
        ("introspection_endpoint_auth_methods_supported", json!(with_secret)),
        ("revocation_endpoint_auth_methods_supported", json!(methods)),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("ui_locales_supported", json!(["en"])),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
