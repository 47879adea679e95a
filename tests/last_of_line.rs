//! What goes by the short ways: the last of a line, by what bears its stamp; a map without
//! relatives that came last, by lowering the ends of both arenas; a cursor, by hash and number.
//!
//! The short ways read little, so what they must not get wrong is who else holds what. Each is
//! tried on every way that a key can change a tree, and compared with what was there before.

mod support;

use hedgerow::Version;
use hedgerow::host::{Cursor, HostStore};
use support::{
    Contents, Dice, Key, KeyStore, assert_holds, contents, deep_keys, grow, keys, keys_of, names,
    outline, raw_insert, shrink, store,
};

/// Words and entries in use, and the shape of a version: all that a release may leave changed.
fn state(store: &KeyStore, version: Version) -> (usize, usize, String) {
    let stats = store.stats();
    (stats.live_words, stats.live_entries, outline(store.at(version).unwrap()))
}

/// Makes every version that one key makes from `base`, and releases it at once; each leaves all as
/// it was. Then the same where an open edit of the same base has written meanwhile.
fn assert_last_leaves_no_trace(store: &mut KeyStore, base: Version, universe: &[Key]) {
    let held = contents(store, base);
    let before = state(store, base);
    for &key in universe {
        let made = store.insert(base, key, 1 << 40).unwrap();
        let removed = store.remove(base, &key).unwrap();
        for last in [Some(made), removed].into_iter().flatten() {
            store.check().unwrap();
            store.release(last).unwrap();
            store.check().unwrap();
        }
        assert_eq!(state(store, base), before, "{key:?}");
    }
    assert_holds(store, base, &held, universe);
}

/// Bases in which the last key meets an entry, a collision node of its hash or of another, under a
/// Bitmap node and under an Array node, at every depth there is; and that a removal takes apart.
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
    // A node at each side of where it becomes an Array node, with colliding keys under it.
    for slots in [15, 16, 17] {
        bases.push(keys_of((0..slots).chain([3, 3])));
        bases.push(keys_of([3, 3].into_iter().chain(0..slots)));
    }
    bases
}

#[test]
fn the_last_of_a_line_goes_with_what_it_made_and_nothing_else() {
    for base_keys in bases() {
        // Besides the base's own keys, one more of each hash, and some that push nodes down.
        let more = base_keys.iter().map(|key| key.hash);
        let pushers = base_keys.iter().flat_map(|key| [key.hash ^ 1 << 30, key.hash ^ 1 << 12]);
        let universe = keys_of(base_keys.iter().map(|key| key.hash).chain(more).chain(pushers));
        let own = &universe[..base_keys.len()];

        let mut store = store();
        let grown = grow(&mut store, own);
        assert_last_leaves_no_trace(&mut store, grown, &universe);
        // Stamps start anew, and an entry's may have moved up to its version's.
        store.compact();
        assert_last_leaves_no_trace(&mut store, grown, &universe);
        // A base that was an edit, whose own base is gone.
        let edit = store.open(grown).unwrap();
        raw_insert(&mut store, edit, universe[own.len()], 7).unwrap();
        let committed = store.commit(edit).unwrap();
        store.release(grown).unwrap();
        assert_last_leaves_no_trace(&mut store, committed, &universe);
        // A base that was built, and one that has lost a key.
        let built = store.bulk(own.iter().map(|&key| (key, 1))).unwrap();
        assert_last_leaves_no_trace(&mut store, built, &universe);
        if own.len() > 1 {
            let less = shrink(&mut store, built, &own[..1]);
            assert_last_leaves_no_trace(&mut store, less, &universe);
        }
    }
}

/// Three in a line, released from the end, and with the middle one gone first: then the last one's
/// parent is not what it was made from.
#[test]
fn what_a_line_made_goes_in_any_order() {
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

/// A map that was built last and is released first leaves both arenas as they were: no free block,
/// no vacant row. Collisions are among its keys.
#[test]
fn what_was_built_last_goes_without_a_trace() {
    let mut store = store();
    store.set_auto_compact(false);
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

/// What stands above a map in either arena keeps the ends where they are: words or entries of
/// another version, of an open edit, or of a version that was forgotten.
#[test]
fn what_stands_above_a_released_map_stays() {
    for above in ["nodes", "entries", "an edit", "forgotten", "a relative"] {
        let mut store = store();
        store.set_auto_compact(false);
        let small = grow(&mut store, &keys()[..20]);
        // Both leave room below for something else.
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
            "an edit" => _ = raw_insert(&mut store, other, keys()[30], 99).unwrap(),
            "forgotten" => store.forget(other).unwrap(),
            _ => {}
        }
        let held = store.at(other).or_else(|_| store.at_open(other)).ok();
        let held: Option<Vec<_>> = held.map(|view| view.iter().map(|(k, v)| (*k, *v)).collect());
        store.release(hole).unwrap();
        store.release(map).unwrap();
        store.check().unwrap();
        // New things go into what is free, and must not go over what is not.
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

/// The two near misses of a map that goes as one: its words come last and its rows do not; and a
/// node of its own lies below the root, with another version's of the same size above.
#[test]
fn a_map_whose_rows_or_words_are_not_all_at_the_end_goes_piece_by_piece() {
    // Nodes of 7 slots and of 8 have blocks of one size.
    let flat = keys_of(0..8);
    let below = keys_of((0..8).map(|n| n << 5));
    let mut store = store();
    let small = store.bulk(pairs(&flat)).unwrap();
    let hole = store.remove(small, &flat[0]).unwrap().unwrap();
    let map = store.bulk(pairs(&keys())).unwrap();
    store.release(hole).unwrap();
    // The new root stands in the hole, the new entry behind those of the map.
    let other = store.insert(small, flat[1], 99).unwrap();
    store.release(map).unwrap();
    store.check().unwrap();
    assert_eq!(store.at(other).unwrap().get(&flat[1]), Some(&99));
    store.release(other).unwrap();
    store.compact();

    let hole = store.remove(small, &flat[0]).unwrap().unwrap();
    store.release(hole).unwrap();
    // Its root of one slot comes last; the node under that stands in the hole.
    let map = store.bulk(pairs(&below)).unwrap();
    let other = store.remove(small, &flat[1]).unwrap().unwrap();
    store.release(map).unwrap();
    let new = store.bulk(pairs(&keys())).unwrap();
    store.check().unwrap();
    assert_eq!(store.len(other).unwrap(), 7);
    assert_eq!(contents(&store, new).len(), keys().len());
}

/// A build of many entries compacts first where it would go into rows here and there; and takes new
/// words where it takes new rows, so that it goes as one, with free blocks below it.
#[test]
fn a_large_build_stands_in_a_row_and_goes_as_one() {
    const LARGE: u64 = 1 << 14;
    // With stress every step compacts, so that nothing is scattered.
    if cfg!(feature = "stress") {
        return;
    }
    let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // Each tenth hash twice.
    let all = keys_of((0..6 * LARGE).map(|n| spread(if n % 10 == 1 { n - 1 } else { n })));
    let (first, second) = all.split_at(all.len() / 2);
    let mut store = store();
    let old = store.bulk(pairs(first)).unwrap();
    // Every third key is removed, in no order of theirs: vacant rows and free blocks everywhere.
    let mut gone: Vec<Key> = first.iter().step_by(3).copied().collect();
    Dice(1).shuffle(&mut gone);
    let old = shrink(&mut store, old, &gone);
    let before = store.stats();
    assert!(before.free_entries > 0 && before.free_words > 0);
    // More than there are vacant rows: above them all.
    let built = store.bulk(pairs(second)).unwrap();
    store.check().unwrap();
    store.release(built).unwrap();
    store.check().unwrap();
    let after = store.stats();
    assert_eq!((after.free_words, after.free_entries), (before.free_words, before.free_entries));
    assert_eq!(after.live_words, before.live_words);

    // Room for all of it in vacant rows: those are swept together first.
    assert_eq!(after.free_entries as u64, LARGE);
    let built = store.bulk(pairs(&second[..LARGE as usize])).unwrap();
    store.check().unwrap();
    let after = store.stats();
    assert_eq!((after.compactions, after.free_entries), (before.compactions + 1, 0));
    assert_eq!(store.len(old).unwrap() + gone.len(), first.len());
    store.release(old).unwrap();
    store.release(built).unwrap();
    store.check().unwrap();
    assert_eq!(store.stats().live_words, 0);
}

/// A cursor goes on where it was, whether the entries come to stand in a row meanwhile, or cease
/// to; from every place, also between keys of one hash.
#[test]
fn a_cursor_goes_on_through_rows_and_trees() {
    let mut store = store();
    let in_a_row = store.bulk(pairs(&keys())).unwrap();
    let scattered = grow(&mut store, &keys());
    for version in [in_a_row, scattered] {
        let all = names(&store, version);
        for place in 0..=all.len() {
            let mut cursor = store.cursor(version).unwrap();
            let mut seen = Vec::new();
            let met = store.advance_by(&mut cursor, place, |key, _| seen.push(key.name)).unwrap();
            assert_eq!(met, place);
            let mut relative = None;
            for round in 0..4 {
                match round {
                    // The newest version gets the rows, and this one what is left.
                    0 => relative = Some(store.insert(version, keys()[place % 20], 9).unwrap()),
                    2 => store.release(relative.unwrap()).unwrap(),
                    _ => _ = store.compact(),
                }
                cursor = Cursor::from_words(cursor.to_words()).expect("a cursor's own words");
                seen.extend(store.advance(&mut cursor).unwrap().map(|(key, _)| key.name));
            }
            store.advance_by(&mut cursor, usize::MAX, |key, _| seen.push(key.name)).unwrap();
            assert_eq!(seen, all, "from {place}");
            assert_eq!(store.advance(&mut cursor).unwrap(), None);
        }
    }
}
