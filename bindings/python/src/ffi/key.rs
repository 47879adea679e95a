//! Keys, with a tag that says which need no Python code to be compared.

use std::ptr::NonNull;

use hedgerow::fold;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::object::{Object, prefetch};

const TAG_MASK: usize = 7;
/// Any other kind: its equality may be Python code.
const OTHER: usize = 0;
/// An exact int, 0 <= n < 2^30. Its folded hash is n.
const NATURAL: usize = 1;
/// An exact int, -2^30 < n <= -2. Its folded hash is -n - 1.
const NEGATIVE: usize = 2;
/// Any other exact int.
const INT: usize = 3;
/// An exact str.
const STR: usize = 4;
/// An exact bytes.
const BYTES: usize = 5;

/// An owned reference to a key, with its kind in the low three bits of the pointer.
pub(crate) struct Key(NonNull<ffi::PyObject>);

// SAFETY: as for `Object`.
unsafe impl Send for Key {}
// SAFETY: as for `Object`.
unsafe impl Sync for Key {}

impl Key {
    #[inline]
    fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr().map_addr(|address| address & !TAG_MASK)
    }

    /// Gives the reference to PyO3.
    pub(crate) fn into_bound(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: the reference is given away.
        let object = unsafe { Bound::from_owned_ptr(py, self.as_ptr()) };
        std::mem::forget(self);
        object
    }

    /// Whether it is of an exact kind. The collector tracks none of these.
    #[inline]
    pub(super) fn is_exact(&self) -> bool {
        self.address() & TAG_MASK != OTHER
    }

    /// Whether this is the only reference.
    #[inline]
    pub(crate) fn is_only(&self) -> bool {
        // SAFETY: live (contract 2).
        unsafe { ffi::Py_REFCNT(self.as_ptr()) == 1 }
    }

    /// Prefetches the object's head, where its reference count is.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch(self.as_ptr());
    }

    /// A new reference to the key.
    #[inline]
    pub(crate) fn object(&self) -> Object {
        // SAFETY: live (contract 2).
        unsafe { Object::clone_raw(self.as_ptr()) }
    }

    /// Whether two stored keys of the same folded hash are equal, if that can be said without
    /// running Python code.
    #[inline]
    pub(crate) fn compare(&self, other: &Key) -> Option<bool> {
        // SAFETY: live (contract 2).
        unsafe { compare(self.0.as_ptr(), other.0.as_ptr()) }
    }
}

impl Clone for Key {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: live (contract 2).
        unsafe { ffi::Py_INCREF(self.as_ptr()) };
        Key(self.0)
    }
}

impl Drop for Key {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the reference is this key's, and its pointer is not null without the tag.
        drop(unsafe { Object::from_raw(NonNull::new_unchecked(self.as_ptr())) });
    }
}

/// A key to search for, with its folded hash and its kind.
#[derive(Clone, Copy)]
pub(crate) struct HashedKey<'a, 'py> {
    object: Borrowed<'a, 'py, PyAny>,
    tagged: *mut ffi::PyObject,
    pub(crate) hash: u32,
}

impl<'a, 'py> HashedKey<'a, 'py> {
    /// Hashes a key. Runs no Python code for an exact str or int.
    #[inline]
    pub(crate) fn new(object: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        match HashedKey::new_quickly(object.as_borrowed()) {
            Some(key) => Ok(key),
            None => HashedKey::new_slowly(object.as_borrowed()),
        }
    }

    /// Hashes a key if that takes no Python code and no computation: a `str` that was hashed
    /// before, or an `int` of one digit.
    #[inline]
    pub(crate) fn new_quickly(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        let pointer = object.as_ptr();
        // SAFETY: a live object; the layouts are those of contract 5, for exact types only. Every
        // `str` begins with a `PyASCIIObject`, whose hash is -1 until it is computed.
        let (tag, hash) = unsafe {
            let class = ffi::Py_TYPE(pointer);
            if class == &raw mut ffi::PyUnicode_Type {
                let hash = (*pointer.cast::<ffi::PyASCIIObject>()).hash;
                if hash == -1 {
                    return None;
                }
                (STR, hash as u64)
            } else if class == &raw mut ffi::PyLong_Type
                && let Some(number) = one_digit(pointer)
                && number != -1
            {
                (if number < 0 { NEGATIVE } else { NATURAL }, number as i64 as u64)
            } else {
                return None;
            }
        };
        let tagged = pointer.map_addr(|address| address | tag);
        Some(HashedKey { object, tagged, hash: fold(hash) })
    }

    #[inline(never)]
    fn new_slowly(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let hash = fold(object.hash()? as u64);
        // SAFETY: a live object.
        let class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        let tag = if class == &raw mut ffi::PyUnicode_Type {
            STR
        } else if class == &raw mut ffi::PyLong_Type {
            INT
        } else if class == &raw mut ffi::PyBytes_Type {
            BYTES
        } else {
            OTHER
        };
        let tagged = object.as_ptr().map_addr(|address| address | tag);
        Ok(HashedKey { object, tagged, hash })
    }

    /// The object.
    #[inline]
    pub(crate) fn object(&self) -> Borrowed<'a, 'py, PyAny> {
        self.object
    }

    /// Whether a stored key is this very object.
    #[inline]
    pub(crate) fn is(&self, stored: &Key) -> bool {
        self.tagged == stored.0.as_ptr()
    }

    /// A new reference, to be stored.
    #[inline]
    pub(crate) fn key(&self) -> Key {
        // SAFETY: a live object, and a tagged pointer to it is not null.
        unsafe {
            ffi::Py_INCREF(self.object.as_ptr());
            Key(NonNull::new_unchecked(self.tagged))
        }
    }

    /// Whether a stored key of the same folded hash is equal, if that can be said without running
    /// Python code.
    #[inline]
    pub(crate) fn compare(&self, stored: &Key) -> Option<bool> {
        // SAFETY: `object` is live, and so is a stored key (contract 2).
        unsafe { compare(self.tagged, stored.0.as_ptr()) }
    }
}

/// Whether two keys of the same folded hash are equal; `None` if it takes Python code to say.
///
/// # Safety
///
/// Both are tagged pointers to live objects.
#[inline]
unsafe fn compare(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    let tag = a.addr() & TAG_MASK;
    let other_tag = b.addr() & TAG_MASK;
    if tag == OTHER || other_tag == OTHER {
        return None;
    }
    if tag != other_tag {
        // Different types, or ints of disjoint ranges.
        return Some(false);
    }
    let untagged = |key: *mut ffi::PyObject| key.map_addr(|address| address & !TAG_MASK);
    // SAFETY: live objects of the exact type that the tag says (contract 4). A str that is a key
    // has been hashed.
    Some(unsafe {
        match tag {
            // The folded hash determines the number.
            NATURAL | NEGATIVE => true,
            STR => same_str(untagged(a), untagged(b)),
            INT => same_int(untagged(a), untagged(b)),
            _ => same_bytes(untagged(a), untagged(b)),
        }
    })
}

/// The value of an `int` of at most one digit of 30 bits.
///
/// # Safety
///
/// `object` is a live, exact `int`.
#[inline]
unsafe fn one_digit(object: *mut ffi::PyObject) -> Option<i32> {
    /// The head of CPython's `struct _longobject`.
    #[repr(C)]
    struct Int {
        head: ffi::PyObject,
        /// Up to 3.11 the number of digits, with the sign; from 3.12 on that times eight, with the
        /// sign in the low two bits.
        size_and_sign: isize,
        digit: u32,
    }
    // SAFETY: contract 5.
    let (size_and_sign, digit) = unsafe {
        let int = object.cast::<Int>();
        ((*int).size_and_sign, (*int).digit as i32)
    };
    #[cfg(Py_3_12)]
    return (size_and_sign < 16).then_some((1 - (size_and_sign as i32 & 3)) * digit);
    #[cfg(not(Py_3_12))]
    return matches!(size_and_sign, -1..=1).then_some(size_and_sign as i32 * digit);
}

/// # Safety
///
/// Both are live, exact `str` that have been hashed.
#[inline]
unsafe fn same_str(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: a string's length, kind and data. One that was hashed is ready (3.11).
    unsafe {
        let (length, kind) = (ffi::PyUnicode_GET_LENGTH(a), ffi::PyUnicode_KIND(a));
        if length != ffi::PyUnicode_GET_LENGTH(b) || kind != ffi::PyUnicode_KIND(b) {
            return false;
        }
        let bytes = length as usize * kind as usize;
        let data = |object| std::slice::from_raw_parts(ffi::PyUnicode_DATA(object).cast(), bytes);
        let (a, b): (&[u8], &[u8]) = (data(a), data(b));
        a == b
    }
}

/// # Safety
///
/// Both are live, exact `int`.
unsafe fn same_int(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: comparing exact ints cannot fail, and neither allocates nor runs Python code.
    unsafe { ffi::PyObject_RichCompareBool(a, b, ffi::Py_EQ) == 1 }
}

/// # Safety
///
/// Both are live, exact `bytes`.
unsafe fn same_bytes(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: the buffer and length of a bytes object, which never changes.
    let bytes = |object| unsafe {
        let length = ffi::PyBytes_Size(object) as usize;
        std::slice::from_raw_parts(ffi::PyBytes_AsString(object).cast::<u8>(), length)
    };
    bytes(a) == bytes(b)
}
