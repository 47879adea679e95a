//! Pairs of key and value: those of a dict, those in a tuple, and tuples.

use std::ptr::NonNull;

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{Borrowed, ffi};

use super::any_dict::AnyDict;
use super::call::{Raw, call_safely};
use super::construct;
use super::hashed_plainly::may_have_plain_hash;
use super::key::{HashedKey, Key};
use super::object::Object;
use super::tracking::may_be_tracked;

/// The pairs of a dict with their folded hashes. Ends at the first key that needs Python code to be
/// hashed.
pub(crate) struct DictPairs<'a, 'py> {
    dict: AnyDict<'a, 'py>,
    position: ffi::Py_ssize_t,
    tracked: bool,
    complete: bool,
}

impl<'a, 'py> DictPairs<'a, 'py> {
    pub(crate) fn new(dict: AnyDict<'a, 'py>) -> Self {
        DictPairs { dict, position: 0, tracked: false, complete: true }
    }

    /// Whether a pair so far may hold what the collector tracks.
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.tracked
    }

    /// Whether the type of the first key, if there is one, is one that can be hashed without Python
    /// code.
    pub(crate) fn begins_plain(&self) -> bool {
        let (mut position, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: as in `next`.
        unsafe {
            let dict = self.dict.as_ptr();
            ffi::PyDict_Next(dict, &raw mut position, &raw mut key, &raw mut value) == 0
                || may_have_plain_hash(ffi::Py_TYPE(key))
        }
    }

    /// Whether there were all pairs, once the iterator has ended.
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
        // SAFETY: any dict. Nobody changes it, because no Python code runs between two steps.
        // The references are borrowed from it, and cloned at once.
        unsafe {
            let dict = self.dict.as_ptr();
            if ffi::PyDict_Next(dict, &raw mut self.position, &raw mut key, &raw mut value) == 0 {
                return None;
            }
            let key = Borrowed::from_ptr(py, key);
            let Some(hashed) = HashedKey::new_plain(key) else {
                self.complete = false;
                return None;
            };
            let value = Borrowed::from_ptr(py, value);
            self.tracked = self.tracked || hashed.may_be_tracked() || may_be_tracked(&value);
            Some((hashed.hash, hashed.key(), Object::new(&value)))
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.dict.len(), None)
    }
}

/// The pairs of a tuple of keys and values in turn, with their folded hashes. Ends at the first key
/// that cannot be hashed.
pub(crate) struct TuplePairs<'a, 'py> {
    items: &'a Bound<'py, PyTuple>,
    /// How many items have a partner.
    count: usize,
    position: usize,
    tracked: bool,
    error: Option<PyErr>,
}

impl<'a, 'py> TuplePairs<'a, 'py> {
    pub(crate) fn new(items: &'a Bound<'py, PyTuple>) -> Self {
        let count = items.len() & !1;
        TuplePairs { items, count, position: 0, tracked: false, error: None }
    }

    /// Whether a pair so far may hold what the collector tracks.
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.tracked
    }

    /// # Errors
    ///
    /// Why a key could not be hashed.
    pub(crate) fn end(self) -> PyResult<()> {
        self.error.map_or(Ok(()), Err)
    }
}

impl Iterator for TuplePairs<'_, '_> {
    type Item = (u32, Key, Object);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.count {
            return None;
        }
        // SAFETY: a tuple of at least `count` items, which do not change.
        let [key, value] = unsafe {
            [self.position, self.position + 1].map(|at| {
                let item = ffi::PyTuple_GET_ITEM(self.items.as_ptr(), at as ffi::Py_ssize_t);
                Borrowed::from_ptr(self.items.py(), item)
            })
        };
        self.position += 2;
        let hashed = match HashedKey::new(&key) {
            Ok(hashed) => hashed,
            Err(error) => {
                self.error = Some(error);
                return None;
            }
        };
        self.tracked = self.tracked || hashed.may_be_tracked() || may_be_tracked(&value);
        Some((hashed.hash, hashed.key(), Object::new(&value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.count - self.position) / 2;
        (left, Some(left))
    }
}

/// A tuple of two.
#[inline]
pub(crate) fn pair(py: Python<'_>, first: Object, second: Object) -> PyResult<Object> {
    let tuple = NonNull::new(pair_or_null(first, second)).ok_or_else(|| construct::fetch(py))?;
    // SAFETY: a new tuple.
    Ok(unsafe { Object::from_raw(tuple) })
}

/// [`pair`], for CPython: null with an exception set where there is no memory.
#[inline(always)]
pub(crate) fn pair_or_null(first: Object, second: Object) -> Raw {
    // Raw, because an `Object` would be kept in memory for its drop.
    let (first, second) = (first.into_raw(), second.into_raw());
    // SAFETY: a new tuple of two, whose slots are filled before anybody sees it. The two references
    // are given away once.
    unsafe {
        let tuple = ffi::PyTuple_New(2);
        if tuple.is_null() {
            return without_memory(first, second);
        }
        ffi::PyTuple_SET_ITEM(tuple, 0, first);
        ffi::PyTuple_SET_ITEM(tuple, 1, second);
        tuple
    }
}

/// Drops two references after CPython has failed.
///
/// # Safety
///
/// The caller owns both, and gives them away.
#[cold]
#[inline(never)]
unsafe fn without_memory(first: Raw, second: Raw) -> Raw {
    call_safely(|py| {
        let error = construct::fetch(py);
        // SAFETY: by the caller's promise.
        unsafe {
            ffi::Py_DECREF(first);
            ffi::Py_DECREF(second);
        }
        Err(error)
    })
}

/// A tuple of the first `count` items of an iterator, which has as many.
pub(crate) fn tuple_of(
    py: Python<'_>,
    count: usize,
    mut items: impl Iterator<Item = Object>,
) -> PyResult<Object> {
    // SAFETY: a new tuple of `count`. Slots that stay null, because the iterator ended early, are
    // what its destructor takes; nobody else sees it.
    unsafe {
        let Some(tuple) = NonNull::new(ffi::PyTuple_New(count as ffi::Py_ssize_t)) else {
            return Err(construct::fetch(py));
        };
        let tuple = Object::from_raw(tuple);
        for at in 0..count {
            let Some(item) = items.next() else {
                return Err(construct::error::<PySystemError>(py, "hedgerow: too few items"));
            };
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), at as ffi::Py_ssize_t, item.into_raw());
        }
        Ok(tuple)
    }
}

/// Has the collector track a tuple again, which it may have stopped to do for the old contents.
#[inline]
pub(crate) fn track_again(tuple: &Object) {
    // SAFETY: a live tuple whose items are set.
    unsafe {
        if ffi::PyObject_GC_IsTracked(tuple.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(tuple.as_ptr().cast());
        }
    }
}
