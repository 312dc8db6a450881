//! Rebuilds the indexes of a salvaged database from its records.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{
    Commit, CommitError, StoreFault, accounts, clients, devices, grants,
    indexes::READ_TOGETHER,
    namespaces::{ALL, INDEXES, RowOrigin},
    record_store::Store,
    sessions,
};
use crate::{
    account::{
        record::{Account, AccountId},
        session::Session,
    },
    audit::SecurityEvent,
    crypto::Digest,
    oauth::{client::Client, device_authorization::DeviceAuthorization, grant::Grant},
};

impl Store {
    /// Rebuilds the indexes that a salvage has left out, except those completed by [`Store::complete_indexes`] and
    /// [`Store::complete_account_names`], which have to be called afterwards. Returns whether there was anything to
    /// do. Call it before the server accepts requests.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a record cannot be read or a row cannot be written. The next start repeats it.
    pub async fn rebuild_indexes(&self) -> Result<bool, CommitError> {
        if self.keys(INDEXES, REBUILD, None, 1)?.is_empty() {
            return Ok(false);
        }
        self.add_for_each::<Account>(|commit, _, account| Ok(accounts::rebuilt(commit, account))).await?;
        self.rebuild_usernames().await?;
        self.add_for_each::<Client>(|commit, _, client| Ok(clients::owned(commit, client))).await?;
        let sessions = |commit, key: &[u8], session: &Session| sessions::placed(commit, &digest(key), session);
        self.add_for_each::<Session>(sessions).await?;
        let devices =
            |commit, key: &[u8], device: &DeviceAuthorization| devices::by_user_code(commit, &digest(key), device);
        self.add_for_each::<DeviceAuthorization>(devices).await?;
        let grants = |commit, _: &[u8], grant: &Grant| grants::owned(grants::indexed(commit, grant)?, grant);
        self.add_for_each::<Grant>(grants).await?;
        if let Some(trail) = &self.trail {
            self.add_for_each::<SecurityEvent>(|commit, _, event| Ok(trail.index(commit, event))).await?;
        }
        self.commit(Commit::new().delete(INDEXES, REBUILD)).await?;
        Ok(true)
    }

    /// Returns the number of rows in each index.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn index_rows(&self) -> Result<BTreeMap<&'static str, usize>, StoreFault> {
        let mut counts = BTreeMap::new();
        let indexes = ALL.iter().filter(|(namespace, origin)| *origin == RowOrigin::Derived && *namespace != INDEXES);
        for (namespace, _) in indexes {
            let (mut after, mut count) = (None::<Vec<u8>>, 0);
            loop {
                let keys = self.keys(*namespace, b"", after.as_deref(), COUNTED_TOGETHER)?;
                count += keys.len();
                match keys.into_iter().next_back() {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
            if count > 0 {
                counts.insert(namespace.name(), count);
            }
        }
        Ok(counts)
    }

    /// Rebuilds the username index. If two accounts have the same username, because a salvage has found an older
    /// state of one, the account that was changed last gets it.
    async fn rebuild_usernames(&self) -> Result<(), CommitError> {
        let mut holders: BTreeMap<String, (OffsetDateTime, AccountId)> = BTreeMap::new();
        let mut after = None::<Vec<u8>>;
        loop {
            let accounts = self.records::<Account>(b"", after.as_deref(), READ_TOGETHER)?;
            let Some((last, _)) = accounts.last() else { break };
            after = Some(last.clone());
            for (_, kept) in accounts {
                let account = kept.record;
                let username = account.username.canonical().to_owned();
                let known = holders.get(&username);
                if known.is_none_or(|(changed_at, _)| *changed_at < account.updated_at) {
                    holders.insert(username, (account.updated_at, account.id));
                }
            }
        }
        let holders: Vec<_> = holders.into_iter().collect();
        for chunk in holders.chunks(READ_TOGETHER.into()) {
            let add = |commit, (username, (_, id)): &(String, (_, AccountId))| accounts::named(commit, username, id);
            self.commit(chunk.iter().try_fold(Commit::new(), add)?).await?;
        }
        Ok(())
    }
}

/// The digest in the key of a session or a device authorization.
fn digest(key: &[u8]) -> Digest {
    Digest::from_stored(&String::from_utf8_lossy(key))
}

/// The key of the marker that a salvage has left the indexes out.
pub(super) const REBUILD: &[u8] = b"rebuild";

const COUNTED_TOGETHER: u16 = 1000;

#[cfg(test)]
#[path = "rebuild_tests.rs"]
mod tests;
