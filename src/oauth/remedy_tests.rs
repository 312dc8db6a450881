use super::*;
use crate::oauth::{
    client_authentication::tests::{client, public_client},
    client_setting::with_members,
    issuer::Issuer,
    registration::{Registrar, RegistrationRules, register},
    registration_policy::RegistrationPolicy,
    requested_scope::RequestedScopeRefusal,
};

fn resources() -> Resources {
    Resources::new(&Issuer::parse("https://login.example.org").unwrap(), Vec::new())
}

fn form(text: &str) -> Parameters {
    Parameters::parse(text).unwrap()
}

fn registered_client() -> Client {
    let mut client = client();
    client.metadata.scope = Scope::parse("openid").unwrap();
    client
}

#[test]
fn each_refusal_that_a_setting_can_cure_names_the_setting() {
    use AuthorizationError as A;
    let scope = |text| A::Scope(RequestedScopeRefusal::NothingGrantable(Scope::parse(text).unwrap()));
    let uri = || "https://app.example.org/object".to_owned();
    for (error, query, expected) in [
        (A::StateMissing, "", Some(Remedy::StateOptional)),
        (A::Challenge(ChallengeRefusal::Missing), "", Some(Remedy::PkceOptional)),
        (A::Challenge(ChallengeRefusal::Method), "", None),
        (A::ResponseTypeNotAllowed, "response_type=id_token", Some(Remedy::ResponseType(ResponseType::IdToken))),
        (A::UnsupportedResponseType, "response_type=token", Some(Remedy::ResponseType(ResponseType::Token))),
        (A::UnsupportedResponseType, "response_type=x", None),
        (scope("openid email"), "scope=openid+email", Some(Remedy::Scope(Scope::parse("email").unwrap()))),
        (scope("unknown"), "scope=unknown", None),
        (scope("openid signet:admin"), "scope=openid+signet:admin", None),
        (
            A::RequestObject(RequestObjectRefusal::ReferenceNotRegistered),
            "request_uri=https://app.example.org/object",
            Some(Remedy::RequestUri(uri())),
        ),
        (A::RequestObject(RequestObjectRefusal::OtherAlgorithm), "", Some(Remedy::AnyRequestObjectAlgorithm)),
        (A::AccessDenied, "", None),
    ] {
        let found = Remedy::of_authorization(&error, &registered_client(), &form(query), &resources());
        assert_eq!(found, expected, "{error:?} {query}");
    }
    let missing = A::Challenge(ChallengeRefusal::Missing);
    assert_eq!(Remedy::of_authorization(&missing, &public_client(), &form(""), &resources()), None);
    let required = A::Challenge(ChallengeRefusal::Required);
    let found = Remedy::of_authorization(&required, &client(), &form(""), &resources());
    assert_eq!(found, Some(Remedy::PkceOptional));
}

#[test]
fn a_scope_that_is_left_out_is_named_unless_registering_it_would_change_nothing() {
    let (person, browser) = (ActsFor::Person { offline: true }, ActsFor::Person { offline: false });
    let mut refreshing = registered_client();
    refreshing.metadata.grant_types.push(GrantType::RefreshToken);
    let missing = |scope| Some(Remedy::Scope(Scope::parse(scope).unwrap()));
    for (client, acts_for, asked, expected) in [
        (registered_client(), person, Some("openid email"), missing("email")),
        (registered_client(), person, Some("openid email profile"), missing("email profile")),
        (registered_client(), person, Some("openid"), None),
        (registered_client(), person, None, None),
        (registered_client(), person, Some("openid unknown"), None),
        (registered_client(), person, Some("openid signet:admin signet:account"), None),
        (registered_client(), person, Some("openid offline_access"), None),
        (refreshing.clone(), person, Some("openid offline_access"), missing("offline_access")),
        (refreshing, browser, Some("openid offline_access"), None),
        (registered_client(), ActsFor::Itself, Some("openid email"), None),
    ] {
        let found = Remedy::of_partial_scope(&client, acts_for, asked, &resources());
        assert_eq!(found, expected, "{acts_for:?} {asked:?}");
    }
}

#[test]
fn a_refusal_of_the_token_endpoint_names_the_grant_the_scope_or_the_audience() {
    use TokenError as T;
    for (error, body, expected) in [
        (T::GrantNotAllowed, "grant_type=refresh_token", Some(Remedy::GrantType(GrantType::RefreshToken))),
        (T::GrantNotAllowed, "grant_type=authorization_code", None),
        (T::GrantNotAllowed, "client_id=orders", Some(Remedy::GrantType(GrantType::DeviceCode))),
        (
            T::Scope(RequestedScopeRefusal::NothingGrantable(Scope::parse("email").unwrap())),
            "grant_type=client_credentials&scope=email",
            Some(Remedy::Scope(Scope::parse("email").unwrap())),
        ),
        (T::ScopeExceeded, "grant_type=refresh_token&scope=email", None),
        (T::CodeExpired, "grant_type=authorization_code", None),
    ] {
        let found = Remedy::of_token(&error, &registered_client(), &form(body), &resources());
        assert_eq!(found, expected, "{error:?} {body}");
    }
    let older = T::Assertion(AssertionRefusal::OlderAudience);
    assert_eq!(Remedy::of_assertion(&older, true), Some(Remedy::TokenEndpointAsAudience));
    let audience = T::Assertion(AssertionRefusal::Audience);
    assert_eq!(Remedy::of_assertion(&audience, true), Some(Remedy::TokenEndpointAsAudience));
    assert_eq!(Remedy::of_assertion(&audience, false), None, "the setting would have no effect");
    let algorithm = T::Assertion(AssertionRefusal::OtherAlgorithm);
    assert_eq!(Remedy::of_assertion(&algorithm, false), Some(Remedy::AnyAssertionAlgorithm));
    assert_eq!(Remedy::of_assertion(&T::Assertion(AssertionRefusal::Expired), true), None);
}

#[test]
fn a_remedy_is_registered_by_the_rules_of_registration_and_changes_nothing_else() {
    let (resources, policy) = (resources(), RegistrationPolicy::default());
    let rules = RegistrationRules { registrar: Registrar::Administrator, resources: &resources, policy: &policy };
    let uri = || "https://app.example.org/other".to_owned();
    for remedy in [
        Remedy::StateOptional,
        Remedy::PkceOptional,
        Remedy::RedirectUri(uri()),
        Remedy::PostLogoutRedirectUri(uri()),
        Remedy::RequestUri(uri()),
        Remedy::GrantType(GrantType::RefreshToken),
        Remedy::GrantType(GrantType::DeviceCode),
        Remedy::Scope(Scope::parse("email").unwrap()),
        Remedy::TokenEndpointAsAudience,
    ] {
        let before = registered_client().metadata;
        assert!(!remedy.is_registered(&before), "{remedy:?}");
        let request = with_members(&before, &remedy.members(&before)).unwrap();
        let after = register(&request, rules).unwrap();
        assert!(remedy.is_registered(&after), "{remedy:?}: {after:?}");
        let (before, after) = (serde_json::to_value(&before).unwrap(), serde_json::to_value(&after).unwrap());
        for (name, value) in before.as_object().unwrap() {
            assert!(name == remedy.member() || after[name] == *value, "{remedy:?} changes {name}");
        }
    }
}

#[test]
fn a_response_type_comes_with_its_grants() {
    let members = Remedy::ResponseType(ResponseType::IdToken).members(&client().metadata);
    assert_eq!(members["response_types"], json!(["code", "id_token"]));
    assert_eq!(members["grant_types"], json!(["authorization_code", "implicit"]));
    let mut service = client();
    (service.metadata.grant_types, service.metadata.response_types) = (vec![GrantType::ClientCredentials], vec![]);
    let members = Remedy::GrantType(GrantType::AuthorizationCode).members(&service.metadata);
    assert_eq!(members["response_types"], json!(["code"]));
}

#[test]
fn a_refusal_that_stays_on_a_page_of_ours_names_the_setting_too() {
    use UntrustedRequest as U;
    let uri = || "https://app.example.org/other".to_owned();
    for (refusal, query, expected) in [
        (U::RedirectUri(UntrustedRedirectUri::NotRegistered(uri())), "", Some(Remedy::RedirectUri(uri()))),
        (U::RedirectUri(UntrustedRedirectUri::Missing), "", None),
        (
            U::RequestObject(RequestObjectRefusal::ReferenceNotRegistered),
            "request_uri=https://app.example.org/other",
            Some(Remedy::RequestUri(uri())),
        ),
        (U::RequestObject(RequestObjectRefusal::ReferenceNotRegistered), "", None),
        (U::RequestObject(RequestObjectRefusal::OtherAlgorithm), "", Some(Remedy::AnyRequestObjectAlgorithm)),
        (U::RequestObject(RequestObjectRefusal::Expired), "", None),
        (U::UnknownClient, "", None),
    ] {
        assert_eq!(Remedy::of_untrusted(&refusal, &form(query)), expected, "{refusal:?} {query}");
    }
}

#[test]
fn a_remedy_tells_the_value_that_it_would_register() {
    let uri = || "https://app.example.org/other".to_owned();
    for (remedy, member, value) in [
        (Remedy::RedirectUri(uri()), "redirect_uris", Some(uri())),
        (Remedy::PostLogoutRedirectUri(uri()), "post_logout_redirect_uris", Some(uri())),
        (Remedy::RequestUri(uri()), "request_uris", Some(uri())),
        (Remedy::ResponseType(ResponseType::IdToken), "response_types", Some("id_token".to_owned())),
        (Remedy::GrantType(GrantType::RefreshToken), "grant_types", Some("refresh_token".to_owned())),
        (Remedy::Scope(Scope::parse("email openid").unwrap()), "scope", Some("email openid".to_owned())),
        (Remedy::StateOptional, "require_state", None),
        (Remedy::PkceOptional, "require_pkce", None),
        (Remedy::TokenEndpointAsAudience, "token_endpoint_as_audience", None),
        (Remedy::AnyAssertionAlgorithm, "token_endpoint_auth_signing_alg", None),
        (Remedy::AnyRequestObjectAlgorithm, "request_object_signing_alg", None),
    ] {
        assert_eq!((remedy.member(), remedy.value()), (member, value), "{remedy:?}");
    }
}
