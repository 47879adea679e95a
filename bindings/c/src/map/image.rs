//! Versions as images, and what changed between two as deltas.

use hedgerow::Version;
use hedgerow::image::{ImageError, RawDelta, RawDeltaWriter, RawWriter, random_hash_key};

use super::store::{CStore, given, on_store, version_of};
use super::types::{CHANGE_ADDED, CHANGE_REMOVED};
use crate::image::{
    CDelta, CImage, Encoding, ImageOptions, WORDS, check_keys, give_delta, give_owned,
};
use crate::pointers::{out, read, shared};
use crate::status::Status;

/// Makes an image of a version. `options` may be null, with a size of 0: keys and values are then
/// the words themselves. Otherwise `size` is `sizeof(hedgerow_image_options)`.
///
/// The image has a random key of the hash: two of one version differ in their bytes, and have one
/// fingerprint.
///
/// Returns OK; POINTER, SIZE, ARGUMENT (kinds that do not go with the functions, words whose bytes
/// are not of their kind, two keys of the same bytes), STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER.
///
/// # Safety
///
/// C1, C2, C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_image(
    store: *const CStore,
    version: u64,
    options: *const ImageOptions,
    size: usize,
    image: *mut *mut CImage,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let image = unsafe { out(image) }?;
        let options = match given(options, size)? {
            None => WORDS,
            // SAFETY: C3, and C5 for the functions among the options.
            Some(options) => unsafe { read(options) }?,
        };
        let encoding = Encoding::of(options)?;
        let version = version_of(version)?;
        let bytes = store.with_pinned(&[version], || store.image(version, &encoding))?;
        check_keys(&bytes)?;
        Ok(give_owned(&image, bytes)?)
    })
}

/// Makes a delta of what changed from version `a` to `b`: `hedgerow_image_apply` makes of an image
/// of `a` one of `b`. `options` and `size` as for `hedgerow_version_image`, and as there.
///
/// `base` may be null. If it is an image of `a`, no other contents take the delta; without it,
/// contents that differ only in what did not change do.
///
/// Returns OK; as `hedgerow_version_image`, and HANDLE.
///
/// # Safety
///
/// C1, C2, C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_delta(
    store: *const CStore,
    a: u64,
    b: u64,
    options: *const ImageOptions,
    size: usize,
    base: *const CImage,
    delta: *mut *mut CDelta,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let delta = unsafe { out(delta) }?;
        let options = match given(options, size)? {
            None => WORDS,
            // SAFETY: C3, and C5 for the functions among the options.
            Some(options) => unsafe { read(options) }?,
        };
        let encoding = Encoding::of(options)?;
        let fingerprint = if base.is_null() {
            None
        } else {
            // SAFETY: C1.
            Some(unsafe { shared(base) }?.live()?.fingerprint())
        };
        let (a, b) = (version_of(a)?, version_of(b)?);
        let made = store.with_pinned(&[a, b], || store.delta(a, b, &encoding, fingerprint))?;
        give_delta(&delta, made)
    })
}

impl CStore {
    /// The bytes of an image of a pinned version.
    fn image(&self, version: Version, encoding: &Encoding) -> Result<Vec<u8>, Status> {
        let hash_key = random_hash_key();
        let kinds = encoding.kinds();
        let mut writer = RawWriter::new(kinds, hash_key);
        let mut bytes = Vec::new();
        self.each_pair(version, |key, value| {
            bytes.clear();
            self.call_back(|| encoding.write_key(key, &mut bytes))?;
            let key_bytes = bytes.len();
            self.call_back(|| encoding.write_value(value, &mut bytes))?;
            let (key, value) = bytes.split_at(key_bytes);
            let hash = kinds.key_hash(key, hash_key).ok_or(Status::Argument)?;
            writer.push(hash, key, value).map_err(status_of)
        })?;
        writer.finish().map_err(status_of)
    }

    /// The delta between two pinned versions.
    fn delta(
        &self,
        a: Version,
        b: Version,
        encoding: &Encoding,
        base: Option<u128>,
    ) -> Result<RawDelta<Vec<u8>>, Status> {
        let (before, after) = {
            let engine = self.read()?;
            (engine.len(a)? as u64, engine.len(b)? as u64)
        };
        let key_of = |word| {
            let mut bytes = Vec::new();
            self.call_back(|| encoding.write_key(word, &mut bytes)).map(|()| bytes)
        };
        let value_of = |word| {
            let mut bytes = Vec::new();
            self.call_back(|| encoding.write_value(word, &mut bytes)).map(|()| bytes)
        };
        let mut writer = RawDeltaWriter::new(encoding.kinds(), base, before, after);
        for change in self.changes(a, b)? {
            if change.kind == CHANGE_REMOVED {
                let (key, value) = (key_of(change.old_key)?, value_of(change.old_value)?);
                writer.remove(&key, &value).map_err(status_of)?;
                continue;
            }
            let (key, value) = (key_of(change.new_key)?, value_of(change.new_value)?);
            if change.kind == CHANGE_ADDED {
                writer.set(&key, None, &value).map_err(status_of)?;
            } else {
                let old = (key_of(change.old_key)?, value_of(change.old_value)?);
                writer.set(&key, Some((&old.0, &old.1)), &value).map_err(status_of)?;
            }
        }
        let bytes = writer.finish().map_err(status_of)?;
        RawDelta::open(bytes).map_err(status_of)
    }
}

fn status_of(error: ImageError) -> Status {
    (&error).into()
}
