//! Rules for new passwords: NIST SP 800-63B-4 [§3.1.1](https://pages.nist.gov/800-63-4/sp800-63b.html).
//!
//! Length counts, not kinds of characters. Every character is allowed, including spaces. Nothing is truncated, and
//! passwords do not expire. Lengths are in code points of the composed form (NFC), in which a password is also
//! hashed, so that keyboards that write `é` differently produce the same password.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{
    canonical::canonical,
    predictable::{Pattern, pattern_of},
};
use crate::secret::Secret;

/// A password that may be set. Only [`NewPassword::parse`] creates one.
#[derive(Debug)]
pub struct NewPassword(Secret);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    minimum_length: usize,
}

/// The minimum length is outside 8 to 64 characters, the range that NIST allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinimumLengthOutOfRange;

/// Reasons why a password may not be set. The text tells the user what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRefusal {
    TooShort {
        /// The minimum number of code points.
        minimum: usize,
    },
    /// More than 256 code points or 1 KiB. It is not truncated, because the user would not know which part counts.
    TooLong,
    /// A control character such as a line break or a tab, which may be pasted but cannot be typed.
    ControlCharacter,
    /// A short part repeated.
    Repetition,
    /// Characters in the order of the alphabet, the digits or the keyboard.
    Sequence,
    /// A common password with few additions.
    Common,
    /// Mostly the username, the e-mail address or the name of this service.
    Context,
}

impl NewPassword {
    /// Checks `text` as a new password. `context` is what an attacker knows: the username, the e-mail address and the
    /// name of the service. Empty texts in it are ignored, and only the beginning of long ones is used.
    ///
    /// # Errors
    ///
    /// Returns the first [`PasswordRefusal`] that applies.
    pub fn parse(text: Secret, policy: &PasswordPolicy, context: &[&str]) -> Result<Self, PasswordRefusal> {
        if text.is_empty() {
            return Err(PasswordRefusal::TooShort { minimum: policy.minimum_length });
        }
        let password = comparable(&text).ok_or(PasswordRefusal::TooLong)?;
        if password.expose().contains(|character: char| character.is_control()) {
            return Err(PasswordRefusal::ControlCharacter);
        }
        if password.expose().chars().count() < policy.minimum_length {
            return Err(PasswordRefusal::TooShort { minimum: policy.minimum_length });
        }
        // Each word of the context is searched for in the password, and the texts may not have been validated yet.
        let beginning = |words: &&str| words.chars().take(MAXIMUM_LENGTH).collect::<String>();
        let context: Vec<String> = context.iter().map(|words| canonical(&beginning(words))).collect();
        let folded = Secret::new(canonical(password.expose()));
        match pattern_of(folded.expose(), policy.minimum_length, &context) {
            None => Ok(Self(password)),
            Some(Pattern::Repetition) => Err(PasswordRefusal::Repetition),
            Some(Pattern::Sequence) => Err(PasswordRefusal::Sequence),
            Some(Pattern::Common) => Err(PasswordRefusal::Common),
            Some(Pattern::Context) => Err(PasswordRefusal::Context),
        }
    }

    pub(crate) fn into_secret(self) -> Secret {
        self.0
    }
}

impl PasswordPolicy {
    /// The smallest minimum length that may be configured: NIST's minimum for passwords used with a second factor.
    pub const LEAST: usize = 8;
    /// The largest minimum length that may be configured: NIST requires that passwords of 64 characters are allowed.
    pub const GREATEST: usize = 64;

    /// Creates a policy with this minimum number of code points.
    ///
    /// # Errors
    ///
    /// Returns [`MinimumLengthOutOfRange`] outside 8 to 64.
    pub fn new(minimum_length: usize) -> Result<Self, MinimumLengthOutOfRange> {
        if (Self::LEAST..=Self::GREATEST).contains(&minimum_length) {
            Ok(Self { minimum_length })
        } else {
            Err(MinimumLengthOutOfRange)
        }
    }

    /// The minimum number of code points, for the hint next to the field.
    #[must_use]
    pub fn minimum_length(&self) -> usize {
        self.minimum_length
    }
}

/// 15 code points: NIST SP 800-63B-4 §3.1.1.1, for passwords as the only factor.
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { minimum_length: 15 }
    }
}

/// The form in which a password is hashed and compared. Returns `None` if `presented` is empty or too long for a
/// password.
pub(crate) fn comparable(presented: &Secret) -> Option<Secret> {
    let text = presented.expose();
    if text.is_empty() || text.len() > MAXIMUM_BYTES {
        return None;
    }
    // Capacity for the longest composed form (three times as long), so that growing does not leave a copy in memory.
    let mut password = String::with_capacity(3 * text.len());
    password.extend(text.nfc());
    let password = Secret::new(password);
    (password.expose().len() <= MAXIMUM_BYTES && password.expose().chars().count() <= MAXIMUM_LENGTH)
        .then_some(password)
}

impl fmt::Display for PasswordRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { minimum } => {
                write!(formatter, "Choose a password of at least {minimum} characters. A few words in a row work well.")
            }
            Self::TooLong => write!(formatter, "Choose a password of at most {MAXIMUM_LENGTH} characters."),
            Self::ControlCharacter => {
                formatter.write_str("Remove the line break or tab from the password. It may have been pasted with it.")
            }
            Self::Repetition => {
                formatter.write_str("This password repeats a short sequence. Choose one without repetition.")
            }
            Self::Sequence => formatter
                .write_str("This password follows the alphabet, the digits or the keyboard. Choose unrelated words."),
            Self::Common => {
                formatter.write_str("This password is too common. Choose one that only you would think of.")
            }
            Self::Context => formatter.write_str(
                "This password is too similar to your username, your e-mail address or the name of this service. \
                 Choose other words.",
            ),
        }
    }
}

impl std::error::Error for PasswordRefusal {}

impl fmt::Display for MinimumLengthOutOfRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the minimum password length must be from 8 to 64 characters")
    }
}

impl std::error::Error for MinimumLengthOutOfRange {}

/// In code points.
const MAXIMUM_LENGTH: usize = 256;
const MAXIMUM_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Distinct characters in no order.
    const LETTERS: &str = "hm4w!zqk7vd2xp9sjg5tf8nbyc3r6";

    fn parse(text: &str) -> Result<String, PasswordRefusal> {
        NewPassword::parse(
            Secret::new(text),
            &PasswordPolicy::default(),
            &["alice", "alice@mail.example", "Signet", ""],
        )
        .map(|password| password.into_secret().expose().to_owned())
    }

    fn of_length(length: usize) -> String {
        // 29 letters with a changing step, so that nothing repeats.
        (0..length).map(|at| LETTERS.chars().nth((at * at / 3 + at) % 29).unwrap()).collect()
    }

    #[test]
    fn fifteen_code_points_are_enough_and_fourteen_are_not() {
        assert!(parse(&of_length(15)).is_ok());
        assert_eq!(parse(&of_length(14)), Err(PasswordRefusal::TooShort { minimum: 15 }));
        assert_eq!(parse(""), Err(PasswordRefusal::TooShort { minimum: 15 }));
    }

    #[test]
    fn code_points_are_counted_after_composition() {
        let composed = format!("{}é", of_length(14));
        let decomposed = format!("{}e\u{301}", of_length(14));
        assert_eq!(parse(&decomposed), Ok(composed));
        assert_eq!(parse(&format!("{}e\u{301}", of_length(13))), Err(PasswordRefusal::TooShort { minimum: 15 }));
    }

    #[test]
    fn too_long_a_password_is_refused_rather_than_cut() {
        assert_eq!(parse(&of_length(256)), Ok(of_length(256)));
        assert_eq!(parse(&of_length(257)), Err(PasswordRefusal::TooLong));
        assert!(parse(&format!("{}{}", of_length(20), "𝒶".repeat(236))).is_ok_and(|text| text.len() == 964));
        assert_eq!(parse(&"x".repeat(1_000_000)), Err(PasswordRefusal::TooLong));
        assert_eq!(parse(&"𝒶".repeat(257)), Err(PasswordRefusal::TooLong));
    }

    #[test]
    fn spaces_and_every_script_are_allowed_and_kept() {
        for text in ["  correct Horse battery  ", "кошка на тёплой крыше", "🐎🔋📎 my three pets!"]
        {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn each_refusal_has_an_accepted_password_next_to_it() {
        let table = [
            ("sixteen letters\n", PasswordRefusal::ControlCharacter, "sixteen letters."),
            ("green dog green dog ", PasswordRefusal::Repetition, "green dog red green cat"),
            ("QWERTYUIOPasdfgh", PasswordRefusal::Sequence, "QWERTY is a keyboard"),
            ("Password12345678", PasswordRefusal::Common, "Password for the attic"),
            ("ALICE@mail.example", PasswordRefusal::Context, "alice@mail.example writes novels"),
        ];
        for (refused, refusal, accepted) in table {
            assert_eq!(parse(refused), Err(refusal), "{refused:?}");
            assert_eq!(parse(accepted).as_deref(), Ok(accepted));
        }
    }

    #[test]
    fn a_policy_asks_for_eight_to_sixty_four() {
        assert_eq!(PasswordPolicy::default().minimum_length(), 15);
        assert!(PasswordPolicy::new(8).is_ok() && PasswordPolicy::new(64).is_ok());
        assert_eq!(PasswordPolicy::new(7), Err(MinimumLengthOutOfRange));
        assert_eq!(PasswordPolicy::new(65), Err(MinimumLengthOutOfRange));
        let eight = PasswordPolicy::new(8).unwrap();
        assert!(NewPassword::parse(Secret::new(of_length(8)), &eight, &[]).is_ok());
        assert!(NewPassword::parse(Secret::new(of_length(7)), &eight, &[]).is_err());
    }

    #[test]
    fn every_refusal_tells_what_to_do_and_no_password_is_printed() {
        for refusal in [
            PasswordRefusal::TooShort { minimum: 15 },
            PasswordRefusal::TooLong,
            PasswordRefusal::ControlCharacter,
            PasswordRefusal::Repetition,
            PasswordRefusal::Sequence,
            PasswordRefusal::Common,
            PasswordRefusal::Context,
        ] {
            let sentence = refusal.to_string().to_lowercase();
            assert!(sentence.contains("choose") || sentence.contains("remove"), "{sentence}");
        }
        let password = NewPassword::parse(Secret::new(of_length(20)), &PasswordPolicy::default(), &[]).unwrap();
        assert!(!format!("{password:?}").contains(&of_length(20)));
    }
}
