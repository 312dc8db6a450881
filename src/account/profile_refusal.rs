//! Why a value of a profile is refused.

use std::fmt;

/// Reasons why a text is not valid for a profile field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileRefusal {
    /// The text is empty; an absent value is `None`.
    Empty,
    /// The text has more than this many bytes.
    TooLong {
        /// Maximum number of bytes.
        maximum: usize,
    },
    /// A control character (including a line break in a single-line field).
    ControlCharacter,
    /// Not an `http` or `https` URL.
    NotAWebAddress,
    /// Not a phone number.
    NotAPhoneNumber,
    /// Not a date in the form `YYYY-MM-DD`.
    NotADate,
}

impl fmt::Display for ProfileRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("Enter a value, or leave out the field."),
            Self::TooLong { maximum } => write!(formatter, "Enter at most {maximum} characters."),
            Self::ControlCharacter => formatter.write_str("Enter a single line without control characters."),
            Self::NotAWebAddress => formatter.write_str("Enter an address that begins with https:// or http://."),
            Self::NotAPhoneNumber => formatter.write_str(
                "Enter a phone number with country code, for example +1 425 \
                555 1212.",
            ),
            Self::NotADate => formatter.write_str("Enter a date as YYYY-MM-DD, for example 1990-12-31."),
        }
    }
}

impl std::error::Error for ProfileRefusal {}
