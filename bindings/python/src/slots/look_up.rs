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
/// This is a jump to the function for keys of that kind, which has the same arguments: so no kind
/// pays for registers and questions that another one needs. Each function passes closures of its
/// own to the walk, because the compiler makes a walk that several share a call.
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
        } else if HashedKey::leaves_equality_to_python(borrowed(attached(), key)) {
            look_up_other::<F>(map, key, default)
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
            && let Some(found) = look_up_quickly(map, hashed, |value| value.as_ptr())
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
            && let Some(found) = look_up_quickly(map, hashed, |value| value.as_ptr())
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
unsafe fn look_up_quickly(
    map: Raw,
    key: HashedKey<'_, '_>,
    take: impl FnOnce(&Object) -> Raw,
) -> Option<Option<Raw>> {
    // SAFETY: by the caller's promise.
    lookup::get_quickly(key.py(), unsafe { version_of(map) }, key, take)
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
        // A closure, because a function that is passed by its name is called.
        let compare = |key: HashedKey<'_, '_>, stored: &Key| key.compare(stored);
        let walk = lookup::get_walking(py, version, hashed, compare, Object::as_ptr, candidate);
        let looked = match walk {
            Walk::Done(found) => return F::finish(Ok(found), key, default),
            Walk::Ask(candidate) => look_up_asking(map, hashed, version, candidate),
            Walk::Other => look_up_slowly(map, hashed, version, lookup::get_slowly),
        };
        F::finish(looked, key, default)
    }
}

/// [`look_up_any`], for objects of a type of which nothing is known: Python is asked of any but the
/// stored one.
///
/// # Safety
///
/// As for [`look_up`].
#[inline(never)]
unsafe extern "C" fn look_up_other<F: Finish>(map: Raw, key: Raw, default: Raw) -> F::Answer {
    // SAFETY: by the caller's promise.
    unsafe {
        let py = attached();
        if store::is_empty(version_of(map)) {
            return F::finish(Ok(None), key, default);
        }
        let Ok(hashed) = HashedKey::new_other(borrowed(py, key)) else {
            return F::finish(Err(Raised), key, default);
        };
        let version = version_of(map);
        let compare = HashedKey::compare_other;
        let candidate = |stored: &Key, value: &Object| (stored.clone(), value.as_ptr());
        let looked =
            match lookup::get_walking(py, version, hashed, compare, Object::as_ptr, candidate) {
                Walk::Done(found) => return F::finish(Ok(found), key, default),
                Walk::Ask((stored, value)) => match ask(hashed.object(), stored.bound(py)) {
                    Err(Raised) => Err(Raised),
                    Ok(is_key) => {
                        drop(stored);
                        if is_key && is_of(map, version) {
                            return F::finish(Ok(Some(value)), key, default);
                        }
                        look_up_slowly(map, hashed, version, lookup::get_after_first)
                    }
                },
                Walk::Other => look_up_slowly(map, hashed, version, lookup::get_slowly),
            };
        F::finish(looked, key, default)
    }
}

/// [`look_up`] from where the walk has found the first key of the hash, and its value.
///
/// # Safety
///
/// As for [`look_up`]; the version, which the map had, has the two.
#[inline(never)]
unsafe fn look_up_asking(
    map: Raw,
    key: HashedKey<'_, '_>,
    version: Version,
    (stored, value): (Key, Raw),
) -> Looked {
    let is_key = ask(key.object(), stored.bound(key.py()))?;
    drop(stored);
    // SAFETY: by the caller's promise.
    unsafe {
        if is_key && is_of(map, version) {
            return Ok(Some(value));
        }
        look_up_slowly(map, key, version, lookup::get_after_first)
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
