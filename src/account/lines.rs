//! Text of several lines.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{canonical::composed, profile::ProfileRefusal};

/// Some lines of text of at most `MAXIMUM` bytes together, otherwise like a [`Line`](super::profile::Line). They are
/// separated by `\n`, which counts twice, since JSON escapes it; `\r\n` is read as one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lines<const MAXIMUM: usize>(String);

impl<const MAXIMUM: usize> Lines<MAXIMUM> {
    /// Reads lines as a person typed them. Space around each line and empty lines are left out.
    ///
    /// # Errors
    ///
    /// [`ProfileRefusal`] when there is nothing, too much, or a control character other than a line break.
    pub fn parse(text: &str) -> Result<Self, ProfileRefusal> {
        let too_long = ProfileRefusal::TooLong { maximum: MAXIMUM };
        if text.len() > 4 * MAXIMUM {
            return Err(too_long);
        }
        let lines = text.lines().map(|line| composed(line.trim())).filter(|line| !line.is_empty());
        let lines = lines.collect::<Vec<_>>().join("\n");
        let escapes = lines.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count();
        if lines.is_empty() {
            Err(ProfileRefusal::Empty)
        } else if lines.len() + escapes > MAXIMUM {
            Err(too_long)
        } else if lines.contains(|character: char| character.is_control() && character != '\n') {
            Err(ProfileRefusal::ControlCharacter)
        } else {
            Ok(Self(lines))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAXIMUM: usize> fmt::Debug for Lines<MAXIMUM> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lines(…)")
    }
}

impl<const MAXIMUM: usize> TryFrom<String> for Lines<MAXIMUM> {
    type Error = ProfileRefusal;

    fn try_from(text: String) -> Result<Self, ProfileRefusal> {
        Self::parse(&text)
    }
}

impl<const MAXIMUM: usize> From<Lines<MAXIMUM>> for String {
    fn from(lines: Lines<MAXIMUM>) -> Self {
        lines.0
    }
}
