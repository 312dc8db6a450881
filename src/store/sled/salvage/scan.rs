//! Reads the rows of a damaged database from the bytes of sled's file, without sled.
//!
//! The file is a log in segments. Each message replaces or changes a page, and leaf pages contain the rows. The rows
//! are those in the leaves after all messages have been applied in the order of their positions.

use std::collections::BTreeMap;

use super::message::{Message, MessageKind, SEGMENT, repaired, take_byte, take_bytes, take_number, whole};

/// The result of reading a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The rows by place, as stored.
    pub(super) rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Number of messages with one flipped bit that were repaired.
    pub(super) repaired: usize,
    /// Number of unreadable parts of the file.
    pub(super) unreadable: usize,
}

/// A message and its position in the log.
type Positioned<'log> = (u64, Message<'log>);

/// A leaf of the tree, with keys that do not include their common prefix.
#[derive(Debug, Default)]
struct Leaf {
    prefix: Vec<u8>,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Reads `file`, which is sled's data file.
pub(super) fn scan(file: &[u8]) -> Found {
    let mut found = Found::default();
    let mut messages: Vec<Positioned<'_>> = Vec::new();
    for segment in file.chunks(SEGMENT) {
        read_segment(segment, &mut messages, &mut found);
    }
    messages.sort_by_key(|(position, _)| *position);
    cut_torn_batch(&mut messages);
    found.repaired = messages.iter().filter(|(_, message)| message.is_repaired).count();
    let mut leaves: BTreeMap<u64, Leaf> = BTreeMap::new();
    for (_, message) in &messages {
        match message.kind {
            MessageKind::Node => match leaf(&message.body) {
                Some(leaf) => {
                    leaves.insert(message.page, leaf);
                }
                None => {
                    leaves.remove(&message.page);
                }
            },
            MessageKind::Free | MessageKind::Other => {
                leaves.remove(&message.page);
            }
            // A change of an unknown page belongs to one that has since been moved.
            MessageKind::Link => {
                if let Some(leaf) = leaves.get_mut(&message.page) {
                    leaf.change(&message.body);
                }
            }
            MessageKind::Nothing | MessageKind::BatchManifest => {}
        }
    }
    for Leaf { prefix, rows } in leaves.into_values() {
        for (key, value) in rows {
            found.rows.insert([prefix.as_slice(), &key].concat(), value);
        }
    }
    found
}

fn read_segment<'log>(segment: &'log [u8], messages: &mut Vec<Positioned<'log>>, found: &mut Found) {
    let Some(number) = number_of(segment) else {
        // A segment that was never written contains nothing that could be lost.
        found.unreadable += usize::from(segment.iter().any(|byte| *byte != 0));
        return;
    };
    let mut at = HEADER;
    while let Some(rest) = segment.get(at..).filter(|rest| rest.iter().any(|byte| *byte != 0)) {
        if let Some(message) = whole(rest, Some(number)).or_else(|| repaired(rest, number)) {
            at += message.length;
            messages.push((number * SEGMENT as u64 + (at - message.length) as u64, message));
            continue;
        }
        // The following bytes may be from an earlier use of the segment, or damaged.
        let is_whole = |from: &usize| rest.get(*from..).is_some_and(|later| whole(later, Some(number)).is_some());
        let Some(skipped) = (1..rest.len()).find(is_whole) else {
            // The end of a segment that is being written looks like damage only if it contains a message of this
            // segment.
            found.unreadable += usize::from(begins_message(rest, number));
            return;
        };
        found.unreadable += 1;
        at += skipped;
    }
}

/// The number of a segment, from its header and from each message.
fn number_of(segment: &[u8]) -> Option<u64> {
    let header = segment.get(..HEADER)?;
    let (sum, rest) = header.split_first_chunk()?;
    let (position, _) = rest.split_first_chunk()?;
    if crc32fast::hash(rest) ^ u32::MAX == u32::from_le_bytes(*sum) {
        let position = u64::from_le_bytes(*position) ^ EMPTY;
        return Some(position / SEGMENT as u64);
    }
    whole(segment.get(HEADER..)?, None).map(|message| message.segment)
}

/// Returns `true` if `rest` begins with a message header of this segment, which means that a message is lost.
fn begins_message(rest: &[u8], number: u64) -> bool {
    let mut rest = rest.get(4..).unwrap_or_default();
    let kind = take_byte(&mut rest);
    let (length, segment) = (take_number(&mut rest), take_number(&mut rest));
    kind.is_some_and(|kind| (1..=11).contains(&kind)) && length.is_some() && segment == Some(number)
}

/// Drops a batch whose end is not in the log. It was never acknowledged.
fn cut_torn_batch(messages: &mut Vec<Positioned<'_>>) {
    let Some(tip) = messages.last().map(|(position, message)| position + message.length as u64) else { return };
    let torn = messages.iter().position(|(_, message)| {
        let end = message.body.first_chunk().map(|end| u64::from_le_bytes(*end));
        message.kind == MessageKind::BatchManifest && end.is_some_and(|end| end > tip)
    });
    if let Some(torn) = torn {
        messages.truncate(torn);
    }
}

/// Decodes a leaf from a node. Returns `None` for an inner node.
fn leaf(node: &[u8]) -> Option<Leaf> {
    let mut rest = node;
    // Skips the next node, the child that is being merged, and whether this one is.
    take_number(&mut rest)?;
    take_number(&mut rest)?;
    take_byte(&mut rest)?;
    let prefix = usize::from(take_byte(&mut rest)?);
    let (lowest, _highest) = (take_bytes(&mut rest)?, take_bytes(&mut rest)?);
    let prefix = lowest.get(..prefix)?.to_vec();
    if take_byte(&mut rest)? != 0 {
        return None;
    }
    let count = usize::try_from(take_number(&mut rest)?).ok()?;
    let mut keys = Vec::new();
    for _ in 0..count {
        keys.push(take_bytes(&mut rest)?.to_vec());
    }
    let mut rows = BTreeMap::new();
    for key in keys {
        rows.insert(key, take_bytes(&mut rest)?.to_vec());
    }
    Some(Leaf { prefix, rows })
}

impl Leaf {
    fn change(&mut self, link: &[u8]) {
        let mut rest = link;
        match (take_byte(&mut rest), take_bytes(&mut rest)) {
            (Some(0), Some(key)) => {
                if let Some(value) = take_bytes(&mut rest) {
                    self.rows.insert(key.to_vec(), value.to_vec());
                }
            }
            (Some(1), Some(key)) => {
                self.rows.remove(key);
            }
            // Page merges move rows by replacing pages.
            _ => {}
        }
    }
}

/// Size of a segment header in bytes.
const HEADER: usize = 20;

/// sled inverts positions, so a header of zeros is not a valid one.
const EMPTY: u64 = 0x7FFF_FFFF_FFFF_FFFF;
