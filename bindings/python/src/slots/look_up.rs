//! Looking a key up in a map or set, for the slots and methods that do.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::ffi::ask::ask;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raised, Raw, borrowed, try_safely};
use crate::ffi::instance::contents;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::lookup::{self, Walk};
use crate::map::Map;
use crate::store;

/// The value of a key, if there is such a key. It is without a reference: the map has one, until
/// Python code runs.
pub(super) type Looked = Result<Option<Raw>, Raised>;

/// What `finish` makes of the value of a key. An empty map does not hash the key.
///
/// For keys that are neither str nor int this is a jump, which `finish` allows as it is a part of
/// both functions. Otherwise they would pay for the registers that the quick path needs.
///
/// # Safety
///
/// A live map or set, a live key. The caller of the slot holds both until this returns.
#[inline(always)]
pub(super) unsafe fn look_up<R>(map: Raw, key: Raw, finish: impl Fn(Looked) -> R) -> R {
    // SAFETY: by the caller's promise.
    unsafe {
        let py = attached();
        let object = borrowed(py, key);
        if !HashedKey::may_be_quick(object) {
            return look_up_any(map, key, finish);
        }
        if let Some(key) = HashedKey::new_quickly(object)
            && let Some(found) = lookup::get_quickly(py, version_of(map), key, Object::as_ptr)
        {
            return finish(Ok(found));
        }
        look_up_other(map, key, finish)
    }
}

/// [`look_up_any`], for what the quick path leaves: a function of its own, or the compiler would
/// have one jump for both.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe fn look_up_other<R>(map: Raw, key: Raw, finish: impl Fn(Looked) -> R) -> R {
    // SAFETY: by the caller's promise.
    unsafe { look_up_any(map, key, finish) }
}

/// [`look_up`], for keys of any kind.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe fn look_up_any<R>(map: Raw, key: Raw, finish: impl Fn(Looked) -> R) -> R {
    // SAFETY: by the caller's promise.
    let (py, version, key) = unsafe {
        let py = attached();
        (py, version_of(map), borrowed(py, key))
    };
    if store::is_empty(version) {
        return finish(Ok(None));
    }
    let Ok(key) = HashedKey::new_slowly(key) else {
        return finish(Err(Raised));
    };
    let candidate = |stored: &Key, value: &Object| (stored.clone(), value.as_ptr());
    match lookup::get_walking(py, version, key, Object::as_ptr, candidate) {
        Walk::Done(found) => finish(Ok(found)),
        // SAFETY: by the caller's promise; no Python code has run since the walk.
        Walk::Ask((stored, value)) => unsafe { look_up_asking(map, key, stored, value, finish) },
        // SAFETY: by the caller's promise.
        Walk::Other => finish(unsafe { look_up_slowly(map, key, version, lookup::get_slowly) }),
    }
}

/// [`look_up`] from where the walk has found the first key of the hash, and its value. A function
/// of its own, so that keys about which nobody has to be asked need few registers.
///
/// # Safety
///
/// As for [`look_up`]; the map has the two.
#[inline(never)]
unsafe fn look_up_asking<R>(
    map: Raw,
    key: HashedKey<'_, '_>,
    stored: Key,
    value: Raw,
    finish: impl Fn(Looked) -> R,
) -> R {
    // SAFETY: by the caller's promise.
    let version = unsafe { version_of(map) };
    let Ok(is_key) = ask(key.object(), stored.bound(key.py())) else {
        return finish(Err(Raised));
    };
    drop(stored);
    // SAFETY: by the caller's promise.
    if is_key && unsafe { is_of(map, version) } {
        return finish(Ok(Some(value)));
    }
    // SAFETY: by the caller's promise.
    finish(unsafe { look_up_slowly(map, key, version, lookup::get_after_first) })
}

/// [`look_up`] by a search that may run Python code, in the version that the map had.
///
/// # Safety
///
/// As for [`look_up`].
#[cold]
unsafe fn look_up_slowly(
    map: Raw,
    key: HashedKey<'_, '_>,
    version: Version,
    search: fn(Version, HashedKey<'_, '_>) -> PyResult<Option<Object>>,
) -> Looked {
    // The collector may clear a map that it has found, while a finalizer looks something up in it.
    // SAFETY: by the caller's promise.
    let is_cleared = || unsafe { !is_of(map, version) };
    if is_cleared() {
        return Ok(None);
    }
    let found = try_safely(|_| search(version, key))?.map(|value| value.as_ptr());
    Ok(found.filter(|_| !is_cleared()))
}

/// # Safety
///
/// A live map or set.
#[inline(always)]
unsafe fn version_of(map: Raw) -> Version {
    // SAFETY: by the caller's promise.
    unsafe { contents::<Map>(map) }.version()
}

/// Whether a map still has its version.
///
/// # Safety
///
/// A live map or set.
#[inline(always)]
unsafe fn is_of(map: Raw, version: Version) -> bool {
    // SAFETY: by the caller's promise.
    unsafe { contents::<Map>(map) }.is_of(version)
}
