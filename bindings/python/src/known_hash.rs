//! What a map knows of its hash, or of that of a map it was derived from.
//!
//! A hash is a XOR over the entries, and then some steps that can be undone ([`EntrySum`]). So the
//! hash of a map follows from that of a relative and from what they do not share. A map that is
//! derived from one whose hash is known notes that hash and the *handle* of the version whose it
//! is. A handle keeps nothing alive, and the collector need not know it. If the version is live
//! when the map is hashed, only the changes are: `hash.rs` does that.
//!
//! In `m = m.set(key, value)` it is not: the old map ends right after. So the first few maps that
//! are derived from one whose hash somebody asked for get theirs at once, where that takes no
//! Python code. How many is limited, so that an update soon costs what it did if nobody asks again.

use std::num::NonZeroU64;
use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::prelude::*;

use crate::entry_sum::EntrySum;
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::ffi::store_cell;

/// The hash of nothing, as in CPython.
pub(crate) const NO_HASH: i64 = -1;

/// Smaller maps are hashed as quickly from all of their entries.
const SMALLEST: usize = 12;
/// The most entries of both maps that are compared at once.
const MOST_CHANGES: usize = 8;

/// The hash of a version: of a map's own, or of one that it was derived from.
#[derive(Clone, Copy)]
pub(crate) struct KnownHash {
    pub(crate) hash: i64,
    pub(crate) of: Version,
    /// Of how many maps in a row, each derived from the one before, the hash is computed at once.
    pub(crate) ahead: u8,
}

impl KnownHash {
    /// `ahead` of a hash that somebody asked for. Hashing took at least as long as these will.
    pub(crate) const ASKED: u64 = 16;

    pub(crate) fn asked(hash: i64, of: Version) -> Self {
        KnownHash { hash, of, ahead: KnownHash::ASKED as u8 }
    }

    /// What the map of a version knows that was derived from a map that knows this. `hash_of_entry`
    /// runs no Python code.
    pub(crate) fn handed_on(
        self,
        py: Python<'_>,
        version: Version,
        hash_of_entry: impl Fn(Python<'_>, &Key, &Object) -> Option<i64>,
    ) -> Self {
        match ahead(py, self, version, hash_of_entry) {
            Some(hash) => KnownHash { hash, of: version, ahead: self.ahead - 1 },
            None => KnownHash { ahead: 0, ..self },
        }
    }
}

/// What a map notes beside its version and a hash, in one word.
///
/// ```text
/// bit 63     it may hold what the collector tracks: if not, the collector need not know it
/// 58 to 62   `KnownHash::ahead`
///  0 to 57   the handle of the version whose hash is known, XOR the map's own: 0 if it is its own.
///            Handles of one store differ in these bits only ([`Version::DIFFERING_BITS`]).
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note(pub(crate) u64);

const _: () = assert!(KnownHash::ASKED << Note::AHEAD_SHIFT < Note::TRACKED);

impl Note {
    const TRACKED: u64 = 1 << 63;
    const AHEAD_SHIFT: u32 = Version::DIFFERING_BITS;
    const OTHER_VERSION: u64 = (1 << Note::AHEAD_SHIFT) - 1;

    #[inline(always)]
    pub(crate) fn new(tracked: bool) -> Self {
        Note(if tracked { Note::TRACKED } else { 0 })
    }

    #[inline]
    pub(crate) fn is_tracked(self) -> bool {
        self.0 & Note::TRACKED != 0
    }

    /// Whether it is the map's own hash that is known, if any is.
    #[inline(always)]
    pub(crate) fn is_own(self) -> bool {
        self.0 & Note::OTHER_VERSION == 0
    }

    /// [`is_own`](Note::is_own), and somebody asked for it.
    #[inline(always)]
    pub(crate) fn is_asked(self) -> bool {
        self.0 & !Note::TRACKED == KnownHash::ASKED << Note::AHEAD_SHIFT
    }

    /// With what is known of a hash, for the map of `own`.
    pub(crate) fn with(self, own: Version, known: KnownHash) -> Self {
        let other = (own.to_bits().get() ^ known.of.to_bits().get()) & Note::OTHER_VERSION;
        Note(self.0 & Note::TRACKED | u64::from(known.ahead) << Note::AHEAD_SHIFT | other)
    }

    pub(crate) fn known(self, own: Version, hash: i64) -> KnownHash {
        let bits = own.to_bits().get() ^ self.0 & Note::OTHER_VERSION;
        let of = NonZeroU64::new(bits).map_or(own, Version::from_bits);
        let ahead = (self.0 & !Note::TRACKED) >> Note::AHEAD_SHIFT;
        KnownHash { hash, of, ahead: ahead as u8 }
    }
}

/// The hash of a version, from one that is known. `None` if that would take Python code or much
/// time.
fn ahead(
    py: Python<'_>,
    known: KnownHash,
    version: Version,
    hash_of_entry: impl Fn(Python<'_>, &Key, &Object) -> Option<i64>,
) -> Option<i64> {
    if known.ahead == 0 {
        return None;
    }
    store_cell::read_quickly(py, |store| {
        let count = store.at(version).ok()?.len();
        if count < SMALLEST {
            return None;
        }
        let mut sum = EntrySum::of_hash(known.hash, store.at(known.of).ok()?.len())?;
        let mut left = MOST_CHANGES;
        let end = store.unshared(known.of, version, |group| {
            for (key, value) in group.left().chain(group.right()) {
                let (Some(rest), Some(item)) = (left.checked_sub(1), hash_of_entry(py, key, value))
                else {
                    return ControlFlow::Break(());
                };
                left = rest;
                sum.toggle(item);
            }
            ControlFlow::Continue(())
        });
        end.ok()?.is_continue().then(|| sum.hash(count))
    })
}
