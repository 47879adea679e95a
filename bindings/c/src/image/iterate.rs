//! Iterators over the entries of an image, in the caller's memory.

use hedgerow::image::RecordCursor;

use super::handle::CImage;
use super::types::{Bytes, CImageIter, ImageEntry};
use crate::check_word::check_word;
use crate::object::with_error_message;
use crate::pointers::{in_out, out, shared};
use crate::status::Status;

const IMAGE_ITER: u64 = 0x3c6e_f372_fe94_f82b;

/// Starts an iterator over an image, in the order of its hashes.
///
/// Returns OK; DAMAGED; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_iter_start(
    image: *const CImage,
    iter: *mut CImageIter,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, iter) = unsafe { (shared(image)?, out(iter)?) };
        let cursor = image.live()?.cursor()?;
        iter.set(CImageIter::seal(image.number(), &cursor));
        Ok(Status::Ok)
    })
}

/// The next entry. Its bytes are good until the image is freed.
///
/// Returns OK; END (nothing is written; also after DAMAGED); DAMAGED; POINTER, SCRIBBLED, FOREIGN
/// (the iterator was started on another image).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_image_iter_next(
    image: *const CImage,
    iter: *mut CImageIter,
    entry: *mut ImageEntry,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (image, iter, entry) = unsafe { (shared(image)?, in_out(iter)?, out(entry)?) };
        let raw = image.live()?;
        let mut cursor = iter.get().open(image.number())?;
        let record = raw.next_record(&mut cursor);
        iter.set(CImageIter::seal(image.number(), &cursor));
        let Some(record) = record.transpose()? else { return Ok(Status::End) };
        entry.set(ImageEntry { key: Bytes::of(record.key), value: Bytes::of(record.value) });
        Ok(Status::Ok)
    })
}

impl CImageIter {
    /// An iterator of the image with this number.
    fn seal(number: u64, cursor: &RecordCursor) -> Self {
        let mut opaque = [0; 16];
        let [of, words @ .., _] = &mut opaque;
        (*of, *words) = (number, cursor.to_words());
        let [words @ .., sum] = &mut opaque;
        *sum = check_word(IMAGE_ITER, words);
        CImageIter { opaque }
    }

    fn open(self, number: u64) -> Result<RecordCursor, Status> {
        let [checked @ .., sum] = self.opaque;
        let [of, words @ ..] = checked;
        let is_whole = sum == check_word(IMAGE_ITER, &checked);
        let cursor = is_whole.then(|| RecordCursor::from_words(words)).flatten();
        let cursor = cursor.ok_or(Status::Scribbled)?;
        if of == number { Ok(cursor) } else { Err(Status::Foreign) }
    }
}

#[cfg(test)]
mod tests {
    use hedgerow::Map;
    use hedgerow::image::RawImage;

    use super::*;

    #[test]
    fn any_flipped_bit_is_noticed_and_so_is_another_image() {
        let bytes = (0..100_u64).map(|n| (n, n)).collect::<Map<_, _>>().image().unwrap();
        let image = RawImage::open(&bytes[..]).unwrap();
        let mut cursor = image.cursor().unwrap();
        image.next_record(&mut cursor);
        let iter = CImageIter::seal(7, &cursor);
        assert_eq!(iter.open(7).map(|cursor| CImageIter::seal(7, &cursor)), Ok(iter));
        assert_eq!(iter.open(8).err(), Some(Status::Foreign));
        for bit in 0..16 * 64 {
            let mut iter = iter;
            iter.opaque[bit / 64] ^= 1 << (bit % 64);
            assert_eq!(iter.open(7).err(), Some(Status::Scribbled), "bit {bit}");
        }
        assert!(CImageIter::default().open(0).is_err());
    }
}
