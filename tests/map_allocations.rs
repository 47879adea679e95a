//! What owned maps allocate: nothing when they are empty, cloned or read.
//!
//! The bug class: an arena that is made before the first entry, a snapshot that copies, a lookup
//! that clones its hasher. This file has one test only, because allocations are counted for the
//! whole process.

use std::hint::black_box;

use hedgerow::{DefaultHashBuilder, Map, Set};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Allocations, reallocations and deallocations while `act` runs. The fewest of several runs,
/// because the thread of the test harness allocates too.
fn allocations(mut act: impl FnMut()) -> usize {
    let run = |_| {
        let region = Region::new(ALLOCATOR);
        act();
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations
    };
    (0..5).map(run).min().unwrap_or(usize::MAX)
}

fn use_empty(mut map: Map<String, String>) {
    let copy = map.clone();
    assert!(map.is_empty() && map.get("a").is_none() && map.iter().next().is_none());
    assert!(map == copy && map.ptr_eq(&copy) && map.diff(&copy).next().is_none());
    assert!(map.remove("a").is_none() && map.get_mut("a").is_none());
    map.clear();
    map.retain(|_, _| false);
    map.shrink_to_fit();
    map.reserve(1_000);
    assert_eq!(map.iter_mut().len() + map.drain().len() + map.into_iter().len(), 0);
}

#[test]
fn empty_maps_clones_and_lookups_allocate_nothing() {
    assert!(allocations(|| drop(black_box(Box::new(1)))) > 0, "allocations are counted");
    assert_eq!(allocations(|| use_empty(black_box(Map::new()))), 0);
    assert_eq!(allocations(|| use_empty(black_box(Map::with_capacity(1_000)))), 0);
    assert_eq!(allocations(|| use_empty(black_box(Map::default()))), 0);
    assert_eq!(allocations(|| drop(black_box(Set::<String>::new()))), 0);
    const EMPTY: Map<u32, u32, ()> = Map::with_hasher(());
    const EMPTY_SET: Set<u32, ()> = Set::with_hasher(());
    assert_eq!(allocations(|| assert_eq!(EMPTY.len() + EMPTY_SET.len(), 0)), 0);

    let hasher = DefaultHashBuilder::with_seed(1);
    let mut map: Map<u64, u64> = Map::with_hasher(hasher);
    map.extend((0..1_000).map(|key| (key, key * key)));
    let read = || {
        let copy = black_box(&map).clone();
        let sum: u64 = copy.iter().map(|(key, value)| value - copy[key]).sum();
        let found = (0..2_000).filter(|key| copy.contains_key(key)).count();
        assert_eq!(
            (sum, found, copy.keys().len(), copy.values().count()),
            (0, 1_000, 1_000, 1_000)
        );
        assert!(copy == map && copy.ptr_eq(&map) && copy.is_submap(&map));
    };
    assert_eq!(allocations(read), 0);
    // Alone in its arena, a map changes values in place.
    let write = || {
        for key in 0..1_000 {
            map.insert(key, key);
            *map.get_mut(&key).unwrap() += 1;
            *map.entry(key).or_insert(0) += 1;
        }
        map.values_mut().for_each(|value| *value += 1);
    };
    assert_eq!(allocations(write), 0);
    assert_eq!(map[&999], 1_002);
}
