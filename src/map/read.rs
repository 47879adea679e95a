//! Reading a map.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use crate::arena::{Entry, EntryRef};
use crate::trie::{self, Location};

use super::Map;
use crate::store::{Iter, Keys, Values};

/// Maps of this many entries and more interleave the walks of [`Map::get_many`].
const INTERLEAVE_FROM: usize = 1 << 19;

impl<K, V, S> Map<K, V, S> {
    /// An entry of the map, which has entries.
    pub(super) fn entry_at(&self, entry: EntryRef) -> &Entry<K, V> {
        self.handle.as_ref().expect("the map has entries").reader().entry(entry)
    }

    /// The entries in CPython's order: by the folded hash, five bits at a time, low bits first;
    /// then by insertion among equal hashes. So equal maps of one hasher have almost the same
    /// order, whatever their history.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        match &self.handle {
            Some(handle) => handle.iter(),
            None => Iter::empty(),
        }
    }

    /// The keys, in the order of [`iter`](Map::iter).
    #[must_use]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys::of(self.iter())
    }

    /// The values, in the order of [`iter`](Map::iter).
    #[must_use]
    pub fn values(&self) -> Values<'_, K, V> {
        Values::of(self.iter())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Map<K, V, S> {
    #[inline(always)]
    pub(super) fn entry_of<Q>(&self, key: &Q) -> Option<&Entry<K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let handle = self.handle.as_ref()?;
        let is_key = |stored: &K| stored.borrow() == key;
        trie::find(
            handle.parts(),
            handle.root(),
            self.hash_of(key),
            trie::hash_first::<K>(),
            is_key,
        )
    }

    /// The value of a key.
    ///
    /// ```
    /// let map = hedgerow::Map::from([("a", 1)]);
    /// assert_eq!((map.get("a"), map.get("b")), (Some(&1), None));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry_of(key).map(|entry| &entry.value)
    }

    /// The stored key and the value of a key.
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry_of(key).map(|entry| (&entry.key, &entry.value))
    }

    /// Whether there is such a key.
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry_of(key).is_some()
    }

    /// The values of many keys, in the order of the keys. On maps of 524,288 entries and more it
    /// makes sixteen walks at a time, so that their cache misses overlap.
    ///
    /// ```
    /// let squares: hedgerow::Map<u64, u64> = (0..100).map(|n| (n, n * n)).collect();
    /// assert_eq!(squares.get_many(&[7, 1000, 12]), [Some(&49), None, Some(&144)]);
    /// ```
    pub fn get_many<Q>(&self, keys: &[Q]) -> Vec<Option<&V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq,
    {
        let handle = match &self.handle {
            Some(handle) if handle.len() >= INTERLEAVE_FROM => handle,
            _ => return keys.iter().map(|key| self.get(key)).collect(),
        };
        let reader = handle.reader();
        let mut values = Vec::with_capacity(keys.len());
        for group in keys.chunks(trie::LANES) {
            let mut hashes = [0; trie::LANES];
            for (hash, key) in hashes.iter_mut().zip(group) {
                *hash = self.hash_of(key);
            }
            let is_key = |lane: usize, stored: &K| stored.borrow() == &group[lane];
            let (parts, hashes) = ((reader.nodes, reader.rows), &hashes[..group.len()]);
            let found = trie::find_many(parts, handle.root(), hashes, is_key);
            values.extend(found[..group.len()].iter().map(|entry| entry.map(|e| &e.value)));
        }
        values
    }

    /// Where a key goes, and which of the entries there has an equal one.
    #[inline(always)]
    pub(super) fn locate<Q>(&self, hash: u32, key: &Q, location: &mut Location) -> Option<Found>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let handle = self.handle.as_ref()?;
        let (nodes, rows) = handle.parts();
        location.locate(nodes, handle.root(), hash);
        let is_key = |stored: &K| stored.borrow() == key;
        let ordinal = location.ordinal_of((nodes, rows), is_key)?;
        let entry = location.candidate((nodes, rows), ordinal)?;
        Some(Found { ordinal, entry })
    }
}

/// An entry that has the key that was looked up.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// Which of the candidates it is.
    pub(super) ordinal: usize,
    pub(super) entry: EntryRef,
}
