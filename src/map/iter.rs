//! Iterators of maps that [`crate::Iter`] is not.

use std::iter::FusedIterator;

use super::shared::{EntriesMut, Handle};
use super::write::into_value;

/// The entries of a map, with values to be changed. See [`Map::iter_mut`](super::Map::iter_mut).
pub struct IterMut<'a, K, V> {
    left: usize,
    entries: Option<EntriesMut<'a, K, V>>,
}

impl<'a, K, V> IterMut<'a, K, V> {
    /// The entries of a map that is alone in its arena.
    pub(super) fn of(handle: Option<&'a mut Handle<K, V>>) -> Self {
        let left = handle.as_ref().map_or(0, |handle| handle.len());
        IterMut { left, entries: handle.map(Handle::entries_mut) }
    }

    /// The entries that are left.
    #[cfg(feature = "rayon")]
    pub(super) fn into_entries(self) -> Option<EntriesMut<'a, K, V>> {
        self.entries
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.entries.as_mut()?.next()?;
        self.left -= 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

/// The pairs of a map. See [`Map::into_iter`](super::Map#impl-IntoIterator-for-Map<K,+V,+S>).
pub struct IntoIter<K, V>(pub(super) std::vec::IntoIter<(K, V)>);

/// The pairs that were in a map. See [`Map::drain`](super::Map::drain).
pub struct Drain<K, V>(pub(super) std::vec::IntoIter<(K, V)>);

/// The keys of a map. See [`Map::into_keys`](super::Map::into_keys).
pub struct IntoKeys<K, V>(pub(super) IntoIter<K, V>);

/// The values of a map. See [`Map::into_values`](super::Map::into_values).
pub struct IntoValues<K, V>(pub(super) IntoIter<K, V>);

/// The values of a map, to be changed. See [`Map::values_mut`](super::Map::values_mut).
pub struct ValuesMut<'a, K, V>(pub(super) IterMut<'a, K, V>);

macro_rules! iterator_over {
    ([$($generics:tt)*] $name:ty, $item:ty, $of:expr) => {
        impl<$($generics)*> Iterator for $name {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map($of)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($generics)*> ExactSizeIterator for $name {}
        impl<$($generics)*> FusedIterator for $name {}
    };
}

iterator_over!([K, V] IntoIter<K, V>, (K, V), |pair| pair);
iterator_over!([K, V] Drain<K, V>, (K, V), |pair| pair);
iterator_over!([K, V] IntoKeys<K, V>, K, |(key, _)| key);
iterator_over!([K, V] IntoValues<K, V>, V, into_value);
iterator_over!(['a, K, V] ValuesMut<'a, K, V>, &'a mut V, |(_, value)| value);
