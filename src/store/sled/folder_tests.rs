//! Tests of the whole folder: older copies of it, and its permissions.

use std::{fs, path::Path};

use super::{
    tests::{NOW, copy, evidence, has, open, open_with, put},
    *,
};
use crate::{clock::Clock, entropy::Entropy};

/// Opens with the mark that is stored outside the folder.
fn open_tracked(folder: &Path, on_rollback: OnRollback, mark: Option<OutsideMark>) -> Result<Opened, OpenError> {
    let policy = OpenPolicy { on_rollback, outside: Outside::Tracked(mark) };
    SledEngine::open(folder, policy, Clock::manual(NOW), Entropy::system())
}

// Everything inside the folder is then consistent, so only the outside mark can detect it.
#[tokio::test]
async fn an_older_copy_of_the_whole_folder_is_refused_until_it_is_accepted() {
    let parent = tempfile::tempdir().unwrap();
    let (folder, older) = (parent.path().join("data"), parent.path().join("older"));
    let engine = open_tracked(&folder, OnRollback::Refuse, None).unwrap().engine;
    put(&engine, "old").await;
    let old_mark = engine.outside_mark();
    engine.outside_mark_written();
    put(&engine, "marked").await;
    drop(engine);
    copy(&folder, &older);
    let engine = open_tracked(&folder, OnRollback::Refuse, old_mark).unwrap().engine;
    let newest = put(&engine, "new").await;
    let mark = engine.outside_mark();
    drop(engine);

    fs::remove_dir_all(&folder).unwrap();
    let emptied = open_tracked(&folder, OnRollback::Refuse, mark).map(|opened| opened.engine);
    assert!(matches!(evidence(emptied), Evidence::FolderIsEmpty { .. }));
    fs::remove_dir_all(&folder).unwrap();
    copy(&older, &folder);
    let refused = open_tracked(&folder, OnRollback::Refuse, mark).map(|opened| opened.engine);
    let message = refused.as_ref().unwrap_err().to_string();
    assert!(message.contains("--accept-rollback") && message.contains("key folder"), "{message}");
    assert!(matches!(evidence(refused), Evidence::FolderIsOlder { mark, .. } if mark.sequence == newest));
    let lost = open_tracked(&folder, OnRollback::Refuse, None).map(|opened| opened.engine);
    assert!(matches!(evidence(lost), Evidence::MarkIsMissing { .. }));

    let opened = open_tracked(&folder, OnRollback::Accept, mark).unwrap();
    assert!(opened.has_begun_epoch && opened.epoch.unwrap().sequence > newest);
    assert!(put(&opened.engine, "newer").await > newest, "no version is given twice");
    let accepted = opened.engine.outside_mark();
    drop(opened);
    assert!(!open_tracked(&folder, OnRollback::Refuse, accepted).unwrap().has_begun_epoch, "it is asked once");
    let stale = open_tracked(&folder, OnRollback::Refuse, mark).unwrap();
    assert!(!stale.has_begun_epoch, "a mark from before the epoch that could not be renewed");
}

#[tokio::test]
async fn an_epoch_can_be_begun_without_a_rollback() {
    let folder = tempfile::tempdir().unwrap();
    let before = put(&open(folder.path()).unwrap(), "a").await;
    let opened = open_with(folder.path(), OnRollback::BeginEpoch).unwrap();
    assert!(opened.has_begun_epoch && opened.epoch.unwrap().sequence > before);
    assert!(has(&opened.engine, "a"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_that_other_users_can_read_or_replace_is_refused_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    put(&open(folder.path()).unwrap(), "a").await;
    assert_eq!(mode(&db), 0o600, "every file is private from the beginning");
    for (folder_mode, file_mode, says) in
        [(0o755, 0o644, "chmod -R go="), (0o750, 0o640, "chmod -R go="), (0o777, 0o600, "chmod go-w")]
    {
        set_mode(&db, file_mode);
        set_mode(folder.path(), folder_mode);
        let refused = open(folder.path());
        assert!(matches!(&refused, Err(OpenError::Exposed { .. })), "{folder_mode:o} {file_mode:o}: {refused:?}");
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(says) && message.contains(folder.path().to_str().unwrap()), "{message}");
    }
    for (folder_mode, file_mode) in [(0o755, 0o600), (0o700, 0o644)] {
        set_mode(&db, file_mode);
        set_mode(folder.path(), folder_mode);
        assert!(has(&open(folder.path()).unwrap(), "a"), "{folder_mode:o} {file_mode:o}");
        assert_eq!(mode(&db), 0o600);
    }
}
