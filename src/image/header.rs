//! The first bytes of an image: what it is, and where its parts are.
//!
//! ```text
//! offset  bytes
//!      0     12  89 'HEDGEROW' 0d 0a 1a     magic: a copy as text would change it
//!     12      4  IMAGE_FORMAT
//!     16      4  kind of the keys           numbers of the codec
//!     20      4  kind of the values
//!     24      8  entries
//!     32      4  root                       a node, or all ones for no entries
//!     36      4  0
//!     40     16  key of the hash            of text and bytes
//!     56     16  fingerprint                of the contents, in any order
//!     72      8  bytes of the records       they begin at 128
//!     80      8  bytes of the nodes         they follow, at the next multiple of 64
//!     88      8  checksum of the records
//!     96      8  checksum of the nodes
//!    104     16  0
//!    120      8  checksum of the 120 bytes before
//! ```
//!
//! All numbers are little-endian.

use super::error::{ImageError, Kinds, damaged};

/// The number of the layout that this version writes and reads.
pub const IMAGE_FORMAT: u32 = 1;

/// The bytes of a header.
pub(super) const HEADER_BYTES: usize = 128;
/// Sections begin at multiples of this.
pub(super) const SECTION_ALIGNMENT: usize = 64;
/// References count words.
const WORD_BYTES: u64 = 4;
/// Stands for "no node".
pub(super) const NONE: u32 = u32::MAX;

const MAGIC: &[u8; 12] = b"\x89HEDGEROW\r\n\x1a";

const FORMAT_AT: usize = MAGIC.len();
const KEY_KIND_AT: usize = FORMAT_AT + 4;
const VALUE_KIND_AT: usize = KEY_KIND_AT + 4;
const COUNT_AT: usize = VALUE_KIND_AT + 4;
const ROOT_AT: usize = COUNT_AT + 8;
const HASH_KEY_AT: usize = ROOT_AT + 8;
const FINGERPRINT_AT: usize = HASH_KEY_AT + 16;
const RECORD_BYTES_AT: usize = FINGERPRINT_AT + 16;
const NODE_BYTES_AT: usize = RECORD_BYTES_AT + 8;
const RECORD_CHECKSUM_AT: usize = NODE_BYTES_AT + 8;
const NODE_CHECKSUM_AT: usize = RECORD_CHECKSUM_AT + 8;
pub(super) const CHECKSUM_AT: usize = HEADER_BYTES - 8;

const _: () = assert!(COUNT_AT == 24 && FINGERPRINT_AT == 56 && NODE_CHECKSUM_AT == 96);

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kinds: Kinds,
    pub(super) count: u64,
    pub(super) root: u32,
    pub(super) hash_key: [u64; 2],
    pub(super) fingerprint: u128,
    pub(super) record_bytes: u64,
    pub(super) node_bytes: u64,
    pub(super) record_checksum: u64,
    pub(super) node_checksum: u64,
}

impl Header {
    /// Reads the header of an image, and checks that the image is as long as that says. O(1).
    pub(super) fn read(image: &[u8]) -> Result<Self, ImageError> {
        let header = checked(image, MAGIC, IMAGE_FORMAT)?;
        let read = Header {
            kinds: Kinds { key: u32_at(header, KEY_KIND_AT), value: u32_at(header, VALUE_KIND_AT) },
            count: u64_at(header, COUNT_AT),
            root: u32_at(header, ROOT_AT),
            hash_key: [u64_at(header, HASH_KEY_AT), u64_at(header, HASH_KEY_AT + 8)],
            fingerprint: u128_at(header, FINGERPRINT_AT),
            record_bytes: u64_at(header, RECORD_BYTES_AT),
            node_bytes: u64_at(header, NODE_BYTES_AT),
            record_checksum: u64_at(header, RECORD_CHECKSUM_AT),
            node_checksum: u64_at(header, NODE_CHECKSUM_AT),
        };
        read.check_lengths(image.len())?;
        Ok(read)
    }

    fn check_lengths(&self, found: usize) -> Result<(), ImageError> {
        let nodes_at = (HEADER_BYTES as u64)
            .checked_add(self.record_bytes)
            .and_then(|end| end.checked_next_multiple_of(SECTION_ALIGNMENT as u64));
        let expected = nodes_at.and_then(|start| start.checked_add(self.node_bytes));
        let Some(expected) = expected else {
            return Err(damaged("the sections exceed the address space", RECORD_BYTES_AT as u64));
        };
        if expected != found as u64 {
            return Err(ImageError::Length { expected, found: found as u64 });
        }
        if !(self.record_bytes | self.node_bytes).is_multiple_of(WORD_BYTES) {
            return Err(damaged("a section ends within a word", RECORD_BYTES_AT as u64));
        }
        // Each entry has a record, so that a count bounds the steps of an iteration.
        if self.count > self.record_bytes / 12 || (self.count == 0) != (self.root == NONE) {
            return Err(damaged("the number of entries", COUNT_AT as u64));
        }
        Ok(())
    }

    /// Where the nodes begin. They fit into the image, which was checked.
    pub(super) fn nodes_at(&self) -> usize {
        (HEADER_BYTES + self.record_bytes as usize).next_multiple_of(SECTION_ALIGNMENT)
    }

    pub(super) fn write(&self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, MAGIC);
        put(FORMAT_AT, &IMAGE_FORMAT.to_le_bytes());
        put(KEY_KIND_AT, &self.kinds.key.to_le_bytes());
        put(VALUE_KIND_AT, &self.kinds.value.to_le_bytes());
        put(COUNT_AT, &self.count.to_le_bytes());
        put(ROOT_AT, &self.root.to_le_bytes());
        put(HASH_KEY_AT, &self.hash_key[0].to_le_bytes());
        put(HASH_KEY_AT + 8, &self.hash_key[1].to_le_bytes());
        put(FINGERPRINT_AT, &self.fingerprint.to_le_bytes());
        put(RECORD_BYTES_AT, &self.record_bytes.to_le_bytes());
        put(NODE_BYTES_AT, &self.node_bytes.to_le_bytes());
        put(RECORD_CHECKSUM_AT, &self.record_checksum.to_le_bytes());
        put(NODE_CHECKSUM_AT, &self.node_checksum.to_le_bytes());
        let sum = checksum(&header[..CHECKSUM_AT]);
        header[CHECKSUM_AT..].copy_from_slice(&sum.to_le_bytes());
        header
    }
}

/// The header of an image or a delta, whose magic, format and checksum are as they should be. In
/// both the format follows the magic, and the checksum stands at the end.
pub(super) fn checked<'a>(
    bytes: &'a [u8],
    magic: &[u8; 12],
    format: u32,
) -> Result<&'a [u8; HEADER_BYTES], ImageError> {
    let header: &[u8; HEADER_BYTES] = match bytes.first_chunk() {
        Some(header) => header,
        None if magic.starts_with(&bytes[..bytes.len().min(magic.len())]) => {
            return Err(ImageError::Length {
                expected: HEADER_BYTES as u64,
                found: bytes.len() as u64,
            });
        }
        None => return Err(ImageError::NotAnImage),
    };
    if !header.starts_with(magic) {
        return Err(ImageError::NotAnImage);
    }
    let found = u32_at(header, FORMAT_AT);
    if found != format {
        return Err(ImageError::Format { found, expected: format });
    }
    if u64_at(header, CHECKSUM_AT) != checksum(&header[..CHECKSUM_AT]) {
        return Err(ImageError::Checksum { section: "bytes of the header" });
    }
    Ok(header)
}

/// The checksum of a section: XXH3, 64 bits.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|index| bytes[at + index]))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]))
}

pub(super) fn u128_at(bytes: &[u8], at: usize) -> u128 {
    u128::from(u64_at(bytes, at)) | u128::from(u64_at(bytes, at + 8)) << 64
}
