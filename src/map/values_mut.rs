//! Changing values where they are. Those that other maps may have are cloned first.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use crate::store::Stays;

use super::Map;
use super::iter::{IterMut, ValuesMut};

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> Map<K, V, S> {
    /// The value of a key, to be changed. If other maps may have the entry, it is cloned first.
    ///
    /// ```
    /// let mut map = hedgerow::Map::from([("a", 1)]);
    /// let before = map.clone();
    /// *map.get_mut("a").unwrap() += 1;
    /// assert_eq!((map["a"], before["a"]), (2, 1));
    /// ```
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.find(key)?;
        Some(self.handle().value_mut(found.entry))
    }

    /// The stored key and the value of a key, to be changed. If other maps may have the entry, it
    /// is cloned first.
    pub fn get_key_value_mut<Q>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.find(key)?;
        let handle = self.handle();
        let entry = handle.own(found.entry);
        let [pair] = handle.entries_of([Some(entry)]);
        pair
    }

    /// The values of several keys, to be changed together. Entries that other maps may have are
    /// cloned first.
    ///
    /// # Panics
    ///
    /// If two keys are equal, and there is such a key.
    ///
    /// ```
    /// let mut map = hedgerow::Map::from([("a", 1), ("b", 2)]);
    /// if let [Some(a), Some(b)] = map.get_disjoint_mut(["a", "b"]) {
    ///     std::mem::swap(a, b);
    /// }
    /// assert_eq!((map["a"], map["b"]), (2, 1));
    /// ```
    pub fn get_disjoint_mut<Q, const N: usize>(&mut self, keys: [&Q; N]) -> [Option<&mut V>; N]
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut entries = keys.map(|key| self.find(key).map(|found| found.entry));
        for (index, entry) in entries.iter().enumerate() {
            let is_new = entry.is_none() || !entries[..index].contains(entry);
            assert!(is_new, "duplicate keys found");
        }
        let Some(handle) = &mut self.handle else { return entries.map(|_| None) };
        for entry in entries.iter_mut().flatten() {
            *entry = handle.own(*entry);
        }
        handle.entries_of(entries).map(|found| found.map(|(_, value)| value))
    }

    /// The entries, with values to be changed, in the order of [`iter`](Map::iter). Where other
    /// maps share the arena, all entries are cloned into one of the map's own first.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        if self.handle.as_ref().is_some_and(|handle| !handle.is_alone()) {
            let pairs: Vec<(K, V)> =
                self.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            self.build(pairs, Stays::Last);
        }
        IterMut::of(self.handle.as_mut())
    }

    /// The values, to be changed, as [`iter_mut`](Map::iter_mut).
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut(self.iter_mut())
    }
}
