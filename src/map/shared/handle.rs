//! One map of an arena.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;

use crate::arena::{Bases, Entry, EntryRef, NodeRef, Nodes, Place, ReadRows, Reader, Rows};
use crate::store::error::{Corruption, Error};
use crate::store::update::Target;
use crate::store::{Iter, NO_RUN, Stats, Store};
use crate::trie::EntryWalk;

use super::holder::{Holder, add_one};
use super::inner::Inner;
use super::state::Shared;
use super::sync::{AtomicUsize, Ordering, Tracked};
use super::writing::Writing;

/// One map: a version of an arena, and a count of it.
pub(in super::super) struct Handle<K, V> {
    pub(super) shared: NonNull<Shared<K, V>>,
    pub(super) bases: NonNull<Tracked<Bases<K, V>>>,
    pub(super) holder: NonNull<Holder>,
    /// What the bases say first, so that a lookup does not ask them.
    pub(super) place: Place<K, V>,
    pub(super) root: NodeRef,
    pub(super) len: u32,
    pub(super) run: u32,
    pub(super) content: PhantomData<(K, V)>,
}

// SAFETY: a handle is a count of something that is shared, as an `Arc` is. Whoever has one reads
// keys and values, and may be the one that drops them.
unsafe impl<K: Send + Sync, V: Send + Sync> Send for Handle<K, V> {}
// SAFETY: as above; a shared handle can be cloned.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Handle<K, V> {}
// A panic of user code leaves every version as it was.
impl<K: RefUnwindSafe, V: RefUnwindSafe> UnwindSafe for Handle<K, V> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe> RefUnwindSafe for Handle<K, V> {}

impl<K, V> Handle<K, V> {
    #[inline(always)]
    pub(in super::super) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline(always)]
    pub(in super::super) fn root(&self) -> NodeRef {
        self.root
    }

    /// What the map reads: the nodes and entries of its version.
    #[inline(always)]
    pub(in super::super) fn reader(&self) -> Reader<'_, K, V> {
        // SAFETY: contract 4 and 5: the handle keeps them while it is borrowed.
        let (nodes, rows) = unsafe { self.bases.as_ref().parts() };
        Reader { nodes, rows }
    }

    /// What one lookup reads: the nodes and entries of its version.
    #[inline(always)]
    pub(in super::super) fn parts(&self) -> (Nodes<'_>, &Self) {
        // SAFETY: contract 4 and 5: the handle keeps them while it is borrowed.
        (unsafe { self.place.nodes() }, self)
    }

    /// Reads where the arena is now, from now on.
    #[inline(always)]
    fn move_to(&mut self, bases: NonNull<Tracked<Bases<K, V>>>) {
        self.bases = bases;
        // SAFETY: contract 5.
        self.place = unsafe { bases.as_ref() }.place();
    }

    /// The entries.
    pub(in super::super) fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(self.reader(), self.root, self.run, self.len)
    }

    /// What reads both of two maps of one arena.
    pub(in super::super) fn reader_of_both<'a>(&'a self, other: &'a Self) -> Reader<'a, K, V> {
        assert!(self.is_in_arena_of(other), "the maps share an arena");
        // SAFETY: contract 4 and 5: the handles keep what they have while they are borrowed.
        let (nodes, rows) = unsafe { self.bases.as_ref().later(other.bases.as_ref()).parts() };
        Reader { nodes, rows }
    }

    /// Whether no other map has an entry of this one.
    pub(in super::super) fn has_own(&mut self, entry: EntryRef) -> bool {
        self.value_if_own(entry).is_some()
    }

    /// The value of an entry of the map, to be changed: of this one, if no other map has it, or
    /// else of the one that `copy` makes.
    #[inline]
    pub(in super::super) fn own_value(
        &mut self,
        entry: EntryRef,
        copy: impl FnOnce(&mut Self) -> EntryRef,
    ) -> &mut V {
        let mut own = self.value_if_own(entry);
        if own.is_none() {
            let copied = copy(self);
            own = self.value_if_own(copied);
        }
        let mut value = own.expect("an entry that was just made is no other map's");
        // SAFETY: contract 4: no other handle leads there, and rows do not move.
        unsafe { value.as_mut() }
    }

    /// The value of an entry of the map, if no other map has the entry.
    #[inline]
    fn value_if_own(&mut self, entry: EntryRef) -> Option<NonNull<V>> {
        if let Some(mut alone) = self.alone() {
            return Some(NonNull::from(alone.store().value_mut(entry)));
        }
        if !self.has_version_alone() {
            return None;
        }
        let row = self.row();
        let mut writing = Writing::locked(self.shared());
        let store = &mut writing.inner().store;
        store.is_own_entry(row, entry).then(|| NonNull::from(store.value_mut(entry)))
    }

    /// The entries of a map that is alone in its arena, with values to be changed.
    pub(in super::super) fn entries_mut(&mut self) -> EntriesMut<'_, K, V> {
        assert!(self.is_alone(), "nobody else reads the values");
        let reader = self.reader();
        let walk = EntryWalk::new(reader.nodes, self.root);
        EntriesMut { walk, rows: reader.rows, values: PhantomData }
    }

    /// Entries of the map that no other map has, with values to be changed.
    pub(in super::super) fn entries_of<const N: usize>(
        &mut self,
        entries: [Option<EntryRef>; N],
    ) -> [Option<(&K, &mut V)>; N] {
        for (index, &entry) in entries.iter().enumerate() {
            let Some(entry) = entry else { continue };
            assert!(!entries[..index].contains(&Some(entry)), "each entry comes once");
            assert!(self.has_own(entry), "no other map has the entry");
        }
        let rows = self.reader().rows;
        // SAFETY: contract 4: no other handle leads there, rows do not move, and each comes once.
        entries.map(|entry| entry.map(|entry| unsafe { rows.entry_mut(entry) }))
    }

    /// What the arena holds.
    pub(in super::super) fn stats(&self) -> Stats {
        Writing::locked(self.shared()).inner().store.stats()
    }

    /// Tests the arena of a map that is alone there. Nobody else has a value of it to change.
    pub(in super::super) fn check(&mut self) -> Option<Result<(), Corruption>> {
        self.alone().map(|mut alone| alone.store().check())
    }

    /// Whether two maps are the same version.
    pub(in super::super) fn is_same(&self, other: &Self) -> bool {
        self.holder == other.holder
    }

    /// Whether two maps are in one arena.
    #[inline]
    pub(in super::super) fn is_in_arena_of(&self, other: &Self) -> bool {
        self.shared == other.shared
    }

    #[inline(always)]
    fn shared(&self) -> &Shared<K, V> {
        // SAFETY: contract 1: the handle has a version.
        unsafe { self.shared.as_ref() }
    }

    /// The count of its version alone: the rest is its last holder's.
    #[inline(always)]
    fn count(&self) -> &AtomicUsize {
        // SAFETY: contract 3: the handle has a version.
        unsafe { &(*self.holder.as_ptr()).count }
    }

    /// The row of its version.
    #[inline(always)]
    fn row(&self) -> u32 {
        // SAFETY: as above.
        let row = unsafe { &(*self.holder.as_ptr()).row };
        **row
    }

    /// Whether there is no other handle of the version.
    #[inline(always)]
    fn has_version_alone(&self) -> bool {
        self.count().load(Ordering::Acquire) == 1
    }

    /// Whether there is no other handle of the arena.
    #[inline(always)]
    pub(in super::super) fn is_alone(&self) -> bool {
        self.has_version_alone() && self.shared().refs.load(Ordering::Acquire) == 1
    }

    /// The store, if there is no other handle of the arena. User code may run while it is borrowed:
    /// that has no handle by which it could come here.
    #[inline(always)]
    pub(in super::super) fn alone(&mut self) -> Option<Alone<'_, K, V>> {
        if !self.is_alone() {
            return None;
        }
        // SAFETY: contract 2.
        let inner = unsafe { self.shared.as_ref().inner.with_mut(|inner| &mut *inner) };
        let row = self.row();
        let mut alone = Alone { handle: self, inner, row };
        if alone.inner.is_shared {
            alone.stop_sharing();
        }
        Some(alone)
    }

    /// Inserts a pair, if there is no other handle of the arena, all nodes on the path are the
    /// map's own, and there is room. Returns the pair that was there before; or the one that was to
    /// be inserted, where the usual way has to be taken.
    #[inline(always)]
    pub(in super::super) fn insert_alone(
        &mut self,
        hash: u32,
        pair: (K, V),
    ) -> Result<Option<(K, V)>, (K, V)>
    where
        K: Eq,
    {
        let Some(alone) = self.alone() else { return Err(pair) };
        // Not dropped: nothing has to be read back, because nothing moves, nothing that dies is
        // left there, and if comparing keys panics, nothing has changed.
        let mut alone = ManuallyDrop::new(alone);
        let Alone { handle, inner, row } = &mut *alone;
        let inserted = inner.store.insert_alone(*row, hash, pair)?;
        handle.root = inserted.root;
        handle.len += u32::from(inserted.is_new);
        handle.run = NO_RUN;
        Ok(inserted.old)
    }

    /// Writes a new state of the map: `write` gets the store, and the place to write at, and
    /// returns the row of the version that it made. It runs no user code. If it fails, the map is
    /// as it was; but of several changes in place, those before the one that failed stay.
    pub(in super::super) fn write(
        &mut self,
        write: impl FnOnce(&mut Store<K, V, ()>, Target) -> Result<u32, Error>,
    ) -> Result<(), Error> {
        // SAFETY: contract 1: the handle has a version, or another one, until the writing ends.
        let shared = unsafe { self.shared.as_ref() };
        let mut writing = if self.is_alone() {
            // SAFETY: contract 2.
            unsafe { Writing::alone(shared) }
        } else {
            Writing::locked(shared)
        };
        let has_version_alone = self.has_version_alone();
        let old_row = self.row();
        let inner = writing.inner();
        // Those that it had may be freed now.
        self.move_to(inner.bases());
        let target = inner.store.target_of_owner(old_row, has_version_alone);
        let written = write(&mut inner.store, target);
        let row = *written.as_ref().unwrap_or(&old_row);
        if row != old_row {
            let old = std::mem::replace(&mut self.holder, inner.holder(row));
            if has_version_alone {
                // One version more, and one less.
                inner.release(old);
            } else {
                // Before the old version may have one handle less: its last one is not alone.
                shared.refs.fetch_add(1, Ordering::Relaxed);
                writing.let_go(old);
            }
        }
        // Last, because a release may give memory back.
        let inner = writing.inner();
        inner.refresh();
        self.move_to(inner.bases());
        (self.root, self.len, self.run) = inner.store.content_of(row);
        written.map(|_| ())
    }
}

impl<'a, K, V> ReadRows<'a, K, V> for &'a Handle<K, V> {
    #[inline(always)]
    fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        // SAFETY: contract 4 and 5: the handle keeps them while it is borrowed.
        match unsafe { self.place.first_entry(entry) } {
            Some(found) => found,
            None => self.reader().entry(entry),
        }
    }
}

impl<K, V> Clone for Handle<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        add_one(self.count());
        Handle { ..*self }
    }
}

impl<K, V> Drop for Handle<K, V> {
    #[inline]
    fn drop(&mut self) {
        if self.count().fetch_sub(1, Ordering::Release) == 1 {
            // What was read by other handles was read before. No fence: ThreadSanitizer sees none.
            self.count().load(Ordering::Acquire);
            // SAFETY: contract 1 and 3: the version is not released yet, and nobody else will.
            unsafe { Shared::end_version(self.shared, self.holder) };
        }
    }
}

/// A handle that is alone in its arena, being changed. When this is dropped, the handle gets what
/// the store then has, also after a panic.
pub(in super::super) struct Alone<'a, K, V> {
    handle: &'a mut Handle<K, V>,
    inner: &'a mut Inner<K, V>,
    /// The row of the version.
    pub(in super::super) row: u32,
}

impl<K, V> Alone<'_, K, V> {
    #[inline(always)]
    pub(in super::super) fn store(&mut self) -> &mut Store<K, V, ()> {
        &mut self.inner.store
    }

    #[cold]
    fn stop_sharing(&mut self) {
        self.inner.stop_sharing();
        self.handle.move_to(self.inner.bases());
    }
}

impl<K, V> Drop for Alone<'_, K, V> {
    #[inline(always)]
    fn drop(&mut self) {
        let Alone { handle, inner, row } = self;
        inner.refresh();
        handle.move_to(inner.bases());
        (handle.root, handle.len, handle.run) = inner.store.content_of(*row);
        inner.store.drop_owned_dead();
    }
}

/// The entries of a map that is alone in its arena, with values to be changed.
pub(in super::super) struct EntriesMut<'a, K, V> {
    walk: EntryWalk<'a>,
    rows: Rows<'a, K, V>,
    values: PhantomData<&'a mut V>,
}

impl<K, V> EntriesMut<'_, K, V> {
    /// Takes about half of the entries off the end, if none has come yet. `None` if there is one
    /// entry, or none.
    #[cfg(feature = "rayon")]
    pub(in super::super) fn split(&mut self) -> Option<Self> {
        self.walk.split().map(|walk| EntriesMut { walk, ..*self })
    }

    /// Those that are left, to be read.
    pub(in super::super) fn rest(&self) -> impl Iterator<Item = (&K, &V)> {
        let (mut walk, rows) = (self.walk.clone(), self.rows);
        std::iter::from_fn(move || {
            let found = rows.entry(walk.next_entry()?);
            Some((&found.key, &found.value))
        })
    }
}

impl<'a, K, V> Iterator for EntriesMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.walk.next_entry()?;
        // SAFETY: contract 2: the handle is borrowed mutably, and each entry comes once: from one
        // of the parts, if they were split.
        Some(unsafe { self.rows.entry_mut(entry) })
    }
}
