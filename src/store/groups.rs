//! Members of groups: an index maintained with the accounts.

use super::{Commit, StoreFault, namespaces::ACCOUNTS_BY_GROUP, record::Entry, record_store::Store};
use crate::account::record::{Account, AccountId};

/// A group with at least one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSize {
    pub name: String,
    /// Number of members: exact up to [`GroupSize::COUNTED`], which means that many or more.
    pub members: usize,
}

impl GroupSize {
    /// Maximum number of members that are counted.
    pub const COUNTED: usize = 1000;
}

impl Store {
    /// Lists up to `limit` groups whose names begin with `prefix`, in byte order, after the key `after`, with their
    /// keys. Each group costs one read, and one more to count its members.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn groups(
        &self,
        prefix: &str,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Option<GroupSize>>>, StoreFault> {
        let (mut groups, mut after) = (Vec::new(), after.map(<[u8]>::to_vec));
        while groups.len() < usize::from(limit) {
            let found = self.keys(ACCOUNTS_BY_GROUP, prefix.as_bytes(), after.as_deref(), 1)?;
            let Some(name) = found.first().and_then(|key| name(key)) else { break };
            let counted = u16::try_from(GroupSize::COUNTED).unwrap_or(u16::MAX);
            let members = self.keys(ACCOUNTS_BY_GROUP, &beginning(&name), None, counted)?.len();
            // After every member of the group, and before those of any other.
            let behind = [beginning(&name).as_slice(), &[u8::MAX]].concat();
            groups.push((behind.clone(), Some(GroupSize { name, members })));
            after = Some(behind);
        }
        Ok(groups)
    }

    /// Returns whether `group` has members.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn has_group(&self, group: &str) -> Result<bool, StoreFault> {
        Ok(!self.keys(ACCOUNTS_BY_GROUP, &beginning(group), None, 1)?.is_empty())
    }

    /// Lists the names of all groups, with one read of the storage for each.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn group_names(&self) -> Result<Vec<String>, StoreFault> {
        let (mut names, mut after) = (Vec::new(), None::<Vec<u8>>);
        loop {
            let found = self.keys(ACCOUNTS_BY_GROUP, b"", after.as_deref(), 1)?;
            let Some(name) = found.first().and_then(|key| name(key)) else { return Ok(names) };
            // After all members of this group and before those of the next.
            after = Some([beginning(&name).as_slice(), &[u8::MAX]].concat());
            names.push(name);
        }
    }

    /// Lists the identifiers of up to `limit` members of `group` after `after`, in order.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn members_of(&self, group: &str, after: Option<&AccountId>, limit: u16) -> Result<Vec<AccountId>, StoreFault> {
        let prefix = beginning(group);
        let after = after.map(|after| [prefix.as_slice(), after.as_str().as_bytes()].concat());
        let keys = self.keys(ACCOUNTS_BY_GROUP, &prefix, after.as_deref(), limit)?;
        let id = |key: &Vec<u8>| AccountId::parse(std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok()?).ok();
        Ok(keys.iter().filter_map(id).collect())
    }
}

/// The common prefix of the keys of a group's members.
pub(super) fn beginning(group: &str) -> Vec<u8> {
    [group.as_bytes(), &[0]].concat()
}

/// Adds to `commit` the rows for the groups of `after`, and deletes those of `before` that it is no longer in.
pub(super) fn index(commit: Commit, before: Option<&Account>, after: Option<&Account>) -> Commit {
    let groups = |account: Option<&Account>| {
        let groups =
            account.into_iter().flat_map(|account| account.groups.iter().map(move |group| key(group, account)));
        groups.collect::<Vec<_>>()
    };
    let (before, after) = (groups(before), groups(after));
    let gone = before.iter().filter(|key| !after.contains(key));
    let commit = gone.fold(commit, |commit, key| commit.delete(ACCOUNTS_BY_GROUP, key.clone()));
    let new = after.iter().filter(|key| !before.contains(key));
    new.fold(commit, |commit, key| commit.put(ACCOUNTS_BY_GROUP, key.clone(), [], None))
}

fn key(group: &str, account: &Account) -> Vec<u8> {
    // A name has at most 64 bytes.
    [beginning(group).as_slice(), account.id.as_str().as_bytes()].concat()
}

fn name(key: &[u8]) -> Option<String> {
    let name = key.split(|byte| *byte == 0).next()?;
    String::from_utf8(name.to_vec()).ok()
}
