//! Applications.

use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Namespace, StoreFault,
    namespaces::{CLIENTS, CLIENTS_BY_OWNER},
    record::{Kept, Record, Store, pair, put, put_new},
};
use crate::{
    audit::{EventKind, Occurrence, of_client},
    oauth::{
        client::{Client, ClientId},
        subject::Subject,
    },
};

impl Record for Client {
    const NAMESPACE: Namespace = CLIENTS;
}

impl Store {
    /// The client of `id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn client(&self, id: &ClientId) -> Result<Option<Kept<Client>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// All clients, in the order of their identifiers, after `after`; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn clients(&self, after: Option<&str>, limit: u16) -> Result<Vec<Client>, StoreFault> {
        let rows = self.records::<Client>(b"", after.map(str::as_bytes), limit)?;
        Ok(rows.into_iter().map(|(_, kept)| kept.record).collect())
    }

    /// The clients that `owner` has registered, in the order of their identifiers, after `after`; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn clients_of(&self, owner: &Subject, after: Option<&str>, limit: u16) -> Result<Vec<Client>, StoreFault> {
        let prefix = pair(owner.as_str(), "");
        let after = after.map(|after| pair(owner.as_str(), after));
        let keys = self.keys(CLIENTS_BY_OWNER, &prefix, after.as_deref(), limit)?;
        let ids = keys.iter().filter_map(|key| key.strip_prefix(prefix.as_slice()));
        ids.filter_map(|id| self.read::<Client>(id).transpose()).map(|kept| kept.map(|kept| kept.record)).collect()
    }

    /// Keeps a new client.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when there is one of this identifier.
    pub async fn create_client(&self, client: &Client) -> Result<(), CommitError> {
        let commit = put_new(Commit::new(), client.client_id.as_str().as_bytes(), client)?;
        let commit = match client.owner() {
            Some(owner) => commit.put(CLIENTS_BY_OWNER, pair(owner.as_str(), client.client_id.as_str()), [], None),
            None => commit,
        };
        let occurrence = Occurrence::of(EventKind::ClientCreated).with_client(&client.client_id);
        self.commit(self.telling_of(commit, [occurrence])?).await
    }

    /// Keeps `changed` in place of `kept`. Identifier and owner stay.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the client since it was read.
    pub async fn replace_client(&self, kept: &Kept<Client>, changed: &Client) -> Result<(), CommitError> {
        let key = kept.record.client_id.as_str().as_bytes();
        let commit = put(kept.unchanged(Commit::new(), key), key, changed)?;
        let commit = self.telling_of(commit, of_client(&kept.record, changed))?;
        self.commit_and_tell(commit, Affected::GrantsTo(changed.client_id.clone())).await
    }

    /// Forgets a client at `now`, and ends the grant of its own credentials. Grants of people to it stay and issue nothing
    /// more.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the client since it was read.
    pub async fn delete_client(&self, kept: &Kept<Client>, now: OffsetDateTime) -> Result<(), CommitError> {
        let id = kept.record.client_id.as_str();
        let commit = kept.unchanged(Commit::new(), id.as_bytes()).delete(CLIENTS, id);
        let commit = self.end_own_grant(commit, &kept.record.client_id, now)?;
        let commit = match kept.record.owner() {
            Some(owner) => commit.delete(CLIENTS_BY_OWNER, pair(owner.as_str(), id)),
            None => commit,
        };
        let occurrence = Occurrence::of(EventKind::ClientDeleted).with_client(&kept.record.client_id);
        let commit = self.telling_of(commit, [occurrence])?;
        self.commit_and_tell(commit, Affected::GrantsTo(kept.record.client_id.clone())).await
    }
}
