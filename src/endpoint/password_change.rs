//! `/users/{id}/password`: somebody's password is set, by themselves or by who manages people.

use std::net::IpAddr;

use super::{
    Fault, Signet,
    access::Access,
    login::{self, LoginAttempt, LoginRefusal},
    management::{ATTEMPTS, ManagementRefusal, taken},
    new_account::{Editor, FieldErrors, FieldRefusal},
    session_end::{self, Extent},
    users::{cause, find_to_change},
};
use crate::{
    account::{password::NewPassword, record::Account},
    secret::Secret,
};

/// A new password, and what shows that it may be set.
#[derive(Clone, Debug)]
pub struct PasswordChange<'a> {
    /// The password of today, which a person must know to change their own.
    pub current_password: Option<Secret>,
    /// The new one.
    pub new_password: Secret,
    /// From where.
    pub address: IpAddr,
    /// With what.
    pub user_agent: &'a str,
}

/// Sets a password. Every session and grant that began with the one before ends.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the password is what it was.
pub async fn change_password(
    signet: &Signet,
    access: &Access,
    id: &str,
    change: &PasswordChange<'_>,
) -> Result<(), ManagementRefusal> {
    let (kept, editor) = find_to_change(signet, access, id)?;
    let account = &kept.record;
    if editor == Editor::Owner || access.subject().as_str() == account.id.as_str() {
        let from = (change.address, change.user_agent);
        verify_current(signet, access, account, change.current_password.clone(), from).await?;
    }
    let known = known_about(signet, account);
    let password = NewPassword::parse(change.new_password.clone(), &signet.password_policy, &known)
        .map_err(|refusal| ManagementRefusal::Fields(FieldErrors::of_one("new_password", refusal)))?;
    let hash = signet.hasher.hash(password, signet.entropy).await?;
    for _ in 0..ATTEMPTS {
        let (kept, _) = find_to_change(signet, access, id)?;
        let mut changed = kept.record.clone();
        changed.change_password(hash.clone(), signet.clock.now());
        if taken(signet.store.by(access.agent()).replace_account(&kept, &changed).await)? {
            tracing::info!(account = %changed.id, by = %access.subject(), "password changed");
            let cause = cause(access, &changed);
            session_end::end_all(signet, &changed.id, Extent::Logins, cause, &access.agent()).await?;
            return Ok(());
        }
    }
    Err(Fault::Contended.into())
}

/// Shows that the person of `account` knows the password of today, within the same limits on guesses as at the login page.
pub(super) async fn verify_current(
    signet: &Signet,
    access: &Access,
    account: &Account,
    presented_password: Option<Secret>,
    (address, user_agent): (IpAddr, &str),
) -> Result<(), ManagementRefusal> {
    let wrong = |refusal| ManagementRefusal::Fields(FieldErrors::of_one("current_password", refusal));
    let Some(presented_password) = presented_password else {
        return Err(wrong(FieldRefusal::CurrentPasswordMissing));
    };
    let attempt = LoginAttempt { username: account.username.as_str(), presented_password, address, user_agent };
    match login::verify_password(signet, &attempt, None, access.requester()).await {
        Ok(_) => Ok(()),
        Err(LoginRefusal::Mismatch) => Err(wrong(FieldRefusal::CurrentPasswordWrong)),
        Err(LoginRefusal::Wait { retry_after }) => Err(ManagementRefusal::TooOften(retry_after.whole_seconds())),
        Err(LoginRefusal::Fault(fault)) => Err(fault.into()),
    }
}

/// What an attacker knows of a person, who should not choose it as a password.
pub(super) fn known_about<'a>(signet: &'a Signet, account: &'a Account) -> [&'a str; 4] {
    [
        account.username.as_str(),
        account.email.as_ref().map_or("", |email| email.as_str()),
        account.claims.name.as_ref().map_or("", |name| name.as_str()),
        signet.brand.as_str(),
    ]
}
