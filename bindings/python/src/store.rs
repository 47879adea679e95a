//! Operations on the one store.
//!
//! Each of those on one key walks the trie once. Where only Python can say whether a candidate is
//! the key, the walk ends with it ([`Walk::Ask`]). Python is asked while nothing is borrowed, and
//! nearly always says yes. Where it says no, [`search`] goes on with the next candidate.

use hedgerow::host::{Cursor, Found, HostStore, KeyMatch, KeySearch, Probe, search, search_from};
use hedgerow::{Error, Version, View, WithError};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::ffi::attached::attached;
use crate::ffi::call::{Raised, raise, try_safely};
use crate::ffi::construct;
use crate::ffi::fault::Fault;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::stack::check_stack;
use crate::ffi::store_cell::{self, MapStore, NoHash, Pair};
use crate::ffi::type_queries::are_equal;

/// What a walk that runs no Python code ended with.
pub(crate) enum Walk<T, C = Pair> {
    Done(T),
    /// Only Python can say whether this is the key: the first one of its hash, with its value.
    Ask(C),
    /// It is not the first one of its hash, or something failed: the slow path knows.
    Other,
}

/// The permanent empty version.
pub(crate) fn empty(py: Python<'_>) -> PyResult<Version> {
    Ok(store_cell::read(py, |store| store.empty())?)
}

/// Whether it is the empty version.
#[inline]
pub(crate) fn is_empty(version: Version) -> bool {
    store_cell::is_empty(version)
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
    match get_walking(py, version, key, Object::clone) {
        Walk::Done(found) => Ok(found),
        Walk::Ask(candidate) => {
            get_asking(version, key, candidate).map_err(|raised| raised.fetch(py))
        }
        Walk::Other => get_slowly(version, key),
    }
}

/// What `take` makes of the value of a key in a committed version, while the store is borrowed.
/// `None` where that takes more than a glance at the keys, or fails.
#[inline(always)]
pub(crate) fn get_quickly<R>(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    take: impl FnOnce(&Object) -> R,
) -> Option<Option<R>> {
    store_cell::read_quickly(py, |store| match store.get_hashed(version, key.hash, |_| true) {
        // The first key of this hash; there are seldom more.
        Ok(Some((stored, value))) if key.is_quickly(stored) => Some(Some(take(value))),
        Ok(None) => Some(None),
        _ => None,
    })
}

/// [`get_quickly`], for keys of any kind.
#[inline(always)]
pub(crate) fn get_walking<R>(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    take: impl FnOnce(&Object) -> R,
) -> Walk<Option<R>> {
    let looked = store_cell::read_quickly(py, |store| {
        Some(match store.get_hashed(version, key.hash, |_| true) {
            Ok(Some((stored, value))) => match key.compare(stored) {
                Some(true) => Walk::Done(Some(take(value))),
                Some(false) => Walk::Other,
                None => Walk::Ask((stored.clone(), value.clone())),
            },
            Ok(None) => Walk::Done(None),
            Err(_) => Walk::Other,
        })
    });
    looked.unwrap_or(Walk::Other)
}

/// [`get`] from where [`get_walking`] ended.
#[inline(never)]
pub(crate) fn get_asking(
    version: Version,
    key: HashedKey<'_, '_>,
    (stored, value): Pair,
) -> Result<Option<Object>, Raised> {
    if ask(key, &stored, Order::GivenFirst)? {
        return Ok(Some(value));
    }
    try_safely(|_| {
        let found = find_after_first(version, key, Order::GivenFirst)?;
        Ok(found.candidate.map(|(_, value)| value))
    })
}

/// [`get`] also from an open edit.
#[cold]
pub(crate) fn get_slowly(version: Version, key: HashedKey<'_, '_>) -> PyResult<Option<Object>> {
    let found = find(version, key, Order::GivenFirst)?;
    Ok(found.candidate.map(|(_, value)| value))
}

/// The key of a version, or an open edit, that is equal to this one.
pub(crate) fn stored_key(version: Version, key: HashedKey<'_, '_>) -> PyResult<Option<Key>> {
    find(version, key, Order::GivenFirst).map(|found| found.candidate.map(|(stored, _)| stored))
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
    let inserted =
        store_cell::write_version(py, version, |store| insert_hashed(store, version, key, value))?;
    match inserted {
        Err(WithError::Caller(_)) => insert_slowly(version, key, Object::new(value)),
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(inserted) => Ok(inserted),
    }
}

/// [`insert`] into a committed version. `None` as for [`get_quickly`].
#[inline(always)]
pub(crate) fn insert_quickly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Option<Version> {
    store_cell::write_version_quickly(py, version, |store| {
        let compare = |stored: &Key, old: &Object| {
            if !key.is_quickly(stored) {
                Err(())
            } else if old.is_bound(value) {
                Ok(KeyMatch::Unchanged)
            } else if key.is(stored) {
                Ok(KeyMatch::Identical)
            } else {
                Ok(KeyMatch::Equal)
            }
        };
        store.insert_hashed(version, key.hash, key.key(), Object::new(value), compare).ok()
    })
}

/// [`insert_quickly`], for keys of any kind.
#[inline(always)]
pub(crate) fn insert_walking(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Walk<Version> {
    ended(store_cell::write_version_quickly(py, version, |store| {
        Some(insert_hashed(store, version, key, value))
    }))
}

#[inline(always)]
fn ended<T, C>(result: Option<Result<T, WithError<Option<C>>>>) -> Walk<T, C> {
    match result {
        Some(Ok(done)) => Walk::Done(done),
        Some(Err(WithError::Caller(Some(candidate)))) => Walk::Ask(candidate),
        Some(Err(_)) | None => Walk::Other,
    }
}

/// Fails with the first key of this hash if only Python can compare it, and with nothing if it is
/// another.
#[inline(always)]
fn insert_hashed(
    store: &mut MapStore,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Result<Version, WithError<Option<Pair>>> {
    let compare = |stored: &Key, old: &Object| match key.compare(stored) {
        Some(true) if old.is_bound(value) => Ok(KeyMatch::Unchanged),
        Some(true) if key.is(stored) => Ok(KeyMatch::Identical),
        Some(true) => Ok(KeyMatch::Equal),
        Some(false) => Err(None),
        None => Err(Some((stored.clone(), old.clone()))),
    };
    store.insert_hashed(version, key.hash, key.key(), Object::new(value), compare)
}

/// [`insert`] from where [`insert_walking`] ended.
#[inline(never)]
pub(crate) fn insert_asking(
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
    (stored, old): Pair,
) -> Result<Version, Raised> {
    let py = key.py();
    if !ask(key, &stored, Order::GivenFirst)? {
        return try_safely(|_| {
            let found = find_after_first(version, key, Order::GivenFirst)?;
            insert_found(version, found, key, Object::new(value))
        });
    }
    if old.is_bound(value) {
        return Ok(version);
    }
    // The version is what it was, so this is the first key of its hash again.
    let equal = |_: &Key, _: &Object| Ok::<_, ()>(KeyMatch::Equal);
    let inserted = store_cell::write_version_quickly(py, version, |store| {
        store.insert_hashed(version, key.hash, key.key(), Object::new(value), equal).ok()
    });
    match inserted {
        Some(inserted) => Ok(inserted),
        None => try_safely(|_| insert_slowly(version, key, Object::new(value))),
    }
}

/// [`insert`], also into an open edit, from the beginning.
#[cold]
pub(crate) fn insert_slowly(
    version: Version,
    key: HashedKey<'_, '_>,
    value: Object,
) -> PyResult<Version> {
    let was_open = is_open(key.py(), version)?;
    let found = find(version, key, Order::GivenFirst)?;
    if was_open && !is_open(key.py(), version)? {
        return Err(Fault::Finished.into());
    }
    insert_found(version, found, key, value)
}

fn insert_found(
    version: Version,
    found: Found<Pair>,
    key: HashedKey<'_, '_>,
    value: Object,
) -> PyResult<Version> {
    let py = key.py();
    let key = match found.candidate {
        Some((_, old)) if old.is(&value) => return Ok(version),
        Some((stored, _)) => stored,
        None => key.key(),
    };
    let insert = |store: &mut MapStore| store.insert_at(found.probe, key, value);
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
    let removed =
        store_cell::write_version(py, version, |store| remove_hashed(store, version, key))?;
    match removed {
        Err(WithError::Caller(_)) => remove_slowly(version, key),
        Err(WithError::Store(error)) => Err(Fault::Store(error).into()),
        Ok(removed) => Ok(removed),
    }
}

/// [`remove`] from a committed version. `None` as for [`get_quickly`], and where there is no such
/// key.
#[inline(always)]
pub(crate) fn remove_quickly(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> Option<Version> {
    store_cell::write_version_quickly(py, version, |store| {
        let is_key = |stored: &Key| key.is_quickly(stored).then_some(true).ok_or(());
        store.remove_hashed(version, key.hash, is_key).ok()?
    })
}

/// [`remove_quickly`], for keys of any kind.
#[inline(always)]
pub(crate) fn remove_walking(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> Walk<Option<Version>, Key> {
    ended(store_cell::write_version_quickly(py, version, |store| {
        Some(remove_hashed(store, version, key))
    }))
}

/// As [`insert_hashed`]. Nobody asks for the value.
#[inline(always)]
fn remove_hashed(
    store: &mut MapStore,
    version: Version,
    key: HashedKey<'_, '_>,
) -> Result<Option<Version>, WithError<Option<Key>>> {
    store.remove_hashed(version, key.hash, |stored| match key.compare(stored) {
        Some(true) => Ok(true),
        Some(false) => Err(None),
        None => Err(Some(stored.clone())),
    })
}

/// [`remove`] from where [`remove_walking`] ended.
#[inline(never)]
pub(crate) fn remove_asking(
    version: Version,
    key: HashedKey<'_, '_>,
    stored: Key,
) -> Result<Option<Version>, Raised> {
    let py = key.py();
    if !ask(key, &stored, Order::StoredFirst)? {
        return try_safely(|_| {
            remove_found(py, version, &find_after_first(version, key, Order::StoredFirst)?)
        });
    }
    let removed = store_cell::write_version_quickly(py, version, |store| {
        store.remove_hashed(version, key.hash, |_| Ok::<_, ()>(true)).ok()
    });
    match removed {
        Some(removed) => Ok(removed),
        None => try_safely(|_| remove_slowly(version, key)),
    }
}

/// [`remove`], also from an open edit, from the beginning.
#[cold]
pub(crate) fn remove_slowly(version: Version, key: HashedKey<'_, '_>) -> PyResult<Option<Version>> {
    let was_open = is_open(key.py(), version)?;
    let found = find(version, key, Order::StoredFirst)?;
    if found.candidate.is_some() && was_open && !is_open(key.py(), version)? {
        return Err(Fault::Finished.into());
    }
    remove_found(key.py(), version, &found)
}

fn remove_found(
    py: Python<'_>,
    version: Version,
    found: &Found<Pair>,
) -> PyResult<Option<Version>> {
    if found.candidate.is_none() {
        return Ok(None);
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
    let found = find(edit, key, Order::GivenFirst)?;
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
fn find(version: Version, key: HashedKey<'_, '_>, order: Order) -> PyResult<Found<Pair>> {
    search(&mut Search { key, order }, version, key.hash).map_err(|Failure(error)| error)
}

/// [`find`] in a committed version, after the first candidate.
#[cold]
fn find_after_first(
    version: Version,
    key: HashedKey<'_, '_>,
    order: Order,
) -> PyResult<Found<Pair>> {
    let second = |store: &MapStore| store.probe_at(version, key.hash, 1);
    let probe = store_cell::read(key.py(), second)?.map_err(Fault::Store)?;
    search_from(&mut Search { key, order }, probe).map_err(|Failure(error)| error)
}

/// Asks Python whether a stored key is the one that is looked for. Nothing is borrowed.
fn ask(key: HashedKey<'_, '_>, stored: &Key, order: Order) -> Result<bool, Raised> {
    let py = key.py();
    let (given, stored) = (key.object(), stored.bound(py));
    check_stack(py, c" while comparing keys").map_err(raise)?;
    match order {
        Order::GivenFirst => are_equal(given, stored),
        Order::StoredFirst => are_equal(stored, given),
    }
}

/// How a search reaches the store, and how it compares keys.
struct Search<'a, 'py> {
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
        store_cell::read(self.key.py(), read).map_err(|fault| Failure(fault.into()))
    }

    fn compare(&self, stored: &Key) -> Option<bool> {
        self.key.compare(stored)
    }

    fn keep(&self, key: &Key, value: &Object) -> Pair {
        (key.clone(), value.clone())
    }

    fn ask(&mut self, (stored, _): &Pair, _: &Probe) -> Result<bool, Failure> {
        ask(self.key, stored, self.order).map_err(|raised| Failure(raised.fetch(self.key.py())))
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
        None => is_equal(&a.bound(py), &b.bound(py)),
    }
}
