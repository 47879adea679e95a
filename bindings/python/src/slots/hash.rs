//! The slot `hash` of maps. It recurses through what a map holds: see `equality.rs`.

use std::ffi::c_void;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::types::wrap_slot;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, raise};
use crate::ffi::construct;
use crate::ffi::instance::contents;
use crate::ffi::stack::Depth;
use crate::hash::{Hashing, Unhashed};
use crate::map::Map;

/// Sets the slot. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    // SAFETY: contract 6.
    unsafe { (*map).tp_hash = Some(map_hash) };
    wrap_slot(py, map, c"__hash__", map_hash as *mut c_void)
}

unsafe extern "C" fn map_hash(map: Raw) -> ffi::Py_hash_t {
    // SAFETY: contract 6.
    let this = unsafe { contents::<Map>(map) };
    match this.asked_hash() {
        Some(hash) => hash as ffi::Py_hash_t,
        None => hash_contents(attached(), this),
    }
}

/// -1 with an exception.
#[inline(always)]
fn hash_contents(py: Python<'_>, map: &Map) -> ffi::Py_hash_t {
    let Some(mut hashing) = begin_hash(py, map) else { return -1 };
    loop {
        let Ok(entry) = next_entry(py, &mut hashing.0) else { return -1 };
        let Some(Unhashed { key, value }) = entry else {
            return finish_hash(py, map, &hashing.0);
        };
        // SAFETY: live objects.
        unsafe {
            let mut hash = ffi::PyObject_Hash(key.as_ptr());
            if hash != -1 {
                hashing.0.add_key(hash as i64);
                hash = ffi::PyObject_Hash(value.as_ptr());
            }
            if hash != -1 {
                hashing.0.add_value(hash as i64);
            } else if !start_over(py, &mut hashing.0) {
                return -1;
            }
        }
    }
}

#[inline(never)]
fn begin_hash(py: Python<'_>, map: &Map) -> Option<Box<(Hashing, Depth)>> {
    let begun = Depth::enter(py, c" while hashing a map")
        .and_then(|depth| Ok((Hashing::begin(py, map)?, depth)));
    begun.map(Box::new).map_err(raise).ok()
}

#[inline(never)]
fn next_entry(py: Python<'_>, hashing: &mut Hashing) -> Result<Option<Unhashed>, ()> {
    hashing.next(py).map_err(raise)
}

/// After an exception: whether that is cleared, and the hash started over. Interrupts and the like
/// stay.
#[cold]
#[inline(never)]
fn start_over(py: Python<'_>, hashing: &mut Hashing) -> bool {
    let error = construct::fetch(py);
    let started =
        if error.is_instance_of::<PyException>(py) { hashing.start_over(py) } else { Ok(false) };
    match started {
        Ok(true) => return true,
        Ok(false) => raise(error),
        Err(error) => raise(error),
    }
    false
}

#[inline(never)]
fn finish_hash(py: Python<'_>, map: &Map, hashing: &Hashing) -> ffi::Py_hash_t {
    match hashing.finish(py) {
        Ok(hash) => {
            map.cache_hash(hash);
            hash as ffi::Py_hash_t
        }
        Err(error) => {
            raise(error);
            -1
        }
    }
}

/// The hash of a map.
pub(super) fn hash(map: &Bound<'_, Map>) -> PyResult<isize> {
    // SAFETY: a live map.
    match unsafe { map_hash(map.as_ptr()) } {
        -1 => Err(PyErr::fetch(map.py())),
        hash => Ok(hash),
    }
}
