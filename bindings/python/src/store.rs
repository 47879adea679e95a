//! Operations on the one store. Each has a quick path, which runs no Python code and walks the trie
//! once, and a slow path, which asks Python whether keys are equal while nothing is borrowed.

use hedgerow::host::{Cursor, Found, HostStore, KeyMatch, KeySearch, Probe, search};
use hedgerow::{Error, Version, View, WithError};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::ffi::attached::attached;
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::stack::check_stack;
use crate::ffi::store_cell::{self, MapStore, NoHash, Pair};

/// Python has to say whether two keys are equal: the slow path is to be taken.
#[derive(Clone, Copy)]
struct AskPython;

/// The permanent empty version.
pub(crate) fn empty(py: Python<'_>) -> PyResult<Version> {
    Ok(store_cell::read(py, |store| store.empty())?)
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
    Ok(store_cell::read(py, |store| view(store, version).map(|view| view.len()))??)
}

/// A view of a version, or of an open edit.
#[inline]
fn view(store: &MapStore, version: Version) -> Result<View<'_, Key, Object, NoHash>, Error> {
    match store.at(version) {
        Err(Error::WrongState { open: true, .. }) => store.at_open(version),
        done => done,
    }
}

/// The value of a key in a version, or an open edit.
#[inline]
pub(crate) fn get(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Object>> {
    match get_quickly(py, version, key, Object::clone) {
        Some(value) => Ok(value),
        None => find(py, version, key, Order::GivenFirst)
            .map(|found| found.candidate.map(|(_, value)| value)),
    }
}

/// What `take` makes of the value of a key, while the store is borrowed. `None` if Python has to
/// compare keys, or on failure: the slow path says why.
#[inline(always)]
pub(crate) fn get_quickly<R>(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    take: impl FnOnce(&Object) -> R,
) -> Option<Option<R>> {
    store_cell::read_quickly(py, |store| {
        let mut ask = false;
        let is_key = |stored: &Key| {
            key.compare(stored).unwrap_or_else(|| {
                ask = true;
                true
            })
        };
        let found = store.get_hashed(version, key.hash, is_key).ok()?;
        if ask { None } else { Some(found.map(|(_, value)| take(value))) }
    })
}

/// The key of a version, or an open edit, that is equal to this one.
pub(crate) fn stored_key(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Key>> {
    find(py, version, key, Order::GivenFirst).map(|found| found.candidate.map(|(stored, _)| stored))
}

/// A version with a value under a key: the same one if it holds that very value already. An open
/// edit is written in place, and its own handle returned; if it is committed by the time its keys
/// have been compared, that is [`Fault::Finished`].
#[inline]
pub(crate) fn insert(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> PyResult<Version> {
    // In an open edit the value may replace another one, which dies.
    let inserted = store_cell::write_version(py, version, |store| {
        insert_hashed(store, version, key, value, AskPython)
    })?;
    match inserted {
        Err(WithError::Caller(AskPython)) => insert_slowly(py, version, key, Object::new(value)),
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(inserted) => Ok(inserted),
    }
}

/// [`insert`] into a committed version. `None` if Python has to compare keys, or on failure: the
/// slow path says why.
#[inline(always)]
pub(crate) fn insert_quickly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Option<Version> {
    store_cell::write_version_quickly(py, version, |store| {
        insert_hashed(store, version, key, value, ()).ok()
    })
}

/// Fails with `ask` if Python has to compare keys.
#[inline(always)]
fn insert_hashed<E: Copy>(
    store: &mut MapStore,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
    ask: E,
) -> Result<Version, WithError<E>> {
    let compare = |stored: &Key, old: &Object| match key.compare(stored) {
        Some(true) if old.is_bound(value) => Ok(KeyMatch::Unchanged),
        Some(true) if key.is(stored) => Ok(KeyMatch::Identical),
        Some(true) => Ok(KeyMatch::Equal),
        Some(false) => Ok(KeyMatch::Different),
        None => Err(ask),
    };
    store.insert_hashed(version, key.hash, key.key(), Object::new(value), compare)
}

#[cold]
fn insert_slowly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    value: Object,
) -> PyResult<Version> {
    let was_open = is_open(py, version)?;
    let Found { probe, candidate } = find(py, version, key, Order::GivenFirst)?;
    let key = match candidate {
        Some((_, old)) if old.is(&value) => return Ok(version),
        Some((stored, _)) => stored,
        None => key.key(),
    };
    if was_open && !is_open(py, version)? {
        return Err(Fault::Finished.into());
    }
    let insert = |store: &mut MapStore| store.insert_at(probe, key, value);
    Ok(store_cell::write_version(py, version, insert)?.map_err(Fault::Store)?)
}

/// Whether a handle is that of an open edit.
fn is_open(py: Python<'_>, version: Version) -> Result<bool, Fault> {
    store_cell::read(py, |store| store.at_open(version).is_ok())
}

/// A version without a key; `None` where there is no such key. Writes to open edits as [`insert`].
#[inline]
pub(crate) fn remove(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Version>> {
    let removed = store_cell::write_version(py, version, |store| {
        store.remove_hashed(version, key.hash, |stored| key.compare(stored).ok_or(AskPython))
    })?;
    match removed {
        Err(WithError::Caller(AskPython)) => remove_slowly(py, version, key),
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(removed) => Ok(removed),
    }
}

/// [`remove`] from a committed version. `None` if there is no such key, and as [`insert_quickly`].
#[inline(always)]
pub(crate) fn remove_quickly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> Option<Version> {
    store_cell::write_version_quickly(py, version, |store| {
        store.remove_hashed(version, key.hash, |stored| key.compare(stored).ok_or(())).ok()?
    })
}

#[cold]
fn remove_slowly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Version>> {
    let was_open = is_open(py, version)?;
    let found = find(py, version, key, Order::StoredFirst)?;
    if found.candidate.is_none() {
        return Ok(None);
    }
    if was_open && !is_open(py, version)? {
        return Err(Fault::Finished.into());
    }
    let remove = |store: &mut MapStore| store.remove_at(found.probe);
    Ok(Some(store_cell::write_version(py, version, remove)?.map_err(Fault::Store)?))
}

/// Removes a key from an open edit, and returns its value; `None` where there is no such key. One
/// search: a value that is stored while keys are compared is either returned or left.
pub(crate) fn take(
    py: Python<'_>,
    edit: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Object>> {
    let found = find(py, edit, key, Order::GivenFirst)?;
    let Some((_, value)) = found.candidate else { return Ok(None) };
    if !is_open(py, edit)? {
        return Err(Fault::Finished.into());
    }
    let remove = |store: &mut MapStore| store.remove_at(found.probe);
    let _ = store_cell::write_version(py, edit, remove)?.map_err(Fault::Store)?;
    Ok(Some(value))
}

/// Which of two keys is the left operand of `==`. CPython's dict and HAMT have both orders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    GivenFirst,
    StoredFirst,
}

/// Finds a key whose comparison may run Python code.
fn find(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    order: Order,
) -> PyResult<Found<Pair>> {
    search(&mut Search { py, key, order }, version, key.hash).map_err(|Failure(error)| error)
}

/// How a search reaches the store, and how it compares keys.
struct Search<'a, 'py> {
    py: Python<'py>,
    key: HashedKey<'a, 'py>,
    order: Order,
}

/// Why a search failed.
struct Failure(PyErr);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure(match error {
            Error::Changed { .. } => construct::error::<PyRuntimeError>(
                attached(),
                "mutation changed during every comparison of its keys",
            ),
            error => Fault::Store(error).into(),
        })
    }
}

impl KeySearch<Key, Object, NoHash> for Search<'_, '_> {
    type Error = Failure;
    type Candidate = Pair;

    fn read<R>(&self, read: impl FnOnce(&MapStore) -> R) -> Result<R, Failure> {
        store_cell::read(self.py, read).map_err(|fault| Failure(fault.into()))
    }

    fn compare(&self, stored: &Key) -> Option<bool> {
        self.key.compare(stored)
    }

    fn keep(&self, key: &Key, value: &Object) -> Pair {
        (key.clone(), value.clone())
    }

    fn ask(&mut self, (stored, _): &Pair, _: &Probe) -> Result<bool, Failure> {
        let stored = stored.object();
        let (given, stored) = (self.key.object(), stored.bound(self.py));
        let asked =
            check_stack(self.py, c" while comparing keys").and_then(|()| match self.order {
                Order::GivenFirst => given.eq(stored),
                Order::StoredFirst => stored.eq(given),
            });
        asked.map_err(Failure)
    }
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
        None => is_equal(&a.object().bound(py), &b.object().bound(py)),
    }
}
