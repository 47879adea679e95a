//! [`Value`], and the types it contains.
//!
//! They refer to each other: a tuple holds values, a value may be an [`Object`], the methods of an
//! object take values and fail with an [`ObjectError`], and a KeyError holds a value. So they are
//! in one file, below those that compute with them: `hash`, `eq`, `repr`, `frozen_set`, `error`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, Weak};

use num_bigint::BigInt;

use super::bytes::PyBytes;
use super::hash_policy::HashPolicy;
use super::number::Complex;
use super::python_version::Unicode;
use super::str::{PyStr, UnicodeError};

/// A Python value: an immutable built-in one, or a reference to an [`Object`]. 16 bytes; cloning
/// one copies it or counts a reference.
///
/// There is no `==`: Python's may fail, so it is [`equal`](super::equal). `Debug` prints the
/// [`repr`](super::repr()).
///
/// ```
/// use hedgerow::object::{HashPolicy, Value};
///
/// let keys = [Value::from(7), Value::from("name"), Value::tuple([Value::None, true.into()])];
/// assert_eq!(format!("{keys:?}"), "[7, 'name', (None, True)]");
/// let set = Value::frozen_set(keys, &HashPolicy::cpython(0))?;
/// assert_eq!(set.type_name(), "frozenset");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
pub enum Value {
    /// `None`.
    None,
    /// `...`
    Ellipsis,
    /// `bool`.
    Bool(bool),
    /// `int` of 64 bits.
    Int(i64),
    /// `int` beyond 64 bits. [`Value::from`] makes an [`Int`](Value::Int) of a smaller one. A small
    /// number in here is equal to that, but slower.
    BigInt(Arc<BigInt>),
    /// `float`.
    Float(f64),
    /// `complex`.
    Complex(Arc<Complex>),
    /// `str`.
    Str(PyStr),
    /// `bytes`.
    Bytes(PyBytes),
    /// `tuple`.
    Tuple(Arc<Tuple>),
    /// `frozenset`.
    FrozenSet(Arc<FrozenSet>),
    /// An object of the runtime's own.
    Object(ObjectRef),
}

// Less where an `i64` is aligned to 4 bytes, as on 32-bit x86.
const _: () = assert!(size_of::<Value>() <= 16);

impl Value {
    /// A tuple of these items.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Self {
        Value::Tuple(Arc::new(Tuple::new(items)))
    }

    /// A complex number.
    #[must_use]
    pub fn complex(real: f64, imag: f64) -> Self {
        Value::Complex(Arc::new(Complex { real, imag }))
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Value::Bytes(PyBytes::from(bytes))
    }

    /// The name of its type, as in Python's messages.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Value::None => "NoneType",
            Value::Ellipsis => "ellipsis",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::BigInt(_) => "int",
            Value::Float(_) => "float",
            Value::Complex(_) => "complex",
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Tuple(_) => "tuple",
            Value::FrozenSet(_) => "frozenset",
            Value::Object(object) => object.type_name(),
        }
    }
}

/// The items of a tuple, in order.
///
/// Dropping a tuple takes constant stack, however deep tuples nest.
#[derive(Clone, Debug)]
pub struct Tuple {
    pub(super) items: Box<[Value]>,
}

impl Tuple {
    /// A tuple of these items.
    pub fn new(items: impl IntoIterator<Item = Value>) -> Self {
        Tuple { items: items.into_iter().collect() }
    }

    /// The items.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// An immutable set of values, and the hashes of its items under one policy.
///
/// | operation | cost |
/// | --- | --- |
/// | [`new`](FrozenSet::new) | O(n), a hash of each item |
/// | [`contains`](FrozenSet::contains), [`contains_hashed`](FrozenSet::contains_hashed) | O(1) |
/// | [`hash`](FrozenSet::hash) | O(n) once under its own policy; else a hash of each item |
///
/// It takes 40 to 200 bytes for each item.
pub struct FrozenSet {
    pub(super) table: SetTable,
    pub(super) policy: HashPolicy,
    /// The hash of the set under its own policy, once it was asked for.
    pub(super) cache: OnceLock<i64>,
}

/// The items of a set: see `set_table`.
#[derive(Clone, Debug, Default)]
pub(super) struct SetTable {
    /// None before the first item is added.
    pub(super) slots: Box<[SetSlot]>,
    /// How many slots are not vacant: they hold an item, or a tombstone.
    pub(super) filled: usize,
    pub(super) live: usize,
}

/// A slot of a [`SetTable`]: vacant, a tombstone, or an item and its hash.
#[derive(Clone, Debug)]
pub(super) struct SetSlot {
    pub(super) hash: i64,
    pub(super) item: Option<Value>,
}

/// What [`Object::eq`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The two are equal.
    Equal,
    /// They are not.
    Different,
    /// Python's `NotImplemented`: ask the other operand.
    NotImplemented,
}

/// An object of the runtime's own, such as a list or an instance of a class.
///
/// The defaults are those of Python's `object`: it is hashed and compared by identity. A type with
/// its own [`eq`](Object::eq) needs its own [`hash`](Object::hash): equal objects have equal
/// hashes.
///
/// Each method may run user code. It may fail, and it may use the dict in which the object is a
/// key.
///
/// ```
/// use std::any::Any;
/// use hedgerow::object::{HashPolicy, Object, ObjectError, ObjectRef, Value, hash};
///
/// struct List;
/// impl Object for List {
///     fn type_name(&self) -> &str {
///         "list"
///     }
///     fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
///         Err(ObjectError::unhashable("list"))
///     }
///     fn as_any(&self) -> &dyn Any {
///         self
///     }
/// }
///
/// let list = Value::from(ObjectRef::new(List));
/// let refused = hash(&list, &HashPolicy::cpython(0)).unwrap_err();
/// assert_eq!(refused.to_string(), "unhashable type: 'list'");
/// ```
pub trait Object: Send + Sync + 'static {
    /// The name of its type.
    fn type_name(&self) -> &str;

    /// `hash(me)`. `me` is the value that this object is.
    ///
    /// # Errors
    ///
    /// [`ObjectError::unhashable`], or what user code raised.
    fn hash(&self, me: &Value) -> Result<i64, ObjectError> {
        Ok(identity_hash(me))
    }

    /// `type(me).__eq__(me, other)`. Asked only where `me` is not `other`.
    ///
    /// # Errors
    ///
    /// What user code raised.
    fn eq(&self, _me: &Value, _other: &Value) -> Result<Comparison, ObjectError> {
        Ok(Comparison::NotImplemented)
    }

    /// Whether its `eq` is asked before that of `other` even as the right operand. In Python it
    /// is if its type is a subclass of the type of `other` and overrides `__eq__`.
    fn goes_before(&self, _other: &Value) -> bool {
        false
    }

    /// `repr(me)`.
    ///
    /// # Errors
    ///
    /// What user code raised.
    fn repr(&self, me: &Value) -> Result<String, ObjectError> {
        let address = if let Value::Object(object) = me { object.address() } else { 0 };
        Ok(format!("<{} object at {address:#x}>", self.type_name()))
    }

    /// Itself, for [`ObjectRef::downcast_ref`].
    fn as_any(&self) -> &dyn Any;
}

/// A counted reference to an [`Object`]: 8 bytes. Clones refer to the same object.
#[derive(Clone)]
pub struct ObjectRef(Arc<Box<dyn Object>>);

impl ObjectRef {
    /// A new object.
    pub fn new(object: impl Object) -> Self {
        ObjectRef(Arc::new(Box::new(object)))
    }

    /// The object, if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.as_any().downcast_ref()
    }

    /// Whether both refer to the same object: Python's `is`.
    #[must_use]
    pub fn is(&self, other: &ObjectRef) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Its address: Python's `id`.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    pub(super) fn downgrade(&self) -> WeakObject {
        WeakObject(Arc::downgrade(&self.0))
    }
}

/// A reference to an [`Object`] that does not keep it alive.
pub(super) struct WeakObject(Weak<Box<dyn Object>>);

impl WeakObject {
    /// The object, if it is still there.
    pub(super) fn upgrade(&self) -> Option<ObjectRef> {
        self.0.upgrade().map(ObjectRef)
    }
}

/// The exception that Python would raise.
///
/// `Display` prints Python's message; [`python_type`](ObjectError::python_type) is the name of the
/// exception.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectError {
    /// TypeError: an operand of the wrong type, such as an unhashable key.
    Type(String),
    /// ValueError: the right type, but an unusable value.
    Value(String),
    /// KeyError: the missing key, and the characters that its text prints unescaped. See
    /// [`ObjectError::missing`].
    Key(Value, Unicode),
    /// LookupError: the [`ContextVar`](super::context::ContextVar) that has no value.
    Lookup(Value),
    /// IndexError: an index outside of a sequence.
    Index(String),
    /// AttributeError: a missing attribute, or one that cannot be set.
    Attribute(String),
    /// RuntimeError, such as "dictionary changed size during iteration".
    Runtime(String),
    /// RecursionError: nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Recursion,
    /// OverflowError: a number too large for its target.
    Overflow(String),
    /// UnicodeEncodeError or UnicodeDecodeError.
    Unicode(Arc<UnicodeError>),
    /// The error of user code, unchanged.
    Raised(Arc<dyn Error + Send + Sync>),
    /// The engine refused: a stale version, or no room.
    Store(crate::Error),
}

// A result with an error should fit into few registers.
const _: () = assert!(size_of::<ObjectError>() <= 32);

impl Deref for ObjectRef {
    type Target = dyn Object;

    #[inline]
    fn deref(&self) -> &dyn Object {
        &**self.0
    }
}

impl fmt::Debug for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object at {:#x}>", self.type_name(), self.address())
    }
}

/// The hash of an object that is equal only to itself: its address, turned as CPython's
/// `_Py_HashPointer` does. 0 for every other kind of value.
#[must_use]
pub fn identity_hash(value: &Value) -> i64 {
    let address = match value {
        Value::Object(object) => object.address(),
        _ => 0,
    };
    // The low four bits of an address are mostly zero.
    match (address as u64).rotate_right(4) as i64 {
        -1 => -2,
        hash => hash,
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{HashPolicy, equal, hash, repr};

    struct Plain(u8);

    impl Object for Plain {
        fn type_name(&self) -> &str {
            "Plain"
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn by_default_an_object_is_equal_to_itself_alone() {
        let (a, b) = (Value::from(ObjectRef::new(Plain(1))), Value::from(ObjectRef::new(Plain(1))));
        let policy = HashPolicy::cpython(0);
        assert!(equal(&a, &a.clone()).unwrap() && !equal(&a, &b).unwrap());
        assert_eq!(hash(&a, &policy).unwrap(), identity_hash(&a.clone()));
        assert_ne!(hash(&a, &policy).unwrap(), hash(&b, &policy).unwrap());
        assert!(repr(&a).unwrap().starts_with("<Plain object at 0x"));
        let Value::Object(object) = &a else { panic!("{a:?}") };
        assert_eq!(object.downcast_ref::<Plain>().map(|plain| plain.0), Some(1));
        assert!(object.downcast_ref::<u8>().is_none());
    }

    #[test]
    fn values_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Value>();
        is_shared::<ObjectError>();
    }
}
