//! Tests of the permissions under which a cache file is used.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use super::{
    TestIssuer, VerifyRefusal, cache_file_access,
    cache_file_access::CacheFileRefusal,
    tests::{ISSUER, NOW, ORDERS},
};
use crate::clock::Clock;

/// An issuer that is down, and a cache file in a private folder with the keys of an attacker for the same issuer.
struct Forged {
    issuer: TestIssuer,
    forged_token: String,
    root: tempfile::TempDir,
    file: PathBuf,
}

impl Forged {
    async fn new() -> Self {
        let clock = Clock::manual(NOW);
        let attacker = TestIssuer::with_clock(ISSUER, clock.clone()).unwrap();
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("private");
        fs::create_dir(&folder).unwrap();
        set_mode(&folder, 0o700);
        let file = folder.join("issuer.json");
        attacker.verifier(ORDERS).cache_file(&file).connect().await.unwrap();
        let issuer = TestIssuer::with_clock(ISSUER, clock).unwrap();
        issuer.set_down(true);
        let forged_token = attacker.token(ORDERS).without("status").sign().unwrap();
        Self { issuer, forged_token, root, file }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("private")
    }

    /// Returns whether the cache file is used, or why not.
    async fn outcome(&self, file: &Path) -> Result<(), String> {
        let builder = self.issuer.verifier(ORDERS).cache_file(file);
        let verifier = builder.clone().build().unwrap();
        match (builder.connect().await, verifier.verify(&self.forged_token)) {
            (Ok(_), Ok(_)) => Ok(()),
            (Err(fault), Err(VerifyRefusal::NoKeys)) => Err(fault.to_string()),
            (connected, verified) => panic!("{:?} {:?}", connected.err(), verified.err()),
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_cache_file_that_another_user_can_write_is_refused() {
    let forged = Forged::new().await;
    for mode in [0o666, 0o660, 0o620, 0o602] {
        set_mode(&forged.file, mode);
        let reason = forged.outcome(&forged.file).await.unwrap_err();
        assert!(reason.contains(&format!("(mode {mode:o})")) && reason.contains("issuer.json"), "{mode:o}: {reason}");
        assert!(reason.contains("install -d -m 700"), "{reason}");
    }
    for mode in [0o644, 0o640, 0o600, 0o400] {
        set_mode(&forged.file, mode);
        assert_eq!(forged.outcome(&forged.file).await, Ok(()), "{mode:o}");
    }
}

#[tokio::test]
async fn a_cache_file_in_a_folder_that_another_user_can_write_is_refused() {
    let forged = Forged::new().await;
    for mode in [0o777, 0o1777, 0o770, 0o1770, 0o720, 0o702] {
        set_mode(&forged.folder(), mode);
        let reason = forged.outcome(&forged.file).await.unwrap_err();
        assert!(reason.contains(&format!("private (mode {mode:o})")), "{mode:o}: {reason}");
    }
    for mode in [0o700, 0o755, 0o1755] {
        set_mode(&forged.folder(), mode);
        assert_eq!(forged.outcome(&forged.file).await, Ok(()), "{mode:o}");
    }
}

// The folder itself could be replaced, unless the sticky bit prevents it, as in `/tmp`.
#[tokio::test]
async fn a_cache_file_below_a_folder_that_another_user_can_write_is_refused_unless_the_sticky_bit_protects_it() {
    let forged = Forged::new().await;
    for (mode, expected) in [(0o777, false), (0o770, false), (0o1777, true), (0o1770, true), (0o755, true)] {
        set_mode(forged.root.path(), mode);
        assert_eq!(forged.outcome(&forged.file).await.is_ok(), expected, "{mode:o}");
    }
}

#[tokio::test]
async fn a_cache_file_that_is_a_symbolic_link_is_refused_and_so_is_what_is_no_file() {
    let forged = Forged::new().await;
    let link = forged.folder().join("link.json");
    symlink(&forged.file, &link).unwrap();
    let reason = forged.outcome(&link).await.unwrap_err();
    assert!(reason.contains("symbolic link"), "{reason}");
    let folder = forged.folder().join("folder.json");
    fs::create_dir(&folder).unwrap();
    let reason = forged.outcome(&folder).await.unwrap_err();
    assert!(reason.contains("not a regular file"), "{reason}");
    // A symbolic link to the folder is followed, and its target is checked.
    let elsewhere = forged.root.path().join("elsewhere");
    symlink(forged.folder(), &elsewhere).unwrap();
    assert_eq!(forged.outcome(&elsewhere.join("issuer.json")).await, Ok(()));
    set_mode(&forged.folder(), 0o777);
    assert!(forged.outcome(&elsewhere.join("issuer.json")).await.is_err());
}

#[tokio::test]
async fn a_cache_file_or_folder_of_another_user_is_refused() {
    let forged = Forged::new().await;
    if !rustix::process::geteuid().is_root() {
        // Only root can change the owner of a file, so the test uses a file of root.
        let refusal = cache_file_access::open(Path::new("/etc/passwd")).unwrap_err();
        assert!(matches!(refusal, CacheFileRefusal::AnotherOwner { owner: 0, .. }), "{refusal}");
        return;
    }
    for path in [&forged.file, &forged.folder()] {
        chown(path, Some(65534), None).unwrap();
        let reason = forged.outcome(&forged.file).await.unwrap_err();
        assert!(reason.contains("belongs to another user (uid 65534)"), "{reason}");
        chown(path, Some(0), None).unwrap();
        assert_eq!(forged.outcome(&forged.file).await, Ok(()));
    }
}

#[tokio::test]
async fn nothing_is_written_where_another_user_can_write() {
    let clock = Clock::manual(NOW);
    let issuer = TestIssuer::with_clock(ISSUER, clock).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("issuer.json");
    for (mode, is_written) in [(0o1777, false), (0o777, false), (0o700, true)] {
        set_mode(folder.path(), mode);
        let verifier = issuer.verifier(ORDERS).cache_file(&file).connect().await.unwrap();
        assert!(verifier.is_ready(), "a verifier works without the file");
        assert_eq!(file.exists(), is_written, "{mode:o}");
    }
    assert_eq!(issuer.verifier(ORDERS).cache_file(&file).build().unwrap().health().status_lists, 0);
}

#[test]
fn a_cache_file_that_is_absent_is_no_refusal_but_one_that_cannot_be_read_is() {
    let folder = tempfile::tempdir().unwrap();
    set_mode(folder.path(), 0o700);
    let file = folder.path().join("issuer.json");
    assert!(cache_file_access::open(&file).unwrap().is_none());
    fs::write(&file, "{}").unwrap();
    set_mode(&file, 0o600);
    assert!(cache_file_access::open(&file).unwrap().is_some());
    let below_a_file = cache_file_access::open(&file.join("issuer.json"));
    assert!(matches!(below_a_file, Err(CacheFileRefusal::Io(_))), "{below_a_file:?}");
}

#[test]
fn a_cache_file_without_a_folder_is_in_the_working_directory() {
    let outcome = |path: &str| cache_file_access::check_folder(Path::new(path)).map_err(|refusal| refusal.to_string());
    assert_eq!(outcome("issuer.json"), outcome("./issuer.json"));
}
