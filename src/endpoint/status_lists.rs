//! The status lists in memory: which places are taken, which grants have ended, and what was last published of it.
//!
//! A place belongs to a grant, and a commit beside the grant reserves it, so that two never share one. Everything else
//! follows from the store and is worked out anew at each start: the bit of a grant is 1 exactly when it may not issue any
//! more. The store tells of each commit that may have changed that; time alone changes it too, when a refresh schedule
//! ticks, and [`StatusLists::advance`] looks.

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

/// The status lists of a running server.
pub struct StatusLists {
    /// Not watched: what it reads tells nobody.
    store: Store,
    clock: Clock,
    lists: Mutex<BTreeMap<ListId, List>>,
    /// Held while grants are looked at and their bits are set, so that of two looks the later one decides.
    looking: Mutex<()>,
    /// Until when the ticks of schedules have been seen.
    seen_until: Mutex<OffsetDateTime>,
}

impl StatusLists {
    /// No list yet, over `store`, which nobody watches.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        let seen_until = Mutex::new(clock.now());
        Self { store, clock, lists: Mutex::default(), looking: Mutex::default(), seen_until }
    }

    /// Reads every place that is taken, and works out the bits. For the start, before anything is answered: it blocks.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
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
                // The storage was set back to a time before some grants of this list, and nobody knows their places.
                if !is_of_epoch {
                    list.condemn();
                }
            }
        }
    }

    /// A place for a new grant, at random, for a while: until the grant is written, which makes it last.
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

    /// The list of `id` as it is now; `None` if there is no such list, or not any more.
    ///
    /// It is signed again only when a bit has changed, the keys have, or half of its `ttl` is over: a client that fetches it
    /// can rely on it for at least the other half, and no client can make this server sign more often.
    ///
    /// # Errors
    ///
    /// The list cannot be signed.
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

    /// Does what time does: places whose grants are gone are free again, lists without a grant end, and what the ticks of
    /// schedules have ended is looked at. To be called every few seconds while the clock is trusted; it blocks.
    ///
    /// # Errors
    ///
    /// The storage cannot be read. The next call looks at the same again.
    pub fn advance(&self) -> Result<(), StoreFault> {
        let now = self.clock.now();
        self.lists().retain(|_, list| {
            list.release(now);
            list.taken() > 0
        });
        self.follow_schedules()
    }

    /// Looks at what the ticks of schedules have ended. A clock that is not trusted must not free places: their grants are
    /// still there, and a second grant would get the place of the first.
    ///
    /// # Errors
    ///
    /// As [`StatusLists::advance`].
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

    /// Looks at the grants of each page of identifiers as they are now, and sets their bits. A page is read and its bits are
    /// set under one lock: a bit that was set later was looked at later.
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

/// Whether the schedule of `record` has ended something between the two instants.
fn has_ticked(record: ScheduleRecord, since: OffsetDateTime, now: OffsetDateTime) -> bool {
    let schedule = ScheduleInForce { account: Some(record), client: None };
    schedule.scheduled_end_at(since) != schedule.scheduled_end_at(now)
}

/// A place is free again when the row that reserves it has been swept.
fn kept_until(expires_at: Option<OffsetDateTime>) -> Option<OffsetDateTime> {
    expires_at.map(|at| at.saturating_add(SWEEP_AFTER))
}

/// How long a place is kept for a grant that is about to be written.
const RESERVED: Duration = Duration::minutes(10);

/// So many rows are read together.
const PAGE: u16 = 256;

/// So many grants are looked at together; whoever begins one meanwhile waits for so long.
const LOOKED_AT: u16 = 64;

#[cfg(test)]
#[path = "status_lists_tests.rs"]
mod tests;
