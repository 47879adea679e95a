//! The handle of a version.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU32, Ordering};

const ROW_BITS: u32 = 28;
const GENERATION_BITS: u32 = 20;
const STORE_BITS: u32 = 16;

/// Where the mark of the store begins.
const MARK_SHIFT: u32 = ROW_BITS + GENERATION_BITS;

const ONE_MARK: NonZeroU64 = NonZeroU64::new(1 << MARK_SHIFT).unwrap();

const _: () = assert!(ROW_BITS + GENERATION_BITS + STORE_BITS == u64::BITS);

/// The most rows of a version table.
pub(crate) const MAX_ROWS: usize = 1 << ROW_BITS;

/// A row that has had all generations is never used again, so a handle is never valid twice.
pub(crate) const MAX_GENERATION: u32 = (1 << GENERATION_BITS) - 1;

/// One immutable map in a [`Store`](crate::Store): a plain handle of 64 bits, free to copy.
///
/// It has a row of the store's version table, a generation, and a mark of the store. The handle of
/// a released version stays invalid for ever: the row is reused under another generation, and given
/// up after its 2^20 - 1 generations (64 bytes for a million versions). A handle of another store
/// has another mark; marks repeat after 65,535 stores in one process.
///
/// Prints as `v3g7`: row 3, generation 7. Sorts by row, which is not the order in which versions
/// were made: [`Store::versions`](crate::Store::versions) has that.
#[must_use = "a version that is not released keeps what it holds"]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(NonZeroU64);

impl Version {
    pub(crate) fn new(store: StoreMark, row: u32, generation: u32) -> Self {
        Version(store.0 | (u64::from(generation) << ROW_BITS | u64::from(row)))
    }

    /// The handle as one number, for code in other languages.
    #[must_use]
    pub fn to_bits(self) -> NonZeroU64 {
        self.0
    }

    /// The handle that [`to_bits`](Version::to_bits) gave. Any number is safe: a made-up one is
    /// refused as stale or foreign, unless it is the number of a live version.
    pub fn from_bits(bits: NonZeroU64) -> Self {
        Version(bits)
    }

    /// Its row in the version table.
    #[must_use]
    pub fn row(self) -> u32 {
        self.0.get() as u32 & (MAX_ROWS - 1) as u32
    }

    /// How often the row had been used before.
    #[must_use]
    pub fn generation(self) -> u32 {
        (self.0.get() >> ROW_BITS) as u32 & MAX_GENERATION
    }

    #[inline]
    pub(crate) fn is_of(self, store: StoreMark) -> bool {
        (self.0.get() ^ store.0.get()) >> MARK_SHIFT == 0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}g{}", self.row(), self.generation())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The mark of one store in its versions, above their other bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreMark(NonZeroU64);

impl StoreMark {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % u32::from(u16::MAX);
        StoreMark(NonZeroU64::MIN.saturating_add(u64::from(number)).saturating_mul(ONE_MARK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_keeps_its_parts_and_survives_the_way_through_bits() {
        let mark = StoreMark::next();
        let version = Version::new(mark, MAX_ROWS as u32 - 1, MAX_GENERATION - 1);
        assert_eq!(version.row(), MAX_ROWS as u32 - 1);
        assert_eq!(version.generation(), MAX_GENERATION - 1);
        assert_eq!(Version::from_bits(version.to_bits()), version);
        assert!(version.is_of(mark) && !version.is_of(StoreMark::next()));
        assert_eq!(size_of::<Option<Version>>(), 8);
        assert_eq!(Version::new(mark, 3, 7).to_string(), "v3g7");
    }
}
