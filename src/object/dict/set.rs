//! The set that the operations on views give.

use super::iter::Keys;
use super::key::Key;
use super::owned::Dict;
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{ObjectError, Value};

/// A set of values, in insertion order. Of equal items the first is kept.
#[derive(Clone, Debug, Default)]
pub struct Set(Dict);

impl Set {
    /// An empty set.
    #[must_use]
    pub fn new(policy: HashPolicy) -> Self {
        Set(Dict::new(policy))
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items, in insertion order.
    #[must_use]
    pub fn iter(&self) -> Keys<'_> {
        Keys(self.0.iter())
    }

    /// `item in set`.
    ///
    /// # Errors
    ///
    /// As [`Dict::get`].
    pub fn contains<K: Key + ?Sized>(&self, item: &K) -> Result<bool, ObjectError> {
        self.0.contains_key(item)
    }

    /// `set.add(item)`.
    ///
    /// # Errors
    ///
    /// As [`Dict::insert`].
    pub fn add(&mut self, item: Value) -> Result<(), ObjectError> {
        self.0.insert(item, Value::None).map(drop)
    }

    /// `set.discard(item)`. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`Dict::remove`].
    pub fn discard(&mut self, item: &Value) -> Result<bool, ObjectError> {
        Ok(self.0.remove(item)?.is_some())
    }

    /// `frozenset(set)`, in CPython's order.
    ///
    /// # Errors
    ///
    /// As [`FrozenSet::new`](crate::object::FrozenSet::new).
    pub fn to_frozen_set(&self) -> Result<Value, ObjectError> {
        Value::frozen_set(self.iter().cloned(), self.0.policy())
    }
}
