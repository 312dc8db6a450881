//! Files that only their owner can read: permissions, atomic and durable writes, encryption with a passphrase.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::key_folder_fault::KeyFolderFault;
use crate::{crypto::SealingKey, entropy::Entropy, secret::Secret};

/// Reads and writes private files. Each is a small JSON document, plain or encrypted.
pub(crate) struct PrivateFiles {
    passphrase: Option<Passphrase>,
    entropy: Entropy,
}

struct Passphrase {
    text: Secret,
    /// Deriving a key takes a tenth of a second, so the key of each salt is derived once. The first one is used for
    /// writing.
    derived: Mutex<Vec<(String, SealingKey)>>,
}

/// An encrypted document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    /// The key derivation function, always [`KDF`].
    kdf: String,
    salt: String,
    /// Distinguishes a wrong passphrase from a damaged file.
    check: String,
    sealed: String,
}

impl PrivateFiles {
    pub(crate) fn new(passphrase: Option<Secret>, entropy: Entropy) -> Result<Self, KeyFolderFault> {
        if passphrase.as_ref().is_some_and(Secret::is_empty) {
            return Err(KeyFolderFault::PassphraseEmpty);
        }
        let passphrase = passphrase.map(|text| Passphrase { text, derived: Mutex::default() });
        Ok(Self { passphrase, entropy })
    }

    /// Reads the document at `path`; `None` if there is no such file. If a passphrase is configured, a plain document
    /// is encrypted in place.
    pub(crate) fn read(&self, path: &Path) -> Result<Option<Zeroizing<String>>, KeyFolderFault> {
        let Some(text) = read_private(path)? else { return Ok(None) };
        let Ok(envelope) = serde_json::from_str::<Envelope>(&text) else {
            if self.passphrase.is_some() && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
                self.write(path, &text)?;
            }
            return Ok(Some(text));
        };
        let passphrase = self.passphrase.as_ref().ok_or_else(|| KeyFolderFault::PassphraseMissing(path.to_owned()))?;
        if envelope.kdf != KDF {
            return Err(KeyFolderFault::corrupt(path, format!("its key derivation {} is unknown", envelope.kdf)));
        }
        let key = passphrase.key(&envelope.salt)?;
        if !crate::crypto::equal(check(&key).as_bytes(), envelope.check.as_bytes()) {
            return Err(KeyFolderFault::PassphraseWrong(path.to_owned()));
        }
        let damaged = || KeyFolderFault::corrupt(path, "the encrypted part is damaged");
        let document = key.open(&purpose(path), &envelope.sealed).map_err(|_| damaged())?;
        let document = String::from_utf8(document).map_err(|error| {
            error.into_bytes().zeroize();
            damaged()
        })?;
        Ok(Some(Zeroizing::new(document)))
    }

    /// Writes the document atomically: a crash leaves the old one or the new one. It is durable when this returns.
    pub(crate) fn write(&self, path: &Path, document: &str) -> Result<(), KeyFolderFault> {
        let Some(passphrase) = &self.passphrase else { return write_private(path, document) };
        let (salt, key) = passphrase.writing_key(self.entropy)?;
        let sealed = key.seal(&purpose(path), document.as_bytes(), self.entropy);
        let envelope = Envelope { kdf: KDF.to_owned(), salt, check: check(&key), sealed };
        let text = serde_json::to_string(&envelope).map_err(|error| KeyFolderFault::Library(error.to_string()))?;
        write_private(path, &text)
    }
}

impl Passphrase {
    /// Returns the key for `salt`. The first one requested is also used for writing.
    fn key(&self, salt: &str) -> Result<SealingKey, KeyFolderFault> {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = derived.iter().find(|(known, _)| known == salt) {
            return Ok(key.clone());
        }
        let mut bytes = [0; 32];
        openssl::pkcs5::scrypt(self.text.expose().as_bytes(), salt.as_bytes(), N, R, P, MEMORY, &mut bytes)
            .map_err(|error| KeyFolderFault::Library(error.to_string()))?;
        let key = SealingKey::new(bytes);
        bytes.zeroize();
        derived.push((salt.to_owned(), key.clone()));
        Ok(key)
    }

    fn writing_key(&self, entropy: Entropy) -> Result<(String, SealingKey), KeyFolderFault> {
        let first = self.derived.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
        if let Some(first) = first {
            return Ok(first);
        }
        let salt = entropy.text::<16>();
        let key = self.key(&salt)?;
        Ok((salt, key))
    }
}

/// Removes the file if it exists, durably.
pub(crate) fn remove(path: &Path) -> Result<(), KeyFolderFault> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(KeyFolderFault::io("remove", path)(error)),
    }
}

/// Returns the temporary name under which a file is written.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}{UNFINISHED}"))
}

pub(super) fn read_private(path: &Path) -> Result<Option<Zeroizing<String>>, KeyFolderFault> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeyFolderFault::io("read", path)(error)),
    };
    // The permissions of the open file, not of the file that now has this name.
    let mode = file.metadata().map_err(KeyFolderFault::io("read", path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFolderFault::OpenToOthers { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    match file.take(LONGEST as u64).read_to_string(&mut text) {
        Ok(length) if length < LONGEST => Ok(Some(text)),
        Ok(_) => Err(KeyFolderFault::corrupt(path, "it is too long")),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(KeyFolderFault::corrupt(path, "it is not text")),
        Err(error) => Err(KeyFolderFault::io("read", path)(error)),
    }
}

pub(super) fn write_private(path: &Path, text: &str) -> Result<(), KeyFolderFault> {
    let temporary = unfinished(path);
    remove(&temporary)?;
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(KeyFolderFault::io("write", path))?;
    sync_folder(path)
}

/// Flushes the folder to disk. Without this, a crash may undo the rename or the removal.
fn sync_folder(path: &Path) -> Result<(), KeyFolderFault> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(KeyFolderFault::io("write", folder))
}

/// Returns the purpose of the encryption, which binds the content to its file.
fn purpose(path: &Path) -> String {
    format!("key folder: {}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn check(key: &SealingKey) -> String {
    key.authenticate("key folder: passphrase", &[])
}

/// The suffix of temporary files.
pub(crate) const UNFINISHED: &str = ".unfinished";

/// scrypt ([RFC 7914](https://www.rfc-editor.org/rfc/rfc7914)) with 32 MiB; about a tenth of a second.
const KDF: &str = "scrypt n=32768 r=8 p=1";
const N: u64 = 32_768;
const R: u64 = 8;
const P: u64 = 1;
const MEMORY: u64 = 64 * 1024 * 1024;
const LONGEST: usize = 64 * 1024;
