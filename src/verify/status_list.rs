//! The bits of a Token Status List,
//! [draft-ietf-oauth-status-list §4](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-status-list#section-4):
//! unpacked within bounds, and looked up. Nothing here knows of JWTs, of time or of the network.

use std::{fmt, io::Read};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::read::ZlibDecoder;

/// The statuses of many tokens, inflated: looking one up is one access to memory.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

/// What a list says of one token (§7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// `0x00`: nothing was said against it.
    Valid,
    /// `0x01`: revoked, for good.
    Invalid,
    /// `0x02`: suspended, maybe for a time only.
    Suspended,
    /// Any other value, which no specification explains to this verifier; it does not pass.
    Other(u8),
}

/// Why a list cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusListRefusal {
    /// `bits` is not 1, 2, 4 or 8.
    Bits,
    /// `lst` is not unpadded base64url.
    NotBase64Url,
    /// `lst` is not a whole stream of zlib (RFC 1950).
    NotZlib,
    /// It inflates to more than 2 MiB, which is 16 million tokens with one bit each.
    TooLong,
}

impl StatusList {
    /// Unpacks `lst`, whose entries have `bits` bits.
    ///
    /// # Errors
    ///
    /// [`StatusListRefusal`]. Inflating stops where the bound is crossed, so that a small text cannot fill the memory.
    pub(super) fn decode(bits: u64, lst: &str) -> Result<Self, StatusListRefusal> {
        let bits = match bits {
            1 => 1,
            2 => 2,
            4 => 4,
            8 => 8,
            _ => return Err(StatusListRefusal::Bits),
        };
        let compressed = URL_SAFE_NO_PAD.decode(lst).map_err(|_| StatusListRefusal::NotBase64Url)?;
        let mut bytes = Vec::new();
        let mut inflated = ZlibDecoder::new(compressed.as_slice()).take(LONGEST + 1);
        inflated.read_to_end(&mut bytes).map_err(|_| StatusListRefusal::NotZlib)?;
        if bytes.len() as u64 > LONGEST {
            return Err(StatusListRefusal::TooLong);
        }
        bytes.shrink_to_fit();
        Ok(Self { bits, bytes })
    }

    /// What the list says of the token with this index; `None` when the list does not reach so far.
    pub(super) fn status(&self, index: u64) -> Option<Status> {
        let entries_per_byte = u64::from(8 / self.bits);
        let byte = self.bytes.get(usize::try_from(index / entries_per_byte).ok()?)?;
        // §4: "the least significant bit of the byte" holds the first entry.
        let shift = u32::try_from(index % entries_per_byte).ok()? * u32::from(self.bits);
        let mask = u8::MAX >> (8 - self.bits);
        Some(match (byte >> shift) & mask {
            0 => Status::Valid,
            1 => Status::Invalid,
            2 => Status::Suspended,
            other => Status::Other(other),
        })
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StatusList({} bytes of entries with {} bits)", self.bytes.len(), self.bits)
    }
}

impl fmt::Display for StatusListRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bits => "bits is not 1, 2, 4 or 8",
            Self::NotBase64Url => "lst is not base64url without padding",
            Self::NotZlib => "lst is not a whole stream of zlib",
            Self::TooLong => "lst inflates to more than 2 MiB",
        })
    }
}

impl std::error::Error for StatusListRefusal {}

const LONGEST: u64 = 2 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        URL_SAFE_NO_PAD.encode(encoder.finish().unwrap())
    }

    fn raw(list: &StatusList, count: u64) -> Vec<u8> {
        let number = |status| match status {
            Status::Valid => 0,
            Status::Invalid => 1,
            Status::Suspended => 2,
            Status::Other(other) => other,
        };
        (0..count).map(|index| number(list.status(index).unwrap())).collect()
    }

    // §4.1 and §4.2, the examples with one and with two bits.
    #[test]
    fn the_examples_of_the_draft_are_read() {
        let one = StatusList::decode(1, "eNrbuRgAAhcBXQ").unwrap();
        assert_eq!(raw(&one, 16), [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        assert_eq!(one.status(16), None);
        let two = StatusList::decode(2, "eNo76fITAAPfAgc").unwrap();
        assert_eq!(raw(&two, 12), [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
        assert_eq!(two.status(12), None);
    }

    #[test]
    fn four_and_eight_bits_are_read_from_the_least_significant() {
        let bytes = packed(&[0x21, 0xf0]);
        assert_eq!(raw(&StatusList::decode(4, &bytes).unwrap(), 4), [1, 2, 0, 15]);
        assert_eq!(raw(&StatusList::decode(8, &bytes).unwrap(), 2), [0x21, 0xf0]);
        assert_eq!(StatusList::decode(8, &bytes).unwrap().status(u64::MAX), None);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let good = packed(&[7; 100]);
        let whole = URL_SAFE_NO_PAD.decode(&good).unwrap();
        let cut = URL_SAFE_NO_PAD.encode(&whole[..whole.len() / 2]);
        for (bits, lst, refusal) in [
            (0, good.as_str(), StatusListRefusal::Bits),
            (3, &good, StatusListRefusal::Bits),
            (257, &good, StatusListRefusal::Bits),
            (1, "e==", StatusListRefusal::NotBase64Url),
            (1, "AAAA", StatusListRefusal::NotZlib),
            (1, &cut, StatusListRefusal::NotZlib),
        ] {
            assert_eq!(StatusList::decode(bits, lst), Err(refusal), "{bits} {lst}");
        }
        assert!(StatusList::decode(1, &good).is_ok());
    }

    #[test]
    fn a_small_text_does_not_fill_the_memory() {
        let most = usize::try_from(LONGEST).unwrap();
        assert!(StatusList::decode(1, &packed(&vec![0; most])).is_ok());
        let bomb = packed(&vec![0; most + 1]);
        assert!(bomb.len() < 4096, "{}", bomb.len());
        assert_eq!(StatusList::decode(1, &bomb), Err(StatusListRefusal::TooLong));
    }
}
