//! Tests of writes that fail because the arena is full.
//!
//! The bug classes: a pair that is dropped while the lock of the arena is held, so that a
//! destructor that uses a map of the arena waits for ever; a map that a failure changes; a pair
//! that leaks.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Arena, Map};
use crate::store::Limits;

type KeyMap = Map<Key, u32>;

thread_local! {
    /// What destructors change: a map of the same arena.
    static OTHER: RefCell<Option<KeyMap>> = const { RefCell::new(None) };
    static USES: Cell<u32> = const { Cell::new(0) };
}

/// A key whose destructor changes a map.
#[derive(Clone)]
struct Key {
    number: u32,
    /// Counts the keys that there are.
    _alive: Arc<()>,
}

impl Drop for Key {
    fn drop(&mut self) {
        if let Some(mut map) = OTHER.take() {
            let before = map.clone();
            assert_eq!(map.remove(&USES.get()), Some(1));
            drop(before);
            USES.set(USES.get() + 1);
            OTHER.set(Some(map));
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl Borrow<u32> for Key {
    fn borrow(&self) -> &u32 {
        &self.number
    }
}

/// Lets the arena of a map have so many entries more than it has.
fn leave_room_for(map: &mut KeyMap, more: usize) {
    let set = map.handle().write(|store, target| {
        let entries = store.stats().live_entries.saturating_add(more);
        store.set_limits(Limits { entries, ..store.limits() });
        Ok(target.index())
    });
    set.unwrap();
}

fn numbers(map: &KeyMap) -> Vec<(u32, u32)> {
    map.iter().map(|(key, value)| (key.number, *value)).collect()
}

/// Writes to a map that shares an arena, which has room for one entry; the second one fails.
fn fails_at_the_limit(write: fn(&mut KeyMap, &mut dyn FnMut(u32) -> Key)) {
    let token = Arc::new(());
    let mut key = |number| Key { number, _alive: token.clone() };
    let arena = Arena::new();
    let mut map = Map::new_in(&arena);
    map.extend((0..50).map(|number| (key(number), 1)));
    OTHER.set(Some(map.clone()));
    let before = numbers(&map);
    leave_room_for(&mut map, 1);
    let mut changed = map.clone();
    let panic = catch_unwind(AssertUnwindSafe(|| write(&mut changed, &mut key)));
    let other = OTHER.take();
    let message = *panic.expect_err("the arena is full").downcast::<String>().unwrap();
    assert!(message.contains("no room for more entries"), "{message}");
    assert!(USES.get() > 0, "the pair that failed was dropped");
    assert_eq!(numbers(&map), before);
    leave_room_for(&mut map, usize::MAX);
    changed.insert(key(100), 7);
    assert_eq!((changed[&100], map.get(&100)), (7, None));
    drop((map, changed, other, arena));
    assert_eq!(Arc::strong_count(&token), 1, "all keys were dropped");
}

fn returns_in_time(test: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = channel();
    let thread = std::thread::spawn(move || {
        test();
        sender.send(()).unwrap();
    });
    match receiver.recv_timeout(Duration::from_secs(60)) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => panic!("a destructor waits for the lock"),
        Err(RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(thread.join().unwrap_err());
        }
    }
}

macro_rules! fails_at_the_limit {
    ($($name:ident($map:ident, $key:ident) $write:block)*) => {$(
        #[test]
        fn $name() {
            returns_in_time(|| fails_at_the_limit(|$map, $key| $write));
        }
    )*};
}

fails_at_the_limit! {
    insert_of_new_keys(map, key) {
        map.insert(key(60), 1);
        map.insert(key(61), 1);
    }

    insert_over_equal_keys(map, key) {
        map.insert(key(1), 2);
        map.insert(key(2), 2);
    }

    entry_of_new_keys(map, key) {
        map.entry(key(60)).or_insert(1);
        map.entry(key(61)).insert_entry(1);
    }

    copies_of_shared_entries(map, _key) {
        map.get_mut(&1).unwrap();
        map.get_mut(&2).unwrap();
    }

    union_with_another_arena(map, key) {
        let others: KeyMap = (60..65).map(|number| (key(number), 1)).collect();
        let _ = map.clone().union(others);
    }

    union_with_values_combined(map, key) {
        let others: KeyMap = (45..65).map(|number| (key(number), 1)).collect();
        let _ = map.clone().union_with(others, |a, b| a + b);
    }
}
