//! The Token Status List,
//! [draft-ietf-oauth-status-list](https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/): one or more bits per
//! grant, from which offline verifiers learn that a grant has ended.
//!
//! The codec serves both sides: the server packs and compresses, the library for resource servers decompresses.

use std::{
    fmt,
    io::{Read, Write},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use super::issuer::Issuer;
use crate::entropy::Entropy;

/// Number of bits per status (§4.1): "The allowed values for bits are 1, 2, 4, and 8".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusBits {
    /// Valid or invalid.
    One,
    /// Four status types.
    Two,
    /// 16 status types.
    Four,
    /// 256 status types.
    Eight,
}

/// The statuses of many tokens, packed into bytes (§4.1).
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: StatusBits,
    bytes: Vec<u8>,
}

/// Why a status list cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusListRefusal {
    /// `bits` is not 1, 2, 4 or 8.
    Bits(u64),
    /// `lst` is not base64url without padding.
    Encoding,
    /// `lst` is not compressed with DEFLATE in the ZLIB format, or is truncated.
    Compression,
    /// The list exceeds the reader's limit, given in bytes after decompression.
    TooLong(usize),
}

/// The identifier of one of this server's lists. It does not reveal how many lists there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListId(u32);

/// The position of a grant's status, which applies to all its access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StatusIndex {
    pub list: ListId,
    pub idx: u32,
}

/// The Status List Token (§5.1) of a list.
#[derive(Clone, Copy, Debug)]
pub struct StatusListToken<'a> {
    pub issuer: &'a Issuer,
    pub id: ListId,
    pub list: &'a StatusList,
    /// How long a copy may be cached before it is fetched again.
    pub ttl: Duration,
}

impl StatusBits {
    /// Parses the value of `bits`.
    ///
    /// # Errors
    ///
    /// Returns [`StatusListRefusal::Bits`] for any other number.
    pub fn parse(bits: u64) -> Result<Self, StatusListRefusal> {
        match bits {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            4 => Ok(Self::Four),
            8 => Ok(Self::Eight),
            other => Err(StatusListRefusal::Bits(other)),
        }
    }

    #[must_use]
    pub fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// Returns the highest status value.
    fn mask(self) -> u8 {
        u8::MAX >> (8 - self.count())
    }
}

impl StatusList {
    /// Creates a list of at least `entries` statuses, all [`VALID`]. The last byte is always full.
    #[must_use]
    pub fn new(bits: StatusBits, entries: u32) -> Self {
        let length = (u64::from(entries) * u64::from(bits.count())).div_ceil(8);
        Self { bits, bytes: vec![0; usize::try_from(length).unwrap_or(usize::MAX)] }
    }

    /// Decompresses `lst` (§4.2) to at most `most_bytes`, so that a small text cannot exhaust memory.
    ///
    /// # Errors
    ///
    /// Returns [`StatusListRefusal`] if `bits` or `lst` is invalid or the list is too long.
    pub fn parse(bits: u64, lst: &str, most_bytes: usize) -> Result<Self, StatusListRefusal> {
        let bits = StatusBits::parse(bits)?;
        let compressed = URL_SAFE_NO_PAD.decode(lst).map_err(|_| StatusListRefusal::Encoding)?;
        let mut bytes = Vec::new();
        // One extra byte distinguishes a list of exactly the maximum length from a longer one.
        let limit = u64::try_from(most_bytes).unwrap_or(u64::MAX).saturating_add(1);
        let read = ZlibDecoder::new(compressed.as_slice()).take(limit).read_to_end(&mut bytes);
        read.map_err(|_| StatusListRefusal::Compression)?;
        // Readers retain the list, and decompression reserves more memory than needed.
        bytes.shrink_to_fit();
        if bytes.len() > most_bytes { Err(StatusListRefusal::TooLong(most_bytes)) } else { Ok(Self { bits, bytes }) }
    }

    /// Returns the status at `idx`, or `None` beyond the end (§8.3: "Fail if the provided index is out of bounds").
    #[must_use]
    pub fn get(&self, idx: u32) -> Option<u8> {
        let (byte, shift) = self.place(idx)?;
        self.bytes.get(byte).map(|byte| byte >> shift & self.bits.mask())
    }

    /// Sets the status at `idx`. Bits of `status` that do not fit are ignored, as is an index beyond the end.
    pub fn set(&mut self, idx: u32, status: u8) {
        let mask = self.bits.mask();
        if let Some((byte, shift)) = self.place(idx)
            && let Some(byte) = self.bytes.get_mut(byte)
        {
            *byte = *byte & !(mask << shift) | (status & mask) << shift;
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len().saturating_mul(8) / usize::from(self.bits.count())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the bytes before compression.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the list as JSON (§4.2). "It is RECOMMENDED to use the highest compression level available."
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let compressed = encoder.write_all(&self.bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        json!({"bits": self.bits.count(), "lst": URL_SAFE_NO_PAD.encode(compressed)})
    }

    /// Returns the byte index and the bit offset of the status at `idx`. §4.1: "The least significant bit" first.
    fn place(&self, idx: u32) -> Option<(usize, u8)> {
        let bits = u64::from(self.bits.count());
        let bit = u64::from(idx) * bits;
        Some((usize::try_from(bit / 8).ok()?, u8::try_from(bit % 8).ok()?))
    }
}

impl ListId {
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(u32::from_be_bytes(entropy.bytes()))
    }

    /// Parses the list identifier at the end of a URI.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(u32::from_str_radix(text, 16).ok()?);
        Some(id).filter(|id| id.to_string() == text)
    }

    /// Returns the URI at which the list is published.
    #[must_use]
    pub fn uri(self, issuer: &Issuer) -> String {
        issuer.endpoint(&format!("/status/{self}"))
    }
}

impl StatusIndex {
    #[must_use]
    pub fn claim(&self, issuer: &Issuer) -> Value {
        json!({"status_list": {"idx": self.idx, "uri": self.list.uri(issuer)}})
    }

    /// Encodes the index in eight bytes that sort by list and position.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        (u64::from(self.list.0) << 32 | u64::from(self.idx)).to_be_bytes()
    }

    /// Decodes the index.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        let whole = u64::from_be_bytes(bytes);
        Some(Self { list: ListId(u32::try_from(whole >> 32).ok()?), idx: u32::try_from(whole & LOW).ok()? })
    }
}

impl StatusListToken<'_> {
    /// Returns the claims of the token issued at `now` (§5.1). `iss` is optional; it tells verifiers with several
    /// issuers which keys to use.
    #[must_use]
    pub fn claims(&self, now: OffsetDateTime) -> Map<String, Value> {
        let mut list = self.list.to_json();
        if let Some(members) = list.as_object_mut() {
            members.insert("aggregation_uri".to_owned(), self.issuer.endpoint(AGGREGATION).into());
        }
        let members = [
            ("iss", json!(self.issuer.as_str())),
            ("sub", json!(self.id.uri(self.issuer))),
            ("iat", json!(now.unix_timestamp())),
            ("exp", json!((now + self.ttl * TTLS_UNTIL_EXPIRY).unix_timestamp())),
            ("ttl", json!(self.ttl.whole_seconds())),
            ("status_list", list),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Returns the Status List Aggregation (§9.3) of these lists.
#[must_use]
pub fn aggregation(lists: impl Iterator<Item = ListId>, issuer: &Issuer) -> Value {
    json!({"status_lists": lists.map(|id| id.uri(issuer)).collect::<Vec<_>>()})
}

impl fmt::Display for ListId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", self.0)
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StatusList").field("bits", &self.bits).field("len", &self.len()).finish_non_exhaustive()
    }
}

impl fmt::Display for StatusListRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bits(bits) => write!(formatter, "a status of {bits} bits; only 1, 2, 4 or 8 are allowed"),
            Self::Encoding => formatter.write_str("the status list is not base64url without padding"),
            Self::Compression => formatter.write_str("the status list is not in ZLIB format"),
            Self::TooLong(most) => write!(formatter, "the status list has more than {most} bytes"),
        }
    }
}

impl std::error::Error for StatusListRefusal {}

/// "The status of the Referenced Token is valid, correct or legal" (§7.1).
pub const VALID: u8 = 0;

/// "The status of the Referenced Token is revoked, annulled, taken back, recalled or cancelled" (§7.1).
pub const INVALID: u8 = 1;

/// The path of the aggregation, relative to the issuer.
pub const AGGREGATION: &str = "/status";

/// A cached list is not used any more if it could not be refreshed for this many `ttl`.
const TTLS_UNTIL_EXPIRY: i32 = 5;

const LOW: u64 = u32::MAX as u64;

#[cfg(test)]
#[path = "status_list_tests.rs"]
mod tests;
