//! The operations of hosts, and reading a map by serde.

use std::convert::Infallible;
use std::ops::ControlFlow;

use hedgerow::host::{Batch, HostMemory, HostStore, KeyMatch, Ownership};
use hedgerow::{Error, Version, WithError, fold};

use super::prepared::{Prepare, all_of, drop_version, full, kept, nothing, opened, opened_alone};
use super::series::Operation;
use super::world::{Act, Counted, CountedStore, World};
use crate::support::Key;

pub(super) fn operations() -> impl Iterator<Item = Operation> {
    let all = all_of(HOST, true);
    #[cfg(feature = "serde")]
    let all = all.chain([deserialize()]);
    all
}

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
