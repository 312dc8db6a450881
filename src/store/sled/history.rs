//! Rollback detection: whether the database is in the state in which this server left it.
//!
//! sled opens a damaged file without an error at the last state it understands, and an administrator can restore an
//! older copy. Either would make used codes and rotated refresh tokens valid again. The end of each batch, its
//! [`Mark`], is therefore stored twice: in the batch itself, and afterwards in the commit log, a separate file.
//!
//! The order is: the batch is synced; its mark is written to the commit log and synced; the batch is acknowledged;
//! the next batch begins. At any moment of a crash, the last mark of the log is that of the database's last batch or
//! of the one before. The database stores both marks, and at the start the log's mark must be one of them. A crash
//! cannot produce any other state, and every acknowledged batch is in both.
//!
//! Damage can also remove rows from the middle: sled ignores a segment of its file whose header is damaged, with all
//! rows in it, while the newest batch remains. The database therefore also stores the sum of all its rows, its
//! [`Contents`], which is compared with the rows at the start.

use time::OffsetDateTime;

use super::row::{INSTANT, decode_instant, encode_instant};
use crate::{crypto::sha256, entropy::Entropy};

/// A point in the history of a database: the end of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) position: Position,
    /// The hash of the previous mark and of the rows since; the first one is random. Two histories never share a
    /// mark, even if one is a copy of the other that has been written to.
    chain: [u8; 32],
}

/// A position in the history of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The sequence number of the last commit.
    pub sequence: u64,
    /// The time of the last commit, in UTC.
    pub at: OffsetDateTime,
}

impl Mark {
    /// The first mark of a history that begins at `position`.
    pub(super) fn random(position: Position, entropy: Entropy) -> Self {
        Self { position, chain: entropy.bytes() }
    }

    /// The next mark, at `position`, where the rows are `contents`.
    pub(super) fn after(&self, position: Position, contents: Contents) -> Self {
        let mut bytes = self.encode();
        bytes.extend_from_slice(&position.encode());
        bytes.extend_from_slice(&contents.encode());
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

/// The sum of all stored data except the history itself: 128 bits of the SHA-256 of each place and its bytes, added
/// up. The order does not matter, and each batch only adds and subtracts what it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Contents(u128);

impl Contents {
    pub(super) fn add(&mut self, place: &[u8], bytes: &[u8]) {
        self.0 = self.0.wrapping_add(summand(place, bytes));
    }

    pub(super) fn subtract(&mut self, place: &[u8], bytes: &[u8]) {
        self.0 = self.0.wrapping_sub(summand(place, bytes));
    }

    fn encode(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

fn summand(place: &[u8], bytes: &[u8]) -> u128 {
    let length = (place.len() as u64).to_be_bytes();
    let hash = sha256([length.as_slice(), place, bytes].concat());
    hash.first_chunk().map_or(0, |half| u128::from_be_bytes(*half))
}

/// What the database records about its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct History {
    pub(super) last: Mark,
    pub(super) contents: Contents,
    /// The mark in the commit log when the last batch was written; `None` before the first.
    pub(super) previous: Option<Mark>,
}

impl History {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.last.encode();
        bytes.extend_from_slice(&self.contents.encode());
        bytes.extend(self.previous.iter().flat_map(Mark::encode));
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (last, rest) = bytes.split_at_checked(Mark::LENGTH)?;
        let (contents, rest) = rest.split_first_chunk()?;
        let previous = if rest.is_empty() { None } else { Some(Mark::decode(rest)?) };
        Some(Self { last: Mark::decode(last)?, contents: Contents(u128::from_be_bytes(*contents)), previous })
    }
}

/// The result of comparing the database with the commit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing was ever written.
    New,
    /// The database is in the state in which it was left. Its last mark may not be in the log yet.
    Continues(History),
    /// The database may not be in the state in which it was left.
    RolledBack(Evidence),
}

/// The evidence that a database is not in the state in which the server left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The commit log contains commits that the database does not have.
    DatabaseIsOlder {
        /// The position of the database.
        database: Position,
        /// The position of the commit log.
        log: Position,
    },
    /// The position is right, but rows are missing or altered.
    RowsDiffer {
        /// The position of the database.
        database: Position,
    },
    /// There is a commit log, but the database is empty.
    DatabaseIsEmpty {
        /// The position of the commit log.
        log: Position,
    },
    /// There is a database, but no commit log that could show whether it is current.
    LogIsMissing {
        /// The position of the database.
        database: Position,
    },
    /// The commit log is older than the database, or belongs to another one, so it cannot show whether the database
    /// is current.
    LogIsAnother {
        /// The position of the database.
        database: Position,
        /// The position of the commit log.
        log: Position,
    },
    /// The mark outside the folder is ahead of the database: the whole folder is an older copy.
    FolderIsOlder {
        /// The position of the database.
        database: Position,
        /// The position of the mark.
        mark: Position,
    },
    /// There is a mark outside the folder, but the folder is empty.
    FolderIsEmpty {
        /// The position of the mark.
        mark: Position,
    },
    /// The mark outside the folder belongs to another database, or to a copy of this one that has been written to.
    MarkIsAnother {
        /// The position of the database.
        database: Position,
        /// The position of the mark.
        mark: Position,
    },
    /// The mark outside the folder is missing, although one was stored.
    MarkIsMissing {
        /// The position of the database.
        database: Position,
    },
}

/// Compares the database's history with its rows, and with the last mark of the commit log.
pub(super) fn compare(database: Option<History>, contents: Contents, log: Option<Mark>) -> Verdict {
    let Some(history) = database else {
        return log.map_or(Verdict::New, |log| Verdict::RolledBack(Evidence::DatabaseIsEmpty { log: log.position }));
    };
    let database = history.last.position;
    let evidence = match log {
        Some(log) if log == history.last || Some(log) == history.previous => None,
        Some(Mark { position: log, .. }) if database.sequence < log.sequence => {
            Some(Evidence::DatabaseIsOlder { database, log })
        }
        Some(Mark { position: log, .. }) => Some(Evidence::LogIsAnother { database, log }),
        // The very first start ended before the log was written, when there was nothing to roll back to.
        None if database.sequence == 0 => None,
        None => Some(Evidence::LogIsMissing { database }),
    };
    let differ = (history.contents != contents).then_some(Evidence::RowsDiffer { database });
    evidence.or(differ).map_or(Verdict::Continues(history), Verdict::RolledBack)
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
        let second = first.after(at(1), Contents(1));
        let third = second.after(at(5), Contents(2));
        [first, second, third, third.after(at(6), Contents(3))]
    }

    fn history(last: Mark, previous: Option<Mark>) -> History {
        History { last, contents: CONTENTS, previous }
    }

    const CONTENTS: Contents = Contents(u128::MAX - 7);

    #[test]
    fn a_history_comes_back_as_it_was() {
        let [first, second, ..] = marks();
        for history in [history(first, None), history(second, Some(first))] {
            assert_eq!(History::decode(&history.encode()), Some(history));
        }
        assert_eq!(History::decode(b"short"), None);
    }

    #[test]
    fn the_log_may_be_at_the_last_batch_or_the_one_before_and_nowhere_else() {
        let [first, second, third, fourth] = marks();
        let database = history(third, Some(second));
        let judge = |log: &Mark| compare(Some(database), CONTENTS, Some(*log));
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
        let database = history(third, Some(second));
        let copy = second.after(at(5), Contents(9));
        assert_eq!(compare(Some(database), CONTENTS, Some(third)), Verdict::Continues(database));
        let (database_at, log) = (at(5), at(5));
        assert_eq!(
            compare(Some(database), CONTENTS, Some(copy)),
            Verdict::RolledBack(Evidence::LogIsAnother { database: database_at, log })
        );
    }

    #[test]
    fn one_without_the_other_is_suspicious_unless_nothing_was_ever_committed() {
        let [first, second, ..] = marks();
        assert_eq!(compare(None, CONTENTS, None), Verdict::New);
        assert_eq!(compare(None, CONTENTS, Some(first)), Verdict::RolledBack(Evidence::DatabaseIsEmpty { log: at(0) }));
        let new = history(first, None);
        assert_eq!(compare(Some(new), CONTENTS, None), Verdict::Continues(new));
        let used = history(second, Some(first));
        assert_eq!(
            compare(Some(used), CONTENTS, None),
            Verdict::RolledBack(Evidence::LogIsMissing { database: at(1) })
        );
    }

    #[test]
    fn a_row_that_is_missing_or_altered_is_noticed() {
        let mut contents = Contents::default();
        for place in [b"a", b"b", b"c"] {
            contents.add(place, b"row");
        }
        let [first, second, ..] = marks();
        let database = History { last: second, contents, previous: Some(first) };
        let judge = |contents| compare(Some(database), contents, Some(second));
        assert_eq!(judge(contents), Verdict::Continues(database));
        let differ = Verdict::RolledBack(Evidence::RowsDiffer { database: at(1) });
        let mut changed = contents;
        changed.subtract(b"a", b"row");
        assert_eq!(judge(changed), differ, "missing");
        changed.add(b"a", b"raw");
        assert_eq!(judge(changed), differ, "altered");
        changed.subtract(b"a", b"raw");
        changed.add(b"d", b"row");
        assert_eq!(judge(changed), differ, "elsewhere");
        changed.subtract(b"d", b"row");
        changed.add(b"a", b"row");
        assert_eq!(judge(changed), Verdict::Continues(database), "as it was, in another order");
    }
}
