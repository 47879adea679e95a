//! Changing a map.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;

use crate::arena::EntryRef;
use crate::store::error::{Error, WithError};
use crate::store::{Batch, Put, Stays};
use crate::trie::{self, Location};

use super::iter::{Drain, ExtractIf, into_value};
use super::read::Found;
use super::shared::Handle;
use super::{Entry, Map, OccupiedEntry, VacantEntry};

/// What a map does where a store would return an error.
#[cold]
pub(super) fn fail<R>(error: Error) -> R {
    if let Error::Allocation { bytes } = error
        && let Ok(layout) = std::alloc::Layout::from_size_align(bytes, 1)
    {
        std::alloc::handle_alloc_error(layout)
    }
    panic!("{error}")
}

impl<K, V> Handle<K, V> {
    /// Puts pairs into the map.
    pub(super) fn put(&mut self, mut pairs: Vec<Put<K, V>>) {
        if !pairs.is_empty() {
            self.write(|store, target| store.put_owned(target, &mut pairs)).unwrap_or_else(fail)
        }
    }

    /// Puts one pair into the map. Returns its entry, which no other map has.
    pub(super) fn put_one(&mut self, mut pair: Put<K, V>) -> EntryRef {
        let mut entry = None;
        let put = self.write(|store, target| {
            let (row, made) = store.put_one_owned(target, &mut pair)?;
            entry = Some(made);
            Ok(row)
        });
        put.map(|()| entry.expect("it was made")).unwrap_or_else(fail)
    }

    /// Takes entries out of the map.
    pub(super) fn cut(&mut self, entries: &[EntryRef]) {
        if !entries.is_empty() {
            let entries = entries.iter().copied();
            self.write(|store, target| store.cut_owned(target, entries)).unwrap_or_else(fail)
        }
    }

    /// Takes an entry out of the map, and returns what `shared` makes of it if other maps may have
    /// it, or else what `own` makes of its pair.
    fn take<R>(
        &mut self,
        entry: EntryRef,
        own: impl FnOnce((K, V)) -> R,
        shared: impl FnOnce(&K, &V) -> R,
    ) -> R {
        if let Some(mut alone) = self.alone() {
            let row = alone.row;
            let pair = alone.store().take_one(row, entry).unwrap_or_else(fail);
            drop(alone);
            return own(pair);
        }
        let found = self.reader().entry(entry);
        let taken = shared(&found.key, &found.value);
        self.cut(&[entry]);
        taken
    }

    /// Takes an entry out of the map, and returns its value: a clone, if other maps may have it.
    pub(super) fn take_value(&mut self, entry: EntryRef) -> V
    where
        V: Clone,
    {
        self.take(entry, into_value, |_, value| value.clone())
    }

    /// Takes an entry out of the map, and returns its pair: clones, if other maps may have it.
    pub(super) fn take_pair(&mut self, entry: EntryRef) -> (K, V)
    where
        K: Clone,
        V: Clone,
    {
        self.take(entry, |pair| pair, |key, value| (key.clone(), value.clone()))
    }

    /// Calls `visit` with the entries, in the order of [`Map::iter`].
    pub(super) fn for_each_entry(&self, mut visit: impl FnMut(EntryRef, &K, &V)) {
        let reader = self.reader();
        let _ = trie::for_each_entry(reader.nodes, self.root(), &mut |entry| {
            let found = reader.entry(entry);
            visit(entry, &found.key, &found.value);
            ControlFlow::<()>::Continue(())
        });
    }
}

impl<K: Clone, V: Clone> Handle<K, V> {
    /// Puts a clone in place of an entry.
    fn copy(&mut self, entry: EntryRef) -> EntryRef {
        let found = self.reader().entry(entry);
        let (key, value) = (found.key.clone(), found.value.clone());
        self.put_one(Put::new(found.hash, Some(entry), key, value))
    }

    /// The entry, if no other map has it, or else a copy in its place.
    pub(super) fn own(&mut self, entry: EntryRef) -> EntryRef {
        if self.has_own(entry) { entry } else { self.copy(entry) }
    }

    /// The value of an entry, to be changed. If other maps may have the entry, it is copied first.
    pub(super) fn value_mut(&mut self, entry: EntryRef) -> &mut V {
        self.own_value(entry, |handle| handle.copy(entry))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Map<K, V, S> {
    /// Puts `value` under `key`, and returns the value that was there: a clone, if other maps may
    /// have it. If there is an equal key, the given key replaces it.
    ///
    /// # Panics
    ///
    /// If there are too many entries or versions; so do all methods that change a map.
    ///
    /// ```
    /// let mut map = hedgerow::Map::new();
    /// assert_eq!(map.insert("a", 1), None);
    /// assert_eq!(map.insert("a", 2), Some(1));
    /// ```
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V>
    where
        V: Clone,
    {
        let hash = self.hash_of(&key);
        match self.handle().insert_alone(hash, (key, value)) {
            Ok(old) => old.map(into_value),
            Err(pair) => self.insert_by_path(hash, pair),
        }
    }

    /// Inserts where nodes on the path may have to be copied.
    #[inline(never)]
    fn insert_by_path(&mut self, hash: u32, (key, value): (K, V)) -> Option<V>
    where
        V: Clone,
    {
        let mut location = Location::unset();
        let found = self.locate(hash, &key, &mut location);
        let handle = self.handle();
        if let Some(mut alone) = handle.alone() {
            let (row, ordinal) = (alone.row, found.map(|found| found.ordinal));
            let old = alone.store().write_alone(row, &mut location, ordinal, (key, value));
            drop(alone);
            return old.unwrap_or_else(fail).map(into_value);
        }
        let old = found.map(|found| handle.reader().entry(found.entry).value.clone());
        let ordinal = found.map(|found| found.ordinal);
        // Not the closure's: if the write fails, it is dropped after the lock is let go.
        let mut pair = Some((key, value));
        let written = handle
            .write(|store, target| store.write_owned(target, &mut location, ordinal, &mut pair));
        written.map(|()| old).unwrap_or_else(fail)
    }

    /// The entry of a key.
    pub(super) fn find<Q>(&self, key: &Q) -> Option<Found>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.locate(self.hash_of(key), key, &mut Location::unset())
    }

    /// Removes a key, and returns its value: a clone, if other maps may have it.
    ///
    /// ```
    /// let mut map = hedgerow::Map::from([("a", 1)]);
    /// assert_eq!((map.remove("a"), map.remove("a")), (Some(1), None));
    /// ```
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let found = self.find(key)?;
        Some(self.handle().take_value(found.entry))
    }

    /// Removes a key, and returns it with its value: clones, if other maps may have them.
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q> + Clone,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let found = self.find(key)?;
        Some(self.handle().take_pair(found.entry))
    }

    /// The place of a key, there or not, to be looked at and changed with one lookup.
    ///
    /// ```
    /// let mut counts: hedgerow::Map<char, u32> = hedgerow::Map::new();
    /// for letter in "hedgerow".chars() {
    ///     *counts.entry(letter).or_default() += 1;
    /// }
    /// assert_eq!(counts[&'e'], 2);
    /// ```
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S> {
        let hash = self.hash_of(&key);
        match self.locate(hash, &key, &mut Location::unset()) {
            Some(found) => Entry::Occupied(OccupiedEntry { map: self, entry: found.entry }),
            None => Entry::Vacant(VacantEntry { map: self, hash, key }),
        }
    }

    /// Pairs to build a map of.
    fn batch(&self, pairs: impl IntoIterator<Item = (K, V)>, stays: Stays) -> Batch<K, V> {
        let hashed = pairs.into_iter().map(|(key, value)| (self.hash_of(&key), key, value));
        match Batch::sorted(hashed, stays, |a, b| Ok::<_, std::convert::Infallible>(a == b)) {
            Ok(batch) => batch,
            Err(WithError::Store(error)) => fail(error),
            Err(WithError::Caller(never)) => match never {},
        }
    }

    /// Makes the map one of these pairs, in an arena of its own. Of equal keys one stays.
    pub(super) fn build(&mut self, pairs: impl IntoIterator<Item = (K, V)>, stays: Stays) {
        let batch = self.batch(pairs, stays);
        let mut built = None;
        if !batch.is_empty() {
            let handle = built.insert(Handle::new());
            handle.write(|store, _| store.build_owned(batch)).unwrap_or_else(fail);
        }
        // What was there is dropped where the map has its new contents.
        drop(std::mem::replace(&mut self.handle, built));
    }
}

impl<K, V, S> Map<K, V, S> {
    /// Removes all entries. Costs what dies. The map stays in its arena if that is an
    /// [`Arena`](super::Arena)'s, or has other maps.
    pub fn clear(&mut self) {
        match &mut self.handle {
            Some(handle) if !handle.is_alone() => {
                // An empty map stays the version that it is.
                if handle.len() != 0 {
                    handle.write(|store, _| store.new_owned()).unwrap_or_else(fail);
                }
            }
            handle => *handle = None,
        }
    }

    /// Keeps the entries that `keep` accepts, and removes the others. O(n); no entry is cloned.
    ///
    /// `std` passes a `&mut V`, for which every value that other maps have would have to be cloned;
    /// [`values_mut`](Map::values_mut) does that.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        let Some(handle) = &mut self.handle else { return };
        let mut removed = Vec::new();
        handle.for_each_entry(|entry, key, value| {
            if !keep(key, value) {
                removed.push(entry);
            }
        });
        if removed.len() == handle.len() {
            return self.clear();
        }
        handle.cut(&removed);
    }

    /// Removes the entries that `accept` accepts, one at a time, and returns their pairs: clones,
    /// if other maps may have them. What the iterator has not come to stays.
    ///
    /// `std` passes a `&mut V`: see [`retain`](Map::retain).
    ///
    /// ```
    /// let mut map: hedgerow::Map<u32, u32> = (0..8).map(|n| (n, n)).collect();
    /// let even: hedgerow::Map<u32, u32> = map.extract_if(|key, _| key % 2 == 0).collect();
    /// assert_eq!((even.len(), map.len(), map.contains_key(&2)), (4, 4, false));
    /// ```
    pub fn extract_if<F>(&mut self, accept: F) -> ExtractIf<'_, K, V, F>
    where
        F: FnMut(&K, &V) -> bool,
    {
        ExtractIf::of(self.handle.as_mut(), accept)
    }

    /// Gives back memory that the arena does not need, and brings what was scattered together.
    /// O(n). Does nothing where other maps share the arena.
    pub fn shrink_to_fit(&mut self) {
        if let Some(mut alone) = self.handle.as_mut().and_then(Handle::alone) {
            alone.store().compact();
        }
    }

    /// As [`shrink_to_fit`](Map::shrink_to_fit). For programs written for `std`.
    pub fn shrink_to(&mut self, _min_capacity: usize) {
        self.shrink_to_fit();
    }
}

impl<K: Clone, V: Clone, S> Map<K, V, S> {
    /// Removes all entries, and returns their pairs: clones, if other maps may have them. O(n). The
    /// map is empty at once, whatever becomes of the iterator.
    pub fn drain(&mut self) -> Drain<K, V> {
        Drain(self.take_pairs().into_iter())
    }

    /// Removes all entries, and returns their pairs: clones, if other maps may have them.
    pub(super) fn take_pairs(&mut self) -> Vec<(K, V)> {
        let pairs = self.handle.as_mut().map(Handle::take_pairs).unwrap_or_default();
        self.clear();
        pairs
    }
}

impl<K: Clone, V: Clone> Handle<K, V> {
    /// All pairs, in the order of [`Map::iter`]: clones, if other maps may have them. Otherwise the
    /// map is empty after it, and is to be dropped.
    pub(super) fn take_pairs(&mut self) -> Vec<(K, V)> {
        if let Some(mut alone) = self.alone() {
            let row = alone.row;
            return alone.store().take_all(row);
        }
        let mut pairs = Vec::with_capacity(self.len());
        self.for_each_entry(|_, key, value| pairs.push((key.clone(), value.clone())));
        pairs
    }
}
