//! The code points of a `str` as CPython keeps them, and a `str` of such.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::construct::owned_or_error;

/// The code points of a `str`, in the narrowest of three widths.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextUnits<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// The code points of a `str`.
///
/// # Errors
///
/// `MemoryError` for an old kind of `str` of 3.11, which is made ready first.
#[inline]
pub(crate) fn units<'a>(text: &'a Bound<'_, PyString>) -> PyResult<TextUnits<'a>> {
    #[cfg(not(Py_3_12))]
    // SAFETY: a live `str`.
    if unsafe { ffi::PyUnicode_READY(text.as_ptr()) } != 0 {
        return Err(super::construct::fetch(text.py()));
    }
    Ok(units_of_ready(text))
}

/// The code points of a `str`, unless it is of an old kind that is not ready (3.11).
#[inline]
pub(crate) fn ready_units<'a>(text: &'a Bound<'_, PyString>) -> Option<TextUnits<'a>> {
    #[cfg(not(Py_3_12))]
    // SAFETY: a live `str`.
    if unsafe { ffi::PyUnicode_IS_READY(text.as_ptr()) } == 0 {
        return None;
    }
    Some(units_of_ready(text))
}

#[inline]
fn units_of_ready<'a>(text: &'a Bound<'_, PyString>) -> TextUnits<'a> {
    let object = text.as_ptr();
    // SAFETY: a live `str` that is ready, or CPython's macros would not do; its data has as many
    // units of its kind as it has code points, and does not change while it lives.
    unsafe {
        let length = ffi::PyUnicode_GET_LENGTH(object) as usize;
        let data = ffi::PyUnicode_DATA(object);
        match ffi::PyUnicode_KIND(object) {
            ffi::PyUnicode_1BYTE_KIND => {
                TextUnits::One(std::slice::from_raw_parts(data.cast(), length))
            }
            ffi::PyUnicode_2BYTE_KIND => {
                TextUnits::Two(std::slice::from_raw_parts(data.cast(), length))
            }
            _ => TextUnits::Four(std::slice::from_raw_parts(data.cast(), length)),
        }
    }
}

/// The `str` of these code points, in its narrowest form. Those beyond U+10FFFF are a `ValueError`.
pub(crate) fn text_of_units<'py>(
    py: Python<'py>,
    units: TextUnits<'_>,
) -> PyResult<Bound<'py, PyString>> {
    let (kind, data, length) = match units {
        TextUnits::One(units) => (ffi::PyUnicode_1BYTE_KIND, units.as_ptr().cast(), units.len()),
        TextUnits::Two(units) => (ffi::PyUnicode_2BYTE_KIND, units.as_ptr().cast(), units.len()),
        TextUnits::Four(units) => {
            if units.iter().any(|&unit| unit > 0x10_ffff) {
                let words = "a character beyond U+10FFFF";
                return Err(super::construct::error::<pyo3::exceptions::PyValueError>(py, words));
            }
            (ffi::PyUnicode_4BYTE_KIND, units.as_ptr().cast(), units.len())
        }
    };
    // SAFETY: so many units of that kind; a new `str` or null.
    unsafe {
        let length = length as ffi::Py_ssize_t;
        owned_or_error(py, ffi::PyUnicode_FromKindAndData(kind as i32, data, length))
    }
}
