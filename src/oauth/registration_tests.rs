use std::sync::LazyLock;

use super::*;
use crate::oauth::{
    grant_type::EnabledGrants, issuer::Issuer, registration_policy::RegistrationPolicy, resource::Resources,
};

fn resources() -> Resources {
    Resources::new(&Issuer::parse("https://login.example.org").unwrap(), Vec::new())
}

fn rules(registrar: Registrar, resources: &Resources) -> RegistrationRules<'_> {
    RegistrationRules { registrar, resources, policy: &EVERYTHING }
}

static EVERYTHING: LazyLock<RegistrationPolicy> =
    LazyLock::new(|| RegistrationPolicy { offered: EnabledGrants::EVERYTHING, ..RegistrationPolicy::default() });

fn request() -> RegistrationRequest {
    RegistrationRequest {
        client_name: Some("Orders".to_owned()),
        redirect_uris: Some(vec!["https://app.example.org/cb".to_owned()]),
        ..RegistrationRequest::default()
    }
}

fn texts(values: &[&str]) -> Option<Vec<String>> {
    Some(values.iter().map(|value| (*value).to_owned()).collect())
}

// RFC 7591 §2
#[test]
fn what_is_left_out_is_chosen_by_the_server() {
    let metadata = register(&request(), rules(Registrar::Person, &resources())).unwrap();
    assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(metadata.response_types, [ResponseType::Code]);
    assert_eq!(metadata.require_pkce, None);
    assert!(metadata.scope.contains("openid") && !metadata.scope.contains("signet:clients"));
}

#[test]
fn a_client_without_redirect_uri_is_a_service_that_an_administrator_registers() {
    let service = RegistrationRequest { redirect_uris: None, ..request() };
    let refusal = register(&service, rules(Registrar::Person, &resources())).unwrap_err();
    assert_eq!(refusal.member, "grant_types");
    let metadata = register(&service, rules(Registrar::Administrator, &resources())).unwrap();
    assert_eq!(metadata.grant_types, [GrantType::ClientCredentials]);
    assert!(metadata.response_types.is_empty());
}

#[test]
fn grants_that_are_not_known_are_left_out() {
    let asked = RegistrationRequest { grant_types: texts(&["authorization_code", "urn:x"]), ..request() };
    let metadata = register(&asked, rules(Registrar::Person, &resources())).unwrap();
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
}

fn refused(change: impl FnOnce(&mut RegistrationRequest)) -> (RegistrationErrorCode, &'static str) {
    let mut changed = request();
    change(&mut changed);
    let refusal = register(&changed, rules(Registrar::Person, &resources())).unwrap_err();
    (refusal.code, refusal.member)
}

#[test]
fn each_redirect_uri_that_cannot_be_registered_is_named() {
    let expected = (RegistrationErrorCode::InvalidRedirectUri, "redirect_uris");
    let many: Vec<String> = (0..17).map(|n| format!("https://app.example.org/{n}")).collect();
    assert_eq!(refused(|r| r.redirect_uris = texts(&["javascript:x"])), expected);
    assert_eq!(refused(|r| r.redirect_uris = texts(&["https://a.example/#x"])), expected);
    assert_eq!(refused(|r| r.redirect_uris = Some(many)), expected);
    let none = |r: &mut RegistrationRequest| {
        r.redirect_uris = None;
        r.grant_types = texts(&["authorization_code"]);
    };
    assert_eq!(refused(none), expected);
}

#[test]
fn each_member_that_cannot_be_registered_is_named() {
    let named = |member| (RegistrationErrorCode::InvalidClientMetadata, member);
    let privileged = |member| (RegistrationErrorCode::Privileged, member);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(refused(|r| r.client_name = text("a\u{202e}b")), named("client_name"));
    assert_eq!(refused(|r| r.post_logout_redirect_uris = texts(&["data:x"])), named("post_logout_redirect_uris"));
    assert_eq!(refused(|r| r.grant_types = texts(&["urn:x"])), named("grant_types"));
    assert_eq!(refused(|r| r.response_types = texts(&["token"])), privileged("response_types"));
    assert_eq!(refused(|r| r.response_types = texts(&[])), named("response_types"));
    assert_eq!(refused(|r| r.scope = text("unknown")), named("scope"));
    assert_eq!(refused(|r| r.scope = text("signet:admin")), privileged("scope"));
    assert_eq!(refused(|r| r.token_endpoint_auth_method = text("private_key")), named("token_endpoint_auth_method"));
    assert_eq!(refused(|r| r.application_type = text("desktop")), named("application_type"));
    assert_eq!(refused(|r| r.policy_uri = text("javascript:x")), named("policy_uri"));
    assert_eq!(refused(|r| r.require_pkce = Some(false)), privileged("require_pkce"));
    let public_service = |r: &mut RegistrationRequest| {
        r.grant_types = texts(&["client_credentials"]);
        r.token_endpoint_auth_method = text("none");
    };
    assert_eq!(refused(public_service), named("grant_types"));
}

// OpenID Connect Core §9
#[test]
fn who_authenticates_with_a_jwt_has_something_to_sign_it_with() {
    let register_as = |method: &str, algorithm: Option<&str>, has_keys: bool| {
        let mut asked = request();
        asked.token_endpoint_auth_method = Some(method.to_owned());
        asked.openid.token_endpoint_auth_signing_alg = algorithm.map(ToOwned::to_owned);
        asked.openid.jwks_uri = has_keys.then(|| "https://app.example.org/jwks".to_owned());
        register(&asked, rules(Registrar::Person, &resources())).map_err(|refusal| refusal.member)
    };
    let algorithm = "token_endpoint_auth_signing_alg";
    for (method, alg, has_keys, expected) in [
        ("private_key_jwt", None, true, None),
        ("private_key_jwt", Some("PS256"), true, None),
        ("private_key_jwt", None, false, Some("jwks")),
        ("private_key_jwt", Some("HS256"), true, Some(algorithm)),
        ("private_key_jwt", Some("none"), true, Some(algorithm)),
        ("client_secret_jwt", None, false, None),
        ("client_secret_jwt", Some("HS256"), false, None),
        ("client_secret_jwt", Some("RS256"), false, Some(algorithm)),
        ("client_secret_jwt", Some("HS512"), false, Some(algorithm)),
    ] {
        assert_eq!(register_as(method, alg, has_keys).err(), expected, "{method} {alg:?} {has_keys}");
    }
}

#[test]
fn the_older_audience_is_registered_where_the_server_says_so() {
    let resources = resources();
    let policy = RegistrationPolicy { token_endpoint_as_audience: true, ..RegistrationPolicy::default() };
    let older = RegistrationRules { policy: &policy, ..rules(Registrar::Person, &resources) };
    let mut asked = request();
    assert!(register(&asked, older).unwrap().openid.token_endpoint_as_audience);
    assert!(!register(&asked, rules(Registrar::Person, &resources)).unwrap().openid.token_endpoint_as_audience);
    asked.openid.token_endpoint_as_audience = Some(false);
    assert!(!register(&asked, older).unwrap().openid.token_endpoint_as_audience);
}

#[test]
fn an_administrator_may_register_management_scopes_and_clients_without_pkce() {
    let asked = RegistrationRequest { scope: Some("signet:admin".into()), require_pkce: Some(false), ..request() };
    assert!(register(&asked, rules(Registrar::Administrator, &resources())).is_ok());
    let public = RegistrationRequest { token_endpoint_auth_method: Some("none".into()), ..asked };
    assert_eq!(register(&public, rules(Registrar::Administrator, &resources())).unwrap_err().member, "require_pkce");
}

fn granted(change: impl FnOnce(&mut RegistrationRequest), rules: RegistrationRules<'_>) -> (String, String) {
    let mut changed = request();
    change(&mut changed);
    let metadata = register(&changed, rules).unwrap();
    let grant_types: Vec<&str> = metadata.grant_types.iter().map(|grant_type| grant_type.as_str()).collect();
    let response_types: Vec<&str> = metadata.response_types.iter().map(|one| one.as_str()).collect();
    (grant_types.join(" "), response_types.join(", "))
}

// RFC 7591 §2.1 and OpenID Connect Registration §2
#[test]
fn grants_and_response_types_follow_from_one_another() {
    let resources = resources();
    let rules = rules(Registrar::Administrator, &resources);
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let both = |r: &mut RegistrationRequest| r.response_types = texts(&["code id_token"]);
    assert_eq!(granted(both, rules), pair("authorization_code implicit", "code id_token"));
    let implicit = |r: &mut RegistrationRequest| r.grant_types = texts(&["implicit"]);
    assert_eq!(granted(implicit, rules), pair("implicit", "token, id_token, id_token token"));
    let refreshing = |r: &mut RegistrationRequest| r.grant_types = texts(&["refresh_token", "authorization_code"]);
    assert_eq!(granted(refreshing, rules), pair("authorization_code refresh_token", "code"));
    let device = |r: &mut RegistrationRequest| {
        r.redirect_uris = None;
        r.grant_types = texts(&["urn:ietf:params:oauth:grant-type:device_code"]);
    };
    assert_eq!(granted(device, rules), pair("urn:ietf:params:oauth:grant-type:device_code", ""));
}

// RFC 9700 §2.1.2 and §2.4
#[test]
fn older_grants_are_registered_by_administrators_where_they_are_on() {
    let resources = resources();
    let older = || texts(&["authorization_code", "implicit", "password"]);
    let asked = |r: &mut RegistrationRequest| r.grant_types = older();
    assert_eq!(granted(asked, rules(Registrar::Itself, &resources)).0, "authorization_code");
    let asked = RegistrationRequest { grant_types: older(), ..request() };
    let refusal = register(&asked, rules(Registrar::Person, &resources)).unwrap_err();
    assert_eq!((refusal.member, refusal.code), ("grant_types", RegistrationErrorCode::Privileged));
    let everything = rules(Registrar::Administrator, &resources);
    let full = |r: &mut RegistrationRequest| {
        r.grant_types = older();
        r.response_types = texts(&["code", "token"]);
    };
    assert_eq!(granted(full, everything).0, "authorization_code implicit password");
    let policy = RegistrationPolicy::default();
    let off = RegistrationRules { policy: &policy, ..everything };
    let refusal = register(&RegistrationRequest { grant_types: older(), ..request() }, off).unwrap_err();
    assert_eq!(refusal.member, "grant_types");
    let local = texts(&["http://127.0.0.1/cb"]);
    let implicit = RegistrationRequest { redirect_uris: local, grant_types: texts(&["implicit"]), ..request() };
    assert_eq!(register(&implicit, everything).unwrap_err().code, RegistrationErrorCode::InvalidRedirectUri);
}

// OpenID Connect Registration §2: what the dynamic profile of the OpenID Connect certification registers.
#[test]
fn where_the_policy_says_so_everyone_registers_implicit_and_clients_without_pkce() {
    let resources = resources();
    let offered = EnabledGrants { implicit: true, password: false };
    let open = RegistrationPolicy {
        offered,
        require_pkce: false,
        implicit_for_everyone: true,
        ..RegistrationPolicy::default()
    };
    let rules = RegistrationRules { policy: &open, ..rules(Registrar::Person, &resources) };
    let asked = |r: &mut RegistrationRequest| r.response_types = texts(&["code", "id_token", "id_token token"]);
    let expected = ("authorization_code implicit".to_owned(), "code, id_token, id_token token".to_owned());
    assert_eq!(granted(asked, rules), expected);
    let without = RegistrationRequest { require_pkce: Some(false), ..request() };
    assert_eq!(register(&without, rules).unwrap().require_pkce, Some(false));
    let public = RegistrationRequest { token_endpoint_auth_method: Some("none".into()), ..without };
    assert_eq!(register(&public, rules).unwrap_err().member, "require_pkce");
    let service = RegistrationRequest { grant_types: texts(&["client_credentials"]), ..request() };
    assert_eq!(register(&service, rules).unwrap_err().member, "grant_types");
}

#[test]
fn what_the_server_signs_with_is_what_a_client_can_ask_for() {
    let with = |member: &str, algorithm: &str| {
        let text = format!(
            r#"{{"client_name": "Orders", "redirect_uris": ["https://app.example.org/cb"], "{member}": "{algorithm}"}}"#
        );
        let request: RegistrationRequest = serde_json::from_str(&text).unwrap();
        register(&request, rules(Registrar::Person, &resources())).map_err(|refusal| refusal.member)
    };
    for member in ["id_token_signed_response_alg", "userinfo_signed_response_alg"] {
        assert!(with(member, "ES256").is_ok());
        for unknown in ["PS256", "none", "HS256"] {
            assert_eq!(with(member, unknown).unwrap_err(), member, "{unknown}");
        }
    }
}

#[test]
fn a_registration_that_would_not_fit_its_record_is_refused() {
    let uris = |from: usize| (0..5).map(|n| format!("https://app.example.org/{}{n}", "a".repeat(from))).collect();
    let asked = |long| RegistrationRequest {
        redirect_uris: Some(uris(long)),
        post_logout_redirect_uris: Some(uris(long)),
        tos_uri: Some(format!("https://app.example.org/{}", "t".repeat(200))),
        client_name: Some("名".repeat(80)),
        contacts: Some(vec!["c".repeat(128); 4]),
        ..request()
    };
    assert!(register(&asked(10), rules(Registrar::Person, &resources())).is_ok());
    let refusal = register(&asked(170), rules(Registrar::Person, &resources())).unwrap_err();
    assert!(refusal.description.contains("too large"), "{refusal}");
}

#[test]
fn the_record_bounds_the_registration_to_the_byte() {
    let asked = |name: usize| RegistrationRequest {
        redirect_uris: Some((0..5).map(|n| format!("https://app.example.org/{}{n}", "a".repeat(175))).collect()),
        post_logout_redirect_uris: Some(vec![format!("https://app.example.org/{}", "a".repeat(475))]),
        policy_uri: Some(format!("https://app.example.org/{}", "p".repeat(220))),
        tos_uri: Some(format!("https://app.example.org/{}", "t".repeat(220))),
        client_uri: Some(format!("https://app.example.org/{}", "u".repeat(220))),
        contacts: Some(vec!["c".repeat(125); 4]),
        client_name: Some("n".repeat(name)),
        ..request()
    };
    let registered = |name| register(&asked(name), rules(Registrar::Person, &resources()));
    let size = serde_json::to_vec(&registered(1).unwrap()).unwrap().len();
    let longest = LARGEST_METADATA + 1 - size;
    assert!((2..79).contains(&longest), "a registration of {size} bytes");
    assert!(registered(longest).is_ok());
    for name in [longest + 1, longest + 2] {
        assert!(registered(name).unwrap_err().description.contains("too large"), "{name}");
    }
}

#[test]
fn an_application_that_registers_itself_restricts_itself_to_no_group() {
    for (registrar, groups, expected) in [
        (Registrar::Itself, &["staff"][..], Some(("allowed_groups", RegistrationErrorCode::Privileged))),
        (Registrar::Itself, &[], None),
        (Registrar::Person, &["staff"], None),
        (Registrar::Administrator, &["staff"], None),
    ] {
        let asked = RegistrationRequest { allowed_groups: texts(groups), ..request() };
        let refused = register(&asked, rules(registrar, &resources())).err();
        assert_eq!(refused.map(|refusal| (refusal.member, refusal.code)), expected, "{registrar:?} {groups:?}");
    }
}

#[test]
fn a_grant_that_is_off_is_refused_to_who_could_turn_it_on_and_left_out_for_others() {
    let (resources, policy) = (resources(), RegistrationPolicy::default());
    let register_as = |registrar, grant_type: &str| {
        let asked = RegistrationRequest { grant_types: texts(&["authorization_code", grant_type]), ..request() };
        register(&asked, RegistrationRules { registrar, resources: &resources, policy: &policy })
    };
    for (grant_type, switch) in [("password", "oauth.password_grant"), ("implicit", "oauth.implicit")] {
        for registrar in [Registrar::Manager, Registrar::Administrator] {
            let refusal = register_as(registrar, grant_type).unwrap_err();
            let told = refusal.to_string();
            assert!(told.starts_with("grant_types: ") && told.contains(&format!("setting {switch} ")), "{told}");
        }
        for registrar in [Registrar::Itself, Registrar::Person] {
            let metadata = register_as(registrar, grant_type).unwrap();
            assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode], "{registrar:?} {grant_type}");
        }
    }
}

#[test]
fn a_refusal_lists_what_can_be_registered() {
    let asked = RegistrationRequest { token_endpoint_auth_method: Some("tls".into()), ..request() };
    let refusal = register(&asked, rules(Registrar::Person, &resources())).unwrap_err();
    assert!(refusal.description.starts_with("must be one of client_secret_basic, client_secret_post, "), "{refusal}");
}

// RFC 7591 §3.2.2
#[test]
fn the_codes_are_those_of_the_specification() {
    for (code, name) in [
        (RegistrationErrorCode::InvalidRedirectUri, "invalid_redirect_uri"),
        (RegistrationErrorCode::InvalidClientMetadata, "invalid_client_metadata"),
        (RegistrationErrorCode::Privileged, "invalid_client_metadata"),
    ] {
        assert_eq!(code.as_str(), name);
    }
}
