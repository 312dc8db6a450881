//! Completes indexes introduced by a later version with the records of earlier ones, once.

use super::{
    Commit, CommitError, Expect, StoreFault, clients, grants, groups,
    namespaces::{GRANTS_BY_TIME, INDEXES, SESSIONS_BY_TIME},
    record::{Entry, Record},
    record_store::Store,
    sessions,
};
use crate::{
    account::{record::Account, session::Session},
    oauth::{client::Client, grant::Grant},
};

impl Store {
    /// Completes the indexes: users by group, clients by name and skeleton, sessions and grants by time. Returns the
    /// number of records read, or zero if the indexes were complete. Call it before the server accepts requests.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a record cannot be read or an index cannot be written. The next start continues.
    pub async fn complete_indexes(&self) -> Result<usize, CommitError> {
        let people = self.complete::<Account>(ACCOUNTS, |commit, account| groups::index(commit, None, Some(account)));
        let people = people.await?;
        let clients = self.complete::<Client>(CLIENTS, |commit, client| clients::indexed(commit, None, Some(client)));
        let clients = clients.await?;
        let looks =
            self.complete::<Client>(LOOKS, |commit, client| clients::indexed_by_look(commit, None, Some(client)));
        let clients = clients + looks.await?;
        let sessions = self.complete::<Session>(SESSIONS, |commit, session| {
            commit.put(SESSIONS_BY_TIME, sessions::newest_first(session), [], Record::expires_at(session))
        });
        let sessions = sessions.await?;
        let grants = self.complete::<Grant>(GRANTS, |commit, grant| {
            commit.put(GRANTS_BY_TIME, grants::newest_first(grant), [], grant.forgotten_at())
        });
        Ok(people + clients + sessions + grants.await?)
    }

    async fn complete<T: Record + Sync>(
        &self,
        name: &str,
        add: impl Fn(Commit, &T) -> Commit,
    ) -> Result<usize, CommitError> {
        if !self.keys(INDEXES, name.as_bytes(), None, 1)?.is_empty() {
            return Ok(0);
        }
        let seen = self.add_for_each::<T>(|commit, _, record| Ok(add(commit, record))).await?;
        let done = Commit::new().expect(INDEXES, name, Expect::Absent).put(INDEXES, name, [], None);
        match self.commit(done).await {
            Ok(()) | Err(CommitError::Conflict) => Ok(seen),
            Err(fault) => Err(fault),
        }
    }

    /// Writes what `add` adds to a commit for each record of a kind, with its key, for several records per commit.
    /// Returns the number of records.
    pub(super) async fn add_for_each<T: Record + Sync>(
        &self,
        add: impl Fn(Commit, &[u8], &T) -> Result<Commit, StoreFault>,
    ) -> Result<usize, CommitError> {
        let (mut after, mut seen) = (None::<Vec<u8>>, 0);
        loop {
            let keys = self.keys(T::NAMESPACE, b"", after.as_deref(), READ_TOGETHER)?;
            let Some(last) = keys.last() else { return Ok(seen) };
            after = Some(last.clone());
            let mut records: Vec<Entry<T>> = Vec::with_capacity(keys.len());
            for key in &keys {
                records.extend(self.read::<T>(key)?.map(|kept| (key.clone(), kept.record)));
            }
            seen += keys.len();
            let mut all = Commit::new();
            for (key, record) in &records {
                all = add(all, key, record)?;
            }
            match self.commit(all).await {
                // Together they have more rows than a commit may have; each alone does not.
                Err(CommitError::Internal(StoreFault::BeyondLimits(_))) => {
                    for (key, record) in &records {
                        self.commit(add(Commit::new(), key, record)?).await?;
                    }
                }
                outcome => outcome?,
            }
        }
    }
}

/// Number of records per commit.
pub(super) const READ_TOGETHER: u16 = 50;

const ACCOUNTS: &str = "accounts_by_group";
const CLIENTS: &str = "clients_by_name";
const LOOKS: &str = "client_name_skeletons";
const SESSIONS: &str = "sessions_by_time";
const GRANTS: &str = "grants_by_time";

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{
        account::record::{Groups, Line, Username},
        entropy::Entropy,
        store::{both_engines::stores, namespaces::ACCOUNTS_BY_GROUP},
    };

    #[tokio::test]
    async fn what_an_earlier_version_has_kept_is_found_after_a_start() {
        let now = datetime!(2030-01-01 00:00 UTC);
        let (stores, _folder) = stores(now);
        for store in stores {
            for at in 0..120 {
                let mut account = Account::new(Username::parse(&format!("p{at}")).unwrap(), now, Entropy::system());
                // The largest accounts have more rows than a commit may have for fifty of them.
                let names = (0..if at < 20 { 90 } else { 1 }).map(|name| Line::parse(&format!("g{name}")).unwrap());
                account.groups = Groups::new(names.collect()).unwrap();
                store.create_account(&account).await.unwrap();
            }
            store.delete_below(ACCOUNTS_BY_GROUP, b"").await.unwrap();
            assert!(store.groups("", None, 10).unwrap().is_empty());
            assert_eq!(store.complete_indexes().await.unwrap(), 120);
            assert_eq!(store.complete_indexes().await.unwrap(), 0, "it is done once");
            let groups = store.groups("g", None, 200).unwrap();
            let sizes: Vec<_> = groups.into_iter().map(|(_, group)| group.unwrap()).collect();
            assert_eq!(sizes.len(), 90);
            assert!(sizes.iter().all(|group| group.members == if group.name == "g0" { 120 } else { 20 }), "{sizes:?}");
            assert_eq!(store.members_of("g1", None, 100).unwrap().len(), 20);
        }
    }
}
