//! Keys with a tag that spares most comparisons.

use std::ptr::NonNull;

use hedgerow::fold;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::Object;
use super::object::prefetch;

const TAG_MASK: usize = 7;
/// Of no exact kind that is known here: its equality is Python code.
const OTHER: usize = 0;
/// An exact int, 0 <= n < 2^30. Its folded hash is n.
const NATURAL: usize = 1;
/// An exact int, -2^30 < n <= -2. Its folded hash is -n - 1.
const NEGATIVE: usize = 2;
/// Any other exact int.
const INT: usize = 3;
const STR: usize = 4;
const BYTES: usize = 5;

/// An owned reference to a key, tagged with what kind of key it is.
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
    pub(super) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr().map_addr(|address| address & !TAG_MASK)
    }

    /// The key, for PyO3.
    pub(crate) fn into_bound(self, py: Python<'_>) -> Bound<'_, PyAny> {
        // SAFETY: the reference is given on.
        let object = unsafe { Bound::from_owned_ptr(py, self.as_ptr()) };
        std::mem::forget(self);
        object
    }

    /// Whether it is of an exact kind, none of which the collector tracks.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.address() & TAG_MASK != OTHER
    }

    /// Whether this is the only reference.
    #[inline]
    pub(super) fn is_only(&self) -> bool {
        // SAFETY: live (contract 2).
        unsafe { ffi::Py_REFCNT(self.as_ptr()) == 1 }
    }

    /// Asks for the object to be brought into the cache.
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

    /// The key as one to look for, of the hash that it is stored under.
    #[inline]
    pub(crate) fn wanted<'a, 'py>(&'a self, py: Python<'py>, hash: u32) -> Wanted<'a, 'py> {
        // SAFETY: live for as long as `self` is.
        let object = unsafe { Borrowed::from_ptr(py, self.as_ptr()) };
        Wanted { object, tagged: self.0.as_ptr(), hash }
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

/// What can be said of two keys of the same folded hash without running Python code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    Other,
    /// Python has to be asked.
    Ask,
}

/// A key to look for: its folded hash, and its kind.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a, 'py> {
    object: Borrowed<'a, 'py, PyAny>,
    tagged: *mut ffi::PyObject,
    pub(crate) hash: u32,
}

impl<'a, 'py> Wanted<'a, 'py> {
    /// Hashes a key. Of exact str and int this runs no Python code.
    #[inline]
    pub(crate) fn new(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match quick_hash(object) {
            Some(wanted) => Ok(wanted),
            None => Wanted::new_slowly(object),
        }
    }

    #[inline(never)]
    fn new_slowly(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let hash = fold(object.hash()? as u64);
        // SAFETY: a live object.
        let kind = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        let tag = if kind == &raw mut ffi::PyUnicode_Type {
            STR
        } else if kind == &raw mut ffi::PyLong_Type {
            INT
        } else if kind == &raw mut ffi::PyBytes_Type {
            BYTES
        } else {
            OTHER
        };
        Ok(Wanted::tag(object, tag, hash))
    }

    #[inline]
    fn tag(object: Borrowed<'a, 'py, PyAny>, tag: usize, hash: u32) -> Self {
        let tagged = object.as_ptr().map_addr(|address| address | tag);
        Wanted { object, tagged, hash }
    }

    /// The object.
    #[inline]
    pub(crate) fn object(&self) -> Borrowed<'a, 'py, PyAny> {
        self.object
    }

    /// Whether it is this very object.
    #[inline]
    pub(crate) fn is(&self, stored: &Key) -> bool {
        self.tagged == stored.0.as_ptr()
    }

    /// A key to be stored.
    #[inline]
    pub(crate) fn key(&self) -> Key {
        // SAFETY: a live object, and a tagged pointer to it is not null.
        unsafe {
            ffi::Py_INCREF(self.object.as_ptr());
            Key(NonNull::new_unchecked(self.tagged))
        }
    }

    /// Compares with a stored key of the same folded hash. Runs no Python code.
    #[inline]
    pub(crate) fn judge(&self, stored: &Key) -> Verdict {
        if self.tagged == stored.0.as_ptr() {
            return Verdict::Same;
        }
        let (tag, other) = (self.tagged.addr() & TAG_MASK, stored.address() & TAG_MASK);
        if tag == OTHER || other == OTHER {
            return Verdict::Ask;
        }
        if tag != other {
            // Different kinds, or ints of ranges that do not meet.
            return Verdict::Other;
        }
        let same = match tag {
            // The hash says it all.
            NATURAL | NEGATIVE => true,
            // SAFETY: live objects of the exact type that the tag says (contract 4).
            STR => unsafe { same_str(self.object.as_ptr(), stored.as_ptr()) },
            // SAFETY: as above.
            INT => unsafe { same_int(self.object.as_ptr(), stored.as_ptr()) },
            // SAFETY: as above.
            _ => unsafe { same_bytes(self.object.as_ptr(), stored.as_ptr()) },
        };
        if same { Verdict::Same } else { Verdict::Other }
    }
}

/// Hashes a key if that takes no Python code and no computation: a `str` that was hashed before,
/// or an `int` of one digit.
#[inline]
pub(crate) fn quick_hash<'a, 'py>(object: Borrowed<'a, 'py, PyAny>) -> Option<Wanted<'a, 'py>> {
    let pointer = object.as_ptr();
    // SAFETY: a live object; the layouts are those of contract 5, for exact types only.
    unsafe {
        let kind = ffi::Py_TYPE(pointer);
        if kind == &raw mut ffi::PyUnicode_Type {
            let cached = cached_str_hash(pointer);
            if cached != -1 {
                return Some(Wanted::tag(object, STR, fold(cached as u64)));
            }
        } else if kind == &raw mut ffi::PyLong_Type
            && let Some(number) = one_digit(pointer)
            && number != -1
        {
            let tag = if number < 0 { NEGATIVE } else { NATURAL };
            return Some(Wanted::tag(object, tag, fold(number as i64 as u64)));
        }
    }
    None
}

/// The hash of an exact `str`, -1 if it has not been asked for yet.
///
/// # Safety
///
/// `object` is a live, exact `str`.
#[inline]
unsafe fn cached_str_hash(object: *mut ffi::PyObject) -> isize {
    // SAFETY: contract 5: every `str` begins with this struct.
    unsafe { (*object.cast::<ffi::PyASCIIObject>()).hash }
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
/// Both are live, exact `str` whose hashes have been asked for.
#[inline]
unsafe fn same_str(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: a string's length, kind and data; what was hashed is ready (3.11).
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
