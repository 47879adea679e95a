//! Reading, hashing and comparing values.

use std::ffi::c_char;

use hedgerow::object::{ObjectError, equal, hash, repr};

use super::handle::{answered, made, told, value_of};
use super::pointers::{buffer, out, value as read};
use super::text::write_text;
use crate::object::{self, CPolicy, ValueHandle, policy_of};
use crate::status::Status;

/// What kind of value it is: `HEDGEROW_KIND_NONE` and so on.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_kind(value: *const ValueHandle, kind: *mut u32) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, kind) = unsafe { (value_of(value)?, out(kind)?) };
        kind.set(object::kind(&value));
        Ok(Status::Ok)
    })
}

/// `bool(value)`: 1 or 0. Objects of the caller's are true.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_bool(
    value: *const ValueHandle,
    truth: *mut i32,
) -> Status {
    // SAFETY: C1, C3.
    told(|| unsafe { answered(&out(truth)?, object::to_bool(&value_of(value)?)) })
}

/// The number of an int or bool.
///
/// Answers OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_int64(
    value: *const ValueHandle,
    number: *mut i64,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, number) = unsafe { (value_of(value)?, out(number)?) };
        number.set(object::to_int64(&value)?);
        Ok(Status::Ok)
    })
}

/// The number of a float, or the float that is nearest to an int or bool.
///
/// Answers OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_double(
    value: *const ValueHandle,
    number: *mut f64,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, number) = unsafe { (value_of(value)?, out(number)?) };
        number.set(object::to_double(&value)?);
        Ok(Status::Ok)
    })
}

/// The parts of a complex number; of any other number they are its float and 0.
///
/// Answers OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_complex(
    value: *const ValueHandle,
    real: *mut f64,
    imag: *mut f64,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, real, imag) = unsafe { (value_of(value)?, out(real)?, out(imag)?) };
        let parts = object::to_complex(&value)?;
        real.set(parts.0);
        imag.set(parts.1);
        Ok(Status::Ok)
    })
}

/// Writes a str as UTF-8 with a 0 at its end: Python's `str.encode("utf-8", errors)`. `length` says
/// how many bytes that are, without the 0, also where the buffer is too short (and nothing else was
/// written). `errors` as for `hedgerow_value_str_from_utf8`.
///
/// Answers OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_utf8(
    value: *const ValueHandle,
    errors: u32,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (value, text, length) =
            unsafe { (value_of(value)?, buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        let bytes = object::to_str(&value)?.to_utf8(object::errors(errors)?)?;
        Ok(write_text(&bytes, &text, &length)?)
    })
}

/// Writes a str as UTF-16 in the machine's order of bytes, without a 0 at its end. `length` says
/// how many units that are, also where the buffer is too short (and nothing else was written).
/// `errors` as for `hedgerow_value_str_from_utf8`; what `hedgerow_value_str_from_utf16` made comes
/// back with `HEDGEROW_ERRORS_SURROGATEPASS`.
///
/// Answers OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_utf16(
    value: *const ValueHandle,
    errors: u32,
    units: *mut u16,
    capacity: usize,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (value, units, length) =
            unsafe { (value_of(value)?, buffer(units, capacity)?, out(length)?) };
        let content = object::to_str(&value)?.to_utf16(object::errors(errors)?)?;
        Ok(units.fill(&content, &length)?)
    })
}

/// Writes bytes. `length` says how many they are, also where the buffer is too short (and nothing
/// else was written).
///
/// Answers OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_bytes(
    value: *const ValueHandle,
    bytes: *mut u8,
    capacity: usize,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (value, bytes, length) =
            unsafe { (value_of(value)?, buffer(bytes, capacity)?, out(length)?) };
        Ok(bytes.fill(object::to_bytes(&value)?, &length)?)
    })
}

/// `len(value)`: code points of a str, bytes, items of a tuple or frozenset, entries of a dict.
///
/// Answers OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_length(
    value: *const ValueHandle,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, length) = unsafe { (value_of(value)?, out(length)?) };
        length.set(object::length(&value).ok_or_else(|| {
            ObjectError::Type(format!("object of type '{}' has no len()", value.type_name()))
        })?);
        Ok(Status::Ok)
    })
}

/// The item at an index, from 0: of a tuple its item, of a str a str, of bytes an int, of a
/// frozenset the one at this place of its order (which takes O(n) to find).
///
/// Answers OK; POINTER, TYPE_ERROR, INDEX_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_item(
    value: *const ValueHandle,
    index: usize,
    item: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, item) = unsafe { (value_of(value)?, out(item)?) };
        made(&item, object::item(&value, index)?)
    })
}

/// `hash(value)` under a policy: CPython's, to the bit.
///
/// Answers OK; POINTER, ARGUMENT (no policy), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_hash(
    value: *const ValueHandle,
    policy: *const CPolicy,
    hash: *mut i64,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, policy, out) = unsafe { (value_of(value)?, read(policy)?, out(hash)?) };
        out.set(self::hash(&value, &policy_of(policy)?)?);
        Ok(Status::Ok)
    })
}

/// Whether `a is b or a == b`, as keys of a dict are compared: 1 or 0.
///
/// Answers OK; POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_equal(
    a: *const ValueHandle,
    b: *const ValueHandle,
    equal: *mut i32,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (a, b, out) = unsafe { (value_of(a)?, value_of(b)?, out(equal)?) };
        answered(&out, self::equal(&a, &b)?)
    })
}

/// Whether `a is b`: 1 or 0. Values without an identity of their own (None, Ellipsis, bool, int,
/// float) are one object if they are of one kind and have the same bits.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_is(
    a: *const ValueHandle,
    b: *const ValueHandle,
    same: *mut i32,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (a, b, same) = unsafe { (value_of(a)?, value_of(b)?, out(same)?) };
        answered(&same, object::is(&a, &b))
    })
}

/// Writes `repr(value)` as UTF-8 with a 0 at its end. `length` says how long it is, without the 0,
/// also where the buffer is too short (and nothing else was written).
///
/// Answers OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_repr(
    value: *const ValueHandle,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (value, text, length) =
            unsafe { (value_of(value)?, buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        Ok(write_text(repr(&value)?.as_bytes(), &text, &length)?)
    })
}
