//! What all handles of an arena share.

use std::ptr::{self, NonNull};

use super::holder::{Holder, boxed};
use super::inner::{First, Inner};
use super::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering, UnsafeCell};

/// An arena, and what says who uses it.
pub(super) struct Shared<K, V> {
    /// Versions and [`Owner`]s.
    pub(super) refs: AtomicUsize,
    pub(super) lock: Mutex<()>,
    /// Versions that nobody holds, to be released before the lock is let go; [`CLOSED`] where
    /// nobody has it.
    pub(super) queue: AtomicPtr<Holder>,
    pub(super) inner: UnsafeCell<Inner<K, V>>,
    first: UnsafeCell<First<K, V>>,
}

/// In the queue while nobody has the lock: no address of a holder.
pub(super) const CLOSED: *mut Holder = ptr::without_provenance_mut(align_of::<Holder>());

impl<K, V> Shared<K, V> {
    /// A new arena, with one of the refs for the caller.
    pub(super) fn new() -> NonNull<Self> {
        let (inner, first) = Inner::new();
        let this = boxed(Shared {
            refs: AtomicUsize::new(1),
            lock: Mutex::new(()),
            queue: AtomicPtr::new(CLOSED),
            inner: UnsafeCell::new(inner),
            first: UnsafeCell::new(first),
        });
        // SAFETY: nobody else has the arena yet.
        let shared = unsafe { this.as_ref() };
        let first = shared.first.with_mut(NonNull::new).expect("it is there");
        // SAFETY: as above; it is part of the arena.
        shared.inner.with_mut(|inner| unsafe { (*inner).place(first) });
        this
    }

    /// Gives up so many refs.
    ///
    /// # Safety
    ///
    /// They are the caller's, who uses nothing of the arena after this.
    #[inline]
    pub(super) unsafe fn end_refs(this: NonNull<Self>, count: usize) {
        // SAFETY: contract 1. Nothing but the refs is borrowed, which may be the last of it.
        let refs = unsafe { &(*this.as_ptr()).refs };
        if refs.fetch_sub(count, Ordering::Release) == count {
            // As for the count of a version.
            refs.load(Ordering::Acquire);
            // SAFETY: contract 1: these were the last.
            unsafe { Self::end(this) };
        }
    }

    /// Frees the arena.
    ///
    /// # Safety
    ///
    /// Nobody has it or any of it.
    #[cold]
    pub(super) unsafe fn end(this: NonNull<Self>) {
        // Before the box is taken back: what is dropped as a whole has no address into itself.
        // SAFETY: the caller's word.
        unsafe { this.as_ref() }.inner.with_mut(|inner| unsafe { (*inner).end() });
        // SAFETY: the caller's word; it came from `boxed`.
        drop(unsafe { Box::from_raw(this.as_ptr()) });
    }
}
