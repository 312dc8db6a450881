//! Tests of the key folder: what is written, what is rejected, and the messages for the administrator.

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use time::{OffsetDateTime, macros::datetime};

use super::*;
use crate::jose::{Algorithm, Stage};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

fn open(folder: &TempDir, passphrase: Option<&str>) -> KeyFolder {
    KeyFolder::open(folder.path(), passphrase.map(Secret::new), Entropy::system()).unwrap()
}

/// Returns a folder with one key, and the path of its file.
fn with_a_key(passphrase: Option<&str>) -> (TempDir, RingKey, PathBuf) {
    let folder = TempDir::new().unwrap();
    let signing_key = SigningKey::generate(Algorithm::Es256).unwrap();
    let key = RingKey::new(signing_key.kid().to_owned(), Algorithm::Es256, Stage::Signing { since: NOW }, NOW);
    open(&folder, passphrase).save(&key, &signing_key).unwrap();
    let path = folder.path().join(format!("{}.json", key.kid));
    (folder, key, path)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn loaded(folder: &KeyFolder) -> Vec<RingKey> {
    folder.load().unwrap().into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_key_is_written_for_its_owner_alone_and_read_back() {
    for passphrase in [None, Some("correct horse")] {
        let (folder, key, path) = with_a_key(passphrase);
        assert_eq!(mode(&path), 0o600);
        let (read, signing_key) = open(&folder, passphrase).load().unwrap().remove(0);
        assert_eq!(read, key);
        assert_eq!(signing_key.kid(), key.kid);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.contains("private_jwk"), passphrase.is_none());
        open(&folder, passphrase).remove(&key.kid).unwrap();
        assert_eq!(loaded(&open(&folder, passphrase)), []);
    }
}

#[test]
fn a_file_open_to_others_is_refused_with_the_command_that_mends_it() {
    let (folder, key, path) = with_a_key(None);
    for others in [0o640, 0o604, 0o620, 0o644] {
        set_mode(&path, others);
        let message = open(&folder, None).load().unwrap_err().to_string();
        assert!(message.contains(&format!("chmod 600 {}", path.display())), "{message}");
    }
    for owner in [0o600, 0o400] {
        set_mode(&path, owner);
        assert_eq!(loaded(&open(&folder, None)), std::slice::from_ref(&key));
    }
}

#[test]
fn an_encrypted_file_opens_with_its_passphrase_only() {
    let (folder, key, path) = with_a_key(Some("correct horse"));
    let wrong = open(&folder, Some("battery staple")).load().unwrap_err();
    assert!(matches!(&wrong, KeyFolderFault::PassphraseWrong(named) if *named == path), "{wrong}");
    let missing = open(&folder, None).load().unwrap_err();
    assert!(matches!(&missing, KeyFolderFault::PassphraseMissing(named) if *named == path), "{missing}");
    assert_eq!(loaded(&open(&folder, Some("correct horse"))), [key]);
    let empty = KeyFolder::open(folder.path(), Some(Secret::new("")), Entropy::system());
    assert!(matches!(empty, Err(KeyFolderFault::PassphraseEmpty)));
}

#[test]
fn plain_files_are_encrypted_once_a_passphrase_is_configured() {
    let (folder, key, path) = with_a_key(None);
    let sealing_key = open(&folder, None).renew_secret().unwrap().key;
    let encrypting = open(&folder, Some("correct horse"));
    assert_eq!(loaded(&encrypting), std::slice::from_ref(&key));
    assert_eq!(encrypting.load_secret().unwrap().unwrap().key.expose(), sealing_key.expose());
    for path in [path, folder.path().join("server.secret")] {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("sealed") && !text.contains("private_jwk") && !text.contains("secret"), "{text}");
        assert_eq!(mode(&path), 0o600);
    }
    assert_eq!(loaded(&open(&folder, Some("correct horse"))), [key]);
    assert!(open(&folder, None).load().is_err());
}

#[test]
fn a_damaged_file_is_named_and_never_quoted() {
    for passphrase in [None, Some("correct horse")] {
        let (folder, _, path) = with_a_key(passphrase);
        let whole = fs::read(&path).unwrap();
        let mut altered = String::from_utf8(whole.clone()).unwrap();
        let end = altered.rfind('"').unwrap();
        // In the plain file this is the end of the JWK's text, in the encrypted one the authentication tag.
        altered.replace_range(end - 3..end, "AAA");
        let cases: [&[u8]; 5] = [b"", b"{}", &whole[..whole.len() / 2], altered.as_bytes(), &[0xff, 0xfe]];
        for (at, damaged) in cases.into_iter().enumerate() {
            fs::write(&path, damaged).unwrap();
            let fault = open(&folder, passphrase).load().unwrap_err();
            assert!(matches!(&fault, KeyFolderFault::Corrupt { path: named, .. } if *named == path), "{at}: {fault}");
        }
        fs::write(&path, whole).unwrap();
        assert_eq!(loaded(&open(&folder, passphrase)).len(), 1);
    }
}

#[test]
fn a_key_under_another_name_is_refused() {
    let (folder, key, path) = with_a_key(None);
    let other = folder.path().join("other.json");
    fs::rename(&path, &other).unwrap();
    assert!(matches!(open(&folder, None).load(), Err(KeyFolderFault::Corrupt { .. })));
    fs::rename(&other, &path).unwrap();
    assert_eq!(loaded(&open(&folder, None)), [key]);
}

#[test]
fn what_a_crash_left_half_written_is_removed_and_the_old_file_counts() {
    let (folder, key, path) = with_a_key(None);
    let unfinished = private_file::unfinished(&path);
    fs::write(&unfinished, "{\"key\":").unwrap();
    fs::write(folder.path().join("README.md"), "not a key").unwrap();
    let opened = open(&folder, None);
    assert!(!unfinished.exists());
    assert!(folder.path().join("README.md").exists());
    assert_eq!(loaded(&opened), [key]);
}

#[test]
fn a_secret_is_renewed_with_the_one_before_until_that_is_forgotten() {
    for passphrase in [None, Some("correct horse")] {
        let folder = TempDir::new().unwrap();
        let load = || open(&folder, passphrase).load_secret();
        assert!(load().unwrap().is_none(), "loading must not create a secret");
        let first = open(&folder, passphrase).renew_secret().unwrap();
        assert!(first.previous.is_none());
        assert_eq!(load().unwrap().unwrap().key.expose(), first.key.expose());
        let second = open(&folder, passphrase).renew_secret().unwrap();
        assert_ne!(second.key.expose(), first.key.expose());
        assert_eq!(load().unwrap().unwrap().previous.unwrap().expose(), first.key.expose());
        open(&folder, passphrase).forget_previous().unwrap();
        let left = load().unwrap().unwrap();
        assert_eq!((left.key.expose(), left.previous.is_none()), (second.key.expose(), true));
        let path = folder.path().join("server.secret");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(loaded(&open(&folder, passphrase)), []);
        fs::write(&path, "{\"secret\":\"AAAA\"}").unwrap();
        let short = load().map(|_| ()).unwrap_err();
        assert!(matches!(short, KeyFolderFault::Corrupt { .. }), "{short}");
    }
}

#[test]
fn a_generation_begins_where_the_folder_has_an_identity() {
    let (folder, key, _) = with_a_key(None);
    let opened = open(&folder, None);
    opened.begin_generation().unwrap();
    assert_eq!(opened.load_identity().unwrap(), None);
    let identity = opened.new_identity(7);
    opened.save_identity(&identity).unwrap();
    opened.begin_generation().unwrap();
    let next = RingIdentity { generation: 2, ..identity };
    assert_eq!(open(&folder, None).load_identity().unwrap(), Some(next));
    assert_eq!(loaded(&open(&folder, None)), [key], "it must not be loaded as a key");
}

#[test]
fn a_mark_is_sealed_under_the_secret() {
    let folder = TempDir::new().unwrap();
    let opened = open(&folder, None);
    let (key, other) = (SealingKey::new([7; 32]), SealingKey::new([8; 32]));
    assert_eq!(opened.load_mark(&key).unwrap(), None);
    opened.save_mark(&key, b"mark").unwrap();
    assert_eq!(opened.load_mark(&key).unwrap().as_deref(), Some(&b"mark"[..]));
    assert_eq!(opened.load_mark(&other).unwrap(), None);
    assert_eq!(mode(&folder.path().join("database.mark")), 0o600);
}

#[test]
fn a_folder_of_keys_belongs_to_one_server() {
    let folder = TempDir::new().unwrap();
    let lock = || KeyFolder::open_locked(folder.path(), None, Entropy::system());
    let first = lock().unwrap();
    let message = lock().unwrap_err().to_string();
    assert!(message.contains("SIGNET__KEYS") && message.contains(folder.path().to_str().unwrap()), "{message}");
    drop(first);
    assert!(lock().is_ok());
}

#[test]
fn a_folder_that_every_user_can_write_to_is_refused_with_the_remedy() {
    let (folder, key, _) = with_a_key(None);
    let opened = || KeyFolder::open(folder.path(), None, Entropy::system());
    for others in [0o777, 0o702, 0o1777] {
        set_mode(folder.path(), others);
        let message = opened().unwrap_err().to_string();
        assert!(message.contains(&format!("chmod go-w {}", folder.path().display())), "{message}");
    }
    for readable in [0o755, 0o700] {
        set_mode(folder.path(), readable);
        assert_eq!(loaded(&opened().unwrap()), std::slice::from_ref(&key));
    }
}

#[test]
fn the_folder_is_made_for_its_owner_alone() {
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("a/keys");
    KeyFolder::open(&path, None, Entropy::system()).unwrap();
    assert_eq!(mode(&path), 0o700);
    fs::write(parent.path().join("file"), "").unwrap();
    let fault = KeyFolder::open(parent.path().join("file"), None, Entropy::system()).unwrap_err();
    assert!(matches!(fault, KeyFolderFault::Io { .. }), "{fault}");
}

#[test]
fn what_is_encrypted_for_one_file_does_not_open_in_another() {
    let folder = TempDir::new().unwrap();
    let files = PrivateFiles::new(Some(Secret::new("correct horse")), Entropy::system()).unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    files.write(&one, "{}").unwrap();
    fs::copy(&one, &other).unwrap();
    assert_eq!(files.read(&one).unwrap().unwrap().as_str(), "{}");
    assert!(matches!(files.read(&other), Err(KeyFolderFault::Corrupt { .. })));
}

// Each server start writes with a salt of its own.
#[test]
fn files_that_were_encrypted_with_different_salts_open_with_the_one_passphrase() {
    let folder = TempDir::new().unwrap();
    let files = || PrivateFiles::new(Some(Secret::new("correct horse")), Entropy::system()).unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    files().write(&one, "1").unwrap();
    files().write(&other, "2").unwrap();
    let salt = |path: &Path| {
        serde_json::from_str::<serde_json::Value>(&fs::read_to_string(path).unwrap()).unwrap()["salt"].clone()
    };
    assert_ne!(salt(&one), salt(&other));
    let files = files();
    for (path, expected) in [(&one, "1"), (&other, "2"), (&one, "1")] {
        assert_eq!(files.read(path).unwrap().unwrap().as_str(), expected);
    }
}

#[test]
fn only_a_file_that_is_absent_is_nothing_and_any_other_fault_is_reported() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    let (below_a_file, of_a_folder) = (file.join("file"), folder.path().join("folder"));
    fs::create_dir(&of_a_folder).unwrap();
    set_mode(&of_a_folder, 0o700);
    assert!(private_file::read_private(&file).unwrap().is_none());
    assert!(private_file::remove(&file).is_ok());
    private_file::write_private(&file, "text").unwrap();
    for path in [&below_a_file, &of_a_folder] {
        assert!(matches!(private_file::read_private(path), Err(KeyFolderFault::Io { .. })), "{}", path.display());
        assert!(matches!(private_file::remove(path), Err(KeyFolderFault::Io { .. })), "{}", path.display());
    }
}

#[test]
fn a_private_file_is_read_up_to_64_kibibytes() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    for (length, is_read) in [(64 * 1024 - 1, true), (64 * 1024, false), (64 * 1024 + 1, false)] {
        fs::write(&file, "a".repeat(length)).unwrap();
        set_mode(&file, 0o600);
        let read = private_file::read_private(&file);
        match is_read {
            true => assert_eq!(read.unwrap().unwrap().len(), length),
            false => assert!(matches!(read, Err(KeyFolderFault::Corrupt { .. })), "{length}"),
        }
    }
}

#[test]
fn a_folder_without_a_key_file_has_no_signing_keys() {
    let (folder, key, _) = with_a_key(None);
    assert!(open(&folder, None).has_signing_keys().unwrap());
    open(&folder, None).remove(&key.kid).unwrap();
    fs::write(folder.path().join(".hidden.json"), "").unwrap();
    fs::write(folder.path().join("server.secret"), "").unwrap();
    assert!(!open(&folder, None).has_signing_keys().unwrap());
}

#[test]
fn at_a_start_no_file_but_an_unfinished_one_is_removed() {
    let folder = TempDir::new().unwrap();
    for name in [".key.json.unfinished", ".gitignore", "notes.unfinished"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    open(&folder, None);
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort_unstable();
    assert_eq!(left, [".gitignore", "notes.unfinished"]);
}

#[test]
fn a_fault_of_the_disk_keeps_its_cause() {
    let parent = TempDir::new().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let fault = KeyFolder::open(&file, None, Entropy::system()).unwrap_err();
    assert!(std::error::Error::source(&fault).is_some(), "{fault}");
    assert!(std::error::Error::source(&crate::jose::KeysFault::from(fault)).is_some());
}
