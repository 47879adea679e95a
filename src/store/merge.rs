//! Versions made of two others. The result is derived from the first and shares with it. What comes
//! from the second is copied, so that the versions that hold a node stay connected (V1).

use std::hash::{BuildHasher, Hash};

use super::combine::{Combination, Plan};
use super::error::{Error, WithError};
use super::{Store, Version};
use crate::arena::{Arena, EntryRef, TryPush, try_collect};
use crate::trie;

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
    /// Costs what differs between relatives; O(n) for strangers, whose union is built at once.
    ///
    /// # Errors
    ///
    /// As [`insert`](Store::insert).
    pub fn union(&mut self, a: Version, b: Version) -> Result<Version, Error> {
        match self.plan_typed(a, b, Combination::Union)? {
            Plan::First => self.shared_with(a),
            Plan::Build(tree) => {
                let pairs = self.copies(&tree)?;
                self.build_planned(a, tree, pairs)
            }
            Plan::Edit => self.union_by_edit(a, b),
        }
    }

    fn union_by_edit(&mut self, a: Version, b: Version) -> Result<Version, Error> {
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
    /// Costs what differs between relatives; O(n) for strangers.
    ///
    /// # Errors
    ///
    /// As [`remove`](Store::remove).
    pub fn intersection(&mut self, a: Version, b: Version) -> Result<Version, Error> {
        match self.plan_typed(a, b, Combination::Intersection)? {
            Plan::First => self.shared_with(a),
            Plan::Build(tree) => self.build_planned(a, tree, Vec::new()),
            Plan::Edit => self.intersection_by_edit(a, b),
        }
    }

    fn intersection_by_edit(&mut self, a: Version, b: Version) -> Result<Version, Error> {
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
        match self.plan_typed(a, b, Combination::Difference)? {
            Plan::First | Plan::Edit => self.shared_with(a),
            Plan::Build(tree) => self.build_planned(a, tree, Vec::new()),
        }
    }

    /// Keys are compared once: another time they may answer differently.
    fn plan_typed(&self, a: Version, b: Version, how: Combination) -> Result<Plan, Error> {
        let is_same = |a: &K, b: &K| Ok::<bool, std::convert::Infallible>(a == b);
        match self.plan((a, b), how, is_same, |_, _| true) {
            Ok(plan) => Ok(plan),
            Err(WithError::Store(error)) => Err(error),
            Err(WithError::Caller(never)) => match never {},
        }
    }

    /// Another version of the same entries.
    fn shared_with(&mut self, version: Version) -> Result<Version, Error> {
        Ok(self.edit(version)?.commit())
    }

    /// The entries of `a` whose keys `b` lacks, in iteration order.
    fn unmatched(&self, a: Version, b: Version) -> Result<Vec<EntryRef>, Error> {
        let (left, right) = self.roots(a, b)?;
        let Arena { entries, .. } = &self.arena;
        let mut unmatched = Vec::new();
        trie::try_each_group(self.arena.reader(), left, right, |_, left, right| {
            let has_twin = |entry: EntryRef| {
                let key = &entries.get(entry).key;
                right.clone().any(|other| entries.get(other).key == *key)
            };
            unmatched.try_extend(left.filter(|&entry| !has_twin(entry)))
        })
        .map_err(Error::refused)?;
        Ok(unmatched)
    }
}
