//! Images of Rust types.

use std::borrow::Borrow;
use std::fmt;
use std::marker::PhantomData;

use super::data::{ImageData, ImageKey};
use super::delta::RawDelta;
use super::error::{ImageError, Kinds, damaged};
use super::iter::Records;
use super::parts::Record;
use super::raw::RawImage;

/// A map as bytes, read in place: a lookup reads a few words of a buffer, a file or shared memory,
/// and nothing is built or copied.
///
/// ```
/// use hedgerow::Map;
/// use hedgerow::image::Image;
///
/// let prices: Map<String, u64> = [("apple".into(), 3), ("pear".into(), 5)].into_iter().collect();
/// let bytes = prices.image()?; // To write into a file, or to send.
///
/// let image = Image::<String, u64, _>::open(&bytes[..])?;
/// assert_eq!((image.get("pear")?, image.get("plum")?), (Some(5), None));
/// assert_eq!(image.len(), 2);
/// # Ok::<(), hedgerow::image::ImageError>(())
/// ```
///
/// | | costs |
/// | --- | --- |
/// | [`open`](Image::open) | O(1): the header |
/// | [`get`](Image::get) | O(1): up to seven nodes and one record |
/// | [`iter`](Image::iter) | O(1) a step, without memory |
/// | [`apply`](Image::apply) | O(changes) |
/// | [`verify`](Image::verify) | O(n) |
///
/// Nothing but the header is looked at before it is needed. So a damaged image opens, and a read
/// that meets the damage is an error; one that does not meet it may give what was never written.
/// [`verify`](Image::verify) finds any change.
pub struct Image<K: ?Sized, V: ?Sized, B> {
    raw: RawImage<B>,
    types: PhantomData<fn(&K) -> V>,
}

/// What changed from one map to another, as bytes: see [`Map::delta`](crate::Map::delta).
pub struct Delta<K: ?Sized, V: ?Sized, B = Vec<u8>> {
    raw: RawDelta<B>,
    types: PhantomData<fn(&K) -> V>,
}

/// The entries of an image, in the order of their folded hashes. Ends after an error.
pub struct Entries<'a, K: ?Sized, V: ?Sized> {
    records: Records<'a>,
    types: PhantomData<fn(&K) -> V>,
}

impl<K: ImageKey + ?Sized, V: ImageData + ?Sized, B: AsRef<[u8]>> Image<K, V, B> {
    /// Opens an image: bytes, or anything that gives them, such as an `Arc<[u8]>` or a mapped file.
    ///
    /// # Errors
    ///
    /// If the bytes are no image, of another format, not as many as the header says, or of keys and
    /// values of other kinds.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let raw = RawImage::open(bytes)?;
        let expected = kinds::<K, V>();
        if raw.kinds() != expected {
            return Err(ImageError::Kind { expected, found: raw.kinds() });
        }
        Ok(Image { raw, types: PhantomData })
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.raw.len()).unwrap_or(usize::MAX)
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    pub fn get<Q>(&self, key: &Q) -> Result<Option<V::Read<'_>>, ImageError>
    where
        K: Borrow<Q>,
        Q: ImageKey + ?Sized,
    {
        const { assert!(K::KIND == Q::KIND, "a borrowed key has the bytes of the key") };
        key.with_bytes(|bytes| {
            let hash = K::image_hash(bytes, self.raw.hash_key());
            self.raw.find(hash, |found| found == bytes)?.map(value_of::<V>).transpose()
        })
    }

    /// Whether there is a key.
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`].
    pub fn contains_key<Q>(&self, key: &Q) -> Result<bool, ImageError>
    where
        K: Borrow<Q>,
        Q: ImageKey + ?Sized,
    {
        Ok(self.get(key)?.is_some())
    }

    /// The entries, in the order of their folded hashes.
    ///
    /// # Errors
    ///
    /// [`ImageError::Damaged`], here and at each step.
    pub fn iter(&self) -> Result<Entries<'_, K, V>, ImageError> {
        Ok(Entries { records: self.raw.records()?, types: PhantomData })
    }

    /// The image of what a delta makes of the contents: the bytes of this one are shared.
    /// O(changes), and of what earlier deltas have added.
    ///
    /// # Errors
    ///
    /// [`ImageError::WrongBase`] if the delta was made from other contents.
    pub fn apply(&self, delta: &Delta<K, V, impl AsRef<[u8]>>) -> Result<Self, ImageError>
    where
        B: Clone,
    {
        let key = self.raw.hash_key();
        let raw =
            self.raw.apply(&delta.raw, |bytes| Ok(K::image_hash(bytes, key)), |a, b| Ok(a == b))?;
        Ok(Image { raw, types: PhantomData })
    }

    /// The image underneath: its fingerprint, its bytes, the check of everything.
    #[must_use]
    pub fn raw(&self) -> &RawImage<B> {
        &self.raw
    }

    /// Checks everything. O(n).
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn verify(&self) -> Result<(), ImageError> {
        self.raw.verify()?;
        self.iter()?.try_for_each(|entry| entry.map(drop))
    }
}

impl<K: ImageKey + ?Sized, V: ImageData + ?Sized, B: AsRef<[u8]>> Delta<K, V, B> {
    /// Opens a delta, and checks its checksums. O(its bytes).
    ///
    /// # Errors
    ///
    /// If the bytes are no delta, of another format, not as they were written, or of keys and
    /// values of other kinds.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let raw = RawDelta::open(bytes)?;
        let expected = kinds::<K, V>();
        if raw.kinds() != expected {
            return Err(ImageError::Kind { expected, found: raw.kinds() });
        }
        Ok(Delta { raw, types: PhantomData })
    }

    /// The bytes, to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.raw.as_bytes()
    }

    /// The number of changes.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.raw.len()).unwrap_or(usize::MAX)
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

impl<'a, K: ImageKey + ?Sized, V: ImageData + ?Sized> Iterator for Entries<'a, K, V> {
    type Item = Result<(K::Read<'a>, V::Read<'a>), ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.records.next()? {
            Ok(record) => record,
            Err(error) => return Some(Err(error)),
        };
        let key = K::read(record.key).ok_or_else(|| damaged("a key is not of its type", 0));
        Some(key.and_then(|key| Ok((key, value_of::<V>(record)?))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

impl<K: ?Sized, V: ?Sized, B: AsRef<[u8]>> fmt::Debug for Image<K, V, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("len", &self.raw.len())
            .field("kinds", &self.raw.kinds())
            .field("added_bytes", &self.raw.added_bytes())
            .finish_non_exhaustive()
    }
}

impl<K: ?Sized, V: ?Sized, B: AsRef<[u8]>> fmt::Debug for Delta<K, V, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delta").field("changes", &self.raw.len()).finish_non_exhaustive()
    }
}

pub(super) fn kinds<K: ImageData + ?Sized, V: ImageData + ?Sized>() -> Kinds {
    Kinds { key: K::KIND, value: V::KIND }
}

fn value_of<V: ImageData + ?Sized>(record: Record<'_>) -> Result<V::Read<'_>, ImageError> {
    V::read(record.value).ok_or_else(|| damaged("a value is not of its type", 0))
}
