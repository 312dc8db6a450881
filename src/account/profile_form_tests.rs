use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn account() -> Account {
    let mut account = Account::new(Username::parse("eve").unwrap(), NOW, Entropy::system());
    account.email = EmailAddress::parse("eve@example.org").ok();
    account.email_verified = true;
    account
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn what_is_left_out_is_taken_out_and_what_is_ordered_stays() {
    let mut account = account();
    account.employee_number = Line::parse("7").ok();
    account.claims.name = Line::parse("Eve").ok();
    let form = ProfileForm { email: text("eve@example.org"), nickname: text("E"), ..ProfileForm::default() };
    form.enter(&mut account, Editor::Owner).unwrap();
    assert!(account.claims.name.is_none() && account.claims.nickname.is_some());
    assert!(account.employee_number.is_some() && account.email_verified && account.username.as_str() == "eve");
}

#[test]
fn everything_that_is_wrong_is_shown_together() {
    let form = ProfileForm {
        username: text("a b"),
        email: text("eve"),
        birthdate: text("yesterday"),
        phone_number: text("call me"),
        picture: text("javascript:x"),
        address: AddressForm { country: text(&"x".repeat(65)), ..AddressForm::default() },
        ordered: AdminFields { role: text("king"), ..AdminFields::default() },
        ..ProfileForm::default()
    };
    let errors = form.enter(&mut account(), Editor::Administrator).unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["username", "email", "birthdate", "phone_number", "picture", "address.country", "role"]);
}

#[test]
fn another_address_is_not_verified() {
    let mut account = account();
    let form = ProfileForm { email: text("other@example.org"), ..ProfileForm::default() };
    form.enter(&mut account, Editor::Owner).unwrap();
    assert!(!account.email_verified);
    let ordered = AdminFields { email_verified: Some(true), ..AdminFields::default() };
    let form = ProfileForm { ordered, ..form };
    assert!(form.enter(&mut account.clone(), Editor::Owner).unwrap_err().of("email_verified").is_some());
    form.enter(&mut account, Editor::Manager).unwrap();
    assert!(account.email_verified);
}

#[test]
fn an_address_that_an_administrator_enters_is_verified_unless_they_say_otherwise() {
    let form = ProfileForm { email: text("other@example.org"), ..ProfileForm::default() };
    for (editor, is_verified) in
        [(Editor::Newcomer, false), (Editor::Owner, false), (Editor::Manager, true), (Editor::Administrator, true)]
    {
        let mut account = account();
        form.enter(&mut account, editor).unwrap();
        assert_eq!(account.email_verified, is_verified, "{editor:?}");
    }
    let unverified = AdminFields { email_verified: Some(false), ..AdminFields::default() };
    let form = ProfileForm { ordered: unverified, ..form };
    let mut account = account();
    form.enter(&mut account, Editor::Administrator).unwrap();
    assert!(!account.email_verified);
    // The address has not changed, so it does not become verified again.
    let form = ProfileForm { email: text("other@example.org"), ..ProfileForm::default() };
    form.enter(&mut account, Editor::Administrator).unwrap();
    assert!(!account.email_verified);
}

#[test]
fn a_username_in_the_form_of_an_address_is_the_accounts_own_verified_one() {
    let form = |username: &str, email: &str, is_verified| ProfileForm {
        username: text(username),
        email: text(email),
        ordered: AdminFields { email_verified: is_verified, ..AdminFields::default() },
        ..ProfileForm::default()
    };
    for (username, email, is_verified, is_accepted) in [
        ("eve@example.org", "eve@example.org", None, true),
        ("Eve@Example.org", "eve@example.org", None, true),
        ("eve@example.org", "eve@example.org", Some(false), false),
        ("adam@example.org", "eve@example.org", None, false),
        ("eve@example.org", "", None, false),
    ] {
        let begun = form(username, email, is_verified).begin(Editor::Administrator, NOW, Entropy::system());
        assert_eq!(begun.is_ok(), is_accepted, "{username} with {email} ({is_verified:?})");
        let refused = begun.err().and_then(|errors| errors.of("username").cloned());
        assert_eq!(refused.is_some(), !is_accepted);
        assert!(form(username, email, None).begin(Editor::Newcomer, NOW, Entropy::system()).is_err());
    }
    let named = form("eve@example.org", "eve@example.org", None);
    let mut account = named.begin(Editor::Administrator, NOW, Entropy::system()).unwrap();
    let other_email = ProfileForm { email: text("other@example.org"), ..ProfileForm::default() };
    assert!(other_email.enter(&mut account.clone(), Editor::Owner).unwrap_err().of("username").is_some());
    let withdrawn = AdminFields { email_verified: Some(false), ..AdminFields::default() };
    assert!(withdrawn.order(&mut account.clone(), Editor::Administrator).unwrap_err().of("username").is_some());
    assert!(named.enter(&mut account, Editor::Owner).is_ok(), "the name stays with the address");
}

#[test]
fn an_order_leaves_what_the_person_entered() {
    let mut account = account();
    account.claims.name = Line::parse("Eve").ok();
    let order = AdminFields { employee_number: text("7"), is_disabled: Some(true), ..AdminFields::default() };
    assert!(order.order(&mut account.clone(), Editor::Owner).is_err());
    order.order(&mut account, Editor::Manager).unwrap();
    assert!(account.employee_number.is_some() && !account.is_active());
    assert!(account.claims.name.is_some() && account.email.is_some() && account.email_verified);
}

#[test]
fn each_editor_changes_what_is_theirs() {
    let ordered = |form: AdminFields| ProfileForm { ordered: form, ..ProfileForm::default() };
    let number = ordered(AdminFields { employee_number: text("7"), ..AdminFields::default() });
    let groups = ordered(AdminFields { groups: Some(vec!["staff".to_owned()]), ..AdminFields::default() });
    let disabled = ordered(AdminFields { is_disabled: Some(true), ..AdminFields::default() });
    let role = ordered(AdminFields { role: text("administrator"), ..AdminFields::default() });
    let same = ordered(AdminFields { role: text("person"), groups: Some(Vec::new()), ..AdminFields::default() });
    use Editor::{Administrator, Manager, Newcomer, Owner};
    for (form, allowed) in [
        (number, vec![Newcomer, Manager, Administrator]),
        (groups, vec![Manager, Administrator]),
        (disabled, vec![Manager, Administrator]),
        (role, vec![Administrator]),
        (same, vec![Newcomer, Owner, Manager, Administrator]),
    ] {
        for editor in [Newcomer, Owner, Manager, Administrator] {
            let outcome = form.enter(&mut account(), editor);
            assert_eq!(outcome.is_ok(), allowed.contains(&editor), "{editor:?}: {:?}", form.ordered);
        }
    }
}
