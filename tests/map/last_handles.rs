//! Threads that drop or change the last maps of a version, or of an arena, at the same moment.
//!
//! The bug classes: a version that two threads end, or none; an arena that is freed while a thread
//! still lets its lock go; a version that stands in a queue which nobody looks at any more; a map
//! that takes itself for the only one while another is about to go.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use crate::tokens::{Token, TokenMap};
use hedgerow::{Arena, Map};

/// Threads that go through their shares side by side, item by item.
struct Threads<T> {
    workers: Vec<Worker<T>>,
    start: Arc<Barrier>,
}

struct Worker<T> {
    shares: mpsc::Sender<(Vec<T>, Pace)>,
    done: mpsc::Receiver<()>,
}

impl<T: Send + 'static> Threads<T> {
    fn new(count: usize, act: fn(T)) -> Self {
        // The thread that hands out the shares takes part.
        let start = Arc::new(Barrier::new(count + 1));
        let worker = |_| {
            let (shares, to_do) = mpsc::channel::<(Vec<T>, Pace)>();
            let (has_done, done) = mpsc::channel();
            let start = start.clone();
            thread::spawn(move || {
                for (share, pace) in to_do {
                    start.wait();
                    for (index, item) in share.into_iter().enumerate() {
                        pace.meet(index);
                        act(item);
                    }
                    has_done.send(()).expect("somebody waits for it");
                }
            });
            Worker { shares, done }
        };
        let workers = (0..count).map(worker).collect();
        Threads { workers, start }
    }

    /// Each thread gets one share. `meanwhile` is called once for each item, at the same moment.
    fn run<const N: usize>(&self, shares: [Vec<T>; N], mut meanwhile: impl FnMut(usize)) {
        assert_eq!(self.workers.len(), N);
        let len = shares[0].len();
        let pace = Pace::new(len, N + 1);
        for (worker, share) in self.workers.iter().zip(shares) {
            assert_eq!(share.len(), len);
            worker.shares.send((share, pace.clone())).expect("the thread has not panicked");
        }
        self.start.wait();
        for index in 0..len {
            pace.meet(index);
            meanwhile(index);
        }
        for worker in &self.workers {
            worker.done.recv().expect("the thread has not panicked");
        }
    }
}

/// How many threads have come to each item of their shares.
#[derive(Clone)]
struct Pace {
    come: Arc<[AtomicUsize]>,
    threads: usize,
}

impl Pace {
    fn new(items: usize, threads: usize) -> Self {
        Pace { come: (0..items).map(|_| AtomicUsize::new(0)).collect(), threads }
    }

    /// Waits for the other threads, but not long: who is behind catches up, and where a thread does
    /// not run, the others go on.
    fn meet(&self, index: usize) {
        let come = &self.come[index];
        come.fetch_add(1, Ordering::Relaxed);
        let is_met = || come.load(Ordering::Relaxed) == self.threads;
        for _ in 0..if cfg!(miri) { 3 } else { 300 } {
            if is_met() {
                return;
            }
            spin_loop();
        }
    }
}

/// How often all is done, and with how many items at a time.
const ROUNDS: u64 = if cfg!(miri) { 2 } else { 50 };
const ITEMS: u64 = if cfg!(miri) { 10 } else { 200 };

fn map_of_three(alive: &Arc<AtomicIsize>) -> TokenMap {
    (0..3).map(|key| (key, Token::new(key, alive))).collect()
}

#[test]
fn two_threads_drop_the_last_handles_of_a_version_and_its_arena() {
    let alive = Arc::new(AtomicIsize::new(0));
    let threads = Threads::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        let maps: Vec<_> = (0..ITEMS).map(|_| map_of_three(&alive)).collect();
        threads.run([maps.clone(), maps], |_| {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn two_threads_drop_the_last_versions_of_an_arena() {
    let alive = Arc::new(AtomicIsize::new(0));
    let threads = Threads::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        let mut maps: Vec<_> = (0..ITEMS).map(|_| map_of_three(&alive)).collect();
        let copies = maps.clone();
        for (map, key) in maps.iter_mut().zip(0..) {
            map.insert(key % 4, Token::new(7, &alive));
        }
        threads.run([maps, copies], |_| {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn versions_end_while_another_map_of_the_arena_is_written() {
    let alive = Arc::new(AtomicIsize::new(0));
    let threads = Threads::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        // Of each map, one thread drops the first version, the other one the second.
        let mut maps: Vec<TokenMap> = (0..ITEMS).map(|_| map_of_three(&alive)).collect();
        let first = maps.clone();
        for (map, key) in maps.iter_mut().zip(0..) {
            map.insert(key % 3, Token::new(round, &alive));
        }
        let second = maps.clone();
        threads.run([first, second], |index| {
            let key = index as u64 % 3;
            maps[index].insert((key + 1) % 3, Token::new(round, &alive));
            maps[index].remove(&key);
            maps[index].insert(key, Token::new(round, &alive));
        });
        assert!(maps.iter().all(|map| map.len() == 3));
        assert_eq!(alive.load(Ordering::SeqCst), 3 * ITEMS as isize, "round {round}");
        drop(maps);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn versions_of_one_map_end_while_it_is_written() {
    let alive = Arc::new(AtomicIsize::new(0));
    let threads = Threads::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        let mut map: TokenMap = (0..20).map(|key| (key, Token::new(key, &alive))).collect();
        let mut older = || {
            let version = |key| {
                map.insert(key % 20, Token::new(round, &alive));
                map.clone()
            };
            (0..ITEMS).map(version).collect()
        };
        let shares = [older(), older()];
        threads.run(shares, |index| {
            let key = index as u64 % 20;
            map.insert(key % 7, Token::new(round, &alive));
            map.remove(&key);
            map.insert(key, Token::new(round, &alive));
        });
        assert_eq!(map.len(), 20);
        assert_eq!(alive.load(Ordering::SeqCst), 20, "round {round}");
        assert!(map.check().expect("the others have gone").is_ok());
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

#[test]
fn two_threads_change_the_two_last_handles_of_a_version() {
    let alive = Arc::new(AtomicIsize::new(0));
    let change = |(mut map, key): (TokenMap, u64)| {
        let token = map[&0].clone();
        map.insert(key, token);
        assert_eq!(map.len(), 4);
        map.remove(&0);
        let mut keys: Vec<u64> = map.keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(keys, [1, 2, key]);
    };
    let threads = Threads::new(2, change);
    for round in 0..ROUNDS {
        let maps: Vec<_> = (0..ITEMS).map(|_| (map_of_three(&alive), 10)).collect();
        let copies = maps.iter().map(|(map, _)| (map.clone(), 20)).collect();
        threads.run([maps, copies], |_| {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn an_arena_ends_with_its_last_map_or_owner_in_any_thread() {
    let alive = Arc::new(AtomicIsize::new(0));
    type Given = (Option<TokenMap>, Option<Arena<u64, Token>>);
    let threads = Threads::new(2, |given: Given| drop(given));
    for round in 0..ROUNDS {
        let pair = |key| {
            let arena = Arena::new();
            let mut map = Map::new_in(&arena);
            map.insert(key, Token::new(round, &alive));
            ((Some(map), None), (None, Some(arena)))
        };
        let (maps, arenas) = (0..ITEMS).map(pair).unzip();
        threads.run([maps, arenas], |_| {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}
