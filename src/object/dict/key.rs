//! What a dict can be asked for: a value, or what is equal to one without being made into it.

use crate::object::eq::equal;
use crate::object::hash::hash;
use crate::object::hash_policy::HashPolicy;
use crate::object::number::{hash_float, hash_int};
use crate::object::str::Text;
use crate::object::value::{ObjectError, Value};

/// How deep tuples are compared without asking: a borrow is alive meanwhile, so it must be quick.
const PLAIN_DEPTH: u32 = 4;

/// A key to look up: a [`Value`], or an `i64`, `f64`, `bool` or [`Text`] (a `&str`, UTF-16, a
/// `PyStr`), which find the value they are equal to in Python without being made into one.
///
/// What [`to_value`](Key::to_value) gives must be hashed and compared as the key is.
pub trait Key {
    /// Python's `hash(key)`.
    ///
    /// # Errors
    ///
    /// As [`hash`](crate::object::hash()).
    fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError>;

    /// Whether `stored is key or stored == key`, if that can be said without running code of the
    /// user.
    fn matches(&self, stored: &Value) -> Option<bool>;

    /// The key as a value: for the `__eq__` of a foreign object of the same hash, and for a
    /// KeyError.
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
        match (stored, self) {
            (Value::Str(stored), Value::Str(key)) => Some(stored == key),
            (Value::Int(stored), Value::Int(key)) => Some(stored == key),
            _ => compare_plain(stored, self, PLAIN_DEPTH),
        }
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
            _ => compare_plain(stored, &Value::Int(*self), 0),
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
                compare_plain(stored, &$make(*self), 0)
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

/// Whether comparing the value as a key may run code of the user.
pub(super) fn needs_asking(key: &Value) -> bool {
    matches!(key, Value::Object(_) | Value::Tuple(_) | Value::FrozenSet(_))
}

/// `stored is key or stored == key`, if neither holds a foreign object that would be asked.
fn compare_plain(stored: &Value, key: &Value, depth: u32) -> Option<bool> {
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
            // The first pair that is not equal decides; those behind it are not asked.
            for (stored, key) in stored.items().iter().zip(key.items()) {
                match compare_plain(stored, key, depth.checked_sub(1)?) {
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
