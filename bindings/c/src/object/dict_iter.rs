//! Iterators over a dict, in the caller's memory.

use hedgerow::object::DictCursor;

use super::error::with_error_message;
use super::handle::{CDict, CValue, give};
use super::types::CDictIter;
use crate::check_word::check_word;
use crate::pointers::{content, in_out, out, out_or_null, read};
use crate::status::Status;

const DICT_ITER: u64 = 0x5be0_cd19_137e_2179;

/// Starts an iterator over a dict, in insertion order.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_start(
    dict: *const CDict,
    iter: *mut CDictIter,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, iter) = unsafe { (content(dict)?, out(iter)?) };
        iter.set(CDictIter::seal(dict.number, &dict.cursor()));
        Ok(Status::Ok)
    })
}

/// Starts an iterator from the last entry to the first: `reversed(dict)`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_start_reversed(
    dict: *const CDict,
    iter: *mut CDictIter,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, iter) = unsafe { (content(dict)?, out(iter)?) };
        iter.set(CDictIter::seal(dict.number, &dict.cursor_reversed()));
        Ok(Status::Ok)
    })
}

/// How many entries an iterator has left, as `operator.length_hint` says: 0 once the size of the
/// dict has changed.
///
/// Returns OK; POINTER, SCRIBBLED, FOREIGN (the iterator was started with another handle).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_left(
    dict: *const CDict,
    iter: *const CDictIter,
    left: *mut u64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, iter, left) = unsafe { (content(dict)?, read(iter)?, out(left)?) };
        left.set(dict.remaining(&iter.open(dict.number)?) as u64);
        Ok(Status::Ok)
    })
}

/// The next entry. `key` or `value` may be null if it is not wanted. The values of stored keys may
/// be replaced during an iteration. After any other change of the dict this call is refused, and
/// so are all later ones: the iterator remembers it.
///
/// Returns OK; END (nothing is handed out); RUNTIME_ERROR ("dictionary changed size during
/// iteration", or "dictionary keys changed during iteration"); POINTER, SCRIBBLED, FOREIGN (the
/// iterator was started with another handle).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_next(
    dict: *const CDict,
    iter: *mut CDictIter,
    key: *mut *mut CValue,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, iter) = unsafe { (content(dict)?, in_out(iter)?) };
        // SAFETY: C3.
        let (key, value) = unsafe { (out_or_null(key)?, out_or_null(value)?) };
        let mut cursor = iter.get().open(dict.number)?;
        let step = dict.advance(&mut cursor);
        iter.set(CDictIter::seal(dict.number, &cursor));
        let Some(entry) = step? else { return Ok(Status::End) };
        if let Some(key) = key {
            give(&key, entry.0)?;
        }
        if let Some(value) = value {
            give(&value, entry.1)?;
        }
        Ok(Status::Ok)
    })
}

impl CDictIter {
    /// An iterator of the handle with this number.
    fn seal(number: u64, cursor: &DictCursor) -> Self {
        let [a, b, c, d, e] = cursor.to_words();
        let mut opaque = [number, a, b, c, d, e, 0, 0];
        let [words @ .., sum] = &mut opaque;
        *sum = check_word(DICT_ITER, words);
        CDictIter { opaque }
    }

    fn open(self, number: u64) -> Result<DictCursor, Status> {
        let [words @ .., sum] = self.opaque;
        let [of, a, b, c, d, e, _] = words;
        let is_whole = sum == check_word(DICT_ITER, &words);
        let cursor = is_whole.then(|| DictCursor::from_words([a, b, c, d, e])).flatten();
        let cursor = cursor.ok_or(Status::Scribbled)?;
        if of == number { Ok(cursor) } else { Err(Status::Foreign) }
    }
}

#[cfg(test)]
mod tests {
    use hedgerow::object::{HashPolicy, SharedDict};

    use super::*;

    #[test]
    fn any_flipped_bit_is_noticed_and_so_is_another_dict() {
        let dict = SharedDict::new(HashPolicy::cpython(0));
        let iter = CDictIter::seal(7, &dict.cursor());
        assert_eq!(iter.open(7).map(|cursor| CDictIter::seal(7, &cursor)), Ok(iter));
        assert_eq!(iter.open(8).err(), Some(Status::Foreign));
        for bit in 0..8 * 64 {
            let mut iter = iter;
            iter.opaque[bit / 64] ^= 1 << (bit % 64);
            assert_eq!(iter.open(7).err(), Some(Status::Scribbled), "bit {bit}");
        }
        assert!(CDictIter::default().open(0).is_err());
    }
}
