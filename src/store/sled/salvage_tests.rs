//! Tests for the salvage of a damaged database.

use std::{fs, path::Path, sync::Arc};

use super::{
    bit_flip_tests::{a_bit, all_rows, filled},
    tests::{CODES, NOW, copy, open, open_with, put},
    *,
};
use crate::{
    account::record::{Account, Role, Username},
    entropy::Entropy,
    store::{
        Store,
        namespaces::{ACCOUNTS, ADMINISTRATORS, USERNAMES},
    },
};

/// Flips bit `at` of a file.
fn flip(path: &Path, at: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[usize::try_from(at / 8).unwrap()] ^= 1 << (at % 8);
    fs::write(path, bytes).unwrap();
}

fn salvaged(damaged: &Path, target: &Path) -> Result<SalvageReport, OpenError> {
    let salvage_order = Salvage { damaged: damaged.to_owned(), target: target.to_owned(), reached: 0 };
    salvage(&salvage_order, NOW, Entropy::system())
}

#[tokio::test]
async fn one_flipped_bit_anywhere_is_salvaged_without_loss() {
    let copies = std::env::var("SIGNET_TEST_SALVAGES").map_or(40, |count| count.parse::<u64>().unwrap());
    let original = tempfile::tempdir().unwrap();
    filled(original.path()).await;
    let reopened = tempfile::tempdir().unwrap();
    copy(original.path(), reopened.path());
    let expected = all_rows(&open(reopened.path()).unwrap()).unwrap();
    let (mut unopenable, mut repaired) = (0, 0);
    for round in 0..copies {
        let parent = tempfile::tempdir().unwrap();
        let (damaged, target) = (parent.path().join("data"), parent.path().join("salvaged"));
        copy(if round % 2 == 0 { original.path() } else { reopened.path() }, &damaged);
        let db = damaged.join("db");
        let at = a_bit(fs::metadata(&db).unwrap().len(), round);
        flip(&db, at);
        if round % 8 == 0 {
            // The small file with sled's settings, without which sled opens nothing.
            let conf = damaged.join("conf");
            flip(&conf, at % (fs::metadata(&conf).unwrap().len() * 8));
        }
        let report = salvaged(&damaged, &target).unwrap_or_else(|error| panic!("bit {at} of copy {round}: {error}"));
        assert!(report.is_complete && report.lost.is_empty(), "bit {at} of copy {round}: {report:?}");
        repaired += report.repaired;
        let opened = open_with(&target, OnRollback::Refuse).unwrap();
        assert!(all_rows(&opened.engine).unwrap() == expected, "bit {at} of copy {round}");
        let epoch = opened.epoch.unwrap();
        assert!(put(&opened.engine, "new").await > epoch.sequence);
        assert!(expected.iter().all(|(_, row)| row.version < epoch.sequence), "an epoch has begun");
        unopenable += usize::from(open(&damaged).is_err());
    }
    println!("{copies} damaged databases: {unopenable} refused at the start, all salvaged, {repaired} blocks repaired");
}

#[tokio::test]
async fn what_is_damaged_beyond_repair_is_reported_and_the_rest_is_salvaged() {
    let parent = tempfile::tempdir().unwrap();
    let (damaged, target) = (parent.path().join("data"), parent.path().join("salvaged"));
    filled(&damaged).await;
    let db = damaged.join("db");
    let mut bytes = fs::read(&db).unwrap();
    for damage in bytes.chunks_mut(100_000) {
        let end = damage.len().min(3000);
        damage[..end].fill(0x55);
    }
    fs::write(&db, bytes).unwrap();
    let report = salvaged(&damaged, &target).unwrap();
    assert!(!report.is_complete && report.unreadable > 0, "{report:?}");
    assert!(report.lines().iter().any(|line| line.contains("unreadable")), "{:?}", report.lines());
    assert!(report.kept.values().sum::<usize>() > 100, "{report:?}");
    let engine = open(&target).unwrap();
    assert!(all_rows(&engine).unwrap().len() > 100);
    let again = salvaged(&damaged, &target);
    assert!(matches!(again, Err(OpenError::Inaccessible { .. })), "nothing is written over: {again:?}");
    drop(engine);
    let running = open(&target).unwrap();
    let elsewhere = parent.path().join("elsewhere");
    assert!(matches!(salvaged(&target, &elsewhere), Err(OpenError::HeldByAnotherServer { .. })));
    drop(running);
}

#[tokio::test]
async fn rows_of_a_sound_database_are_salvaged_as_they_are() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, target) = (parent.path().join("data"), parent.path().join("salvaged"));
    filled(&folder).await;
    let engine = open(&folder).unwrap();
    for key in 0..100 {
        engine.commit(Commit::new().delete(CODES, key.to_string())).await.unwrap();
    }
    let expected = all_rows(&engine).unwrap();
    drop(engine);
    let report = salvaged(&folder, &target).unwrap();
    assert!(report.is_complete && report.repaired == 0 && report.unreadable == 0, "{report:?}");
    let engine = open(&target).unwrap();
    let found = all_rows(&engine).unwrap();
    let first = found.iter().zip(&expected).position(|(one, other)| one != other);
    assert!(found == expected, "{} rows and not {}, different from {first:?}", found.len(), expected.len());
    // Expiries are copied too.
    assert!(engine.sweep(NOW + time::Duration::DAY).await.unwrap() > 0);
}

#[tokio::test]
async fn damaged_rows_of_indexes_are_rebuilt_and_hide_no_account() {
    let parent = tempfile::tempdir().unwrap();
    let (damaged, target) = (parent.path().join("data"), parent.path().join("salvaged"));
    let engine = Arc::new(open(&damaged).unwrap());
    let store = Store::new(engine.clone(), None);
    let account = |name: &str, role| {
        let account = Account::new(Username::parse(name).unwrap(), NOW, Entropy::system());
        Account { role, ..account }
    };
    let (ada, bob) = (account("ada", Role::Administrator), account("bob", Role::Person));
    store.create_configured_administrator(&ada).await.unwrap();
    store.create_account(&bob).await.unwrap();
    for (namespace, key) in [(USERNAMES, "ada"), (ADMINISTRATORS, ada.id.as_str()), (ADMINISTRATORS, "first")] {
        let place = place_of(namespace, key.as_bytes());
        let mut bytes = engine.db.get(&place).unwrap().unwrap().to_vec();
        for byte in bytes.iter_mut().take(4) {
            *byte ^= 0x55;
        }
        engine.db.insert(place, bytes).unwrap();
    }
    drop(store);
    drop(engine);

    let report = salvaged(&damaged, &target).unwrap();
    assert!(!report.is_complete && report.lost.is_empty(), "no record is lost: {report:?}");
    assert_eq!(report.kept.get("accounts"), Some(&2), "{report:?}");
    let opened = open_with(&target, OnRollback::Refuse).unwrap();
    let store = Store::new(Arc::new(opened.engine), opened.epoch);
    assert!(store.account_by_name("bob").unwrap().is_none(), "no row of an index is copied");
    assert!(store.rebuild_indexes().await.unwrap());
    for account in [&ada, &bob] {
        let found = store.account_by_name(account.username.as_str()).unwrap().unwrap();
        assert_eq!(found.record.id, account.id);
    }
    assert!(store.has_administrator().unwrap());
    assert_eq!(store.keys(ACCOUNTS, b"", None, 9).unwrap().len(), 2);
    let lines = SalvageReport { rebuilt: [("usernames".to_owned(), 2)].into(), ..report }.lines();
    assert!(lines.iter().any(|line| line == "2 index entries rebuilt from the records:"), "{lines:?}");
}
