//! `/signup` and `POST /users`: a person registers.

use super::{
    InternalError, Signet,
    login::{self, SignedInBrowser},
    new_account::{Editor, NewAccount, NewAccountRefusal, username_taken},
    session::Browser,
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

/// Why nobody was registered.
#[derive(Debug)]
pub enum SignUpRefusal {
    /// Whoever asks may not register themselves.
    NotAdmitted(NotAdmitted),
    /// What was entered, or our side.
    Account(NewAccountRefusal),
}

/// Whether somebody who shows `invitation`, or none, may register.
///
/// # Errors
///
/// [`SignUpRefusal`].
pub fn check(signet: &Signet, presented: Option<&Secret>) -> Result<(), SignUpRefusal> {
    admit(signet, presented).map(|_| ())
}

/// Registers a person and signs them in.
///
/// # Errors
///
/// [`SignUpRefusal`]; then there is no account.
pub async fn sign_up(
    signet: &Signet,
    entered: NewAccount,
    presented: Option<&Secret>,
    (browser, user_agent): (&Browser, &str),
) -> Result<SignedInBrowser, SignUpRefusal> {
    let account = enroll(signet, entered, presented, &browser.origin).await?;
    login::begin_session(signet, &account, browser, user_agent).await.map_err(fault)
}

/// Registers a person, whom the configuration or an invitation lets in.
///
/// # Errors
///
/// [`SignUpRefusal`]; then there is no account, and the invitation still works if it did before.
pub async fn enroll(
    signet: &Signet,
    entered: NewAccount,
    presented: Option<&Secret>,
    origin: &RequestOrigin,
) -> Result<Account, SignUpRefusal> {
    check(signet, presented)?;
    let mut account = entered.prepare(signet, Editor::Newcomer).await.map_err(SignUpRefusal::Account)?;
    // The hash took a while: the invitation is looked at again, and spent together with the creation.
    let (admittance, stored) = admit(signet, presented)?;
    admittance.furnish(&mut account);
    // Another account has shown the address of the invitation to be its own since.
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
            // Two have used the invitation at once, or have asked for the same username.
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
