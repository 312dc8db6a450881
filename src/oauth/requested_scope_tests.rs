use super::*;
use crate::oauth::{
    client_authentication::tests::client,
    issuer::Issuer,
    resource::tests::{ISSUER, ORDERS, STOCK, api},
};

const PERSON: ActsFor = ActsFor::Person { offline: true };
const ITSELF: ActsFor = ActsFor::Itself;

fn resources() -> Resources {
    let apis = vec![api(ORDERS, "orders:read"), api(STOCK, "stock:read")];
    Resources::new(&Issuer::parse(ISSUER).unwrap(), apis)
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

fn asked(
    registered: &str,
    acts_for: ActsFor,
    request: (Option<&str>, &[&str]),
) -> Result<String, RequestedScopeRefusal> {
    let mut client = client();
    client.metadata.scope = scope(registered);
    client.metadata.grant_types.push(GrantType::RefreshToken);
    let request = ScopeRequest { scope: request.0, resources: request.1 };
    permit(&client, acts_for, request, &resources()).map(|permitted| permitted.scope.to_string())
}

// OpenID Connect Core §3.1.2.1: "Scope values used that are not understood by an implementation SHOULD be ignored."
#[test]
fn scopes_that_cannot_be_granted_are_ignored_and_the_rest_is_granted() {
    for (registered, acts_for, sent, granted) in [
        ("openid profile email", PERSON, "openid roles", "openid"),
        ("openid profile email", PERSON, "openid profile email phone urn:x", "email openid profile"),
        ("openid profile", PERSON, "offline_access openid", "openid"),
        ("openid orders:read", PERSON, "openid orders:read orders:write", "openid orders:read"),
        ("openid orders:read", PERSON, "openid stock:read", "openid"),
        ("openid orders:read", ITSELF, "openid orders:read profile", "orders:read"),
        ("signet:account orders:read", ITSELF, "signet:account orders:read", "orders:read"),
        ("gone:read openid", PERSON, "gone:read openid", "openid"),
    ] {
        assert_eq!(asked(registered, acts_for, (Some(sent), &[])), Ok(granted.to_owned()), "{registered} | {sent}");
    }
}

#[test]
fn a_request_of_which_nothing_is_left_is_refused_by_name() {
    use RequestedScopeRefusal as R;
    for (registered, acts_for, sent, expected) in [
        ("openid", PERSON, "roles", R::NothingGrantable(scope("roles"))),
        ("openid", PERSON, "roles groups", R::NothingGrantable(scope("roles groups"))),
        ("openid", ITSELF, "openid", R::NothingGrantable(scope("openid"))),
        ("openid", PERSON, " ", R::Malformed),
        ("openid", PERSON, "   ", R::Malformed),
        ("openid", PERSON, "openid\t", R::Malformed),
        ("openid", PERSON, "a\"b", R::Malformed),
    ] {
        let refusal = asked(registered, acts_for, (Some(sent), &[])).unwrap_err();
        assert_eq!(refusal, expected, "{sent:?}");
    }
    let refusal = asked("openid", PERSON, (Some("roles urn:x"), &[])).unwrap_err();
    assert!(refusal.description().contains("roles urn:x"), "{}", refusal.description());
}

#[test]
fn a_management_scope_that_is_not_registered_refuses_the_whole_request() {
    for sent in ["openid signet:admin", "signet:users", "openid signet:anything"] {
        let refusal = asked("openid signet:clients", PERSON, (Some(sent), &[])).unwrap_err();
        assert!(matches!(&refusal, RequestedScopeRefusal::Management(_)), "{sent}: {refusal:?}");
        assert!(refusal.description().contains("signet:"), "{}", refusal.description());
    }
    assert_eq!(asked("openid signet:clients", PERSON, (Some("signet:clients"), &[])), Ok("signet:clients".into()));
}

// OpenID Connect Core §11
#[test]
fn offline_access_is_ignored_where_no_refresh_token_can_follow() {
    let sent = Some("openid offline_access");
    assert_eq!(asked("openid offline_access", PERSON, (sent, &[])), Ok("offline_access openid".into()));
    let front_channel = ActsFor::Person { offline: false };
    assert_eq!(asked("openid offline_access", front_channel, (sent, &[])), Ok("openid".into()));
    let request = ScopeRequest { scope: sent, resources: &[] };
    let mut without_grant = client();
    without_grant.metadata.scope = scope("openid offline_access");
    assert_eq!(permit(&without_grant, PERSON, request, &resources()).unwrap().scope, scope("openid"));
}

// RFC 6749 §3.3: "process the request using a pre-defined default value or fail the request indicating an invalid scope"
#[test]
fn without_scope_every_grant_uses_the_same_default_and_it_is_never_empty() {
    for (registered, named, person, itself) in [
        ("openid profile orders:read", &[][..], Some("openid orders:read profile"), Some("orders:read")),
        ("openid orders:read offline_access signet:clients", &[], Some("openid orders:read"), Some("orders:read")),
        ("orders:read stock:read", &[ORDERS], Some("orders:read"), Some("orders:read")),
        ("openid orders:read stock:read", &[STOCK], Some("openid stock:read"), Some("stock:read")),
        ("openid orders:read stock:read", &[], Some("openid"), None),
        ("orders:read stock:read", &[], None, None),
        ("orders:read stock:read signet:clients", &[], None, None),
        ("signet:clients signet:users", &[], Some("signet:clients signet:users"), Some("signet:clients signet:users")),
        ("openid signet:clients", &[ISSUER], Some("openid"), Some("signet:clients")),
        ("orders:read", &[STOCK], None, None),
        ("signet:clients", &[ORDERS], None, None),
        ("offline_access", &[], None, None),
        ("", &[], None, None),
    ] {
        for (acts_for, expected) in [(PERSON, person), (ITSELF, itself)] {
            let granted = asked(registered, acts_for, (None, named)).ok();
            assert_eq!(granted.as_deref(), expected, "{registered:?} {named:?} {acts_for:?}");
        }
    }
    let refusal = asked("orders:read stock:read", ITSELF, (None, &[])).unwrap_err();
    assert_eq!(refusal, RequestedScopeRefusal::NoDefault(scope("orders:read stock:read")));
    assert!(refusal.description().ends_with("orders:read stock:read"), "{}", refusal.description());
}

// RFC 8707 §2
#[test]
fn a_resource_that_is_unknown_is_an_invalid_target_whatever_the_scope() {
    for sent in [None, Some("openid"), Some("orders:read")] {
        let refusal = asked("openid orders:read", PERSON, (sent, &["https://evil.example"])).unwrap_err();
        let unknown = AudienceRefusal::UnknownResource("https://evil.example".to_owned());
        assert_eq!(refusal, RequestedScopeRefusal::Target(unknown), "{sent:?}");
    }
}

// RFC 6749 §5.2: "%x20-21 / %x23-5B / %x5D-7E"
#[test]
fn a_description_is_short_and_holds_permitted_characters_only() {
    let many: Vec<String> = (0..64).map(|n| format!("scope-number-{n}")).collect();
    let refusal = asked("openid", PERSON, (Some(&many.join(" ")), &[])).unwrap_err();
    let description = refusal.description();
    assert!(description.len() < 300 && description.contains("scope-number-0"), "{description}");
    assert!(description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)), "{description}");
}

#[test]
fn a_description_lists_scopes_up_to_its_bound_and_says_when_there_are_more() {
    let token = |letter: &str, length: usize| letter.repeat(length);
    for (sent, listed) in [
        (format!("{} {}", token("a", 100), token("b", LONGEST_LIST - 100)), None),
        (format!("{} {}", token("a", 100), token("b", LONGEST_LIST - 99)), Some(token("a", 100))),
        ("a20 b20 c20".replace("20", &"x".repeat(20)), None),
    ] {
        let description = asked("openid", PERSON, (Some(&sent), &[])).unwrap_err().description();
        let expected = listed.map_or(sent, |listed| format!("{listed} and more"));
        assert!(description.contains(&format!("of the scope {expected}; ")), "{description}");
    }
    let none = asked("", ITSELF, (None, &[])).unwrap_err().description();
    assert!(none.contains("is registered for no scope that it can get here"), "{none}");
}
