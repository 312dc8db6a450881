//! The first administrator: a one-time link that the server prints while there is none.
//!
//! Anyone who can read the server's output may create the administrator. The link works once, for 60 minutes, and not
//! after an administrator exists, even if it was printed before.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{crypto::Digest, entropy::Entropy, secret::Secret};

/// The stored record of the code in the link. A new code replaces it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetupCode {
    digest: Digest,
    #[serde(with = "time::serde::timestamp")]
    expires_at: OffsetDateTime,
    #[serde(default)]
    is_spent: bool,
}

/// Whether the server has an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administration {
    Vacant,
    Held,
}

/// Proof that an administrator may be created now. Only [`redeem`] creates one. It contains the code as it must be
/// stored in the same commit as the administrator, on condition that it has not changed in the meantime.
#[derive(Debug)]
pub struct SetupRedemption {
    spent: SetupCode,
}

/// Reasons why a link does not work. The text tells the user what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupRefusal {
    /// There already is an administrator.
    AdministratorExists,
    /// The code was never issued, or has been replaced by a newer one.
    CodeUnknown,
    CodeSpent,
    /// The code has expired after 60 minutes.
    CodeExpired,
}

impl SetupCode {
    /// Creates a code: the record to store, and the code for the link.
    #[must_use]
    pub fn generate(now: OffsetDateTime, entropy: Entropy) -> (Self, Secret) {
        let code = entropy.secret();
        // Times are stored in whole seconds, so the fraction is removed here and not only when the row is read.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        (Self { digest: Digest::of_secret(&code), expires_at: now + LIFETIME, is_spent: false }, code)
    }

    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }
}

/// Checks the presented code. Showing the page does the same check and discards the result.
///
/// # Errors
///
/// Returns the first [`SetupRefusal`] that applies, in the order of its variants.
pub fn redeem(
    stored: Option<&SetupCode>,
    presented: &Secret,
    administration: Administration,
    now: OffsetDateTime,
) -> Result<SetupRedemption, SetupRefusal> {
    if administration == Administration::Held {
        return Err(SetupRefusal::AdministratorExists);
    }
    let code = stored.filter(|code| code.digest.matches(presented)).ok_or(SetupRefusal::CodeUnknown)?;
    if code.is_spent {
        return Err(SetupRefusal::CodeSpent);
    }
    if now >= code.expires_at {
        return Err(SetupRefusal::CodeExpired);
    }
    Ok(SetupRedemption { spent: SetupCode { is_spent: true, ..code.clone() } })
}

impl SetupRedemption {
    /// The code marked as used, to be stored.
    #[must_use]
    pub fn into_spent(self) -> SetupCode {
        self.spent
    }
}

impl fmt::Display for SetupRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AdministratorExists => {
                "This server already has an administrator. Sign in, or ask the administrator for an account."
            }
            Self::CodeUnknown => {
                "There is a newer link. Use that one, or run `signet admin setup-link` to get a new \
                one."
            }
            Self::CodeSpent => "This link has already been used. Run `signet admin setup-link` to get a new one.",
            Self::CodeExpired => "This link has expired. Run `signet admin setup-link` to get a new one.",
        })
    }
}

impl std::error::Error for SetupRefusal {}

pub const LIFETIME: Duration = Duration::minutes(60);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn generate() -> (SetupCode, Secret) {
        SetupCode::generate(NOW, Entropy::system())
    }

    #[test]
    fn a_code_works_once() {
        let (stored, code) = generate();
        let spent = redeem(Some(&stored), &code, Administration::Vacant, NOW).unwrap().into_spent();
        let refusal = redeem(Some(&spent), &code, Administration::Vacant, NOW).err();
        assert_eq!(refusal, Some(SetupRefusal::CodeSpent));
    }

    #[test]
    fn a_code_works_for_sixty_minutes() {
        let (stored, code) = generate();
        let end = NOW + Duration::minutes(60);
        assert_eq!(stored.expires_at(), end);
        assert!(redeem(Some(&stored), &code, Administration::Vacant, end - Duration::NANOSECOND).is_ok());
        let refusal = redeem(Some(&stored), &code, Administration::Vacant, end).err();
        assert_eq!(refusal, Some(SetupRefusal::CodeExpired));
    }

    #[test]
    fn a_code_does_not_work_once_there_is_an_administrator() {
        let (stored, code) = generate();
        let refusal = redeem(Some(&stored), &code, Administration::Held, NOW).err();
        assert_eq!(refusal, Some(SetupRefusal::AdministratorExists));
        assert!(redeem(Some(&stored), &code, Administration::Vacant, NOW).is_ok());
    }

    #[test]
    fn only_the_newest_code_works() {
        let ((_, older), (stored, newer)) = (generate(), generate());
        assert!(redeem(Some(&stored), &newer, Administration::Vacant, NOW).is_ok());
        for (stored, presented) in [(Some(&stored), &older), (Some(&stored), &Secret::new("")), (None, &newer)] {
            let refusal = redeem(stored, presented, Administration::Vacant, NOW).err();
            assert_eq!(refusal, Some(SetupRefusal::CodeUnknown));
        }
    }

    #[test]
    fn a_row_does_not_hold_the_code_and_is_read_as_it_was_written() {
        let (stored, code) = generate();
        let row = serde_json::to_string(&stored).unwrap();
        assert!(!row.contains(code.expose()) && !format!("{stored:?}").contains(code.expose()));
        let read: SetupCode = serde_json::from_str(&row).unwrap();
        assert!(redeem(Some(&read), &code, Administration::Vacant, NOW).is_ok());
        let spent = redeem(Some(&read), &code, Administration::Vacant, NOW).unwrap().into_spent();
        let read: SetupCode = serde_json::from_str(&serde_json::to_string(&spent).unwrap()).unwrap();
        assert_eq!(redeem(Some(&read), &code, Administration::Vacant, NOW).err(), Some(SetupRefusal::CodeSpent));
    }
}
