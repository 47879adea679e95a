//! Layer 4: CPython's objects without Python: values, their hash, equality and repr, and `str`.
//!
//! A [`Value`] is what a key can be: None, bool, int, float, complex, str, bytes, tuple, frozenset,
//! Ellipsis, or an object of the host ([`Object`]) whose hash and equality may fail or call back.
//! [`hash`], [`equal`] and [`repr`] give what CPython gives, to the bit.
//!
//! ```
//! use hedgerow::object::{HashPolicy, Value, equal, hash, repr};
//!
//! let policy = HashPolicy::cpython(0); // PYTHONHASHSEED=0, CPython 3.12 and later
//! let (one, unit) = (Value::from(1), Value::from(1.0));
//! assert!(equal(&one, &unit)? && equal(&one, &Value::from(true))?);
//! assert_eq!(hash(&one, &policy)?, hash(&unit, &policy)?);
//! assert_eq!(hash(&Value::from("abc"), &policy)?, -4594863902769663758);
//! let pair = Value::tuple([Value::from(1.0), Value::from("it's")]);
//! assert_eq!(repr(&pair)?, r#"(1.0, "it's")"#);
//! # Ok::<(), hedgerow::object::ObjectError>(())
//! ```
//!
//! # What differs from CPython
//!
//! * Only tuples, frozensets, complex numbers, str, bytes and foreign objects have an identity. An
//!   int, a bool or a float is [the same object](is) as another of the same bits: a NaN is
//!   identical with itself, and so found again as a key. Its hash is [`HashPolicy::nan`], because
//!   CPython's (3.10 and later) is its address.
//! * Nesting deeper than [`MAX_DEPTH`] is [`ObjectError::Recursion`], also for `hash`, where
//!   CPython has no limit and overflows the stack.
//! * `repr` of an int has no limit of digits.
//!
//! This layer uses the engine; `arena`, `trie` and `store` know nothing of it.

mod bytes;
mod conversions;
mod depth;
mod dict;
mod drop_dead;
mod eq;
mod error;
mod frozen_set;
mod hash;
mod hash_policy;
mod names;
mod number;
mod repr;
mod siphash;
mod str;
mod str_methods;
mod types;
mod value;

pub use bytes::PyBytes;
pub use depth::MAX_DEPTH;
pub use dict::{
    Dict, DictCursor, DictIter, DictKeys, DictRef, DictValues, Elements, ElementsKind, ItemsView,
    Key, KeysView, Mapping, MappingKeys, Merge, PersistentDict, PersistentEdit, PersistentIter,
    PersistentStore, Set, SetView, SharedDict, SharedIter, Source, ValuesView, Visit, elements_of,
};
pub use eq::{equal, equal_operator, is};
pub use hash::hash;
pub use hash_policy::{HashPolicy, StrHash, hash_bytes};
pub use names::{AsName, Name, NameArena, Names};
pub use number::{Complex, hash_float, hash_int};
pub use repr::{repr, repr_for};
pub use str::{CodePoints, Kind, PyStr, Text, Unicode, UnicodeError, Units, Utf16, is_printable};
pub use str_methods::Errors;
pub use types::{
    Descriptor, Instance, MappingProxy, Methods, ProxyCursor, Runtime, Type, TypeArena, TypeStore,
    VersionTag, delattr, getattr, lookup_attr, object_delattr, object_setattr, setattr,
};
pub use value::{
    Comparison, FrozenSet, Object, ObjectError, ObjectRef, Tuple, Value, identity_hash,
};
