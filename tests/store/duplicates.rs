//! Several handles of one version, each released by itself.
//!
//! The bug classes: a release of one that frees what another holds, or that leaves what none holds;
//! a second handle that copies words or entries; one that costs a walk to make or to end.

use crate::support::{Dice, assert_holds, contents, grow, keys, store};
use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Limits, Resource, Store, Version};

#[test]
fn duplicates_take_a_row_and_nothing_else() {
    let mut store = Store::with_seed(1);
    let squares = store.bulk((0..1_000u64).map(|n| (n, n * n))).unwrap();
    let before = store.stats();
    let others: Vec<Version> = (0..50).map(|_| store.duplicate(squares).unwrap()).collect();
    let stats = store.stats();
    assert_eq!((stats.live_words, stats.live_entries), (before.live_words, before.live_entries));
    assert_eq!(stats.live_versions, before.live_versions + 50);
    assert!(others.iter().all(|&other| other != squares && store.equal(other, squares).unwrap()));
    let sharing = store.shared(squares, others[7]).unwrap();
    assert_eq!((sharing.nodes_only_a, sharing.nodes_only_b), (0, 0));
    let entries = (sharing.entries_only_a, sharing.entries_only_b, sharing.entries_shared);
    assert_eq!(entries, (0, 0, 1_000));
    let mut counts = Vec::new();
    let all: Vec<Version> = others.iter().copied().chain([squares]).collect();
    store.count_holders(&all, |_, _, holders| counts.push(holders)).unwrap();
    assert!(counts.len() == 1_000 && counts.iter().all(|&count| count == 51));
    assert!(store.at(others[3]).unwrap().iter().eq(store.at(squares).unwrap().iter()));
    store.check().unwrap();
}

/// Duplicates of duplicates, versions derived from any of them, and releases in any order.
#[test]
fn each_is_released_by_itself() {
    for seed in 1..6 {
        let (mut store, mut dice, all) = (store(), Dice(seed), keys());
        let first = grow(&mut store, &all);
        let mut live = vec![(first, contents(&store, first))];
        for clock in 0..100 {
            let (version, mut held) = live[dice.below(live.len())].clone();
            match dice.below(4) {
                0 | 1 => live.push((store.duplicate(version).unwrap(), held)),
                2 => {
                    let key = all[dice.below(all.len())];
                    held.insert(key.name, clock);
                    live.push((store.insert(version, key, clock).unwrap(), held));
                }
                _ if live.len() > 1 => {
                    let (gone, _) = live.swap_remove(dice.below(live.len()));
                    store.release(gone).unwrap();
                    assert_eq!(store.duplicate(gone), Err(Error::Stale { version: gone }));
                }
                _ => {}
            }
            store.check().unwrap();
        }
        for (version, held) in &live {
            assert_holds(&store, *version, held, &all);
        }
        dice.shuffle(&mut live);
        live.into_iter().for_each(|(version, _)| store.release(version).unwrap());
        store.check().unwrap();
        let stats = store.stats();
        assert_eq!((stats.live_words, stats.live_entries, stats.live_versions), (0, 0, 0));
    }
}

#[test]
fn a_duplicate_outlives_what_it_was_made_of() {
    let mut store = Store::with_seed(1);
    let text = |n: u32| n.to_string();
    let one = store.bulk((0..20_000).map(|n| (n, text(n)))).unwrap();
    let two = store.duplicate(one).unwrap();
    let three = store.remove(two, &7).unwrap().unwrap();
    store.release(one).unwrap();
    store.compact();
    store.release(three).unwrap();
    assert_eq!(store.at(two).unwrap().get(&7), Some(&text(7)));
    let edit = store.open(two).unwrap();
    assert_eq!(store.duplicate(edit), Err(Error::WrongState { version: edit, open: true }));
    store.abandon(edit).unwrap();
    store.release(two).unwrap();
    store.check().unwrap();
    assert_eq!((store.stats().live_entries, store.stats().live_words), (0, 0));
}

#[test]
fn duplicates_that_are_refused_change_nothing() {
    let mut store = Store::with_seed(1);
    assert_eq!(store.duplicate(store.empty()), Ok(store.empty()));
    let one = store.insert(store.empty(), 1, 1).unwrap();
    store.set_limits(Limits { versions: 2, ..store.limits() });
    let stats = store.stats();
    let full = Error::Full { what: Resource::Versions, limit: 2 };
    assert_eq!(store.duplicate(one), Err(full));
    assert_eq!(store.stats().live_versions, stats.live_versions);
    let other = Store::<i32, i32>::with_seed(1);
    assert!(matches!(store.duplicate(other.empty()), Err(Error::OtherStore { .. })));
    store.check().unwrap();
}
