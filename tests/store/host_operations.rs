//! What hosts use besides probes: updates by hash, what two versions do not share, cursors that
//! fetch several entries, the holders of entries, and families of versions.
//!
//! The bug class: a second way to do what a method of `Store` does, which does something else. So
//! each is compared with those methods, or with counting one by one.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::support::{Key, KeyStore, keys, store};
use hedgerow::host::{HostMemory, HostStore, KeyMatch};
use hedgerow::{Error, Version, WithError};
use proptest::prelude::*;

#[derive(Debug, PartialEq)]
struct Fails;

fn insert(store: &mut KeyStore, version: Version, key: Key, value: u64) -> Version {
    let hash = store.hash_of(&key);
    let compare = |stored: &Key, old: &u64| {
        Ok::<_, Fails>(match (*stored == key, *old == value) {
            (false, _) => KeyMatch::Different,
            // For a key that is the stored one in every respect both are right.
            (true, false) if stored.name == key.name && value.is_multiple_of(2) => {
                KeyMatch::Identical
            }
            (true, false) => KeyMatch::Equal,
            (true, true) => KeyMatch::Unchanged,
        })
    };
    store.insert_hashed(version, hash, key, value, compare).expect("compare does not fail")
}

fn remove(store: &mut KeyStore, version: Version, key: Key) -> Option<Version> {
    let hash = store.hash_of(&key);
    store
        .remove_hashed(version, hash, |k| Ok::<_, Fails>(*k == key))
        .expect("compare does not fail")
}

fn pairs(store: &KeyStore, version: Version) -> Vec<(u32, u64)> {
    store.at(version).unwrap().iter().map(|(key, value)| (key.name, *value)).collect()
}

/// One step of a history: which live version, which key, what to do, which value.
type Step = (usize, usize, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..64usize, 0..200usize, 0..10u8, 0..4u64), 1..160)
}

/// Runs a history by updates with a hash and by those of `Store`, and compares. Returns the live
/// versions.
fn run(store: &mut KeyStore, steps: &[Step]) -> Vec<Version> {
    let keys = keys();
    let mut alive = vec![store.empty()];
    for &(which, key, action, value) in steps {
        let version = alive[which % alive.len()];
        let key = keys[key % keys.len()];
        match action {
            0..6 => {
                let hashed = insert(store, version, key, value);
                let typed = store.insert(version, key, value).unwrap();
                assert_eq!(pairs(store, hashed), pairs(store, typed));
                let before = store.at(version).unwrap().get(&key).copied();
                assert_eq!(hashed == version, before == Some(value), "no-op keeps the version");
                store.release(typed).unwrap();
                if hashed != version {
                    alive.push(hashed);
                }
            }
            6..8 => {
                let (hashed, typed) = (remove(store, version, key), store.remove(version, &key));
                match (hashed, typed.unwrap()) {
                    (Some(hashed), Some(typed)) => {
                        assert_eq!(pairs(store, hashed), pairs(store, typed));
                        store.release(typed).unwrap();
                        alive.push(hashed);
                    }
                    (hashed, typed) => assert_eq!(hashed, typed),
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
    fn updates_by_hash_do_what_those_of_a_store_do(steps in steps()) {
        run(&mut store(), &steps);
    }

    #[test]
    fn updates_by_hash_write_open_edits_in_place(steps in steps()) {
        let mut store = store();
        let keys = keys();
        let edit = store.open(store.empty()).unwrap();
        let mut model = HashMap::new();
        for (_, key, action, value) in steps {
            let key = keys[key % keys.len()];
            if action < 7 {
                prop_assert_eq!(insert(&mut store, edit, key, value), edit);
                model.insert(key.name, value);
            } else {
                let removed = remove(&mut store, edit, key);
                prop_assert_eq!(removed, model.remove(&key.name).map(|_| edit));
            }
            store.check().unwrap();
        }
        let version = store.commit(edit).unwrap();
        let held: HashMap<u32, u64> = pairs(&store, version).into_iter().collect();
        prop_assert_eq!(held, model);
    }

    #[test]
    fn what_is_not_shared_is_the_difference(steps in steps()) {
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
                // The left one, without what only it has, and with what only the right one has.
                let mut made: HashMap<_, _> = left.into_iter().collect();
                only.0.iter().for_each(|(name, _)| assert!(made.remove(name).is_some()));
                made.extend(only.1);
                prop_assert_eq!(made, right.into_iter().collect::<HashMap<_, _>>());
            }
        }
    }

    #[test]
    fn a_cursor_that_fetches_several_sees_what_an_iterator_sees(
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
    fn counted_holders_are_those_counted_one_by_one(steps in steps(), twice in any::<bool>()) {
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
    fn versions_that_share_are_in_one_family(steps in steps()) {
        let mut store = store();
        run(&mut store, &steps);
        let families = store.families().unwrap();
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
fn an_error_of_the_host_changes_nothing() {
    let mut store = store();
    let key = keys()[0];
    let empty = store.empty();
    let one = insert(&mut store, empty, key, 1);
    let before = store.stats();
    let hash = store.hash_of(&key);
    let inserted = store.insert_hashed(one, hash, key, 2, |_, _| Err(Fails));
    assert!(matches!(inserted, Err(WithError::Caller(Fails))));
    let removed = store.remove_hashed(one, hash, |_| Err(Fails));
    assert!(matches!(removed, Err(WithError::Caller(Fails))));
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
    let one = insert(&mut store, empty, key, 1);
    let two = insert(&mut store, one, other, 2);
    let stored = store.at(two).unwrap().get_key_value(&key).unwrap();
    assert_eq!((stored.0.name, *stored.1), (key.name, 2));
}

#[test]
fn stale_versions_are_refused() {
    let mut store = store();
    let key = keys()[0];
    let empty = store.empty();
    let one = insert(&mut store, empty, key, 1);
    store.release(one).unwrap();
    let hash = store.hash_of(&key);
    let stale = Error::Stale { version: one };
    let inserted =
        store.insert_hashed(one, hash, key, 2, |_, _| Ok::<_, Fails>(KeyMatch::Different));
    assert_eq!(inserted, Err(WithError::Store(stale)));
    let removed = store.remove_hashed(one, hash, |_| Ok::<_, Fails>(true));
    assert_eq!(removed, Err(WithError::Store(stale)));
    assert_eq!(store.count_holders(&[one], |_, _, _| {}), Err(stale));
    let unshared = store.unshared(one, store.empty(), |_| ControlFlow::Break(()));
    assert_eq!(unshared, Err(stale));
}

/// An `Edit` that is leaked keeps what it holds, can be found, and leaves nothing when it is
/// abandoned or committed there, whether its base lives or not.
#[test]
fn a_leaked_edit_is_named_and_can_be_ended() {
    for (releases_base, commits) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut store = store();
        let all = keys();
        let (old, new) = all.split_at(all.len() / 2);
        let base = store.bulk(old.iter().map(|&key| (key, 1))).unwrap();
        let mut edit = store.edit(base).unwrap();
        edit.extend(new.iter().map(|&key| (key, 2)));
        edit.extend(old[..3].iter().map(|&key| (key, 3)));
        std::mem::forget(edit);
        store.check().unwrap();
        let other = store.open(base).unwrap();
        if releases_base {
            store.release(base).unwrap();
        }
        let open: Vec<Version> = store.open_edits().collect();
        assert_eq!(open.len(), 2);
        let leaked = *open.iter().find(|&&edit| edit != other).unwrap();
        assert_eq!(store.at_open(leaked).unwrap().len(), all.len());
        if commits {
            let version = store.commit(leaked).unwrap();
            assert_eq!(store.at(version).unwrap().get(&old[0]), Some(&3));
            store.release(version).unwrap();
        } else {
            store.abandon(leaked).unwrap();
        }
        store.abandon(other).unwrap();
        if !releases_base {
            assert_eq!(pairs(&store, base).len(), old.len());
            store.release(base).unwrap();
        }
        assert_eq!(store.open_edits().count(), 0);
        store.check().unwrap();
        assert_eq!((store.stats().live_entries, store.stats().live_words), (0, 0));
    }
}
