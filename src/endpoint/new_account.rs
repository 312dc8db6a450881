//! Data entered for a new account: from the sign-up page, the management API, the setup page for the first
//! administrator, or the configuration.

use super::{InternalError, Signet, group_names};
pub use crate::account::field_refusal::FieldRefusal;
pub use crate::account::profile_form::{AdminFields, Editor, FieldErrors, ProfileForm};
use crate::{
    account::{
        password::{NewPassword, PasswordRefusal},
        record::{Account, Groups},
    },
    secret::Secret,
};

/// The entered data.
#[derive(Clone)]
pub struct NewAccount {
    pub profile: ProfileForm,
    /// The password. An account without one cannot sign in by password.
    pub password: Option<Secret>,
}

/// Reasons why no account was created.
#[derive(Debug)]
pub enum NewAccountRefusal {
    /// Entered fields are invalid.
    Fields(FieldErrors),
    Internal(InternalError),
}

impl NewAccount {
    /// Validates the entered data and returns the account with its password hashed. The account is not stored yet.
    ///
    /// # Errors
    ///
    /// Returns all invalid fields together.
    pub async fn prepare(self, signet: &Signet, editor: Editor) -> Result<Account, NewAccountRefusal> {
        let now = signet.clock.now();
        let begun = self.profile.begin(editor, now, signet.entropy);
        let password = self.password.as_ref().map(|password| parse(signet, &self.profile, password)).transpose();
        let (mut account, password) = match (begun, password) {
            (Ok(account), Ok(password)) => (account, password),
            (begun, password) => {
                let mut errors = begun.err().unwrap_or_default();
                if let Err(refusal) = password {
                    errors.add("password", refusal);
                }
                return Err(NewAccountRefusal::Fields(errors));
            }
        };
        let mut errors = conflicts(signet, None, &account).map_err(NewAccountRefusal::Internal)?;
        let groups = group_names::refusal(signet, &Groups::default(), account.groups.iter(), None).map_err(fault)?;
        groups.into_iter().for_each(|refusal| errors.add("groups", refusal));
        if !errors.is_empty() {
            return Err(NewAccountRefusal::Fields(errors));
        }
        if let Some(password) = password {
            account.change_password(signet.hasher.hash(password, signet.entropy).await.map_err(fault)?, now);
        }
        Ok(account)
    }
}

/// Checks `password` against the policy and against the data in `profile`, which it must not contain.
fn parse(signet: &Signet, profile: &ProfileForm, password: &Secret) -> Result<NewPassword, PasswordRefusal> {
    let known = [&profile.username, &profile.email, &profile.name].map(|text| text.as_deref().unwrap_or_default());
    let context = [&known[..], &[signet.brand.as_str()]].concat();
    NewPassword::parse(password.clone(), &signet.password_policy, &context)
}

/// The fields of `after`, which replaces `before`, that conflict with another account: a username that looks the
/// same, or its verified e-mail address. Unchanged fields are not checked.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage cannot be read.
pub(super) fn conflicts(
    signet: &Signet,
    before: Option<&Account>,
    after: &Account,
) -> Result<FieldErrors, InternalError> {
    let mut errors = FieldErrors::default();
    let is_renamed = before.is_none_or(|before| before.username.skeletons() != after.username.skeletons());
    if is_renamed && !signet.store.may_have_username(after, signet.clock.now())? {
        errors.add("username", FieldRefusal::UsernameTaken);
    }
    let address = |account: &Account| account.verified_email().map(|email| email.canonical());
    let is_other_address = before.and_then(address) != address(after);
    if is_other_address && !signet.store.may_have_email(after)? {
        errors.add("email", FieldRefusal::EmailTaken);
    }
    Ok(errors)
}

/// The error for a username that another account has.
pub(super) fn username_taken() -> NewAccountRefusal {
    NewAccountRefusal::Fields(FieldErrors::of_one("username", FieldRefusal::UsernameTaken))
}

fn fault(fault: impl Into<InternalError>) -> NewAccountRefusal {
    NewAccountRefusal::Internal(fault.into())
}
