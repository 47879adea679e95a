//! Which objects are hashed without Python code.

use pyo3::ffi;

use super::plain::{Plain, plain};

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
