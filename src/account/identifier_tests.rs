use proptest::prelude::*;

use super::*;

#[test]
fn an_account_id_is_read_as_it_was_drawn() {
    let id = AccountId::generate(Entropy::system());
    assert_eq!(id.as_str().len(), 30);
    assert_eq!(AccountId::parse(id.as_str()), Ok(id.clone()));
    assert_ne!(id, AccountId::generate(Entropy::system()));
    assert_eq!(AccountId::from_number(u128::MAX).as_str(), "usr_h7777777777777777777777777");
    assert_eq!(AccountId::from_number(0).as_str(), "usr_aaaaaaaaaaaaaaaaaaaaaaaaaa");
}

#[test]
fn another_text_is_not_an_account_id() {
    assert!(AccountId::parse("usr_h7777777777777777777777777").is_ok());
    for text in [
        "",
        "usr_",
        "h7777777777777777777777777",
        "usr_i7777777777777777777777777",
        "usr_h777777777777777777777777",
        "usr_h77777777777777777777777777",
        "usr_ah7777777777777777777777777",
        "usr_H7777777777777777777777777",
        "usr_h777777777777777777777777é",
        "usr_h777777777777777777777777 ",
        "cli_h7777777777777777777777777",
    ] {
        assert_eq!(AccountId::parse(text), Err(NotAnAccountId), "{text}");
    }
}

#[test]
fn a_username_is_kept_as_typed_and_unique_without_case() {
    let name = Username::parse("  Alice.B-2 ").unwrap();
    assert_eq!(name.as_str(), "Alice.B-2");
    assert_eq!(name.canonical(), "alice.b-2");
    assert_eq!(Username::parse("José").unwrap().canonical(), Username::parse("JOSE\u{301}").unwrap().canonical());
    assert!(!format!("{name:?}").contains("Alice"));
}

#[test]
fn a_username_has_letters_digits_and_three_signs() {
    let table = [
        ("a", None),
        ("मोहन", None),
        ("Борис", None),
        ("", Some(UsernameRefusal::Empty)),
        (" \t", Some(UsernameRefusal::Empty)),
        ("a b", Some(UsernameRefusal::Character)),
        ("a\u{0}", Some(UsernameRefusal::Character)),
        ("a\u{200d}b", Some(UsernameRefusal::Character)),
        ("a@b", Some(UsernameRefusal::Address)),
        ("a@b@c", Some(UsernameRefusal::Character)),
        ("a/b", Some(UsernameRefusal::Character)),
        (".a", Some(UsernameRefusal::Character)),
        ("a-", Some(UsernameRefusal::Character)),
        ("\u{fdfa}", Some(UsernameRefusal::Character)),
        ("аdmin", Some(UsernameRefusal::MixedScripts)),
        ("յane", Some(UsernameRefusal::MixedScripts)),
        ("ɡoogle", Some(UsernameRefusal::Character)),
        ("ᎪᏞᏆᏟᎬ", Some(UsernameRefusal::Character)),
        ("אבגabc", Some(UsernameRefusal::MixedScripts)),
        ("Արամ", None),
        ("山田taro", None),
        ("USR_alice", Some(UsernameRefusal::Reserved)),
        ("user_alice", None),
    ];
    for (text, expected) in table {
        assert_eq!(Username::parse(text).err(), expected, "{text:?}");
    }
}

#[test]
fn a_username_has_at_most_64_code_points() {
    assert!(Username::parse(&"é".repeat(64)).is_ok());
    assert!(Username::parse(&"e\u{301}".repeat(64)).is_ok(), "counted after composition");
    assert_eq!(Username::parse(&"é".repeat(65)).err(), Some(UsernameRefusal::TooLong));
    assert_eq!(Username::parse(&"a".repeat(1_000_000)).err(), Some(UsernameRefusal::TooLong));
}

#[test]
fn no_character_of_a_username_is_invisible() {
    for invisible in [
        '\u{ad}',
        '\u{34f}',
        '\u{115f}',
        '\u{17b4}',
        '\u{180b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{e0100}',
    ] {
        for text in [format!("al{invisible}ice"), format!("alice{invisible}"), format!("{invisible}alice")] {
            assert_eq!(Username::parse(&text).err(), Some(UsernameRefusal::Character), "{text:?}");
        }
    }
}

#[test]
fn a_stored_username_is_read_by_whichever_rules_it_was_chosen() {
    for name in ["ᎪᏞᏆᏟᎬ", "аdmin", "al\u{ad}ice"] {
        let read: Username = serde_json::from_value(serde_json::json!(name)).unwrap();
        assert_eq!(read.as_str(), name);
        assert_eq!(Username::sought(&format!(" {name} ")), Some(read.canonical()));
    }
    assert_eq!(Username::sought("  "), None);
    assert_eq!(Username::sought(&"a".repeat(1000)), None);
}

#[test]
fn any_number_of_spaces_around_a_username_is_left_out() {
    for spaces in [0, 1, 252, 256, 500, 60_000] {
        let padded = format!("{0}Alice{0}", " ".repeat(spaces));
        assert_eq!(Username::parse(&padded).unwrap().as_str(), "Alice", "{spaces} spaces");
    }
}

#[test]
fn an_email_address_has_one_at_sign_between_two_parts() {
    for text in ["a@b", " Alice+x@Example.org ", "用户@例え.jp"] {
        assert!(EmailAddress::parse(text).is_ok(), "{text}");
    }
    for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "a@b,c", "<a@b>"] {
        assert_eq!(EmailAddress::parse(text).err(), Some(NotAnEmailAddress), "{text}");
    }
    let address = EmailAddress::parse(" Alice@Example.org").unwrap();
    assert_eq!((address.as_str(), address.canonical().as_str()), ("Alice@Example.org", "alice@example.org"));
    assert!(!format!("{address:?}").contains("lice"));
}

#[test]
fn an_email_address_has_at_most_254_bytes() {
    let of = |length: usize| format!("{}@b.example", "a".repeat(length - 10));
    assert!(EmailAddress::parse(&of(254)).is_ok());
    assert!(EmailAddress::parse(&of(255)).is_err());
}

proptest! {
    #[test]
    fn a_username_and_its_canonical_form_are_the_same_name(text in "\\PC{1,20}") {
        if let Ok(name) = Username::parse(&text) {
            let again = Username::parse(name.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), name.as_str());
            let canonical = name.canonical();
            prop_assert_eq!(super::canonical(&canonical), canonical);
        }
    }

    #[test]
    fn every_number_is_read_back(number: u128) {
        let id = AccountId::from_number(number);
        prop_assert_eq!(AccountId::parse(id.as_str()), Ok(id));
    }
}
