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
}
