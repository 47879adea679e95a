//! Pairs in and out: what a dict holds, and tuples of two.

use std::ptr::NonNull;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{Borrowed, ffi};

use super::key::quick_hash;
use super::object::may_be_tracked;
use super::{Key, Object};

/// The pairs of a dict with their folded hashes, as long as no key needs Python code to be hashed.
pub(crate) struct DictPairs<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
    tracked: bool,
    complete: bool,
}

impl<'a, 'py> DictPairs<'a, 'py> {
    pub(crate) fn new(dict: &'a Bound<'py, PyDict>) -> Self {
        DictPairs { dict, position: 0, tracked: false, complete: true }
    }

    /// Whether a key or value seen may be tracked by the collector.
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.tracked
    }

    /// Whether all pairs were seen, once the iterator has ended.
    pub(crate) fn was_complete(&self) -> bool {
        self.complete
    }
}

impl Iterator for DictPairs<'_, '_> {
    type Item = (u32, Key, Object);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let py = self.dict.py();
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: a live dict, which nobody changes as no Python code runs between two steps; the
        // references are borrowed from it, and cloned at once.
        unsafe {
            let dict = self.dict.as_ptr();
            if ffi::PyDict_Next(dict, &raw mut self.position, &raw mut key, &raw mut value) == 0 {
                return None;
            }
            let key = Borrowed::from_ptr(py, key);
            let Some(wanted) = quick_hash(key) else {
                self.complete = false;
                return None;
            };
            let value = Borrowed::from_ptr(py, value);
            self.tracked = self.tracked || may_be_tracked(&value);
            Some((wanted.hash, wanted.key(), Object::new(&value)))
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.dict.len(), None)
    }
}

/// A tuple of two.
#[inline]
pub(crate) fn pair(py: Python<'_>, first: Object, second: Object) -> PyResult<Object> {
    // SAFETY: a new tuple of two, whose slots are filled before anybody sees it.
    unsafe {
        let Some(tuple) = NonNull::new(ffi::PyTuple_New(2)) else {
            return Err(PyErr::fetch(py));
        };
        ffi::PyTuple_SET_ITEM(tuple.as_ptr(), 0, first.into_raw());
        ffi::PyTuple_SET_ITEM(tuple.as_ptr(), 1, second.into_raw());
        Ok(Object::from_raw(tuple))
    }
}

/// Shows a tuple to the collector again that it stopped looking at for its old contents.
#[inline]
pub(crate) fn track_again(tuple: &Object) {
    // SAFETY: a live tuple that `pair` made.
    unsafe {
        if ffi::PyObject_GC_IsTracked(tuple.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(tuple.as_ptr().cast());
        }
    }
}
