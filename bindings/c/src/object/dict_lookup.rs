//! Lookups by C's numbers and text, without making values of them.

use std::ffi::c_char;

use hedgerow::object::{Errors, Key, ObjectError, PyStr, Utf16};

use super::error::{CallResult, with_error_message};
use super::handle::{CDict, CValue, NumberedDict, give_found};
use crate::pointers::{Out, array, content, out};
use crate::status::Status;

/// Text of up to this many bytes is copied to the stack.
const SHORT_BYTES: usize = 256;
const SHORT_UNITS: usize = SHORT_BYTES / size_of::<u16>();

/// The value of the key that is this str, given in UTF-8. Up to 256 bytes nothing is allocated.
///
/// Returns OK; ABSENT (nothing is written); POINTER, ARGUMENT, UNICODE_DECODE_ERROR, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_utf8(
    dict: *const CDict,
    text: *const c_char,
    length: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (text, dict, value) =
            unsafe { (array(text.cast::<u8>(), length)?, content(dict), out(value)) };
        text.with_copy::<_, SHORT_BYTES>(|bytes| match std::str::from_utf8(bytes) {
            Ok(key) => look_up(dict, key, value),
            Err(_) => {
                PyStr::from_utf8(bytes, Errors::Strict)?;
                Err(Status::UnicodeDecodeError.into())
            }
        })?
    })
}

/// The value of the key that is this str, given in UTF-16 in native byte order. Up to 128 units
/// nothing is allocated.
///
/// Returns OK; ABSENT (nothing is written); POINTER, ARGUMENT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_utf16(
    dict: *const CDict,
    units: *const u16,
    length: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (units, dict, value) = unsafe { (array(units, length)?, content(dict), out(value)) };
        units.with_copy::<_, SHORT_UNITS>(|units| look_up(dict, &Utf16(units), value))?
    })
}

/// The value of the key that is equal to this int; the key may be a float or bool.
///
/// Returns OK; ABSENT (nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_int64(
    dict: *const CDict,
    number: i64,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, value) = unsafe { (content(dict), out(value)) };
        look_up(dict, &number, value)
    })
}

/// The value of the key that is equal to this float, or is this NaN.
///
/// Returns OK; ABSENT (nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get_double(
    dict: *const CDict,
    number: f64,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, value) = unsafe { (content(dict), out(value)) };
        look_up(dict, &number, value)
    })
}

fn look_up<K: Key + ?Sized>(
    dict: Result<NumberedDict, Status>,
    key: &K,
    value: Result<Out<*mut CValue>, Status>,
) -> CallResult {
    let (dict, value) = (dict?, value?);
    let stored: Result<_, ObjectError> = dict.get(key);
    give_found(&value, stored?)
}
