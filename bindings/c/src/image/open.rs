//! Images as a whole: opened, written into a file, copied, freed.

use std::ffi::c_char;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hedgerow::image::{RawImage, write_file};

use super::handle::{CImage, ImageBytes, give_image, give_owned};
use super::types::{IMAGE_MAP, IMAGE_READ};
use crate::object::{CallError, with_error_message};
use crate::pointers::{array, free, kept, mapped, out, shared};
use crate::status::{Status, guarded};

/// Opens an image in memory of the caller's: its own, shared memory, or a file it has mapped. The
/// header is read, and nothing else. The bytes have to stay as they are until the image is freed,
/// and all that `hedgerow_image_apply` has made of it.
///
/// Returns OK; DAMAGED (no image, of another format, or cut off); POINTER, ARGUMENT, MEMORY.
///
/// # Safety
///
/// C3, C6.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_open_bytes(
    bytes: *const u8,
    length: usize,
    image: *mut *mut CImage,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C6.
        let (bytes, image) = unsafe { (kept(bytes, length)?, out(image)?) };
        Ok(give_image(&image, RawImage::open(ImageBytes::Kept(bytes))?)?)
    })
}

/// Opens an image in a file. `path` is `length` bytes; where names of files are not bytes, it is
/// UTF-8. `how` is `HEDGEROW_IMAGE_MAP` or `HEDGEROW_IMAGE_READ`.
///
/// A mapped file must not be written or cut while the image is open, which could end the process: a
/// new image is written beside it and renamed, as `hedgerow_image_write` does.
///
/// Returns OK; IO, DAMAGED (no image, of another format, or cut off); POINTER, ARGUMENT, MEMORY.
///
/// # Safety
///
/// C3, C4, C6.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_open_file(
    path: *const c_char,
    length: usize,
    how: u32,
    image: *mut *mut CImage,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (path, image) = unsafe { (array(path.cast::<u8>(), length)?, out(image)?) };
        let path = path_of(path.copied()?)?;
        let failed = |error| io_error("cannot open", &path, &error);
        let bytes = match how {
            IMAGE_MAP => {
                let file = File::open(&path).map_err(failed)?;
                // SAFETY: C6.
                ImageBytes::Mapped(Arc::new(unsafe { mapped(&file) }.map_err(failed)?))
            }
            IMAGE_READ => ImageBytes::Owned(Arc::new(fs::read(&path).map_err(failed)?)),
            _ => return Err(Status::Argument.into()),
        };
        Ok(give_image(&image, RawImage::open(bytes)?)?)
    })
}

/// Frees an image. Null is allowed, and nothing is done. Images that deltas have made of it stay.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_free(image: *mut CImage) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(image, CImage::end) })
}

/// Writes an image into a file, so that a crash at any moment leaves the old file or the new one,
/// whole: beside it, with a sync, and then renamed. Who has the old one mapped goes on with that.
/// `path` as for `hedgerow_image_open_file`.
///
/// Returns OK; IO (the old file is as it was), DAMAGED, POINTER, ARGUMENT, MEMORY.
///
/// # Safety
///
/// C1, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_write(
    image: *const CImage,
    path: *const c_char,
    length: usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C4.
        let (image, path) = unsafe { (shared(image)?, array(path.cast::<u8>(), length)?) };
        let (image, path) = (image.live()?, path_of(path.copied()?)?);
        let packed;
        let bytes = if image.added_bytes() == 0 {
            image.bytes().as_ref()
        } else {
            packed = image.to_bytes()?;
            &packed
        };
        write_file(&path, bytes).map_err(|error| io_error("cannot write", &path, &error))?;
        Ok(Status::Ok)
    })
}

/// An image of the same contents in memory of its own. What no entry needs any more after deltas is
/// left out.
///
/// Returns OK; DAMAGED; POINTER, MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_copy(
    image: *const CImage,
    copy: *mut *mut CImage,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, copy) = unsafe { (shared(image)?, out(copy)?) };
        give_owned(&copy, image.live()?.to_bytes()?)
    })
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> Result<PathBuf, Status> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Result<PathBuf, Status> {
    Ok(String::from_utf8(bytes).map_err(|_| Status::Argument)?.into())
}

fn io_error(what: &str, path: &Path, error: &io::Error) -> CallError {
    CallError::new(Status::Io, format_args!("{what} {}: {error}", path.display()))
}
