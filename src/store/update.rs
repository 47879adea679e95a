//! Inserting and removing: the one write path of the store.
//!
//! Every insert and removal takes the same five steps. (An edit first tries
//! [`Store::write_in_place`], which takes them in one walk.)
//!
//! 1. Resolve the version, and hash the key.
//! 2. [`Location::locate`] walks down by the hash alone.
//! 3. Compare the candidate keys. This is the last step that runs user code.
//! 4. Reserve all that the write can take ([`reserve`](super::reserve)), so that it cannot fail.
//! 5. Write ([`Writer`]), and commit.
//!
//! [`Store::insert`], [`Store::remove`] and [`Edit`](super::Edit) do the first three for keys that
//! are compared in place, [`host`](crate::host) for all others. [`Store::write_pair`] and
//! [`Store::write_removal`] do the last two.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::error::Error;
use crate::arena::{Arena, NodeRef};
use crate::trie::{InPlace, Location, Writer, fold};

use super::table::{Origin, State, VersionRow};
use super::{Store, Version};

/// Where an update goes. A `u32` is the index of a row of the version table.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// A new version, derived from this one.
    NewVersion(u32),
    /// This open edit, which borrows the store: its base is live, and holds what is replaced.
    BorrowedEdit(u32),
    /// This open edit, whose base may have been released: what is replaced may have to be freed.
    OpenEdit(u32),
}

impl Target {
    #[inline(always)]
    pub(crate) fn index(self) -> u32 {
        match self {
            Target::NewVersion(index) | Target::BorrowedEdit(index) | Target::OpenEdit(index) => {
                index
            }
        }
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Store<K, V, S> {
    /// A new version with `value` under `key`. If there is an equal key, the given key and value
    /// replace both, in the new version only. Storing an equal value again makes a new version too.
    ///
    /// Copies the path to the key: up to 8 nodes of up to 36 words each; a collision node has a
    /// word for each of its entries. Clones no key or value.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`], [`Error::WrongState`]; [`Error::Full`] and
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
        let target = Target::NewVersion(self.table.resolve(version)?);
        let mut location = Location::unset();
        let matched = self.find(target, self.key_hash(&key), &key, &mut location);
        self.write_pair(target, &mut location, matched, key, value)
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
        let target = Target::NewVersion(self.table.resolve(version)?);
        let mut location = Location::unset();
        let Some(matched) = self.find(target, self.key_hash(key), key, &mut location) else {
            return Ok(None);
        };
        self.write_removal(target, &mut location, matched).map(Some)
    }

    /// Locates a key, and compares it with the candidates there. Returns the ordinal of the one
    /// that is equal.
    #[inline(always)]
    pub(crate) fn find<Q>(
        &self,
        target: Target,
        hash: u32,
        key: &Q,
        location: &mut Location,
    ) -> Option<usize>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.locate(target, hash, location);
        let is_key = |stored: &K| stored.borrow() == key;
        location.ordinal_of(self.arena.parts(), is_key)
    }

    /// Inserts into an edit whose nodes on the path are all its own, in one walk, if there is room.
    /// Returns whether the key is new; or the pair, where the usual way has to be taken.
    #[inline]
    pub(crate) fn write_in_place(
        &mut self,
        index: u32,
        hash: u32,
        key: K,
        value: V,
    ) -> Result<bool, (K, V)> {
        let row = self.table.get_mut(index);
        let mut writer = Writer { arena: &mut self.arena, stamp: row.stamp, replaced: None };
        let is_key = |stored: &K, given: &K| stored == given;
        match writer.insert_in_place(row.root, hash, key, value, is_key, Arena::drop_later) {
            InPlace::NotHere(key, value) => Err((key, value)),
            InPlace::Done(root, is_new) => {
                row.rewrite(root, i32::from(is_new));
                self.drop_dead();
                Ok(is_new)
            }
        }
    }
}

impl<K, V, S: BuildHasher> Store<K, V, S> {
    /// The folded hash of a key in this store.
    #[inline]
    pub(crate) fn key_hash<Q: Hash + ?Sized>(&self, key: &Q) -> u32 {
        fold(self.hasher.hash_one(key))
    }
}

impl<K, V, S> Store<K, V, S> {
    /// Where an update of the version, or open edit, in this row goes.
    #[inline(always)]
    pub(crate) fn target(&self, index: u32) -> Target {
        match self.table.get(index).state {
            State::Open => Target::OpenEdit(index),
            _ => Target::NewVersion(index),
        }
    }

    /// The place of `hash` in the target as it is now.
    #[inline(always)]
    pub(crate) fn locate(&self, target: Target, hash: u32, location: &mut Location) {
        location.locate(self.arena.words.nodes(), self.table.get(target.index()).root, hash);
    }

    /// Writes a pair at a location, over the candidate of ordinal `matched` if there is one.
    #[inline(always)]
    pub(crate) fn write_pair(
        &mut self,
        target: Target,
        location: &mut Location,
        matched: Option<usize>,
        key: K,
        value: V,
    ) -> Result<Version, Error> {
        self.reserve_write(target, location, 1)?;
        Ok(self.write_reserved(target, location, matched, (key, value)))
    }

    /// [`write_pair`](Store::write_pair) where [`reserve_write`](Store::reserve_write) has reserved
    /// all that it takes.
    #[inline(always)]
    pub(super) fn write_reserved(
        &mut self,
        target: Target,
        location: &mut Location,
        matched: Option<usize>,
        (key, value): (K, V),
    ) -> Version {
        let mut writer = self.writer(target);
        let stamp = writer.stamp;
        let root = writer.insert(location, matched, key, value);
        let growth = i32::from(matched.is_none());
        self.finish(target, root, growth, stamp, location.path.hash)
    }

    /// Removes the candidate of ordinal `matched` at a location.
    #[inline(always)]
    pub(crate) fn write_removal(
        &mut self,
        target: Target,
        location: &mut Location,
        matched: usize,
    ) -> Result<Version, Error> {
        self.reserve_write(target, location, 0)?;
        let mut writer = self.writer(target);
        let stamp = writer.stamp;
        let root = writer.remove(location, matched);
        Ok(self.finish(target, root, -1, stamp, location.path.hash))
    }

    /// Reserves all that a write at a location can take, so many entries among it. The location is
    /// found anew if that takes a compaction. The caller runs no user code between this and the
    /// write.
    #[inline(always)]
    pub(super) fn reserve_write(
        &mut self,
        target: Target,
        location: &mut Location,
        entries: usize,
    ) -> Result<(), Error> {
        let has_version = match target {
            Target::NewVersion(_) => self.table.has_room() && self.has_stamp(),
            Target::BorrowedEdit(_) | Target::OpenEdit(_) => true,
        };
        let has_room = has_version
            && (entries == 0 || self.arena.entries.has_room(entries))
            && self.arena.words.has_room(location.words_to_write(&self.arena.words));
        if has_room { Ok(()) } else { self.make_room_to_write(target, location, entries) }
    }

    #[inline(always)]
    pub(super) fn writer(&mut self, target: Target) -> Writer<'_, K, V> {
        let (stamp, replaced) = match target {
            Target::NewVersion(_) => (self.take_stamp(), None),
            Target::BorrowedEdit(index) => (self.table.get(index).stamp, None),
            Target::OpenEdit(index) => (self.table.get(index).stamp, Some(self.replaced.cleared())),
        };
        Writer { arena: &mut self.arena, stamp, replaced }
    }

    /// Makes a version of a written tree, or the new state of an edit. `growth` is by how many
    /// entries it is longer than before, and `hash` that of the key.
    #[inline(always)]
    pub(super) fn finish(
        &mut self,
        target: Target,
        root: NodeRef,
        growth: i32,
        stamp: u32,
        hash: u32,
    ) -> Version {
        match target {
            Target::NewVersion(_) if root.is_none() => self.empty(),
            Target::NewVersion(parent) => {
                let VersionRow { stamp: parent_stamp, len, .. } = *self.table.get(parent);
                let new = VersionRow {
                    state: State::Live,
                    root,
                    len: len.wrapping_add_signed(growth),
                    stamp,
                    origin: Origin { stamp: parent_stamp, hash },
                    ..VersionRow::VACANT
                };
                let (_, version) = self.table.add(parent, new);
                // Not each time: it is a pass over everything.
                if cfg!(feature = "stress") && stamp.is_multiple_of(5) {
                    self.compact_under_stress();
                }
                version
            }
            Target::BorrowedEdit(index) | Target::OpenEdit(index) => {
                let row = self.table.get_mut(index);
                row.rewrite(root, growth);
                let edit = self.table.handle(index);
                if matches!(target, Target::OpenEdit(_)) {
                    self.free_replaced(index, hash);
                }
                self.drop_dead();
                edit
            }
        }
    }

    #[inline(always)]
    pub(crate) fn has_stamp(&self) -> bool {
        self.next_stamp < self.max_stamp
    }

    /// The next stamp, which was reserved.
    #[inline]
    pub(crate) fn take_stamp(&mut self) -> u32 {
        let stamp = self.next_stamp;
        if stamp >= self.max_stamp {
            crate::arena::overrun("stamps");
        }
        self.next_stamp += 1;
        stamp
    }
}
