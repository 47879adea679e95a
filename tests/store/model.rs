//! Random histories of many live versions, with a plain map for each to compare with.
//!
//! The bug class: a key lost in a collision, a subtree freed while a relative holds it, a shared
//! node written in place, a leak after a release in the middle of a family. After every step the
//! checker walks the whole store: what is allocated must be exactly what the live versions reach.

use crate::support::{Contents, Key, KeyStore, assert_holds, keys};
use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Limits, Store, Version};
use proptest::prelude::*;

/// One step. Numbers choose among the versions, edits and keys there are, modulo their count.
#[derive(Clone, Debug)]
enum Step {
    Insert(usize, usize, u64),
    Remove(usize, usize),
    Duplicate(usize),
    Release(usize),
    Forget(usize),
    Edit(usize, Vec<(bool, usize)>, bool),
    Open(usize),
    WriteOpen(usize, usize, bool),
    EndOpen(usize, bool),
    Bulk(Vec<usize>),
    Merge(usize, usize, usize),
    Union(usize, usize),
    Intersection(usize, usize),
    Difference(usize, usize),
    Compact,
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..1000usize;
    prop_oneof![
        30 => (pick(), pick(), any::<u64>()).prop_map(|(v, k, x)| Step::Insert(v, k, x)),
        15 => (pick(), pick()).prop_map(|(v, k)| Step::Remove(v, k)),
        4 => pick().prop_map(Step::Duplicate),
        20 => pick().prop_map(Step::Release),
        1 => pick().prop_map(Step::Forget),
        8 => (pick(), prop::collection::vec((any::<bool>(), pick()), 0..20), any::<bool>())
            .prop_map(|(v, ops, commit)| Step::Edit(v, ops, commit)),
        4 => pick().prop_map(Step::Open),
        20 => (pick(), pick(), any::<bool>()).prop_map(|(e, k, put)| Step::WriteOpen(e, k, put)),
        3 => (pick(), any::<bool>()).prop_map(|(e, commit)| Step::EndOpen(e, commit)),
        3 => prop::collection::vec(pick(), 0..60).prop_map(Step::Bulk),
        3 => (pick(), pick(), pick()).prop_map(|(b, o, t)| Step::Merge(b, o, t)),
        2 => (pick(), pick()).prop_map(|(a, b)| Step::Union(a, b)),
        2 => (pick(), pick()).prop_map(|(a, b)| Step::Intersection(a, b)),
        2 => (pick(), pick()).prop_map(|(a, b)| Step::Difference(a, b)),
        2 => Just(Step::Compact),
    ]
}

/// A store, and what each of its versions must hold.
struct World {
    store: KeyStore,
    live: Vec<(Version, Contents)>,
    open: Vec<(Version, Contents)>,
    keys: Vec<Key>,
    /// Whether a step may be refused because the arena is full.
    tight: bool,
    clock: u64,
}

impl World {
    fn new(limits: Option<Limits>) -> Self {
        let mut store = KeyStore::with_hasher(Default::default());
        if let Some(limits) = limits {
            store.set_limits(limits);
        }
        let live = vec![(store.empty(), Contents::new())];
        World { store, live, open: Vec::new(), keys: keys(), tight: limits.is_some(), clock: 0 }
    }

    fn pick(&self, number: usize) -> (Version, Contents) {
        self.live[number % self.live.len()].clone()
    }

    fn key(&self, number: usize) -> Key {
        self.keys[number % self.keys.len()]
    }

    fn keep(&mut self, made: Result<Version, Error>, contents: Contents) {
        match made {
            Ok(version) => self.live.push((version, contents)),
            Err(Error::Full { .. }) if self.tight => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn step(&mut self, step: &Step) {
        self.clock += 1;
        match *step {
            Step::Insert(version, key, value) => {
                let ((version, mut contents), key) = (self.pick(version), self.key(key));
                let made = self.store.insert(version, key, value);
                contents.insert(key.name, value);
                self.keep(made, contents);
            }
            Step::Remove(version, key) => {
                let ((version, mut contents), key) = (self.pick(version), self.key(key));
                let made = self.store.remove(version, &key);
                match (contents.remove(&key.name), made) {
                    (Some(_), Ok(made)) => self.keep(Ok(made.unwrap()), contents),
                    (None, Ok(made)) => assert_eq!(made, None),
                    (_, Err(error)) => self.keep(Err(error), contents),
                }
            }
            Step::Duplicate(version) => self.duplicate(version),
            Step::Release(version) | Step::Forget(version) if self.live.len() > 1 => {
                let (version, _) = self.live.remove(1 + version % (self.live.len() - 1));
                match step {
                    Step::Release(_) => self.store.release(version).unwrap(),
                    _ => self.store.forget(version).unwrap(),
                }
                let gone = version != self.store.empty();
                assert_eq!(self.store.at(version).is_err(), gone);
            }
            Step::Release(_) | Step::Forget(_) => {}
            Step::Edit(version, ref ops, commit) => self.edit(version, ops, commit),
            Step::Open(version) => {
                let (version, contents) = self.pick(version);
                match self.store.open(version) {
                    Ok(open) => self.open.push((open, contents)),
                    Err(error) => self.keep(Err(error), contents),
                }
            }
            Step::WriteOpen(..) | Step::EndOpen(..) if self.open.is_empty() => {}
            Step::WriteOpen(edit, key, put) => self.write_open(edit, key, put),
            Step::EndOpen(edit, commit) => {
                let (edit, contents) = self.open.remove(edit % self.open.len());
                if commit {
                    let made = self.store.commit(edit);
                    self.keep(made, contents);
                } else {
                    self.store.abandon(edit).unwrap();
                }
            }
            Step::Bulk(ref numbers) => {
                let pairs: Vec<(Key, u64)> =
                    numbers.iter().map(|&n| (self.key(n), n as u64)).collect();
                let contents = pairs.iter().map(|(key, value)| (key.name, *value)).collect();
                let made = self.store.bulk(pairs);
                self.keep(made, contents);
            }
            Step::Compact => assert!(self.store.compact().done),
            _ => self.relate(step),
        }
    }

    fn duplicate(&mut self, version: usize) {
        let (version, contents) = self.pick(version);
        let before = self.store.stats();
        let made = self.store.duplicate(version);
        let now = self.store.stats();
        let in_use = [before, now].map(|stats| (stats.live_words, stats.live_entries));
        assert!(in_use[0] == in_use[1] || now.compactions > before.compactions);
        self.keep(made, contents);
    }

    fn edit(&mut self, version: usize, ops: &[(bool, usize)], commit: bool) {
        let (version, mut contents) = self.pick(version);
        let (clock, keys, tight) = (self.clock, self.keys.clone(), self.tight);
        if let Err(error) = self.store.open(version).and_then(|open| self.store.abandon(open)) {
            return self.keep(Err(error), contents);
        }
        let mut edit = self.store.edit(version).unwrap();
        for &(put, number) in ops {
            let key = keys[number % keys.len()];
            let made = if put { edit.insert(key, clock) } else { edit.remove(&key) };
            match made {
                Ok(changed) if put => {
                    assert_eq!(changed, contents.insert(key.name, clock).is_none())
                }
                Ok(changed) => assert_eq!(changed, contents.remove(&key.name).is_some()),
                Err(Error::Full { .. }) if tight => {}
                Err(error) => panic!("{error}"),
            }
            assert_eq!(edit.len(), contents.len());
        }
        if commit {
            let made = edit.commit();
            self.keep(Ok(made), contents);
        }
    }

    fn write_open(&mut self, edit: usize, key: usize, put: bool) {
        let key = self.key(key);
        let chosen = edit % self.open.len();
        let (edit, contents) = &mut self.open[chosen];
        let hash = self.store.hash_of(&key);
        let is_key = |store: &mut KeyStore, probe: &hedgerow::host::Probe| {
            Ok::<bool, ()>(*store.candidate(probe).unwrap().unwrap().0 == key)
        };
        let made = if put {
            let is_key =
                |store: &mut KeyStore, probe: &hedgerow::host::Probe, _: &Key| is_key(store, probe);
            self.store.insert_with(*edit, hash, key, self.clock, is_key).map(Some)
        } else {
            self.store.remove_with(*edit, hash, is_key)
        };
        match made {
            Ok(made) if put => {
                assert_eq!(made, Some(*edit));
                contents.insert(key.name, self.clock);
            }
            Ok(made) => assert_eq!(made.is_some(), contents.remove(&key.name).is_some()),
            Err(hedgerow::WithError::Store(Error::Full { .. })) if self.tight => {}
            Err(error) => panic!("{error:?}"),
        }
        let view = self.store.at_open(*edit).unwrap();
        assert_eq!(view.get(&key), contents.get(&key.name));
    }

    fn relate(&mut self, step: &Step) {
        let (a, b) = match *step {
            Step::Merge(_, a, b) | Step::Union(a, b) => (a, b),
            Step::Intersection(a, b) | Step::Difference(a, b) => (a, b),
            _ => unreachable!("{step:?} is handled above"),
        };
        let ((a, left), (b, right)) = (self.pick(a), self.pick(b));
        assert_eq!(self.store.equal(a, b).unwrap(), left == right);
        let mut expected = left.clone();
        let made = match *step {
            Step::Merge(base, ..) => {
                let (base, before) = self.pick(base);
                for key in self.keys.iter().map(|key| key.name) {
                    let (was, ours, theirs) = (before.get(&key), left.get(&key), right.get(&key));
                    let merged = match () {
                        () if was == theirs || ours == theirs => ours.copied(),
                        () if ours == was => theirs.copied(),
                        () => ours.zip(theirs).map(|(a, b)| a ^ b),
                    };
                    expected.remove(&key);
                    merged.map(|value| expected.insert(key, value));
                }
                let resolve =
                    |c: hedgerow::Conflict<'_, Key, u64>| c.ours.zip(c.theirs).map(|(a, b)| a ^ b);
                self.store.merge(base, a, b, resolve)
            }
            Step::Union(..) => {
                right.iter().for_each(|(&key, &value)| {
                    expected.entry(key).or_insert(value);
                });
                self.store.union(a, b)
            }
            Step::Intersection(..) => {
                expected.retain(|key, _| right.contains_key(key));
                self.store.intersection(a, b)
            }
            _ => {
                expected.retain(|key, _| !right.contains_key(key));
                self.store.difference(a, b)
            }
        };
        self.keep(made, expected);
    }

    fn check(&self) {
        self.store.check().unwrap();
        for (version, contents) in self.live.iter().chain(self.live.last()) {
            assert_eq!(self.store.len(*version).unwrap(), contents.len());
        }
    }

    fn check_contents(&self) {
        for (version, contents) in &self.live {
            assert_holds(&self.store, *version, contents, &self.keys);
        }
        for (edit, contents) in &self.open {
            assert_eq!(self.store.at_open(*edit).unwrap().len(), contents.len());
        }
    }

    /// Releases all versions and abandons all edits. Nothing may be left.
    fn end(mut self) {
        for (version, _) in std::mem::take(&mut self.live) {
            self.store.release(version).unwrap();
        }
        for (edit, _) in std::mem::take(&mut self.open) {
            self.store.abandon(edit).unwrap();
        }
        self.store.check().unwrap();
        if self.store.stats().forgotten_versions > 0 {
            assert!(self.store.compact().done);
        }
        let stats = self.store.stats();
        assert_eq!((stats.live_words, stats.live_entries, stats.live_versions), (0, 0, 0));
        assert_eq!(stats.dead_versions, 0);
    }
}

fn run(limits: Option<Limits>, steps: &[Step], compact_always: bool) {
    let mut world = World::new(limits);
    for step in steps {
        world.step(step);
        if compact_always {
            world.store.compact();
        }
        world.check();
    }
    world.check_contents();
    world.end();
}

fn roomy() -> Limits {
    KeyStore::with_hasher(Default::default()).limits()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn versions_hold_what_their_models_hold(steps in prop::collection::vec(step(), 1..120)) {
        run(None, &steps, false);
    }

    #[test]
    fn compaction_at_every_step_changes_nothing(steps in prop::collection::vec(step(), 1..80)) {
        run(None, &steps, true);
    }

    #[test]
    fn stamps_running_out_are_renumbered(steps in prop::collection::vec(step(), 1..120)) {
        run(Some(Limits { stamps: 40, ..roomy() }), &steps, false);
    }

    #[test]
    fn a_full_arena_refuses_and_changes_nothing(steps in prop::collection::vec(step(), 1..120)) {
        let limits = Limits { words: 400, entries: 60, versions: 12, ..roomy() };
        run(Some(limits), &steps, false);
    }
}

#[test]
fn stamps_just_below_their_limit_change_nothing() {
    let mut store = Store::with_seed(1);
    store.skip_stamps_to(u32::MAX);
    let mut version = store.empty();
    for key in 0..1000u64 {
        let next = store.insert(version, key, key).unwrap();
        store.release(version).unwrap();
        version = next;
        store.check().unwrap();
    }
    assert!(store.stats().compactions > 0);
    assert_eq!(store.at(version).unwrap().len(), 1000);
}
