//! Every operation of a store, on a world of relatives and strangers.

use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Compaction, Error, Limits, Version};

use super::prepared::{Prepare, all_of, drop_version, full, kept, nothing, opened_alone};
use super::series::Operation;
use super::world::{Act, CountedStore, World};
use crate::support::{ChosenHash, Key};

/// Entries of a large map: more than release and compaction leave alone.
const LARGE: u64 = 20_000;

pub(super) fn operations() -> impl Iterator<Item = Operation> {
    let refused = [UPDATES, COMBINATIONS, READS].into_iter();
    refused.flat_map(|table| all_of(table, true)).chain(all_of(RELEASES, false))
}

/// Much garbage, and a limit that a compaction has to make room under.
fn near_limit(world: &mut World) {
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

fn large(world: &mut World) {
    let value = world.value(1);
    let pairs = (0..LARGE).map(|n| (Key { hash: n * 7_919, name: n as u32 }, value.clone()));
    world.stranger = world.store.bulk(pairs).unwrap();
}

/// A large map whose rows are scattered, so that a build over them compacts.
fn scattered(world: &mut World) {
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
    ("Store::duplicate", full, duplicate),
    ("Store::duplicate without a stamp", last_stamp, duplicate),
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

fn duplicate(world: &mut World) -> Result<(), Error> {
    world.store.duplicate(world.ours).map(drop_version)
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
