//! Hashes that are computed without running Python code.

use pyo3::ffi;

use super::call::Raw;
use super::key::Key;
use super::object::Object;

/// The hash of a key, as [`plain_hash`].
pub(crate) fn plain_hash_of_key(key: &Key) -> Option<i64> {
    // SAFETY: live (contract 2).
    unsafe { hash_within(key.as_ptr(), NESTED) }
}

/// The hash of an object that takes no Python code and cannot fail: of an exact str, bytes, int,
/// float or bool, of None, of what is hashed by its identity, and of short tuples of such. `None`
/// for everything else.
pub(crate) fn plain_hash(object: &Object) -> Option<i64> {
    // SAFETY: live (contract 2).
    unsafe { hash_within(object.as_ptr(), NESTED) }
}

/// How many tuples may be inside each other, and how many items in each.
const NESTED: usize = 3;
const LONGEST: ffi::Py_ssize_t = 8;

/// # Safety
///
/// A live object.
unsafe fn hash_within(object: Raw, levels: usize) -> Option<i64> {
    // SAFETY: by the caller's promise. The slot of a type that `has_plain_hash` accepts runs no
    // Python code, and the items of a tuple live as long as that does.
    unsafe {
        if !has_plain_hash(object, levels) {
            return None;
        }
        let hash = ffi::PyObject_Hash(object);
        // Only what is not hashable has none: -1 comes with an exception.
        (hash != -1).then_some(hash as i64)
    }
}

/// # Safety
///
/// A live object.
unsafe fn has_plain_hash(object: Raw, levels: usize) -> bool {
    // SAFETY: by the caller's promise; static types of CPython, and reads of a type's slot.
    unsafe {
        let class = ffi::Py_TYPE(object);
        let plain = [
            &raw mut ffi::PyUnicode_Type,
            &raw mut ffi::PyLong_Type,
            &raw mut ffi::PyFloat_Type,
            &raw mut ffi::PyBytes_Type,
            &raw mut ffi::PyBool_Type,
        ];
        if plain.contains(&class) || object == ffi::Py_None() {
            return true;
        }
        if class == &raw mut ffi::PyTuple_Type {
            let length = ffi::PyTuple_GET_SIZE(object);
            return levels > 0
                && length <= LONGEST
                && (0..length)
                    .all(|at| has_plain_hash(ffi::PyTuple_GET_ITEM(object, at), levels - 1));
        }
        let slot = |class: *mut ffi::PyTypeObject| (*class).tp_hash.map(|hash| hash as usize);
        slot(class) == slot(&raw mut ffi::PyBaseObject_Type)
    }
}
