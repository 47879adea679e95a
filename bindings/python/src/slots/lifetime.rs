//! How maps and sets are shown to the collector, and how they end.

use std::ffi::{c_int, c_void};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use crate::ffi::attached::attached;
use crate::ffi::call::Raw;
use crate::ffi::collector;
use crate::ffi::instance::{check_contents, clear_weak_references, contents, free, set_classes};
use crate::ffi::tracking::Visit;
use crate::ffi::trashcan::{self, end_nested};
use crate::iterator::{Kind, MapIterator};
use crate::map::{Collection, Map};
use crate::set::Set;
use crate::store;

/// Sets the slots of `Map` and `Set` that PyO3 has no form for. Called once, before anybody sees
/// the types.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Bound::new(py, Map::empty(py)?)?;
    check_contents(&map, map.get())?;
    let set = Bound::new(py, Set::of_map(Map::empty(py)?))?;
    check_contents(&set, set.get())?;
    let iterator = MapIterator::over(&map, Kind::Keys)?;
    check_contents(&iterator, iterator.get())?;
    if !trashcan::is_layout_known() {
        return Err(PyImportError::new_err("hedgerow: CPython lays its thread states out anew"));
    }
    // PyO3 made them, and ends them.
    drop(iterator);
    drop((map, set));
    let (maps, sets) = (Map::type_object_raw(py), Set::type_object_raw(py));
    set_classes(maps, sets);
    // SAFETY: contract 6.
    unsafe {
        (*maps).tp_dealloc = Some(dealloc::<Map>);
        (*sets).tp_dealloc = Some(dealloc::<Set>);
        for class in [maps, sets] {
            (*class).tp_traverse = Some(traverse);
            (*class).tp_clear = Some(clear);
        }
    }
    Ok(())
}

unsafe extern "C" fn traverse(map: Raw, visit: ffi::visitproc, arg: *mut c_void) -> c_int {
    // SAFETY: called by the collector with a live map or set. An instance of a heap type owns its
    // type.
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
    // SAFETY: called by the collector with a live map or set.
    let version = unsafe { contents::<Map>(map) }.take_version(py);
    store::release(py, version);
    0
}

unsafe extern "C" fn dealloc<T: Collection>(map: Raw) {
    let py = attached();
    // SAFETY: the last reference is gone. The order is that of CPython's own types: untrack, weak
    // references, contents, memory, type.
    unsafe {
        let this: &Map = contents(map);
        let is_exact = T::is_class(ffi::Py_TYPE(map));
        // All of these come from `map::new_map` or its quick form, which track what says so.
        if !is_exact || this.may_hold_tracked() {
            ffi::PyObject_GC_UnTrack(map.cast());
        }
        clear_weak_references(map);
        if store::release_keeping_dead(py, this.version()) {
            free::<T>(py, map, is_exact);
        } else {
            drop_dead_and_free::<T>(py, map);
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
unsafe fn drop_dead_and_free<T: Collection>(py: Python<'_>, map: Raw) {
    // SAFETY: by the caller's promise; nobody but `dealloc` reads a map that waits.
    unsafe {
        let _ = contents::<Map>(map).take_version(py);
        end_nested(map, dealloc::<T>, || {
            store::drop_dead(py);
            free::<T>(py, map, T::is_class(ffi::Py_TYPE(map)));
        });
    }
}
