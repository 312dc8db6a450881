//! Tests of the scope and the resources of a refreshed access token.

use super::{
    tests::{Asked, Held, ISSUER, NOW, ORDERS, POLICY, active, authenticated, held_by, key, parsed, text},
    *,
};
use crate::oauth::{
    authorization_request::tests::resources, client_authentication::tests::public_client, issuer::Issuer,
};

// RFC 6749 §6
#[test]
fn a_narrower_scope_is_for_this_access_token_alone() {
    let mut held = held_by(public_client());
    let first = held.token.clone();
    let narrow = held.ask(&first, text("orders:read"), NOW).unwrap();
    let (changed, second) = narrow.advance(&held.grant, &parsed(&first), (&key(), Entropy::system()), NOW);
    let issuance = narrow.into_issuance();
    assert_eq!(issuance.scope(), &Scope::parse("orders:read").unwrap());
    assert_eq!(issuance.audience().to_claim(), ORDERS);
    held.grant = changed.unwrap();
    assert_eq!(held.grant.scope, Scope::parse("openid orders:read offline_access").unwrap());
    let whole = held.ask(&second, Asked::default(), NOW).unwrap().into_issuance();
    assert_eq!(whole.scope(), &held.grant.scope);
    assert_eq!(whole.audience(), &held.grant.audience);
}

// "The requested scope MUST NOT include any scope not originally granted by the resource owner"
#[test]
fn a_wider_an_unknown_and_a_blank_scope_are_refused() {
    let held = held_by(public_client());
    for scope in ["openid profile", "orders:read email", "orders:write", "signet:admin", "a\"b", " "] {
        let refusal = held.ask(&held.token, text(scope), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::ScopeExceeded, "{scope:?}");
    }
    assert!(held.ask(&held.token, text("offline_access orders:read openid"), NOW).is_ok());
}

#[test]
fn what_the_client_has_lost_since_is_not_issued() {
    let mut held = held_by(public_client());
    let mut less = held.client.client().clone();
    less.metadata.scope = Scope::parse("openid offline_access").unwrap();
    held.client = authenticated(less.clone());
    let issuance = held.ask(&held.token, Asked::default(), NOW).unwrap().into_issuance();
    assert_eq!(issuance.scope(), &less.metadata.scope);
    assert_eq!(issuance.audience().to_claim(), ISSUER, "the audience must not contain the API of the removed scope");
    assert_eq!(held.ask(&held.token, text("orders:read"), NOW).unwrap_err(), TokenError::ScopeExceeded);

    let mut without = less.clone();
    without.metadata.scope = Scope::parse("openid orders:read").unwrap();
    held.client = authenticated(without);
    assert_eq!(held.outcome(&held.token, NOW), Err(TokenError::GrantEnded), "offline_access was removed");
    less.metadata.grant_types = vec![GrantType::AuthorizationCode];
    held.client = authenticated(less);
    assert_eq!(held.outcome(&held.token, NOW), Err(TokenError::GrantNotAllowed));
}

// A grant outlives the configuration under which it was created.
#[test]
fn what_the_server_no_longer_knows_is_not_issued() {
    let mut held = held_by(public_client());
    let none = Resources::new(&Issuer::parse(ISSUER).unwrap(), Vec::new());
    let asked = |held: &Held, asked: Asked<'_>| {
        let (presented, Asked { scope, resources: named }) = (parsed(&held.token), asked);
        let (client, sealing_key) = (&held.client, &key());
        let request = RefreshRequest { client, presented: &presented, scope, resources: named, sealing_key };
        let refreshed = refresh(&held.grant, &request, (&active(), &none), &POLICY, NOW);
        refreshed.map(|refreshment| refreshment.into_issuance())
    };
    let issuance = asked(&held, Asked::default()).unwrap();
    assert_eq!(issuance.scope(), &Scope::parse("openid offline_access").unwrap());
    assert_eq!(issuance.audience().to_claim(), ISSUER);
    assert_eq!(asked(&held, text("orders:read")).unwrap_err(), TokenError::ScopeExceeded);
    let orders = Asked { resources: &[ORDERS], ..Asked::default() };
    assert_eq!(asked(&held, orders).unwrap_err(), TokenError::InvalidTarget);
    held.grant.scope = Scope::parse("orders:read").unwrap();
    held.grant.audience = resources().audience(&held.grant.scope, &[]).unwrap();
    assert_eq!(asked(&held, Asked::default()).unwrap_err(), TokenError::GrantEnded);
}

#[test]
fn a_grant_of_which_the_scope_or_every_resource_is_gone_has_ended() {
    let without_offline_access = |scope: &str| {
        let mut held = held_by(public_client());
        held.grant.scope = Scope::parse(scope).unwrap();
        held
    };
    let mut held = without_offline_access("orders:read");
    assert_eq!(held.outcome(&held.token, NOW), Ok(()));
    let mut less = held.client.client().clone();
    less.metadata.scope = Scope::parse("openid").unwrap();
    held.client = authenticated(less);
    assert_eq!(held.outcome(&held.token, NOW), Err(TokenError::GrantEnded));

    let mut held = without_offline_access("openid");
    assert_eq!(held.outcome(&held.token, NOW), Ok(()));
    held.grant.audience = serde_json::from_str(r#"{"members": ["https://gone.example"]}"#).unwrap();
    assert_eq!(held.outcome(&held.token, NOW), Err(TokenError::GrantEnded));
}

// RFC 8707 §2.2
#[test]
fn the_resource_is_one_that_was_granted() {
    let held = held_by(public_client());
    let asked = |scope, named: &[&str]| {
        let asked = Asked { scope, resources: named };
        held.ask(&held.token, asked, NOW).map(|refreshment| refreshment.into_issuance().audience().to_claim())
    };
    assert_eq!(asked(None, &[]), Ok(serde_json::json!([ORDERS, ISSUER])));
    assert_eq!(asked(None, &[ORDERS]), Ok(ORDERS.into()));
    assert_eq!(asked(None, &[ISSUER, ORDERS]), Ok(serde_json::json!([ORDERS, ISSUER])));
    assert_eq!(asked(Some("orders:read"), &[ORDERS]), Ok(ORDERS.into()));
    for (scope, named) in [
        (None, &["https://stock.example.org"][..]),
        (None, &[ORDERS, "https://stock.example.org"]),
        (Some("openid"), &["https://stock.example.org"]),
        (Some("orders:read"), &[ISSUER]),
    ] {
        assert_eq!(asked(scope, named), Err(TokenError::InvalidTarget), "{scope:?} {named:?}");
    }
    assert_eq!(held.grant.audience.to_claim(), serde_json::json!([ORDERS, ISSUER]));
}
