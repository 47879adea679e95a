//! CPython's objects as a library: values, `str`, dicts and attribute lookup, without Python.
//!
//! A [`Value`] is what can be a key: None, bool, int, float, complex, str, bytes, tuple, frozenset,
//! Ellipsis, or an [`Object`] whose hash and equality may fail or call back. [`hash`], [`equal`]
//! and [`repr`] give what CPython gives, to the bit.
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
//! # The types
//!
//! | | |
//! | --- | --- |
//! | [`Value`] | a Python value in 16 bytes; [`Object`] is what a runtime implements for its own |
//! | [`HashPolicy`], [`StrHash`], [`PythonVersion`] | where one runtime differs from another |
//! | [`PyStr`], [`Text`] | `str`; and text of a runtime that is compared without a copy |
//! | [`Codec`], [`Errors`] | encoding and decoding, and what becomes of what cannot be |
//! | [`Dict`], [`SharedDict`] | insertion-ordered dicts: with one owner, and with many |
//! | [`PersistentDict`] | an immutable dict: a version in a [`Store`](crate::Store) |
//! | [`Name`], [`Names`] | interned attribute names |
//! | [`Type`], [`TypeStore`] | classes: MRO, dicts, and the cache of attribute lookups |
//! | [`ClassBody`] | a class statement: `__slots__`, hooks, layouts |
//! | [`getattr`], [`setattr`], [`delattr`] | Python's rules for attributes, over a [`Runtime`] |
//! | [`AttrCache`], [`getattr_cached`] | inline caches, for the instructions of a program |
//! | [`Super`], [`is_instance`], [`is_subclass`], [`dir`] | Python's functions of these names |
//! | [`context`] | `contextvars`: variables that each task has its own value of |
//! | [`ObjectError`] | the exception that Python would raise |
//!
//! Here a *runtime* is the program that uses this module, an interpreter as a rule. *User code* is
//! what the runtime runs when it is asked: an `__eq__`, a descriptor, a destructor.
//!
//! # Decisions
//!
//! **Objects of the runtime are trait objects.** A runtime puts its own objects into a [`Value`] as
//! [`ObjectRef`]s. Their hash, equality and repr may fail, answer `NotImplemented`, and use the
//! dict that is being searched.
//!
//! **The identity of a number is its bits.** Python's containers look at identity before they call
//! `__eq__`. An int, bool or float in a `Value` has no address, so it [`is`] every other value of
//! the same kind and bits. Only `is` shows that, and NaN: in CPython two NaN objects are two keys;
//! here a NaN finds every NaN of the same bits.
//!
//! **Hashing text is a policy.** CPython hashes str and bytes by SipHash under a key made from
//! `PYTHONHASHSEED`: SipHash-1-3 from 3.11 on, SipHash-2-4 before. Jython hashes as Java does. So
//! every dict has a [`HashPolicy`]. Numbers have one hash everywhere.
//!
//! **A str is code points.** UTF-8 cannot hold a lone surrogate, and UTF-16 cannot hold a high
//! surrogate before a low one that is a separate code point; Python allows both. So [`PyStr`] has
//! the form of PEP 393: 1, 2 or 4 bytes for each code point, the fewest that fit. What a method
//! makes stands in the value itself if it is short, so that splitting and joining take few
//! allocations; such a str has no address, and is every equal one.
//!
//! **Two dicts share one table.** Rust's borrows keep user code away from a [`Dict`], so it needs
//! no defence. A [`SharedDict`] can change while a key's `__eq__` runs: it is locked for single
//! steps that run no user code, and a search whose entries moved meanwhile starts again.
//!
//! **A persistent dict counts references.** A [`Version`](crate::Version) has to be released; a
//! Python object dies with its last reference. So a [`PersistentDict`] is a counted reference that
//! releases its version at the end.
//!
//! **A type is a number.** Bases know their subclasses and classes hold classes, which no tree of
//! owners can express. Type objects stand in a [`TypeArena`] that outlives them, and a [`Type`] is
//! a number with the mark of its store. A reference into the arena would put a lifetime into every
//! struct of a runtime, and a class could not be a value.
//!
//! **The current context is the thread's.** It is not the runtime's, so that a lookup needs nothing
//! but the variable. A host with coroutines of its own swaps the thread's [`context`]s.
//!
//! **User code gets the whole runtime.** A descriptor may change any type. So the attribute rules
//! borrow the types from a [`Runtime`] for one step at a time, and the borrow checker makes sure
//! that no borrow is alive while a descriptor runs.
//!
//! [`differences`] lists what is not as in CPython, and why.
//!
//! # When memory runs out
//!
//! What a dict keeps is refused as [`ObjectError::Store`] with
//! [`Error::Allocation`](crate::Error::Allocation): inserting into a [`Dict`], [`SharedDict`] or
//! [`PersistentEdit`], updating, building, searching by user code, interning a [`Name`]. Removing
//! and dropping do without memory.
//!
//! These cannot refuse, and end the process as `Vec` and `Arc` do:
//!
//! * What makes a counted value: a str, bytes, tuple or frozenset, an [`ObjectRef`], a
//!   [`SharedDict`], a [`PersistentDict`] (so each `insert` and `remove` of one), a store of those.
//!   `Arc` has no stable call that may be refused.
//! * Ints beyond 64 bits: the crate `num-bigint` has none.
//! * Contexts, and using a context variable: they are made of [`Map`](crate::Map), and values that
//!   were looked up are counted.
//! * Types: [`TypeArena`] is one of the crate `typed-arena`, which has none.
//! * Texts: [`repr`], messages of errors, the methods of [`PyStr`], names of more than 128
//!   bytes. And copies: `clone` of a [`Dict`], iterating a [`PersistentDict`], `Vec`s that are
//!   returned.

// The lowest layer first: each group uses only itself and those before it. What values are made of:
mod bytes;
mod clip;
mod hash_cache;
mod hash_policy;
mod number;
mod python_version;
mod room;
mod str;

// Values, and what computes with them:
mod clone;
mod conversions;
mod depth;
mod drop_dead;
mod eq;
mod error;
mod frozen_set;
mod hash;
mod repr;
mod set_table;
mod str_methods;
mod value;

// Dicts:
mod dict;

// Context variables:
pub mod context;

// Attributes:
mod names;
mod types;

#[doc = include_str!("../../docs/python-differences.md")]
pub mod differences {}

pub use bytes::PyBytes;
pub use depth::MAX_DEPTH;
pub use dict::{
    Dict, DictCursor, DictIter, DictKeys, DictRef, DictValues, Elements, ElementsKind, ItemsView,
    Key, KeysView, Mapping, MappingKeys, Merge, PersistentDict, PersistentEdit, PersistentIter,
    PersistentStore, Set, SetRef, SetView, SharedDict, SharedIter, Source, ValuesView, Visit,
    elements_of,
};
pub use eq::{equal, equal_operator, is};
pub use hash::hash;
pub use hash_policy::{HashPolicy, StrHash, hash_bytes};
pub use names::{AsName, Name, NameArena, Names};
pub use number::{Complex, hash_float, hash_int};
pub use python_version::{PythonVersion, Unicode};
pub use repr::{repr, repr_for};
pub use set_table::SetIter;
pub use str::{
    CharProperties, CodePoints, Kind, PyStr, Text, UnicodeError, Units, Utf16, is_printable,
};
pub use str_methods::{Codec, Errors, Translation};
pub use types::{
    AttrCache, ClassBody, Descriptor, FunctionKind, Instance, MappingProxy, MethodRef, Methods,
    ProxyRef, ReadyDescriptor, Runtime, Super, Type, TypeArena, TypeLayout, TypeStore, VersionTag,
    delattr, dir, getattr, getattr_cached, is_instance, is_subclass, lookup_attr, lookup_method,
    object_delattr, object_getattr, object_setattr, setattr, setattr_cached,
};
pub use value::{
    Comparison, FrozenSet, Object, ObjectError, ObjectRef, Tuple, Value, identity_hash,
};

/// The crate num-bigint, whose `BigInt` a [`Value`] holds.
pub use num_bigint;
