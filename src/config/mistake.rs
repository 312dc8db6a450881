//! Configuration errors and their locations.

use std::fmt;

/// All errors of a configuration: those of the file in the order of its lines, then those of the environment and of the
/// command line. `Display` writes one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMistakes(Vec<Mistake>);

/// One error: its location, its key, and what to write instead. It never contains the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub(super) place: SettingSource,
    /// Empty if the error concerns no key, or a variable or an option, whose name already contains the key.
    pub(super) key: String,
    pub(super) what: String,
}

/// The location of a setting. Errors are reported in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SettingSource {
    /// A line of the file, counted from 1; `None` for the whole file.
    File { name: String, line: Option<usize> },
    /// An environment variable.
    Variable(String),
    /// The option `--set` for a key; the key is empty if it is not known.
    Argument(String),
}

impl ConfigMistakes {
    /// Sorts `mistakes`.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        Self(mistakes)
    }

    /// The errors, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl Mistake {
    /// Creates the error `what` for `key` at `place`.
    pub(super) fn new(place: SettingSource, key: &str, what: impl Into<String>) -> Self {
        let key = if matches!(place, SettingSource::File { .. }) { key } else { "" };
        Self { place, key: key.to_owned(), what: what.into() }
    }
}

impl fmt::Display for SettingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line: Some(line) } => write!(formatter, "{name}:{line}"),
            Self::File { name, line: None } => formatter.write_str(name),
            Self::Variable(name) => formatter.write_str(name),
            Self::Argument(key) if key.is_empty() => formatter.write_str("--set"),
            Self::Argument(key) => write!(formatter, "--set {key}"),
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
