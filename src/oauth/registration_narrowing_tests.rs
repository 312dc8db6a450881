use std::sync::LazyLock;

use super::*;
use crate::oauth::{
    grant_type::EnabledGrants,
    issuer::Issuer,
    registration::{Registrar, register},
    registration_policy::RegistrationPolicy,
    resource::{
        Resources,
        tests::{ISSUER, ORDERS, api},
    },
};

static USUAL: LazyLock<RegistrationPolicy> = LazyLock::new(RegistrationPolicy::default);
static IMPLICIT: LazyLock<RegistrationPolicy> = LazyLock::new(|| RegistrationPolicy {
    offered: EnabledGrants { implicit: true, password: true },
    implicit_for_everyone: true,
    ..RegistrationPolicy::default()
});

fn resources() -> Resources {
    Resources::new(&Issuer::parse(ISSUER).unwrap(), vec![api(ORDERS, "orders:read")])
}

fn texts(text: &str) -> Option<Vec<String>> {
    Some(text.split(", ").map(ToOwned::to_owned).collect())
}

fn asked(grant_types: Option<&str>, response_types: Option<&str>, scope: Option<&str>) -> RegistrationRequest {
    RegistrationRequest {
        redirect_uris: texts("https://app.example.org/cb"),
        grant_types: grant_types.and_then(texts),
        response_types: response_types.and_then(texts),
        scope: scope.map(ToOwned::to_owned),
        ..RegistrationRequest::default()
    }
}

/// Registers `request` as a person. Returns the metadata and the reduced members, or the rejected member.
fn registered(
    request: RegistrationRequest,
    policy: &RegistrationPolicy,
) -> Result<(String, String, String, Vec<&'static str>), &'static str> {
    let resources = resources();
    let rules = RegistrationRules { registrar: Registrar::Person, resources: &resources, policy };
    let (narrowed, left_out) = request.narrowed(rules);
    let metadata = register(&narrowed, rules).map_err(|refusal| refusal.member)?;
    let grants = names(&metadata.grant_types).join(", ");
    Ok((grants, response_names(&metadata.response_types).join(", "), metadata.scope.to_string(), left_out))
}

// RFC 7591 §3.2.1
#[test]
fn an_application_that_asks_for_more_than_it_can_have_gets_what_it_can_have() {
    for (request, grants, responses, left_out) in [
        (
            asked(Some("authorization_code, implicit, refresh_token, client_credentials, urn:x"), None, None),
            "authorization_code, refresh_token",
            "code",
            &["grant_types"][..],
        ),
        (
            asked(Some("authorization_code, implicit"), Some("code, id_token, code id_token, token"), None),
            "authorization_code",
            "code",
            &["grant_types", "response_types"],
        ),
        (asked(None, Some("code, code token, none"), None), "authorization_code", "code", &["response_types"]),
        (asked(Some("authorization_code"), Some("code"), None), "authorization_code", "code", &[]),
    ] {
        let (got_grants, got_responses, _, got_left_out) = registered(request, &USUAL).unwrap();
        assert_eq!(
            (got_grants.as_str(), got_responses.as_str(), got_left_out.as_slice()),
            (grants, responses, left_out)
        );
    }
    let both = asked(Some("authorization_code, implicit"), Some("code"), None);
    let (grants, responses, ..) = registered(both, &IMPLICIT).unwrap();
    assert_eq!((grants.as_str(), responses.as_str()), ("authorization_code", "code"), "implicit needs a response type");
    let scope = asked(None, None, Some("openid profile roles orders:read stock:read"));
    let (_, _, scope, left_out) = registered(scope, &USUAL).unwrap();
    assert_eq!((scope.as_str(), left_out.as_slice()), ("openid orders:read profile", &["scope"][..]));
}

#[test]
fn what_leaves_nothing_useful_and_what_manages_the_server_is_refused_by_name() {
    for (request, member) in [
        (asked(Some("client_credentials"), None, None), "grant_types"),
        (asked(Some("urn:x, refresh_token"), None, None), "grant_types"),
        (asked(None, Some("token"), None), "response_types"),
        (asked(None, None, Some("roles")), "scope"),
        (asked(None, None, Some("openid signet:admin")), "scope"),
        (asked(None, None, Some("openid \"")), "scope"),
    ] {
        assert_eq!(registered(request, &USUAL).unwrap_err(), member);
    }
}

// RFC 7591 §2: every member is optional.
#[test]
fn a_blank_member_is_as_if_it_had_been_left_out() {
    let blank = RegistrationRequest {
        client_name: Some("  ".to_owned()),
        scope: Some(String::new()),
        token_endpoint_auth_method: Some(String::new()),
        application_type: Some(String::new()),
        grant_types: Some(Vec::new()),
        client_uri: Some(String::new()),
        ..asked(None, None, None)
    };
    assert_eq!(registered(blank.clone().without_blanks(), &USUAL), registered(asked(None, None, None), &USUAL));
    let resources = resources();
    let rules = RegistrationRules { registrar: Registrar::Person, resources: &resources, policy: &USUAL };
    assert!(register(&blank, rules).unwrap().scope.contains("openid"), "register leaves blanks out by itself");
}

// OpenID Connect Core §11
#[test]
fn offline_access_brings_the_grant_without_which_it_means_nothing() {
    let grants = |grant_types: Option<&str>, scope: &str| {
        asked(grant_types, None, Some(scope)).with_refresh_grant().grant_types.map(|names| names.join(", "))
    };
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    for (grant_types, scope, expected) in [
        (None, "openid offline_access", Some("authorization_code, refresh_token")),
        (Some("authorization_code"), "openid offline_access", Some("authorization_code, refresh_token")),
        (Some(device), "offline_access", Some(&format!("{device}, refresh_token")[..])),
        (Some("refresh_token, authorization_code"), "offline_access", Some("refresh_token, authorization_code")),
        (Some("client_credentials"), "offline_access", Some("client_credentials")),
        (Some("authorization_code"), "openid", Some("authorization_code")),
        (None, "openid", None),
    ] {
        assert_eq!(grants(grant_types, scope).as_deref(), expected, "{grant_types:?} {scope}");
    }
    // What follows from response types, or from no redirect URI, is no default of the code grant.
    let with_type = asked(None, Some("id_token"), Some("offline_access"));
    let nowhere = RegistrationRequest { redirect_uris: None, ..asked(None, None, Some("offline_access")) };
    let empty = RegistrationRequest { redirect_uris: Some(Vec::new()), ..nowhere.clone() };
    for request in [with_type, nowhere, empty] {
        assert_eq!(request.with_refresh_grant().grant_types, None);
    }
}
