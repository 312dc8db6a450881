//! Text with several lines.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{canonical::composed, profile_refusal::ProfileRefusal};

/// Several lines of text of at most `MAXIMUM` bytes in total, otherwise like a [`Line`](super::profile::Line). They
/// are separated by `\n`, which counts twice because JSON escapes it; `\r\n` is read as one separator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lines<const MAXIMUM: usize>(String);

impl<const MAXIMUM: usize> Lines<MAXIMUM> {
    /// Parses lines as typed by a user. Space around each line and empty lines are removed.
    ///
    /// # Errors
    ///
    /// Returns a [`ProfileRefusal`] if the text is empty, too long, or contains a control character other than a line
    /// break.
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
