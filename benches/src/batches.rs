//! Batches of operations on a prepared map, whose instructions are counted. Preparing is not.
//!
//! `hedgerow bench --instructions` counts them with keys of a user. The bench `instructions` has
//! the same rows with keys made of counters, written out: its counts are recorded, and a call less
//! or more would show.

use std::hash::Hash;
use std::hint::black_box;

use crate::keys::cycled;
use crate::subjects::Subject;
use crate::workloads::age_with;

/// Operations in one batch, but of whole maps.
pub const OPERATIONS: usize = 1_000;

/// A map, and the keys of the batch.
pub struct Prepared<K: Clone + Eq + Hash, S: Subject<K>> {
    /// What holds the version.
    pub subject: S,
    /// The map.
    pub version: S::Version,
    /// Keys to look up or to set.
    pub keys: Vec<K>,
}

impl<K: Clone + Eq + Hash, S: Subject<K>> Prepared<K, S> {
    /// A new map, and the first of these keys.
    #[must_use]
    pub fn built(items: &[(K, u64)], keys: Vec<K>) -> Self {
        let mut subject = S::new();
        let version = subject.bulk(items);
        Prepared { subject, version, keys: first(keys) }
    }

    /// A map after much use: every entry was replaced once, in this order. With the first of these
    /// keys.
    #[must_use]
    pub fn aged(items: &[(K, u64)], order: Vec<K>, keys: Vec<K>) -> Self {
        let mut subject = S::new();
        let built = subject.bulk(items);
        let version = age_with(&mut subject, built, order);
        Prepared { subject, version, keys: first(keys) }
    }

    /// Looks up each key.
    #[inline]
    pub fn get(&self) {
        black_box(self.subject.get_sum(&self.version, &self.keys));
    }

    /// Walks all entries.
    #[inline]
    pub fn iterate(&self) {
        black_box(self.subject.iterate(&self.version));
    }

    /// Sets each key in a new version, and releases the old one.
    #[inline]
    pub fn insert_release(&mut self) {
        for key in &self.keys {
            let next = self.subject.insert(&self.version, key.clone(), 3);
            self.subject.release(std::mem::replace(&mut self.version, next));
        }
    }

    /// Removes each key and sets it again, in a new version each, and releases the old ones.
    #[inline]
    pub fn remove_insert_release(&mut self) {
        let Prepared { subject, version, keys } = self;
        for key in &*keys {
            let without = subject.remove(version, key);
            let next = subject.insert(&without, key.clone(), 3);
            subject.release(without);
            subject.release(std::mem::replace(version, next));
        }
    }
}

/// The first keys of a list, as many as there are operations in a batch.
#[must_use]
pub fn first<K>(mut keys: Vec<K>) -> Vec<K> {
    keys.truncate(OPERATIONS);
    keys
}

/// What can be counted of every map, by the names of the bench's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// [`Prepared::get`] of keys that are there.
    GetHit,
    /// [`Prepared::get`] of keys that are not.
    GetMiss,
    /// [`Prepared::iterate`].
    Iterate,
    /// [`Subject::build_in_place`].
    BuildInPlace,
    /// [`Prepared::insert_release`].
    InsertRelease,
    /// [`Prepared::remove_insert_release`].
    RemoveInsertRelease,
}

impl Batch {
    /// All of them. A map whose versions are copies has the first four.
    pub const ALL: [Batch; 6] = [
        Batch::GetHit,
        Batch::GetMiss,
        Batch::Iterate,
        Batch::BuildInPlace,
        Batch::InsertRelease,
        Batch::RemoveInsertRelease,
    ];

    /// The name of the row.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Batch::GetHit => "get_hit",
            Batch::GetMiss => "get_miss",
            Batch::Iterate => "iterate",
            Batch::BuildInPlace => "build_in_place",
            Batch::InsertRelease => "insert_release",
            Batch::RemoveInsertRelease => "remove_insert_release",
        }
    }

    /// How many operations it is, on a map of this size.
    #[must_use]
    pub fn operations(self, size: usize) -> usize {
        match self {
            Batch::Iterate | Batch::BuildInPlace => size,
            _ => OPERATIONS,
        }
    }

    /// Prepares a map of the present keys, and does the batch inside of `count`.
    pub fn run<K: Clone + Eq + Hash, S: Subject<K>>(
        self,
        present: &[K],
        absent: &[K],
        count: impl FnOnce(&mut dyn FnMut()),
    ) {
        let items: Vec<(K, u64)> = present.iter().cloned().zip(0..).collect();
        let hits = || cycled(present);
        match self {
            Batch::GetHit => {
                let map = Prepared::<K, S>::built(&items, hits());
                count(&mut || map.get());
            }
            Batch::GetMiss => {
                let map = Prepared::<K, S>::built(&items, cycled(absent));
                count(&mut || map.get());
            }
            Batch::Iterate => {
                let map = Prepared::<K, S>::built(&items, Vec::new());
                count(&mut || map.iterate());
            }
            Batch::BuildInPlace => {
                let (mut subject, mut made) = (S::new(), None);
                count(&mut || made = Some(subject.build_in_place(&items)));
            }
            Batch::InsertRelease => {
                let mut map = Prepared::<K, S>::aged(&items, hits(), hits());
                count(&mut || map.insert_release());
            }
            Batch::RemoveInsertRelease => {
                let mut map = Prepared::<K, S>::aged(&items, hits(), hits());
                count(&mut || map.remove_insert_release());
            }
        }
    }
}

/// Does a batch. Callgrind is told to count inside of the function of this name.
#[inline(never)]
pub fn counted_batch(batch: &mut dyn FnMut()) {
    batch();
    black_box(());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{items, misses};
    use crate::subjects::{Hedgerow, ImblSync, OwnedMap, RpdsSync};

    fn check<S: Subject<u64>>() {
        for size in [1, 10, 1_500] {
            let present: Vec<u64> = items(size).into_iter().map(|(key, _)| key).collect();
            for batch in Batch::ALL {
                let mut batches = 0;
                batch.run::<u64, S>(&present, &misses(size), |work| {
                    batches += 1;
                    counted_batch(work);
                });
                assert_eq!(batches, 1, "{} of {size}", batch.name());
            }
        }
    }

    #[test]
    fn every_batch_is_done_once_on_every_map() {
        check::<Hedgerow<u64>>();
        check::<OwnedMap>();
        check::<ImblSync>();
        check::<RpdsSync>();
    }

    #[test]
    fn a_batch_has_as_many_keys_as_operations() {
        let map = Prepared::<u64, OwnedMap>::built(&items(10), cycled(&[1, 2, 3]));
        assert_eq!(map.keys.len(), Batch::GetHit.operations(10));
        assert_eq!(Batch::Iterate.operations(10), 10);
    }
}
