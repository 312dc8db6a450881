//! Clients.

use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Namespace, StoreFault,
    namespaces::{CLIENT_NAME_SKELETONS, CLIENTS, CLIENTS_BY_NAME, CLIENTS_BY_OWNER, LOGOUT_FAILURES},
    record::{Entry, Record, Versioned, pair, put, put_new},
    record_store::Store,
};
use crate::{
    account::confusable::skeletons,
    audit::{EventDetails, EventKind, of_client},
    crypto::sha256,
    oauth::{
        client::{Client, ClientId},
        subject::Subject,
    },
};

impl Record for Client {
    const NAMESPACE: Namespace = CLIENTS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }
}

impl Store {
    /// Returns the client `id`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn client(&self, id: &ClientId) -> Result<Option<Versioned<Client>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// Lists up to `limit` clients after `after`, ordered by identifier.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn clients(&self, after: Option<&str>, limit: u16) -> Result<Vec<Client>, StoreFault> {
        let rows = self.records::<Client>(b"", after.map(str::as_bytes), limit)?;
        Ok(rows.into_iter().map(|(_, kept)| kept.record).collect())
    }

    /// Lists up to `limit` clients registered by `owner` after `after`, ordered by identifier.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn clients_of(&self, owner: &Subject, after: Option<&str>, limit: u16) -> Result<Vec<Client>, StoreFault> {
        let prefix = pair(owner.as_str(), "");
        let after = after.map(|after| pair(owner.as_str(), after));
        let keys = self.keys(CLIENTS_BY_OWNER, &prefix, after.as_deref(), limit)?;
        let ids = keys.iter().filter_map(|key| key.strip_prefix(prefix.as_slice()));
        ids.filter_map(|id| self.read::<Client>(id).transpose()).map(|kept| kept.map(|kept| kept.record)).collect()
    }

    /// Lists up to `limit` clients that have a word in their name that begins with `text`, ordered by the name from
    /// that word on, after the key `after`, with their keys. A client with several matching words is listed once.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn clients_named(
        &self,
        text: &str,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Option<Client>>>, StoreFault> {
        let text = folded(text.trim());
        let sought = cut(&text);
        let keys = self.keys(CLIENTS_BY_NAME, sought.as_bytes(), after, limit)?;
        let client = |key: &[u8]| {
            let at = key.iter().position(|byte| *byte == 0)?;
            let (rest, id) = (key.get(..at)?, key.get(at + 1..)?);
            let kept = match self.read::<Client>(id) {
                Ok(kept) => kept?,
                Err(fault) => return Some(Err(fault)),
            };
            // It is listed under its first matching word, and only if its current name still contains all of the
            // text.
            let words = words(&kept.record.metadata.client_name);
            let first = words.iter().find(|word| word.starts_with(text.as_str()))?;
            (cut(first).as_bytes() == rest).then_some(Ok(kept.record))
        };
        keys.into_iter().map(|key| client(&key).transpose().map(|client| (key, client))).collect()
    }

    /// Returns `true` if a trusted client other than `except` has a name that looks like `name`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn looks_like_vouched_client(&self, name: &str, except: &ClientId) -> Result<bool, StoreFault> {
        for prefix in skeletons(name).iter().map(sha256) {
            let keys = self.keys(CLIENT_NAME_SKELETONS, &prefix, None, 2)?;
            if keys.iter().any(|key| key.strip_prefix(&prefix[..]) != Some(except.as_str().as_bytes())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores a new client.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the identifier is taken.
    pub async fn create_client(&self, client: &Client) -> Result<(), CommitError> {
        let commit = put_new(Commit::new(), client.client_id.as_str().as_bytes(), client)?;
        let commit = owned(commit, client);
        let details = EventDetails::of(EventKind::ClientCreated).with_client(&client.client_id);
        let commit = indexed_by_look(indexed(commit, None, Some(client)), None, Some(client));
        self.commit(self.append_events(commit, [details])?).await
    }

    /// Replaces `kept` by `changed`. Identifier and owner do not change.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the client has changed since it was read.
    pub async fn replace_client(&self, kept: &Versioned<Client>, changed: &Client) -> Result<(), CommitError> {
        let key = kept.record.client_id.as_str().as_bytes();
        let commit = put(kept.unchanged(Commit::new(), key), key, changed)?;
        let commit = indexed(commit, Some(&kept.record), Some(changed));
        let commit = if kept.record.expires_at == changed.expires_at { commit } else { owned(commit, changed) };
        let commit = indexed_by_look(commit, Some(&kept.record), Some(changed));
        let commit = self.append_events(commit, of_client(&kept.record, changed))?;
        self.commit_and_tell(commit, Affected::GrantsTo(changed.client_id.clone())).await
    }

    /// Deletes a client at `now`, and ends the grant of its own credentials. Grants of users to it are kept, but
    /// nothing is issued from them.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the client has changed since it was read.
    pub async fn delete_client(&self, kept: &Versioned<Client>, now: OffsetDateTime) -> Result<(), CommitError> {
        let id = kept.record.client_id.as_str();
        let commit = kept.unchanged(Commit::new(), id.as_bytes()).delete(CLIENTS, id).delete(LOGOUT_FAILURES, id);
        let commit = self.end_own_grant(commit, &kept.record.client_id, now)?;
        let commit = match kept.record.owner() {
            Some(owner) => commit.delete(CLIENTS_BY_OWNER, pair(owner.as_str(), id)),
            None => commit,
        };
        let commit = indexed_by_look(indexed(commit, Some(&kept.record), None), Some(&kept.record), None);
        let details = EventDetails::of(EventKind::ClientDeleted).with_client(&kept.record.client_id);
        let commit = self.append_events(commit, [details])?;
        self.commit_and_tell(commit, Affected::GrantsTo(kept.record.client_id.clone())).await
    }
}

/// Adds to `commit` the rows that index `after` by its name, and deletes those of `before`.
pub(super) fn indexed(commit: Commit, before: Option<&Client>, after: Option<&Client>) -> Commit {
    let expires_at = after.and_then(|client| client.expires_at);
    let is_kept_as_long = before.is_some_and(|before| before.expires_at == expires_at);
    let (before, after) = (before.map(name_keys).unwrap_or_default(), after.map(name_keys).unwrap_or_default());
    let gone = before.iter().filter(|key| !after.contains(key));
    let commit = gone.fold(commit, |commit, key| commit.delete(CLIENTS_BY_NAME, key.clone()));
    let new = after.iter().filter(|key| !is_kept_as_long || !before.contains(key));
    new.fold(commit, |commit, key| commit.put(CLIENTS_BY_NAME, key.clone(), [], expires_at))
}

/// Adds to `commit` the row that indexes `client` by its owner, if it has one.
pub(super) fn owned(commit: Commit, client: &Client) -> Commit {
    let Some(owner) = client.owner() else { return commit };
    commit.put(CLIENTS_BY_OWNER, pair(owner.as_str(), client.client_id.as_str()), [], client.expires_at)
}

/// Adds to `commit` the rows that index `after` by the skeletons of its name, and deletes those of `before`.
pub(super) fn indexed_by_look(commit: Commit, before: Option<&Client>, after: Option<&Client>) -> Commit {
    let expires_at = after.and_then(|after| after.expires_at);
    let (before, after) = (before.map(look_keys).unwrap_or_default(), after.map(look_keys).unwrap_or_default());
    let gone = before.into_iter().filter(|key| !after.contains(key));
    let commit = gone.fold(commit, |commit, key| commit.delete(CLIENT_NAME_SKELETONS, key));
    after.into_iter().fold(commit, |commit, key| commit.put(CLIENT_NAME_SKELETONS, key, [], expires_at))
}

/// Only the names of trusted clients are protected. Others may share a name.
fn look_keys(client: &Client) -> Vec<Vec<u8>> {
    let key = |skeleton: &String| [&sha256(skeleton)[..], client.client_id.as_str().as_bytes()].concat();
    if client.is_vouched() { skeletons(&client.metadata.client_name).iter().map(key).collect() } else { Vec::new() }
}

fn name_keys(client: &Client) -> Vec<Vec<u8>> {
    words(&client.metadata.client_name).iter().map(|word| pair(cut(word), client.client_id.as_str())).collect()
}

/// The suffixes of a name that begin at a word, in lower case: `OpenCloud on iOS` has `opencloud on ios`, `cloud on
/// ios`, `on ios`, `ios` and `os`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut before = ' ';
    for (at, character) in name.char_indices() {
        let begins = character.is_alphanumeric()
            && (!before.is_alphanumeric() || (character.is_uppercase() && !before.is_uppercase()));
        if (begins || at == 0) && words.len() < MOST_WORDS {
            words.extend(name.get(at..).map(folded));
        }
        before = character;
    }
    words
}

fn folded(text: &str) -> String {
    // A separator ends the name's part of the key, so it must not occur in the name.
    text.to_lowercase().replace('\0', " ")
}

/// The beginning of `text` that fits into a key.
fn cut(text: &str) -> &str {
    let end = (0..=LONGEST_WORD).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    if text.len() <= LONGEST_WORD { text } else { text.get(..end).unwrap_or_default() }
}

/// Maximum number of indexed words per name.
const MOST_WORDS: usize = 16;

/// A key has at most 256 bytes, and a client identifier at most 128.
const LONGEST_WORD: usize = 96;

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::{
        oauth::{client::Provenance, client_authentication::tests::client as registered},
        store::both_engines::stores,
    };

    #[tokio::test]
    async fn a_client_that_is_never_used_is_swept_with_all_that_leads_to_it_and_one_that_is_used_stays() {
        let now = time::macros::datetime!(2030-01-01 00:00 UTC);
        let (stores, _folder) = stores(now);
        for store in stores {
            let client = |id: &str| Client {
                client_id: ClientId::parse(id).unwrap(),
                provenance: Provenance::Itself { owner: Some(Subject::new("usr_a")), is_vouched: false },
                expires_at: Some(now + Duration::DAY),
                ..registered()
            };
            for id in ["unused", "used"] {
                store.create_client(&client(id)).await.unwrap();
            }
            let used = store.client(&ClientId::parse("used").unwrap()).unwrap().unwrap();
            store.replace_client(&used, &Client { expires_at: None, ..used.record.clone() }).await.unwrap();
            let found = |store: &Store| {
                let ids = |clients: Vec<Client>| clients.into_iter().map(|client| client.client_id.to_string());
                let owned = ids(store.clients_of(&Subject::new("usr_a"), None, 10).unwrap()).collect::<Vec<_>>();
                let named = store.keys(CLIENTS_BY_NAME, b"orders", None, 10).unwrap().len();
                (ids(store.clients(None, 10).unwrap()).collect::<Vec<_>>(), owned, named)
            };
            let both = vec!["unused".to_owned(), "used".to_owned()];
            assert_eq!(found(&store), (both.clone(), both, 2));
            store.engine().sweep(now + Duration::days(2)).await.unwrap();
            let one = vec!["used".to_owned()];
            assert_eq!(found(&store), (one.clone(), one, 1));
        }
    }

    #[test]
    fn a_word_begins_after_a_space_and_with_a_capital() {
        assert_eq!(words("OpenCloud on iOS"), ["opencloud on ios", "cloud on ios", "on ios", "ios", "os"]);
        assert_eq!(words("«Wiki»-2 K8s"), ["«wiki»-2 k8s", "wiki»-2 k8s", "2 k8s", "k8s"]);
        assert_eq!(words("HTTP"), ["http"]);
        assert!(words("").is_empty());
        assert_eq!(words(&"a ".repeat(100)).len(), MOST_WORDS);
        assert_eq!((cut(&"é".repeat(100)).len(), cut("short")), (96, "short"));
    }
}
