//! Who may create an account: everyone, invited people, or only administrators.
//!
//! An invitation is a link that an administrator hands over. It works once until it expires, and gives the new
//! account the groups that the administrator chose. Only the hash of its secret is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::record::{Account, EmailAddress, Groups};
use crate::{entropy::Entropy, secret::Secret};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// `open`: everyone.
    #[default]
    Open,
    /// `invitation`: people invited by an administrator.
    Invitation,
    /// `closed`: only administrators, for others.
    Closed,
}

/// A stored invitation; its key is the hash of its secret. `Debug` hides the e-mail address.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// The address of the account, unless its owner enters another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    /// Whether the administrator has confirmed that the address belongs to the invited person.
    #[serde(default)]
    email_verified: bool,
    #[serde(default)]
    groups: Groups,
    #[serde(with = "time::serde::timestamp")]
    expires_at: OffsetDateTime,
    #[serde(default)]
    is_spent: bool,
}

/// The lifetime of an invitation: from one second to 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationLifetime(Duration);

/// The lifetime is not between 1 second and 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeOutOfRange;

/// Proof that an account may be created now. Only [`admit`] creates one.
#[derive(Debug)]
#[must_use = "an accepted invitation must be marked as used in the same commit as the new account"]
pub struct Admittance {
    spent: Option<Invitation>,
}

/// Reasons why an account may not be created. The text tells the user what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationRefusal {
    /// Only administrators create accounts here.
    Closed,
    InvitationMissing,
    /// The invitation does not exist.
    InvitationUnknown,
    /// The invitation has been used.
    InvitationSpent,
    /// The invitation has expired.
    InvitationExpired,
}

impl SignUp {
    /// The default: open for a loopback issuer, which is for trying things out, and by invitation otherwise.
    #[must_use]
    pub fn by_default(is_loopback: bool) -> Self {
        if is_loopback { Self::Open } else { Self::Invitation }
    }

    /// The value in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        }
    }
}

impl Invitation {
    /// Creates an invitation: the record to store, and the secret for the link. The address comes with whether it is
    /// verified.
    #[must_use]
    pub fn generate(
        (email, groups): (Option<(EmailAddress, bool)>, Groups),
        lifetime: InvitationLifetime,
        now: OffsetDateTime,
        entropy: Entropy,
    ) -> (Self, Secret) {
        // Times are stored in whole seconds, so the fraction is removed here and not only when the row is read.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        let email_verified = email.as_ref().is_some_and(|(_, is_verified)| *is_verified);
        let email = email.map(|(address, _)| address);
        (Self { email, email_verified, groups, expires_at: now + lifetime.0, is_spent: false }, entropy.secret())
    }

    /// Returns `true` if it can be used at `now`.
    #[must_use]
    pub fn is_usable(&self, now: OffsetDateTime) -> bool {
        !self.is_spent && now < self.expires_at
    }

    /// The address of the account, unless its owner enters another one.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.email.as_ref()
    }

    /// Whether the administrator has confirmed that the address belongs to the invited person.
    #[must_use]
    pub fn email_verified(&self) -> bool {
        self.email_verified
    }

    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }
}

impl InvitationLifetime {
    pub const LONGEST: Duration = Duration::days(30);

    /// A lifetime in seconds.
    ///
    /// # Errors
    ///
    /// Returns [`LifetimeOutOfRange`] outside 1 second to 30 days.
    pub fn seconds(seconds: i64) -> Result<Self, LifetimeOutOfRange> {
        let lifetime = Duration::seconds(seconds);
        if lifetime.is_positive() && lifetime <= Self::LONGEST { Ok(Self(lifetime)) } else { Err(LifetimeOutOfRange) }
    }
}

/// One week.
impl Default for InvitationLifetime {
    fn default() -> Self {
        Self(Duration::WEEK)
    }
}

/// Decides whether a person may create an account. `presented` is the stored record of the invitation they presented,
/// if any. A presented invitation must be valid even where none is needed, because it may assign groups.
///
/// # Errors
///
/// Returns the first [`InvitationRefusal`] that applies, in the order of its variants.
pub fn admit(
    sign_up: SignUp,
    presented: Option<Option<&Invitation>>,
    now: OffsetDateTime,
) -> Result<Admittance, InvitationRefusal> {
    let invitation = match (sign_up, presented) {
        (SignUp::Closed, _) => return Err(InvitationRefusal::Closed),
        (SignUp::Open, None) => return Ok(Admittance { spent: None }),
        (SignUp::Invitation, None) => return Err(InvitationRefusal::InvitationMissing),
        (SignUp::Open | SignUp::Invitation, Some(stored)) => stored.ok_or(InvitationRefusal::InvitationUnknown)?,
    };
    if invitation.is_spent {
        return Err(InvitationRefusal::InvitationSpent);
    }
    if now >= invitation.expires_at {
        return Err(InvitationRefusal::InvitationExpired);
    }
    Ok(Admittance { spent: Some(Invitation { is_spent: true, ..invitation.clone() }) })
}

impl Admittance {
    /// The invitation marked as used. It must be stored in the same commit as the account, on condition that it has
    /// not changed in the meantime.
    #[must_use]
    pub fn spent(&self) -> Option<&Invitation> {
        self.spent.as_ref()
    }

    /// Sets the e-mail address and groups of the invitation on `account`.
    pub fn furnish(&self, account: &mut Account) {
        if let Some(invitation) = &self.spent {
            account.groups = invitation.groups.clone();
            if account.email.is_none() {
                account.email.clone_from(&invitation.email);
            }
            let canonical = |email: &Option<EmailAddress>| email.as_ref().map(EmailAddress::canonical);
            let is_the_one = canonical(&account.email) == canonical(&invitation.email);
            account.email_verified = invitation.email_verified && account.email.is_some() && is_the_one;
        }
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Invitation")
            .field("expires_at", &self.expires_at)
            .field("is_spent", &self.is_spent)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for LifetimeOutOfRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Enter a number of seconds from 1 to 2592000 (30 days).")
    }
}

impl std::error::Error for LifetimeOutOfRange {}

impl fmt::Display for InvitationRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Closed => "You cannot create an account on this server yourself.",
            Self::InvitationMissing => "You need an invitation to create an account on this server.",
            Self::InvitationUnknown => "This invitation does not exist.",
            Self::InvitationSpent => "This invitation has already been used.",
            Self::InvitationExpired => "This invitation has expired.",
        })
    }
}

impl std::error::Error for InvitationRefusal {}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::account::record::{Line, Username};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn generate() -> (Invitation, Secret) {
        let groups = Groups::new(vec![Line::parse("staff").unwrap()]).unwrap();
        let email = EmailAddress::parse("eve@example.org").ok();
        Invitation::generate(
            (email.map(|address| (address, true)), groups),
            InvitationLifetime::default(),
            NOW,
            Entropy::system(),
        )
    }

    fn refused(sign_up: SignUp, presented: Option<Option<&Invitation>>, now: OffsetDateTime) -> InvitationRefusal {
        admit(sign_up, presented, now).unwrap_err()
    }

    #[test]
    fn who_may_sign_up_follows_from_the_configuration() {
        let (stored, _) = generate();
        let good = Some(Some(&stored));
        assert!(admit(SignUp::Open, None, NOW).unwrap().spent().is_none());
        assert!(admit(SignUp::Open, good, NOW).unwrap().spent().is_some());
        assert!(admit(SignUp::Invitation, good, NOW).unwrap().spent().is_some());
        assert_eq!(refused(SignUp::Invitation, None, NOW), InvitationRefusal::InvitationMissing);
        assert_eq!(refused(SignUp::Closed, None, NOW), InvitationRefusal::Closed);
        assert_eq!(refused(SignUp::Closed, good, NOW), InvitationRefusal::Closed);
        for sign_up in [SignUp::Open, SignUp::Invitation] {
            assert_eq!(refused(sign_up, Some(None), NOW), InvitationRefusal::InvitationUnknown);
        }
    }

    #[test]
    fn an_invitation_works_once_and_until_it_expires() {
        let (stored, _) = generate();
        let end = NOW + Duration::days(7);
        assert_eq!(stored.expires_at(), end);
        let admittance = admit(SignUp::Invitation, Some(Some(&stored)), end - Duration::NANOSECOND).unwrap();
        assert_eq!(refused(SignUp::Invitation, Some(admittance.spent()), NOW), InvitationRefusal::InvitationSpent);
        assert_eq!(refused(SignUp::Invitation, Some(Some(&stored)), end), InvitationRefusal::InvitationExpired);
    }

    #[test]
    fn an_invitation_lives_for_at_most_thirty_days() {
        let most = InvitationLifetime::LONGEST.whole_seconds();
        for (seconds, is_taken) in [(1, true), (most, true), (0, false), (-1, false), (most + 1, false)] {
            assert_eq!(InvitationLifetime::seconds(seconds).is_ok(), is_taken, "{seconds}");
        }
    }

    #[test]
    fn an_invitation_gives_its_groups_and_its_address_where_none_was_entered() {
        let (stored, _) = generate();
        let admittance = admit(SignUp::Invitation, Some(Some(&stored)), NOW).unwrap();
        let mut account = Account::new(Username::parse("eve").unwrap(), NOW, Entropy::system());
        admittance.furnish(&mut account);
        assert_eq!(account.email.as_ref().map(EmailAddress::as_str), Some("eve@example.org"));
        assert!(account.groups.contains("staff") && account.email_verified);
        account.email = EmailAddress::parse("EVE@example.org").ok();
        admittance.furnish(&mut account);
        assert!(account.email_verified, "the same address");
        account.email = EmailAddress::parse("own@example.org").ok();
        admittance.furnish(&mut account);
        assert_eq!(account.email.as_ref().map(EmailAddress::as_str), Some("own@example.org"));
        assert!(!account.email_verified, "another address");
    }

    #[test]
    fn a_row_does_not_hold_the_secret_and_debug_nothing_of_the_person() {
        let (stored, secret) = generate();
        let row = serde_json::to_string(&stored).unwrap();
        assert_eq!(secret.expose().len(), 43);
        assert!(!row.contains(secret.expose()) && !format!("{stored:?}").contains("example.org"));
        let read: Invitation = serde_json::from_str(&row).unwrap();
        assert!(admit(SignUp::Invitation, Some(Some(&read)), NOW).is_ok());
    }
}
