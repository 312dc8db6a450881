//! Crash tests: a process killed while it commits, and a disk that fills up.
//!
//! A test runs the test binary again, as a child process that runs only this test and gets its folder in the
//! environment. The child commits as fast as it can, and records each acknowledged commit in a file.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use time::macros::datetime;

use super::*;
use crate::{clock::Clock, entropy::Entropy, store::Expect};

const CODES: Namespace = Namespace::new(1, "codes");
const GRANTS: Namespace = Namespace::new(2, "grants");
const FOLDER: &str = "SIGNET_TEST_CRASH_FOLDER";
const WRITERS: usize = 8;

fn open(folder: &Path) -> SledEngine {
    let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
    SledEngine::open(&folder.join("data"), OnRollback::Refuse, clock, Entropy::system()).unwrap().engine
}

/// Commits pairs of rows until the process is killed or the storage fails.
#[tokio::main]
async fn commit_for_ever(folder: PathBuf) {
    let engine: Arc<dyn Engine> = Arc::new(open(&folder));
    let notes = Arc::new(OpenOptions::new().create(true).append(true).open(folder.join("acknowledged")).unwrap());
    let next = Arc::new(AtomicU64::new(u64::from_be_bytes(Entropy::system().bytes())));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (engine, notes, next) = (engine.clone(), notes.clone(), next.clone());
            tokio::spawn(async move { commit_pairs(engine.as_ref(), &notes, &next).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn commit_pairs(engine: &dyn Engine, mut notes: &File, next: &AtomicU64) {
    loop {
        let key = format!("{:016x}", next.fetch_add(1, Ordering::SeqCst));
        let value = key.repeat(20);
        let commit = Commit::new().expect(CODES, key.as_str(), Expect::Absent);
        let commit = commit.put(CODES, key.as_str(), value.as_str(), None).put(GRANTS, key.as_str(), value, None);
        let Ok(version) = engine.commit(commit).await else { return };
        notes.write_all(format!("{key} {version:016x}\n").as_bytes()).unwrap();
    }
}

/// Starts the child process of `test`, or a shell that applies `limits` and then starts it.
fn child(test: &str, folder: &Path, limits: &str) -> Child {
    let mut command = Command::new("sh");
    let script = format!("{limits} exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(std::env::current_exe().unwrap());
    command.args([&format!("{}::{test}", module_path!().trim_start_matches("signet::")), "--exact", "--nocapture"]);
    command.env(FOLDER, folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn acknowledged(folder: &Path) -> Vec<(String, u64)> {
    let notes = fs::read_to_string(folder.join("acknowledged")).unwrap_or_default();
    let complete = notes.rsplit_once('\n').map_or("", |(complete, _)| complete);
    let pairs = complete.lines().map(|line| line.split_once(' ').unwrap());
    pairs.map(|(key, version)| (key.to_owned(), u64::from_str_radix(version, 16).unwrap())).collect()
}

/// Opens the database, which must not report a rollback, and checks that every acknowledged commit is complete and no
/// commit is partial. Returns the number of acknowledged commits.
fn inspect(folder: &Path) -> usize {
    let engine = open(folder);
    let acknowledged = acknowledged(folder);
    for (key, version) in &acknowledged {
        let row = engine.get(CODES, key.as_bytes()).unwrap().unwrap_or_else(|| panic!("{key} is lost"));
        assert_eq!((row.version, row.value), (*version, key.repeat(20).into_bytes()));
    }
    assert!(all_rows(&engine, CODES) == all_rows(&engine, GRANTS), "half of a commit is there");
    acknowledged.len()
}

fn all_rows(engine: &SledEngine, namespace: Namespace) -> Vec<(Vec<u8>, Row)> {
    let mut rows: Vec<(Vec<u8>, Row)> = Vec::new();
    loop {
        let after = rows.last().map(|(key, _)| key.as_slice());
        match engine.page(namespace, b"", after, 1000).unwrap() {
            page if page.is_empty() => return rows,
            page => rows.extend(page),
        }
    }
}

#[test]
fn acknowledged_commits_survive_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return commit_for_ever(folder.into());
    }
    let rounds = std::env::var("SIGNET_TEST_KILLS").map_or(20, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut before = 0;
    for round in 0..rounds {
        let mut child = child("acknowledged_commits_survive_a_kill", folder.path(), "");
        // Every fourth child may be killed while it opens; the others after they have committed something new.
        let patience = Instant::now() + Duration::from_secs(60);
        while round % 4 != 0 && acknowledged(folder.path()).len() == before {
            assert!(Instant::now() < patience, "the child commits nothing");
            std::thread::sleep(Duration::from_millis(5));
        }
        // The moment is chosen at random.
        let [moment] = Entropy::system().bytes();
        std::thread::sleep(Duration::from_millis(u64::from(moment)));
        child.kill().unwrap();
        child.wait().unwrap();
        before = inspect(folder.path());
    }
    println!("{rounds} kills, {before} acknowledged commits, none lost, none halved");
    assert!(before > 0);
}

/// A file size limit is the closest approximation of a full disk without root privileges.
#[cfg(target_os = "linux")]
#[test]
fn acknowledged_commits_survive_a_full_disk() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return commit_for_ever(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    // The unit is 512 bytes or 1 KiB, depending on the shell. Exceeding the limit is an error, not a signal.
    let mut child = child("acknowledged_commits_survive_a_full_disk", folder.path(), "trap '' XFSZ; ulimit -f 4096;");
    assert!(child.wait().unwrap().success(), "the child latches and ends by itself");
    let count = inspect(folder.path());
    println!("{count} acknowledged commits before the disk was full, none lost, none halved");
    assert!(count > 0);
}
