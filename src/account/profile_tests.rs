use time::macros::date;

use super::*;

#[test]
fn a_line_has_at_most_its_bytes_in_the_record() {
    assert!(Line::<4>::parse("abcd").is_ok());
    assert!(Line::<4>::parse(" ab\" ").is_ok(), "a quotation mark counts twice");
    let table = [
        ("abcde", ProfileRefusal::TooLong { maximum: 4 }),
        ("abc\"", ProfileRefusal::TooLong { maximum: 4 }),
        ("ééé", ProfileRefusal::TooLong { maximum: 4 }),
        ("a\nb", ProfileRefusal::ControlCharacter),
        ("  ", ProfileRefusal::Empty),
    ];
    for (text, expected) in table {
        assert_eq!(Line::<4>::parse(text).err(), Some(expected), "{text:?}");
    }
}

#[test]
fn a_link_of_a_profile_leads_to_the_web_only() {
    for text in ["https://example.org/a.png", "http://example.org"] {
        assert_eq!(WebAddress::parse(text).unwrap().as_str(), text);
    }
    for text in ["javascript:alert(1)", "data:text/html,x", "example.org", "/a.png", "https://", "file:///etc/passwd"] {
        assert_eq!(WebAddress::parse(text).err(), Some(ProfileRefusal::NotAWebAddress), "{text}");
    }
}

// The examples are from OpenID Connect Core §5.1.
#[test]
fn a_phone_number_has_digits() {
    for text in ["+1 (425) 555-1212", "+56 (2) 687 2400", "+1 (604) 555-1234;ext=5678", "112"] {
        assert!(PhoneNumber::parse(text).is_ok(), "{text}");
    }
    for text in ["12", "call me", "+1 425 x", "+1 (604) 555-1234;ext=a", "+1 425;phone-context=b"] {
        assert_eq!(PhoneNumber::parse(text).err(), Some(ProfileRefusal::NotAPhoneNumber), "{text}");
    }
}

#[test]
fn a_birthdate_is_a_day_of_the_calendar() {
    let day = Birthdate::parse("2000-02-29").unwrap();
    assert_eq!((day.date(), day.to_string().as_str()), (date!(2000 - 02 - 29), "2000-02-29"));
    for text in ["2001-02-29", "29.02.2000", "2000-2-29", "+2000-02-29", "2000-02-29T00:00", ""] {
        assert_eq!(Birthdate::parse(text).err(), Some(ProfileRefusal::NotADate), "{text}");
    }
}

#[test]
fn an_address_is_formatted_from_its_parts() {
    let address = PostalAddress {
        street_address: Lines::parse("1 Main St").ok(),
        locality: Line::parse("Town").ok(),
        postal_code: Line::parse("12345").ok(),
        country: Line::parse("US").ok(),
        ..PostalAddress::default()
    };
    assert_eq!(address.formatted(), "1 Main St\n12345 Town\nUS");
    assert_eq!(PostalAddress::default().formatted(), "");
}

// OpenID Connect Core §5.1.1: street_address "MAY contain multiple lines, separated by newlines. Newlines can be represented
// either as a carriage return/line feed pair or as a single line feed character".
#[test]
fn a_street_address_has_several_lines() {
    for text in ["c/o Eve\n1 Main St", "c/o Eve\r\n1 Main St\r\n", " c/o Eve \n\n 1 Main St "] {
        assert_eq!(Lines::<120>::parse(text).unwrap().as_str(), "c/o Eve\n1 Main St", "{text:?}");
    }
    let address = PostalAddress {
        street_address: Lines::parse("c/o Eve\n1 Main St").ok(),
        locality: Line::parse("Town").ok(),
        ..PostalAddress::default()
    };
    assert_eq!(address.formatted(), "c/o Eve\n1 Main St\nTown");
    let row = serde_json::to_string(&address).unwrap();
    assert_eq!(serde_json::from_str::<PostalAddress>(&row).unwrap().formatted(), address.formatted());
    for (text, refusal) in [
        ("", ProfileRefusal::Empty),
        ("\r\n \n", ProfileRefusal::Empty),
        ("a\u{0}b", ProfileRefusal::ControlCharacter),
        ("a\tb", ProfileRefusal::ControlCharacter),
        ("a\rb", ProfileRefusal::ControlCharacter),
        (&"ab\n".repeat(40), ProfileRefusal::TooLong { maximum: 120 }),
    ] {
        assert_eq!(Lines::<120>::parse(text).err(), Some(refusal), "{text:?}");
    }
    assert!(Lines::<120>::parse(&"ab\n".repeat(30)).is_ok());
    assert!(Line::<120>::parse("c/o Eve\n1 Main St").is_err(), "the other parts have one line");
}
