use super::*;
use crate::oauth::{client_authentication::tests::client as registered, client_id::ClientIdRefusal};

#[test]
fn the_host_vouches_for_what_an_administrator_registered_and_for_no_other_persons_application() {
    let person = || Subject::new("usr_a");
    let itself = |owner, is_vouched| Provenance::Itself { owner, is_vouched };
    for (provenance, is_vouched, has_owner) in [
        (Provenance::BuiltIn, true, false),
        (Provenance::Configuration, true, false),
        (Provenance::Administrator, true, false),
        (Provenance::AdministratorAccount(person()), true, true),
        (itself(None, true), true, false),
        (itself(Some(person()), true), true, true),
        (itself(Some(person()), false), false, true),
        (itself(None, false), false, false),
        (Provenance::Person(person()), false, true),
    ] {
        let client = Client { provenance: provenance.clone(), ..registered() };
        assert_eq!((client.is_vouched(), client.owner().is_some()), (is_vouched, has_owner), "{provenance:?}");
    }
}

#[test]
fn a_record_from_before_that_does_not_say_is_not_vouched_for() {
    let read = |json: &str| serde_json::from_str::<Provenance>(json).unwrap();
    assert_eq!(read(r#"{"itself":{"owner":"usr_a"}}"#), {
        Provenance::Itself { owner: Some(Subject::new("usr_a")), is_vouched: false }
    });
    assert_eq!(read(r#""administrator""#), Provenance::Administrator);
    assert_eq!(read(r#"{"person":"usr_a"}"#), Provenance::Person(Subject::new("usr_a")));
}

// RFC 9068 §5
#[test]
fn a_client_identifier_is_never_a_persons() {
    assert!(ClientId::parse("orders-app").is_ok());
    assert!(ClientId::parse("https://app.example.org/client").is_ok());
    for text in ["", "usr_abc", "pair_abc", "a b", "a\n", "ä", &"a".repeat(129)] {
        assert_eq!(ClientId::parse(text), Err(ClientIdRefusal), "{text}");
    }
    assert!(ClientIdRefusal.to_string().starts_with("must have 1 to 128 letters"));
}

// RFC 9700 §2.1.1
#[test]
fn a_public_client_always_uses_pkce_and_another_one_as_it_is_registered() {
    let with = |auth_method, require_pkce| {
        let mut client = registered();
        (client.metadata.token_endpoint_auth_method, client.metadata.require_pkce) = (auth_method, require_pkce);
        client
    };
    let (secret, none) = (AuthMethod::ClientSecretBasic, AuthMethod::None);
    for (auth_method, require_pkce, requires, expected) in [
        (none, Some(false), false, PkceRule::Always),
        (none, None, true, PkceRule::Always),
        (secret, Some(true), false, PkceRule::Always),
        (secret, None, true, PkceRule::UnlessNonce),
        (secret, None, false, PkceRule::Never),
        (secret, Some(false), true, PkceRule::Never),
    ] {
        let rule = with(auth_method, require_pkce).pkce(requires);
        assert!(rule == expected, "{auth_method:?} {require_pkce:?} {requires}: {rule:?}");
    }
}
