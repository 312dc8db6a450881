//! What was refused, on its way to the disk: grouped and bounded, since strangers cause it.
//!
//! A refusal has no commit of its own, and a visitor who could have one written for each attempt could fill the disk. So
//! each person and each application has a few rows that fill up again slowly, and so has the server as a whole. What is
//! beyond is counted, and told by one row now and then: "and so many more".
//!
//! By these bounds at most 4 200 rows a day are written of refusals, which is about 300 MB in the 90 days for which events
//! are kept.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use super::{Actor, EventDetails, EventKind, Principal, RequestOrigin};

/// Something that has happened and is not on disk yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: Actor,
    /// What.
    pub details: EventDetails,
}

/// What was refused and is not on disk yet.
#[derive(Debug, Default)]
pub struct FailureQueue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rows: Rows,
    groups: HashMap<Group, QueueState>,
    waiting: Vec<Noted>,
    /// What is counted and has no group.
    others: u64,
    told_at: Option<OffsetDateTime>,
}

/// Refusals of one kind that concern one person, application or unknown name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Group {
    kind: EventKind,
    whom: String,
}

#[derive(Debug)]
struct QueueState {
    rows: Rows,
    not_written: u64,
    /// The last one, without from where it came.
    details: EventDetails,
}

/// So many rows may be written at once, and one more after each interval.
#[derive(Debug, Default)]
struct Rows {
    /// How many were written and have not been forgiven; 0 is as good as new.
    spent: u32,
    since: Option<OffsetDateTime>,
}

impl FailureQueue {
    /// Notes that `details`, which `actor` caused at `now`, was refused.
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

    /// What is to be written now. Whoever takes it writes it, or says that it was [lost](Self::lost).
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

    /// The same at the end, with everything that is only counted.
    #[must_use]
    pub fn take_rest(&self, now: OffsetDateTime) -> Vec<Noted> {
        let mut state = self.state();
        let mut taken = std::mem::take(&mut state.waiting);
        taken.extend(state.tell(now));
        taken
    }

    /// So many that were taken could not be written. They are told of later.
    pub fn lost(&self, count: usize) {
        self.state().others += u64::try_from(count).unwrap_or(u64::MAX);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whatever panicked left counts that are a little wrong at worst.
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

    /// The rows that tell how many more there were: one for each of the groups with the most, one for all others.
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
        // Names that are nobody's are one group: a stranger can make any number of them.
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

/// Of one group five rows at once, and one more every five minutes.
const EACH: (u32, Duration) = (5, Duration::minutes(5));

/// Of all groups together sixty at once, and two more every minute.
const TOGETHER: (u32, Duration) = (60, Duration::seconds(30));

/// So often it is told how many more there were.
const TOLD_EVERY: Duration = Duration::minutes(10);

/// So many groups are told of by rows of their own each time.
const MOST_TOLD: usize = 8;

/// So many groups are remembered.
const MOST_GROUPS: usize = 1024;

/// So many rows wait at most, when the disk does not take them.
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
    fn what_could_not_be_written_is_told_of_later() {
        let queue = FailureQueue::default();
        queue.note(&Actor::default(), failed("shop"), NOW);
        queue.lost(queue.take(NOW).len());
        let told = queue.take_rest(NOW);
        assert_eq!(counts(&told), (0, 1));
        assert_eq!(told[0].details.kind, EventKind::FailuresNotWritten);
    }
}
