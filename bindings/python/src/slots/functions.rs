//! The functions of the module that take arguments. CPython checks these.

use std::ptr::null_mut;

use pyo3::ffi;
use pyo3::prelude::*;

use super::arguments::{check_parsed, if_given};
use crate::ffi::call::{Raw, borrowed, call_safely};
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::{collect, statistics};

/// Adds the functions to the module. Called whenever it is made.
pub(super) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    method::add_function(module, &ON_COLLECTION)?;
    method::add_function(module, &SET_LIMITS)
}

static ON_COLLECTION: Method = method::fast(
    c"_on_collection",
    on_collection,
    c"_on_collection(phase, info, /)\n--\n\n\
      Called by CPython at the start and end of each collection: see `gc.callbacks`.",
);
static SET_LIMITS: Method = method::keywords(
    c"_set_limits",
    set_limits,
    c"_set_limits(words=None, entries=None)\n--\n\n\
      For tests: what the store may grow to. Without a number, what its handles can address.",
);

unsafe extern "C" fn on_collection(_: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"_on_collection", count, 2, 2)?;
        collect::on_collection(&borrowed(py, *arguments), &borrowed(py, *arguments.add(1)))?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn set_limits(_: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"words".as_ptr(), c"entries".as_ptr(), std::ptr::null()];
    let (mut words, mut entries) = (null_mut(), null_mut());
    // SAFETY: called by CPython with a tuple, and a dict or null, which outlive what is borrowed
    // from them. The format asks for up to two objects.
    call_safely(|py| unsafe {
        check_parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"|OO:_set_limits".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                &raw mut words,
                &raw mut entries,
            ),
        )?;
        let limit = |given: Raw| {
            let Some(given) = if_given(py, given) else { return Ok(None) };
            let limit = ffi::PyLong_AsSize_t(given.as_ptr());
            PyErr::take(py).map_or(Ok(Some(limit)), Err)
        };
        statistics::set_limits(py, limit(words)?, limit(entries)?)?;
        Ok(py.None().into_bound(py))
    })
}
