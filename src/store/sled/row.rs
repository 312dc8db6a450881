//! The encoding of rows on disk, and their keys.
//!
//! One sled tree holds all rows; the namespace's identifier is the first byte of each key. sled checks its own
//! blocks, but not that it has found the right one. Each row therefore contains a checksum over its key and all its
//! other bytes, which is checked by each read.

use time::{OffsetDateTime, UtcOffset};

use crate::store::{
    fault::UnreadableRow,
    row::{Namespace, Row},
};

/// A row's key in sled: the namespace's identifier and the key.
pub(super) fn place_of(namespace: Namespace, key: &[u8]) -> Vec<u8> {
    place(namespace.id(), key)
}

/// The key in sled of a row that belongs to the engine itself.
pub(super) fn own_place(name: &str) -> Vec<u8> {
    place(ENGINE, name.as_bytes())
}

/// The key in sled of the entry that refers to the row at `place`, ordered by expiry. The entry is empty: the row
/// itself contains its expiry, so a stray entry does no harm.
pub(super) fn expiry_place(expires_at: i64, place: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(EXPIRY_HEAD + place.len());
    bytes.push(EXPIRIES);
    bytes.extend_from_slice(&ordered(expires_at).to_be_bytes());
    bytes.extend_from_slice(place);
    bytes
}

/// The keys of all expiry entries before `expires_at`, in seconds since the epoch.
pub(super) fn expiries_before(expires_at: i64) -> std::ops::Range<Vec<u8>> {
    vec![EXPIRIES]..expiry_place(expires_at, &[])
}

/// The place of the row that an expiry entry refers to.
pub(super) fn place_in_expiry(entry: &[u8]) -> Option<&[u8]> {
    entry.get(EXPIRY_HEAD..)
}

/// The bytes that are stored at `place` for `row`.
pub(super) fn encode(place: &[u8], row: &Row) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + row.value.len() + CHECKSUM);
    bytes.push(FORMAT);
    bytes.extend_from_slice(&row.version.to_be_bytes());
    bytes.push(u8::from(row.expires_at.is_some()));
    bytes.extend_from_slice(&encode_instant(row.expires_at.unwrap_or(OffsetDateTime::UNIX_EPOCH)));
    bytes.extend_from_slice(&row.value);
    bytes.extend_from_slice(&checksum(place, &bytes).to_be_bytes());
    bytes
}

/// Decodes the row from `bytes` read at `place`.
///
/// # Errors
///
/// Returns an [`UnreadableRow`] if the bytes were not created by [`encode`] for this place.
pub(super) fn decode(place: &[u8], bytes: &[u8]) -> Result<Row, UnreadableRow> {
    let (body, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(UnreadableRow::TooShort)?;
    if checksum(place, body) != u32::from_be_bytes(*sum) {
        return Err(UnreadableRow::Checksum);
    }
    let (&[format], rest) = body.split_first_chunk().ok_or(UnreadableRow::TooShort)?;
    if format != FORMAT {
        return Err(UnreadableRow::UnknownFormat(format));
    }
    let (version, rest) = rest.split_first_chunk().ok_or(UnreadableRow::TooShort)?;
    let (&[expires], rest) = rest.split_first_chunk().ok_or(UnreadableRow::TooShort)?;
    let (instant, value) = rest.split_first_chunk().ok_or(UnreadableRow::TooShort)?;
    let expires_at = match expires {
        0 => None,
        1 => Some(decode_instant(*instant).ok_or(UnreadableRow::Nonsense)?),
        _ => return Err(UnreadableRow::Nonsense),
    };
    Ok(Row { version: u64::from_be_bytes(*version), value: value.to_vec(), expires_at })
}

/// An instant as seconds since the epoch and nanoseconds of that second.
pub(super) fn encode_instant(instant: OffsetDateTime) -> [u8; INSTANT] {
    let [a, b, c, d, e, f, g, h] = instant.unix_timestamp().to_be_bytes();
    let [i, j, k, l] = instant.nanosecond().to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// Decodes the result of [`encode_instant`], in UTC.
pub(super) fn decode_instant(bytes: [u8; INSTANT]) -> Option<OffsetDateTime> {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = bytes;
    let instant = OffsetDateTime::from_unix_timestamp(i64::from_be_bytes([a, b, c, d, e, f, g, h])).ok()?;
    let instant = instant.replace_nanosecond(u32::from_be_bytes([i, j, k, l])).ok()?;
    Some(instant.to_offset(UtcOffset::UTC))
}

fn place(namespace: u8, key: &[u8]) -> Vec<u8> {
    let mut place = Vec::with_capacity(1 + key.len());
    place.push(namespace);
    place.extend_from_slice(key);
    place
}

fn checksum(place: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    // Without the length, a byte could move between the place and the content without changing the checksum.
    hasher.update(&(place.len() as u64).to_be_bytes());
    hasher.update(place);
    hasher.update(body);
    hasher.finalize()
}

/// Maps the order of signed numbers to that of unsigned ones, so that instants before 1970 come first.
fn ordered(seconds: i64) -> u64 {
    seconds.cast_unsigned() ^ (1 << 63)
}

const FORMAT: u8 = 1;
pub(super) const ENGINE: u8 = 0;
pub(super) const EXPIRIES: u8 = u8::MAX;
const EXPIRY_HEAD: usize = 1 + 8;
const HEAD: usize = 1 + 8 + 1 + INSTANT;
pub(super) const INSTANT: usize = 12;
const CHECKSUM: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn row() -> Row {
        Row { version: 7, value: b"value".to_vec(), expires_at: Some(datetime!(2030-01-01 00:00:00.000000001 UTC)) }
    }

    #[test]
    fn a_row_comes_back_as_it_was() {
        for row in [row(), Row { expires_at: None, ..row() }, Row { value: Vec::new(), ..row() }] {
            assert_eq!(decode(b"place", &encode(b"place", &row)), Ok(row));
        }
    }

    #[test]
    fn one_changed_bit_anywhere_is_noticed() {
        let bytes = encode(b"place", &row());
        for at in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[at / 8] ^= 1 << (at % 8);
            assert_eq!(decode(b"place", &altered), Err(UnreadableRow::Checksum), "bit {at}");
        }
    }

    #[test]
    fn a_row_at_another_place_is_noticed() {
        assert_eq!(decode(b"other", &encode(b"place", &row())), Err(UnreadableRow::Checksum));
    }

    #[test]
    fn no_shortened_row_is_read() {
        let bytes = encode(b"place", &row());
        for length in 0..bytes.len() {
            assert!(decode(b"place", &bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_later_format_is_named() {
        let mut bytes = encode(b"place", &row());
        bytes.truncate(bytes.len() - CHECKSUM);
        bytes[0] = 2;
        let sum = checksum(b"place", &bytes);
        bytes.extend_from_slice(&sum.to_be_bytes());
        assert_eq!(decode(b"place", &bytes), Err(UnreadableRow::UnknownFormat(2)));
    }

    #[test]
    fn expiries_are_in_the_order_of_time() {
        let instants = [i64::MIN, -1, 0, 1, i64::MAX];
        let places = instants.map(|instant| expiry_place(instant, b"place"));
        assert!(places.is_sorted());
        assert!(expiries_before(1).contains(&places[2]));
        assert!(!expiries_before(1).contains(&places[3]));
        assert_eq!(place_in_expiry(&places[0]), Some(b"place".as_slice()));
    }
}
