//! Models of the counts, of drops and of the queue, for loom: `cargo xtask loom`.
//!
//! Each model is a few operations of two or three threads on maps of one arena. Loom runs it once
//! for each order of these operations, and of what they read, that the memory model allows. A model
//! fails if a value is read where it is not what the map holds; if a value, a count, bases or an
//! arena is freed while another thread may use it, or twice, or never; or if the arena is written
//! by two threads. When the threads have ended, what only they held has been dropped: no version
//! may be left in the queue.

use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::thread::{self, JoinHandle};

use super::sync::Tracked;

/// Of fixed hashes: each run of a model does the same.
type Hashes = BuildHasherDefault<DefaultHasher>;
type Map = crate::Map<u32, Token, Hashes>;
type Arena = crate::Arena<u32, Token, Hashes>;

/// A value whose reads and whose drop loom sees, and which is counted.
struct Token {
    number: Tracked<u32>,
    alive: Alive,
}

/// How many tokens there are. Loom does not see it: it may not order what the models do.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn token(&self, number: u32) -> Token {
        self.0.fetch_add(1, Ordering::SeqCst);
        Token { number: Tracked::new(number), alive: self.clone() }
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        self.alive.token(*self.number)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.alive.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs a model in all orders; what it does not join, it has dropped at its end.
fn model(run: impl Fn(&Alive) + Send + Sync + 'static) {
    loom::model(move || {
        let alive = Alive::default();
        run(&alive);
        assert_eq!(alive.count(), 0, "each value is dropped with the last map that holds it");
    });
}

fn map_of(alive: &Alive, numbers: &[u32]) -> Map {
    let mut map = Map::default();
    numbers.iter().for_each(|&number| set(&mut map, number, number, alive));
    map
}

fn set(map: &mut Map, key: u32, number: u32, alive: &Alive) {
    map.insert(key, alive.token(number));
}

fn number_of(map: &Map, key: u32) -> Option<u32> {
    map.get(&key).map(|token| *token.number)
}

/// Drops a map in another thread, after it has read what the map holds.
fn drop_elsewhere(map: Map, key: u32, number: u32) -> JoinHandle<()> {
    thread::spawn(move || {
        assert_eq!(number_of(&map, key), Some(number));
        drop(map);
    })
}

fn join<R>(thread: JoinHandle<R>) -> R {
    thread.join().expect("the thread has not panicked")
}

#[test]
fn threads_clone_and_drop_handles_of_a_version() {
    model(|alive| {
        let map = map_of(alive, &[1]);
        let copies = [map.clone(), map];
        let threads = copies.map(|copy| {
            thread::spawn(move || {
                let other = copy.clone();
                drop(copy);
                assert_eq!(number_of(&other, 1), Some(1));
            })
        });
        threads.into_iter().for_each(join);
    });
}

#[test]
fn threads_drop_the_last_two_handles_of_a_version_and_its_arena() {
    model(|alive| {
        let map = map_of(alive, &[1]);
        let thread = drop_elsewhere(map.clone(), 1, 1);
        assert_eq!(number_of(&map, 1), Some(1));
        drop(map);
        join(thread);
    });
}

#[test]
fn threads_drop_the_last_two_versions_of_an_arena() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let old = map.clone();
        set(&mut map, 1, 2, alive);
        let thread = drop_elsewhere(old, 1, 1);
        assert_eq!(number_of(&map, 1), Some(2));
        drop(map);
        join(thread);
    });
}

#[test]
fn threads_drop_the_last_three_versions_of_an_arena() {
    model(|alive| {
        let first = map_of(alive, &[1]);
        let mut second = first.clone();
        set(&mut second, 1, 2, alive);
        let mut third = second.clone();
        set(&mut third, 1, 3, alive);
        let threads = [drop_elsewhere(first, 1, 1), drop_elsewhere(second, 1, 2)];
        drop(third);
        threads.into_iter().for_each(join);
    });
}

#[test]
fn an_old_version_ends_while_the_map_is_written() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let old = map.clone();
        set(&mut map, 2, 2, alive);
        let thread = drop_elsewhere(old, 1, 1);
        set(&mut map, 1, 3, alive);
        join(thread);
        assert_eq!(alive.count(), 2, "the old version is released before the writer has ended");
        assert_eq!((number_of(&map, 1), number_of(&map, 2)), (Some(3), Some(2)));
    });
}

#[test]
fn old_versions_end_in_two_threads_while_the_map_is_written() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let oldest = map.clone();
        set(&mut map, 1, 2, alive);
        let old = map.clone();
        set(&mut map, 1, 3, alive);
        let threads = [drop_elsewhere(oldest, 1, 1), drop_elsewhere(old, 1, 2)];
        set(&mut map, 1, 4, alive);
        threads.into_iter().for_each(join);
        assert_eq!(alive.count(), 1, "the old versions are released");
        assert_eq!(number_of(&map, 1), Some(4));
    });
}

#[test]
fn a_map_is_alone_again_while_it_is_written() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let old = map.clone();
        // The nodes move, and stay where they were as long as the old map may read them.
        set(&mut map, 2, 2, alive);
        let thread = drop_elsewhere(old, 1, 1);
        // In place, if the map is alone by now; else a copy of the entry.
        *map.get_mut(&1).expect("it was put in") = alive.token(3);
        set(&mut map, 3, 3, alive);
        map.remove(&2);
        join(thread);
        assert_eq!(alive.count(), 2);
        assert_eq!((number_of(&map, 1), number_of(&map, 3)), (Some(3), Some(3)));
    });
}

#[test]
fn threads_change_the_last_two_handles_of_a_version() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let mut copy = map.clone();
        let tokens = [alive.token(2), alive.token(3)];
        let [own, others] = tokens;
        let thread = thread::spawn(move || {
            copy.insert(1, others);
            assert_eq!(number_of(&copy, 1), Some(3));
        });
        map.insert(1, own);
        assert_eq!(number_of(&map, 1), Some(2));
        drop(map);
        join(thread);
    });
}

#[test]
fn the_other_handle_of_a_version_ends_while_one_is_written() {
    model(|alive| {
        let mut map = map_of(alive, &[1]);
        let thread = drop_elsewhere(map.clone(), 1, 1);
        // In place if the other one has gone; else the version may end here or there.
        set(&mut map, 1, 2, alive);
        join(thread);
        assert_eq!((number_of(&map, 1), alive.count()), (Some(2), 1));
    });
}

#[test]
fn a_handle_is_cloned_and_changed_beside_another() {
    model(|alive| {
        let map = map_of(alive, &[1]);
        let mut copy = map.clone();
        let token = alive.token(2);
        let thread = thread::spawn(move || {
            copy.insert(1, token);
            number_of(&copy, 1)
        });
        let mut other = map.clone();
        drop(map);
        assert_eq!(number_of(&other, 1), Some(1));
        other.remove(&1);
        assert_eq!((join(thread), other.len()), (Some(2), 0));
    });
}

#[test]
fn threads_write_maps_of_one_arena() {
    model(|alive| {
        let arena = Arena::default();
        let [mut map, mut other] = [Map::new_in(&arena), Map::new_in(&arena)];
        drop(arena);
        let token = alive.token(2);
        let thread = thread::spawn(move || {
            other.insert(1, token);
            assert_eq!(number_of(&other, 1), Some(2));
        });
        set(&mut map, 1, 1, alive);
        let before = map.clone();
        set(&mut map, 1, 3, alive);
        assert_eq!((number_of(&before, 1), number_of(&map, 1)), (Some(1), Some(3)));
        join(thread);
    });
}

#[test]
fn an_arena_is_dropped_while_a_map_of_it_is_written() {
    model(|alive| {
        let arena = Arena::default();
        let mut map = Map::new_in(&arena);
        let thread = thread::spawn(move || drop(arena));
        set(&mut map, 1, 1, alive);
        set(&mut map, 1, 2, alive);
        assert_eq!((number_of(&map, 1), alive.count()), (Some(2), 1));
        drop(map);
        join(thread);
    });
}

#[test]
fn an_arena_makes_a_map_while_another_ends() {
    model(|alive| {
        let arena = Arena::default();
        let mut map = Map::new_in(&arena);
        set(&mut map, 1, 1, alive);
        let thread = drop_elsewhere(map, 1, 1);
        let made = Map::new_in(&arena);
        drop(arena);
        join(thread);
        assert_eq!((alive.count(), made.len()), (0, 0));
    });
}
