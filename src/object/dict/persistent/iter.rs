//! Iterating over a persistent dict.

use std::fmt;
use std::iter::FusedIterator;
use std::vec;

use super::PersistentDict;
use crate::host::{Cursor, HostStore};
use crate::object::value::Value;

/// How many entries are cloned under one lock.
const CHUNK: usize = 32;

/// An iterator over a [`PersistentDict`], in the order of CPython's HAMT. It owns a reference to
/// the dict.
///
/// As in CPython its [`len`](PersistentIter::len) is that of the dict, at every step. `size_hint`
/// is how many are left; so it is no `ExactSizeIterator`, whose `len` would be that too.
pub struct PersistentIter<T> {
    dict: PersistentDict,
    cursor: Option<Cursor>,
    chunk: vec::IntoIter<(Value, Value)>,
    left: usize,
    pick: fn((Value, Value)) -> T,
}

impl PersistentDict {
    /// The keys.
    #[must_use]
    pub fn keys(&self) -> PersistentIter<Value> {
        PersistentIter::new(self, |(key, _)| key)
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> PersistentIter<Value> {
        PersistentIter::new(self, |(_, value)| value)
    }

    /// The keys and values.
    #[must_use]
    pub fn items(&self) -> PersistentIter<(Value, Value)> {
        PersistentIter::new(self, |pair| pair)
    }

    /// The keys and values.
    #[must_use]
    pub fn iter(&self) -> PersistentIter<(Value, Value)> {
        self.items()
    }
}

impl<T> PersistentIter<T> {
    fn new(dict: &PersistentDict, pick: fn((Value, Value)) -> T) -> Self {
        // The dict keeps the version live, so this does not fail.
        let cursor = dict.shared_store().read().cursor(dict.0.version).ok();
        let (chunk, left) = (Vec::new().into_iter(), dict.len());
        PersistentIter { dict: dict.clone(), cursor, chunk, left, pick }
    }

    /// `len(iterator)`: the number of entries of the dict, not of those that are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dict.len()
    }

    /// Whether the dict has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Clones the next entries.
    fn refill(&mut self) {
        let Some(cursor) = &mut self.cursor else { return };
        let store = self.dict.shared_store().read();
        let mut chunk = Vec::with_capacity(CHUNK);
        // The dict keeps the version live, so this does not fail.
        let _ = store.advance_by(cursor, CHUNK, |key, value| {
            chunk.push((key.clone(), value.clone()));
        });
        drop(store);
        if chunk.len() < CHUNK {
            self.cursor = None;
        }
        self.chunk = chunk.into_iter();
    }
}

impl<T> Iterator for PersistentIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.chunk.len() == 0 {
            self.refill();
        }
        let pair = self.chunk.next()?;
        self.left -= 1;
        Some((self.pick)(pair))
    }

    /// How many are left.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> FusedIterator for PersistentIter<T> {}

impl<T> fmt::Debug for PersistentIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersistentIter").field("dict", &self.dict).finish_non_exhaustive()
    }
}

impl IntoIterator for &PersistentDict {
    type Item = (Value, Value);
    type IntoIter = PersistentIter<(Value, Value)>;

    fn into_iter(self) -> PersistentIter<(Value, Value)> {
        self.items()
    }
}
