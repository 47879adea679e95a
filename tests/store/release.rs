//! The release rule: a release frees exactly what no other version holds.
//!
//! The bug class has two sides. If too much is freed, a relative reads the words of another node.
//! If too little is freed, a program that makes and drops versions grows for ever. It goes wrong in
//! families like those here: a base released before its children, among them, or after them; edits
//! whose base is released; released versions that still connect their relatives.

use hedgerow::host::HostStore;
use std::collections::HashSet;

use crate::support::{
    Contents, Dice, Key, KeyStore, assert_holds, block_sizes, contents, deep_keys, grow,
    host_insert, host_remove, keys, keys_of, store,
};
use hedgerow::{NodeId, Version, WithError};

/// Panics unless the store counts what its live versions reach. The nodes are counted by the ids in
/// their shapes, and the entries by their values, which are all different: not as the checker does.
fn assert_exact(store: &KeyStore, live: &[Version], block: &impl Fn(usize) -> usize) {
    store.check().unwrap();
    let (mut nodes, mut entries) = (HashSet::new(), HashSet::new());
    for &version in live {
        let view = store.at(version).or_else(|_| store.at_open(version)).unwrap();
        for node in view.shape().nodes() {
            if let NodeId::Node(id) = node.id {
                nodes.insert((id, block(node.words)));
            }
        }
        entries.extend(view.iter().map(|(key, &value)| (key.name, value)));
    }
    let words: usize = nodes.iter().map(|&(_, words)| words).sum();
    let stats = store.stats();
    assert_eq!((stats.live_words, stats.live_entries), (words, entries.len()));
    assert_eq!(stats.live_versions, live.iter().filter(|&&v| v != store.empty()).count());
    assert!(stats.dead_versions < stats.live_versions.max(1), "{stats:?}");
}

fn assert_nothing_left(store: &KeyStore) {
    store.check().unwrap();
    let stats = store.stats();
    assert_eq!((stats.live_words, stats.live_entries), (0, 0));
    assert_eq!((stats.live_versions, stats.dead_versions), (0, 0));
}

/// A line of updates, each of which releases the version before, as in a program with one current
/// state. The arena stays as large as one version.
#[test]
fn a_line_of_updates_holds_one_version() {
    let (mut store, mut dice, block) = (store(), Dice(1), block_sizes());
    let all = keys();
    let mut version = grow(&mut store, &all);
    for clock in 1000..3000 {
        let key = all[dice.below(all.len())];
        let next = match store.remove(version, &key).unwrap() {
            Some(next) if dice.below(2) == 0 => next,
            unwanted => {
                if let Some(next) = unwanted {
                    store.release(next).unwrap();
                }
                store.insert(version, key, clock).unwrap()
            }
        };
        store.release(version).unwrap();
        version = next;
        if clock % 16 == 0 {
            assert_exact(&store, &[version], &block);
        }
    }
    assert!(store.stats().free_words < 4 * store.stats().live_words + 4096);
    store.release(version).unwrap();
    assert_nothing_left(&store);
}

/// A history that is let go from its newest end, from its oldest, or anywhere, while its first
/// version and its newest, or an edit of that, live on. Each version that ends stands between one
/// that differs in one key and one that differs in many; sometimes others are derived from it.
#[test]
fn a_history_is_let_go_from_either_end() {
    let block = block_sizes();
    for seed in 0..12 {
        let (mut store, mut dice) = (store(), Dice(seed + 1));
        let all: Vec<Key> = keys().into_iter().chain(deep_keys()).collect();
        let first = grow(&mut store, &all[..all.len() / 2]);
        let (mut line, mut kept) = (vec![first], vec![]);
        for clock in 0..80 {
            let last = line[line.len() - 1];
            line.extend(changed(&mut store, last, &all, &mut dice, 5000 + clock));
            if seed >= 6 && clock % 10 == 0 {
                kept.extend(changed(&mut store, last, &all, &mut dice, 6000 + clock));
            }
        }
        let newest = line.pop().unwrap();
        if seed % 2 == 1 {
            let edit = store.open(newest).unwrap();
            store.release(newest).unwrap();
            kept.push(host_insert(&mut store, edit, all[0], 9000).unwrap());
        } else {
            kept.push(newest);
        }
        if seed % 4 < 2 {
            kept.push(line.remove(0));
        }
        while !line.is_empty() {
            let next = match seed % 3 {
                0 => line.len() - 1,
                1 => 0,
                _ => dice.below(line.len()),
            };
            store.release(line.remove(next)).unwrap();
            assert_exact(&store, &[&line[..], &kept[..]].concat(), &block);
        }
    }
}

/// A version made from another by one key, if the key to be removed is there.
fn changed(
    store: &mut KeyStore,
    from: Version,
    keys: &[Key],
    dice: &mut Dice,
    value: u64,
) -> Option<Version> {
    let key = keys[dice.below(keys.len())];
    match dice.below(3) {
        0 => store.remove(from, &key).unwrap(),
        _ => Some(store.insert(from, key, value).unwrap()),
    }
}

/// Undo: the last 50 states are live. The oldest is released when there is a new one, and sometimes
/// the newest two are undone.
#[test]
fn an_undo_ring_holds_what_its_states_hold() {
    let (mut store, mut dice, block) = (store(), Dice(2), block_sizes());
    let all = keys();
    let mut ring = vec![grow(&mut store, &all[..40])];
    for clock in 1000..1400 {
        let newest = *ring.last().unwrap();
        let key = all[dice.below(all.len())];
        ring.push(store.insert(newest, key, clock).unwrap());
        if dice.below(8) == 0 {
            // The newest two are released, and the next update starts from the one before.
            for undone in ring.drain(ring.len().saturating_sub(2).max(1)..) {
                store.release(undone).unwrap();
            }
        }
        if ring.len() > 50 {
            store.release(ring.remove(0)).unwrap();
        }
        if clock % 8 == 0 {
            assert_exact(&store, &ring, &block);
        }
    }
    for version in ring {
        store.release(version).unwrap();
    }
    assert_nothing_left(&store);
}

/// A base with 10,000 live children, released before, between and after them.
#[test]
fn a_base_with_10_000_children_may_be_released_at_any_time() {
    // With stress every release compacts, and 10,000 children are 10,000 times as much to move.
    const CHILDREN: usize = if cfg!(feature = "stress") { 100 } else { 10_000 };
    let all = keys_of((0..60).map(|i| i % 8 + 32 * (i / 8)));
    for goes_at in [0, CHILDREN / 2, CHILDREN] {
        let (mut store, mut dice) = (store(), Dice(3));
        let base = grow(&mut store, &all);
        let alone = store.stats();
        let mut children: Vec<Version> = (0..CHILDREN)
            .map(|i| {
                let key = Key { hash: i as u64 % 8 + 1024 * 32, name: 1000 + i as u32 };
                store.insert(base, key, 10_000 + i as u64).unwrap()
            })
            .collect();
        store.check().unwrap();
        dice.shuffle(&mut children);
        for (released, &child) in children.iter().enumerate() {
            if released == goes_at {
                store.release(base).unwrap();
                assert_eq!(store.stats().dead_versions, 1, "it connects its children");
                store.check().unwrap();
            }
            store.release(child).unwrap();
            let stats = store.stats();
            // Each child has one entry of its own, and holds those of the base.
            let left = CHILDREN - 1 - released;
            let base_is_held = left > 0 || released < goes_at;
            assert_eq!(stats.live_entries, left + if base_is_held { all.len() } else { 0 });
            if released == CHILDREN / 2 {
                store.check().unwrap();
            }
        }
        if goes_at == CHILDREN {
            let stats = store.stats();
            assert_eq!(stats.live_words, alone.live_words);
            assert_eq!((stats.live_versions, stats.dead_versions), (1, 0));
            store.release(base).unwrap();
        }
        assert_nothing_left(&store);
    }
}

/// ```text
///        base                a dead version stays while it connects two live lines, and is
///       /    \               spliced out as soon as one of them ends
///   left      right
///    / \       |
///  l1   l2    r1
/// ```
#[test]
fn dead_versions_are_spliced_out() {
    let (mut store, block) = (store(), block_sizes());
    let all = deep_keys();
    let base = grow(&mut store, &all);
    let mut clock = 100;
    let mut child = |store: &mut KeyStore, of: Version| {
        clock += 1;
        store.insert(of, Key { hash: 9, name: clock as u32 }, clock).unwrap()
    };
    let (left, right) = (child(&mut store, base), child(&mut store, base));
    let (l1, l2) = (child(&mut store, left), child(&mut store, left));
    let r1 = child(&mut store, right);
    let mut live = vec![base, left, right, l1, l2, r1];
    let order = [(base, 1), (right, 1), (left, 2), (l1, 1), (r1, 0), (l2, 0)];
    for (version, dead) in order {
        live.retain(|&other| other != version);
        store.release(version).unwrap();
        assert_eq!(store.stats().dead_versions, dead, "after {version}");
        assert_exact(&store, &live, &block);
    }
    assert_nothing_left(&store);
}

/// A random forest of versions: after every step, what is allocated is exactly what the live
/// versions reach.
#[test]
fn a_random_forest_never_leaks_and_never_dangles() {
    let (all, block) = (keys(), block_sizes());
    for seed in 0..60 {
        let (mut store, mut dice) = (store(), Dice(seed));
        let mut live: Vec<Version> = Vec::new();
        let mut clock = 0;
        for _ in 0..120 {
            if !live.is_empty() && dice.below(10) < 4 {
                let gone = live.swap_remove(dice.below(live.len()));
                store.release(gone).or_else(|_| store.abandon(gone)).unwrap();
            } else {
                // Half of the time one of the newest three, so that lines get long.
                let first = if dice.below(2) == 0 { live.len().saturating_sub(3) } else { 0 };
                let parent = match live.len() - first {
                    0 => store.empty(),
                    _ if dice.below(20) == 0 => store.empty(),
                    choice => live[first + dice.below(choice)],
                };
                let made = grow_forest(&mut store, &mut dice, parent, &all, &mut clock);
                if made != store.empty() && !live.contains(&made) {
                    live.push(made);
                }
            }
            live.retain(|&version| store.contains(version) || store.at_open(version).is_ok());
            assert_exact(&store, &live, &block);
        }
        for version in live {
            store.release(version).or_else(|_| store.abandon(version)).unwrap();
        }
        assert_nothing_left(&store);
    }
}

/// Writes to an open edit, or to a new one on a version, and commits it or not. Returns the version
/// or edit.
fn grow_forest(
    store: &mut KeyStore,
    dice: &mut Dice,
    parent: Version,
    keys: &[Key],
    clock: &mut u64,
) -> Version {
    let open = if store.at_open(parent).is_ok() { parent } else { store.open(parent).unwrap() };
    for _ in 0..[1, 1, 1, 5][dice.below(4)] {
        let key = keys[dice.below(keys.len())];
        *clock += 1;
        if dice.below(10) < 6 {
            let _ = host_insert(store, open, key, *clock).unwrap();
        } else {
            host_remove(store, open, key).unwrap();
        }
    }
    if dice.below(4) == 0 { open } else { store.commit(open).unwrap() }
}

#[test]
fn forgotten_versions_are_found_by_compaction() {
    let (mut store, block) = (store(), block_sizes());
    let all = keys();
    let base = grow(&mut store, &all);
    let child = store.insert(base, all[0], 1000).unwrap();
    let other = grow(&mut store, &all[..20]);
    let before = store.stats();
    store.forget(base).unwrap();
    store.forget(other).unwrap();
    assert_eq!(store.at(base).map(drop), Err(hedgerow::Error::Stale { version: base }));
    let stats = store.stats();
    assert_eq!((stats.live_words, stats.live_entries), (before.live_words, before.live_entries));
    assert_eq!((stats.live_versions, stats.forgotten_versions), (1, 2));
    store.check().unwrap();
    let run = store.compact();
    assert!(run.done && run.bytes_after < run.bytes_before, "{run:?}");
    assert_eq!(run.entries_freed, 21);
    assert_eq!(store.stats().forgotten_versions, 0);
    let mut expected: Contents = all.iter().map(|key| (key.name, u64::from(key.name))).collect();
    expected.insert(0, 1000);
    assert_holds(&store, child, &expected, &all);
    // A release after a compaction is exact, and so is one beside forgotten versions.
    let grandchild = store.insert(child, all[1], 1001).unwrap();
    assert_exact(&store, &[child, grandchild], &block);
    store.forget(child).unwrap();
    store.release(grandchild).unwrap();
    store.check().unwrap();
    // With stress the release has compacted already.
    assert_eq!(store.compact().entries_freed, usize::from(!cfg!(feature = "stress")));
    assert_nothing_left(&store);
}

/// An open edit replaces nodes of its base as it writes. They are freed at once if the base is
/// released, and stay if any version still holds them.
#[test]
fn an_open_edit_outlives_its_base() {
    let block = block_sizes();
    let all = keys();
    for (sibling_stays, base_first) in [(false, false), (false, true), (true, false), (true, true)]
    {
        let mut store = store();
        let base = grow(&mut store, &all);
        let sibling = store.insert(base, all[5], 999).unwrap();
        let open = store.open(base).unwrap();
        let mut live = vec![base, sibling, open];
        let mut clock = 1000;
        let end = |store: &mut KeyStore, live: &mut Vec<Version>, version| {
            live.retain(|&other| other != version);
            store.release(version).unwrap();
        };
        if base_first {
            end(&mut store, &mut live, base);
        }
        for (step, &key) in all.iter().enumerate() {
            clock += 1;
            if step % 3 == 2 {
                let _ = host_remove(&mut store, open, key).unwrap().unwrap();
            } else {
                let _ = host_insert(&mut store, open, key, clock).unwrap();
            }
            if step == 20 && !base_first {
                end(&mut store, &mut live, base);
            }
            if step == 40 && !sibling_stays {
                end(&mut store, &mut live, sibling);
            }
            assert_exact(&store, &live, &block);
        }
        for key in &all {
            host_remove(&mut store, open, *key).unwrap();
            assert_exact(&store, &live, &block);
        }
        assert_eq!(store.commit(open), Ok(store.empty()));
        if sibling_stays {
            assert_eq!(store.at(sibling).unwrap().get(&all[5]), Some(&999));
            store.release(sibling).unwrap();
        }
        assert_nothing_left(&store);
    }
}

/// A merge shares with ours and copies from theirs. All of them may be released in any order.
#[test]
fn the_versions_of_a_merge_may_be_released_in_any_order() {
    let all = keys();
    for order in 0..24 {
        let (mut store, block) = (store(), block_sizes());
        let base = grow(&mut store, &all[..50]);
        let ours = store.insert(base, all[60], 1060).unwrap();
        let theirs = store.insert(base, all[70], 1070).unwrap();
        let theirs_twice = store.remove(theirs, &all[3]).unwrap().unwrap();
        let merged = store.merge(base, ours, theirs_twice, |_| None).unwrap();
        let expected = contents(&store, merged);
        assert_eq!(expected.len(), 51);
        let mut live = vec![base, ours, theirs, theirs_twice, merged];
        let mut number = order;
        while live.len() > 1 {
            // The merge has copies of entries of theirs, which only the checker can count.
            let gone = live.remove(number % (live.len() - 1));
            number /= 4;
            store.release(gone).unwrap();
            store.check().unwrap();
            assert_eq!(contents(&store, merged), expected);
        }
        assert_exact(&store, &[merged], &block);
        let empty = store.empty();
        let united = store.union(merged, empty).unwrap();
        let met = store.intersection(merged, merged).unwrap();
        let left = store.difference(merged, empty).unwrap();
        assert_exact(&store, &[merged, united, met, left], &block);
        store.release(met).unwrap();
        assert_exact(&store, &[merged, united, left], &block);
        store.release(left).unwrap();
        store.release(united).unwrap();
        store.release(merged).unwrap();
        assert_nothing_left(&store);
    }
}

/// An operation that fails, and an edit that is dropped or abandoned, leave nothing behind.
#[test]
fn a_failed_operation_leaves_nothing_behind() {
    let (mut store, block) = (store(), block_sizes());
    let all = deep_keys();
    let version = grow(&mut store, &all);
    let made = store.insert_with(version, 9, all[0], 1, |_, _, _| Err(()));
    assert_eq!(made, Err(WithError::Caller(())));
    let mut edit = store.edit(version).unwrap();
    edit.extend(keys().into_iter().map(|key| (key, 1)));
    drop(edit);
    assert_exact(&store, &[version], &block);
    let open = store.open(version).unwrap();
    let _ = host_insert(&mut store, open, Key { hash: 77, name: 77 }, 1).unwrap();
    store.abandon(open).unwrap();
    assert_exact(&store, &[version], &block);
}
