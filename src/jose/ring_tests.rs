//! Tests of the ring over simulated years, interruptions and clock jumps.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;

const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];
const START: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

/// A ring of keys without key material.
#[derive(Default)]
struct Ring {
    keys: Vec<RingKey>,
    made: usize,
}

impl Ring {
    fn started() -> Self {
        let mut ring = Self::default();
        ring.advance(START);
        ring
    }

    fn advance(&mut self, now: OffsetDateTime) -> Vec<Change> {
        let changes = plan(&self.keys, RingPolicy::default(), &ALGORITHMS, now);
        self.apply(&changes, now);
        changes
    }

    fn apply(&mut self, changes: &[Change], now: OffsetDateTime) {
        for change in changes {
            if let Change::Create(algorithm, stage) = change {
                self.made += 1;
                self.keys.push(RingKey::new(format!("key-{:05}", self.made), *algorithm, *stage, now));
            }
            let named = |key: &RingKey| match change {
                Change::Promote(kid) | Change::Retire(kid) | Change::Redate(kid) | Change::Remove(kid) => {
                    *kid == key.kid
                }
                Change::Create(..) => false,
            };
            self.keys = self
                .keys
                .iter()
                .filter_map(|key| if named(key) { key.after(change, now) } else { Some(key.clone()) })
                .collect();
        }
    }

    fn signing(&self, algorithm: Algorithm) -> Vec<String> {
        signing(&self.keys, algorithm).iter().map(|key| key.kid.clone()).collect()
    }

    fn next(&self, algorithm: Algorithm) -> Vec<String> {
        let next = self.keys.iter().filter(|key| key.algorithm == algorithm && key.is_next());
        next.map(|key| key.kid.clone()).collect()
    }

    fn published(&self) -> BTreeSet<String> {
        self.keys.iter().map(|key| key.kid.clone()).collect()
    }

    /// Simulates a restart, which loses everything that is not written.
    fn reload(&mut self) {
        let text = serde_json::to_string(&self.keys).unwrap();
        self.keys = serde_json::from_str(&text).unwrap();
    }
}

#[test]
fn at_the_first_start_one_key_signs_immediately_and_one_is_published_for_later() {
    let changes = plan(&[], RingPolicy::default(), &[Algorithm::Es256], START);
    assert_eq!(
        changes,
        [
            Change::Create(Algorithm::Es256, Stage::Signing { since: START }),
            Change::Create(Algorithm::Es256, Stage::Next)
        ]
    );
}

#[test]
fn a_key_rotates_at_its_instant_and_not_before() {
    let mut ring = Ring::started();
    let before = (ring.signing(Algorithm::Es256), ring.next(Algorithm::Es256));
    let due = START + RingPolicy::default().rotate_every;
    assert_eq!(ring.advance(due - Duration::SECOND), []);
    ring.advance(due);
    assert_eq!(ring.signing(Algorithm::Es256), before.1);
    assert!(ring.published().is_superset(&before.0.iter().cloned().collect()));
    let gone = due + RingPolicy::default().keep_retired;
    assert_eq!(ring.advance(gone - Duration::SECOND), []);
    assert!(ring.published().is_superset(&before.0.iter().cloned().collect()));
    ring.advance(gone);
    assert!(ring.published().is_disjoint(&before.0.iter().cloned().collect()));
}

#[test]
fn a_next_key_waits_until_verifiers_know_it() {
    let mut ring = Ring::started();
    let due = START + RingPolicy::default().rotate_every;
    for key in ring.keys.iter_mut().filter(|key| key.is_next()) {
        key.created_at = due - Duration::HOUR;
    }
    assert_eq!(ring.advance(due), []);
    assert_eq!(ring.advance(due + Duration::hours(23) - Duration::SECOND), []);
    assert_eq!(ring.advance(due + Duration::hours(23)).len(), 6);
}

/// Verifiers cache a JWKS for an hour; tokens have a lifetime of 23 hours.
#[test]
fn over_a_year_no_verifier_meets_a_key_it_does_not_know() {
    let mut ring = Ring::started();
    let mut cached = VecDeque::from([ring.published()]);
    let mut alive: VecDeque<Vec<String>> = VecDeque::new();
    let mut signers = BTreeSet::new();
    for hour in 1..=(366 * 24) {
        ring.advance(START + Duration::hours(hour));
        ring.reload();
        alive.push_back(ALGORITHMS.iter().flat_map(|algorithm| ring.signing(*algorithm)).collect());
        cached.push_back(ring.published());
        if cached.len() > 2 {
            cached.pop_front();
        }
        if alive.len() > 24 {
            alive.pop_front();
        }
        for kid in alive.iter().flatten() {
            assert!(cached.iter().all(|jwks| jwks.contains(kid)), "hour {hour}: {kid} is unknown");
        }
        signers.extend(alive.back().cloned().unwrap_or_default());
        assert!(ring.published().len() <= 6, "hour {hour}: {:?}", ring.published());
    }
    // 366 days of 90 are four rotations for each of the two algorithms.
    assert_eq!(signers.len(), 2 * 5);
}

#[test]
fn after_a_year_of_downtime_the_published_next_key_signs() {
    let mut ring = Ring::started();
    let next = ring.next(Algorithm::Rs256);
    ring.reload();
    ring.advance(START + Duration::days(365));
    assert_eq!(ring.signing(Algorithm::Rs256), next);
    assert_eq!(ring.next(Algorithm::Rs256).len(), 1);
}

#[test]
fn keys_that_a_fast_clock_made_rotate_by_the_true_time() {
    let mut ring = Ring::default();
    ring.advance(datetime!(2100-01-01 00:00 UTC));
    ring.advance(START);
    assert_eq!(ring.advance(START + Duration::days(89)), []);
    assert!(!ring.advance(START + Duration::days(90)).is_empty());
}

// A machine without a battery-backed clock starts in 1970 until it receives the time from the network.
#[test]
fn a_clock_that_is_not_set_ends_no_life() {
    let mut ring = Ring::started();
    let rotated = START + Duration::days(90);
    ring.advance(rotated);
    let before = ring.keys.clone();
    assert_eq!(ring.advance(OffsetDateTime::UNIX_EPOCH), []);
    assert_eq!(ring.advance(rotated + Duration::hours(1)), []);
    assert_eq!(ring.keys, before);
    assert_eq!(plan(&[], RingPolicy::default(), &ALGORITHMS, OffsetDateTime::UNIX_EPOCH).len(), 4);
}

#[test]
fn a_manual_rotation_promotes_the_next_key_and_retires_the_present_one() {
    let mut ring = Ring::started();
    let (signing, next) = (ring.signing(Algorithm::Es256), ring.next(Algorithm::Es256));
    let now = START + Duration::HOUR;
    ring.apply(&rotation(&ring.keys, &ALGORITHMS, now), now);
    assert_eq!(ring.signing(Algorithm::Es256), next);
    assert!(ring.published().contains(&signing[0]));
    assert_eq!(ring.next(Algorithm::Es256).len(), 1);
    assert_eq!(ring.advance(now), []);
}

#[test]
fn an_emergency_drops_what_is_compromised_immediately() {
    for compromised in [Compromised::SigningKeys, Compromised::EveryKey] {
        let mut ring = Ring::started();
        let now = START + Duration::HOUR;
        ring.apply(&rotation(&ring.keys, &ALGORITHMS, now), now);
        let before = ring.published();
        let (signing, next) = (ring.signing(Algorithm::Es256), ring.next(Algorithm::Es256));
        ring.apply(&emergency(&ring.keys, compromised, &ALGORITHMS, now), now);
        assert!(!ring.published().contains(&signing[0]), "{compromised:?}");
        let kept = compromised == Compromised::SigningKeys;
        assert_eq!(ring.signing(Algorithm::Es256) == next, kept, "{compromised:?}");
        assert_eq!(ring.published().is_disjoint(&before), !kept, "{compromised:?}");
        assert_eq!(ring.signing(Algorithm::Es256).len(), 1);
        assert_eq!(ring.advance(now), []);
    }
}

#[test]
fn an_algorithm_that_is_no_longer_wanted_retires() {
    let mut ring = Ring::started();
    let policy = RingPolicy::default();
    let changes = plan(&ring.keys, policy, &[Algorithm::Es256], START);
    ring.apply(&changes, START);
    assert_eq!(ring.signing(Algorithm::Rs256), Vec::<String>::new());
    assert_eq!(ring.keys.iter().filter(|key| key.algorithm == Algorithm::Rs256).count(), 1);
    assert_eq!(plan(&ring.keys, policy, &[Algorithm::Es256], START), []);
    let later = START + policy.keep_retired;
    ring.apply(&plan(&ring.keys, policy, &[Algorithm::Es256], later), later);
    assert_eq!(ring.keys.iter().filter(|key| key.algorithm == Algorithm::Rs256).count(), 0);
    assert_eq!(ring.signing(Algorithm::Es256).len(), 1);
}

#[test]
fn a_copy_of_the_jwks_is_kept_no_longer_than_until_the_next_change() {
    let policy = RingPolicy::default();
    let mut ring = Ring::started();
    let due = START + policy.rotate_every;
    for (now, seconds) in [
        (START, 300),
        (due - Duration::seconds(300), 300),
        (due - Duration::seconds(299), 299),
        (due - Duration::seconds(31), 31),
        (due - Duration::seconds(29), 30),
        (due + Duration::days(9), 30),
    ] {
        assert_eq!(max_age(&ring.keys, policy, now), Duration::seconds(seconds), "{now}");
    }
    ring.advance(due);
    assert_eq!(max_age(&ring.keys, policy, due), Duration::seconds(300));
    assert_eq!(max_age(&ring.keys, policy, due + policy.keep_retired - Duration::MINUTE), Duration::MINUTE);
    assert_eq!(max_age(&[], policy, START), Duration::seconds(300));
}

/// An event: time passes or jumps, the first steps of a plan are carried out, or the server restarts.
#[derive(Debug, Clone)]
enum Event {
    Pass(i64),
    Set(i64),
    Interrupted { after: i64, steps: usize },
    Rotate,
    Emergency,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0_i64..40 * 86_400).prop_map(Event::Pass),
        2 => (-100_i64 * 31_557_600..100 * 31_557_600).prop_map(Event::Pass),
        // Any instant from 1970 to the end of 9999.
        1 => (0_i64..253_402_300_800).prop_map(Event::Set),
        2 => (0_i64..200 * 86_400, 0_usize..8).prop_map(|(after, steps)| Event::Interrupted { after, steps }),
        1 => Just(Event::Rotate),
        1 => Just(Event::Emergency),
    ]
}

fn moved(now: OffsetDateTime, event: &Event) -> OffsetDateTime {
    let seconds = match event {
        Event::Pass(step) | Event::Interrupted { after: step, .. } => now.unix_timestamp() + step,
        Event::Set(seconds) => *seconds,
        _ => return now,
    };
    OffsetDateTime::from_unix_timestamp(seconds.clamp(0, 253_402_300_799)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_clock_does_each_algorithm_signs_and_has_a_next_key(events in prop::collection::vec(event(), 1..40)) {
        let mut ring = Ring::started();
        let mut now = START;
        for event in events {
            now = moved(now, &event);
            let signing: Vec<_> = ALGORITHMS.iter().flat_map(|algorithm| ring.signing(*algorithm)).collect();
            match event {
                Event::Interrupted { steps, .. } => {
                    let changes = plan(&ring.keys, RingPolicy::default(), &ALGORITHMS, now);
                    ring.apply(changes.get(..steps).unwrap_or(&changes), now);
                    for algorithm in ALGORITHMS {
                        prop_assert!(!ring.signing(algorithm).is_empty(), "{algorithm} does not sign");
                    }
                }
                Event::Rotate => ring.apply(&rotation(&ring.keys, &ALGORITHMS, now), now),
                Event::Emergency => {
                    ring.apply(&emergency(&ring.keys, Compromised::SigningKeys, &ALGORITHMS, now), now);
                    prop_assert!(signing.iter().all(|kid| !ring.published().contains(kid)));
                }
                Event::Pass(_) | Event::Set(_) => {}
            }
            ring.reload();
            let signing: Vec<_> = ALGORITHMS.iter().flat_map(|algorithm| ring.signing(*algorithm)).collect();
            ring.advance(now);
            for algorithm in ALGORITHMS {
                prop_assert_eq!(ring.signing(algorithm).len(), 1);
                prop_assert_eq!(ring.next(algorithm).len(), 1);
            }
            // A key that signed until now is still published.
            prop_assert!(signing.iter().all(|kid| ring.published().contains(kid)));
            prop_assert_eq!(plan(&ring.keys, RingPolicy::default(), &ALGORITHMS, now), []);
            let seconds = max_age(&ring.keys, RingPolicy::default(), now).whole_seconds();
            prop_assert!((30..=300).contains(&seconds));
        }
    }
}

#[test]
fn each_algorithm_that_lacks_a_key_gets_one_of_its_own() {
    let key = |kid: &str, algorithm, stage| RingKey::new(kid.to_owned(), algorithm, stage, START);
    let (one, other) = (Algorithm::Es256, Algorithm::Rs256);
    let signs = Stage::Signing { since: START };
    for (keys, expected) in [
        (
            vec![key("a", one, signs), key("b", other, signs), key("c", other, Stage::Next)],
            vec![Change::Create(one, Stage::Next)],
        ),
        (
            vec![
                key("a", one, signs),
                key("b", one, Stage::Next),
                key("c", other, signs),
                key("d", other, Stage::Next),
            ],
            vec![],
        ),
        (
            vec![key("a", one, Stage::Next), key("c", other, signs), key("d", other, Stage::Next)],
            vec![Change::Promote("a".to_owned()), Change::Create(one, Stage::Next)],
        ),
    ] {
        assert_eq!(missing(&keys, &ALGORITHMS, START), expected, "{keys:?}");
    }
}
