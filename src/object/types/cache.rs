//! The lookup cache: where a name was found along an MRO, by version tag and name.
//!
//! A hit costs one multiplication and a few loads, whatever the length of the MRO. CPython's is
//! `type_cache` of Objects/typeobject.c: also 4,096 lines, also direct-mapped.
//!
//! # Why a line is never wrong
//!
//! A version tag is never given twice, and a type gets another one before anything changes that a
//! lookup on it could see. So what a line says, "under this tag, this name is there", is true for
//! ever; an old line is not wrong, only useless. Nothing needs to be cleared.

use std::cell::Cell;

use crate::object::Name;

/// CPython's size: a program has a few thousand pairs of type and name in use.
const LINE_BITS: u32 = 12;

/// Where a name was found: in the dict of this type, at this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) owner: u32,
    pub(super) position: u32,
}

/// The place of a name that is nowhere. No type has this number: see `TypeStore::create`.
const NOWHERE: Place = Place { owner: u32::MAX, position: u32::MAX };

/// What is known of one name under one tag.
#[derive(Clone, Copy)]
struct Line {
    tag: u64,
    /// The number of the name.
    name: u32,
    place: Place,
}

/// A line of no tag: neither 0, the tag of types that have none, nor one that is ever given.
const EMPTY: Line = Line { tag: u64::MAX, name: 0, place: NOWHERE };

pub(super) struct LookupCache {
    lines: Box<[Cell<Line>]>,
}

impl LookupCache {
    pub(super) fn new() -> Self {
        LookupCache { lines: vec![Cell::new(EMPTY); 1 << LINE_BITS].into() }
    }

    /// Where a name is under a tag: `None` if that is not in the cache, `Some(None)` if it is known
    /// to be nowhere.
    #[inline]
    pub(super) fn get(&self, tag: u64, name: Name) -> Option<Option<Place>> {
        let line = self.line(tag, name).get();
        let is_it = line.tag == tag && line.name == name.number();
        is_it.then(|| Some(line.place).filter(|&place| place != NOWHERE))
    }

    pub(super) fn put(&self, tag: u64, name: Name, place: Option<Place>) {
        let place = place.unwrap_or(NOWHERE);
        self.line(tag, name).set(Line { tag, name: name.number(), place });
    }

    /// Tags and names are both counted up from 0, so they are put into different halves of a word;
    /// the high bits of its product depend on all of both.
    #[inline]
    fn line(&self, tag: u64, name: Name) -> &Cell<Line> {
        let key = tag ^ u64::from(name.number()) << 32;
        let high = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - LINE_BITS);
        // The mask is free, and lets the compiler see that no bounds check is needed.
        &self.lines[high as usize & (self.lines.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{NameArena, Names};

    /// Many pairs share a line; a line answers for its own pair alone.
    #[test]
    fn a_line_answers_for_one_tag_and_name() {
        let arena = NameArena::new();
        let mut names = Names::new(&arena);
        let handles: Vec<Name> =
            (0..64).map(|i| names.intern(i.to_string().as_str()).unwrap()).collect();
        let cache = LookupCache::new();
        let place = |tag: u64, name: Name| match (tag + u64::from(name.number())) % 3 {
            0 => None,
            _ => Some(Place { owner: tag as u32, position: name.number() }),
        };
        let (mut hits, mut misses) = (0, 0);
        for round in 0..2 {
            for tag in 1..200 {
                for &name in &handles {
                    match cache.get(tag, name) {
                        Some(found) => {
                            assert_eq!(found, place(tag, name));
                            hits += 1;
                        }
                        None => misses += 1,
                    }
                    assert!(round > 0 || cache.get(0, name).is_none());
                    cache.put(tag, name, place(tag, name));
                    assert_eq!(cache.get(tag, name), Some(place(tag, name)));
                }
            }
        }
        // 12,736 pairs in 4,096 lines.
        assert!(hits > 0 && misses > 12_736, "{hits} hits, {misses} misses");
    }
}
