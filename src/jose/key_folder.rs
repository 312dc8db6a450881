//! The key folder: one file for each signing key, named by its `kid`; `server.secret`; `pairwise.secret`; and
//! `ring.identity`, which distinguishes this folder from others and from older copies of itself.

use std::{
    ffi::OsStr,
    fmt,
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{
    key_folder_fault::KeyFolderFault,
    private_file::{self, PrivateFiles, UNFINISHED},
    ring::RingKey,
    signing_key::SigningKey,
};
use crate::{
    crypto::SealingKey,
    entropy::Entropy,
    folder::{self, Exposure, LockError},
    secret::Secret,
};

/// A folder with the keys of one server. Its methods access the disk and block.
///
/// Files are written with mode `0600`, and a file that other users can access is rejected. With a passphrase the files
/// are encrypted with AES-256-GCM under a key derived with scrypt. Existing plain files are then encrypted too, but
/// their old content may remain on the disk until it is overwritten.
pub struct KeyFolder {
    path: PathBuf,
    files: PrivateFiles,
    entropy: Entropy,
    _lock: Option<File>,
}

/// Distinguishes a key folder from others, and from older copies of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingIdentity {
    /// A random value generated with the folder.
    pub id: String,
    /// Incremented before each change of the keys.
    pub generation: u64,
    /// The database epoch that the keys belong to: the sequence number of the commit that started it, 0 before the
    /// first.
    pub epoch: u64,
}

/// The content of a signing key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    key: RingKey,
    /// The JWK as text, so that it is stored as a [`Secret`].
    private_jwk: Secret,
}

/// The content of `server.secret`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    secret: Secret,
    /// The previous secret, until everything encrypted with it is encrypted with the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Secret>,
}

/// The key from which all encryption keys of the server are derived.
pub struct ServerSecret {
    pub key: SealingKey,
    /// The previous key, if the rotation was interrupted and some data is still encrypted with it.
    pub previous: Option<SealingKey>,
}

impl KeyFolder {
    /// Opens the folder, or creates it with access for its owner only, and removes unfinished files left by a crash.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be created or read, every user can write to it, or the passphrase is
    /// empty.
    pub fn open(
        path: impl Into<PathBuf>,
        passphrase: Option<Secret>,
        entropy: Entropy,
    ) -> Result<Self, KeyFolderFault> {
        let path = path.into();
        let files = PrivateFiles::new(passphrase, entropy)?;
        make(&path)?;
        let folder = Self { path, files, entropy, _lock: None };
        for name in folder.names()? {
            if name.starts_with('.') && name.ends_with(UNFINISHED) {
                private_file::remove(&folder.path.join(name))?;
            }
        }
        Ok(folder)
    }

    /// Opens the folder as [`KeyFolder::open`] does, and locks it for this server until the value is dropped.
    ///
    /// # Errors
    ///
    /// See [`KeyFolder::open`]. Also returns an error if another server uses the folder.
    pub fn open_locked(
        path: impl Into<PathBuf>,
        passphrase: Option<Secret>,
        entropy: Entropy,
    ) -> Result<Self, KeyFolderFault> {
        let path = path.into();
        make(&path)?;
        let lock = folder::lock(&path).map_err(|error| match error {
            LockError::Held => KeyFolderFault::InUse(path.clone()),
            LockError::Io(error) => KeyFolderFault::io("lock", &path)(error),
        })?;
        Ok(Self { _lock: Some(lock), ..Self::open(path, passphrase, entropy)? })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Loads all signing keys, ordered by name.
    ///
    /// # Errors
    ///
    /// Returns an error for the first file that other users can access, that is damaged, or that is encrypted with
    /// another passphrase.
    pub fn load(&self) -> Result<Vec<(RingKey, SigningKey)>, KeyFolderFault> {
        let names = self.names()?;
        let keys = names.iter().filter(|name| is_key_file(name));
        keys.filter_map(|name| self.load_key(&self.path.join(name)).transpose()).collect()
    }

    /// Returns whether there is a signing key, readable or not.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder cannot be read.
    pub fn has_signing_keys(&self) -> Result<bool, KeyFolderFault> {
        Ok(self.names()?.iter().any(|name| is_key_file(name)))
    }

    /// Writes the key and its state in the ring. Both are durable when this returns.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn save(&self, key: &RingKey, signing_key: &SigningKey) -> Result<(), KeyFolderFault> {
        let file = KeyFile { key: key.clone(), private_jwk: signing_key.private_jwk().clone() };
        self.write(&self.key_path(&key.kid), &file)
    }

    /// Removes the file of the key.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system does.
    pub fn remove(&self, kid: &str) -> Result<(), KeyFolderFault> {
        private_file::remove(&self.key_path(kid))
    }

    /// Loads the server secret, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if other users can access `server.secret`, or it is damaged or encrypted with another
    /// passphrase.
    pub fn load_secret(&self) -> Result<Option<ServerSecret>, KeyFolderFault> {
        let path = self.path.join(SERVER_SECRET);
        let Some(file) = self.read::<SecretFile>(&path)? else { return Ok(None) };
        let previous = file.previous.map(|previous| sealing_key(&path, &previous)).transpose()?;
        Ok(Some(ServerSecret { key: sealing_key(&path, &file.secret)?, previous }))
    }

    /// Generates a new server secret. The current one becomes the previous one until [`KeyFolder::forget_previous`].
    ///
    /// # Errors
    ///
    /// Returns an error if `server.secret` cannot be read or written.
    pub fn renew_secret(&self) -> Result<ServerSecret, KeyFolderFault> {
        let previous = self.load_secret()?.map(|secret| secret.key);
        let key = SealingKey::new(self.entropy.bytes());
        self.save_secret(&key, previous.as_ref())?;
        Ok(ServerSecret { key, previous })
    }

    /// Removes the previous server secret.
    ///
    /// # Errors
    ///
    /// Returns an error if `server.secret` cannot be read or written.
    pub fn forget_previous(&self) -> Result<(), KeyFolderFault> {
        match self.load_secret()? {
            Some(ServerSecret { key, previous: Some(_) }) => self.save_secret(&key, None),
            _ => Ok(()),
        }
    }

    /// Loads the key from which pairwise subjects are derived, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if other users can access `pairwise.secret`, or it is damaged or encrypted with another
    /// passphrase.
    pub fn load_pairwise_key(&self) -> Result<Option<SealingKey>, KeyFolderFault> {
        let path = self.path.join(PAIRWISE_SECRET);
        let Some(file) = self.read::<SecretFile>(&path)? else { return Ok(None) };
        sealing_key(&path, &file.secret).map(Some)
    }

    /// Writes the key from which pairwise subjects are derived.
    ///
    /// # Errors
    ///
    /// Returns an error if `pairwise.secret` cannot be written.
    pub fn save_pairwise_key(&self, key: &SealingKey) -> Result<(), KeyFolderFault> {
        self.write(&self.path.join(PAIRWISE_SECRET), &SecretFile { secret: text(key), previous: None })
    }

    /// Loads the identity of the folder, if it was written.
    ///
    /// # Errors
    ///
    /// Returns an error if other users can access `ring.identity`, or it is damaged or encrypted with another
    /// passphrase.
    pub fn load_identity(&self) -> Result<Option<RingIdentity>, KeyFolderFault> {
        self.read(&self.path.join(IDENTITY))
    }

    /// Writes the identity of the folder.
    ///
    /// # Errors
    ///
    /// Returns an error if `ring.identity` cannot be written.
    pub fn save_identity(&self, identity: &RingIdentity) -> Result<(), KeyFolderFault> {
        self.write(&self.path.join(IDENTITY), identity)
    }

    /// Increments the generation before a change of the keys, if the folder has an identity.
    ///
    /// # Errors
    ///
    /// Returns an error if `ring.identity` cannot be read or written.
    pub fn begin_generation(&self) -> Result<(), KeyFolderFault> {
        match self.load_identity()? {
            Some(identity) => {
                self.save_identity(&RingIdentity { generation: identity.generation.saturating_add(1), ..identity })
            }
            None => Ok(()),
        }
    }

    /// Generates an identity for keys of `epoch`.
    #[must_use]
    pub fn new_identity(&self, epoch: u64) -> RingIdentity {
        RingIdentity { id: self.entropy.text::<16>(), generation: 1, epoch }
    }

    /// Loads the last database position that [`KeyFolder::save_mark`] wrote under the same secret.
    ///
    /// # Errors
    ///
    /// Returns an error if `database.mark` cannot be read.
    pub fn load_mark(&self, key: &SealingKey) -> Result<Option<Vec<u8>>, KeyFolderFault> {
        let sealed = private_file::read_private(&self.path.join(DATABASE_MARK))?;
        Ok(sealed.and_then(|sealed| key.open(MARK_PURPOSE, sealed.trim()).ok()))
    }

    /// Writes the current database position.
    ///
    /// # Errors
    ///
    /// Returns an error if `database.mark` cannot be written.
    pub fn save_mark(&self, key: &SealingKey, mark: &[u8]) -> Result<(), KeyFolderFault> {
        let sealed = key.seal(MARK_PURPOSE, mark, self.entropy);
        private_file::write_private(&self.path.join(DATABASE_MARK), &sealed)
    }

    fn save_secret(&self, key: &SealingKey, previous: Option<&SealingKey>) -> Result<(), KeyFolderFault> {
        self.write(&self.path.join(SERVER_SECRET), &SecretFile { secret: text(key), previous: previous.map(text) })
    }

    fn load_key(&self, path: &Path) -> Result<Option<(RingKey, SigningKey)>, KeyFolderFault> {
        let Some(file) = self.read::<KeyFile>(path)? else { return Ok(None) };
        let signing_key =
            SigningKey::from_private_jwk(&file.private_jwk).map_err(|fault| KeyFolderFault::key(path, &fault))?;
        if file.key.kid != signing_key.kid() || path.file_stem() != Some(OsStr::new(signing_key.kid())) {
            return Err(KeyFolderFault::corrupt(path, "its name, kid and key do not match"));
        }
        if file.key.algorithm != signing_key.algorithm() {
            return Err(KeyFolderFault::corrupt(path, "its key is for another algorithm"));
        }
        Ok(Some((file.key, signing_key)))
    }

    fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, KeyFolderFault> {
        let Some(text) = self.files.read(path)? else { return Ok(None) };
        // The parser's message names a line and a column and may quote the content, which must not be logged.
        let file = serde_json::from_str(&text).map_err(|error| {
            let reason = format!(
                "it is damaged, or is not a key file of this server (line {}, column {})",
                error.line(),
                error.column()
            );
            KeyFolderFault::corrupt(path, reason)
        })?;
        Ok(Some(file))
    }

    fn write<T: Serialize>(&self, path: &Path, file: &T) -> Result<(), KeyFolderFault> {
        let text = serde_json::to_string_pretty(file).map_err(|error| KeyFolderFault::Library(error.to_string()))?;
        self.files.write(path, &Zeroizing::new(text))
    }

    fn key_path(&self, kid: &str) -> PathBuf {
        self.path.join(format!("{kid}{KEY_FILE}"))
    }

    fn names(&self) -> Result<Vec<String>, KeyFolderFault> {
        let read = || {
            let names = fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
            names.collect::<Result<Vec<_>, std::io::Error>>()
        };
        let mut names = read().map_err(KeyFolderFault::io("read", &self.path))?;
        names.sort_unstable();
        Ok(names)
    }
}

impl fmt::Debug for KeyFolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyFolder").field("path", &self.path).finish_non_exhaustive()
    }
}

fn is_key_file(name: &str) -> bool {
    !name.starts_with('.') && name.ends_with(KEY_FILE)
}

/// Creates the folder if it is missing, and rejects one that every user can write to.
fn make(path: &Path) -> Result<(), KeyFolderFault> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(KeyFolderFault::io("make", path))?;
    match folder::exposure(path).map_err(KeyFolderFault::io("read", path))? {
        Some(exposure @ Exposure::WritableFolder { .. }) => Err(KeyFolderFault::Exposed(exposure)),
        // Each file is checked when it is read.
        Some(Exposure::OpenFile { .. }) | None => Ok(()),
    }
}

/// Decodes the key in `text`, the content of the file at `path`.
fn sealing_key(path: &Path, text: &Secret) -> Result<SealingKey, KeyFolderFault> {
    let corrupt = || KeyFolderFault::corrupt(path, "it does not contain 32 bytes as base64url");
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.expose()).map_err(|_| corrupt())?);
    Ok(SealingKey::new(bytes.as_slice().try_into().map_err(|_| corrupt())?))
}

fn text(key: &SealingKey) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(*key.expose()))
}

const KEY_FILE: &str = ".json";
const SERVER_SECRET: &str = "server.secret";
const PAIRWISE_SECRET: &str = "pairwise.secret";
const IDENTITY: &str = "ring.identity";
const DATABASE_MARK: &str = "database.mark";
const MARK_PURPOSE: &str = "database mark";

#[cfg(test)]
#[path = "key_folder_tests.rs"]
mod tests;
