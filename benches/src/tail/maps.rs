//! The maps, behind one trait. Keys are ids, and values are the counters that the ids are made of.

use std::str::FromStr;

use hedgerow::{Store, Version};
use imbl::shared_ptr::DefaultSharedPtr;
use serde::{Deserialize, Serialize};

use super::log::{Log, Operation};
use crate::{Hasher, hasher};

/// The versions used below are live and of this store, and no history reaches a store's limits.
const LIVE: &str = "a live version, and room in the arena";
/// Histories remove only keys that are there.
const PRESENT: &str = "a key that is there";

/// The maps that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapKind {
    /// [`Hedgerow`].
    Hedgerow,
    /// [`Imbl`].
    Imbl,
    /// [`Rpds`].
    Rpds,
    /// [`Array`](super::Array), which is no map.
    Array,
}

impl MapKind {
    /// All kinds, in the order of their rows.
    pub const ALL: [MapKind; 4] = [MapKind::Hedgerow, MapKind::Imbl, MapKind::Rpds, MapKind::Array];

    /// The name in tables and arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MapKind::Hedgerow => "hedgerow",
            MapKind::Imbl => "imbl",
            MapKind::Rpds => "rpds",
            MapKind::Array => "array",
        }
    }
}

impl FromStr for MapKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        named("map", &Self::ALL, Self::name, name)
    }
}

/// The one of these that has a name.
pub(super) fn named<T: Copy>(
    what: &str,
    all: &[T],
    name_of: impl Fn(T) -> &'static str,
    name: &str,
) -> Result<T, String> {
    let names = || all.iter().map(|&one| name_of(one)).collect::<Vec<_>>().join(", ");
    let found = all.iter().copied().find(|&one| name_of(one) == name);
    found.ok_or_else(|| format!("no such {what}; there are {}", names()))
}

/// A change of one entry.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Inserts or replaces.
    Insert {
        /// The key.
        key: u64,
        /// The counter that the key is made of.
        counter: u64,
    },
    /// Removes a key that is there.
    Remove {
        /// The key.
        key: u64,
    },
}

/// A persistent map under test.
pub trait Map {
    /// One version of it.
    type Version;

    /// A map without versions, for a history that begins with `size` entries.
    fn new(size: u64) -> Self;

    /// The empty version.
    fn empty(&self) -> Self::Version;

    /// How many entries a version has.
    fn len(&self, version: &Self::Version) -> u64;

    /// A version with one more or one changed entry.
    fn insert(&mut self, version: &Self::Version, key: u64, counter: u64) -> Self::Version;

    /// A version without a key that is there.
    fn remove(&mut self, version: &Self::Version, key: u64) -> Self::Version;

    /// Releases a version.
    fn release(&mut self, version: Self::Version);

    /// A version made by many changes in place. The base is held meanwhile. Each change, and what
    /// begins and ends the edit, is a step in the log.
    fn edit(
        &mut self,
        base: &Self::Version,
        changes: impl Iterator<Item = Change>,
        log: &mut Log,
    ) -> Self::Version;
}

/// Changes a map in place, each change a step in the log. `remove` returns whether the key was
/// there.
pub(super) fn change_each<M>(
    (map, changes, log): (&mut M, impl Iterator<Item = Change>, &mut Log),
    mut insert: impl FnMut(&mut M, u64, u64),
    mut remove: impl FnMut(&mut M, u64) -> bool,
) {
    for change in changes {
        match change {
            Change::Insert { key, counter } => {
                log.time(Operation::Insert, || insert(map, key, counter));
            }
            Change::Remove { key } => {
                assert!(log.time(Operation::Remove, || remove(map, key)), "{PRESENT}");
            }
        }
    }
}

/// One store that holds all versions.
pub struct Hedgerow {
    store: Store<u64, u64, Hasher>,
}

impl Map for Hedgerow {
    type Version = Version;

    fn new(_: u64) -> Self {
        Hedgerow { store: Store::with_hasher(hasher()) }
    }

    fn empty(&self) -> Version {
        self.store.empty()
    }

    fn len(&self, version: &Version) -> u64 {
        self.store.len(*version).expect(LIVE) as u64
    }

    fn insert(&mut self, version: &Version, key: u64, counter: u64) -> Version {
        self.store.insert(*version, key, counter).expect(LIVE)
    }

    fn remove(&mut self, version: &Version, key: u64) -> Version {
        self.store.remove(*version, &key).expect(LIVE).expect(PRESENT)
    }

    fn release(&mut self, version: Version) {
        self.store.release(version).expect(LIVE);
    }

    fn edit(
        &mut self,
        base: &Version,
        changes: impl Iterator<Item = Change>,
        log: &mut Log,
    ) -> Version {
        let mut edit = log.time(Operation::Commit, || self.store.edit(*base).expect(LIVE));
        change_each(
            (&mut edit, changes, log),
            |edit, key, counter| _ = edit.insert(key, counter).expect(LIVE),
            |edit, key| edit.remove(&key).expect(LIVE),
        );
        log.time(Operation::Commit, || edit.commit())
    }
}

/// imbl's map with its default pointers, which count atomically.
pub struct Imbl;

type ImblMap = imbl::GenericHashMap<u64, u64, Hasher, DefaultSharedPtr>;

impl Map for Imbl {
    type Version = ImblMap;

    fn new(_: u64) -> Self {
        Imbl
    }

    fn empty(&self) -> ImblMap {
        ImblMap::with_hasher(hasher())
    }

    fn len(&self, version: &ImblMap) -> u64 {
        version.len() as u64
    }

    fn insert(&mut self, version: &ImblMap, key: u64, counter: u64) -> ImblMap {
        version.update(key, counter)
    }

    fn remove(&mut self, version: &ImblMap, key: u64) -> ImblMap {
        version.without(&key)
    }

    fn release(&mut self, version: ImblMap) {
        drop(version);
    }

    fn edit(
        &mut self,
        base: &ImblMap,
        changes: impl Iterator<Item = Change>,
        log: &mut Log,
    ) -> ImblMap {
        let mut map = log.time(Operation::Commit, || base.clone());
        change_each(
            (&mut map, changes, log),
            |map, key, counter| _ = map.insert(key, counter),
            |map, key| map.remove(&key).is_some(),
        );
        map
    }
}

/// rpds's map with its default pointers, which count without atomics.
pub struct Rpds;

type RpdsMap = rpds::HashTrieMap<u64, u64, archery::RcK, Hasher>;

impl Map for Rpds {
    type Version = RpdsMap;

    fn new(_: u64) -> Self {
        Rpds
    }

    fn empty(&self) -> RpdsMap {
        RpdsMap::new_with_hasher_and_ptr_kind(hasher())
    }

    fn len(&self, version: &RpdsMap) -> u64 {
        version.size() as u64
    }

    fn insert(&mut self, version: &RpdsMap, key: u64, counter: u64) -> RpdsMap {
        version.insert(key, counter)
    }

    fn remove(&mut self, version: &RpdsMap, key: u64) -> RpdsMap {
        version.remove(&key)
    }

    fn release(&mut self, version: RpdsMap) {
        drop(version);
    }

    fn edit(
        &mut self,
        base: &RpdsMap,
        changes: impl Iterator<Item = Change>,
        log: &mut Log,
    ) -> RpdsMap {
        let mut map = log.time(Operation::Commit, || base.clone());
        change_each(
            (&mut map, changes, log),
            |map, key, counter| map.insert_mut(key, counter),
            |map, key| map.remove_mut(&key),
        );
        map
    }
}
