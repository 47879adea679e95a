//! Parallel iterators of maps and sets, and building from them, beside the sequential ones.
//!
//! The bug classes: an entry that no part of a split walk has, or that two have; a part that ends
//! up in another order; a value that a clone shares and that changes in both; a panic on a worker
//! thread that is lost, leaves a map half changed, or leaks what was moved; another one of equal
//! keys that stays than without threads. Parts as small as they get are tested beside the producer.
#![cfg(feature = "rayon")]

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::support::{ChosenHash, Key};
use hedgerow::{Arena, Map, Set};
use rayon::prelude::*;

type KeyMap = Map<Key, u64, ChosenHash>;
type KeySet = Set<Key, ChosenHash>;

const COUNTS: [u32; 9] = [0, 1, 2, 3, 17, 33, 100, 1_000, 5_000];

/// The hash of the n-th key.
type HashOf = fn(u32) -> u64;

/// Ways to choose hashes.
const HASHES: [(&str, HashOf); 6] = [
    ("spread", |n| u64::from(n.wrapping_mul(0x9e37_79b9))),
    ("all equal", |_| 7),
    ("in groups of five", |n| u64::from((n / 5).wrapping_mul(0x9e37_79b9))),
    ("apart at the last level", |n| u64::from(n % 4) << 30 | 5),
    ("apart in the middle", |n| u64::from(n) << 13 & 0xffff_ffff),
    ("in one subtree but for one", |n| u64::from(n) << 5 | u64::from(n == 0)),
];

/// In a pool that splits, however many cores there are.
fn in_pool<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap().install(work)
}

fn keys(count: u32, hash: HashOf) -> impl Iterator<Item = Key> {
    (0..count).map(move |name| Key { hash: hash(name), name })
}

/// Maps of these keys that have come about in different ways.
fn maps(count: u32, hash: HashOf) -> Vec<KeyMap> {
    let pair = |key: Key| (key, u64::from(key.name));
    let built: KeyMap = keys(count, hash).map(pair).collect();
    let mut inserted = Map::default();
    for key in keys(count, hash) {
        inserted.insert(key, u64::from(key.name));
    }
    // Removals leave chains of nodes with one child.
    let mut removed: KeyMap = keys(count * 2, hash).map(pair).collect();
    for key in keys(count * 2, hash).skip(count as usize) {
        removed.remove(&key);
    }
    let in_arena: &KeyMap = &Map::new_in(&Arena::default());
    let mut beside = in_arena.clone();
    beside.extend(keys(count, hash).map(pair));
    vec![built, inserted, removed, beside]
}

fn for_each_map(test: impl Fn(&mut KeyMap) + Send + Sync) {
    in_pool(|| {
        for (name, hash) in HASHES {
            for count in COUNTS.into_iter().filter(|&count| count <= 1_000 || name == "spread") {
                for (way, map) in maps(count, hash).iter_mut().enumerate() {
                    let tested = catch_unwind(AssertUnwindSafe(|| test(map)));
                    tested.unwrap_or_else(|_| panic!("{count} keys, {name}, in way {way}"));
                }
            }
        }
    });
}

#[test]
fn parallel_iterators_have_what_the_others_have_in_their_order() {
    for_each_map(|map| {
        let pairs: Vec<(&Key, &u64)> = map.iter().collect();
        assert_eq!(map.par_iter().collect::<Vec<_>>(), pairs);
        assert!(map.par_keys().collect::<Vec<_>>().into_iter().eq(map.keys()));
        assert!(map.par_values().clone().collect::<Vec<_>>().into_iter().eq(map.values()));
        assert_eq!(map.par_iter().count(), map.len());
        assert_eq!(map.par_values().sum::<u64>(), map.values().sum());
        assert_eq!(map.par_values().find_any(|_| true).is_some(), !map.is_empty());
        assert_eq!(
            map.par_values().find_first(|n| **n % 3 == 1),
            map.values().find(|n| **n % 3 == 1)
        );
    });
}

#[test]
fn walks_and_runs_are_split() {
    in_pool(|| {
        for map in maps(1_000, HASHES[0].1) {
            let parts: Vec<u32> = map.par_iter().fold(|| 0, |count, _| count + 1).collect();
            assert!(parts.len() >= 8, "{parts:?}");
            let mut map = map;
            let parts: Vec<u32> = map.par_iter_mut().fold(|| 0, |count, _| count + 1).collect();
            assert!(parts.len() >= 8, "{parts:?}");
        }
    });
}

#[test]
fn values_are_changed_once_each_and_in_no_other_map() {
    for_each_map(|map| {
        let before = map.clone();
        let sum: u64 = map.values().sum();
        map.par_values_mut().for_each(|value| *value += 1_000_000);
        assert_eq!(before.values().sum::<u64>(), sum);
        map.par_iter_mut().for_each(|(key, value)| *value += 1_000_000 + u64::from(key.name));
        assert!(map.iter().all(|(key, value)| *value == 2_000_000 + 2 * u64::from(key.name)));
        assert_eq!(map.len(), before.len());
    });
}

#[test]
fn pairs_are_taken_out() {
    for_each_map(|map| {
        let pairs: Vec<(Key, u64)> = map.iter().map(|(key, value)| (*key, *value)).collect();
        let clone = map.clone();
        assert_eq!(clone.into_par_iter().collect::<Vec<_>>(), pairs);
        assert_eq!(map.par_drain().collect::<Vec<_>>(), pairs);
        assert!(map.is_empty());
    });
}

#[test]
fn maps_are_built_as_in_one_thread() {
    in_pool(|| {
        for (name, hash) in HASHES {
            for count in COUNTS.into_iter().filter(|&count| count <= 1_000 || name == "spread") {
                // Each key twice, with different values.
                let pairs: Vec<(Key, u64)> =
                    keys(count, hash).chain(keys(count, hash)).zip(0..).collect();
                let expected: KeyMap = pairs.iter().copied().collect();
                let indexed: KeyMap = pairs.par_iter().copied().collect();
                let unindexed: KeyMap = pairs.par_iter().copied().filter(|_| true).collect();
                let mut extended = KeyMap::default();
                extended.par_extend(expected.par_iter());
                for made in [&indexed, &unindexed, &extended] {
                    assert!(made.iter().eq(expected.iter()), "{count} keys, {name}");
                }
                let mut extended: KeyMap = pairs.iter().copied().take(7).collect();
                let before = extended.clone();
                extended.par_extend(pairs.par_iter().copied());
                assert_eq!(extended, expected, "{count} keys, {name}");
                assert_eq!(before.len(), count.min(7) as usize);
            }
        }
    });
}

/// An element that is equal to those of its number.
#[derive(Clone, Copy, Debug)]
struct Numbered {
    number: u32,
    mark: u32,
}

impl PartialEq for Numbered {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Numbered {}

impl Hash for Numbered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

#[test]
fn of_equal_keys_the_last_stays_and_of_equal_elements_the_first() {
    let of = |n: u32| Numbered { number: n % 500, mark: n };
    in_pool(|| {
        let map: Map<Numbered, u32> = (0..5_000u32).into_par_iter().map(|n| (of(n), n)).collect();
        assert!(map.iter().all(|(key, n)| key.mark == *n && *n == 4_500 + key.number));
        let set: Set<Numbered> = (0..5_000u32).into_par_iter().map(of).collect();
        assert_eq!((map.len(), set.len()), (500, 500));
        assert!(set.par_iter().all(|element| element.mark == element.number));
        let mut extended = Set::new();
        extended.par_extend((0..5_000u32).into_par_iter().map(of));
        extended.par_extend((5_000..6_000u32).into_par_iter().map(of));
        assert!(extended.iter().all(|element| element.mark == element.number));
        assert_eq!(extended.len(), 500);
    });
}

#[test]
fn sets_iterate_and_are_taken_apart() {
    in_pool(|| {
        for (name, hash) in HASHES {
            let set: KeySet = keys(300, hash).collect();
            let expected: Vec<Key> = set.iter().copied().collect();
            assert_eq!(set.par_iter().copied().collect::<Vec<_>>(), expected, "{name}");
            assert_eq!(set.clone().into_par_iter().collect::<Vec<_>>(), expected, "{name}");
            let mut drained = set.clone();
            assert_eq!(drained.par_drain().collect::<Vec<_>>(), expected, "{name}");
            assert!(drained.is_empty() && set.len() == 300);
            let mut copied = KeySet::default();
            copied.par_extend(set.par_iter());
            assert_eq!(copied, set);
        }
        let names: BTreeSet<u32> = (0..1_000).collect();
        let set: Set<u32> = names.par_iter().copied().collect();
        assert_eq!(set.into_par_iter().collect::<BTreeSet<u32>>(), names);
    });
}

/// A key or value that is counted, and a call of whose `Hash` and `Eq` panics.
#[derive(Clone)]
struct Counted {
    number: u32,
    world: Arc<World>,
    _alive: Arc<()>,
}

#[derive(Default)]
struct World {
    alive: Arc<()>,
    /// Calls until one panics.
    left: AtomicUsize,
}

impl Counted {
    fn new(number: u32, world: &Arc<World>) -> Self {
        Counted { number, world: world.clone(), _alive: world.alive.clone() }
    }

    fn call(&self) {
        if self.world.left.fetch_sub(1, Relaxed) == 1 {
            panic!("{}", "a call panics");
        }
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.call();
        self.number == other.number
    }
}

impl Eq for Counted {}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.call();
        (self.number % 40).hash(state);
    }
}

/// The message of a panic.
fn panics<R>(work: impl FnOnce() -> R) -> &'static str {
    let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { return "no panic" };
    let is_ours = payload.downcast_ref::<String>().is_some_and(|text| text == "a call panics");
    if is_ours { "a call panics" } else { "another panic" }
}

#[test]
fn panics_of_hash_and_eq_reach_the_caller_and_drop_everything() {
    in_pool(|| {
        let world = Arc::new(World::default());
        let counted = |n| (Counted::new(n % 90, &world), Counted::new(n, &world));
        let mut map: Map<Counted, Counted> = (0..10).map(counted).collect();
        let mut ends = 0;
        for left in 1.. {
            world.left.store(left, Relaxed);
            let panicked = panics(|| {
                (0..100).into_par_iter().map(counted).collect::<Map<_, _>>();
            });
            world.left.store(0, Relaxed);
            assert_eq!(Arc::strong_count(&world.alive), 1 + 20);
            if panicked == "no panic" {
                ends = left;
                break;
            }
            assert_eq!(panicked, "a call panics");
        }
        // Each key is hashed once, and compared with those of its hash.
        assert!(ends > 150, "{ends}");
        world.left.store(50, Relaxed);
        let more = (0..100).into_par_iter().map(counted);
        assert_eq!(panics(|| map.par_extend(more)), "a call panics");
        world.left.store(0, Relaxed);
        assert!(map.len() >= 10 && (0..10).all(|n| map.contains_key(&Counted::new(n, &world))));
        assert_eq!(Arc::strong_count(&world.alive), 1 + 2 * map.len());
    });
}

#[test]
fn panics_of_closures_reach_the_caller_and_leave_the_map() {
    in_pool(|| {
        let world = Arc::new(World::default());
        let counted = |n| (n, Counted::new(n, &world));
        let mut map: Map<u32, Counted> = Map::new();
        map.extend((0..1_000).map(counted));
        let fail = |n: u32| assert!(n != 700, "{}", "a call panics");
        let before = map.clone();
        assert_eq!(panics(|| map.par_keys().for_each(|n| fail(*n))), "a call panics");
        assert_eq!(
            panics(|| map.clone().into_par_iter().for_each(|(n, _)| fail(n))),
            "a call panics"
        );
        assert_eq!(Arc::strong_count(&world.alive), 1 + 1_000);
        let changed = panics(|| {
            map.par_iter_mut().for_each(|(n, value)| {
                fail(*n);
                value.number += 1;
            });
        });
        assert_eq!(changed, "a call panics");
        assert_eq!(map[&700].number, 700);
        assert!(map.iter().all(|(n, value)| value.number == *n || value.number == *n + 1));
        assert!(before.iter().all(|(n, value)| value.number == *n));
        assert_eq!(Arc::strong_count(&world.alive), 1 + 2_000);
        drop(before);
        assert_eq!(panics(|| map.par_drain().for_each(|(n, _)| fail(n))), "a call panics");
        assert!(map.is_empty());
        assert_eq!(Arc::strong_count(&world.alive), 1);
    });
}

#[test]
fn what_is_not_taken_is_dropped() {
    in_pool(|| {
        let world = Arc::new(World::default());
        let map: Map<u32, Counted> = (0..500).map(|n| (n, Counted::new(n, &world))).collect();
        assert!(map.clone().into_par_iter().find_any(|(n, _)| *n == 250).is_some());
        let mut other = map.clone();
        drop(other.par_drain());
        assert!(other.is_empty());
        assert_eq!(Arc::strong_count(&world.alive), 501);
        drop(map.into_par_iter());
        assert_eq!(Arc::strong_count(&world.alive), 1);
    });
}

#[test]
fn snapshots_are_read_by_workers_while_the_map_changes() {
    in_pool(|| {
        let mut map: Map<u32, u64> = Map::new();
        rayon::scope(|scope| {
            for n in 0..2_000 {
                map.insert(n, u64::from(n));
                if n % 100 == 99 {
                    let snapshot = map.clone();
                    scope.spawn(move |_| {
                        let sum = u64::from(n) * (u64::from(n) + 1) / 2;
                        assert_eq!(snapshot.par_values().sum::<u64>(), sum);
                    });
                }
            }
        });
        assert_eq!(map.len(), 2_000);
    });
}
