//! Inserting and removing: the steps that the typed methods, edits and the raw layer share.
//!
//! 1. Hash. 2. [`Spot::set`] walks down by the hash alone. 3. Compare candidate keys; this is the
//!    last step that runs code of the user. 4. Reserve whatever the write can take
//!    ([`room`](super::room)), so that it cannot fail. 5. Write.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use crate::arena::NodeRef;
use crate::error::Error;
use crate::trie::{InPlace, Spot, Writer};

use super::room::Needs;
use super::table::{NO_RUN, NewVersion, Origin, State};
use super::{Store, Version};

impl<K, V, S> Store<K, V, S> {
    /// The place of `hash` in a version or open edit.
    #[inline(always)]
    pub(super) fn set_spot(&self, spot: &mut Spot, slot: u32, hash: u32) {
        spot.set(&self.arena.words, self.table.get(slot).root, hash);
    }

    /// Writes a key and value at a spot as a new version. Everything is reserved.
    #[inline(always)]
    pub(super) fn put_new(
        &mut self,
        parent: u32,
        spot: &Spot,
        matched: Option<usize>,
        key: K,
        value: V,
    ) -> Version {
        let stamp = self.take_stamp();
        let mut writer = Writer { arena: &mut self.arena, stamp, let_go: None };
        let root = writer.put(spot, matched, key, value);
        let len = self.table.get(parent).len + u32::from(matched.is_none());
        self.commit_new(parent, root, len, stamp, spot.path.hash)
    }

    /// Removes a candidate at a spot, as a new version. Everything is reserved.
    pub(super) fn cut_new(&mut self, parent: u32, spot: &Spot, matched: usize) -> Version {
        let stamp = self.take_stamp();
        let mut writer = Writer { arena: &mut self.arena, stamp, let_go: None };
        let root = writer.cut(spot, matched);
        let len = self.table.get(parent).len - 1;
        self.commit_new(parent, root, len, stamp, spot.path.hash)
    }

    #[inline(always)]
    fn commit_new(
        &mut self,
        parent: u32,
        root: NodeRef,
        len: u32,
        stamp: u32,
        hash: u32,
    ) -> Version {
        if root.is_none() {
            return self.empty();
        }
        let origin = Origin { stamp: self.table.get(parent).stamp, hash };
        let new = NewVersion { origin, ..NewVersion::plain(State::Live, root, len, stamp) };
        let slot = self.table.add(parent, new);
        // Not each time: lines whose versions know their origin must occur, too.
        if cfg!(feature = "zeal") && stamp.is_multiple_of(5) {
            self.compact_in_zeal();
        }
        self.table.handle(slot)
    }

    /// Writes a key and value at a spot of an open edit. Everything is reserved. With `settle`,
    /// frees what only the edit still held: for edits whose base may be gone.
    #[inline]
    pub(super) fn put_open(
        &mut self,
        slot: u32,
        spot: &Spot,
        matched: Option<usize>,
        pair: (K, V),
        settle: bool,
    ) {
        let stamp = self.table.get(slot).stamp;
        let let_go = settle.then(|| self.let_go.cleared());
        let mut writer = Writer { arena: &mut self.arena, stamp, let_go };
        let root = writer.put(spot, matched, pair.0, pair.1);
        let row = self.table.get_mut(slot);
        row.root = root;
        row.len += u32::from(matched.is_none());
        row.run = NO_RUN;
        row.revision += 1;
        self.after_open_write(slot, spot.path.hash, settle);
    }

    /// Removes a candidate at a spot of an open edit.
    pub(super) fn cut_open(&mut self, slot: u32, spot: &Spot, matched: usize, settle: bool) {
        let stamp = self.table.get(slot).stamp;
        let let_go = settle.then(|| self.let_go.cleared());
        let mut writer = Writer { arena: &mut self.arena, stamp, let_go };
        let root = writer.cut(spot, matched);
        let row = self.table.get_mut(slot);
        row.root = root;
        row.len -= 1;
        row.run = NO_RUN;
        row.revision += 1;
        self.after_open_write(slot, spot.path.hash, settle);
    }

    #[inline]
    fn after_open_write(&mut self, slot: u32, hash: u32, settle: bool) {
        if settle {
            self.settle_let_go(slot, hash);
        }
        self.bury_dead();
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Store<K, V, S> {
    /// A new version with `value` under `key`. If there is an equal key, the given key and value
    /// take the place of both (in the new version only).
    ///
    /// Copies the path to the key: up to 8 nodes of up to 36 words; no key or value is cloned.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`], [`Error::WrongState`]; [`Error::Full`] and
    /// [`Error::Allocation`]. No version is changed, and the key and value are dropped.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// let two = store.insert(one, "a", 2)?;
    /// assert_eq!(store.at(one)?.get("a"), Some(&1));
    /// assert_eq!(store.at(two)?.get("a"), Some(&2));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[inline]
    pub fn insert(&mut self, version: Version, key: K, value: V) -> Result<Version, Error> {
        let slot = self.table.resolve(version)?;
        let hash = self.hash_of(&key);
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, hash);
        let Store { arena, .. } = self;
        let matched = spot.ordinal_of(&arena.words, &arena.entries, |stored| *stored == key);
        self.room_to_write(&mut spot, slot, Needs::PUT_NEW)?;
        Ok(self.put_new(slot, &spot, matched, key, value))
    }

    /// A new version without `key`, or `None` where the key is absent.
    ///
    /// # Errors
    ///
    /// As [`insert`](Store::insert).
    pub fn remove<Q>(&mut self, version: Version, key: &Q) -> Result<Option<Version>, Error>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let slot = self.table.resolve(version)?;
        let hash = self.hash_of(key);
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, hash);
        let Some(matched) = self.ordinal_of(&spot, key) else {
            return Ok(None);
        };
        self.room_to_write(&mut spot, slot, Needs::CUT_NEW)?;
        Ok(Some(self.cut_new(slot, &spot, matched)))
    }

    /// Inserts into an open edit whose base is live, if all nodes on the path are its own and there
    /// is room. Says whether the key is new, or gives the pair back.
    #[inline]
    pub(super) fn put_in_place(
        &mut self,
        slot: u32,
        hash: u32,
        key: K,
        value: V,
    ) -> Result<bool, (K, V)> {
        let row = self.table.get_mut(slot);
        let mut writer = Writer { arena: &mut self.arena, stamp: row.stamp, let_go: None };
        let same = |stored: &K, given: &K| stored == given;
        match writer.put_in_place(row.root, hash, key, value, same) {
            InPlace::NotHere(key, value) => Err((key, value)),
            InPlace::Done(root, is_new) => {
                row.root = root;
                row.len += u32::from(is_new);
                row.run = NO_RUN;
                row.revision += 1;
                self.bury_dead();
                Ok(is_new)
            }
        }
    }

    /// The ordinal of `key` among the candidates at a spot.
    #[inline]
    pub(super) fn ordinal_of<Q>(&self, spot: &Spot, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let is_key = |stored: &K| stored.borrow() == key;
        spot.ordinal_of(&self.arena.words, &self.arena.entries, is_key)
    }
}
