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

mod handle;
mod inner;
mod writing;

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::{self, NonNull};
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};

use crate::arena::{Bases, NodeRef};

pub(super) use handle::EntriesMut;

use inner::Inner;
use writing::Writing;

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

impl<K, V> Owner<K, V> {
    /// A new arena.
    pub(super) fn new() -> Self {
        let shared = Shared {
            refs: AtomicUsize::new(1),
            lock: Mutex::new(()),
            queue: AtomicPtr::new(CLOSED),
            inner: UnsafeCell::new(Inner::new()),
        };
        Owner { shared: boxed(shared), content: PhantomData }
    }

    /// A new empty map.
    pub(super) fn handle(&self) -> Handle<K, V> {
        // SAFETY: contract 1: the owner has one of the refs.
        let shared = unsafe { self.shared.as_ref() };
        let mut writing = Writing::locked(shared);
        let inner = writing.inner();
        let made = inner.store.new_owned();
        let row = made.unwrap_or_else(|error| panic!("{error}"));
        let (root, len, run) = inner.store.content_of(row);
        shared.refs.fetch_add(1, Ordering::Relaxed);
        let (bases, holder) = (inner.bases(), inner.holder(row));
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

fn boxed<T>(value: T) -> NonNull<T> {
    NonNull::from(Box::leak(Box::new(value)))
}
