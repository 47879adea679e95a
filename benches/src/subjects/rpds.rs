//! rpds's HAMT, with plain reference counts (its default) and with atomic ones.

use std::hash::Hash;
use std::marker::PhantomData;

use archery::{ArcTK, RcK, SharedPointerKind};
use rpds::HashTrieMap;

use super::{Subject, count_lookups, sum_fold, sum_lookups, sum_loop};
use crate::{Hasher, hasher};

/// rpds's default: plain reference counts.
pub type RpdsRc = Rpds<RcK>;
/// `rpds::HashTrieMapSync`: atomic reference counts.
pub type RpdsSync = Rpds<ArcTK>;

/// rpds with one kind of pointer.
pub struct Rpds<P>(PhantomData<P>);

/// A kind of pointer that has a column.
pub trait Column {
    /// The name of the column.
    const NAME: &'static str;
}

impl Column for RcK {
    const NAME: &'static str = "rpds";
}

impl Column for ArcTK {
    const NAME: &'static str = "rpds-sync";
}

type Map<K, P> = HashTrieMap<K, u64, P, Hasher>;

impl<K: Clone + Eq + Hash, P: SharedPointerKind + Column> Subject<K> for Rpds<P> {
    const NAME: &'static str = <P as Column>::NAME;
    type Version = Map<K, P>;

    fn new() -> Self {
        Rpds(PhantomData)
    }

    fn empty(&self) -> Map<K, P> {
        Map::new_with_hasher_and_ptr_kind(hasher())
    }

    /// By inserts, as `collect` does in rpds.
    fn bulk(&mut self, items: &[(K, u64)]) -> Map<K, P> {
        self.build_in_place(items)
    }

    fn build_in_place(&mut self, items: &[(K, u64)]) -> Map<K, P> {
        let mut map: Map<K, P> = self.empty();
        for (key, value) in items {
            map.insert_mut(key.clone(), *value);
        }
        map
    }

    fn replace_in_place(
        &mut self,
        items: &[(K, u64)],
        body: impl FnOnce(&mut dyn FnMut(&[K], u64)),
    ) {
        let mut map: Map<K, P> = self.build_in_place(items);
        body(&mut |keys, value| {
            for key in keys {
                map.insert_mut(key.clone(), value);
            }
        });
    }

    fn insert(&mut self, version: &Map<K, P>, key: K, value: u64) -> Map<K, P> {
        version.insert(key, value)
    }

    fn remove(&mut self, version: &Map<K, P>, key: &K) -> Map<K, P> {
        version.remove(key)
    }

    fn release(&mut self, version: Map<K, P>) {
        drop(version);
    }

    fn get_sum(&self, version: &Map<K, P>, keys: &[K]) -> u64 {
        sum_lookups(keys, |key| version.get(key))
    }

    fn count_present(&self, version: &Map<K, P>, keys: &[K]) -> usize {
        count_lookups(keys, |key| version.contains_key(key))
    }

    fn iterate(&self, version: &Map<K, P>) -> u64 {
        sum_loop(version.iter())
    }

    fn fold(&self, version: &Map<K, P>) -> u64 {
        sum_fold(version.iter())
    }

    fn equal(&self, a: &Map<K, P>, b: &Map<K, P>) -> bool {
        a == b
    }
}
