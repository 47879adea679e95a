//! The shapes of trees: compared with recorded ones, and those of bulk builds with those of
//! inserts.
//!
//! The bug class: a tree with the right keys in the right order that is not the tree of `hamt.c`.
//! Only who looks at nodes sees it: `inspect`, memory figures, a port that is compared node by
//! node. The same history must give the same shape in whatever way a version is made: by single
//! updates, in place, in an edit whose base is released, across compactions, or at once.

use crate::support::{
    Dice, Key, KeyStore, Recorded, block_sizes, grow, host_insert, host_remove, keys, keys_of,
    names, outline, recorded, store,
};
use hedgerow::host::{Batch, HostStore};
use hedgerow::{NodeKind, Version, fold};
use proptest::prelude::*;

const SHAPES: &str = include_str!("../vectors/shapes.txt");

/// How many shapes `record.py` has recorded.
const SHAPE_COUNT: usize = 240;

/// Replays the recorded histories by these functions, and compares every shape.
fn replay(
    mut begin: impl FnMut(&mut KeyStore) -> Version,
    mut set: impl FnMut(&mut KeyStore, Version, Key) -> Version,
    mut del: impl FnMut(&mut KeyStore, Version, Key) -> Version,
    outlined: impl Fn(&KeyStore, Version) -> String,
) {
    let mut store = store();
    let (mut version, mut case, mut compared) = (store.empty(), "", 0);
    for step in recorded(SHAPES) {
        match step {
            Recorded::Case(title) => (case, version) = (title, begin(&mut store)),
            Recorded::Set(key) => version = set(&mut store, version, key),
            Recorded::Del(key) => version = del(&mut store, version, key),
            Recorded::Shape(shape) => {
                assert_eq!(outlined(&store, version), shape, "{case}, shape {compared}");
                store.check().unwrap();
                compared += 1;
            }
            Recorded::Order(_) => unreachable!("no orders in this file"),
        }
    }
    assert_eq!(compared, SHAPE_COUNT);
}

fn committed_outline(store: &KeyStore, version: Version) -> String {
    outline(store.at(version).unwrap())
}

fn insert(store: &mut KeyStore, version: Version, key: Key) -> Version {
    store.insert(version, key, 0).unwrap()
}

/// Releases the versions of the case before, so that `check` has little to walk.
fn clear(store: &mut KeyStore) -> Version {
    for version in store.versions().collect::<Vec<_>>() {
        store.release(version).unwrap();
    }
    store.empty()
}

fn remove(store: &mut KeyStore, version: Version, key: Key) -> Version {
    store.remove(version, &key).unwrap().expect("recorded deletes find their key")
}

#[test]
fn single_updates_have_the_recorded_shapes() {
    replay(clear, insert, remove, committed_outline);
}

#[test]
fn a_released_line_of_versions_has_the_recorded_shapes() {
    fn step(store: &mut KeyStore, from: Version, to: Version) -> Version {
        store.release(from).unwrap();
        to
    }
    replay(
        |store| store.empty(),
        |store, version, key| {
            let next = insert(store, version, key);
            step(store, version, next)
        },
        |store, version, key| {
            let next = remove(store, version, key);
            step(store, version, next)
        },
        committed_outline,
    );
}

/// An edit writes the nodes that it made itself in place.
#[test]
fn an_open_edit_has_the_recorded_shapes() {
    replay(
        |store| store.open(store.empty()).unwrap(),
        |store, edit, key| host_insert(store, edit, key, 0).unwrap(),
        |store, edit, key| host_remove(store, edit, key).unwrap().expect("the key is there"),
        |store, edit| outline(store.at_open(edit).unwrap()),
    );
}

/// Edits of a few writes each, whose bases are released while they are open.
#[test]
fn consecutive_edits_have_the_recorded_shapes() {
    let mut dice = Dice(7);
    let mut recommit = move |store: &mut KeyStore, edit: Version| {
        if dice.below(4) > 0 {
            return edit;
        }
        let base = store.commit(edit).unwrap();
        let edit = store.open(base).unwrap();
        store.release(base).unwrap();
        edit
    };
    let mut recommit_after_remove = recommit.clone();
    replay(
        |store| store.open(store.empty()).unwrap(),
        |store, edit, key| {
            let edit = host_insert(store, edit, key, 0).unwrap();
            recommit(store, edit)
        },
        |store, edit, key| {
            let edit = host_remove(store, edit, key).unwrap().expect("the key is there");
            recommit_after_remove(store, edit)
        },
        |store, edit| outline(store.at_open(edit).unwrap()),
    );
}

/// `Edit` has its own code to insert in place. All updates between two recorded shapes are one
/// edit, or three that are committed one after another.
#[test]
fn borrowed_edits_have_the_recorded_shapes() {
    for edit_count in [1, 3] {
        let mut store = store();
        let (mut version, mut compared, mut pending) = (store.empty(), 0, Vec::new());
        for step in recorded(SHAPES) {
            match step {
                Recorded::Case(_) => version = store.empty(),
                Recorded::Shape(shape) => {
                    let size = pending.len().div_ceil(edit_count).max(1);
                    for steps in pending.chunks(size) {
                        let mut edit = store.edit(version).unwrap();
                        for step in steps {
                            match step {
                                Recorded::Set(key) => {
                                    edit.insert(*key, 0).unwrap();
                                }
                                Recorded::Del(key) => assert!(edit.remove(key).unwrap()),
                                _ => unreachable!("only updates are pending"),
                            }
                        }
                        let next = edit.commit();
                        store.release(version).unwrap();
                        version = next;
                    }
                    pending.clear();
                    assert_eq!(committed_outline(&store, version), shape, "shape {compared}");
                    store.check().unwrap();
                    compared += 1;
                }
                update => pending.push(update),
            }
        }
        assert_eq!(compared, SHAPE_COUNT);
    }
}

#[test]
fn compaction_keeps_the_recorded_shapes() {
    replay(
        clear,
        |store, version, key| {
            let next = insert(store, version, key);
            assert!(store.compact().done);
            store.release(version).unwrap();
            next
        },
        remove,
        committed_outline,
    );
}

/// Pools of keys for bulk builds. Their hashes are few, so that they collide below nodes of every
/// kind, and fill about 16 slots of the root and of a node at level 1.
fn pools() -> Vec<Vec<Key>> {
    let root = keys_of((0..90).map(|i| i % 19));
    let level_1 = keys_of((0..90).map(|i| 7 + 32 * (i % 19)));
    let both = keys_of((0..160).map(|i| i % 18 + 32 * (i / 40 % 2)));
    let deep = keys_of((0..120).map(|i| 5 | (i % 17) << 25 | (i % 3) << 30));
    vec![keys(), root, level_1, both, deep]
}

fn arrivals() -> impl Strategy<Value = Vec<Key>> {
    (0..pools().len(), prop::collection::vec(any::<prop::sample::Index>(), 0..160)).prop_map(
        |(pool, arrivals)| {
            let pool = &pools()[pool];
            arrivals.iter().map(|index| pool[index.index(pool.len())]).collect()
        },
    )
}

proptest! {
    // With stress every insert compacts the whole store.
    #![proptest_config(ProptestConfig::with_cases(if cfg!(feature = "stress") { 40 } else { 400 }))]

    #[test]
    fn a_bulk_build_has_the_shape_of_inserts_in_the_same_order(arrivals in arrivals()) {
        let mut store = store();
        let inserted = grow(&mut store, &arrivals);
        let pairs = arrivals.iter().map(|&key| (key, u64::from(key.name)));
        let built = store.bulk(pairs.clone()).unwrap();
        let hashed = pairs.map(|(key, value)| (fold(key.hash), key, value));
        let batch = Batch::new(hashed, |a, b| Ok::<bool, ()>(a == b)).unwrap();
        prop_assert_eq!(batch.len(), store.len(inserted).unwrap());
        let batched = store.bulk_batch(batch).unwrap();
        store.check().unwrap();
        for version in [built, batched] {
            let outline = committed_outline(&store, version);
            prop_assert_eq!(outline, committed_outline(&store, inserted));
            prop_assert_eq!(names(&store, version), names(&store, inserted));
            prop_assert!(store.equal(version, inserted).unwrap());
        }
    }
}

/// A collision node grows larger than any branch, through every size of block, and shrinks again.
/// Its keys stay in insertion order whatever is removed.
#[test]
fn a_collision_node_may_be_of_any_size() {
    let all = keys_of([77; 400]);
    let mut store = store();
    let mut version = store.empty();
    let edit = store.open(version).unwrap();
    for (count, &key) in (1..).zip(&all) {
        let next = store.insert(version, key, 0).unwrap();
        store.release(version).unwrap();
        version = next;
        let _ = host_insert(&mut store, edit, key, 0).unwrap();
        if count > 1 && count % 16 < 2 {
            assert_eq!(committed_outline(&store, version), format!("4:B1 12:C{count}"));
            assert_eq!(outline(store.at_open(edit).unwrap()), format!("4:B1 12:C{count}"));
            store.check().unwrap();
        }
    }
    assert_eq!(store.commit(edit), Ok(edit));
    let built = store.bulk(all.iter().map(|&key| (key, 0))).unwrap();
    let mut order: Vec<u32> = (0..400).collect();
    for version in [version, edit, built] {
        assert_eq!(names(&store, version), order);
    }
    assert!(store.equal(version, built).unwrap());
    let mut dice = Dice(8);
    while order.len() > 1 {
        let key = all[order.remove(dice.below(order.len())) as usize];
        let next = store.remove(version, &key).unwrap().unwrap();
        store.release(version).unwrap();
        version = next;
        if order.len() % 16 < 2 {
            assert_eq!(names(&store, version), order);
            store.check().unwrap();
        }
    }
    assert_eq!(committed_outline(&store, version), "4:B1");
}

/// The slots, entries, words and depths of a shape are consistent.
#[test]
fn the_numbers_of_a_shape_are_consistent() {
    let mut store = store();
    let block = block_sizes();
    for pool in pools() {
        let version = grow(&mut store, &pool);
        let shape = store.at(version).unwrap().shape();
        let nodes = shape.nodes();
        assert_eq!(shape.entry_count(), pool.len());
        // In C a single entry below an Array node has a node of its own; here it has none.
        let inline = nodes.iter().filter(|node| node.words == 0).count();
        let in_slots: usize = nodes.iter().map(|node| node.entries).sum();
        assert_eq!(in_slots, pool.len() + inline);
        let taken: usize = nodes.iter().map(|node| block(node.words)).sum();
        assert_eq!(taken, store.stats().live_words);
        for node in nodes {
            match node.kind {
                NodeKind::Collision => assert_eq!((node.bitmap, node.slots), (0, node.entries)),
                _ => assert_eq!(node.slots, node.bitmap.count_ones() as usize),
            }
        }
        assert!(shape.depth() <= 8);
        assert_eq!(shape.to_string().lines().count(), nodes.len() + 1);
        store.release(version).unwrap();
    }
}
