//! Iterators of maps that [`crate::Iter`] is not.

use std::fmt;
use std::iter::FusedIterator;
use std::vec;

use crate::arena::EntryRef;

use super::shared::{EntriesMut, Handle};

/// The value of a pair, which is dropped as well if dropping the key panics: what a function is
/// about to return would not be.
#[inline(always)]
pub(super) fn into_value<K, V>((key, value): (K, V)) -> V {
    drop(key);
    value
}

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

impl<K, V> Default for IterMut<'_, K, V> {
    fn default() -> Self {
        IterMut { left: 0, entries: None }
    }
}

impl<K, V> IterMut<'_, K, V> {
    /// Those that are left.
    fn rest(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().flat_map(EntriesMut::rest)
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}
impl<K, V> FusedIterator for IterMut<'_, K, V> {}

/// The pairs of a map. See [`Map::into_iter`](super::Map#impl-IntoIterator-for-Map<K,+V,+S>).
pub struct IntoIter<K, V>(pub(super) vec::IntoIter<(K, V)>);

/// The pairs that were in a map. See [`Map::drain`](super::Map::drain).
pub struct Drain<K, V>(pub(super) vec::IntoIter<(K, V)>);

/// The keys of a map. See [`Map::into_keys`](super::Map::into_keys).
pub struct IntoKeys<K, V>(pub(super) IntoIter<K, V>);

/// The values of a map. See [`Map::into_values`](super::Map::into_values).
pub struct IntoValues<K, V>(pub(super) IntoIter<K, V>);

/// The pairs that are taken out of a map. See [`Map::extract_if`](super::Map::extract_if).
pub struct ExtractIf<'a, K, V, F> {
    handle: Option<&'a mut Handle<K, V>>,
    /// Entries of the map, to be asked about. No other row takes their place meanwhile.
    left: vec::IntoIter<EntryRef>,
    accept: F,
}

impl<'a, K, V, F> ExtractIf<'a, K, V, F> {
    pub(super) fn of(handle: Option<&'a mut Handle<K, V>>, accept: F) -> Self {
        let mut entries = Vec::new();
        if let Some(handle) = &handle {
            entries.reserve(handle.len());
            handle.for_each_entry(|entry, _, _| entries.push(entry));
        }
        ExtractIf { handle, left: entries.into_iter(), accept }
    }
}

impl<K: Clone, V: Clone, F: FnMut(&K, &V) -> bool> Iterator for ExtractIf<'_, K, V, F> {
    type Item = (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        let handle = self.handle.as_mut()?;
        let accepted = self.left.find(|&entry| {
            let found = handle.reader().entry(entry);
            (self.accept)(&found.key, &found.value)
        })?;
        Some(handle.take_pair(accepted))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left.len()))
    }
}

impl<K: Clone, V: Clone, F: FnMut(&K, &V) -> bool> FusedIterator for ExtractIf<'_, K, V, F> {}

impl<K, V, F> fmt::Debug for ExtractIf<'_, K, V, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").finish_non_exhaustive()
    }
}

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

macro_rules! default_of_iterators {
    ($([$($generics:tt)*] $name:ty),* $(,)?) => {$(
        /// No items.
        impl<$($generics)*> Default for $name {
            fn default() -> Self {
                Self(Default::default())
            }
        }
    )*};
}

default_of_iterators!([K, V] IntoIter<K, V>, [K, V] IntoKeys<K, V>, [K, V] IntoValues<K, V>);
default_of_iterators!(['a, K, V] ValuesMut<'a, K, V>);

macro_rules! debug_of_iterators {
    ($([$($bounds:tt)*] $name:ty, |$this:ident| $items:expr);* $(;)?) => {$(
        /// The items that are left.
        impl<$($bounds)*> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $this = self;
                f.debug_list().entries($items).finish()
            }
        }
    )*};
}

debug_of_iterators! {
    [K: fmt::Debug, V: fmt::Debug] IntoIter<K, V>, |pairs| pairs.0.as_slice();
    [K: fmt::Debug, V: fmt::Debug] Drain<K, V>, |pairs| pairs.0.as_slice();
    [K: fmt::Debug, V] IntoKeys<K, V>, |keys| keys.0.0.as_slice().iter().map(|pair| &pair.0);
    [K, V: fmt::Debug] IntoValues<K, V>, |values| values.0.0.as_slice().iter().map(|pair| &pair.1);
    [K: fmt::Debug, V: fmt::Debug] IterMut<'_, K, V>, |entries| entries.rest();
    [K, V: fmt::Debug] ValuesMut<'_, K, V>, |values| values.0.rest().map(|(_, value)| value);
}
