//! What a person enters to get an account: for the sign-up page, the first administrator and the configuration alike.

use super::{Fault, Signet};
use crate::{
    account::{
        password::NewPassword,
        record::{Account, EmailAddress, Line, Username},
    },
    secret::Secret,
};

/// What was entered. Empty is left out.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// The full name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// What is wrong with each field, in words for the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    /// The username.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// The password.
    pub password: Option<String>,
}

/// Why there is no account.
#[derive(Debug)]
pub enum NewAccountRefusal {
    /// Something that was entered.
    Fields(FieldErrors),
    /// Our side failed.
    Fault(Fault),
}

impl NewAccount {
    /// The account with its password hashed, not yet kept.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with what was entered, at once.
    pub async fn prepare(self, signet: &Signet) -> Result<Account, NewAccountRefusal> {
        let context = [self.username.as_str(), self.email.as_str(), self.name.as_str(), signet.brand.as_str()];
        let password = NewPassword::parse(self.password.clone(), &signet.password_policy, &context);
        let username = Username::parse(&self.username);
        let email = optional(&self.email).map(EmailAddress::parse).transpose();
        let name = optional(&self.name).map(Line::parse).transpose();
        let errors = FieldErrors {
            username: username.as_ref().err().map(ToString::to_string),
            email: email.as_ref().err().map(ToString::to_string),
            name: name.as_ref().err().map(ToString::to_string),
            password: password.as_ref().err().map(ToString::to_string),
        };
        let (Ok(username), Ok(email), Ok(name), Ok(password)) = (username, email, name, password) else {
            return Err(NewAccountRefusal::Fields(errors));
        };
        if signet
            .store
            .account_by_username(&username)
            .map_err(|fault| NewAccountRefusal::Fault(fault.into()))?
            .is_some()
        {
            return Err(taken());
        }
        let hash = signet.hasher.hash(password, signet.entropy).await;
        let hash = hash.map_err(|fault| NewAccountRefusal::Fault(fault.into()))?;
        let now = signet.clock.now();
        let mut account = Account::new(username, now, signet.entropy);
        account.change_password(hash, now);
        account.email = email;
        account.claims.name = name;
        Ok(account)
    }
}

/// The refusal of a username that somebody else has.
pub(super) fn taken() -> NewAccountRefusal {
    let username = Some("Somebody has this username already. Choose another one.".to_owned());
    NewAccountRefusal::Fields(FieldErrors { username, ..FieldErrors::default() })
}

fn optional(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
