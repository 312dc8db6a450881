//! The stored account record.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::hashing::PasswordHash;
pub use super::{
    identifier::{AccountId, EmailAddress, Username},
    profile::{GroupName, Line, StandardClaims},
};
use crate::{entropy::Entropy, wire_names::wire_names};

/// A user account, stored under its [`AccountId`].
///
/// Its JSON is always smaller than 3.5 KiB, because each field is limited. Unknown members are ignored and missing
/// members get their defaults, so two versions of the server can read each other's rows. `Debug` shows only what a
/// log may contain: the identifier, the role and the status.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// The identifier, which is also the `sub` of tokens.
    pub id: AccountId,
    /// The name used to sign in. Its canonical form is unique.
    pub username: Username,
    /// The password hash. Without one, the user cannot sign in by password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub password_changed_at: Option<OffsetDateTime>,
    /// Number of times the password has been set. Sessions record it to know whether they began with the current
    /// password.
    #[serde(default)]
    pub password_generation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Whether the user has been shown to control the e-mail address.
    #[serde(default)]
    pub email_verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<Line<64>>,
    /// Name, picture, date of birth, phone number, address and other claims.
    #[serde(default)]
    pub claims: StandardClaims,
    #[serde(default)]
    pub groups: Groups,
    #[serde(default)]
    pub role: Role,
    pub standing: AccountStatus,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When anything last changed: the claim `updated_at`.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

wire_names! {
    /// What a user may do.
    #[derive(Default)]
    #[serde(from = "String")]
    pub enum Role {
        /// Uses the server to sign in to applications.
        #[default]
        Person = "person",
        /// Also manages users, applications and the server.
        Administrator = "administrator",
    }
}

wire_names! {
    /// Whether an account can be used.
    #[serde(from = "String")]
    pub enum AccountStatus {
        Active = "active",
        /// The user cannot sign in, and nothing is issued from the account's grants.
        Disabled = "disabled",
    }
}

/// The groups of a user, without duplicates, in alphabetical order, at most 768 bytes in total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<GroupName>", into = "Vec<GroupName>")]
pub struct Groups(Vec<GroupName>);

/// The group names have more than 768 bytes in total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyGroups;

impl Account {
    /// Creates an active account without a password, address or groups.
    #[must_use]
    pub fn new(username: Username, now: OffsetDateTime, entropy: Entropy) -> Self {
        Self {
            id: AccountId::generate(entropy),
            username,
            password: None,
            password_changed_at: None,
            password_generation: 0,
            email: None,
            email_verified: false,
            employee_number: None,
            claims: StandardClaims::default(),
            groups: Groups::default(),
            role: Role::Person,
            standing: AccountStatus::Active,
            created_at: now,
            updated_at: now,
        }
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.standing == AccountStatus::Active
    }

    /// The e-mail address if it is verified. A verified address is unique.
    #[must_use]
    pub fn verified_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|_| self.email_verified)
    }

    /// Returns `true` if `name` is the username or the verified e-mail address, ignoring case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let is_username = Username::sought(name).is_some_and(|sought| sought == self.username.canonical());
        let email = EmailAddress::parse(name).ok().map(|email| email.canonical());
        is_username || (email.is_some() && email == self.verified_email().map(EmailAddress::canonical))
    }

    /// Returns `true` if the account may have its username. One in the form of an e-mail address must be the
    /// account's own verified address.
    #[must_use]
    pub fn may_have_its_username(&self) -> bool {
        let own = self.verified_email().map(EmailAddress::canonical);
        !self.username.is_address() || own.is_some_and(|own| own == self.username.canonical())
    }

    /// Returns `true` if the account is active and has the administrator role.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.is_active() && self.role == Role::Administrator
    }

    /// Sets the password at `now`.
    pub fn change_password(&mut self, password: PasswordHash, now: OffsetDateTime) {
        self.password = Some(password);
        self.password_changed_at = Some(now);
        self.password_generation = self.password_generation.wrapping_add(1);
        self.updated_at = now;
    }
}

impl Groups {
    /// Maximum number of bytes of all names, each counted with three more for its quotation marks and comma.
    pub const MAXIMUM_BYTES: usize = 768;

    /// Creates the list without duplicates.
    ///
    /// # Errors
    ///
    /// Returns [`TooManyGroups`] if the names do not fit into the record.
    pub fn new(mut names: Vec<GroupName>) -> Result<Self, TooManyGroups> {
        names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        names.dedup();
        let escapes = |name: &str| name.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        let bytes: usize = names.iter().map(|name| name.as_str().len() + escapes(name.as_str()) + 3).sum();
        if bytes <= Self::MAXIMUM_BYTES { Ok(Self(names)) } else { Err(TooManyGroups) }
    }

    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|group| group.as_str() == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Line::as_str)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TooManyGroups {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("This person has too many groups. Remove some groups, or use shorter names.")
    }
}

impl std::error::Error for TooManyGroups {}

/// An unknown role, from a newer version, is read as the least privileged one.
impl From<String> for Role {
    fn from(text: String) -> Self {
        Self::parse(&text).unwrap_or_default()
    }
}

/// An unknown status, from a newer version, is read as disabled.
impl From<String> for AccountStatus {
    fn from(text: String) -> Self {
        Self::parse(&text).unwrap_or(Self::Disabled)
    }
}

impl TryFrom<Vec<GroupName>> for Groups {
    type Error = TooManyGroups;

    fn try_from(names: Vec<GroupName>) -> Result<Self, TooManyGroups> {
        Self::new(names)
    }
}

impl From<Groups> for Vec<GroupName> {
    fn from(groups: Groups) -> Self {
        groups.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_string, to_value};
    use time::macros::datetime;

    use super::*;
    use crate::account::profile::{Birthdate, Lines, PhoneNumber, PostalAddress, WebAddress};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
    const PHC: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn account() -> Account {
        Account::new(Username::parse("Alice").unwrap(), NOW, Entropy::system())
    }

    fn longest<const MAXIMUM: usize>() -> Option<Line<MAXIMUM>> {
        Some(Line::parse(&"\"".repeat(MAXIMUM / 2)).unwrap())
    }

    fn fullest() -> Account {
        let address = || WebAddress::parse(&format!("https://example.org/{}", "a".repeat(180))).ok();
        let groups = (0..12).map(|at| Line::parse(&format!("{at:02}{}", "g".repeat(58))).unwrap()).collect();
        let mut account = Account::new(Username::from("\u{20000}".repeat(64)), NOW, Entropy::system());
        account.change_password(serde_json::from_value(json!(PHC)).unwrap(), NOW);
        account.email = EmailAddress::parse(&format!("{}@b", "a".repeat(252))).ok();
        account.employee_number = longest();
        account.groups = Groups::new(groups).unwrap();
        account.role = Role::Administrator;
        account.claims = StandardClaims {
            name: longest(),
            given_name: longest(),
            family_name: longest(),
            middle_name: longest(),
            nickname: longest(),
            profile: address(),
            picture: address(),
            website: address(),
            gender: longest(),
            birthdate: Birthdate::parse("2000-01-01").ok(),
            zoneinfo: longest(),
            locale: longest(),
            phone_number: PhoneNumber::parse(&"1".repeat(32)).ok(),
            phone_number_verified: false,
            address: Some(PostalAddress {
                street_address: Some(Lines::parse(&"\"".repeat(60)).unwrap()),
                locality: longest(),
                region: longest(),
                postal_code: longest(),
                country: longest(),
            }),
        };
        account
    }

    #[test]
    fn the_fullest_record_stays_under_four_kibibytes() {
        let account = fullest();
        let value = to_value(&account).unwrap();
        assert!(value["claims"]["picture"].is_string() && value["email"].is_string(), "nothing was left out");
        let length = to_string(&account).unwrap().len();
        assert!((3300..3584).contains(&length), "{length}");
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let account = fullest();
        let written = to_value(&account).unwrap();
        let read: Account = from_value(written.clone()).unwrap();
        assert_eq!(to_value(&read).unwrap(), written);
    }

    #[test]
    fn a_row_of_another_version_is_read() {
        let mut row = to_value(account()).unwrap();
        let members = row.as_object_mut().unwrap();
        members.insert("favourite_colour".into(), json!("green"));
        members.remove("claims");
        members.remove("groups");
        members.remove("role");
        let read: Account = from_value(row).unwrap();
        assert_eq!((read.role, read.is_active(), read.claims), (Role::Person, true, StandardClaims::default()));
    }

    #[test]
    fn an_unknown_role_or_standing_gives_nothing() {
        let with = |name: &str, value: &str| {
            let mut row = to_value(Account { role: Role::Administrator, ..account() }).unwrap();
            row[name] = Value::from(value);
            from_value::<Account>(row).unwrap()
        };
        assert!(with("role", "administrator").is_administrator());
        assert!(!with("role", "auditor").is_administrator());
        assert!(with("standing", "active").is_active());
        assert!(!with("standing", "suspended").is_active());
        assert!(!with("standing", "suspended").is_administrator());
    }

    #[test]
    fn a_row_without_a_standing_is_not_read() {
        let mut row = to_value(account()).unwrap();
        assert!(from_value::<Account>(row.clone()).is_ok());
        row.as_object_mut().unwrap().remove("standing");
        assert!(from_value::<Account>(row).is_err());
    }

    #[test]
    fn groups_are_each_there_once_and_fit_the_record() {
        let names = |names: &[&str]| names.iter().map(|name| Line::parse(name).unwrap()).collect::<Vec<_>>();
        let groups = Groups::new(names(&["b", "a", "b"])).unwrap();
        assert_eq!(groups.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(groups.contains("a") && !groups.contains("A"));
        let many = |count: usize| (0..count).map(|at| Line::parse(&format!("{at:061}")).unwrap()).collect::<Vec<_>>();
        assert!(Groups::new(many(12)).is_ok());
        assert_eq!(Groups::new(many(13)), Err(TooManyGroups));
    }

    #[test]
    fn a_record_is_not_printed() {
        let mut account = fullest();
        account.username = Username::parse("alice").unwrap();
        let printed = format!("{account:?}");
        assert!(printed.contains(account.id.as_str()));
        assert!(!printed.contains("alice") && !printed.contains("argon2id") && !printed.contains("example.org"));
        assert!(!format!("{:?} {:?}", account.claims, account.password).contains("example.org"));
    }
}
