//! Looking a key up in a map or set, for the slots and methods that do.

use hedgerow::Version;
use pyo3::ffi;
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

/// What a slot or method makes of what it has looked up.
pub(super) trait Finish {
    type Answer;

    /// # Safety
    ///
    /// A live value, a live key. `default` is what was passed to [`look_up`].
    unsafe fn finish(looked: Looked, key: Raw, default: Raw) -> Self::Answer;
}

/// Looks a key up. An empty map does not hash it.
///
/// The functions from here to the last one each end with a jump to the next: keys of one kind pay
/// for no registers and no questions that another kind needs. So all have the same arguments.
///
/// # Safety
///
/// A live map or set, a live key. The caller of the slot holds both until this returns.
#[inline(always)]
pub(super) unsafe fn look_up<F: Finish>(map: Raw, key: Raw, default: Raw) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        let class = ffi::Py_TYPE(key);
        if class == &raw mut ffi::PyUnicode_Type {
            look_up_str::<F>(map, key, default)
        } else if class == &raw mut ffi::PyLong_Type {
            look_up_int::<F>(map, key, default)
        } else {
            look_up_any::<F>(map, key, default)
        }
    }
}

/// # Safety
///
/// As for [`look_up`]; an exact `str`.
#[inline(never)]
unsafe extern "C" fn look_up_str<F: Finish>(map: Raw, key: Raw, default: Raw) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        if let Some(hashed) = HashedKey::of_hashed_str(borrowed(attached(), key))
            && let Some(found) = look_up_quickly(map, hashed)
        {
            return F::finish(Ok(found), key, default);
        }
        look_up_any::<F>(map, key, default)
    }
}

/// # Safety
///
/// As for [`look_up`]; an exact `int`.
#[inline(never)]
unsafe extern "C" fn look_up_int<F: Finish>(map: Raw, key: Raw, default: Raw) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        if let Some(hashed) = HashedKey::of_small_int(borrowed(attached(), key))
            && let Some(found) = look_up_quickly(map, hashed)
        {
            return F::finish(Ok(found), key, default);
        }
        look_up_any::<F>(map, key, default)
    }
}

/// # Safety
///
/// A live map or set.
#[inline(always)]
unsafe fn look_up_quickly(map: Raw, key: HashedKey<'_, '_>) -> Option<Option<Raw>> {
    // SAFETY: by the caller's promise.
    lookup::get_quickly(key.py(), unsafe { version_of(map) }, key, Object::as_ptr)
}

/// [`look_up`], for keys of any kind.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe extern "C" fn look_up_any<F: Finish>(map: Raw, key: Raw, default: Raw) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        let py = attached();
        if store::is_empty(version_of(map)) {
            return F::finish(Ok(None), key, default);
        }
        let Ok(hashed) = HashedKey::new_slowly(borrowed(py, key)) else {
            return F::finish(Err(Raised), key, default);
        };
        let version = version_of(map);
        let candidate = |stored: &Key, value: &Object| (stored.clone(), value.as_ptr());
        match lookup::get_walking(py, version, hashed, Object::as_ptr, candidate) {
            Walk::Done(found) => F::finish(Ok(found), key, default),
            Walk::Ask(candidate) => look_up_asking::<F>(map, hashed, default, candidate),
            Walk::Other => {
                let looked = look_up_slowly(map, hashed, version, lookup::get_slowly);
                F::finish(looked, key, default)
            }
        }
    }
}

/// [`look_up`] from where the walk has found the first key of the hash, and its value.
///
/// # Safety
///
/// As for [`look_up`]; the map has the two.
#[inline(never)]
unsafe fn look_up_asking<F: Finish>(
    map: Raw,
    hashed: HashedKey<'_, '_>,
    default: Raw,
    (stored, value): (Key, Raw),
) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        let version = version_of(map);
        let key = hashed.object();
        let looked = match ask(key, stored.bound(hashed.py())) {
            Err(Raised) => Err(Raised),
            Ok(is_key) => {
                drop(stored);
                if is_key && is_of(map, version) {
                    return F::finish(Ok(Some(value)), key.as_ptr(), default);
                }
                look_up_slowly(map, hashed, version, lookup::get_after_first)
            }
        };
        F::finish(looked, key.as_ptr(), default)
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
