//! The queue of failure events. They are grouped and limited, because attackers can cause any number of them.
//!
//! A failure event has no commit to be part of, and an attacker who could cause a write with each attempt could fill
//! the disk. Each user and each client therefore has a small number of rows that is replenished slowly, and so has
//! the server as a whole. Further events are counted, and their number is recorded in one row at intervals.
//!
//! With these limits at most 4 200 failure events are written per day, about 300 MB in the 90 days for which events
//! are kept.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use super::{Actor, EventDetails, EventKind, Principal, RequestOrigin};

/// An event that has happened and is not on disk yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub at: OffsetDateTime,
    pub actor: Actor,
    pub details: EventDetails,
}

/// Failure events that are not on disk yet.
#[derive(Debug, Default)]
pub struct FailureQueue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rows: Rows,
    groups: HashMap<Group, QueueState>,
    waiting: Vec<Noted>,
    /// Number of counted events without a group.
    others: u64,
    told_at: Option<OffsetDateTime>,
}

/// Failures of one kind that concern one user, client or unknown name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Group {
    kind: EventKind,
    whom: String,
}

#[derive(Debug)]
struct QueueState {
    rows: Rows,
    not_written: u64,
    /// The latest event, without its origin.
    details: EventDetails,
}

/// A limit on rows: an initial number, and one more after each interval.
#[derive(Debug, Default)]
struct Rows {
    /// Number of rows used and not replenished yet; 0 is the initial state.
    spent: u32,
    since: Option<OffsetDateTime>,
}

impl FailureQueue {
    /// Adds the failure `details`, caused by `actor` at `now`.
    pub fn note(&self, actor: &Actor, details: EventDetails, now: OffsetDateTime) {
        let mut state = self.state();
        let group = Group::of(&details);
        if !state.groups.contains_key(&group) && !state.has_room(now) {
            state.others += 1;
            return;
        }
        let whole = state.rows.has_one(TOGETHER, now) && state.waiting.len() < LONGEST_QUEUE;
        let fresh = || QueueState { rows: Rows::default(), not_written: 0, details: details.clone() };
        let kept = state.groups.entry(group).or_insert_with(fresh);
        if whole && kept.rows.has_one(EACH, now) {
            kept.rows.spend();
            state.rows.spend();
            state.waiting.push(Noted { at: now, actor: actor.clone(), details });
        } else {
            kept.not_written += 1;
        }
    }

    /// Takes the events to be written now. The caller writes them, or reports them as [lost](Self::lost).
    #[must_use]
    pub fn take(&self, now: OffsetDateTime) -> Vec<Noted> {
        let mut state = self.state();
        let mut taken = std::mem::take(&mut state.waiting);
        let told_at = *state.told_at.get_or_insert(now);
        if now - told_at >= TOLD_EVERY || now < told_at {
            taken.extend(state.tell(now));
        }
        taken
    }

    /// Like [`Self::take`] on shutdown, including events that are only counted.
    #[must_use]
    pub fn take_rest(&self, now: OffsetDateTime) -> Vec<Noted> {
        let mut state = self.state();
        let mut taken = std::mem::take(&mut state.waiting);
        taken.extend(state.tell(now));
        taken
    }

    /// Reports that `count` events that were taken could not be written. Their number is recorded later.
    pub fn lost(&self, count: usize) {
        self.state().others += u64::try_from(count).unwrap_or(u64::MAX);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // After a panic the counts may be slightly wrong, which is acceptable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&mut self, now: OffsetDateTime) -> bool {
        if self.groups.len() >= MOST_GROUPS {
            self.groups.retain(|_, kept| kept.not_written > 0 || !kept.rows.is_as_new(EACH, now));
        }
        self.groups.len() < MOST_GROUPS
    }

    /// The rows that record the number of unwritten events: one for each of the largest groups, and one for all
    /// others.
    fn tell(&mut self, now: OffsetDateTime) -> Vec<Noted> {
        self.told_at = Some(now);
        let mut counted: Vec<&mut QueueState> = self.groups.values_mut().filter(|kept| kept.not_written > 0).collect();
        counted.sort_by_key(|kept| Reverse(kept.not_written));
        let mut told = Vec::new();
        for (at, kept) in counted.into_iter().enumerate() {
            let not_written = std::mem::take(&mut kept.not_written);
            if at < MOST_TOLD {
                told.push(EventDetails { not_written: Some(not_written), ..kept.details.clone() });
            } else {
                self.others = self.others.saturating_add(not_written);
            }
        }
        let others = std::mem::take(&mut self.others);
        if others > 0 {
            told.push(EventDetails { not_written: Some(others), ..EventDetails::of(EventKind::FailuresNotWritten) });
        }
        let actor = Actor { principal: Principal::Anonymous, origin: RequestOrigin::default() };
        told.into_iter().map(|details| Noted { at: now, actor: actor.clone(), details }).collect()
    }
}

impl Group {
    fn of(details: &EventDetails) -> Self {
        let account = details.account.as_ref().map(|account| account.as_str());
        let client_id = details.client_id.as_ref().map(|client_id| client_id.as_str());
        // All unknown names form one group, because an attacker can use any number of them.
        let whom = account.or(client_id).unwrap_or_default().to_owned();
        Self { kind: details.kind, whom }
    }
}

impl Rows {
    fn has_one(&mut self, (most, one_per): (u32, Duration), now: OffsetDateTime) -> bool {
        let since = *self.since.get_or_insert(now);
        let elapsed = (now - since).max(Duration::ZERO).whole_seconds();
        let forgiven = u32::try_from(elapsed / one_per.whole_seconds().max(1)).unwrap_or(u32::MAX);
        if forgiven > 0 || now < since {
            self.spent = self.spent.saturating_sub(forgiven);
            self.since = Some(now);
        }
        self.spent < most
    }

    fn spend(&mut self) {
        self.spent += 1;
    }

    fn is_as_new(&mut self, pace: (u32, Duration), now: OffsetDateTime) -> bool {
        self.has_one(pace, now) && self.spent == 0
    }
}

/// Per group: five rows immediately, and one more every five minutes.
const EACH: (u32, Duration) = (5, Duration::minutes(5));

/// For all groups together: sixty rows immediately, and two more every minute.
const TOGETHER: (u32, Duration) = (60, Duration::seconds(30));

/// How often the number of unwritten events is recorded.
const TOLD_EVERY: Duration = Duration::minutes(10);

/// Maximum number of groups that get their own row each time.
const MOST_TOLD: usize = 8;

/// Maximum number of groups kept.
const MOST_GROUPS: usize = 1024;

/// Maximum number of waiting rows when they cannot be written.
const LONGEST_QUEUE: usize = 256;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::oauth::client::ClientId;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn failed(client: &str) -> EventDetails {
        EventDetails::of(EventKind::ClientAuthenticationFailed).with_client(&ClientId::parse(client).unwrap())
    }

    fn counts(taken: &[Noted]) -> (usize, u64) {
        let rows = taken.iter().filter(|noted| noted.details.not_written.is_none()).count();
        (rows, taken.iter().filter_map(|noted| noted.details.not_written).sum())
    }

    #[test]
    fn of_a_thousand_refusals_of_one_client_five_are_written_and_the_rest_is_counted() {
        let queue = FailureQueue::default();
        let _nothing = queue.take(NOW);
        for _ in 0..1000 {
            queue.note(&Actor::default(), failed("shop"), NOW);
        }
        assert_eq!(counts(&queue.take(NOW)), (5, 0));
        assert_eq!(counts(&queue.take(NOW + Duration::minutes(9))), (0, 0));
        let told = queue.take(NOW + Duration::minutes(10));
        assert_eq!(counts(&told), (0, 995));
        assert_eq!(told[0].details.client_id, Some(ClientId::parse("shop").unwrap()));
        assert_eq!(counts(&queue.take(NOW + Duration::minutes(20))), (0, 0), "told once");
    }

    #[test]
    fn another_client_is_not_silenced_by_a_noisy_one() {
        let queue = FailureQueue::default();
        for _ in 0..1000 {
            queue.note(&Actor::default(), failed("noisy"), NOW);
        }
        queue.note(&Actor::default(), failed("quiet"), NOW);
        let taken = queue.take(NOW);
        assert!(taken.iter().any(|noted| noted.details == failed("quiet")), "{taken:?}");
    }

    #[test]
    fn rows_come_back_slowly() {
        let queue = FailureQueue::default();
        let attempt = |minutes| {
            let now = NOW + Duration::minutes(minutes);
            for _ in 0..100 {
                queue.note(&Actor::default(), failed("shop"), now);
            }
            counts(&queue.take(now)).0
        };
        assert_eq!([0, 4, 5, 9, 10, 60].map(attempt), [5, 0, 1, 0, 1, 5]);
    }

    #[test]
    fn however_many_clients_are_named_a_day_has_a_bounded_number_of_rows_and_nothing_is_lost() {
        let queue = FailureQueue::default();
        let _nothing = queue.take(NOW);
        let (mut rows, mut told, mut noted) = (0, 0, 0);
        for minute in 0..24 * 60 {
            let now = NOW + Duration::minutes(minute);
            for at in 0..50 {
                queue.note(&Actor::default(), failed(&format!("c{}", (minute * 50 + at) % 3000)), now);
                noted += 1;
            }
            let taken = queue.take(now);
            rows += taken.len();
            told += counts(&taken).0 as u64 + counts(&taken).1;
        }
        let rest = queue.take_rest(NOW + Duration::DAY);
        told += counts(&rest).0 as u64 + counts(&rest).1;
        assert!(rows <= 4_300, "{rows}");
        assert_eq!(told, noted);
    }

    #[test]
    fn what_could_not_be_written_is_reported_later() {
        let queue = FailureQueue::default();
        queue.note(&Actor::default(), failed("shop"), NOW);
        queue.lost(queue.take(NOW).len());
        let told = queue.take_rest(NOW);
        assert_eq!(counts(&told), (0, 1));
        assert_eq!(told[0].details.kind, EventKind::FailuresNotWritten);
    }
}
