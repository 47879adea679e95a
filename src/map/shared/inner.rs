//! What the writer of an arena has.

use std::ptr::{self, NonNull};

use crate::arena::Bases;
use crate::store::Store;

use super::holder::{Holder, boxed};
use super::sync::{Ordering, Tracked};

/// What only a writer uses.
pub(super) struct Inner<K, V> {
    pub(super) store: Store<K, V, ()>,
    /// Where the arena is now: those in `first`, or the last of the new ones.
    bases: NonNull<Tracked<Bases<K, V>>>,
    /// Where it has been since there may be other handles. They may have these.
    new_bases: Vec<NonNull<Tracked<Bases<K, V>>>>,
    /// There may be other handles.
    pub(super) is_shared: bool,
    /// Holders to be used again.
    spare: *mut Holder,
    spares: usize,
    /// What needs no place of its own.
    first: NonNull<First<K, V>>,
}

/// The first bases and the first holder of an arena, which small maps need no others of.
pub(super) struct First<K, V> {
    bases: Tracked<Bases<K, V>>,
    holder: Holder,
}

/// How many holders are kept to be used again.
const SPARES: usize = 64;

/// Keys and values to be dropped where nothing is borrowed: most often one of each.
pub(super) struct Dead<K, V> {
    _first: Option<(K, V)>,
    _others: Vec<(K, V)>,
}

impl<K, V> Inner<K, V> {
    /// A new arena, and what is to be [placed](Self::place).
    pub(super) fn new() -> (Self, First<K, V>) {
        let store = Store::for_owners(());
        let first = First { bases: Tracked::new(store.bases(0)), holder: Holder::new(0) };
        let inner = Inner {
            store,
            bases: NonNull::dangling(),
            new_bases: Vec::new(),
            is_shared: false,
            spare: ptr::null_mut(),
            spares: 0,
            first: NonNull::dangling(),
        };
        (inner, first)
    }

    /// Says where the first bases and the first holder are.
    ///
    /// # Safety
    ///
    /// They are there as long as this is, and nobody else uses them.
    pub(super) unsafe fn place(&mut self, first: NonNull<First<K, V>>) {
        self.first = first;
        // SAFETY: the caller's word.
        let (bases, holder) =
            unsafe { (&raw mut (*first.as_ptr()).bases, &raw mut (*first.as_ptr()).holder) };
        self.bases = NonNull::new(bases).expect("it is there");
        (self.spare, self.spares) = (holder, 1);
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
            // SAFETY: as above.
            unsafe { self.end_holder(holder) };
        }
    }

    /// Frees a holder, unless it is the one that has no place of its own.
    ///
    /// # Safety
    ///
    /// Nobody has it any more.
    #[cold]
    pub(super) unsafe fn end_holder(&self, holder: NonNull<Holder>) {
        if !self.is_first(holder) {
            // SAFETY: the caller's word; it came from `boxed`.
            drop(unsafe { Box::from_raw(holder.as_ptr()) });
        }
    }

    /// Whether a holder is the one that has no place of its own.
    fn is_first(&self, holder: NonNull<Holder>) -> bool {
        // SAFETY: contract 1: an address within what is there.
        ptr::eq(holder.as_ptr(), unsafe { &raw const (*self.first.as_ptr()).holder })
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
        if self.new_bases.is_empty() {
            return;
        }
        self.renew_bases();
        for new in self.new_bases.drain(..) {
            // SAFETY: contract 5: nobody has these; they came from `boxed`.
            drop(unsafe { Box::from_raw(new.as_ptr()) });
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
        let bases = Tracked::new(self.store.bases(number));
        if self.is_shared {
            self.bases = boxed(bases);
            self.new_bases.push(self.bases);
            return;
        }
        // SAFETY: contract 5: the one handle, which is borrowed, gets what stands there now.
        let first = unsafe {
            let first = &raw mut (*self.first.as_ptr()).bases;
            *first = bases;
            first
        };
        self.bases = NonNull::new(first).expect("it is there");
    }

    pub(super) fn take_dead(&mut self) -> Dead<K, V> {
        let mut dead = Dead { _first: self.store.pop_owned_dead(), _others: Vec::new() };
        if dead._first.is_some() {
            self.store.take_owned_dead(&mut dead._others);
        }
        dead
    }

    /// Frees all but the store, where the arena ends. It is not used after this.
    pub(super) fn end(&mut self) {
        for bases in self.new_bases.drain(..) {
            // SAFETY: contract 1: no handle is left; they came from `boxed`.
            drop(unsafe { Box::from_raw(bases.as_ptr()) });
        }
        while let Some(spare) = NonNull::new(self.spare) {
            // SAFETY: as above; it is there.
            self.spare = unsafe { spare.as_ref() }.next.load(Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { self.end_holder(spare) };
        }
    }
}
