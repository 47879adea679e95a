//! Building.

use std::convert::Infallible;
use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::store::error::WithError;
use crate::store::{Batch, Stays};
use crate::trie::fold;

use super::super::Map;
use super::super::write::fail;

impl<K: Hash + Eq + Send, V: Send, S: BuildHasher + Sync> Map<K, V, S> {
    /// Makes the map one of these pairs, in an arena of its own. Of equal keys one stays.
    pub(super) fn build_in_parallel(&mut self, pairs: Vec<(K, V)>, stays: Stays) {
        let hasher = &self.hasher;
        let hash = |key: &K| fold(hasher.hash_one(key));
        let same = |a: &K, b: &K| Ok::<_, Infallible>(a == b);
        let batch = match Batch::sorted_in_parallel(pairs, hash, stays, same) {
            Ok(batch) => batch,
            Err(WithError::Store(error)) => fail(error),
            Err(WithError::Caller(never)) => match never {},
        };
        self.build_batch(batch);
    }
}

/// Of equal keys, the last stays. Keys are hashed and sorted in parallel; one thread writes the
/// entries and the tree.
impl<K, V, S> FromParallelIterator<(K, V)> for Map<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Map::default();
        map.build_in_parallel(pairs.into_par_iter().collect(), Stays::Last);
        map
    }
}

/// Of equal keys, the last stays. What is put into a map that has been used is collected in
/// parallel, and inserted by one thread.
impl<K, V, S> ParallelExtend<(K, V)> for Map<K, V, S>
where
    K: Hash + Eq + Send,
    V: Clone + Send,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        let pairs: Vec<(K, V)> = pairs.into_par_iter().collect();
        if self.handle.is_none() {
            return self.build_in_parallel(pairs, Stays::Last);
        }
        self.extend(pairs);
    }
}

impl<'a, K, V, S> ParallelExtend<(&'a K, &'a V)> for Map<K, V, S>
where
    K: Hash + Eq + Copy + Send + Sync,
    V: Copy + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.par_extend(pairs.into_par_iter().map(|(key, value)| (*key, *value)));
    }
}
