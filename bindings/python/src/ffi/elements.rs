//! The elements of Python's own collections, and pairs in lists, as far as no Python code runs.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyIterator, PyList, PySet, PyTuple};
use pyo3::{Borrowed, ffi};

use super::construct;
use super::key::{HashedKey, Key};
use super::object::Object;
use super::tracking::may_be_tracked;

/// A collection of an exact type, whose iteration runs no Python code.
enum Source<'a, 'py> {
    List(&'a Bound<'py, PyList>),
    Tuple(&'a Bound<'py, PyTuple>),
    /// Any other, with its length.
    Iterator(Bound<'py, PyIterator>, usize),
}

/// Elements of a collection, one by one.
struct Elements<'a, 'py> {
    source: Source<'a, 'py>,
    position: ffi::Py_ssize_t,
}

impl<'a, 'py> Elements<'a, 'py> {
    /// `None` for a collection whose iteration may run Python code.
    fn of(collection: &'a Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let source = if let Ok(list) = collection.cast_exact::<PyList>() {
            Source::List(list)
        } else if let Ok(tuple) = collection.cast_exact::<PyTuple>() {
            Source::Tuple(tuple)
        } else if collection.is_exact_instance_of::<PySet>()
            || collection.is_exact_instance_of::<PyFrozenSet>()
            || collection.is_exact_instance_of::<PyDict>()
        {
            Source::Iterator(construct::iterator(collection)?, collection.len()?)
        } else {
            return Ok(None);
        };
        Ok(Some(Elements { source, position: 0 }))
    }

    fn len(&self) -> usize {
        match &self.source {
            Source::List(list) => list.len(),
            Source::Tuple(tuple) => tuple.len(),
            Source::Iterator(_, len) => *len,
        }
    }

    /// Calls `work` with the next element. `None` after the last.
    #[inline(always)]
    fn next<R>(&mut self, work: impl FnOnce(Borrowed<'_, 'py, PyAny>) -> R) -> Option<R> {
        let at = self.position;
        self.position += 1;
        // SAFETY: items of a list or tuple, within its length. They live while `work` runs, which
        // runs no Python code.
        unsafe {
            let (py, item) = match &self.source {
                Source::List(list) => {
                    let is_there = at < ffi::PyList_GET_SIZE(list.as_ptr());
                    (list.py(), is_there.then(|| ffi::PyList_GET_ITEM(list.as_ptr(), at))?)
                }
                Source::Tuple(tuple) => {
                    let is_there = at < ffi::PyTuple_GET_SIZE(tuple.as_ptr());
                    (tuple.py(), is_there.then(|| ffi::PyTuple_GET_ITEM(tuple.as_ptr(), at))?)
                }
                Source::Iterator(iterator, _) => {
                    // Where it fails after all, there are fewer elements than there should be.
                    let item = ffi::PyIter_Next(iterator.as_ptr());
                    let item = Bound::from_owned_ptr_or_opt(iterator.py(), item)?;
                    return Some(work(item.as_borrowed()));
                }
            };
            Some(work(Borrowed::from_ptr(py, item)))
        }
    }
}

/// The entries of a collection: its elements with one value, or the pairs in it. Ends at the first
/// that it takes Python code to read or to hash.
pub(crate) struct PlainEntries<'a, 'py> {
    elements: Elements<'a, 'py>,
    /// The value of every element; `None` if the elements are pairs.
    value: Option<&'a Bound<'py, PyAny>>,
    tracked: bool,
    left: usize,
}

impl<'a, 'py> PlainEntries<'a, 'py> {
    /// `None` for a collection whose iteration may run Python code.
    pub(crate) fn of(
        collection: &'a Bound<'py, PyAny>,
        value: Option<&'a Bound<'py, PyAny>>,
    ) -> PyResult<Option<Self>> {
        let Some(elements) = Elements::of(collection)? else { return Ok(None) };
        let tracked = value.is_some_and(|value| may_be_tracked(value));
        Ok(Some(PlainEntries { left: elements.len(), elements, value, tracked }))
    }

    /// Whether an entry so far may hold what the collector tracks.
    pub(crate) fn may_hold_tracked(&self) -> bool {
        self.tracked
    }

    /// Whether there were all entries, once the iterator has ended.
    pub(crate) fn was_complete(&self) -> bool {
        self.left == 0
    }
}

impl Iterator for PlainEntries<'_, '_> {
    type Item = (u32, Key, Object);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let PlainEntries { elements, value, tracked, left } = self;
        let entry = elements.next(|element| match value {
            Some(value) => {
                let key = HashedKey::new_plain(element)?;
                *tracked = *tracked || key.may_be_tracked();
                Some((key.hash, key.key(), Object::new(value)))
            }
            None => {
                let [key, value] = pair(&element)?;
                let key = HashedKey::new_plain(key)?;
                *tracked = *tracked || key.may_be_tracked() || may_be_tracked(&value);
                Some((key.hash, key.key(), Object::new(&value)))
            }
        })??;
        *left = left.saturating_sub(1);
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, None)
    }
}

/// The items of a tuple of two.
#[inline(always)]
fn pair<'a, 'py>(element: &'a Borrowed<'_, 'py, PyAny>) -> Option<[Borrowed<'a, 'py, PyAny>; 2]> {
    let pointer = element.as_ptr();
    // SAFETY: a live object; its items if it is a tuple of two.
    unsafe {
        if ffi::PyTuple_CheckExact(pointer) == 0 || ffi::PyTuple_GET_SIZE(pointer) != 2 {
            return None;
        }
        Some([0, 1].map(|at| Borrowed::from_ptr(element.py(), ffi::PyTuple_GET_ITEM(pointer, at))))
    }
}
