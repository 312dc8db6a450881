//! What is wrong with a configuration, and where.

use std::fmt;

/// Everything that is wrong with a configuration: mistakes of the file in the order of its lines, then those of the
/// environment. `Display` writes one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMistakes(Vec<Mistake>);

/// One mistake: where it is, which key it is about, and what to write instead. It never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub(super) place: SettingSource,
    /// Empty if the mistake is about no key, or about a variable, which names the key already.
    pub(super) key: String,
    pub(super) what: String,
}

/// Where something is set. The order is the order in which mistakes are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SettingSource {
    /// A line of the file, counted from 1; nothing stands for the whole file.
    File { name: String, line: Option<usize> },
    /// A variable of the environment.
    Variable(String),
}

impl ConfigMistakes {
    /// Puts `mistakes` in order.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        Self(mistakes)
    }

    /// The mistakes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl Mistake {
    /// The mistake that `what` is wrong with `key` at `place`.
    pub(super) fn new(place: SettingSource, key: &str, what: impl Into<String>) -> Self {
        let key = if matches!(place, SettingSource::Variable(_)) { "" } else { key };
        Self { place, key: key.to_owned(), what: what.into() }
    }
}

impl fmt::Display for SettingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line: Some(line) } => write!(formatter, "{name}:{line}"),
            Self::File { name, line: None } => formatter.write_str(name),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(formatter, "{}: ", self.key)?;
        }
        formatter.write_str(&self.what)
    }
}

impl fmt::Display for ConfigMistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str("\n")?;
            }
            mistake.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigMistakes {}
