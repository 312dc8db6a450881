//! The status of one token in a Token Status List,
//! [draft-ietf-oauth-status-list §7](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-status-list#section-7).

use crate::oauth::status_list as packed;

pub use packed::StatusListRefusal;

/// The statuses of many tokens, decompressed, so that a lookup is one memory access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct InflatedStatusList(packed::StatusList);

/// The status of a token (§7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// `0x00`: valid.
    Valid,
    /// `0x01`: revoked permanently.
    Invalid,
    /// `0x02`: suspended, possibly temporarily.
    Suspended,
    /// Any other value. Its meaning is unknown to this verifier, so the token is rejected.
    Other(u8),
}

impl InflatedStatusList {
    /// Decompresses `lst`, whose entries have `bits` bits.
    ///
    /// # Errors
    ///
    /// Returns [`StatusListRefusal`]. Decompression stops at the maximum length, so that a small text cannot exhaust
    /// memory.
    pub(super) fn decode(bits: u64, lst: &str) -> Result<Self, StatusListRefusal> {
        packed::StatusList::parse(bits, lst, LONGEST).map(Self)
    }

    /// Returns the status of the token with this index, or `None` beyond the end of the list.
    pub(super) fn status(&self, index: u64) -> Option<Status> {
        self.0.get(u32::try_from(index).ok()?).map(Status::from)
    }
}

impl From<u8> for Status {
    fn from(status: u8) -> Self {
        match status {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            other => Self::Other(other),
        }
    }
}

/// 2 MiB: 16 million tokens with one bit each.
const LONGEST: usize = 2 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    // §4.2, the example with two bits.
    #[test]
    fn each_status_has_its_meaning() {
        let list = InflatedStatusList::decode(2, "eNo76fITAAPfAgc").unwrap();
        let first: Vec<_> = (0..4).map(|index| list.status(index).unwrap()).collect();
        assert_eq!(first, [Status::Invalid, Status::Suspended, Status::Valid, Status::Other(3)]);
        assert_eq!((list.status(12), list.status(u64::MAX)), (None, None));
    }
}
