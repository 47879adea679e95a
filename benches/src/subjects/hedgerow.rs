//! Hedgerow: one store that holds all versions.

use std::hash::Hash;

use hedgerow::{Store, Version};

use super::{Subject, count_lookups, sum_fold, sum_lookups, sum_loop};
use crate::{Hasher, hasher};

/// The versions used below are live and of this store, and no bench reaches the limits of a store.
const LIVE: &str = "a live version, and room in the arena";

/// A store, whose versions are handles.
pub struct Hedgerow<K> {
    /// The store, for workloads that no peer has (compaction, `get_many`, `diff`).
    pub store: Store<K, u64, Hasher>,
}

impl<K: Clone + Eq + Hash> Subject<K> for Hedgerow<K> {
    const NAME: &'static str = "hedgerow";
    type Version = Version;

    fn new() -> Self {
        Hedgerow { store: Store::with_hasher(hasher()) }
    }

    fn empty(&self) -> Version {
        self.store.empty()
    }

    fn bulk(&mut self, items: &[(K, u64)]) -> Version {
        self.store.bulk(items.iter().cloned()).expect(LIVE)
    }

    fn build_in_place(&mut self, items: &[(K, u64)]) -> Version {
        let empty = self.store.empty();
        let mut edit = self.store.edit(empty).expect(LIVE);
        for (key, value) in items {
            edit.insert(key.clone(), *value).expect(LIVE);
        }
        edit.commit()
    }

    fn replace_in_place(
        &mut self,
        items: &[(K, u64)],
        body: impl FnOnce(&mut dyn FnMut(&[K], u64)),
    ) {
        let empty = self.store.empty();
        let mut edit = self.store.edit(empty).expect(LIVE);
        for (key, value) in items {
            edit.insert(key.clone(), *value).expect(LIVE);
        }
        body(&mut |keys, value| {
            for key in keys {
                edit.insert(key.clone(), value).expect(LIVE);
            }
        });
    }

    fn insert(&mut self, version: &Version, key: K, value: u64) -> Version {
        self.store.insert(*version, key, value).expect(LIVE)
    }

    fn remove(&mut self, version: &Version, key: &K) -> Version {
        self.store.remove(*version, key).expect(LIVE).expect("a key that is there")
    }

    fn release(&mut self, version: Version) {
        self.store.release(version).expect(LIVE);
    }

    fn get_sum(&self, version: &Version, keys: &[K]) -> u64 {
        let view = self.store.at(*version).expect(LIVE);
        sum_lookups(keys, |key| view.get(key))
    }

    fn count_present(&self, version: &Version, keys: &[K]) -> usize {
        let view = self.store.at(*version).expect(LIVE);
        count_lookups(keys, |key| view.contains_key(key))
    }

    fn iterate(&self, version: &Version) -> u64 {
        sum_loop(self.store.at(*version).expect(LIVE).iter())
    }

    fn fold(&self, version: &Version) -> u64 {
        sum_fold(self.store.at(*version).expect(LIVE).iter())
    }

    fn equal(&self, a: &Version, b: &Version) -> bool {
        self.store.equal(*a, *b).expect(LIVE)
    }

    fn count_changes(&self, a: &Version, b: &Version) -> Option<usize> {
        Some(self.store.diff(*a, *b).expect(LIVE).len())
    }

    fn compact(&mut self) -> bool {
        self.store.compact();
        true
    }
}
