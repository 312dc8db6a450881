//! User accounts.

use super::{
    Affected, Commit, CommitError, Expect, MAX_KEY, Namespace, StoreFault, groups,
    namespaces::{
        ACCOUNTS, ACCOUNTS_BY_CREATION, ACCOUNTS_BY_EMAIL, ACCOUNTS_BY_GROUP, ADMINISTRATORS, PASSWORD_RESETS,
        USERNAMES,
    },
    record::{Entry, Record, Versioned, descending, put, put_new},
    record_store::Store,
    setup,
};
use crate::{
    account::{
        record::{Account, AccountId, EmailAddress, Role, Username},
        setup::SetupCode,
    },
    audit::{EventDetails, EventKind, of_account},
    oauth::subject::Subject,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

impl Record for Account {
    const NAMESPACE: Namespace = ACCOUNTS;
}

/// The account that holds a username.
#[derive(Serialize, Deserialize)]
struct Holder(AccountId);

impl Record for Holder {
    const NAMESPACE: Namespace = USERNAMES;
}

impl Store {
    /// Returns the account `id`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn account(&self, id: &AccountId) -> Result<Option<Versioned<Account>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// Finds the account by `entered`: its username or its verified e-mail address, ignoring case.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn account_by_name(&self, entered: &str) -> Result<Option<Versioned<Account>>, StoreFault> {
        let holder = Username::sought(entered).map(|key| self.read::<Holder>(key.as_bytes())).transpose()?.flatten();
        match (holder, EmailAddress::parse(entered)) {
            (Some(holder), _) => self.account(&holder.record.0),
            (None, Ok(email)) => self.account_by_email(&email),
            (None, Err(_)) => Ok(None),
        }
    }

    /// Finds the account by `username`, ignoring case.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn account_by_username(&self, username: &Username) -> Result<Option<Versioned<Account>>, StoreFault> {
        match self.read::<Holder>(username.canonical().as_bytes())? {
            Some(holder) => self.account(&holder.record.0),
            None => Ok(None),
        }
    }

    /// Returns `true` if the server has an administrator.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn has_administrator(&self) -> Result<bool, StoreFault> {
        Ok(!self.keys(ADMINISTRATORS, b"", None, 1)?.is_empty())
    }

    /// Stores a new account.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the username is taken.
    pub async fn create_account(&self, account: &Account) -> Result<(), CommitError> {
        let details = EventDetails::of(EventKind::AccountCreated).about(&account.id);
        self.commit(self.append_events(self.create(Commit::new(), account)?, [details])?).await
    }

    /// Stores the first administrator and consumes the setup code. Of concurrent attempts, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the username is taken, the code has been used, or a concurrent attempt
    /// was first.
    pub async fn create_first_administrator(
        &self,
        account: &Account,
        code: &Versioned<SetupCode>,
        spent: &SetupCode,
    ) -> Result<(), CommitError> {
        let commit = Commit::new().expect(ADMINISTRATORS, FIRST, Expect::Absent).put(ADMINISTRATORS, FIRST, [], None);
        let details = EventDetails::of(EventKind::AccountCreated).about(&account.id).because("first_administrator");
        self.commit(self.append_events(self.create(setup::spend(commit, code, spent)?, account)?, [details])?).await
    }

    /// Stores the first administrator, as defined in the configuration.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the username is taken, or the server has had a first administrator.
    pub async fn create_configured_administrator(&self, account: &Account) -> Result<(), CommitError> {
        let commit = Commit::new().expect(ADMINISTRATORS, FIRST, Expect::Absent).put(ADMINISTRATORS, FIRST, [], None);
        let details = EventDetails::of(EventKind::AccountCreated).about(&account.id).because("first_administrator");
        self.commit(self.append_events(self.create(commit, account)?, [details])?).await
    }

    /// Replaces `kept` by `changed`.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the account has changed since it was read, or its new username is taken.
    pub async fn replace_account(&self, kept: &Versioned<Account>, changed: &Account) -> Result<(), CommitError> {
        let commit = self.append_events(Commit::new(), self.of_change(kept, changed))?;
        self.commit_and_tell(self.replace(commit, kept, changed)?, affected(changed)).await
    }

    /// Replaces `kept` by `changed`, which is no longer an administrator, on condition that `other` still is.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] in the same cases as [`Store::replace_account`], and if `other` has changed.
    pub async fn replace_administrator(
        &self,
        kept: &Versioned<Account>,
        changed: &Account,
        other: &Versioned<Account>,
    ) -> Result<(), CommitError> {
        let commit = self.append_events(unchanged_other(Commit::new(), other), self.of_change(kept, changed))?;
        self.commit_and_tell(self.replace(commit, kept, changed)?, affected(changed)).await
    }

    fn of_change(&self, kept: &Versioned<Account>, changed: &Account) -> Vec<EventDetails> {
        of_account(&kept.record, changed, &self.actor.principal)
    }

    /// Deletes an account at `now`, on condition that `other`, if given, is still an administrator. The username
    /// stays reserved for a while.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if one of the two has changed since it was read.
    pub async fn delete_account(
        &self,
        kept: &Versioned<Account>,
        other: Option<&Versioned<Account>>,
        now: OffsetDateTime,
    ) -> Result<(), CommitError> {
        let (account, id) = (&kept.record, kept.record.id.as_str());
        let commit = other.map_or_else(Commit::new, |other| unchanged_other(Commit::new(), other));
        let commit = kept
            .unchanged(commit, id.as_bytes())
            .delete(ACCOUNTS, id)
            .delete(USERNAMES, account.username.canonical())
            .delete(ADMINISTRATORS, id)
            .delete(PASSWORD_RESETS, id)
            .delete(ACCOUNTS_BY_CREATION, creation_key(account));
        let commit = match email_key(account) {
            Some(key) => commit.delete(ACCOUNTS_BY_EMAIL, key),
            None => commit,
        };
        let commit = self.release_names(groups::index(commit, Some(account), None), account, now)?;
        let commit = self.append_events(commit, [EventDetails::of(EventKind::AccountDeleted).about(&account.id)])?;
        self.commit_and_tell(commit, affected(account)).await
    }

    /// Lists up to `limit` accounts after the key `after`, in the order `order`, with their keys in that order.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn accounts(
        &self,
        order: &AccountOrder<'_>,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Option<Account>>>, StoreFault> {
        let group;
        let (namespace, prefix): (_, &[u8]) = match order {
            AccountOrder::Username { prefix } => (USERNAMES, prefix.as_bytes()),
            AccountOrder::Email { prefix } => (ACCOUNTS_BY_EMAIL, prefix.as_bytes()),
            AccountOrder::NewestFirst => (ACCOUNTS_BY_CREATION, b""),
            AccountOrder::Administrators => (ADMINISTRATORS, AccountId::PREFIX.as_bytes()),
            AccountOrder::Group { name } => {
                group = groups::beginning(name);
                (ACCOUNTS_BY_GROUP, &group)
            }
        };
        if let AccountOrder::Username { .. } = order {
            let holders = self.records::<Holder>(prefix, after, limit)?;
            return holders.into_iter().map(|(key, holder)| Ok((key, self.listed(&holder.record.0)?))).collect();
        }
        let keys = self.keys(namespace, prefix, after, limit)?;
        keys.into_iter().map(|key| self.at_end_of(&key).map(|account| (key, account))).collect()
    }

    /// Returns an administrator other than `id`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn other_administrator(&self, id: &AccountId) -> Result<Option<Versioned<Account>>, StoreFault> {
        let mut after = None;
        loop {
            let keys = self.keys(ADMINISTRATORS, AccountId::PREFIX.as_bytes(), after.as_deref(), 50)?;
            for key in &keys {
                let other = std::str::from_utf8(key).ok().and_then(|text| AccountId::parse(text).ok());
                if let Some(other) = other.filter(|other| other != id)
                    && let Some(kept) = self.account(&other)?.filter(|kept| kept.record.is_administrator())
                {
                    return Ok(Some(kept));
                }
            }
            match keys.last() {
                Some(last) => after = Some(last.clone()),
                None => return Ok(None),
            }
        }
    }

    /// Returns the account whose identifier is at the end of an index key.
    fn at_end_of(&self, key: &[u8]) -> Result<Option<Account>, StoreFault> {
        let id = key.len().checked_sub(AccountId::LENGTH).and_then(|at| key.get(at..));
        let id = id.and_then(|id| std::str::from_utf8(id).ok()).and_then(|id| AccountId::parse(id).ok());
        match id {
            Some(id) => self.listed(&id),
            None => Ok(None),
        }
    }

    fn listed(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        Ok(self.account(id)?.map(|kept| kept.record))
    }
}

/// The order and selection of a list of accounts.
#[derive(Clone, Debug)]
pub enum AccountOrder<'a> {
    /// By canonical username, limited to those that begin with `prefix`.
    Username {
        /// The prefix in canonical form.
        prefix: &'a str,
    },
    /// By canonical e-mail address, limited to those that begin with `prefix`.
    Email {
        /// The prefix in canonical form.
        prefix: &'a str,
    },
    NewestFirst,
    Administrators,
    /// The members of a group, by identifier.
    Group {
        name: &'a str,
    },
}

impl Store {
    /// Adds a new account to `commit`.
    pub(super) fn create(&self, commit: Commit, account: &Account) -> Result<Commit, CommitError> {
        let holder = Holder(account.id.clone());
        let commit = put_new(commit, account.username.canonical().as_bytes(), &holder)?;
        let commit = put_new(commit, account.id.as_str().as_bytes(), account)?;
        let commit = self.claim_names(commit, (None, account), account.created_at)?;
        Ok(listed(groups::index(commit, None, Some(account)), account))
    }

    /// Adds the replacement of `kept` by `changed` to `commit`. A reset link is deleted when the password changes or
    /// the account is disabled.
    pub(super) fn replace(
        &self,
        commit: Commit,
        kept: &Versioned<Account>,
        changed: &Account,
    ) -> Result<Commit, CommitError> {
        let key = kept.record.id.as_str().as_bytes();
        let commit = put(kept.unchanged(commit, key), key, changed)?;
        let (before, after) = (kept.record.username.canonical(), changed.username.canonical());
        let commit = if before == after {
            commit
        } else {
            put_new(commit.delete(USERNAMES, before), after.as_bytes(), &Holder(changed.id.clone()))?
        };
        let (before, after) = (email_key(&kept.record), email_key(changed));
        let commit = if before == after {
            commit
        } else {
            let commit = before.into_iter().fold(commit, |commit, key| commit.delete(ACCOUNTS_BY_EMAIL, key));
            after.into_iter().fold(commit, |commit, key| commit.put(ACCOUNTS_BY_EMAIL, key, [], None))
        };
        let commit = self.claim_names(commit, (Some(&kept.record), changed), changed.updated_at)?;
        let is_same = kept.record.password_generation == changed.password_generation
            && kept.record.password_changed_at.is_some() == changed.password_changed_at.is_some();
        let commit = if is_same && changed.is_active() { commit } else { commit.delete(PASSWORD_RESETS, key) };
        let commit = groups::index(commit, Some(&kept.record), Some(changed));
        Ok(mark_role(commit, changed))
    }
}

pub(super) fn affected(account: &Account) -> Affected {
    Affected::GrantsOf(Subject::new(account.id.as_str()))
}

/// Adds to `commit` the precondition that `other` has not changed.
pub(super) fn unchanged_other(commit: Commit, other: &Versioned<Account>) -> Commit {
    other.unchanged(commit, other.record.id.as_str().as_bytes())
}

/// A key that orders by creation time, newest first.
fn creation_key(account: &Account) -> Vec<u8> {
    [&descending(account.created_at)[..], account.id.as_str().as_bytes()].concat()
}

/// A key that orders by e-mail address. A key has at most 256 bytes, so a very long address is truncated.
fn email_key(account: &Account) -> Option<Vec<u8>> {
    let email = account.email.as_ref()?.canonical();
    let most = MAX_KEY - AccountId::LENGTH - 1;
    let kept = email.as_bytes().get(..most).unwrap_or(email.as_bytes());
    Some([kept, &[0], account.id.as_str().as_bytes()].concat())
}

/// Adds to `commit` the index rows for a new `account`: for the list of all accounts, and for the other lists that
/// contain it.
fn listed(commit: Commit, account: &Account) -> Commit {
    let commit = commit.put(ACCOUNTS_BY_CREATION, creation_key(account), [], None);
    let commit = match email_key(account) {
        Some(key) => commit.put(ACCOUNTS_BY_EMAIL, key, [], None),
        None => commit,
    };
    mark_role(commit, account)
}

/// Adds to `commit` the index rows of `account` that can be rebuilt, except those for names and groups.
pub(super) fn rebuilt(commit: Commit, account: &Account) -> Commit {
    let commit = listed(commit, account);
    if account.is_administrator() { commit.put(ADMINISTRATORS, FIRST, [], None) } else { commit }
}

/// Adds to `commit` the index row that maps a canonical username to the account `id`.
pub(super) fn named(commit: Commit, username: &str, id: &AccountId) -> Result<Commit, StoreFault> {
    put(commit, username.as_bytes(), &Holder(id.clone()))
}

fn mark_role(commit: Commit, account: &Account) -> Commit {
    let key = account.id.as_str();
    match account.role {
        Role::Administrator => commit.put(ADMINISTRATORS, key, [], None),
        Role::Person => commit.delete(ADMINISTRATORS, key),
    }
}

/// The key of the marker that there has been a first administrator. No account identifier is this short.
const FIRST: &str = "first";
