//! Tests that the key folder and the database belong together: what a start refuses, and how to recover.

use std::{ffi::OsString, fs, path::Path, sync::Arc};

use tempfile::TempDir;
use time::{Duration, OffsetDateTime, macros::datetime};

use super::super::{StartError, StartOptions, assemble, close, salvage};
use crate::{
    account::record::{Account, Username},
    audit::{EventDetails, EventKind},
    clock::Clock,
    clock_trust::Trust,
    config::Config,
    endpoint::{
        access::Access,
        clock_check,
        conditions::Condition,
        key_folder::KeysMismatch,
        keys::{self, Rotation},
        management::ManagementRefusal,
    },
    entropy::Entropy,
    http::Server,
    jose::{KeyFolderFault, Stage},
    store::{Evidence, OpenError},
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const ACCEPT: StartOptions = StartOptions { accept_rollback: true, new_keys: false };
const NEW_KEYS: StartOptions = StartOptions { accept_rollback: false, new_keys: true };

struct Rig {
    folder: TempDir,
    config: Config,
    clock: Clock,
}

impl Rig {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("config.toml");
        fs::write(&file, "").unwrap();
        let environment = [("SIGNET__DATA", "data"), ("SIGNET__KEYS", "keys")];
        let environment =
            environment.map(|(name, value)| (OsString::from(name), folder.path().join(value).into_os_string()));
        let config = Config::load(Some(&file), environment).unwrap();
        Self { folder, config, clock: Clock::manual(NOW) }
    }

    async fn try_start(&self, options: StartOptions) -> Result<Arc<Server>, StartError> {
        assemble(&self.config, options, (self.clock.clone(), Entropy::system())).await
    }

    async fn start(&self) -> Arc<Server> {
        self.try_start(StartOptions::default()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the server, commits something and stops it.
    async fn run(&self) {
        let server = self.start().await;
        note(&server).await;
        close(&server).await.unwrap();
    }

    async fn mismatch(&self) -> KeysMismatch {
        match self.try_start(StartOptions::default()).await {
            Err(error @ StartError::KeysMismatch { mismatch, .. }) => {
                assert!(error.to_string().contains("signet keys new"), "{error}");
                mismatch
            }
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it started"),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn put_aside(&self, name: &str) {
        copy(&self.path(name), &self.path(&format!("older.{name}")));
    }

    fn put_back(&self, name: &str) {
        fs::remove_dir_all(self.path(name)).unwrap();
        copy(&self.path(&format!("older.{name}")), &self.path(name));
    }
}

async fn note(server: &Server) {
    server.signet().store.record_event(EventDetails::of(EventKind::ServerStarted)).await.unwrap();
}

fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    let _there = fs::remove_dir_all(to);
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn kids(server: &Server) -> Vec<String> {
    let mut kids: Vec<_> = server.signet().keys.list().into_iter().map(|key| key.kid).collect();
    kids.sort();
    kids
}

#[tokio::test]
async fn an_older_copy_of_the_data_folder_is_refused_and_accepting_it_begins_an_epoch_with_new_keys() {
    let rig = Rig::new();
    rig.run().await;
    rig.put_aside("data");
    rig.run().await;
    rig.put_back("data");
    let refused = rig.try_start(StartOptions::default()).await.map(|_| ()).unwrap_err();
    let evidence = |error: &StartError| match error {
        StartError::Open(OpenError::RolledBack { evidence, .. }) => *evidence,
        error => panic!("{error}"),
    };
    assert!(matches!(evidence(&refused), Evidence::FolderIsOlder { .. }), "{refused}");
    assert!(refused.to_string().contains("--accept-rollback"), "{refused}");

    let (old_keys, secret) = (fs::read_dir(rig.path("keys")).unwrap().count(), rig.path("keys/server.secret"));
    let secret_before = fs::read(&secret).unwrap();
    let accepted = rig.try_start(ACCEPT).await.unwrap();
    let signet = accepted.signet();
    assert!(signet.store.epoch().is_some());
    let new_keys = kids(&accepted);
    let signing = signet.keys.list().into_iter().filter(|key| matches!(key.stage, Stage::Signing { .. }));
    assert_eq!(signing.count() * 2, new_keys.len(), "no key of before is published");
    assert_eq!(fs::read(&secret).unwrap(), secret_before, "what is sealed stays readable");
    assert!(old_keys > 0);
    close(&accepted).await.unwrap();
    drop(accepted);
    let again = rig.start().await;
    assert_eq!(kids(&again), new_keys, "it is asked once");
    drop(again);

    fs::remove_dir_all(rig.path("data")).unwrap();
    let refused = rig.try_start(StartOptions::default()).await.map(|_| ()).unwrap_err();
    assert!(matches!(evidence(&refused), Evidence::FolderIsEmpty { .. }), "{refused}");
}

#[tokio::test]
async fn a_salvaged_database_has_its_indexes_and_starts() {
    let rig = Rig::new();
    let server = rig.start().await;
    let ada = Account::new(Username::parse("ada").unwrap(), NOW, Entropy::system());
    server.signet().store.create_account(&ada).await.unwrap();
    close(&server).await.unwrap();
    drop(server);
    rig.put_aside("data");
    rig.run().await;
    // The mark next to the keys shows that something is missing from it.
    rig.put_back("data");
    let lines = salvage(&rig.config, None, (rig.clock.clone(), Entropy::system())).await.unwrap();
    let has = |text: &str| lines.iter().any(|line| line == text);
    assert!(has("some records are missing, or were copied in an earlier state"), "{lines:?}");
    assert!(has("  usernames: 1") && has("  accounts_by_creation: 1"), "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with("index entries rebuilt from the records:")), "{lines:?}");

    fs::remove_dir_all(rig.path("data")).unwrap();
    fs::rename(rig.path("data.salvaged"), rig.path("data")).unwrap();
    let server = rig.start().await;
    let found = server.signet().store.account_by_name("ada").unwrap().unwrap();
    assert_eq!(found.record.id, ada.id);
    assert!(!server.signet().store.rebuild_indexes().await.unwrap(), "it was done by the salvage");
}

#[tokio::test]
async fn one_rotation_of_the_keys_runs_at_a_time() {
    let rig = Rig::new();
    let server = rig.start().await;
    let (signet, operator) = (server.signet(), Access::operator());
    let before = kids(&server);
    let rotate = || keys::rotate(signet, &operator, Rotation::Emergency);
    let outcomes = tokio::join!(rotate(), rotate(), rotate());
    outcomes.0.unwrap();
    for refused in [outcomes.1, outcomes.2] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, ManagementRefusal::Conflict(_)), "{refused}");
        assert!(refused.to_string().contains("already being rotated"), "{refused}");
    }
    let after = kids(&server);
    assert!(after.len() == before.len() && after.iter().all(|kid| !before.contains(kid)), "{before:?} {after:?}");
    keys::rotate(signet, &operator, Rotation::Emergency).await.unwrap();
    assert!(kids(&server).iter().all(|kid| !after.contains(kid)), "afterwards the next one may run");
    // A rotation whose request is dropped continues, and blocks others until it is done.
    let dropped = tokio::time::timeout(std::time::Duration::ZERO, rotate()).await;
    assert!(dropped.is_err(), "it is under way");
    let refused = rotate().await.unwrap_err();
    assert!(matches!(refused, ManagementRefusal::Conflict(_)), "{refused}");
}

#[tokio::test]
async fn keys_that_do_not_belong_to_the_database_are_refused_until_new_ones_are_made() {
    let rig = Rig::new();
    rig.run().await;
    rig.put_aside("keys");
    let server = rig.start().await;
    let before = kids(&server);
    keys::rotate(server.signet(), &Access::operator(), Rotation::Emergency).await.unwrap();
    assert!(kids(&server).iter().all(|kid| !before.contains(kid)));
    close(&server).await.unwrap();
    drop(server);
    copy(&rig.path("keys"), &rig.path("latest"));
    let restore = || {
        fs::remove_dir_all(rig.path("keys")).unwrap();
        copy(&rig.path("latest"), &rig.path("keys"));
    };

    rig.put_back("keys");
    assert_eq!(rig.mismatch().await, KeysMismatch::FolderIsOlder);
    fs::remove_dir_all(rig.path("keys")).unwrap();
    assert_eq!(rig.mismatch().await, KeysMismatch::FolderIsEmpty);
    assert_eq!(rig.mismatch().await, KeysMismatch::FolderIsEmpty, "looking makes none");
    for (file, expected) in [
        ("server.secret", KeysMismatch::SecretIsMissing),
        ("pairwise.secret", KeysMismatch::PairwiseIsAnother),
        ("ring.identity", KeysMismatch::RingIsMissing),
    ] {
        restore();
        fs::remove_file(rig.path("keys").join(file)).unwrap();
        assert_eq!(rig.mismatch().await, expected, "{file}");
    }
    let other = Rig::new();
    other.run().await;
    fs::remove_dir_all(rig.path("keys")).unwrap();
    copy(&other.path("keys"), &rig.path("keys"));
    assert_eq!(rig.mismatch().await, KeysMismatch::FolderIsForeign, "the mark there proves nothing");
    fs::remove_file(rig.path("keys/database.mark")).unwrap();
    assert_eq!(rig.mismatch().await, KeysMismatch::FolderIsForeign);

    restore();
    rig.run().await;
    fs::remove_file(rig.path("keys/server.secret")).unwrap();
    let renewed = rig.try_start(NEW_KEYS).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(renewed.signet().store.epoch().is_some(), "what was issued before has ended");
    let made = kids(&renewed);
    close(&renewed).await.unwrap();
    drop(renewed);
    let again = rig.start().await;
    assert_eq!(kids(&again), made, "they are accepted from then on");
}

#[tokio::test]
async fn an_emergency_replaces_the_secret_and_leaves_pairwise_subjects() {
    let rig = Rig::new();
    let server = rig.start().await;
    let signet = server.signet();
    let (secret, pairwise) = (signet.sealing_key.fingerprint(), signet.pairwise_key.fingerprint());
    let sealed = signet.sealing_key.seal("test", b"before", Entropy::system());
    keys::rotate(signet, &Access::operator(), Rotation::Now).await.unwrap();
    assert_eq!(signet.sealing_key.fingerprint(), secret, "a rotation is no emergency");
    keys::rotate(signet, &Access::operator(), Rotation::Emergency).await.unwrap();
    let renewed = signet.sealing_key.fingerprint();
    assert_ne!(renewed, secret);
    assert_eq!(signet.pairwise_key.fingerprint(), pairwise);
    assert!(signet.sealing_key.open("test", &sealed).is_err());
    close(&server).await.unwrap();
    drop(server);
    let again = rig.start().await;
    assert_eq!(again.signet().sealing_key.fingerprint(), renewed);
    assert_eq!(again.signet().pairwise_key.fingerprint(), pairwise);
}

#[tokio::test]
async fn a_folder_of_keys_belongs_to_one_running_server() {
    let (first, mut second) = (Rig::new(), Rig::new());
    second.config.keys.clone_from(&first.config.keys);
    let server = first.start().await;
    let refused = second.try_start(StartOptions::default()).await.map(|_| ()).unwrap_err();
    assert!(matches!(&refused, StartError::KeyFolder(KeyFolderFault::InUse(_))), "{refused}");
    close(&server).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_far_ahead_destroys_nothing_and_has_to_be_confirmed() {
    let rig = Rig::new();
    rig.run().await;
    let trusted = rig.start().await;
    for _ in 0..2 {
        clock_check::observe(trusted.signet()).await.unwrap();
        rig.clock.advance(Duration::minutes(10));
    }
    assert_eq!(clock_check::observe(trusted.signet()).await.unwrap(), Trust::Trusted);
    close(&trusted).await.unwrap();
    drop(trusted);

    rig.clock.jump(Duration::days(200));
    let server = rig.start().await;
    let signet = server.signet();
    let before = signet.keys.list();
    note(&server).await;
    for _ in 0..3 {
        assert!(matches!(clock_check::observe(signet).await.unwrap(), Trust::Doubtful { .. }));
        assert!(!signet.clock_trust.is_trusted());
        rig.clock.advance(Duration::hours(1));
    }
    assert_eq!(signet.keys.list(), before, "no key is rotated or removed at a start");
    assert_eq!(signet.conditions.present(), [Condition::ClockDoubtful]);
    close(&server).await.unwrap();
    drop(server);
    let again = rig.start().await;
    let trust = clock_check::observe(again.signet()).await.unwrap();
    assert!(matches!(trust, Trust::Doubtful { .. }), "what was committed meanwhile proves nothing: {trust:?}");
    clock_check::confirm(again.signet()).await.unwrap();
    assert!(again.signet().clock_trust.is_trusted());
    assert_eq!(again.signet().conditions.present(), []);
    close(&again).await.unwrap();
    drop(again);

    // After the clock is corrected, dates from the time ahead no longer count.
    rig.clock.jump(-Duration::days(200));
    let back = rig.start().await;
    assert_eq!(clock_check::observe(back.signet()).await.unwrap(), Trust::Settling);
}
