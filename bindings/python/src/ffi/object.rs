//! Owned references.

use std::marker::PhantomData;
use std::ptr::NonNull;

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::attached::attached;
use super::guarded::{Flag, Guarded};
use super::plain::{same_int, same_str};

/// One owned reference. Unlike [`Py`] it does not ask whether the thread is attached (contract 1).
#[repr(transparent)]
pub(crate) struct Object(NonNull<ffi::PyObject>);

// SAFETY: contract 1. Only the thread that holds the interpreter lock touches objects.
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Object {
    /// A new reference.
    #[inline]
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Self {
        let object = object.as_ptr();
        // SAFETY: a `Bound` refers to a live object; contract 1.
        unsafe {
            ffi::Py_INCREF(object);
            Object(NonNull::new_unchecked(object))
        }
    }

    /// Takes over a reference that CPython gave.
    ///
    /// # Safety
    ///
    /// The caller owns the reference, and gives it away.
    #[inline]
    pub(crate) unsafe fn from_raw(object: NonNull<ffi::PyObject>) -> Self {
        Object(object)
    }

    /// Takes over the reference of a `Bound`.
    #[inline]
    pub(crate) fn of(object: Bound<'_, PyAny>) -> Self {
        // SAFETY: `into_ptr` gives the reference away, and is not null.
        Object(unsafe { NonNull::new_unchecked(object.into_ptr()) })
    }

    /// A new reference.
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

    /// The object, as PyO3 borrows one.
    #[inline]
    pub(crate) fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: live for as long as `self` is (contract 2).
        unsafe { Borrowed::from_ptr(py, self.as_ptr()) }
    }

    /// The object, as PyO3's visitors of the collector take one.
    pub(crate) fn as_py(&self) -> &Py<PyAny> {
        // SAFETY: both types are transparent over one non-null pointer.
        unsafe { &*std::ptr::from_ref(self).cast::<Py<PyAny>>() }
    }

    /// Gives the reference to PyO3.
    #[inline]
    pub(crate) fn into_bound(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: the reference is given away.
        unsafe { Bound::from_owned_ptr(py, self.into_raw()) }
    }

    /// Gives the reference to CPython.
    #[inline]
    pub(crate) fn into_raw(self) -> *mut ffi::PyObject {
        let pointer = self.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// Whether both are one object.
    #[inline]
    pub(crate) fn is_bound(&self, other: &Bound<'_, PyAny>) -> bool {
        self.as_ptr() == other.as_ptr()
    }

    /// Whether both are one object.
    #[inline]
    pub(crate) fn is(&self, other: &Object) -> bool {
        self.0 == other.0
    }

    /// Whether this is the only reference.
    #[inline]
    pub(crate) fn is_only(&self) -> bool {
        // SAFETY: live (contract 2).
        unsafe { ffi::Py_REFCNT(self.as_ptr()) == 1 }
    }

    /// Prefetches the object's head, where its reference count is.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch(self.as_ptr());
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
        // SAFETY: this owns the reference; contract 1. While the store is borrowed no destructor
        // may run, so a last reference is kept until the borrow ends (contract 3).
        unsafe {
            if STORE_IS_BORROWED.0.get() && ffi::Py_REFCNT(self.as_ptr()) == 1 {
                defer_drop(Object(self.0));
            } else {
                ffi::Py_DECREF(self.as_ptr());
            }
        }
    }
}

/// Whether the store is borrowed. `store_cell` sets it.
pub(super) static STORE_IS_BORROWED: Flag = Flag::new();
/// Whether there is something in `DEFERRED`.
static HAS_DEFERRED: Flag = Flag::new();
/// Last references that were dropped while the store was borrowed.
static DEFERRED: Guarded<Vec<Object>> = Guarded::new(Vec::new());

#[cold]
fn defer_drop(object: Object) {
    HAS_DEFERRED.0.set(true);
    let _ = DEFERRED.with(attached(), |deferred| deferred.push(object));
}

/// Drops the references that could not be dropped during a borrow of the store, which has ended.
#[inline(always)]
pub(super) fn drop_deferred() {
    if HAS_DEFERRED.0.get() {
        drop_all_deferred();
    }
}

#[cold]
fn drop_all_deferred() {
    HAS_DEFERRED.0.set(false);
    // Taken out first: a destructor may come back here.
    drop(DEFERRED.with(attached(), std::mem::take));
}

/// An owned reference to an instance of `T`.
pub(crate) struct ObjectOf<T>(Object, PhantomData<T>);

impl<T> ObjectOf<T> {
    #[inline]
    pub(crate) fn new(object: &Bound<'_, T>) -> Self {
        ObjectOf(Object::new(object.as_any()), PhantomData)
    }

    #[inline]
    pub(crate) fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, T> {
        // SAFETY: `new` took a reference to an instance of `T`.
        unsafe { self.0.bound(py).cast_unchecked() }
    }

    /// The object, as PyO3's visitors of the collector take one.
    pub(crate) fn as_py(&self) -> &Py<PyAny> {
        self.0.as_py()
    }
}

/// Prefetches the head of an object.
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

/// Whether two values are equal, if that can be said without running Python code.
#[inline]
pub(crate) fn compare_values(a: &Object, b: &Object) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    // SAFETY: live objects, of the exact type that is asked for. A str that is not ready (3.11) is
    // left to Python.
    unsafe {
        let (a, b) = (a.as_ptr(), b.as_ptr());
        let class = ffi::Py_TYPE(a);
        if class != ffi::Py_TYPE(b) {
            None
        } else if class == &raw mut ffi::PyLong_Type {
            Some(same_int(a, b))
        } else if class == &raw mut ffi::PyUnicode_Type {
            (is_ready(a) && is_ready(b)).then(|| same_str(a, b))
        } else if class == &raw mut ffi::PyFloat_Type {
            Some(ffi::PyFloat_AS_DOUBLE(a) == ffi::PyFloat_AS_DOUBLE(b))
        } else {
            None
        }
    }
}

/// Whether the kind and the characters of a str can be read.
///
/// # Safety
///
/// `object` is a live `str`.
unsafe fn is_ready(object: *mut ffi::PyObject) -> bool {
    #[cfg(not(Py_3_12))]
    // SAFETY: by the caller's promise.
    return unsafe { ffi::PyUnicode_IS_READY(object) != 0 };
    #[cfg(Py_3_12)]
    {
        let _ = object;
        true
    }
}
