//! What slots and methods have in common: their arguments, and how errors and panics leave them.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::construct;

/// An object as CPython passes it.
pub(crate) type Raw = *mut ffi::PyObject;

/// An exception is set.
pub(crate) struct Raised;

impl Raised {
    /// Takes the exception.
    #[cold]
    pub(crate) fn fetch(self, py: Python<'_>) -> PyErr {
        construct::fetch(py)
    }
}

/// Calls `work` attached as PyO3 wants it. Errors and panics become exceptions, and null.
#[inline(never)]
pub(crate) fn call_safely(
    work: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyAny>>,
) -> Raw {
    or_null(try_safely(|py| work(py).map(Bound::into_ptr)))
}

/// A new reference for CPython, or null.
#[inline]
pub(crate) fn or_null(result: Result<Raw, Raised>) -> Raw {
    result.unwrap_or(std::ptr::null_mut())
}

/// [`call_safely`], for other results.
#[inline(always)]
pub(crate) fn try_safely<T>(
    work: impl for<'py> FnOnce(Python<'py>) -> PyResult<T>,
) -> Result<T, Raised> {
    let call = |py: Python<'_>| {
        match catch_unwind(AssertUnwindSafe(|| {
            // PyO3 makes some exceptions late. It does so here, where panics are caught.
            work(py).inspect_err(|error| {
                error.value(py);
            })
        })) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                error.restore(py);
                Err(Raised)
            }
            Err(_) => {
                let words = "hedgerow: an operation panicked; this is a bug of hedgerow";
                construct::error::<PySystemError>(py, words).restore(py);
                Err(Raised)
            }
        }
    };
    // SAFETY: contract 1. Not `attach`, which panics while the interpreter is ending: destructors
    // and callbacks use maps until the very end.
    unsafe { Python::attach_unchecked(call) }
}

/// What a slot returns that answers a question: 1 or 0; -1 with an exception.
#[inline]
pub(crate) fn answer(answer: Result<bool, Raised>) -> c_int {
    answer.map_or(-1, c_int::from)
}

/// Sets an exception.
#[cold]
pub(crate) fn raise(error: PyErr) -> Raised {
    call_safely(|_| Err(error));
    Raised
}

/// A new object for CPython; null with an exception for an error.
#[inline]
pub(crate) fn object_or_null<T>(result: PyResult<Bound<'_, T>>) -> Raw {
    match result {
        Ok(object) => object.into_ptr(),
        Err(error) => call_safely(|_| Err(error)),
    }
}

/// What a length slot returns.
#[inline]
pub(crate) fn length_or_raise(length: PyResult<usize>) -> ffi::Py_ssize_t {
    match length {
        // A map has less than 2^32 entries.
        Ok(length) => length as ffi::Py_ssize_t,
        Err(error) => {
            raise(error);
            -1
        }
    }
}

/// # Safety
///
/// `object` is a live object.
#[inline(always)]
pub(crate) unsafe fn borrowed<'a, 'py>(py: Python<'py>, object: Raw) -> Borrowed<'a, 'py, PyAny> {
    // SAFETY: by the caller's promise. PyO3 would check that it is not null.
    unsafe {
        std::hint::assert_unchecked(!object.is_null());
        Borrowed::from_ptr(py, object)
    }
}

/// # Safety
///
/// `object` is a live instance of `T`.
#[inline(always)]
pub(crate) unsafe fn instance<'a, 'py, T>(py: Python<'py>, object: Raw) -> Borrowed<'a, 'py, T> {
    // SAFETY: by the caller's promise.
    unsafe { borrowed(py, object).cast_unchecked() }
}
