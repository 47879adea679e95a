//! Versions made of two others. The result is derived from the first and shares with it. What comes
//! from the second is copied, so that the versions that hold a node stay connected (V1).

use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;

use super::error::Error;
use crate::arena::{Arena, EntryRef, TryPush, try_collect};
use crate::trie::{self, Group, Groups, Sorted, order_key};

use super::{Store, Version};

/// A key that `ours` and `theirs` both changed, in different ways. `None` is "no such key".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict<'a, K, V> {
    /// The key.
    pub key: &'a K,
    /// Its value in the common base.
    pub base: Option<&'a V>,
    /// Its value in ours.
    pub ours: Option<&'a V>,
    /// Its value in theirs.
    pub theirs: Option<&'a V>,
}

/// What `theirs` did to one key.
struct Theirs<K, V> {
    key: K,
    base: Option<V>,
    theirs: Option<V>,
}

impl<K: Hash + Eq + Clone, V: PartialEq + Clone, S: BuildHasher> Store<K, V, S> {
    /// Three-way merge: `ours` with what `theirs` changed since `base`. Where both changed a key in
    /// different ways, `on_conflict` says what its value shall be; `None` removes the key.
    ///
    /// Costs what differs between `base` and `theirs`. Right for versions that are no relatives
    /// too, at the cost of walking them.
    ///
    /// # Errors
    ///
    /// As [`insert`](Store::insert).
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let base = store.bulk([("port", 80), ("workers", 4)])?;
    /// let ours = store.insert(base, "port", 8080)?;
    /// let theirs = store.insert(base, "workers", 16)?;
    /// let merged = store.merge(base, ours, theirs, |conflict| conflict.ours.copied())?;
    /// assert_eq!(store.at(merged)?.get("port"), Some(&8080));
    /// assert_eq!(store.at(merged)?.get("workers"), Some(&16));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn merge(
        &mut self,
        base: Version,
        ours: Version,
        theirs: Version,
        mut on_conflict: impl FnMut(Conflict<'_, K, V>) -> Option<V>,
    ) -> Result<Version, Error> {
        self.table.resolve(ours)?;
        let changes = self.diff(base, theirs)?;
        let changes = try_collect(changes.iter().map(|change| Theirs {
            key: change.key().clone(),
            base: change.old_value().cloned(),
            theirs: change.new_value().cloned(),
        }))
        .map_err(Error::refused)?;
        let mut edit = self.edit(ours)?;
        for Theirs { key, base, theirs } in changes {
            let current = edit.get(&key);
            if current == theirs.as_ref() {
                continue;
            }
            let value = if current == base.as_ref() {
                theirs
            } else {
                let (base, theirs) = (base.as_ref(), theirs.as_ref());
                on_conflict(Conflict { key: &key, base, ours: current, theirs })
            };
            match value {
                Some(value) => edit.insert(key, value).map(drop)?,
                None => edit.remove(&key).map(drop)?,
            }
        }
        Ok(edit.commit())
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> Store<K, V, S> {
    /// `a`, and the entries of `b` whose keys `a` lacks.
    ///
    /// Costs what differs between relatives.
    ///
    /// # Errors
    ///
    /// As [`insert`](Store::insert).
    pub fn union(&mut self, a: Version, b: Version) -> Result<Version, Error> {
        let missing = self.unmatched(b, a)?;
        let pairs = missing.iter().map(|&entry| self.arena.entries.get(entry));
        let pairs =
            try_collect(pairs.map(|e| (e.key.clone(), e.value.clone()))).map_err(Error::refused)?;
        let mut edit = self.edit(a)?;
        for (key, value) in pairs {
            edit.insert(key, value)?;
        }
        Ok(edit.commit())
    }
}

impl<K: Hash + Eq + Clone, V, S: BuildHasher> Store<K, V, S> {
    /// The entries of `a` whose keys `b` has too, with the values of `a`.
    ///
    /// Costs what differs between relatives.
    ///
    /// # Errors
    ///
    /// As [`remove`](Store::remove).
    pub fn intersection(&mut self, a: Version, b: Version) -> Result<Version, Error> {
        let surplus = self.unmatched(a, b)?;
        let keys = surplus.iter().map(|&entry| self.arena.entries.get(entry).key.clone());
        let keys = try_collect(keys).map_err(Error::refused)?;
        let mut edit = self.edit(a)?;
        for key in keys {
            edit.remove(&key)?;
        }
        Ok(edit.commit())
    }
}

impl<K: Eq, V, S> Store<K, V, S> {
    /// The entries of `a` whose keys `b` lacks. They are shared with `a`, not copied.
    ///
    /// Costs what differs between relatives, however large they are.
    ///
    /// # Errors
    ///
    /// As [`remove`](Store::remove).
    pub fn difference(&mut self, a: Version, b: Version) -> Result<Version, Error> {
        // Compared once: another time the keys may answer differently.
        let mut sorted = self.sorted_unmatched(a, b)?;
        if sorted.is_empty() {
            return Ok(self.empty());
        }
        self.room_for_tree(trie::words_to_build(&sorted, 0), 0, &mut sorted)?;
        let parent = self.table.resolve(a)?;
        let stamp = self.take_stamp();
        Ok(self.commit_sorted(parent, &sorted, stamp))
    }

    fn sorted_unmatched(&self, a: Version, b: Version) -> Result<Vec<Sorted>, Error> {
        let sorted = |(arrival, entry): (usize, EntryRef)| {
            let order = order_key(self.arena.entries.get(entry).hash);
            Sorted { order, arrival: arrival as u32, entry }
        };
        let unmatched = self.unmatched(a, b)?.into_iter().enumerate();
        try_collect(unmatched.map(sorted)).map_err(Error::refused)
    }

    /// The entries of `a` whose keys `b` lacks, in iteration order.
    fn unmatched(&self, a: Version, b: Version) -> Result<Vec<EntryRef>, Error> {
        let (left, right) = self.roots(a, b)?;
        let Arena { entries, .. } = &self.arena;
        let mut unmatched = Vec::new();
        let mut groups = Groups(|_, left: Group<'_>, right: Group<'_>| {
            let has_twin = |entry: EntryRef| {
                let key = &entries.get(entry).key;
                right.clone().any(|other| entries.get(other).key == *key)
            };
            match unmatched.try_extend(left.filter(|&entry| !has_twin(entry))) {
                Ok(()) => ControlFlow::Continue(()),
                Err(refused) => ControlFlow::Break(refused),
            }
        });
        match trie::differences(&self.arena, left, right, &mut groups) {
            ControlFlow::Continue(()) => Ok(unmatched),
            ControlFlow::Break(refused) => Err(Error::refused(refused)),
        }
    }
}
