//! Lookups by the caller's own numbers and text, without making values of them.

use std::ffi::c_char;

use hedgerow::object::{Errors, Key, ObjectError, PyStr, Utf16};

use super::handle::{dict_of, found, told};
use super::pointers::{array, out};
use super::text::with_copy;
use crate::object::{DictHandle, Reply, ValueHandle};
use crate::status::Status;

/// Text up to so many bytes is looked up from the stack.
const SHORT_BYTES: usize = 256;
const SHORT_UNITS: usize = SHORT_BYTES / size_of::<u16>();

/// The value of the key that is this str, given in UTF-8. Nothing is allocated for it up to 256
/// bytes.
///
/// Answers OK; ABSENT (nothing is written); POINTER, ARGUMENT, UNICODE_DECODE_ERROR, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_utf8(
    dict: *const DictHandle,
    text: *const c_char,
    length: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C4.
        let text = unsafe { array(text.cast::<u8>(), length) }?;
        with_copy::<_, _, SHORT_BYTES>(&text, |bytes| match std::str::from_utf8(bytes) {
            // SAFETY: C1, C3.
            Ok(key) => unsafe { look_up(dict, key, value) },
            Err(_) => {
                PyStr::from_utf8(bytes, Errors::Strict)?;
                Err(Status::UnicodeDecodeError.into())
            }
        })
    })
}

/// The value of the key that is this str, given in UTF-16 in the machine's order of bytes. Nothing
/// is allocated for it up to 128 units.
///
/// Answers OK; ABSENT (nothing is written); POINTER, ARGUMENT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_utf16(
    dict: *const DictHandle,
    units: *const u16,
    length: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C4.
        let units = unsafe { array(units, length) }?;
        with_copy::<_, _, SHORT_UNITS>(&units, |units| {
            // SAFETY: C1, C3.
            unsafe { look_up(dict, &Utf16(units), value) }
        })
    })
}

/// The value of the key that is equal to this int: also a float or bool.
///
/// Answers OK; ABSENT (nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_int64(
    dict: *const DictHandle,
    number: i64,
    value: *mut *mut ValueHandle,
) -> Status {
    // SAFETY: C1, C3.
    told(|| unsafe { look_up(dict, &number, value) })
}

/// The value of the key that is equal to this float, or is this NaN.
///
/// Answers OK; ABSENT (nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_double(
    dict: *const DictHandle,
    number: f64,
    value: *mut *mut ValueHandle,
) -> Status {
    // SAFETY: C1, C3.
    told(|| unsafe { look_up(dict, &number, value) })
}

/// # Safety
///
/// C1 for the dict, C3 for the value.
unsafe fn look_up<K: Key + ?Sized>(
    dict: *const DictHandle,
    key: &K,
    value: *mut *mut ValueHandle,
) -> Reply {
    // SAFETY: C1, C3.
    let (dict, value) = unsafe { (dict_of(dict)?, out(value)?) };
    let stored: Result<_, ObjectError> = dict.get(key);
    found(&value, stored?)
}
