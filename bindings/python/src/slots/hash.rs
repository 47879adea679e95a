//! The slot `hash` of maps. It recurses through what a map holds: see `equality.rs`.

use std::ffi::c_void;

use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::types::wrap_slot;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, raise};
use crate::ffi::instance::contents;
use crate::ffi::object::Object;
use crate::ffi::stack::Depth;
use crate::hash::Hashing;
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
    match this.cached_hash() {
        Some(hash) => hash as ffi::Py_hash_t,
        None => hash_contents(attached(), this),
    }
}

/// -1 with an exception.
#[inline(always)]
fn hash_contents(py: Python<'_>, map: &Map) -> ffi::Py_hash_t {
    let Some(mut hashing) = begin_hash(py, map) else { return -1 };
    loop {
        let pair = match next_pair(py, &mut hashing.0) {
            Ok(Some(pair)) => pair,
            Ok(None) => return finish_hash(py, map, &hashing.0),
            Err(()) => return -1,
        };
        // SAFETY: a live object.
        let hash = unsafe { ffi::PyObject_Hash(pair.as_ptr()) };
        if hash == -1 {
            return -1;
        }
        hashing.0.add(hash as i64);
    }
}

#[inline(never)]
fn begin_hash(py: Python<'_>, map: &Map) -> Option<Box<(Hashing, Depth)>> {
    let begun = Depth::enter(py, c" while hashing a map")
        .and_then(|depth| Ok((Hashing::begin(py, map.version())?, depth)));
    begun.map(Box::new).map_err(raise).ok()
}

#[inline(never)]
fn next_pair(py: Python<'_>, hashing: &mut Hashing) -> Result<Option<Object>, ()> {
    hashing.next(py).map_err(|error| {
        raise(error);
    })
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
