//! Every operation of a store and of hosts, on a world of relatives and strangers.

use std::convert::Infallible;
use std::ops::ControlFlow;

use hedgerow::host::{Batch, HostMemory, HostStore, KeyMatch, Ownership};
use hedgerow::{Compaction, Error, Limits, Version, WithError, fold};

use super::series::Operation;
use super::world::{Act, Counted, CountedStore, World};
use crate::support::{ChosenHash, Key};

type Prepare = fn(&mut World);

/// Entries of a large map: more than release and compaction leave alone.
const LARGE: u64 = 20_000;

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    for (name, prepare, act) in UPDATES.iter().chain(COMBINATIONS).chain(HOST).chain(READS) {
        all.push(operation(name, *prepare, *act, true));
    }
    #[cfg(feature = "serde")]
    all.push(deserialize());
    for (name, prepare, act) in RELEASES {
        all.push(operation(name, *prepare, *act, false));
    }
    all
}

fn operation(name: &'static str, prepare: Prepare, act: Act, may_fail: bool) -> Operation {
    let attempt = Box::new(move |what| {
        let mut world = World::new();
        prepare(&mut world);
        world.attempt(what, act, may_fail)
    });
    Operation { name, attempt }
}

fn nothing(_: &mut World) {}

/// Full arenas, so that the next update grows them.
fn full(world: &mut World) {
    world.store.set_auto_compact(false);
    assert!(world.store.compact().done);
}

fn kept(world: &mut World) {
    world.store.keep_dead(true);
}

/// Much garbage, and a limit that a compaction has to make room under.
fn near_limit(world: &mut World) {
    world.store.set_auto_compact(false);
    let many: Vec<Version> = (1..40).map(|n| world.changed(world.base, 2, n * 10_000)).collect();
    for version in many {
        world.store.release(version).unwrap();
    }
    let words = world.store.stats().live_words + 3_000;
    world.store.set_limits(Limits { words, ..world.store.limits() });
}

/// No stamp is left before a compaction.
fn last_stamp(world: &mut World) {
    world.store.set_limits(Limits { stamps: 1_000_000, ..world.store.limits() });
    world.store.skip_stamps_to(1_000_000);
}

/// A forgotten version leaves garbage, and no entry is left before a compaction.
fn last_entry(world: &mut World) {
    let garbage = world.changed(world.base, 2, 5_000);
    world.store.forget(garbage).unwrap();
    let entries = world.store.stats().live_entries;
    world.store.set_limits(Limits { entries, ..world.store.limits() });
}

fn opened(world: &mut World) {
    world.open = Some(world.store.open(world.base).unwrap());
}

/// An open edit whose base is released, while relatives of that live.
fn opened_alone(world: &mut World) {
    opened(world);
    world.store.release(world.base).unwrap();
    world.gone.push(world.base);
}

fn large(world: &mut World) {
    let value = world.value(1);
    let pairs = (0..LARGE).map(|n| (Key { hash: n * 7_919, name: n as u32 }, value.clone()));
    world.stranger = world.store.bulk(pairs).unwrap();
}

/// A large map whose rows are scattered, so that a build over them compacts.
fn scattered(world: &mut World) {
    world.store.set_auto_compact(false);
    large(world);
    let mut edit = world.store.edit(world.stranger).unwrap();
    let hashes = (0..LARGE).map(|n| n * 31 % LARGE);
    let value = edit.view().values().next().unwrap().clone();
    for n in hashes {
        edit.insert(Key { hash: n * 7_919, name: n as u32 }, value.clone()).unwrap();
    }
    let version = edit.commit();
    world.store.release(world.stranger).unwrap();
    world.store.release(version).unwrap();
    world.store.set_auto_compact(true);
    world.stranger = world.store.empty();
}

fn large_edit(world: &mut World) {
    large(world);
    let version = world.store.insert(world.stranger, world.new_keys[0], world.value(1)).unwrap();
    world.child = version;
}

/// All of a large map replaced: a relative of which nothing is shared.
fn large_relative(world: &mut World) {
    large(world);
    let value = world.value(2);
    let mut edit = world.store.edit(world.stranger).unwrap();
    for n in 0..LARGE {
        edit.insert(Key { hash: n * 7_919, name: n as u32 }, value.clone()).unwrap();
    }
    world.child = edit.commit();
}

fn spare(world: &mut World) {
    world.spare = Some(Box::new(World::new()));
}

fn release(world: &mut World, version: Version) -> Result<(), Error> {
    world.gone.push(version);
    world.store.release(version)
}

const UPDATES: &[(&str, Prepare, Act)] = &[
    ("Store::try_with_hasher", nothing, |_| {
        CountedStore::try_with_hasher(ChosenHash::default()).map(drop)
    }),
    ("Store::insert", full, |world| {
        for (at, &key) in world.keys.iter().chain(&world.new_keys).enumerate() {
            let value = world.value(at as u64);
            let _ = world.store.insert(world.ours, key, value)?;
        }
        Ok(())
    }),
    ("Store::insert near the limit of words", near_limit, insert_one),
    ("Store::insert without a stamp", last_stamp, insert_one),
    ("Store::insert without an entry", last_entry, insert_one),
    ("Store::remove", full, |world| {
        for key in &world.keys {
            let _ = world.store.remove(world.ours, key)?;
        }
        Ok(())
    }),
    ("Store::remove near the limit of words", near_limit, remove_one),
    ("Store::remove without a stamp", last_stamp, remove_one),
    ("Store::edit", full, edit),
    ("Store::edit near the limit of words", near_limit, edit),
    ("Store::edit without a stamp", last_stamp, edit),
    ("Store::edit without an entry", last_entry, edit),
    ("Edit, dropped", full, |world| {
        let mut edit = world.store.edit(world.base)?;
        for &key in &world.keys {
            edit.remove(&key)?;
        }
        Ok(())
    }),
    ("Store::bulk", full, bulk),
    ("Store::bulk without a stamp", last_stamp, bulk),
    ("Store::bulk, large", full, bulk_large),
    ("Store::bulk over scattered rows", scattered, bulk_large),
    ("Store::compact", nothing, compact),
    ("Store::compact after Store::forget", last_entry, compact),
];

fn insert_one(world: &mut World) -> Result<(), Error> {
    let value = world.value(1);
    world.store.insert(world.ours, world.new_keys[0], value).map(drop_version)
}

fn remove_one(world: &mut World) -> Result<(), Error> {
    world.store.remove(world.ours, &world.keys[1]).map(|_| ())
}

fn edit(world: &mut World) -> Result<(), Error> {
    let value = world.value(7);
    let mut edit = world.store.edit(world.ours)?;
    for &key in &world.new_keys {
        edit.insert(key, value.clone())?;
    }
    for key in &world.keys[..40] {
        edit.remove(key)?;
    }
    let _ = edit.commit();
    Ok(())
}

fn bulk(world: &mut World) -> Result<(), Error> {
    let value = world.value(8);
    let twice = world.keys.iter().chain(&world.keys).map(|&key| (key, value.clone()));
    world.store.bulk(twice).map(drop_version)
}

fn bulk_large(world: &mut World) -> Result<(), Error> {
    let value = world.value(8);
    let pairs = (0..LARGE).map(|n| (Key { hash: n * 7_919, name: n as u32 }, value.clone()));
    world.store.bulk(pairs).map(drop_version)
}

fn compact(world: &mut World) -> Result<(), Error> {
    let before = world.store.stats();
    let Compaction { done, .. } = world.store.compact();
    if !done {
        assert_eq!(world.store.stats(), before);
    }
    Ok(())
}

/// It stays in the store, and is released with all others.
fn drop_version(_: Version) {}

const COMBINATIONS: &[(&str, Prepare, Act)] = &[
    ("Store::merge", nothing, |world| {
        let World { store, base, ours, theirs, .. } = world;
        let made = store.merge(*base, *ours, *theirs, |conflict| conflict.ours.cloned());
        made.map(drop_version)
    }),
    ("Store::union", nothing, |world| {
        world.store.union(world.ours, world.theirs).map(drop_version)
    }),
    ("Store::union with a stranger", nothing, |world| {
        world.store.union(world.ours, world.stranger).map(drop_version)
    }),
    ("Store::intersection", nothing, |world| {
        world.store.intersection(world.ours, world.theirs).map(drop_version)
    }),
    ("Store::difference", nothing, |world| {
        world.store.difference(world.ours, world.theirs).map(drop_version)
    }),
    ("Store::difference without a stamp", last_stamp, |world| {
        world.store.difference(world.ours, world.theirs).map(drop_version)
    }),
];

const READS: &[(&str, Prepare, Act)] = &[
    ("Store::diff", nothing, |world| {
        let changes = world.store.diff(world.ours, world.theirs)?;
        assert!(changes.len() > 20);
        Ok(())
    }),
    ("Store::diff of strangers", nothing, |world| {
        let changes = world.store.diff(world.ours, world.stranger)?;
        assert!(changes.len() > 20);
        Ok(())
    }),
    ("Store::equal", nothing, |world| {
        assert!(world.store.equal(world.base, world.stranger)?);
        assert!(!world.store.equal(world.base, world.ours)?);
        Ok(())
    }),
    ("View::try_get_many", nothing, |world| {
        let found = world.store.at(world.base)?.try_get_many(&world.keys)?;
        assert!(found.iter().all(Option::is_some));
        Ok(())
    }),
    ("View::eq", nothing, |world| {
        let [base, stranger] = [world.base, world.stranger].map(|it| world.store.at(it).unwrap());
        assert!(base == stranger);
        Ok(())
    }),
    ("Store::shared", nothing, |world| {
        let sharing = world.store.shared(world.ours, world.theirs)?;
        assert!(sharing.nodes_shared > 0 && sharing.nodes_only_a > 0);
        let strangers = world.store.shared(world.base, world.stranger)?;
        assert_eq!(strangers.entries_only_a, world.keys.len());
        Ok(())
    }),
];

const HOST: &[(&str, Prepare, Act)] = &[
    ("HostStore::insert_hashed", full, |world| {
        for (at, &key) in world.keys.iter().chain(&world.new_keys).enumerate() {
            let value = world.value(at as u64 + 1);
            let compare = |stored: &Key, _: &Counted| {
                let is_key = *stored == key;
                Ok::<_, Infallible>(if is_key { KeyMatch::Equal } else { KeyMatch::Different })
            };
            let hash = fold(key.hash);
            let made = world.store.insert_hashed(world.ours, hash, key, value, compare);
            let _ = made.map_err(of_store)?;
        }
        Ok(())
    }),
    ("HostStore::remove_hashed", full, |world| {
        for &key in &world.keys {
            let is_key = |stored: &Key| Ok::<_, Infallible>(*stored == key);
            let made = world.store.remove_hashed(world.ours, fold(key.hash), is_key);
            let _ = made.map_err(of_store)?;
        }
        Ok(())
    }),
    ("HostStore::insert_with", full, |world| {
        for &key in &world.new_keys {
            let value = world.value(3);
            let is_key = |store: &mut CountedStore, probe: &_, key: &Key| {
                Ok::<_, Infallible>(store.candidate(probe).unwrap().unwrap().0 == key)
            };
            let made = world.store.insert_with(world.ours, fold(key.hash), key, value, is_key);
            let _ = made.map_err(of_store)?;
        }
        Ok(())
    }),
    ("HostStore::open and commit", full, |world| {
        let edit = world.store.open(world.ours)?;
        world.open = Some(edit);
        write_open(world, edit)?;
        let _ = world.store.commit(edit)?;
        world.open = None;
        Ok(())
    }),
    ("an open edit", opened, |world| write_open(world, world.open.unwrap())),
    ("an open edit without its base", opened_alone, |world| write_open(world, world.open.unwrap())),
    (
        "an open edit that keeps its dead",
        |world| {
            opened_alone(world);
            kept(world)
        },
        |world| write_open(world, world.open.unwrap()),
    ),
    ("Batch::new", nothing, |world| {
        let value = world.value(8);
        let items = world.keys.iter().chain(&world.keys);
        let items = items.map(|&key| (fold(key.hash), key, value.clone()));
        let batch = Batch::new(items, |a, b| Ok::<_, Infallible>(a == b)).map_err(of_store)?;
        world.store.bulk_batch(batch).map(drop_version)
    }),
    ("HostStore::unshared", nothing, |world| {
        let mut count = 0;
        let _ = world.store.unshared(world.base, world.stranger, |group| {
            count += group.left().count() + group.right().count();
            ControlFlow::<()>::Continue(())
        })?;
        assert_eq!(count, 2 * world.keys.len());
        Ok(())
    }),
    ("HostMemory::ownership", nothing, |world| {
        let mut count = 0;
        let World { store, base, ours, theirs, .. } = world;
        store.ownership(&[*base, *ours], &[*theirs], |line| {
            count += usize::from(matches!(line, Ownership::Entry { .. }));
        })?;
        assert!(count >= world.keys.len());
        Ok(())
    }),
    ("HostMemory::families", nothing, |world| {
        assert_eq!(world.store.families()?.len(), 2);
        Ok(())
    }),
    ("HostMemory::count_holders", nothing, |world| {
        let mut count = 0;
        world.store.count_holders(&[world.base, world.ours], |_, _, _| count += 1)?;
        assert!(count >= world.keys.len());
        Ok(())
    }),
];

fn of_store(error: WithError<Infallible>) -> Error {
    match error {
        WithError::Store(error) => error,
        WithError::Caller(never) => match never {},
    }
}

fn write_open(world: &mut World, edit: Version) -> Result<(), Error> {
    for &key in world.keys.iter().chain(&world.new_keys) {
        let value = world.value(3);
        let hash = fold(key.hash);
        let is_key = |store: &mut CountedStore, probe: &_, key: &Key| {
            Ok::<_, Infallible>(store.candidate(probe).unwrap().unwrap().0 == key)
        };
        if key.name % 3 == 0 {
            let made = world.store.insert_with(edit, hash, key, value, is_key);
            let _ = made.map_err(of_store)?;
        } else {
            let is_key = |stored: &Key| Ok::<_, Infallible>(*stored == key);
            let made = world.store.remove_hashed(edit, hash, is_key);
            let _ = made.map_err(of_store)?;
        }
    }
    Ok(())
}

const RELEASES: &[(&str, Prepare, Act)] = &[
    ("Store::release of a child", nothing, |world| release(world, world.child)),
    ("Store::release of a base", nothing, |world| release(world, world.base)),
    ("Store::release between two", nothing, |world| release(world, world.ours)),
    ("Store::release of a leaf", nothing, |world| release(world, world.theirs)),
    ("Store::release of a stranger", nothing, |world| release(world, world.stranger)),
    ("Store::release of all", nothing, |world| {
        for version in [world.base, world.ours, world.theirs, world.child, world.stranger] {
            release(world, version)?;
        }
        Ok(())
    }),
    ("Store::release of all, kept", kept, |world| {
        for version in [world.ours, world.theirs, world.base, world.child, world.stranger] {
            release(world, version)?;
        }
        Ok(())
    }),
    ("HostMemory::take_dead", kept, |world| {
        release(world, world.stranger)?;
        let mut count = world.store.take_dead().len();
        let mut dead = Vec::new();
        world.store.take_dead_into(&mut dead);
        count += dead.len() + usize::from(world.store.pop_dead_if(|_, _| true).is_some());
        while world.store.pop_dead().is_some() {
            count += 1;
        }
        assert_eq!(count, world.keys.len());
        assert!(!world.store.has_dead());
        Ok(())
    }),
    ("Store::compact with dead in rows", kept, |world| {
        release(world, world.stranger)?;
        world.store.compact();
        let _ = world.store.insert(world.base, world.new_keys[0], world.value(1));
        Ok(())
    }),
    ("Store::release of a large map", large, |world| release(world, world.stranger)),
    ("Store::release of a large parent", large_edit, |world| release(world, world.stranger)),
    ("Store::release of a large relative", large_relative, |world| release(world, world.stranger)),
    ("HostStore::abandon", opened_alone, |world| {
        let open = world.open.take().unwrap();
        world.store.abandon(open)
    }),
    (
        "HostMemory::unpin",
        |world| world.store.pin(world.ours).unwrap(),
        |world| {
            release(world, world.ours)?;
            world.store.unpin(world.ours)
        },
    ),
    ("HostMemory::shrink_version_table", nothing, |world| {
        world.store.shrink_version_table();
        Ok(())
    }),
    ("dropping a store", spare, |world| {
        drop(world.spare.take());
        Ok(())
    }),
    ("Store::versions", nothing, |world| {
        let count = world.store.versions().count();
        assert_eq!(count, 6);
        Ok(())
    }),
];

/// Pairs to deserialize, whose errors take no memory.
#[cfg(feature = "serde")]
mod pairs {
    use std::fmt;

    use hedgerow::{DefaultHashBuilder, Store};
    use serde::de::value::MapDeserializer;

    #[derive(Debug)]
    struct Refusal;

    impl fmt::Display for Refusal {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("refused")
        }
    }

    impl std::error::Error for Refusal {}

    impl serde::de::Error for Refusal {
        fn custom<T: fmt::Display>(_: T) -> Self {
            Refusal
        }
    }

    /// Reads a map into a store. Returns whether that was refused.
    pub(super) fn are_refused(store: &mut Store<u32, u32, DefaultHashBuilder>) -> bool {
        let pairs = (0..100_u32).map(|number| (number, number));
        store.deserialize(MapDeserializer::<_, Refusal>::new(pairs)).is_err()
    }
}

#[cfg(feature = "serde")]
fn deserialize() -> Operation {
    let attempt = Box::new(|what: super::series::Try| {
        let mut store = hedgerow::Store::with_seed(1);
        let (is_refused, refused) = what.run(|| pairs::are_refused(&mut store));
        assert!(refused > 0 || !is_refused);
        store.check().unwrap();
        assert_eq!(store.versions().count(), usize::from(!is_refused));
        refused
    });
    Operation { name: "Store::deserialize", attempt }
}
