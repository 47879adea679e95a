//! Looking up one key.
//!
//! The trie is walked once. Where only Python can say whether the key that the walk has found is
//! the one that is looked for, the walk ends with it ([`Walk::Ask`]). Python is asked while nothing
//! is borrowed, and nearly always says yes. Where it says no, [`search`](crate::search) goes on.
//!
//! So there are three ways. What ends in `_quickly` is for str and small ints, calls nothing, and
//! is a part of the slot or method that needs it, or of a function that this jumps to. `_walking`
//! is for keys of any kind. `_asking` and `_slowly` are for what Python has to say, and for what
//! fails.

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::prelude::*;

use crate::ffi::call::{Raised, try_safely};
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::ffi::store_cell::{self, Pair};
use crate::search::{Order, ask, find, find_after_first};

/// What a walk that runs no Python code ended with.
pub(crate) enum Walk<T, C> {
    Done(T),
    /// Only Python can say whether this is the key: the first one of its hash.
    Ask(C),
    /// It is not the first one of its hash, or something failed: the slow path knows.
    Other,
}

/// The value of a key in a version, or an open edit.
#[inline]
pub(crate) fn get(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Object>> {
    let candidate = |stored: &Key, value: &Object| (stored.clone(), value.clone());
    match get_walking(py, version, key, HashedKey::compare, Object::clone, candidate) {
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

/// [`get_quickly`], for keys of any kind, which `compare` compares. `keep` makes the candidate that
/// Python is to be asked about.
#[inline(always)]
pub(crate) fn get_walking<'a, 'py, R, C>(
    py: Python<'_>,
    version: Version,
    key: HashedKey<'a, 'py>,
    compare: impl FnOnce(HashedKey<'a, 'py>, &Key) -> Option<bool>,
    take: impl FnOnce(&Object) -> R,
    keep: impl FnOnce(&Key, &Object) -> C,
) -> Walk<Option<R>, C> {
    let looked = store_cell::read_quickly(py, |store| {
        Some(match store.get_hashed(version, key.hash, |_| true) {
            Ok(Some((stored, value))) => match compare(key, stored) {
                Some(true) => Walk::Done(Some(take(value))),
                Some(false) => Walk::Other,
                None => Walk::Ask(keep(stored, value)),
            },
            Ok(None) => Walk::Done(None),
            Err(_) => Walk::Other,
        })
    });
    looked.unwrap_or(Walk::Other)
}

/// [`get`] from where [`get_walking`] ended.
#[inline(never)]
fn get_asking(
    version: Version,
    key: HashedKey<'_, '_>,
    (stored, value): Pair,
) -> Result<Option<Object>, Raised> {
    if ask(key, &stored, Order::GivenFirst)? {
        return Ok(Some(value));
    }
    try_safely(|_| get_after_first(version, key))
}

/// [`get`] from a committed version, where the first key of this hash is another.
#[cold]
pub(crate) fn get_after_first(
    version: Version,
    key: HashedKey<'_, '_>,
) -> PyResult<Option<Object>> {
    let found = find_after_first(version, key, Order::GivenFirst)?;
    Ok(found.candidate.map(|(_, value)| value))
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
