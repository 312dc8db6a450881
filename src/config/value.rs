//! The value of a key as written, before it is interpreted, and parsers shared by several keys.

use std::ops::RangeInclusive;

use time::Duration;
use toml::de::DeValue;

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
    fn number(self) -> Result<i64, String> {
        match self {
            Self::File(DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| "is too large".to_owned())
            }
            Self::Variable(text) => text.parse().map_err(|_| "must be a whole number".to_owned()),
            Self::File(other) => Err(instead_of(other, "a whole number")),
        }
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

/// Parses an integer within `range`.
pub(super) fn number(range: RangeInclusive<i64>) -> impl Fn(Written<'_>) -> Result<i64, String> {
    move |written| {
        let number = written.number()?;
        if range.contains(&number) {
            return Ok(number);
        }
        Err(format!("must be a number from {} to {}", range.start(), range.end()))
    }
}

/// Parses a number of seconds within `range`.
pub(super) fn seconds(range: RangeInclusive<i64>) -> impl Fn(Written<'_>) -> Result<Duration, String> {
    move |written| {
        let outside = || format!("must be a number of seconds from {} to {}", range.start(), range.end());
        let number = written.number().map_err(|what| format!("{what}: {}", outside()))?;
        if range.contains(&number) { Ok(Duration::seconds(number)) } else { Err(outside()) }
    }
}

/// Parses one of several words.
pub(super) fn one_of<T: Copy, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl Fn(Written<'_>) -> Result<T, String> {
    move |written| {
        let text = written.text()?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        chosen.ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            format!("must be {}", words.join(" or "))
        })
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
