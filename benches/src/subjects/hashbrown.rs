//! hashbrown's flat table, for reference only: each of its versions is a whole copy.

use std::hash::Hash;

use hashbrown::HashMap;

use super::{Subject, count_lookups, sum_fold, sum_lookups, sum_loop};
use crate::{Hasher, hasher};

/// hashbrown's table.
pub struct Hashbrown;

type Map<K> = HashMap<K, u64, Hasher>;

impl<K: Clone + Eq + Hash> Subject<K> for Hashbrown {
    const NAME: &'static str = "hashbrown";
    type Version = Map<K>;

    fn new() -> Self {
        Hashbrown
    }

    fn empty(&self) -> Map<K> {
        Map::with_hasher(hasher())
    }

    fn bulk(&mut self, items: &[(K, u64)]) -> Map<K> {
        let mut map = Map::with_hasher(hasher());
        map.extend(items.iter().cloned());
        map
    }

    fn build_in_place(&mut self, items: &[(K, u64)]) -> Map<K> {
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

    fn insert(&mut self, version: &Map<K>, key: K, value: u64) -> Map<K> {
        let mut map = version.clone();
        map.insert(key, value);
        map
    }

    fn remove(&mut self, version: &Map<K>, key: &K) -> Map<K> {
        let mut map = version.clone();
        map.remove(key);
        map
    }

    fn release(&mut self, version: Map<K>) {
        drop(version);
    }

    fn get_sum(&self, version: &Map<K>, keys: &[K]) -> u64 {
        sum_lookups(keys, |key| version.get(key))
    }

    fn count_present(&self, version: &Map<K>, keys: &[K]) -> usize {
        count_lookups(keys, |key| version.contains_key(key))
    }

    fn iterate(&self, version: &Map<K>) -> u64 {
        sum_loop(version.iter())
    }

    fn fold(&self, version: &Map<K>) -> u64 {
        sum_fold(version.iter())
    }

    fn equal(&self, a: &Map<K>, b: &Map<K>) -> bool {
        a == b
    }
}
