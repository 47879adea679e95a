//! Setting and removing one key, in the three ways of [`lookup`](crate::lookup).

use hedgerow::host::{Found, HostStore, KeyMatch};
use hedgerow::{Version, WithError};
use pyo3::prelude::*;

use crate::ffi::call::{Raised, try_safely};
use crate::ffi::fault::Fault;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::store_cell::{self, MapStore, Pair};
use crate::lookup::{Walk, get_walking};
use crate::search::{Order, ask, find, find_after_first};
use crate::store::is_open;

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
            if key.is_quickly(stored) { Ok(equal(key, stored, value, old)) } else { Err(()) }
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
) -> Walk<Version, Candidate> {
    if HashedKey::leaves_equality_to_python(key.object()) {
        // There will be a second walk, which writes. This one is shorter.
        let candidate = |stored: &Key, old: &Object| (stored.clone(), old.is_bound(value));
        if let Walk::Ask(candidate) =
            get_walking(py, version, key, HashedKey::compare_other, |_| (), candidate)
        {
            return Walk::Ask(candidate);
        }
    }
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

/// A key that Python has to be asked about, and whether its value is the given one.
pub(crate) type Candidate = (Key, bool);

/// Fails with the first key of this hash if only Python can compare it, and with nothing if it is
/// another.
#[inline(always)]
fn insert_hashed(
    store: &mut MapStore,
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
) -> Result<Version, WithError<Option<Candidate>>> {
    let compare = |stored: &Key, old: &Object| match key.compare(stored) {
        Some(true) => Ok(equal(key, stored, value, old)),
        Some(false) => Err(None),
        None => Err(Some((stored.clone(), old.is_bound(value)))),
    };
    store.insert_hashed(version, key.hash, key.key(), Object::new(value), compare)
}

/// What a key and its value are to equal ones that are stored.
#[inline(always)]
fn equal(key: HashedKey<'_, '_>, stored: &Key, value: &Bound<'_, PyAny>, old: &Object) -> KeyMatch {
    if old.is_bound(value) {
        KeyMatch::Unchanged
    } else if key.is(stored) {
        KeyMatch::Identical
    } else {
        KeyMatch::Equal
    }
}

/// [`insert`] from where [`insert_walking`] ended.
#[inline(never)]
pub(crate) fn insert_asking(
    version: Version,
    key: HashedKey<'_, '_>,
    value: &Bound<'_, PyAny>,
    (stored, has_value): Candidate,
) -> Result<Version, Raised> {
    let py = key.py();
    if !ask(key, &stored, Order::GivenFirst)? {
        return try_safely(|_| {
            let found = find_after_first(version, key, Order::GivenFirst)?;
            insert_found(version, found, key, Object::new(value))
        });
    }
    if has_value {
        return Ok(version);
    }
    // The version is what it was, so this is the first key of its hash again.
    let is_key = |_: &Key, _: &Object| Ok::<_, ()>(KeyMatch::Equal);
    let inserted = store_cell::write_version_quickly(py, version, |store| {
        store.insert_hashed(version, key.hash, key.key(), Object::new(value), is_key).ok()
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
        let is_key = |stored: &Key| if key.is_quickly(stored) { Ok(true) } else { Err(()) };
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
    if HashedKey::leaves_equality_to_python(key.object()) {
        // As in `insert_walking`.
        let candidate = |stored: &Key, _: &Object| stored.clone();
        if let Walk::Ask(stored) =
            get_walking(py, version, key, HashedKey::compare_other, |_| (), candidate)
        {
            return Walk::Ask(stored);
        }
    }
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
    if found.candidate.is_some() && !is_open(py, edit)? {
        return Err(Fault::Finished.into());
    }
    let _ = remove_found(py, edit, &found)?;
    Ok(found.candidate.map(|(_, value)| value))
}
