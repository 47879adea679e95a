//! Keys and values are dropped exactly once, as soon as no version holds them.
//!
//! The bug class: a value that outlives the last version that held it, and with it the file or the
//! Python object it owns; one that is dropped while a version still holds it; a store that is in
//! the middle of an operation when a destructor runs, and is left so when that panics.

use hedgerow::host::{HostMemory, HostStore};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::support::{ChosenHash, Key, deep_keys, keys, keys_of};
use hedgerow::{Store, Version, fold};

/// A value that is counted while it is alive, and panics when it is dropped while armed.
#[derive(Debug)]
struct Token {
    alive: Rc<Cell<isize>>,
    armed: Rc<Cell<bool>>,
}

impl Drop for Token {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
        if self.armed.replace(false) {
            panic!("a destructor that panics");
        }
    }
}

/// Makes tokens, and counts those alive.
#[derive(Clone, Default)]
struct Mint {
    alive: Rc<Cell<isize>>,
    armed: Rc<Cell<bool>>,
}

impl Mint {
    fn token(&self) -> Token {
        self.alive.set(self.alive.get() + 1);
        Token { alive: self.alive.clone(), armed: self.armed.clone() }
    }

    fn alive(&self) -> isize {
        self.alive.get()
    }
}

type TokenStore = Store<Key, Token, ChosenHash>;

fn grow(store: &mut TokenStore, mint: &Mint, keys: &[Key]) -> Version {
    store.bulk(keys.iter().map(|&key| (key, mint.token()))).unwrap()
}

fn insert(store: &mut TokenStore, version: Version, key: Key, token: Token) -> Version {
    let is_key = |store: &mut TokenStore, probe: &hedgerow::host::Probe, key: &Key| {
        Ok::<bool, ()>(store.candidate(probe).unwrap().unwrap().0 == key)
    };
    store.insert_with(version, fold(key.hash), key, token, is_key).unwrap()
}

#[test]
fn values_are_dropped_with_the_last_version_that_holds_them() {
    let (mint, mut store) = (Mint::default(), TokenStore::default());
    let base = grow(&mut store, &mint, &keys());
    let count = keys().len() as isize;
    let replaced = store.insert(base, keys()[3], mint.token()).unwrap();
    let removed = store.remove(replaced, &keys()[3]).unwrap().unwrap();
    assert_eq!(mint.alive(), count + 1);
    store.release(replaced).unwrap();
    assert_eq!(mint.alive(), count);
    store.release(base).unwrap();
    assert_eq!(mint.alive(), count - 1);
    store.release(removed).unwrap();
    assert_eq!(mint.alive(), 0);
}

#[test]
fn an_edit_drops_what_it_overwrites_and_no_version_holds() {
    let (mint, mut store) = (Mint::default(), TokenStore::default());
    let all = deep_keys();
    let base = grow(&mut store, &mint, &all);
    let mut edit = store.edit(base).unwrap();
    for _ in 0..3 {
        edit.insert(all[0], mint.token()).unwrap();
        assert_eq!(mint.alive(), 5, "its own value is dropped, and the base's is not");
    }
    edit.remove(&all[0]).unwrap();
    assert_eq!(mint.alive(), 4);
    edit.insert(Key { hash: 1, name: 90 }, mint.token()).unwrap();
    drop(edit);
    assert_eq!(mint.alive(), 4);
    let open = store.open(base).unwrap();
    store.release(base).unwrap();
    for &key in &all {
        let _ = insert(&mut store, open, key, mint.token());
        assert_eq!(mint.alive(), 4, "the base is released, so its value is dropped at once");
    }
    store.abandon(open).unwrap();
    assert_eq!(mint.alive(), 0);
}

#[test]
fn refused_and_duplicate_pairs_are_dropped() {
    let (mint, mut store) = (Mint::default(), TokenStore::default());
    let all = keys_of([1, 1, 2]);
    let doubled = all.iter().chain(&all).map(|&key| (key, mint.token()));
    let version = store.bulk(doubled).unwrap();
    assert_eq!(mint.alive(), 3);
    let limits = store.limits();
    store.set_limits(hedgerow::Limits { entries: 3, ..limits });
    assert!(store.insert(version, Key { hash: 5, name: 9 }, mint.token()).is_err());
    assert!(store.bulk([(all[0], mint.token())]).is_err());
    assert!(store.edit(version).unwrap().insert(Key { hash: 5, name: 9 }, mint.token()).is_err());
    assert_eq!(mint.alive(), 3);
    store.release(version).unwrap();
    assert!(store.insert(version, all[0], mint.token()).is_err());
    assert_eq!(mint.alive(), 0);
    store.set_limits(limits);
    let _ = grow(&mut store, &mint, &keys());
    drop(store);
    assert_eq!(mint.alive(), 0);
}

#[test]
fn compaction_drops_forgotten_values_and_no_others() {
    let (mint, mut store) = (Mint::default(), TokenStore::default());
    let kept = grow(&mut store, &mint, &deep_keys());
    let forgotten = grow(&mut store, &mint, &keys());
    store.forget(forgotten).unwrap();
    assert_eq!(mint.alive(), 4 + keys().len() as isize);
    assert_eq!(store.compact().entries_freed, keys().len());
    assert_eq!(mint.alive(), 4);
    for _ in 0..3 {
        assert!(store.compact().done);
    }
    assert_eq!((mint.alive(), store.len(kept)), (4, Ok(4)));
}

#[test]
fn dead_pairs_that_are_kept_are_handed_out_and_not_dropped() {
    let (mint, mut store) = (Mint::default(), TokenStore::default());
    let all = keys();
    store.keep_dead(true);
    let version = grow(&mut store, &mint, &all);
    let next = store.insert(version, all[0], mint.token()).unwrap();
    store.release(version).unwrap();
    assert_eq!(mint.alive(), 1 + all.len() as isize);
    let dead = store.take_dead();
    let names: Vec<u32> = dead.iter().map(|(key, _)| key.name).collect();
    assert_eq!((names, store.take_dead().len()), (vec![0], 0));
    drop(dead);
    assert_eq!(mint.alive(), all.len() as isize);
    // Compaction and writes in place keep dead pairs, too. When keeping is switched off, all are
    // dropped.
    let open = store.open(next).unwrap();
    let _ = insert(&mut store, open, all[1], mint.token());
    let _ = insert(&mut store, open, all[1], mint.token());
    store.forget(next).unwrap();
    store.compact();
    store.abandon(open).unwrap();
    assert_eq!((mint.alive(), store.stats().live_entries), (all.len() as isize + 2, 0));
    store.keep_dead(false);
    assert_eq!((mint.alive(), store.take_dead().len()), (0, 0));
    // Dead pairs that need no dropping are kept as well.
    let mut plain = Store::<u32, u32>::with_seed(0);
    plain.keep_dead(true);
    let version = plain.insert(plain.empty(), 1, 2).unwrap();
    plain.release(version).unwrap();
    assert!(plain.has_dead());
    assert_eq!(plain.pop_dead_if(|key, value| (*key, *value) != (1, 2)), None);
    assert_eq!(plain.pop_dead_if(|key, value| (*key, *value) == (1, 2)), Some((1, 2)));
    let version = plain.insert(plain.empty(), 1, 2).unwrap();
    plain.release(version).unwrap();
    assert_eq!(plain.pop_dead(), Some((1, 2)));
    assert_eq!((plain.pop_dead(), plain.has_dead()), (None, false));
}

/// Runs every operation that can drop a value, with a destructor that panics once.
#[test]
fn a_destructor_that_panics_leaves_the_store_consistent() {
    type Act = fn(&mut TokenStore, Version, Version, &Mint);
    let acts: [(&str, Act); 7] = [
        ("release", |store, base, _, _| store.release(base).unwrap()),
        ("overwrite in place", |store, base, _, mint| {
            let mut edit = store.edit(base).unwrap();
            edit.insert(deep_keys()[0], mint.token()).unwrap();
            mint.armed.set(true);
            let _ = edit.insert(deep_keys()[0], mint.token());
        }),
        ("drop of an edit", |store, base, _, mint| {
            let mut edit = store.edit(base).unwrap();
            mint.armed.set(false);
            edit.insert(deep_keys()[0], mint.token()).unwrap();
            mint.armed.set(true);
            drop(edit);
        }),
        ("write to an open edit", |store, _, open, mint| {
            let _ = insert(store, open, deep_keys()[3], mint.token());
        }),
        ("abandon", |store, _, open, _| store.abandon(open).unwrap()),
        ("compact", |store, base, _, mint| {
            mint.armed.set(false);
            store.forget(base).unwrap();
            mint.armed.set(true);
            store.compact();
        }),
        ("remove_at", |store, _, open, _| {
            let probe = store.probe(open, 9).unwrap();
            let _ = store.remove_at(probe).unwrap();
        }),
    ];
    for (name, act) in acts {
        let (mint, mut store) = (Mint::default(), TokenStore::default());
        let bystander = grow(&mut store, &mint, &keys());
        let base = grow(&mut store, &mint, &deep_keys());
        let origin = grow(&mut store, &mint, &deep_keys());
        let open = store.open(origin).unwrap();
        store.release(origin).unwrap();
        mint.armed.set(true);
        let panics = catch_unwind(AssertUnwindSafe(|| act(&mut store, base, open, &mint)));
        assert!(panics.is_err() && !mint.armed.get(), "{name}");
        store.check().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(store.len(bystander), Ok(keys().len()), "{name}");
        for version in [base, bystander] {
            let _ = store.release(version);
        }
        let _ = store.abandon(open);
        store.compact();
        assert_eq!(store.stats().live_entries, 0, "{name}");
        assert_eq!(mint.alive(), 0, "{name}: each value is dropped once, also the one that panics");
    }
}
