//! `/users/{id}/password-reset` and `/reset`: an administrator creates a link, and the user who receives it sets a
//! password.

use time::OffsetDateTime;

use super::{
    InternalError, Signet,
    access::Access,
    management::ManagementRefusal,
    new_account::FieldErrors,
    password_change::known_about,
    retry::{Attempts, is_conflict},
    session_end::{self, Extent},
    user_access,
};
use crate::{
    account::{
        device,
        password::NewPassword,
        password_reset::{PasswordReset, ResetCode, ResetRedemption, redeem},
        record::Account,
    },
    audit::RequestOrigin,
    oauth::grant::EndCause,
    secret::Secret,
    store::Versioned,
};

pub use crate::account::password_reset::ResetCodeRefusal as DeadLink;

/// A new reset link. It is returned only once.
#[derive(Debug)]
pub struct NewResetLink {
    pub link: Secret,
    pub expires_at: OffsetDateTime,
}

/// A password that was set with a link.
#[derive(Debug)]
pub struct PasswordSet {
    pub account: Account,
    /// The cookie that makes the browser a known device of the account.
    pub device: Secret,
}

/// Reasons why no password was set.
#[derive(Debug)]
pub enum ResetRefusal {
    /// The link does not work.
    Link(DeadLink),
    /// The password is refused, as the field `password`.
    Fields(FieldErrors),
    Internal(InternalError),
}

impl<F: Into<InternalError>> From<F> for ResetRefusal {
    fn from(fault: F) -> Self {
        Self::Internal(fault.into())
    }
}

/// Creates a link with which the user `id` sets a new password. It is for other users only: callers change their own
/// password with their current one.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The previous link, if there is
/// one, still works then.
pub async fn create(signet: &Signet, access: &Access, id: &str) -> Result<NewResetLink, ManagementRefusal> {
    user_access::manager(access)?;
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, _) = user_access::find_to_change(signet, access, id)?;
        let account = &kept.record;
        if access.subject().as_str() == account.id.as_str() {
            return Err(ManagementRefusal::Conflict(
                "this is your own account; change your password with your current \
                password",
            ));
        }
        if !account.is_active() {
            return Err(ManagementRefusal::Conflict("the account is disabled; enable it first"));
        }
        let lifetime = signet.lifetimes.password_reset;
        let (reset, code) = PasswordReset::generate(&account.id, lifetime, signet.clock.now(), signet.entropy);
        if is_conflict(signet.store.as_actor(access.actor()).put_password_reset(&kept, &reset).await)? {
            continue;
        }
        tracing::info!(account = %account.id, by = %access.subject(), "password reset link created");
        let link = Secret::new(signet.issuer.endpoint(&format!("/reset?code={}", code.expose())));
        return Ok(NewResetLink { link, expires_at: reset.expires_at() });
    }
}

/// Returns when the user's newest link expires, if it still works.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn works_until(signet: &Signet, access: &Access, id: &str) -> Result<Option<OffsetDateTime>, ManagementRefusal> {
    user_access::manager(access)?;
    let (kept, _) = user_access::find(signet, access, id)?;
    let reset = signet.store.password_reset(&kept.record.id)?;
    let now = signet.clock.now();
    Ok(reset.filter(|kept| kept.record.is_usable(now)).map(|kept| kept.record.expires_at()))
}

/// Deletes the link of a user. It is not an error if there is none.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn withdraw(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    user_access::manager(access)?;
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
    signet.store.as_actor(access.actor()).delete_password_reset(&kept.record.id).await?;
    tracing::info!(account = %kept.record.id, by = %access.subject(), "password reset link deleted");
    Ok(())
}

/// Returns the account whose password the link with `presented` sets, if the link works.
///
/// # Errors
///
/// Returns a [`ResetRefusal`] if it does not work.
pub fn check(signet: &Signet, presented: &Secret) -> Result<Account, ResetRefusal> {
    look_up(signet, presented).map(|(kept, ..)| kept.record)
}

/// Sets the password of the account that the link is for. Every session and grant that began with the previous
/// password ends. The counter of failed attempts is reset and the browser becomes a known device, so the user can
/// sign in whatever strangers have tried.
///
/// # Errors
///
/// Returns a [`ResetRefusal`] if the password was not set. The link then still works if it did before.
pub async fn reset(
    signet: &Signet,
    presented: &Secret,
    new_password: Secret,
    origin: &RequestOrigin,
) -> Result<PasswordSet, ResetRefusal> {
    let (kept, ..) = look_up(signet, presented)?;
    let password = NewPassword::parse(new_password, &signet.password_policy, &known_about(signet, &kept.record))
        .map_err(|refusal| ResetRefusal::Fields(FieldErrors::of_one("password", refusal)))?;
    let hash = signet.hasher.hash(password, signet.entropy).await?;
    // Hashing takes time: the link is checked again and consumed in the same commit as the change.
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, reset, redemption) = look_up(signet, presented)?;
        let changed = redemption.change_password(&kept.record, hash.clone(), signet.clock.now());
        let actor = origin.as_account(&changed.id);
        if is_conflict(signet.store.as_actor(actor.clone()).reset_password(&kept, &changed, &reset).await)? {
            continue;
        }
        tracing::info!(account = %changed.id, "password set with a reset link");
        let cause = EndCause::RevokedByPerson;
        session_end::end_all(signet, &changed.id, Extent::Logins, cause, &actor).await?;
        signet.throttle.password_was_set(&changed.id);
        let device = device::remember(&changed.id, &signet.sealing_key, signet.clock.now(), signet.entropy);
        return Ok(PasswordSet { account: changed, device });
    }
}

/// Finds the account of the link, and the link with the proof that it may be used.
fn look_up(
    signet: &Signet,
    presented: &Secret,
) -> Result<(Versioned<Account>, Versioned<PasswordReset>, ResetRedemption), ResetRefusal> {
    let unknown = || ResetRefusal::Link(DeadLink::LinkUnknown);
    let code = ResetCode::parse(presented).ok_or_else(unknown)?;
    let kept = signet.store.account(&code.account)?.ok_or_else(unknown)?;
    let reset = signet.store.password_reset(&code.account)?;
    let stored = reset.as_ref().map(|kept| &kept.record);
    let redemption = redeem(stored, &code, &kept.record, signet.clock.now()).map_err(ResetRefusal::Link)?;
    Ok((kept, reset.ok_or_else(unknown)?, redemption))
}
