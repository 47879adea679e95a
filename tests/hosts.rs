//! What hosts use beside the probe: judged updates, what is not shared, cursors that fetch ahead,
//! and who holds what. Each against the typed methods, or against counting one by one.

mod support;

use std::collections::HashMap;
use std::ops::ControlFlow;

use hedgerow::host::{HostMemory, HostStore, KeyMatch};
use hedgerow::{Error, Version, WithError};
use proptest::prelude::*;
use support::{Key, KeyStore, keys, store};

#[derive(Debug, PartialEq)]
struct Refused;

fn put(store: &mut KeyStore, version: Version, key: Key, value: u64) -> Version {
    let hash = store.hash_of(&key);
    let judge = |stored: &Key, old: &u64| {
        Ok::<_, Refused>(match (*stored == key, *old == value) {
            (false, _) => KeyMatch::Different,
            // Both are right for a key that is the stored one in every respect.
            (true, false) if stored.name == key.name && value.is_multiple_of(2) => {
                KeyMatch::Identical
            }
            (true, false) => KeyMatch::Equal,
            (true, true) => KeyMatch::Unchanged,
        })
    };
    store.insert_hashed(version, hash, key, value, judge).expect("nothing refuses")
}

fn cut(store: &mut KeyStore, version: Version, key: Key) -> Option<Version> {
    let hash = store.hash_of(&key);
    store.remove_hashed(version, hash, |k| Ok::<_, Refused>(*k == key)).expect("nothing refuses")
}

fn pairs(store: &KeyStore, version: Version) -> Vec<(u32, u64)> {
    store.at(version).unwrap().iter().map(|(key, value)| (key.name, *value)).collect()
}

/// One step of a history: which version of those alive, which key, what to do.
type Step = (usize, usize, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..64usize, 0..200usize, 0..10u8, 0..4u64), 1..160)
}

/// Runs a history of judged updates beside one of typed ones; returns the versions still alive.
fn run(store: &mut KeyStore, steps: &[Step]) -> Vec<Version> {
    let keys = keys();
    let mut alive = vec![store.empty()];
    for &(which, key, action, value) in steps {
        let version = alive[which % alive.len()];
        let key = keys[key % keys.len()];
        match action {
            0..6 => {
                let judged = put(store, version, key, value);
                let typed = store.insert(version, key, value).unwrap();
                assert_eq!(pairs(store, judged), pairs(store, typed));
                let before = store.at(version).unwrap().get(&key).copied();
                assert_eq!(judged == version, before == Some(value), "no-op keeps the version");
                store.release(typed).unwrap();
                if judged != version {
                    alive.push(judged);
                }
            }
            6..8 => {
                let (judged, typed) = (cut(store, version, key), store.remove(version, &key));
                match (judged, typed.unwrap()) {
                    (Some(judged), Some(typed)) => {
                        assert_eq!(pairs(store, judged), pairs(store, typed));
                        store.release(typed).unwrap();
                        alive.push(judged);
                    }
                    (judged, typed) => assert_eq!(judged, typed),
                }
            }
            _ if alive.len() > 4 => {
                let gone = alive.remove(1 + which % (alive.len() - 1));
                store.release(gone).unwrap();
            }
            _ => {}
        }
        store.check().unwrap();
    }
    alive
}

proptest! {
    #[test]
    fn judged_updates_do_what_typed_ones_do(steps in steps()) {
        run(&mut store(), &steps);
    }

    #[test]
    fn judged_updates_write_open_edits_in_place(steps in steps()) {
        let mut store = store();
        let keys = keys();
        let edit = store.open(store.empty()).unwrap();
        let mut model = HashMap::new();
        for (_, key, action, value) in steps {
            let key = keys[key % keys.len()];
            if action < 7 {
                prop_assert_eq!(put(&mut store, edit, key, value), edit);
                model.insert(key.name, value);
            } else {
                let removed = cut(&mut store, edit, key);
                prop_assert_eq!(removed, model.remove(&key.name).map(|_| edit));
            }
            store.check().unwrap();
        }
        let version = store.commit(edit).unwrap();
        let held: HashMap<u32, u64> = pairs(&store, version).into_iter().collect();
        prop_assert_eq!(held, model);
    }

    #[test]
    fn what_is_not_shared_makes_the_diff(steps in steps()) {
        let mut store = store();
        let alive = run(&mut store, &steps);
        for &a in &alive {
            for &b in &alive {
                let mut only = (Vec::new(), Vec::new());
                let end = store.unshared(a, b, |group| {
                    for (key, value) in group.left() {
                        assert_eq!(store.hash_of(key), group.hash());
                        only.0.push((key.name, *value));
                    }
                    only.1.extend(group.right().map(|(key, value)| (key.name, *value)));
                    ControlFlow::<()>::Continue(())
                });
                prop_assert!(end.unwrap().is_continue());
                let (left, right) = (pairs(&store, a), pairs(&store, b));
                prop_assert!(only.0.iter().all(|pair| left.contains(pair)));
                prop_assert!(only.1.iter().all(|pair| right.contains(pair)));
                // What one has in the end: the other, without its own, with what is missing.
                let mut made: HashMap<_, _> = left.into_iter().collect();
                only.0.iter().for_each(|(name, _)| assert!(made.remove(name).is_some()));
                made.extend(only.1);
                prop_assert_eq!(made, right.into_iter().collect::<HashMap<_, _>>());
            }
        }
    }

    #[test]
    fn a_cursor_that_fetches_ahead_sees_what_an_iterator_sees(
        steps in steps(),
        batch in 1..9usize,
    ) {
        let mut store = store();
        for version in run(&mut store, &steps) {
            let mut cursor = store.cursor(version).unwrap();
            let mut seen = Vec::new();
            loop {
                let push = |key: &Key, value: &u64| seen.push((key.name, *value));
                let fetched = store.advance_by(&mut cursor, batch, push).unwrap();
                if fetched < batch {
                    break;
                }
                store.compact();
            }
            prop_assert_eq!(seen, pairs(&store, version));
            prop_assert_eq!(store.advance_by(&mut cursor, batch, |_, _| unreachable!()), Ok(0));
        }
    }

    #[test]
    fn holders_are_counted_as_one_by_one(steps in steps(), twice in any::<bool>()) {
        let mut store = store();
        let mut alive = run(&mut store, &steps);
        if twice {
            alive.extend_from_within(..);
        }
        let mut expected: HashMap<*const Key, u32> = HashMap::new();
        for &version in &alive {
            for (key, _) in store.at(version).unwrap().iter() {
                *expected.entry(key).or_default() += 1;
            }
        }
        let mut counted = HashMap::new();
        let visit = |key: &Key, _: &u64, holders| {
            assert!(counted.insert(key as _, holders).is_none());
        };
        store.count_holders(&alive, visit).unwrap();
        prop_assert_eq!(counted, expected);
    }

    #[test]
    fn versions_that_share_are_of_one_family(steps in steps()) {
        let mut store = store();
        run(&mut store, &steps);
        let families = store.families();
        let mut all: Vec<Version> = families.concat();
        all.sort();
        let mut live: Vec<Version> = store.versions().collect();
        live.retain(|&version| store.len(version).unwrap() > 0);
        live.sort();
        prop_assert_eq!(all, live);
        for (index, family) in families.iter().enumerate() {
            for &a in family {
                for &b in families[index + 1..].iter().flatten() {
                    let sharing = store.shared(a, b).unwrap();
                    prop_assert_eq!((sharing.nodes_shared, sharing.entries_shared), (0, 0));
                }
            }
        }
    }
}

#[test]
fn a_refusal_changes_nothing() {
    let mut store = store();
    let key = keys()[0];
    let empty = store.empty();
    let one = put(&mut store, empty, key, 1);
    let before = store.stats();
    let hash = store.hash_of(&key);
    let put = store.insert_hashed(one, hash, key, 2, |_, _| Err(Refused));
    assert!(matches!(put, Err(WithError::Caller(Refused))));
    let cut = store.remove_hashed(one, hash, |_| Err(Refused));
    assert!(matches!(cut, Err(WithError::Caller(Refused))));
    assert_eq!(pairs(&store, one), [(key.name, 1)]);
    assert_eq!(store.stats().live_entries, before.live_entries);
    store.check().unwrap();
}

#[test]
fn the_stored_key_stays() {
    let mut store = store();
    let key = keys()[0];
    let other = Key { hash: key.hash, ..key };
    let empty = store.empty();
    let one = put(&mut store, empty, key, 1);
    let two = put(&mut store, one, other, 2);
    let stored = store.at(two).unwrap().get_key_value(&key).unwrap();
    assert_eq!((stored.0.name, *stored.1), (key.name, 2));
}

#[test]
fn stale_versions_are_refused() {
    let mut store = store();
    let key = keys()[0];
    let empty = store.empty();
    let one = put(&mut store, empty, key, 1);
    store.release(one).unwrap();
    let hash = store.hash_of(&key);
    let stale = Error::Stale { version: one };
    let put = store.insert_hashed(one, hash, key, 2, |_, _| Ok::<_, Refused>(KeyMatch::Different));
    assert_eq!(put, Err(WithError::Store(stale)));
    let cut = store.remove_hashed(one, hash, |_| Ok::<_, Refused>(true));
    assert_eq!(cut, Err(WithError::Store(stale)));
    assert_eq!(store.count_holders(&[one], |_, _, _| {}), Err(stale));
    let unshared = store.unshared(one, store.empty(), |_| ControlFlow::Break(()));
    assert_eq!(unshared, Err(stale));
}
