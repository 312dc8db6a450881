//! Uniqueness of usernames that look the same, and of verified e-mail addresses.
//!
//! The rows are written in the commits that write the account, with their versions as preconditions. If several
//! accounts take a name concurrently, exactly one gets it.

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Expect, Namespace, StoreFault,
    namespaces::{ACCOUNTS, INDEXES, USERNAME_SKELETONS, VERIFIED_EMAILS},
    record::{Record, Versioned, put, put_new},
    record_store::Store,
};
use crate::{
    account::record::{Account, AccountId, EmailAddress, Username},
    crypto::sha256,
};

/// The account that holds a username. The key is derived from a confusable skeleton of the name.
#[derive(Clone, Serialize, Deserialize)]
struct NameHolder {
    account: AccountId,
    /// Until when the name stays reserved, if the account no longer uses it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    reserved_until: Option<OffsetDateTime>,
}

/// The account that holds a verified e-mail address.
#[derive(Serialize, Deserialize)]
struct EmailHolder(AccountId);

/// Two accounts, created by an earlier version, that share a value that must be unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameConflict {
    pub kind: ConflictKind,
    /// The account that keeps it: the older one.
    pub holder: AccountId,
    /// The other account.
    pub other: AccountId,
    /// The username of the other account.
    pub other_username: String,
}

/// The value that two accounts share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Usernames that look the same. Both accounts keep theirs.
    Username,
    /// The same verified e-mail address. It becomes unverified for the other account.
    Email,
}

impl Record for NameHolder {
    const NAMESPACE: Namespace = USERNAME_SKELETONS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.reserved_until
    }
}

impl Record for EmailHolder {
    const NAMESPACE: Namespace = VERIFIED_EMAILS;
}

impl NameHolder {
    fn admits(&self, account: &AccountId, now: OffsetDateTime) -> bool {
        self.account == *account || self.reserved_until.is_some_and(|until| until <= now)
    }
}

impl Store {
    /// Returns the account with the verified address `email`, ignoring case.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn account_by_email(&self, email: &EmailAddress) -> Result<Option<Versioned<Account>>, StoreFault> {
        match self.read::<EmailHolder>(&email_key(email))? {
            Some(holder) => self.account(&holder.record.0),
            None => Ok(None),
        }
    }

    /// Returns `true` if `account` may have its username at `now`: no other account has one that looks the same, or
    /// had one until recently.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn may_have_username(&self, account: &Account, now: OffsetDateTime) -> Result<bool, StoreFault> {
        for key in name_keys(&account.username) {
            let holder = self.read::<NameHolder>(&key)?;
            if holder.is_some_and(|holder| !holder.record.admits(&account.id, now)) {
                return Ok(false);
            }
        }
        let holder = self.account_by_username(&account.username)?;
        Ok(holder.is_none_or(|kept| kept.record.id == account.id))
    }

    /// Returns `true` if no other account has the verified address of `account`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn may_have_email(&self, account: &Account) -> Result<bool, StoreFault> {
        let Some(email) = account.verified_email() else { return Ok(true) };
        let holder = self.read::<EmailHolder>(&email_key(email))?;
        Ok(holder.is_none_or(|holder| holder.record.0 == account.id))
    }

    /// Adds to `commit` that `after`, which replaces `before`, holds its username and verified address from `now` on.
    pub(super) fn claim_names(
        &self,
        commit: Commit,
        (before, after): (Option<&Account>, &Account),
        now: OffsetDateTime,
    ) -> Result<Commit, CommitError> {
        let had = before.map(|before| name_keys(&before.username)).unwrap_or_default();
        let has = name_keys(&after.username);
        let mut commit = commit;
        for key in has.iter().filter(|key| !had.contains(key)) {
            let holder = NameHolder { account: after.id.clone(), reserved_until: None };
            commit = match self.read::<NameHolder>(key)? {
                None => put_new(commit, key, &holder)?,
                Some(kept) if kept.record.admits(&after.id, now) => put(kept.unchanged(commit, key), key, &holder)?,
                Some(_) => return Err(CommitError::Conflict),
            };
        }
        if let Some(before) = before {
            let left = had.into_iter().filter(|key| !has.contains(key)).collect::<Vec<_>>();
            commit = self.reserve(commit, (&before.id, &left), now)?;
        }
        let address = |account: Option<&Account>| account.and_then(Account::verified_email).map(email_key);
        let (before, after_key) = (address(before), address(Some(after)));
        if before == after_key {
            return Ok(commit);
        }
        let commit = match before {
            Some(key) => self.free_email(commit, &key, &after.id)?,
            None => commit,
        };
        match after_key {
            Some(key) => Ok(put_new(commit, &key, &EmailHolder(after.id.clone()))?),
            None => Ok(commit),
        }
    }

    /// Adds to `commit` that `account`, deleted at `now`, no longer holds them. Its username stays reserved for a
    /// while.
    pub(super) fn release_names(
        &self,
        commit: Commit,
        account: &Account,
        now: OffsetDateTime,
    ) -> Result<Commit, StoreFault> {
        let commit = self.reserve(commit, (&account.id, &name_keys(&account.username)), now)?;
        match account.verified_email().map(email_key) {
            Some(key) => self.free_email(commit, &key, &account.id),
            None => Ok(commit),
        }
    }

    /// Adds to `commit` that the address under `key` becomes free, if `account` holds it.
    fn free_email(&self, commit: Commit, key: &[u8], account: &AccountId) -> Result<Commit, StoreFault> {
        let is_own = self.read::<EmailHolder>(key)?.is_some_and(|holder| holder.record.0 == *account);
        Ok(if is_own { commit.delete(VERIFIED_EMAILS, key) } else { commit })
    }

    fn reserve(
        &self,
        mut commit: Commit,
        (account, keys): (&AccountId, &[Vec<u8>]),
        now: OffsetDateTime,
    ) -> Result<Commit, StoreFault> {
        for key in keys {
            let Some(kept) = self.read::<NameHolder>(key)?.filter(|kept| kept.record.account == *account) else {
                continue;
            };
            let reserved_until = Some(now + self.username_reservation);
            let reserved = NameHolder { reserved_until, ..kept.record.clone() };
            commit = put(kept.unchanged(commit, key), key, &reserved)?;
        }
        Ok(commit)
    }

    /// Adds the rows of this module for accounts created by earlier versions, once. Returns the conflicts between two
    /// accounts. Call it before the server accepts requests.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a record cannot be read or written. The next start continues.
    pub async fn complete_account_names(&self) -> Result<Vec<NameConflict>, CommitError> {
        if !self.keys(INDEXES, NAMES.as_bytes(), None, 1)?.is_empty() {
            return Ok(Vec::new());
        }
        let (mut after, mut conflicts) = (None::<Vec<u8>>, Vec::new());
        loop {
            let keys = self.keys(ACCOUNTS, b"", after.as_deref(), READ_TOGETHER)?;
            let Some(last) = keys.last() else { break };
            after = Some(last.clone());
            let mut claims = Claims::default();
            for key in &keys {
                if let Some(kept) = self.read::<Account>(key)? {
                    self.claim_at_upgrade(&mut claims, kept)?;
                }
            }
            for kept in std::mem::take(&mut claims.unverified) {
                let changed = Account { email_verified: false, ..kept.record.clone() };
                self.replace_account(&kept, &changed).await?;
            }
            conflicts.append(&mut claims.conflicts);
            self.commit(claims.into_commit()?).await?;
        }
        let done = Commit::new().expect(INDEXES, NAMES, Expect::Absent).put(INDEXES, NAMES, [], None);
        match self.commit(done).await {
            Ok(()) | Err(CommitError::Conflict) => Ok(conflicts),
            Err(fault) => Err(fault),
        }
    }

    fn claim_at_upgrade(&self, claims: &mut Claims, kept: Versioned<Account>) -> Result<(), StoreFault> {
        let account = kept.record.clone();
        let mut is_mistakable = None;
        for key in name_keys(&account.username) {
            let known = match claims.names.get(&key) {
                Some(known) => Some(known.clone()),
                None => self.read::<NameHolder>(&key)?.map(|kept| kept.record.account),
            };
            match self.older(known, &account)? {
                Some((older, newer)) => {
                    claims.names.insert(key, older.id.clone());
                    is_mistakable = Some((older, newer));
                }
                None => drop(claims.names.insert(key, account.id.clone())),
            }
        }
        claims.conflicts.extend(is_mistakable.map(|pair| NameConflict::of(ConflictKind::Username, &pair)));
        let Some(email) = account.verified_email() else { return Ok(()) };
        let key = email_key(email);
        let known = match claims.emails.get(&key) {
            Some(known) => Some(known.clone()),
            None => self.read::<EmailHolder>(&key)?.map(|kept| kept.record.0),
        };
        let Some((older, newer)) = self.older(known, &account)? else {
            claims.emails.insert(key, account.id);
            return Ok(());
        };
        claims.emails.insert(key, older.id.clone());
        claims.conflicts.push(NameConflict::of(ConflictKind::Email, &(older, newer.clone())));
        claims.unverified.extend(self.account(&newer.id)?);
        Ok(())
    }

    /// The account `known` and `account`, older one first, if they are different accounts.
    fn older(&self, known: Option<AccountId>, account: &Account) -> Result<Option<(Account, Account)>, StoreFault> {
        let known = known.filter(|known| *known != account.id).map(|known| self.account(&known)).transpose()?.flatten();
        Ok(known.map(|kept| {
            let known = kept.record;
            let is_older = (known.created_at, &known.id) < (account.created_at, &account.id);
            if is_older { (known, account.clone()) } else { (account.clone(), known) }
        }))
    }
}

/// The rows added for one page of accounts during the upgrade.
#[derive(Default)]
struct Claims {
    names: HashMap<Vec<u8>, AccountId>,
    emails: HashMap<Vec<u8>, AccountId>,
    unverified: Vec<Versioned<Account>>,
    conflicts: Vec<NameConflict>,
}

impl Claims {
    fn into_commit(self) -> Result<Commit, StoreFault> {
        let commit = self.names.into_iter().try_fold(Commit::new(), |commit, (key, account)| {
            put(commit, &key, &NameHolder { account, reserved_until: None })
        })?;
        self.emails.into_iter().try_fold(commit, |commit, (key, account)| put(commit, &key, &EmailHolder(account)))
    }
}

impl NameConflict {
    fn of(kind: ConflictKind, (older, newer): &(Account, Account)) -> Self {
        let other_username = newer.username.as_str().to_owned();
        Self { kind, holder: older.id.clone(), other: newer.id.clone(), other_username }
    }
}

impl fmt::Display for NameConflict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, holder, other, other_username } = self;
        match kind {
            ConflictKind::Username => write!(
                formatter,
                "the username {other_username} of {other} looks like that of {holder}; rename one of the accounts"
            ),
            ConflictKind::Email => write!(
                formatter,
                "{other_username} ({other}) had the verified e-mail address of {holder}: it is no longer verified"
            ),
        }
    }
}

/// The keys are hashes, because a skeleton can be far longer than a key may be.
fn name_keys(username: &Username) -> Vec<Vec<u8>> {
    username.skeletons().iter().map(|skeleton| sha256(skeleton).to_vec()).collect()
}

fn email_key(email: &EmailAddress) -> Vec<u8> {
    sha256(email.canonical()).to_vec()
}

/// Number of accounts per page of the upgrade.
const READ_TOGETHER: u16 = 50;

const NAMES: &str = "account_names";

#[cfg(test)]
#[path = "account_names_tests.rs"]
mod tests;
