//! Hashes that are computed without running Python code, and soon.

use pyo3::ffi;

use super::call::Raw;
use super::key::Key;
use super::object::Object;
use super::plain::{MAX_DEPTH, Plain, plain};

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

/// Whether hashing an object runs no Python code and cannot fail: one of a built-in type with such
/// items, or one that is hashed by identity. Not where it is or has a tuple or frozenset of more
/// than `longest` items, or more than `levels` tuples in each other.
///
/// # Safety
///
/// A live object.
pub(super) unsafe fn has_plain_hash(
    object: *mut ffi::PyObject,
    longest: ffi::Py_ssize_t,
    levels: u32,
) -> bool {
    // SAFETY: a live object and its type; the items of a tuple are live as long as it is.
    unsafe {
        let class = ffi::Py_TYPE(object);
        match plain(class) {
            Some(Plain::Tuple) => {
                let length = ffi::PyTuple_GET_SIZE(object);
                let item = |at| ffi::PyTuple_GET_ITEM(object, at);
                levels > 0
                    && length <= longest
                    && (0..length).all(|at| has_plain_hash(item(at), longest, levels - 1))
            }
            // It knows the hashes of its elements.
            Some(Plain::Frozenset) => ffi::PySet_Size(object) <= longest,
            Some(Plain::Str | Plain::Int | Plain::Bytes | Plain::Float | Plain::OtherNumber) => {
                true
            }
            // From 3.12 on, None has a hash of its own.
            _ if object == ffi::Py_None() => true,
            Some(Plain::Identity) | None => has_hash_of_identity(class),
        }
    }
}

/// Whether [`has_plain_hash`] may be true of objects of a type.
///
/// # Safety
///
/// A live type.
#[inline]
pub(super) unsafe fn may_have_plain_hash(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: by the caller's promise. What leaves equality to `object` is None, or hashed by it.
    unsafe { has_hash_of_identity(class) || plain(class).is_some() }
}

/// Whether a type leaves the hash to `object`, which hashes by identity.
///
/// # Safety
///
/// A live type.
#[inline(always)]
pub(super) unsafe fn has_hash_of_identity(class: *mut ffi::PyTypeObject) -> bool {
    let object = &raw const ffi::PyBaseObject_Type;
    // SAFETY: types that are ready; the slot is inherited where a type has none of its own.
    let (own, inherited) = unsafe { ((*class).tp_hash, (*object).tp_hash) };
    own.zip(inherited).is_some_and(|(own, other)| std::ptr::fn_addr_eq(own, other))
}
