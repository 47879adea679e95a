//! Limits: an operation that a full store refuses says what is full, and changes nothing.
//!
//! The bug class: an operation that finds half-way that there is no room, and leaves a version
//! without a parent, an entry that no version reaches, or an edit that lost a key. Here every
//! operation reaches every limit that it can reach. Then the store is checked and compared, and the
//! operation succeeds once there is room.

use crate::support::{
    Contents, Key, KeyStore, assert_holds, block_sizes, contents, grow, host_insert, keys, keys_of,
    store,
};
use hedgerow::host::HostStore;
use hedgerow::{Error, Limits, Resource, Stats, Version};

const NEW: Key = Key { hash: 0x1f_ffff, name: 500 };

/// Two relatives, an open edit, and a version to release when room is needed.
struct Scene {
    store: KeyStore,
    a: Version,
    b: Version,
    open: Version,
    filler: Version,
    held: Vec<(Version, Contents)>,
}

impl Scene {
    fn new() -> Self {
        let mut store = store();
        let pairs = |keys: Vec<Key>| keys.into_iter().map(|key| (key, u64::from(key.name)));
        let a = store.bulk(pairs(keys())).unwrap();
        let b = store.insert(a, Key { hash: 0x3f_ffff, name: 400 }, 1).unwrap();
        let open = store.open(a).unwrap();
        let others = (600..690).map(|name| Key { hash: u64::from(name) << 7, name });
        let filler = store.bulk(pairs(others.collect())).unwrap();
        let held = [a, b, filler, store.empty()].map(|v| (v, contents(&store, v)));
        store.compact();
        Scene { store, a, b, open, filler, held: held.to_vec() }
    }

    /// Limits with no room for one more of `what`.
    fn no_room_for(&self, what: Resource) -> Limits {
        let (all, stats) = (self.store.limits(), self.store.stats());
        match what {
            Resource::Words => Limits { words: stats.live_words + stats.free_words, ..all },
            Resource::Entries => Limits { entries: stats.live_entries, ..all },
            // Four rows, and the permanent empty one.
            Resource::Versions => Limits { versions: 5, ..all },
            // Four stamps are in use after renumbering; the fifth would be the last.
            _ => Limits { stamps: 5, ..all },
        }
    }

    fn assert_unchanged(&self, before: Stats, name: &str) {
        self.store.check().unwrap_or_else(|error| panic!("{name}: {error}"));
        let after = self.store.stats();
        let counts = |s: Stats| (s.live_versions, s.dead_versions, s.live_words, s.live_entries);
        assert_eq!(counts(after), counts(before), "{name}");
        for (version, held) in &self.held {
            assert_holds(&self.store, *version, held, &keys());
        }
        assert_eq!(self.store.at_open(self.open).unwrap().len(), keys().len(), "{name}");
    }
}

type Act = fn(&mut Scene) -> Result<(), Error>;
use Resource::{Entries, Stamps, Versions, Words};

/// Every operation that needs room, and which resources it may lack.
const ACTS: &[(&str, &[Resource], Act)] = &[
    ("insert", &[Words, Entries, Versions, Stamps], |s| s.store.insert(s.a, NEW, 1).map(drop)),
    ("remove", &[Words, Versions, Stamps], |s| s.store.remove(s.a, &keys()[3]).map(drop)),
    ("bulk", &[Words, Entries, Versions, Stamps], |s| {
        s.store.bulk(keys_of(0..40).into_iter().map(|key| (key, 1))).map(drop)
    }),
    ("merge", &[Words, Entries, Versions, Stamps], |s| {
        s.store.merge(s.a, s.filler, s.b, |_| None).map(drop)
    }),
    ("union", &[Words, Entries, Versions, Stamps], |s| s.store.union(s.a, s.b).map(drop)),
    ("intersection", &[Words, Versions, Stamps], |s| s.store.intersection(s.b, s.a).map(drop)),
    ("difference", &[Words, Versions, Stamps], |s| s.store.difference(s.b, s.a).map(drop)),
    ("open", &[Versions, Stamps], |s| s.store.open(s.a).map(drop)),
    ("edit", &[Versions, Stamps], |s| s.store.edit(s.a).map(drop)),
    ("insert_at", &[Words, Entries, Versions, Stamps], |s| {
        let probe = s.store.probe(s.a, 0x1f_ffff)?;
        s.store.insert_at(probe, NEW, 1).map(drop)
    }),
    ("remove_at", &[Words, Versions, Stamps], |s| {
        let probe = s.store.probe(s.a, 3)?;
        s.store.remove_at(probe).map(drop)
    }),
    ("insert_at in an open edit", &[Words, Entries], |s| {
        let probe = s.store.probe(s.open, 0x1f_ffff)?;
        s.store.insert_at(probe, NEW, 1).map(drop)
    }),
    ("remove_at in an open edit", &[Words], |s| {
        let probe = s.store.probe(s.open, 3)?;
        s.store.remove_at(probe).map(drop)
    }),
];

#[test]
fn a_full_store_says_what_it_is_full_of_and_changes_nothing() {
    for &(name, refusals, act) in ACTS {
        for what in [Words, Entries, Versions, Stamps] {
            let mut scene = Scene::new();
            let limits = scene.no_room_for(what);
            scene.store.set_limits(limits);
            assert_eq!(scene.store.limits(), limits);
            let before = scene.store.stats();
            let made = act(&mut scene);
            if !refusals.contains(&what) {
                assert_eq!(made, Ok(()), "{name} needs no {what}");
                scene.store.check().unwrap();
                continue;
            }
            let limit = match what {
                Words => limits.words,
                Entries => limits.entries,
                Versions => limits.versions,
                _ => limits.stamps,
            };
            assert_eq!(made, Err(Error::Full { what, limit }), "{name}");
            scene.assert_unchanged(before, &format!("{name}, {what}"));
            // A release makes room. Merge reads the filler: it gets higher limits.
            if name == "merge" {
                scene.store.set_limits(store().limits());
            } else {
                scene.store.release(scene.filler).unwrap();
            }
            assert_eq!(act(&mut scene), Ok(()), "{name} with room for more {what}");
            scene.store.check().unwrap();
        }
    }
}

/// An edit goes on after a refused insert, with all that it had before.
#[test]
fn an_edit_at_a_limit_keeps_what_it_has() {
    for what in [Words, Entries] {
        let mut scene = Scene::new();
        let room = scene.no_room_for(what);
        let room = Limits { words: room.words + 300, entries: room.entries + 10, ..room };
        let room = match what {
            Words => Limits { entries: usize::MAX, ..room },
            _ => Limits { words: usize::MAX, ..room },
        };
        scene.store.set_limits(room);
        let limit = if what == Words { room.words } else { room.entries };
        let mut expected = scene.held[0].1.clone();
        let mut edit = scene.store.edit(scene.a).unwrap();
        let mut refused = 0;
        for name in 1000..1100 {
            let key = Key { hash: u64::from(name) << 9, name };
            match edit.insert(key, 1) {
                Ok(is_new) => assert!(is_new && expected.insert(name, 1).is_none()),
                Err(error) => {
                    assert_eq!(error, Error::Full { what, limit });
                    refused += 1;
                }
            }
            assert_eq!(edit.len(), expected.len());
        }
        assert!(refused > 10 && refused < 100, "{refused} refused for {what}");
        let made = edit.commit();
        assert_holds(&scene.store, made, &expected, &keys());
        scene.store.check().unwrap();
    }
}

#[test]
fn an_open_edit_at_a_limit_keeps_what_it_has() {
    let mut scene = Scene::new();
    let room = scene.no_room_for(Entries);
    scene.store.set_limits(Limits { entries: room.entries + 3, ..room });
    let made: Vec<bool> = (1000..1006)
        .map(|name| {
            let key = Key { hash: u64::from(name), name };
            host_insert(&mut scene.store, scene.open, key, 1).is_ok()
        })
        .collect();
    assert_eq!(made, [true, true, true, false, false, false]);
    scene.store.release(scene.filler).unwrap();
    let key = Key { hash: 1005, name: 1005 };
    let _ = host_insert(&mut scene.store, scene.open, key, 1).unwrap();
    let version = scene.store.commit(scene.open).unwrap();
    assert_eq!(scene.store.len(version), Ok(keys().len() + 4));
    scene.store.check().unwrap();
}

/// `Extend` cannot return an error, so that it panics with it.
#[test]
fn extend_panics_with_the_error() {
    let mut scene = Scene::new();
    scene.store.set_limits(scene.no_room_for(Entries));
    let mut edit = scene.store.edit(scene.a).unwrap();
    let extend = std::panic::AssertUnwindSafe(|| edit.extend([(NEW, 1)]));
    let message = std::panic::catch_unwind(extend).unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.starts_with("no room for more entries: the limit is "), "{message}");
    drop(edit);
    scene.assert_unchanged(scene.store.stats(), "extend");
}

/// What a store holds beyond a new limit can be read and released, but nothing can be added.
#[test]
fn a_limit_below_what_is_held_removes_nothing() {
    let mut scene = Scene::new();
    let none = Limits { words: 0, entries: 0, versions: 0, stamps: 0 };
    scene.store.set_limits(none);
    let before = scene.store.stats();
    for &(name, _, act) in ACTS {
        assert!(matches!(act(&mut scene), Err(Error::Full { .. })), "{name}");
        scene.assert_unchanged(before, name);
    }
    assert!(scene.store.compact().done, "compaction makes nothing new");
    scene.assert_unchanged(before, "compact");
    assert_eq!(scene.store.commit(scene.open), Ok(scene.open), "the edit has its row");
    for version in [scene.a, scene.b, scene.open, scene.filler] {
        scene.store.release(version).unwrap();
        scene.store.check().unwrap();
    }
    assert_eq!(scene.store.stats().live_words, 0);
}

/// Close to the limit the store asks for exactly the words it needs, not for an upper bound.
#[test]
fn the_last_words_can_be_used() {
    let block = block_sizes();
    for spare in 0..40 {
        let mut store = store();
        let version = grow(&mut store, &keys_of(0..8));
        assert!(store.compact().done);
        let words = store.stats().live_words + spare;
        store.set_limits(Limits { words, ..store.limits() });
        // One node of nine slots is all that an insert takes.
        let made = store.insert(version, NEW, 1);
        assert_eq!(made.is_ok(), spare >= block(3 + 9), "{spare} spare words");
        store.check().unwrap();
    }
}

/// The limit counts rows in use, and no vacant ones.
#[test]
fn a_limit_on_versions_counts_no_vacant_rows() {
    let mut store = store();
    let opened: Vec<Version> = (0..20).map(|_| store.open(store.empty()).unwrap()).collect();
    for &open in &opened[4..] {
        store.abandon(open).unwrap();
    }
    store.set_limits(Limits { versions: 5, ..store.limits() });
    assert_eq!(store.stats().live_versions, 4);
    assert_eq!(store.open(store.empty()), Err(Error::Full { what: Versions, limit: 5 }));
    store.abandon(opened[0]).unwrap();
    let _ = store.open(store.empty()).unwrap();
    assert_eq!(store.open(store.empty()), Err(Error::Full { what: Versions, limit: 5 }));
}

/// What forgotten versions held is freed when room is needed.
#[test]
fn a_full_store_compacts_what_was_forgotten() {
    for what in [Words, Entries] {
        let mut scene = Scene::new();
        scene.store.set_limits(scene.no_room_for(what));
        scene.store.forget(scene.filler).unwrap();
        let compactions = scene.store.stats().compactions;
        let _ = scene.store.insert(scene.a, NEW, 1).unwrap();
        assert!(scene.store.stats().compactions > compactions, "{what}");
        scene.store.check().unwrap();
    }
}

/// Stamps are renumbered when they run out, if there are fewer versions than stamps.
#[test]
fn stamps_of_released_versions_are_used_again() {
    let mut store = store();
    store.set_limits(Limits { stamps: 12, ..store.limits() });
    let mut ring = Vec::new();
    for clock in 0..500u64 {
        let newest = ring.last().copied().unwrap_or(store.empty());
        let key = Key { hash: clock % 90, name: clock as u32 % 90 };
        ring.push(store.insert(newest, key, clock).unwrap());
        if ring.len() > 9 {
            store.release(ring.remove(0)).unwrap();
        }
        store.check().unwrap();
    }
    assert!(store.stats().compactions > 100);
    for _ in 0..2 {
        let newest = *ring.last().unwrap();
        ring.push(store.insert(newest, NEW, 1).unwrap());
    }
    let full = Err(Error::Full { what: Stamps, limit: 12 });
    assert_eq!(store.insert(ring[0], NEW, 1), full);
    store.release(ring[4]).unwrap();
    assert!(store.insert(ring[0], NEW, 1).is_ok());
    store.check().unwrap();
}

#[test]
fn errors_name_cause_and_remedy() {
    let mut scene = Scene::new();
    scene.store.set_limits(scene.no_room_for(Versions));
    let error = scene.store.open(scene.a).unwrap_err();
    let expected = "no room for more versions: the limit is 5; release versions, compact, or raise \
                the limit";
    assert_eq!(error.to_string(), expected);
    scene.store.release(scene.filler).unwrap();
    let message = scene.store.at(scene.filler).map(drop).unwrap_err().to_string();
    assert!(message.contains("is stale: it was released or forgotten"), "{message}");
    let message = scene.store.at(scene.open).map(drop).unwrap_err().to_string();
    assert!(message.contains("is an open edit: commit it first"), "{message}");
}
