//! Encoding of records as rows: JSON after one byte for the schema version.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;

use super::{
    commit::{Commit, Expect},
    fault::StoreFault,
    row::Namespace,
};

/// A record together with the version that was read. Changes based on it are written with this version as
/// precondition.
#[derive(Clone, Debug)]
pub struct Versioned<T> {
    pub record: T,
    pub(super) version: u64,
}

/// A value with its key.
pub(super) type Entry<T> = (Vec<u8>, T);

/// A value that is stored under a key of its namespace.
pub(super) trait Record: Serialize + DeserializeOwned {
    const NAMESPACE: Namespace;

    /// When it no longer needs to be kept.
    fn expires_at(&self) -> Option<OffsetDateTime> {
        None
    }

    /// Whether it becomes invalid when the database was restored from an older state: see [`Store::new`].
    const ENDS_WITH_EPOCH: bool = false;
}

impl<T> Versioned<T> {
    /// Adds the precondition that this record, stored under `key`, has not changed since it was read.
    pub(super) fn unchanged(&self, commit: Commit, key: &[u8]) -> Commit
    where
        T: Record,
    {
        commit.expect(T::NAMESPACE, key, Expect::Version(self.version))
    }
}

/// Adds to `commit` the write of `record` under `key`.
pub(super) fn put<T: Record>(commit: Commit, key: &[u8], record: &T) -> Result<Commit, StoreFault> {
    put_until(commit, key, record, record.expires_at())
}

/// Like [`put`], for a record that expires at `expires_at`, whatever the record itself says.
pub(super) fn put_until<T: Record>(
    commit: Commit,
    key: &[u8],
    record: &T,
    expires_at: Option<OffsetDateTime>,
) -> Result<Commit, StoreFault> {
    let mut value = vec![SCHEMA];
    serde_json::to_writer(&mut value, record).map_err(|source| undecodable::<T>(source))?;
    Ok(commit.put(T::NAMESPACE, key, value, expires_at))
}

/// Adds to `commit` the write of `record` under `key`, on condition that the row does not exist.
pub(super) fn put_new<T: Record>(commit: Commit, key: &[u8], record: &T) -> Result<Commit, StoreFault> {
    put(commit.expect(T::NAMESPACE, key, Expect::Absent), key, record)
}

pub(super) fn decode<T: Record>(value: &[u8]) -> Result<T, StoreFault> {
    match value.split_first() {
        Some((&SCHEMA, json)) => serde_json::from_slice(json).map_err(|source| undecodable::<T>(source)),
        _ => Err(StoreFault::NewerSchema { namespace: T::NAMESPACE.name() }),
    }
}

fn undecodable<T: Record>(source: serde_json::Error) -> StoreFault {
    StoreFault::Undecodable { namespace: T::NAMESPACE.name(), source: Arc::new(source) }
}

/// Eight bytes that order by time, newest first.
pub(super) fn descending(at: OffsetDateTime) -> [u8; 8] {
    // Valid until the year 2554; later instants are ordered as if in that year.
    let nanoseconds = u64::try_from(at.unix_timestamp_nanos()).unwrap_or(u64::MAX);
    (u64::MAX - nanoseconds).to_be_bytes()
}

/// Joins two parts to one key. Neither may contain the separator, which no identifier does.
pub(super) fn pair(first: &str, second: &str) -> Vec<u8> {
    [first.as_bytes(), &[0], second.as_bytes()].concat()
}

/// The current schema version of records.
const SCHEMA: u8 = 1;
