//! How two maps differ.
//!
//! Maps of one arena are walked together, and the walk ends wherever they share. Others are looked
//! up key by key.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;
use std::ops::ControlFlow;

use crate::arena::{Entry, EntryRef};
use crate::store::Change;
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

/// Which differences are asked for. Between maps of different arenas, others are not looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Keys that the first map has.
    OfFirst,
    /// Keys that only the second has.
    OnlyOfSecond,
    All,
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

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Diff<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.as_slice()).finish()
    }
}

impl<K, V> ExactSizeIterator for Diff<'_, K, V> {}
impl<K, V> FusedIterator for Diff<'_, K, V> {}

impl<K: Hash + Eq, V, S: BuildHasher> Map<K, V, S> {
    /// Calls `visit` with each key of which the maps do not have the same entry, until it breaks:
    /// with those that are `asked` for, and maybe with others.
    pub(super) fn each_difference<'a>(
        &'a self,
        other: &'a Self,
        asked: Asked,
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
        if asked != Asked::OnlyOfSecond {
            self.each_entry(|entry, first| match other.entry_of(&first.key) {
                Some(second) => visit(Difference::Both(first, second)),
                None => visit(Difference::First(entry, first)),
            })?;
        }
        if asked == Asked::OfFirst {
            return ControlFlow::Continue(());
        }
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
        let _ = self.each_difference(other, Asked::All, |difference| {
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

    /// [`is_submap_by`](Map::is_submap_by), and the other map has more keys. O(n).
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
        let is_same = self.each_difference(other, Asked::OfFirst, |difference| match difference {
            Difference::Both(first, second) if first.value == second.value => {
                ControlFlow::Continue(())
            }
            Difference::Second(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        });
        is_same.is_continue()
    }
}

impl<K, V, S> Map<K, V, S> {
    /// Calls `visit` with the entries, in the order of [`iter`](Map::iter), until it breaks.
    pub(super) fn each_entry<'a>(
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
