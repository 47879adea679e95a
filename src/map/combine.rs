//! Maps made from two maps.
//!
//! Those that share with the first one change a copy of it; the others are built anew.

use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;

use crate::store::{Conflict, Put, Stays};
use crate::trie;

use super::Map;
use super::compare::{Asked, Difference};

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone> Map<K, V, S> {
    /// The entries of this map, and those of the other whose keys this one lacks. Costs what
    /// differs, between maps of one arena; otherwise it is O(n) in both.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 'a')]), hedgerow::Map::from([(1, 'b'), (2, 'b')]));
    /// assert_eq!(a.union(b), [(1, 'a'), (2, 'b')].into());
    /// ```
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        let mut missing = Vec::new();
        let _ = self.each_difference(&other, Asked::OnlyOfSecond, |difference| {
            if let Difference::Second(entry) = difference {
                missing.push((entry.key.clone(), entry.value.clone()));
            }
            ControlFlow::Continue(())
        });
        self.put_absent(missing);
        self
    }

    /// The entries of both maps; of a key that both have, with what `combine` makes of clones of
    /// the values. O(n) in the other map, because it is asked of every key of that.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 5)]), hedgerow::Map::from([(1, 6), (2, 6)]));
    /// assert_eq!(a.union_with(b, |a, b| a + b), [(1, 11), (2, 6)].into());
    /// ```
    #[must_use]
    pub fn union_with(self, other: Self, mut combine: impl FnMut(V, V) -> V) -> Self {
        self.union_with_key(other, |_, first, second| combine(first, second))
    }

    /// As [`union_with`](Map::union_with); `combine` gets the key as well.
    #[must_use]
    pub fn union_with_key(mut self, other: Self, mut combine: impl FnMut(&K, V, V) -> V) -> Self {
        if other.is_empty() {
            return self;
        }
        let mut pairs = Vec::with_capacity(other.len());
        let _ = other.each_entry(|_, second| {
            let hash = self.hash_of(&second.key);
            let found = self.locate(hash, &second.key, &mut trie::Location::unset());
            let (over, value) = (found.map(|found| found.entry), second.value.clone());
            let value = match over {
                Some(first) => {
                    let first = self.entry_at(first).value.clone();
                    combine(&second.key, first, value)
                }
                None => value,
            };
            pairs.push(Put::new(hash, over, second.key.clone(), value));
            ControlFlow::Continue(())
        });
        self.handle().put(pairs);
        self
    }

    /// The entries of all maps; of a key that several have, that of the first. Costs the
    /// [`union`](Map::union)s.
    #[must_use]
    pub fn unions(maps: impl IntoIterator<Item = Self>) -> Self
    where
        S: Default,
    {
        maps.into_iter().reduce(Map::union).unwrap_or_default()
    }

    /// The entries of all maps; of a key that several have, with what `combine` makes of the
    /// values, from the first map to the last. O(n).
    #[must_use]
    pub fn unions_with(
        maps: impl IntoIterator<Item = Self>,
        mut combine: impl FnMut(V, V) -> V,
    ) -> Self
    where
        S: Default,
    {
        Map::unions_with_key(maps, |_, first, second| combine(first, second))
    }

    /// As [`unions_with`](Map::unions_with); `combine` gets the key as well.
    #[must_use]
    pub fn unions_with_key(
        maps: impl IntoIterator<Item = Self>,
        mut combine: impl FnMut(&K, V, V) -> V,
    ) -> Self
    where
        S: Default,
    {
        let union = |first: Self, second| first.union_with_key(second, &mut combine);
        maps.into_iter().reduce(union).unwrap_or_default()
    }

    /// The entries of this map whose keys the other has, too. Costs what differs, between maps of
    /// one arena; otherwise it is O(n) in both.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 'a'), (2, 'a')]), hedgerow::Map::from([(1, 'b')]));
    /// assert_eq!(a.intersection(b), [(1, 'a')].into());
    /// ```
    #[must_use]
    pub fn intersection(mut self, other: Self) -> Self {
        let mut removed = Vec::new();
        let _ = self.each_difference(&other, Asked::OfFirst, |difference| {
            if let Difference::First(entry, _) = difference {
                removed.push(entry);
            }
            ControlFlow::Continue(())
        });
        if !removed.is_empty() {
            self.handle().cut(&removed);
        }
        self
    }

    /// The keys that both maps have, with what `combine` makes of clones of the values. O(n), and a
    /// map of its own.
    #[must_use]
    pub fn intersection_with<B: Clone, C>(
        self,
        other: Map<K, B, S>,
        mut combine: impl FnMut(V, B) -> C,
    ) -> Map<K, C, S> {
        self.intersection_with_key(other, |_, first, second| combine(first, second))
    }

    /// As [`intersection_with`](Map::intersection_with); `combine` gets the key as well.
    #[must_use]
    pub fn intersection_with_key<B: Clone, C>(
        self,
        other: Map<K, B, S>,
        mut combine: impl FnMut(&K, V, B) -> C,
    ) -> Map<K, C, S> {
        let pairs = self.iter().filter_map(|(key, value)| {
            let other = other.get(key)?;
            Some((key.clone(), combine(key, value.clone(), other.clone())))
        });
        self.with_pairs(pairs)
    }

    /// The entries of this map whose keys the other lacks. Costs what differs, between maps of one
    /// arena, and is a map of its own.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 'a'), (2, 'a')]), hedgerow::Map::from([(1, 'b')]));
    /// assert_eq!(a.difference(b), [(2, 'a')].into());
    /// ```
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        self.only_one(&other, false)
    }

    /// The [`difference`](Map::difference), under the name that imbl has for it.
    #[must_use]
    pub fn relative_complement(self, other: Self) -> Self {
        self.difference(other)
    }

    /// The entries of both maps whose keys the other lacks. Costs what differs, between maps of one
    /// arena, and is a map of its own.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        self.only_one(&other, true)
    }

    /// The entries of both maps whose keys the other lacks; and of the keys that both have, those
    /// for which `combine` makes a value of clones of the two. O(n), and a map of its own.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 5), (2, 5)]), hedgerow::Map::from([(1, 5), (2, 6)]));
    /// let changed = a.symmetric_difference_with(b, |a, b| (a != b).then_some(a + b));
    /// assert_eq!(changed, [(2, 11)].into());
    /// ```
    #[must_use]
    pub fn symmetric_difference_with(
        self,
        other: Self,
        mut combine: impl FnMut(V, V) -> Option<V>,
    ) -> Self {
        self.symmetric_difference_with_key(other, |_, first, second| combine(first, second))
    }

    /// As [`symmetric_difference_with`](Map::symmetric_difference_with); `combine` gets the key as
    /// well.
    #[must_use]
    pub fn symmetric_difference_with_key(
        self,
        other: Self,
        mut combine: impl FnMut(&K, V, V) -> Option<V>,
    ) -> Self {
        let of_both = self.iter().filter_map(|(key, value)| {
            let value = match other.get(key) {
                Some(second) => combine(key, value.clone(), second.clone())?,
                None => value.clone(),
            };
            Some((key.clone(), value))
        });
        let of_second = other.iter().filter(|(key, _)| !self.contains_key(*key));
        let of_second = of_second.map(|(key, value)| (key.clone(), value.clone()));
        self.with_pairs(of_both.chain(of_second))
    }

    fn only_one(&self, other: &Self, with_second: bool) -> Self {
        let mut pairs = Vec::new();
        let asked = if with_second { Asked::All } else { Asked::OfFirst };
        let _ = self.each_difference(other, asked, |difference| {
            match difference {
                Difference::First(_, entry) => pairs.push((entry.key.clone(), entry.value.clone())),
                Difference::Second(entry) if with_second => {
                    pairs.push((entry.key.clone(), entry.value.clone()));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        self.with_pairs(pairs)
    }

    /// Three-way merge: this map, with what `other` changed since `base`. Where both changed a key
    /// in different ways, `resolve` says what its value shall be; `None` removes the key. Costs
    /// what differs between `base` and `other`, if they are of one arena. What changes in this map
    /// is cloned.
    ///
    /// ```
    /// let base = hedgerow::Map::from([("port", 80), ("workers", 4)]);
    /// let ours = base.update("port", 8080);
    /// let theirs = base.update("workers", 16);
    /// let merged = ours.merge(&base, &theirs, |conflict| conflict.ours.copied());
    /// assert_eq!((merged["port"], merged["workers"]), (8080, 16));
    /// ```
    #[must_use]
    pub fn merge(
        &self,
        base: &Self,
        other: &Self,
        mut resolve: impl FnMut(Conflict<'_, K, V>) -> Option<V>,
    ) -> Self
    where
        V: PartialEq,
    {
        let mut merged = self.clone();
        for change in base.diff(other) {
            let (key, base, theirs) = (change.key(), change.old_value(), change.new_value());
            let ours = self.get(key);
            if ours == theirs {
                continue;
            }
            let value = if ours == base {
                theirs.cloned()
            } else {
                resolve(Conflict { key, base, ours, theirs })
            };
            match value {
                Some(value) => _ = merged.insert(key.clone(), value),
                None => _ = merged.remove(key),
            }
        }
        merged
    }

    /// A map of its own, of these pairs, with the hasher of this one.
    fn with_pairs<C>(&self, pairs: impl IntoIterator<Item = (K, C)>) -> Map<K, C, S> {
        let mut map = Map::with_hasher(self.hasher.clone());
        map.build(pairs, Stays::Last);
        map
    }

    /// Puts pairs whose keys are not there.
    fn put_absent(&mut self, pairs: Vec<(K, V)>) {
        if pairs.is_empty() {
            return;
        }
        let put = |(key, value)| Put::new(self.hash_of(&key), None, key, value);
        let pairs: Vec<Put<K, V>> = pairs.into_iter().map(put).collect();
        self.handle().put(pairs);
    }
}
