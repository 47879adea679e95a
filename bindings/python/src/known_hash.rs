//! What a map knows of its hash, or of that of a map it was derived from.
//!
//! A hash is a XOR over the entries, and then some steps that can be undone ([`EntrySum`]). So the
//! hash of a map follows from that of a relative and from what they do not share. A map that is
//! derived from one whose hash is known notes that hash and the *handle* of the version whose it
//! is. A handle keeps nothing alive, and the collector need not know it. If the version is live when
//! the map is hashed, only the changes are ([`Hashing`](crate::hash::Hashing)).
//!
//! In `m = m.set(key, value)` it is not: the old map ends right after. So the first few maps that
//! are derived from one whose hash somebody asked for get theirs at once, where that takes no
//! Python code. How many is limited, so that an update soon costs what it did if nobody asks again.

use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::prelude::*;

use crate::ffi::object::Object;
use crate::ffi::plain_hash::{plain_hash, plain_hash_of_key};
use crate::ffi::store_cell;
use crate::hash::EntrySum;
use crate::map::Map;

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
}

/// [`hand_on`] from a map that knows some hash.
#[cold]
#[inline(never)]
pub(crate) fn hand_on_from(py: Python<'_>, map: &Map, derived: &Map) {
    let Some(known) = map.known_hash() else { return };
    hand_on(py, Some(known), derived);
    // Of many maps that are derived from this one, only the first get theirs at once.
    map.set_known_hash(KnownHash { ahead: known.ahead.saturating_sub(1), ..known });
}

/// Tells a map that was derived from another one what that knew.
pub(crate) fn hand_on(py: Python<'_>, known: Option<KnownHash>, derived: &Map) {
    let Some(known) = known else { return };
    let version = derived.version();
    derived.set_known_hash(match ahead(py, known, version) {
        Some(hash) => KnownHash { hash, of: version, ahead: known.ahead - 1 },
        None => KnownHash { ahead: 0, ..known },
    });
}

/// The hash of a version, from one that is known. `None` if that would take Python code or much
/// time.
fn ahead(py: Python<'_>, known: KnownHash, version: Version) -> Option<i64> {
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
                let (Some(rest), Some(key), Some(value)) =
                    (left.checked_sub(1), plain_hash_of_key(key), hash_of_value(py, value))
                else {
                    return ControlFlow::Break(());
                };
                left = rest;
                sum.toggle(key, value);
            }
            ControlFlow::Continue(())
        });
        end.ok()?.is_continue().then(|| sum.hash(count))
    })
}

/// The hash of a value, if that takes no Python code: [`plain_hash`], or that of a map.
fn hash_of_value(py: Python<'_>, value: &Object) -> Option<i64> {
    match value.bound(py).cast_exact::<Map>() {
        Ok(map) => map.get().asked_hash(),
        Err(_) => plain_hash(value),
    }
}
