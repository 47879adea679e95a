//! The slot `hash` of maps and sets. It recurses through what a map holds: see `equality.rs`.

use std::ffi::c_void;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::types::wrap_slot;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raised, Raw, raise};
use crate::ffi::construct;
use crate::ffi::instance::contents;
use crate::ffi::stack::Depth;
use crate::hash::{Hashing, Unhashed};
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
    match this.asked_hash() {
        Some(hash) => hash as ffi::Py_hash_t,
        None => hash_contents(attached(), this, kind),
    }
}

/// -1 with an exception.
#[inline(always)]
fn hash_contents(py: Python<'_>, map: &Map, kind: Kind) -> ffi::Py_hash_t {
    let Some(mut hashing) = begin_hash(py, map, kind) else { return -1 };
    loop {
        let Ok(entry) = next_entry(py, &mut hashing.0) else { return -1 };
        let Some(Unhashed { key, value }) = entry else {
            return finish_hash(py, map, &hashing.0);
        };
        // SAFETY: live objects.
        unsafe {
            let mut hash = ffi::PyObject_Hash(key.as_ptr());
            if hash != -1
                && let Some(value) = &value
            {
                hashing.0.add_key(hash as i64);
                hash = ffi::PyObject_Hash(value.as_ptr());
            }
            if hash == -1 {
                if !start_over(py, &mut hashing.0) {
                    return -1;
                }
            } else if value.is_some() {
                hashing.0.add_value(hash as i64);
            } else {
                hashing.0.add_element(hash as i64);
            }
        }
    }
}

#[inline(never)]
fn begin_hash(py: Python<'_>, map: &Map, kind: Kind) -> Option<Box<(Hashing, Depth)>> {
    let begun = Depth::enter(py, c" while hashing a map")
        .and_then(|depth| Ok((Hashing::begin(py, map, kind)?, depth)));
    begun.map(Box::new).map_err(raise).ok()
}

#[inline(never)]
fn next_entry(py: Python<'_>, hashing: &mut Hashing) -> Result<Option<Unhashed>, Raised> {
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
    };
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

/// The hash of a map or set.
pub(super) fn hash<T: Collection>(map: &Bound<'_, T>, kind: Kind) -> PyResult<isize> {
    // SAFETY: a live map or set.
    match unsafe { cached_or_computed(map.as_ptr(), kind) } {
        -1 => Err(PyErr::fetch(map.py())),
        hash => Ok(hash),
    }
}
