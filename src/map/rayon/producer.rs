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

#[cfg(test)]
mod tests {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasherDefault, Hasher};

    use super::*;
    use crate::Map;

    /// Hashes a number to itself.
    #[derive(Default)]
    struct AsIs(u64);

    impl Hasher for AsIs {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, _bytes: &[u8]) {
            unreachable!("a key writes one u64");
        }

        fn write_u64(&mut self, hash: u64) {
            self.0 = hash;
        }
    }

    /// Parts that cannot be split any further.
    fn least<P: UnindexedProducer>(part: P, parts: &mut Vec<P>) {
        match part.split() {
            (first, Some(end)) => {
                least(first, parts);
                least(end, parts);
            }
            (whole, None) => parts.push(whole),
        }
    }

    fn assert_splits<S>(mut map: Map<u64, u64, S>) {
        let Some(handle) = &map.handle else { return };
        let reader = handle.reader();
        let whole = || Part { walk: EntryWalk::new(reader.nodes, handle.root()), reader };
        let pairs: Vec<(&u64, &u64)> = map.iter().collect();
        let mut parts = Vec::new();
        least(whole(), &mut parts);
        assert!(parts.iter_mut().map(|part| part.next().unwrap()).eq(pairs.iter().copied()));
        assert!(parts.into_iter().all(|mut part| part.next().is_none()));
        // A part that was split is folded as it is iterated.
        let (first, end) = whole().split();
        for part in [Some(first), end].into_iter().flatten() {
            let Part { walk, .. } = &part;
            let copy = Part { walk: walk.clone(), reader };
            let mut folded = Vec::new();
            part.for_each(|pair| folded.push(pair));
            assert!(copy.eq(folded));
        }
        let keys: Vec<u64> = map.keys().copied().collect();
        let mut parts = Vec::new();
        least(PartMut(map.handle.as_mut().unwrap().entries_mut()), &mut parts);
        assert!(parts.iter_mut().map(|part| *part.0.next().unwrap().0).eq(keys));
    }

    #[test]
    fn parts_are_split_down_to_one_entry() {
        // By number of hashes (the halves of a key are XORed) and of keys of each: slots of the
        // root, of nodes below, and entries of collision nodes at every level.
        for (hashes, keys) in [(1, 1), (2, 1), (1, 2), (1, 9), (40, 1), (40, 3), (400, 2)] {
            for step in 0..=30 {
                let mut map: Map<u64, u64, BuildHasherDefault<AsIs>> = Map::default();
                for n in 0..hashes {
                    let hash = (n << step | n >> (32 - step)) & 0xffff_ffff;
                    for key in 0..keys {
                        map.insert(key << 32 | (hash ^ key), n);
                    }
                }
                assert_splits(map);
            }
        }
    }

    #[test]
    fn parts_of_a_map_that_has_shrunk_are_split() {
        let mut map: Map<u64, u64, RandomState> = (0..300).map(|n| (n, n)).collect();
        for n in 0..290 {
            map.remove(&n);
        }
        assert_splits(map);
    }
}
