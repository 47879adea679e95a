//! The slots of iterators.

use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyTypeInfo};

use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, call_safely};
use crate::ffi::construct;
use crate::ffi::instance::{contents, dealloc};
use crate::ffi::pairs::pair_or_null;
use crate::ffi::stack::check_stack;
use crate::iterator::{MapIterator, QuickStep, Step};

/// Sets the slots. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let class = MapIterator::type_object_raw(py);
    // SAFETY: contract 6. `lifetime` has checked where the contents of an iterator are.
    unsafe {
        (*class).tp_iternext = Some(iterator_next);
        (*class).tp_dealloc = Some(dealloc::<MapIterator>);
    }
    Ok(())
}

unsafe extern "C" fn iterator_next(iterator: Raw) -> Raw {
    // SAFETY: contract 6: a live iterator.
    unsafe {
        let this: &MapIterator = contents(iterator);
        if this.makes_pairs() {
            return next_pair(iterator);
        }
        match this.next_quickly(attached()) {
            Some(item) => item.into_raw(),
            None => next_slowly(iterator),
        }
    }
}

/// [`iterator_next`], of an iterator that makes pairs. These are functions of their own so that
/// each takes no more registers than it needs.
///
/// # Safety
///
/// A live iterator.
#[inline(never)]
unsafe extern "C" fn next_pair(iterator: Raw) -> Raw {
    // SAFETY: by the caller's promise.
    unsafe {
        let this: &MapIterator = contents(iterator);
        match this.next_new_pair_quickly(attached()) {
            Some((key, value)) => pair_or_null(key, value),
            None if this.has_last_pair() => next_pair_again(iterator),
            None => next_slowly(iterator),
        }
    }
}

/// [`next_pair`], where there is a tuple that may be filled again.
///
/// # Safety
///
/// A live iterator.
#[inline(never)]
unsafe extern "C" fn next_pair_again(iterator: Raw) -> Raw {
    // SAFETY: by the caller's promise.
    unsafe {
        let this: &MapIterator = contents(iterator);
        match this.next_pair_quickly(attached()) {
            QuickStep::Item(item) => item.into_raw(),
            QuickStep::Pair(key, value) => pair_or_null(key, value),
            QuickStep::None => next_slowly(iterator),
        }
    }
}

/// [`iterator_next`], where the buffer is empty, or there is no tuple that may be filled.
///
/// # Safety
///
/// A live iterator.
#[inline(never)]
unsafe extern "C" fn next_slowly(iterator: Raw) -> Raw {
    // SAFETY: by the caller's promise.
    let this: &MapIterator = unsafe { contents(iterator) };
    match this.step_slowly(attached()) {
        // SAFETY: by the caller's promise. There are items now.
        Ok(Step::Fetched) => unsafe { iterator_next(iterator) },
        Ok(Step::Item(item)) => item.into_raw(),
        Ok(Step::End) => std::ptr::null_mut(),
        Err(error) => call_safely(|_| Err(error)),
    }
}

/// The next item, for Rust.
fn next_item<'py>(iterator: &Bound<'py, MapIterator>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = iterator.py();
    // SAFETY: a live iterator; returns a new reference, or null.
    unsafe {
        match Bound::from_owned_ptr_or_opt(py, iterator_next(iterator.as_ptr())) {
            None => PyErr::take(py).map_or(Ok(None), Err),
            item => Ok(item),
        }
    }
}

#[pymethods]
impl MapIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        next_item(slf)
    }

    /// How many items are left.
    fn __length_hint__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let left = slf.get().left(slf.py())?;
        construct::number(slf.py(), left as u64)
    }

    /// For pickle, of an iterator over a set: one over a list of what is left, as Python's sets do
    /// it. Raises TypeError for any other.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        // To pickle or copy an iterator does the same with what is left.
        check_stack(py, c" while taking an iterator apart")?;
        let Some(left) = slf.get().elements_left(py)? else {
            let words = "cannot pickle 'hedgerow.MapIterator' object";
            return Err(construct::error::<PyTypeError>(py, words));
        };
        let arguments = construct::tuple(py, [left.into_any()])?.into_any();
        construct::tuple(py, [construct::import(py, c"builtins", c"iter")?, arguments])
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.traverse(&visit)
    }

    fn __clear__(&self) {
        self.clear(attached());
    }
}
