//! What changed from one map to another, as bytes.
//!
//! ```text
//! offset  bytes
//!      0     12  89 'HEDGEDLT' 0d 0a 1a
//!     12      4  DELTA_FORMAT
//!     16      8  kinds of keys and values, as in the image
//!     24      8  changes
//!     32      8  entries before
//!     40      8  entries after
//!     48     16  fingerprint before, if it is known, else 0
//!     64     16  fingerprint after minus that before
//!     80      4  1 if the fingerprint before is known
//!     84      4  0
//!     88      8  bytes of the changes, which follow
//!     96      8  checksum of the changes
//!    104     16  0
//!    120      8  checksum of the 120 bytes before
//! ```
//!
//! A change is a record whose first word is its kind, after the fingerprint of the entry that it
//! replaces or removes (0 for a new one). Applying compares that with the entry the image has. So a
//! delta that was made from other contents is refused if they differ in what it changes, and if its
//! base is known, in anything.

use super::error::{ImageError, Kinds, damaged};
use super::header::{CHECKSUM_AT, HEADER_BYTES, checked, checksum, u32_at, u64_at, u128_at};
use super::parts::{RECORD_HEADER_BYTES, WORD_BYTES, fingerprint_of, read_record};
use super::write::push_record;

/// The number of the layout of deltas that this version writes and reads.
pub const DELTA_FORMAT: u32 = 1;

const MAGIC: &[u8; 12] = b"\x89HEDGEDLT\r\n\x1a";
const FINGERPRINT_BYTES: usize = 16;

/// The first word of a change's record.
const SET: u32 = 1;
const REMOVE: u32 = 2;

/// A delta, whose keys and values are bytes.
#[derive(Clone, Debug)]
pub struct RawDelta<B> {
    bytes: B,
    header: DeltaHeader,
}

#[derive(Clone, Copy, Debug)]
struct DeltaHeader {
    kinds: Kinds,
    count: u64,
    before: u64,
    after: u64,
    base: Option<u128>,
    difference: u128,
    change_bytes: u64,
    change_checksum: u64,
}

/// Writes a delta of keys and values that are bytes.
pub struct RawDeltaWriter {
    kinds: Kinds,
    base: Option<u128>,
    before: u64,
    after: u64,
    difference: u128,
    count: u64,
    changes: Vec<u8>,
}

/// One change of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawChange<'a> {
    /// The key's bytes.
    pub key: &'a [u8],
    /// The new value's bytes; `None` if the key was removed.
    pub value: Option<&'a [u8]>,
    /// What the old entry had added to the fingerprint, if there was one.
    pub(super) old: Option<u128>,
    /// What the new entry adds to the fingerprint; 0 if there is none.
    pub(super) new: u128,
}

impl RawDeltaWriter {
    /// Begins a delta from a map of `before` entries to one of `after`. `base` is the fingerprint
    /// of the first, if it is known; then the delta is refused by any other contents.
    #[must_use]
    pub fn new(kinds: Kinds, base: Option<u128>, before: u64, after: u64) -> Self {
        RawDeltaWriter { kinds, base, before, after, difference: 0, count: 0, changes: Vec::new() }
    }

    /// A key that the second map has: with another value, or, without an `old` one, alone.
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn set(
        &mut self,
        key: &[u8],
        old: Option<(&[u8], &[u8])>,
        value: &[u8],
    ) -> Result<(), ImageError> {
        self.change(SET, old, key, value)
    }

    /// A key that only the first map has.
    ///
    /// # Errors
    ///
    /// As [`RawDeltaWriter::set`].
    pub fn remove(&mut self, key: &[u8], old: &[u8]) -> Result<(), ImageError> {
        self.change(REMOVE, Some((key, old)), key, &[])
    }

    fn change(
        &mut self,
        kind: u32,
        old: Option<(&[u8], &[u8])>,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), ImageError> {
        let old = match old {
            None => 0,
            Some((key, value)) => {
                let mut record = Vec::new();
                push_record(&mut record, 0, key, value)?;
                fingerprint_of(unpadded(&record))
            }
        };
        self.changes.try_reserve(FINGERPRINT_BYTES).map_err(|_| ImageError::Allocation)?;
        self.changes.extend_from_slice(&old.to_le_bytes());
        let start = self.changes.len();
        push_record(&mut self.changes, kind, key, value)?;
        let new = if kind == SET { fingerprint_of(unpadded(&self.changes[start..])) } else { 0 };
        self.difference = self.difference.wrapping_add(new).wrapping_sub(old);
        self.count += 1;
        Ok(())
    }

    /// The bytes of the delta.
    ///
    /// # Errors
    ///
    /// [`ImageError::Allocation`].
    pub fn finish(self) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Vec::new();
        let size = HEADER_BYTES + self.changes.len();
        bytes.try_reserve_exact(size).map_err(|_| ImageError::Allocation)?;
        bytes.extend_from_slice(MAGIC);
        for word in [DELTA_FORMAT, self.kinds.key, self.kinds.value] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.count, self.before, self.after] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.base.unwrap_or(0), self.difference] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.extend_from_slice(&u64::from(self.base.is_some()).to_le_bytes());
        for word in [self.changes.len() as u64, checksum(&self.changes)] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.resize(CHECKSUM_AT, 0);
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.extend_from_slice(&self.changes);
        Ok(bytes)
    }
}

impl<B: AsRef<[u8]>> RawDelta<B> {
    /// Reads a delta, and checks its checksums. O(its bytes).
    ///
    /// # Errors
    ///
    /// If the bytes are no delta, of another format, or not as they were written.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let header = DeltaHeader::read(bytes.as_ref())?;
        Ok(RawDelta { bytes, header })
    }

    /// What keys and values are.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.header.kinds
    }

    /// The number of changes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.header.count
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The changes.
    pub fn changes(&self) -> impl Iterator<Item = Result<RawChange<'_>, ImageError>> {
        let mut rest = self.bytes.as_ref().get(HEADER_BYTES..).unwrap_or_default();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let change = read_change(&mut rest);
            if change.is_none() {
                rest = &[];
            }
            Some(change.ok_or_else(|| damaged("a change of the delta", HEADER_BYTES as u64)))
        })
    }

    /// Refuses contents that the delta was not made from, as far as its header tells.
    pub(super) fn check_base(
        &self,
        kinds: Kinds,
        fingerprint: u128,
        count: u64,
    ) -> Result<(), ImageError> {
        if kinds != self.header.kinds {
            return Err(ImageError::Kind { expected: kinds, found: self.header.kinds });
        }
        let is_base = self.header.base.is_none_or(|base| base == fingerprint);
        if is_base && count == self.header.before { Ok(()) } else { Err(ImageError::WrongBase) }
    }

    /// Checks what applying has led to.
    pub(super) fn check_result(
        &self,
        before: u128,
        fingerprint: u128,
        count: u64,
    ) -> Result<(), ImageError> {
        let expected = before.wrapping_add(self.header.difference);
        if count == self.header.after && fingerprint == expected {
            Ok(())
        } else {
            Err(damaged("the delta makes other contents than it says", HEADER_BYTES as u64))
        }
    }
}

impl DeltaHeader {
    fn read(bytes: &[u8]) -> Result<Self, ImageError> {
        let header = checked(bytes, MAGIC, DELTA_FORMAT)?;
        let read = DeltaHeader {
            kinds: Kinds { key: u32_at(header, 16), value: u32_at(header, 20) },
            count: u64_at(header, 24),
            before: u64_at(header, 32),
            after: u64_at(header, 40),
            base: (u64_at(header, 80) == 1).then(|| u128_at(header, 48)),
            difference: u128_at(header, 64),
            change_bytes: u64_at(header, 88),
            change_checksum: u64_at(header, 96),
        };
        let changes = &bytes[HEADER_BYTES..];
        if read.change_bytes != changes.len() as u64 {
            let expected = (HEADER_BYTES as u64).saturating_add(read.change_bytes);
            return Err(ImageError::Length { expected, found: bytes.len() as u64 });
        }
        if read.change_checksum != checksum(changes) {
            return Err(ImageError::Checksum { section: "changes" });
        }
        Ok(read)
    }
}

/// The next change, which is then cut off.
fn read_change<'a>(rest: &mut &'a [u8]) -> Option<RawChange<'a>> {
    let (old, bytes) = rest.split_first_chunk::<FINGERPRINT_BYTES>()?;
    let (record, size) = read_record(bytes)?;
    let old = Some(u128::from_le_bytes(*old)).filter(|&old| old != 0);
    let change = match record.hash {
        SET => {
            let new = fingerprint_of(&bytes[..size]);
            RawChange { key: record.key, value: Some(record.value), old, new }
        }
        REMOVE => RawChange { key: record.key, value: None, old, new: 0 },
        _ => return None,
    };
    *rest = bytes.get(size.next_multiple_of(WORD_BYTES)..)?;
    Some(change)
}

/// A record without the bytes that fill its last word.
fn unpadded(record: &[u8]) -> &[u8] {
    let size = read_record(record).map_or(RECORD_HEADER_BYTES, |(_, size)| size);
    &record[..size]
}
