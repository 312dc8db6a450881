//! A link with which a person sets a password without knowing the one before: an administrator makes it and hands it over.
//!
//! It works once, until it expires. A newer one ends it; so does another password, and that the account may not be used:
//! the store forgets it in the same commit. The code in it names the account, and its secret is remembered by its hash.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    hashing::PasswordHash,
    record::{Account, AccountId},
};
use crate::{crypto::Digest, entropy::Entropy, secret::Secret};

/// What is stored of the newest link of an account, under the identifier of that.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordReset {
    digest: Digest,
    #[serde(with = "time::serde::timestamp")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    expires_at: OffsetDateTime,
}

/// The code in a link as somebody presents it: whose password it would set, and what has to show that it may.
#[derive(Debug)]
pub struct ResetCode {
    /// The account.
    pub account: AccountId,
    presented_secret: Secret,
}

/// Proof that the password of an account may be set now. Only [`redeem`] makes one.
#[derive(Debug)]
#[must_use = "a link that was accepted has to be spent together with the change of the password"]
pub struct ResetRedemption(());

/// Why a link does not work. The text tells the person what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetCodeRefusal {
    /// There is no such link: it was used, taken back, or a newer one was made since.
    LinkUnknown,
    /// Its time is over.
    LinkExpired,
    /// The account may not be used.
    AccountDisabled,
}

impl PasswordReset {
    /// A new link for `account`: what to store, and the code to put into it.
    #[must_use]
    pub fn generate(account: &AccountId, lifetime: Duration, now: OffsetDateTime, entropy: Entropy) -> (Self, Secret) {
        let secret = entropy.secret();
        let code = Secret::new(format!("{}{SEPARATOR}{}", account.as_str(), secret.expose()));
        // Stored in whole seconds, so they are cut here and not only when the row is read.
        let now = now.replace_nanosecond(0).unwrap_or(now);
        (Self { digest: Digest::of_secret(&secret), created_at: now, expires_at: now + lifetime }, code)
    }

    /// When it was made.
    #[must_use]
    pub fn created_at(&self) -> OffsetDateTime {
        self.created_at
    }

    /// When it ceases to work.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// Whether it works at `now`.
    #[must_use]
    pub fn is_usable(&self, now: OffsetDateTime) -> bool {
        now < self.expires_at
    }
}

impl ResetCode {
    /// Reads the code of a link. `None` when it can be none of ours.
    #[must_use]
    pub fn parse(presented: &Secret) -> Option<Self> {
        let (account, secret) = presented.expose().split_once(SEPARATOR)?;
        Some(Self { account: AccountId::parse(account).ok()?, presented_secret: Secret::new(secret) })
    }
}

/// Accepts the presented code for `account`, whose newest link is `stored`, or says why not. Showing the page asks the same
/// question and drops the answer.
///
/// # Errors
///
/// [`ResetCodeRefusal`], in the order of its variants.
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
    /// `account` with `password` from `now` on.
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

/// No identifier of an account has it.
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
