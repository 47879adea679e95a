//! What references of an image lead to: its nodes and records. Every read is checked.
//!
//! ```text
//! a record, at a multiple of 4 bytes:   hash, key bytes, value bytes (4 bytes each), key, value
//! a branch, at a multiple of 4 bytes:   slot_map, data_map, a word for each slot
//! a collision node:                     0, records, a word for each record
//! ```
//!
//! A reference counts multiples of 4 bytes from the beginning of its section. What deltas have
//! added is read behind the bytes of the image, as if it were part of them.

use super::error::{ImageError, damaged};
use super::header::{HEADER_BYTES, u32_at};

/// Bits of a hash that choose a slot at each level.
pub(super) const BITS: u32 = 5;
/// Those bits of what is left of a hash.
const BITS_MASK: u32 = (1 << BITS) - 1;
/// Levels that choose by five bits, the last by the two that are left. Below it only equal hashes
/// can meet.
pub(super) const BRANCH_LEVELS: u32 = 7;
/// The bytes of a word, and what references count.
pub(super) const WORD_BYTES: usize = 4;
/// The bytes in front of a record's key.
pub(super) const RECORD_HEADER_BYTES: usize = 12;
/// The words in front of a node's slots.
pub(super) const NODE_HEADER_WORDS: u32 = 2;

/// Nodes and records that deltas have added to an image.
#[derive(Default)]
pub(super) struct Added {
    pub(super) nodes: Vec<u32>,
    pub(super) records: Vec<u8>,
}

/// The nodes and records of an image.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) records: &'a [u8],
    pub(super) nodes: &'a [[u8; WORD_BYTES]],
    pub(super) added: Option<&'a Added>,
}

/// One entry, as the image has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The folded hash of the key.
    pub hash: u32,
    /// The key's bytes.
    pub key: &'a [u8],
    /// The value's bytes.
    pub value: &'a [u8],
}

/// A node, whose slots are inside the image.
#[derive(Clone, Copy)]
pub(super) enum Node {
    Branch { slot_map: u32, data_map: u32, slots_at: u32 },
    Collision { count: u32, slots_at: u32 },
}

/// Where a hash leads from a branch.
pub(super) enum SlotOf {
    Nothing,
    Child(u32),
    Record(u32),
    /// The node is no branch, but of keys that share their hash.
    Collision,
}

impl<'a> Parts<'a> {
    /// The node that a reference leads to.
    pub(super) fn node(&self, at: u32) -> Result<Node, ImageError> {
        let outside = || damaged("a reference to a node leads outside", self.byte_of_node(at));
        let slots_at = at.checked_add(NODE_HEADER_WORDS).ok_or_else(outside)?;
        let slot_map = self.word(at, 0).ok_or_else(outside)?;
        let second = self.word(at, 1).ok_or_else(outside)?;
        let count = if slot_map == 0 { second } else { slot_map.count_ones() };
        let last = count.checked_sub(1).and_then(|last| self.word(slots_at, last));
        if last.is_none() {
            return Err(damaged(
                "a node without slots, or with slots outside",
                self.byte_of_node(at),
            ));
        }
        Ok(if slot_map == 0 {
            Node::Collision { count, slots_at }
        } else {
            Node::Branch { slot_map, data_map: second & slot_map, slots_at }
        })
    }

    /// Where a hash leads from a branch whose next bits are the lowest of `rest`. Reads three words
    /// at most, and checks these alone.
    #[inline(always)]
    pub(super) fn slot_of(&self, at: u32, rest: u32) -> Result<SlotOf, ImageError> {
        let outside = || damaged("a reference to a node leads outside", self.byte_of_node(at));
        let slot_map = self.word(at, 0).ok_or_else(outside)?;
        let data_map = self.word(at, 1).ok_or_else(outside)?;
        let bit = 1 << (rest & BITS_MASK);
        if slot_map & bit == 0 {
            return Ok(if slot_map == 0 { SlotOf::Collision } else { SlotOf::Nothing });
        }
        let index = (slot_map & (bit - 1)).count_ones();
        let slot = self.word(at, NODE_HEADER_WORDS + index);
        let slot = slot.ok_or_else(|| damaged("a slot is outside", self.byte_of_node(at)))?;
        Ok(if data_map & bit == 0 { SlotOf::Child(slot) } else { SlotOf::Record(slot) })
    }

    /// A slot of a node that [`Parts::node`] gave, by its index.
    pub(super) fn slot(&self, slots_at: u32, index: u32) -> Result<u32, ImageError> {
        let slot = self.word(slots_at, index);
        slot.ok_or_else(|| damaged("a slot is outside", self.byte_of_node(slots_at)))
    }

    /// The record that a reference leads to.
    pub(super) fn record(&self, at: u32) -> Result<Record<'a>, ImageError> {
        let (record, _) = self.record_and_size(at)?;
        Ok(record)
    }

    /// A record, and its bytes without those that fill the last word.
    pub(super) fn record_and_size(&self, at: u32) -> Result<(Record<'a>, usize), ImageError> {
        let bytes = self.bytes_at(at);
        bytes.and_then(read_record).ok_or_else(|| {
            damaged("a record is outside", HEADER_BYTES as u64 + u64::from(at) * WORD_BYTES as u64)
        })
    }

    /// All bytes from where a record begins.
    pub(super) fn bytes_at(&self, at: u32) -> Option<&'a [u8]> {
        let start = (at as usize).checked_mul(WORD_BYTES)?;
        match start.checked_sub(self.records.len()) {
            None => self.records.get(start..),
            Some(start) => self.added?.records.get(start..),
        }
    }

    /// The words of all nodes.
    pub(super) fn node_words(&self) -> usize {
        self.nodes.len() + self.added.map_or(0, |added| added.nodes.len())
    }

    /// The word so many words behind a reference.
    #[inline(always)]
    fn word(&self, at: u32, offset: u32) -> Option<u32> {
        let at = (at as usize).checked_add(offset as usize)?;
        match self.nodes.get(at) {
            Some(word) => Some(u32::from_le_bytes(*word)),
            None => self.added_word(at),
        }
    }

    #[cold]
    fn added_word(&self, at: usize) -> Option<u32> {
        self.added?.nodes.get(at - self.nodes.len()).copied()
    }

    /// Where a node would be in the image, for messages.
    fn byte_of_node(&self, at: u32) -> u64 {
        (HEADER_BYTES + self.records.len()) as u64 + u64::from(at) * WORD_BYTES as u64
    }
}

/// The record at the beginning of these bytes, and its size.
pub(super) fn read_record(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let header: &[u8; RECORD_HEADER_BYTES] = bytes.first_chunk()?;
    let (key_bytes, value_bytes) = (u32_at(header, 4) as usize, u32_at(header, 8) as usize);
    let value_at = RECORD_HEADER_BYTES.checked_add(key_bytes)?;
    let end = value_at.checked_add(value_bytes)?;
    let key = bytes.get(RECORD_HEADER_BYTES..value_at)?;
    let value = bytes.get(value_at..end)?;
    Some((Record { hash: u32_at(header, 0), key, value }, end))
}

/// What one entry adds to the fingerprint of an image: a hash of its bytes but the hash of its key,
/// which differs from one key of the hash to another.
pub(super) fn fingerprint_of(record: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(record.get(WORD_BYTES..).unwrap_or_default())
}
