//! Questions about an object's type that PyO3 has no function for.

use std::ffi::c_int;

use pyo3::basic::CompareOp;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::call::Raised;

/// Whether instances of this object's type can be hashed at all.
pub(crate) fn is_hashable(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object; a read of its type, which is ready.
    let hash = unsafe { (*ffi::Py_TYPE(object.as_ptr())).tp_hash };
    let refuse: ffi::hashfunc = ffi::PyObject_HashNotImplemented;
    hash.is_some_and(|hash| !std::ptr::fn_addr_eq(hash, refuse))
}

/// Whether an object is hashed by the method of `frozendict`. It computes what that of a map does:
/// `hash(frozenset(items))`.
pub(crate) fn is_hashed_as_maps_are(object: &Bound<'_, PyAny>) -> bool {
    #[cfg(Py_3_15)]
    // SAFETY: as above; and a static type of CPython.
    unsafe {
        let hash = (*ffi::Py_TYPE(object.as_ptr())).tp_hash;
        let frozen = (&raw const ffi::PyFrozenDict_Type).read().tp_hash;
        hash.zip(frozen).is_some_and(|(hash, frozen)| std::ptr::fn_addr_eq(hash, frozen))
    }
    #[cfg(not(Py_3_15))]
    {
        let _ = object;
        false
    }
}

/// `a == b`, as a truth value. Asks neither object where both are the same.
#[inline]
pub(crate) fn are_equal(
    a: Borrowed<'_, '_, PyAny>,
    b: Borrowed<'_, '_, PyAny>,
) -> Result<bool, Raised> {
    // SAFETY: live objects; -1 with an exception set.
    match unsafe { ffi::PyObject_RichCompareBool(a.as_ptr(), b.as_ptr(), ffi::Py_EQ) } {
        -1 => Err(Raised),
        answer => Ok(answer == 1),
    }
}

/// Compares by the slot of the type of `asked` alone; `None` where that declines.
pub(crate) fn rich_compare<'py>(
    asked: &Bound<'py, PyAny>,
    other: &Bound<'py, PyAny>,
    op: CompareOp,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = asked.py();
    // SAFETY: live objects. A type's slot is called with an instance of it, as CPython calls it. It
    // returns a new reference, or null with an exception set.
    let answer = unsafe {
        let Some(compare) = (*ffi::Py_TYPE(asked.as_ptr())).tp_richcompare else {
            return Ok(None);
        };
        let answer = compare(asked.as_ptr(), other.as_ptr(), op as c_int);
        Bound::from_owned_ptr_or_err(py, answer)?
    };
    Ok((!answer.is(py.NotImplemented())).then_some(answer))
}
