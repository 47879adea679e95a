//! Arguments that CPython passes as a tuple and a dict.

use std::ffi::c_int;

use pyo3::Borrowed;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::ffi::call::{Raw, borrowed, instance};
use crate::ffi::construct;

/// The arguments as PyO3 has them.
///
/// # Safety
///
/// `arguments` is a live tuple, and `keywords` a live dict or null.
pub(super) unsafe fn tuple_and_dict<'a, 'py>(
    py: Python<'py>,
    arguments: Raw,
    keywords: Raw,
) -> (Borrowed<'a, 'py, PyTuple>, Option<Borrowed<'a, 'py, PyDict>>) {
    // SAFETY: by the caller's promise.
    unsafe { (instance(py, arguments), (!keywords.is_null()).then(|| instance(py, keywords))) }
}

/// The positional argument of a function that takes at most one, and any keywords.
pub(super) fn at_most_one<'py>(
    function: &str,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if arguments.len() > 1 {
        let words = format!("{function} expected at most 1 argument, got {}", arguments.len());
        return Err(construct::error::<PyTypeError>(arguments.py(), &words));
    }
    Ok(arguments.iter().next())
}

/// The result of `PyArg_ParseTupleAndKeywords`.
pub(super) fn check_parsed(py: Python<'_>, status: c_int) -> PyResult<()> {
    if status == 0 { Err(construct::fetch(py)) } else { Ok(()) }
}

/// An optional argument that was parsed; `None` of Python stands for none.
///
/// # Safety
///
/// `argument` is a live object or null.
pub(super) unsafe fn if_given<'a, 'py>(
    py: Python<'py>,
    argument: Raw,
) -> Option<Borrowed<'a, 'py, PyAny>> {
    if argument.is_null() {
        return None;
    }
    // SAFETY: by the caller's promise.
    Some(unsafe { borrowed(py, argument) }).filter(|argument| !argument.is_none())
}
