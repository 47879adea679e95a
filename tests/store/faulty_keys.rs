//! Keys whose equality is inconsistent, and whose comparisons, clones and destructors panic.
//!
//! The bug class: an operation compares twice, and reserves memory for the first result but needs
//! what the second one asks for; a comparison or a destructor panics, or uses the store, in the
//! middle of an operation. Here equality is wrong at random, comparisons and destructors panic at
//! random, and destructors use the store that their key was in. What a new version holds is then
//! undefined. But every other version holds what it held, and the store passes its checks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::{ChosenHash, Dice};
use hedgerow::host::{Batch, HostMemory, HostStore, KeyMatch};
use hedgerow::{Error, Limits, Store, Version, fold};

thread_local! {
    static CHANCE: RefCell<Dice> = const { RefCell::new(Dice(1)) };
    /// One in so many comparisons is wrong; 0 for none.
    static WRONG: Cell<usize> = const { Cell::new(0) };
    /// One in so many comparisons, clones and destructors panics; 0 for none.
    static PANICS: Cell<usize> = const { Cell::new(0) };
    static COMPARED: Cell<usize> = const { Cell::new(0) };
    /// The store that destructors call.
    static STORE: RefCell<Option<FaultyStore>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn happens(one_in: usize) -> bool {
    one_in > 0 && CHANCE.with_borrow_mut(|dice| dice.below(one_in) == 0)
}

fn may_panic() {
    if !std::thread::panicking() && happens(PANICS.get()) {
        panic!("at random");
    }
}

/// A key with a chosen hash, whose equality may be wrong.
#[derive(Debug)]
struct Key {
    hash: u32,
    name: u32,
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        may_panic();
        (self.name == other.name) != happens(WRONG.get())
    }
}

impl Eq for Key {}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.hash));
    }
}

impl Clone for Key {
    fn clone(&self) -> Key {
        may_panic();
        Key { ..*self }
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // During an operation the store is borrowed, and cannot be used.
        STORE.with(|store| {
            if let Ok(mut store) = store.try_borrow_mut()
                && let Some(store) = store.as_mut()
            {
                CALLS.set(CALLS.get() + 1);
                store.check().unwrap();
                let new = Key { hash: self.hash, name: self.name ^ 1 };
                let made = store.insert(store.empty(), new, 0).and_then(|made| store.release(made));
                assert!(made.is_ok() || matches!(made, Err(Error::Full { .. })));
            }
        });
        may_panic();
    }
}

type FaultyStore = Store<Key, u32, ChosenHash>;

/// A key of one of few hashes, which differ first at several levels.
fn key(random: &mut Dice) -> Key {
    const HASHES: [u32; 8] = [3, 3 | 1 << 30, 35, 35 | 7 << 10, 3 | 1 << 5, 9, 1 << 31, 40];
    let hash = HASHES[random.below(HASHES.len())];
    Key { hash, name: random.below(40) as u32 }
}

fn held(store: &FaultyStore, version: Version) -> Vec<(u32, u32)> {
    store.at(version).unwrap().iter().map(|(key, value)| (key.name, *value)).collect()
}

#[test]
fn a_difference_compares_every_pair_of_keys_once() {
    // With stress the release compacts, and leaves nothing for a compaction to free.
    for is_full in [false, !cfg!(feature = "stress")] {
        let mut store = FaultyStore::default();
        let pairs = |names: std::ops::Range<u32>| names.map(|name| (Key { hash: 3, name }, name));
        let waste = store.bulk((0..200).map(|name| (Key { hash: name, name }, name))).unwrap();
        let a = store.bulk(pairs(0..6)).unwrap();
        let b = store.bulk(pairs(5..9)).unwrap();
        if is_full {
            store.release(waste).unwrap();
            let stats = store.stats();
            let words = stats.live_words + stats.free_words;
            store.set_limits(Limits { words, ..store.limits() });
        }
        let compactions = store.stats().compactions;
        COMPARED.set(0);
        let made = store.difference(a, b).unwrap();
        // The last key of `a` is the first of `b`.
        assert_eq!(COMPARED.get(), 5 * 4 + 1);
        assert_eq!(held(&store, made), (0..5).map(|name| (name, name)).collect::<Vec<_>>());
        assert!(store.stats().compactions > compactions || !is_full);
        store.check().unwrap();
    }
}

#[test]
fn an_inconsistent_equality_leaves_no_update_half_done() {
    for trial in 0..300_u64 {
        let mut random = Dice(trial << 8 | 1);
        CHANCE.set(Dice(trial + 1));
        let mut store = FaultyStore::default();
        let mut pairs = |count| (0..count).map(|n| (key(&mut random), n)).collect::<Vec<_>>();
        let mut version = store.bulk(pairs(30)).unwrap();
        let other = store.bulk(pairs(10)).unwrap();
        let waste = store.bulk(pairs(20)).unwrap();
        store.forget(waste).unwrap();
        let stats = store.stats();
        let words = stats.live_words + stats.free_words + (trial % 40) as usize;
        store.set_limits(Limits { words, ..store.limits() });
        WRONG.set(3);
        for _ in 0..30 {
            let made = match random.below(4) {
                0 => store.difference(version, other),
                1 => store.insert(version, key(&mut random), 1),
                2 => store.remove(version, &key(&mut random)).map(|made| made.unwrap_or(version)),
                _ => store.union(version, other),
            };
            store.check().unwrap_or_else(|error| panic!("trial {trial}: {error}"));
            match made {
                Ok(made) if made != version && made != store.empty() => {
                    store.release(version).unwrap();
                    version = made;
                }
                Ok(_) | Err(Error::Full { .. }) => {}
                Err(error) => panic!("trial {trial}: {error}"),
            }
        }
        WRONG.set(0);
    }
}

/// The versions that random operations have made, and what each held when it was made.
struct World {
    random: Dice,
    live: HashMap<Version, Vec<(u32, u32)>>,
    open: Vec<Version>,
}

impl World {
    /// A random version, which may be the empty one.
    fn some(&mut self, store: &FaultyStore) -> Version {
        let mut versions: Vec<Version> = self.live.keys().copied().collect();
        versions.sort_by_key(|version| version.row(store.empty()));
        versions.push(store.empty());
        versions[self.random.below(versions.len())]
    }

    fn edit(&mut self, store: &mut FaultyStore, base: Version) -> Result<Option<Version>, Error> {
        let mut edit = store.edit(base)?;
        for n in 0..10 {
            let _ = edit.insert(key(&mut self.random), n)?;
            let _ = edit.remove(&key(&mut self.random))?;
        }
        Ok(Some(edit.commit()))
    }

    /// Runs one random operation. Returns the version that it made, if any.
    fn act(&mut self, store: &mut FaultyStore) -> Result<Option<Version>, Error> {
        let (a, b, c) = (self.some(store), self.some(store), self.some(store));
        let (given, value) = (key(&mut self.random), self.random.below(100) as u32);
        let hash = fold(given.hash.into());
        match self.random.below(18) {
            0 | 1 => store.insert(a, given, value).map(Some),
            2 => store.remove(a, &given),
            3 => store.difference(a, b).map(Some),
            4 => store.union(a, b).map(Some),
            5 => store.intersection(a, b).map(Some),
            6 => store.merge(a, b, c, |conflict| conflict.theirs.copied()).map(Some),
            7 => {
                let pairs: Vec<_> = (0..20).map(|n| (key(&mut self.random), n)).collect();
                store.bulk(pairs).map(Some)
            }
            8 => {
                let pairs: Vec<_> = (0..20).map(|n| (3, key(&mut self.random), n)).collect();
                let batch = Batch::new(pairs, |a, b| Ok::<_, ()>(a == b)).unwrap();
                store.bulk_batch(batch).map(Some)
            }
            9 => self.edit(store, a),
            10 => {
                let edit = store.open(a)?;
                self.open.push(edit);
                Ok(None)
            }
            11 | 12 => {
                let target = self.open.last().copied().unwrap_or(a);
                let compare = |key: &Key, _: &u32| {
                    let same = *key == given;
                    Ok::<_, ()>(if same { KeyMatch::Equal } else { KeyMatch::Different })
                };
                let made = store.insert_hashed(target, hash, given.clone(), value, compare);
                made.map(|made| (made != target).then_some(made)).map_err(store_error)
            }
            13 => {
                let target = self.open.last().copied().unwrap_or(a);
                let made = store.remove_hashed(target, hash, |key| Ok::<_, ()>(*key == given));
                made.map(|made| made.filter(|&made| made != target)).map_err(store_error)
            }
            14 => {
                let same = |store: &mut FaultyStore, probe: &hedgerow::host::Probe, key: &Key| {
                    // The comparison has the store, and may do anything to it.
                    store.compact();
                    Ok::<_, ()>(store.candidate(probe).is_ok_and(|c| c.is_some_and(|c| c.0 == key)))
                };
                let made = store.insert_with(a, hash, given, value, same);
                made.map(Some).map_err(store_error)
            }
            15 => {
                let Some(edit) = self.open.pop() else { return Ok(None) };
                store.commit(edit).map(Some)
            }
            16 if a != store.empty() => {
                // The version ends even if the destructor of a key panics.
                self.live.remove(&a);
                let end = [FaultyStore::release, FaultyStore::forget][self.random.below(2)];
                end(store, a).map(|()| None)
            }
            _ => {
                store.compact();
                Ok(None)
            }
        }
    }
}

fn store_error(error: hedgerow::WithError<()>) -> Error {
    match error {
        hedgerow::WithError::Store(error) => error,
        hedgerow::WithError::Caller(()) => unreachable!("no closure fails here"),
    }
}

/// Runs a random history on the store in `STORE`, whose limits it often reaches.
fn run(seed: u64, keeps_dead: bool) {
    CHANCE.set(Dice(seed << 16 | 5));
    let mut store = FaultyStore::default();
    store.keep_dead(keeps_dead);
    store.set_limits(Limits { words: 330, entries: 90, versions: 14, stamps: 40 });
    STORE.set(Some(store));
    let mut world = World { random: Dice(seed << 20 | 77), live: HashMap::new(), open: vec![] };
    for step in 0..120 {
        let made = STORE.with_borrow_mut(|store| {
            let store = store.as_mut().unwrap();
            catch_unwind(AssertUnwindSafe(|| world.act(store)))
        });
        let dead = STORE.with_borrow_mut(|store| store.as_mut().unwrap().take_dead());
        // One by one, because their destructors may use the store and panic.
        for pair in dead {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(pair)));
        }
        STORE.with_borrow_mut(|store| {
            let store = store.as_mut().unwrap();
            let name = || format!("seed {seed}, step {step}, after {made:?}");
            store.check().unwrap_or_else(|error| panic!("{}: {error}", name()));
            for (&version, contents) in &world.live {
                assert_eq!(held(store, version), *contents, "{}", name());
            }
            match &made {
                Ok(Ok(Some(version))) if *version != store.empty() => {
                    world.live.insert(*version, held(store, *version));
                }
                Ok(Ok(_) | Err(Error::Full { .. })) => {}
                Ok(Err(error)) => panic!("{}: {error}", name()),
                // A destructor may have panicked at the end of an operation, and its version be
                // lost.
                Err(_) => {
                    let known = |version: &Version| world.live.contains_key(version);
                    let lost = store.versions().filter(|version| !known(version));
                    for version in lost.collect::<Vec<_>>() {
                        let _ = catch_unwind(AssertUnwindSafe(|| store.release(version)));
                    }
                    world.open.retain(|&edit| store.at_open(edit).is_ok());
                }
            }
        });
    }
    PANICS.set(0);
    WRONG.set(0);
    // Taken out first, so that destructors find no store to use.
    drop(STORE.take());
}

#[test]
fn keys_with_wrong_equality_leave_every_other_version_as_it_was() {
    for seed in 1..=150 {
        WRONG.set(3);
        run(seed, seed % 2 == 0);
    }
    assert!(CALLS.get() > 1_000, "destructors called the store {} times", CALLS.get());
}

#[test]
fn keys_that_panic_leave_every_other_version_as_it_was() {
    // Their panics are caught, and not worth printing.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str() != Some("at random") {
            loud(info);
        }
    }));
    for seed in 1..=150 {
        WRONG.set(4);
        PANICS.set(60);
        run(seed, seed % 2 == 0);
    }
}
