use super::*;
use crate::oauth::{
    client_authentication::tests::client,
    issuer::Issuer,
    redirect_uri::RedirectUri,
    registration::{RegistrationRequest, RegistrationRules, register},
    registration_policy::RegistrationPolicy,
    resource::{AccessTokenType, Resource, ResourceId, ScopeEntry},
};

fn resources() -> Resources {
    let api = |name: &str, is_open| Resource {
        id: ResourceId::parse(&format!("https://{name}.example.org")).unwrap(),
        name: name.to_owned(),
        scopes: vec![ScopeEntry { token: format!("{name}:read"), description: name.to_owned() }],
        access_token_lifetime: None,
        access_token_signing_alg: crate::jose::Algorithm::Es256,
        access_token_typ: AccessTokenType::AtJwt,
        is_open,
    };
    let issuer = Issuer::parse("https://login.example.org").unwrap();
    Resources::new(&issuer, vec![api("orders", false), api("weather", true)])
}

const REGISTRARS: [Registrar; 4] = [Registrar::Itself, Registrar::Person, Registrar::Manager, Registrar::Administrator];

fn outcome(registrar: Registrar, grant_types: &[&str], scope: &str) -> Result<ClientMetadata, RegistrationErrorCode> {
    let request = RegistrationRequest {
        client_name: Some("App".to_owned()),
        redirect_uris: Some(vec!["https://app.example.org/cb".to_owned()]),
        grant_types: Some(grant_types.iter().map(|name| (*name).to_owned()).collect()),
        scope: Some(scope.to_owned()),
        ..RegistrationRequest::default()
    };
    let (resources, policy) = (resources(), RegistrationPolicy::default());
    register(&request, RegistrationRules { registrar, resources: &resources, policy: &policy })
        .map_err(|refusal| refusal.code)
}

#[test]
fn a_client_is_given_no_more_than_its_registrar_could_do_and_nothing_is_left_out_silently() {
    let (alone, people, both) =
        (&["client_credentials"][..], &["authorization_code"][..], &["authorization_code", "client_credentials"][..]);
    for (grant_types, scope, least) in [
        (people, "openid orders:read weather:read", Registrar::Itself),
        (people, "openid signet:account", Registrar::Itself),
        (people, "signet:clients", Registrar::Manager),
        (people, "openid signet:users", Registrar::Administrator),
        (people, "signet:clients signet:admin", Registrar::Administrator),
        (alone, "weather:read", Registrar::Itself),
        (alone, "orders:read", Registrar::Administrator),
        (alone, "orders:read weather:read", Registrar::Administrator),
        (both, "openid orders:read weather:read", Registrar::Administrator),
        (both, "openid weather:read", Registrar::Itself),
        (alone, "openid", Registrar::Manager),
        (alone, "signet:account", Registrar::Manager),
        (alone, "signet:clients", Registrar::Manager),
        (alone, "signet:clients weather:read", Registrar::Manager),
        (alone, "signet:users", Registrar::Administrator),
        (alone, "signet:admin", Registrar::Administrator),
    ] {
        for registrar in REGISTRARS {
            let outcome = outcome(registrar, grant_types, scope);
            if registrar >= least {
                assert_eq!(outcome.unwrap().scope.to_string().split(' ').count(), scope.split(' ').count(), "{scope}");
            } else {
                assert_eq!(outcome, Err(RegistrationErrorCode::Privileged), "{registrar:?} {grant_types:?} {scope}");
            }
        }
    }
}

#[test]
fn what_is_left_out_is_what_the_registrar_may_give() {
    let request = |redirect_uris: Option<Vec<String>>| RegistrationRequest {
        client_name: Some("App".to_owned()),
        redirect_uris,
        ..RegistrationRequest::default()
    };
    let (resources, policy) = (resources(), RegistrationPolicy::default());
    let scope = |registrar, request: &RegistrationRequest| {
        let rules = RegistrationRules { registrar, resources: &resources, policy: &policy };
        register(request, rules).map(|metadata| metadata.scope)
    };
    let service = request(None);
    for registrar in [Registrar::Person, Registrar::Manager] {
        let scope = scope(registrar, &service).unwrap();
        assert!(scope.contains("weather:read") && !scope.contains("orders:read"), "{scope}");
    }
    assert!(scope(Registrar::Administrator, &service).unwrap().contains("orders:read"));
    let application = request(Some(vec!["https://app.example.org/cb".to_owned()]));
    assert!(scope(Registrar::Itself, &application).unwrap().contains("orders:read"));
}

#[test]
fn a_secret_for_a_client_needs_who_could_have_given_all_that_it_has() {
    let with = |grant_types: Vec<GrantType>, scope: &str| ClientMetadata {
        grant_types,
        scope: crate::oauth::scope::Scope::parse(scope).unwrap(),
        ..client().metadata
    };
    for (grant_type, scope, expected) in [
        (GrantType::AuthorizationCode, "openid orders:read", Registrar::Itself),
        (GrantType::AuthorizationCode, "openid signet:clients", Registrar::Manager),
        (GrantType::AuthorizationCode, "openid signet:users", Registrar::Administrator),
        (GrantType::ClientCredentials, "orders:read", Registrar::Administrator),
        (GrantType::ClientCredentials, "weather:read", Registrar::Itself),
    ] {
        assert_eq!(needed(&with(vec![grant_type], scope), &resources()), expected, "{scope}");
    }
}

#[test]
fn what_a_client_proves_itself_with_and_where_its_answers_go_are_its_credentials() {
    let before = client().metadata;
    let other = || vec![RedirectUri::parse("https://evil.example.org/cb").unwrap()];
    let changed = |change: fn(&mut ClientMetadata, Vec<RedirectUri>)| {
        let mut after = before.clone();
        change(&mut after, other());
        changed_credential(&before, &after)
    };
    for (expected, change) in [
        (None, (|after, _| after.client_name = "Other".to_owned()) as fn(&mut ClientMetadata, Vec<RedirectUri>)),
        (None, |after, _| after.policy_uri = Some("https://app.example.org/policy".to_owned())),
        (Some("redirect_uris"), |after, uris| after.redirect_uris = uris),
        (Some("redirect_uris"), |after, uris| after.redirect_uris.extend(uris)),
        (Some("post_logout_redirect_uris"), |after, uris| after.post_logout_redirect_uris = uris),
        (Some("token_endpoint_auth_method"), |after, _| {
            after.token_endpoint_auth_method = crate::oauth::client::AuthMethod::None;
        }),
        (Some("jwks"), |after, _| after.openid.jwks = Some(serde_json::json!({"keys": []}))),
        (Some("jwks_uri"), |after, _| after.openid.jwks_uri = Some("https://evil.example.org/jwks".to_owned())),
        (Some("request_uris"), |after, _| after.openid.request_uris = vec!["https://evil.example.org/r".to_owned()]),
    ] {
        assert_eq!(changed(change), expected);
    }
}

#[test]
fn a_refusal_says_who_could_give_what_was_refused() {
    let (resources, policy) = (resources(), RegistrationPolicy::default());
    for (registrar, by) in [
        (Registrar::Person, "only an administrator can register"),
        (Registrar::Manager, "only an administrator with the scope signet:admin can register"),
    ] {
        for (grant_type, scope, end) in [
            ("authorization_code", "signet:users", "a client for \"signet:users\""),
            ("client_credentials", "weather:read orders:read", "a client for \"orders:read\" without a person"),
        ] {
            let request = RegistrationRequest {
                redirect_uris: Some(vec!["https://app.example.org/cb".to_owned()]),
                grant_types: Some(vec![grant_type.to_owned()]),
                scope: Some(scope.to_owned()),
                ..RegistrationRequest::default()
            };
            let rules = RegistrationRules { registrar, resources: &resources, policy: &policy };
            let refusal = register(&request, rules).unwrap_err();
            assert_eq!(refusal.description, format!("{by} {end}"), "{registrar:?} {scope}");
        }
    }
}
