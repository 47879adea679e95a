//! Making, copying and ending values.

use std::ffi::c_char;

use hedgerow::object::{PyStr, Value};

use super::guarded;
use super::handle::{free, made, told, value_of};
use super::pointers::{array, out, value as read};
use crate::object::{CPolicy, ValueHandle, errors, int_of_text, policy_of};
use crate::status::Status;

/// Makes `None`.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_none(value: *mut *mut ValueHandle) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::None))
}

/// Makes `Ellipsis`.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_ellipsis(value: *mut *mut ValueHandle) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::Ellipsis))
}

/// Makes `True` (not 0) or `False`.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_bool(truth: i32, value: *mut *mut ValueHandle) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::from(truth != 0)))
}

/// Makes an int.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_int(number: i64, value: *mut *mut ValueHandle) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::from(number)))
}

/// Makes an int of any size of decimal digits in ASCII, as Python's `int(text)` reads them: with
/// space around, a sign, and single underscores between digits. O(n * n) for n digits, without a
/// limit.
///
/// Answers OK; POINTER, ARGUMENT, VALUE_ERROR.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_int_from_text(
    text: *const c_char,
    length: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C3, C4.
        let (text, value) = unsafe { (array(text.cast::<u8>(), length)?, out(value)?) };
        made(&value, int_of_text(&text.copied())?)
    })
}

/// Makes a float.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_float(number: f64, value: *mut *mut ValueHandle) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::from(number)))
}

/// Makes a complex number.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_complex(
    real: f64,
    imag: f64,
    value: *mut *mut ValueHandle,
) -> Status {
    // SAFETY: C3.
    told(|| made(&unsafe { out(value) }?, Value::complex(real, imag)))
}

/// Makes a str of UTF-8: Python's `bytes.decode("utf-8", errors)`. `errors` is
/// `HEDGEROW_ERRORS_STRICT`, `_SURROGATEPASS` or `_REPLACE`.
///
/// Answers OK; POINTER, ARGUMENT, UNICODE_DECODE_ERROR.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_str_from_utf8(
    text: *const c_char,
    length: usize,
    errors: u32,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C3, C4.
        let (text, value) = unsafe { (array(text.cast::<u8>(), length)?, out(value)?) };
        let errors = self::errors(errors)?;
        made(&value, PyStr::from_utf8(&text.copied(), errors)?.into())
    })
}

/// Makes a str of UTF-16 in the machine's order of bytes: each pair of surrogates is one character,
/// any other half stands for itself.
///
/// Answers OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_str_from_utf16(
    units: *const u16,
    length: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C3, C4.
        let (units, value) = unsafe { (array(units, length)?, out(value)?) };
        made(&value, PyStr::from_utf16(&units.copied()).into())
    })
}

/// Makes bytes.
///
/// Answers OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_bytes(
    bytes: *const u8,
    length: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C3, C4.
        let (bytes, value) = unsafe { (array(bytes, length)?, out(value)?) };
        made(&value, Value::bytes(&bytes.copied()))
    })
}

/// Makes a tuple of values, which stay the caller's.
///
/// Answers OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_tuple(
    items: *const *const ValueHandle,
    count: usize,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (items, value) = unsafe { (values_of(items, count)?, out(value)?) };
        made(&value, Value::tuple(items))
    })
}

/// Makes a frozenset of values, which stay the caller's, in the order that CPython would give it
/// under this policy. Of equal items the first stays.
///
/// Answers OK; POINTER, ARGUMENT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_frozenset(
    items: *const *const ValueHandle,
    count: usize,
    policy: *const CPolicy,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (items, policy, value) =
            unsafe { (values_of(items, count)?, read(policy)?, out(value)?) };
        made(&value, Value::frozen_set(items, &policy_of(policy)?)?)
    })
}

/// Another handle of the same object. O(1).
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_clone(
    value: *const ValueHandle,
    clone: *mut *mut ValueHandle,
) -> Status {
    // SAFETY: C1, C3.
    told(|| unsafe { made(&out(clone)?, value_of(value)?) })
}

/// Ends a handle; the object goes with the last reference to it. Null is allowed, and nothing is
/// done.
///
/// Answers OK; POINTER, BUSY (the value is lent to the function that calls this).
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_free(value: *mut ValueHandle) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(value) })
}

/// The values of an array of handles.
///
/// # Safety
///
/// C4 for the array, C1 for each handle.
unsafe fn values_of(items: *const *const ValueHandle, count: usize) -> Result<Vec<Value>, Status> {
    // SAFETY: C4.
    let items = unsafe { array(items, count) }?;
    // SAFETY: C1.
    (0..items.len()).map(|index| unsafe { value_of(items.get(index)) }).collect()
}
