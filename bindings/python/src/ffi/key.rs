//! Keys, with a tag that says what can be compared at once.

use std::marker::PhantomData;
use std::ptr::NonNull;

use hedgerow::fold;
use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use super::call::{Raised, borrowed};
use super::hashed_plainly::{has_hash_of_identity, has_plain_hash};
use super::object::{Object, prefetch};
use super::plain;
use super::tracking::may_be_tracked;

const TAG_MASK: usize = 7;
/// Any other kind: [`plain`] says whether its equality may be Python code.
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
        untagged(self.0.as_ptr())
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

    /// The object, as PyO3 borrows one.
    #[inline]
    pub(crate) fn bound<'a, 'py>(&'a self, py: Python<'py>) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: live for as long as `self` is (contract 2).
        unsafe { borrowed(py, self.as_ptr()) }
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

/// A key to search for, with its folded hash and its kind: two words, which are passed in
/// registers.
#[derive(Clone, Copy)]
pub(crate) struct HashedKey<'a, 'py> {
    tagged: NonNull<ffi::PyObject>,
    pub(crate) hash: u32,
    py: Python<'py>,
    object: PhantomData<Borrowed<'a, 'py, PyAny>>,
}

impl<'a, 'py> HashedKey<'a, 'py> {
    /// Hashes a key. May run Python code, but not for an exact str, int or bytes.
    #[inline]
    pub(crate) fn new(object: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        let object = object.as_borrowed();
        match HashedKey::new_quickly(object) {
            Some(key) => Ok(key),
            None => HashedKey::new_slowly(object).map_err(|raised| raised.fetch(object.py())),
        }
    }

    /// Hashes a key if that takes no call: a `str` hashed before, or an `int` of one digit.
    #[inline(always)]
    pub(crate) fn new_quickly(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        // SAFETY: a live object, of the type that is asked for.
        unsafe {
            let class = ffi::Py_TYPE(object.as_ptr());
            if class == &raw mut ffi::PyUnicode_Type {
                HashedKey::of_hashed_str(object)
            } else if class == &raw mut ffi::PyLong_Type {
                HashedKey::of_small_int(object)
            } else {
                None
            }
        }
    }

    /// A `str` if it was hashed before.
    ///
    /// # Safety
    ///
    /// An exact `str`.
    #[inline(always)]
    pub(crate) unsafe fn of_hashed_str(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        // SAFETY: contract 5. Every `str` begins with a `PyASCIIObject`, whose hash is -1 until it
        // is computed.
        let hash = unsafe { (*object.as_ptr().cast::<ffi::PyASCIIObject>()).hash };
        (hash != -1).then(|| HashedKey::of(object, STR, fold(hash as u64)))
    }

    /// An `int` of one digit.
    ///
    /// # Safety
    ///
    /// An exact `int`.
    #[inline(always)]
    pub(crate) unsafe fn of_small_int(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        // The hash of -1 is another. SAFETY: by the caller's promise.
        let number = unsafe { plain::one_digit(object.as_ptr()) }.filter(|&number| number != -1)?;
        let tag = if number < 0 { NEGATIVE } else { NATURAL };
        Some(HashedKey::of(object, tag, fold(number as u64)))
    }

    /// Hashes a key if that runs no Python code.
    #[inline]
    pub(super) fn new_plain(object: Borrowed<'a, 'py, PyAny>) -> Option<Self> {
        if let quick @ Some(_) = HashedKey::new_quickly(object) {
            return quick;
        }
        // SAFETY: a live object and its type.
        let hashed = unsafe {
            if has_hash_of_identity(ffi::Py_TYPE(object.as_ptr())) {
                HashedKey::new_other(object)
            } else if has_plain_hash(object.as_ptr(), isize::MAX, plain::MAX_DEPTH) {
                HashedKey::new_slowly(object)
            } else {
                return None;
            }
        };
        // Where there is an exception after all, the slow path raises it again.
        hashed.map_err(|raised| raised.fetch(object.py())).ok()
    }

    /// Hashes any key by the slot of its type. May run Python code, and leaves the exception set if
    /// that fails.
    #[inline(always)]
    pub(crate) fn new_slowly(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Raised> {
        let pointer = object.as_ptr();
        // SAFETY: a live object.
        let (tag, hash) = unsafe { tag_and_hash(pointer) };
        // No hash is -1.
        if hash == -1 {
            return Err(Raised);
        }
        Ok(HashedKey::of(object, tag, fold(hash as u64)))
    }

    /// [`new_slowly`](HashedKey::new_slowly), of an object of a type of which nothing is known:
    /// [`leaves_equality_to_python`](HashedKey::leaves_equality_to_python).
    #[inline(always)]
    pub(crate) fn new_other(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Raised> {
        // SAFETY: a live object, and the slot of its type, as in `tag_and_hash`.
        let hash = unsafe {
            let class = ffi::Py_TYPE(object.as_ptr());
            (*class).tp_hash.unwrap_or(ffi::PyObject_Hash)(object.as_ptr())
        };
        // No hash is -1.
        if hash == -1 {
            return Err(Raised);
        }
        Ok(HashedKey::of(object, OTHER, fold(hash as u64)))
    }

    #[inline(always)]
    fn of(object: Borrowed<'a, 'py, PyAny>, tag: usize, hash: u32) -> Self {
        // SAFETY: a tagged pointer to an object is not null.
        let tagged = unsafe { NonNull::new_unchecked(tagged(object.as_ptr(), tag)) };
        HashedKey { tagged, hash, py: object.py(), object: PhantomData }
    }

    #[inline]
    pub(crate) fn py(self) -> Python<'py> {
        self.py
    }

    /// Whether the collector may ever have to know of it.
    #[inline]
    pub(crate) fn may_be_tracked(self) -> bool {
        self.tagged.addr().get() & TAG_MASK == OTHER && may_be_tracked(&self.object())
    }

    /// The object.
    #[inline]
    pub(crate) fn object(self) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: live for `'a`.
        unsafe { borrowed(self.py, untagged(self.tagged.as_ptr())) }
    }

    /// Whether a stored key is this very object.
    #[inline]
    pub(crate) fn is(self, stored: &Key) -> bool {
        self.tagged == stored.0
    }

    /// A new reference, to be stored.
    #[inline]
    pub(crate) fn key(self) -> Key {
        // SAFETY: a live object.
        unsafe { ffi::Py_INCREF(untagged(self.tagged.as_ptr())) };
        Key(self.tagged)
    }

    /// Whether a stored key of the same folded hash is equal, if that can be said without running
    /// Python code.
    #[inline]
    pub(crate) fn compare(self, stored: &Key) -> Option<bool> {
        // SAFETY: the object is live, and so is a stored key (contract 2).
        unsafe { compare(self.tagged.as_ptr(), stored.0.as_ptr()) }
    }

    /// [`compare`](HashedKey::compare), of what [`new_other`](HashedKey::new_other) has made.
    #[inline(always)]
    pub(crate) fn compare_other(self, stored: &Key) -> Option<bool> {
        if self.is(stored) {
            return Some(true);
        }
        // SAFETY: live objects; one without a tag is untagged.
        let is_of_class = !stored.is_exact()
            && unsafe { ffi::Py_TYPE(stored.0.as_ptr()) == ffi::Py_TYPE(self.tagged.as_ptr()) };
        if is_of_class { None } else { self.compare_with_another_class(stored) }
    }

    #[cold]
    fn compare_with_another_class(self, stored: &Key) -> Option<bool> {
        self.compare(stored)
    }

    /// Whether nothing is known of the equality of an object's type, so that only Python can
    /// compare it with others of that type.
    #[inline(always)]
    pub(crate) fn leaves_equality_to_python(object: Borrowed<'_, '_, PyAny>) -> bool {
        // SAFETY: a live object.
        unsafe { plain::leaves_equality_to_python(ffi::Py_TYPE(object.as_ptr())) }
    }

    /// Whether a stored key of the same folded hash is equal, as far as their tags say. Small
    /// enough to be a part of the walk.
    #[inline(always)]
    pub(crate) fn is_quickly(self, stored: &Key) -> bool {
        // SAFETY: as in `compare`.
        self.is(stored) || unsafe { are_equal_tagged(self.tagged.as_ptr(), stored.0.as_ptr()) }
    }
}

/// Whether [`compare_tagged`] says so. Takes pointers: a reference to a key would have to be in
/// memory.
///
/// # Safety
///
/// As for [`compare()`].
#[inline(never)]
unsafe fn are_equal_tagged(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's promise.
    unsafe { compare_tagged(a, b) == Some(true) }
}

/// The tag of a key, and its hash; -1 with an exception set if there is none. Two words, because
/// these are returned in registers.
///
/// # Safety
///
/// A live object.
#[inline]
unsafe fn tag_and_hash(object: *mut ffi::PyObject) -> (usize, i64) {
    // SAFETY: a live object, of the type that is asked for, and the slot of its type. For a type
    // without one, which may not be ready yet, CPython's function knows what to do. The layouts are
    // those of contract 5.
    unsafe {
        let class = ffi::Py_TYPE(object);
        let slot = (*class).tp_hash.unwrap_or(ffi::PyObject_Hash);
        if class == &raw mut ffi::PyLong_Type {
            match plain::one_digit(object).filter(|&number| number != -1) {
                Some(number) => (if number < 0 { NEGATIVE } else { NATURAL }, number),
                None => (INT, plain::hash_of_int(object)),
            }
        } else if class == &raw mut ffi::PyUnicode_Type {
            (STR, slot(object) as i64)
        } else {
            let hash = slot(object) as i64;
            // After the call, which would have to keep the tag.
            (if ffi::Py_TYPE(object) == &raw mut ffi::PyBytes_Type { BYTES } else { OTHER }, hash)
        }
    }
}

/// Whether two keys of the same folded hash are equal; `None` if it may take Python code to say.
///
/// # Safety
///
/// Both are tagged pointers to live objects.
#[inline]
unsafe fn compare(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
    // SAFETY: by the caller's promise.
    unsafe { compare_tagged(a, b).or_else(|| plain::compare(untagged(a), untagged(b))) }
}

/// [`compare()`], if their tags say enough.
///
/// # Safety
///
/// As for [`compare()`].
#[inline(always)]
unsafe fn compare_tagged(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
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
    // SAFETY: live objects of the exact type that the tag says (contract 4). A str that is a key
    // has been hashed.
    Some(unsafe {
        match tag {
            // The folded hash determines the number.
            NATURAL | NEGATIVE => true,
            STR => plain::same_str(untagged(a), untagged(b)),
            INT => plain::same_int(untagged(a), untagged(b)),
            _ => plain::same_bytes(untagged(a), untagged(b)),
        }
    })
}

fn tagged(object: *mut ffi::PyObject, tag: usize) -> *mut ffi::PyObject {
    object.map_addr(|address| address | tag)
}

fn untagged(key: *mut ffi::PyObject) -> *mut ffi::PyObject {
    key.map_addr(|address| address & !TAG_MASK)
}
