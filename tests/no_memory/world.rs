//! A store with relatives and strangers, and what must hold after every operation.

use std::cell::Cell;
use std::rc::Rc;

use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Store, Version};

use super::series::Try;
use crate::support::{ChosenHash, Key, keys, keys_of};

/// A value that is counted while it is alive. To clone it takes no memory.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) number: u64,
    alive: Rc<Cell<i64>>,
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        counted(&self.alive, self.number)
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

fn counted(alive: &Rc<Cell<i64>>, number: u64) -> Counted {
    alive.set(alive.get() + 1);
    Counted { number, alive: alive.clone() }
}

pub(crate) type CountedStore = Store<Key, Counted, ChosenHash>;

pub(crate) struct World {
    pub(crate) store: CountedStore,
    alive: Rc<Cell<i64>>,
    /// All keys of `base`.
    pub(crate) keys: Vec<Key>,
    /// Keys that no version has.
    pub(crate) new_keys: Vec<Key>,
    pub(crate) base: Version,
    /// Made from `base` by many keys, some over the same as `theirs`.
    pub(crate) ours: Version,
    pub(crate) theirs: Version,
    /// Made from `ours` by one key.
    pub(crate) child: Version,
    /// The same keys as `base`, built at once: no relative.
    pub(crate) stranger: Version,
    /// An open edit, if there is one.
    pub(crate) open: Option<Version>,
    /// What an operation has released.
    pub(crate) gone: Vec<Version>,
    /// Another one, to be dropped.
    pub(crate) spare: Option<Box<World>>,
}

/// An operation on a world, which may fail for want of memory and for nothing else.
pub(crate) type Act = fn(&mut World) -> Result<(), Error>;

fn insert(world: &mut World, version: Version, key: Key, number: u64) -> Version {
    let value = world.value(number);
    let next = world.store.insert(version, key, value).unwrap();
    world.store.release(version).unwrap();
    next
}

impl World {
    pub(crate) fn new() -> Self {
        let all = keys_of(keys().iter().map(|key| key.hash).chain((0..150).map(|n| n * 977)));
        let (old, new) = all.split_at(all.len() - 30);
        let store = CountedStore::default();
        let empty = store.empty();
        let mut world = World {
            alive: Rc::default(),
            keys: old.to_vec(),
            new_keys: new.to_vec(),
            base: empty,
            ours: empty,
            theirs: empty,
            child: empty,
            stranger: empty,
            open: None,
            gone: Vec::with_capacity(16),
            spare: None,
            store,
        };
        for key in world.keys.clone() {
            let base = world.base;
            world.base = insert(&mut world, base, key, u64::from(key.name));
        }
        let base = world.base;
        world.ours = world.changed(base, 3, 1_000);
        world.theirs = world.changed(base, 5, 2_000);
        // A dead version that connects three.
        let ours = world.ours;
        let middle = world.changed(ours, 7, 3_000);
        let value = world.value(9);
        world.child = world.store.insert(middle, world.keys[8], value).unwrap();
        let value = world.value(10);
        let _kept = world.store.insert(middle, world.keys[9], value).unwrap();
        world.store.release(middle).unwrap();
        let pairs: Vec<_> =
            world.keys.iter().map(|&key| (key, counted(&world.alive, key.name.into()))).collect();
        world.stranger = world.store.bulk(pairs).unwrap();
        world
    }

    /// A version with each `step`th key changed or removed.
    pub(crate) fn changed(&mut self, version: Version, step: usize, number: u64) -> Version {
        let alive = self.alive.clone();
        let mut edit = self.store.edit(version).unwrap();
        for (count, key) in self.keys.iter().step_by(step).enumerate() {
            if count % 3 == 2 {
                edit.remove(key).unwrap();
            } else {
                edit.insert(*key, counted(&alive, number + u64::from(key.name))).unwrap();
            }
        }
        edit.commit()
    }

    pub(crate) fn value(&self, number: u64) -> Counted {
        counted(&self.alive, number)
    }

    fn contents(&self) -> Vec<(Version, Vec<(u32, u64)>)> {
        let versions = self.store.versions();
        let view = |version| self.store.at(version).unwrap();
        versions
            .map(|version| {
                let pairs = view(version).iter().map(|(key, value)| (key.name, value.number));
                (version, pairs.collect())
            })
            .collect()
    }

    /// Runs `act` while memory is refused, and tests that no version has changed, that the store is
    /// consistent, and that nothing leaks. Returns how many allocations were refused.
    pub(crate) fn attempt(mut self, what: Try, act: Act, may_fail: bool) -> u64 {
        let before = self.contents();
        let (result, refused) = what.run(|| act(&mut self));
        match result {
            Err(Error::Allocation { .. }) if refused > 0 && may_fail => {}
            Ok(()) => {}
            Err(error) => panic!("{refused} refused: {error:?}"),
        }
        self.store.check().unwrap();
        let after = self.contents();
        for (version, held) in &before {
            let found = after.iter().find(|(other, _)| other == version);
            match found {
                Some((_, holds)) => assert!(holds == held, "{version} has changed"),
                None => assert!(self.gone.contains(version), "{version} is gone"),
            }
        }
        self.end();
        refused
    }

    /// Releases everything.
    fn end(mut self) {
        if let Some(open) = self.open {
            self.store.abandon(open).unwrap();
        }
        for version in self.store.versions().collect::<Vec<_>>() {
            self.store.release(version).unwrap();
        }
        if self.store.stats().forgotten_versions > 0 {
            assert!(self.store.compact().done);
        }
        self.store.check().unwrap();
        drop(self.store.take_dead());
        let stats = self.store.stats();
        assert_eq!((stats.live_words, stats.live_entries, self.alive.get()), (0, 0, 0));
    }
}
