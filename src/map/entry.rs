//! One key of a map, there or not.

use std::fmt;

use crate::arena::EntryRef;
use crate::store::Put;

use super::Map;

/// The place of a key in a map. See [`Map::entry`].
pub enum Entry<'a, K, V, S> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V, S>),
    /// It is not.
    Vacant(VacantEntry<'a, K, V, S>),
}

/// A key that is in a map.
pub struct OccupiedEntry<'a, K, V, S> {
    pub(super) map: &'a mut Map<K, V, S>,
    pub(super) entry: EntryRef,
}

/// A key that is not in a map.
pub struct VacantEntry<'a, K, V, S> {
    pub(super) map: &'a mut Map<K, V, S>,
    pub(super) hash: u32,
    pub(super) key: K,
}

impl<'a, K: Clone, V: Clone, S> Entry<'a, K, V, S> {
    /// The value, to be changed; it is `default` if the key was not there. If other maps may have
    /// the entry, it is cloned first, as in all methods that return a `&mut V`.
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value, which `default` makes if the key was not there.
    pub fn or_insert_with(self, default: impl FnOnce() -> V) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// The value, which `default` makes of the key if that was not there.
    pub fn or_insert_with_key(self, default: impl FnOnce(&K) -> V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = default(&entry.key);
                entry.insert(value)
            }
        }
    }

    /// The value, which is the default of its type if the key was not there.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value, if the key is there.
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// Puts a value there, and returns the place.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<K, V, S> Entry<'_, K, V, S> {
    /// The key: the one that is there, or the one that was looked for.
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }
}

impl<'a, K, V, S> OccupiedEntry<'a, K, V, S> {
    /// The key that is there.
    pub fn key(&self) -> &K {
        &self.map.entry_at(self.entry).key
    }

    /// Its value.
    pub fn get(&self) -> &V {
        &self.map.entry_at(self.entry).value
    }

    /// Its value, to be changed. If other maps may have the entry, it is cloned first.
    pub fn get_mut(&mut self) -> &mut V
    where
        K: Clone,
        V: Clone,
    {
        self.make_own();
        self.map.handle().value_mut(self.entry)
    }

    /// As [`get_mut`](OccupiedEntry::get_mut), for as long as the map is borrowed.
    pub fn into_mut(self) -> &'a mut V
    where
        K: Clone,
        V: Clone,
    {
        self.map.handle().value_mut(self.entry)
    }

    /// Replaces the value, and returns the old one: a clone, if other maps may have it.
    pub fn insert(&mut self, value: V) -> V
    where
        K: Clone,
        V: Clone,
    {
        self.make_own();
        std::mem::replace(self.map.handle().value_mut(self.entry), value)
    }

    /// Removes the key, and returns its value: a clone, if other maps may have it.
    pub fn remove(self) -> V
    where
        V: Clone,
    {
        self.map.handle().take_value(self.entry)
    }

    /// Removes the key, and returns it with its value: clones, if other maps may have them.
    pub fn remove_entry(self) -> (K, V)
    where
        K: Clone,
        V: Clone,
    {
        self.map.handle().take_pair(self.entry)
    }

    /// Makes the entry one that no other map has. So it may become another one.
    fn make_own(&mut self)
    where
        K: Clone,
        V: Clone,
    {
        self.entry = self.map.handle().own(self.entry);
    }
}

impl<'a, K, V, S> VacantEntry<'a, K, V, S> {
    /// The key that was looked for.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Takes the key back.
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts a value under the key.
    pub fn insert(self, value: V) -> &'a mut V {
        let OccupiedEntry { map, entry } = self.insert_entry(value);
        map.handle().own_value(entry, |_| unreachable!("the entry was just made"))
    }

    /// Puts a value under the key, and returns the place.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, S> {
        let VacantEntry { map, hash, key } = self;
        let entry = map.handle().put_one(Put::new(hash, None, key, value));
        OccupiedEntry { map, entry }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Entry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Occupied").field(entry).finish(),
            Entry::Vacant(entry) => f.debug_tuple("Vacant").field(entry).finish(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for OccupiedEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry")
            .field("key", self.key())
            .field("value", self.get())
            .finish_non_exhaustive()
    }
}

impl<K: fmt::Debug, V, S> fmt::Debug for VacantEntry<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(&self.key).finish()
    }
}
