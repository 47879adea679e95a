//! Hedgerow's maps that own their versions.

use std::hash::Hash;

use hedgerow::Map;

use super::{Subject, count_lookups, sum_fold, sum_lookups, sum_loop};
use crate::{Hasher, hasher};

/// [`hedgerow::Map`]: a version is a clone, and is released by dropping it.
pub struct OwnedMap;

type Version<K> = Map<K, u64, Hasher>;

impl<K: Clone + Eq + Hash> Subject<K> for OwnedMap {
    const NAME: &'static str = "hedgerow::Map";
    type Version = Version<K>;

    fn new() -> Self {
        OwnedMap
    }

    fn empty(&self) -> Version<K> {
        Map::with_hasher(hasher())
    }

    fn bulk(&mut self, items: &[(K, u64)]) -> Version<K> {
        let mut map = Map::with_hasher(hasher());
        map.extend(items.iter().cloned());
        map
    }

    fn build_in_place(&mut self, items: &[(K, u64)]) -> Version<K> {
        let mut map = Map::with_hasher(hasher());
        for (key, value) in items {
            map.insert(key.clone(), *value);
        }
        map
    }

    fn replace_in_place(
        &mut self,
        items: &[(K, u64)],
        body: impl FnOnce(&mut dyn FnMut(&[K], u64)),
    ) {
        let mut map = self.build_in_place(items);
        body(&mut |keys, value| {
            for key in keys {
                map.insert(key.clone(), value);
            }
        });
    }

    fn insert(&mut self, version: &Version<K>, key: K, value: u64) -> Version<K> {
        version.update(key, value)
    }

    fn remove(&mut self, version: &Version<K>, key: &K) -> Version<K> {
        version.without(key)
    }

    fn release(&mut self, version: Version<K>) {
        drop(version);
    }

    fn get_sum(&self, version: &Version<K>, keys: &[K]) -> u64 {
        sum_lookups(keys, |key| version.get(key))
    }

    fn count_present(&self, version: &Version<K>, keys: &[K]) -> usize {
        count_lookups(keys, |key| version.contains_key(key))
    }

    fn iterate(&self, version: &Version<K>) -> u64 {
        sum_loop(version.iter())
    }

    fn fold(&self, version: &Version<K>) -> u64 {
        sum_fold(version.iter())
    }

    fn equal(&self, a: &Version<K>, b: &Version<K>) -> bool {
        a == b
    }

    fn count_changes(&self, a: &Version<K>, b: &Version<K>) -> Option<usize> {
        Some(a.diff(b).count())
    }
}
