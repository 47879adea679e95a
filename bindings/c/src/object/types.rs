//! The structures, constants and function types of the header.

use std::ffi::c_char;

use super::handle::CValue;

/// `None`.
pub const KIND_NONE: u32 = 0;
/// `...`
pub const KIND_ELLIPSIS: u32 = 1;
/// `bool`.
pub const KIND_BOOL: u32 = 2;
/// `int`, of any size.
pub const KIND_INT: u32 = 3;
/// `float`.
pub const KIND_FLOAT: u32 = 4;
/// `complex`.
pub const KIND_COMPLEX: u32 = 5;
/// `str`.
pub const KIND_STR: u32 = 6;
/// `bytes`.
pub const KIND_BYTES: u32 = 7;
/// `tuple`.
pub const KIND_TUPLE: u32 = 8;
/// `frozenset`.
pub const KIND_FROZENSET: u32 = 9;
/// A dict, as a value.
pub const KIND_DICT: u32 = 10;
/// An object of the caller.
pub const KIND_OBJECT: u32 = 11;

/// SipHash-1-3: CPython 3.11 and later.
pub const TEXT_SIPHASH13: u32 = 1;
/// SipHash-2-4: CPython 3.4 to 3.10.
pub const TEXT_SIPHASH24: u32 = 2;
/// Java's `String.hashCode`. The key has to be 0.
pub const TEXT_JAVA31: u32 = 3;

/// Python's "strict": what cannot be converted is refused.
pub const ERRORS_STRICT: u32 = 0;
/// Python's "surrogatepass": lone surrogates are converted as if they were characters.
pub const ERRORS_SURROGATEPASS: u32 = 1;
/// Python's "replace": it becomes a question mark, or U+FFFD when decoding.
pub const ERRORS_REPLACE: u32 = 2;

/// Stored keys get the new values: `dict.update`.
pub const MERGE_REPLACE: u32 = 0;
/// Stored keys keep their values.
pub const MERGE_IF_ABSENT: u32 = 1;
/// A stored key is `HEDGEROW_KEY_ERROR`, as in a call with two `**`.
pub const MERGE_UNIQUE: u32 = 2;

/// `str.lower`.
pub const CASE_LOWER: u32 = 0;
/// `str.upper`.
pub const CASE_UPPER: u32 = 1;
/// `str.casefold`.
pub const CASE_CASEFOLD: u32 = 2;
/// `str.capitalize`.
pub const CASE_CAPITALIZE: u32 = 3;
/// `str.title`.
pub const CASE_TITLE: u32 = 4;
/// `str.swapcase`.
pub const CASE_SWAPCASE: u32 = 5;

/// `str.isalnum`.
pub const IS_ALNUM: u32 = 0;
/// `str.isalpha`.
pub const IS_ALPHA: u32 = 1;
/// `str.isascii`.
pub const IS_ASCII: u32 = 2;
/// `str.isdecimal`.
pub const IS_DECIMAL: u32 = 3;
/// `str.isdigit`.
pub const IS_DIGIT: u32 = 4;
/// `str.isidentifier`.
pub const IS_IDENTIFIER: u32 = 5;
/// `str.islower`.
pub const IS_LOWER: u32 = 6;
/// `str.isnumeric`.
pub const IS_NUMERIC: u32 = 7;
/// `str.isprintable`.
pub const IS_PRINTABLE: u32 = 8;
/// `str.isspace`.
pub const IS_SPACE: u32 = 9;
/// `str.istitle`.
pub const IS_TITLE: u32 = 10;
/// `str.isupper`.
pub const IS_UPPER: u32 = 11;

/// `dict.keys()`.
pub const VIEW_KEYS: u32 = 0;
/// `dict.values()`.
pub const VIEW_VALUES: u32 = 1;
/// `dict.items()`.
pub const VIEW_ITEMS: u32 = 2;

/// `&`.
pub const SET_AND: u32 = 0;
/// `|`.
pub const SET_OR: u32 = 1;
/// `-`.
pub const SET_SUB: u32 = 2;
/// `^`.
pub const SET_XOR: u32 = 3;

/// `==`.
pub const COMPARE_EQUAL: u32 = 0;
/// `<`: a proper subset.
pub const COMPARE_LESS: u32 = 1;
/// `<=`.
pub const COMPARE_LESS_EQUAL: u32 = 2;
/// `>`.
pub const COMPARE_GREATER: u32 = 3;
/// `>=`.
pub const COMPARE_GREATER_EQUAL: u32 = 4;
/// `isdisjoint`.
pub const COMPARE_DISJOINT: u32 = 5;

/// What an equality function returns for Python's `NotImplemented`: ask the other side.
pub const NOT_IMPLEMENTED: i32 = 2;

/// How values are hashed: everything in which processes and versions of Python differ. Begin with
/// one of the `hedgerow_policy_` calls; all zero is not a policy.
///
/// Threads: a plain value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CPolicy {
    /// For str and bytes: `HEDGEROW_TEXT_SIPHASH13`, `_SIPHASH24` or `_JAVA31`.
    pub text: u32,
    /// Whose error messages and Unicode version: 11 for CPython 3.11, up to 15; 0 for the newest.
    pub python: u32,
    /// The key of SipHash.
    pub key: [u64; 2],
    /// `hash(None)`: an address before CPython 3.12.
    pub none: i64,
    /// `hash(...)`: an address.
    pub ellipsis: i64,
    /// The hash of every NaN: 0 up to CPython 3.9, an address since.
    pub nan: i64,
}

/// `hash(me)`: writes the hash and returns 0, or fails with a number below 0 (see
/// `hedgerow_error_raise`). A hash of -1 counts as -2, as in Python.
pub type ObjectHashFunction =
    Option<extern "C" fn(word: u64, me: *const CValue, hash: *mut i64) -> i32>;

/// `me == other`, asked only if they are not one object: 1 for yes, 0 for no,
/// `HEDGEROW_NOT_IMPLEMENTED`, or below 0 for a failure (see `hedgerow_error_raise`).
pub type ObjectEqFunction =
    Option<extern "C" fn(word: u64, me: *const CValue, other: *const CValue) -> i32>;

/// `repr(me)`: writes a new str, which the library then owns, and returns 0; or fails with a number
/// below 0 (see `hedgerow_error_raise`).
pub type ObjectReprFunction =
    Option<extern "C" fn(word: u64, me: *const CValue, text: *mut *mut CValue) -> i32>;

/// Called when an object is gone: nothing in the library refers to the word any more.
pub type ObjectDropFunction = Option<extern "C" fn(word: u64)>;

/// What objects of a type do. All zero is a good choice: they are hashed and compared by identity.
///
/// The functions run on whichever thread uses the object, several at once if several do. `me` and
/// `other` are lent until the function returns: to keep one, clone it. The functions may call any
/// function, also on the dict in which the object is a key, and free any handle but those two.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct TypeOptions {
    /// The name of the type in messages, in UTF-8; it is copied.
    pub name: *const c_char,
    /// Its length in bytes.
    pub name_length: usize,
    /// Null: by identity, or unhashable if there is an `eq`, as in Python.
    pub hash: ObjectHashFunction,
    /// Null: by identity.
    pub eq: ObjectEqFunction,
    /// Null: the name and an address, as in Python.
    pub repr: ObjectReprFunction,
    /// May be null.
    pub drop: ObjectDropFunction,
}

/// An iterator over a dict. It is the caller's memory, on the stack for example. It owns nothing,
/// does not keep the dict alive, may be copied to remember a position, and is never freed.
///
/// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
///
/// Threads: a plain value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CDictIter {
    /// For the library.
    pub opaque: [u64; 8],
}

/// A number of the caller that may be `HEDGEROW_OMITTED`, which is Python's None.
pub(super) fn optional(number: i64) -> Option<i64> {
    (number != i64::MIN).then_some(number)
}
