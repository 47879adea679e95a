//! How maps are shown to the collector, and how they end.

use std::ffi::{c_int, c_void};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use crate::ffi::attached::attached;
use crate::ffi::call::Raw;
use crate::ffi::collector;
use crate::ffi::instance::{
    check_contents, clear_weak_references, contents, free, is_map_class, set_map_class,
};
use crate::ffi::tracking::Visit;
use crate::ffi::trashcan::{self, end_nested};
use crate::iterator::{Kind, MapIterator};
use crate::map::Map;
use crate::store;

/// Sets the slots of `Map` that PyO3 has no form for. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Bound::new(py, Map::empty(py)?)?;
    check_contents(&map, map.get())?;
    let iterator = MapIterator::over(&map, Kind::Keys)?;
    check_contents(&iterator, iterator.get())?;
    if !trashcan::is_layout_known() {
        return Err(PyImportError::new_err("hedgerow: CPython lays its thread states out anew"));
    }
    // PyO3 made them, and ends them.
    drop(iterator);
    drop(map);
    let class = Map::type_object_raw(py);
    set_map_class(class);
    // SAFETY: contract 6.
    unsafe {
        (*class).tp_dealloc = Some(dealloc);
        (*class).tp_traverse = Some(traverse);
        (*class).tp_clear = Some(clear);
    }
    Ok(())
}

unsafe extern "C" fn traverse(map: Raw, visit: ffi::visitproc, arg: *mut c_void) -> c_int {
    // SAFETY: called by the collector with a live map. An instance of a heap type owns its type.
    let visited = unsafe {
        let visit = Visit::new(visit, arg);
        visit
            .show(ffi::Py_TYPE(map).cast())
            .and_then(|()| collector::traverse(contents::<Map>(map).version(), &visit))
    };
    visited.err().unwrap_or(0)
}

unsafe extern "C" fn clear(map: Raw) -> c_int {
    let py = attached();
    // SAFETY: called by the collector with a live map.
    let version = unsafe { contents::<Map>(map) }.take_version(py);
    store::release(py, version);
    0
}

unsafe extern "C" fn dealloc(map: Raw) {
    let py = attached();
    // SAFETY: the last reference is gone. The order is that of CPython's own types: untrack, weak
    // references, contents, memory, type.
    unsafe {
        let this: &Map = contents(map);
        let is_exact = is_map_class(ffi::Py_TYPE(map));
        // All maps come from `map::new_map` or its quick form, which track a map if it says so.
        if !is_exact || this.may_hold_tracked() {
            ffi::PyObject_GC_UnTrack(map.cast());
        }
        clear_weak_references(map);
        if store::release_keeping_dead(py, this.version()) {
            free::<Map>(py, map, is_exact);
        } else {
            drop_dead_and_free(py, map);
        }
    }
}

/// Drops what died with a map's version, and frees the map. Too deep inside other deallocators the
/// map waits, and the dead stay in the store. Whoever comes first drops them: at the latest this
/// map, whose version is the empty one by then.
///
/// # Safety
///
/// Called by `dealloc` with its object, whose version is released.
#[inline(never)]
unsafe fn drop_dead_and_free(py: Python<'_>, map: Raw) {
    // SAFETY: by the caller's promise; nobody but `dealloc` reads a map that waits.
    unsafe {
        let _ = contents::<Map>(map).take_version(py);
        end_nested(map, dealloc, || {
            store::drop_dead(py);
            free::<Map>(py, map, is_map_class(ffi::Py_TYPE(map)));
        });
    }
}
