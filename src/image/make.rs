//! Images and deltas of maps, and of the versions of a store.

use std::hash::{BuildHasher, Hash};

use super::data::{ImageData, ImageKey};
use super::delta::RawDeltaWriter;
use super::error::ImageError;
use super::typed::{Delta, kinds};
use super::write::{RawWriter, random_hash_key};
use crate::map::Map;
use crate::store::{Change, View};

impl<K: ImageKey, V: ImageData, S> Map<K, V, S> {
    /// The bytes of an image of this map, for [`Image::open`](crate::image::Image::open).
    /// O(n log n).
    ///
    /// Keys are hashed under a random key of the image. [`Map::image_with_key`] takes one: then the
    /// same entries give the same bytes, up to the order of keys that share a folded hash.
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn image(&self) -> Result<Vec<u8>, ImageError> {
        self.image_with_key(random_hash_key())
    }

    /// [`Map::image`] with the key of the hash.
    ///
    /// # Errors
    ///
    /// As [`Map::image`].
    pub fn image_with_key(&self, hash_key: [u64; 2]) -> Result<Vec<u8>, ImageError> {
        image_of(self, hash_key)
    }
}

impl<K: ImageKey + Eq + Hash, V: ImageData + PartialEq, S: BuildHasher> Map<K, V, S> {
    /// What changed from `base` to this map: [`Image::apply`](crate::image::Image::apply) makes of
    /// an image of `base` one of this map. O(changes) if one was made from the other.
    ///
    /// With the `fingerprint` of an image of `base`
    /// ([`RawImage::fingerprint`](crate::image::RawImage::fingerprint)) no other contents take the
    /// delta. Without it, contents that differ only in what did not change do.
    ///
    /// ```
    /// use hedgerow::Map;
    /// use hedgerow::image::Image;
    ///
    /// let one: Map<String, u64> = [("apple".into(), 3)].into_iter().collect();
    /// let mut two = one.clone();
    /// two.insert("pear".into(), 5);
    ///
    /// let bytes = one.image()?;
    /// let image = Image::<String, u64, _>::open(&bytes[..])?;
    /// let delta = two.delta(&one, Some(image.raw().fingerprint()))?;
    /// let newer = image.apply(&delta)?;
    /// assert_eq!((newer.get("pear")?, image.get("pear")?), (Some(5), None));
    /// # Ok::<(), hedgerow::image::ImageError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn delta(&self, base: &Self, fingerprint: Option<u128>) -> Result<Delta<K, V>, ImageError> {
        Delta::of_changes(base.diff(self), [base.len(), self.len()], fingerprint)
    }
}

impl<K: ImageKey, V: ImageData, S> View<'_, K, V, S> {
    /// The bytes of an image of this version, as those of [`Map::image`]. O(n log n).
    ///
    /// ```
    /// use hedgerow::Store;
    /// use hedgerow::image::{Delta, Image};
    ///
    /// let mut store: Store<String, u64> = Store::new();
    /// let one = store.insert(store.empty(), "apple".into(), 3)?;
    /// let two = store.insert(one, "pear".into(), 5)?;
    ///
    /// let bytes = store.at(one)?.image()?;
    /// let image = Image::<String, u64, _>::open(&bytes[..])?;
    /// assert_eq!((image.get("apple")?, image.get("pear")?), (Some(3), None));
    ///
    /// let lens = [store.len(one)?, store.len(two)?];
    /// let fingerprint = image.raw().fingerprint();
    /// let delta = Delta::of_changes(store.diff(one, two)?, lens, Some(fingerprint))?;
    /// assert_eq!(image.apply(&delta)?.get("pear")?, Some(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn image(&self) -> Result<Vec<u8>, ImageError> {
        self.image_with_key(random_hash_key())
    }

    /// [`View::image`] with the key of the hash, as [`Map::image_with_key`].
    ///
    /// # Errors
    ///
    /// As [`View::image`].
    pub fn image_with_key(&self, hash_key: [u64; 2]) -> Result<Vec<u8>, ImageError> {
        image_of(self.iter(), hash_key)
    }
}

impl<K: ImageKey, V: ImageData> Delta<K, V> {
    /// The delta of these changes, from contents of `lens[0]` entries to contents of `lens[1]`:
    /// what [`Map::delta`] makes of two maps, for those who have a
    /// [`Store::diff`](crate::Store::diff). `fingerprint` is as there. O(changes).
    ///
    /// # Errors
    ///
    /// [`ImageError::Full`], [`ImageError::Allocation`].
    pub fn of_changes<'a>(
        changes: impl IntoIterator<Item = Change<'a, K, V>>,
        lens: [usize; 2],
        fingerprint: Option<u128>,
    ) -> Result<Self, ImageError>
    where
        K: 'a,
        V: 'a,
    {
        let [before, after] = lens.map(|len| len as u64);
        let mut writer = RawDeltaWriter::new(kinds::<K, V>(), fingerprint, before, after);
        for change in changes {
            match change {
                Change::Added { key, value } => {
                    writer.set(&bytes_of(key), None, &bytes_of(value))?;
                }
                Change::Removed { key, value } => {
                    writer.remove(&bytes_of(key), &bytes_of(value))?;
                }
                Change::Changed { key, old, new } => {
                    let key = bytes_of(key);
                    writer.set(&key, Some((&key, &bytes_of(old))), &bytes_of(new))?;
                }
            }
        }
        Delta::open(writer.finish()?)
    }
}

fn image_of<'a, K: ImageKey + 'a, V: ImageData + 'a>(
    entries: impl IntoIterator<Item = (&'a K, &'a V)>,
    hash_key: [u64; 2],
) -> Result<Vec<u8>, ImageError> {
    let mut writer = RawWriter::new(kinds::<K, V>(), hash_key);
    let (mut key_bytes, mut value_bytes) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        key_bytes.clear();
        key.write(&mut key_bytes);
        value_bytes.clear();
        value.write(&mut value_bytes);
        writer.push(K::image_hash(&key_bytes, hash_key), &key_bytes, &value_bytes)?;
    }
    writer.finish()
}

fn bytes_of<T: ImageData + ?Sized>(data: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    data.write(&mut bytes);
    bytes
}
