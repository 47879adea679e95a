//! Taking pairs out.

use rayon::iter::IntoParallelIterator;

use super::super::Map;
use super::iter::parallel_iterator_over;

/// The pairs of a map: `map.into_par_iter()`.
pub struct IntoParIter<K: Send, V: Send>(rayon::vec::IntoIter<(K, V)>);

/// The pairs that were in a map. See [`Map::par_drain`].
pub struct ParDrain<K: Send, V: Send>(IntoParIter<K, V>);

impl<K: Clone + Send, V: Clone + Send> IntoParIter<K, V> {
    /// All pairs of a map, which is empty afterwards.
    pub(super) fn of<S>(map: &mut Map<K, V, S>) -> Self {
        IntoParIter(map.take_pairs().into_par_iter())
    }
}

impl<K: Clone + Send, V: Clone + Send, S> Map<K, V, S> {
    /// Removes all entries, and returns their pairs, to be used in parallel (feature `rayon`):
    /// clones, if other maps may have them. The map is empty at once.
    pub fn par_drain(&mut self) -> ParDrain<K, V> {
        ParDrain(IntoParIter::of(self))
    }
}

/// The pairs: clones, if other maps may have them. They are collected first, in this thread.
impl<K: Clone + Send, V: Clone + Send, S> IntoParallelIterator for Map<K, V, S> {
    type Item = (K, V);
    type Iter = IntoParIter<K, V>;

    fn into_par_iter(mut self) -> IntoParIter<K, V> {
        IntoParIter::of(&mut self)
    }
}

parallel_iterator_over!([K: Send, V: Send] IntoParIter<K, V>, (K, V), |pair| pair);
parallel_iterator_over!([K: Send, V: Send] ParDrain<K, V>, (K, V), |pair| pair);
