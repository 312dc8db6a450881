//! How security events are recorded and found.

use std::sync::atomic::{AtomicU64, Ordering};

use time::{Duration, OffsetDateTime};

use super::{
    Commit, StoreFault,
    namespaces::{EVENTS, EVENTS_BY_ACCOUNT, EVENTS_BY_CLIENT},
    record::{Record, put_until},
    row::Namespace,
};
use crate::{account::record::AccountId, audit::SecurityEvent, clock::Clock, oauth::client::ClientId};

impl Record for SecurityEvent {
    const NAMESPACE: Namespace = EVENTS;
}

/// Selects which events to read.
#[derive(Clone, Copy, Debug)]
pub enum EventIndex<'a> {
    All,
    /// Events about a user or caused by them.
    Account(&'a AccountId),
    /// Events about a client or caused by it.
    Client(&'a ClientId),
}

/// The state for writing events.
#[derive(Debug)]
pub(super) struct Trail {
    pub(super) clock: Clock,
    pub(super) retention: Duration,
    /// The sequence number of the latest event.
    pub(super) last: AtomicU64,
}

impl Trail {
    /// The next sequence number: the microseconds from 1970 to `at`, or one more than the last, whichever is greater.
    pub(super) fn next(&self, at: OffsetDateTime) -> u64 {
        let now = EventIndex::sequence_at(at);
        let next = |last: u64| now.max(last.saturating_add(1));
        let before = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)));
        next(before.unwrap_or_else(|last| last))
    }

    pub(super) fn put(&self, commit: Commit, event: &SecurityEvent) -> Result<Commit, StoreFault> {
        let expires_at = Some(event.at.saturating_add(self.retention));
        let commit = put_until(commit, &event.sequence.to_be_bytes(), event, expires_at)?;
        Ok(self.index(commit, event))
    }

    /// Adds to `commit` the rows that index `event`.
    pub(super) fn index(&self, commit: Commit, event: &SecurityEvent) -> Commit {
        let expires_at = Some(event.at.saturating_add(self.retention));
        let (principal, details) = (&event.principal, &event.details);
        let indexed = |commit: Commit, namespace, names: [Option<&str>; 2]| {
            let [first, second] = names;
            let names = first.into_iter().chain(second.filter(|name| Some(*name) != first));
            names.fold(commit, |commit, name| commit.put(namespace, owned(name, Some(event.sequence)), [], expires_at))
        };
        let accounts = [details.account.as_ref(), principal.account()].map(|account| account.map(AccountId::as_str));
        let clients = [details.client_id.as_ref(), principal.client_id()].map(|client| client.map(ClientId::as_str));
        indexed(indexed(commit, EVENTS_BY_ACCOUNT, accounts), EVENTS_BY_CLIENT, clients)
    }
}

impl EventIndex<'_> {
    /// The smallest sequence number of events at `at` or later.
    #[must_use]
    pub fn sequence_at(at: OffsetDateTime) -> u64 {
        u64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or_default()
    }
}

/// The key of an event in the index of `name`, or the common prefix of these keys.
pub(super) fn owned(name: &str, sequence: Option<u64>) -> Vec<u8> {
    let sequence = sequence.map(u64::to_be_bytes);
    [name.as_bytes(), &[0], sequence.as_ref().map_or(&[], <[u8; 8]>::as_slice)].concat()
}

pub(super) fn sequence_of(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}
