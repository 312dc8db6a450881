//! Security events, stored in order of time and indexed by the users and clients they concern.

use std::sync::atomic::AtomicU64;

use time::Duration;

use super::{
    Commit, CommitError, StoreFault,
    event_trail::{EventIndex, Trail, owned, sequence_of},
    namespaces::{EVENTS, EVENTS_BY_ACCOUNT, EVENTS_BY_CLIENT},
    record::decode,
    record_store::Store,
};
use crate::{
    audit::{Actor, EventDetails, Noted, SecurityEvent},
    clock::Clock,
};

impl Store {
    /// Returns a store that also records, in each commit, what the commit means for users and clients as security
    /// events. Events are kept for `retention`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn audited(self, clock: Clock, retention: Duration) -> Result<Self, StoreFault> {
        // After the clock was set back, new events must still be ordered after the existing ones.
        let newest = self.engine().page_back(EVENTS, b"", None, 1)?;
        let last = newest.first().and_then(|(key, _)| sequence_of(key)).unwrap_or_default();
        let trail = Trail { clock, retention, last: AtomicU64::new(last) };
        let mut store = self;
        store.trail = Some(trail.into());
        Ok(store)
    }

    /// Returns a store whose events name `actor` as the actor.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        let mut store = self.clone();
        store.actor = actor.into();
        store
    }

    /// Returns a store for a single commit that also records the event `details`.
    #[must_use]
    pub fn with_event(&self, details: EventDetails) -> Self {
        let mut store = self.clone();
        store.also = Some(details.into());
        store
    }

    /// Records an event that belongs to no other commit.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn record_event(&self, details: EventDetails) -> Result<(), CommitError> {
        if self.trail.is_none() {
            return Ok(());
        }
        self.commit(self.append_events(Commit::new(), [details])?).await
    }

    /// Records events that were queued earlier.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a write fails. Some events may then be recorded and others not.
    pub async fn record_noted(&self, noted: Vec<Noted>) -> Result<(), CommitError> {
        let Some(trail) = &self.trail else { return Ok(()) };
        let mut noted = noted.into_iter().peekable();
        while noted.peek().is_some() {
            let mut chunk = noted.by_ref().take(EVENTS_PER_COMMIT);
            let commit = chunk.try_fold(Commit::new(), |commit, Noted { at, actor, details }| {
                trail.put(commit, &SecurityEvent::new(trail.next(at), at, &actor, details))
            })?;
            self.commit(commit).await?;
        }
        Ok(())
    }

    /// Returns up to `limit` events of `index` before the sequence number `before`, newest first. For an event that
    /// has been deleted, only the sequence number is returned.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn events(
        &self,
        index: EventIndex<'_>,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Vec<(u64, Option<SecurityEvent>)>, StoreFault> {
        let (namespace, prefix) = match index {
            EventIndex::All => (EVENTS, Vec::new()),
            EventIndex::Account(account) => (EVENTS_BY_ACCOUNT, owned(account.as_str(), None)),
            EventIndex::Client(client_id) => (EVENTS_BY_CLIENT, owned(client_id.as_str(), None)),
        };
        let before = before.map(|before| [prefix.as_slice(), &before.to_be_bytes()].concat());
        let rows = self.engine().page_back(namespace, &prefix, before.as_deref(), limit)?;
        let mut events = Vec::with_capacity(rows.len());
        for (key, row) in rows {
            let Some(sequence) = key.strip_prefix(prefix.as_slice()).and_then(sequence_of) else { continue };
            let event = match index {
                EventIndex::All => Some(decode::<SecurityEvent>(&row.value)?),
                _ => self.read::<SecurityEvent>(&sequence.to_be_bytes())?.map(|kept| kept.record),
            };
            events.push((sequence, event));
        }
        Ok(events)
    }

    /// Returns up to `limit` events after the sequence number `after`, oldest first.
    ///
    /// Concurrent commits may become visible in another order than their sequence numbers. A reader that follows the
    /// events has to read the last few seconds again.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn events_after(&self, after: u64, limit: u16) -> Result<Vec<SecurityEvent>, StoreFault> {
        let events = self.records::<SecurityEvent>(b"", Some(&after.to_be_bytes()), limit)?;
        Ok(events.into_iter().map(|(_, kept)| kept.record).collect())
    }

    /// Adds to `commit` the events that describe it.
    pub(super) fn append_events(
        &self,
        commit: Commit,
        occurrences: impl IntoIterator<Item = EventDetails>,
    ) -> Result<Commit, StoreFault> {
        let Some(trail) = &self.trail else { return Ok(commit) };
        let at = trail.clock.now();
        occurrences.into_iter().try_fold(commit, |commit, details| {
            trail.put(commit, &SecurityEvent::new(trail.next(at), at, &self.actor, details))
        })
    }

    /// Adds to `commit` the event set by [`Store::with_event`].
    pub(super) fn with_what_is_also_told(&self, commit: Commit) -> Result<Commit, StoreFault> {
        self.append_events(commit, self.also.as_deref().cloned())
    }
}

/// Maximum number of writes per event: the event itself, and the index rows for its subject and its actor, one of
/// which is not a user or not a client.
pub(super) const OPERATIONS_OF_EVENT: usize = 4;

/// Number of events written in one commit.
const EVENTS_PER_COMMIT: usize = 16;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::{OffsetDateTime, macros::datetime};

    use super::*;
    use crate::{
        account::{
            record::{Account, Username},
            session::{Session, SessionId},
            sign_in::password_login,
        },
        audit::{EventKind, Principal, RequestOrigin},
        entropy::Entropy,
        oauth::{
            client::ClientId,
            grant::{EndCause, Grant, tests::grant},
            subject::Subject,
        },
        store::{Engine, MemoryEngine, both_engines::stores},
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
    const RETENTION: Duration = Duration::days(90);

    fn audited(store: Store) -> (Store, Clock) {
        let clock = Clock::manual(NOW);
        (store.audited(clock.clone(), RETENTION).unwrap(), clock)
    }

    fn account(name: &str) -> Account {
        Account::new(Username::parse(name).unwrap(), NOW, Entropy::system())
    }

    fn kinds(store: &Store, index: EventIndex<'_>) -> Vec<&'static str> {
        let events = store.events(index, None, 100).unwrap();
        events.into_iter().map(|(_, event)| event.unwrap().details.kind.as_str()).collect()
    }

    #[tokio::test]
    async fn a_change_and_its_event_are_written_together_or_not_at_all() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, _clock) = audited(store);
            let ada = account("ada");
            store.create_account(&ada).await.unwrap();
            let refused = store.create_account(&account("ada")).await;
            assert!(matches!(refused, Err(CommitError::Conflict)), "the name is taken");
            assert_eq!(kinds(&store, EventIndex::All), ["account_created"], "no event for what did not happen");
            let kept = store.account(&ada.id).unwrap().unwrap();
            let changed = Account { email_verified: true, ..ada.clone() };
            store.replace_account(&kept, &changed).await.unwrap();
            assert!(store.replace_account(&kept, &ada).await.is_err(), "another change was first");
            assert_eq!(kinds(&store, EventIndex::Account(&ada.id)), ["person_changed", "account_created"]);
        }
    }

    #[tokio::test]
    async fn an_event_is_one_commit_with_its_change() {
        let engine: Arc<MemoryEngine> = Arc::default();
        let (store, _clock) = audited(Store::new(engine.clone(), None));
        let ada = account("ada");
        store.create_account(&ada).await.unwrap();
        let [(_, row)] = &engine.page_back(EVENTS, b"", None, 9).unwrap()[..] else { panic!() };
        let kept = engine.get(crate::store::namespaces::ACCOUNTS, ada.id.as_str().as_bytes()).unwrap().unwrap();
        assert_eq!(row.version, kept.version, "the sequence of the commit that wrote it");
    }

    #[tokio::test]
    async fn events_are_found_by_whom_they_are_about_and_by_who_did_it() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, clock) = audited(store);
            let (ada, root) = (account("ada"), account("root"));
            let by_root = store.as_actor(RequestOrigin::default().as_account(&root.id));
            by_root.create_account(&ada).await.unwrap();
            clock.advance(Duration::SECOND);
            let grant = Grant { subject: Subject::new(ada.id.as_str()), ..grant() };
            store.begin_grant(&grant).await.unwrap();
            let by_client = store.as_actor(RequestOrigin::default().as_client(&grant.client_id));
            by_client.end_grant(&grant.id, EndCause::RefreshReplayed, NOW).await.unwrap();
            by_client.end_grant(&grant.id, EndCause::RefreshReplayed, NOW).await.unwrap();
            let of_ada = kinds(&store, EventIndex::Account(&ada.id));
            assert_eq!(of_ada, ["refresh_token_replayed", "account_created"], "once, the newest first");
            assert_eq!(kinds(&store, EventIndex::Account(&root.id)), ["account_created"]);
            assert_eq!(kinds(&store, EventIndex::Client(&grant.client_id)), ["refresh_token_replayed"]);
            let (sequence, _) = store.events(EventIndex::All, None, 1).unwrap().remove(0);
            assert_eq!(store.events(EventIndex::All, Some(sequence), 9).unwrap().len(), 1, "the page after");
            let [older, newer] = &store.events_after(0, 9).unwrap()[..] else { panic!() };
            assert!(older.sequence < newer.sequence && older.at == NOW);
            assert_eq!(store.events_after(older.sequence, 9).unwrap(), std::slice::from_ref(newer));
        }
    }

    #[tokio::test]
    async fn a_session_begins_and_ends_with_an_event_that_does_not_open_it() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, _clock) = audited(store);
            let (ada, id) = (account("ada"), SessionId::generate(Entropy::system()));
            let session = Session::begin(&password_login(&ada, NOW), Entropy::system());
            store.begin_session(&id.digest(), &session, None).await.unwrap();
            store.end_session(&id.digest(), &session, &[], EndCause::SignedOut).await.unwrap();
            store.begin_session(&id.digest(), &session, None).await.unwrap();
            store.end_session(&id.digest(), &session, &[], EndCause::RevokedByAdministrator).await.unwrap();
            let expected = ["session_ended", "login_succeeded", "logged_out", "login_succeeded"];
            assert_eq!(kinds(&store, EventIndex::Account(&ada.id)), expected);
            let told = serde_json::to_string(&store.events_after(0, 9).unwrap()).unwrap();
            for secret in [id.secret().expose(), id.digest().as_str(), session.sid.as_str()] {
                assert!(!told.contains(secret), "{told}");
            }
        }
    }

    #[tokio::test]
    async fn the_sequence_grows_even_when_the_clock_is_set_back() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, clock) = audited(store);
            let note = || async { store.record_event(EventDetails::of(EventKind::ServerStarted)).await.unwrap() };
            note().await;
            clock.advance(-Duration::DAY);
            note().await;
            // As after a restart with a wrong clock.
            let (again, _) = (store.clone().audited(clock.clone(), RETENTION).unwrap(), ());
            again.record_event(EventDetails::of(EventKind::KeyRotated)).await.unwrap();
            assert_eq!(kinds(&store, EventIndex::All), ["key_rotated", "server_started", "server_started"]);
        }
    }

    #[tokio::test]
    async fn events_are_swept_after_their_retention_and_not_before() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, _clock) = audited(store);
            let ada = account("ada");
            store.create_account(&ada).await.unwrap();
            store.engine().sweep(NOW + RETENTION).await.unwrap();
            assert_eq!(kinds(&store, EventIndex::Account(&ada.id)), ["account_created"]);
            store.engine().sweep(NOW + RETENTION + Duration::hours(2)).await.unwrap();
            assert!(store.events(EventIndex::All, None, 9).unwrap().is_empty());
            assert!(store.events(EventIndex::Account(&ada.id), None, 9).unwrap().is_empty());
            assert!(store.account(&ada.id).unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn what_was_noted_is_written_with_the_time_at_which_it_happened() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (store, clock) = audited(store);
            clock.advance(Duration::MINUTE);
            let actor = RequestOrigin::new([192, 0, 2, 1].into(), "", None).acting_as(Principal::Anonymous);
            let details = EventDetails::of(EventKind::LoginFailed);
            let noted = Noted { at: NOW, actor, details };
            store.record_noted(vec![noted; 40]).await.unwrap();
            let events = store.events_after(0, 100).unwrap();
            assert_eq!(events.len(), 40);
            assert!(events.iter().all(|event| event.at == NOW) && events.is_sorted_by_key(|event| event.sequence));
        }
    }

    #[tokio::test]
    async fn the_largest_event_fits_into_a_row() {
        let (store, _clock) = audited(Store::new(Arc::new(MemoryEngine::new()), None));
        let client_id = ClientId::parse(&"c".repeat(ClientId::LONGEST)).unwrap();
        let members = (0..60).map(|at| format!("a_member_with_a_long_name_{at}")).collect();
        let details = EventDetails::of(EventKind::ClientChanged).with_client(&client_id).changing(members);
        let address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap();
        let origin = RequestOrigin::new(address, "Firefox/ Windows", Some(&"r".repeat(22)));
        store.as_actor(origin.as_client(&client_id)).record_event(details).await.unwrap();
    }
}
