//! How a configuration key is declared: its name, type, range, default and description. [`super::keys`] declares them.

use std::ops::RangeInclusive;

use super::{
    mistake::SettingSource,
    value::{Written, inline, instead_of, quoted},
};

/// A table of keys, or the keys outside every table if the name is empty.
pub(super) struct KeyTable {
    pub(super) name: &'static str,
    /// Whether the file can have several such tables: `[[clients]]`.
    pub(super) is_list: bool,
    pub(super) description: &'static str,
    pub(super) keys: &'static [Key],
}

/// A configuration key. Parsing, the reference, the example and `signet config` derive from this declaration.
pub(super) struct Key {
    /// The name within its table.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: DefaultValue,
    /// Plain English: one or two sentences.
    pub(super) description: &'static str,
    pub(super) secrecy: Secrecy,
}

/// The type of a value, with the range of numbers.
#[derive(Clone)]
pub(super) enum Kind {
    Flag,
    Number(RangeInclusive<i64>),
    Seconds(RangeInclusive<i64>),
    /// One of a few words. See [`words`].
    Choice(fn() -> Vec<&'static str>),
    /// A string that can be empty.
    Text,
    /// A string that is not empty.
    NonEmptyText,
    Path,
    /// A string in the format that the text describes.
    Format(&'static str),
    /// A list of strings. The text describes the entries.
    List(&'static str),
    /// A list of scope tokens, or a table from scope token to description.
    Scopes,
}

/// What applies if the key is not set. All values are written in TOML.
pub(super) enum DefaultValue {
    Fixed(&'static str),
    /// The default depends on other keys: its description in Markdown, and an example.
    Derived(&'static str, &'static str),
    /// No value; with an example.
    Unset(&'static str),
    /// The table needs the key; with an example.
    Required(&'static str),
}

/// Where a value may be written and shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    Public,
    /// `signet config` does not show the value, and the command line must not contain it.
    Hidden,
    /// In addition, the configuration file must not contain the value.
    EnvironmentOnly,
}

impl KeyTable {
    /// The declaration of `name`.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Key {
    /// A key whose value can be shown.
    pub(super) const fn new(name: &'static str, kind: Kind, default: DefaultValue, description: &'static str) -> Self {
        Self { name, kind, default, description, secrecy: Secrecy::Public }
    }

    /// A secret.
    pub(super) const fn secret(
        name: &'static str,
        secrecy: Secrecy,
        default: DefaultValue,
        description: &'static str,
    ) -> Self {
        Self { name, kind: Kind::NonEmptyText, default, description, secrecy }
    }

    /// Checks what `source` sets the key to.
    ///
    /// # Errors
    ///
    /// What is wrong with the value, and what to write instead. The value is not part of the message.
    pub(super) fn check(&self, source: &SettingSource, written: Written<'_>) -> Result<(), String> {
        match (source, self.secrecy) {
            // More people can read the file than the environment, and it is part of backups.
            (SettingSource::File { .. }, Secrecy::EnvironmentOnly) => {
                Err("must not be in this file; set the environment variable, or its _FILE variant with the path of a file"
                    .to_owned())
            }
            (SettingSource::Argument(_), Secrecy::Hidden | Secrecy::EnvironmentOnly) => {
                Err("must not be on the command line, which other users of this machine can read; set the environment variable"
                    .to_owned())
            }
            _ => self.kind.check(written),
        }
    }
}

impl Kind {
    /// Checks the type and the range of a value.
    ///
    /// # Errors
    ///
    /// What is wrong with the value.
    fn check(&self, written: Written<'_>) -> Result<(), String> {
        match self {
            Self::Flag => written.flag().map(drop),
            Self::Number(range) => {
                let number = written.number()?;
                let outside = || format!("must be a number from {} to {}", range.start(), range.end());
                if range.contains(&number) { Ok(()) } else { Err(outside()) }
            }
            Self::Seconds(range) => {
                let outside = || format!("must be a number of seconds from {} to {}", range.start(), range.end());
                let number = written.number().map_err(|what| format!("{what}: {}", outside()))?;
                if range.contains(&number) { Ok(()) } else { Err(outside()) }
            }
            // [`Written::choice`] checks the words.
            Self::Choice(_) | Self::Text | Self::Format(_) => written.text().map(drop),
            Self::NonEmptyText | Self::Path => written.some_text().map(drop),
            Self::List(_) => written.texts().map(drop),
            Self::Scopes => match written {
                Written::File(toml::de::DeValue::Array(_) | toml::de::DeValue::Table(_)) | Written::Variable(_) => {
                    Ok(())
                }
                Written::File(other) => {
                    Err(instead_of(other, "a list of scope tokens, or a table of scope tokens with descriptions"))
                }
            },
        }
    }

    /// A valid value in TOML.
    pub(super) fn to_toml(&self, written: Written<'_>) -> String {
        let text = match written {
            Written::File(value) => return inline(value),
            Written::Variable(text) => text,
        };
        match self {
            Self::Flag | Self::Number(_) | Self::Seconds(_) => {
                written.number().map_or(text.to_owned(), |n| n.to_string())
            }
            Self::List(_) | Self::Scopes => {
                let entries: Vec<String> =
                    written.texts().unwrap_or_default().iter().map(|entry| quoted(entry)).collect();
                format!("[{}]", entries.join(", "))
            }
            Self::Choice(_) | Self::Text | Self::NonEmptyText | Self::Path | Self::Format(_) => quoted(text),
        }
    }

    /// The type in Markdown, with the range.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Flag => "boolean".to_owned(),
            Self::Number(range) => format!("integer, {} to {}", range.start(), range.end()),
            Self::Seconds(range) => format!("integer, seconds, {} to {}", range.start(), range.end()),
            Self::Choice(words) => {
                let quoted: Vec<String> = words().iter().map(|word| format!("`\"{word}\"`")).collect();
                quoted.join(" or ")
            }
            Self::Text | Self::NonEmptyText => "string".to_owned(),
            Self::Path => "string: a path".to_owned(),
            Self::Format(format) => format!("string: {format}"),
            Self::List(entries) => format!("list of {entries}"),
            Self::Scopes => "list of scope tokens, or table from scope token to description".to_owned(),
        }
    }
}
