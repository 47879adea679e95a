//! The handle of a version.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;

const ROW_BITS: u32 = 28;
const GENERATION_BITS: u32 = 30;

/// The most rows of a version table.
pub(crate) const MAX_ROWS: usize = 1 << ROW_BITS;

/// No row.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// A row that has had so many generations is never used again, so a handle is never valid twice.
/// The bits have room for one more, since one may be skipped.
pub(crate) const GENERATIONS: u32 = (1 << GENERATION_BITS) - 1;

/// One immutable map in a [`Store`](crate::Store): a plain handle of 64 bits, free to copy.
///
/// It has a row of the store's version table and a generation, XORed with 64 random bits of the
/// store. The handle of a released version stays invalid for ever: the row is reused under another
/// generation, and given up after 2^30 - 1 of them (64 bytes for a billion versions). A handle of
/// another store, or one that was made up, reads as a random row and generation here: it is taken
/// for one of n live versions with a chance of n in 2^64, however many stores there are. That is a
/// guard against mistakes and no secret: who has one handle of a store can guess others.
///
/// A handle that is dropped releases nothing. The compiler warns of one that nobody took:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let mut store = hedgerow::Store::new();
/// store.insert(store.empty(), "a", 1)?;
/// # Ok::<(), hedgerow::Error>(())
/// ```
///
/// Prints as `v` and 16 hexadecimal digits. Sorts by these bits: an order that says nothing and
/// differs from run to run. [`Store::versions`](crate::Store::versions) has the order in which
/// versions were made. The handles of a store are good as long as it lives, and in a forked process
/// for its copy of the store.
#[must_use = "a version that is not released keeps what it holds"]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(NonZeroU64);

impl Version {
    pub(crate) const MIN: Version = Version(NonZeroU64::MIN);

    /// The handle as one number, for code in other languages.
    #[must_use]
    #[inline]
    pub fn to_bits(self) -> NonZeroU64 {
        self.0
    }

    /// The handle that [`to_bits`](Version::to_bits) gave. Any number is safe: a made-up one is
    /// refused, unless it is the number of a live version.
    #[inline]
    pub fn from_bits(bits: NonZeroU64) -> Self {
        Version(bits)
    }

    /// Its row in the version table of the store whose [empty version](crate::Store::empty) this
    /// is: for a host that keeps a table of its own beside it. Of live versions, no two have the
    /// same row.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// assert_eq!((store.empty().row(store.empty()), one.row(store.empty())), (0, 1));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn row(self, empty: Version) -> u32 {
        // The row of the empty version is 0, so in these bits it has the mark of the store.
        (self.0.get() ^ empty.0.get()) as u32 & (MAX_ROWS - 1) as u32
    }
}

impl Version {
    /// Handles of one store differ in so many bits, the lowest: a host may keep what two of them
    /// differ by beside a few bits of its own.
    pub const DIFFERING_BITS: u32 = ROW_BITS + GENERATION_BITS;
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{:016x}", self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What tells the handles of one store from those of others: 64 random bits.
///
/// ```text
/// bit  63   58 57               28 27          0
///     [  0    ][ generation: 30   ][ row: 28   ]   XOR the mark
/// ```
#[derive(Clone, Copy)]
pub(crate) struct StoreMark(u64);

impl StoreMark {
    /// Draws a mark from the randomness of the system, as a `HashMap` seeds its hasher.
    pub(crate) fn draw() -> Self {
        StoreMark(RandomState::new().hash_one(0))
    }

    /// The handle of this generation of a row.
    #[inline]
    pub(crate) fn handle(self, row: u32, generation: u32) -> Option<Version> {
        let bits = u64::from(generation) << ROW_BITS | u64::from(row);
        NonZeroU64::new(bits ^ self.0).map(Version)
    }

    /// The handle of this generation of a row, and the generation: the next one if this handle
    /// would be zero. Of all rows and generations that is so for one at most.
    #[inline]
    pub(crate) fn next_handle(self, row: u32, generation: u32) -> (Version, u32) {
        let after = || (self.handle(row, generation + 1).unwrap_or(Version::MIN), generation + 1);
        self.handle(row, generation).map_or_else(after, |version| (version, generation))
    }

    /// The row and generation that a handle says. The row is below [`MAX_ROWS`]. The generation is
    /// above [`GENERATIONS`] where the bits above it are not those of the mark.
    #[inline(always)]
    pub(crate) fn parts(self, version: Version) -> (u32, u64) {
        let bits = version.0.get() ^ self.0;
        (bits as u32 & (MAX_ROWS - 1) as u32, bits >> ROW_BITS)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A mark with these bits.
    pub(crate) fn mark_of(bits: u64) -> StoreMark {
        StoreMark(bits)
    }

    #[test]
    fn a_handle_keeps_its_parts_and_survives_the_way_through_bits() {
        for mark in [mark_of(0), mark_of(u64::MAX), StoreMark::draw(), StoreMark::draw()] {
            let (empty, _) = mark.next_handle(0, 0);
            for row in [0, 1, 77, MAX_ROWS as u32 - 1] {
                for generation in [1, 2, GENERATIONS - 1, GENERATIONS] {
                    let version = mark.handle(row, generation).unwrap();
                    assert_eq!(mark.next_handle(row, generation), (version, generation));
                    assert_eq!(mark.parts(version), (row, generation.into()));
                    assert_eq!(version.row(empty), row);
                    assert_eq!(Version::from_bits(version.to_bits()), version);
                }
            }
        }
        assert_eq!(size_of::<Option<Version>>(), 8);
    }

    #[test]
    fn bits_above_the_generation_make_it_too_high() {
        let mark = StoreMark::draw();
        let version = mark.handle(3, 7).unwrap();
        for bit in Version::DIFFERING_BITS..64 {
            let bits = NonZeroU64::new(version.to_bits().get() ^ 1 << bit).unwrap();
            assert!(mark.parts(Version::from_bits(bits)).1 > GENERATIONS.into());
        }
    }

    #[test]
    fn a_handle_prints_as_its_bits() {
        assert_eq!(mark_of(0).handle(3, 7).unwrap().to_string(), "v0000000070000003");
        assert_eq!(format!("{:?}", mark_of(u64::MAX).handle(0, 0)), "Some(vffffffffffffffff)");
    }
}
