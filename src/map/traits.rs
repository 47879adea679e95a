//! The traits of `std` that maps have.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, Index, IndexMut};

use crate::store::{Iter, Stays};

use super::iter::{IntoIter, IntoKeys, IntoValues, IterMut};
use super::{Arena, Map};

/// O(1), and clones no key or value.
impl<K, V, S: Clone> Clone for Map<K, V, S> {
    #[inline]
    fn clone(&self) -> Self {
        Map { handle: self.handle.clone(), hasher: self.hasher.clone() }
    }
}

impl<K, V, S: Default> Default for Map<K, V, S> {
    fn default() -> Self {
        Map::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Map<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Equal keys with equal values. Costs what differs, between maps of one arena. A value that two
/// maps share is taken to be equal to itself.
impl<K: Hash + Eq, V: PartialEq, S: BuildHasher> PartialEq for Map<K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.has_nothing_else(other)
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher> Eq for Map<K, V, S> {}

/// Equal maps hash equally, whatever their order. O(n).
impl<K: Hash + Eq, V: Hash, S: BuildHasher> Hash for Map<K, V, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The same for all maps of the type, whatever seed they have.
        let hash_of = |pair: (&K, &V)| foldhash::fast::FixedState::default().hash_one(pair);
        self.len().hash(state);
        self.iter().map(hash_of).fold(0, u64::wrapping_add).hash(state);
    }
}

/// # Panics
///
/// If there is no such key, as a `HashMap` does.
impl<K, V, S, Q> Index<&Q> for Map<K, V, S>
where
    K: Hash + Eq + Borrow<Q>,
    S: BuildHasher,
    Q: Hash + Eq + ?Sized,
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

/// # Panics
///
/// If there is no such key.
impl<K, V, S, Q> IndexMut<&Q> for Map<K, V, S>
where
    K: Hash + Eq + Borrow<Q> + Clone,
    V: Clone,
    S: BuildHasher,
    Q: Hash + Eq + ?Sized,
{
    fn index_mut(&mut self, key: &Q) -> &mut V {
        self.get_mut(key).expect("no entry found for key")
    }
}

/// Of equal keys, the last stays.
impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Map<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Map::default();
        map.build(pairs, Stays::Last);
        map
    }
}

impl<K: Hash + Eq, V: Clone, S: BuildHasher> Extend<(K, V)> for Map<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        if self.handle.is_none() {
            return self.build(pairs, Stays::Last);
        }
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<'a, K: Hash + Eq + Copy, V: Copy, S: BuildHasher> Extend<(&'a K, &'a V)> for Map<K, V, S> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.extend(pairs.into_iter().map(|(key, value)| (*key, *value)));
    }
}

macro_rules! from_pairs {
    ($([$($generics:tt)*] $from:ty),* $(,)?) => {$(
        impl<K: Hash + Eq, V $($generics)*> From<$from> for Map<K, V> {
            fn from(pairs: $from) -> Self {
                pairs.into_iter().collect()
            }
        }
    )*};
}

from_pairs!([, const N: usize] [(K, V); N], [] Vec<(K, V)>);
from_pairs!([, T] HashMap<K, V, T>, [] BTreeMap<K, V>);

impl<K: Hash + Eq, V, S, T: BuildHasher + Default> From<Map<K, V, S>> for HashMap<K, V, T>
where
    K: Clone,
    V: Clone,
{
    fn from(map: Map<K, V, S>) -> Self {
        map.into_iter().collect()
    }
}

impl<'a, K, V, S> IntoIterator for &'a Map<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K: Hash + Eq + Clone, V: Clone, S: BuildHasher> IntoIterator for &'a mut Map<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

/// The pairs: clones, if other maps may have them. They are collected first.
impl<K: Clone, V: Clone, S> IntoIterator for Map<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(mut self) -> IntoIter<K, V> {
        IntoIter(self.drain().0)
    }
}

impl<K: Clone, V: Clone, S> Map<K, V, S> {
    /// The keys: clones, if other maps may have them.
    #[must_use]
    pub fn into_keys(self) -> IntoKeys<K, V> {
        IntoKeys(self.into_iter())
    }

    /// The values: clones, if other maps may have them.
    #[must_use]
    pub fn into_values(self) -> IntoValues<K, V> {
        IntoValues(self.into_iter())
    }
}

/// The [`union`](Map::union).
impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone> Add for Map<K, V, S> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

/// The [`union`](Map::union).
impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone> Add for &Map<K, V, S> {
    type Output = Map<K, V, S>;

    fn add(self, other: Self) -> Map<K, V, S> {
        self.clone().union(other.clone())
    }
}

/// The [`unions`](Map::unions).
impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone + Default> Sum for Map<K, V, S> {
    fn sum<I: Iterator<Item = Self>>(maps: I) -> Self {
        Map::unions(maps)
    }
}

impl<K, V, S: Clone> From<&Arena<K, V, S>> for Map<K, V, S> {
    fn from(arena: &Arena<K, V, S>) -> Self {
        Map::new_in(arena)
    }
}
