//! Keys and status lists on disk, so that an API can start while the issuer is down.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    cache_file_access::{self, CacheFileRefusal},
    known::{KeysFetch, Known, KnownKeys, KnownList},
    status_list_token::{Instant, VerifiedStatusList},
};
use crate::{crypto::sha256, entropy::Entropy, jose::JwkSet};

/// The content of the file. A user who can write it can make the API accept other keys, so on Unix only its owner can
/// read or write it.
#[derive(Serialize, Deserialize)]
struct Document {
    version: u8,
    issuer: String,
    jwks: JwkSet,
    #[serde(with = "time::serde::timestamp")]
    fetched_at: OffsetDateTime,
    status_lists: Vec<ListDocument>,
}

#[derive(Serialize, Deserialize)]
struct ListDocument {
    uri: String,
    jwt: String,
    etag: Option<String>,
    #[serde(with = "time::serde::timestamp")]
    checked_at: OffsetDateTime,
}

/// Reads what `path` contains about `issuer`; `None` if there is no file.
///
/// # Errors
///
/// Returns [`CacheFileRefusal`] if the file is unusable or another user could have written it.
pub(super) fn read(path: &Path, issuer: &str, now: Instant) -> Result<Option<Known>, CacheFileRefusal> {
    let Some(document) = document(path)? else { return Ok(None) };
    if document.version != VERSION || document.issuer != issuer || document.jwks.is_empty() {
        return Err(CacheFileRefusal::Content("it has another version or issuer, or no keys".to_owned()));
    }
    // The age of an entry is unknown if the clock was ahead when it was written.
    let is_ahead = |instant: OffsetDateTime| instant > now.at + now.leeway;
    if is_ahead(document.fetched_at) {
        return Err(CacheFileRefusal::Content("its timestamp is in the future".to_owned()));
    }
    let fetch = KeysFetch { number: 0, at: document.fetched_at.min(now.at) };
    let keys = KnownKeys { set: Arc::new(document.jwks), epoch: 0, fetch };
    let mut known = Known { keys: Some(keys.clone()), ..Known::default() };
    for list in document.status_lists {
        if is_ahead(list.checked_at) {
            tracing::warn!(
                uri = list.uri,
                "a status list of the cache file is not used: its timestamp is in the \
                future"
            );
            continue;
        }
        // Verified as of the time when it was fetched. The maximum age of a list is checked where it is used.
        let checked_at = list.checked_at.min(now.at);
        let then = Instant { at: checked_at, leeway: now.leeway };
        match VerifiedStatusList::read(&list.jwt, &list.uri, issuer, &keys.set, then) {
            Ok(token) => {
                let read = KnownList::new(Arc::new(token), list.etag, checked_at, 0.0);
                read.touch(now.at);
                known.lists.insert(list.uri, Arc::new(read));
            }
            Err(refusal) => tracing::warn!(uri = list.uri, %refusal, "a status list of the cache file is not used"),
        }
    }
    Ok(Some(known))
}

fn document(path: &Path) -> Result<Option<Document>, CacheFileRefusal> {
    let Some(mut file) = cache_file_access::open(path)? else { return Ok(None) };
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let document = serde_json::from_slice(&text);
    document.map(Some).map_err(|fault| CacheFileRefusal::Content(fault.to_string()))
}

/// Writes the keys and lists of `issuer` to a new file in the same folder, which then replaces `path`. Blocks.
///
/// Status list tokens can be longer than the unpacked lists, so their text is not kept in memory. The text of each list
/// is `sent`, which was fetched last, or is already in the file. A list without a text is omitted until it is fetched
/// again.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or other users can write to its folder.
pub(super) fn write(path: &Path, issuer: &str, known: &Known, sent: Option<String>) -> Result<(), CacheFileRefusal> {
    let Some(keys) = &known.keys else { return Ok(()) };
    cache_file_access::check_folder(path)?;
    let before = document(path).ok().flatten();
    let texts = before.into_iter().flat_map(|document| document.status_lists).map(|list| list.jwt);
    let texts = texts.chain(sent.map(|text| text.trim_ascii().to_owned()));
    let texts: HashMap<[u8; 32], String> = texts.map(|text| (sha256(&text), text)).collect();
    let lists = known.lists.iter().filter_map(|(uri, list)| {
        Some(ListDocument {
            uri: uri.clone(),
            jwt: texts.get(&list.token.digest)?.clone(),
            etag: list.etag.clone(),
            checked_at: list.checked_at,
        })
    });
    let document = Document {
        version: VERSION,
        issuer: issuer.to_owned(),
        jwks: JwkSet::clone(&keys.set),
        fetched_at: keys.fetch.at,
        status_lists: lists.collect(),
    };
    let text = serde_json::to_vec(&document).map_err(io::Error::from)?;
    let temporary = temporary(path)?;
    let written =
        create(&temporary).and_then(|mut file| file.write_all(&text)).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is returned. Failing to remove a partial file is not reported.
        let _ = fs::remove_file(&temporary);
    }
    Ok(written?)
}

fn temporary(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}", Entropy::system().text::<6>()));
    Ok(path.with_file_name(hidden))
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const VERSION: u8 = 1;
