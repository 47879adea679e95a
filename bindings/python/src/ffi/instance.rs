//! Instances of this package's classes: where their contents are, and how they are made and freed.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pyo3::exceptions::{PyImportError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{PyClass, ffi};

use super::attached::attached;
use super::call::Raw;
use super::construct;
use super::free_list::Recycled;
use super::trashcan::end_nested;

/// Where PyO3 keeps the Rust value in an instance: right behind the head.
const CONTENTS: usize = size_of::<ffi::PyObject>();

/// # Errors
///
/// `ImportError`, where PyO3 does not keep the value of this instance where [`contents`] reads it.
pub(crate) fn check_contents<T: PyClass>(instance: &Bound<'_, T>, value: &T) -> PyResult<()> {
    if std::ptr::from_ref(value).addr() - instance.as_ptr().addr() == CONTENTS {
        return Ok(());
    }
    Err(PyImportError::new_err("hedgerow: PyO3 lays its instances out in a new way"))
}

/// The class of maps, once [`set_classes`] has been called.
static MAP_CLASS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());
/// The class of sets.
static SET_CLASS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());

/// Says which classes are those of maps and of sets. Called once, at import.
pub(crate) fn set_classes(maps: *mut ffi::PyTypeObject, sets: *mut ffi::PyTypeObject) {
    MAP_CLASS.store(maps, Relaxed);
    SET_CLASS.store(sets, Relaxed);
}

/// Whether a class is that of maps itself: instances of subclasses have attributes, and are always
/// tracked.
#[inline(always)]
pub(crate) fn is_map_class(class: *mut ffi::PyTypeObject) -> bool {
    std::ptr::eq(class, MAP_CLASS.load(Relaxed))
}

/// Whether a class is that of sets itself.
#[inline(always)]
pub(crate) fn is_set_class(class: *mut ffi::PyTypeObject) -> bool {
    std::ptr::eq(class, SET_CLASS.load(Relaxed))
}

/// The Rust value in an instance.
///
/// # Safety
///
/// `object` is a live instance of `T` or of a subclass; or of a class whose value is transparent
/// over `T`, as that of a set is over that of a map.
#[inline(always)]
pub(crate) unsafe fn contents<'a, T: PyClass>(object: Raw) -> &'a T {
    // SAFETY: by the caller's promise; contract 6.
    unsafe { &*object.byte_add(CONTENTS).cast() }
}

/// Where the Rust value of an instance is.
///
/// # Safety
///
/// `object` is memory of such an instance as [`contents`] takes.
#[inline(always)]
pub(crate) unsafe fn contents_ptr<T: PyClass>(object: Raw) -> *mut T {
    // SAFETY: by the caller's promise.
    unsafe { object.byte_add(CONTENTS).cast() }
}

/// An instance whose contents are still to be written. Nobody else knows of it.
#[must_use]
pub(crate) struct Unwritten<T> {
    object: Raw,
    /// Whether the collector tracks it already.
    is_tracked: bool,
    class: PhantomData<T>,
}

impl<T: PyClass> Unwritten<T> {
    /// Writes the contents. The collector knows the instance afterwards if `track` says so.
    #[inline(always)]
    pub(crate) fn write<'py>(self, py: Python<'py>, value: T, track: bool) -> Bound<'py, T> {
        self.write_in_place(py, || value, track)
    }

    /// [`write`](Unwritten::write), of contents that `make` builds where they are to be: an
    /// iterator is too large to be copied.
    #[inline(always)]
    pub(crate) fn write_in_place<'py>(
        self,
        py: Python<'py>,
        make: impl FnOnce() -> T,
        track: bool,
    ) -> Bound<'py, T> {
        // SAFETY: memory of an instance of `T`, whose one reference is given to the caller. The
        // collector sees it with its contents.
        unsafe {
            contents_ptr::<T>(self.object).write(make());
            if track && !self.is_tracked {
                ffi::PyObject_GC_Track(self.object.cast());
            }
            Bound::from_owned_ptr(py, self.object).cast_into_unchecked()
        }
    }
}

/// A new instance of `T` itself. `None` with an exception set where there is no memory.
#[inline(always)]
pub(crate) fn allocate<T: Recycled>(py: Python<'_>) -> Option<Unwritten<T>> {
    let object = match T::free_list().take(py) {
        Some(object) => object,
        None => allocate_untracked::<T>(py)?,
    };
    Some(Unwritten { object, is_tracked: false, class: PhantomData })
}

#[inline(never)]
fn allocate_untracked<T: PyClass>(py: Python<'_>) -> Option<Raw> {
    // SAFETY: PyO3's class of `T`, which has no allocator of its own: a new instance that is
    // tracked, or null with an exception set.
    unsafe {
        let object = ffi::PyType_GenericAlloc(T::type_object_raw(py), 0);
        if object.is_null() {
            return None;
        }
        ffi::PyObject_GC_UnTrack(object.cast());
        Some(object)
    }
}

/// A new instance of a subclass of `T`, made without its `__new__`.
///
/// # Errors
///
/// `TypeError` for any other class; `MemoryError`.
pub(crate) fn allocate_subclass<T: PyClass>(class: &Bound<'_, PyType>) -> PyResult<Unwritten<T>> {
    let py = class.py();
    let raw = class.as_type_ptr();
    // SAFETY: a subclass begins with the layout of its base, and its allocator gives a new instance
    // that is tracked, or null with an exception set.
    unsafe {
        if ffi::PyType_IsSubtype(raw, T::type_object_raw(py)) == 0 {
            let words = "hedgerow: not a subclass of the class that is to be made";
            return Err(construct::error::<PyTypeError>(py, words));
        }
        let object = (*raw).tp_alloc.unwrap_or(ffi::PyType_GenericAlloc)(raw, 0);
        if object.is_null() {
            return Err(construct::fetch(py));
        }
        Ok(Unwritten { object, is_tracked: true, class: PhantomData })
    }
}

/// Clears the weak references to an instance that is about to end.
///
/// # Safety
///
/// `object` is an instance, of a class that has weak references, whose last reference is gone.
#[inline]
pub(crate) unsafe fn clear_weak_references(object: Raw) {
    // SAFETY: by the caller's promise.
    unsafe {
        let weak_references = object.byte_offset((*ffi::Py_TYPE(object)).tp_weaklistoffset);
        if !(*weak_references.cast::<*mut ffi::PyObject>()).is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
    }
}

/// Frees the memory of an instance, or keeps it for the next one.
///
/// # Safety
///
/// `object` is an instance of `T` or of a subclass whose contents have been dropped, untracked and
/// without weak references. `is_exact` says whether its class is `T` itself.
#[inline]
pub(crate) unsafe fn free<T: Recycled>(py: Python<'_>, object: Raw, is_exact: bool) {
    // SAFETY: by the caller's promise; an instance of a heap type owns a reference to it.
    unsafe {
        if is_exact && T::free_list().keep(py, object) {
            return;
        }
        let class = ffi::Py_TYPE(object);
        (*class).tp_free.unwrap_or(ffi::PyObject_GC_Del)(object.cast());
        ffi::Py_DECREF(class.cast());
    }
}

/// `tp_dealloc` of a class that has neither weak references nor subclasses.
///
/// # Safety
///
/// For CPython alone, as that slot of `T`.
pub(crate) unsafe extern "C" fn dealloc<T: Recycled>(object: Raw) {
    // SAFETY: contract 6: the last reference is gone. The contents hold no reference of PyO3's own
    // kind, whose drop asks whether the thread is attached.
    let end = || unsafe {
        contents_ptr::<T>(object).drop_in_place();
        free::<T>(attached(), object, true);
    };
    // SAFETY: as above.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        if contents::<T>(object).may_nest() {
            end_nested(object, dealloc::<T>, end);
        } else {
            end();
        }
    }
}
