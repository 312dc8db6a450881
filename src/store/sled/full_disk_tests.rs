//! Tests with a disk that fills up, and with a sync that fails in the background.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    open::parts,
    tests::{CODES, NOW, has, open, put},
    *,
};
use crate::{clock::Clock, entropy::Entropy};

/// An engine on a simulated disk whose free space is the returned number.
fn on_pretended_disk(folder: &Path) -> (SledEngine, Arc<AtomicU64>) {
    let free = Arc::new(AtomicU64::new(1 << 30));
    let parts = parts(folder, OnRollback::Refuse.into(), Clock::manual(NOW), Entropy::system()).unwrap();
    let mut writer = parts.writer;
    writer.gauge.pretended = Some(Arc::clone(&free));
    (SledEngine::start(writer, parts.lock).unwrap(), free)
}

#[tokio::test]
async fn a_full_disk_is_read_from_and_written_to_again_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, free) = on_pretended_disk(folder.path());
    put(&engine, "before").await;
    free.store(1 << 20, Ordering::SeqCst);
    let commit = |key: &str| engine.commit(Commit::new().put(CODES, key, key, None));
    for _ in 0..2 {
        let refused = commit("meanwhile").await;
        assert!(matches!(&refused, Err(CommitError::Internal(fault @ StoreFault::Full)) if fault.is_temporary()));
    }
    assert!(matches!(engine.sweep(NOW).await, Err(StoreFault::Full)));
    assert_eq!(engine.measure_space().await.unwrap().unwrap().level, SpaceLevel::Full);
    assert_eq!(*engine.health().borrow(), EngineHealth::Full);
    assert!(!engine.is_failed() && has(&engine, "before") && !has(&engine, "meanwhile"));
    free.store(1 << 29, Ordering::SeqCst);
    assert_eq!(engine.measure_space().await.unwrap().unwrap().level, SpaceLevel::Enough);
    assert_eq!(*engine.health().borrow(), EngineHealth::Sound);
    commit("after").await.unwrap();
    engine.close().await.unwrap();
    drop(engine);
    let engine = open(folder.path()).unwrap();
    assert!(has(&engine, "after") && !has(&engine, "meanwhile"));
}

// sled accepts nothing more after a write that failed for lack of space.
#[tokio::test]
async fn a_write_that_met_a_full_disk_leaves_a_server_that_reads_and_ends_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "before").await;
    let free = Arc::new(AtomicU64::new(1 << 20));
    let parts = parts(folder.path(), OnRollback::Refuse.into(), Clock::manual(NOW), Entropy::system()).unwrap();
    let mut writer = parts.writer;
    writer.gauge.pretended = Some(Arc::clone(&free));
    writer.has_met_full_disk = true;
    let engine = SledEngine::start(writer, parts.lock).unwrap();
    let mut health = engine.health();
    for room in [1 << 20, 20 << 20] {
        free.store(room, Ordering::SeqCst);
        assert_eq!(engine.measure_space().await.unwrap().unwrap().level, SpaceLevel::Full);
        let refused = engine.commit(Commit::new().put(CODES, "x", "", None)).await;
        assert!(refused.is_err() && has(&engine, "before") && !engine.is_failed(), "{room}");
        assert_eq!(*engine.health().borrow(), EngineHealth::Full);
    }
    free.store(1 << 29, Ordering::SeqCst);
    let _space = engine.measure_space().await;
    health.wait_for(|health| *health == EngineHealth::Failed).await.unwrap();
}

#[tokio::test]
async fn a_background_sync_that_failed_is_noticed_without_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    put(&open(folder.path()).unwrap(), "a").await;
    let parts = parts(folder.path(), OnRollback::Refuse.into(), Clock::manual(NOW), Entropy::system()).unwrap();
    let mut writer = parts.writer;
    // A file that cannot be synced: fdatasync(2) fails with EINVAL.
    writer.disk.file = fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
    let engine = SledEngine::start(writer, parts.lock).unwrap();
    let mut health = engine.health();
    let _space = engine.measure_space().await;
    health.wait_for(|health| *health == EngineHealth::Failed).await.unwrap();
}
