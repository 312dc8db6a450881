//! Who is in which group: an index that is kept with the accounts.

use super::{
    Commit, StoreFault,
    namespaces::ACCOUNTS_BY_GROUP,
    record::{Entry, Store},
};
use crate::account::record::{Account, AccountId};

/// A group of which somebody is a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSize {
    /// Its name.
    pub name: String,
    /// How many members it has: exactly up to [`GroupSize::COUNTED`], which stands for as many or more.
    pub members: usize,
}

impl GroupSize {
    /// So far members are counted.
    pub const COUNTED: usize = 1000;
}

impl Store {
    /// The groups whose names begin with `prefix`, in the order of their bytes, after the key `after`, with the keys of
    /// that order; at most `limit`. Each costs one look, and one more for its members.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
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
            // Behind every member of the group, and before those of any other.
            let behind = [beginning(&name).as_slice(), &[u8::MAX]].concat();
            groups.push((behind.clone(), Some(GroupSize { name, members })));
            after = Some(behind);
        }
        Ok(groups)
    }

    /// The identifiers of the members of `group`, in their order, after `after`; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn members_of(&self, group: &str, after: Option<&AccountId>, limit: u16) -> Result<Vec<AccountId>, StoreFault> {
        let prefix = beginning(group);
        let after = after.map(|after| [prefix.as_slice(), after.as_str().as_bytes()].concat());
        let keys = self.keys(ACCOUNTS_BY_GROUP, &prefix, after.as_deref(), limit)?;
        let id = |key: &Vec<u8>| AccountId::parse(std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok()?).ok();
        Ok(keys.iter().filter_map(id).collect())
    }
}

/// What the keys of the members of a group begin with.
pub(super) fn beginning(group: &str) -> Vec<u8> {
    [group.as_bytes(), &[0]].concat()
}

/// Adds the rows of the groups of `after`, and the removal of those of `before` that are not among them, to `commit`.
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
