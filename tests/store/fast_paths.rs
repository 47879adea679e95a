//! Fast paths: the release of the newest version of a line, which frees what has its stamp on one
//! path; the release of the map that was built last, which lowers the ends of both arenas; large
//! builds; and cursors, which find the next entry by its hash or by its index.
//!
//! The bug class: a fast path reads little, and so frees what another version holds, or leaves
//! something behind. Each is tried with every way in which a key can change a tree, and the store
//! is compared with what it was before.

use crate::support::{
    Contents, Dice, Key, KeyStore, assert_holds, contents, deep_keys, grow, host_insert, keys,
    keys_of, names, outline, shrink, store,
};
use hedgerow::host::{Cursor, HostStore};
use hedgerow::{Limits, Version};

/// Words and entries in use, and the shape of a version, none of which a release may change.
fn state(store: &KeyStore, version: Version) -> (usize, usize, String) {
    let stats = store.stats();
    (stats.live_words, stats.live_entries, outline(store.at(version).unwrap()))
}

/// Inserts and removes each key, and releases what that made. The store must be as it was.
fn assert_newest_leaves_no_trace(store: &mut KeyStore, base: Version, universe: &[Key]) {
    let held = contents(store, base);
    let before = state(store, base);
    for &key in universe {
        let made = store.insert(base, key, 1 << 40).unwrap();
        let removed = store.remove(base, &key).unwrap();
        for newest in [Some(made), removed].into_iter().flatten() {
            store.check().unwrap();
            store.release(newest).unwrap();
            store.check().unwrap();
        }
        assert_eq!(state(store, base), before, "{key:?}");
    }
    assert_holds(store, base, &held, universe);
}

/// Keys of bases in which one more key meets an entry, a collision node of its hash or of another
/// hash, below a Bitmap node and below an Array node, at every depth; and where a removal moves
/// entries up.
fn bases() -> Vec<Vec<Key>> {
    let mut bases = vec![keys(), deep_keys(), deep_keys()[..2].to_vec(), deep_keys()[..1].to_vec()];
    for level in 1..7_u64 {
        let part = (1 << (5 * level)) - 1;
        // Colliding keys, and one that shares the chunks above this level with them.
        let hash = 0x2a5f_3c71;
        let near = hash & part | (hash >> (5 * level) ^ 1) << (5 * level);
        bases.push(keys_of([hash, hash, near]));
        bases.push(keys_of([hash, hash, hash, near, near]));
        bases.push(keys_of([hash, near]));
    }
    // A node below, at and above the size of an Array node, with colliding keys below it.
    for slots in [15, 16, 17] {
        bases.push(keys_of((0..slots).chain([3, 3])));
        bases.push(keys_of([3, 3].into_iter().chain(0..slots)));
    }
    bases
}

#[test]
fn releasing_the_newest_of_a_line_frees_what_it_made_and_nothing_else() {
    for base_keys in bases() {
        // The keys of the base, one more of each hash, and some that push nodes down.
        let more = base_keys.iter().map(|key| key.hash);
        let pushers = base_keys.iter().flat_map(|key| [key.hash ^ 1 << 30, key.hash ^ 1 << 12]);
        let universe = keys_of(base_keys.iter().map(|key| key.hash).chain(more).chain(pushers));
        let own = &universe[..base_keys.len()];

        let mut store = store();
        let grown = grow(&mut store, own);
        assert_newest_leaves_no_trace(&mut store, grown, &universe);
        // Compaction renumbers stamps, and may give an entry the stamp of its version.
        store.compact();
        assert_newest_leaves_no_trace(&mut store, grown, &universe);
        // A base that was an edit, and whose own base is released.
        let edit = store.open(grown).unwrap();
        let _ = host_insert(&mut store, edit, universe[own.len()], 7).unwrap();
        let committed = store.commit(edit).unwrap();
        store.release(grown).unwrap();
        assert_newest_leaves_no_trace(&mut store, committed, &universe);
        // A base that was built, and one without a key of it.
        let built = store.bulk(own.iter().map(|&key| (key, 1))).unwrap();
        assert_newest_leaves_no_trace(&mut store, built, &universe);
        if own.len() > 1 {
            let less = shrink(&mut store, built, &own[..1]);
            assert_newest_leaves_no_trace(&mut store, less, &universe);
        }
    }
}

/// Three versions in a line, released in any order. If the middle one is released first, the parent
/// of the last one is no longer what it was made from.
#[test]
fn a_line_of_versions_may_be_released_in_any_order() {
    let (universe, mut dice) = (keys(), Dice(1));
    let mut store = store();
    let base = grow(&mut store, &universe[..60]);
    let before = state(&store, base);
    for round in 0..2000 {
        let mut line = Vec::new();
        let mut from = base;
        for _ in 0..3 {
            let key = universe[dice.below(universe.len())];
            from = match dice.below(2) {
                0 => store.remove(from, &key).unwrap().unwrap_or(from),
                _ => store.insert(from, key, round).unwrap(),
            };
            if from != base && line.last() != Some(&from) {
                line.push(from);
            }
        }
        dice.shuffle(&mut line);
        for version in line {
            store.release(version).unwrap();
            store.check().unwrap();
        }
        assert_eq!(state(&store, base), before);
    }
}

fn pairs(keys: &[Key]) -> impl Iterator<Item = (Key, u64)> + '_ {
    keys.iter().map(|&key| (key, u64::from(key.name)))
}

/// A map that was built last and is released next leaves no free block and no vacant row. Some of
/// its keys collide.
#[test]
fn releasing_what_was_built_last_leaves_no_trace() {
    let mut store = store();
    let base = store.bulk(pairs(&keys()[..40])).unwrap();
    let before = store.stats();
    for _ in 0..3 {
        let last = store.bulk(pairs(&keys())).unwrap();
        store.release(last).unwrap();
        store.check().unwrap();
        let after = store.stats();
        assert_eq!((after.free_words, after.free_entries), (0, 0));
        assert_eq!((after.live_words, after.live_entries), (before.live_words, 40));
    }
    let held: Contents = pairs(&keys()[..40]).map(|(key, value)| (key.name, value)).collect();
    assert_holds(&store, base, &held, &keys());
}

/// Words or entries above a map keep the ends of the arenas where they are: those of another
/// version, of an open edit, or of a version that was forgotten.
#[test]
fn what_is_above_a_released_map_stays() {
    for above in ["nodes", "entries", "an edit", "forgotten", "a relative"] {
        let mut store = store();
        let small = grow(&mut store, &keys()[..20]);
        // Both are released below, and leave room for other nodes and entries.
        let hole = store.bulk(pairs(&keys()[..30])).unwrap();
        let map = store.bulk(pairs(&keys())).unwrap();
        let other = match above {
            "nodes" => store.remove(small, &keys()[3]).unwrap().unwrap(),
            "entries" => store.insert(small, keys()[3], 99).unwrap(),
            "an edit" => store.open(small).unwrap(),
            "forgotten" => store.insert(map, keys()[3], 99).unwrap(),
            _ => store.insert(map, keys()[5], 99).unwrap(),
        };
        match above {
            "an edit" => _ = host_insert(&mut store, other, keys()[30], 99).unwrap(),
            "forgotten" => store.forget(other).unwrap(),
            _ => {}
        }
        let held = store.at(other).or_else(|_| store.at_open(other)).ok();
        let held: Option<Vec<_>> = held.map(|view| view.iter().map(|(k, v)| (*k, *v)).collect());
        store.release(hole).unwrap();
        store.release(map).unwrap();
        store.check().unwrap();
        // New nodes and entries take what is free, and must not overwrite what is in use.
        let new = store.bulk(pairs(&keys()[10..])).unwrap();
        store.check().unwrap();
        let now = store.at(other).or_else(|_| store.at_open(other)).ok();
        let now: Option<Vec<_>> = now.map(|view| view.iter().map(|(k, v)| (*k, *v)).collect());
        assert_eq!(held, now, "{above}");
        assert_eq!(store.len(new).unwrap(), keys().len() - 10);
        store.compact();
        store.check().unwrap();
        assert_eq!(contents(&store, small).len(), 20);
    }
}

/// Two maps that are almost released at once: one whose words are last but not its entries, and one
/// with a node below another version's node of the same size.
#[test]
fn a_map_of_which_not_all_is_at_the_end_is_freed_piece_by_piece() {
    // Nodes of 7 slots and of 8 have blocks of one size.
    let flat = keys_of(0..8);
    let below = keys_of((0..8).map(|n| n << 5));
    let mut store = store();
    let small = store.bulk(pairs(&flat)).unwrap();
    let hole = store.remove(small, &flat[0]).unwrap().unwrap();
    let map = store.bulk(pairs(&keys())).unwrap();
    store.release(hole).unwrap();
    // The new root is in the hole, and the new entry after those of the map.
    let other = store.insert(small, flat[1], 99).unwrap();
    store.release(map).unwrap();
    store.check().unwrap();
    assert_eq!(store.at(other).unwrap().get(&flat[1]), Some(&99));
    store.release(other).unwrap();
    store.compact();

    let hole = store.remove(small, &flat[0]).unwrap().unwrap();
    store.release(hole).unwrap();
    // Its root of one slot is last, and the node below that is in the hole.
    let map = store.bulk(pairs(&below)).unwrap();
    let other = store.remove(small, &flat[1]).unwrap().unwrap();
    store.release(map).unwrap();
    let new = store.bulk(pairs(&keys())).unwrap();
    store.check().unwrap();
    assert_eq!(store.len(other).unwrap(), 7);
    assert_eq!(contents(&store, new).len(), keys().len());
}

/// A large build compacts first if its entries would be scattered over vacant rows, because there
/// are too many of those to grow the arena. If it takes new rows it takes new words too, so that it
/// is released at once and free blocks below stay free.
#[test]
fn a_large_build_is_contiguous_and_released_at_once() {
    const LARGE: u64 = 1 << 14;
    // With stress every step compacts, and nothing is scattered.
    if cfg!(feature = "stress") {
        return;
    }
    let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // Each tenth hash twice.
    let all = keys_of((0..6 * LARGE).map(|n| spread(if n % 10 == 1 { n - 1 } else { n })));
    let (first, second) = all.split_at(all.len() / 2);
    let mut store = store();
    let old = store.bulk(pairs(first)).unwrap();
    // Every third key is removed in random order, which scatters vacant rows and free blocks.
    let mut gone: Vec<Key> = first.iter().step_by(3).copied().collect();
    Dice(1).shuffle(&mut gone);
    let old = shrink(&mut store, old, &gone);
    let before = store.stats();
    assert!(before.free_entries > 0 && before.free_words > 0);
    // More entries than there are vacant rows: they all go above those.
    let built = store.bulk(pairs(second)).unwrap();
    store.check().unwrap();
    store.release(built).unwrap();
    store.check().unwrap();
    let after = store.stats();
    assert_eq!((after.free_words, after.free_entries), (before.free_words, before.free_entries));
    assert_eq!(after.live_words, before.live_words);

    // As many entries as there are vacant rows: above them all the same.
    assert_eq!(after.free_entries as u64, LARGE);
    let built = store.bulk(pairs(&second[..LARGE as usize])).unwrap();
    store.check().unwrap();
    let after = store.stats();
    assert_eq!((after.compactions, after.free_entries as u64), (before.compactions, LARGE));
    store.release(built).unwrap();

    // More vacant rows than entries.
    let mut more: Vec<Key> = first.iter().skip(1).step_by(6).copied().collect();
    Dice(2).shuffle(&mut more);
    let old = shrink(&mut store, old, &more);
    let before = store.stats();
    assert_eq!(before.free_entries as u64, LARGE * 3 / 2);
    let built = store.bulk(pairs(&second[..LARGE as usize])).unwrap();
    store.check().unwrap();
    let after = store.stats();
    assert_eq!((after.compactions, after.free_entries), (0, before.free_entries));
    assert_eq!(store.len(old).unwrap() + gone.len() + more.len(), first.len());
    store.release(old).unwrap();
    store.release(built).unwrap();
    store.check().unwrap();
    assert_eq!(store.stats().live_words, 0);
}

/// Entries fetched by any number at a time are those of the iterator, where a tree is walked.
#[test]
fn entries_are_fetched_by_any_number_at_a_time() {
    let mut store = store();
    let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for keys in [keys(), keys_of((0..300).map(spread)), keys_of((0..90).map(|n| spread(n / 30)))] {
        let version = grow(&mut store, &keys);
        let expected: Vec<_> = store.at(version).unwrap().keys().map(|key| key.name).collect();
        for count in (1..75).chain([usize::MAX]) {
            let (mut cursor, mut seen) = (store.cursor(version).unwrap(), Vec::new());
            loop {
                let next: Vec<_> =
                    store.upcoming(&cursor).unwrap().take(3).map(|(key, _)| key.name).collect();
                assert_eq!(next, expected[seen.len()..][..next.len()]);
                assert_eq!(next.len(), 3.min(expected.len() - seen.len()));
                if store.advance_by(&mut cursor, count, |key, _| seen.push(key.name)).unwrap() == 0
                {
                    break;
                }
            }
            assert_eq!(seen, expected, "{count} at a time");
        }
    }
}

/// The node that a walk reads may be the last thing in the arena.
#[test]
fn entries_are_fetched_where_the_arena_ends() {
    for count in 2..60 {
        let mut store = store();
        let keys = keys_of(0..count);
        let (last, others) = keys.split_last().unwrap();
        let version = grow(&mut store, others);
        let newer = store.insert(version, *last, 1).unwrap();
        // Room for what is there, and no more. The older version has its root at the end.
        store.set_limits(Limits { words: 0, ..store.limits() });
        assert!(store.compact().done);
        for version in [version, newer] {
            let (mut cursor, mut seen) = (store.cursor(version).unwrap(), Vec::new());
            while store.advance_by(&mut cursor, 7, |key, _| seen.push(key.name)).unwrap() != 0 {}
            assert_eq!(seen, names(&store, version), "{count} keys");
        }
    }
}

/// What a walk looks at ahead is what it visits next, in a tree as in a run.
#[test]
fn looking_ahead_shows_the_next_entries_and_visits_none() {
    let mut store = store();
    let keys = keys();
    for version in [grow(&mut store, &keys), store.bulk(pairs(&keys)).unwrap()] {
        let expected = names(&store, version);
        for count in [1, 2, 3, 7, 16, 1_000] {
            let (mut cursor, mut seen) = (store.cursor(version).unwrap(), Vec::new());
            while seen.len() < expected.len() {
                let (mut moved, mut ahead, before) = (cursor, Vec::new(), seen.len());
                let look = |key: &Key, _: &_| ahead.push(key.name);
                let visit = |key: &Key, _: &_| seen.push(key.name);
                store.advance_by_looking_ahead(&mut cursor, count, visit, look).unwrap();
                assert_eq!(store.advance_by(&mut moved, count, |_, _| ()), Ok(seen.len() - before));
                assert_eq!(moved.to_words(), cursor.to_words());
                assert_eq!(ahead, expected[seen.len()..][..ahead.len()]);
                assert_eq!(ahead.len(), count.min(expected.len() - seen.len()));
            }
            assert_eq!(seen, expected);
        }
    }
}

/// A cursor goes on at the next entry if the entries of its version become contiguous, or are no
/// longer so; from every position, also between keys of one hash.
#[test]
fn a_cursor_goes_on_when_entries_become_contiguous_or_scattered() {
    let mut store = store();
    let contiguous = store.bulk(pairs(&keys())).unwrap();
    let scattered = grow(&mut store, &keys());
    for version in [contiguous, scattered] {
        let all = names(&store, version);
        for position in 0..=all.len() {
            let mut cursor = store.cursor(version).unwrap();
            let mut seen = Vec::new();
            let count =
                store.advance_by(&mut cursor, position, |key, _| seen.push(key.name)).unwrap();
            assert_eq!(count, position);
            let mut relative = None;
            for round in 0..4 {
                match round {
                    // The compaction after this makes the entries of the newest version contiguous.
                    0 => relative = Some(store.insert(version, keys()[position % 20], 9).unwrap()),
                    2 => store.release(relative.unwrap()).unwrap(),
                    _ => _ = store.compact(),
                }
                cursor = Cursor::from_words(cursor.to_words()).expect("a cursor's own words");
                seen.extend(store.advance(&mut cursor).unwrap().map(|(key, _)| key.name));
            }
            store.advance_by(&mut cursor, usize::MAX, |key, _| seen.push(key.name)).unwrap();
            assert_eq!(seen, all, "from {position}");
            assert_eq!(store.advance(&mut cursor).unwrap(), None);
        }
    }
}
