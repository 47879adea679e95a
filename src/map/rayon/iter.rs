//! Reading.

use rayon::iter::plumbing::{UnindexedConsumer, bridge_unindexed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::arena::Entry;
use crate::store::Rest;

use super::super::Map;
use super::producer::Part;

/// The entries of a map: `map.par_iter()`.
pub struct ParIter<'a, K, V>(Rest<'a, K, V>);

/// The keys of a map. See [`Map::par_keys`].
pub struct ParKeys<'a, K, V>(ParIter<'a, K, V>);

/// The values of a map. See [`Map::par_values`].
pub struct ParValues<'a, K, V>(ParIter<'a, K, V>);

impl<K: Sync, V: Sync, S> Map<K, V, S> {
    /// The keys, in parallel (feature `rayon`).
    #[must_use]
    pub fn par_keys(&self) -> ParKeys<'_, K, V> {
        ParKeys(ParIter(self.iter().into_rest()))
    }

    /// The values, in parallel (feature `rayon`).
    #[must_use]
    pub fn par_values(&self) -> ParValues<'_, K, V> {
        ParValues(ParIter(self.iter().into_rest()))
    }
}

impl<'a, K: Sync, V: Sync, S> IntoParallelIterator for &'a Map<K, V, S> {
    type Item = (&'a K, &'a V);
    type Iter = ParIter<'a, K, V>;

    fn into_par_iter(self) -> ParIter<'a, K, V> {
        ParIter(self.iter().into_rest())
    }
}

impl<'a, K: Sync, V: Sync> ParallelIterator for ParIter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn drive_unindexed<C: UnindexedConsumer<Self::Item>>(self, consumer: C) -> C::Result {
        match self.0 {
            Rest::Run(run) => {
                let pair = |Entry { key, value, .. }: &'a Entry<K, V>| (key, value);
                run.into_par_iter().map(pair).drive_unindexed(consumer)
            }
            Rest::Tree(walk, reader) => bridge_unindexed(Part { walk, reader }, consumer),
        }
    }

    fn opt_len(&self) -> Option<usize> {
        match self.0 {
            Rest::Run(run) => Some(run.len()),
            Rest::Tree(..) => None,
        }
    }
}

/// A parallel iterator that is made of another one.
macro_rules! parallel_iterator_over {
    ([$($bounds:tt)*] $name:ty, $item:ty, $of:expr) => {
        impl<$($bounds)*> rayon::iter::ParallelIterator for $name {
            type Item = $item;

            fn drive_unindexed<C>(self, consumer: C) -> C::Result
            where
                C: rayon::iter::plumbing::UnindexedConsumer<Self::Item>,
            {
                rayon::iter::ParallelIterator::map(self.0, $of).drive_unindexed(consumer)
            }

            fn opt_len(&self) -> Option<usize> {
                self.0.opt_len()
            }
        }
    };
}

pub(super) use parallel_iterator_over;

macro_rules! cloned_as_a_whole {
    ($($name:ident),*) => {$(
        impl<K, V> Clone for $name<'_, K, V> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }
    )*};
}

cloned_as_a_whole!(ParIter, ParKeys, ParValues);
parallel_iterator_over!(['a, K: Sync, V: Sync] ParKeys<'a, K, V>, &'a K, |(key, _)| key);
parallel_iterator_over!(['a, K: Sync, V: Sync] ParValues<'a, K, V>, &'a V, |(_, value)| value);
