//! Building and extending. Pairs are made in parallel; hashing and sorting them in parallel too
//! does not pay: `perf/notes/2026-11-30-rayon.md`.

use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use super::super::{Map, Set};

/// Collects what a parallel iterator gives, in order.
fn collected<T: Send>(items: impl IntoParallelIterator<Item = T>) -> Vec<T> {
    items.into_par_iter().collect()
}

/// Of equal keys, the last stays. The pairs are made in parallel, and collected; this thread builds
/// the map.
impl<K, V, S> FromParallelIterator<(K, V)> for Map<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(pairs: I) -> Self {
        collected(pairs).into_iter().collect()
    }
}

/// The pairs are made in parallel, and collected; this thread inserts them.
impl<K, V, S> ParallelExtend<(K, V)> for Map<K, V, S>
where
    K: Hash + Eq + Send,
    V: Clone + Send,
    S: BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.extend(collected(pairs));
    }
}

impl<'a, K, V, S> ParallelExtend<(&'a K, &'a V)> for Map<K, V, S>
where
    K: Hash + Eq + Copy + Sync,
    V: Copy + Sync,
    S: BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.extend(collected(pairs));
    }
}

/// Of equal elements, the first stays. The elements are made in parallel, and collected; this
/// thread builds the set.
impl<T, S> FromParallelIterator<T> for Set<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(elements: I) -> Self {
        collected(elements).into_iter().collect()
    }
}

/// The elements are made in parallel, and collected; this thread inserts them.
impl<T, S> ParallelExtend<T> for Set<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, elements: I) {
        self.extend(collected(elements));
    }
}

impl<'a, T, S> ParallelExtend<&'a T> for Set<T, S>
where
    T: Hash + Eq + Copy + Sync,
    S: BuildHasher,
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(collected(elements));
    }
}
