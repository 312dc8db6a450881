//! Provider metadata,
//! [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata): the metadata
//! of RFC 8414 and the additions of OpenID Connect.

use serde_json::{Map, Value, json};

use super::acr;
use crate::{
    claims,
    jose::Algorithm,
    oauth::metadata::{self, Described},
};

/// Returns the document at `/.well-known/openid-configuration`. It is also served at
/// `/.well-known/oauth-authorization-server`, since clients ignore members that they do not know (RFC 8414 §2).
#[must_use]
pub fn metadata(server: Described<'_>) -> Map<String, Value> {
    let endpoint = |path: &str| json!(server.issuer.endpoint(path));
    let claims: Vec<&str> = TOKEN_CLAIMS.iter().copied().chain(claims::all().map(|claim| claim.name)).collect();
    let signing_algs: Vec<&str> = server.signing_algs.iter().copied().map(Algorithm::as_str).collect();
    let mut document = metadata::metadata(server);
    for (name, value) in [
        ("userinfo_endpoint", endpoint("/userinfo")),
        ("end_session_endpoint", endpoint("/logout")),
        ("backchannel_logout_supported", json!(true)),
        ("backchannel_logout_session_supported", json!(true)),
        ("frontchannel_logout_supported", json!(true)),
        ("frontchannel_logout_session_supported", json!(true)),
        ("subject_types_supported", json!(["public", "pairwise"])),
        ("id_token_signing_alg_values_supported", json!(signing_algs)),
        ("userinfo_signing_alg_values_supported", json!(signing_algs)),
        ("acr_values_supported", json!(acr::SUPPORTED)),
        // The pages fit every display, but there is only one variant of each.
        ("display_values_supported", json!(["page"])),
        ("claim_types_supported", json!(["normal"])),
        ("claims_supported", json!(claims)),
        ("claims_parameter_supported", json!(true)),
        ("prompt_values_supported", json!(["none", "login", "consent", "select_account"])),
    ] {
        document.insert(name.to_owned(), value);
    }
    document
}

/// The claims of an ID token that are not about the person.
const TOKEN_CLAIMS: &[&str] =
    &["iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{grant_type::EnabledGrants, issuer::Issuer, resource::Resources};

    fn document(offered: EnabledGrants, has_registration: bool) -> Map<String, Value> {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let resources = Resources::new(&issuer, Vec::new());
        let signing_algs = &[Algorithm::Rs256, Algorithm::EdDsa];
        let request_uri = false;
        metadata(Described {
            issuer: &issuer,
            resources: &resources,
            offered,
            signing_algs,
            has_registration,
            request_uri,
            ui_locales: &["en", "da"],
        })
    }

    #[test]
    fn the_document_names_the_issuer_and_only_absolute_endpoints() {
        let document = document(EnabledGrants::default(), true);
        assert_eq!(document.get("issuer"), Some(&json!("https://login.example.org")));
        for (name, value) in document.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri") {
            assert!(value.as_str().unwrap().starts_with("https://login.example.org/"), "{name}");
        }
    }

    #[test]
    fn only_what_is_enabled_is_advertised() {
        let usual = document(EnabledGrants::default(), false);
        assert!(!usual.contains_key("registration_endpoint"));
        assert_eq!(usual.get("response_types_supported"), Some(&json!(["code"])));
        for name in ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"] {
            assert_eq!(usual.get(name), Some(&json!(["RS256", "EdDSA"])), "{name}");
        }
        assert!(!usual.get("grant_types_supported").unwrap().to_string().contains("password"));
        // RFC 7662 §2.1: only authenticated clients may introspect.
        for (name, has_none) in
            [("introspection_endpoint_auth_methods_supported", false), ("token_endpoint_auth_methods_supported", true)]
        {
            let methods = usual.get(name).unwrap().as_array().unwrap();
            assert_eq!(methods.contains(&json!("none")), has_none, "{name}");
            assert!(methods.contains(&json!("client_secret_basic")), "{name}");
        }
        let all = document(EnabledGrants::EVERYTHING, true);
        assert_eq!(all.get("registration_endpoint"), Some(&json!("https://login.example.org/register")));
        let grants = all.get("grant_types_supported").unwrap().to_string();
        assert!(grants.contains("\"password\"") && grants.contains("\"implicit\""), "{grants}");
        assert!(all.get("response_types_supported").unwrap().as_array().unwrap().contains(&json!("code id_token")));
    }
}
