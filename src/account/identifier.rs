//! The names by which an account is found: identifier, username and e-mail address.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use super::{
    canonical::{canonical, composed},
    confusable::{is_identifier_character, is_of_one_writing_system, skeletons},
};
use crate::{characters::is_invisible, entropy::Entropy};

/// The identifier of an account: `usr_` and 26 characters of lower-case base32 (128 random bits).
///
/// It is also the `sub` of tokens. RFC 9068 [§5](https://www.rfc-editor.org/rfc/rfc9068#section-5) requires that
/// clients cannot impersonate users, so no `client_id` may begin with [`AccountId::PREFIX`]. Identifiers are never
/// reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// The text is not an account identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAccountId;

impl AccountId {
    /// The prefix of every account identifier.
    pub const PREFIX: &str = "usr_";

    /// The length of an account identifier in bytes.
    pub const LENGTH: usize = Self::PREFIX.len() + DIGITS;

    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self::from_number(u128::from_be_bytes(entropy.bytes()))
    }

    /// Parses an identifier in its canonical spelling.
    ///
    /// # Errors
    ///
    /// Returns [`NotAnAccountId`] if `text` could not have been created by [`AccountId::generate`].
    pub fn parse(text: &str) -> Result<Self, NotAnAccountId> {
        let digits = text.strip_prefix(Self::PREFIX).ok_or(NotAnAccountId)?;
        let mut number: u128 = 0;
        for digit in digits.bytes() {
            let value = match digit {
                b'a'..=b'z' => digit - b'a',
                b'2'..=b'7' => digit - b'2' + 26,
                _ => return Err(NotAnAccountId),
            };
            number =
                number.checked_mul(32).and_then(|number| number.checked_add(value.into())).ok_or(NotAnAccountId)?;
        }
        if digits.len() == DIGITS { Ok(Self::from_number(number)) } else { Err(NotAnAccountId) }
    }

    /// The identifier as it is stored, displayed, and sent as `sub`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_number(number: u128) -> Self {
        let digits = (0..DIGITS).rev().map(|place| {
            let value = (number >> (place * 5) & 31) as u8;
            char::from(if value < 26 { b'a' + value } else { b'2' + value - 26 })
        });
        Self(Self::PREFIX.chars().chain(digits).collect())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for NotAnAccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an account ID: it must be usr_ and 26 characters")
    }
}

impl std::error::Error for NotAnAccountId {}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<Self, NotAnAccountId> {
        Self::parse(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

/// The name with which a user signs in: 1 to 64 letters, digits, `.`, `_` and `-`, starting and ending with a letter
/// or a digit. It is stored as typed (in NFC, without surrounding space). The letters are those of the identifier
/// profile of [UTS #39](https://www.unicode.org/reports/tr39/#General_Security_Profile), in one writing system.
///
/// It has the form of an e-mail address only if it is the account's own verified one ([`Username::of_address`]).
/// Stored usernames are not checked against these rules, which may be newer. `Debug` does not show it, because people
/// sometimes type their password into the username field.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Username(String);

/// Reasons why a text cannot be a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsernameRefusal {
    Empty,
    TooLong,
    /// A character other than a letter, digit, `.`, `_` or `-`, one of these three at an end, or a letter that is not
    /// in modern use in names.
    Character,
    /// Letters of several writing systems, some of which look the same.
    MixedScripts,
    /// The form of an e-mail address other than the account's own verified one.
    Address,
    /// The prefix of account identifiers.
    Reserved,
}

impl Username {
    /// Maximum number of code points.
    pub const MAXIMUM_LENGTH: usize = 64;

    /// Maximum number of bytes in the canonical form, under which it is stored.
    const MAXIMUM_KEY_BYTES: usize = 256;

    /// Parses a username as typed by a user.
    ///
    /// # Errors
    ///
    /// Returns a [`UsernameRefusal`], whose text tells the user what to do.
    pub fn parse(text: &str) -> Result<Self, UsernameRefusal> {
        let text = text.trim();
        // A text that is far too long is not normalized first, because that takes time.
        if text.len() > 8 * Self::MAXIMUM_LENGTH {
            return Err(UsernameRefusal::TooLong);
        }
        let name = composed(text);
        if name.is_empty() {
            return Err(UsernameRefusal::Empty);
        }
        if name.chars().count() > Self::MAXIMUM_LENGTH {
            return Err(UsernameRefusal::TooLong);
        }
        if EmailAddress::parse(&name).is_ok() {
            return Err(UsernameRefusal::Address);
        }
        let canonical = canonical(&name);
        // Some letters (U+FDFA) have spaces in their compatibility form, which is the key.
        let has_form = has_form_of_a_name(&name) && has_form_of_a_name(&canonical);
        if !has_form || !name.chars().all(is_identifier_character) {
            return Err(UsernameRefusal::Character);
        }
        if !is_of_one_writing_system(&name) || !is_of_one_writing_system(&canonical) {
            return Err(UsernameRefusal::MixedScripts);
        }
        if canonical.len() > Self::MAXIMUM_KEY_BYTES {
            return Err(UsernameRefusal::TooLong);
        }
        if canonical.starts_with(AccountId::PREFIX) {
            return Err(UsernameRefusal::Reserved);
        }
        Ok(Self(name))
    }

    /// The username `address`, which must be the account's own verified address.
    ///
    /// # Errors
    ///
    /// Returns a [`UsernameRefusal`] if it is too long, or contains characters that are invisible or not used in
    /// names.
    pub fn of_address(address: &EmailAddress) -> Result<Self, UsernameRefusal> {
        let name = address.as_str();
        if name.chars().count() > Self::MAXIMUM_LENGTH || address.canonical().len() > Self::MAXIMUM_KEY_BYTES {
            return Err(UsernameRefusal::TooLong);
        }
        let is_allowed = |character: char| character.is_ascii_graphic() || is_identifier_character(character);
        if !name.chars().all(is_allowed) { Err(UsernameRefusal::Character) } else { Ok(Self(name.to_owned())) }
    }

    /// Returns `true` if it has the form of an e-mail address.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.0.contains('@')
    }

    /// The canonical form of a name entered to find an account. The current rules for usernames are not applied,
    /// because they may be newer than the name. Returns `None` for a text that no account can have.
    #[must_use]
    pub fn sought(text: &str) -> Option<String> {
        let text = text.trim();
        // A text that is far too long is not normalized, because that takes time.
        let canonical = (text.len() <= 8 * Self::MAXIMUM_LENGTH).then(|| canonical(&composed(text)))?;
        (1..=Self::MAXIMUM_KEY_BYTES).contains(&canonical.len()).then_some(canonical)
    }

    /// The confusable skeletons: no two accounts may have usernames that share one.
    #[must_use]
    pub fn skeletons(&self) -> Vec<String> {
        skeletons(&self.0)
    }

    /// The common prefix of the canonical forms of all usernames (or e-mail addresses) that begin with `text`.
    #[must_use]
    pub fn canonical_prefix(text: &str) -> String {
        canonical(&text.chars().take(4 * Self::MAXIMUM_LENGTH).collect::<String>())
    }

    /// A placeholder for an account that is not filled in yet. It is never stored.
    pub(super) fn unnamed() -> Self {
        Self(String::new())
    }

    /// The username as written by its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that must be unique: it is the same for `Alice`, `ALICE` and `alice`.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Username(…)")
    }
}

impl fmt::Display for UsernameRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "Enter a username.",
            Self::TooLong => "Choose a username of at most 64 characters.",
            Self::Character => {
                "Use only letters, digits, dots, hyphens and underscores. Begin and end the username with a letter or \
                 digit."
            }
            Self::MixedScripts => "Use letters of only one alphabet in the username.",
            Self::Address => "Choose a username that is not an e-mail address, or use your own verified address.",
            Self::Reserved => "Choose a username that does not begin with usr_.",
        })
    }
}

impl std::error::Error for UsernameRefusal {}

impl From<String> for Username {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Username> for String {
    fn from(username: Username) -> Self {
        username.0
    }
}

/// An e-mail address. Its form does not prove that it exists or belongs to the user. Stored addresses are not checked
/// against the current rules, which may be newer.
///
/// `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEmailAddress;

impl EmailAddress {
    /// Maximum number of bytes: RFC 5321 [§4.5.3.1.3](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3)
    /// limits a path to 256, including its two brackets.
    pub const MAXIMUM_BYTES: usize = 254;

    /// Parses an address: one `@` with text on both sides, no space and no invisible character.
    ///
    /// # Errors
    ///
    /// Returns [`NotAnEmailAddress`], whose text tells the user what to do.
    pub fn parse(text: &str) -> Result<Self, NotAnEmailAddress> {
        let text = text.trim();
        if text.len() > Self::MAXIMUM_BYTES {
            return Err(NotAnEmailAddress);
        }
        let text = composed(text);
        let refused = |character: char| {
            is_invisible(character) || character.is_whitespace() || matches!(character, '<' | '>' | '"' | '\\' | ',')
        };
        let (local, domain) = text.split_once('@').ok_or(NotAnEmailAddress)?;
        let has_both = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        if has_both && text.len() <= Self::MAXIMUM_BYTES && !text.contains(refused) {
            Ok(Self(text))
        } else {
            Err(NotAnEmailAddress)
        }
    }

    /// The address as written by its owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which an account is found: without case, because hardly any mail server distinguishes `Alice@`
    /// from `alice@`.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(…)")
    }
}

impl fmt::Display for NotAnEmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Enter a valid e-mail address, for example alice@example.org.")
    }
}

impl std::error::Error for NotAnEmailAddress {}

impl From<String> for EmailAddress {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// Returns `true` for letters and digits of any script, with their marks, and `.`, `_`, `-` between them.
fn has_form_of_a_name(text: &str) -> bool {
    let is_letter_or_digit = |character: char| character.is_alphanumeric();
    let may_follow = |character: char| is_letter_or_digit(character) || is_combining_mark(character);
    text.chars().next().is_some_and(is_letter_or_digit)
        && text.chars().next_back().is_some_and(may_follow)
        && text.chars().all(|character| may_follow(character) || matches!(character, '.' | '_' | '-'))
}

/// 26 digits of 5 bits hold 130 bits; the first two are zero.
const DIGITS: usize = 26;

#[cfg(test)]
#[path = "identifier_tests.rs"]
mod tests;
