//! An image whose keys and values are bytes, as every kind of image is underneath.

use std::sync::Arc;

use super::build::{Item, NodeWriter, Step, rebuild};
use super::delta::{RawChange, RawDelta};
use super::error::{ImageError, Kinds, damaged};
use super::header::{HEADER_BYTES, Header, NONE};
use super::iter::{RecordCursor, Records};
use super::parts::{Added, Parts, Record, WORD_BYTES, fingerprint_of};
use super::search::{Candidates, find, find_key};
use super::shape::{ImageShape, shape};
use super::verify::verify;
use super::write::{lay_out, push_record, reference};
use crate::trie::{fold, order_key};

/// An image over any bytes, for those who bring their own encoding of keys and values: a binding,
/// or a type that is no [`ImageData`](super::ImageData).
///
/// Hashes are the caller's, of 64 bits, folded as a map folds them. Lookups give the records of a
/// hash ([`candidates`](RawImage::candidates)); the caller compares the keys.
///
/// ```
/// use hedgerow::image::{Kinds, RawImage, RawWriter};
///
/// let mut writer = RawWriter::new(Kinds { key: 900, value: 901 }, [0, 0]);
/// writer.push(17, b"key", b"value")?;
/// let bytes = writer.finish()?;
///
/// let image = RawImage::open(&bytes[..])?;
/// let found = image.candidates(17)?.next().unwrap()?;
/// assert_eq!((found.key, found.value), (&b"key"[..], &b"value"[..]));
/// # Ok::<(), hedgerow::image::ImageError>(())
/// ```
pub struct RawImage<B> {
    bytes: B,
    header: Header,
    added: Option<Arc<Added>>,
}

impl<B: AsRef<[u8]>> RawImage<B> {
    /// Reads the header. O(1): nothing behind it is looked at.
    ///
    /// # Errors
    ///
    /// If the bytes are no image, of another format, or not as many as the header says.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let header = Header::read(bytes.as_ref())?;
        Ok(RawImage { bytes, header, added: None })
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.header.count
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What keys and values are.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.header.kinds
    }

    /// The key of the hash, which was given when the image was made.
    #[must_use]
    pub fn hash_key(&self) -> [u64; 2] {
        self.header.hash_key
    }

    /// A hash of the contents: the same for the same entries in any order. It tells contents apart
    /// that differ by accident; it is no defence against someone who makes two of one fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> u128 {
        self.header.fingerprint
    }

    /// The record of a hash whose key is the one that `is_key` knows. O(1). For keys that may run
    /// other code when they are compared, take [`candidates`](RawImage::candidates).
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    #[inline]
    pub fn find(
        &self,
        hash: u64,
        is_key: impl FnMut(&[u8]) -> bool,
    ) -> Result<Option<Record<'_>>, ImageError> {
        find_key(self.parts(), self.header.root, fold(hash), is_key)
    }

    /// The records of a hash: at most one, unless keys share their folded hash. O(1).
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    #[inline]
    pub fn candidates(&self, hash: u64) -> Result<Candidates<'_>, ImageError> {
        find(self.parts(), self.header.root, fold(hash))
    }

    /// All records, in the order of their folded hashes.
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`], here and at any step.
    pub fn records(&self) -> Result<Records<'_>, ImageError> {
        Records::new(self.parts(), self.header.root, self.header.count)
    }

    /// A place before the first record, for [`next_record`](RawImage::next_record).
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    pub fn cursor(&self) -> Result<RecordCursor, ImageError> {
        RecordCursor::new(self.parts(), self.header.root, self.header.count)
    }

    /// The record at a place, which goes on to the next. `None` at the end, and after an error.
    pub fn next_record(&self, cursor: &mut RecordCursor) -> Option<Result<Record<'_>, ImageError>> {
        cursor.next_record(self.parts())
    }

    /// Reads everything and checks it: checksums, references, order, counts, the fingerprint. O(n).
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn verify(&self) -> Result<(), ImageError> {
        verify(self.bytes.as_ref(), &self.header, self.parts())
    }

    /// The levels of the trie, and the bytes of its parts. O(n).
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    pub fn shape(&self) -> Result<ImageShape, ImageError> {
        shape(&self.header, self.parts())
    }

    /// The bytes of an image of these contents. O(n). What no entry needs any more after deltas is
    /// left out.
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`], [`ImageError::Allocation`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ImageError> {
        if self.added.is_none() {
            let bytes = self.bytes.as_ref();
            let mut copy = Vec::new();
            copy.try_reserve_exact(bytes.len()).map_err(|_| ImageError::Allocation)?;
            copy.extend_from_slice(bytes);
            return Ok(copy);
        }
        let parts = self.parts();
        let mut items = Vec::new();
        let mut records = self.records()?;
        while let Some(reference) = records.next_reference() {
            let reference = reference?;
            items.try_reserve(1).map_err(|_| ImageError::Allocation)?;
            items.push(Item { hash: parts.record(reference)?.hash, reference });
        }
        let Header { kinds, hash_key, .. } = self.header;
        let room = parts.records.len() + parts.added.map_or(0, |added| added.records.len());
        lay_out(kinds, hash_key, NONE, room, items, |at| parts.bytes_at(at))
    }

    /// What the image was opened over. Deltas that were applied do not show in it.
    pub fn bytes(&self) -> &B {
        &self.bytes
    }

    /// The bytes that were added by deltas, and are of this image alone.
    #[must_use]
    pub fn added_bytes(&self) -> usize {
        self.added.as_ref().map_or(0, |added| added.records.len() + added.nodes.len() * WORD_BYTES)
    }

    /// The image of what a delta makes of the contents. O(changes): the bytes of this image are
    /// shared.
    ///
    /// `hash` gives the hash of a key, under [`hash_key`](RawImage::hash_key), and `equal` says
    /// whether two keys are equal.
    ///
    /// # Errors
    ///
    /// [`ImageError::WrongBase`] if the delta was made from other contents; what `hash` and `equal`
    /// fail with.
    pub fn apply<E: From<ImageError>>(
        &self,
        delta: &RawDelta<impl AsRef<[u8]>>,
        mut hash: impl FnMut(&[u8]) -> Result<u64, E>,
        mut equal: impl FnMut(&[u8], &[u8]) -> Result<bool, E>,
    ) -> Result<Self, E>
    where
        B: Clone,
    {
        let before = self.header;
        delta.check_base(before.kinds, before.fingerprint, before.count)?;
        let parts = self.parts();
        let mut header = before;
        let mut added = self.copy_of_added()?;
        let mut steps = Vec::new();
        for change in delta.changes() {
            let change = change?;
            let folded = fold(hash(change.key)?);
            let old = self.find_old(&change, folded, &mut equal)?;
            let new = match change.value {
                None => None,
                Some(value) => Some(self.add_record(&mut added, folded, change.key, value)?),
            };
            header.count = header.count.wrapping_sub(u64::from(old.is_some()));
            header.count = header.count.wrapping_add(u64::from(new.is_some()));
            let sum = header.fingerprint.wrapping_sub(change.old.unwrap_or(0));
            header.fingerprint = sum.wrapping_add(change.new);
            steps.try_reserve(1).map_err(|_| ImageError::Allocation)?;
            steps.push((change.key, Step { hash: folded, old, new }));
        }
        delta.check_result(before.fingerprint, header.fingerprint, header.count)?;
        let steps = in_order(steps, equal)?;
        let mut nodes = NodeWriter::new(parts.node_words(), NONE);
        header.root = rebuild(&parts, before.root, &steps, &mut nodes)?;
        added.nodes.try_reserve(nodes.words.len()).map_err(|_| ImageError::Allocation)?;
        added.nodes.extend_from_slice(&nodes.words);
        Ok(RawImage { bytes: self.bytes.clone(), header, added: Some(Arc::new(added)) })
    }

    /// The record that a change replaces or removes, which has to be as the delta says.
    fn find_old<E: From<ImageError>>(
        &self,
        change: &RawChange<'_>,
        folded: u32,
        equal: &mut impl FnMut(&[u8], &[u8]) -> Result<bool, E>,
    ) -> Result<Option<u32>, E> {
        let parts = self.parts();
        let mut candidates = find(parts, self.header.root, folded)?;
        while let Some(candidate) = candidates.next_reference() {
            let (reference, record) = candidate?;
            if equal(change.key, record.key)? {
                let (_, size) = parts.record_and_size(reference)?;
                let bytes = parts.bytes_at(reference).unwrap_or_default();
                let is_old = change.old == Some(fingerprint_of(&bytes[..size]));
                return if is_old {
                    Ok(Some(reference))
                } else {
                    Err(ImageError::WrongBase.into())
                };
            }
        }
        if change.old.is_none() { Ok(None) } else { Err(ImageError::WrongBase.into()) }
    }

    /// Writes a new record behind all others, and gives its reference.
    fn add_record(
        &self,
        added: &mut Added,
        hash: u32,
        key: &[u8],
        value: &[u8],
    ) -> Result<u32, ImageError> {
        let at = reference(self.header.record_bytes as usize + added.records.len(), NONE)?;
        push_record(&mut added.records, hash, key, value)?;
        Ok(at)
    }

    fn copy_of_added(&self) -> Result<Added, ImageError> {
        let mut copy = Added::default();
        if let Some(added) = &self.added {
            let reserved = (copy.records.try_reserve(added.records.len()))
                .and_then(|()| copy.nodes.try_reserve(added.nodes.len()));
            reserved.map_err(|_| ImageError::Allocation)?;
            copy.records.extend_from_slice(&added.records);
            copy.nodes.extend_from_slice(&added.nodes);
        }
        Ok(copy)
    }

    #[cfg(test)]
    pub(super) fn header(&self) -> Header {
        self.header
    }

    #[cfg(test)]
    pub(super) fn nodes_at(&self) -> usize {
        self.header.nodes_at()
    }

    #[inline]
    fn parts(&self) -> Parts<'_> {
        let bytes = self.bytes.as_ref();
        let record_end = HEADER_BYTES + self.header.record_bytes as usize;
        // Bytes that have become fewer since they were opened have no records and no nodes.
        Parts {
            records: bytes.get(HEADER_BYTES..record_end).unwrap_or_default(),
            nodes: bytes.get(self.header.nodes_at()..).unwrap_or_default().as_chunks().0,
            added: self.added.as_deref(),
        }
    }
}

/// Steps in iteration order. Two for one key are refused: no map differs from another so.
fn in_order<E: From<ImageError>>(
    mut steps: Vec<(&[u8], Step)>,
    mut equal: impl FnMut(&[u8], &[u8]) -> Result<bool, E>,
) -> Result<Vec<Step>, E> {
    steps.sort_by_key(|(_, step)| order_key(step.hash));
    for group in steps.chunk_by(|(_, a), (_, b)| a.hash == b.hash) {
        for (index, (key, _)) in group.iter().enumerate() {
            for (other, _) in &group[..index] {
                if equal(key, other)? {
                    return Err(damaged("the delta changes a key twice", 0).into());
                }
            }
        }
    }
    Ok(steps.into_iter().map(|(_, step)| step).collect())
}
