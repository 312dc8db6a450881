//! Free space on the database disk, so that it never becomes completely full.
//!
//! sled cannot continue after a write that failed for lack of space, and cannot be opened without some space. Writes
//! are therefore refused when little space is left, and a reserve file is kept that is deleted for an opening.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

#[cfg(test)]
use std::sync::{Arc, atomic::AtomicU64};

use super::commit_log::sync_folder;

/// Free space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Free bytes available to this server.
    pub free: u64,
    pub level: SpaceLevel,
}

/// How full a disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpaceLevel {
    Enough,
    /// The operator should free some space.
    NearlyFull,
    /// Nothing is written any more.
    Full,
}

/// Measures the free space on the disk of a folder.
#[derive(Debug, Clone)]
pub(super) struct SpaceGauge {
    folder: PathBuf,
    level: SpaceLevel,
    /// Simulated free space.
    #[cfg(test)]
    pub(super) pretended: Option<Arc<AtomicU64>>,
}

impl SpaceGauge {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            level: SpaceLevel::Enough,
            #[cfg(test)]
            pretended: None,
        }
    }

    /// Measures the free space. A full disk counts as full until there is twice the required space, so that the state
    /// does not change with every commit. A disk that cannot be measured counts as having enough; its next error will
    /// show.
    pub(super) fn measure(&mut self) -> Space {
        let Ok((free, total)) = self.room() else { return Space { free: u64::MAX, level: SpaceLevel::Enough } };
        self.level = level(free, total, self.level);
        Space { free, level: self.level }
    }

    /// Creates the reserve if there is space for it.
    pub(super) fn keep_reserve(&self, space: Space) {
        if space.level == SpaceLevel::Enough
            && let Err(error) = make_reserve(&self.folder)
        {
            tracing::warn!(%error, "creating the disk space reserve failed");
        }
    }

    fn room(&self) -> io::Result<(u64, u64)> {
        #[cfg(test)]
        if let Some(pretended) = &self.pretended {
            return Ok((pretended.load(std::sync::atomic::Ordering::SeqCst), 1 << 30));
        }
        room(&self.folder)
    }
}

fn level(free: u64, total: u64, before: SpaceLevel) -> SpaceLevel {
    let least = least(total);
    let is_full = free < if before == SpaceLevel::Full { least * 2 } else { least };
    if is_full {
        SpaceLevel::Full
    } else if free < (total / 10).clamp(least * 4, MOST_WARNED) {
        SpaceLevel::NearlyFull
    } else {
        SpaceLevel::Enough
    }
}

/// The minimum free space for writes: one percent of the disk, but at least space for some sled segments.
fn least(total: u64) -> u64 {
    (total / 100).clamp(2 * MEBIBYTE, 8 * MEBIBYTE)
}

/// The free and the total space on the disk of `folder`.
#[cfg(unix)]
fn room(folder: &Path) -> io::Result<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_folder: &Path) -> io::Result<(u64, u64)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Creates the reserve file if it is missing and there is space for it.
fn make_reserve(folder: &Path) -> io::Result<()> {
    let path = folder.join(RESERVE);
    let Ok((free, total)) = room(folder) else { return Ok(()) };
    let size = least(total) * 2;
    if fs::metadata(&path).is_ok_and(|reserve| reserve.len() >= size) || free < size * 4 {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    // The file is really written, because a sparse file takes no space, and not with zeros, because some disks leave
    // those out.
    let block = vec![0x5A; usize::try_from(MEBIBYTE).unwrap_or_default()];
    let written = (0..size / MEBIBYTE).try_for_each(|_| (&file).write_all(&block)).and_then(|()| file.sync_all());
    if written.is_err() {
        let _kept = fs::remove_file(&path);
    }
    written
}

/// Deletes the reserve file. Returns `true` if there was one.
pub(super) fn release_reserve(folder: &Path) -> bool {
    let is_released = fs::remove_file(folder.join(RESERVE)).is_ok();
    if is_released {
        // The space is available once the deletion is on disk.
        let _synced = sync_folder(folder);
    }
    is_released
}

/// Returns `true` if `error` means a full disk and nothing else.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Returns `true` if there is too little space in `folder` to open it without deleting the reserve.
pub(super) fn is_short(folder: &Path) -> bool {
    room(folder).is_ok_and(|(free, total)| free < least(total))
}

/// The file name states its purpose.
const RESERVE: &str = "reserve.for-a-full-disk";
const MEBIBYTE: u64 = 1024 * 1024;
const MOST_WARNED: u64 = 1024 * MEBIBYTE;

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: u64 = 100 * 1024 * MEBIBYTE;

    #[test]
    fn a_disk_warns_before_it_is_full_and_is_full_until_there_is_twice_the_room() {
        let measured = |free: u64, before| level(free * MEBIBYTE, TOTAL, before);
        assert_eq!(measured(1024, SpaceLevel::Enough), SpaceLevel::Enough);
        assert_eq!(measured(1023, SpaceLevel::Enough), SpaceLevel::NearlyFull);
        assert_eq!(measured(8, SpaceLevel::NearlyFull), SpaceLevel::NearlyFull);
        assert_eq!(measured(7, SpaceLevel::NearlyFull), SpaceLevel::Full);
        assert_eq!(measured(15, SpaceLevel::Full), SpaceLevel::Full);
        assert_eq!(measured(16, SpaceLevel::Full), SpaceLevel::NearlyFull);
        assert_eq!(measured(2000, SpaceLevel::Full), SpaceLevel::Enough);
    }

    #[test]
    fn a_small_disk_is_used_to_its_last_mebibytes() {
        assert_eq!(level(2 * MEBIBYTE, 30 * MEBIBYTE, SpaceLevel::Enough), SpaceLevel::NearlyFull);
        assert_eq!(level(2 * MEBIBYTE - 1, 30 * MEBIBYTE, SpaceLevel::Enough), SpaceLevel::Full);
        assert_eq!(level(20 * MEBIBYTE, 30 * MEBIBYTE, SpaceLevel::Enough), SpaceLevel::Enough);
    }

    #[test]
    fn the_reserve_takes_room_until_it_is_released() {
        let folder = tempfile::tempdir().unwrap();
        make_reserve(folder.path()).unwrap();
        let (free, total) = room(folder.path()).unwrap();
        if free >= least(total) * 8 {
            let reserve = fs::metadata(folder.path().join(RESERVE)).unwrap();
            assert_eq!(reserve.len(), least(total) * 2);
            assert!(release_reserve(folder.path()));
        }
        assert!(!release_reserve(folder.path()));
    }
}
