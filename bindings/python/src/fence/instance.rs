//! Instances of `Map`: how they are made, end, and are shown to the collector.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{PyTypeInfo, ffi};

use super::cell::{self, Guarded, attached};
use super::pool::Free;
use super::{Key, Object};
use crate::collect;
use crate::fault::Fault;
use crate::iter::{Kind, MapIterator};
use crate::map::Map;
use crate::store;

/// Where PyO3 keeps the Rust value in an instance: right behind the head. [`check`] makes sure.
pub(super) const CONTENTS: usize = size_of::<ffi::PyObject>();

/// The collector's visitor.
pub(crate) struct Visit {
    pub(super) visit: ffi::visitproc,
    pub(super) arg: *mut c_void,
}

impl Visit {
    /// Shows the collector a reference to a live object. Breaks with what it says, if not 0.
    #[inline]
    pub(super) fn raw(&self, object: *mut ffi::PyObject) -> Result<(), i32> {
        // SAFETY: a live object, within the call that handed the visitor over.
        match unsafe { (self.visit)(object, self.arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }
}

/// The map in an instance.
///
/// # Safety
///
/// `object` is a live instance of `Map` or of a subclass.
#[inline]
pub(super) unsafe fn map_of<'a>(object: *mut ffi::PyObject) -> &'a Map {
    // SAFETY: by the caller's promise.
    unsafe { contents(object) }
}

/// The Rust value in an instance of a class of this crate.
///
/// # Safety
///
/// `object` is a live instance of `T`, and `prepare` has found values of `T` where `CONTENTS` says.
#[inline]
pub(super) unsafe fn contents<'a, T>(object: *mut ffi::PyObject) -> &'a T {
    // SAFETY: contract 6.
    unsafe { &*object.byte_add(CONTENTS).cast::<T>() }
}

/// Of `Map` itself: making a map is half of what an update costs.
static FREE_MAPS: Guarded<Free<80>> = Guarded::new(Free::new());

/// An instance of `Map` itself, not tracked, its contents to be written; null with an exception set
/// if there is no memory.
///
/// # Safety
///
/// `class` is that of `Map`.
#[inline]
unsafe fn alloc_exact(py: Python<'_>, class: *mut ffi::PyTypeObject) -> *mut ffi::PyObject {
    let free = FREE_MAPS.with(py, Free::take);
    // SAFETY: memory of an instance that `dealloc` left whole but for its contents: untracked, and
    // without weak references. Or a new instance.
    unsafe {
        if let Ok(Some(object)) = free {
            return object;
        }
        let object = ffi::PyType_GenericAlloc(class, 0);
        if !object.is_null() {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        object
    }
}

/// An instance of `Map` itself, if that is what `like` is and there is memory. If not, the version
/// is released.
///
/// # Safety
///
/// `like` is a live instance of `Map` or of a subclass.
#[inline]
pub(super) unsafe fn new_exact(
    py: Python<'_>,
    like: *mut ffi::PyObject,
    version: hedgerow::Version,
    tracked: bool,
) -> Option<*mut ffi::PyObject> {
    // SAFETY: as in `new_map`.
    unsafe {
        let class = ffi::Py_TYPE(like);
        let object =
            if is_plain(py, class) { alloc_exact(py, class) } else { std::ptr::null_mut() };
        if object.is_null() {
            ffi::PyErr_Clear();
            let_go(py, version);
            return None;
        }
        if tracked {
            collect::takes_part(py, version);
        }
        // Made in its place.
        object.byte_add(CONTENTS).cast::<Map>().write(Map::new(version, tracked));
        if tracked {
            ffi::PyObject_GC_Track(object.cast());
        }
        Some(object)
    }
}

/// An instance of `class` (of `Map` itself if that is `None`), made without its `__new__`. If there
/// is no memory for it the version is released.
pub(crate) fn new_map<'py>(
    py: Python<'py>,
    class: Option<&Bound<'py, PyType>>,
    map: Map,
) -> PyResult<Bound<'py, Map>> {
    let class = class.map_or_else(|| Map::type_object_raw(py), |class| class.as_type_ptr());
    // SAFETY: a class of maps: its allocator gives a zeroed instance with room for a `Map`, tracked
    // by the collector, or null with an exception set.
    unsafe {
        let plain = is_plain(py, class);
        let object = if plain {
            alloc_exact(py, class)
        } else {
            (*class).tp_alloc.unwrap_or(ffi::PyType_GenericAlloc)(class, 0)
        };
        if object.is_null() {
            let error = PyErr::fetch(py);
            store::release(py, map.version())?;
            return Err(error);
        }
        let tracked = map.may_hold_tracked();
        if tracked {
            collect::takes_part(py, map.version());
        }
        object.byte_add(CONTENTS).cast::<Map>().write(map);
        if plain && tracked {
            ffi::PyObject_GC_Track(object.cast());
        }
        Ok(Bound::from_owned_ptr(py, object).cast_into_unchecked())
    }
}

/// Whether a class is `Map` itself: instances of subclasses have attributes, and are tracked.
#[inline]
fn is_plain(_: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    std::ptr::eq(class, MAP_CLASS.load(Relaxed))
}

/// `Map`, once it is prepared.
static MAP_CLASS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());

/// Writes the slots of `Map` that PyO3 has no form for. Called once, before anybody sees the type.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    cell::prepare(py)?;
    let probe = Bound::new(py, Map::empty(py)?)?;
    let contents = std::ptr::from_ref(probe.get()).addr() - probe.as_ptr().addr();
    if contents != CONTENTS {
        return Err(PyImportError::new_err("hedgerow: PyO3 lays its instances out in a new way"));
    }
    let iterator = MapIterator::over(&probe, Kind::Keys)?;
    let iterator_contents = std::ptr::from_ref(iterator.get()).addr() - iterator.as_ptr().addr();
    if iterator_contents != CONTENTS {
        return Err(PyImportError::new_err("hedgerow: PyO3 lays its instances out in a new way"));
    }
    // They end as PyO3 ends them, as they began.
    drop(iterator);
    drop(probe);
    let class = Map::type_object_raw(py);
    MAP_CLASS.store(class, Relaxed);
    // SAFETY: contract 6.
    unsafe {
        (*class).tp_dealloc = Some(dealloc);
        (*class).tp_traverse = Some(traverse);
        (*class).tp_clear = Some(clear);
    }
    Ok(())
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    let visit = Visit { visit, arg };
    // SAFETY: called by the collector with a live map; an instance of a heap type owns its type.
    unsafe {
        match visit
            .raw(ffi::Py_TYPE(object).cast())
            .and_then(|()| collect::on_traverse(map_of(object), &visit))
        {
            Ok(()) => 0,
            Err(stop) => stop,
        }
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: called by the collector with a live map, attached.
    unsafe {
        let py = attached();
        let map: &Map = map_of(object);
        let_go(py, map.take_version(py));
    }
    0
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let py = attached();
    // SAFETY: the last reference is gone; this ends the instance as CPython's own types do it:
    // untrack, weak references, contents, memory, type.
    unsafe {
        let map: &Map = contents(object);
        let class = ffi::Py_TYPE(object);
        let plain = is_plain(py, class);
        // What `new_map` and `new_exact` made is tracked if it says so; nothing else makes maps.
        if !plain || map.may_hold_tracked() {
            ffi::PyObject_GC_UnTrack(object.cast());
        }
        let weak_references = object.byte_offset((*class).tp_weaklistoffset);
        if !(*weak_references.cast::<*mut ffi::PyObject>()).is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let_go(py, map.version());
        if plain && matches!(FREE_MAPS.with(py, |free| free.keep(object)), Ok(true)) {
            return;
        }
        if let Some(free) = (*class).tp_free {
            free(object.cast());
        }
        ffi::Py_DECREF(class.cast());
    }
}

/// How deep releases nest before what died waits: maps in maps in maps must not take the stack.
const MAX_DEPTH: u32 = 50;

/// Releases of this thread that are dropping what died, and whether something waits in `QUEUE`.
struct Nest {
    depth: Cell<u32>,
    queued: Cell<bool>,
}

type Pairs = Vec<(Key, Object)>;

thread_local! {
    static NEST: Nest = const { Nest { depth: Cell::new(0), queued: Cell::new(false) } };
    static QUEUE: Cell<Pairs> = const { Cell::new(Vec::new()) };
    static QUEUED_OBJECTS: Cell<Vec<Object>> = const { Cell::new(Vec::new()) };
}

/// Releases a version, or abandons an open edit. What dies is dropped before this returns, unless
/// it is called from within fifty releases: then before the first of them returns.
#[inline]
pub(crate) fn let_go(py: Python<'_>, version: hedgerow::Version) {
    match cell::end_quickly(py, version) {
        Some((None, false)) => {}
        // Nothing ends here, so no code runs.
        Some((Some((key, value)), false)) if !key.is_only() && !value.is_only() => {}
        Some((first, _)) => drop_dead(py, first),
        None => let_go_slowly(py, version),
    }
}

/// Drops a reference that something else than a version held, and counts that as a release:
/// iterators may hold iterators as deep as maps hold maps.
pub(super) fn drop_nested(object: Object) {
    NEST.with(|nest| {
        let depth = nest.depth.get();
        if depth >= MAX_DEPTH {
            let mut queue = QUEUED_OBJECTS.take();
            queue.push(object);
            QUEUED_OBJECTS.set(queue);
            return nest.queued.set(true);
        }
        nest.depth.set(depth + 1);
        drop(object);
        if depth == 0 && nest.queued.get() {
            drop_queued(nest);
        }
        nest.depth.set(depth);
    });
}

/// Drops what died.
#[inline(never)]
fn drop_dead(py: Python<'_>, first: Option<(Key, Object)>) {
    NEST.with(|nest| {
        let depth = nest.depth.get();
        if depth >= MAX_DEPTH {
            return put_off(py, nest, first);
        }
        nest.depth.set(depth + 1);
        drop(first);
        report(py, cell::bury(py));
        if depth == 0 && nest.queued.get() {
            drop_queued(nest);
        }
        nest.depth.set(depth);
    });
}

#[cold]
fn put_off(py: Python<'_>, nest: &Nest, first: Option<(Key, Object)>) {
    let mut queue = QUEUE.take();
    queue.extend(first);
    report(py, cell::take_dead(py, &mut queue));
    QUEUE.set(queue);
    nest.queued.set(true);
}

#[cold]
fn drop_queued(nest: &Nest) {
    loop {
        let (mut pairs, mut objects) = (QUEUE.take(), QUEUED_OBJECTS.take());
        let (pair, object) = (pairs.pop(), objects.pop());
        // Put back before anything is dropped, which may queue more.
        QUEUE.set(pairs);
        QUEUED_OBJECTS.set(objects);
        if pair.is_none() && object.is_none() {
            break;
        }
        drop((pair, object));
    }
    nest.queued.set(false);
}

/// An open edit; or what cannot be released, which a destructor can only report.
#[cold]
fn let_go_slowly(py: Python<'_>, version: hedgerow::Version) {
    report(py, cell::end(py, version));
    drop_dead(py, None);
}

fn report(py: Python<'_>, done: Result<(), Fault>) {
    if let Err(fault) = done {
        PyErr::from(fault).write_unraisable(py, None);
    }
}
