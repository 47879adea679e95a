//! Rows of versions that maps own, which need no handles to be named by.
//!
//! Such a map writes its version in place, as an edit does, while it alone has it, and no version
//! was derived from it that is still in the forest. Then nothing that bears the version's stamp is
//! anybody else's: who holds it descends from the version, or is it (V1).

use std::mem::needs_drop;
use std::ops::ControlFlow;

use crate::arena::{Arena, Bases, Entry, EntryRef, NodeRef};
use crate::trie::{self, InPlace, Location, Writer};

use super::error::Error;
use super::table::{EMPTY_ROW, Origin, State, VersionRow};
use super::update::Target;
use super::{Batch, Store};

/// A pair that goes into a version. If that fails, it stays here: the caller drops it where no
/// lock is held.
pub(crate) struct Put<K, V> {
    hash: u32,
    over: Option<EntryRef>,
    pair: Option<(K, V)>,
}

impl<K, V> Put<K, V> {
    /// A pair that goes over an entry, which has an equal key, or is a new one.
    #[inline]
    pub(crate) fn new(hash: u32, over: Option<EntryRef>, key: K, value: V) -> Self {
        Put { hash, over, pair: Some((key, value)) }
    }
}

/// What an insert into the only version of a store has made.
pub(crate) struct Inserted<K, V> {
    pub(crate) root: NodeRef,
    /// The key was not there.
    pub(crate) is_new: bool,
    /// The pair that was there.
    pub(crate) old: Option<(K, V)>,
}

impl<K, V, S> Store<K, V, S> {
    /// A store for maps that own their versions. What dies is kept until it is taken.
    pub(crate) fn for_owners(hasher: S) -> Self {
        let mut store = Store::with_hasher(hasher);
        store.is_owned = true;
        // Where dropping does nothing, nobody takes it.
        store.arena.keep_dead = needs_drop::<(K, V)>();
        store
    }

    /// A row for an empty map.
    pub(crate) fn new_owned(&mut self) -> Result<u32, Error> {
        self.room_for_version()?;
        let stamp = self.take_stamp();
        let row = VersionRow { state: State::Live, stamp, ..VersionRow::VACANT };
        Ok(self.table.add(EMPTY_ROW, row).0)
    }

    /// Where an update of a row goes: in place, if that may be. `is_only_one` says that no other
    /// map has the version.
    #[inline]
    pub(crate) fn target_of_owner(&mut self, row: u32, is_only_one: bool) -> Target {
        if is_only_one && self.table.may_write(row) {
            Target::OpenEdit(row)
        } else {
            Target::NewVersion(row)
        }
    }

    /// Inserts in one walk into the version in a row, which is the only one, if all nodes on the
    /// path are its own and there is room. Returns the pair that was to be inserted where the usual
    /// way has to be taken.
    #[inline(always)]
    pub(crate) fn insert_alone(
        &mut self,
        row: u32,
        hash: u32,
        pair: (K, V),
    ) -> Result<Inserted<K, V>, (K, V)>
    where
        K: Eq,
    {
        let version = self.table.get_mut(row);
        version.origin = Origin::OTHER;
        let replaced = Some(self.replaced.cleared());
        let mut writer = Writer { arena: &mut self.arena, stamp: version.stamp, replaced };
        let mut old = None;
        let is_key = |stored: &K, given: &K| stored == given;
        let take_old = |_: &mut Arena<K, V>, pair| old = Some(pair);
        let root = version.root;
        match writer.insert_in_place(root, hash, pair.0, pair.1, is_key, take_old) {
            InPlace::NotHere(key, value) => Err((key, value)),
            InPlace::Done(root, is_new) => {
                version.rewrite(root, i32::from(is_new));
                // No other version holds it.
                if let Some(entry) = self.replaced.entry.take() {
                    let Entry { key, value, .. } = self.arena.entries.free(entry);
                    old = Some((key, value));
                }
                Ok(Inserted { root, is_new, old })
            }
        }
    }

    /// Writes a pair at a location of the version in a row, which is the only one. Returns the pair
    /// that was there before.
    pub(crate) fn write_alone(
        &mut self,
        row: u32,
        location: &mut Location,
        matched: Option<usize>,
        (key, value): (K, V),
    ) -> Result<Option<(K, V)>, Error> {
        self.table.may_write(row);
        let keep = std::mem::replace(&mut self.arena.keep_dead, true);
        let written = self.write_pair(Target::OpenEdit(row), location, matched, key, value);
        self.arena.keep_dead = keep;
        let _ = written?;
        Ok(if matched.is_some() { self.arena.pop_dead() } else { None })
    }

    /// Takes an entry out of the version in a row, which is the only one.
    pub(crate) fn take_one(&mut self, row: u32, entry: EntryRef) -> Result<(K, V), Error> {
        self.table.may_write(row);
        let keep = std::mem::replace(&mut self.arena.keep_dead, true);
        let cut = self.cut_owned(Target::OpenEdit(row), [entry]);
        self.arena.keep_dead = keep;
        cut?;
        Ok(self.arena.pop_dead().expect("no other version holds the entry"))
    }

    /// Moves all pairs out of the version in a row, which is the only one, in iteration order. What
    /// is left of it is to be dropped.
    pub(crate) fn take_all(&mut self, row: u32) -> Vec<(K, V)> {
        let (root, len, _) = self.content_of(row);
        let mut entries = Vec::with_capacity(len as usize);
        let _ = trie::for_each_entry(self.arena.words.nodes(), root, &mut |entry| {
            entries.push(entry);
            ControlFlow::<()>::Continue(())
        });
        let version = self.table.get_mut(row);
        version.rewrite(NodeRef::NONE, -(len as i32));
        let rows = &mut self.arena.entries;
        let pair = |entry| {
            let Entry { key, value, .. } = rows.free(entry);
            (key, value)
        };
        entries.into_iter().map(pair).collect()
    }

    /// The version of a batch, in a row that its map owns.
    pub(crate) fn build_owned(&mut self, batch: Batch<K, V>) -> Result<u32, Error> {
        let version = self.build_batch(batch)?;
        if version == self.empty() { self.new_owned() } else { self.table.resolve(version) }
    }

    /// Whether the version in a row, which one map alone has, has this entry alone.
    pub(crate) fn is_own_entry(&mut self, row: u32, entry: EntryRef) -> bool {
        let stamp = self.table.get(row).stamp;
        self.table.may_write(row) && self.arena.entries.get(entry).birth.get() == stamp
    }

    /// The value of an entry, to be changed.
    pub(crate) fn value_mut(&mut self, entry: EntryRef) -> &mut V {
        &mut self.arena.entries.get_mut(entry).value
    }

    /// Writes a pair at a location of the version, and takes it if that succeeds. Returns the row
    /// of the result.
    #[inline(always)]
    pub(crate) fn write_owned(
        &mut self,
        target: Target,
        location: &mut Location,
        matched: Option<usize>,
        pair: &mut Option<(K, V)>,
    ) -> Result<u32, Error> {
        self.reserve_write(target, location, 1)?;
        let pair = pair.take().expect("a pair is written once");
        let version = self.write_reserved(target, location, matched, pair);
        self.table.resolve(version)
    }

    /// Puts pairs into a version, and takes those that it has put. Returns the row of the result.
    pub(crate) fn put_owned(
        &mut self,
        target: Target,
        pairs: &mut [Put<K, V>],
    ) -> Result<u32, Error> {
        self.each(target, pairs, |store, target, Put { hash, over, pair }| {
            let mut location = Location::unset();
            store.locate(target, *hash, &mut location);
            let matched = over.and_then(|over| store.ordinal_of(&location, over));
            store.write_owned(target, &mut location, matched, pair)
        })
    }

    /// The same for one pair. Returns its entry, too.
    pub(crate) fn put_one_owned(
        &mut self,
        target: Target,
        put: &mut Put<K, V>,
    ) -> Result<(u32, EntryRef), Error> {
        let Put { hash, over, .. } = *put;
        let mut location = Location::unset();
        self.locate(target, hash, &mut location);
        let ordinal = over.and_then(|over| self.ordinal_of(&location, over));
        let row = self.put_owned(target, std::slice::from_mut(put))?;
        self.locate(Target::OpenEdit(row), hash, &mut location);
        let candidates = (0..).map_while(|at| location.candidate(self.arena.parts(), at));
        // A new one is the last of its hash.
        let entry = match ordinal {
            Some(ordinal) => { candidates }.nth(ordinal),
            None => candidates.last(),
        };
        Ok((row, entry.expect("the version holds the entry")))
    }

    /// Takes entries out of a version. Returns the row of the result.
    pub(crate) fn cut_owned(
        &mut self,
        target: Target,
        entries: impl IntoIterator<Item = EntryRef>,
    ) -> Result<u32, Error> {
        self.each(target, entries, |store, target, entry| {
            let mut location = Location::unset();
            store.locate(target, store.arena.entries.get(entry).hash, &mut location);
            let matched = store.ordinal_of(&location, entry).expect("the version holds the entry");
            let version = store.write_removal(target, &mut location, matched)?;
            // The last entry of a version may have gone.
            if version == store.empty() { store.new_owned() } else { store.table.resolve(version) }
        })
    }

    /// Makes changes one after another: the first to the target, the others in place. If one fails,
    /// a version that the first one made is released.
    fn each<T>(
        &mut self,
        target: Target,
        changes: impl IntoIterator<Item = T>,
        mut change: impl FnMut(&mut Self, Target, T) -> Result<u32, Error>,
    ) -> Result<u32, Error> {
        let mut now = target;
        for (count, item) in changes.into_iter().enumerate() {
            if count == 1 {
                // It is not made by one key any more.
                self.table.get_mut(now.index()).origin = Origin::OTHER;
            }
            match change(self, now, item) {
                Ok(row) => now = Target::OpenEdit(row),
                Err(error) => {
                    if now.index() != target.index() {
                        self.release_owned(now.index());
                    }
                    return Err(error);
                }
            }
        }
        Ok(now.index())
    }

    /// Which of the candidates at a location an entry is.
    fn ordinal_of(&self, location: &Location, entry: EntryRef) -> Option<usize> {
        let mut candidates = (0..).map_while(|at| location.candidate(self.arena.parts(), at));
        candidates.position(|candidate| candidate == entry)
    }

    /// The root of the version in a row, its length and its run.
    #[inline(always)]
    pub(crate) fn content_of(&self, row: u32) -> (NodeRef, u32, u32) {
        let VersionRow { root, len, run, .. } = *self.table.get(row);
        (root, len, run)
    }

    /// Ends the version in a row. What dies is kept.
    #[inline]
    pub(crate) fn release_owned(&mut self, row: u32) {
        self.release_row(row);
        self.after_release();
    }

    /// A key and value that died, if there are any.
    #[inline]
    pub(crate) fn pop_owned_dead(&mut self) -> Option<(K, V)> {
        if needs_drop::<(K, V)>() { self.arena.pop_dead() } else { None }
    }

    /// Moves all that died to a list.
    pub(crate) fn take_owned_dead(&mut self, dead: &mut Vec<(K, V)>) {
        if self.arena.has_dead() {
            self.arena.take_dead_into(dead);
        }
    }

    /// Drops what died.
    #[inline(always)]
    pub(crate) fn drop_owned_dead(&mut self) {
        if needs_drop::<(K, V)>() && self.arena.has_dead() {
            self.arena.drop_dead();
        }
    }

    /// Says whether others may be reading while the store is written.
    pub(crate) fn set_shared(&mut self, is_shared: bool) {
        self.arena.words.set_shared(is_shared);
        self.arena.entries.set_shared(is_shared);
    }

    /// Where nodes and entries are; these bases get a number.
    pub(crate) fn bases(&self, number: u64) -> Bases<K, V> {
        self.arena.bases(number)
    }

    /// Whether they are there.
    #[inline(always)]
    pub(crate) fn is_at(&self, bases: &Bases<K, V>) -> bool {
        self.arena.is_at(bases)
    }
}

impl super::table::VersionTable {
    /// Whether the version in a row may be written in place, if one map alone has it: no version
    /// was derived from it that is still there. Such a row is not made by one key any more.
    #[inline(always)]
    fn may_write(&mut self, row: u32) -> bool {
        let version = self.get_mut(row);
        if version.first_child != super::table::NO_ROW {
            return false;
        }
        version.origin = Origin::OTHER;
        true
    }
}
