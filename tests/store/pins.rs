//! Pins: what a host reads stays, although its version may be released.
//!
//! The bug class: a pin that counts as a version, so that a host's garbage collector finds one
//! holder too many; entries that are freed while they are pinned, or kept after the last unpin.

use crate::support::{Key, assert_holds, contents, grow, keys, store};
use hedgerow::host::{HostMemory, HostStore, Ownership};
use hedgerow::{Error, Store, Version};

/// What a host can observe of versions.
#[derive(Debug, PartialEq)]
struct Seen {
    live: usize,
    listed: usize,
    families: Vec<Vec<Version>>,
    /// Values, with the number of versions that hold them.
    held: Vec<(u32, u32)>,
}

fn seen(store: &Store<&'static str, u32>) -> Seen {
    let mut families = store.families().unwrap();
    families.iter_mut().for_each(|family| family.sort());
    families.sort();
    let all: Vec<Version> = families.iter().flatten().copied().collect();
    let mut held = Vec::new();
    store.count_holders(&all, |_, value, holders| held.push((*value, holders))).unwrap();
    held.sort_unstable();
    let (live, listed) = (store.stats().live_versions, store.versions().count());
    Seen { live, listed, families, held }
}

#[test]
fn a_pin_does_not_count_as_a_version() {
    let mut store = Store::with_seed(1);
    let a = store.bulk([("one", 1), ("two", 2)]).unwrap();
    let b = store.insert(a, "three", 3).unwrap();
    let before = seen(&store);
    for _ in 0..3 {
        store.pin(a).unwrap();
        store.pin(b).unwrap();
    }
    assert_eq!(seen(&store), before);
    store.release(a).unwrap();
    let without = seen(&store);
    assert_eq!((without.live, without.listed), (1, 1));
    assert_eq!(without.families, [vec![b]]);
    assert_eq!(without.held, [(1, 1), (2, 1), (3, 1)]);
    let mut entries = 0;
    store
        .ownership(&[b], &[], |line| {
            entries += usize::from(matches!(line, Ownership::Entry { .. }))
        })
        .unwrap();
    assert_eq!(entries, 3);
    for _ in 0..3 {
        store.unpin(a).unwrap();
        store.unpin(b).unwrap();
        store.check().unwrap();
    }
    assert_eq!(seen(&store), without);
}

#[test]
fn what_is_pinned_stays_until_the_last_unpin() {
    let mut store = store();
    let version = grow(&mut store, &keys());
    let entries = store.stats().live_entries;
    store.pin(version).unwrap();
    store.pin(version).unwrap();
    store.release(version).unwrap();
    for result in [
        store.release(version),
        store.forget(version),
        store.pin(version),
        store.at(version).map(drop),
        store.open(version).map(drop),
    ] {
        assert_eq!(result, Err(Error::Stale { version }));
    }
    assert!(store.compact().done);
    assert_eq!((store.stats().live_versions, store.stats().live_entries), (0, entries));
    store.unpin(version).unwrap();
    assert_eq!(store.stats().live_entries, entries);
    store.unpin(version).unwrap();
    assert_eq!((store.stats().live_words, store.stats().live_entries), (0, 0));
    assert_eq!(store.unpin(version), Err(Error::Stale { version }));
    store.check().unwrap();
}

#[test]
fn a_pinned_version_connects_its_relatives() {
    let mut store = store();
    let base = grow(&mut store, &keys());
    let more = (0..12).map(|n| Key { hash: n << 7 | 5, name: 1_000 + n as u32 });
    let held: Vec<_> = more
        .map(|key| {
            let made = store.insert(base, key, 7).unwrap();
            (made, contents(&store, made))
        })
        .collect();
    store.pin(base).unwrap();
    store.forget(base).unwrap();
    for (index, (version, _)) in held.iter().enumerate() {
        store.check().unwrap();
        for (other, contents) in &held[index..] {
            assert_holds(&store, *other, contents, &keys());
        }
        if index == 6 {
            store.unpin(base).unwrap();
        }
        store.release(*version).unwrap();
    }
    store.check().unwrap();
    store.compact();
    assert_eq!((store.stats().live_words, store.stats().live_entries), (0, 0));
}

#[test]
fn pins_of_other_versions_are_refused() {
    let (mut store, mut other) = (store(), store());
    let version = grow(&mut store, &keys());
    assert_eq!(store.unpin(version), Err(Error::Stale { version }));
    assert_eq!(other.pin(version), Err(Error::OtherStore { version }));
    assert_eq!(other.unpin(version), Err(Error::OtherStore { version }));
    let open = store.open(version).unwrap();
    assert_eq!(store.pin(open), Err(Error::WrongState { version: open, open: true }));
    let empty = store.empty();
    store.pin(empty).unwrap();
    store.release(empty).unwrap();
    assert_eq!(store.len(empty), Ok(0));
    store.unpin(empty).unwrap();
    assert_eq!(store.unpin(empty), Err(Error::Stale { version: empty }));
    store.check().unwrap();
}
