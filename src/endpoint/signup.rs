//! `/signup`: a person registers.

use super::{
    Signet,
    login::{self, SignedInBrowser},
    new_account::{NewAccount, NewAccountRefusal, taken},
    session::Browser,
};
use crate::store::CommitError;

/// Why nobody was registered.
#[derive(Debug)]
pub enum SignUpRefusal {
    /// This server is not open for registration.
    Closed,
    /// What was entered, or our side.
    Account(NewAccountRefusal),
}

/// Registers a person and signs them in.
///
/// # Errors
///
/// [`SignUpRefusal`]; then there is no account.
pub async fn sign_up(
    signet: &Signet,
    entered: NewAccount,
    browser: &Browser,
    user_agent: &str,
) -> Result<SignedInBrowser, SignUpRefusal> {
    if !signet.sign_up_is_open {
        return Err(SignUpRefusal::Closed);
    }
    let account = entered.prepare(signet).await.map_err(SignUpRefusal::Account)?;
    match signet.store.create_account(&account).await {
        Ok(()) => {}
        // Two asked for the same username at once.
        Err(CommitError::Conflict) => return Err(SignUpRefusal::Account(taken())),
        Err(CommitError::Fault(fault)) => return Err(SignUpRefusal::Account(NewAccountRefusal::Fault(fault.into()))),
    }
    tracing::info!(account = %account.id, "account created");
    login::begin_session(signet, &account, browser, user_agent)
        .await
        .map_err(|fault| SignUpRefusal::Account(NewAccountRefusal::Fault(fault)))
}
