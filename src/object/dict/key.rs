//! Keys to look up: values, and Rust types that are equal to values.

use crate::object::eq::equal;
use crate::object::error::Use;
use crate::object::hash::hash;
use crate::object::hash_policy::HashPolicy;
use crate::object::number::{hash_float, hash_int};
use crate::object::str::Text;
use crate::object::value::{ObjectError, Value};

/// How deep tuples are compared within a step. A lock may be held, so it must be quick.
const EXACT_DEPTH: u32 = 4;

/// A key to look up: a [`Value`], or an `i32`, `i64`, `f64`, `bool` or [`Text`] (`&str`, UTF-16, a
/// `PyStr`). It finds the key that it is equal to in Python, without becoming a value.
///
/// The result of [`to_value`](Key::to_value) must hash and compare as the key does.
pub trait Key {
    /// Python's `hash(key)`.
    ///
    /// # Errors
    ///
    /// As [`hash`](crate::object::hash()).
    fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError>;

    /// Whether `stored is key or stored == key`; `None` if only user code can tell.
    fn matches(&self, stored: &Value) -> Option<bool>;

    /// The key as a value, for the `__eq__` of an object with the same hash, and for a KeyError.
    fn to_value(&self) -> Value;
}

impl Key for Value {
    #[inline(always)]
    fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError> {
        match self {
            Value::Str(text) => Ok(text.hash(&policy.text)),
            Value::Int(int) => Ok(hash_int(*int)),
            _ => hash(self, policy),
        }
    }

    #[inline(always)]
    fn matches(&self, stored: &Value) -> Option<bool> {
        // One after the other: a match of both costs a third more instructions.
        if let Value::Str(key) = self
            && let Value::Str(stored) = stored
        {
            return Some(stored == key);
        }
        if let Value::Int(key) = self
            && let Value::Int(stored) = stored
        {
            return Some(stored == key);
        }
        compare_exact(stored, self, EXACT_DEPTH)
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl Key for i64 {
    #[inline]
    fn hash(&self, _policy: &HashPolicy) -> Result<i64, ObjectError> {
        Ok(hash_int(*self))
    }

    #[inline]
    fn matches(&self, stored: &Value) -> Option<bool> {
        match stored {
            Value::Int(stored) => Some(stored == self),
            _ => compare_exact(stored, &Value::Int(*self), 0),
        }
    }

    fn to_value(&self) -> Value {
        Value::Int(*self)
    }
}

macro_rules! small_key {
    ($type:ty, $make:expr, |$me:ident, $policy:ident| $hash:expr) => {
        impl Key for $type {
            #[inline]
            fn hash(&self, $policy: &HashPolicy) -> Result<i64, ObjectError> {
                let $me = *self;
                Ok($hash)
            }

            #[inline]
            fn matches(&self, stored: &Value) -> Option<bool> {
                compare_exact(stored, &$make(*self), 0)
            }

            fn to_value(&self) -> Value {
                $make(*self)
            }
        }
    };
}

small_key!(i32, |int| Value::Int(i64::from(int)), |me, _policy| hash_int(i64::from(me)));
small_key!(f64, Value::Float, |me, policy| hash_float(me, policy));
small_key!(bool, Value::Bool, |me, _policy| i64::from(me));

impl<T: Text + ?Sized> Key for T {
    #[inline]
    fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError> {
        Ok(self.text_hash(&policy.text))
    }

    #[inline]
    fn matches(&self, stored: &Value) -> Option<bool> {
        match stored {
            Value::Str(stored) => Some(self.same_text(stored)),
            Value::Object(_) => None,
            _ => Some(false),
        }
    }

    fn to_value(&self) -> Value {
        Value::Str(self.to_py_str())
    }
}

/// The hash of a key of a dict. Its error has the words of a dict.
#[inline(always)]
pub(in crate::object) fn hash_key<K: Key + ?Sized>(
    key: &K,
    policy: &HashPolicy,
) -> Result<i64, ObjectError> {
    key.hash(policy).map_err(|error| refused(error, key, policy))
}

#[cold]
#[inline(never)]
fn refused<K: Key + ?Sized>(error: ObjectError, key: &K, policy: &HashPolicy) -> ObjectError {
    error.refuses(&key.to_value(), Use::DictKey, policy)
}

/// Whether comparing the value as a key may run user code.
pub(super) fn needs_asking(key: &Value) -> bool {
    matches!(key, Value::Object(_) | Value::Tuple(_) | Value::FrozenSet(_))
}

/// `stored is key or stored == key`; `None` if an object of the runtime would be asked, or if
/// tuples nest too deep.
fn compare_exact(stored: &Value, key: &Value, depth: u32) -> Option<bool> {
    match (stored, key) {
        (Value::Object(stored), Value::Object(key)) if stored.is(key) => Some(true),
        (Value::Object(_), _) | (_, Value::Object(_)) => None,
        (Value::Tuple(stored), Value::Tuple(key)) => {
            if std::ptr::eq(stored.items(), key.items()) {
                return Some(true);
            }
            if stored.len() != key.len() {
                return Some(false);
            }
            // The first pair that is not equal decides; later pairs are not compared.
            for (stored, key) in stored.items().iter().zip(key.items()) {
                match compare_exact(stored, key, depth.checked_sub(1)?) {
                    Some(true) => {}
                    other => return other,
                }
            }
            Some(true)
        }
        (Value::FrozenSet(stored), Value::FrozenSet(key)) => {
            std::ptr::eq(&**stored, &**key).then_some(true)
        }
        _ => equal(stored, key).ok(),
    }
}
