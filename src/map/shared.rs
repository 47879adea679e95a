//! Who holds which version of an arena, who may write, and when what has gone is freed.
//!
//! Maps made from one another share one arena. Each is a [`Handle`]: the root of its version, and
//! one count of that version's [`Holder`]. Reading takes the handle alone. Writing takes the
//! writer's lock, unless the map is the only one of its arena.
//!
//! A version whose last handle goes is released at once by whoever dropped that, or if somebody is
//! writing, by them before they let go of the lock: it stands in a queue meanwhile.
//!
//! # Contract
//!
//! 1. A [`Shared`] lives until its `refs` are zero. Each version has one of them, from when it is
//!    made until it is released, and each [`Owner`] has one.
//! 2. Whoever has the writer's lock has `inner`; so has a handle that is borrowed mutably while
//!    `refs` and the count of its holder are 1: then there is no other handle.
//! 3. A holder lives until its version is released.
//! 4. Nodes and entries that a version holds are not written while it is held, unless there is no
//!    other handle of it (2). Rows do not move while an arena is shared, and words that move leave
//!    the old ones where they were.
//! 5. The [`Bases`] that a handle has live as long as it has them: while an arena is shared, none
//!    are freed.
//!
//! What orders the writes of one thread before the reads of another: a handle gets from thread to
//! thread by something that synchronises, and all that it leads to was written before it was made.
//! What orders the reads of one thread before the writes of another: counts go down by `Release`
//! and are asked by `Acquire`.
#![allow(unsafe_code, reason = "versions that threads share without a lock")]

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::arena::{Bases, EntryRef, NodeRef, Reader, Rows};
use crate::store::{Iter, Store};
use crate::store::error::Error;
use crate::store::update::Target;
use crate::trie::EntryWalk;

/// The count of one version, in a place that does not move.
struct Holder {
    /// Handles of the version.
    count: AtomicUsize,
    /// The next in the queue, or of those that are to be used again.
    next: AtomicPtr<Holder>,
    /// The row of the version.
    row: u32,
}

/// An arena, and what says who uses it.
struct Shared<K, V> {
    /// Versions and [`Owner`]s.
    refs: AtomicUsize,
    lock: Mutex<()>,
    /// Versions that nobody holds, to be released before the lock is let go; [`CLOSED`] where
    /// nobody has it.
    queue: AtomicPtr<Holder>,
    inner: UnsafeCell<Inner<K, V>>,
}

/// What only a writer uses.
struct Inner<K, V> {
    store: Store<K, V, ()>,
    /// Where the arena is now.
    bases: NonNull<Bases<K, V>>,
    /// Where it was before. Handles may have these.
    old_bases: Vec<NonNull<Bases<K, V>>>,
    /// There may be other handles.
    is_shared: bool,
    /// Holders to be used again.
    spare: *mut Holder,
    spares: usize,
}

/// How many holders are kept to be used again.
const SPARES: usize = 64;

/// In the queue while nobody has the lock: no address of a holder.
const CLOSED: *mut Holder = ptr::without_provenance_mut(align_of::<Holder>());

/// One map: a version of an arena, and a count of it.
pub(super) struct Handle<K, V> {
    shared: NonNull<Shared<K, V>>,
    bases: NonNull<Bases<K, V>>,
    holder: NonNull<Holder>,
    root: NodeRef,
    len: u32,
    run: u32,
    content: PhantomData<(K, V)>,
}

/// An arena that stays, whatever maps there are in it.
pub(super) struct Owner<K, V> {
    shared: NonNull<Shared<K, V>>,
    content: PhantomData<(K, V)>,
}

// SAFETY: a handle is a count of something that is shared, as an `Arc` is. Whoever has one reads
// keys and values, and may be the one that drops them.
unsafe impl<K: Send + Sync, V: Send + Sync> Send for Handle<K, V> {}
// SAFETY: as above; a shared handle can be cloned.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Handle<K, V> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, V: Send + Sync> Send for Owner<K, V> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Owner<K, V> {}

// A panic of user code leaves every version as it was.
impl<K: RefUnwindSafe, V: RefUnwindSafe> UnwindSafe for Handle<K, V> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe> RefUnwindSafe for Handle<K, V> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe> UnwindSafe for Owner<K, V> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe> RefUnwindSafe for Owner<K, V> {}

impl<K, V> Handle<K, V> {
    /// An empty map in an arena of its own.
    pub(super) fn new() -> Self {
        let owner = Owner::new();
        let handle = owner.handle();
        drop(owner);
        handle
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline(always)]
    pub(super) fn root(&self) -> NodeRef {
        self.root
    }

    /// What the map reads: the nodes and entries of its version.
    #[inline(always)]
    pub(super) fn reader(&self) -> Reader<'_, K, V> {
        // SAFETY: contract 4 and 5: the handle keeps them while it is borrowed.
        unsafe { self.bases.as_ref().reader() }
    }

    /// The entries.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(self.reader(), self.root, self.run, self.len)
    }

    /// What reads both of two maps of one arena.
    pub(super) fn reader_of_both<'a>(&'a self, other: &'a Self) -> Reader<'a, K, V> {
        assert!(self.is_in_arena_of(other), "the maps share an arena");
        // SAFETY: contract 4 and 5: the handles keep what they have while they are borrowed.
        unsafe { self.bases.as_ref().later(other.bases.as_ref()).reader() }
    }

    /// Whether no other map has an entry of this one.
    pub(super) fn has_own(&mut self, entry: EntryRef) -> bool {
        self.value_if_own(entry).is_some()
    }

    /// The value of an entry of the map, to be changed: of this one, if no other map has it, or else
    /// of the one that `copy` makes.
    #[inline]
    pub(super) fn own_value(
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
        let row = self.holder().row;
        let mut writing = Writing::locked(self.shared());
        let store = &mut writing.inner().store;
        store.is_own_entry(row, entry).then(|| NonNull::from(store.value_mut(entry)))
    }

    /// The entries of a map that is alone in its arena, with values to be changed.
    pub(super) fn entries_mut(&mut self) -> EntriesMut<'_, K, V> {
        assert!(self.is_alone(), "nobody else reads the values");
        let reader = self.reader();
        let walk = EntryWalk::new(reader.nodes, self.root);
        EntriesMut { walk, rows: reader.rows, left: self.len(), values: PhantomData }
    }

    /// Whether two maps are the same version.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.holder == other.holder
    }

    /// Whether two maps are in one arena.
    #[inline]
    pub(super) fn is_in_arena_of(&self, other: &Self) -> bool {
        self.shared == other.shared
    }

    #[inline(always)]
    fn shared(&self) -> &Shared<K, V> {
        // SAFETY: contract 1: the handle has a version.
        unsafe { self.shared.as_ref() }
    }

    #[inline(always)]
    fn holder(&self) -> &Holder {
        // SAFETY: contract 3: the handle has a version.
        unsafe { self.holder.as_ref() }
    }

    /// Whether there is no other handle of the version.
    #[inline(always)]
    fn has_version_alone(&self) -> bool {
        self.holder().count.load(Ordering::Acquire) == 1
    }

    /// Whether there is no other handle of the arena.
    #[inline(always)]
    pub(super) fn is_alone(&self) -> bool {
        self.has_version_alone() && self.shared().refs.load(Ordering::Acquire) == 1
    }

    /// The store, if there is no other handle of the arena. User code may run while it is borrowed:
    /// that has no handle by which it could come here.
    #[inline(always)]
    pub(super) fn alone(&mut self) -> Option<Alone<'_, K, V>> {
        if !self.is_alone() {
            return None;
        }
        // SAFETY: contract 2.
        let inner = unsafe { &mut *self.shared.as_ref().inner.get() };
        let row = self.holder().row;
        let mut alone = Alone { handle: self, inner, row };
        if alone.inner.is_shared {
            alone.stop_sharing();
        }
        Some(alone)
    }

    /// Writes a new state of the map: `write` gets the store, and the place to write at, and returns
    /// the row of the version that it made. It runs no user code. If it fails, the map is as it was.
    pub(super) fn write(
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
        let old_row = self.holder().row;
        let inner = writing.inner();
        // Those that it had may be freed now.
        self.bases = inner.bases;
        let target = inner.store.target_of_owner(old_row, has_version_alone);
        let written = write(&mut inner.store, target);
        inner.refresh();
        let row = *written.as_ref().unwrap_or(&old_row);
        (self.root, self.len, self.run) = inner.store.content_of(row);
        self.bases = inner.bases;
        if row != old_row {
            let new = inner.holder(row);
            let old = std::mem::replace(&mut self.holder, new);
            if has_version_alone {
                // One version more, and one less.
                writing.inner().release(old);
            } else {
                // Before the old version may have one handle less: its last one is not alone.
                shared.refs.fetch_add(1, Ordering::Relaxed);
                writing.let_go(old);
            }
        }
        written.map(|_| ())
    }
}

impl<K, V> Clone for Handle<K, V> {
    #[inline]
    fn clone(&self) -> Self {
        let old = self.holder().count.fetch_add(1, Ordering::Relaxed);
        if old > isize::MAX as usize {
            // As `Arc` does: somebody forgets clones in a loop.
            std::process::abort();
        }
        Handle { ..*self }
    }
}

impl<K, V> Drop for Handle<K, V> {
    #[inline]
    fn drop(&mut self) {
        if self.holder().count.fetch_sub(1, Ordering::Release) == 1 {
            // What was read by other handles was read before.
            fence(Ordering::Acquire);
            // SAFETY: contract 1 and 3: the version is not released yet, and nobody else will.
            unsafe { Shared::end_version(self.shared, self.holder) };
        }
    }
}

/// A handle that is alone in its arena, being changed. When this is dropped, the handle gets what
/// the store then has, also after a panic.
pub(super) struct Alone<'a, K, V> {
    handle: &'a mut Handle<K, V>,
    inner: &'a mut Inner<K, V>,
    /// The row of the version.
    pub(super) row: u32,
}

impl<K, V> Alone<'_, K, V> {
    #[inline(always)]
    pub(super) fn store(&mut self) -> &mut Store<K, V, ()> {
        &mut self.inner.store
    }

    #[cold]
    fn stop_sharing(&mut self) {
        self.inner.stop_sharing();
        self.handle.bases = self.inner.bases;
    }
}

impl<K, V> Drop for Alone<'_, K, V> {
    #[inline(always)]
    fn drop(&mut self) {
        let Alone { handle, inner, row } = self;
        inner.refresh();
        handle.bases = inner.bases;
        (handle.root, handle.len, handle.run) = inner.store.content_of(*row);
        inner.store.drop_owned_dead();
    }
}

/// The entries of a map that is alone in its arena, with values to be changed.
pub(super) struct EntriesMut<'a, K, V> {
    walk: EntryWalk<'a>,
    rows: Rows<'a, K, V>,
    left: usize,
    values: PhantomData<&'a mut V>,
}

impl<K, V> EntriesMut<'_, K, V> {
    /// How many are left.
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

impl<'a, K, V> Iterator for EntriesMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.walk.next_entry()?;
        self.left -= 1;
        // SAFETY: contract 2: the handle is borrowed mutably, and each entry comes once.
        Some(unsafe { self.rows.entry_mut(entry) })
    }
}

impl<K, V> Owner<K, V> {
    /// A new arena.
    pub(super) fn new() -> Self {
        let store = Store::for_owners(());
        let inner = Inner {
            bases: boxed(store.bases(0)),
            store,
            old_bases: Vec::new(),
            is_shared: false,
            spare: ptr::null_mut(),
            spares: 0,
        };
        let shared = Shared {
            refs: AtomicUsize::new(1),
            lock: Mutex::new(()),
            queue: AtomicPtr::new(CLOSED),
            inner: UnsafeCell::new(inner),
        };
        Owner { shared: boxed(shared), content: PhantomData }
    }

    /// A new empty map.
    pub(super) fn handle(&self) -> Handle<K, V> {
        // SAFETY: contract 1: the owner has one of the refs.
        let shared = unsafe { self.shared.as_ref() };
        shared.refs.fetch_add(1, Ordering::Relaxed);
        let mut writing = Writing::locked(shared);
        let inner = writing.inner();
        let row = inner.store.new_owned().unwrap_or_else(|error| panic!("{error}"));
        let (root, len, run) = inner.store.content_of(row);
        let (bases, holder) = (inner.bases, inner.holder(row));
        Handle { shared: self.shared, bases, holder, root, len, run, content: PhantomData }
    }
}

impl<K, V> Clone for Owner<K, V> {
    fn clone(&self) -> Self {
        // SAFETY: contract 1: the owner has one of the refs.
        unsafe { self.shared.as_ref() }.refs.fetch_add(1, Ordering::Relaxed);
        Owner { ..*self }
    }
}

impl<K, V> Drop for Owner<K, V> {
    fn drop(&mut self) {
        // SAFETY: contract 1: the owner has one of the refs.
        unsafe { Shared::end_refs(self.shared, 1) };
    }
}

impl<K, V> Shared<K, V> {
    /// Releases a version without handles: here and now, or by whoever is writing.
    ///
    /// # Safety
    ///
    /// The version is not released, and nobody else does this.
    #[inline(never)]
    unsafe fn end_version(this: NonNull<Self>, holder: NonNull<Holder>) {
        // SAFETY: contract 1: the version has one of the refs.
        let shared = unsafe { this.as_ref() };
        if shared.refs.load(Ordering::Acquire) == 1 {
            // The arena ends as a whole.
            // SAFETY: contract 3; nobody else has the holder.
            drop(unsafe { Box::from_raw(holder.as_ptr()) });
            // SAFETY: contract 1: this was the last.
            return drop(unsafe { Box::from_raw(this.as_ptr()) });
        }
        let mut head = shared.queue.load(Ordering::Relaxed);
        while head != CLOSED {
            // SAFETY: contract 3.
            unsafe { holder.as_ref() }.next.store(head, Ordering::Relaxed);
            let pushed = shared.queue.compare_exchange_weak(
                head,
                holder.as_ptr(),
                Ordering::Release,
                Ordering::Relaxed,
            );
            match pushed {
                // Whoever writes may end the version now, and with it the arena.
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
        let mut writing = Writing::locked(shared);
        writing.inner().release(holder);
        writing.released += 1;
        let (dead, released) = writing.end();
        drop(writing);
        // SAFETY: they are those of released versions, one of which is the caller's.
        unsafe { Shared::end_refs(this, released) };
        drop(dead);
    }

    /// Gives up so many refs.
    ///
    /// # Safety
    ///
    /// They are the caller's, who uses nothing of the arena after this.
    #[inline]
    unsafe fn end_refs(this: NonNull<Self>, count: usize) {
        // SAFETY: contract 1.
        if unsafe { this.as_ref() }.refs.fetch_sub(count, Ordering::Release) == count {
            fence(Ordering::Acquire);
            // SAFETY: contract 1: these were the last.
            drop(unsafe { Box::from_raw(this.as_ptr()) });
        }
    }
}

/// A use of the store by a handle: with the lock, or alone. Dropped, it ends as it would otherwise;
/// then its caller still has one of the refs.
struct Writing<'a, K, V> {
    shared: &'a Shared<K, V>,
    guard: Option<MutexGuard<'a, ()>>,
    /// Versions that were released.
    released: usize,
    has_ended: bool,
}

impl<'a, K, V> Writing<'a, K, V> {
    fn locked(shared: &'a Shared<K, V>) -> Self {
        // Nothing that can panic leaves the store half written.
        let guard = shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
        shared.queue.store(ptr::null_mut(), Ordering::Release);
        let mut writing = Writing { shared, guard: Some(guard), released: 0, has_ended: false };
        writing.inner().start_sharing();
        writing
    }

    /// # Safety
    ///
    /// The caller is the only handle of the arena, and is borrowed mutably meanwhile.
    unsafe fn alone(shared: &'a Shared<K, V>) -> Self {
        let mut writing = Writing { shared, guard: None, released: 0, has_ended: false };
        if writing.inner().is_shared {
            writing.inner().stop_sharing();
        }
        writing
    }

    fn inner(&mut self) -> &mut Inner<K, V> {
        // SAFETY: contract 2: `locked` has the lock, and `alone` is alone.
        unsafe { &mut *self.shared.inner.get() }
    }

    /// One handle less of a version of the caller's.
    fn let_go(&mut self, holder: NonNull<Holder>) {
        // SAFETY: contract 3: the version is not released.
        if unsafe { holder.as_ref() }.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.inner().release(holder);
            self.released += 1;
        }
    }

    /// Lets the lock go. Returns what died, to be dropped after it, and how many versions were
    /// released, which still have their refs.
    fn end(&mut self) -> (Dead<K, V>, usize) {
        self.has_ended = true;
        if let Some(guard) = self.guard.take() {
            self.release_queued();
            let dead = self.inner().take_dead();
            drop(guard);
            return (dead, self.released);
        }
        (self.inner().take_dead(), self.released)
    }

    /// Releases what stands in the queue, until nothing does and it is closed.
    fn release_queued(&mut self) {
        let queue = &self.shared.queue;
        let close = |queue: &AtomicPtr<Holder>| {
            let empty = ptr::null_mut();
            queue.compare_exchange(empty, CLOSED, Ordering::AcqRel, Ordering::Relaxed)
        };
        while close(queue).is_err() {
            let mut next = queue.swap(ptr::null_mut(), Ordering::Acquire);
            while let Some(holder) = NonNull::new(next) {
                // SAFETY: contract 3: what is in the queue is not released.
                next = unsafe { holder.as_ref() }.next.load(Ordering::Relaxed);
                self.inner().release(holder);
                self.released += 1;
            }
        }
    }
}

impl<K, V> Drop for Writing<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let (dead, released) = self.end();
        if released != 0 {
            // Not the last ones: the caller has one.
            self.shared.refs.fetch_sub(released, Ordering::Release);
        }
        drop(dead);
    }
}

/// Keys and values to be dropped where nothing is borrowed: most often one of each.
struct Dead<K, V> {
    _first: Option<(K, V)>,
    _others: Vec<(K, V)>,
}

impl<K, V> Inner<K, V> {
    /// A holder, with one handle, for the version in a row.
    #[inline]
    fn holder(&mut self, row: u32) -> NonNull<Holder> {
        let Some(spare) = NonNull::new(self.spare) else {
            let next = AtomicPtr::new(ptr::null_mut());
            return boxed(Holder { count: AtomicUsize::new(1), next, row });
        };
        // SAFETY: spare holders are this list's alone.
        let holder = unsafe { &mut *spare.as_ptr() };
        self.spare = *holder.next.get_mut();
        self.spares -= 1;
        (*holder.count.get_mut(), holder.row) = (1, row);
        spare
    }

    /// Releases a version without handles.
    #[inline]
    fn release(&mut self, holder: NonNull<Holder>) {
        // SAFETY: contract 3: it is not released yet, and no handle is left to use it.
        let ended = unsafe { &mut *holder.as_ptr() };
        self.store.release_owned(ended.row);
        if self.spares < SPARES {
            *ended.next.get_mut() = self.spare;
            self.spare = holder.as_ptr();
            self.spares += 1;
        } else {
            // SAFETY: as above; it came from `boxed`.
            drop(unsafe { Box::from_raw(holder.as_ptr()) });
        }
    }

    fn start_sharing(&mut self) {
        if !self.is_shared {
            self.is_shared = true;
            self.store.set_shared(true);
        }
    }

    /// Frees what other handles may have read, none of which is left.
    #[cold]
    fn stop_sharing(&mut self) {
        self.is_shared = false;
        self.store.set_shared(false);
        for old in self.old_bases.drain(..) {
            // SAFETY: contract 5: nobody has these; they came from `boxed`.
            drop(unsafe { Box::from_raw(old.as_ptr()) });
        }
    }

    /// Makes new bases where the arena has moved, for handles to have from now on.
    #[inline(always)]
    fn refresh(&mut self) {
        // SAFETY: they are those of the arena.
        if !self.store.is_at(unsafe { self.bases.as_ref() }) {
            self.renew_bases();
        }
    }

    #[cold]
    fn renew_bases(&mut self) {
        // SAFETY: they are those of the arena.
        let number = unsafe { self.bases.as_ref() }.next_number();
        let old = std::mem::replace(&mut self.bases, boxed(self.store.bases(number)));
        if self.is_shared {
            self.old_bases.push(old);
        } else {
            // SAFETY: contract 5: the one handle gets the new ones; these came from `boxed`.
            drop(unsafe { Box::from_raw(old.as_ptr()) });
        }
    }

    fn take_dead(&mut self) -> Dead<K, V> {
        let mut dead = Dead { _first: self.store.pop_owned_dead(), _others: Vec::new() };
        if dead._first.is_some() {
            self.store.take_owned_dead(&mut dead._others);
        }
        dead
    }
}

impl<K, V> Drop for Inner<K, V> {
    fn drop(&mut self) {
        let all = self.old_bases.drain(..).chain([self.bases]);
        // SAFETY: contract 1: no handle is left; they came from `boxed`.
        all.for_each(|bases| drop(unsafe { Box::from_raw(bases.as_ptr()) }));
        while let Some(spare) = NonNull::new(self.spare) {
            // SAFETY: as above.
            let mut holder = unsafe { Box::from_raw(spare.as_ptr()) };
            self.spare = *holder.next.get_mut();
        }
    }
}

fn boxed<T>(value: T) -> NonNull<T> {
    NonNull::from(Box::leak(Box::new(value)))
}
