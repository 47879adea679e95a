//! Walks over a dict, in memory of the caller's.

use super::handle::{give, numbered_dict_of, told};
use super::pointers::{in_out, out, out_or_null};
use crate::object::{CDictIter, DictHandle, ValueHandle};
use crate::status::Status;

/// Starts a walk over a dict, in the order in which its keys were inserted.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_start(
    dict: *const DictHandle,
    iter: *mut CDictIter,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let ((dict, number), iter) = unsafe { (numbered_dict_of(dict)?, out(iter)?) };
        iter.set(CDictIter::seal(number, &dict.cursor()));
        Ok(Status::Ok)
    })
}

/// The next entry. `key` or `value` may be null, if it is not wanted. Values of keys that are there
/// may be replaced during a walk. Where the dict was changed otherwise, that is the answer from
/// then on: the walk is written to with this refusal, too.
///
/// Answers OK; END (nothing is handed out); RUNTIME_ERROR ("dictionary changed size during
/// iteration", or "dictionary keys changed during iteration"); POINTER, SCRIBBLED, FOREIGN (the
/// walk was started with another handle).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_iter_next(
    dict: *const DictHandle,
    iter: *mut CDictIter,
    key: *mut *mut ValueHandle,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let ((dict, number), iter) = unsafe { (numbered_dict_of(dict)?, in_out(iter)?) };
        // SAFETY: C3.
        let (key, value) = unsafe { (out_or_null(key)?, out_or_null(value)?) };
        let mut cursor = iter.get().open(number)?;
        let step = dict.advance(&mut cursor);
        iter.set(CDictIter::seal(number, &cursor));
        let Some(entry) = step? else { return Ok(Status::End) };
        if let Some(key) = key {
            give(&key, entry.0);
        }
        if let Some(value) = value {
            give(&value, entry.1);
        }
        Ok(Status::Ok)
    })
}
