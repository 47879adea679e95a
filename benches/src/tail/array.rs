//! The same reads and writes without a map: what the machine itself costs.
//!
//! Where a step of this array is as slow as one of a map, the map is not to blame: a page was
//! touched for the first time, the caches were cold, or the machine did something else. Like a
//! persistent map, the array reads a few scattered places on the way to an entry, writes the entry,
//! and writes a path, which takes fresh memory until a version is released.

use std::hint::black_box;

use super::ids::id;
use super::log::{Log, Operation};
use super::maps::{Change, Map, change_each};

/// Words of an entry with its share of the nodes above it.
const ENTRY_WORDS: usize = 5;
/// Words of the nodes that an update copies.
const PATH_WORDS: usize = 80;
/// Nodes on the way to an entry.
const DEPTH: u64 = 5;
/// Versions held at once, at most.
const MOST_VERSIONS: usize = 300_000 + 3;

/// Entries and paths in two arrays, which are not touched before they are used.
pub struct Array {
    entries: Vec<[u64; ENTRY_WORDS]>,
    /// How many entries have been written to.
    used_entries: u64,
    paths: Vec<u64>,
    used_paths: usize,
}

/// What there is to know of a version.
pub struct ArrayVersion {
    len: u64,
    has_path: bool,
}

impl Array {
    /// Reads `DEPTH` places, the next of which is known when the last was read.
    fn descend(&self, key: u64) {
        let mut place = key;
        for _ in 0..DEPTH.min(self.used_entries) {
            let entry = &self.entries[(place % self.used_entries) as usize];
            place = id(place ^ entry[0]);
        }
        black_box(place);
    }

    fn write_entry(&mut self, key: u64, counter: u64) -> bool {
        self.entries[counter as usize] = [key; ENTRY_WORDS];
        let is_new = counter >= self.used_entries;
        self.used_entries = self.used_entries.max(counter + 1);
        is_new
    }

    fn write_path(&mut self, key: u64) {
        let start = self.used_paths * PATH_WORDS;
        self.paths[start..start + PATH_WORDS].fill(key);
        self.used_paths += 1;
    }
}

impl Map for Array {
    type Version = ArrayVersion;

    fn new(size: u64) -> Self {
        // Histories insert at most as many entries again as they begin with. Zeroed memory comes
        // from the system untouched.
        Array {
            entries: vec![[0; ENTRY_WORDS]; 2 * size as usize + 1],
            used_entries: 0,
            paths: vec![0; PATH_WORDS * MOST_VERSIONS],
            used_paths: 0,
        }
    }

    fn empty(&self) -> ArrayVersion {
        ArrayVersion { len: 0, has_path: false }
    }

    fn len(&self, version: &ArrayVersion) -> u64 {
        version.len
    }

    fn insert(&mut self, version: &ArrayVersion, key: u64, counter: u64) -> ArrayVersion {
        self.descend(key);
        let is_new = self.write_entry(key, counter);
        self.write_path(key);
        ArrayVersion { len: version.len + u64::from(is_new), has_path: true }
    }

    fn remove(&mut self, version: &ArrayVersion, key: u64) -> ArrayVersion {
        self.descend(key);
        self.write_path(key);
        ArrayVersion { len: version.len - 1, has_path: true }
    }

    fn release(&mut self, version: ArrayVersion) {
        self.used_paths -= usize::from(version.has_path);
    }

    fn edit(
        &mut self,
        base: &ArrayVersion,
        changes: impl Iterator<Item = Change>,
        log: &mut Log,
    ) -> ArrayVersion {
        let len = base.len;
        log.time(Operation::Commit, || self.write_path(len));
        let mut edited = (self, len);
        change_each(
            (&mut edited, changes, log),
            |(array, len), key, counter| {
                array.descend(key);
                *len += u64::from(array.write_entry(key, counter));
            },
            |(array, len), key| {
                array.descend(key);
                *len -= 1;
                true
            },
        );
        ArrayVersion { len: edited.1, has_path: true }
    }
}
