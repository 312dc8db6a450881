//! The commit log: a file next to the database that stores the marks of the last batches, see [`super::history`].
//!
//! It is a ring of a fixed number of slots, written in turn, each in a separate disk sector. It therefore never
//! grows, a write torn by a power failure damages no other slot, and because only existing blocks are overwritten,
//! syncing it changes no metadata. The latest mark is the readable one with the highest sequence number. If the last
//! write was torn, that is the previous mark, which the database also has.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::history::Mark;

/// The open commit log.
#[derive(Debug)]
pub(super) struct CommitLog {
    file: File,
    /// The slot to be written next.
    next: usize,
    latest: Mark,
}

impl CommitLog {
    /// Opens the log in `folder`. Returns `None` if it is missing or contains no readable mark.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] if the file exists but cannot be read.
    pub(super) fn open(folder: &Path) -> io::Result<Option<Self>> {
        let file = match OpenOptions::new().read(true).write(true).open(folder.join(NAME)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut bytes = Vec::new();
        // Bytes after the last slot are ignored, however many there are.
        (&file).take(LENGTH).read_to_end(&mut bytes)?;
        let marks = bytes.chunks(SLOT).enumerate().filter_map(|(slot, bytes)| Some((slot, decode(bytes)?)));
        let latest = marks.max_by_key(|(_, mark)| mark.position.sequence);
        Ok(latest.map(|(slot, latest)| Self { file, next: following(slot), latest }))
    }

    /// Creates a log in `folder` with `first` as its only mark, replacing an existing one.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] if the file cannot be written. An existing log is then unchanged.
    pub(super) fn create(folder: &Path, first: Mark) -> io::Result<Self> {
        let temporary = folder.join(TEMPORARY);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(&encode(&first))?;
        file.write_all(&vec![0; SLOT * (SLOTS - 1)])?;
        file.sync_all()?;
        std::fs::rename(&temporary, folder.join(NAME))?;
        sync_folder(folder)?;
        Ok(Self { file, next: following(0), latest: first })
    }

    /// The last mark.
    pub(super) fn latest(&self) -> &Mark {
        &self.latest
    }

    /// Appends a mark. It is on disk when this function returns.
    ///
    /// # Errors
    ///
    /// Returns an [`io::Error`] if the file cannot be written. It is then unknown whether the mark is on disk.
    pub(super) fn append(&mut self, mark: Mark) -> io::Result<()> {
        self.file.seek(SeekFrom::Start((self.next * SLOT) as u64))?;
        self.file.write_all(&encode(&mark))?;
        self.file.sync_data()?;
        self.next = following(self.next);
        self.latest = mark;
        Ok(())
    }
}

/// Syncs the directory `folder`, so that new files in it survive a crash. Syncing a file does not sync its name.
///
/// # Errors
///
/// Returns an [`io::Error`] if the folder cannot be synced.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only Unix can open a directory; other systems write names through on their own.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn encode(mark: &Mark) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&mark.encode());
    let checksum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&checksum.to_be_bytes());
    bytes.resize(SLOT, 0);
    bytes
}

fn decode(slot: &[u8]) -> Option<Mark> {
    let (body, rest) = slot.split_at_checked(MAGIC.len() + Mark::LENGTH)?;
    let checksum = u32::from_be_bytes(*rest.first_chunk()?);
    let mark = body.strip_prefix(MAGIC)?;
    (crc32fast::hash(body) == checksum).then(|| Mark::decode(mark)).flatten()
}

fn following(slot: usize) -> usize {
    (slot + 1) % SLOTS
}

pub(super) const NAME: &str = "commit.log";
const TEMPORARY: &str = "commit.log.new";
const MAGIC: &[u8] = b"commit 1";
/// Size of a slot in bytes: a disk sector.
const SLOT: usize = 512;
const SLOTS: usize = 64;
const LENGTH: u64 = (SLOT * SLOTS) as u64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entropy::Entropy, store::sled::history::Position};
    use time::macros::datetime;

    fn mark(sequence: u64) -> Mark {
        Mark::random(Position { sequence, at: datetime!(2030-01-01 00:00 UTC) }, Entropy::system())
    }

    /// A log in a temporary folder with marks 0 to `last`.
    fn log(last: u64) -> (tempfile::TempDir, Vec<Mark>) {
        let folder = tempfile::tempdir().unwrap();
        let marks: Vec<Mark> = (0..=last).map(mark).collect();
        let mut log = CommitLog::create(folder.path(), marks[0]).unwrap();
        for mark in &marks[1..] {
            log.append(*mark).unwrap();
        }
        (folder, marks)
    }

    fn latest(folder: &Path) -> Option<Mark> {
        CommitLog::open(folder).unwrap().map(|log| *log.latest())
    }

    #[test]
    fn the_last_mark_is_found_however_often_the_ring_went_round() {
        for last in [0, 1, 63, 64, 65, 200] {
            let (folder, marks) = log(last);
            assert_eq!(latest(folder.path()), marks.last().copied(), "{last}");
            assert_eq!(std::fs::metadata(folder.path().join(NAME)).unwrap().len(), LENGTH);
            let more = mark(last + 1);
            CommitLog::open(folder.path()).unwrap().unwrap().append(more).unwrap();
            assert_eq!(latest(folder.path()), Some(more), "{last}");
        }
    }

    #[test]
    fn a_torn_last_mark_leaves_the_one_before() {
        let (folder, marks) = log(70);
        let path = folder.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        let slot = 70 % SLOTS * SLOT;
        let before = encode(&marks[70 - SLOTS]);
        for written in 0..MAGIC.len() + Mark::LENGTH + 4 {
            let mut torn = whole.clone();
            torn[slot + written..slot + SLOT].copy_from_slice(&before[written..]);
            std::fs::write(&path, torn).unwrap();
            let found = latest(folder.path());
            assert!(found == Some(marks[69]) || found == Some(marks[70]), "torn after {written} bytes");
        }
    }

    #[test]
    fn what_follows_the_ring_is_ignored_and_a_cut_ring_is_read_as_far_as_it_goes() {
        let (folder, marks) = log(5);
        let path = folder.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [whole.clone(), encode(&mark(99))].concat()).unwrap();
        assert_eq!(latest(folder.path()), Some(marks[5]));
        std::fs::write(&path, &whole[..SLOT * 3]).unwrap();
        assert_eq!(latest(folder.path()), Some(marks[2]));
        for nothing in [&b""[..], &[0; 4096], b"something else"] {
            std::fs::write(&path, nothing).unwrap();
            assert_eq!(latest(folder.path()), None);
        }
    }

    #[test]
    fn a_missing_log_is_none() {
        assert_eq!(latest(tempfile::tempdir().unwrap().path()), None);
    }
}
