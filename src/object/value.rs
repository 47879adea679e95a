//! The value of any kind.

use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::bytes::PyBytes;
use super::error::ObjectError;
use super::foreign::Foreign;
use super::frozen_set::FrozenSet;
use super::hash::HashPolicy;
use super::number::Complex;
use super::repr::repr;
use super::str::PyStr;
use super::tuple::Tuple;

/// An immutable Python object, or a foreign one. 16 bytes; a clone is a copy, or counts one
/// reference.
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
#[derive(Clone)]
pub enum Value {
    /// `None`.
    None,
    /// `...`
    Ellipsis,
    /// `bool`.
    Bool(bool),
    /// `int` of 64 bits.
    Int(i64),
    /// `int` beyond 64 bits. [`Value::from`] gives an [`Int`](Value::Int) where that is enough;
    /// a small number in here is equal to it all the same, only slower.
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
    /// An object of the host.
    Object(Foreign),
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    /// A tuple of these items.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Self {
        Value::Tuple(Arc::new(Tuple::new(items)))
    }

    /// A complex number.
    pub fn complex(real: f64, imag: f64) -> Self {
        Value::Complex(Arc::new(Complex { real, imag }))
    }

    /// Bytes.
    pub fn bytes(bytes: &[u8]) -> Self {
        Value::Bytes(PyBytes::from(bytes))
    }

    /// A frozenset of these items, in the order that CPython would give it under this policy.
    ///
    /// # Errors
    ///
    /// As [`FrozenSet::new`].
    pub fn frozen_set(
        items: impl IntoIterator<Item = Value>,
        policy: &HashPolicy,
    ) -> Result<Self, ObjectError> {
        Ok(Value::FrozenSet(Arc::new(FrozenSet::new(items, policy)?)))
    }

    /// The name of its type, as in Python's messages.
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
            Value::Object(foreign) => foreign.object().type_name(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match repr(self) {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<{} whose repr failed: {error}>", self.type_name()),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::BigInt(Arc::new(BigInt::from(value))),
        }
    }
}

impl From<i128> for Value {
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::BigInt(Arc::new(BigInt::from(value))),
        }
    }
}

impl From<BigInt> for Value {
    fn from(value: BigInt) -> Self {
        match value.to_i64() {
            Some(value) => Value::Int(value),
            None => Value::BigInt(Arc::new(value)),
        }
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Str(PyStr::from(value))
    }
}

impl From<PyStr> for Value {
    fn from(value: PyStr) -> Self {
        Value::Str(value)
    }
}

impl From<PyBytes> for Value {
    fn from(value: PyBytes) -> Self {
        Value::Bytes(value)
    }
}

impl From<Foreign> for Value {
    fn from(value: Foreign) -> Self {
        Value::Object(value)
    }
}
