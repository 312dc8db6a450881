//! Tests with flipped bits in the database file: every loss is detected.

use std::{fs, path::Path};

use super::{
    tests::{CODES, GRANTS, NOW, copy, open},
    *,
};
use crate::entropy::Entropy;

/// Fills a database with pairs of rows, some of them replaced, over several openings.
pub(super) async fn filled(folder: &Path) {
    for round in 0..2_u32 {
        let engine = open(folder).unwrap();
        for at in 0..400_u32 {
            let key = (at % 297).to_string();
            let value = [format!("{round} {at} ").into_bytes(), vec![b'x'; 700]].concat();
            let commit = Commit::new().put(CODES, key.as_str(), value.clone(), Some(NOW));
            engine.commit(commit.put(GRANTS, key.as_str(), value, None)).await.unwrap();
        }
    }
}

/// All rows, or an error if some cannot be read.
pub(super) fn all_rows(engine: &SledEngine) -> Result<Vec<(Vec<u8>, Row)>, StoreFault> {
    let mut rows = Vec::new();
    for namespace in [CODES, GRANTS] {
        rows.extend(engine.page(namespace, b"", None, u16::MAX)?);
    }
    Ok(rows)
}

/// A random bit, or in every third round one of a segment header, where it does the most damage: a segment without a
/// valid header is ignored.
pub(super) fn a_bit(length: u64, round: u64) -> u64 {
    const SEGMENT: u64 = 512 * 1024;
    const HEADER: u64 = 20;
    let any = u64::from_be_bytes(Entropy::system().bytes());
    if round.is_multiple_of(3) {
        let segments = length.div_ceil(SEGMENT);
        (any / (HEADER * 8) % segments) * SEGMENT * 8 + any % (HEADER * 8)
    } else {
        any % (length * 8)
    }
}

#[tokio::test]
async fn a_flipped_bit_never_loses_a_commit_in_silence() {
    let copies = std::env::var("SIGNET_TEST_BIT_FLIPS").map_or(60, |count| count.parse::<u64>().unwrap());
    let original = tempfile::tempdir().unwrap();
    filled(original.path()).await;
    // With the snapshot written by the last opening, and with one of the final state.
    let reopened = tempfile::tempdir().unwrap();
    copy(original.path(), reopened.path());
    let expected = all_rows(&open(reopened.path()).unwrap()).unwrap();
    let (mut harmless, mut refused, mut reported) = (0, 0, 0);
    for round in 0..copies {
        let source = if round % 2 == 0 { original.path() } else { reopened.path() };
        let folder = tempfile::tempdir().unwrap();
        copy(source, folder.path());
        let path = folder.path().join("db");
        let mut bytes = fs::read(&path).unwrap();
        let at = a_bit(bytes.len() as u64, round);
        bytes[usize::try_from(at / 8).unwrap()] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        match open(folder.path()) {
            Err(_) => refused += 1,
            Ok(engine) => match all_rows(&engine) {
                Err(_) => reported += 1,
                Ok(rows) => {
                    assert!(rows == expected, "bit {at} of copy {round} lost something in silence");
                    harmless += 1;
                }
            },
        }
    }
    println!(
        "{copies} flipped bits: {harmless} harmless, {refused} refused at the start, {reported} reported by a read"
    );
}
