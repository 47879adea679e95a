//! The maps under test, behind one trait.
//!
//! A subject holds versions: it is Hedgerow's store, or empty for maps that own their nodes. Loops
//! over keys and entries are inside the trait, so that a batch pays only once for what a user pays
//! once: Hedgerow's lookup of the version, the start of an edit.

mod hashbrown;
mod hedgerow;
mod imbl;
mod owned;
mod rpds;

pub use self::hashbrown::Hashbrown;
pub use self::hedgerow::Hedgerow;
pub use self::imbl::{ImblRc, ImblSync};
pub use self::owned::OwnedMap;
pub use self::rpds::{RpdsRc, RpdsSync};

use std::hash::Hash;

/// A map under test, and what holds its versions.
pub trait Subject<K: Clone + Eq + Hash>: Sized {
    /// The name of the subject's column in tables.
    const NAME: &'static str;
    /// One version of a map.
    type Version;

    /// A subject without versions.
    fn new() -> Self;

    /// The empty map.
    fn empty(&self) -> Self::Version;

    /// Builds a map of all items at once, as the documentation of the subject recommends.
    fn bulk(&mut self, items: &[(K, u64)]) -> Self::Version;

    /// Builds a map in place: in one edit, or in an owned map.
    fn build_in_place(&mut self, items: &[(K, u64)]) -> Self::Version;

    /// Builds a map in place, and passes `body` a closure that sets keys of it in place.
    fn replace_in_place(
        &mut self,
        items: &[(K, u64)],
        body: impl FnOnce(&mut dyn FnMut(&[K], u64)),
    );

    /// A version with one more or one changed entry.
    fn insert(&mut self, version: &Self::Version, key: K, value: u64) -> Self::Version;

    /// A version without the key, which must be there.
    fn remove(&mut self, version: &Self::Version, key: &K) -> Self::Version;

    /// Releases a version.
    fn release(&mut self, version: Self::Version);

    /// Looks up every key and adds up the values found.
    fn get_sum(&self, version: &Self::Version, keys: &[K]) -> u64;

    /// Adds up all values in a `for` loop.
    fn iterate(&self, version: &Self::Version) -> u64;

    /// Adds up all values in `Iterator::fold`.
    fn fold(&self, version: &Self::Version) -> u64;

    /// Asks for every key, and counts those that are there.
    fn count_present(&self, version: &Self::Version, keys: &[K]) -> usize;

    /// Compares contents.
    fn equal(&self, a: &Self::Version, b: &Self::Version) -> bool;

    /// Counts the entries that differ; None where the subject has no diff.
    fn count_changes(&self, _: &Self::Version, _: &Self::Version) -> Option<usize> {
        None
    }

    /// Moves what lives together; false where the subject has nothing of the kind.
    fn compact(&mut self) -> bool {
        false
    }
}

/// Adds up values in a loop, which calls `next` for each entry.
fn sum_loop<'a, K: 'a>(entries: impl Iterator<Item = (&'a K, &'a u64)>) -> u64 {
    let mut sum = 0_u64;
    for (_, value) in entries {
        sum = sum.wrapping_add(*value);
    }
    sum
}

/// Adds up values by `fold`, in which the iterator may keep its position in registers.
fn sum_fold<'a, K: 'a>(entries: impl Iterator<Item = (&'a K, &'a u64)>) -> u64 {
    entries.fold(0_u64, |sum, (_, value)| sum.wrapping_add(*value))
}

/// Looks up each key, and adds up the values found.
fn sum_lookups<'a, K: 'a>(keys: &'a [K], mut get: impl FnMut(&'a K) -> Option<&'a u64>) -> u64 {
    keys.iter().fold(0_u64, |sum, key| get(key).map_or(sum, |value| sum.wrapping_add(*value)))
}

/// Asks for each key, and counts the answers.
fn count_lookups<'a, K>(keys: &'a [K], contains: impl Fn(&'a K) -> bool) -> usize {
    keys.iter().filter(|&key| contains(key)).count()
}
