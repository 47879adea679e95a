//! Random operations inside random operations, with a plain map for each version to compare with.
//!
//! The bug class: a comparison is running, and code in it writes to the store, releases a version
//! or compacts, so that what the outer operation will write to is moved or gone. Here every
//! comparison first runs a random operation on the same store, which may end the version, or write
//! to the edit, that the outer operation is on.

use crate::support;
use std::collections::HashMap;

use crate::support::{Contents, Key, KeyStore, assert_holds, keys, store};
use hedgerow::host::{HostStore, Probe};
use hedgerow::{Error, Version, WithError, fold};
use proptest::prelude::*;

/// What to do, by number, to which version, with which key.
type Act = (u8, usize, usize);

/// The failure of a comparison, which ends the outer operation.
#[derive(Debug, PartialEq)]
struct Fails;

struct World {
    store: KeyStore,
    /// What each live version and open edit must hold.
    held: HashMap<Version, Contents>,
    /// The versions in the order in which they were made, to choose one by number.
    order: Vec<Version>,
    keys: Vec<Key>,
    clock: u64,
    /// What comparisons do, the last one first.
    inner: Vec<Act>,
}

impl World {
    fn new(inner: Vec<Act>) -> Self {
        // Few hashes, so that keys are compared: in entries and in collision nodes, at all depths.
        let keys = keys().into_iter().filter(|key| key.hash < 6 || key.hash == 0x1234_5678);
        let keys = keys.chain((200..206).map(|name| Key { hash: 3 | 1 << 30, name })).collect();
        let store = store();
        let empty = store.empty();
        let held = HashMap::from([(empty, Contents::new())]);
        World { store, held, order: vec![empty], keys, clock: 0, inner }
    }

    fn keep(&mut self, version: Version, contents: Contents) {
        if version != self.store.empty() {
            self.held.insert(version, contents);
            self.order.push(version);
        }
    }

    fn forget(&mut self, version: Version) {
        self.held.remove(&version);
        self.order.retain(|&other| other != version);
    }

    fn is_open(&self, version: Version) -> bool {
        self.store.at_open(version).is_ok()
    }

    fn act(&mut self, (what, which, key): Act) {
        let version = self.order[which % self.order.len()];
        let key = self.keys[key % self.keys.len()];
        let is_open = self.is_open(version);
        self.clock += 1;
        match what % 12 {
            0..=3 => self.insert(version, key),
            4..=5 => self.remove(version, key),
            6 if !is_open => {
                let open = self.store.open(version).unwrap();
                let contents = self.held[&version].clone();
                self.keep(open, contents);
            }
            6 => {
                let contents = self.held[&version].clone();
                self.forget(version);
                let committed = self.store.commit(version).unwrap();
                assert!(committed == version || contents.is_empty());
                self.keep(committed, contents);
            }
            7..=8 if version != self.store.empty() => {
                self.forget(version);
                match is_open {
                    true => self.store.abandon(version).unwrap(),
                    false if key.name.is_multiple_of(5) => self.store.forget(version).unwrap(),
                    false => self.store.release(version).unwrap(),
                }
            }
            9 => assert!(self.store.compact().done),
            10 => self.cursor(version),
            _ => self.store.check().unwrap(),
        }
    }

    /// Runs the operation of a comparison, then compares.
    fn compare(&mut self, probe: &Probe, key: &Key) -> Result<bool, Fails> {
        match self.inner.pop() {
            None => {}
            Some((what, ..)) if what > 250 => return Err(Fails),
            Some(act) => self.act(act),
        }
        // The candidate may be gone. Then the outer operation gets an error from the store.
        Ok(self.store.candidate(probe).is_ok_and(|found| found.is_some_and(|(k, _)| k == key)))
    }

    /// Finds a key by probes, step by step. `None` where the version has ended or a comparison
    /// fails.
    fn seek(&mut self, version: Version, key: &Key) -> Option<Probe> {
        'again: loop {
            let mut probe = self.store.probe(version, fold(key.hash)).ok()?;
            loop {
                match self.store.candidate(&probe) {
                    Ok(None) => return Some(probe),
                    Ok(Some(_)) => {}
                    Err(Error::Changed { .. }) => continue 'again,
                    Err(_) => return None,
                }
                let is_key = self.compare(&probe, key).ok()?;
                match self.store.candidate(&probe) {
                    Ok(_) if is_key => return Some(probe),
                    Ok(_) => probe.advance(),
                    Err(Error::Changed { .. }) => continue 'again,
                    Err(Error::Stale { .. }) => return None,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }

    fn insert(&mut self, version: Version, key: Key) {
        let Some(probe) = self.seek(version, &key) else { return };
        let is_open = self.is_open(version);
        let mut contents = self.held[&version].clone();
        let value = self.clock;
        contents.insert(key.name, value);
        let made = self.store.insert_at(probe, key, value).unwrap();
        assert_eq!(made == version, is_open);
        self.update(version, made, contents);
    }

    fn remove(&mut self, version: Version, key: Key) {
        let Some(probe) = self.seek(version, &key) else { return };
        let mut contents = self.held[&version].clone();
        let made = self.store.remove_at(probe);
        match (contents.remove(&key.name), made) {
            (Some(_), Ok(made)) => self.update(version, made, contents),
            (None, Err(Error::Misuse { .. })) => {}
            (was, made) => panic!("{was:?} removed: {made:?}"),
        }
    }

    fn update(&mut self, version: Version, made: Version, contents: Contents) {
        if made == version {
            self.held.insert(version, contents);
        } else {
            self.keep(made, contents);
        }
    }

    /// Walks over a version with other operations between the steps.
    fn cursor(&mut self, version: Version) {
        let mut cursor = self.store.cursor(version).unwrap();
        let expected = self.held[&version].clone();
        let mut found = Contents::new();
        loop {
            match self.store.advance(&mut cursor) {
                Ok(Some((key, &value))) => assert_eq!(found.insert(key.name, value), None),
                Ok(None) => break assert_eq!(found, expected),
                Err(Error::Changed { .. } | Error::Stale { .. }) => return,
                Err(error) => panic!("{error}"),
            }
            if found.len() % 4 == 1
                && let Some(act) = self.inner.pop()
            {
                self.act(act);
            }
        }
    }

    fn check(&self) {
        self.store.check().unwrap();
        for (&version, contents) in &self.held {
            if self.is_open(version) {
                let view = self.store.at_open(version).unwrap();
                let found: Contents = view.iter().map(|(key, &value)| (key.name, value)).collect();
                assert_eq!(&found, contents);
            } else {
                assert_holds(&self.store, version, contents, &self.keys);
            }
        }
    }
}

fn acts(count: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec((any::<u8>(), 0..64usize, 0..64usize), 0..count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn operations_during_comparisons(outer in acts(60), inner in acts(200)) {
        let mut world = World::new(inner);
        // A first version, whose keys collide, so that there are comparisons.
        let all: Vec<Key> = world.keys[..10].to_vec();
        let version = support::grow(&mut world.store, &all);
        let contents = support::contents(&world.store, version);
        world.keep(version, contents);
        for act in outer {
            world.act(act);
            world.check();
        }
    }

    /// The closures of `insert_with` and `remove_with`, with a failure or an operation at each
    /// call.
    #[test]
    fn closures_that_fail_write_or_compact(
        targets in prop::collection::vec((any::<bool>(), 0..64usize), 1..20),
        acts in acts(120),
    ) {
        let mut world = World::new(Vec::new());
        let all: Vec<Key> = world.keys.clone();
        let version = support::grow(&mut world.store, &all[..12]);
        let before = support::contents(&world.store, version);
        let open = world.store.open(version).unwrap();
        let mut acts = acts.into_iter();
        for (put, number) in targets {
            let key = all[number % all.len()];
            let target = if number % 2 == 0 { version } else { open };
            let is_key = |store: &mut KeyStore, probe: &Probe| {
                match acts.next() {
                    Some((0..=20, ..)) => return Err(Fails),
                    Some((21..=60, ..)) => assert!(store.compact().done),
                    Some((61..=140, _, n)) => {
                        let _ = support::host_insert(store, open, all[n % all.len()], 1).unwrap();
                    }
                    Some((141..=200, _, n)) => {
                        let _ = support::host_remove(store, open, all[n % all.len()]).unwrap();
                    }
                    _ => {}
                }
                let found = store.candidate(probe);
                Ok(found.is_ok_and(|found| found.is_some_and(|(stored, _)| *stored == key)))
            };
            let made = if put {
                let mut is_key = is_key;
                let is_key = |store: &mut KeyStore, probe: &Probe, _: &Key| is_key(store, probe);
                world.store.insert_with(target, fold(key.hash), key, 5, is_key).map(Some)
            } else {
                world.store.remove_with(target, fold(key.hash), is_key)
            };
            match made {
                Ok(Some(made)) => {
                    let read = world.store.at_open(made).or_else(|_| world.store.at(made));
                    prop_assert_eq!(read.unwrap().get(&key), put.then_some(&5));
                    if made != open {
                        world.store.release(made).unwrap();
                    }
                }
                Ok(None) => prop_assert!(!put),
                Err(error) => prop_assert_eq!(error, WithError::Caller(Fails)),
            }
            world.store.check().unwrap();
            assert_holds(&world.store, version, &before, &all);
        }
    }
}
