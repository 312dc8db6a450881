//! People.

use super::{
    Commit, CommitError, Expect, Namespace, StoreFault,
    namespaces::{ACCOUNTS, ADMINISTRATORS, USERNAMES},
    record::{Kept, Record, Store, put, put_new},
    setup,
};
use crate::account::{
    record::{Account, AccountId, Role, Username},
    setup::SetupCode,
};
use serde::{Deserialize, Serialize};

impl Record for Account {
    const NAMESPACE: Namespace = ACCOUNTS;
}

/// Which account a username belongs to.
#[derive(Serialize, Deserialize)]
struct Holder(AccountId);

impl Record for Holder {
    const NAMESPACE: Namespace = USERNAMES;
}

impl Store {
    /// The account of `id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn account(&self, id: &AccountId) -> Result<Option<Kept<Account>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// The account that signs in as `username`, whatever its case.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn account_by_username(&self, username: &Username) -> Result<Option<Kept<Account>>, StoreFault> {
        match self.read::<Holder>(username.canonical().as_bytes())? {
            Some(holder) => self.account(&holder.record.0),
            None => Ok(None),
        }
    }

    /// Whether anybody administers the server.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn has_administrator(&self) -> Result<bool, StoreFault> {
        Ok(!self.keys(ADMINISTRATORS, b"", None, 1)?.is_empty())
    }

    /// Keeps a new account.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when somebody has the username already.
    pub async fn create_account(&self, account: &Account) -> Result<(), CommitError> {
        self.commit(create(Commit::new(), account)?).await
    }

    /// Keeps the first administrator, of any number who try at once, and spends the code that allowed it.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when the username is taken, the code was used, or somebody was first.
    pub async fn create_first_administrator(
        &self,
        account: &Account,
        code: &Kept<SetupCode>,
        spent: &SetupCode,
    ) -> Result<(), CommitError> {
        let commit = Commit::new().expect(ADMINISTRATORS, FIRST, Expect::Absent).put(ADMINISTRATORS, FIRST, [], None);
        self.commit(create(setup::spend(commit, code, spent)?, account)?).await
    }

    /// Keeps `changed` in place of `kept`. The username stays.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the account since it was read.
    pub async fn replace_account(&self, kept: &Kept<Account>, changed: &Account) -> Result<(), CommitError> {
        let key = kept.record.id.as_str().as_bytes();
        let commit = put(kept.unchanged(Commit::new(), key), key, changed)?;
        self.commit(mark_role(commit, changed)).await
    }
}

fn create(commit: Commit, account: &Account) -> Result<Commit, StoreFault> {
    let holder = Holder(account.id.clone());
    let commit = put_new(commit, account.username.canonical().as_bytes(), &holder)?;
    let commit = put_new(commit, account.id.as_str().as_bytes(), account)?;
    Ok(mark_role(commit, account))
}

fn mark_role(commit: Commit, account: &Account) -> Commit {
    let key = account.id.as_str();
    match account.role {
        Role::Administrator => commit.put(ADMINISTRATORS, key, [], None),
        Role::Person => commit.delete(ADMINISTRATORS, key),
    }
}

/// The key that says that there was a first administrator. No account identifier is this short.
const FIRST: &str = "first";
