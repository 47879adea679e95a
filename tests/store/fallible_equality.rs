//! `insert_with`, `remove_with` and `get_with`: equality that fails, or that uses the same store.
//!
//! The bug class is re-entrancy: a key's `==` changes the map that is being searched, and the
//! search goes on in freed memory, or writes where the key no longer is. Here comparisons fail,
//! release, compact and write. Afterwards each version holds what it held, or the caller gets an
//! error that says why not.

use std::cell::Cell;
use std::convert::Infallible;

use crate::support::{
    Contents, Key, KeyStore, assert_holds, contents, deep_keys, grow, host_insert, host_remove,
    is_key, keys_of, store,
};
use hedgerow::host::{Batch, HostStore, Probe};
use hedgerow::{Error, Version, WithError, fold};

const NO: WithError<&str> = WithError::Caller("no");

/// A store with a version of four keys, three of which collide at level 7, and its contents.
fn deep() -> (KeyStore, Version, Contents, Vec<Key>) {
    let mut store = store();
    let keys = deep_keys();
    let version = grow(&mut store, &keys);
    let held = contents(&store, version);
    (store, version, held, keys)
}

/// A comparison that fails at call number `at`, counted from 0.
fn failing<'a>(
    calls: &'a Cell<usize>,
    at: usize,
    key: &'a Key,
) -> impl FnMut(&mut KeyStore, &Probe) -> Result<bool, &'static str> + 'a {
    move |store, probe| {
        if calls.replace(calls.get() + 1) == at {
            return Err("no");
        }
        Ok(is_key(store, probe, key).unwrap())
    }
}

#[test]
fn an_equality_that_fails_changes_nothing() {
    let (mut store, version, held, keys) = deep();
    let open = store.open(version).unwrap();
    let before = store.stats();
    let new = Key { hash: 9, name: 50 };
    for at in 0..3 {
        for target in [version, open] {
            let calls = Cell::new(0);
            let mut fails = failing(&calls, at, &new);
            let made = store.insert_with(target, 9, new, 0, |store, probe, _| fails(store, probe));
            assert_eq!(made, Err(NO));
            let calls = Cell::new(0);
            let made = store.remove_with(target, 9, failing(&calls, at, &keys[2]));
            assert_eq!(made, Err(NO));
            assert_eq!(calls.get(), at + 1);
            let calls = Cell::new(0);
            let found = store.get_with(target, 9, |_| {
                calls.set(calls.get() + 1);
                if calls.get() > at { Err("no") } else { Ok(false) }
            });
            assert_eq!(found, Err(NO));
            assert_eq!(store.stats(), before);
            store.check().unwrap();
        }
    }
    assert_holds(&store, version, &held, &keys);
    assert_eq!(store.at_open(open).unwrap().len(), 4);
    // With an equality that does not fail, the same operations work.
    let after = host_insert(&mut store, version, new, 5).unwrap();
    assert_eq!(store.at(after).unwrap().get(&new), Some(&5));
    assert!(host_remove(&mut store, after, keys[2]).unwrap().is_some());
    assert_eq!(store.get_with(after, 9, |key| Ok::<bool, ()>(*key == new)), Ok(Some(&5)));
}

#[test]
fn only_keys_of_the_same_folded_hash_are_compared() {
    let mut store = store();
    // Keys in one slot of the root, at the end of a chain of nodes, and in a collision node.
    let keys = keys_of([1, 1 | 1 << 31, 33, 9, 9]);
    let version = grow(&mut store, &keys);
    for (hash, candidates) in [(1, 1), (33, 1), (65, 0), (9, 2), (9 | 1 << 30, 0), (2, 0)] {
        let mut asked = Vec::new();
        let found = store.get_with(version, hash, |key| {
            asked.push(fold(key.hash));
            Ok::<bool, ()>(false)
        });
        assert_eq!(found, Ok(None));
        assert_eq!(asked, vec![hash; candidates]);
    }
    let asked = Cell::new(0);
    let batch = Batch::new([(1, 'a', 1), (2, 'b', 2), (33, 'c', 3), (1, 'd', 4)], |a, b| {
        asked.set(asked.get() + 1);
        assert_eq!((a, b), (&'a', &'d'));
        Ok::<bool, ()>(false)
    });
    assert_eq!((asked.get(), batch.unwrap().len()), (1, 4));
}

/// The same for keys of a machine word, for which `get` compares keys and no hashes.
#[test]
fn a_hash_given_by_the_host_counts_for_small_keys_too() {
    let mut store = hedgerow::Store::<u32, u32>::with_seed(0);
    let version =
        store.insert_with(store.empty(), 5, 500, 0, |_, _, _| Ok::<bool, ()>(false)).unwrap();
    let view = store.at(version).unwrap();
    assert_eq!(view.get_hashed(5, |_| true), Some((&500, &0)));
    assert_eq!(view.get_hashed(37, |_| true), None);
}

#[test]
fn a_batch_whose_equality_fails_is_not_made() {
    let pairs = [(1, 'a', 1), (1, 'b', 2)];
    assert_eq!(Batch::new(pairs, |_, _| Err("no")).unwrap_err(), NO);
    let mut store = hedgerow::Store::<char, i32>::new();
    let batch = Batch::new(pairs, |_, _| Ok::<bool, Infallible>(true)).unwrap();
    let version = store.bulk_batch(batch).unwrap();
    assert_eq!(store.at(version).unwrap().iter().collect::<Vec<_>>(), [(&'b', &2)]);
}

/// Inserts, releases of other versions and compactions during a comparison change nothing.
#[test]
fn an_equality_may_use_other_versions_and_compact() {
    let (mut store, version, held, keys) = deep();
    let bystander = grow(&mut store, &keys[..2]);
    let bystander_held = contents(&store, bystander);
    let new = Key { hash: 9, name: 50 };
    for target in [version, store.open(version).unwrap()] {
        let mut scratch = None;
        let made = store.insert_with(target, 9, new, 7, |store, probe, key| {
            let spare = store.insert(version, Key { hash: 9, name: 60 }, 1).unwrap();
            if let Some(last) = scratch.replace(spare) {
                store.release(last).unwrap();
            }
            assert!(store.compact().done);
            let forgotten = store.insert(spare, Key { hash: 8, name: 61 }, 1).unwrap();
            store.forget(forgotten).unwrap();
            is_key(store, probe, key)
        });
        let made = made.unwrap();
        store.release(scratch.unwrap()).unwrap();
        let made = if made == target { store.commit(made).unwrap() } else { made };
        let mut expected = held.clone();
        expected.insert(50, 7);
        assert_holds(&store, made, &expected, &keys);
        store.compact();
        store.check().unwrap();
    }
    assert_holds(&store, version, &held, &keys);
    assert_holds(&store, bystander, &bystander_held, &keys);
}

#[test]
fn an_equality_that_releases_the_version_makes_it_stale() {
    let new = Key { hash: 9, name: 50 };
    for forget in [false, true] {
        let (mut store, version, ..) = deep();
        let made = store.insert_with(version, 9, new, 7, |store, _, _| {
            let end = if forget { store.forget(version) } else { store.release(version) };
            end.map(|()| false)
        });
        assert_eq!(made, Err(WithError::Store(Error::Stale { version })));
        store.check().unwrap();
        store.compact();
        assert_eq!(store.stats().live_entries, 0);
    }
    // Also if it accepts the candidate, if the row is in use again, and if it abandons an open
    // edit.
    let (mut store, version, ..) = deep();
    let made = store.remove_with(version, 9, |store, _| {
        store.release(version)?;
        store.insert(store.empty(), new, 0).map(|_| true)
    });
    assert_eq!(made, Err(WithError::Store(Error::Stale { version })));
    let (mut store, version, ..) = deep();
    let open = store.open(version).unwrap();
    let made = store.insert_with(open, 9, new, 7, |store, _, _| store.abandon(open).map(|()| true));
    assert_eq!(made, Err(WithError::Store(Error::Stale { version: open })));
    store.check().unwrap();
}

/// The search restarts, because what was compared may be gone, and ends where the key belongs now.
#[test]
fn an_equality_that_writes_the_same_edit_is_asked_again() {
    let (mut store, version, held, keys) = deep();
    let open = store.open(version).unwrap();
    store.release(version).unwrap();
    let mut asked = Vec::new();
    let twin = Key { name: keys[0].name, ..keys[0] };
    let made = store.insert_with(open, 9, twin, 7, |store, probe, key| {
        let candidate = *store.candidate(probe).unwrap().unwrap().0;
        asked.push(candidate.name);
        if asked.len() == 2 {
            // It removes this candidate and accepts it.
            assert!(host_remove(store, open, keys[1]).unwrap().is_some());
            return Ok::<bool, ()>(true);
        }
        Ok(candidate == *key && asked.len() > 2)
    });
    assert_eq!(made, Ok(open));
    assert_eq!(asked, [0, 1, 0], "asked again from the start");
    let version = store.commit(open).unwrap();
    let mut expected = held;
    expected.remove(&1);
    expected.insert(0, 7);
    assert_holds(&store, version, &expected, &keys);
    store.check().unwrap();
    assert_eq!(store.stats().live_entries, 3);
}

/// The candidate that it accepts is no longer there, so that the key is inserted as a new one.
#[test]
fn an_equality_that_removes_what_it_accepts_is_asked_again() {
    let (mut store, version, _, keys) = deep();
    let open = store.open(version).unwrap();
    let mut removed = false;
    let made = store.insert_with(open, 9, keys[0], 7, |store, probe, key| {
        if !std::mem::replace(&mut removed, true) {
            host_remove(store, open, keys[0]).unwrap();
            return Ok(true);
        }
        is_key(store, probe, key)
    });
    let version = store.commit(made.unwrap()).unwrap();
    let names: Vec<u32> = store.at(version).unwrap().keys().map(|key| key.name).collect();
    assert_eq!(names, [1, 2, 0, 3]);
    store.check().unwrap();
}

/// From the commit on, the edit is an immutable version, and stays as it is.
#[test]
fn an_equality_that_commits_the_edit_makes_the_write_a_new_version() {
    let (mut store, version, held, keys) = deep();
    let open = store.open(version).unwrap();
    let new = Key { hash: 9, name: 50 };
    let mut committed = None;
    let made = store.insert_with(open, 9, new, 7, |store, probe, key| {
        if committed.is_none() {
            committed = Some(store.commit(open).unwrap());
        }
        is_key(store, probe, key)
    });
    let made = made.unwrap();
    assert_eq!(committed, Some(open));
    assert_ne!(made, open);
    assert_holds(&store, open, &held, &keys);
    assert_eq!(store.len(made), Ok(5));
    store.check().unwrap();
}

/// Searches of one edit inside of each other, each of which writes to it.
#[test]
fn nested_searches_all_write_their_key() {
    fn put(store: &mut KeyStore, open: Version, name: u32, depth: u32) {
        let mut nested = false;
        let key = Key { hash: 9, name };
        let made = store.insert_with(open, 9, key, u64::from(name), |store, probe, key| {
            if depth > 0 && !std::mem::replace(&mut nested, true) {
                put(store, open, name + 1, depth - 1);
                assert_eq!(store.candidate(probe), Err(Error::Changed { version: open }));
                return Ok(false);
            }
            is_key(store, probe, key)
        });
        assert_eq!(made, Ok(open));
    }
    let (mut store, version, _, _) = deep();
    let open = store.open(version).unwrap();
    put(&mut store, open, 100, 6);
    let version = store.commit(open).unwrap();
    let found = contents(&store, version);
    assert_eq!(found.len(), 11);
    assert!((100..107).all(|name| found[&name] == u64::from(name)));
    store.check().unwrap();
}

/// A panic of a comparison goes to the caller, and the store is as before.
#[test]
fn an_equality_that_panics_changes_nothing() {
    let (mut store, version, held, keys) = deep();
    let before = store.stats();
    let attempt = std::panic::AssertUnwindSafe(|| {
        store.insert_with(version, 9, Key { hash: 9, name: 50 }, 0, |_, _, _| -> Result<_, ()> {
            panic!("an equality that panics")
        })
    });
    assert!(std::panic::catch_unwind(attempt).is_err());
    assert_eq!(store.stats(), before);
    store.check().unwrap();
    assert_holds(&store, version, &held, &keys);
}
