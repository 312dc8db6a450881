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
//!
//! Damage can also take rows out of the middle: sled ignores a segment of its file whose header is damaged, and with it
//! whatever lies there, while the newest batch stays. So the database also keeps the sum of all its rows, its
//! [`Contents`], which is compared with the rows at the start.

use time::OffsetDateTime;

use super::row::{INSTANT, decode_instant, encode_instant};
use crate::{crypto::sha256, entropy::Entropy};

/// A point in the history of a database: the end of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) position: Position,
    /// The hash of the mark before and of the rows since; the first one is random. So two histories never share a mark,
    /// even if one is a copy of the other that went on by itself.
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

    /// The mark at `position`, from which on the rows are `contents`.
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

/// The sum of all that is stored, except of the history itself: 128 bits of the SHA-256 of each place and its bytes,
/// added up, so that the order does not matter and each batch only adds and subtracts what it changes.
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

/// What the database knows about its own history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct History {
    pub(super) last: Mark,
    pub(super) contents: Contents,
    /// The mark that the commit log had when the last batch was written; none before the first.
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
    /// The database is where it was, but its rows are not all there, or not as they were written.
    RowsDiffer {
        /// Where the database is.
        database: Position,
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
    /// The mark outside the folder shows that the database had come further: the whole folder is an older copy.
    FolderIsOlder {
        /// Where the database is.
        database: Position,
        /// Where it was.
        mark: Position,
    },
    /// The mark outside the folder shows that there was a database, and the folder is empty.
    FolderIsEmpty {
        /// Where it was.
        mark: Position,
    },
    /// The mark outside the folder is about another database, or about a copy of this one that went on by itself.
    MarkIsAnother {
        /// Where the database is.
        database: Position,
        /// Where the other is.
        mark: Position,
    },
    /// A mark was kept outside the folder, and it is missing.
    MarkIsMissing {
        /// Where the database is.
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
        // The very first start ended before it had written the log: there was nothing yet to go back to.
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
