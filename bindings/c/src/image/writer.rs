//! An image of keys and values that are bytes, entry by entry.

use std::cell::RefCell;

use hedgerow::image::{Kinds, RawWriter, random_hash_key};

use super::encoding::check_kind;
use super::handle::{CImage, check_keys, give_owned};
use super::types::{IMAGE_BYTES, IMAGE_TEXT, IMAGE_WORDS};
use crate::mark::Mark;
use crate::object::with_error_message;
use crate::pointers::{array, free, leak, out, shared};
use crate::status::{Status, StatusResult, guarded};

const WRITER: u64 = u64::from_le_bytes(*b"hrwriter");

/// Makes an image of keys and values that are bytes.
///
/// Made by `hedgerow_image_writer_new`, freed by `hedgerow_image_writer_free`.
///
/// Threads: one at a time, as a store.
// As a store, it begins with its mark.
#[cfg_attr(not(doc), repr(C))]
pub struct CImageWriter {
    mark: Mark,
    kinds: Kinds,
    hash_key: [u64; 2],
    writer: RefCell<RawWriter>,
}

/// Begins an image. The kinds are `HEDGEROW_IMAGE_WORDS`, `_TEXT` or `_BYTES`.
///
/// Returns OK; POINTER, ARGUMENT (another kind), MEMORY.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_writer_new(
    key_kind: u32,
    value_kind: u32,
    writer: *mut *mut CImageWriter,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3.
        let writer = unsafe { out(writer) }?;
        for kind in [key_kind, value_kind] {
            if !matches!(kind, IMAGE_WORDS | IMAGE_TEXT | IMAGE_BYTES) {
                return Err(Status::Argument.into());
            }
        }
        let kinds = Kinds { key: key_kind, value: value_kind };
        let hash_key = random_hash_key();
        let empty = RefCell::new(RawWriter::new(kinds, hash_key));
        writer.set(leak(CImageWriter { mark: Mark::new(WRITER), kinds, hash_key, writer: empty })?);
        Ok(Status::Ok)
    })
}

/// Adds an entry, whose bytes are copied. Entries may come in any order. Each key comes once: that
/// is checked at the end.
///
/// Returns OK; FULL; POINTER, ARGUMENT (words that are not 8 bytes, text that is not UTF-8),
/// MEMORY.
///
/// # Safety
///
/// C1, C2, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_writer_put(
    writer: *mut CImageWriter,
    key: *const u8,
    key_length: usize,
    value: *const u8,
    value_length: usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C2, C4.
        let (writer, key) = unsafe { (shared(writer)?, array(key, key_length)?) };
        // SAFETY: C4.
        let value = unsafe { array(value, value_length) }?;
        writer.check()?;
        let mut bytes = Vec::new();
        key.append_to(&mut bytes)?;
        value.append_to(&mut bytes)?;
        let (key, value) = bytes.split_at(key_length);
        check_kind(writer.kinds.key, key)?;
        check_kind(writer.kinds.value, value)?;
        let hash = writer.kinds.key_hash(key, writer.hash_key).ok_or(Status::Argument)?;
        writer.writer.borrow_mut().push(hash, key, value)?;
        Ok(Status::Ok)
    })
}

/// The image of all entries so far, in memory of its own. The writer begins anew.
///
/// Returns OK; ARGUMENT (a key came twice); POINTER, FULL, MEMORY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_writer_finish(
    writer: *mut CImageWriter,
    image: *mut *mut CImage,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C2, C3.
        let (writer, image) = unsafe { (shared(writer)?, out(image)?) };
        writer.check()?;
        let empty = RawWriter::new(writer.kinds, writer.hash_key);
        let bytes = writer.writer.replace(empty).finish()?;
        check_keys(&bytes)?;
        give_owned(&image, bytes)
    })
}

/// Frees a writer. Null is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C2, and the writer is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_writer_free(writer: *mut CImageWriter) -> Status {
    // SAFETY: C1, C2.
    guarded(|| unsafe { free(writer, CImageWriter::end) })
}

impl CImageWriter {
    fn check(&self) -> Result<(), Status> {
        if self.mark.is(WRITER) { Ok(()) } else { Err(Status::Handle) }
    }

    fn end(&self) -> StatusResult {
        self.mark.end(WRITER)
    }
}
