//! The bytes of an image, from records.

use std::hash::{BuildHasher, RandomState};

use super::build::{Item, NodeWriter, build};
use super::error::{ImageError, Kinds};
use super::header::{HEADER_BYTES, Header, NONE, SECTION_ALIGNMENT, checksum};
use super::parts::{RECORD_HEADER_BYTES, WORD_BYTES, fingerprint_of, read_record};
use crate::trie::{fold, order_key};

/// Writes an image of keys and values that are bytes.
///
/// Entries may come in any order; those of one hash stay in theirs. No two keys may be equal, which
/// is not checked: give it the entries of a map.
pub struct RawWriter {
    kinds: Kinds,
    hash_key: [u64; 2],
    items: Vec<Item>,
    records: Vec<u8>,
    limit: u32,
}

/// A key of the hash for a new image, which nobody can guess: so nobody can choose keys that meet.
#[must_use]
pub fn random_hash_key() -> [u64; 2] {
    let random = RandomState::new();
    [random.hash_one(0), random.hash_one(1)]
}

impl RawWriter {
    /// Begins an image whose hashes are made under `hash_key`.
    #[must_use]
    pub fn new(kinds: Kinds, hash_key: [u64; 2]) -> Self {
        RawWriter { kinds, hash_key, items: Vec::new(), records: Vec::new(), limit: NONE }
    }

    /// Makes the limit smaller, so that tests reach it: the records and the nodes of an image may
    /// each take so many words of 4 bytes. It is 2^32 - 1, because references have 32 bits.
    pub fn set_limit(&mut self, words: u32) {
        self.limit = words;
    }

    /// Adds an entry. O(1).
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn push(&mut self, hash: u64, key: &[u8], value: &[u8]) -> Result<(), ImageError> {
        let hash = fold(hash);
        let reference = reference(self.records.len(), self.limit)?;
        push_record(&mut self.records, hash, key, value)?;
        self.items.try_reserve(1).map_err(|_| ImageError::Allocation)?;
        self.items.push(Item { hash, reference });
        Ok(())
    }

    /// The bytes of the image. O(n log n).
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn finish(mut self) -> Result<Vec<u8>, ImageError> {
        // References grow as entries come, and this sort takes no memory, which could be refused.
        let place = |item: &Item| u64::from(order_key(item.hash)) << 32 | u64::from(item.reference);
        self.items.sort_unstable_by_key(place);
        let records = &self.records;
        let bytes_at = |at| records.get(at as usize * WORD_BYTES..);
        let room = records.len();
        lay_out(self.kinds, self.hash_key, self.limit, room, self.items, bytes_at)
    }
}

/// The bytes of an image of sorted records, each of which `bytes_at` finds by its reference. They
/// take `record_room` bytes, or fewer.
pub(super) fn lay_out<'a>(
    kinds: Kinds,
    hash_key: [u64; 2],
    limit: u32,
    record_room: usize,
    mut items: Vec<Item>,
    bytes_at: impl Fn(u32) -> Option<&'a [u8]>,
) -> Result<Vec<u8>, ImageError> {
    let damaged = || super::error::damaged("a record is outside", 0);
    let mut image = Vec::new();
    let room = HEADER_BYTES + record_room + SECTION_ALIGNMENT;
    image.try_reserve_exact(room).map_err(|_| ImageError::Allocation)?;
    image.resize(HEADER_BYTES, 0);
    let mut fingerprint = 0_u128;
    for item in &mut items {
        let bytes = bytes_at(item.reference).ok_or_else(damaged)?;
        let (_, size) = read_record(bytes).ok_or_else(damaged)?;
        let record = &bytes[..size];
        fingerprint = fingerprint.wrapping_add(fingerprint_of(record));
        item.reference = reference(image.len() - HEADER_BYTES, limit)?;
        let padded = size.next_multiple_of(WORD_BYTES);
        image.try_reserve(padded).map_err(|_| ImageError::Allocation)?;
        image.extend_from_slice(record);
        image.resize(image.len().next_multiple_of(WORD_BYTES), 0);
    }
    let record_bytes = image.len() - HEADER_BYTES;
    let nodes_at = image.len().next_multiple_of(SECTION_ALIGNMENT);
    let record_checksum = checksum(&image[HEADER_BYTES..]);
    image.resize(nodes_at, 0);
    let mut nodes = NodeWriter::new(0, limit);
    let root = build(&items, &mut nodes)?;
    image.try_reserve_exact(nodes.words.len() * WORD_BYTES).map_err(|_| ImageError::Allocation)?;
    nodes.words.iter().for_each(|word| image.extend_from_slice(&word.to_le_bytes()));
    let header = Header {
        kinds,
        count: items.len() as u64,
        root: if items.is_empty() { NONE } else { root },
        hash_key,
        fingerprint,
        record_bytes: record_bytes as u64,
        node_bytes: (nodes.words.len() * WORD_BYTES) as u64,
        record_checksum,
        node_checksum: checksum(&image[nodes_at..]),
    };
    image[..HEADER_BYTES].copy_from_slice(&header.write());
    Ok(image)
}

/// Writes a record behind others.
pub(super) fn push_record(
    records: &mut Vec<u8>,
    hash: u32,
    key: &[u8],
    value: &[u8],
) -> Result<(), ImageError> {
    let key_bytes = u32::try_from(key.len()).map_err(|_| ImageError::Full)?;
    let value_bytes = u32::try_from(value.len()).map_err(|_| ImageError::Full)?;
    let size = (RECORD_HEADER_BYTES + key.len() + value.len()).next_multiple_of(WORD_BYTES);
    records.try_reserve(size).map_err(|_| ImageError::Allocation)?;
    for word in [hash, key_bytes, value_bytes] {
        records.extend_from_slice(&word.to_le_bytes());
    }
    records.extend_from_slice(key);
    records.extend_from_slice(value);
    records.resize(records.len().next_multiple_of(WORD_BYTES), 0);
    Ok(())
}

/// The reference of a record that begins at a byte of its section.
pub(super) fn reference(byte: usize, limit: u32) -> Result<u32, ImageError> {
    u32::try_from(byte / WORD_BYTES).ok().filter(|&at| at < limit).ok_or(ImageError::Full)
}
