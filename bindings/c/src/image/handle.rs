//! What the pointers of images and deltas point at, and why a call on one failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hedgerow::image::{ImageError, RawDelta, RawImage};
use memmap2::Mmap;

use crate::mark::Mark;
use crate::object::CallError;
use crate::pointers::{Kept, Out, leak};
use crate::status::{Status, StatusResult};

const IMAGE: u64 = u64::from_le_bytes(*b"hr image");
const DELTA: u64 = u64::from_le_bytes(*b"hr delta");

/// A map as bytes that are read in place: in memory of the caller's, a file, or memory of its own.
///
/// Made by `hedgerow_image_open_bytes` and others, freed by `hedgerow_image_free`. It never
/// changes.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
// As a store, it begins with its mark.
#[cfg_attr(not(doc), repr(C))]
pub struct CImage {
    mark: Mark,
    number: u64,
    image: RawImage<ImageBytes>,
}

/// What changed from one map to another, as bytes.
///
/// Made by `hedgerow_version_delta` and `hedgerow_delta_open`, freed by `hedgerow_delta_free`. It
/// never changes, and needs neither the image nor the store that it was made from.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
#[cfg_attr(not(doc), repr(C))]
pub struct CDelta {
    mark: Mark,
    delta: RawDelta<Vec<u8>>,
}

/// Where the bytes of an image are. Images that deltas make of another share its bytes.
#[derive(Clone)]
pub(crate) enum ImageBytes {
    /// In memory of the caller's.
    Kept(Kept),
    /// In a file that is mapped.
    Mapped(Arc<Mmap>),
    /// In memory of their own.
    Owned(Arc<Vec<u8>>),
}

impl AsRef<[u8]> for ImageBytes {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        match self {
            ImageBytes::Kept(bytes) => bytes.as_ref(),
            ImageBytes::Mapped(file) => file,
            ImageBytes::Owned(bytes) => bytes,
        }
    }
}

impl CImage {
    pub(super) fn end(&self) -> StatusResult {
        self.mark.end(IMAGE)
    }

    /// The image, if the handle is live.
    #[inline]
    pub(crate) fn live(&self) -> Result<&RawImage<ImageBytes>, Status> {
        if self.mark.is(IMAGE) { Ok(&self.image) } else { Err(Status::Handle) }
    }

    /// What iterators know the handle by.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl CDelta {
    pub(super) fn end(&self) -> StatusResult {
        self.mark.end(DELTA)
    }

    /// The delta, if the handle is live.
    pub(super) fn live(&self) -> Result<&RawDelta<Vec<u8>>, Status> {
        if self.mark.is(DELTA) { Ok(&self.delta) } else { Err(Status::Handle) }
    }
}

/// Hands out an image, as a handle that the caller frees.
pub(crate) fn give_image(
    out: &Out<*mut CImage>,
    image: RawImage<ImageBytes>,
) -> Result<Status, Status> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    out.set(leak(CImage { mark: Mark::new(IMAGE), number, image })?);
    Ok(Status::Ok)
}

/// Hands out an image of bytes of its own.
pub(crate) fn give_owned(out: &Out<*mut CImage>, bytes: Vec<u8>) -> Result<Status, CallError> {
    let image = RawImage::open(ImageBytes::Owned(Arc::new(bytes)))?;
    Ok(give_image(out, image)?)
}

/// Hands out a delta, as a handle that the caller frees.
pub(crate) fn give_delta(
    out: &Out<*mut CDelta>,
    delta: RawDelta<Vec<u8>>,
) -> Result<Status, Status> {
    out.set(leak(CDelta { mark: Mark::new(DELTA), delta })?);
    Ok(Status::Ok)
}

/// Refuses an image that has two entries for one key, which its writer cannot see.
pub(crate) fn check_keys(bytes: &[u8]) -> Result<(), CallError> {
    let image = RawImage::open(bytes)?;
    let mut group: Vec<(u32, &[u8])> = Vec::new();
    for record in image.records()? {
        let record = record?;
        if group.first().is_some_and(|(hash, _)| *hash != record.hash) {
            group.clear();
        }
        if group.iter().any(|(_, key)| *key == record.key) {
            return Err(CallError::new(Status::Argument, "two entries have the same key"));
        }
        group.try_reserve(1).map_err(|_| Status::Memory)?;
        group.push((record.hash, record.key));
    }
    Ok(())
}

impl From<&ImageError> for Status {
    fn from(error: &ImageError) -> Self {
        match error {
            ImageError::Full => Status::Full,
            ImageError::Allocation => Status::Memory,
            ImageError::Kind { .. } => Status::OtherKind,
            ImageError::WrongBase => Status::OtherBase,
            _ => Status::Damaged,
        }
    }
}

impl From<ImageError> for CallError {
    fn from(error: ImageError) -> Self {
        CallError::new((&error).into(), &error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<CImage>();
        is_shared::<CDelta>();
    }
}
