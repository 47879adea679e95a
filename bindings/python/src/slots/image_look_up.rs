//! Looking a key up in an image, and reading its value.

use std::ffi::c_int;

use hedgerow::image::Record;
use hedgerow::image::python::{FLOAT, INT, NONE, STR1};
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::map::raise_key_error;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raised, Raw, answer, borrowed, call_safely, instance, try_safely};
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::image::Image;
use crate::image::codec::short_int;

/// Sets the slots and the method. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let image = Image::type_object_raw(py);
    // SAFETY: contract 6. PyO3 has given the type mapping and sequence slots.
    unsafe {
        (*(*image).tp_as_mapping).mp_subscript = Some(image_subscript);
        (*(*image).tp_as_sequence).sq_contains = Some(image_contains);
        // For `match`.
        (*image).tp_flags |= ffi::Py_TPFLAGS_MAPPING;
    }
    method::add(py, image, &IMAGE_GET)
}

static IMAGE_GET: Method = method::fast(
    c"get",
    image_get,
    c"get($self, key, default=None, /)\n--\n\nThe value of the key, or the default.",
);

unsafe extern "C" fn image_subscript(image: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    unsafe {
        match look_up(image, key) {
            Err(Raised) => std::ptr::null_mut(),
            Ok(Some(record)) => value_of(image, &record),
            Ok(None) => raise_key_error(key),
        }
    }
}

unsafe extern "C" fn image_get(image: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    unsafe {
        if !(1..=2).contains(&count) {
            return call_safely(|_| check_count(c"get", count, 1, 2).map(|()| unreachable!()));
        }
        match look_up(image, *arguments) {
            Err(Raised) => std::ptr::null_mut(),
            Ok(Some(record)) => value_of(image, &record),
            Ok(None) if count == 2 => ffi::Py_NewRef(*arguments.add(1)),
            Ok(None) => ffi::Py_NewRef(ffi::Py_None()),
        }
    }
}

unsafe extern "C" fn image_contains(image: Raw, key: Raw) -> c_int {
    // SAFETY: contract 6.
    unsafe { answer(look_up(image, key).map(|found| found.is_some())) }
}

/// The record of a key.
///
/// # Safety
///
/// A live image, which outlives the record; a live key.
#[inline(always)]
unsafe fn look_up<'a>(image: Raw, key: Raw) -> Result<Option<Record<'a>>, Raised> {
    // SAFETY: by the caller's promise.
    unsafe {
        let key = borrowed(attached(), key);
        match contents_of(image).find_text(&key) {
            Some(found) => Ok(found),
            None => look_up_safely(image, key.as_ptr()),
        }
    }
}

/// [`look_up`], for keys of any kind and images that are damaged.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe fn look_up_safely<'a>(image: Raw, key: Raw) -> Result<Option<Record<'a>>, Raised> {
    // SAFETY: by the caller's promise.
    try_safely(|py| unsafe { contents_of(image).find(&borrowed(py, key)) })
}

/// A new reference to the object of a record's value, or null.
///
/// # Safety
///
/// A live image.
#[inline(always)]
unsafe fn value_of(image: Raw, record: &Record<'_>) -> Raw {
    if let Some(value) = plain_value(record.value) {
        return value;
    }
    // SAFETY: by the caller's promise.
    call_safely(|py| unsafe { contents_of(image).value(py, record.value) })
}

/// Numbers and texts of one word and one width, and constants: made as CPython makes them, without
/// a way through PyO3's errors. `None` for other bytes.
#[inline(always)]
fn plain_value(bytes: &[u8]) -> Option<Raw> {
    let (&kind, content) = bytes.split_first()?;
    // SAFETY: attached; a text of so many bytes; live constants.
    unsafe {
        match kind {
            INT => Some(ffi::PyLong_FromLongLong(short_int(content)?)),
            STR1 => {
                let (kind, length) = (ffi::PyUnicode_1BYTE_KIND as c_int, content.len());
                let length = length as ffi::Py_ssize_t;
                Some(ffi::PyUnicode_FromKindAndData(kind, content.as_ptr().cast(), length))
            }
            FLOAT => {
                let bits = content.try_into().ok()?;
                Some(ffi::PyFloat_FromDouble(f64::from_le_bytes(bits)))
            }
            NONE if content.is_empty() => Some(ffi::Py_NewRef(ffi::Py_None())),
            _ => None,
        }
    }
}

/// # Safety
///
/// A live image.
#[inline(always)]
unsafe fn contents_of<'a>(image: Raw) -> &'a Image {
    // SAFETY: by the caller's promise.
    unsafe { &*std::ptr::from_ref(instance::<Image>(attached(), image).get()) }
}
