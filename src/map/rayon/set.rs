//! Elements of sets.

use rayon::iter::IntoParallelIterator;

use super::super::Set;
use super::iter::{ParKeys, parallel_iterator_over};
use super::owned::IntoParIter;

/// The elements of a set: `set.into_par_iter()`, or [`Set::par_drain`].
pub struct IntoParKeys<K: Send, V: Send>(IntoParIter<K, V>);

parallel_iterator_over!([K: Send, V: Send] IntoParKeys<K, V>, K, |(key, _)| key);

impl<T: Clone + Send, S> Set<T, S> {
    /// Removes all elements, and returns them, to be used in parallel (feature `rayon`): clones, if
    /// other sets may have them. The set is empty at once.
    pub fn par_drain(&mut self) -> IntoParKeys<T, ()> {
        IntoParKeys(IntoParIter::of(&mut self.map))
    }
}

impl<'a, T: Sync, S> IntoParallelIterator for &'a Set<T, S> {
    type Item = &'a T;
    type Iter = ParKeys<'a, T, ()>;

    fn into_par_iter(self) -> ParKeys<'a, T, ()> {
        self.map.par_keys()
    }
}

/// The elements: clones, if other sets may have them. They are collected first, in this thread.
impl<T: Clone + Send, S> IntoParallelIterator for Set<T, S> {
    type Item = T;
    type Iter = IntoParKeys<T, ()>;

    fn into_par_iter(mut self) -> IntoParKeys<T, ()> {
        self.par_drain()
    }
}
