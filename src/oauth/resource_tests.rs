use super::*;

pub(crate) const ISSUER: &str = "https://login.example.org";
pub(crate) const ORDERS: &str = "https://orders.example.org";
pub(crate) const STOCK: &str = "https://stock.example.org";

pub(crate) fn api(id: &str, scope: &str) -> Resource {
    Resource {
        id: ResourceId::parse(id).unwrap(),
        name: id.to_owned(),
        scopes: vec![ScopeEntry { token: scope.to_owned(), description: scope.to_owned() }],
        access_token_lifetime: None,
        access_token_signing_alg: Algorithm::Es256,
        access_token_typ: AccessTokenType::AtJwt,
        is_open: false,
    }
}

fn resources() -> Resources {
    let issuer = Issuer::parse(ISSUER).unwrap();
    Resources::new(&issuer, vec![api(ORDERS, "orders:read"), api(STOCK, "stock:read")])
}

#[test]
fn what_one_token_can_have_is_of_one_api_and_always_has_an_audience() {
    for (scope, for_people, alone) in [
        ("openid orders:read stock:read", "openid orders:read", "orders:read"),
        ("openid orders:read signet:clients", "openid orders:read", "orders:read"),
        ("openid stock:read", "openid stock:read", "stock:read"),
        ("openid signet:clients", "openid signet:clients", "openid signet:clients"),
    ] {
        for (is_for_people, expected) in [(true, for_people), (false, alone)] {
            let asked = resources().of_first_api(&Scope::parse(scope).unwrap(), is_for_people);
            assert_eq!(asked, Scope::parse(expected).unwrap(), "{scope}");
            assert!(resources().audience(&asked, &[]).is_ok(), "{asked}");
        }
    }
}

fn several(ids: &[&str]) -> Result<Vec<&'static str>, AudienceRefusal> {
    Err(AudienceRefusal::SeveralResources(ids.iter().map(|id| ResourceId::parse(id).unwrap()).collect()))
}

// RFC 3986 §6.2.2 and §6.2.3
#[test]
fn a_resource_is_found_by_every_equivalent_name_and_stands_in_the_token_as_it_is_registered() {
    for named in [ORDERS, "https://orders.example.org/", "https://orders.example.org:443", "HTTPS://Orders.example.ORG"]
    {
        let scope = Scope::parse("openid orders:read").unwrap();
        let audience = resources().audience(&scope, &[named]).unwrap();
        assert_eq!(audience.to_claim(), serde_json::json!([ORDERS, ISSUER]), "{named}");
        assert_eq!(audience.narrowed(&[named]).unwrap().to_claim(), ORDERS, "{named}");
    }
    let audience = resources().audience(&Scope::parse("openid").unwrap(), &["https://login.example.org/"]).unwrap();
    assert_eq!(audience.to_claim(), ISSUER);
    for other in
        ["https://orders.example.org/x", "https://orders.example.org:444", "http://orders.example.org", "orders"]
    {
        let refusal = resources().audience(&Scope::empty(), &[other]).unwrap_err();
        assert_eq!(refusal, AudienceRefusal::UnknownResource(other.to_owned()));
        assert!(resources().audience(&Scope::empty(), &[ORDERS]).unwrap().narrowed(&[other]).is_none(), "{other}");
    }
}

// OpenID Connect Discovery §3: some clients ask for all that is listed.
#[test]
fn the_scopes_that_are_advertised_can_be_asked_for_together_and_none_manages_the_server() {
    let issuer = Issuer::parse(ISSUER).unwrap();
    let one = Resources::new(&issuer, vec![api(ORDERS, "orders:read")]);
    for (resources, has_orders) in [(one, true), (resources(), false), (Resources::new(&issuer, Vec::new()), false)] {
        let advertised: Scope = resources.advertised().into_iter().collect();
        assert!(advertised.contains("openid") && advertised.contains("offline_access"));
        assert_eq!(advertised.contains("orders:read"), has_orders);
        assert!(!advertised.iter().any(|token| token.starts_with("signet:")), "{advertised}");
        assert!(resources.audience(&advertised, &[]).is_ok(), "{advertised}");
    }
}

#[test]
fn what_was_granted_under_another_spelling_is_known_and_told_as_it_is_registered_now() {
    let granted: Audience =
        serde_json::from_str(r#"{"members": ["https://ORDERS.example.org/", "https://gone.example"]}"#).unwrap();
    assert_eq!(resources().known(&granted).to_claim(), ORDERS);
}

#[test]
fn the_scopes_decide_for_whom_a_token_is() {
    for (scope, requested, expected) in [
        ("orders:read", &[][..], Ok(vec![ORDERS])),
        ("openid orders:read", &[], Ok(vec![ORDERS, ISSUER])),
        ("openid", &[], Ok(vec![ISSUER])),
        ("signet:clients", &[], Ok(vec![ISSUER])),
        ("", &[], Ok(vec![ISSUER])),
        ("", &[ORDERS], Ok(vec![ORDERS])),
        ("openid orders:read", &[ORDERS], Ok(vec![ORDERS, ISSUER])),
        ("orders:read", &[STOCK], several(&[STOCK, ORDERS])),
        ("orders:read stock:read", &[], several(&[ORDERS, STOCK])),
        ("orders:read signet:clients", &[], several(&[ORDERS, ISSUER])),
        ("", &[ORDERS, STOCK], several(&[ORDERS, STOCK])),
        ("orders:write", &[], Err(AudienceRefusal::UnknownScope)),
        ("", &["https://evil.example"], Err(AudienceRefusal::UnknownResource("https://evil.example".to_owned()))),
    ] {
        let audience = resources().audience(&Scope::parse(scope).unwrap(), requested);
        let members = audience.map(|audience| audience.members.into_iter().map(|id| id.text).collect::<Vec<_>>());
        let expected = expected.map(|ids| ids.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
        assert_eq!(members, expected, "{scope} {requested:?}");
    }
}

// RFC 7519 §4.1.3
#[test]
fn one_member_is_a_string_and_several_are_an_array() {
    let claim = |scope: &str| resources().audience(&Scope::parse(scope).unwrap(), &[]).unwrap().to_claim();
    assert_eq!(claim("orders:read"), serde_json::json!(ORDERS));
    assert_eq!(claim("orders:read openid"), serde_json::json!([ORDERS, ISSUER]));
}

// RFC 8707 §2
#[test]
fn an_identifier_is_an_absolute_uri_without_fragment_of_bounded_length() {
    let long = |length: usize| format!("https://orders.example.org/{}", "a".repeat(length - 27));
    for text in ["https://orders.example.org", "urn:orders", "api://orders", &long(LONGEST_ID)] {
        assert!(ResourceId::parse(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "orders",
        ":orders",
        "https:",
        "1a:b",
        "https://a.example/#x",
        "https://a.example/a b",
        "https://a.example/%zz",
    ]
    .into_iter()
    .chain([&*long(LONGEST_ID + 1), &*long(LONGEST_ID + 2)])
    {
        assert!(ResourceId::parse(text).is_err(), "{text}");
    }
    assert!(ResourceIdRefusal.to_string().starts_with("must be an absolute URI without a fragment"));
}

#[test]
fn identifiers_are_equal_and_ordered_by_their_normal_form() {
    let id = |text: &str| ResourceId::parse(text).unwrap();
    assert!(id("https://a.example") < id("https://b.example/") && id("https://b.example/") > id("https://a.example"));
    assert_eq!(id("HTTPS://a.example").partial_cmp(&id("https://a.example:443/")), Some(Ordering::Equal));
}

#[test]
fn a_token_is_signed_as_its_api_says_and_without_one_as_this_server_does() {
    let of = |scope: &str| {
        let audience = resources().audience(&Scope::parse(scope).unwrap(), &[]).unwrap();
        resources().of(&audience).map(|resource| resource.id.as_str().to_owned())
    };
    assert_eq!(of("openid orders:read").as_deref(), Some(ORDERS));
    assert_eq!(of("stock:read").as_deref(), Some(STOCK));
    assert_eq!(of("openid").as_deref(), Some(ISSUER));
    assert!(resources().of(&serde_json::from_str(r#"{"members": ["https://gone.example"]}"#).unwrap()).is_none());
}

#[test]
fn a_refusal_says_what_is_wrong_with_scope_and_resource_and_repeats_neither() {
    for (refusal, told) in [
        (AudienceRefusal::UnknownResource("\"".to_owned()), "the resource is unknown"),
        (AudienceRefusal::UnknownScope, "the scope belongs to no resource of this server"),
        (AudienceRefusal::SeveralResources(Vec::new()), "a token is for one API"),
    ] {
        assert!(refusal.description().starts_with(told), "{refusal:?}");
    }
}
