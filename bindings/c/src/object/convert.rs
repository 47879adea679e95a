//! Values as C's numbers, text and bytes, and what Python says if they are not.

use std::ffi::c_char;

use hedgerow::object::{ObjectError, PyStr, Value};
use num_traits::ToPrimitive;

use super::error::with_error_message;
use super::handle::{CValue, give_bool};
use super::inspect::length_of;
use super::value::errors_of;
use crate::pointers::{buffer, content, out};
use crate::status::Status;

/// `bool(value)`: 1 or 0. The caller's objects are true.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_bool(value: *const CValue, truth: *mut i32) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, truth) = unsafe { (content(value)?, out(truth)?) };
        give_bool(&truth, to_bool(&value))
    })
}

/// The value of an int or bool.
///
/// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_int64(value: *const CValue, number: *mut i64) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, number) = unsafe { (content(value)?, out(number)?) };
        number.set(to_int64(&value)?);
        Ok(Status::Ok)
    })
}

/// The value of a float, or the float nearest to an int or bool.
///
/// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_double(
    value: *const CValue,
    number: *mut f64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, number) = unsafe { (content(value)?, out(number)?) };
        number.set(to_double(&value)?);
        Ok(Status::Ok)
    })
}

/// The parts of a complex number; for any other number its float and 0.
///
/// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_complex(
    value: *const CValue,
    real: *mut f64,
    imag: *mut f64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, real, imag) = unsafe { (content(value)?, out(real)?, out(imag)?) };
        let parts = to_complex(&value)?;
        real.set(parts.0);
        imag.set(parts.1);
        Ok(Status::Ok)
    })
}

/// Writes a str as UTF-8 with a 0 at its end: Python's `str.encode("utf-8", errors)`. `length`
/// becomes the number of bytes without the 0, also if the buffer is too short (and nothing else is
/// written). `errors` as for `hedgerow_value_str_from_utf8`.
///
/// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_utf8(
    value: *const CValue,
    errors: u32,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (value, text, length) =
            unsafe { (content(value)?, buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        let bytes = to_str(&value)?.to_utf8(errors_of(errors)?)?;
        Ok(text.fill_text(&bytes, &length)?)
    })
}

/// Writes a str as UTF-16 in native byte order, without a 0 at its end. `length` becomes the number
/// of units, also if the buffer is too short (and nothing else is written). `errors` as for
/// `hedgerow_value_str_from_utf8`; what `hedgerow_value_str_from_utf16` made comes back with
/// `HEDGEROW_ERRORS_SURROGATEPASS`.
///
/// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_utf16(
    value: *const CValue,
    errors: u32,
    units: *mut u16,
    capacity: usize,
    length: *mut usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (value, units, length) =
            unsafe { (content(value)?, buffer(units, capacity)?, out(length)?) };
        let content = to_str(&value)?.to_utf16(errors_of(errors)?)?;
        Ok(units.fill(&content, &length)?)
    })
}

/// Writes the content of bytes. `length` becomes their number, also if the buffer is too short (and
/// nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_bytes(
    value: *const CValue,
    bytes: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (value, bytes, length) =
            unsafe { (content(value)?, buffer(bytes, capacity)?, out(length)?) };
        Ok(bytes.fill(to_bytes(&value)?, &length)?)
    })
}

/// `bool(value)`: `PyObject_IsTrue`.
fn to_bool(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(bool) => *bool,
        Value::Int(int) => *int != 0,
        Value::BigInt(int) => int.bits() != 0,
        Value::Float(float) => *float != 0.0,
        Value::Complex(complex) => complex.real != 0.0 || complex.imag != 0.0,
        _ => length_of(value).is_none_or(|length| length != 0),
    }
}

/// `PyLong_AsLongLong`.
fn to_int64(value: &Value) -> Result<i64, ObjectError> {
    let int = match value {
        Value::Bool(bool) => Some(i64::from(*bool)),
        Value::Int(int) => Some(*int),
        Value::BigInt(int) => int.to_i64(),
        _ => {
            let name = value.type_name();
            let words = "object cannot be interpreted as an integer";
            return Err(ObjectError::Type(format!("'{name}' {words}")));
        }
    };
    int.ok_or_else(|| ObjectError::Overflow("int too big to convert".to_owned()))
}

/// `PyFloat_AsDouble`.
fn to_double(value: &Value) -> Result<f64, ObjectError> {
    let float = match value {
        Value::Float(float) => return Ok(*float),
        Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
        Value::Int(int) => int.to_f64(),
        Value::BigInt(int) => int.to_f64(),
        _ => {
            let words = format!("must be real number, not {}", value.type_name());
            return Err(ObjectError::Type(words));
        }
    };
    let finite = float.filter(|float| float.is_finite());
    finite.ok_or_else(|| ObjectError::Overflow("int too large to convert to float".to_owned()))
}

/// `PyComplex_AsCComplex`: the real and the imaginary part.
fn to_complex(value: &Value) -> Result<(f64, f64), ObjectError> {
    match value {
        Value::Complex(complex) => Ok((complex.real, complex.imag)),
        _ => Ok((to_double(value)?, 0.0)),
    }
}

pub(super) fn to_str(value: &Value) -> Result<&PyStr, ObjectError> {
    match value {
        Value::Str(text) => Ok(text),
        _ => Err(ObjectError::Type(format!("expected str, got {}", value.type_name()))),
    }
}

pub(super) fn to_bytes(value: &Value) -> Result<&[u8], ObjectError> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(ObjectError::Type(format!("expected bytes, got {}", value.type_name()))),
    }
}
