//! Deltas: what changed from one map to another, as bytes to send.

use hedgerow::image::{ImageError, Kinds, RawDelta};

use super::handle::{CDelta, CImage, give_delta, give_image};
use super::types::Bytes;
use crate::object::with_error_message;
use crate::pointers::{array, free, out, shared};
use crate::status::{Status, guarded};

/// Opens a delta that was received. The bytes are copied, and their checksums are checked.
///
/// Returns OK; DAMAGED; POINTER, ARGUMENT, MEMORY.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_delta_open(
    bytes: *const u8,
    length: usize,
    delta: *mut *mut CDelta,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (bytes, delta) = unsafe { (array(bytes, length)?, out(delta)?) };
        let mut copy = Vec::new();
        bytes.append_to(&mut copy)?;
        Ok(give_delta(&delta, RawDelta::open(copy)?)?)
    })
}

/// The number of changes of a delta.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_delta_len(delta: *const CDelta, len: *mut u64) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (delta, len) = unsafe { (shared(delta)?, out(len)?) };
        len.set(delta.live()?.len());
        Ok(Status::Ok)
    })
}

/// The bytes of a delta, to send. They are good until the delta is freed.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_delta_bytes(delta: *const CDelta, bytes: *mut Bytes) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (delta, bytes) = unsafe { (shared(delta)?, out(bytes)?) };
        bytes.set(Bytes::of(delta.live()?.as_bytes()));
        Ok(Status::Ok)
    })
}

/// Frees a delta. Null is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_delta_free(delta: *mut CDelta) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(delta, CDelta::end) })
}

/// The image of what a delta makes of the contents of another, whose bytes it shares. Costs what
/// the changes cost. Both stay as they are, and are freed each.
///
/// Returns OK; OTHER_BASE (the delta was made from other contents), OTHER_KIND, DAMAGED; POINTER,
/// FULL, MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_apply(
    image: *const CImage,
    delta: *const CDelta,
    newer: *mut *mut CImage,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, delta, newer) = unsafe { (shared(image)?, shared(delta)?, out(newer)?) };
        let (image, delta) = (image.live()?, delta.live()?);
        let (kinds, hash_key) = (image.kinds(), image.hash_key());
        // Of Python's objects, keys of other bytes may be equal.
        if kinds == Kinds::PYTHON {
            return Err(Status::OtherKind.into());
        }
        let unknown = ImageError::Kind { expected: kinds, found: kinds };
        let hash = |key: &[u8]| kinds.key_hash(key, hash_key).ok_or_else(|| unknown.clone());
        let applied = image.apply(delta, hash, |a, b| Ok::<_, ImageError>(a == b))?;
        Ok(give_image(&newer, applied)?)
    })
}
