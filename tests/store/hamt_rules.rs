//! The rules of CPython's HAMT, a test for each: which tree there is of some keys, and in which
//! order.
//!
//! The bug class: a port of `hamt.c` that is almost right. It promotes a node one slot early, puts
//! a collision node at the wrong level, leaves a single entry in a node of its own, or has
//! CPython's order for small non-negative hashes only. The expected trees are those of CPython and
//! immutables. `4:B2 12:C2` is a Bitmap node of two slots at indent 4 and a collision node of two
//! entries below it; `A17` is an Array node of 17 slots.

use hedgerow::host::HostStore;
use std::collections::{HashMap, HashSet};

use crate::support::{
    Contents, Dice, Key, KeyStore, Recorded, assert_holds, contents, deep_keys, dump_lines, grow,
    keys, keys_of, names, outline, recorded, shrink, store,
};
use hedgerow::{NodeId, Version};

fn outline_of(store: &KeyStore, version: Version) -> String {
    outline(store.at(version).unwrap())
}

/// The outline of an Array node of single entries at this indent. In C each of them is in a Bitmap
/// node of its own below the Array node.
fn array(indent: usize, slots: usize) -> String {
    format!("{indent}:A{slots}{}", format!(" {}:B1", indent + 4).repeat(slots))
}

#[test]
fn inserted_keys_are_found() {
    let mut store = store();
    let [a, b, c] = keys_of([10, 42, 10])[..] else { unreachable!() };
    let one = store.insert(store.empty(), a, 1).unwrap();
    let two = store.insert(one, b, 2).unwrap();
    let view = store.at(two).unwrap();
    assert_eq!((view.get(&a), view.get(&b), view.get(&c)), (Some(&1), Some(&2), None));
    assert_eq!(
        (store.at(one).unwrap().get(&b), store.len(one), store.len(two)),
        (None, Ok(1), Ok(2))
    );
    let replaced = store.insert(two, a, 9).unwrap();
    assert_eq!(contents(&store, replaced), Contents::from([(0, 9), (1, 2)]));
    assert_eq!(contents(&store, two), Contents::from([(0, 1), (1, 2)]));
    assert_eq!(store.remove(two, &c), Ok(None));
    store.check().unwrap();
}

/// ```text
/// root B4 (0, 1, 2, 3)
///   B4   B4   B4   B4         each of hashes chunk + 32 * (0, 1, 2, 3)
/// ```
/// An update below chunk 2 makes a new root and a new third child, and no other node.
#[test]
fn nodes_off_the_path_are_shared() {
    let mut store = store();
    let all = keys_of((0..16).map(|i| i % 4 + 32 * (i / 4)));
    let before = grow(&mut store, &all);
    let key = Key { hash: 2 + 32 * 9, name: 99 };
    let inserted = store.insert(before, key, 0).unwrap();
    let replaced = store.insert(before, all[2], 0).unwrap();
    let removed = store.remove(before, &all[2]).unwrap().unwrap();
    let ids = |version| -> Vec<NodeId> {
        let shape = store.at(version).unwrap().shape();
        shape.nodes().iter().map(|node| node.id).collect()
    };
    for (after, only_before, only_after) in [(inserted, 0, 1), (replaced, 1, 1), (removed, 1, 0)] {
        let (old, new) = (ids(before), ids(after));
        assert_eq!((old.len(), new.len()), (5, 5));
        let same: Vec<bool> = old.iter().zip(&new).map(|(a, b)| a == b).collect();
        assert_eq!(same, [false, true, true, false, true]);
        let sharing = store.shared(before, after).unwrap();
        assert_eq!(sharing.nodes_shared, 3);
        assert_eq!((sharing.nodes_only_a, sharing.nodes_only_b), (2, 2));
        assert_eq!(sharing.entries_shared, 16 - only_before);
        assert_eq!((sharing.entries_only_a, sharing.entries_only_b), (only_before, only_after));
    }
}

#[test]
fn the_17th_slot_promotes_the_root() {
    let mut store = store();
    let all = keys_of(0..18);
    let sixteen = grow(&mut store, &all[..16]);
    assert_eq!(outline_of(&store, sixteen), "4:B16");
    let seventeen = store.insert(sixteen, all[16], 0).unwrap();
    assert_eq!(outline_of(&store, seventeen), array(4, 17));
    let eighteen = store.insert(seventeen, all[17], 0).unwrap();
    assert_eq!(outline_of(&store, eighteen), array(4, 18));
    // A key that is there already takes no 17th slot, nor does one in the slot of another key.
    let replaced = store.insert(sixteen, all[3], 0).unwrap();
    assert_eq!(outline_of(&store, replaced), "4:B16");
    let met = store.insert(sixteen, Key { hash: 3 + 32, name: 99 }, 0).unwrap();
    assert_eq!(outline_of(&store, met), "4:B16 12:B2");
}

/// The root takes the low five bits. Keys that share those fill a node at level 1; keys that share
/// the top five bits fill the root.
#[test]
fn the_17th_slot_promotes_a_level_1_node() {
    let mut store = store();
    let low = keys_of((0..17).map(|i| 7 + 32 * i));
    let sixteen = grow(&mut store, &low[..16]);
    assert_eq!(outline_of(&store, sixteen), "4:B1 12:B16");
    let seventeen = store.insert(sixteen, low[16], 0).unwrap();
    assert_eq!(outline_of(&store, seventeen), format!("4:B1 {}", array(12, 17)));
    let top = keys_of((0..17).map(|i| 3 << 27 | i));
    let version = grow(&mut store, &top);
    assert_eq!(outline_of(&store, version), array(4, 17));
}

/// An Array node of 17 slots that loses one stays an Array node, and becomes a Bitmap node when it
/// loses the next. Growing back to 16 slots, it stays a Bitmap node.
#[test]
fn an_array_node_is_demoted_at_15_slots() {
    for (stride, above, indent) in [(1, "", 4), (32, "4:B1 ", 12)] {
        let mut store = store();
        let all = keys_of((0..17).map(|i| i * stride));
        let outlined = |store: &KeyStore, version| outline_of(store, version);
        let mut version = grow(&mut store, &all);
        version = shrink(&mut store, version, &all[..1]);
        assert_eq!(outlined(&store, version), format!("{above}{}", array(indent, 16)));
        version = shrink(&mut store, version, &all[1..2]);
        assert_eq!(outlined(&store, version), format!("{above}{indent}:B15"));
        version = store.insert(version, all[0], 0).unwrap();
        assert_eq!(outlined(&store, version), format!("{above}{indent}:B16"));
        version = store.insert(version, all[1], 0).unwrap();
        assert_eq!(outlined(&store, version), format!("{above}{}", array(indent, 17)));
        store.check().unwrap();
    }
}

/// When an Array node is demoted, the single entries below it move up, and other nodes stay.
#[test]
fn demotion_keeps_the_nodes_below() {
    let mut store = store();
    let mut all = keys_of(0..17);
    all.push(Key { hash: 16 + 32, name: 50 });
    let mut version = grow(&mut store, &all);
    version = shrink(&mut store, version, &all[..2]);
    assert_eq!(outline_of(&store, version), format!("4:B15 12:B2"));
}

/// ```text
/// root B1 -> C2 of k0 and k1
/// ```
#[test]
fn equal_hashes_make_a_collision_node_where_they_meet() {
    let mut store = store();
    let all = keys_of([5, 5]);
    let version = grow(&mut store, &all);
    let drawn = [
        "HAMT(len=2):",
        "    BitmapNode(size=2 count=1 bitmap=0b100000",
        "        NULL:",
        "            CollisionNode(size=4",
        "                k0@5: 0",
        "                k1@5: 1",
    ];
    assert_eq!(dump_lines(store.at(version).unwrap()), drawn);
    let depths: Vec<usize> =
        store.at(version).unwrap().shape().nodes().iter().map(|node| node.depth).collect();
    assert_eq!(depths, [0, 1]);
}

/// A third key that shares `level` chunks pushes the collision node down, to the level below the
/// one where their hashes differ:
/// ```text
/// level 0   B1
/// ...       B1
/// level     B2 -> k2, and
/// level+1     C2 of k0 and k1           level + 1 is at most 7: the eighth node from the root
/// ```
/// When the third key is removed, the nodes above the collision node stay: C moves up entries only.
#[test]
fn a_third_key_pushes_a_collision_node_down_to_level_7() {
    let hash = 0b11_00001_00010_00011_00100_00101_00110;
    for level in 0..=6usize {
        let mut store = store();
        let all = keys_of([hash, hash, hash ^ 1 << (5 * level)]);
        let version = grow(&mut store, &all);
        let chain: String = (0..level).map(|at| format!("{}:B1 ", 4 + 8 * at)).collect();
        let (branch, collision) = (4 + 8 * level, 4 + 8 * (level + 1));
        assert_eq!(outline_of(&store, version), format!("{chain}{branch}:B2 {collision}:C2"));
        assert_eq!(store.at(version).unwrap().shape().depth(), level + 2);
        let without = store.remove(version, &all[2]).unwrap().unwrap();
        assert_eq!(outline_of(&store, without), format!("{chain}{branch}:B1 {collision}:C2"));
        // At the deepest level, C computes `hash >> 35` here.
        let alone = store.remove(version, &all[0]).unwrap().unwrap();
        assert_eq!(outline_of(&store, alone), format!("{chain}{branch}:B2"));
        let last = store.remove(without, &all[1]).unwrap().unwrap();
        assert_eq!(outline_of(&store, last), "4:B1");
        assert_eq!(names(&store, last), [0]);
        store.check().unwrap();
    }
}

/// ```text
/// root B1 -> B1 -> ... -> B2 of k0, k1     minus k1:     root B1 of k0
/// ```
#[test]
fn a_lone_entry_moves_up_through_every_node_that_held_only_it() {
    for level in 1..=6 {
        let mut store = store();
        let all = keys_of([0, 1 << (5 * level)]);
        let version = grow(&mut store, &all);
        assert_eq!(store.at(version).unwrap().shape().nodes().len(), level + 1);
        for gone in [0, 1] {
            let rest = store.remove(version, &all[gone]).unwrap().unwrap();
            assert_eq!(outline_of(&store, rest), "4:B1");
            assert_eq!(names(&store, rest), [1 - gone as u32]);
        }
    }
}

/// Removing 1 from {0, 32, 1} leaves a root with one child and no entry: C moves up entries, not
/// nodes.
#[test]
fn removals_leave_the_nodes_that_c_leaves() {
    let mut store = store();
    let all = keys_of([0, 32, 1]);
    let version = grow(&mut store, &all);
    assert_eq!(outline_of(&store, version), "4:B2 12:B2");
    let version = shrink(&mut store, version, &all[2..]);
    assert_eq!(outline_of(&store, version), "4:B1 12:B2");
    let fresh = grow(&mut store, &all[..2]);
    assert_eq!(outline_of(&store, fresh), "4:B1 12:B2");
    // Here inserts alone would make another tree.
    let deep = keys_of([0, 1 << 10, 32]);
    let version = grow(&mut store, &deep);
    let version = shrink(&mut store, version, &deep[1..2]);
    assert_eq!(outline_of(&store, version), "4:B1 12:B2");
    let pair = keys_of([7, 7, 7 + 32]);
    let version = grow(&mut store, &pair);
    let version = shrink(&mut store, version, &pair[2..]);
    let fresh = grow(&mut store, &pair[..2]);
    assert_eq!(outline_of(&store, version), "4:B1 12:B1 20:C2");
    assert_eq!(outline_of(&store, fresh), "4:B1 12:C2");
    assert!(store.equal(version, fresh).unwrap());
}

/// Below an Array node a single entry is in a Bitmap node in C. A second key of its hash makes a
/// collision node below that, but before the promotion there is no Bitmap node between:
/// ```text
/// below an Array node   A17 -> B1 -> C2            before the promotion   A17 -> C2
/// ```
#[test]
fn equal_hashes_below_an_array_node_have_a_bitmap_node_between() {
    let mut store = store();
    let mut all = keys_of(0..17);
    let twin = Key { hash: 0, name: 50 };
    all.push(twin);
    let late = grow(&mut store, &all);
    let rest = " 8:B1".repeat(16);
    assert_eq!(outline_of(&store, late), format!("4:A17 8:B1 16:C2{rest}"));
    all.rotate_right(1);
    let early = grow(&mut store, &all);
    assert_eq!(outline_of(&store, early), format!("4:A17 8:C2{rest}"));
    assert!(store.equal(late, early).unwrap());
    for version in [late, early] {
        let single = store.remove(version, &twin).unwrap().unwrap();
        assert_eq!(outline_of(&store, single), array(4, 17));
    }
    // Demotion keeps the Bitmap node between: it holds a node, not an entry.
    let demoted = shrink(&mut store, late, &keys_of(0..17)[15..]);
    assert_eq!(outline_of(&store, demoted), "4:B15 12:B1 20:C2");
    let demoted = shrink(&mut store, early, &keys_of(0..17)[15..]);
    assert_eq!(outline_of(&store, demoted), "4:B15 12:C2");
    store.check().unwrap();
}

#[test]
fn the_order_is_that_of_recorded_cpython_maps() {
    let mut store = store();
    let mut version = store.empty();
    let (mut case, mut compared) = ("", 0);
    for step in recorded(include_str!("../vectors/order.txt")) {
        match step {
            Recorded::Case(title) => (case, version) = (title, store.empty()),
            Recorded::Set(key) => version = store.insert(version, key, 0).unwrap(),
            Recorded::Del(key) => version = store.remove(version, &key).unwrap().unwrap(),
            Recorded::Order(order) => {
                let found: Vec<String> =
                    names(&store, version).iter().map(u32::to_string).collect();
                assert_eq!(found.join(" "), order, "{case}");
                compared += 1;
            }
            Recorded::Shape(_) => unreachable!("no shapes in this file"),
        }
    }
    assert_eq!(compared, 26);
}

#[test]
fn trees_built_in_different_orders_are_equal() {
    let mut store = store();
    let mut dice = Dice(3);
    let spread: Vec<u64> = (0..120).map(|_| dice.roll()).collect();
    for mut all in [keys(), keys_of(spread)] {
        let has_twins = all.iter().map(|key| hedgerow::fold(key.hash)).collect::<HashSet<_>>();
        let has_twins = has_twins.len() < all.len();
        let first = grow(&mut store, &all);
        for _ in 0..8 {
            dice.shuffle(&mut all);
            let other = grow(&mut store, &all);
            assert!(store.equal(first, other).unwrap());
            assert_eq!(store.at(first).unwrap(), store.at(other).unwrap());
            if !has_twins {
                assert_eq!(names(&store, first), names(&store, other));
                assert_eq!(outline_of(&store, first), outline_of(&store, other));
            }
            let changed = store.insert(other, all[0], 1 << 40).unwrap();
            let smaller = store.remove(other, &all[0]).unwrap().unwrap();
            assert!(!store.equal(first, changed).unwrap());
            assert!(!store.equal(first, smaller).unwrap());
        }
    }
}

#[test]
fn random_sequences_agree_with_a_plain_map() {
    let all = keys();
    for seed in 0..20 {
        let (mut dice, mut store) = (Dice(seed), store());
        let (mut version, mut model) = (store.empty(), HashMap::new());
        for clock in 0..300 {
            let key = all[dice.below(all.len())];
            let next = if dice.below(5) < 3 {
                model.insert(key.name, clock);
                Some(store.insert(version, key, clock).unwrap())
            } else {
                let next = store.remove(version, &key).unwrap();
                assert_eq!(next.is_some(), model.remove(&key.name).is_some());
                next
            };
            if let Some(next) = next {
                store.release(version).unwrap();
                version = next;
            }
        }
        assert_holds(&store, version, &model, &all);
        store.check().unwrap();
    }
}

#[test]
fn every_way_to_an_empty_map_is_the_empty_version() {
    let mut store = store();
    let (empty, all) = (store.empty(), deep_keys());
    let full = grow(&mut store, &all);
    assert_eq!(shrink(&mut store, full, &all), empty);
    assert_eq!(store.bulk([]).unwrap(), empty);
    let full = grow(&mut store, &all);
    let mut edit = store.edit(full).unwrap();
    for key in &all {
        assert!(edit.remove(key).unwrap());
    }
    assert_eq!(edit.commit(), empty);
    assert_eq!(store.difference(full, full).unwrap(), empty);
    let open = store.open(empty).unwrap();
    assert_eq!(store.commit(open).unwrap(), empty);
    store.release(empty).unwrap();
    store.forget(empty).unwrap();
    assert_eq!((store.len(empty), outline_of(&store, empty)), (Ok(0), "4:B0".to_owned()));
    store.release(full).unwrap();
    let stats = store.stats();
    assert_eq!((stats.live_versions, stats.live_words, stats.live_entries), (0, 0, 0));
}
