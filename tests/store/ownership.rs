//! `HostMemory::ownership` and `count_holders`: which versions hold which entries.
//!
//! The bug class: a host's garbage collector is told of a reference too many, so that it frees what
//! is in use, or of one too few, so that it frees nothing. That happens where a node is shared: at
//! several depths, by a version that is given twice, by an open edit. So the graph of holders is
//! compared with what the versions hold, entry by entry. It must also stay small, and write each
//! shared node once.

use crate::support;
use std::collections::HashMap;

use crate::support::{Key, KeyStore, keys, store};
use hedgerow::host::{HostMemory, HostStore, Ownership};
use hedgerow::{Error, Version};
use proptest::prelude::*;

/// One step of a history: which live version, which key, what to do, which value.
type Step = (usize, usize, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..64usize, 0..200usize, 0..12u8, 0..4u64), 1..160)
}

/// Runs a history. Returns the live versions and open edits.
fn run(store: &mut KeyStore, steps: &[Step]) -> Vec<Version> {
    let keys = keys();
    let mut alive = vec![store.empty()];
    let mut edits = Vec::new();
    for &(which, key, action, value) in steps {
        let version = alive[which % alive.len()];
        let key = keys[key % keys.len()];
        match action {
            0..6 => alive.push(store.insert(version, key, value).unwrap()),
            6..8 => alive.extend(store.remove(version, &key).unwrap()),
            8 => {
                let edit = store.open(version).unwrap();
                let probe = store.probe(edit, store.hash_of(&key)).unwrap();
                let _ = store.insert_at(probe, key, value).unwrap();
                edits.push(edit);
            }
            9 => {
                // Another version with the same root.
                let edit = store.open(version).unwrap();
                alive.push(store.commit(edit).unwrap());
            }
            _ if alive.len() > 4 => {
                let gone = alive.remove(1 + which % (alive.len() - 1));
                store.release(gone).unwrap();
            }
            _ => {}
        }
    }
    alive.extend(edits);
    alive
}

/// How often an entry is held, by the address of its key.
type Bag = HashMap<*const Key, u32>;

fn held(store: &KeyStore, version: Version) -> Bag {
    let view = store.at(version).or_else(|_| store.at_open(version)).unwrap();
    view.iter().map(|(key, _)| (key as *const Key, 1)).collect()
}

/// The graph that `ownership` writes.
#[derive(Default)]
struct Graph {
    /// What each shared node holds, itself or through others, and how many edges lead to it.
    shared: Vec<(Bag, u32)>,
    versions: Vec<(Version, Bag)>,
    first: Bag,
    edges: usize,
}

impl Graph {
    fn add(&mut self, line: Ownership<'_, Key, u64>) {
        match line {
            Ownership::SharedNode(number) => {
                assert_eq!(number as usize, self.shared.len());
                assert!(self.versions.is_empty(), "shared nodes come first");
                self.shared.push((Bag::new(), 0));
            }
            Ownership::Version(version) => self.versions.push((version, Bag::new())),
            Ownership::Entry { key, first, .. } => {
                *self.first.entry(key).or_default() += u32::from(first);
                *self.holder().entry(key).or_default() += 1;
                self.edges += 1;
            }
            Ownership::HoldsShared(number) => {
                let (entries, parents) = &mut self.shared[number as usize];
                *parents += 1;
                for (key, count) in entries.clone() {
                    *self.holder().entry(key).or_default() += count;
                }
                self.edges += 1;
            }
        }
    }

    fn holder(&mut self) -> &mut Bag {
        match self.versions.last_mut() {
            Some((_, bag)) => bag,
            None => &mut self.shared.last_mut().expect("a holder comes first").0,
        }
    }
}

proptest! {
    #[test]
    fn the_graph_has_what_the_versions_hold(steps in steps(), others in any::<u64>()) {
        let mut store = store();
        let alive = run(&mut store, &steps);
        let (versions, others): (Vec<_>, Vec<_>) = alive
            .iter()
            .enumerate()
            .partition(|(index, _)| others >> (index % 64) & 1 == 0);
        let versions: Vec<Version> = versions.into_iter().map(|(_, version)| *version).collect();
        let others: Vec<Version> = others.into_iter().map(|(_, version)| *version).collect();
        let mut graph = Graph::default();
        store.ownership(&versions, &others, |line| graph.add(line)).unwrap();

        let written: Vec<Version> = graph.versions.iter().map(|(version, _)| *version).collect();
        prop_assert_eq!(&written, &versions);
        for (version, bag) in &graph.versions {
            prop_assert_eq!(bag, &held(&store, *version));
        }
        prop_assert!(graph.shared.iter().all(|(_, parents)| *parents >= 2));
        // An entry that another version holds has no first holder here. Any other has one.
        let taken: Bag = others.iter().flat_map(|&version| held(&store, version)).collect();
        for (key, firsts) in &graph.first {
            prop_assert_eq!(*firsts, u32::from(!taken.contains_key(key)));
        }
        // Every node is written once, so there are fewer edges than words.
        prop_assert!(graph.edges <= store.stats().live_words + versions.len());
    }
}

#[test]
fn the_graph_of_a_long_history_is_no_larger_than_the_store() {
    let mut store = hedgerow::Store::with_seed(1);
    let mut versions = vec![store.bulk((0..10_000u32).map(|n| (n, n))).unwrap()];
    // With stress every insert compacts the whole store.
    let history = if cfg!(feature = "stress") { 200 } else { 1_000 };
    for n in 0..history {
        versions.push(store.insert(versions[n], n as u32, 0).unwrap());
    }
    let mut lines = 0;
    store.ownership(&versions, &[], |_| lines += 1).unwrap();
    let held = versions.len() * 10_000;
    assert!(lines * 50 < held, "{lines} lines for {held} entries held");
}

/// The root, a branch at level 1 and the collision node below it are shared, and hold each other.
/// Versions are given up to three times, and an open edit is among them.
#[test]
fn holders_through_shared_nodes_at_several_depths_are_counted_one_by_one() {
    let mut store = store();
    let base = support::grow(&mut store, &keys());
    let far = store.insert(base, Key { hash: 1 << 3 | 1 << 20, name: 900 }, 1).unwrap();
    let near = store.insert(far, Key { hash: 3 | 9 << 5, name: 901 }, 1).unwrap();
    let without = store.remove(near, &keys()[0]).unwrap().unwrap();
    let open = store.open(without).unwrap();
    let copy = store.open(base).unwrap();
    let copy = store.commit(copy).unwrap();
    let versions = [base, far, base, near, open, copy, without, base, open];

    let mut is_shared_node = false;
    let (mut shared, mut nested) = (0, 0);
    store
        .ownership(&versions, &[], |line| match line {
            Ownership::SharedNode(_) => (is_shared_node, shared) = (true, shared + 1),
            Ownership::Version(_) => is_shared_node = false,
            Ownership::HoldsShared(_) => nested += usize::from(is_shared_node),
            Ownership::Entry { .. } => {}
        })
        .unwrap();
    assert!(shared > 5 && nested > 5, "{shared} shared nodes, {nested} of them in others");

    let mut expected = Bag::new();
    for &version in &versions {
        held(&store, version)
            .into_iter()
            .for_each(|(key, _)| *expected.entry(key).or_default() += 1);
    }
    let mut counted = Bag::new();
    let count = |key: &Key, _: &u64, holders| {
        assert_eq!(counted.insert(key, holders), None, "{key:?} is visited once");
    };
    store.count_holders(&versions, count).unwrap();
    assert_eq!(counted, expected);
    let nine = versions.len() as u32;
    assert!(counted.values().any(|&holders| holders == nine), "some entry is in all of them");
}

#[test]
fn stale_versions_are_refused() {
    let mut store = store();
    let version = store.insert(store.empty(), keys()[0], 1).unwrap();
    store.release(version).unwrap();
    let stale = Err(Error::Stale { version });
    assert_eq!(store.ownership(&[version], &[], |_| unreachable!()), stale);
    assert_eq!(store.ownership(&[], &[version], |_| unreachable!()), stale);
}
