//! Provider metadata, [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata):
//! the metadata of RFC 8414 and what OpenID Connect adds.

use serde_json::{Map, Value, json};

use super::claims::SCOPE_CLAIMS;
use crate::oauth::{issuer::Issuer, metadata, resource::Resources};

/// The document at `/.well-known/openid-configuration`, and, since whoever reads one ignores what is meant for the other
/// (RFC 8414 §2), also the one at `/.well-known/oauth-authorization-server`.
#[must_use]
pub fn metadata(issuer: &Issuer, resources: &Resources) -> Map<String, Value> {
    let endpoint = |path: &str| json!(issuer.endpoint(path));
    let about_a_person = SCOPE_CLAIMS.iter().flat_map(|(_, names)| names.iter().copied());
    let claims: Vec<&str> = TOKEN_CLAIMS.iter().copied().chain(about_a_person).collect();
    let mut document = metadata::metadata(issuer, resources);
    for (name, value) in [
        ("userinfo_endpoint", endpoint("/userinfo")),
        ("end_session_endpoint", endpoint("/logout")),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["RS256"])),
        ("claims_supported", json!(claims)),
        ("claims_parameter_supported", json!(false)),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        ("prompt_values_supported", json!(["none", "login", "consent", "select_account"])),
    ] {
        document.insert(name.to_owned(), value);
    }
    document
}

/// The claims of an ID token that are not about the person.
const TOKEN_CLAIMS: &[&str] = &["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "sid", "at_hash"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_issuer_and_only_absolute_endpoints() {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let document = metadata(&issuer, &Resources::new(&issuer, Vec::new()));
        assert_eq!(document.get("issuer"), Some(&json!("https://login.example.org")));
        for (name, value) in document.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri") {
            assert!(value.as_str().unwrap().starts_with("https://login.example.org/"), "{name}");
        }
    }
}
