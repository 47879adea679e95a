//! The lookup cache: where a name was found along an MRO, by version tag and name.
//!
//! A hit costs one multiplication and a few loads, whatever the length of the MRO. Like CPython's
//! (`type_cache` of `Objects/typeobject.c`) it is direct-mapped and has 4,096 lines.
//!
//! # Why a line is never wrong
//!
//! No version tag is used twice, and a type loses its tag before anything changes that a lookup on
//! it could see. So a line, "under this tag, the name is there", stays true. An old line is not
//! wrong, only useless, and nothing needs to be cleared.

use std::cell::Cell;

use crate::object::Name;

/// As many lines as in CPython: a program uses a few thousand pairs of type and name.
const LINE_BITS: u32 = 12;

/// Where a name was found: the type whose dict has it, and the position in that dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) owner: u32,
    pub(super) position: u32,
}

/// What a lookup of a name on a type gives: where the first dict along the MRO has it, and its
/// index among the [shared keys](super::instance) of the instances of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) location: Option<Location>,
    pub(super) key: Option<u32>,
}

/// The location of a name that was not found. No type has this number: see `TypeStore::create`.
const NOWHERE: Location = Location { owner: u32::MAX, position: u32::MAX };

/// The index of a name that is no shared key: there are only a few.
const NO_KEY: u32 = u32::MAX;

/// What is known about one name under one tag.
#[derive(Clone, Copy)]
struct Line {
    tag: u64,
    /// The number of the name.
    name: u32,
    key: u32,
    location: Location,
}

/// A line of no type: tags count up from 1, and 0 stands for no tag.
const EMPTY: Line = Line { tag: u64::MAX, name: 0, key: NO_KEY, location: NOWHERE };

pub(super) struct LookupCache {
    lines: Box<[Cell<Line>]>,
}

impl LookupCache {
    pub(super) fn new() -> Self {
        LookupCache { lines: vec![Cell::new(EMPTY); 1 << LINE_BITS].into() }
    }

    /// The place of a name under a tag. `None` if the cache does not know it.
    #[inline]
    pub(super) fn get(&self, tag: u64, name: Name) -> Option<Place> {
        let line = self.line(tag, name).get();
        let is_it = line.tag == tag && line.name == name.number();
        is_it.then(|| Place {
            location: Some(line.location).filter(|&location| location != NOWHERE),
            key: Some(line.key).filter(|&key| key != NO_KEY),
        })
    }

    pub(super) fn put(&self, tag: u64, name: Name, place: Place) {
        let (location, key) = (place.location.unwrap_or(NOWHERE), place.key.unwrap_or(NO_KEY));
        self.line(tag, name).set(Line { tag, name: name.number(), key, location });
    }

    /// Tags and names are small numbers, so they go into the two halves of a word. The high bits of
    /// the product depend on all bits of both.
    #[inline]
    fn line(&self, tag: u64, name: Name) -> &Cell<Line> {
        let key = tag ^ u64::from(name.number()) << 32;
        let high = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - LINE_BITS);
        // The mask shows the compiler that no bounds check is needed.
        &self.lines[high as usize & (self.lines.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{NameArena, Names};

    /// Many pairs share a line.
    #[test]
    fn a_line_hits_only_for_its_tag_and_name() {
        let arena = NameArena::new();
        let mut names = Names::new(&arena);
        let handles: Vec<Name> =
            (0..64).map(|i| names.intern(i.to_string().as_str()).unwrap()).collect();
        let cache = LookupCache::new();
        let location = |tag: u64, name: Name| match (tag + u64::from(name.number())) % 3 {
            0 => Place { location: None, key: Some(tag as u32) },
            _ => {
                let location = Location { owner: tag as u32, position: name.number() };
                Place { location: Some(location), key: None }
            }
        };
        let (mut hits, mut misses) = (0, 0);
        for round in 0..2 {
            for tag in 1..200 {
                for &name in &handles {
                    match cache.get(tag, name) {
                        Some(found) => {
                            assert_eq!(found, location(tag, name));
                            hits += 1;
                        }
                        None => misses += 1,
                    }
                    assert!(round > 0 || cache.get(0, name).is_none());
                    cache.put(tag, name, location(tag, name));
                    assert_eq!(cache.get(tag, name), Some(location(tag, name)));
                }
            }
        }
        // 12,736 pairs compete for 4,096 lines.
        assert!(hits > 0 && misses > 12_736, "{hits} hits, {misses} misses");
    }
}
