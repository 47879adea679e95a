//! The dict with many owners, which a key's `__eq__` may hold and change.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Dict;
use super::compare::{Printing, equal_dicts, repr_dict};
use super::cursor::{DictCursor, Direction};
use super::key::{Key, hash_key};
use super::search::{TableAccess, find};
use super::table::Table;
use super::write::{self, IfThere, store};
use crate::object::hash_policy::HashPolicy;
use crate::object::str::PyStr;
use crate::object::value::{Comparison, Object, ObjectError, ObjectRef, Value};

/// A [`Dict`] with many owners: `clone` gives another reference to the same dict.
///
/// It is locked for single steps only, and never while user code runs. So a hash, an equality or a
/// repr may use the same dict, and so may another thread. If an `__eq__` changes the dict, the
/// search goes on, or starts again if entries moved or the compared key went. It may ask other keys
/// than CPython then, or ask in another order; with an `__eq__` that has no side effects the result
/// is that of CPython. Methods return clones of values.
///
/// As an [`Object`] it is a `dict`: unhashable, and equal to dicts with equal entries.
///
/// ```
/// use hedgerow::object::{HashPolicy, SharedDict, Value};
///
/// let dict = SharedDict::new(HashPolicy::random());
/// let keys = dict.keys();
/// dict.insert("me".into(), dict.to_value())?;
/// assert_eq!((keys.len(), dict.repr()?.as_str()), (1, "{'me': {...}}"));
/// let mut iter = keys.iter();
/// dict.insert(1.into(), Value::None)?;
/// let error = iter.next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "dictionary changed size during iteration");
/// dict.clear(); // it held itself
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone)]
pub struct SharedDict(Arc<Shared>);

struct Shared {
    policy: HashPolicy,
    table: Mutex<Table>,
}

impl TableAccess for &SharedDict {
    type Access = Table;

    #[inline]
    fn with<T>(&mut self, step: impl FnOnce(&mut Table) -> T) -> T {
        step(&mut self.lock())
    }

    fn policy(&self) -> &HashPolicy {
        &self.0.policy
    }
}

impl SharedDict {
    /// An empty dict whose keys are hashed under this policy.
    #[must_use]
    pub fn new(policy: HashPolicy) -> Self {
        SharedDict::from(Dict::new(policy))
    }

    /// Ignores poisoning: no step panics while it changes the table.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether both refer to the same dict: Python's `is`.
    #[must_use]
    pub fn is(&self, other: &SharedDict) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The policy under which keys are hashed.
    #[must_use]
    pub fn policy(&self) -> &HashPolicy {
        &self.0.policy
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As [`Dict::get`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> Result<Option<Value>, ObjectError> {
        let hash = hash_key(key, self.policy())?;
        find(&mut &*self, hash, key, |table, position| {
            position.map(|position| table.at(position).value.clone())
        })
    }

    /// The value of the entry at a position, if its key is this very str: the fast way for who
    /// knows where it was put. `None` says nothing of the rest of the dict.
    #[inline]
    pub(in crate::object) fn value_at(&self, position: usize, key: &PyStr) -> Option<Value> {
        let table = self.lock();
        let entry = table.get(position)?;
        let is_it = matches!(&entry.key, Value::Str(found) if found.is(key));
        is_it.then(|| entry.value.clone())
    }

    /// As [`Dict::get_key_value`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_key_value<K: Key + ?Sized>(
        &self,
        key: &K,
    ) -> Result<Option<(Value, Value)>, ObjectError> {
        let hash = hash_key(key, self.policy())?;
        find(&mut &*self, hash, key, |table, position| {
            let entry = table.at(position?);
            Some((entry.key.clone(), entry.value.clone()))
        })
    }

    /// As [`Dict::get_item`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_item<K: Key + ?Sized>(&self, key: &K) -> Result<Value, ObjectError> {
        self.get(key)?.ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// As [`Dict::contains_key`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn contains_key<K: Key + ?Sized>(&self, key: &K) -> Result<bool, ObjectError> {
        let hash = hash_key(key, self.policy())?;
        find(&mut &*self, hash, key, |_, position| position.is_some())
    }

    /// As [`Dict::insert`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn insert(&self, key: Value, value: Value) -> Result<Option<Value>, ObjectError> {
        let hash = hash_key(&key, self.policy())?;
        Ok(store(&mut &*self, hash, key, value, IfThere::Replace)?.1)
    }

    /// As [`Dict::setdefault`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn setdefault(&self, key: Value, default: Value) -> Result<Value, ObjectError> {
        let hash = hash_key(&key, self.policy())?;
        write::setdefault(&mut &*self, hash, key, default)
    }

    /// As [`Dict::remove`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn remove<K: Key + ?Sized>(&self, key: &K) -> Result<Option<(Value, Value)>, ObjectError> {
        Ok(write::remove(&mut &*self, key)?.map(|entry| (entry.key, entry.value)))
    }

    /// As [`Dict::del_item`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn del_item<K: Key + ?Sized>(&self, key: &K) -> Result<(), ObjectError> {
        self.remove(key)?
            .map(drop)
            .ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// As [`Dict::pop`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pop<K: Key + ?Sized>(&self, key: &K) -> Result<Value, ObjectError> {
        write::pop(&mut &*self, key)?
            .ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// As [`Dict::pop_or`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pop_or<K: Key + ?Sized>(&self, key: &K, default: Value) -> Result<Value, ObjectError> {
        Ok(write::pop(&mut &*self, key)?.unwrap_or(default))
    }

    /// As [`Dict::popitem`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn popitem(&self) -> Result<(Value, Value), ObjectError> {
        write::popitem(&mut &*self)
    }

    /// As [`Dict::clear`].
    pub fn clear(&self) {
        let taken = self.lock().take_all();
        drop(taken);
    }

    /// As [`Dict::copied`]: a copy with one owner.
    #[must_use]
    pub fn to_dict(&self) -> Dict {
        Dict { policy: self.policy().clone(), table: self.lock().copied() }
    }

    /// As [`Dict::equal`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn equal(&self, other: &SharedDict) -> Result<bool, ObjectError> {
        equal_dicts(&mut &*self, &mut &*other)
    }

    /// As [`Dict::repr`]. A dict inside of itself prints as `{...}`.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn repr(&self) -> Result<String, ObjectError> {
        let Some(_printing) = Printing::enter(Arc::as_ptr(&self.0).addr()) else {
            return Ok("{...}".to_string());
        };
        repr_dict(&mut &*self)
    }

    /// As [`Dict::cursor`].
    #[must_use]
    pub fn cursor(&self) -> DictCursor {
        DictCursor::new(&*self.lock(), Direction::Forward)
    }

    /// As [`Dict::cursor_reversed`].
    #[must_use]
    pub fn cursor_reversed(&self) -> DictCursor {
        DictCursor::new(&*self.lock(), Direction::Backward)
    }

    /// As [`Dict::advance`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn advance(&self, cursor: &mut DictCursor) -> Result<Option<(Value, Value)>, ObjectError> {
        let table = self.lock();
        Ok(cursor.advance(&table)?.map(|entry| (entry.key.clone(), entry.value.clone())))
    }

    /// How many entries an iteration has left: 0 once the size of the dict has changed. Python's
    /// `operator.length_hint` of an iterator.
    #[must_use]
    pub fn remaining(&self, cursor: &DictCursor) -> usize {
        cursor.remaining(&self.lock())
    }

    /// The dict as a value. Each call makes a new object, so compare the identity of dicts by
    /// [`is`](SharedDict::is).
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(ObjectRef::new(self.clone()))
    }

    /// As [`Dict::check`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn check(&self) -> Result<(), crate::Corruption> {
        self.lock().check().map_err(|what| crate::Corruption { what })
    }
}

impl From<Dict> for SharedDict {
    fn from(dict: Dict) -> Self {
        let Dict { policy, table } = dict;
        SharedDict(Arc::new(Shared { policy, table: Mutex::new(table) }))
    }
}

impl Object for SharedDict {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn hash(&self, _me: &Value) -> Result<i64, ObjectError> {
        Err(ObjectError::unhashable("dict"))
    }

    fn eq(&self, _me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
        let Value::Object(other) = other else { return Ok(Comparison::NotImplemented) };
        match other.downcast_ref::<SharedDict>() {
            None => Ok(Comparison::NotImplemented),
            Some(other) => {
                Ok(if self.equal(other)? { Comparison::Equal } else { Comparison::Different })
            }
        }
    }

    fn repr(&self, _me: &Value) -> Result<String, ObjectError> {
        SharedDict::repr(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for SharedDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repr() {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<dict whose repr failed: {error}>"),
        }
    }
}
