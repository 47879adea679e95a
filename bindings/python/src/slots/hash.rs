//! The slot `hash` of maps and sets. It recurses through what a map holds: see `equality.rs`.

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
use crate::iterator::Kind;
use crate::map::{Collection, Map};
use crate::set::Set;

/// Sets the slot. Called once, before anybody sees the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let (map, set) = (Map::type_object_raw(py), Set::type_object_raw(py));
    for (class, hash) in [(map, map_hash as ffi::hashfunc), (set, set_hash)] {
        // SAFETY: contract 6.
        unsafe { (*class).tp_hash = Some(hash) };
        wrap_slot(py, class, c"__hash__", hash as *mut c_void)?;
    }
    Ok(())
}

unsafe extern "C" fn map_hash(map: Raw) -> ffi::Py_hash_t {
    // SAFETY: contract 6.
    unsafe { cached_or_computed(map, Kind::Items) }
}

unsafe extern "C" fn set_hash(set: Raw) -> ffi::Py_hash_t {
    // SAFETY: contract 6.
    unsafe { cached_or_computed(set, Kind::Elements) }
}

/// # Safety
///
/// A live map or set.
#[inline(always)]
unsafe fn cached_or_computed(map: Raw, kind: Kind) -> ffi::Py_hash_t {
    // SAFETY: by the caller's promise.
    let this = unsafe { contents::<Map>(map) };
    match this.cached_hash() {
        Some(hash) => hash as ffi::Py_hash_t,
        None => hash_contents(attached(), this, kind),
    }
}

/// -1 with an exception.
#[inline(always)]
fn hash_contents(py: Python<'_>, map: &Map, kind: Kind) -> ffi::Py_hash_t {
    let Some(mut hashing) = begin_hash(py, map, kind) else { return -1 };
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
fn begin_hash(py: Python<'_>, map: &Map, kind: Kind) -> Option<Box<(Hashing, Depth)>> {
    let begun = Depth::enter(py, c" while hashing a map")
        .and_then(|depth| Ok((Hashing::begin(py, map.version(), kind)?, depth)));
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

/// The hash of a map or set.
pub(super) fn hash<T: Collection>(map: &Bound<'_, T>, kind: Kind) -> PyResult<isize> {
    // SAFETY: a live map or set.
    match unsafe { cached_or_computed(map.as_ptr(), kind) } {
        -1 => Err(PyErr::fetch(map.py())),
        hash => Ok(hash),
    }
}
