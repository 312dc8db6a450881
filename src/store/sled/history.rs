//! Whether the database is the one that this server left behind: the detector of rollbacks.
//!
//! sled opens a damaged file without an error at the last state it understands, and an administrator can copy an
//! older one back. Either would make spent codes and rotated refresh tokens valid again. So the end of each batch, its
//! [`Mark`], is kept twice: in the batch itself, and afterwards in the commit log, a file of its own.
//!
//! The order is: the batch is synced; then its mark is written to the commit log and synced; then it is acknowledged;
//! then the next batch begins. So whatever moment a crash chooses, the log's last mark is that of the database's last
//! batch, or that of the batch before. The database keeps both marks, and at the start the log's must be one of them.
//! No crash makes it another, and every acknowledged batch is in both.

use time::OffsetDateTime;

use super::row::{INSTANT, decode_instant, encode_instant};
use crate::{crypto::sha256, entropy::Entropy};

/// A point in the history of a database: the end of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) position: Position,
    /// The hash of the mark before and of all that was written since; the first one is random. So two histories never
    /// share a mark, even if one is a copy of the other that went on by itself.
    chain: [u8; 32],
}

/// Where in its history a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The sequence of the last commit.
    pub sequence: u64,
    /// When it was made, in UTC.
    pub at: OffsetDateTime,
}

impl Mark {
    /// The mark of a history that begins at `position`.
    pub(super) fn random(position: Position, entropy: Entropy) -> Self {
        Self { position, chain: entropy.bytes() }
    }

    /// The mark at `position`, after writing what hashes to `written`.
    pub(super) fn after(&self, position: Position, written: [u8; 32]) -> Self {
        let mut bytes = Vec::with_capacity(Self::LENGTH + 32);
        bytes.extend_from_slice(&self.encode());
        bytes.extend_from_slice(&position.encode());
        bytes.extend_from_slice(&written);
        Self { position, chain: sha256(bytes) }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.position.encode();
        bytes.extend_from_slice(&self.chain);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (sequence, rest) = bytes.split_first_chunk()?;
        let (at, rest) = rest.split_first_chunk()?;
        let position = Position { sequence: u64::from_be_bytes(*sequence), at: decode_instant(*at)? };
        Some(Self { position, chain: rest.try_into().ok()? })
    }

    pub(super) const LENGTH: usize = 8 + INSTANT + 32;
}

impl Position {
    fn encode(self) -> Vec<u8> {
        let mut bytes = self.sequence.to_be_bytes().to_vec();
        bytes.extend_from_slice(&encode_instant(self.at));
        bytes
    }
}

/// What the database knows about its own history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct History {
    pub(super) last: Mark,
    /// The mark that the commit log had when the last batch was written; none before the first.
    pub(super) previous: Option<Mark>,
}

impl History {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.last.encode();
        bytes.extend(self.previous.iter().flat_map(Mark::encode));
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (last, rest) = bytes.split_at_checked(Mark::LENGTH)?;
        let previous = if rest.is_empty() { None } else { Some(Mark::decode(rest)?) };
        Some(Self { last: Mark::decode(last)?, previous })
    }
}

/// What the database and the commit log say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing was ever written.
    New,
    /// The database is the one that was left behind. Its last mark may not be in the log yet.
    Continues(History),
    /// It cannot be shown that the database is the one that was left behind.
    RolledBack(Evidence),
}

/// What shows that a database is not the one that the server left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The commit log knows commits that the database does not have.
    DatabaseIsOlder {
        /// Where the database is.
        database: Position,
        /// Where it was.
        log: Position,
    },
    /// There is a commit log, and the database is empty.
    DatabaseIsEmpty {
        /// Where it was.
        log: Position,
    },
    /// There is a database, and no commit log that could tell whether it is the latest.
    LogIsMissing {
        /// Where the database is.
        database: Position,
    },
    /// The commit log is older than the database, or belongs to another: it cannot tell whether it is the latest.
    LogIsAnother {
        /// Where the database is.
        database: Position,
        /// Where the log is.
        log: Position,
    },
}

/// Compares the database's history with the last mark of the commit log.
pub(super) fn compare(database: Option<History>, log: Option<Mark>) -> Verdict {
    let Some(history) = database else {
        return log.map_or(Verdict::New, |log| Verdict::RolledBack(Evidence::DatabaseIsEmpty { log: log.position }));
    };
    let database = history.last.position;
    match log {
        Some(log) if log == history.last || Some(log) == history.previous => Verdict::Continues(history),
        Some(Mark { position: log, .. }) if database.sequence < log.sequence => {
            Verdict::RolledBack(Evidence::DatabaseIsOlder { database, log })
        }
        Some(Mark { position: log, .. }) => Verdict::RolledBack(Evidence::LogIsAnother { database, log }),
        // The very first start ended before it had written the log: there was nothing yet to go back to.
        None if database.sequence == 0 => Verdict::Continues(history),
        None => Verdict::RolledBack(Evidence::LogIsMissing { database }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn at(sequence: u64) -> Position {
        Position { sequence, at: datetime!(2030-01-01 00:00 UTC) }
    }

    fn marks() -> [Mark; 4] {
        let first = Mark::random(at(0), Entropy::system());
        let second = first.after(at(1), [1; 32]);
        let third = second.after(at(5), [2; 32]);
        [first, second, third, third.after(at(6), [3; 32])]
    }

    #[test]
    fn a_history_comes_back_as_it_was() {
        let [first, second, ..] = marks();
        for history in [History { last: first, previous: None }, History { last: second, previous: Some(first) }] {
            assert_eq!(History::decode(&history.encode()), Some(history));
        }
        assert_eq!(History::decode(b"short"), None);
    }

    #[test]
    fn the_log_may_be_at_the_last_batch_or_the_one_before_and_nowhere_else() {
        let [first, second, third, fourth] = marks();
        let database = History { last: third, previous: Some(second) };
        let judge = |log: &Mark| compare(Some(database), Some(*log));
        assert_eq!(judge(&third), Verdict::Continues(database));
        assert_eq!(judge(&second), Verdict::Continues(database));
        let (database, log) = (at(5), at(6));
        assert_eq!(judge(&fourth), Verdict::RolledBack(Evidence::DatabaseIsOlder { database, log }));
        let log = at(0);
        assert_eq!(judge(&first), Verdict::RolledBack(Evidence::LogIsAnother { database, log }));
    }

    #[test]
    fn a_copy_that_went_on_by_itself_is_another_history() {
        let [_, second, third, _] = marks();
        let database = History { last: third, previous: Some(second) };
        let copy = second.after(at(5), [9; 32]);
        assert_eq!(compare(Some(database), Some(third)), Verdict::Continues(database));
        let (database_at, log) = (at(5), at(5));
        assert_eq!(
            compare(Some(database), Some(copy)),
            Verdict::RolledBack(Evidence::LogIsAnother { database: database_at, log })
        );
    }

    #[test]
    fn one_without_the_other_is_suspicious_unless_nothing_was_ever_committed() {
        let [first, second, ..] = marks();
        assert_eq!(compare(None, None), Verdict::New);
        assert_eq!(compare(None, Some(first)), Verdict::RolledBack(Evidence::DatabaseIsEmpty { log: at(0) }));
        let new = History { last: first, previous: None };
        assert_eq!(compare(Some(new), None), Verdict::Continues(new));
        let used = History { last: second, previous: Some(first) };
        assert_eq!(compare(Some(used), None), Verdict::RolledBack(Evidence::LogIsMissing { database: at(1) }));
    }
}
