//! Owned references.

use std::ptr::NonNull;

use pyo3::prelude::*;
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::Verdict;
use super::cell::{self, attached};
use crate::map::Map;

/// One owned reference. Unlike [`Py`] it does not ask whether the thread is attached (contract 1).
#[repr(transparent)]
pub(crate) struct Object(NonNull<ffi::PyObject>);

// SAFETY: contract 1. Objects are only touched by the thread that holds the interpreter lock.
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Object {
    /// A new reference.
    #[inline]
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Self {
        // SAFETY: the pointer is that of a live object.
        unsafe { Object::clone_raw(object.as_ptr()) }
    }

    /// An owned reference, from CPython.
    ///
    /// # Safety
    ///
    /// The reference is given to the new object.
    #[inline]
    pub(super) unsafe fn from_raw(object: NonNull<ffi::PyObject>) -> Self {
        Object(object)
    }

    /// The reference of a `Bound`.
    #[inline]
    pub(crate) fn of(object: Bound<'_, PyAny>) -> Self {
        // SAFETY: `into_ptr` gives the reference away, and is not null.
        Object(unsafe { NonNull::new_unchecked(object.into_ptr()) })
    }

    /// A new reference to a live object.
    ///
    /// # Safety
    ///
    /// `object` is a live object.
    #[inline]
    pub(super) unsafe fn clone_raw(object: *mut ffi::PyObject) -> Self {
        // SAFETY: by the caller's promise; contract 1.
        unsafe {
            ffi::Py_INCREF(object);
            Object(NonNull::new_unchecked(object))
        }
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// To look at it.
    #[inline]
    pub(crate) fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: live for as long as `self` is (contract 2).
        unsafe { Borrowed::from_ptr(py, self.as_ptr()) }
    }

    /// To be shown to the collector by PyO3.
    pub(crate) fn as_py(&self) -> &Py<PyAny> {
        // SAFETY: both are one non-null pointer, transparently.
        unsafe { &*std::ptr::from_ref(self).cast::<Py<PyAny>>() }
    }

    /// The reference, for PyO3.
    #[inline]
    pub(crate) fn into_bound(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: the reference is given on.
        unsafe { Bound::from_owned_ptr(py, self.into_raw()) }
    }

    /// The reference, for CPython.
    #[inline]
    pub(super) fn into_raw(self) -> *mut ffi::PyObject {
        let pointer = self.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// Whether both are one object.
    #[inline]
    pub(crate) fn is_bound(&self, other: &Bound<'_, PyAny>) -> bool {
        self.as_ptr() == other.as_ptr()
    }

    /// Asks for the object to be brought into the cache.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch(self.as_ptr());
    }

    /// Whether this is the only reference.
    #[inline]
    pub(crate) fn is_only(&self) -> bool {
        // SAFETY: live (contract 2).
        unsafe { ffi::Py_REFCNT(self.as_ptr()) == 1 }
    }

    /// Whether both are one object.
    #[inline]
    pub(crate) fn is(&self, other: &Object) -> bool {
        self.0 == other.0
    }
}

impl Clone for Object {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: live (contract 2).
        unsafe { Object::clone_raw(self.as_ptr()) }
    }
}

impl Drop for Object {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this owns the reference; contract 1. Contract 3: the last reference of an object
        // is not let go of while the store is borrowed.
        unsafe {
            if cell::is_busy() && ffi::Py_REFCNT(self.as_ptr()) == 1 {
                cell::keep_for_later(Python::assume_attached(), Object(self.0));
            } else {
                ffi::Py_DECREF(self.as_ptr());
            }
        }
    }
}

/// An owned reference to a map.
pub(crate) struct MapObject(Object);

impl MapObject {
    #[inline]
    pub(crate) fn new(map: &Bound<'_, Map>) -> Self {
        MapObject(Object::new(map))
    }

    #[inline]
    pub(crate) fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, Map> {
        // SAFETY: made of a map.
        unsafe { self.0.bound(py).cast_unchecked() }
    }

    /// To be shown to the collector by PyO3.
    pub(crate) fn as_py(&self) -> &Py<PyAny> {
        self.0.as_py()
    }
}

/// Asks for an object to be brought into the cache.
#[inline]
pub(super) fn prefetch(object: *mut ffi::PyObject) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(object.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = object;
}

/// Whether two values are equal, if that can be told without running Python code.
#[inline]
pub(crate) fn judge_values(a: &Object, b: &Object) -> Verdict {
    if a.is(b) {
        return Verdict::Same;
    }
    // SAFETY: live objects; comparing exact objects of these types runs no Python code, and cannot
    // fail.
    unsafe {
        let kind = ffi::Py_TYPE(a.as_ptr());
        let plain = kind == &raw mut ffi::PyLong_Type
            || kind == &raw mut ffi::PyUnicode_Type
            || kind == &raw mut ffi::PyFloat_Type;
        if kind != ffi::Py_TYPE(b.as_ptr()) || !plain {
            return Verdict::Ask;
        }
        match ffi::PyObject_RichCompareBool(a.as_ptr(), b.as_ptr(), ffi::Py_EQ) {
            1 => Verdict::Same,
            0 => Verdict::Other,
            _ => Verdict::Ask,
        }
    }
}

/// Whether the collector may ever have to know of the object: CPython's own rule, with the addition
/// that a map which is not tracked holds nothing that is.
#[inline]
pub(crate) fn may_be_tracked(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object.
    unsafe { holds_tracked(object.as_ptr(), ffi::Py_TYPE(object.as_ptr())) }
}

/// [`may_be_tracked`].
///
/// # Safety
///
/// `object` is a live object, and `class` its type.
#[inline]
pub(super) unsafe fn holds_tracked(
    object: *mut ffi::PyObject,
    class: *mut ffi::PyTypeObject,
) -> bool {
    // SAFETY: a live object; reads of its type's flags.
    unsafe {
        if (*class).tp_flags & ffi::Py_TPFLAGS_HAVE_GC == 0 || ffi::PyObject_IS_GC(object) == 0 {
            return false;
        }
        let settled =
            class == &raw mut ffi::PyTuple_Type || class == Map::type_object_raw(attached());
        !settled || ffi::PyObject_GC_IsTracked(object) != 0
    }
}
