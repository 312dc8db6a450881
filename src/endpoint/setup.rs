//! `/setup`: creates the first administrator.

use super::{
    InternalError, Signet,
    new_account::{Editor, NewAccount, NewAccountRefusal, username_taken},
    session::Browser,
    session_begin::{SignedInBrowser, begin_with_new_password},
};
use crate::{
    account::{
        record::Role,
        setup::{self, Administration, SetupCode, SetupRefusal},
    },
    secret::Secret,
    store::CommitError,
};

/// Reasons why the first administrator was not created.
#[derive(Debug)]
pub enum FirstAdministratorRefusal {
    /// The link does not work.
    Link(SetupRefusal),
    /// The entered data is invalid, or an internal error occurred.
    Account(NewAccountRefusal),
}

/// Creates a one-time link that replaces earlier ones. Returns `None` if there is already an administrator.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn link(signet: &Signet) -> Result<Option<String>, InternalError> {
    if signet.store.has_administrator()? {
        return Ok(None);
    }
    let (code, secret) = SetupCode::generate(signet.clock.now(), signet.entropy);
    signet.store.put_setup_code(&code).await?;
    Ok(Some(signet.issuer.endpoint(&format!("/setup?code={}", secret.expose()))))
}

/// Checks whether the link with `presented` works.
///
/// # Errors
///
/// Returns a [`FirstAdministratorRefusal`] if it does not work.
pub fn check(signet: &Signet, presented: &Secret) -> Result<(), FirstAdministratorRefusal> {
    let stored = signet.store.setup_code().map_err(fault)?;
    let redemption =
        setup::redeem(stored.as_ref().map(|kept| &kept.record), presented, administration(signet)?, signet.clock.now());
    redemption.map(|_| ()).map_err(FirstAdministratorRefusal::Link)
}

/// Creates the first administrator and signs them in.
///
/// # Errors
///
/// Returns a [`FirstAdministratorRefusal`] if no account was created. The link then still works if it did before.
pub async fn create(
    signet: &Signet,
    presented: &Secret,
    entered: NewAccount,
    (browser, user_agent): (&Browser, &str),
) -> Result<SignedInBrowser, FirstAdministratorRefusal> {
    check(signet, presented)?;
    let mut account = entered.prepare(signet, Editor::Newcomer).await.map_err(FirstAdministratorRefusal::Account)?;
    account.role = Role::Administrator;
    // Hashing takes time: the link is checked again and consumed in the same commit as the creation.
    let stored = signet.store.setup_code().map_err(fault)?;
    let redemption =
        setup::redeem(stored.as_ref().map(|kept| &kept.record), presented, administration(signet)?, signet.clock.now());
    let spent = redemption.map_err(FirstAdministratorRefusal::Link)?.into_spent();
    let stored = stored.ok_or(FirstAdministratorRefusal::Link(SetupRefusal::CodeUnknown))?;
    let store = signet.store.as_actor(browser.origin.as_account(&account.id));
    match store.create_first_administrator(&account, &stored, &spent).await {
        Ok(()) => {}
        Err(CommitError::Conflict) if administration(signet)? == Administration::Held => {
            return Err(FirstAdministratorRefusal::Link(SetupRefusal::AdministratorExists));
        }
        Err(CommitError::Conflict) => return Err(FirstAdministratorRefusal::Account(username_taken())),
        Err(CommitError::Internal(cause)) => return Err(fault(cause)),
    }
    tracing::info!(account = %account.id, "first administrator created");
    begin_with_new_password(signet, &account, browser, user_agent).await.map_err(fault)
}

/// Creates the administrator named in the configuration if the server has never had one. Afterwards the configured
/// account is not created again, whether it was renamed, disabled or deleted. Returns whether it was created.
///
/// # Errors
///
/// Returns an error if the configured name or password is invalid, or an internal error occurred.
pub async fn bootstrap(signet: &Signet, entered: NewAccount) -> Result<bool, NewAccountRefusal> {
    let internal = |fault: InternalError| NewAccountRefusal::Internal(fault);
    if signet.store.has_administrator().map_err(|cause| internal(cause.into()))? {
        return Ok(false);
    }
    let mut account = entered.prepare(signet, Editor::Newcomer).await?;
    account.role = Role::Administrator;
    match signet.store.create_configured_administrator(&account).await {
        Ok(()) => {}
        Err(CommitError::Conflict) => return Err(username_taken()),
        Err(CommitError::Internal(cause)) => return Err(internal(cause.into())),
    }
    tracing::info!(account = %account.id, "administrator created from the configuration");
    Ok(true)
}

fn administration(signet: &Signet) -> Result<Administration, FirstAdministratorRefusal> {
    let held = signet.store.has_administrator().map_err(fault)?;
    Ok(if held { Administration::Held } else { Administration::Vacant })
}

fn fault(cause: impl Into<InternalError>) -> FirstAdministratorRefusal {
    FirstAdministratorRefusal::Account(NewAccountRefusal::Internal(cause.into()))
}
