//! Limits on what one user may store, set in the configuration. Administrators are exempt.

use super::{Signet, access::Access, management::ManagementRefusal};
use crate::{account::quota::Spending, oauth::subject::Subject};

/// Counts something that the user with `access` stores, unless they have reached the limit.
///
/// # Errors
///
/// Returns [`ManagementRefusal::TooOften`] if the limit is reached.
pub(super) fn spend(signet: &Signet, access: &Access, what: Spending) -> Result<(), ManagementRefusal> {
    if access.is_administrator() {
        return Ok(());
    }
    spend_as(signet, access.subject().as_str(), what)
}

/// Like [`spend`], for `who`, who may be an administrator.
///
/// # Errors
///
/// Returns [`ManagementRefusal::TooOften`] if the limit is reached.
pub(super) fn spend_as(signet: &Signet, who: &str, what: Spending) -> Result<(), ManagementRefusal> {
    signet.quotas.spend(what, who, signet.clock.now()).map_err(|wait| {
        tracing::info!(who, ?what, "storage quota exceeded");
        let whole = wait.whole_seconds() + i64::from(wait.subsec_nanoseconds() > 0);
        ManagementRefusal::TooOften(whole)
    })
}

/// Checks that `owner` owns fewer applications than the quota allows.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the limit is reached or the storage fails.
pub(super) fn has_room_for_application(signet: &Signet, owner: &Subject) -> Result<(), ManagementRefusal> {
    let most = signet.quotas.policy().applications_per_person;
    let owned = signet.store.clients_of(owner, None, most)?;
    if owned.len() < usize::from(most) {
        return Ok(());
    }
    tracing::info!(%owner, most, "application quota reached");
    Err(ManagementRefusal::Forbidden(
        "you own the maximum number of applications; delete one, or ask an administrator (the setting \
         quotas.applications_per_person)",
    ))
}
