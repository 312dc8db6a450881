//! What was entered about a person: text becomes the types of the record, and everything that is wrong is told at once.

use time::OffsetDateTime;

use super::{
    field_refusal::FieldRefusal,
    identifier::{EmailAddress, Username},
    profile::{Birthdate, Line, PhoneNumber, PostalAddress, WebAddress},
    record::{Account, Groups, Role, Standing},
};
use crate::entropy::Entropy;

/// All that can be entered about a person, as it was entered. It describes the whole: what is left out, or blank, is
/// taken out of the account, except for what its [`Editor`] cannot decide.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the claims are defined in OpenID Connect Core §5.1, the rest is that of Account")]
pub struct ProfileForm {
    /// The name to sign in with; left out it stays.
    pub username: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub middle_name: Option<String>,
    pub nickname: Option<String>,
    pub profile: Option<String>,
    pub picture: Option<String>,
    pub website: Option<String>,
    pub gender: Option<String>,
    pub birthdate: Option<String>,
    pub zoneinfo: Option<String>,
    pub locale: Option<String>,
    pub phone_number: Option<String>,
    pub address: AddressForm,
    /// What only an administrator decides.
    pub ordered: OrderedForm,
}

/// A postal address as it was entered.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the members are defined in OpenID Connect Core §5.1.1")]
pub struct AddressForm {
    pub street_address: Option<String>,
    pub locality: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// What an administrator decides about a person. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct OrderedForm {
    /// The number by which an employer knows the person; a person enters it when they register, and not later.
    pub employee_number: Option<String>,
    /// Whether the e-mail address was shown to be the person's.
    pub email_verified: Option<bool>,
    /// Whether the telephone number was.
    pub phone_number_verified: Option<bool>,
    /// The groups.
    pub groups: Option<Vec<String>>,
    /// `person` or `administrator`.
    pub role: Option<String>,
    /// Whether the account may not be used.
    pub is_disabled: Option<bool>,
}

/// Who edits an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editor {
    /// The person, who has no account yet.
    Newcomer,
    /// The person.
    Owner,
    /// Somebody with the scope `signet:users`: everything, except who administers the server.
    Manager,
    /// An administrator with the scope `signet:admin`.
    Administrator,
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, FieldRefusal)>);

impl ProfileForm {
    /// A new account with everything in it, and no password yet.
    ///
    /// # Errors
    ///
    /// What is wrong with each field.
    pub fn begin(&self, editor: Editor, now: OffsetDateTime, entropy: Entropy) -> Result<Account, FieldErrors> {
        let mut account = Account::new(Username::unnamed(), now, entropy);
        let username = Some(self.username.clone().unwrap_or_default());
        Self { username, ..self.clone() }.enter(&mut account, editor)?;
        Ok(account)
    }

    /// Enters everything into `account`.
    ///
    /// # Errors
    ///
    /// What is wrong with each field; then `account` is not to be kept.
    pub fn enter(&self, account: &mut Account, editor: Editor) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if let Some(username) = &self.username {
            match Username::parse(username) {
                Ok(username) => account.username = username,
                Err(refusal) => errors.add("username", refusal),
            }
        }
        let email = errors.parsed("email", self.email.as_deref(), EmailAddress::parse);
        if email.as_ref().map(EmailAddress::as_str) != account.email.as_ref().map(EmailAddress::as_str) {
            account.email_verified = false;
        }
        account.email = email;
        self.enter_claims(account, &mut errors);
        self.ordered.enter(account, editor, &mut errors);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn enter_claims(&self, account: &mut Account, errors: &mut FieldErrors) {
        let claims = &mut account.claims;
        claims.name = errors.parsed("name", self.name.as_deref(), Line::parse);
        claims.given_name = errors.parsed("given_name", self.given_name.as_deref(), Line::parse);
        claims.family_name = errors.parsed("family_name", self.family_name.as_deref(), Line::parse);
        claims.middle_name = errors.parsed("middle_name", self.middle_name.as_deref(), Line::parse);
        claims.nickname = errors.parsed("nickname", self.nickname.as_deref(), Line::parse);
        claims.profile = errors.parsed("profile", self.profile.as_deref(), WebAddress::parse);
        claims.picture = errors.parsed("picture", self.picture.as_deref(), WebAddress::parse);
        claims.website = errors.parsed("website", self.website.as_deref(), WebAddress::parse);
        claims.gender = errors.parsed("gender", self.gender.as_deref(), Line::parse);
        claims.birthdate = errors.parsed("birthdate", self.birthdate.as_deref(), Birthdate::parse);
        claims.zoneinfo = errors.parsed("zoneinfo", self.zoneinfo.as_deref(), Line::parse);
        claims.locale = errors.parsed("locale", self.locale.as_deref(), Line::parse);
        let phone_number = errors.parsed("phone_number", self.phone_number.as_deref(), PhoneNumber::parse);
        if phone_number != claims.phone_number {
            claims.phone_number_verified = false;
        }
        claims.phone_number = phone_number;
        claims.address = self.address.read(errors);
    }
}

impl AddressForm {
    fn read(&self, errors: &mut FieldErrors) -> Option<PostalAddress> {
        let address = PostalAddress {
            street_address: errors.parsed("address.street_address", self.street_address.as_deref(), Line::parse),
            locality: errors.parsed("address.locality", self.locality.as_deref(), Line::parse),
            region: errors.parsed("address.region", self.region.as_deref(), Line::parse),
            postal_code: errors.parsed("address.postal_code", self.postal_code.as_deref(), Line::parse),
            country: errors.parsed("address.country", self.country.as_deref(), Line::parse),
        };
        Some(address).filter(|address| *address != PostalAddress::default())
    }
}

impl OrderedForm {
    /// Enters what is there into `account`; the rest of it stays.
    ///
    /// # Errors
    ///
    /// What is wrong with each field; then `account` is not to be kept.
    pub fn order(&self, account: &mut Account, editor: Editor) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        self.enter(account, editor, &mut errors);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn enter(&self, account: &mut Account, editor: Editor, errors: &mut FieldErrors) {
        let before = account.clone();
        if let Some(number) = &self.employee_number {
            account.employee_number = errors.parsed("employee_number", Some(number.as_str()), Line::parse);
        }
        if let Some(is_verified) = self.email_verified {
            account.email_verified = is_verified && account.email.is_some();
        }
        if let Some(is_verified) = self.phone_number_verified {
            account.claims.phone_number_verified = is_verified && account.claims.phone_number.is_some();
        }
        if let Some(groups) = &self.groups {
            let names: Result<Vec<_>, _> = groups.iter().map(|name| Line::parse(name)).collect();
            match names.map(Groups::new) {
                Ok(Ok(groups)) => account.groups = groups,
                Ok(Err(refusal)) => errors.add("groups", refusal),
                Err(refusal) => errors.add("groups", refusal),
            }
        }
        match self.role.as_deref() {
            None => {}
            Some("person") => account.role = Role::Person,
            Some("administrator") => account.role = Role::Administrator,
            Some(_) => errors.add("role", FieldRefusal::Role),
        }
        if let Some(is_disabled) = self.is_disabled {
            account.standing = if is_disabled { Standing::Disabled } else { Standing::Active };
        }
        errors.forbid(&before, account, editor);
    }
}

impl FieldErrors {
    /// With this about one field.
    #[must_use]
    pub fn of_one(field: &'static str, wrong: impl Into<FieldRefusal>) -> Self {
        Self(vec![(field, wrong.into())])
    }

    /// Adds what is wrong with `field`.
    pub fn add(&mut self, field: &'static str, wrong: impl Into<FieldRefusal>) {
        self.0.push((field, wrong.into()));
    }

    /// What is wrong with `field`.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&FieldRefusal> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, wrong)| wrong)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each field that is wrong, with what is.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &FieldRefusal)> {
        self.0.iter().map(|(field, wrong)| (*field, wrong))
    }

    fn parsed<T, E: Into<FieldRefusal>>(
        &mut self,
        field: &'static str,
        entered: Option<&str>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let entered = entered.filter(|text| !text.trim().is_empty())?;
        parse(entered).map_err(|refusal| self.add(field, refusal)).ok()
    }

    /// What was changed that is not for `editor` to change. Entering what is there already is no change, so that what was
    /// read can be sent back.
    fn forbid(&mut self, before: &Account, after: &Account, editor: Editor) {
        let is_theirs = matches!(editor, Editor::Manager | Editor::Administrator);
        let number = before.employee_number != after.employee_number && editor != Editor::Newcomer;
        let verified = after.email_verified && !before.email_verified;
        let phone_verified = after.claims.phone_number_verified && !before.claims.phone_number_verified;
        let changes = [
            ("employee_number", number),
            ("email_verified", verified),
            ("phone_number_verified", phone_verified),
            ("groups", before.groups != after.groups),
            ("disabled", before.standing != after.standing),
        ];
        for (field, _) in changes.into_iter().filter(|(_, is_changed)| *is_changed && !is_theirs) {
            self.add(field, FieldRefusal::ForAdministrators);
        }
        if before.role != after.role && editor != Editor::Administrator {
            self.add("role", FieldRefusal::ForAdministratorsByScope);
        }
    }
}

#[cfg(test)]
mod tests {
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
    fn everything_that_is_wrong_is_told_at_once() {
        let form = ProfileForm {
            username: text("a b"),
            email: text("eve"),
            birthdate: text("yesterday"),
            phone_number: text("call me"),
            picture: text("javascript:x"),
            address: AddressForm { country: text(&"x".repeat(65)), ..AddressForm::default() },
            ordered: OrderedForm { role: text("king"), ..OrderedForm::default() },
            ..ProfileForm::default()
        };
        let errors = form.enter(&mut account(), Editor::Administrator).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["username", "email", "picture", "birthdate", "phone_number", "address.country", "role"]);
    }

    #[test]
    fn another_address_is_not_verified() {
        let mut account = account();
        let form = ProfileForm { email: text("other@example.org"), ..ProfileForm::default() };
        form.enter(&mut account, Editor::Owner).unwrap();
        assert!(!account.email_verified);
        let ordered = OrderedForm { email_verified: Some(true), ..OrderedForm::default() };
        let form = ProfileForm { ordered, ..form };
        assert!(form.enter(&mut account.clone(), Editor::Owner).unwrap_err().of("email_verified").is_some());
        form.enter(&mut account, Editor::Manager).unwrap();
        assert!(account.email_verified);
    }

    #[test]
    fn an_order_leaves_what_the_person_entered() {
        let mut account = account();
        account.claims.name = Line::parse("Eve").ok();
        let order = OrderedForm { employee_number: text("7"), is_disabled: Some(true), ..OrderedForm::default() };
        assert!(order.order(&mut account.clone(), Editor::Owner).is_err());
        order.order(&mut account, Editor::Manager).unwrap();
        assert!(account.employee_number.is_some() && !account.is_active());
        assert!(account.claims.name.is_some() && account.email.is_some() && account.email_verified);
    }

    #[test]
    fn each_editor_changes_what_is_theirs() {
        let ordered = |form: OrderedForm| ProfileForm { ordered: form, ..ProfileForm::default() };
        let number = ordered(OrderedForm { employee_number: text("7"), ..OrderedForm::default() });
        let groups = ordered(OrderedForm { groups: Some(vec!["staff".to_owned()]), ..OrderedForm::default() });
        let disabled = ordered(OrderedForm { is_disabled: Some(true), ..OrderedForm::default() });
        let role = ordered(OrderedForm { role: text("administrator"), ..OrderedForm::default() });
        let same = ordered(OrderedForm { role: text("person"), groups: Some(Vec::new()), ..OrderedForm::default() });
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
}
