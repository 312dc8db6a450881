//! Detects that the whole folder is an older copy, which the commit log inside the folder cannot show.
//!
//! A mark outside the folder records how far the database has progressed. It is updated every few seconds and not
//! with each commit, so a copy that is older by less than that is not detected. Each opening of the database that
//! commits something begins a run with a random identifier, and the mark names its run. A copy that was written to
//! may therefore be ahead of the mark and is still recognized as a different database.

use time::OffsetDateTime;

use super::{
    history::{Evidence, Position},
    row::{INSTANT, decode_instant, encode_instant},
};
use crate::entropy::Entropy;

/// How far a database has progressed, to be stored outside its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutsideMark {
    run: RunId,
    position: Position,
}

/// Whether a mark is stored outside the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outside {
    /// No mark is stored, or it cannot be read yet. Nothing is compared.
    #[default]
    Untracked,
    /// A mark is stored. It is `None` at the first opening, or if it was lost.
    Tracked(Option<OutsideMark>),
}

impl Outside {
    /// The position of the database.
    pub(super) fn position(self) -> Option<Position> {
        match self {
            Self::Tracked(Some(mark)) => Some(mark.position),
            Self::Tracked(None) | Self::Untracked => None,
        }
    }
}

type RunId = [u8; 16];

/// The latest runs of a database, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Runs {
    runs: Vec<(RunId, u64)>,
    /// Whether a mark has been written outside the folder.
    pub(super) is_marked: bool,
}

impl OutsideMark {
    /// The mark in 36 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let instant = encode_instant(self.position.at);
        [self.run.as_slice(), &self.position.sequence.to_be_bytes(), &instant].concat()
    }

    /// Decodes the result of [`OutsideMark::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (run, rest) = bytes.split_first_chunk()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let at: [u8; INSTANT] = rest.try_into().ok()?;
        let position = Position { sequence: u64::from_be_bytes(*sequence), at: decode_instant(at)? };
        Some(Self { run: *run, position })
    }

    /// The position of the database.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The time of the last commit.
    #[must_use]
    pub fn at(&self) -> OffsetDateTime {
        self.position.at
    }
}

impl Runs {
    /// The runs of a database whose history begins at `sequence`.
    pub(super) fn begin(sequence: u64, entropy: Entropy) -> Self {
        Self { runs: vec![(entropy.bytes(), sequence)], is_marked: false }
    }

    /// Adds a run that begins at `sequence`.
    pub(super) fn add(&mut self, sequence: u64, entropy: Entropy) {
        self.runs.push((entropy.bytes(), sequence));
        let surplus = self.runs.len().saturating_sub(MOST_RUNS);
        self.runs.drain(..surplus);
    }

    /// The mark of a database at `position`.
    pub(super) fn mark(&self, position: Position) -> OutsideMark {
        OutsideMark { run: self.runs.last().map_or([0; 16], |(run, _)| *run), position }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.is_marked)];
        for (run, first) in &self.runs {
            bytes.extend_from_slice(run);
            bytes.extend_from_slice(&first.to_be_bytes());
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (is_marked, mut rest) = bytes.split_first()?;
        let mut runs = Vec::new();
        while !rest.is_empty() {
            let (run, after) = rest.split_first_chunk()?;
            let (first, after) = after.split_first_chunk()?;
            runs.push((*run, u64::from_be_bytes(*first)));
            rest = after;
        }
        Some(Self { runs, is_marked: *is_marked != 0 })
    }

    /// The evidence that the database, which is at `last`, is not the one of the mark.
    pub(super) fn compare(&self, last: Position, outside: Outside) -> Option<Evidence> {
        let mark = match outside {
            Outside::Untracked => return None,
            Outside::Tracked(None) => return self.is_marked.then_some(Evidence::MarkIsMissing { database: last }),
            Outside::Tracked(Some(mark)) => mark,
        };
        let position = mark.position;
        if position.sequence > last.sequence {
            return Some(Evidence::FolderIsOlder { database: last, mark: position });
        }
        let another = Some(Evidence::MarkIsAnother { database: last, mark: position });
        let Some(at) = self.runs.iter().position(|(run, _)| *run == mark.run) else {
            // The mark may be older than the recorded runs, and then shows nothing.
            let is_earlier = self.runs.first().is_none_or(|(_, first)| position.sequence < *first);
            return if is_earlier { None } else { another };
        };
        let ended = self.runs.get(at + 1).is_some_and(|(_, next)| *next <= position.sequence);
        if ended { another } else { None }
    }
}

/// Number of runs recorded. The mark is updated in each, unless it cannot be written.
const MOST_RUNS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn at(sequence: u64) -> Position {
        Position { sequence, at: datetime!(2030-01-01 00:00 UTC) }
    }

    fn tracked(runs: &Runs, sequence: u64) -> Outside {
        Outside::Tracked(Some(runs.mark(at(sequence))))
    }

    #[test]
    fn a_mark_and_the_runs_come_back_as_they_were() {
        let mut runs = Runs::begin(0, Entropy::system());
        runs.add(7, Entropy::system());
        runs.is_marked = true;
        assert_eq!(Runs::decode(&runs.encode()), Some(runs.clone()));
        let mark = runs.mark(at(9));
        assert_eq!(OutsideMark::from_bytes(&mark.to_bytes()), Some(mark));
        assert_eq!(OutsideMark::from_bytes(b"short"), None);
        assert_eq!(Runs::decode(b""), None);
    }

    #[test]
    fn a_folder_that_is_older_than_the_mark_is_noticed_and_one_that_went_on_is_not() {
        let runs = Runs::begin(0, Entropy::system());
        let evidence = Evidence::FolderIsOlder { database: at(9), mark: at(10) };
        assert_eq!(runs.compare(at(9), tracked(&runs, 10)), Some(evidence));
        assert_eq!(runs.compare(at(10), tracked(&runs, 10)), None);
        assert_eq!(runs.compare(at(11), tracked(&runs, 10)), None);
        assert_eq!(runs.compare(at(9), Outside::Untracked), None);
    }

    #[test]
    fn a_copy_that_went_on_by_itself_is_noticed_even_if_it_has_come_further() {
        let (mut here, mut copy) = (Runs::begin(0, Entropy::system()), Runs::default());
        copy.clone_from(&here);
        here.add(100, Entropy::system());
        copy.add(100, Entropy::system());
        let another = Evidence::MarkIsAnother { database: at(200), mark: at(150) };
        assert_eq!(copy.compare(at(200), tracked(&here, 150)), Some(another));
        assert_eq!(here.compare(at(200), tracked(&here, 150)), None);
        // A copy from the middle of a run that was restored and written to.
        let mark = tracked(&here, 150);
        here.add(120, Entropy::system());
        assert_eq!(here.compare(at(200), mark), Some(another));
        for run in 0..MOST_RUNS as u64 {
            here.add(300 + run, Entropy::system());
        }
        let mark = tracked(&copy, 299);
        assert_eq!(here.compare(at(400), mark), None, "from before the runs that are remembered");
    }

    #[test]
    fn a_mark_that_was_written_must_not_be_missing() {
        let mut runs = Runs::begin(0, Entropy::system());
        assert_eq!(runs.compare(at(3), Outside::Tracked(None)), None);
        runs.is_marked = true;
        let missing = Evidence::MarkIsMissing { database: at(3) };
        assert_eq!(runs.compare(at(3), Outside::Tracked(None)), Some(missing));
        assert_eq!(runs.compare(at(3), tracked(&runs, 3)), None);
    }
}
