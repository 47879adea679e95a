//! Snapshots in many threads, while others change and drop maps of the same arena.
//!
//! The bug classes: a write in place that a snapshot in another thread sees; a node, entry or arena
//! freed under a reader; memory that moves while somebody reads it; a version that two threads end,
//! or none; a map that takes itself for the only one of its arena while another thread has one; a
//! deadlock. Every map that goes from thread to thread has a checksum of its contents in it, and
//! every value is counted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use crate::checksums::{check, set};
use crate::support::Dice;
use crate::tokens::{Token, TokenMap};
use hedgerow::{Arena, Map, Set};

#[test]
fn readers_in_other_threads_find_each_snapshot_whole() {
    const READERS: usize = 3;
    const STEPS: u64 = if cfg!(miri) { 150 } else { 12_000 };
    let alive = Arc::new(AtomicIsize::new(0));
    thread::scope(|scope| {
        let mut senders = Vec::new();
        for reader in 0..READERS {
            let (sender, receiver) = mpsc::sync_channel::<TokenMap>(4);
            senders.push(sender);
            scope.spawn(move || {
                let mut dice = Dice(reader as u64);
                let mut held: Vec<TokenMap> = Vec::new();
                for snapshot in receiver {
                    held.push(snapshot);
                    check(&held[dice.below(held.len())]);
                    while held.len() > dice.below(8) {
                        held.swap_remove(dice.below(held.len()));
                    }
                }
                held.iter().for_each(check);
            });
        }
        let mut dice = Dice(77);
        let mut map = TokenMap::new();
        for step in 0..STEPS {
            // Grows, and shrinks again, now and then to nothing.
            let bound = [40, 400, 1_500][(step / 1_000) as usize % 3];
            let key = dice.roll() % bound;
            let number = (dice.below(3) != 0).then_some(step);
            set(&mut map, key, number, &alive);
            if step % 4_000 == 3_999 {
                map.clear();
            }
            if dice.below(12) == 0 {
                // If the reader is busy, the snapshot is dropped here.
                let _ = senders[dice.below(READERS)].try_send(map.clone());
            }
        }
        check(&map);
        drop(senders);
    });
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

/// Snapshots, each with the number of its map and what it must hold, that threads give each other.
type Pool = Mutex<Vec<(TokenMap, HashMap<u64, u64>)>>;

fn assert_holds(map: &TokenMap, model: &HashMap<u64, u64>) {
    assert_eq!(map.len(), model.len());
    for (key, number) in model {
        assert_eq!(map.get(key).map(|token| token.number), Some(*number));
    }
    assert_eq!(map.iter().count(), model.len());
}

/// Changes maps of an arena, and exchanges snapshots of them with other threads.
fn write_and_exchange(arena: &Arena<u64, Token>, pool: &Pool, seed: u64, alive: &Arc<AtomicIsize>) {
    let mut dice = Dice(seed);
    let new = || (Map::new_in(arena), HashMap::new());
    let mut maps: Vec<(TokenMap, HashMap<u64, u64>)> = (0..6).map(|_| new()).collect();
    for step in 0..if cfg!(miri) { 60 } else { 6_000 } {
        let chosen = dice.below(maps.len());
        let (map, model) = &mut maps[chosen];
        let (key, number) = (dice.roll() % 60, step << 8 | seed);
        match dice.below(40) {
            0..12 => {
                let old = map.insert(key, Token::new(number, alive)).map(|token| token.number);
                assert_eq!(old, model.insert(key, number));
            }
            12..20 => {
                let old = map.remove(&key).map(|token| token.number);
                assert_eq!(old, model.remove(&key));
            }
            20..26 => {
                if let Some(token) = map.get_mut(&key) {
                    *token = Token::new(number, alive);
                }
                model.entry(key).and_modify(|old| *old = number);
            }
            26..30 => {
                let token = map.entry(key).or_insert_with(|| Token::new(number, alive));
                assert_eq!(token.number, *model.entry(key).or_insert(number));
            }
            30..32 => {
                map.retain(|key, token| (key ^ token.number) % 3 != 0);
                model.retain(|key, number| (*key ^ *number) % 3 != 0);
            }
            32..35 => {
                let snapshot = (map.clone(), model.clone());
                let mut pool = pool.lock().unwrap();
                pool.push(snapshot);
                if pool.len() > 16 {
                    let gone = pool.swap_remove(dice.below(16));
                    drop(pool);
                    assert_holds(&gone.0, &gone.1);
                }
            }
            35..37 => {
                // What another thread has made is changed here from now on.
                let taken = pool.lock().unwrap().pop();
                if let Some(taken) = taken {
                    maps[chosen] = taken;
                }
            }
            37 => {
                let other = pool.lock().unwrap().last().cloned();
                if let Some((other, other_model)) = other {
                    *map = std::mem::take(map).union(other);
                    other_model.iter().for_each(|(&key, &number)| {
                        model.entry(key).or_insert(number);
                    });
                }
            }
            38 => assert_holds(map, model),
            _ => maps[chosen] = new(),
        }
    }
    maps.iter().for_each(|(map, model)| assert_holds(map, model));
}

#[test]
fn threads_write_maps_of_one_arena_and_exchange_them() {
    let alive = Arc::new(AtomicIsize::new(0));
    let pool = Pool::default();
    {
        let arena = Arena::new();
        thread::scope(|scope| {
            for seed in 1..5 {
                let (arena, pool, alive) = (arena.clone(), &pool, &alive);
                scope.spawn(move || write_and_exchange(&arena, pool, seed, alive));
            }
        });
    }
    // The arena goes on in the snapshots.
    for (map, model) in pool.lock().unwrap().drain(..) {
        assert_holds(&map, &model);
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

#[test]
fn scoped_threads_share_one_map_and_change_clones_of_it() {
    let alive = Arc::new(AtomicIsize::new(0));
    let mut map = TokenMap::new();
    (0..300).for_each(|key| set(&mut map, key, Some(key), &alive));
    let counted = AtomicUsize::new(0);
    let rounds = if cfg!(miri) { 1 } else { 40 };
    thread::scope(|scope| {
        for seed in 0..4_u64 {
            let (map, counted, alive) = (&map, &counted, &alive);
            scope.spawn(move || {
                let mut dice = Dice(seed);
                for _ in 0..rounds {
                    let mut own = map.clone();
                    for _ in 0..20 {
                        set(&mut own, dice.roll() % 400, Some(dice.roll()), alive);
                    }
                    check(&own);
                    counted.fetch_add(map.diff_count(&own), Ordering::Relaxed);
                    check(map);
                }
            });
        }
    });
    assert!(counted.load(Ordering::Relaxed) > 4 * rounds * 10);
    check(&map);
    assert_eq!(alive.load(Ordering::SeqCst), 301);
    // Borrowed by a thread, then alone again.
    thread::scope(|scope| _ = scope.spawn(|| set(&mut map, 5, None, &alive)));
    check(&map);
    drop(map);
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

trait DiffCount {
    fn diff_count(&self, other: &Self) -> usize;
}

impl DiffCount for TokenMap {
    /// How many keys are not in both maps with the same value.
    fn diff_count(&self, other: &Self) -> usize {
        let is_same = |(key, token): (&u64, &Token)| {
            self.get(key).is_some_and(|own| own.number == token.number)
        };
        other.len() - other.iter().filter(|&pair| is_same(pair)).count()
    }
}

/// A snapshot is verified and dropped elsewhere at any moment of a write, after which the map is
/// alone in its arena, and is written without the lock.
#[test]
fn a_map_is_alone_again_at_any_moment() {
    /// Ends the reader, also after a panic.
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let stop = AtomicBool::new(false);
    let slot: Mutex<Option<Map<u64, u64>>> = Mutex::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let taken = slot.lock().unwrap().take();
                let Some(snapshot) = taken else {
                    thread::yield_now();
                    continue;
                };
                // Each value is its key where a snapshot is made.
                let step = snapshot.len() as u64;
                assert!(snapshot.iter().all(|(&key, &value)| key < step && value == key));
                let sum: u64 = snapshot.values().sum();
                drop(snapshot);
                assert_eq!(sum, step * (step - 1) / 2);
            }
        });
        let _stop = Stop(&stop);
        for _ in 0..if cfg!(miri) { 1 } else { 12 } {
            let mut map = Map::new();
            for step in 0..if cfg!(miri) { 60 } else { 900 } {
                map.insert(step, step);
                if step % 3 == 0 {
                    *slot.lock().unwrap() = Some(map.clone());
                }
                // Undone before the next snapshot.
                *map.get_mut(&(step / 2)).unwrap() += 1_000;
                *map.get_mut(&(step / 2)).unwrap() -= 1_000;
                map.remove(&(step / 3));
                map.insert(step / 3, step / 3);
            }
            assert!(map.iter().all(|(key, value)| key == value));
        }
    });
}

#[test]
fn sets_go_to_other_threads_as_well() {
    let mut set: Set<String> = (0..100).map(|n| n.to_string()).collect();
    let threads: Vec<_> = (0..4)
        .map(|seed| {
            let mut own = set.clone();
            thread::spawn(move || {
                (0..50).for_each(|n| _ = own.insert(format!("{seed} {n}")));
                own
            })
        })
        .collect();
    (0..100).step_by(2).for_each(|n| assert!(set.remove(n.to_string().as_str())));
    let all = threads.into_iter().map(|thread| thread.join().unwrap()).reduce(Set::union).unwrap();
    assert_eq!((all.len(), set.len(), all.intersection(set).len()), (300, 50, 50));
}
