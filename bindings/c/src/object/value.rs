//! Values: made, cloned and freed.

use std::ffi::c_char;

use hedgerow::object::{Errors, ObjectError, PyStr, Value, repr};
use num_bigint::BigInt;

use super::error::with_error_message;
use super::handle::{CValue, give};
use super::policy::policy_of;
use super::types::{CPolicy, ERRORS_REPLACE, ERRORS_STRICT, ERRORS_SURROGATEPASS};
use crate::pointers::{Handle, array, content, contents, free, out, read};
use crate::status::{Status, guarded};

/// How much of a literal CPython shows.
const SHOWN_CHARS: usize = 200;

/// Makes `None`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_none(value: *mut *mut CValue) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::None))
}

/// Makes `Ellipsis`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_ellipsis(value: *mut *mut CValue) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::Ellipsis))
}

/// Makes `True` (not 0) or `False`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_bool(truth: i32, value: *mut *mut CValue) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::from(truth != 0)))
}

/// Makes an int.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_int(number: i64, value: *mut *mut CValue) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::from(number)))
}

/// Makes an int of any size from decimal digits in ASCII, as Python's `int(text)` reads them: space
/// around, a sign, and single underscores between digits are allowed. O(n * n) for n digits,
/// without a limit.
///
/// Returns OK; POINTER, ARGUMENT, VALUE_ERROR.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_int_from_text(
    text: *const c_char,
    length: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (text, value) = unsafe { (array(text.cast::<u8>(), length)?, out(value)?) };
        give(&value, int_of_text(&text.copied()?)?)
    })
}

/// Makes a float.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_float(number: f64, value: *mut *mut CValue) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::from(number)))
}

/// Makes a complex number.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_complex(
    real: f64,
    imag: f64,
    value: *mut *mut CValue,
) -> Status {
    // SAFETY: C3.
    with_error_message(|| give(&unsafe { out(value) }?, Value::complex(real, imag)))
}

/// Makes a str from UTF-8: Python's `bytes.decode("utf-8", errors)`. `errors` is
/// `HEDGEROW_ERRORS_STRICT`, `_SURROGATEPASS` or `_REPLACE`.
///
/// Returns OK; POINTER, ARGUMENT, UNICODE_DECODE_ERROR.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_str_from_utf8(
    text: *const c_char,
    length: usize,
    errors: u32,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (text, value) = unsafe { (array(text.cast::<u8>(), length)?, out(value)?) };
        let errors = errors_of(errors)?;
        give(&value, PyStr::from_utf8(&text.copied()?, errors)?.into())
    })
}

/// Makes a str from UTF-16 in native byte order. A pair of surrogates becomes one character; a lone
/// surrogate stays.
///
/// Returns OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_str_from_utf16(
    units: *const u16,
    length: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (units, value) = unsafe { (array(units, length)?, out(value)?) };
        give(&value, PyStr::from_utf16(&units.copied()?).into())
    })
}

/// Makes bytes.
///
/// Returns OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_bytes(
    bytes: *const u8,
    length: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3, C4.
        let (bytes, value) = unsafe { (array(bytes, length)?, out(value)?) };
        give(&value, Value::bytes(&bytes.copied()?))
    })
}

/// Makes a tuple of values, which stay the caller's.
///
/// Returns OK; POINTER, ARGUMENT.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_tuple(
    items: *const *const CValue,
    count: usize,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (items, value) = unsafe { (contents(items, count)?, out(value)?) };
        give(&value, Value::tuple(items))
    })
}

/// Makes a frozenset of values, which stay the caller's. It has the order that CPython gives it
/// under this policy. Of equal items the first stays.
///
/// Returns OK; POINTER, ARGUMENT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_frozenset(
    items: *const *const CValue,
    count: usize,
    policy: *const CPolicy,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (items, policy, value) =
            unsafe { (contents(items, count)?, read(policy)?, out(value)?) };
        give(&value, Value::frozen_set(items, &policy_of(policy)?)?)
    })
}

/// Makes another handle of the same object. O(1).
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_clone(
    value: *const CValue,
    clone: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, clone) = unsafe { (content(value)?, out(clone)?) };
        give(&clone, value)
    })
}

/// Frees a handle; the object is dropped with its last reference. Null is allowed, and nothing is
/// done.
///
/// Returns OK; POINTER, BUSY (the value is lent to the function that calls this).
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_free(value: *mut CValue) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(value, CValue::end) })
}

/// The error handler with the caller's number.
pub(super) fn errors_of(number: u32) -> Result<Errors, Status> {
    match number {
        ERRORS_STRICT => Ok(Errors::Strict),
        ERRORS_SURROGATEPASS => Ok(Errors::SurrogatePass),
        ERRORS_REPLACE => Ok(Errors::Replace),
        _ => Err(Status::Argument),
    }
}

/// `int(text)` of ASCII: space around, a sign, digits with single underscores between them.
fn int_of_text(text: &[u8]) -> Result<Value, ObjectError> {
    match digits_of(text).and_then(|digits| BigInt::parse_bytes(&digits, 10)) {
        Some(int) => Ok(Value::from(int)),
        None => {
            let literal = repr(&Value::from(PyStr::from_utf8(text, Errors::Replace)?))?;
            let shown: String = literal.chars().take(SHOWN_CHARS).collect();
            Err(ObjectError::Value(format!("invalid literal for int() with base 10: {shown}")))
        }
    }
}

/// A sign and digits, if the text is an int.
fn digits_of(text: &[u8]) -> Option<Vec<u8>> {
    let is_space = |byte: &u8| matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ');
    let start = text.iter().position(|byte| !is_space(byte))?;
    let end = text.iter().rposition(|byte| !is_space(byte))?;
    let (sign, digits) = match &text[start..=end] {
        [sign @ (b'+' | b'-'), digits @ ..] => (Some(*sign), digits),
        digits => (None, digits),
    };
    let groups = digits.split(|&byte| byte == b'_');
    let is_group = |group: &[u8]| !group.is_empty() && group.iter().all(u8::is_ascii_digit);
    groups
        .clone()
        .all(is_group)
        .then(|| sign.into_iter().chain(groups.flatten().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_are_read_as_python_reads_them() {
        let read = |text: &str| int_of_text(text.as_bytes()).map(|int| repr(&int).unwrap()).ok();
        for (text, int) in [
            ("0", "0"),
            ("-0", "0"),
            (" \t+1_000\n", "1000"),
            ("007", "7"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(read(text).as_deref(), Some(int), "{text:?}");
        }
        assert!(matches!(int_of_text(b"9223372036854775807"), Ok(Value::Int(i64::MAX))));
        for text in ["", " ", "-", "+-1", "1__0", "_1", "1_", "1 0", "0x1", "1.0", "\u{661}"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn text_that_is_no_int_is_shown() {
        let message = |text: &[u8]| int_of_text(text).unwrap_err().to_string();
        assert_eq!(message(b" 1x"), "invalid literal for int() with base 10: ' 1x'");
        assert_eq!(message(b"\xff"), "invalid literal for int() with base 10: '\u{fffd}'");
        assert_eq!(message(&[b'x'; 500]).len(), 40 + SHOWN_CHARS);
    }
}
