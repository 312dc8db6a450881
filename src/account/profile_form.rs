//! Validation of entered account data: text becomes the types of the record, and all errors are reported together.

use time::OffsetDateTime;

use super::{
    field_refusal::FieldRefusal,
    identifier::{EmailAddress, Username, UsernameRefusal},
    own_picture,
    profile::{Birthdate, Line, Lines, PhoneNumber, PostalAddress, WebAddress},
    record::{Account, AccountStatus, Groups, Role},
};
use crate::{claims::for_each_profile_claim, entropy::Entropy};

macro_rules! profile_form {
    ($($about:tt $name:ident: $kind:ty, $scope:literal, $section:ident, $autocomplete:literal;)*) => {
        /// All account data as entered. It describes the complete profile: fields that are omitted or blank are removed
        /// from the account, except those that the [`Editor`] may not change.
        #[derive(Clone, Default)]
        pub struct ProfileForm {
            /// The username. If omitted, it is unchanged.
            pub username: Option<String>,
            pub email: Option<String>,
            $(pub $name: Option<String>,)*
            pub address: AddressForm,
            /// Fields that only administrators can change.
            pub ordered: AdminFields,
        }

        impl ProfileForm {
            /// The profile with the fields that `value` returns by name. Those of the address have the prefix
            /// `address.`.
            #[must_use]
            pub fn of_owner(value: impl Fn(&str) -> Option<String>) -> Self {
                Self {
                    username: value("username"),
                    email: value("email"),
                    $($name: value(stringify!($name)),)*
                    address: AddressForm::of(|part| value(&format!("address.{part}"))),
                    ordered: AdminFields::default(),
                }
            }

            fn enter_claims(&self, account: &mut Account, errors: &mut FieldErrors) {
                let claims = &mut account.claims;
                let earlier_number = claims.phone_number.clone();
                $(claims.$name = errors.parsed(stringify!($name), self.$name.as_deref(), <$kind>::parse);)*
                claims.phone_number_verified &= claims.phone_number == earlier_number;
                claims.address = self.address.read(errors);
            }
        }
    };
}
for_each_profile_claim!(profile_form);

/// A postal address as entered.
#[derive(Clone, Default)]
pub struct AddressForm {
    pub street_address: Option<String>,
    pub locality: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// Fields that only administrators can change. Omitted fields are unchanged.
#[derive(Clone, Debug, Default)]
pub struct AdminFields {
    /// The employee number. Users can enter it when they sign up, but not change it later.
    pub employee_number: Option<String>,
    /// Whether the e-mail address is verified.
    pub email_verified: Option<bool>,
    /// Whether the phone number is verified.
    pub phone_number_verified: Option<bool>,
    pub groups: Option<Vec<String>>,
    /// `person` or `administrator`.
    pub role: Option<String>,
    pub is_disabled: Option<bool>,
}

/// The role of the caller who edits an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editor {
    /// The user, who has no account yet.
    Newcomer,
    /// The owner of the account.
    Owner,
    /// A caller with the scope `signet:users`, who may change everything except who is an administrator.
    Manager,
    /// An administrator with the scope `signet:admin`.
    Administrator,
}

/// The errors of each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, FieldRefusal)>);

impl ProfileForm {
    /// Creates a new account with the entered data and without a password.
    ///
    /// # Errors
    ///
    /// Returns the errors of each field.
    pub fn begin(&self, editor: Editor, now: OffsetDateTime, entropy: Entropy) -> Result<Account, FieldErrors> {
        let mut account = Account::new(Username::unnamed(), now, entropy);
        let username = Some(self.username.clone().unwrap_or_default());
        Self { username, ..self.clone() }.enter(&mut account, editor)?;
        Ok(account)
    }

    /// Applies all fields to `account`.
    ///
    /// # Errors
    ///
    /// Returns the errors of each field. `account` must not be stored then.
    pub fn enter(&self, account: &mut Account, editor: Editor) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        self.enter_username(account, &mut errors);
        let email = errors.parsed("email", self.email.as_deref(), EmailAddress::parse);
        if email.as_ref().map(EmailAddress::as_str) != account.email.as_ref().map(EmailAddress::as_str) {
            // An address entered by an administrator counts as verified unless they specify otherwise.
            account.email_verified = email.is_some() && editor.manages_people();
        }
        account.email = email;
        self.enter_claims(account, &mut errors);
        own_picture::detach(account);
        self.ordered.enter(account, editor, &mut errors);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Applies the username. Whether one in the form of an e-mail address is allowed is decided after the other
    /// fields.
    fn enter_username(&self, account: &mut Account, errors: &mut FieldErrors) {
        let Some(entered) = &self.username else { return };
        let username = Username::parse(entered).or_else(|refusal| match (refusal, EmailAddress::parse(entered)) {
            (UsernameRefusal::Address, Ok(address)) => Username::of_address(&address),
            _ => Err(refusal),
        });
        // Sending back an unchanged name is not a change, even if it was accepted under older rules.
        let is_unchanged = !account.username.as_str().is_empty() && entered.trim() == account.username.as_str();
        match username {
            _ if is_unchanged => {}
            Ok(username) => account.username = username,
            Err(refusal) => errors.add("username", refusal),
        }
    }
}

impl AddressForm {
    /// The address with the parts that `value` returns by name.
    #[must_use]
    pub fn of(value: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            street_address: value("street_address"),
            locality: value("locality"),
            region: value("region"),
            postal_code: value("postal_code"),
            country: value("country"),
        }
    }

    fn read(&self, errors: &mut FieldErrors) -> Option<PostalAddress> {
        let address = PostalAddress {
            street_address: errors.parsed("address.street_address", self.street_address.as_deref(), Lines::parse),
            locality: errors.parsed("address.locality", self.locality.as_deref(), Line::parse),
            region: errors.parsed("address.region", self.region.as_deref(), Line::parse),
            postal_code: errors.parsed("address.postal_code", self.postal_code.as_deref(), Line::parse),
            country: errors.parsed("address.country", self.country.as_deref(), Line::parse),
        };
        Some(address).filter(|address| *address != PostalAddress::default())
    }
}

impl AdminFields {
    /// Applies the fields that are present to `account`. The others are unchanged.
    ///
    /// # Errors
    ///
    /// Returns the errors of each field. `account` must not be stored then.
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
            account.standing = if is_disabled { AccountStatus::Disabled } else { AccountStatus::Active };
        }
        errors.forbid(&before, account, editor);
        if !account.may_have_its_username() {
            errors.add("username", UsernameRefusal::Address);
        }
    }
}

impl Editor {
    /// Returns `true` for administrators of the server or of its users.
    fn manages_people(self) -> bool {
        matches!(self, Self::Manager | Self::Administrator)
    }
}

impl FieldErrors {
    /// Creates the errors for one field.
    #[must_use]
    pub fn of_one(field: &'static str, wrong: impl Into<FieldRefusal>) -> Self {
        Self(vec![(field, wrong.into())])
    }

    /// Adds an error for `field`.
    pub fn add(&mut self, field: &'static str, wrong: impl Into<FieldRefusal>) {
        self.0.push((field, wrong.into()));
    }

    /// The first error of `field`.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&FieldRefusal> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, wrong)| wrong)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

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

    /// Adds an error for each field that `editor` may not change and has changed. Sending back unchanged values is
    /// allowed.
    fn forbid(&mut self, before: &Account, after: &Account, editor: Editor) {
        let is_theirs = editor.manages_people();
        let number = before.employee_number != after.employee_number && editor != Editor::Newcomer;
        let verified = after.email_verified && !before.email_verified && !is_theirs;
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
#[path = "profile_form_tests.rs"]
mod tests;
