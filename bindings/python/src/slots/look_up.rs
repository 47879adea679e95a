//! Looking a key up in a map or set, for the slots and methods that do.

use hedgerow::Version;
use pyo3::Borrowed;
use pyo3::prelude::*;

use crate::ffi::ask::ask;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raised, Raw, try_safely};
use crate::ffi::instance::contents;
use crate::ffi::key::{HashedKey, Key};
use crate::ffi::object::Object;
use crate::lookup::{self, Walk};
use crate::map::Map;
use crate::store;

/// The value of a key, without a reference: it is there until Python code runs. An empty map does
/// not hash the key.
///
/// # Safety
///
/// A live map or set, a live key. The caller of the slot holds both until this returns.
#[inline(always)]
pub(super) unsafe fn look_up(map: Raw, key: Raw) -> Result<Option<Raw>, Raised> {
    // SAFETY: by the caller's promise.
    unsafe {
        let py = attached();
        if let Some(key) = HashedKey::new_quickly(Borrowed::from_ptr(py, key))
            && let Some(found) = lookup::get_quickly(py, version_of(map), key, Object::as_ptr)
        {
            return Ok(found);
        }
        look_up_any(map, key)
    }
}

/// [`look_up`], for keys of any kind.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe fn look_up_any(map: Raw, key: Raw) -> Result<Option<Raw>, Raised> {
    // SAFETY: by the caller's promise.
    let (py, version, key) = unsafe {
        let py = attached();
        (py, version_of(map), Borrowed::from_ptr(py, key))
    };
    if store::is_empty(version) {
        return Ok(None);
    }
    let key = HashedKey::new_slowly(key)?;
    let candidate = |stored: &Key, value: &Object| (stored.clone(), value.as_ptr());
    match lookup::get_walking(py, version, key, Object::as_ptr, candidate) {
        Walk::Done(found) => Ok(found),
        Walk::Ask((stored, value)) => {
            let is_key = ask(key.object(), stored.bound(py))?;
            drop(stored);
            // SAFETY: by the caller's promise.
            if is_key && unsafe { version_of(map) } == version {
                return Ok(Some(value));
            }
            // SAFETY: by the caller's promise.
            unsafe { look_up_slowly(map, key, version, lookup::get_after_first) }
        }
        // SAFETY: by the caller's promise.
        Walk::Other => unsafe { look_up_slowly(map, key, version, lookup::get_slowly) },
    }
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
) -> Result<Option<Raw>, Raised> {
    // The collector may clear a map that it has found, while a finalizer looks something up in it.
    // SAFETY: by the caller's promise.
    let is_cleared = || unsafe { version_of(map) } != version;
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
