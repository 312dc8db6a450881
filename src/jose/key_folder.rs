//! The folder of keys: one file for each signing key, named by its `kid`, and `server.secret`.

use std::{
    ffi::OsStr,
    fmt,
    fs::{self, DirBuilder},
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
use crate::{crypto::SealingKey, entropy::Entropy, secret::Secret};

/// A folder with the keys of one server. Its methods read and write the disk and block meanwhile.
///
/// The files are written with mode `0600` and refused when they are open to others. With a passphrase they are encrypted
/// with AES-256-GCM under a key that scrypt derives; plain ones that are found then are encrypted, though their old
/// content may stay on the disk until it is overwritten.
pub struct KeyFolder {
    path: PathBuf,
    files: PrivateFiles,
    entropy: Entropy,
}

/// What is in the file of a signing key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    key: RingKey,
    /// The JWK as text, which keeps it in the custody of [`Secret`].
    private_jwk: Secret,
}

/// What is in `server.secret`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    secret: Secret,
}

impl KeyFolder {
    /// Opens the folder, or makes it for its owner alone, and removes what a crash left half written.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or read, or the passphrase is empty.
    pub fn open(
        path: impl Into<PathBuf>,
        passphrase: Option<Secret>,
        entropy: Entropy,
    ) -> Result<Self, KeyFolderFault> {
        let path = path.into();
        let files = PrivateFiles::new(passphrase, entropy)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(KeyFolderFault::io("make", &path))?;
        let folder = Self { path, files, entropy };
        for name in folder.names()? {
            if name.starts_with('.') && name.ends_with(UNFINISHED) {
                private_file::remove(&folder.path.join(name))?;
            }
        }
        Ok(folder)
    }

    /// Where the folder is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All signing keys, in the order of their names.
    ///
    /// # Errors
    ///
    /// The first file that is open to others, damaged, or encrypted with a passphrase that is not the configured one.
    pub fn load(&self) -> Result<Vec<(RingKey, SigningKey)>, KeyFolderFault> {
        let names = self.names()?;
        let keys = names.iter().filter(|name| !name.starts_with('.') && name.ends_with(KEY_FILE));
        keys.filter_map(|name| self.load_key(&self.path.join(name)).transpose()).collect()
    }

    /// Writes the key and its place in the ring. When this returns, both are on disk.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, key: &RingKey, signing_key: &SigningKey) -> Result<(), KeyFolderFault> {
        let file = KeyFile { key: key.clone(), private_jwk: signing_key.private_jwk().clone() };
        self.write(&self.key_path(&key.kid), &file)
    }

    /// Removes the key's file.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn remove(&self, kid: &str) -> Result<(), KeyFolderFault> {
        private_file::remove(&self.key_path(kid))
    }

    /// The key from which everything else is derived that the server seals, made at the first start.
    ///
    /// # Errors
    ///
    /// When `server.secret` is open to others, damaged, encrypted with another passphrase, or cannot be written.
    pub fn load_or_create_sealing_key(&self) -> Result<SealingKey, KeyFolderFault> {
        let path = self.path.join(SERVER_SECRET);
        if let Some(file) = self.read::<SecretFile>(&path)? {
            let corrupt = || KeyFolderFault::corrupt(&path, "it does not hold 32 bytes as base64url");
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(file.secret.expose()).map_err(|_| corrupt())?);
            return Ok(SealingKey::new(bytes.as_slice().try_into().map_err(|_| corrupt())?));
        }
        let bytes = Zeroizing::new(self.entropy.bytes::<32>());
        self.write(&path, &SecretFile { secret: Secret::new(URL_SAFE_NO_PAD.encode(*bytes)) })?;
        Ok(SealingKey::new(*bytes))
    }

    fn load_key(&self, path: &Path) -> Result<Option<(RingKey, SigningKey)>, KeyFolderFault> {
        let Some(file) = self.read::<KeyFile>(path)? else { return Ok(None) };
        let signing_key =
            SigningKey::from_private_jwk(&file.private_jwk).map_err(|fault| KeyFolderFault::key(path, &fault))?;
        if file.key.kid != signing_key.kid() || path.file_stem() != Some(OsStr::new(signing_key.kid())) {
            return Err(KeyFolderFault::corrupt(path, "its name, its kid and its key do not belong together"));
        }
        if file.key.algorithm != signing_key.algorithm() {
            return Err(KeyFolderFault::corrupt(path, "its key is for another algorithm"));
        }
        Ok(Some((file.key, signing_key)))
    }

    fn read<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, KeyFolderFault> {
        let Some(text) = self.files.read(path)? else { return Ok(None) };
        // The parser's message names a line and a column, and may quote what is there; a key file is not quoted.
        let file = serde_json::from_str(&text).map_err(|error| {
            let reason = format!(
                "it is damaged or not a file of this server (line {}, column {})",
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

const KEY_FILE: &str = ".json";
const SERVER_SECRET: &str = "server.secret";

#[cfg(test)]
#[path = "key_folder_tests.rs"]
mod tests;
