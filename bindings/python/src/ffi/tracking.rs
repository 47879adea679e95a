//! What CPython's collector has to know of.

use std::ffi::c_void;

use pyo3::ffi;
use pyo3::prelude::*;

use super::instance::{is_map_class, is_set_class};

/// The collector's visitor.
pub(crate) struct Visit {
    visit: ffi::visitproc,
    arg: *mut c_void,
}

impl Visit {
    /// # Safety
    ///
    /// Both are what CPython passed to a `tp_traverse`. The visitor is not used after that returns.
    pub(crate) unsafe fn new(visit: ffi::visitproc, arg: *mut c_void) -> Self {
        Visit { visit, arg }
    }

    /// Shows the collector a reference to an object.
    ///
    /// # Errors
    ///
    /// What the collector returns, if that is not 0: the traversal ends with it.
    ///
    /// # Safety
    ///
    /// `object` is a live object.
    #[inline]
    pub(crate) unsafe fn show(&self, object: *mut ffi::PyObject) -> Result<(), i32> {
        // SAFETY: by the caller's promise, and that of `new`.
        match unsafe { (self.visit)(object, self.arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }
}

/// Whether the collector may ever have to know of an object. By CPython's own rule for tuples, and
/// one more: a map or set that is not tracked holds nothing that is.
#[inline]
pub(crate) fn may_be_tracked(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object and its type.
    unsafe { may_be_tracked_raw(object.as_ptr(), ffi::Py_TYPE(object.as_ptr())) }
}

/// [`may_be_tracked`].
///
/// # Safety
///
/// `object` is a live object, and `class` its type.
#[inline]
pub(super) unsafe fn may_be_tracked_raw(
    object: *mut ffi::PyObject,
    class: *mut ffi::PyTypeObject,
) -> bool {
    // SAFETY: by the caller's promise; reads of the type's flags.
    unsafe {
        if (*class).tp_flags & ffi::Py_TPFLAGS_HAVE_GC == 0 || ffi::PyObject_IS_GC(object) == 0 {
            return false;
        }
        let is_settled =
            class == &raw mut ffi::PyTuple_Type || is_map_class(class) || is_set_class(class);
        !is_settled || ffi::PyObject_GC_IsTracked(object) != 0
    }
}
