//! The guarantees of every engine, as one test suite that runs on each.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use time::{Duration, OffsetDateTime, macros::datetime};
use tokio::sync::Barrier;

use super::*;
use crate::{clock::Clock, entropy::Entropy};

const CODES: Namespace = Namespace::new(1, "codes");
const GRANTS: Namespace = Namespace::new(2, "grants");
const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

macro_rules! contract {
    ($($test:ident)*) => {
        mod memory_engine {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$test(std::sync::Arc::new(super::MemoryEngine::new())).await;
            })*
        }

        mod sled_engine {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                let folder = tempfile::tempdir().unwrap();
                super::$test(std::sync::Arc::new(super::sled_in(folder.path()))).await;
                let blobs = std::fs::read_dir(folder.path().join("blobs")).unwrap().count();
                assert_eq!(blobs, 0, "sled wrote a file that it never syncs");
            })*
        }
    };
}

contract! {
    a_row_that_was_put_is_read_until_it_is_deleted
    versions_grow_and_name_their_commit
    a_commit_happens_only_if_all_its_preconditions_hold
    of_two_writes_to_one_key_the_later_remains
    a_commit_beyond_the_limits_writes_nothing
    the_largest_commit_is_taken
    pages_are_in_the_order_of_keys
    pages_back_are_the_same_the_other_way_round
    an_expired_row_is_read_until_it_is_swept
    a_sweep_spares_what_has_been_expired_for_an_hour_or_less
    a_sweep_takes_the_longest_expired_first_and_not_too_many
    a_row_is_swept_by_its_latest_expiry
    a_row_is_spent_once_however_many_try
    commits_at_the_same_time_all_happen
    a_dropped_future_harms_no_one
    what_comes_after_the_close_is_refused
}

fn sled_in(folder: &std::path::Path) -> SledEngine {
    SledEngine::open(folder, OnRollback::Refuse, Clock::manual(NOW), Entropy::system()).unwrap().engine
}

type Subject = Arc<dyn Engine>;

async fn put(engine: &Subject, key: &str, expires_at: Option<OffsetDateTime>) -> u64 {
    engine.commit(Commit::new().put(CODES, key, key, expires_at)).await.unwrap()
}

fn keys(engine: &Subject, prefix: &str, after: Option<&str>, limit: u16) -> Vec<String> {
    let page = engine.page(CODES, prefix.as_bytes(), after.map(str::as_bytes), limit).unwrap();
    page.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect()
}

async fn a_row_that_was_put_is_read_until_it_is_deleted(engine: Subject) {
    assert_eq!(engine.get(CODES, b"a").unwrap(), None);
    let expires_at = Some(datetime!(2030-01-01 00:00:00.123456789 +2));
    let version = engine.commit(Commit::new().put(CODES, "a", "one", expires_at)).await.unwrap();
    let row = Row { version, value: b"one".to_vec(), expires_at };
    assert_eq!(engine.get(CODES, b"a").unwrap(), Some(row));
    assert_eq!(engine.get(GRANTS, b"a").unwrap(), None, "another namespace");
    assert_eq!(engine.get(CODES, b"").unwrap(), None, "another key");
    engine.commit(Commit::new().delete(CODES, "a").delete(CODES, "never there")).await.unwrap();
    assert_eq!(engine.get(CODES, b"a").unwrap(), None);
}

async fn versions_grow_and_name_their_commit(engine: Subject) {
    let first = put(&engine, "a", None).await;
    let second = engine.commit(Commit::new().put(CODES, "a", "", None).put(GRANTS, "a", "", None)).await.unwrap();
    assert!(first < second);
    assert_eq!(engine.get(CODES, b"a").unwrap().unwrap().version, second);
    assert_eq!(engine.get(GRANTS, b"a").unwrap().unwrap().version, second);
    engine.commit(Commit::new().delete(CODES, "a")).await.unwrap();
    assert!(put(&engine, "a", None).await > second, "a row that is created again has a new version");
}

async fn a_commit_happens_only_if_all_its_preconditions_hold(engine: Subject) {
    let version = put(&engine, "there", None).await;
    let there = |expect| (CODES, "there", expect);
    let elsewhere = |expect| (CODES, "elsewhere", expect);
    let cases = [
        (vec![there(Expect::Version(version))], true),
        (vec![elsewhere(Expect::Absent)], true),
        (vec![there(Expect::Version(version)), elsewhere(Expect::Absent)], true),
        (vec![there(Expect::Absent)], false),
        (vec![there(Expect::Version(version + 1))], false),
        (vec![elsewhere(Expect::Version(version))], false),
        (vec![elsewhere(Expect::Absent), there(Expect::Absent)], false),
        (vec![there(Expect::Absent), elsewhere(Expect::Absent)], false),
    ];
    for (number, (preconditions, happens)) in cases.into_iter().enumerate() {
        let key = number.to_string();
        let mut commit = Commit::new().put(GRANTS, key.as_str(), "", None);
        for (namespace, key, expect) in preconditions {
            commit = commit.expect(namespace, key, expect);
        }
        let outcome = engine.commit(if happens { commit } else { commit.delete(CODES, "there") }).await;
        assert_eq!(outcome.is_ok(), happens, "case {number}");
        assert_eq!(matches!(outcome, Err(CommitError::Conflict)), !happens, "case {number}");
        assert_eq!(engine.get(GRANTS, key.as_bytes()).unwrap().is_some(), happens, "case {number}");
        assert_eq!(engine.get(CODES, b"there").unwrap().unwrap().version, version, "case {number}");
    }
    // Preconditions refer to the rows before the commit, whatever their position in it.
    let commit = Commit::new().put(CODES, "new", "", None).expect(CODES, "new", Expect::Absent);
    engine.commit(commit).await.unwrap();
}

async fn of_two_writes_to_one_key_the_later_remains(engine: Subject) {
    let expired = Some(NOW - Duration::DAY);
    let commit = Commit::new().put(CODES, "a", "first", expired).put(CODES, "a", "second", None);
    engine.commit(commit.put(CODES, "b", "", expired).delete(CODES, "b")).await.unwrap();
    assert_eq!(engine.get(CODES, b"a").unwrap().unwrap().value, b"second");
    assert_eq!(engine.get(CODES, b"b").unwrap(), None);
    assert_eq!(engine.sweep(NOW).await.unwrap(), 0);
    engine.commit(Commit::new().delete(CODES, "a").put(CODES, "a", "third", None)).await.unwrap();
    assert_eq!(engine.get(CODES, b"a").unwrap().unwrap().value, b"third");
}

async fn a_commit_beyond_the_limits_writes_nothing(engine: Subject) {
    let key = |length| vec![b'k'; length];
    let many = (0..=MAX_OPERATIONS).fold(Commit::new(), |commit, at| commit.put(CODES, at.to_string(), "", None));
    let cases = [
        (many, Limit::Operations(MAX_OPERATIONS + 1)),
        (Commit::new().put(CODES, key(MAX_KEY + 1), "", None), Limit::Key(MAX_KEY + 1)),
        (Commit::new().delete(CODES, key(MAX_KEY + 1)), Limit::Key(MAX_KEY + 1)),
        (Commit::new().expect(CODES, key(MAX_KEY + 1), Expect::Absent), Limit::Key(MAX_KEY + 1)),
        (Commit::new().put(CODES, "k", vec![0; MAX_VALUE + 1], None), Limit::Value(MAX_VALUE + 1)),
    ];
    for (commit, limit) in cases {
        let outcome = engine.commit(commit.put(CODES, "k2", "", None)).await;
        let limit = if let Limit::Operations(count) = limit { Limit::Operations(count + 1) } else { limit };
        assert!(
            matches!(outcome, Err(CommitError::Internal(StoreFault::BeyondLimits(found))) if found == limit),
            "{limit}: {outcome:?}"
        );
        assert!(engine.page(CODES, b"", None, 1).unwrap().is_empty(), "{limit}");
    }
    assert!(!engine.is_failed());
    put(&engine, "within", None).await;
}

async fn the_largest_commit_is_taken(engine: Subject) {
    let key = |at: usize| [vec![b'k'; MAX_KEY - 2], u16::try_from(at).unwrap().to_be_bytes().to_vec()].concat();
    // Twice, so that rows are replaced by rows of the same size; their expiries are rewritten too.
    for round in 0..2 {
        let commit = (0..MAX_OPERATIONS).fold(Commit::new(), |commit, at| {
            commit.put(CODES, key(at), vec![round; MAX_VALUE], Some(NOW + Duration::minutes(i64::from(round))))
        });
        engine.commit(commit).await.unwrap();
        let page = engine.page(CODES, b"", None, u16::MAX).unwrap();
        assert_eq!(page.len(), MAX_OPERATIONS);
        assert!(page.iter().all(|(_, row)| row.value == vec![round; MAX_VALUE]));
    }
}

async fn pages_are_in_the_order_of_keys(engine: Subject) {
    for key in ["b", "a/2", "a/1", "a/10", "a", "c", "a/3"] {
        put(&engine, key, None).await;
    }
    engine.commit(Commit::new().put(GRANTS, "a/0", "", None).put(GRANTS, "z", "", None)).await.unwrap();
    let cases: [(&str, Option<&str>, u16, &[&str]); 10] = [
        ("", None, 99, &["a", "a/1", "a/10", "a/2", "a/3", "b", "c"]),
        ("", None, 2, &["a", "a/1"]),
        ("", Some("a/1"), 2, &["a/10", "a/2"]),
        ("", Some("a/11"), 1, &["a/2"]),
        ("", Some("c"), 9, &[]),
        ("a/", None, 99, &["a/1", "a/10", "a/2", "a/3"]),
        ("a/", Some("a/2"), 99, &["a/3"]),
        ("a/", Some("a"), 1, &["a/1"]),
        ("a/", Some("b"), 9, &[]),
        ("a/", None, 0, &[]),
    ];
    for (prefix, after, limit, expected) in cases {
        assert_eq!(keys(&engine, prefix, after, limit), expected, "{prefix:?} after {after:?}, {limit}");
    }
}

async fn pages_back_are_the_same_the_other_way_round(engine: Subject) {
    // Enough rows for several leaves, with keys at both ends of the byte range.
    let keys: Vec<Vec<u8>> =
        (0..=255_u8).flat_map(|first| [vec![first], vec![first, 0], vec![first, 255, 255]]).collect();
    for chunk in keys.chunks(MAX_OPERATIONS) {
        let commit = chunk.iter().fold(Commit::new(), |commit, key| commit.put(CODES, key.clone(), "", None));
        engine.commit(commit).await.unwrap();
    }
    engine.commit(Commit::new().put(GRANTS, "a", "", None)).await.unwrap();
    let mut backwards = keys.clone();
    backwards.sort();
    backwards.reverse();
    for prefix in [&[][..], &[7], &[255], &[255, 255], &[1, 2, 3]] {
        for before in [None, Some(&[][..]), Some(&[0]), Some(&[7, 255]), Some(&[128]), Some(&[255, 255, 255])] {
            for limit in [0, 1, 5, 2000] {
                let is_meant =
                    |key: &&Vec<u8>| key.starts_with(prefix) && before.is_none_or(|before| key.as_slice() < before);
                let expected: Vec<_> = backwards.iter().filter(is_meant).take(limit).cloned().collect();
                let page = engine.page_back(CODES, prefix, before, u16::try_from(limit).unwrap()).unwrap();
                let found: Vec<_> = page.into_iter().map(|(key, _)| key).collect();
                assert_eq!(found, expected, "{prefix:?} before {before:?}, {limit}");
            }
        }
    }
    assert!(engine.page_back(GRANTS, b"b", None, 9).unwrap().is_empty());
}

async fn an_expired_row_is_read_until_it_is_swept(engine: Subject) {
    put(&engine, "a", Some(NOW)).await;
    assert!(engine.get(CODES, b"a").unwrap().is_some());
    assert_eq!(keys(&engine, "", None, 9), ["a"]);
    assert_eq!(engine.sweep(NOW + Duration::DAY).await.unwrap(), 1);
    assert_eq!(engine.get(CODES, b"a").unwrap(), None);
    assert_eq!(engine.sweep(NOW + Duration::DAY).await.unwrap(), 0);
}

async fn a_sweep_spares_what_has_been_expired_for_an_hour_or_less(engine: Subject) {
    put(&engine, "never", None).await;
    put(&engine, "an hour", Some(NOW - SWEEP_AFTER)).await;
    put(&engine, "later", Some(NOW + Duration::HOUR)).await;
    assert_eq!(engine.sweep(NOW).await.unwrap(), 0);
    put(&engine, "a second more", Some(NOW - SWEEP_AFTER - Duration::SECOND)).await;
    put(&engine, "long ago", Some(datetime!(1969-01-01 00:00 UTC))).await;
    assert_eq!(engine.sweep(NOW).await.unwrap(), 2);
    assert_eq!(keys(&engine, "", None, 9), ["an hour", "later", "never"]);
}

async fn a_sweep_takes_the_longest_expired_first_and_not_too_many(engine: Subject) {
    for at in 0..i64::try_from(SWEEP_LIMIT).unwrap() + 2 {
        put(&engine, &format!("{at:04}"), Some(NOW - Duration::hours(2) - Duration::seconds(at))).await;
    }
    assert_eq!(engine.sweep(NOW).await.unwrap(), SWEEP_LIMIT);
    assert_eq!(keys(&engine, "", None, 9), ["0000", "0001"]);
    assert_eq!(engine.sweep(NOW).await.unwrap(), 2);
}

async fn a_row_is_swept_by_its_latest_expiry(engine: Subject) {
    let long_ago = Some(NOW - Duration::DAY);
    for (key, then) in [("prolonged", Some(NOW)), ("for ever", None), ("shortened", long_ago)] {
        put(&engine, key, if then == long_ago { None } else { long_ago }).await;
        put(&engine, key, then).await;
    }
    assert_eq!(engine.sweep(NOW).await.unwrap(), 1);
    assert_eq!(keys(&engine, "", None, 9), ["for ever", "prolonged"]);
}

async fn a_row_is_spent_once_however_many_try(engine: Subject) {
    const TASKS: usize = 64;
    for round in 0..20 {
        let key = format!("code {round}");
        let version = put(&engine, &key, None).await;
        let winners = Arc::new(AtomicUsize::new(0));
        let start = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let (engine, winners, start, key) = (engine.clone(), winners.clone(), start.clone(), key.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    let commit = Commit::new().expect(CODES, key.as_str(), Expect::Version(version));
                    let commit = commit.put(CODES, key.as_str(), "spent", None);
                    match engine.commit(commit.put(GRANTS, format!("{key} {task}"), "", None)).await {
                        Ok(_) => winners.fetch_add(1, Ordering::SeqCst),
                        Err(CommitError::Conflict) => 0,
                        Err(fault) => panic!("{fault}"),
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(winners.load(Ordering::SeqCst), 1, "round {round}");
        let grants = engine.page(GRANTS, format!("{key} ").as_bytes(), None, 99).unwrap();
        assert_eq!(grants.len(), 1, "round {round}: who lost has written nothing");
    }
}

async fn commits_at_the_same_time_all_happen(engine: Subject) {
    let tasks: Vec<_> = (0..1500_u32)
        .map(|task| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let key = task.to_string();
                let commit = Commit::new().expect(CODES, key.as_str(), Expect::Absent);
                (key.clone(), engine.commit(commit.put(CODES, key.as_str(), key.as_str(), None)).await.unwrap())
            })
        })
        .collect();
    let mut versions = std::collections::BTreeSet::new();
    for task in tasks {
        let (key, version) = task.await.unwrap();
        let row = engine.get(CODES, key.as_bytes()).unwrap().unwrap();
        assert_eq!((row.version, row.value), (version, key.into_bytes()));
        assert!(versions.insert(version), "two commits with the version {version}");
    }
}

async fn a_dropped_future_harms_no_one(engine: Subject) {
    for at in 0..100 {
        let mut commit = engine.commit(Commit::new().put(CODES, at.to_string(), "", None));
        tokio::select! {
            biased;
            _ = &mut commit => {}
            () = std::future::ready(()) => {}
        }
    }
    let version = put(&engine, "last", None).await;
    assert_eq!(engine.get(CODES, b"last").unwrap().unwrap().version, version);
}

async fn what_comes_after_the_close_is_refused(engine: Subject) {
    put(&engine, "before", None).await;
    let mut health = engine.health();
    assert_eq!(*health.borrow_and_update(), EngineHealth::Sound);
    engine.close().await.unwrap();
    engine.close().await.unwrap();
    health.wait_for(|health| *health == EngineHealth::Closed).await.unwrap();
    let outcome = engine.commit(Commit::new().put(CODES, "after", "", None)).await;
    assert!(matches!(outcome, Err(CommitError::Internal(StoreFault::Closed))), "{outcome:?}");
    assert!(matches!(engine.sweep(NOW).await, Err(StoreFault::Closed)));
    assert_eq!(keys(&engine, "", None, 9), ["before"], "reads go on");
    assert!(!engine.is_failed());
}
