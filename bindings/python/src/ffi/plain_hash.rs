//! Hashes that are computed without running Python code, and soon.

use pyo3::ffi;

use super::call::Raw;
use super::hashed_plainly::has_plain_hash;
use super::key::Key;
use super::object::Object;
use super::plain::MAX_DEPTH;

/// The hash of a key, as [`plain_hash`].
pub(crate) fn plain_hash_of_key(key: &Key) -> Option<i64> {
    // SAFETY: live (contract 2).
    unsafe { hash_of(key.as_ptr()) }
}

/// The hash of an object that takes no Python code and cannot fail: of a built-in type, or by its
/// identity. `None` for everything else, and for long or deeply nested tuples and frozensets.
pub(crate) fn plain_hash(object: &Object) -> Option<i64> {
    // SAFETY: live (contract 2).
    unsafe { hash_of(object.as_ptr()) }
}

/// Whether hashing a key runs no Python code and cannot fail.
pub(crate) fn is_hashed_plainly(key: &Key) -> bool {
    // SAFETY: live (contract 2).
    unsafe { has_plain_hash(key.as_ptr(), ffi::Py_ssize_t::MAX, MAX_DEPTH) }
}

/// The most items of a tuple or frozenset, and how many tuples may be in each other.
const LONGEST: ffi::Py_ssize_t = 8;
const LEVELS: u32 = 3;

/// # Safety
///
/// A live object.
unsafe fn hash_of(object: Raw) -> Option<i64> {
    // SAFETY: by the caller's promise.
    unsafe {
        if !has_plain_hash(object, LONGEST, LEVELS) {
            return None;
        }
        let hash = ffi::PyObject_Hash(object);
        // Only what is not hashable has none: -1 comes with an exception.
        (hash != -1).then_some(hash as i64)
    }
}
