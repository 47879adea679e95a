//! The short way of the raw layer: updates in one walk, for hosts whose keys can mostly be compared
//! without running user code (machine words, interned names, exact strings and integers).
//!
//! The host judges a stored pair while the store is borrowed, so it cannot touch the store. Where
//! it would have to run user code it refuses with an error of its own: nothing has been changed
//! then, and a [`Probe`](super::Probe) takes over.

use crate::error::{Error, WithError};
use crate::trie::{self, Spot};

use super::room::Needs;
use super::table::State;
use super::{Store, Version};

/// What a host says of a stored pair whose key has the folded hash that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Another key.
    Other,
    /// The key, with a value that is to be replaced. The stored key stays.
    SameKey,
    /// The same as [`SameKey`](Judgement::SameKey), where the key that is given cannot be told from
    /// the stored one: it may take its place, which spares a clone.
    SameIdentity,
    /// The key, with the very value that is to be put: there is nothing to do.
    SamePair,
}

impl<K: Clone, V, S> Store<K, V, S> {
    /// Puts a value under a key of the caller's hash. The key that is stored stays, as in Python:
    /// `key` is for the case that there is none.
    ///
    /// Of a committed version this makes a new one, or gives the same one back for
    /// [`Judgement::SamePair`]. An open edit is written in place, and its own handle is returned.
    ///
    /// Costs what [`insert`](Store::insert) costs. `judge` is asked once for every stored key of
    /// this folded hash, until it accepts one.
    ///
    /// # Errors
    ///
    /// As [`put`](Store::put); what `judge` fails with. No version is changed, and the key and
    /// value are dropped.
    ///
    /// ```
    /// use hedgerow::{Judgement, Store, WithError};
    ///
    /// let mut store: Store<&str, u32> = Store::new();
    /// let put = |store: &mut Store<&'static str, u32>, version, key: &'static str, value| {
    ///     store.put_judged(version, key.len() as u32, key, value, |k, v| {
    ///         Ok::<_, WithError<()>>(match (*k == key, *v == value) {
    ///             (false, _) => Judgement::Other,
    ///             (true, false) => Judgement::SameKey,
    ///             (true, true) => Judgement::SamePair,
    ///         })
    ///     })
    /// };
    /// let empty = store.empty();
    /// let one = put(&mut store, empty, "a", 1).unwrap();
    /// assert_eq!(put(&mut store, one, "a", 1).unwrap(), one);
    /// assert_ne!(put(&mut store, one, "a", 2).unwrap(), one);
    /// ```
    #[inline]
    pub fn put_judged<E>(
        &mut self,
        version: Version,
        hash: u32,
        mut key: K,
        value: V,
        mut judge: impl FnMut(&K, &V) -> Result<Judgement, E>,
    ) -> Result<Version, WithError<E>> {
        let slot = self.table.resolve_any(version)?;
        let is_open = self.table.get(slot).state == State::Open;
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, hash);
        let mut matched = None;
        let mut ordinal = 0;
        while let Some(entry) = spot.candidate(&self.arena.words, &self.arena.entries, ordinal) {
            let entry = self.arena.entries.get(entry);
            match judge(&entry.key, &entry.value).map_err(WithError::Caller)? {
                Judgement::Other => ordinal += 1,
                Judgement::SamePair => return Ok(version),
                Judgement::SameIdentity => {
                    matched = Some(ordinal);
                    break;
                }
                Judgement::SameKey => {
                    key = entry.key.clone();
                    matched = Some(ordinal);
                    break;
                }
            }
        }
        self.room_to_write(&mut spot, slot, Needs { version: !is_open, entries: 1 })?;
        if is_open {
            self.put_open(slot, &spot, matched, (key, value), true);
            return Ok(version);
        }
        Ok(self.put_new(slot, &spot, matched, key, value))
    }
}

impl<K, V, S> Store<K, V, S> {
    /// The entry of a hash of the caller's whose key `is_key` accepts, in a version or an open
    /// edit: [`View::get_hashed`](crate::View::get_hashed) without a view.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`].
    ///
    /// ```
    /// let mut store: hedgerow::Store<&str, u32> = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// let hash = store.hash_of("a");
    /// assert_eq!(store.get_hashed(one, hash, |key| *key == "a")?, Some((&"a", &1)));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[inline(always)]
    pub fn get_hashed(
        &self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&K) -> bool,
    ) -> Result<Option<(&K, &V)>, Error> {
        let root = self.table.get(self.table.resolve_any(version)?).root;
        let found = trie::find(self.arena.reader(), root, hash, true, is_key);
        Ok(found.map(|entry| (&entry.key, &entry.value)))
    }

    /// Removes the key of this folded hash that `is_key` accepts: a new version, or the handle of
    /// the open edit. `None` where there is no such key.
    ///
    /// # Errors
    ///
    /// As [`cut`](Store::cut); what `is_key` fails with. No version is changed.
    #[inline]
    pub fn cut_judged<E>(
        &mut self,
        version: Version,
        hash: u32,
        mut is_key: impl FnMut(&K) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>> {
        let slot = self.table.resolve_any(version)?;
        let is_open = self.table.get(slot).state == State::Open;
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, hash);
        let mut ordinal = 0;
        loop {
            let Some(entry) = spot.candidate(&self.arena.words, &self.arena.entries, ordinal)
            else {
                return Ok(None);
            };
            if is_key(&self.arena.entries.get(entry).key).map_err(WithError::Caller)? {
                break;
            }
            ordinal += 1;
        }
        self.room_to_write(&mut spot, slot, Needs { version: !is_open, entries: 0 })?;
        if is_open {
            self.cut_open(slot, &spot, ordinal, true);
            return Ok(Some(version));
        }
        Ok(Some(self.cut_new(slot, &spot, ordinal)))
    }
}
