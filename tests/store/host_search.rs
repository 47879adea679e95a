//! `host::search`: the loop in which a host compares keys by user code that may use the store.
//!
//! The bug class: a search that goes on in a version which the user code has released, or in an
//! open edit which it has written, and so misses a key, finds a removed one, or hands out a probe
//! that writes in the wrong place; one that never ends; and user code that runs where none is
//! needed, or while the store is borrowed.

use crate::support;
use std::cell::{Cell, RefCell};

use crate::model_host::{Failure, Host};
use crate::support::{
    Contents, Dice, Key, KeyStore, assert_holds, contents, deep_keys, grow, host_insert,
    host_remove, keys_of, names, store,
};
use hedgerow::host::{HostStore, search_from};
use hedgerow::{Error, Version, fold};

const NEW: Key = Key { hash: 9, name: 50 };

/// A key of another hash than those that the searches here are for.
const ELSEWHERE: Key = Key { hash: 40, name: 60 };

/// A version of three keys of one hash and a fourth of another, with an open edit of it.
fn scene() -> (KeyStore, Version, Version, Vec<Key>) {
    let mut store = store();
    let keys = deep_keys();
    let version = grow(&mut store, &keys);
    let open = store.open(version).unwrap();
    (store, version, open, keys)
}

#[test]
fn the_keys_of_a_collision_node_are_asked_in_order_until_one_is_the_key() {
    for is_open in [false, true] {
        for name in 0..3 {
            let (store, version, open, keys) = scene();
            let target = if is_open { open } else { version };
            let mut host = Host::new(store, keys[name as usize]);
            let found = host.search(target).unwrap();
            assert_eq!(found.candidate, Some((keys[name as usize], u64::from(name))));
            assert_eq!(host.asked, (0..=name).collect::<Vec<_>>());
            // The probe is at the key: what is removed there is this key alone.
            let store = host.store.get_mut();
            let made = store.remove_at(found.probe).unwrap();
            let view = store.at(made).or_else(|_| store.at_open(made)).unwrap();
            let left: Vec<u32> = view.keys().map(|key| key.name).collect();
            assert_eq!(left, (0..4).filter(|&other| other != name).collect::<Vec<_>>());
            store.check().unwrap();
        }
    }
}

#[test]
fn an_absent_key_is_asked_about_every_candidate_and_has_its_place_after_them() {
    let (store, version, _, _) = scene();
    let mut host = Host::new(store, NEW);
    let found = host.search(version).unwrap();
    assert_eq!((found.candidate, &*host.asked), (None, &[0, 1, 2][..]));
    let store = host.store.get_mut();
    let made = store.insert_at(found.probe, NEW, 7).unwrap();
    assert_eq!(names(store, made), [0, 1, 2, 50, 3]);
    assert_eq!(names(store, version), [0, 1, 2, 3]);
    // A hash of which there is no key, and a map without keys.
    let empty = store.empty();
    host.key = ELSEWHERE;
    assert_eq!((host.find(version), host.find(empty)), (Ok(None), Ok(None)));
    assert_eq!(host.asked.len(), 3);
}

#[test]
fn user_code_is_not_asked_where_the_comparison_needs_none() {
    let (store, version, _, keys) = scene();
    let mut host = Host::new(store, NEW);
    host.exact = vec![0, 1, 2];
    for &key in &keys[..3] {
        host.key = key;
        assert_eq!(host.find(version), Ok(Some((key.name, u64::from(key.name)))));
    }
    host.key = NEW;
    assert_eq!(host.find(version), Ok(None));
    assert!(host.asked.is_empty());
    // With one candidate that needs user code, it is asked about that one alone.
    host.exact = vec![0, 2];
    assert_eq!((host.find(version), &*host.asked), (Ok(None), &[1][..]));
    host.key = keys[2];
    assert_eq!((host.find(version), &*host.asked), (Ok(Some((2, 2))), &[1, 1][..]));
    // The key comes before that one.
    host.key = keys[0];
    assert_eq!((host.find(version), &*host.asked), (Ok(Some((0, 0))), &[1, 1][..]));
}

/// A write that user code makes when it is asked about a candidate for the first time.
type Write = fn(&mut KeyStore, Version);

/// Searches an open edit of the keys 0, 1 and 2 for the key of this name. User code writes to the
/// edit as it is first asked about candidate `at`.
fn search_while_written(name: u32, at: u32, write: Write) -> (Option<(u32, u64)>, Vec<u32>) {
    let (store, version, open, keys) = scene();
    let held = contents(&store, version);
    let is_written = Cell::new(false);
    let key = Key { hash: 9, name };
    let mut host = Host::with_code(store, key, |store, candidate, _| {
        if candidate.name == at && !is_written.replace(true) {
            write(store, open);
        }
        Ok(())
    });
    let found = host.search(open).unwrap();
    let asked = std::mem::take(&mut host.asked);
    // The probe is good for the edit as it is now.
    let store = host.store.get_mut();
    assert_eq!(store.candidate(&found.probe).unwrap(), {
        found.candidate.as_ref().map(|(key, value)| (key, value))
    });
    let _ = store.insert_at(found.probe, key, 99).unwrap();
    assert_eq!(store.at_open(open).unwrap().get(&key), Some(&99));
    store.check().unwrap();
    assert_holds(store, version, &held, &keys);
    assert!(is_written.get());
    (found.candidate.map(|(key, value)| (key.name, value)), asked)
}

#[test]
fn a_search_restarts_where_user_code_wrote_to_the_open_edit() {
    let elsewhere: Write = |store, open| _ = host_insert(store, open, ELSEWHERE, 1).unwrap();
    let replace_1: Write = |store, open| {
        let _ = host_insert(store, open, Key { hash: 9, name: 1 }, 70).unwrap();
    };
    let remove_0: Write = |store, open| {
        let _ = host_remove(store, open, Key { hash: 9, name: 0 }).unwrap().unwrap();
    };
    let remove_1: Write = |store, open| {
        let _ = host_remove(store, open, Key { hash: 9, name: 1 }).unwrap().unwrap();
    };
    let add_50: Write = |store, open| _ = host_insert(store, open, NEW, 80).unwrap();
    let remove_all: Write = |store, open| {
        for key in deep_keys() {
            let _ = host_remove(store, open, key).unwrap().unwrap();
        }
    };

    // The candidate that was asked about is another key.
    let found = search_while_written(1, 0, elsewhere);
    assert_eq!(found, (Some((1, 1)), vec![0, 0, 1]));
    let found = search_while_written(1, 0, remove_0);
    assert_eq!(found, (Some((1, 1)), vec![0, 1]));
    let found = search_while_written(1, 0, replace_1);
    assert_eq!(found, (Some((1, 70)), vec![0, 0, 1]));
    let found = search_while_written(1, 0, remove_1);
    assert_eq!(found, (None, vec![0, 0, 2]));
    // It is the key, which is not believed after a write.
    let found = search_while_written(1, 1, elsewhere);
    assert_eq!(found, (Some((1, 1)), vec![0, 1, 0, 1]));
    let found = search_while_written(1, 1, replace_1);
    assert_eq!(found, (Some((1, 70)), vec![0, 1, 0, 1]));
    let found = search_while_written(1, 1, remove_1);
    assert_eq!(found, (None, vec![0, 1, 0, 2]));
    // There is no such key, until user code makes it.
    let found = search_while_written(50, 2, elsewhere);
    assert_eq!(found, (None, vec![0, 1, 2, 0, 1, 2]));
    let found = search_while_written(50, 2, add_50);
    assert_eq!(found, (Some((50, 80)), vec![0, 1, 2, 0, 1, 2, 50]));
    let found = search_while_written(50, 0, remove_all);
    assert_eq!(found, (None, vec![0]));
}

#[test]
fn writes_to_other_versions_and_compactions_do_not_restart_a_search() {
    for is_open in [false, true] {
        let (mut store, version, open, _) = scene();
        let other = store.open(version).unwrap();
        let target = if is_open { open } else { version };
        let mut host = Host::with_code(store, NEW, |store, candidate, asked_before| {
            let key = Key { hash: 9, name: 100 + asked_before as u32 };
            let made = store.insert(version, key, 1).unwrap();
            let _ = host_insert(store, other, key, 1).unwrap();
            let _ = host_remove(store, other, candidate).unwrap().unwrap();
            assert!(store.compact().done);
            store.release(made).unwrap();
            Ok(())
        });
        let found = host.search(target).unwrap();
        assert_eq!((found.candidate, &*host.asked), (None, &[0, 1, 2][..]));
        let store = host.store.get_mut();
        let made = store.insert_at(found.probe, NEW, 7).unwrap();
        assert_eq!(made == open, is_open);
        store.check().unwrap();
    }
}

#[test]
fn an_edit_that_user_code_commits_is_searched_to_the_end_as_a_version() {
    let (store, _, open, _) = scene();
    let mut host = Host::with_code(store, NEW, |store, _, asked_before| {
        if asked_before == 1 {
            assert_eq!(store.commit(open), Ok(open));
        }
        Ok(())
    });
    let found = host.search(open).unwrap();
    assert_eq!((found.candidate, &*host.asked), (None, &[0, 1, 2][..]));
    let store = host.store.get_mut();
    let made = store.insert_at(found.probe, NEW, 7).unwrap();
    assert_eq!((store.len(open), store.len(made)), (Ok(4), Ok(5)));
}

/// Ends a version, or an open edit.
type End = fn(&mut KeyStore, Version) -> Result<(), Error>;

#[test]
fn a_version_that_user_code_ends_is_stale_whatever_it_answers() {
    let ends: [End; 3] =
        [KeyStore::release, KeyStore::forget, |store, version| store.abandon(version)];
    for (number, end) in ends.into_iter().enumerate() {
        // Candidate 1 is the key, and candidate 0 is another one.
        for at in 0..2 {
            let (store, version, open, keys) = scene();
            let target = if number == 2 { open } else { version };
            let mut host = Host::with_code(store, keys[1], move |store, candidate, _| {
                if candidate.name == at { Ok(end(store, target)?) } else { Ok(()) }
            });
            let stale = Failure::Store(Error::Stale { version: target });
            assert_eq!(host.find(target), Err(stale));
            assert_eq!(host.asked, (0..=at).collect::<Vec<_>>());
            host.store.get_mut().check().unwrap();
        }
    }
}

#[test]
fn a_version_that_is_refused_is_not_asked_about() {
    let (mut store, version, open, _) = scene();
    let mut other_store = support::store();
    let foreign = grow(&mut other_store, &deep_keys());
    store.release(version).unwrap();
    store.abandon(open).unwrap();
    let mut host = Host::new(store, NEW);
    for version in [version, open] {
        assert_eq!(host.find(version), Err(Failure::Store(Error::Stale { version })));
    }
    let refused = Failure::Store(Error::OtherStore { version: foreign });
    assert_eq!(host.find(foreign), Err(refused));
    assert!(host.asked.is_empty());
}

#[test]
fn a_search_gives_up_after_a_thousand_attempts() {
    for writes in [999, 1_000] {
        let (store, _, open, keys) = scene();
        let mut host = Host::with_code(store, keys[0], move |store, _, asked_before| {
            if asked_before < writes {
                let _ = host_insert(store, open, ELSEWHERE, asked_before as u64).unwrap();
            }
            Ok(())
        });
        let found = host.find(open);
        assert_eq!(host.asked.len(), 1_000);
        if writes == 999 {
            assert_eq!(found, Ok(Some((0, 0))));
        } else {
            assert_eq!(found, Err(Failure::Store(Error::Changed { version: open })));
        }
        let store = host.store.get_mut();
        assert_eq!(store.at_open(open).unwrap().get(&ELSEWHERE), Some(&(writes as u64 - 1)));
        store.check().unwrap();
    }
}

#[test]
fn an_error_of_user_code_ends_the_search_and_changes_nothing() {
    for fails_at in 0..3 {
        let (store, version, open, keys) = scene();
        let (before, held) = (store.stats(), contents(&store, version));
        let mut host = Host::with_code(store, NEW, move |_, _, asked_before| {
            if asked_before == fails_at { Err(Failure::Raised) } else { Ok(()) }
        });
        for target in [version, open] {
            host.asked.clear();
            assert_eq!(host.find(target), Err(Failure::Raised));
            assert_eq!(host.asked.len(), fails_at + 1);
        }
        let store = host.store.get_mut();
        assert_eq!(store.stats(), before);
        assert_holds(store, version, &held, &keys);
        store.check().unwrap();
    }
}

#[test]
fn a_store_that_cannot_be_borrowed_ends_the_search() {
    // One read for the probe, and two for each candidate: its key, and whether it is still there.
    for reads in 0..8 {
        let (store, version, _, keys) = scene();
        let mut host = Host::new(store, keys[2]);
        host.reads_left.set(reads);
        let found = host.find(version);
        assert_eq!(found, if reads < 7 { Err(Failure::Borrowed) } else { Ok(Some((2, 2))) });
        assert_eq!(host.asked.len(), reads / 2);
    }
}

/// Random user code writes to the edit that is searched. Whatever it does, the search finds the key
/// if and only if the edit has it in the end, with the value that it has then.
#[test]
fn a_search_agrees_with_a_plain_model_of_what_user_code_wrote() {
    let all = keys_of([9, 9, 9, 9, 9, 9, 9 | 1 << 30, 9 | 1 << 10, 40]);
    let mut dice = Dice(1);
    let (mut restarts, mut found_keys, mut absent_keys) = (0, 0, 0);
    for clock in 0..2_000 {
        let mut store = store();
        let base = grow(&mut store, &all[..dice.below(all.len() + 1)]);
        let open = store.open(base).unwrap();
        let model = RefCell::new(contents(&store, base));
        let key = all[dice.below(all.len())];
        let mut writes = 0;
        let mut host = Host::with_code(store, key, |store, _, asked_before| {
            // Fewer and fewer writes, so that the search ends.
            let other = all[dice.below(all.len())];
            match dice.below(4 + asked_before) {
                0 => {
                    let _ = host_insert(store, open, other, clock).unwrap();
                    model.borrow_mut().insert(other.name, clock);
                    writes += 1;
                }
                1 => {
                    let removed = host_remove(store, open, other).unwrap().is_some();
                    let expected: Option<u64> = model.borrow_mut().remove(&other.name);
                    assert_eq!(removed, expected.is_some());
                    writes += usize::from(removed);
                }
                2 => assert!(store.compact().done),
                _ => {}
            }
            Ok(())
        });
        host.exact = (0..9).filter(|name| name % 3 == clock as u32 % 3).collect();
        let found = host.search(open).unwrap();
        let value = found.candidate.map(|(_, value)| value);
        let store = host.store.get_mut();
        let mut expected: Contents = model.borrow().clone();
        assert_eq!(value, expected.get(&key.name).copied());
        // And the place is right: an insert there is the insert of that key.
        assert_eq!(store.insert_at(found.probe, key, 1_000_000), Ok(open));
        expected.insert(key.name, 1_000_000);
        let view = store.at_open(open).unwrap();
        let held: Contents = view.iter().map(|(key, &value)| (key.name, value)).collect();
        assert_eq!(held, expected);
        store.check().unwrap();
        drop(host);
        restarts += writes;
        found_keys += usize::from(value.is_some());
        absent_keys += usize::from(value.is_none());
    }
    assert!(restarts > 500 && found_keys > 500 && absent_keys > 100, "{restarts} restarts");
}

#[test]
fn a_search_goes_on_after_candidates_that_were_asked_about_elsewhere() {
    for is_open in [false, true] {
        for (name, from, expected) in
            [(0, 0, Some(0)), (0, 1, None), (2, 1, Some(2)), (2, 2, Some(2)), (2, 9, None)]
        {
            let (store, version, open, keys) = scene();
            let target = if is_open { open } else { version };
            let probe = store.probe_at(target, fold(keys[0].hash), from).unwrap();
            let mut host = Host::new(store, keys[name]);
            let found = search_from(&mut host, probe).unwrap();
            assert_eq!(found.candidate.map(|(key, _)| key.name), expected);
            let end = expected.map_or(3, |found| found + 1);
            assert_eq!(host.asked, (from..end).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_probe_at_an_ordinal_is_the_one_that_was_advanced_to_it() {
    let (mut store, version, open, keys) = scene();
    for target in [version, open] {
        let mut advanced = store.probe(target, fold(keys[0].hash)).unwrap();
        for ordinal in 0..4 {
            let placed = store.probe_at(target, fold(keys[0].hash), ordinal).unwrap();
            assert_eq!(store.candidate(&placed).unwrap(), store.candidate(&advanced).unwrap());
            advanced.advance();
        }
    }
    store.release(version).unwrap();
    assert!(matches!(store.probe_at(version, 0, 0), Err(Error::Stale { .. })));
}
