//! The counts of versions.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize};

/// The count of one version, in a place that does not move.
pub(super) struct Holder {
    /// Handles of the version.
    pub(super) count: AtomicUsize,
    /// The next in the queue, or of those that are to be used again.
    pub(super) next: AtomicPtr<Holder>,
    /// The row of the version.
    pub(super) row: u32,
}

/// A value in a place of its own, which `Box::from_raw` takes back.
pub(super) fn boxed<T>(value: T) -> NonNull<T> {
    NonNull::from(Box::leak(Box::new(value)))
}
