//! Equality, hash and repr of persistent dicts, also as values.

use crate::host::HostStore;
use std::any::Any;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::compare::Printing;
use super::PersistentDict;
use crate::object::depth::Level;
use crate::object::eq::equal;
use crate::object::frozen_set::{combine, element_hash};
use crate::object::repr::repr_for;
use crate::object::room::{TryPush, try_collect};
use crate::object::value::{Comparison, Object, ObjectError, ObjectRef, Value};

impl PersistentDict {
    /// `a == b`: equal keys with equal values, those of `self` on the left. Of two dicts of one
    /// store only what they do not share is compared.
    ///
    /// `_PyHamt_Eq` of `Python/hamt.c` looks up every key, with the same result.
    ///
    /// # Errors
    ///
    /// What a hash or an equality fails with.
    pub fn equal(&self, other: &PersistentDict) -> Result<bool, ObjectError> {
        if self.is(other) {
            return Ok(true);
        }
        if self.len() != other.len() {
            return Ok(false);
        }
        let _level = Level::enter()?;
        if Arc::ptr_eq(self.shared_store(), other.shared_store()) {
            return self.equal_unshared(other);
        }
        for (key, value) in self {
            match other.get(&key)? {
                Some(found) if equal(&value, &found)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Whether the entries that the dicts do not share are equal.
    fn equal_unshared(&self, other: &PersistentDict) -> Result<bool, ObjectError> {
        let mut groups = Vec::new();
        let stopped =
            self.shared_store().read().unshared(self.0.version, other.0.version, |group| {
                if group.left().len() != group.right().len() {
                    return ControlFlow::Break(Ok(()));
                }
                let clone = |(key, value): (&Value, &Value)| (key.clone(), value.clone());
                let left = try_collect(group.left().map(clone));
                let right = try_collect(group.right().map(clone));
                let group = left.and_then(|left| Ok((left, right?)));
                match group.and_then(|group| groups.try_push(group)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(refused) => ControlFlow::Break(Err(refused)),
                }
            })?;
        if let ControlFlow::Break(ended) = stopped {
            return Ok(ended.map(|()| false)?);
        }
        for (left, right) in groups {
            for (key, value) in &left {
                let mut twin = None;
                for (other_key, other_value) in &right {
                    if equal(key, other_key)? {
                        twin = Some(other_value);
                        break;
                    }
                }
                match twin {
                    Some(twin) if equal(value, twin)? => {}
                    _ => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// `hash(frozenset(dict.items()))`, computed once. (CPython's own HAMT is unhashable, and
    /// immutables gives `{1: 2}` and `{2: 1}` the same hash.)
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`] if a value is unhashable; what a hash fails with.
    pub fn hash(&self) -> Result<i64, ObjectError> {
        if let Some(&hash) = self.0.hash.get() {
            return Ok(hash);
        }
        let _level = Level::enter()?;
        let mut hashes = Vec::with_capacity(self.len());
        for (key, value) in self {
            hashes.push(element_hash(&Value::tuple([key, value]), self.policy())?);
        }
        let count = hashes.len();
        Ok(*self.0.hash.get_or_init(|| combine(hashes.into_iter(), count)))
    }

    /// `{key: value, ...}`. A dict inside of itself prints as `{...}`.
    ///
    /// # Errors
    ///
    /// What the repr of a key or value fails with.
    pub fn repr(&self) -> Result<String, ObjectError> {
        let Some(_printing) = Printing::enter(Arc::as_ptr(&self.0).addr()) else {
            return Ok("{...}".to_string());
        };
        let _level = Level::enter()?;
        let unicode = self.policy().python.unicode();
        let mut items = Vec::with_capacity(self.len());
        for (key, value) in self {
            items.push(format!("{}: {}", repr_for(&key, unicode)?, repr_for(&value, unicode)?));
        }
        Ok(format!("{{{}}}", items.join(", ")))
    }

    /// The dict as a value. Each call makes a new object, so compare the identity of dicts by
    /// [`is`](PersistentDict::is).
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(ObjectRef::new(self.clone()))
    }
}

impl Object for PersistentDict {
    fn type_name(&self) -> &str {
        "PersistentDict"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        PersistentDict::hash(self)
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        match other.downcast_ref::<PersistentDict>() {
            None => Ok(Comparison::NotImplemented),
            Some(other) => {
                Ok(if self.equal(other)? { Comparison::Equal } else { Comparison::Different })
            }
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        Ok(format!("PersistentDict({})", PersistentDict::repr(self)?))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for PersistentDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repr() {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<PersistentDict whose repr failed: {error}>"),
        }
    }
}
