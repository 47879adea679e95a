//! Comparing objects where that runs no Python code: those of built-in types, and of types that
//! leave it to `object`. So keys can be compared while the store is borrowed. What is hashed so is
//! in [`hashed_plainly`](super::hashed_plainly).

use std::ffi::c_ulong;

use pyo3::ffi;

/// How deep tuples may lie in each other. Deeper ones are left to CPython, which knows how much
/// stack there is.
pub(super) const MAX_DEPTH: u32 = 8;

/// Whether two different objects are equal, by their types alone: `None` if it may take Python code
/// to say. Agrees with `==` also where the objects have different hashes.
///
/// # Safety
///
/// Both are live. A str in them that is not ready (3.11) has been hashed.
#[inline(always)]
pub(super) unsafe fn compare(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
    // SAFETY: by the caller's promise.
    unsafe {
        let class = ffi::Py_TYPE(a);
        if class == ffi::Py_TYPE(b) && leaves_equality_to_python(class) {
            return None;
        }
        compare_plain(a, b)
    }
}

/// Whether nothing is known of a type: soon said of most types.
///
/// # Safety
///
/// A live type.
#[inline(always)]
pub(super) unsafe fn leaves_equality_to_python(class: *mut ffi::PyTypeObject) -> bool {
    const SUBCLASS_OF_PLAIN: c_ulong = ffi::Py_TPFLAGS_LONG_SUBCLASS
        | ffi::Py_TPFLAGS_UNICODE_SUBCLASS
        | ffi::Py_TPFLAGS_BYTES_SUBCLASS
        | ffi::Py_TPFLAGS_TUPLE_SUBCLASS;
    // SAFETY: by the caller's promise; reads of a type that is ready.
    unsafe {
        (*class).tp_flags & SUBCLASS_OF_PLAIN == 0
            && class != &raw mut ffi::PyFloat_Type
            && !inherits_equality(class)
    }
}

/// # Safety
///
/// As for [`compare`].
#[inline(never)]
unsafe fn compare_plain(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
    // SAFETY: by the caller's promise.
    unsafe { compare_nested(a, b, 0) }
}

/// The types of which something is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Str,
    Int,
    Bytes,
    Float,
    /// `bool` and `complex`.
    OtherNumber,
    Tuple,
    Frozenset,
    /// Any type that leaves equality to `object`, as that of `None` does: its objects are equal to
    /// themselves only.
    Identity,
}

/// What is known of a type; `None` if its equality may be Python code.
///
/// # Safety
///
/// A live type.
#[inline]
pub(super) unsafe fn plain(class: *mut ffi::PyTypeObject) -> Option<Plain> {
    if class == &raw mut ffi::PyTuple_Type {
        Some(Plain::Tuple)
    } else if class == &raw mut ffi::PyUnicode_Type {
        Some(Plain::Str)
    } else if class == &raw mut ffi::PyLong_Type {
        Some(Plain::Int)
    } else if class == &raw mut ffi::PyFloat_Type {
        Some(Plain::Float)
    } else if class == &raw mut ffi::PyBytes_Type {
        Some(Plain::Bytes)
    } else if class == &raw mut ffi::PyBool_Type || class == &raw mut ffi::PyComplex_Type {
        Some(Plain::OtherNumber)
    } else if class == &raw mut ffi::PyFrozenSet_Type {
        Some(Plain::Frozenset)
    } else {
        // SAFETY: by the caller's promise.
        unsafe { inherits_equality(class) }.then_some(Plain::Identity)
    }
}

/// Whether a type leaves equality to `object`.
///
/// # Safety
///
/// A live type.
#[inline(always)]
unsafe fn inherits_equality(class: *mut ffi::PyTypeObject) -> bool {
    let object = &raw const ffi::PyBaseObject_Type;
    // SAFETY: types that are ready; the slot is inherited where a type has none of its own.
    let (own, inherited) = unsafe { ((*class).tp_richcompare, (*object).tp_richcompare) };
    own.zip(inherited).is_some_and(|(own, other)| std::ptr::fn_addr_eq(own, other))
}

/// # Safety
///
/// As for [`compare`].
unsafe fn compare_nested(a: *mut ffi::PyObject, b: *mut ffi::PyObject, depth: u32) -> Option<bool> {
    // SAFETY: live objects, of the types that are asked for.
    unsafe {
        match (plain(ffi::Py_TYPE(a))?, plain(ffi::Py_TYPE(b))?) {
            (Plain::Str, Plain::Str) => Some(same_str(a, b)),
            (Plain::Int, Plain::Int) => Some(same_int(a, b)),
            (Plain::Bytes, Plain::Bytes) => Some(same_bytes(a, b)),
            (Plain::Float, Plain::Float) => {
                Some(ffi::PyFloat_AS_DOUBLE(a) == ffi::PyFloat_AS_DOUBLE(b))
            }
            (
                Plain::Int | Plain::Float | Plain::OtherNumber,
                Plain::Int | Plain::Float | Plain::OtherNumber,
            ) => same_number(a, b),
            (Plain::Tuple, Plain::Tuple) => compare_tuples(a, b, depth + 1),
            // Their elements may be anything.
            (Plain::Frozenset, Plain::Frozenset) => None,
            // No built-in type is equal to another but numbers, and what inherits its equality from
            // `object` is equal to nothing but itself.
            _ => Some(false),
        }
    }
}

/// As CPython compares tuples: by the first items that differ, and then by their lengths.
///
/// # Safety
///
/// As for [`compare`]; exact tuples.
unsafe fn compare_tuples(a: *mut ffi::PyObject, b: *mut ffi::PyObject, depth: u32) -> Option<bool> {
    // SAFETY: by the caller's promise; the items of a tuple are live as long as it is.
    unsafe {
        let (len, other_len) = (ffi::PyTuple_GET_SIZE(a), ffi::PyTuple_GET_SIZE(b));
        for at in 0..len.min(other_len) {
            let (item, other) = (ffi::PyTuple_GET_ITEM(a, at), ffi::PyTuple_GET_ITEM(b, at));
            if item == other {
                continue;
            }
            if depth > MAX_DEPTH {
                return None;
            }
            if !compare_nested(item, other, depth)? {
                return Some(false);
            }
        }
        Some(len == other_len)
    }
}

/// # Safety
///
/// Both are live, exact `str` that have been hashed.
#[inline]
pub(super) unsafe fn same_str(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
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
#[inline]
pub(super) unsafe fn same_int(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: by the caller's promise.
    let (a, b) = unsafe { (Digits::of(a), Digits::of(b)) };
    a.is_negative == b.is_negative && a.digits == b.digits
}

/// # Safety
///
/// Both are live, exact `bytes`.
#[inline]
pub(super) unsafe fn same_bytes(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    // SAFETY: the length and the bytes of such an object, which never change.
    let bytes = |object: *mut ffi::PyObject| unsafe {
        let length = ffi::Py_SIZE(object) as usize;
        std::slice::from_raw_parts(ffi::PyBytes_AS_STRING(object).cast::<u8>(), length)
    };
    bytes(a) == bytes(b)
}

/// As CPython compares numbers of different types; `None` for an int of more than two digits. Its
/// own functions may fail: they allocate, and end where the stack does.
///
/// # Safety
///
/// Both are live, of the types of numbers that [`plain`] knows.
unsafe fn same_number(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> Option<bool> {
    // SAFETY: by the caller's promise.
    let (a, b) = unsafe { (Number::of(a)?, Number::of(b)?) };
    let same_real = match (a.real, b.real) {
        (Real::Int(a), Real::Int(b)) => a == b,
        (Real::Float(a), Real::Float(b)) => a == b,
        (Real::Int(int), Real::Float(float)) | (Real::Float(float), Real::Int(int)) => {
            int as f64 == float && int as f64 as i64 == int
        }
    };
    Some(same_real && a.imaginary == b.imaginary)
}

struct Number {
    real: Real,
    imaginary: f64,
}

enum Real {
    /// Of at most 60 bits, so that it is an `i64` again after it has been rounded.
    Int(i64),
    Float(f64),
}

impl Number {
    /// # Safety
    ///
    /// `object` is live, and of one of the types of [`same_number`].
    unsafe fn of(object: *mut ffi::PyObject) -> Option<Self> {
        // SAFETY: of the type that is asked for; what is left are ints, as `bool` is one.
        unsafe {
            let class = ffi::Py_TYPE(object);
            if class == &raw mut ffi::PyComplex_Type {
                let real = Real::Float(ffi::PyComplex_RealAsDouble(object));
                return Some(Number { real, imaginary: ffi::PyComplex_ImagAsDouble(object) });
            }
            let real = if class == &raw mut ffi::PyFloat_Type {
                Real::Float(ffi::PyFloat_AS_DOUBLE(object))
            } else {
                let Digits { is_negative, digits } = Digits::of(object);
                let magnitude = match *digits {
                    [] => 0,
                    [low] => i64::from(low),
                    [low, high] => i64::from(low) | i64::from(high) << 30,
                    _ => return None,
                };
                Real::Int(if is_negative { -magnitude } else { magnitude })
            };
            Some(Number { real, imaginary: 0.0 })
        }
    }
}

/// The value of an `int` of at most one digit of 30 bits.
///
/// # Safety
///
/// `object` is a live, exact `int`.
#[inline(always)]
pub(super) unsafe fn one_digit(object: *mut ffi::PyObject) -> Option<i64> {
    // SAFETY: contract 5. There is a digit even where the size is 0.
    let (size_and_sign, digit) = unsafe {
        let int = object.cast::<Int>();
        ((*int).size_and_sign, i64::from((*int).digit))
    };
    #[cfg(Py_3_12)]
    return (size_and_sign < 16).then_some((1 - (size_and_sign as i64 & 3)) * digit);
    #[cfg(not(Py_3_12))]
    return matches!(size_and_sign, -1..=1).then_some(size_and_sign as i64 * digit);
}

/// The hash of an `int`. CPython's own function is called for those beyond 64 bits only.
///
/// # Safety
///
/// `object` is a live, exact `int`.
#[inline]
pub(super) unsafe fn hash_of_int(object: *mut ffi::PyObject) -> i64 {
    /// CPython hashes numbers modulo this.
    const MODULUS: u64 = (1 << 61) - 1;
    // SAFETY: by the caller's promise. An int has a hash.
    let Digits { is_negative, digits } = unsafe { Digits::of(object) };
    let magnitude = match *digits {
        [] => 0,
        [low] => u64::from(low),
        [low, middle] => u64::from(low) | u64::from(middle) << 30,
        [low, middle, high] if high < 1 << 4 => {
            u64::from(low) | u64::from(middle) << 30 | u64::from(high) << 60
        }
        // SAFETY: as above.
        _ => return unsafe { ffi::PyObject_Hash(object) } as i64,
    };
    let hash = (magnitude % MODULUS) as i64;
    match if is_negative { -hash } else { hash } {
        // Means that hashing has failed, so it is no hash.
        -1 => -2,
        hash => hash,
    }
}

/// The head of CPython's `struct _longobject`.
#[repr(C)]
struct Int {
    head: ffi::PyObject,
    /// Up to 3.11 the number of digits, with the sign; from 3.12 on that times eight, with the sign
    /// in the low two bits: 0 for positive numbers, 1 for zero, 2 for negative ones.
    size_and_sign: isize,
    /// The first digit, which is the lowest.
    digit: u32,
}

/// The contents of an `int`: its digits, the low one first, and its sign.
struct Digits<'a> {
    is_negative: bool,
    digits: &'a [u32],
}

impl Digits<'_> {
    /// # Safety
    ///
    /// `object` is a live, exact `int` or `bool`, and outlives the result.
    #[inline(always)]
    unsafe fn of(object: *mut ffi::PyObject) -> Self {
        // SAFETY: contract 5.
        unsafe {
            let int = object.cast::<Int>();
            let size_and_sign = (*int).size_and_sign;
            let (count, is_negative) = if cfg!(Py_3_12) {
                (size_and_sign.cast_unsigned() >> 3, size_and_sign & 3 == 2)
            } else {
                (size_and_sign.unsigned_abs(), size_and_sign < 0)
            };
            let digits = std::slice::from_raw_parts(&raw const (*int).digit, count);
            Digits { is_negative, digits }
        }
    }
}
