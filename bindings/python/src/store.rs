//! Whole versions of the one store: what they hold, and how they end. One key of them is the matter
//! of [`lookup`](crate::lookup) and [`update`](crate::update).

use hedgerow::host::{Cursor, HostStore};
use hedgerow::{Error, Version, View};
use pyo3::prelude::*;

use crate::ffi::empty_version;
use crate::ffi::fault::Fault;
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::ffi::stack::check_stack;
use crate::ffi::store_cell::{self, MapStore, NoHash, Pair};

/// The permanent empty version.
pub(crate) fn empty(py: Python<'_>) -> PyResult<Version> {
    Ok(store_cell::read(py, |store| store.empty())?)
}

/// Whether it is the empty version.
#[inline]
pub(crate) fn is_empty(version: Version) -> bool {
    empty_version::is_empty(version)
}

/// Another version of the same entries, in O(1).
pub(crate) fn share(py: Python<'_>, version: Version) -> PyResult<Version> {
    Ok(store_cell::write_version(py, version, |store| {
        let edit = store.open(version)?;
        store.commit(edit)
    })?
    .map_err(Fault::Store)?)
}

/// Releases a version, or abandons an open edit, where an error can only be reported. What dies is
/// dropped before this returns.
#[inline]
pub(crate) fn release(py: Python<'_>, version: Version) {
    if !release_keeping_dead(py, version) {
        drop_dead(py);
    }
}

/// [`release`], but the dead stay in the store. Returns whether there are none.
#[inline]
pub(crate) fn release_keeping_dead(py: Python<'_>, version: Version) -> bool {
    match store_cell::release_quickly(py, version, ends_no_object) {
        Some((pair, has_dead)) => {
            drop(pair);
            !has_dead
        }
        // An open edit; or what cannot be released.
        None => {
            report(py, store_cell::release_keeping_dead(py, version));
            false
        }
    }
}

/// Drops the dead that [`release_keeping_dead`] left, and those of others.
#[inline(never)]
pub(crate) fn drop_dead(py: Python<'_>) {
    report(py, store_cell::drop_dead(py));
}

/// Whether there are other references to both objects, so that dropping these runs no code.
#[inline]
fn ends_no_object(key: &Key, value: &Object) -> bool {
    !key.is_only() && !value.is_only() && key.as_ptr() != value.as_ptr()
}

fn report(py: Python<'_>, result: Result<(), Fault>) {
    if let Err(fault) = result {
        PyErr::from(fault).write_unraisable(py, None);
    }
}

/// How many entries a version, or an open edit, has.
#[inline]
pub(crate) fn len(py: Python<'_>, version: Version) -> Result<usize, Fault> {
    match len_quickly(py, version) {
        Some(len) => Ok(len),
        None => Ok(store_cell::read(py, |store| view(store, version).map(|view| view.len()))??),
    }
}

/// How many entries a version has. `None` where the store is borrowed, or for an open edit.
#[inline(always)]
pub(crate) fn len_quickly(py: Python<'_>, version: Version) -> Option<usize> {
    store_cell::read_quickly(py, |store| store.len(version).ok())
}

/// A view of a version, or of an open edit.
#[inline]
fn view(store: &MapStore, version: Version) -> Result<View<'_, Key, Object, NoHash>, Error> {
    match store.at(version) {
        Err(Error::WrongState { open: true, .. }) => store.at_open(version),
        done => done,
    }
}

/// Whether a handle is that of an open edit.
pub(crate) fn is_open(py: Python<'_>, version: Version) -> Result<bool, Fault> {
    store_cell::read(py, |store| store.at_open(version).is_ok())
}

/// The entries of a version or an open edit, in iteration order. The store is not borrowed between
/// two entries.
pub(crate) struct Entries {
    cursor: Cursor,
    fetched: std::vec::IntoIter<Pair>,
    /// How many to fetch at once: no more than there are, because iterations nest by the thousand.
    step: usize,
}

impl Entries {
    pub(crate) fn new(py: Python<'_>, version: Version) -> Result<Self, Fault> {
        const STEP: usize = 64;
        let (cursor, count) = store_cell::read(py, |store| {
            Ok::<_, Error>((store.cursor(version)?, view(store, version)?.len()))
        })??;
        Ok(Entries { cursor, fetched: Vec::new().into_iter(), step: count.min(STEP) })
    }

    /// The next entry.
    pub(crate) fn next(&mut self, py: Python<'_>) -> Result<Option<Pair>, Fault> {
        if self.fetched.as_slice().is_empty() {
            let mut pairs = Vec::with_capacity(self.step);
            store_cell::read(py, |store| {
                store.advance_by(&mut self.cursor, self.step, |key, value| {
                    pairs.push((key.clone(), value.clone()));
                })
            })??;
            self.fetched = pairs.into_iter();
        }
        Ok(self.fetched.next())
    }
}

/// Whether two objects are equal as Python's containers see it: the same one, or `==`.
pub(crate) fn is_equal(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    if a.is(b) {
        return Ok(true);
    }
    check_stack(a.py(), c" in comparison")?;
    a.eq(b)
}

/// Whether two stored keys of one folded hash are equal.
pub(crate) fn is_equal_key(py: Python<'_>, a: &Key, b: &Key) -> PyResult<bool> {
    match a.compare(b) {
        Some(is_equal) => Ok(is_equal),
        None => is_equal(&a.bound(py), &b.bound(py)),
    }
}
