//! Copies what can be read from a damaged database to a new folder.
//!
//! sled refuses a file for a single flipped bit, or opens it with rows missing. The file is therefore read without
//! sled ([`scan`]), each row is verified by its own checksum, and valid rows are written to a new database. The new
//! database begins an epoch, because the lost rows may have recorded that something was used or revoked.

mod message;
mod scan;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use time::OffsetDateTime;

use self::scan::scan;
use super::{
    batch::Writes,
    commit_log::{CommitLog, sync_folder},
    disk::{HISTORY, NOT_BEFORE, runs_row},
    history::{Contents, History, Mark, Position},
    open::{create_folder, lock},
    open_disk::open_disk,
    open_error::{OpenError, inaccessible, unreadable},
    outside_mark::Runs,
    row::{ENGINE, EXPIRIES, decode, encode, encode_instant, expiry_place, own_place, place_of},
};
use crate::{
    entropy::Entropy,
    folder,
    store::{
        fault::StoreFault,
        namespaces::{INDEXES, is_derived, name_of},
        rebuild::REBUILD,
        row::Row,
    },
};

/// The source and the target of a salvage.
#[derive(Debug, Clone)]
pub struct Salvage {
    /// The folder of the damaged database. It is not changed.
    pub damaged: PathBuf,
    /// The new folder, which must be missing or empty.
    pub target: PathBuf,
    /// A sequence number that the damaged database is known to have reached. New versions are greater.
    pub reached: u64,
}

/// The result of a salvage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalvageReport {
    /// Number of rows copied, by kind.
    pub kept: BTreeMap<String, usize>,
    /// Number of rows that are damaged and were not copied, by kind.
    pub lost: BTreeMap<String, usize>,
    /// Number of unreadable parts of the file. Rows in them are lost, or were copied in an older state.
    pub unreadable: usize,
    /// Number of log messages with one flipped bit that were repaired.
    pub repaired: usize,
    /// Whether it is certain that nothing was lost.
    pub is_complete: bool,
    /// Number of index rows that were rebuilt from the records, by index, if not everything was copied. [`salvage`]
    /// then leaves the indexes out, and [`Store::rebuild_indexes`](crate::store::Store::rebuild_indexes) writes them.
    pub rebuilt: BTreeMap<String, usize>,
}

/// Copies what can be read from a damaged database, and reports what cannot.
///
/// # Errors
///
/// Returns an [`OpenError`] if a server is running on the damaged database, its file cannot be read at all, or the
/// new folder cannot be written or is not empty.
pub fn salvage(
    Salvage { damaged, target, reached }: &Salvage,
    now: OffsetDateTime,
    entropy: Entropy,
) -> Result<SalvageReport, OpenError> {
    let _lock = lock(damaged)?;
    if target.exists() && fs::read_dir(target).map_err(inaccessible(target))?.next().is_some() {
        return Err(inaccessible(target)(io::Error::new(io::ErrorKind::AlreadyExists, "it is not empty")));
    }
    let file = fs::read(damaged.join("db")).map_err(inaccessible(damaged))?;
    let found = scan(&file);
    if found.rows.is_empty() {
        return Err(unreadable(damaged, NothingReadable));
    }
    let mut report =
        SalvageReport { repaired: found.repaired, unreadable: found.unreadable, ..SalvageReport::default() };
    let log = CommitLog::open(damaged).ok().flatten().map_or(0, |log| log.latest().position.sequence);
    report.is_complete = is_complete(&found.rows, log.max(*reached));
    let (mut rows, latest) = good(found.rows, &mut report);
    let sequence = latest.max(log).max(*reached) + 1;
    if !report.is_complete {
        let place = place_of(INDEXES, REBUILD);
        let row = Row { version: sequence, value: Vec::new(), expires_at: None };
        rows.insert(place.clone(), (encode(&place, &row), None));
    }
    write(target, &rows, (Position { sequence, at: now }, entropy))?;
    Ok(report)
}

/// Returns `true` if the rows match the sum recorded in the database, and are as recent as known.
fn is_complete(rows: &BTreeMap<Vec<u8>, Vec<u8>>, reached: u64) -> bool {
    let place = own_place(HISTORY);
    let history = rows.get(&place).and_then(|bytes| decode(&place, bytes).ok());
    let Some(history) = history.and_then(|row| History::decode(&row.value)) else { return false };
    let mut contents = Contents::default();
    rows.iter().filter(|(at, _)| **at != place).for_each(|(place, bytes)| contents.add(place, bytes));
    contents == history.contents && history.last.position.sequence >= reached
}

/// Rows by place as stored, with their expiries.
type GoodRows = BTreeMap<Vec<u8>, (Vec<u8>, Option<OffsetDateTime>)>;

/// The rows to copy, and the latest version.
fn good(rows: BTreeMap<Vec<u8>, Vec<u8>>, report: &mut SalvageReport) -> (GoodRows, u64) {
    let (mut good, mut latest) = (BTreeMap::new(), 0);
    for (place, bytes) in rows {
        let Some(&kind) = place.first() else { continue };
        let row = decode(&place, &bytes);
        latest = row.as_ref().map_or(latest, |row| latest.max(row.version));
        match row {
            // The engine's own rows and the expiry entries are written again.
            _ if kind == ENGINE || kind == EXPIRIES => {}
            // Some of their rows may be missing or outdated, so all of them are rebuilt from the records.
            _ if is_derived(kind) && !report.is_complete => {}
            Ok(row) => {
                *report.kept.entry(name_of(kind)).or_default() += 1;
                good.insert(place, (bytes, row.expires_at));
            }
            Err(_) => *report.lost.entry(name_of(kind)).or_default() += 1,
        }
    }
    (good, latest)
}

/// Writes a new database, which begins an epoch.
fn write(target: &Path, rows: &GoodRows, (position, entropy): (Position, Entropy)) -> Result<(), OpenError> {
    create_folder(target).map_err(inaccessible(target))?;
    let disk = open_disk(target)?;
    let mut contents = Contents::default();
    let mut insert = |place: &[u8], bytes: &[u8]| {
        contents.add(place, bytes);
        disk.db.insert(place, bytes).map(|_| ()).map_err(|error| unreadable(target, error))
    };
    for (place, (bytes, expires_at)) in rows {
        insert(place, bytes)?;
        if let Some(expires_at) = expires_at {
            insert(&expiry_place(expires_at.unix_timestamp(), place), &[])?;
        }
    }
    let epoch = own_place(NOT_BEFORE);
    let row = Row { version: position.sequence, value: encode_instant(position.at).to_vec(), expires_at: None };
    let row = encode(&epoch, &row);
    let runs = runs_row(&Runs::begin(position.sequence, entropy), position.sequence);
    let writes = Writes::from([(epoch, Some(row)), runs]);
    let failed = |fault: StoreFault| unreadable(target, fault);
    let contents = disk.contents_after(contents, &writes).map_err(failed)?;
    let last = Mark::random(position, entropy);
    disk.write(writes, &History { last, contents, previous: None }).map_err(failed)?;
    CommitLog::create(target, last).map_err(inaccessible(target))?;
    folder::close_files(target).and_then(|()| sync_folder(target)).map_err(inaccessible(target))
}

impl SalvageReport {
    /// The report as lines of text.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let kept: usize = self.kept.values().sum();
        let mut lines = vec![format!("{kept} records copied:")];
        lines.extend(self.kept.iter().map(|(kind, count)| format!("  {kind}: {count}")));
        if self.repaired > 0 {
            lines.push(format!("{} blocks had one flipped bit and were repaired", self.repaired));
        }
        if !self.rebuilt.is_empty() {
            let rebuilt: usize = self.rebuilt.values().sum();
            lines.push(format!("{rebuilt} index entries rebuilt from the records:"));
            lines.extend(self.rebuilt.iter().map(|(kind, count)| format!("  {kind}: {count}")));
        }
        if self.is_complete {
            lines.push("nothing was lost".to_owned());
            return lines;
        }
        if !self.lost.is_empty() {
            lines.push("lost:".to_owned());
            lines.extend(self.lost.iter().map(|(kind, count)| format!("  {kind}: {count}")));
        }
        if self.unreadable > 0 {
            lines.push(format!(
                "{} parts of the file are unreadable: their records are lost or were copied in an earlier state",
                self.unreadable
            ));
        }
        if self.lost.is_empty() && self.unreadable == 0 {
            lines.push("some records are missing, or were copied in an earlier state".to_owned());
        }
        lines
    }
}

#[derive(Debug)]
struct NothingReadable;

impl fmt::Display for NothingReadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no record can be read")
    }
}

impl std::error::Error for NothingReadable {}
