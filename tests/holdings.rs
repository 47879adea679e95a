//! `Store::holdings`: the graph it tells, unfolded, is what the versions hold; nothing that is
//! shared is told twice, and each entry has the one first holder it should have.

mod support;

use std::collections::HashMap;

use hedgerow::host::{HostMemory, HostStore, Ownership};
use hedgerow::{Error, Version};
use proptest::prelude::*;
use support::{Key, KeyStore, keys, store};

/// One step of a history: which version of those alive, which key, what to do.
type Step = (usize, usize, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..64usize, 0..200usize, 0..12u8, 0..4u64), 1..160)
}

/// Runs a history; returns the versions and open edits still alive.
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
                store.insert_at(probe, key, value).unwrap();
                edits.push(edit);
            }
            9 => {
                // Another version of the same root.
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

/// Entries by address, as often as they are held.
type Bag = HashMap<*const Key, u32>;

fn held(store: &KeyStore, version: Version) -> Bag {
    let view = store.at(version).or_else(|_| store.at_open(version)).unwrap();
    view.iter().map(|(key, _)| (key as *const Key, 1)).collect()
}

/// The graph as it is told.
#[derive(Default)]
struct Graph {
    /// What each joint holds, joints unfolded, and how many edges lead to it.
    joints: Vec<(Bag, u32)>,
    versions: Vec<(Version, Bag)>,
    first: Bag,
    edges: usize,
}

impl Graph {
    fn add(&mut self, told: Ownership<'_, Key, u64>) {
        match told {
            Ownership::SharedNode(number) => {
                assert_eq!(number as usize, self.joints.len());
                assert!(self.versions.is_empty(), "joints come first");
                self.joints.push((Bag::new(), 0));
            }
            Ownership::Version(version) => self.versions.push((version, Bag::new())),
            Ownership::Entry { key, first, .. } => {
                *self.first.entry(key).or_default() += u32::from(first);
                *self.holder().entry(key).or_default() += 1;
                self.edges += 1;
            }
            Ownership::HoldsShared(number) => {
                let (joint, parents) = &mut self.joints[number as usize];
                *parents += 1;
                let joint = joint.clone();
                for (key, count) in joint {
                    *self.holder().entry(key).or_default() += count;
                }
                self.edges += 1;
            }
        }
    }

    fn holder(&mut self) -> &mut Bag {
        match self.versions.last_mut() {
            Some((_, bag)) => bag,
            None => &mut self.joints.last_mut().expect("a holder comes first").0,
        }
    }
}

proptest! {
    #[test]
    fn what_is_told_is_what_is_held(steps in steps(), others in any::<u64>()) {
        let mut store = store();
        let alive = run(&mut store, &steps);
        let (versions, others): (Vec<_>, Vec<_>) = alive
            .iter()
            .enumerate()
            .partition(|(index, _)| others >> (index % 64) & 1 == 0);
        let versions: Vec<Version> = versions.into_iter().map(|(_, version)| *version).collect();
        let others: Vec<Version> = others.into_iter().map(|(_, version)| *version).collect();
        let mut graph = Graph::default();
        store.ownership(&versions, &others, |told| graph.add(told)).unwrap();

        let told: Vec<Version> = graph.versions.iter().map(|(version, _)| *version).collect();
        prop_assert_eq!(&told, &versions);
        for (version, bag) in &graph.versions {
            prop_assert_eq!(bag, &held(&store, *version));
        }
        prop_assert!(graph.joints.iter().all(|(_, parents)| *parents >= 2));
        // Of what another version holds there is no first holder, of the rest there is one.
        let taken: Bag = others.iter().flat_map(|&version| held(&store, version)).collect();
        for (key, firsts) in &graph.first {
            prop_assert_eq!(*firsts, u32::from(!taken.contains_key(key)));
        }
        // Every node is told once: fewer edges than words.
        prop_assert!(graph.edges <= store.stats().live_words + versions.len());
    }
}

#[test]
fn a_long_history_costs_what_the_store_holds() {
    let mut store = hedgerow::Store::with_seed(1);
    let mut versions = vec![store.bulk((0..10_000u32).map(|n| (n, n))).unwrap()];
    // With the feature `stress` every one of them compacts all that there are.
    let history = if cfg!(feature = "stress") { 200 } else { 1_000 };
    for n in 0..history {
        versions.push(store.insert(versions[n], n as u32, 0).unwrap());
    }
    let mut lines = 0;
    store.ownership(&versions, &[], |_| lines += 1).unwrap();
    let held = versions.len() * 10_000;
    assert!(lines * 50 < held, "{lines} lines for {held} entries held");
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
