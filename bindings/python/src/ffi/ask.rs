//! Asking Python whether two keys are equal.

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::attached::attached;
use super::call::{Raised, Raw, raise};
use super::stack::{Room, room, too_deep};
use super::type_queries::are_equal;

/// Whether two keys are equal: `a == b`, as a truth value. Nothing is borrowed.
///
/// CPython's own function counts how deep it is nested, and asks which of the two types goes first.
/// Where it is known that the stack is long enough, and both types are the same, the slot of the
/// type is called directly: that is half of what asking costs.
#[inline(always)]
pub(crate) fn ask<'py>(
    a: Borrowed<'_, 'py, PyAny>,
    b: Borrowed<'_, 'py, PyAny>,
) -> Result<bool, Raised> {
    // From 3.14 on CPython looks at the stack itself.
    if !cfg!(Py_3_14) {
        match room() {
            // SAFETY: live objects.
            Room::Enough => return unsafe { ask_slot(a.as_ptr(), b.as_ptr()) },
            Room::Short => return Err(raise(too_deep(a.py(), c" while comparing keys"))),
            Room::Unknown => {}
        }
    }
    are_equal(a, b)
}

/// [`are_equal`], without its count.
///
/// # Safety
///
/// Live objects.
#[inline(always)]
unsafe fn ask_slot(a: Raw, b: Raw) -> Result<bool, Raised> {
    // SAFETY: by the caller's promise. A type's slot is called with instances of it, as CPython
    // calls it. It returns a new reference, or null with an exception set.
    unsafe {
        let class = ffi::Py_TYPE(a);
        if class == ffi::Py_TYPE(b)
            && let Some(compare) = (*class).tp_richcompare
        {
            let answer = compare(a, b, ffi::Py_EQ);
            if answer == ffi::Py_True() {
                ffi::Py_DECREF(answer);
                return Ok(true);
            }
            return truth(answer, a, b);
        }
        are_equal(Borrowed::from_ptr(attached(), a), Borrowed::from_ptr(attached(), b))
    }
}

/// What an answer other than True means: of the first object's slot for `a == b`.
///
/// # Safety
///
/// Live objects; and a reference, or null with an exception set.
#[cold]
unsafe fn truth(mut answer: Raw, a: Raw, b: Raw) -> Result<bool, Raised> {
    // SAFETY: by the caller's promise; as in `ask_slot`. The reference is given back.
    unsafe {
        if answer == ffi::Py_NotImplemented()
            && let Some(compare) = (*ffi::Py_TYPE(b)).tp_richcompare
        {
            ffi::Py_DECREF(answer);
            answer = compare(b, a, ffi::Py_EQ);
        }
        if answer.is_null() {
            return Err(Raised);
        }
        if answer == ffi::Py_NotImplemented() {
            ffi::Py_DECREF(answer);
            return Ok(a == b);
        }
        let truth = ffi::PyObject_IsTrue(answer);
        ffi::Py_DECREF(answer);
        if truth < 0 { Err(Raised) } else { Ok(truth == 1) }
    }
}
