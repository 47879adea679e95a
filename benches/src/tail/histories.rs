//! What is done to a map, the same for every map.
//!
//! A history begins with a map of so many entries, unless it grows one. Building that map is not
//! timed. It ends with one version, whose length is checked.

use std::collections::VecDeque;
use std::mem;
use std::str::FromStr;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::ids::{id, shuffled};
use super::log::{Log, Operation};
use super::maps::{Change, Map, named};

/// Changes of a history that leaves the size of the map as it is.
const MOST_CHANGES: u64 = 2_000_000;
/// Changes of one edit, where it has many.
const CHANGES_OF_AN_EDIT: u64 = 4_096;
/// Versions that are kept before the first is released.
const MOST_SNAPSHOTS: u64 = 300_000;
/// Versions that one can go back to.
const MOST_UNDO_VERSIONS: u64 = 1_000;
/// Versions made of one base, and how often that is done.
const MOST_CHILDREN: u64 = 10_000;
const ROUNDS_OF_CHILDREN: u64 = 10;

/// A history of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// Insert entry after entry.
    Grow,
    /// Replace random entries.
    Replace,
    /// Keep many versions, and release the oldest first.
    OldestFirst,
    /// Keep many versions, and release the newest first.
    NewestFirst,
    /// Keep many versions, and release them in shuffled order.
    Shuffled,
    /// Remove entry after entry in shuffled order.
    Remove,
    /// Change thousands of entries in each edit.
    EditMany,
    /// Change one entry in each edit.
    EditOne,
    /// Keep the newest versions, and release the oldest at each change.
    Ring,
    /// Make many versions of one, and release that first.
    Children,
}

impl History {
    /// All histories, in the order of their tables.
    pub const ALL: [History; 10] = [
        History::Grow,
        History::Replace,
        History::OldestFirst,
        History::NewestFirst,
        History::Shuffled,
        History::Remove,
        History::EditMany,
        History::EditOne,
        History::Ring,
        History::Children,
    ];

    /// The name in tables and arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            History::Grow => "grow",
            History::Replace => "replace",
            History::OldestFirst => "oldest-first",
            History::NewestFirst => "newest-first",
            History::Shuffled => "shuffled",
            History::Remove => "remove",
            History::EditMany => "edit-many",
            History::EditOne => "edit-one",
            History::Ring => "ring",
            History::Children => "children",
        }
    }

    /// What is done, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            History::Grow => "Insert until the map is full; each old version is released.",
            History::Replace => "Replace random entries; each old version is released.",
            History::OldestFirst => {
                "Replace random entries, keep up to 300,000 versions; release the oldest first."
            }
            History::NewestFirst => "The same versions; release the newest first.",
            History::Shuffled => "The same versions; release them in shuffled order.",
            History::Remove => {
                "Remove all entries in shuffled order; each old version is released."
            }
            History::EditMany => {
                "Edits of up to 4,096 changes: half replace, a quarter insert, a quarter remove. \
                 The base is released after each commit."
            }
            History::EditOne => "The same changes in edits of one.",
            History::Ring => {
                "The same changes in new versions, of which the newest 1,000 are kept."
            }
            History::Children => {
                "Ten times: make 10,000 versions of one base, release the base, then its \
                 children in shuffled order."
            }
        }
    }

    /// Does all of it to a map of `size` entries, and returns the version that is left.
    pub fn run<M: Map>(self, map: &mut M, size: u64, log: &mut Log) -> M::Version {
        match self {
            History::Grow => grow(map, size, log),
            History::Replace => replace(map, size, log),
            History::OldestFirst => oldest_first(map, size, log),
            History::NewestFirst => newest_first(map, size, log),
            History::Shuffled => in_shuffled_order(map, size, log),
            History::Remove => remove(map, size, log),
            History::EditMany => edits(map, size, CHANGES_OF_AN_EDIT.min(size / 10), log),
            History::EditOne => edits(map, size, 1, log),
            History::Ring => ring(map, size, log),
            History::Children => children(map, size, log),
        }
    }
}

impl FromStr for History {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        named("history", &Self::ALL, Self::name, name)
    }
}

fn grow<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let mut newest = map.empty();
    for counter in 0..size {
        step(map, &mut newest, insertion(counter), log);
    }
    checked(map, newest, size)
}

fn replace<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let mut newest = built(map, size);
    let mut random = Rng::with_seed(1);
    for _ in 0..size.min(MOST_CHANGES) {
        step(map, &mut newest, insertion(random.u64(..size)), log);
    }
    checked(map, newest, size)
}

fn oldest_first<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let Snapshots { base, versions, newest } = Snapshots::take(map, size, log);
    log.time(Operation::ReleaseBase, || map.release(base));
    release_all(map, versions, log);
    checked(map, newest, size)
}

fn newest_first<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let Snapshots { base, versions, newest } = Snapshots::take(map, size, log);
    release_all(map, versions.into_iter().rev(), log);
    log.time(Operation::ReleaseBase, || map.release(base));
    checked(map, newest, size)
}

fn in_shuffled_order<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let Snapshots { base, mut versions, newest } = Snapshots::take(map, size, log);
    versions.push(base);
    Rng::with_seed(3).shuffle(&mut versions);
    release_all(map, versions, log);
    checked(map, newest, size)
}

/// Versions of a history in which each entry replaces one of the version before.
struct Snapshots<V> {
    base: V,
    /// All between, the oldest first.
    versions: Vec<V>,
    newest: V,
}

impl<V> Snapshots<V> {
    fn take<M: Map<Version = V>>(map: &mut M, size: u64, log: &mut Log) -> Self {
        let count = MOST_SNAPSHOTS.min(3 * size / 10) as usize;
        let mut random = Rng::with_seed(2);
        let mut change = || insertion(random.u64(..size));
        let base = built(map, size);
        let mut newest = changed(map, &base, change(), log);
        let mut versions = Vec::with_capacity(count);
        while versions.len() < count {
            let next = changed(map, &newest, change(), log);
            versions.push(mem::replace(&mut newest, next));
        }
        Snapshots { base, versions, newest }
    }
}

fn remove<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let mut newest = built(map, size);
    for index in 0..size {
        let key = id(shuffled(index, size));
        step(map, &mut newest, Change::Remove { key }, log);
    }
    checked(map, newest, 0)
}

fn edits<M: Map>(map: &mut M, size: u64, changes_each: u64, log: &mut Log) -> M::Version {
    let mut newest = built(map, size);
    let mut changes = Mixed::new(size);
    for _ in 0..size.min(MOST_CHANGES) / changes_each {
        let next = map.edit(&newest, changes.by_ref().take(changes_each as usize), log);
        let old = mem::replace(&mut newest, next);
        log.time(Operation::Release, || map.release(old));
    }
    checked(map, newest, changes.len())
}

fn ring<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let kept = MOST_UNDO_VERSIONS.min(size / 10) as usize;
    let mut newest = built(map, size);
    let mut undo = VecDeque::with_capacity(kept + 1);
    let mut changes = Mixed::new(size);
    for change in changes.by_ref().take(size.min(MOST_CHANGES) as usize) {
        let next = changed(map, &newest, change, log);
        undo.push_back(mem::replace(&mut newest, next));
        if undo.len() > kept
            && let Some(oldest) = undo.pop_front()
        {
            log.time(Operation::Release, || map.release(oldest));
        }
    }
    release_all(map, undo, log);
    checked(map, newest, changes.len())
}

fn children<M: Map>(map: &mut M, size: u64, log: &mut Log) -> M::Version {
    let count = MOST_CHILDREN.min(size);
    let root = built(map, size);
    let mut random = Rng::with_seed(4);
    let mut versions = Vec::with_capacity(count as usize);
    for _ in 0..ROUNDS_OF_CHILDREN {
        let base = changed(map, &root, insertion(random.u64(..size)), log);
        for _ in 0..count {
            versions.push(changed(map, &base, insertion(random.u64(..size)), log));
        }
        log.time(Operation::ReleaseBase, || map.release(base));
        random.shuffle(&mut versions);
        release_all(map, versions.drain(..), log);
    }
    checked(map, root, size)
}

/// A map of so many entries, built in place and not timed.
fn built<M: Map>(map: &mut M, size: u64) -> M::Version {
    let empty = map.empty();
    let version = map.edit(&empty, (0..size).map(insertion), &mut Log::default());
    map.release(empty);
    checked(map, version, size)
}

/// Makes a new version, and releases the old one.
fn step<M: Map>(map: &mut M, newest: &mut M::Version, change: Change, log: &mut Log) {
    let next = changed(map, newest, change, log);
    let old = mem::replace(newest, next);
    log.time(Operation::Release, || map.release(old));
}

fn changed<M: Map>(map: &mut M, version: &M::Version, change: Change, log: &mut Log) -> M::Version {
    match change {
        Change::Insert { key, counter } => {
            log.time(Operation::Insert, || map.insert(version, key, counter))
        }
        Change::Remove { key } => log.time(Operation::Remove, || map.remove(version, key)),
    }
}

fn release_all<M: Map>(map: &mut M, versions: impl IntoIterator<Item = M::Version>, log: &mut Log) {
    for version in versions {
        log.time(Operation::Release, || map.release(version));
    }
}

fn insertion(counter: u64) -> Change {
    Change::Insert { key: id(counter), counter }
}

/// A history that did not do what it says would give figures of nothing.
fn checked<M: Map>(map: &M, version: M::Version, len: u64) -> M::Version {
    assert_eq!(map.len(&version), len, "entries at the end of a history, or of its beginning");
    version
}

/// Changes that leave the size as it is: two replacements, an insertion, and the removal of the
/// oldest entry, again and again.
struct Mixed {
    random: Rng,
    turn: u64,
    /// The counters of the entries that are there.
    oldest: u64,
    next: u64,
}

impl Mixed {
    fn new(size: u64) -> Self {
        Mixed { random: Rng::with_seed(5), turn: 0, oldest: 0, next: size }
    }

    fn len(&self) -> u64 {
        self.next - self.oldest
    }
}

impl Iterator for Mixed {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        self.turn += 1;
        Some(match self.turn % 4 {
            1 => {
                self.next += 1;
                insertion(self.next - 1)
            }
            3 => {
                self.oldest += 1;
                Change::Remove { key: id(self.oldest - 1) }
            }
            _ => insertion(self.random.u64(self.oldest..self.next)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Array, Hedgerow, Imbl, Rpds};
    use super::*;

    const SIZE: u64 = 500;

    /// The number of steps of each operation.
    fn counts<M: Map>(history: History) -> [u64; Operation::ALL.len()] {
        let mut log = Log::default();
        history.run(&mut M::new(SIZE), SIZE, &mut log);
        Operation::ALL.map(|operation| log.of(operation).count())
    }

    #[test]
    fn every_map_goes_through_every_history() {
        for history in History::ALL {
            let [insert, remove, commit, release, base] = counts::<Hedgerow>(history);
            assert!(insert + remove >= SIZE / 4 && release >= SIZE / 100, "{history:?}");
            for others in [counts::<Imbl>(history), counts::<Rpds>(history)] {
                // Their edits are a clone that nothing commits.
                assert_eq!(others, [insert, remove, commit / 2, release, base], "{history:?}");
            }
            let array = counts::<Array>(history);
            assert_eq!(array, [insert, remove, commit / 2, release, base], "{history:?}");
        }
    }

    #[test]
    fn a_history_has_the_steps_that_its_name_promises() {
        assert_eq!(counts::<Hedgerow>(History::Grow), [SIZE, 0, 0, SIZE, 0]);
        assert_eq!(counts::<Hedgerow>(History::Replace), [SIZE, 0, 0, SIZE, 0]);
        assert_eq!(counts::<Hedgerow>(History::Remove), [0, SIZE, 0, SIZE, 0]);
        let kept = 3 * SIZE / 10;
        for history in [History::OldestFirst, History::NewestFirst] {
            assert_eq!(counts::<Hedgerow>(history), [kept + 1, 0, 0, kept, 1]);
        }
        assert_eq!(counts::<Hedgerow>(History::Shuffled), [kept + 1, 0, 0, kept + 1, 0]);
        let mixed = [3 * SIZE / 4, SIZE / 4];
        assert_eq!(counts::<Hedgerow>(History::Ring), [mixed[0], mixed[1], 0, SIZE, 0]);
        assert_eq!(counts::<Hedgerow>(History::EditOne)[..2], mixed);
        assert_eq!(counts::<Hedgerow>(History::EditOne)[2..], [2 * SIZE, SIZE, 0]);
        let rounds = ROUNDS_OF_CHILDREN;
        let children = [rounds * (SIZE + 1), 0, 0, rounds * SIZE, rounds];
        assert_eq!(counts::<Hedgerow>(History::Children), children);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for history in History::ALL {
            assert_eq!(history.name().parse(), Ok(history));
        }
        assert!("later".parse::<History>().unwrap_err().contains("oldest-first"));
    }
}
