//! Writing: with the lock, or alone.

use std::ptr::{self, NonNull};

use super::holder::Holder;
use super::inner::{Dead, Inner};
use super::state::{CLOSED, Shared};
use super::sync::{AtomicPtr, MutexGuard, Ordering, PoisonError};

/// A use of the store by a handle: with the lock, or alone. Dropped, it ends as it would otherwise;
/// then its caller still has one of the refs.
pub(super) struct Writing<'a, K, V> {
    shared: &'a Shared<K, V>,
    guard: Option<MutexGuard<'a, ()>>,
    /// Versions that were released.
    pub(super) released: usize,
    has_ended: bool,
}

impl<'a, K, V> Writing<'a, K, V> {
    pub(super) fn locked(shared: &'a Shared<K, V>) -> Self {
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
    pub(super) unsafe fn alone(shared: &'a Shared<K, V>) -> Self {
        let mut writing = Writing { shared, guard: None, released: 0, has_ended: false };
        if writing.inner().is_shared {
            writing.inner().stop_sharing();
        }
        writing
    }

    pub(super) fn inner(&mut self) -> &mut Inner<K, V> {
        // SAFETY: contract 2: `locked` has the lock, and `alone` is alone.
        unsafe { self.shared.inner.with_mut(|inner| &mut *inner) }
    }

    /// One handle less of a version of the caller's.
    pub(super) fn let_go(&mut self, holder: NonNull<Holder>) {
        // SAFETY: contract 3: the version is not released.
        if unsafe { holder.as_ref() }.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.inner().release(holder);
            self.released += 1;
        }
    }

    /// Lets the lock go. Returns what died, to be dropped after it, and how many versions were
    /// released, which still have their refs.
    pub(super) fn end(&mut self) -> (Dead<K, V>, usize) {
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

impl<K, V> Shared<K, V> {
    /// Releases a version without handles: here and now, or by whoever is writing.
    ///
    /// # Safety
    ///
    /// The version is not released, and nobody else does this.
    #[inline(never)]
    pub(super) unsafe fn end_version(this: NonNull<Self>, holder: NonNull<Holder>) {
        // SAFETY: contract 1: the version has one of the refs.
        let shared = unsafe { this.as_ref() };
        if shared.refs.load(Ordering::Acquire) == 1 {
            // The arena ends as a whole.
            // SAFETY: contract 2 and 3: nobody else has it, and none is in use but this holder.
            unsafe { shared.inner.with_mut(|inner| (*inner).end_holder(holder)) };
            // SAFETY: contract 1: this was the last.
            return unsafe { Shared::end(this) };
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
}
