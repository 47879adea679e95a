//! The version table gives vacant rows back, and a handle that became stale stays stale.
//!
//! The bug class: a table that never shrinks, so that a program which once had a million versions
//! pays for them from then on, in memory and in every walk over the rows. If the table does shrink:
//! a row that is made again, and takes an old handle for a new one.

// With stress every release compacts, which gives the rows back at once.
#![cfg(not(feature = "stress"))]

use hedgerow::host::HostMemory;
use std::collections::{HashMap, HashSet};

use crate::support::Dice;
use hedgerow::{Error, Store, Version};

const MANY: usize = 50_000;

/// Versions of one entry each.
fn many(store: &mut Store<usize, usize>, count: usize) -> Vec<Version> {
    (0..count).map(|n| store.insert(store.empty(), n, n).unwrap()).collect()
}

fn release_all(store: &mut Store<usize, usize>, versions: Vec<Version>) {
    for version in versions {
        store.release(version).unwrap();
    }
}

#[test]
fn a_compaction_gives_the_rows_of_many_versions_back() {
    let mut store = Store::with_seed(1);
    let versions = many(&mut store, MANY);
    assert_eq!(store.version_rows(), MANY + 1);
    release_all(&mut store, versions);
    store.compact();
    assert_eq!(store.version_rows(), 1);
    assert!(store.stats().heap_bytes < 10_000, "{} bytes", store.stats().heap_bytes);
    store.check().unwrap();
}

#[test]
fn releases_give_the_rows_back_in_any_order() {
    for order in 0..3 {
        let mut store = Store::with_seed(1);
        let mut versions = many(&mut store, MANY);
        match order {
            0 => {}
            1 => versions.reverse(),
            _ => Dice(7).shuffle(&mut versions),
        }
        release_all(&mut store, versions);
        let stats = store.stats();
        // Blocks of the allocator are kept up to 4 MiB.
        let most = if cfg!(feature = "heap") { 4 << 20 } else { 1 << 20 };
        assert!(stats.heap_bytes < most, "{stats:?}");
        assert!(store.version_rows() < 3_000, "{} rows", store.version_rows());
        store.check().unwrap();
    }
}

#[test]
fn one_late_version_does_not_keep_the_table_for_ever() {
    let mut store = Store::with_seed(1);
    let mut versions = many(&mut store, MANY);
    let mut late = versions.pop().unwrap();
    release_all(&mut store, versions);
    // It is in the last row, so that no row can be given back. Its successors get low rows.
    let keeps_all = store.shrink_version_table();
    assert_eq!((keeps_all, store.version_rows()), (0, MANY + 1));
    for n in 0..5 {
        let next = store.insert(late, n, n).unwrap();
        store.release(late).unwrap();
        late = next;
        assert!(late.row(store.empty()) < 8, "{late}");
        assert!(store.version_rows() < 3_000);
    }
    store.shrink_version_table();
    // The words and entries are still there, 48 bytes for each version; the table had 64.
    assert!(store.version_rows() < 8 && store.stats().heap_bytes < 48 * MANY);
    // There is nothing more to give back.
    assert_eq!(store.shrink_version_table(), 0);
    store.check().unwrap();
}

/// A table that grows again and again goes on with generations of its own.
#[test]
fn rows_that_were_given_back_serve_again() {
    let mut store = Store::with_seed(1);
    let mut gone = HashSet::new();
    for round in 1..=4 {
        let versions = many(&mut store, round * 10_000);
        assert_eq!(store.version_rows(), round * 10_000 + 1);
        assert!(versions.iter().all(|version| !gone.contains(version)));
        gone.extend(versions.iter().copied());
        release_all(&mut store, versions);
        assert!(store.version_rows() < 3_000);
        store.check().unwrap();
    }
    assert_eq!(gone.len(), 100_000);
    assert!(gone.iter().all(|&version| store.len(version) == Err(Error::Stale { version })));
}

#[test]
fn a_table_with_little_to_give_back_does_not_shrink() {
    let mut store = Store::with_seed(1);
    let mut versions = many(&mut store, 2_000);
    let rest = versions.split_off(800);
    release_all(&mut store, rest);
    let rows = store.version_rows();
    assert_eq!((store.shrink_version_table(), store.version_rows()), (0, rows));
    release_all(&mut store, versions);
    store.check().unwrap();
}

#[test]
fn walks_over_the_rows_are_short_again() {
    let mut store = Store::with_seed(1);
    let versions = many(&mut store, MANY);
    release_all(&mut store, versions);
    let kept = many(&mut store, 3);
    assert_eq!(store.version_rows(), 4);
    let rows: Vec<u32> = kept.iter().map(|version| version.row(store.empty())).collect();
    assert_eq!(rows, [1, 2, 3]);
    assert_eq!(store.families().unwrap().len(), 3);
    store.check().unwrap();
}

/// Every handle that there was, and the length of the live versions.
struct Handles {
    store: Store<usize, usize>,
    random: Dice,
    live: HashMap<Version, usize>,
    pinned: Vec<Version>,
    ever: HashSet<Version>,
}

impl Handles {
    fn new(seed: u64) -> Self {
        let store = Store::with_seed(seed);
        let (live, ever) = (HashMap::new(), HashSet::new());
        Handles { store, random: Dice(seed), live, pinned: Vec::new(), ever }
    }

    fn keep(&mut self, made: Version, len: usize) {
        if made != self.store.empty() {
            assert!(self.ever.insert(made), "{made} was the handle of another version");
            self.live.insert(made, len);
        }
    }

    fn some(&mut self) -> Option<Version> {
        let empty = self.store.empty();
        let mut live: Vec<Version> = self.live.keys().copied().collect();
        live.sort_by_key(|version| version.row(empty));
        (!live.is_empty()).then(|| live[self.random.below(live.len())])
    }

    fn act(&mut self) {
        match self.random.below(12) {
            // Sometimes so many that their rows are worth giving back.
            0 => {
                for n in 0..self.random.below(3_000) {
                    let made = self.store.insert(self.store.empty(), n, n).unwrap();
                    self.keep(made, 1);
                }
            }
            1..=3 => {
                let base = self.some().unwrap_or(self.store.empty());
                let len = self.live.get(&base).copied().unwrap_or(0);
                let made = self.store.insert(base, usize::MAX - self.ever.len(), 0).unwrap();
                self.keep(made, len + 1);
            }
            4 => {
                let Some(version) = self.some() else { return };
                self.store.pin(version).unwrap();
                self.pinned.push(version);
            }
            5 => {
                let Some(version) = self.pinned.pop() else { return };
                self.store.unpin(version).unwrap();
            }
            6 => {
                self.store.compact();
            }
            7 | 8 => {
                let before = self.store.version_rows();
                let gone = self.store.shrink_version_table();
                assert_eq!(before - gone, self.store.version_rows());
            }
            // Up to all versions, so that the table becomes empty.
            _ => {
                let empty = self.store.empty();
                let mut live: Vec<Version> = self.live.keys().copied().collect();
                live.sort_by_key(|version| version.row(empty));
                self.random.shuffle(&mut live);
                live.truncate(self.random.below(live.len() + 8));
                for version in live {
                    self.live.remove(&version);
                    match self.random.below(9) {
                        0 => self.store.forget(version).unwrap(),
                        _ => self.store.release(version).unwrap(),
                    }
                }
            }
        }
    }

    fn check(&self) {
        let store = &self.store;
        store.check().unwrap();
        for version in &self.ever {
            let expected = self.live.get(version).copied();
            match store.len(*version) {
                Ok(len) => assert_eq!(Some(len), expected, "{version}"),
                Err(error) => {
                    assert_eq!((error, expected), (Error::Stale { version: *version }, None));
                }
            }
        }
        assert_eq!(store.stats().live_versions, self.live.len());
        let listed: HashSet<Version> = store.families().unwrap().into_iter().flatten().collect();
        assert_eq!(listed, self.live.keys().copied().collect());
        assert_eq!(store.versions().collect::<HashSet<_>>(), listed);
    }
}

#[test]
fn no_stale_handle_becomes_good_when_the_table_shrinks() {
    for seed in 0..6 {
        let mut handles = Handles::new(seed);
        for _ in 0..60 {
            handles.act();
            handles.check();
        }
        for version in std::mem::take(&mut handles.pinned) {
            handles.store.unpin(version).unwrap();
        }
        for version in std::mem::take(&mut handles.live).into_keys() {
            handles.store.release(version).unwrap();
        }
        handles.check();
        handles.store.compact();
        let stats = handles.store.stats();
        assert_eq!((stats.live_words, stats.live_entries, handles.store.version_rows()), (0, 0, 1));
    }
}
