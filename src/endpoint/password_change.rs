//! `/users/{id}/password`: users change their own password, and administrators set one for them.

use std::net::IpAddr;

use super::{
    Signet,
    access::Access,
    login::{self, LoginRefusal, PresentedPassword},
    management::ManagementRefusal,
    new_account::{Editor, FieldErrors, FieldRefusal},
    retry::{Attempts, is_conflict},
    session_end::{self, Extent},
    user_access::{cause, find_to_change},
};
use crate::{
    account::{
        device::{self, KnownDevice},
        password::NewPassword,
        record::Account,
    },
    secret::Secret,
    store::Versioned,
};

/// A new password, and the proof that it may be set.
#[derive(Clone, Debug)]
pub struct PasswordChange<'a> {
    /// The current password, required for changing one's own.
    pub current_password: Option<Secret>,
    pub new_password: Secret,
    pub source: PasswordSource<'a>,
}

/// The origin of a signed-in user who enters their current password.
#[derive(Clone, Copy, Debug)]
pub struct PasswordSource<'a> {
    /// The client's IP address.
    pub address: IpAddr,
    /// The cookie of a known device, if the request has one.
    pub device: Option<&'a Secret>,
}

/// Sets a password. Every session and grant that began with the previous one ends, and the counter of failed attempts
/// is reset. Returns the account with the new password.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The password is unchanged then.
pub async fn change_password(
    signet: &Signet,
    access: &Access,
    id: &str,
    change: &PasswordChange<'_>,
) -> Result<Account, ManagementRefusal> {
    let (kept, editor) = find_to_change(signet, access, id)?;
    let account = &kept.record;
    if editor == Editor::Owner || access.subject().as_str() == account.id.as_str() {
        verify_current(signet, access, &kept, change.current_password.clone(), change.source).await?;
    }
    let known = known_about(signet, account);
    let password = NewPassword::parse(change.new_password.clone(), &signet.password_policy, &known)
        .map_err(|refusal| ManagementRefusal::Fields(FieldErrors::of_one("new_password", refusal)))?;
    let hash = signet.hasher.hash(password, signet.entropy).await?;
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, _) = find_to_change(signet, access, id)?;
        let mut changed = kept.record.clone();
        changed.change_password(hash.clone(), signet.clock.now());
        if is_conflict(signet.store.as_actor(access.actor()).replace_account(&kept, &changed).await)? {
            continue;
        }
        tracing::info!(account = %changed.id, by = %access.subject(), "password changed");
        let cause = cause(access, &changed);
        session_end::end_all(signet, &changed.id, Extent::Logins, cause, &access.actor()).await?;
        signet.throttle.password_was_set(&changed.id);
        return Ok(changed);
    }
}

/// Verifies that the user of `kept` knows the current password. The limits on attempts are those of the login page,
/// but with a separate counter: the request comes from a known device, or carries a session or an access token of the
/// account, so failed attempts by strangers on the login page do not block it.
pub(super) async fn verify_current(
    signet: &Signet,
    access: &Access,
    kept: &Versioned<Account>,
    presented_password: Option<Secret>,
    source: PasswordSource<'_>,
) -> Result<(), ManagementRefusal> {
    let wrong = |refusal| ManagementRefusal::Fields(FieldErrors::of_one("current_password", refusal));
    let Some(presented_password) = presented_password else {
        return Err(wrong(FieldRefusal::CurrentPasswordMissing));
    };
    let (id, now) = (&kept.record.id, signet.clock.now());
    let known = source.device.and_then(|cookie| device::recognise(cookie, id, &signet.sealing_key, now));
    let presented = PresentedPassword {
        password: &presented_password,
        address: source.address,
        device: Some(known.unwrap_or_else(|| KnownDevice::signed_in(id))),
        origin: access.origin(),
    };
    match login::verify(signet, Ok(kept), &presented).await {
        Ok(_) => Ok(()),
        Err(LoginRefusal::Mismatch) => Err(wrong(FieldRefusal::CurrentPasswordWrong)),
        Err(LoginRefusal::Wait { retry_after }) => Err(ManagementRefusal::TooOften(retry_after.whole_seconds())),
        Err(LoginRefusal::Internal(fault)) => Err(fault.into()),
    }
}

/// Data about the user that an attacker knows and that the password must not contain.
pub(super) fn known_about<'a>(signet: &'a Signet, account: &'a Account) -> [&'a str; 4] {
    [
        account.username.as_str(),
        account.email.as_ref().map_or("", |email| email.as_str()),
        account.claims.name.as_ref().map_or("", |name| name.as_str()),
        signet.brand.as_str(),
    ]
}
