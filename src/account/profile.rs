//! The standard claims of OpenID Connect Core
//! [§5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims). Each value is limited in length, so
//! that account records stay small.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, format_description::BorrowedFormatItem, macros::format_description};
use url::Url;

use super::canonical::composed;
pub use super::{lines::Lines, profile_refusal::ProfileRefusal};
use crate::claims::for_each_profile_claim;

/// One line of text of at most `MAXIMUM` bytes, as written by its owner (in NFC, without surrounding space).
///
/// Quotation marks and backslashes count twice because JSON escapes them: the length is the length in the record.
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAXIMUM: usize>(String);

/// The name of a group, as used by the `groups` claim and the management API.
pub type GroupName = Line<64>;

/// A web address (`http` or `https`) of at most 200 bytes. It is never fetched, so it may not exist.
///
/// Other schemes are refused, because a `javascript:` link runs code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress(Line<200>);

/// A phone number: digits with `+`, spaces, hyphens, dots and parentheses, at most 32 characters. OpenID Connect Core
/// §5.1 recommends E.164 (`+1 425 555 1212`). `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(Line<32>);

/// A date of birth, written as `YYYY-MM-DD`. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Birthdate(Date);

macro_rules! standard_claims {
    ($($about:tt $name:ident: $kind:ty, $scope:literal, $section:ident, $autocomplete:literal;)*) => {
        /// The standard claims except those that identify the account, with the names of OpenID Connect Core §5.1.
        ///
        /// `Debug` does not show any of them.
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct StandardClaims {
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$kind>,
            )*
            pub phone_number_verified: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            pub address: Option<PostalAddress>,
        }
    };
}
for_each_profile_claim!(standard_claims);

/// A postal address, OpenID Connect Core
/// [§5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim). `formatted` is derived from the
/// parts by [`PostalAddress::formatted`] and not stored.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// "MAY contain multiple lines, separated by newlines."
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<Lines<120>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Line<64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Line<64>>,
}

impl<const MAXIMUM: usize> Line<MAXIMUM> {
    /// Parses a line as typed by a user.
    ///
    /// # Errors
    ///
    /// Returns a [`ProfileRefusal`] if it is empty, too long, or contains a control character.
    pub fn parse(text: &str) -> Result<Self, ProfileRefusal> {
        let too_long = ProfileRefusal::TooLong { maximum: MAXIMUM };
        // NFC changes the length by at most a factor of three, so a text that is far too long need not be normalized.
        if text.len() > 4 * MAXIMUM {
            return Err(too_long);
        }
        let line = composed(text.trim());
        let escapes = line.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        if line.is_empty() {
            Err(ProfileRefusal::Empty)
        } else if line.len() + escapes > MAXIMUM {
            Err(too_long)
        } else if line.contains(|character: char| character.is_control()) {
            Err(ProfileRefusal::ControlCharacter)
        } else {
            Ok(Self(line))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl WebAddress {
    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// Returns a [`ProfileRefusal`] if it is empty or too long, has no host, or has a scheme other than `http` and
    /// `https`.
    pub fn parse(text: &str) -> Result<Self, ProfileRefusal> {
        let line = Line::parse(text)?;
        let url = Url::parse(line.as_str()).map_err(|_| ProfileRefusal::NotAWebAddress)?;
        // Only lenient parsers accept `https:e.example` as absolute.
        let is_absolute = line.as_str().get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://"));
        if matches!(url.scheme(), "http" | "https") && url.has_host() && is_absolute {
            Ok(Self(line))
        } else {
            Err(ProfileRefusal::NotAWebAddress)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PhoneNumber {
    /// Parses a phone number.
    ///
    /// # Errors
    ///
    /// Returns a [`ProfileRefusal`] if it is empty or too long, has fewer than three digits, or contains other
    /// characters.
    pub fn parse(text: &str) -> Result<Self, ProfileRefusal> {
        let line = Line::parse(text)?;
        let digits = line.as_str().bytes().filter(u8::is_ascii_digit).count();
        let is_allowed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b' ' | b'-' | b'.' | b'(' | b')');
        // The extension of RFC 3966 is also accepted, which OpenID Connect Core §5.1 recommends: `+1 (604)
        // 555-1234;ext=5678`.
        let number = line.as_str().split_once(";ext=").map_or(line.as_str(), |(number, _)| number);
        let extension = line.as_str().split_once(";ext=").map_or("", |(_, extension)| extension);
        if digits >= 3 && number.bytes().all(is_allowed) && extension.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(line))
        } else {
            Err(ProfileRefusal::NotAPhoneNumber)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Birthdate {
    /// Parses a date.
    ///
    /// # Errors
    ///
    /// Returns [`ProfileRefusal::NotADate`] if it is not a calendar date in the form `YYYY-MM-DD`. Dates in the
    /// future are accepted.
    pub fn parse(text: &str) -> Result<Self, ProfileRefusal> {
        let date = Date::parse(text.trim(), DAY).map_err(|_| ProfileRefusal::NotADate)?;
        // The format also accepts `+2000-01-02` and similar, which have other lengths.
        if text.trim().len() == "YYYY-MM-DD".len() { Ok(Self(date)) } else { Err(ProfileRefusal::NotADate) }
    }

    #[must_use]
    pub fn date(self) -> Date {
        self.0
    }
}

impl fmt::Display for Birthdate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), u8::from(self.0.month()), self.0.day());
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

impl PostalAddress {
    /// The full address as on an envelope, with lines separated by `\n`. It is empty if no part is known.
    #[must_use]
    pub fn formatted(&self) -> String {
        let joined = |parts: [&str; 2]| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let lines = [
            self.street_address.as_ref().map_or("", Lines::as_str).to_owned(),
            joined([
                self.postal_code.as_ref().map_or("", Line::as_str),
                self.locality.as_ref().map_or("", Line::as_str),
            ]),
            self.region.as_ref().map_or("", Line::as_str).to_owned(),
            self.country.as_ref().map_or("", Line::as_str).to_owned(),
        ];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

impl<const MAXIMUM: usize> fmt::Debug for Line<MAXIMUM> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Line(…)")
    }
}

impl fmt::Debug for Birthdate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Birthdate(…)")
    }
}

impl fmt::Debug for StandardClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StandardClaims(…)")
    }
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PostalAddress(…)")
    }
}

impl<const MAXIMUM: usize> TryFrom<String> for Line<MAXIMUM> {
    type Error = ProfileRefusal;

    fn try_from(text: String) -> Result<Self, ProfileRefusal> {
        Self::parse(&text)
    }
}

impl<const MAXIMUM: usize> From<Line<MAXIMUM>> for String {
    fn from(line: Line<MAXIMUM>) -> Self {
        line.0
    }
}

impl TryFrom<String> for WebAddress {
    type Error = ProfileRefusal;

    fn try_from(text: String) -> Result<Self, ProfileRefusal> {
        Self::parse(&text)
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.0.0
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = ProfileRefusal;

    fn try_from(text: String) -> Result<Self, ProfileRefusal> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0.0
    }
}

impl TryFrom<String> for Birthdate {
    type Error = ProfileRefusal;

    fn try_from(text: String) -> Result<Self, ProfileRefusal> {
        Self::parse(&text)
    }
}

impl From<Birthdate> for String {
    fn from(day: Birthdate) -> Self {
        day.to_string()
    }
}

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
