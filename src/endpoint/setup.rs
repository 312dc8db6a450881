//! `/setup`: the first administrator.

use super::{
    InternalError, Signet,
    login::{self, SignedInBrowser},
    new_account::{Editor, NewAccount, NewAccountRefusal, username_taken},
    session::Browser,
};
use crate::{
    account::{
        record::Role,
        setup::{self, Administration, SetupCode, SetupRefusal},
    },
    secret::Secret,
    store::CommitError,
};

/// Why there is no first administrator yet.
#[derive(Debug)]
pub enum FirstAdministratorRefusal {
    /// The link.
    Link(SetupRefusal),
    /// What was entered, or our side.
    Account(NewAccountRefusal),
}

/// A new one-time link, in place of those before; `None` when somebody administers the server already.
///
/// # Errors
///
/// The storage.
pub async fn link(signet: &Signet) -> Result<Option<String>, InternalError> {
    if signet.store.has_administrator()? {
        return Ok(None);
    }
    let (code, secret) = SetupCode::generate(signet.clock.now(), signet.entropy);
    signet.store.put_setup_code(&code).await?;
    Ok(Some(signet.issuer.endpoint(&format!("/setup?code={}", secret.expose()))))
}

/// Whether the link with `presented` works.
///
/// # Errors
///
/// [`FirstAdministratorRefusal`].
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
/// [`FirstAdministratorRefusal`]; then there is no account, and the link still works if it did before.
pub async fn create(
    signet: &Signet,
    presented: &Secret,
    entered: NewAccount,
    (browser, user_agent): (&Browser, &str),
) -> Result<SignedInBrowser, FirstAdministratorRefusal> {
    check(signet, presented)?;
    let mut account = entered.prepare(signet, Editor::Newcomer).await.map_err(FirstAdministratorRefusal::Account)?;
    account.role = Role::Administrator;
    // The hash took a while: the link is looked at again, and spent together with the creation.
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
    login::begin_session(signet, &account, browser, user_agent).await.map_err(fault)
}

/// Creates the administrator that the configuration names, as long as the server has had none: once there was one, the
/// configured account is not created again, whether it was renamed, disabled or deleted. Returns whether it was created.
///
/// # Errors
///
/// What is wrong with the configured name or password, or our side.
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
