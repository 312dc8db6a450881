//! Tests of the engine on disk beyond the contract: rows survive, and a rollback is detected.

use std::{
    fs,
    path::{Path, PathBuf},
};

use time::macros::datetime;

use super::{open::parts, *};
use crate::{clock::Clock, entropy::Entropy, store::Expect};

pub(super) const CODES: Namespace = Namespace::new(6, "codes");
pub(super) const GRANTS: Namespace = Namespace::new(7, "grants");
pub(super) const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

pub(super) fn open_with(folder: &Path, on_rollback: OnRollback) -> Result<Opened, OpenError> {
    SledEngine::open(folder, on_rollback, Clock::manual(NOW), Entropy::system())
}

pub(super) fn open(folder: &Path) -> Result<SledEngine, OpenError> {
    open_with(folder, OnRollback::Refuse).map(|opened| opened.engine)
}

fn begun_at(opened: &Opened) -> Option<OffsetDateTime> {
    opened.epoch.map(|epoch| epoch.begun_at)
}

pub(super) async fn put(engine: &SledEngine, key: &str) -> u64 {
    engine.commit(Commit::new().put(CODES, key, key, None)).await.unwrap()
}

pub(super) fn has(engine: &SledEngine, key: &str) -> bool {
    engine.get(CODES, key.as_bytes()).unwrap().is_some()
}

pub(super) fn evidence(outcome: Result<SledEngine, OpenError>) -> Evidence {
    match outcome {
        Err(OpenError::RolledBack { evidence, .. }) => evidence,
        other => panic!("not recognised as a rollback: {other:?}"),
    }
}

/// Copies a closed database.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Deletes the files of sled, and keeps the commit log.
fn remove_database(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.file_name().unwrap() != commit_log::NAME {
            fs::remove_file(path).unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..5 {
        let engine = open(folder.path()).unwrap();
        for earlier in 0..round {
            assert!(has(&engine, &earlier.to_string()), "round {round}, row {earlier}");
        }
        let version = put(&engine, &round.to_string()).await;
        assert!(version > last, "versions go on growing");
        last = version;
        if round % 2 == 0 {
            engine.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_folder_belongs_to_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    let second = open(folder.path());
    assert!(matches!(second, Err(OpenError::HeldByAnotherServer { .. })), "{second:?}");
    let message = second.unwrap_err().to_string();
    assert!(message.contains(&folder.path().display().to_string()) && message.contains("SIGNET__DATA"), "{message}");
    put(&engine, "undisturbed").await;
    drop(engine);
    assert!(has(&open(folder.path()).unwrap(), "undisturbed"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_folder_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    open(&folder).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_folder_that_is_a_file_is_said_to_be_inaccessible() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let outcome = open(&file.join("data"));
    assert!(matches!(outcome, Err(OpenError::Inaccessible { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_older_copy_is_refused_until_it_is_accepted() {
    let (folder, older) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(folder.path()).unwrap();
    put(&engine, "old").await;
    drop(engine);
    copy(folder.path(), older.path());
    let opened = open_with(folder.path(), OnRollback::Refuse).unwrap();
    assert_eq!(opened.epoch, None);
    let newest = put(&opened.engine, "new").await;
    drop(opened);

    fs::remove_file(older.path().join(commit_log::NAME)).unwrap();
    remove_database(folder.path());
    copy(older.path(), folder.path());
    for _ in 0..2 {
        let outcome = open(folder.path());
        let message = outcome.as_ref().unwrap_err().to_string();
        assert!(message.contains("--accept-rollback") && message.contains("2030-01-01T00:00:00Z"), "{message}");
        assert!(matches!(evidence(outcome), Evidence::DatabaseIsOlder { database, log }
            if database.sequence < log.sequence && log.sequence == newest));
    }

    let opened = open_with(folder.path(), OnRollback::Accept).unwrap();
    assert_eq!(begun_at(&opened), Some(NOW));
    assert!(has(&opened.engine, "old") && !has(&opened.engine, "new"));
    assert!(put(&opened.engine, "newer").await > newest, "no version is given twice");
    drop(opened);

    let opened = open_with(folder.path(), OnRollback::Refuse).unwrap();
    assert_eq!(begun_at(&opened), Some(NOW), "the epoch is remembered");
    assert!(has(&opened.engine, "newer"));
}

#[tokio::test]
async fn accepting_a_rollback_that_did_not_happen_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert_eq!(open_with(folder.path(), OnRollback::Accept).unwrap().epoch, None);
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_not_taken_for_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = sled::Config::new().path(folder.path()).open().unwrap();
    foreign.insert("key", "value").unwrap();
    drop(foreign);
    crate::folder::close_files(folder.path()).unwrap();
    for on_rollback in [OnRollback::Refuse, OnRollback::Accept] {
        let outcome = open_with(folder.path(), on_rollback);
        assert!(matches!(outcome, Err(OpenError::Unreadable { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_epoch_does_not_move_back_with_the_clock() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "a").await;
    for now in [NOW, NOW - time::Duration::DAY] {
        fs::remove_file(folder.path().join(commit_log::NAME)).unwrap();
        let opened = SledEngine::open(folder.path(), OnRollback::Accept, Clock::manual(now), Entropy::system());
        assert_eq!(begun_at(&opened.unwrap()), Some(NOW));
    }
}

#[tokio::test]
async fn a_database_and_a_log_do_not_go_without_each_other() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    fs::remove_file(folder.path().join(commit_log::NAME)).unwrap();
    let engine = open(folder.path()).unwrap();
    put(&engine, "a").await;
    drop(engine);

    fs::write(folder.path().join(commit_log::NAME), "").unwrap();
    assert!(matches!(evidence(open(folder.path())), Evidence::LogIsMissing { .. }), "emptied log");
    fs::remove_file(folder.path().join(commit_log::NAME)).unwrap();
    assert!(matches!(evidence(open(folder.path())), Evidence::LogIsMissing { .. }), "missing log");
    open_with(folder.path(), OnRollback::Accept).unwrap();

    remove_database(folder.path());
    assert!(matches!(evidence(open(folder.path())), Evidence::DatabaseIsEmpty { .. }), "missing database");
    fs::write(folder.path().join("db"), "").unwrap();
    assert!(matches!(evidence(open(folder.path())), Evidence::DatabaseIsEmpty { .. }), "emptied database");
    assert_eq!(begun_at(&open_with(folder.path(), OnRollback::Accept).unwrap()), Some(NOW));
    assert!(!has(&open(folder.path()).unwrap(), "a"));
}

#[tokio::test]
async fn an_end_between_the_two_syncs_is_no_rollback() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    put(&engine, "a").await;
    drop(engine);
    let log = folder.path().join(commit_log::NAME);
    let before = fs::read(&log).unwrap();
    put(&open(folder.path()).unwrap(), "b").await;
    fs::write(&log, &before).unwrap();
    let engine = open(folder.path()).unwrap();
    assert!(has(&engine, "b"));
    put(&engine, "c").await;
    drop(engine);
    assert!(has(&open(folder.path()).unwrap(), "c"));

    fs::write(&log, before).unwrap();
    assert!(matches!(evidence(open(folder.path())), Evidence::LogIsAnother { .. }), "two batches are too many");
}

#[tokio::test]
async fn leftovers_of_a_crash_do_not_keep_it_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "a").await;
    let unfinished = folder.path().join("snap.FFFFFFFFFFFFFFFF.generating");
    fs::write(&unfinished, "cut sho").unwrap();
    fs::write(folder.path().join("commit.log.new"), "cut sho").unwrap();
    crate::folder::close_files(folder.path()).unwrap();
    assert!(has(&open(folder.path()).unwrap(), "a"));
    assert!(!unfinished.exists());

    let snapshot = snapshot_in(folder.path()).unwrap();
    let mut bytes = fs::read(&snapshot).unwrap();
    bytes[0] ^= 1;
    fs::write(&snapshot, bytes).unwrap();
    assert!(has(&open(folder.path()).unwrap(), "a"), "a damaged snapshot is set aside");
}

fn snapshot_in(folder: &Path) -> Option<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.into_iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap."))
}

#[tokio::test]
async fn a_damaged_row_is_a_fault_of_this_row_only() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    put(&engine, "a").await;
    let version = put(&engine, "b").await;
    let bytes = engine.db.get(place_of(CODES, b"b")).unwrap().unwrap();
    engine.db.insert(place_of(CODES, b"c"), bytes).unwrap();

    assert!(matches!(engine.get(CODES, b"c"), Err(StoreFault::UnreadableRow { namespace: "codes", .. })));
    assert!(matches!(engine.page(CODES, b"", None, 9), Err(StoreFault::UnreadableRow { .. })));
    assert_eq!(engine.page(CODES, b"", None, 2).unwrap().len(), 2);
    let relying = Commit::new().expect(CODES, "c", Expect::Version(version)).put(CODES, "d", "", None);
    let outcome = engine.commit(relying).await;
    assert!(matches!(outcome, Err(CommitError::Internal(StoreFault::UnreadableRow { .. }))), "{outcome:?}");
    assert!(!has(&engine, "d") && !engine.is_failed());
    engine.commit(Commit::new().delete(CODES, "c").put(CODES, "d", "", None)).await.unwrap();
    assert_eq!(engine.page(CODES, b"", None, 9).unwrap().len(), 3);
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_accepted_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "a").await;
    let parts = || {
        let clock = Clock::manual(NOW);
        let parts = parts(folder.path(), OnRollback::Refuse.into(), clock, Entropy::system()).unwrap();
        (parts.writer, parts.lock)
    };

    let (mut writer, lock) = parts();
    // A file that cannot be synced: fdatasync(2) fails with EINVAL.
    writer.disk.file = fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
    let engine = SledEngine::start(writer, lock).unwrap();
    let mut health = engine.health();
    let outcome = engine.commit(Commit::new().put(CODES, "b", "", None)).await;
    assert!(matches!(outcome, Err(CommitError::Internal(StoreFault::Storage(_)))), "{outcome:?}");
    assert!(engine.is_failed());
    health.wait_for(|health| *health == EngineHealth::Failed).await.unwrap();
    let outcome = engine.commit(Commit::new().put(CODES, "c", "", None)).await;
    assert!(matches!(outcome, Err(CommitError::Internal(StoreFault::Latched))), "{outcome:?}");
    assert!(matches!(engine.sweep(NOW).await, Err(StoreFault::Latched)));
    assert!(matches!(engine.close().await, Err(StoreFault::Latched)));
    assert!(has(&engine, "a"));
    drop(engine);

    let (writer, lock) = parts();
    let engine = SledEngine::start(writer, lock).unwrap();
    assert!(has(&engine, "a") && !has(&engine, "c"));
    put(&engine, "d").await;
}

#[tokio::test]
async fn a_full_queue_is_waited_for_and_then_said_to_be_busy() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = open(folder.path()).unwrap();
    // A writer that accepts nothing for a while.
    let (queue, mut requests) = mpsc::channel(1);
    engine.queue = queue;
    engine.patience = Duration::from_millis(20);
    let commit = |key: &str| engine.commit(Commit::new().put(CODES, key, "", None));
    let mut first = commit("first");
    assert!(tokio::time::timeout(Duration::ZERO, &mut first).await.is_err(), "it is queued");
    let outcome = commit("second").await;
    assert!(matches!(&outcome, Err(CommitError::Internal(fault @ StoreFault::Busy)) if fault.is_temporary()));
    let answering = async {
        for _ in 0..2 {
            match requests.recv().await {
                Some(WriterRequest::Commit(_, answer)) => answer.send(Ok(7)).unwrap(),
                other => panic!("{other:?}"),
            }
        }
    };
    let (first, third, ()) = tokio::join!(first, commit("third"), answering);
    assert_eq!((first.unwrap(), third.unwrap()), (7, 7));
    drop(requests);
    let outcome = commit("to a writer that is gone").await;
    assert!(matches!(outcome, Err(CommitError::Internal(StoreFault::Latched))), "{outcome:?}");
}

#[tokio::test]
async fn conflicts_alone_cost_no_sync() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    put(&engine, "a").await;
    let log = || fs::read(folder.path().join(commit_log::NAME)).unwrap();
    let before = log();
    let commit = Commit::new().expect(CODES, "a", Expect::Absent).put(CODES, "a", "", None);
    assert!(matches!(engine.commit(commit).await, Err(CommitError::Conflict)));
    assert_eq!(engine.sweep(NOW).await.unwrap(), 0);
    assert_eq!(log(), before);
    put(&engine, "b").await;
    assert_ne!(log(), before);
}
