//! The status lists in memory: which indexes are taken, which grants have ended, and the last published version.
//!
//! An index belongs to a grant. It is reserved in the same commit as the grant, so it is never shared. Everything
//! else is derived from the store at each start: the bit of a grant is 1 exactly when the grant may not issue tokens
//! any more. The store notifies the lists of each commit that may have changed that. Time alone also changes it, when
//! a refresh schedule ticks; [`StatusLists::advance`] handles that.

mod list;
mod publish;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use self::list::List;
use self::publish::Numbered;
pub use self::publish::{PublishedList, Publisher};
use super::standing::StatusLookup;
use crate::{
    account::schedule_record::{ScheduleInForce, ScheduleRecord},
    clock::Clock,
    entropy::Entropy,
    jose::SigningFault,
    oauth::{
        grant::GrantId,
        status_list::{ListId, StatusIndex},
    },
    store::{Affected, SWEEP_AFTER, Store, StoreFault, Watcher},
};

pub struct StatusLists {
    /// A store without a watcher, so reads through it do not cause notifications.
    store: Store,
    clock: Clock,
    lists: Mutex<BTreeMap<ListId, List>>,
    /// Locked while grants are read and their bits are set, so that the later of two reads decides.
    looking: Mutex<()>,
    /// The time until which the ticks of schedules have been processed.
    seen_until: Mutex<OffsetDateTime>,
}

impl StatusLists {
    /// Creates an empty set of lists over `store`, which has no watcher.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        let seen_until = Mutex::new(clock.now());
        Self { store, clock, lists: Mutex::default(), looking: Mutex::default(), seen_until }
    }

    /// Reads every taken index and computes the bits. It blocks; call it at the start, before requests are answered.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn load(&self) -> Result<usize, StoreFault> {
        let now = self.clock.now();
        let mut standing = StatusLookup::new(&self.store, now);
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.store.status_entries(after, PAGE)?;
            let Some((last, _, _)) = page.last() else { return Ok(count) };
            after = Some(*last);
            count += page.len();
            for (index, entry, is_of_epoch) in page {
                let grant = self.store.grant(&entry.grant)?.map(|kept| kept.record);
                let is_valid = grant.map_or(Ok(false), |grant| standing.may_issue(&grant))?;
                let mut lists = self.lists();
                let list = lists.entry(index.list).or_default();
                list.take(index.idx, kept_until(entry.expires_at));
                list.set_invalid(index.idx, !is_valid);
                // The database was restored to a time before some grants of this list, so their indexes are unknown.
                if !is_of_epoch {
                    list.condemn();
                }
            }
        }
    }

    /// Reserves a random index for a new grant. The reservation becomes permanent when the grant is written, and
    /// expires otherwise.
    #[must_use]
    pub fn reserve(&self, entropy: Entropy, now: OffsetDateTime) -> StatusIndex {
        let until = Some(now + RESERVED);
        let mut lists = self.lists();
        for (id, list) in lists.iter_mut() {
            if let Some(idx) = list.generate(entropy, until) {
                return StatusIndex { list: *id, idx };
            }
        }
        loop {
            let id = ListId::generate(entropy);
            let list = lists.entry(id).or_default();
            if let Some(idx) = list.generate(entropy, until) {
                return StatusIndex { list: id, idx };
            }
        }
    }

    /// Returns the current version of the list `id`, or `None` if it does not exist.
    ///
    /// A list is signed again only when a bit or the keys have changed, or half of its `ttl` has passed. Clients can
    /// therefore rely on it for at least the other half, and requests cannot make this server sign more often.
    ///
    /// # Errors
    ///
    /// Returns a [`SigningFault`] if the list cannot be signed.
    pub fn publish(&self, id: ListId, publisher: &Publisher<'_>) -> Result<Option<Arc<PublishedList>>, SigningFault> {
        let Some(slot) = self.lists().get(&id).map(List::published) else { return Ok(None) };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let (statuses, version) = {
            let lists = self.lists();
            let Some((statuses, version)) = lists.get(&id).map(List::statuses) else { return Ok(None) };
            let keys = publisher.keys.jwks();
            if let Some(published) = slot.as_ref().filter(|list| list.is_fresh(version, &keys, publisher.now)) {
                return Ok(Some(Arc::clone(published)));
            }
            (statuses.clone(), version)
        };
        let list = Numbered { id, statuses: &statuses, version };
        let published = Arc::new(PublishedList::sign(publisher, &list, slot.as_deref())?);
        *slot = Some(Arc::clone(&published));
        Ok(Some(published))
    }

    /// The identifiers of all lists.
    #[must_use]
    pub fn ids(&self) -> Vec<ListId> {
        self.lists().keys().copied().collect()
    }

    /// Processes the passage of time: frees the indexes of deleted grants, drops lists without grants, and processes
    /// the ticks of schedules. Call it every few seconds while the clock is trusted; it blocks.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read. The next call processes the same again.
    pub fn advance(&self) -> Result<(), StoreFault> {
        let now = self.clock.now();
        self.lists().retain(|_, list| {
            list.release(now);
            list.taken() > 0
        });
        self.follow_schedules()
    }

    /// Processes the ticks of schedules only. While the clock is not trusted, indexes must not be freed: their grants
    /// may still exist, and a second grant would get the index of the first.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] in the same cases as [`StatusLists::advance`].
    pub fn follow_schedules(&self) -> Result<(), StoreFault> {
        let now = self.clock.now();
        let mut seen_until = self.seen_until.lock().unwrap_or_else(PoisonError::into_inner);
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.schedules_of_everybody(after.as_deref(), PAGE)?;
            let Some((last, _, _)) = page.last() else { break };
            after = Some(last.clone());
            for (_, subject, record) in page {
                if has_ticked(record, *seen_until, now) {
                    self.changed(&Affected::GrantsOf(subject))?;
                }
            }
        }
        *seen_until = now;
        Ok(())
    }

    /// Reads the grants of each page of identifiers and sets their bits. A page is read and its bits are set under
    /// one lock, so a bit set later comes from a later read.
    fn look(&self, fetch: impl Fn(Option<&GrantId>) -> Result<Vec<GrantId>, StoreFault>) -> Result<(), StoreFault> {
        let mut after: Option<GrantId> = None;
        loop {
            let _one_after_the_other = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
            let page = fetch(after.as_ref())?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            let mut standing = StatusLookup::new(&self.store, self.clock.now());
            for id in &page {
                let Some(grant) = self.store.grant(id)?.map(|kept| kept.record) else { continue };
                let Some(index) = grant.status else { continue };
                let is_valid = standing.may_issue(&grant)?;
                let mut lists = self.lists();
                let list = lists.entry(index.list).or_default();
                list.take(index.idx, kept_until(grant.expires_at));
                list.set_invalid(index.idx, !is_valid);
            }
        }
    }

    fn lists(&self) -> MutexGuard<'_, BTreeMap<ListId, List>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for StatusLists {
    fn changed(&self, affected: &Affected) -> Result<(), StoreFault> {
        match affected {
            Affected::Grant(id) => self.look(|after| Ok(after.map_or_else(|| vec![id.clone()], |_| Vec::new()))),
            Affected::GrantsOf(subject) => self.look(|after| self.store.grant_ids_of(subject, after, LOOKED_AT)),
            Affected::GrantsTo(client_id) => self.look(|after| self.store.grant_ids_to(client_id, after, LOOKED_AT)),
        }
    }
}

/// Returns `true` if the schedule of `record` has ended something between the two instants.
fn has_ticked(record: ScheduleRecord, since: OffsetDateTime, now: OffsetDateTime) -> bool {
    let schedule = ScheduleInForce { account: Some(record), client: None };
    schedule.scheduled_end_at(since) != schedule.scheduled_end_at(now)
}

/// An index is free again when the row that reserves it has been deleted.
fn kept_until(expires_at: Option<OffsetDateTime>) -> Option<OffsetDateTime> {
    expires_at.map(|at| at.saturating_add(SWEEP_AFTER))
}

/// How long an index is reserved for a grant that is about to be written.
const RESERVED: Duration = Duration::minutes(10);

/// Number of rows read per page.
const PAGE: u16 = 256;

/// Number of grants processed under one lock. New grants wait for that long.
const LOOKED_AT: u16 = 64;

#[cfg(test)]
#[path = "status_lists_tests.rs"]
mod tests;
