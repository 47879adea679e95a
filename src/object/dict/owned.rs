//! The dict with one owner: while it is borrowed, no `__eq__` can change it.

use std::fmt;

use super::compare::{equal_dicts, repr_dict};
use super::cursor::{DictCursor, Direction};
use super::iter::Iter;
use super::key::{Key, hash_key};
use super::search::{TableAccess, find};
use super::table::{Entry, Table};
use super::write::{self, IfThere, store};
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{ObjectError, Value};

/// An insertion-ordered dict with Python's equality and hash on keys.
///
/// Of equal keys the first is kept. If the hash or the equality of a key fails, the error is passed
/// on, and the dict has not changed.
///
/// | operation | cost, besides hashing and comparing keys |
/// | --- | --- |
/// | [`get`](Dict::get) and other lookups | O(1); allocates only if user code compares |
/// | [`insert`](Dict::insert), [`remove`](Dict::remove) and other changes | amortised O(1) |
/// | [`iter`](Dict::iter), [`copied`](Dict::copied), [`clear`](Dict::clear) | O(entries) |
/// | [`update`](Dict::update), [`equal`](Dict::equal), [`repr`](Dict::repr) | O(entries) |
///
/// An entry takes 40 bytes, and 5 in the index; both grow by doubling. A removed entry leaves a
/// tombstone, and iterators skip 64 of those at a time. They are cleared when the dict would grow
/// and half of its entries are tombstones, and when a removal leaves seven eighths of at least 64
/// entries as tombstones.
///
/// ```
/// use hedgerow::object::{Dict, HashPolicy, Value};
///
/// let mut dict = Dict::new(HashPolicy::random());
/// dict.insert(1.into(), "one".into())?;
/// dict.insert("key".into(), 2.5.into())?;
/// dict.insert(true.into(), "uno".into())?; // 1 == True: the value changes, the key stays
/// assert_eq!(dict.repr()?, "{1: 'uno', 'key': 2.5}");
/// assert!(dict.contains_key("key")? && dict.contains_key(&1.0)?);
/// let missing = dict.get_item("other").unwrap_err();
/// assert_eq!((missing.python_type(), missing.to_string().as_str()), ("KeyError", "'other'"));
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Default)]
pub struct Dict {
    pub(super) policy: HashPolicy,
    pub(super) table: Table,
}

impl<'d> TableAccess for &'d Dict {
    type Access = &'d Table;

    #[inline]
    fn with<T>(&mut self, step: impl FnOnce(&mut &'d Table) -> T) -> T {
        step(&mut &self.table)
    }

    fn policy(&self) -> &HashPolicy {
        &self.policy
    }
}

impl TableAccess for Dict {
    type Access = Table;

    #[inline]
    fn with<T>(&mut self, step: impl FnOnce(&mut Table) -> T) -> T {
        step(&mut self.table)
    }

    fn policy(&self) -> &HashPolicy {
        &self.policy
    }
}

impl Dict {
    /// An empty dict whose keys are hashed under this policy.
    #[must_use]
    pub fn new(policy: HashPolicy) -> Self {
        Dict { policy, table: Table::default() }
    }

    /// An empty dict with room for `capacity` entries.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room for them.
    pub fn with_capacity(capacity: usize, policy: HashPolicy) -> Result<Self, ObjectError> {
        let mut dict = Dict::new(policy);
        dict.table.reserve_more(capacity)?;
        Ok(dict)
    }

    /// The policy under which keys are hashed.
    #[must_use]
    pub fn policy(&self) -> &HashPolicy {
        &self.policy
    }

    /// The number of entries.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no entries.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `dict.get(key)`.
    ///
    /// # Errors
    ///
    /// What the hash or the equality of a key fails with.
    #[inline]
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> Result<Option<&Value>, ObjectError> {
        Ok(self.entry(key)?.map(|entry| &entry.value))
    }

    /// The stored key and its value.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get).
    pub fn get_key_value<K: Key + ?Sized>(
        &self,
        key: &K,
    ) -> Result<Option<(&Value, &Value)>, ObjectError> {
        Ok(self.entry(key)?.map(|entry| (&entry.key, &entry.value)))
    }

    /// `dict[key]`.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get); [`ObjectError::Key`] with the key if it is not there.
    pub fn get_item<K: Key + ?Sized>(&self, key: &K) -> Result<&Value, ObjectError> {
        self.get(key)?.ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// `key in dict`.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get).
    pub fn contains_key<K: Key + ?Sized>(&self, key: &K) -> Result<bool, ObjectError> {
        Ok(self.entry(key)?.is_some())
    }

    #[inline]
    fn entry<K: Key + ?Sized>(&self, key: &K) -> Result<Option<&Entry>, ObjectError> {
        let hash = hash_key(key, &self.policy)?;
        let mut dict = self;
        find(&mut dict, hash, key, |table, position| position.map(|position| table.at(position)))
    }

    /// `dict[key] = value`. Returns the old value. The stored key stays.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get); [`ObjectError::Store`] if there is no room.
    #[inline]
    pub fn insert(&mut self, key: Value, value: Value) -> Result<Option<Value>, ObjectError> {
        let hash = hash_key(&key, &self.policy)?;
        Ok(store(self, hash, key, value, IfThere::Replace)?.1)
    }

    /// `dict.setdefault(key, default)`.
    ///
    /// # Errors
    ///
    /// As [`insert`](Dict::insert).
    pub fn setdefault(&mut self, key: Value, default: Value) -> Result<&Value, ObjectError> {
        let hash = hash_key(&key, &self.policy)?;
        let (position, _) = store(self, hash, key, default, IfThere::Keep)?;
        Ok(&self.table.at(position).value)
    }

    /// Removes a key, and returns the stored key and its value.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get).
    pub fn remove<K: Key + ?Sized>(
        &mut self,
        key: &K,
    ) -> Result<Option<(Value, Value)>, ObjectError> {
        Ok(write::remove(self, key)?.map(|entry| (entry.key, entry.value)))
    }

    /// `del dict[key]`.
    ///
    /// # Errors
    ///
    /// As [`get_item`](Dict::get_item).
    pub fn del_item<K: Key + ?Sized>(&mut self, key: &K) -> Result<(), ObjectError> {
        self.remove(key)?
            .map(drop)
            .ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// `dict.pop(key)`. As in CPython an empty dict does not hash the key.
    ///
    /// # Errors
    ///
    /// As [`get_item`](Dict::get_item).
    pub fn pop<K: Key + ?Sized>(&mut self, key: &K) -> Result<Value, ObjectError> {
        write::pop(self, key)?.ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// `dict.pop(key, default)`.
    ///
    /// # Errors
    ///
    /// As [`get`](Dict::get).
    pub fn pop_or<K: Key + ?Sized>(
        &mut self,
        key: &K,
        default: Value,
    ) -> Result<Value, ObjectError> {
        Ok(write::pop(self, key)?.unwrap_or(default))
    }

    /// `dict.popitem()`: removes the last entry.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Key`] if there is none.
    pub fn popitem(&mut self) -> Result<(Value, Value), ObjectError> {
        write::popitem(self)
    }

    /// `dict.clear()`.
    pub fn clear(&mut self) {
        drop(self.table.take_all());
    }

    /// `dict.copy()`. The copy has no tombstones.
    #[must_use]
    pub fn copied(&self) -> Dict {
        Dict { policy: self.policy.clone(), table: self.table.copied() }
    }

    /// `a == b`: equal keys with equal values, in any order.
    ///
    /// # Errors
    ///
    /// What an equality fails with, and what the hash of a key fails with if the policies differ.
    pub fn equal(&self, other: &Dict) -> Result<bool, ObjectError> {
        let (mut a, mut b) = (self, other);
        equal_dicts(&mut a, &mut b)
    }

    /// `repr(dict)`.
    ///
    /// # Errors
    ///
    /// What the repr of a key or value fails with.
    pub fn repr(&self) -> Result<String, ObjectError> {
        let mut dict = self;
        repr_dict(&mut dict)
    }

    /// The entries in insertion order. `rev()` is Python's `reversed`.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(&self.table)
    }

    /// Starts an iteration that holds no borrow, for the iterators of a runtime. Pass the cursor to
    /// [`advance`](Dict::advance) of the same dict.
    #[must_use]
    pub fn cursor(&self) -> DictCursor {
        DictCursor::new(&self.table, Direction::Forward)
    }

    /// A cursor from the last entry to the first: `reversed(dict)`.
    #[must_use]
    pub fn cursor_reversed(&self) -> DictCursor {
        DictCursor::new(&self.table, Direction::Backward)
    }

    /// The next entry of an iteration; `None` after the last one.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Runtime`], "dictionary changed size during iteration" or "dictionary keys
    /// changed during iteration".
    ///
    /// ```
    /// use hedgerow::object::{Dict, HashPolicy};
    ///
    /// let mut dict = Dict::new(HashPolicy::random());
    /// dict.insert("a".into(), 1.into())?;
    /// let mut cursor = dict.cursor();
    /// assert!(dict.advance(&mut cursor)?.is_some());
    /// dict.insert("b".into(), 2.into())?;
    /// let error = dict.advance(&mut cursor).unwrap_err();
    /// assert_eq!(error.to_string(), "dictionary changed size during iteration");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    pub fn advance(
        &self,
        cursor: &mut DictCursor,
    ) -> Result<Option<(&Value, &Value)>, ObjectError> {
        Ok(cursor.advance(&self.table)?.map(|entry| (&entry.key, &entry.value)))
    }

    /// Checks the invariants of the dict. O(entries).
    ///
    /// # Errors
    ///
    /// A broken invariant, which is a bug of this crate.
    pub fn check(&self) -> Result<(), crate::Corruption> {
        self.table.check().map_err(|what| crate::Corruption { what })
    }
}

impl Clone for Dict {
    fn clone(&self) -> Self {
        self.copied()
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<'a> IntoIterator for &'a Dict {
    type Item = (&'a Value, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
