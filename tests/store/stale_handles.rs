//! Versions, probes and cursors that are stale, of another store, or in the wrong state.
//!
//! The bug class: a handle outlives its version, the row or the memory is used again, and the old
//! handle reads or writes another map. A stale handle must be an error in every operation and in
//! each of its arguments, and an operation that is refused must change nothing.

use std::collections::HashSet;
use std::convert::Infallible;
use std::num::NonZeroU64;

use crate::support::{
    Key, KeyStore, assert_holds, contents, deep_keys, grow, host_insert, host_remove, keys,
    keys_of, names, store,
};
use hedgerow::host::{Cursor, HostMemory, HostStore, KeyMatch};
use hedgerow::{Error, Store, Version};
use proptest::prelude::*;

type Operation = (&'static str, fn(&mut KeyStore, Version) -> Result<(), Error>);

const KEY: Key = Key { hash: 9, name: 0 };
const HASH: u32 = 9;

fn keep(made: Result<Version, Error>) -> Result<(), Error> {
    made.map(drop)
}

/// The error of an operation whose closure does not fail.
fn refused<T>(made: Result<T, hedgerow::WithError<Infallible>>) -> Result<(), Error> {
    match made {
        Ok(_) => Ok(()),
        Err(hedgerow::WithError::Store(error)) => Err(error),
        Err(hedgerow::WithError::Caller(never)) => match never {},
    }
}

/// Another version, for operations that take several.
fn other(store: &KeyStore) -> Version {
    store.empty()
}

fn row(store: &KeyStore, version: Version) -> u32 {
    version.row(store.empty())
}

/// Every operation on a committed version, with the version as each of its arguments.
const ON_COMMITTED: &[Operation] = &[
    ("at", |store, v| store.at(v).map(drop)),
    ("len", |store, v| store.len(v).map(drop)),
    ("is_empty", |store, v| store.is_empty(v).map(drop)),
    ("insert", |store, v| keep(store.insert(v, KEY, 1))),
    ("duplicate", |store, v| keep(store.duplicate(v))),
    ("remove", |store, v| store.remove(v, &KEY).map(drop)),
    ("edit", |store, v| store.edit(v).map(drop)),
    ("open", |store, v| keep(store.open(v))),
    ("equal, left", |store, v| store.equal(v, other(store)).map(drop)),
    ("equal, right", |store, v| store.equal(other(store), v).map(drop)),
    ("diff, left", |store, v| store.diff(v, other(store)).map(drop)),
    ("diff, right", |store, v| store.diff(other(store), v).map(drop)),
    ("shared, left", |store, v| store.shared(v, other(store)).map(drop)),
    ("shared, right", |store, v| store.shared(other(store), v).map(drop)),
    ("merge, base", |store, v| keep(store.merge(v, other(store), other(store), |_| None))),
    ("merge, ours", |store, v| keep(store.merge(other(store), v, other(store), |_| None))),
    ("merge, theirs", |store, v| keep(store.merge(other(store), other(store), v, |_| None))),
    ("union, left", |store, v| keep(store.union(v, other(store)))),
    ("union, right", |store, v| keep(store.union(other(store), v))),
    ("intersection, left", |store, v| keep(store.intersection(v, other(store)))),
    ("intersection, right", |store, v| keep(store.intersection(other(store), v))),
    ("difference, left", |store, v| keep(store.difference(v, other(store)))),
    ("difference, right", |store, v| keep(store.difference(other(store), v))),
    ("release", |store, v| store.release(v)),
    ("forget", |store, v| store.forget(v)),
];

/// Every operation on an open edit.
const ON_OPEN: &[Operation] = &[
    ("commit", |store, v| keep(store.commit(v))),
    ("abandon", |store, v| store.abandon(v)),
    ("at_open", |store, v| store.at_open(v).map(drop)),
];

/// Every operation on a committed version or an open edit.
const ON_BOTH: &[Operation] = &[
    ("probe", |store, v| store.probe(v, HASH).map(drop)),
    ("cursor", |store, v| store.cursor(v).map(drop)),
    ("get_with", |store, v| refused(store.get_with(v, HASH, |_| Ok(true)))),
    ("insert_with", |store, v| refused(host_insert(store, v, KEY, 1))),
    ("remove_with", |store, v| refused(host_remove(store, v, KEY))),
];

fn all_operations() -> impl Iterator<Item = &'static Operation> {
    ON_COMMITTED.iter().chain(ON_OPEN).chain(ON_BOTH)
}

#[test]
fn every_operation_refuses_a_stale_version() {
    let ends: [fn(&mut KeyStore, Version) -> Version; 5] = [
        |store, version| {
            store.release(version).unwrap();
            version
        },
        |store, version| {
            store.forget(version).unwrap();
            version
        },
        |store, version| {
            let open = store.open(version).unwrap();
            store.abandon(open).unwrap();
            open
        },
        |store, version| {
            let edit = store.edit(version).unwrap();
            let open = edit.view().version();
            drop(edit);
            open
        },
        |store, _| {
            let open = store.open(store.empty()).unwrap();
            assert_eq!(store.commit(open), Ok(store.empty()));
            open
        },
    ];
    for end in ends {
        for reused in [false, true] {
            let mut store = store();
            let all = deep_keys();
            let version = grow(&mut store, &all);
            let kept = store.insert(version, KEY, 7).unwrap();
            let stale = end(&mut store, version);
            if reused {
                let next = store.insert(kept, KEY, 8).unwrap();
                assert_ne!(next, stale);
                assert_eq!(row(&store, next), row(&store, stale));
            }
            let (before, held) = (store.stats(), contents(&store, kept));
            for (name, operation) in all_operations() {
                let made = operation(&mut store, stale);
                assert_eq!(made, Err(Error::Stale { version: stale }), "{name}");
            }
            assert!(!store.contains(stale));
            assert_eq!(store.stats(), before);
            assert_holds(&store, kept, &held, &all);
            store.check().unwrap();
        }
    }
}

#[test]
fn every_operation_refuses_a_version_of_another_store() {
    let (mut store, mut elsewhere) = (store(), store());
    let all = deep_keys();
    let (here, there) = (grow(&mut store, &all), grow(&mut elsewhere, &all));
    assert_eq!(row(&store, here), row(&elsewhere, there));
    for version in [there, elsewhere.empty(), elsewhere.open(there).unwrap()] {
        for (name, operation) in all_operations() {
            let made = operation(&mut store, version);
            assert_eq!(made, Err(Error::OtherStore { version }), "{name}");
        }
        assert!(!store.contains(version));
    }
    let probe = elsewhere.probe(there, HASH).unwrap();
    let mut cursor = elsewhere.cursor(there).unwrap();
    let other_store = Error::OtherStore { version: there };
    assert_eq!(store.candidate(&probe), Err(other_store));
    assert_eq!(store.insert_at(probe, KEY, 1), Err(other_store));
    assert_eq!(store.remove_at(probe), Err(other_store));
    assert_eq!(store.advance(&mut cursor), Err(other_store));
    store.check().unwrap();
}

#[test]
fn open_edits_and_committed_versions_are_distinguished() {
    let mut store = store();
    let version = grow(&mut store, &deep_keys());
    let open = store.open(version).unwrap();
    let before = store.stats();
    for (name, operation) in ON_COMMITTED {
        let made = operation(&mut store, open);
        assert_eq!(made, Err(Error::WrongState { version: open, open: true }), "{name}");
    }
    for (name, operation) in ON_OPEN {
        for version in [version, store.empty()] {
            let made = operation(&mut store, version);
            assert_eq!(made, Err(Error::WrongState { version, open: false }), "{name}");
        }
    }
    assert_eq!(store.stats(), before);
    for (name, operation) in ON_BOTH {
        assert_eq!(operation(&mut store, open), Ok(()), "{name}");
        assert_eq!(operation(&mut store, version), Ok(()), "{name}");
    }
    assert!(!store.versions().any(|version| version == open));
    store.check().unwrap();
}

#[test]
fn a_probe_writes_at_its_candidate() {
    let mut store = store();
    let all = keys_of([9, 9, 9]);
    let version = grow(&mut store, &all);
    let new = Key { hash: 9, name: 50 };
    let mut probe = store.probe(version, 9).unwrap();
    assert_eq!((probe.version(), probe.hash()), (version, 9));
    for (ordinal, key) in all.iter().enumerate() {
        assert_eq!(store.candidate(&probe).unwrap(), Some((key, &(ordinal as u64))));
        let inserted = store.insert_at(probe, new, 7).unwrap();
        let mut expected = [0, 1, 2];
        expected[ordinal] = 50;
        assert_eq!(names(&store, inserted), expected);
        let removed = store.remove_at(probe).unwrap();
        assert_eq!(
            names(&store, removed),
            [0, 1, 2].into_iter().filter(|&n| n != key.name).collect::<Vec<_>>()
        );
        probe.advance();
    }
    for _ in 0..3 {
        assert_eq!(store.candidate(&probe), Ok(None));
        assert!(matches!(store.remove_at(probe), Err(Error::Misuse { .. })));
        let inserted = store.insert_at(probe, new, 7).unwrap();
        assert_eq!(names(&store, inserted), [0, 1, 2, 50]);
        probe.advance();
    }
    assert_eq!(names(&store, version), [0, 1, 2]);
    store.check().unwrap();
}

#[test]
fn a_probe_survives_compaction_and_is_stale_with_its_version() {
    let mut store = store();
    let all = deep_keys();
    let version = grow(&mut store, &all);
    let garbage = grow(&mut store, &keys());
    // After compaction the newest version comes first, where the probe's entries were.
    let others: Vec<Key> = keys().iter().map(|k| Key { name: k.name + 600, ..*k }).collect();
    let newest = grow(&mut store, &others);
    let mut probe = store.probe(version, 9).unwrap();
    store.forget(garbage).unwrap();
    for key in &all[..3] {
        assert!(store.compact().done);
        assert_eq!(store.candidate(&probe).unwrap().unwrap().0, key);
        probe.advance();
        assert!(store.compact().done);
    }
    let made = store.insert_at(probe, Key { hash: 9, name: 50 }, 7).unwrap();
    assert_eq!(names(&store, made), [0, 1, 2, 50, 3]);
    assert_eq!(store.len(newest), Ok(others.len()));
    store.release(version).unwrap();
    let stale = Error::Stale { version };
    assert_eq!(store.candidate(&probe), Err(stale));
    assert_eq!(store.insert_at(probe, KEY, 1), Err(stale));
    assert_eq!(store.remove_at(probe), Err(stale));
    store.check().unwrap();
}

#[test]
fn any_write_to_an_open_edit_invalidates_its_probes_and_cursors() {
    let writes: [fn(&mut KeyStore, Version); 4] = [
        |store, open| {
            let _ = host_insert(store, open, Key { hash: 1 << 20, name: 90 }, 1).unwrap();
        },
        |store, open| {
            let _ = host_insert(store, open, KEY, 1).unwrap();
        },
        |store, open| {
            let _ = host_remove(store, open, KEY).unwrap().unwrap();
        },
        |store, open| {
            host_remove(store, open, Key { hash: 9 | 1 << 30, name: 3 }).unwrap();
        },
    ];
    for write in writes {
        let mut store = store();
        let version = grow(&mut store, &deep_keys());
        let open = store.open(version).unwrap();
        let (probe, mut cursor) = (store.probe(open, 9).unwrap(), store.cursor(open).unwrap());
        assert!(store.compact().done);
        assert!(store.candidate(&probe).unwrap().is_some());
        assert!(store.advance(&mut cursor).unwrap().is_some());
        write(&mut store, open);
        let changed = Error::Changed { version: open };
        assert_eq!(store.candidate(&probe), Err(changed));
        assert_eq!(store.insert_at(probe, KEY, 1), Err(changed));
        assert_eq!(store.remove_at(probe), Err(changed));
        assert_eq!(store.advance(&mut cursor), Err(changed));
        // A removal that finds no key is no write.
        let probe = store.probe(open, 9).unwrap();
        assert_eq!(host_remove(&mut store, open, Key { hash: 77, name: 77 }), Ok(None));
        assert!(store.candidate(&probe).is_ok());
        store.check().unwrap();
    }
}

fn walked(store: &KeyStore, cursor: &mut Cursor) -> Option<u32> {
    store.advance(cursor).unwrap().map(|(key, _)| key.name)
}

#[test]
fn a_cursor_keeps_its_order_across_compactions() {
    let mut store = store();
    for all in [keys(), deep_keys(), keys_of(0..40), keys_of([3; 30]), keys_of([]), keys_of([5])] {
        let version = grow(&mut store, &all);
        let order = names(&store, version);
        for compacting in [false, true] {
            let mut cursor = store.cursor(version).unwrap();
            for (step, &name) in order.iter().enumerate() {
                if compacting && step % 3 == 0 {
                    assert!(store.compact().done);
                }
                let mut twin = cursor;
                assert_eq!(walked(&store, &mut cursor), Some(name));
                assert_eq!(walked(&store, &mut twin), Some(name));
            }
            assert_eq!(walked(&store, &mut cursor), None);
        }
    }
}

/// Host languages ask an iterator again after its end.
#[test]
fn a_cursor_at_its_end_stays_there() {
    let mut store = store();
    for all in [keys_of([]), keys_of([5]), deep_keys(), keys_of(0..32)] {
        let version = grow(&mut store, &all);
        let mut cursor = store.cursor(version).unwrap();
        for _ in &all {
            assert!(walked(&store, &mut cursor).is_some());
        }
        for _ in 0..1000 {
            assert_eq!(walked(&store, &mut cursor), None);
        }
        store.release(version).unwrap();
        let end = store.advance(&mut cursor);
        assert!(version == store.empty() || end == Err(Error::Stale { version }));
    }
}

#[test]
fn a_version_is_made_of_its_own_bits_and_refused_with_any_bit_flipped() {
    let mut store = store();
    let version = grow(&mut store, &deep_keys());
    let bits = version.to_bits();
    assert_eq!(Version::from_bits(bits), version);
    assert_eq!(version.to_string(), format!("v{bits:016x}"));
    for bit in 0..64 {
        let Some(bits) = NonZeroU64::new(bits.get() ^ 1 << bit) else { continue };
        let made_up = Version::from_bits(bits);
        if made_up != store.empty() {
            for (name, operation) in all_operations() {
                let made = operation(&mut store, made_up);
                assert!(
                    matches!(made, Err(Error::Stale { .. } | Error::OtherStore { .. })),
                    "{name}"
                );
            }
        }
    }
    store.check().unwrap();
}

proptest! {
    #[test]
    fn a_version_of_random_bits_is_refused(bits in 1..u64::MAX, shift in 0..64_u32) {
        let mut store = store();
        let version = grow(&mut store, &deep_keys());
        // The top bits are those of a version of this store.
        let bits = NonZeroU64::new(version.to_bits().get() ^ bits >> shift);
        prop_assume!(bits.is_some());
        let made_up = Version::from_bits(bits.unwrap());
        prop_assume!(made_up != version && made_up != store.empty());
        let read = store.at(made_up).map(drop);
        let refused = matches!(read, Err(Error::Stale { .. } | Error::OtherStore { .. }));
        prop_assert!(refused);
        prop_assert!(store.release(made_up).is_err() && store.commit(made_up).is_err());
    }
}

/// A handle that this store gave is stale, although its row has been used again or given back. Any
/// other is of another store.
#[test]
fn stale_handles_are_told_from_handles_that_were_never_given() {
    let mut store = store();
    let first = store.insert(store.empty(), KEY, 1).unwrap();
    store.release(first).unwrap();
    let again = |n| store.insert(store.empty(), KEY, n).unwrap();
    let others: Vec<Version> = (0..3_000).map(again).collect();
    let (second, last) = (others[0], others[2_999]);
    assert_eq!(row(&store, first), row(&store, second));
    let flip = |version: Version, bit: u32| {
        Version::from_bits(NonZeroU64::new(version.to_bits().get() ^ 1 << bit).unwrap())
    };
    // A generation and a row far beyond those that there were, and the bits above.
    let never = [first, second]
        .into_iter()
        .flat_map(|version| [29, Version::DIFFERING_BITS - 1, 63].map(|bit| flip(version, bit)));
    let never: Vec<Version> = never.collect();
    for version in others {
        assert_eq!(store.at(first).map(drop), Err(Error::Stale { version: first }));
        store.release(version).unwrap();
    }
    for _ in 0..2 {
        for version in [first, second, last] {
            assert_eq!(store.at(version).map(drop), Err(Error::Stale { version }));
            assert_eq!(store.unpin(version), Err(Error::Stale { version }));
        }
        for &version in &never {
            assert_eq!(store.at(version).map(drop), Err(Error::OtherStore { version }));
            assert_eq!(store.unpin(version), Err(Error::OtherStore { version }));
        }
        store.compact();
    }
    assert_eq!(store.version_rows(), 1);
}

/// Marks used to repeat after 65,535 stores.
#[test]
fn no_store_takes_the_handles_of_one_of_very_many_others() {
    type Numbers = Store<u64, u64, ()>;
    let one = |store: &mut Numbers| {
        let made = store
            .insert_hashed(store.empty(), 1, 1, 1, |_, _| Ok::<_, Infallible>(KeyMatch::Different));
        made.unwrap()
    };
    let mut kept = Numbers::with_hasher(());
    let version = one(&mut kept);
    let mut handles = HashSet::from([kept.empty(), version]);
    for _ in 0..200_000 {
        let mut store = Numbers::with_hasher(());
        let foreign = one(&mut store);
        assert!(handles.insert(store.empty()) && handles.insert(foreign));
        assert!(!store.contains(version) && !store.contains(kept.empty()));
        assert_eq!(kept.len(foreign), Err(Error::OtherStore { version: foreign }));
    }
    let accepted = handles.into_iter().filter(|&version| kept.contains(version)).count();
    assert_eq!(accepted, 2);
}
