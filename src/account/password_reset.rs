//! A link with which a user sets a password without knowing the current one. An administrator creates it and hands it
//! over.
//!
//! It works once until it expires. It becomes invalid when a newer link is created, the password changes or the
//! account is disabled: the store deletes it in the same commit. The code in it names the account; only the hash of
//! its secret is stored.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    hashing::PasswordHash,
    record::{Account, AccountId},
};
use crate::{crypto::Digest, entropy::Entropy, secret::Secret};

/// The stored record of an account's newest link. Its key is the account identifier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordReset {
    digest: Digest,
    #[serde(with = "time::serde::timestamp")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    expires_at: OffsetDateTime,
}

/// A presented code: the account whose password it sets, and the secret that authorizes it.
#[derive(Debug)]
pub struct ResetCode {
    pub account: AccountId,
    presented_secret: Secret,
}

/// Proof that the password of an account may be set now. Only [`redeem`] creates one.
#[derive(Debug)]
#[must_use = "an accepted link must be deleted in the same commit as the change of the password"]
pub struct ResetRedemption(());

/// Reasons why a link does not work. The text tells the user what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetCodeRefusal {
    /// The link does not exist: it was used, deleted or replaced by a newer one.
    LinkUnknown,
    /// The link has expired.
    LinkExpired,
    AccountDisabled,
}

impl PasswordReset {
    /// Creates a link for `account`: the record to store, and the code for the link.
    #[must_use]
    pub fn generate(account: &AccountId, lifetime: Duration, now: OffsetDateTime, entropy: Entropy) -> (Self, Secret) {
        let secret = entropy.secret();
        let code = Secret::new(format!("{}{SEPARATOR}{}", account.as_str(), secret.expose()));
        // Times are stored in whole seconds, so the fraction is removed here and not only when the row is read.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        (Self { digest: Digest::of_secret(&secret), created_at: now, expires_at: now + lifetime }, code)
    }

    #[must_use]
    pub fn created_at(&self) -> OffsetDateTime {
        self.created_at
    }

    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// Returns `true` if it works at `now`.
    #[must_use]
    pub fn is_usable(&self, now: OffsetDateTime) -> bool {
        now < self.expires_at
    }
}

impl ResetCode {
    /// Parses the code of a link. Returns `None` if this server cannot have created it.
    #[must_use]
    pub fn parse(presented: &Secret) -> Option<Self> {
        let (account, secret) = presented.expose().split_once(SEPARATOR)?;
        Some(Self { account: AccountId::parse(account).ok()?, presented_secret: Secret::new(secret) })
    }
}

/// Checks the presented code for `account`, whose newest link is `stored`. Showing the page does the same check and
/// discards the result.
///
/// # Errors
///
/// Returns the first [`ResetCodeRefusal`] that applies, in the order of its variants.
pub fn redeem(
    stored: Option<&PasswordReset>,
    presented: &ResetCode,
    account: &Account,
    now: OffsetDateTime,
) -> Result<ResetRedemption, ResetCodeRefusal> {
    let is_theirs = presented.account == account.id;
    let known = stored.filter(|reset| is_theirs && reset.digest.matches(&presented.presented_secret));
    let reset = known.ok_or(ResetCodeRefusal::LinkUnknown)?;
    if !reset.is_usable(now) {
        return Err(ResetCodeRefusal::LinkExpired);
    }
    if !account.is_active() {
        return Err(ResetCodeRefusal::AccountDisabled);
    }
    Ok(ResetRedemption(()))
}

impl ResetRedemption {
    /// Returns `account` with the new `password`, set at `now`.
    #[must_use]
    pub fn change_password(self, account: &Account, password: PasswordHash, now: OffsetDateTime) -> Account {
        let mut changed = account.clone();
        changed.change_password(password, now);
        changed
    }
}

impl fmt::Display for ResetCodeRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::LinkUnknown => "It has already been used, or there is a newer link.",
            Self::LinkExpired => "This link has expired.",
            Self::AccountDisabled => "This account is disabled.",
        })
    }
}

impl std::error::Error for ResetCodeRefusal {}

/// A character that no account identifier contains.
const SEPARATOR: char = '.';

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::account::record::{AccountStatus, Username};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn account() -> Account {
        Account::new(Username::parse("eve").unwrap(), NOW, Entropy::system())
    }

    fn generate(account: &Account) -> (PasswordReset, ResetCode) {
        let (stored, code) = PasswordReset::generate(&account.id, Duration::DAY, NOW, Entropy::system());
        (stored, ResetCode::parse(&code).unwrap())
    }

    #[test]
    fn a_link_works_until_it_expires_and_for_its_account_alone() {
        let (eve, other) = (account(), account());
        let (stored, code) = generate(&eve);
        let end = NOW + Duration::DAY;
        assert!(redeem(Some(&stored), &code, &eve, end - Duration::NANOSECOND).is_ok());
        let refused = |stored, code, account, now| redeem(stored, code, account, now).unwrap_err();
        assert_eq!(refused(Some(&stored), &code, &eve, end), ResetCodeRefusal::LinkExpired);
        assert_eq!(refused(None, &code, &eve, NOW), ResetCodeRefusal::LinkUnknown);
        assert_eq!(refused(Some(&stored), &code, &other, NOW), ResetCodeRefusal::LinkUnknown);
        let (newer, _) = generate(&eve);
        assert_eq!(refused(Some(&newer), &code, &eve, NOW), ResetCodeRefusal::LinkUnknown);
    }

    #[test]
    fn a_link_of_an_account_that_may_not_be_used_does_not_work() {
        let mut eve = account();
        let (stored, code) = generate(&eve);
        eve.standing = AccountStatus::Disabled;
        assert_eq!(redeem(Some(&stored), &code, &eve, NOW).unwrap_err(), ResetCodeRefusal::AccountDisabled);
        eve.standing = AccountStatus::Active;
        assert!(redeem(Some(&stored), &code, &eve, NOW).is_ok());
    }

    #[test]
    fn what_is_no_code_of_ours_is_none() {
        let eve = account();
        let (_, code) = PasswordReset::generate(&eve.id, Duration::DAY, NOW, Entropy::system());
        assert!(ResetCode::parse(&code).is_some());
        for text in ["", ".", "usr_x.y", eve.id.as_str(), &code.expose()[1..]] {
            assert!(ResetCode::parse(&Secret::new(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn a_row_does_not_hold_the_secret() {
        let eve = account();
        let (stored, code) = PasswordReset::generate(&eve.id, Duration::DAY, NOW, Entropy::system());
        let (_, secret) = code.expose().split_once('.').unwrap();
        let row = serde_json::to_string(&stored).unwrap();
        assert!(secret.len() == 43 && !row.contains(secret) && !format!("{stored:?} {code:?}").contains(secret));
        let read: PasswordReset = serde_json::from_str(&row).unwrap();
        assert!(redeem(Some(&read), &ResetCode::parse(&code).unwrap(), &eve, NOW).is_ok());
    }
}
