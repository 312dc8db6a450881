//! Reads one message of sled's log without sled, and repairs a single flipped bit.
//!
//! A message is a header (CRC-32, kind, length, segment number, page) and a body. The CRC-32 covers the body and then
//! the rest of the header. It is linear, so the difference between the stored and the computed value shows which
//! single bit has flipped, if one has.

use std::borrow::Cow;

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    /// A write that was aborted, or padding.
    Nothing,
    /// The body is the position of the last message of a batch that begins here.
    BatchManifest,
    /// The page is freed.
    Free,
    /// The page is replaced by a node.
    Node,
    /// The page is replaced by something other than a node.
    Other,
    /// The page is changed.
    Link,
}

/// A valid or repaired message.
#[derive(Debug)]
pub(super) struct Message<'log> {
    pub(super) kind: MessageKind,
    pub(super) segment: u64,
    pub(super) page: u64,
    pub(super) body: Cow<'log, [u8]>,
    /// Length in the log, in bytes.
    pub(super) length: usize,
    pub(super) is_repaired: bool,
}

struct Header {
    crc: u32,
    kind: MessageKind,
    length: usize,
    segment: u64,
    page: u64,
    /// Length of the header in bytes.
    size: usize,
}

/// Returns the message at the beginning of `log`, if it is valid and, if a segment is given, belongs to it.
pub(super) fn whole(log: &[u8], segment: Option<u64>) -> Option<Message<'_>> {
    let header = header(log).filter(|header| segment.is_none_or(|segment| segment == header.segment))?;
    let body = log.get(header.size..header.size.checked_add(header.length)?)?;
    let is_whole = crc(body, log.get(4..header.size)?) == header.crc;
    is_whole.then(|| message(header, Cow::Borrowed(body), false))
}

/// Returns the message of `segment` at the beginning of `log`, if it becomes valid by flipping one bit.
pub(super) fn repaired(log: &[u8], segment: u64) -> Option<Message<'_>> {
    // Each bit of the header is tried, because the length and everything after it depends on the header.
    let mut start = [0; LONGEST_HEADER];
    let available = log.len().min(LONGEST_HEADER);
    start.get_mut(..available)?.copy_from_slice(log.get(..available)?);
    for bit in 0..available * 8 {
        flip(&mut start, bit);
        if let Some(header) = header(&start).filter(|header| header.segment == segment && bit / 8 < header.size)
            && let Some(body) = log.get(header.size..header.size + header.length)
            && let Some(rest) = start.get(4..header.size)
            && crc(body, rest) == header.crc
        {
            return Some(message(header, Cow::Borrowed(body), true));
        }
        flip(&mut start, bit);
    }
    let header = header(log).filter(|header| header.segment == segment)?;
    let mut body = log.get(header.size..header.size + header.length)?.to_vec();
    let rest = log.get(4..header.size)?;
    let syndrome = crc(&body, rest) ^ header.crc;
    let bit = flipped_bit(syndrome, body.len(), rest.len())?;
    flip(&mut body, bit);
    (crc(&body, rest) == header.crc).then(|| message(header, Cow::Owned(body), true))
}

fn message(header: Header, body: Cow<'_, [u8]>, is_repaired: bool) -> Message<'_> {
    let Header { kind, segment, page, size, length, .. } = header;
    Message { kind, segment, page, body, length: size + length, is_repaired }
}

fn header(log: &[u8]) -> Option<Header> {
    let (crc, mut rest) = log.split_first_chunk()?;
    let kind = match take_byte(&mut rest)? {
        1 | 2 => MessageKind::Nothing,
        3 => MessageKind::BatchManifest,
        4 => MessageKind::Free,
        5..=7 => MessageKind::Other,
        8 => MessageKind::Node,
        10 => MessageKind::Link,
        // 0 marks space that was never written; 9 and 11 are blobs, which rows of at most 4 KiB never become.
        _ => return None,
    };
    let length = usize::try_from(take_number(&mut rest)?).ok().filter(|length| *length <= SEGMENT)?;
    let (segment, page) = (take_number(&mut rest)?, take_number(&mut rest)?);
    Some(Header { crc: u32::from_le_bytes(*crc), kind, length, segment, page, size: log.len() - rest.len() })
}

fn crc(body: &[u8], rest_of_header: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher.update(rest_of_header);
    hasher.finalize() ^ u32::MAX
}

/// The bit of the body that causes the difference `syndrome` when `following` bytes follow the body.
fn flipped_bit(syndrome: u32, body: usize, following: usize) -> Option<usize> {
    // The change in the checksum at the end of a byte for each flipped bit of it.
    let mut changes: [u32; 8] = std::array::from_fn(|bit| step(1 << bit));
    for _ in 0..following {
        changes = changes.map(step);
    }
    for byte in (0..body).rev() {
        if let Some(bit) = changes.iter().position(|change| *change == syndrome) {
            return Some(byte * 8 + bit);
        }
        changes = changes.map(step);
    }
    None
}

/// Advances a difference by one byte.
fn step(difference: u32) -> u32 {
    (0..8).fold(difference, |value, _| if value & 1 == 1 { value >> 1 ^ POLYNOMIAL } else { value >> 1 })
}

fn flip(bytes: &mut [u8], bit: usize) {
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
}

pub(super) fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

/// Reads a number of one to nine bytes in sled's encoding.
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let first = take_byte(bytes)?;
    match first {
        0..=240 => Some(u64::from(first)),
        241..=248 => Some(240 + 256 * (u64::from(first) - 241) + u64::from(take_byte(bytes)?)),
        249 => Some(2288 + 256 * u64::from(take_byte(bytes)?) + u64::from(take_byte(bytes)?)),
        _ => {
            let mut number = [0; 8];
            for byte in number.iter_mut().take(usize::from(first) - 247) {
                *byte = take_byte(bytes)?;
            }
            Some(u64::from_le_bytes(number))
        }
    }
}

/// Reads bytes preceded by their length.
pub(super) fn take_bytes<'log>(bytes: &mut &'log [u8]) -> Option<&'log [u8]> {
    let length = usize::try_from(take_number(bytes)?).ok()?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// Size of a log segment in bytes: sled's default, which this server never changes.
pub(super) const SEGMENT: usize = 512 * 1024;

const LONGEST_HEADER: usize = 32;

/// The polynomial of CRC-32, reflected.
const POLYNOMIAL: u32 = 0xEDB8_8320;

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(body: &[u8]) -> Vec<u8> {
        let mut rest = vec![10];
        // 400 and 5000, encoded in two and three bytes.
        assert_eq!(body.len(), 400);
        rest.extend_from_slice(&[241, 160, 249, 10, 152, 7]);
        let mut bytes = crc(body, &rest).to_le_bytes().to_vec();
        bytes.extend_from_slice(&rest);
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn a_message_is_read_and_repaired_whichever_bit_has_flipped() {
        let body: Vec<u8> = (0..400_u32).map(|at| (at * 7 % 256) as u8).collect();
        let mut bytes = sample(&body);
        bytes.extend_from_slice(&[0; 64]);
        assert!(whole(&bytes, Some(4999)).is_none(), "of another segment");
        let message = whole(&bytes, Some(5000)).unwrap();
        assert_eq!((message.kind, message.segment, message.page), (MessageKind::Link, 5000, 7));
        assert_eq!((message.body.as_ref(), message.length), (body.as_slice(), 411));
        for bit in 0..411 * 8 {
            let mut flipped = bytes.clone();
            flip(&mut flipped, bit);
            assert!(whole(&flipped, None).is_none(), "bit {bit}");
            let message = repaired(&flipped, 5000).unwrap_or_else(|| panic!("bit {bit}"));
            assert_eq!((message.kind, message.segment, message.page), (MessageKind::Link, 5000, 7), "bit {bit}");
            assert!(message.body.as_ref() == body && message.length == 411 && message.is_repaired, "bit {bit}");
        }
    }

    #[test]
    fn two_flipped_bits_are_not_repaired_into_something_else() {
        let body = vec![3; 400];
        let bytes = sample(&body);
        for (first, second) in [(100, 900), (0, 3000), (40, 41), (2000, 2001)] {
            let mut flipped = bytes.clone();
            flip(&mut flipped, first);
            flip(&mut flipped, second);
            assert!(repaired(&flipped, 5000).is_none(), "{first} and {second}");
        }
    }
}
