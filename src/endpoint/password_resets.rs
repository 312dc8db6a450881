//! `/users/{id}/password-reset` and `/reset`: an administrator makes a link, and whoever gets it sets the password.

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

/// A link that was just made. It is told this once.
#[derive(Debug)]
pub struct NewResetLink {
    /// Where it leads.
    pub link: Secret,
    /// When it ceases to work.
    pub expires_at: OffsetDateTime,
}

/// A password that was set by a link.
#[derive(Debug)]
pub struct PasswordSet {
    /// Whose.
    pub account: Account,
    /// The cookie with which the browser is a known device of the account from now on.
    pub device: Secret,
}

/// Why no password was set.
#[derive(Debug)]
pub enum ResetRefusal {
    /// The link.
    Link(DeadLink),
    /// The password, as the field `password`.
    Fields(FieldErrors),
    /// Our side failed.
    Internal(InternalError),
}

impl<F: Into<InternalError>> From<F> for ResetRefusal {
    fn from(fault: F) -> Self {
        Self::Internal(fault.into())
    }
}

/// Makes a link with which the person of `id` sets a password, in place of the one before. It is for somebody else:
/// whoever is signed in changes their own password by the one of today.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the link before, if there is one, still works.
pub async fn create(signet: &Signet, access: &Access, id: &str) -> Result<NewResetLink, ManagementRefusal> {
    user_access::manager(access)?;
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, _) = user_access::find_to_change(signet, access, id)?;
        let account = &kept.record;
        if access.subject().as_str() == account.id.as_str() {
            return Err(ManagementRefusal::Conflict("it is you: change your own password by the one of today"));
        }
        if !account.is_active() {
            return Err(ManagementRefusal::Conflict("the account is disabled; enable it first"));
        }
        let lifetime = signet.lifetimes.password_reset;
        let (reset, code) = PasswordReset::generate(&account.id, lifetime, signet.clock.now(), signet.entropy);
        if is_conflict(signet.store.as_actor(access.actor()).put_password_reset(&kept, &reset).await)? {
            continue;
        }
        tracing::info!(account = %account.id, by = %access.subject(), "password reset link made");
        let link = Secret::new(signet.issuer.endpoint(&format!("/reset?code={}", code.expose())));
        return Ok(NewResetLink { link, expires_at: reset.expires_at() });
    }
}

/// Until when the newest link of the person works, if it does.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub fn works_until(signet: &Signet, access: &Access, id: &str) -> Result<Option<OffsetDateTime>, ManagementRefusal> {
    user_access::manager(access)?;
    let (kept, _) = user_access::find(signet, access, id)?;
    let reset = signet.store.password_reset(&kept.record.id)?;
    let now = signet.clock.now();
    Ok(reset.filter(|kept| kept.record.is_usable(now)).map(|kept| kept.record.expires_at()))
}

/// Takes the link of a person back. That there is none is no error.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn withdraw(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    user_access::manager(access)?;
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
    signet.store.as_actor(access.actor()).delete_password_reset(&kept.record.id).await?;
    tracing::info!(account = %kept.record.id, by = %access.subject(), "password reset link taken back");
    Ok(())
}

/// Whose password the link with `presented` sets, if it works.
///
/// # Errors
///
/// [`ResetRefusal`].
pub fn check(signet: &Signet, presented: &Secret) -> Result<Account, ResetRefusal> {
    look_up(signet, presented).map(|(kept, ..)| kept.record)
}

/// Sets the password of the account that the link is for. Every session and grant that began with the one before ends.
/// Failed guesses at it count no more, and the browser becomes a known device, so that the person can sign in whatever
/// strangers have guessed.
///
/// # Errors
///
/// [`ResetRefusal`]; then the password is what it was, and the link still works if it did before.
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
    // The hash took a while: the link is looked at again, and spent together with the change.
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let (kept, reset, redemption) = look_up(signet, presented)?;
        let changed = redemption.change_password(&kept.record, hash.clone(), signet.clock.now());
        let actor = origin.as_account(&changed.id);
        if is_conflict(signet.store.as_actor(actor.clone()).reset_password(&kept, &changed, &reset).await)? {
            continue;
        }
        tracing::info!(account = %changed.id, "password set by a link");
        let cause = EndCause::RevokedByPerson;
        session_end::end_all(signet, &changed.id, Extent::Logins, cause, &actor).await?;
        signet.throttle.password_was_set(&changed.id);
        let device = device::remember(&changed.id, &signet.sealing_key, signet.clock.now(), signet.entropy);
        return Ok(PasswordSet { account: changed, device });
    }
}

/// The account of the link, and the link with the proof that it may be used.
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
