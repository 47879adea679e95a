//! Two maps: how they differ, and maps made from both.
//!
//! Maps of one arena are walked together, and the walk ends wherever they share. Others are looked
//! up key by key.

use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;
use std::ops::ControlFlow;

use crate::arena::{Entry, EntryRef};
use crate::store::{Change, Conflict};
use crate::store::{Put, Stays};
use crate::trie::{self, Group, Groups};

use super::Map;

/// What two maps have of one key, if it is not the same entry.
pub(super) enum Difference<'a, K, V> {
    /// Only the first has it.
    First(EntryRef, &'a Entry<K, V>),
    /// Only the second has it.
    Second(&'a Entry<K, V>),
    /// Both have entries of it.
    Both(&'a Entry<K, V>, &'a Entry<K, V>),
}

/// What changed from one map to another. See [`Map::diff`].
pub struct Diff<'a, K, V>(std::vec::IntoIter<Change<'a, K, V>>);

impl<'a, K, V> Iterator for Diff<'a, K, V> {
    type Item = Change<'a, K, V>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> ExactSizeIterator for Diff<'_, K, V> {}
impl<K, V> FusedIterator for Diff<'_, K, V> {}

impl<K: Hash + Eq, V, S: BuildHasher> Map<K, V, S> {
    /// Calls `visit` with each key of which the maps do not have the same entry, until it breaks.
    pub(super) fn each_difference<'a>(
        &'a self,
        other: &'a Self,
        mut visit: impl FnMut(Difference<'a, K, V>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let (Some(first), Some(second)) = (&self.handle, &other.handle)
            && first.is_in_arena_of(second)
        {
            let reader = first.reader_of_both(second);
            let mut groups = Groups(|_, left: Group<'_>, right: Group<'_>| {
                let second_of = |key: &K| {
                    let entries = right.clone().map(|entry| reader.entry(entry));
                    { entries }.find(|entry| entry.key == *key)
                };
                for entry in left.clone() {
                    let found = reader.entry(entry);
                    visit(match second_of(&found.key) {
                        Some(second) => Difference::Both(found, second),
                        None => Difference::First(entry, found),
                    })?;
                }
                let is_first = |key: &K| left.clone().any(|entry| reader.entry(entry).key == *key);
                for second in right.clone().map(|entry| reader.entry(entry)) {
                    if !is_first(&second.key) {
                        visit(Difference::Second(second))?;
                    }
                }
                ControlFlow::Continue(())
            });
            return trie::differences(reader, first.root(), second.root(), &mut groups);
        }
        self.each_entry(|entry, first| match other.entry_of(&first.key) {
            Some(second) => visit(Difference::Both(first, second)),
            None => visit(Difference::First(entry, first)),
        })?;
        other.each_entry(|_, second| match self.contains_key(&second.key) {
            true => ControlFlow::Continue(()),
            false => visit(Difference::Second(second)),
        })
    }

    /// What changed from this map to `other`. Between maps of one arena it costs what differs, and
    /// is in the order of [`iter`](Map::iter); otherwise it is O(n), and what was added comes last.
    ///
    /// ```
    /// let before: hedgerow::Map<u32, u32> = (0..1_000).map(|n| (n, n)).collect();
    /// let mut after = before.clone();
    /// after.insert(7, 70);
    /// let changes: Vec<_> = before.diff(&after).collect();
    /// assert_eq!(changes, [hedgerow::Change::Changed { key: &7, old: &7, new: &70 }]);
    /// ```
    pub fn diff<'a>(&'a self, other: &'a Self) -> Diff<'a, K, V>
    where
        V: PartialEq,
    {
        let mut changes = Vec::new();
        let _ = self.each_difference(other, |difference| {
            match difference {
                Difference::First(_, Entry { key, value, .. }) => {
                    changes.push(Change::Removed { key, value });
                }
                Difference::Second(Entry { key, value, .. }) => {
                    changes.push(Change::Added { key, value });
                }
                Difference::Both(old, new) if old.value != new.value => {
                    let (key, old, new) = (&new.key, &old.value, &new.value);
                    changes.push(Change::Changed { key, old, new });
                }
                Difference::Both(..) => {}
            }
            ControlFlow::Continue(())
        });
        Diff(changes.into_iter())
    }

    /// Whether the other map has all keys of this one, and `accept` accepts the values of each in
    /// the two. O(n).
    pub fn is_submap_by<W>(
        &self,
        other: &Map<K, W, S>,
        mut accept: impl FnMut(&V, &W) -> bool,
    ) -> bool {
        let is_there = |(key, value)| other.get(key).is_some_and(|other| accept(value, other));
        self.len() <= other.len() && self.iter().all(is_there)
    }

    /// [`is_submap_by`](Map::is_submap_by), and the other map has more keys.
    pub fn is_proper_submap_by<W>(
        &self,
        other: &Map<K, W, S>,
        accept: impl FnMut(&V, &W) -> bool,
    ) -> bool {
        self.len() < other.len() && self.is_submap_by(other, accept)
    }

    /// Whether the other map has all entries of this one. Costs what differs, between maps of one
    /// arena.
    ///
    /// ```
    /// let all: hedgerow::Map<u32, u32> = (0..10).map(|n| (n, n)).collect();
    /// assert!(all.without(&3).is_submap(&all) && !all.is_submap(&all.without(&3)));
    /// ```
    pub fn is_submap(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        self.len() <= other.len() && self.has_nothing_else(other)
    }

    /// [`is_submap`](Map::is_submap), and the other map has more entries.
    pub fn is_proper_submap(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        self.len() < other.len() && self.is_submap(other)
    }

    /// Whether all entries are in the other map, too.
    pub(super) fn has_nothing_else(&self, other: &Self) -> bool
    where
        V: PartialEq,
    {
        let is_same = self.each_difference(other, |difference| match difference {
            Difference::Both(first, second) if first.value == second.value => {
                ControlFlow::Continue(())
            }
            Difference::Second(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        });
        is_same.is_continue()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher + Clone> Map<K, V, S> {
    /// The entries of this map, and those of the other whose keys this one lacks.
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
        let _ = self.each_difference(&other, |difference| {
            if let Difference::Second(entry) = difference {
                missing.push((entry.key.clone(), entry.value.clone()));
            }
            ControlFlow::Continue(())
        });
        self.put_absent(missing);
        self
    }

    /// The entries of both maps; of a key that both have, with what `combine` makes of the values.
    /// O(n), because it is asked of every key.
    #[must_use]
    pub fn union_with(self, other: Self, mut combine: impl FnMut(V, V) -> V) -> Self {
        self.union_with_key(other, |_, first, second| combine(first, second))
    }

    /// As [`union_with`](Map::union_with); `combine` gets the key as well.
    #[must_use]
    pub fn union_with_key(mut self, other: Self, mut combine: impl FnMut(&K, V, V) -> V) -> Self {
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

    /// The entries of all maps; of a key that several have, that of the first.
    #[must_use]
    pub fn unions(maps: impl IntoIterator<Item = Self>) -> Self
    where
        S: Default,
    {
        maps.into_iter().reduce(Map::union).unwrap_or_default()
    }

    /// The entries of this map whose keys the other has, too.
    ///
    /// ```
    /// let (a, b) = (hedgerow::Map::from([(1, 'a'), (2, 'a')]), hedgerow::Map::from([(1, 'b')]));
    /// assert_eq!(a.intersection(b), [(1, 'a')].into());
    /// ```
    #[must_use]
    pub fn intersection(mut self, other: Self) -> Self {
        let mut removed = Vec::new();
        let _ = self.each_difference(&other, |difference| {
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

    /// The keys that both maps have, with what `combine` makes of the values. O(n).
    #[must_use]
    pub fn intersection_with<B: Clone, C>(
        &self,
        other: &Map<K, B, S>,
        mut combine: impl FnMut(&V, &B) -> C,
    ) -> Map<K, C, S> {
        self.intersection_with_key(other, |_, first, second| combine(first, second))
    }

    /// As [`intersection_with`](Map::intersection_with); `combine` gets the key as well.
    #[must_use]
    pub fn intersection_with_key<B: Clone, C>(
        &self,
        other: &Map<K, B, S>,
        mut combine: impl FnMut(&K, &V, &B) -> C,
    ) -> Map<K, C, S> {
        let pairs = self.iter().filter_map(|(key, value)| {
            other.get(key).map(|other| (key.clone(), combine(key, value, other)))
        });
        let mut map = Map::with_hasher(self.hasher.clone());
        map.build(pairs, Stays::Last);
        map
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

    /// The entries of both maps whose keys the other lacks. Costs what differs, between maps of one
    /// arena, and is a map of its own.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        self.only_one(&other, true)
    }

    fn only_one(&self, other: &Self, with_second: bool) -> Self {
        let mut pairs = Vec::new();
        let _ = self.each_difference(other, |difference| {
            match difference {
                Difference::First(_, entry) => pairs.push((entry.key.clone(), entry.value.clone())),
                Difference::Second(entry) if with_second => {
                    pairs.push((entry.key.clone(), entry.value.clone()));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        let mut map = Map::with_hasher(self.hasher.clone());
        map.build(pairs, Stays::Last);
        map
    }

    /// Three-way merge: this map, with what `other` changed since `base`. Where both changed a key
    /// in different ways, `resolve` says what its value shall be; `None` removes the key.
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

    /// Puts pairs whose keys are not there.
    fn put_absent(&mut self, pairs: Vec<(K, V)>) {
        let put = |(key, value)| Put::new(self.hash_of(&key), None, key, value);
        let pairs: Vec<Put<K, V>> = pairs.into_iter().map(put).collect();
        self.handle().put(pairs);
    }
}

impl<K, V, S> Map<K, V, S> {
    /// Calls `visit` with the entries, in the order of [`iter`](Map::iter), until it breaks.
    fn each_entry<'a>(
        &'a self,
        mut visit: impl FnMut(EntryRef, &'a Entry<K, V>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(handle) = &self.handle else { return ControlFlow::Continue(()) };
        let reader = handle.reader();
        trie::for_each_entry(reader.nodes, handle.root(), &mut |entry| {
            visit(entry, reader.entry(entry))
        })
    }
}
