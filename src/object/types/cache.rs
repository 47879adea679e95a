//! The lookup cache: where a name was found along an MRO, by version tag and name.
//!
//! A hit costs one multiplication and a few loads, whatever the length of the MRO. CPython's is
//! `type_cache` of Objects/typeobject.c: also 4,096 rows, also direct-mapped.
//!
//! # Why a row is never wrong
//!
//! A version tag is never given twice, and a type gets another one before anything changes that a
//! lookup on it could see. So what a row says, "under this tag, this name is there", is true for
//! ever; an old row is not wrong, only useless. Nothing needs to be cleared.
//!
//! # Why it can be shared
//!
//! Threads that read one [`TypeStore`](super::TypeStore) fill its cache through a shared reference.
//! Each row is a sequence lock, in atomics alone: a writer makes the row's stamp odd, writes, and
//! makes it even again; a reader that sees the stamp odd or changed takes the row for another's. A
//! writer that finds the row taken leaves it: the cache owes nobody an entry. (Boehm, "Can seqlocks
//! get along with programming language memory models?", MSPC 2012, gives the orderings.)

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64, fence};

use crate::object::Name;

/// CPython's size: a program has a few thousand pairs of type and name in use.
const ROW_BITS: u32 = 12;

/// Where a name was found: in the dict of this type, at this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) owner: u32,
    pub(super) position: u32,
}

/// The place of a name that is nowhere. No type has this number: see `TypeStore::create`.
const NOWHERE: Place = Place { owner: u32::MAX, position: u32::MAX };

pub(super) struct LookupCache {
    rows: Box<[Row]>,
}

struct Row {
    /// Odd while the row is written.
    stamp: AtomicU64,
    tag: AtomicU64,
    place: AtomicU64,
    name: AtomicU32,
}

impl Row {
    /// A row of no tag: neither 0, the tag of types that have none, nor one that is ever given.
    fn empty() -> Self {
        Row {
            stamp: AtomicU64::new(0),
            tag: AtomicU64::new(u64::MAX),
            place: AtomicU64::new(0),
            name: AtomicU32::new(0),
        }
    }
}

impl LookupCache {
    pub(super) fn new() -> Self {
        LookupCache { rows: (0..1 << ROW_BITS).map(|_| Row::empty()).collect() }
    }

    /// Where a name is under a tag: `None` if that is not in the cache, `Some(None)` if it is known
    /// to be nowhere.
    #[inline]
    pub(super) fn get(&self, tag: u64, name: Name) -> Option<Option<Place>> {
        let row = self.row(tag, name);
        let before = row.stamp.load(Acquire);
        let same = row.tag.load(Relaxed) == tag && row.name.load(Relaxed) == name.number();
        let place = row.place.load(Relaxed);
        fence(Acquire);
        if !same || before & 1 != 0 || row.stamp.load(Relaxed) != before {
            return None;
        }
        let place = Place { owner: (place >> 32) as u32, position: place as u32 };
        Some(Some(place).filter(|&place| place != NOWHERE))
    }

    pub(super) fn put(&self, tag: u64, name: Name, place: Option<Place>) {
        let row = self.row(tag, name);
        let before = row.stamp.load(Relaxed);
        if before & 1 != 0 {
            return;
        }
        if row.stamp.compare_exchange(before, before + 1, Acquire, Relaxed).is_err() {
            return;
        }
        fence(Release);
        let Place { owner, position } = place.unwrap_or(NOWHERE);
        row.tag.store(tag, Relaxed);
        row.name.store(name.number(), Relaxed);
        row.place.store(u64::from(owner) << 32 | u64::from(position), Relaxed);
        row.stamp.store(before + 2, Release);
    }

    /// Tags and names are numbered in a row each, so they are multiplied apart; the high bits of
    /// the product depend on all of both.
    #[inline]
    fn row(&self, tag: u64, name: Name) -> &Row {
        let key = tag ^ u64::from(name.number()) << 32;
        let high = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - ROW_BITS);
        // The mask is free, and lets the compiler see that no bounds check is needed.
        &self.rows[high as usize & (self.rows.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Names;

    /// Threads fill few rows with places that tell their tag and name. A row that was read while
    /// another thread wrote it would give a place of another tag.
    #[test]
    fn threads_never_see_a_row_half_written() {
        let mut names = Names::new();
        let handles: Vec<Name> =
            (0..64).map(|i| names.intern(i.to_string().as_str()).unwrap()).collect();
        let cache = LookupCache { rows: (0..2).map(|_| Row::empty()).collect() };
        let of = |tag: u64, name: Name| Place { owner: tag as u32, position: !name.number() };
        let hits = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let (cache, handles, hits) = (&cache, &handles, &hits);
                scope.spawn(move || {
                    for round in 0..100_000_u64 {
                        let mixed = (round * 7 + thread).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50;
                        let (tag, name) = (mixed % 8 + 1, handles[mixed as usize / 8 % 3]);
                        if let Some(found) = cache.get(tag, name) {
                            assert_eq!(found, Some(of(tag, name)));
                            hits.fetch_add(1, Relaxed);
                        }
                        cache.put(tag, name, Some(of(tag, name)));
                    }
                });
            }
        });
        assert!(hits.into_inner() > 0);
    }
}
