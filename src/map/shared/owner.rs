//! Arenas that stay, and the first handles of arenas.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;

use crate::store::Stats;

use super::handle::Handle;
use super::holder::add_one;
use super::inner::Inner;
use super::state::Shared;
use super::sync::Ordering;
use super::writing::Writing;

/// An arena that stays, whatever maps there are in it.
pub(in super::super) struct Owner<K, V> {
    shared: NonNull<Shared<K, V>>,
    content: PhantomData<(K, V)>,
}

// SAFETY: as for `Handle`.
unsafe impl<K: Send + Sync, V: Send + Sync> Send for Owner<K, V> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Owner<K, V> {}

impl<K: RefUnwindSafe, V: RefUnwindSafe> UnwindSafe for Owner<K, V> {}
impl<K: RefUnwindSafe, V: RefUnwindSafe> RefUnwindSafe for Owner<K, V> {}

impl<K, V> Handle<K, V> {
    /// An empty map in an arena of its own.
    pub(in super::super) fn new() -> Self {
        let shared = Shared::new();
        // SAFETY: contract 1 and 2: nobody else has the arena. Its ref becomes the version's.
        let mut writing = unsafe { Writing::alone(shared.as_ref()) };
        Handle::made_by(shared, writing.inner())
    }

    /// A new empty map, made by the writer of the arena, with one of the refs.
    fn made_by(shared: NonNull<Shared<K, V>>, inner: &mut Inner<K, V>) -> Self {
        let made = inner.store.new_owned();
        let row = made.unwrap_or_else(|error| panic!("{error}"));
        let (root, len, run) = inner.store.content_of(row);
        let (bases, holder) = (inner.bases(), inner.holder(row));
        // SAFETY: contract 5.
        let place = unsafe { bases.as_ref() }.place();
        Handle { shared, bases, holder, place, root, len, run, content: PhantomData }
    }
}

impl<K, V> Owner<K, V> {
    /// A new arena.
    pub(in super::super) fn new() -> Self {
        Owner { shared: Shared::new(), content: PhantomData }
    }

    /// A new empty map.
    pub(in super::super) fn handle(&self) -> Handle<K, V> {
        // SAFETY: contract 1: the owner has one of the refs.
        let shared = unsafe { self.shared.as_ref() };
        let mut writing = Writing::locked(shared);
        let handle = Handle::made_by(self.shared, writing.inner());
        shared.refs.fetch_add(1, Ordering::Relaxed);
        handle
    }

    /// What the arena holds.
    pub(in super::super) fn stats(&self) -> Stats {
        // SAFETY: contract 1: the owner has one of the refs.
        Writing::locked(unsafe { self.shared.as_ref() }).inner().store.stats()
    }
}

impl<K, V> Clone for Owner<K, V> {
    fn clone(&self) -> Self {
        // SAFETY: contract 1: the owner has one of the refs.
        add_one(&unsafe { self.shared.as_ref() }.refs);
        Owner { ..*self }
    }
}

impl<K, V> Drop for Owner<K, V> {
    fn drop(&mut self) {
        // SAFETY: contract 1: the owner has one of the refs.
        unsafe { Shared::end_refs(self.shared, 1) };
    }
}
