//! Threads that drop or change the last maps of a version, or of an arena, at the same moment.
//!
//! The bug classes: a version that two threads end, or none; an arena that is freed while a thread
//! still lets its lock go; a version that stands in a queue which nobody looks at any more; a map
//! that takes itself for the only one while another is about to go.

#[path = "map_threads/tokens.rs"]
mod tokens;

use std::hint::spin_loop;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use hedgerow::{Arena, Map};
use tokens::{Token, TokenMap};

/// Threads that do something at the same moment, round after round.
struct Rounds<T> {
    senders: Vec<mpsc::Sender<T>>,
    ready: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
    go: Arc<AtomicUsize>,
    round: usize,
}

impl<T: Send + 'static> Rounds<T> {
    fn new(threads: usize, act: fn(T)) -> Self {
        let counters: [Arc<AtomicUsize>; 3] = Default::default();
        let [ready, done, go] = counters;
        let worker = |_| {
            let (sender, receiver) = mpsc::channel();
            let (ready, done, go) = (ready.clone(), done.clone(), go.clone());
            thread::spawn(move || {
                for (round, given) in receiver.into_iter().enumerate() {
                    ready.fetch_add(1, Ordering::SeqCst);
                    wait_for(&go, round + 1);
                    act(given);
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
            sender
        };
        let senders = (0..threads).map(worker).collect();
        Rounds { senders, ready, done, go, round: 0 }
    }

    /// Each thread gets one of these. `meanwhile` runs at the same moment.
    fn run(&mut self, given: impl IntoIterator<Item = T>, meanwhile: impl FnOnce()) {
        let mut count = 0;
        for (sender, given) in self.senders.iter().zip(given) {
            sender.send(given).expect("the thread has not panicked");
            count += 1;
        }
        assert_eq!(count, self.senders.len());
        self.round += 1;
        wait_for(&self.ready, count * self.round);
        self.go.store(self.round, Ordering::SeqCst);
        meanwhile();
        wait_for(&self.done, count * self.round);
    }
}

fn wait_for(counter: &AtomicUsize, value: usize) {
    let mut spins = 0_u32;
    while counter.load(Ordering::SeqCst) < value {
        spins += 1;
        if spins & 63 == 0 {
            thread::yield_now()
        } else {
            spin_loop()
        }
        assert!(spins < 1 << 30, "another thread has panicked or waits for ever");
    }
}

const ROUNDS: u64 = if cfg!(miri) { 20 } else { 10_000 };

#[test]
fn two_threads_drop_the_last_handles_of_a_version_and_its_arena() {
    let alive = Arc::new(AtomicIsize::new(0));
    let mut rounds = Rounds::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        let map: TokenMap = (0..3).map(|key| (key, Token::new(round, &alive))).collect();
        let copy = map.clone();
        rounds.run([map, copy], || {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn two_threads_drop_the_last_versions_of_an_arena() {
    let alive = Arc::new(AtomicIsize::new(0));
    let mut rounds = Rounds::new(2, |map: TokenMap| drop(map));
    for round in 0..ROUNDS {
        let mut map: TokenMap = (0..3).map(|key| (key, Token::new(round, &alive))).collect();
        let copy = map.clone();
        map.insert(round % 4, Token::new(7, &alive));
        rounds.run([map, copy], || {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn versions_end_while_another_map_of_the_arena_is_written() {
    let alive = Arc::new(AtomicIsize::new(0));
    let mut rounds = Rounds::new(2, |map: TokenMap| drop(map));
    let mut map: TokenMap = (0..20).map(|key| (key, Token::new(key, &alive))).collect();
    for round in 0..ROUNDS {
        // Now and then the map is new, and the threads drop what it is alone with.
        if round % 100 == 0 {
            map = (0..20).map(|key| (key, Token::new(key, &alive))).collect();
        }
        let copy = map.clone();
        map.insert(round % 20, Token::new(round, &alive));
        let other = map.clone();
        rounds.run([copy, other], || {
            map.insert(round % 7, Token::new(round, &alive));
            map.remove(&(round % 20));
            map.insert(round % 20, Token::new(round, &alive));
        });
        assert_eq!(map.len(), 20);
        assert_eq!(alive.load(Ordering::SeqCst), 20, "round {round}");
    }
    drop(map);
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
    let mut rounds = Rounds::new(2, change);
    for round in 0..ROUNDS {
        let map: TokenMap = (0..3).map(|key| (key, Token::new(round, &alive))).collect();
        let copy = map.clone();
        rounds.run([(map, 10), (copy, 20)], || {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}

#[test]
fn an_arena_ends_with_its_last_map_or_owner_in_any_thread() {
    let alive = Arc::new(AtomicIsize::new(0));
    type Given = (Option<TokenMap>, Option<Arena<u64, Token>>);
    let mut rounds = Rounds::new(2, |given: Given| drop(given));
    for round in 0..ROUNDS {
        let arena = Arena::new();
        let mut map = Map::new_in(&arena);
        map.insert(round, Token::new(round, &alive));
        rounds.run([(Some(map), None), (None, Some(arena))], || {});
        assert_eq!(alive.load(Ordering::SeqCst), 0, "round {round}");
    }
}
