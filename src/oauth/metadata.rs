//! Authorization server metadata, [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414). Only enabled features are
//! advertised.

use serde_json::{Map, Value, json};

use super::{
    client::{AuthMethod, GrantType},
    grant_type::EnabledGrants,
    issuer::Issuer,
    resource::Resources,
    response_type::{ResponseMode, ResponseType},
    status_list,
};
use crate::jose::Algorithm;

/// The properties of the server that the metadata describes.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    pub issuer: &'a Issuer,
    /// The APIs that accept its tokens.
    pub resources: &'a Resources,
    /// The enabled grant types.
    pub offered: EnabledGrants,
    /// The algorithms with which it signs.
    pub signing_algs: &'a [Algorithm],
    /// Whether clients may register themselves (RFC 7591).
    pub has_registration: bool,
    /// Whether `request_uri` is accepted (RFC 9101 §5.2).
    pub request_uri: bool,
    /// The languages of its pages, as RFC 5646 tags.
    pub ui_locales: &'a [&'a str],
}

/// Returns the members of §2 that apply, with those of RFC 8628, RFC 9207 and the Token Status List.
#[must_use]
pub fn metadata(server: Described<'_>) -> Map<String, Value> {
    let Described { issuer, resources, offered, has_registration, request_uri, .. } = server;
    let endpoint = |path: &str| json!(issuer.endpoint(path));
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    let with_secret: Vec<&str> = methods.into_iter().filter(|method| *method != AuthMethod::None.as_str()).collect();
    let scopes = resources.advertised();
    // RFC 8414 §2: "The value "none" MUST NOT be used."
    let signing: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).chain(["HS256"]).collect();
    let registration = has_registration.then(|| ("registration_endpoint", endpoint("/register")));
    let members = [
        ("issuer", json!(issuer.as_str())),
        ("authorization_endpoint", endpoint("/authorize")),
        ("token_endpoint", endpoint("/token")),
        ("jwks_uri", endpoint("/jwks.json")),
        ("introspection_endpoint", endpoint("/verify")),
        ("revocation_endpoint", endpoint("/revoke")),
        ("device_authorization_endpoint", endpoint("/device_authorization")),
        ("status_list_aggregation_endpoint", endpoint(status_list::AGGREGATION)),
        ("service_documentation", endpoint("/docs")),
        ("scopes_supported", json!(scopes)),
        ("response_types_supported", offered.response_types().map(ResponseType::as_str).collect()),
        ("response_modes_supported", json!(ResponseMode::ALL.map(ResponseMode::as_str))),
        ("grant_types_supported", offered.grant_types().map(GrantType::as_str).collect()),
        ("token_endpoint_auth_methods_supported", json!(methods)),
        ("introspection_endpoint_auth_methods_supported", json!(with_secret)),
        ("revocation_endpoint_auth_methods_supported", json!(methods)),
        ("token_endpoint_auth_signing_alg_values_supported", json!(signing)),
        ("introspection_endpoint_auth_signing_alg_values_supported", json!(signing)),
        ("revocation_endpoint_auth_signing_alg_values_supported", json!(signing)),
        ("introspection_signing_alg_values_supported", json!(["RS256"])),
        ("request_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(request_uri)),
        ("require_request_uri_registration", json!(true)),
        ("request_object_signing_alg_values_supported", json!(Algorithm::ALL.map(Algorithm::as_str))),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("ui_locales_supported", json!(server.ui_locales)),
    ];
    members.into_iter().chain(registration).map(|(name, value)| (name.to_owned(), value)).collect()
}
