//! The counts of versions.

use std::ptr::{self, NonNull};

use super::sync::{AtomicPtr, AtomicUsize, Ordering, Tracked};

/// The count of one version, in a place that does not move.
pub(super) struct Holder {
    /// Handles of the version.
    pub(super) count: AtomicUsize,
    /// The next in the queue, or of those that are to be used again.
    pub(super) next: AtomicPtr<Holder>,
    /// The row of the version.
    pub(super) row: Tracked<u32>,
}

impl Holder {
    /// One handle of the version in a row.
    pub(super) fn new(row: u32) -> Self {
        let next = AtomicPtr::new(ptr::null_mut());
        Holder { count: AtomicUsize::new(1), next, row: Tracked::new(row) }
    }
}

/// Counts one more. As `Arc` does, it ends the process where somebody forgets clones in a loop.
#[inline]
pub(super) fn add_one(count: &AtomicUsize) {
    if count.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
        std::process::abort();
    }
}

/// A value in a place of its own, which `Box::from_raw` takes back.
pub(super) fn boxed<T>(value: T) -> NonNull<T> {
    NonNull::from(Box::leak(Box::new(value)))
}
