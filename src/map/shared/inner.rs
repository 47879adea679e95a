//! What the writer of an arena has.

use std::ptr::{self, NonNull};

use crate::arena::Bases;
use crate::store::Store;

use super::holder::{Holder, boxed};
use super::sync::{Ordering, Tracked};

/// What only a writer uses.
pub(super) struct Inner<K, V> {
    pub(super) store: Store<K, V, ()>,
    /// Where the arena is now.
    bases: NonNull<Tracked<Bases<K, V>>>,
    /// Where it was before. Handles may have these.
    old_bases: Vec<NonNull<Tracked<Bases<K, V>>>>,
    /// There may be other handles.
    pub(super) is_shared: bool,
    /// Holders to be used again.
    spare: *mut Holder,
    spares: usize,
}

/// How many holders are kept to be used again.
const SPARES: usize = 64;

/// Keys and values to be dropped where nothing is borrowed: most often one of each.
pub(super) struct Dead<K, V> {
    _first: Option<(K, V)>,
    _others: Vec<(K, V)>,
}

impl<K, V> Inner<K, V> {
    pub(super) fn new() -> Self {
        let store = Store::for_owners(());
        Inner {
            bases: boxed(Tracked::new(store.bases(0))),
            store,
            old_bases: Vec::new(),
            is_shared: false,
            spare: ptr::null_mut(),
            spares: 0,
        }
    }

    /// Where the arena is now.
    #[inline(always)]
    pub(super) fn bases(&self) -> NonNull<Tracked<Bases<K, V>>> {
        self.bases
    }

    /// A holder, with one handle, for the version in a row.
    #[inline]
    pub(super) fn holder(&mut self, row: u32) -> NonNull<Holder> {
        let Some(spare) = NonNull::new(self.spare) else {
            return boxed(Holder::new(row));
        };
        // SAFETY: spare holders are this list's alone.
        let holder = unsafe { &mut *spare.as_ptr() };
        self.spare = holder.next.load(Ordering::Relaxed);
        self.spares -= 1;
        *holder = Holder::new(row);
        spare
    }

    /// Releases a version without handles.
    #[inline]
    pub(super) fn release(&mut self, holder: NonNull<Holder>) {
        // SAFETY: contract 3: it is not released yet, and no handle is left to use it.
        let ended = unsafe { holder.as_ref() };
        self.store.release_owned(*ended.row);
        if self.spares < SPARES {
            ended.next.store(self.spare, Ordering::Relaxed);
            self.spare = holder.as_ptr();
            self.spares += 1;
        } else {
            // SAFETY: as above; it came from `boxed`.
            drop(unsafe { Box::from_raw(holder.as_ptr()) });
        }
    }

    pub(super) fn start_sharing(&mut self) {
        if !self.is_shared {
            self.is_shared = true;
            self.store.set_shared(true);
        }
    }

    /// Frees what other handles may have read, none of which is left.
    #[cold]
    pub(super) fn stop_sharing(&mut self) {
        self.is_shared = false;
        self.store.set_shared(false);
        for old in self.old_bases.drain(..) {
            // SAFETY: contract 5: nobody has these; they came from `boxed`.
            drop(unsafe { Box::from_raw(old.as_ptr()) });
        }
    }

    /// Makes new bases where the arena has moved, for handles to have from now on.
    #[inline(always)]
    pub(super) fn refresh(&mut self) {
        // SAFETY: they are those of the arena.
        if !self.store.is_at(unsafe { self.bases.as_ref() }) {
            self.renew_bases();
        }
    }

    #[cold]
    fn renew_bases(&mut self) {
        // SAFETY: they are those of the arena.
        let number = unsafe { self.bases.as_ref() }.next_number();
        let old = std::mem::replace(&mut self.bases, boxed(Tracked::new(self.store.bases(number))));
        if self.is_shared {
            self.old_bases.push(old);
        } else {
            // SAFETY: contract 5: the one handle gets the new ones; these came from `boxed`.
            drop(unsafe { Box::from_raw(old.as_ptr()) });
        }
    }

    pub(super) fn take_dead(&mut self) -> Dead<K, V> {
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
            let holder = unsafe { Box::from_raw(spare.as_ptr()) };
            self.spare = holder.next.load(Ordering::Relaxed);
        }
    }
}
