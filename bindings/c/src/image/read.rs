//! What an image holds: its size, one key, its bytes, and whether it is as it was written.

use hedgerow::image::Kinds;

use super::handle::{CImage, ImageBytes};
use super::types::{Bytes, IMAGE_WORDS};
use crate::object::{CallError, with_error_message};
use crate::pointers::{array, buffer, out, shared};
use crate::status::Status;
use hedgerow::image::RawImage;

/// Keys of up to so many bytes are copied to the stack.
const SHORT_KEY: usize = 64;

/// The number of entries of an image.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_len(image: *const CImage, len: *mut u64) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, len) = unsafe { (shared(image)?, out(len)?) };
        len.set(image.live()?.len());
        Ok(Status::Ok)
    })
}

/// What the keys and values of an image are: `HEDGEROW_IMAGE_WORDS`, `_TEXT`, `_BYTES`, `_PYTHON`,
/// or another number that Rust's types have.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_kinds(
    image: *const CImage,
    key_kind: *mut u32,
    value_kind: *mut u32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, key, value) = unsafe { (shared(image)?, out(key_kind)?, out(value_kind)?) };
        let kinds = image.live()?.kinds();
        key.set(kinds.key);
        value.set(kinds.value);
        Ok(Status::Ok)
    })
}

/// A hash of the contents in two words: the same for the same entries, whatever their order. It
/// tells contents apart that differ by accident.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C4: two words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_fingerprint(
    image: *const CImage,
    words: *mut u64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C4.
        let (image, words) = unsafe { (shared(image)?, buffer(words, 2)?) };
        let fingerprint = image.live()?.fingerprint();
        words.set(0, fingerprint as u64);
        words.set(1, (fingerprint >> 64) as u64);
        Ok(Status::Ok)
    })
}

/// The bytes of an image, to write or to send. They are good until the image is freed.
///
/// Returns OK; POINTER, ARGUMENT (a delta was applied: its bytes are not in one piece before
/// `hedgerow_image_copy`).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_bytes(image: *const CImage, bytes: *mut Bytes) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, bytes) = unsafe { (shared(image)?, out(bytes)?) };
        let image = image.live()?;
        if image.added_bytes() > 0 {
            return Err(Status::Argument.into());
        }
        bytes.set(Bytes::of(image.bytes().as_ref()));
        Ok(Status::Ok)
    })
}

/// The value of a key that is bytes, without a copy: they are good until the image is freed. Of
/// Python's objects the key is that object's bytes: for a str of ASCII a byte 5, and the text.
///
/// Returns OK; ABSENT (nothing is written); OTHER_KIND (a hash of another program, or of a Python
/// object but None, bool, int of 8 bytes, str and bytes), DAMAGED; POINTER, ARGUMENT, MEMORY (of
/// long keys).
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_get(
    image: *const CImage,
    key: *const u8,
    length: usize,
    value: *mut Bytes,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (image, key, value) = unsafe { (shared(image)?, array(key, length)?, out(value)?) };
        let image = image.live()?;
        let found = key.with_copy::<_, SHORT_KEY>(|key| find(image, key))?;
        Ok(match found? {
            Some(found) => {
                value.set(Bytes::of(found));
                Status::Ok
            }
            None => Status::Absent,
        })
    })
}

/// The value of a key in an image of words.
///
/// Returns OK; ABSENT (nothing is written); OTHER_KIND (keys or values are no words), DAMAGED;
/// POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_get_word(
    image: *const CImage,
    key: u64,
    value: *mut u64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, value) = unsafe { (shared(image)?, out(value)?) };
        let image = image.live()?;
        if image.kinds() != (Kinds { key: IMAGE_WORDS, value: IMAGE_WORDS }) {
            return Err(Status::OtherKind.into());
        }
        let Some(found) = find(image, &key.to_le_bytes())? else { return Ok(Status::Absent) };
        let word = found.try_into().map_err(|_| Status::Damaged)?;
        value.set(u64::from_le_bytes(word));
        Ok(Status::Ok)
    })
}

/// Checks every byte of an image: checksums, order, references, counts.
///
/// Returns OK; DAMAGED; POINTER.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_verify(image: *const CImage) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let image = unsafe { shared(image) }?;
        image.live()?.verify()?;
        Ok(Status::Ok)
    })
}

fn find<'a>(image: &'a RawImage<ImageBytes>, key: &[u8]) -> Result<Option<&'a [u8]>, CallError> {
    let hash = image.kinds().key_hash(key, image.hash_key()).ok_or(Status::OtherKind)?;
    for record in image.candidates(hash)? {
        let record = record?;
        if record.key == key {
            return Ok(Some(record.value));
        }
    }
    Ok(None)
}
