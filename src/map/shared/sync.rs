//! What threads synchronise by, and data that they read without a lock.
//!
//! It is `std`'s, and costs what that costs. Where the models are tested (`models`), it is loom's,
//! which tries the orders that the memory model allows, and fails where two accesses of a plain
//! value, one of which writes or frees it, have no order between them.

pub(super) use std::sync::PoisonError;
pub(super) use std::sync::atomic::Ordering;

#[cfg(not(all(test, loom)))]
pub(super) use real::{AtomicPtr, AtomicUsize, Mutex, MutexGuard, Tracked, UnsafeCell};

#[cfg(all(test, loom))]
pub(super) use modelled::{AtomicPtr, AtomicUsize, Mutex, MutexGuard, Tracked, UnsafeCell};

#[cfg(not(all(test, loom)))]
mod real {
    use std::ops::Deref;

    pub(in super::super) use std::sync::atomic::{AtomicPtr, AtomicUsize};
    pub(in super::super) use std::sync::{Mutex, MutexGuard};

    /// A value that is only read until it is dropped.
    pub(in super::super) struct Tracked<T>(T);

    impl<T> Tracked<T> {
        #[inline(always)]
        pub(in super::super) fn new(value: T) -> Self {
            Tracked(value)
        }
    }

    impl<T> Deref for Tracked<T> {
        type Target = T;

        #[inline(always)]
        fn deref(&self) -> &T {
            &self.0
        }
    }

    /// As `std`'s, with loom's way to the value.
    pub(in super::super) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(in super::super) fn new(value: T) -> Self {
            UnsafeCell(std::cell::UnsafeCell::new(value))
        }

        #[inline(always)]
        pub(in super::super) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
            access(self.0.get())
        }
    }
}

/// To drop one of these is an access that writes: what is freed too early is found, and so is what
/// is never freed.
#[cfg(all(test, loom))]
mod modelled {
    use std::ops::Deref;
    use std::sync::LockResult;
    use std::thread::panicking;

    use loom::alloc::Track;
    pub(in super::super) use loom::cell::UnsafeCell;
    use loom::sync::{self as of_loom, atomic};

    pub(in super::super) struct Tracked<T>(Track<UnsafeCell<T>>);

    // SAFETY: loom sees to it that nobody writes what another thread reads.
    unsafe impl<T: Sync> Sync for Tracked<T> {}

    impl<T> Tracked<T> {
        pub(in super::super) fn new(value: T) -> Self {
            Tracked(Track::new(UnsafeCell::new(value)))
        }
    }

    impl<T> Deref for Tracked<T> {
        type Target = T;

        #[track_caller]
        fn deref(&self) -> &T {
            // SAFETY: it is written only where this is dropped.
            self.0.get_ref().with(|value| unsafe { &*value })
        }
    }

    impl<T> Drop for Tracked<T> {
        fn drop(&mut self) {
            if !panicking() {
                self.0.get_ref().with_mut(|_| ());
            }
        }
    }

    pub(in super::super) struct AtomicUsize(atomic::AtomicUsize);

    impl AtomicUsize {
        pub(in super::super) fn new(value: usize) -> Self {
            AtomicUsize(atomic::AtomicUsize::new(value))
        }
    }

    impl Deref for AtomicUsize {
        type Target = atomic::AtomicUsize;

        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl Drop for AtomicUsize {
        fn drop(&mut self) {
            if !panicking() {
                self.0.with_mut(|_| ());
            }
        }
    }

    pub(in super::super) struct AtomicPtr<T>(atomic::AtomicPtr<T>);

    impl<T> AtomicPtr<T> {
        pub(in super::super) fn new(value: *mut T) -> Self {
            AtomicPtr(atomic::AtomicPtr::new(value))
        }
    }

    impl<T> Deref for AtomicPtr<T> {
        type Target = atomic::AtomicPtr<T>;

        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl<T> Drop for AtomicPtr<T> {
        fn drop(&mut self) {
            if !panicking() {
                self.0.with_mut(|_| ());
            }
        }
    }

    /// A mutex that is still read by who has let it go, as a real one may be.
    pub(in super::super) struct Mutex<T> {
        lock: of_loom::Mutex<T>,
        place: Tracked<()>,
    }

    pub(in super::super) struct MutexGuard<'a, T> {
        guard: Option<of_loom::MutexGuard<'a, T>>,
        place: &'a Tracked<()>,
    }

    impl<T> Mutex<T> {
        pub(in super::super) fn new(value: T) -> Self {
            Mutex { lock: of_loom::Mutex::new(value), place: Tracked::new(()) }
        }

        pub(in super::super) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            let guard = self.lock.lock().ok();
            Ok(MutexGuard { guard, place: &self.place })
        }
    }

    impl<T> Drop for MutexGuard<'_, T> {
        fn drop(&mut self) {
            self.guard = None;
            if !panicking() {
                **self.place
            }
        }
    }
}
