//! The handle of the store's empty version, which never changes.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hedgerow::Version;

static EMPTY: AtomicU64 = AtomicU64::new(0);

/// Called once, when the store is made.
pub(super) fn note(empty: Version) {
    EMPTY.store(empty.to_bits().get(), Relaxed);
}

/// Whether it is the permanent empty version.
#[inline]
pub(crate) fn is_empty(version: Version) -> bool {
    version.to_bits().get() == EMPTY.load(Relaxed)
}

/// The row of a version or open edit in the version table.
#[inline]
pub(crate) fn row_of(version: Version) -> usize {
    let empty = NonZeroU64::new(EMPTY.load(Relaxed)).map(Version::from_bits);
    empty.map_or(0, |empty| version.row(empty) as usize)
}
