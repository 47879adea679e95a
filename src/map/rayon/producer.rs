//! Parts of a walk, for rayon to split.

use rayon::iter::plumbing::{Folder, UnindexedProducer};

use crate::arena::{Entry, Reader};
use crate::trie::EntryWalk;

use super::super::shared::EntriesMut;

/// A part of the entries of a map.
pub(super) struct Part<'a, K, V> {
    pub(super) walk: EntryWalk<'a>,
    pub(super) reader: Reader<'a, K, V>,
}

impl<'a, K: Sync, V: Sync> UnindexedProducer for Part<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn split(mut self) -> (Self, Option<Self>) {
        let end = self.walk.split().map(|walk| Part { walk, ..self });
        (self, end)
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        folder.consume_iter(self)
    }
}

impl<'a, K, V> Iterator for Part<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Entry { key, value, .. } = self.reader.entry(self.walk.next_entry()?);
        Some((key, value))
    }

    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, initial: B, mut f: F) -> B {
        let Part { walk, reader } = self;
        let mut folded = Some(initial);
        walk.for_each(|entry| {
            let Entry { key, value, .. } = reader.entry(entry);
            folded = folded.take().map(|folded| f(folded, (key, value)));
        });
        folded.expect("put back at every step")
    }
}

/// A part of the entries of a map, with values to be changed.
pub(super) struct PartMut<'a, K, V>(pub(super) EntriesMut<'a, K, V>);

impl<'a, K: Sync, V: Send + Sync> UnindexedProducer for PartMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn split(mut self) -> (Self, Option<Self>) {
        let end = self.0.split().map(PartMut);
        (self, end)
    }

    fn fold_with<F: Folder<Self::Item>>(self, folder: F) -> F {
        folder.consume_iter(self.0)
    }
}
