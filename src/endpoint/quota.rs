//! What one person may store here, as the configuration says. Administrators may store more than that.

use super::{Signet, access::Access, management::ManagementRefusal};
use crate::{account::quota::Spending, oauth::subject::Subject};

/// Lets the person who has `access` store something, unless they have stored too much of it lately.
///
/// # Errors
///
/// [`ManagementRefusal::TooOften`].
pub(super) fn spend(signet: &Signet, access: &Access, what: Spending) -> Result<(), ManagementRefusal> {
    if access.is_administrator() {
        return Ok(());
    }
    spend_as(signet, access.subject().as_str(), what)
}

/// The same for `who`, administrator or not.
///
/// # Errors
///
/// [`ManagementRefusal::TooOften`].
pub(super) fn spend_as(signet: &Signet, who: &str, what: Spending) -> Result<(), ManagementRefusal> {
    signet.quotas.spend(what, who, signet.clock.now()).map_err(|wait| {
        tracing::info!(who, ?what, "too much was stored lately");
        let whole = wait.whole_seconds() + i64::from(wait.subsec_nanoseconds() > 0);
        ManagementRefusal::TooOften(whole)
    })
}

/// Makes sure that `owner` owns fewer applications than a person may.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub(super) fn has_room_for_application(signet: &Signet, owner: &Subject) -> Result<(), ManagementRefusal> {
    let most = signet.quotas.policy().applications_per_person;
    let owned = signet.store.clients_of(owner, None, most)?;
    if owned.len() < usize::from(most) {
        return Ok(());
    }
    tracing::info!(%owner, most, "a person owns as many applications as one may");
    Err(ManagementRefusal::Forbidden(
        "you own as many applications as one person may here; delete one, or ask an administrator (the setting \
         quotas.applications_per_person)",
    ))
}
