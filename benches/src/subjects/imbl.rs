//! imbl's HAMT, with atomic reference counts (its default) and with plain ones.

use std::hash::Hash;
use std::marker::PhantomData;

use imbl::GenericHashMap;
use imbl::shared_ptr::{DefaultSharedPtr, RcK, SharedPointerKind};

use super::{Subject, count_lookups, sum_fold, sum_lookups, sum_loop};
use crate::{Hasher, hasher};

/// imbl's default: atomic reference counts.
pub type ImblSync = Imbl<DefaultSharedPtr>;
/// imbl with `Rc`.
pub type ImblRc = Imbl<RcK>;

/// imbl with one kind of pointer.
pub struct Imbl<P>(PhantomData<P>);

/// A kind of pointer that has a column.
pub trait Column {
    /// The name of the column.
    const NAME: &'static str;
}

impl Column for DefaultSharedPtr {
    const NAME: &'static str = "imbl";
}

impl Column for RcK {
    const NAME: &'static str = "imbl-rc";
}

type Map<K, P> = GenericHashMap<K, u64, Hasher, P>;

impl<K: Clone + Eq + Hash, P: SharedPointerKind + Column> Subject<K> for Imbl<P> {
    const NAME: &'static str = <P as Column>::NAME;
    type Version = Map<K, P>;

    fn new() -> Self {
        Imbl(PhantomData)
    }

    fn empty(&self) -> Map<K, P> {
        Map::with_hasher(hasher())
    }

    fn bulk(&mut self, items: &[(K, u64)]) -> Map<K, P> {
        let mut map: Map<K, P> = Map::with_hasher(hasher());
        map.extend(items.iter().cloned());
        map
    }

    fn build_in_place(&mut self, items: &[(K, u64)]) -> Map<K, P> {
        let mut map: Map<K, P> = Map::with_hasher(hasher());
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
        let mut map: Map<K, P> = self.build_in_place(items);
        body(&mut |keys, value| {
            for key in keys {
                map.insert(key.clone(), value);
            }
        });
    }

    fn insert(&mut self, version: &Map<K, P>, key: K, value: u64) -> Map<K, P> {
        version.update(key, value)
    }

    fn remove(&mut self, version: &Map<K, P>, key: &K) -> Map<K, P> {
        version.without(key)
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
