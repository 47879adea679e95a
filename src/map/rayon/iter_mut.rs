//! Changing values.

use std::hash::{BuildHasher, Hash};

use rayon::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::super::{IterMut, Map};
use super::iter::parallel_iterator_over;
use super::producer::PartMut;

/// The entries of a map, with values to be changed: `map.par_iter_mut()`.
pub struct ParIterMut<'a, K, V>(IterMut<'a, K, V>);

/// The values of a map, to be changed. See [`Map::par_values_mut`].
pub struct ParValuesMut<'a, K, V>(ParIterMut<'a, K, V>);

impl<K, V, S> Map<K, V, S>
where
    K: Hash + Eq + Clone + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher,
{
    /// The values, to be changed, in parallel (feature `rayon`). Where other maps share the arena,
    /// all entries are cloned into one of the map's own first, in this thread.
    pub fn par_values_mut(&mut self) -> ParValuesMut<'_, K, V> {
        ParValuesMut(self.into_par_iter())
    }
}

/// As [`Map::iter_mut`]: where other maps share the arena, all entries are cloned into one of the
/// map's own first, in this thread.
impl<'a, K, V, S> IntoParallelIterator for &'a mut Map<K, V, S>
where
    K: Hash + Eq + Clone + Sync,
    V: Clone + Send + Sync,
    S: BuildHasher,
{
    type Item = (&'a K, &'a mut V);
    type Iter = ParIterMut<'a, K, V>;

    fn into_par_iter(self) -> ParIterMut<'a, K, V> {
        ParIterMut(self.iter_mut())
    }
}

impl<'a, K: Sync, V: Send + Sync> ParallelIterator for ParIterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        match self.0.into_entries() {
            Some(entries) => bridge_unindexed(PartMut(entries), consumer),
            None => rayon::iter::empty().drive_unindexed(consumer),
        }
    }
}

parallel_iterator_over!(
    ['a, K: Sync, V: Send + Sync] ParValuesMut<'a, K, V>, &'a mut V, |(_, value)| value
);
