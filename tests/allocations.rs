//! Reading allocates no memory.
//!
//! The bug class: a stack of frames that has become a `Vec`, a view that clones its hasher. Nobody
//! notices until iteration is in a hot loop, or in the callback of an allocator. This file has one
//! test only, because allocations are counted for the whole process.

mod support;

use hedgerow::host::HostStore;
use std::hint::black_box;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::{KeyStore, deep_keys, grow, keys, store};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Allocations and reallocations while `act` runs. The fewest of several runs, because the thread
/// of the test harness allocates too.
fn allocations(mut act: impl FnMut()) -> usize {
    let run = |_| {
        let region = Region::new(ALLOCATOR);
        act();
        let change = region.change();
        change.allocations + change.reallocations
    };
    (0..5).map(run).min().unwrap_or(usize::MAX)
}

fn read_everything(store: &KeyStore, version: hedgerow::Version) -> u64 {
    let view = store.at(version).unwrap();
    let mut sum = 0;
    for (key, value) in view {
        sum += value + view.get(key).unwrap() + u64::from(view.contains_key(key));
    }
    sum += view.keys().fold(0, |sum, key| sum + u64::from(key.name));
    sum += view.values().sum::<u64>() + view.iter().nth(3).map_or(0, |(_, value)| *value);
    let mut cursor = store.cursor(version).unwrap();
    while let Some((key, value)) = store.advance(&mut cursor).unwrap() {
        let mut probe = store.probe(version, hedgerow::fold(key.hash)).unwrap();
        while let Some((candidate, _)) = store.candidate(&probe).unwrap() {
            sum += value + u64::from(candidate == key);
            probe.advance();
        }
    }
    sum + u64::from(store.len(version).unwrap() > 3) + store.stats().live_words as u64
}

#[test]
fn reading_and_warm_updates_allocate_nothing() {
    assert!(allocations(|| drop(black_box(Box::new(1)))) > 0, "allocations are counted");
    let mut store = store();
    let built = store.bulk(keys().into_iter().map(|key| (key, 1))).unwrap();
    let grown = grow(&mut store, &keys());
    let deep = grow(&mut store, &deep_keys());
    for compacted in [false, true] {
        for version in [built, grown, deep, store.empty()] {
            let count = allocations(|| {
                black_box(read_everything(&store, version));
            });
            assert_eq!(count, 0, "{version}, compacted: {compacted}");
        }
        assert_eq!(allocations(|| assert!(store.equal(built, built).unwrap())), 0);
        store.compact();
    }
    // With stress each of these compacts, which allocates.
    if cfg!(feature = "stress") {
        return;
    }
    // Undone updates leave free memory for the next ones, and scratch memory is kept.
    let key = keys()[20];
    let mut update = || {
        let next = store.insert(grown, key, 5).unwrap();
        let edit = store.open(next).unwrap();
        store.abandon(edit).unwrap();
        store.release(next).unwrap();
    };
    update();
    assert_eq!(allocations(&mut update), 0);
}
