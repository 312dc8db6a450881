//! The value of a key as written, before it is interpreted, and values in TOML.

use time::Duration;
use toml::de::DeValue;

use super::choice::NamedChoice;
use crate::{account::invitation::SignUp, oauth::registration_policy::ApplicationRegistration};

/// The value of a key as written.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    /// In the file.
    File(&'a DeValue<'a>),
    /// In a variable, or in the file that a variable names.
    Variable(&'a str),
}

impl Written<'_> {
    pub(super) fn text(self) -> Result<String, String> {
        match self {
            Self::File(DeValue::String(text)) => Ok(text.clone().into_owned()),
            Self::Variable(text) => Ok(text.to_owned()),
            Self::File(other) => Err(instead_of(other, "a string")),
        }
    }

    /// A non-empty text.
    pub(super) fn some_text(self) -> Result<String, String> {
        self.text().and_then(|text| if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text) })
    }

    /// A boolean.
    pub(super) fn flag(self) -> Result<bool, String> {
        match self {
            Self::File(DeValue::Boolean(flag)) => Ok(*flag),
            Self::Variable("true") => Ok(true),
            Self::Variable("false") => Ok(false),
            Self::Variable(_) => Err("must be true or false".to_owned()),
            Self::File(other) => Err(instead_of(other, "true or false")),
        }
    }

    /// An integer.
    pub(super) fn number(self) -> Result<i64, String> {
        match self {
            Self::File(DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| "is too large".to_owned())
            }
            Self::Variable(text) => text.parse().map_err(|_| "must be a whole number".to_owned()),
            Self::File(other) => Err(instead_of(other, "a whole number")),
        }
    }

    /// An integer that fits into `T`.
    pub(super) fn integer<T: TryFrom<i64>>(self) -> Result<T, String> {
        T::try_from(self.number()?).map_err(|_| "is too large".to_owned())
    }

    /// A number of seconds.
    pub(super) fn seconds(self) -> Result<Duration, String> {
        self.number().map(Duration::seconds)
    }

    /// One of the words of `T`.
    pub(super) fn choice<T: NamedChoice>(self) -> Result<T, String> {
        let text = self.text()?;
        let chosen = T::CHOICES.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        chosen.ok_or_else(|| {
            let words: Vec<String> = T::CHOICES.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            format!("must be {}", words.join(" or "))
        })
    }

    /// A list of texts, separated by commas in a variable.
    pub(super) fn texts(self) -> Result<Vec<String>, String> {
        match self {
            Self::File(DeValue::Array(array)) => array
                .iter()
                .map(|entry| Written::File(entry.get_ref()).text().map_err(|what| format!("each entry {what}")))
                .collect(),
            // Otherwise, a list copied from the file would have entries with brackets and quotation marks.
            Self::Variable(text) if text.trim_start().starts_with(['[', '"', '\'']) => {
                Err(format!("must be a list {COMMAS}, without brackets and quotation marks"))
            }
            Self::Variable(text) => {
                Ok(text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(ToOwned::to_owned).collect())
            }
            Self::File(other) => Err(instead_of(other, "a list of strings")),
        }
    }
}

/// How a list is written in a variable.
const COMMAS: &str = "with commas between its entries, such as one,two";

/// Parses a list whose entries are parsed by `reading`. Its error messages describe the notation for the file or the
/// variable.
pub(super) fn list<T>(reading: impl Fn(&str) -> Result<T, String>) -> impl Fn(Written<'_>) -> Result<Vec<T>, String> {
    move |written| {
        let read = written.texts()?.iter().map(|entry| reading(entry)).collect::<Result<Vec<_>, _>>();
        read.map_err(|what| match written {
            Written::File(_) => what,
            Written::Variable(_) => format!("{what}; a list is written {COMMAS}"),
        })
    }
}

/// A value in TOML, as `signet config` prints it.
pub(super) trait ToToml {
    fn to_toml(&self) -> String;
}

impl ToToml for bool {
    fn to_toml(&self) -> String {
        self.to_string()
    }
}

impl ToToml for u16 {
    fn to_toml(&self) -> String {
        self.to_string()
    }
}

impl ToToml for u32 {
    fn to_toml(&self) -> String {
        self.to_string()
    }
}

impl ToToml for Duration {
    fn to_toml(&self) -> String {
        self.whole_seconds().to_string()
    }
}

impl ToToml for SignUp {
    fn to_toml(&self) -> String {
        quoted(self.as_str())
    }
}

impl ToToml for ApplicationRegistration {
    fn to_toml(&self) -> String {
        quoted(&self.to_string())
    }
}

/// `text` as a basic string of TOML, on a single line.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// `value` as TOML on a single line.
pub(super) fn inline(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(instant) => instant.to_string(),
        DeValue::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(|entry| inline(entry.get_ref())).collect();
            format!("[{}]", entries.join(", "))
        }
        DeValue::Table(table) => {
            let entry = |key: &str, value: &DeValue<'_>| format!("{} = {}", quoted(key), inline(value));
            let entries: Vec<String> = table.iter().map(|(key, value)| entry(key.get_ref(), value.get_ref())).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// The message that `expected` is required instead of `other`. It only names the type of `other`, because the value
/// may be a secret.
pub(super) fn instead_of(other: &DeValue<'_>, expected: &str) -> String {
    let found = match other {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a decimal point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("must be {expected}, not {found}")
}
