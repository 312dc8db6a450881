//! Corrects the date of a password that was set while the clock was ahead.

use time::OffsetDateTime;

use super::{
    InternalError, Signet,
    retry::{Attempts, is_conflict},
};
use crate::account::record::Account;

/// Returns the account with a password date no later than `now`. The user of `account` has just presented the current
/// password, or has a session that began with it.
///
/// Nothing is issued from grants made before the password was set, which is decided by their dates. If the clock was
/// ahead when the password was set, every new grant would count as older, until the clock reaches that date.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written.
pub(super) async fn correct(signet: &Signet, account: &Account, now: OffsetDateTime) -> Result<Account, InternalError> {
    let is_ahead = |account: &Account| account.password_changed_at.is_some_and(|at| at > now);
    if !is_ahead(account) {
        return Ok(account.clone());
    }
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.account(&account.id)? else { return Ok(account.clone()) };
        if !is_ahead(&kept.record) || kept.record.password_generation != account.password_generation {
            return Ok(kept.record);
        }
        let corrected = Account { password_changed_at: Some(now), ..kept.record.clone() };
        if is_conflict(signet.store.replace_account(&kept, &corrected).await)? {
            continue;
        }
        tracing::warn!(account = %corrected.id, "password date was ahead of the clock and has been corrected");
        return Ok(corrected);
    }
}
