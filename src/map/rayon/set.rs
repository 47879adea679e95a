//! Sets.

use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::store::Stays;

use super::super::{Map, Set};
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

/// Of equal elements, the first stays.
impl<T, S> FromParallelIterator<T> for Set<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher + Default + Sync,
{
    fn from_par_iter<I: IntoParallelIterator<Item = T>>(elements: I) -> Self {
        let mut map = Map::default();
        let pairs = elements.into_par_iter().map(|element| (element, ()));
        map.build_in_parallel(pairs.collect(), Stays::First);
        Set { map }
    }
}

/// Of equal elements, the first stays.
impl<T, S> ParallelExtend<T> for Set<T, S>
where
    T: Hash + Eq + Send,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = T>>(&mut self, elements: I) {
        if self.map.handle.is_none() {
            let pairs = elements.into_par_iter().map(|element| (element, ()));
            return self.map.build_in_parallel(pairs.collect(), Stays::First);
        }
        self.extend(elements.into_par_iter().collect::<Vec<T>>());
    }
}

impl<'a, T, S> ParallelExtend<&'a T> for Set<T, S>
where
    T: Hash + Eq + Copy + Send + Sync,
    S: BuildHasher + Sync,
{
    fn par_extend<I: IntoParallelIterator<Item = &'a T>>(&mut self, elements: I) {
        self.par_extend(elements.into_par_iter().copied());
    }
}
