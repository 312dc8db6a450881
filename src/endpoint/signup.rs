//! `/signup` and `POST /users`: users create accounts.

use super::{
    InternalError, Signet,
    new_account::{Editor, NewAccount, NewAccountRefusal, username_taken},
    session::Browser,
    session_begin::{SignedInBrowser, begin_with_new_password},
};
use crate::{
    account::{
        invitation::{self, Invitation},
        record::Account,
    },
    audit::RequestOrigin,
    crypto::Digest,
    secret::Secret,
    store::{CommitError, Versioned},
};

pub use crate::account::invitation::InvitationRefusal as NotAdmitted;

/// Reasons why no account was created.
#[derive(Debug)]
pub enum SignUpRefusal {
    /// The caller may not create an account.
    NotAdmitted(NotAdmitted),
    /// The entered data is invalid, or an internal error occurred.
    Account(NewAccountRefusal),
}

/// Checks whether a person who presents `presented`, or no invitation, may create an account.
///
/// # Errors
///
/// Returns a [`SignUpRefusal`] if they may not.
pub fn check(signet: &Signet, presented: Option<&Secret>) -> Result<(), SignUpRefusal> {
    admit(signet, presented).map(|_| ())
}

/// Creates an account and signs the user in.
///
/// # Errors
///
/// Returns a [`SignUpRefusal`] if no account was created.
pub async fn sign_up(
    signet: &Signet,
    entered: NewAccount,
    presented: Option<&Secret>,
    (browser, user_agent): (&Browser, &str),
) -> Result<SignedInBrowser, SignUpRefusal> {
    let account = enroll(signet, entered, presented, &browser.origin).await?;
    begin_with_new_password(signet, &account, browser, user_agent).await.map_err(fault)
}

/// Creates an account for a person admitted by the configuration or an invitation.
///
/// # Errors
///
/// Returns a [`SignUpRefusal`] if no account was created. The invitation then still works if it did before.
pub async fn enroll(
    signet: &Signet,
    entered: NewAccount,
    presented: Option<&Secret>,
    origin: &RequestOrigin,
) -> Result<Account, SignUpRefusal> {
    check(signet, presented)?;
    let mut account = entered.prepare(signet, Editor::Newcomer).await.map_err(SignUpRefusal::Account)?;
    // Hashing takes time: the invitation is checked again and consumed in the same commit as the creation.
    let (admittance, stored) = admit(signet, presented)?;
    admittance.furnish(&mut account);
    // Another account may have verified the address of the invitation in the meantime.
    account.email_verified &= signet.store.may_have_email(&account).map_err(fault)?;
    let digest = presented.map(Digest::of_secret);
    let store = signet.store.as_actor(origin.as_account(&account.id));
    let created = match (admittance.spent(), &digest, &stored) {
        (Some(spent), Some(digest), Some(stored)) => {
            store.create_invited_account(&account, (digest, stored), spent).await
        }
        _ => store.create_account(&account).await,
    };
    match created {
        Ok(()) => {}
        Err(CommitError::Conflict) => {
            // The invitation or the username was used concurrently.
            check(signet, presented)?;
            return Err(SignUpRefusal::Account(username_taken()));
        }
        Err(CommitError::Internal(cause)) => return Err(fault(cause)),
    }
    tracing::info!(account = %account.id, invited = digest.is_some(), "account created");
    Ok(account)
}

fn admit(
    signet: &Signet,
    presented: Option<&Secret>,
) -> Result<(invitation::Admittance, Option<Versioned<Invitation>>), SignUpRefusal> {
    let digest = presented.map(Digest::of_secret);
    let stored = digest.as_ref().map(|digest| signet.store.invitation(digest)).transpose().map_err(fault)?.flatten();
    let shown = presented.map(|_| stored.as_ref().map(|kept| &kept.record));
    let admittance = invitation::admit(signet.sign_up, shown, signet.clock.now());
    admittance.map(|admittance| (admittance, stored)).map_err(SignUpRefusal::NotAdmitted)
}

fn fault(cause: impl Into<InternalError>) -> SignUpRefusal {
    SignUpRefusal::Account(NewAccountRefusal::Internal(cause.into()))
}
