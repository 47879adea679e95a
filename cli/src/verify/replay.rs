//! A history run through the engine, with the hashes that Python has.

use super::history::{Action, Change, History, Step, VersionId, effective};
use super::sight::{Made, Outcome, Sight, without_address};
use hedgerow::{NodeKind, Store, Version};
use std::collections::HashMap;
use std::error::Error;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{self, AssertUnwindSafe};

/// A key whose hash is chosen, and whose name alone decides equality, as in the worker.
#[derive(Clone, Copy, Debug)]
struct Key {
    hash: i64,
    name: u32,
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.name == other.name
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_i64(self.hash);
    }
}

/// Passes the 64 bits of a key on as they are, so that the engine folds what CPython folds.
#[derive(Clone, Copy, Debug, Default)]
struct AsItIs;

impl BuildHasher for AsItIs {
    type Hasher = Bits;

    fn build_hasher(&self) -> Bits {
        Bits(0)
    }
}

#[derive(Debug)]
struct Bits(u64);

impl Hasher for Bits {
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are written by write_i64 alone");
    }

    fn write_i64(&mut self, bits: i64) {
        self.0 = bits as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Where the engine itself failed: an error, a panic, or a version that changed under its handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breakdown {
    /// The index of the step.
    pub(crate) step: usize,
    pub(crate) told: String,
}

/// What every step gave, and what the trees were like.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) sights: Vec<Sight>,
    pub(crate) coverage: Coverage,
}

/// How far the histories went: tame ones would prove little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) versions: usize,
    pub(crate) with_array_nodes: usize,
    pub(crate) with_collision_nodes: usize,
    /// Nodes on the longest path.
    pub(crate) deepest: usize,
}

impl Coverage {
    /// Both together.
    pub(crate) fn and(self, other: Coverage) -> Coverage {
        Coverage {
            versions: self.versions + other.versions,
            with_array_nodes: self.with_array_nodes + other.with_array_nodes,
            with_collision_nodes: self.with_collision_nodes + other.with_collision_nodes,
            deepest: self.deepest.max(other.deepest),
        }
    }
}

/// Runs every step; a panic is an answer too, and not a good one.
pub(crate) fn replay(history: &History) -> Result<Replay, Breakdown> {
    let mut run = Run::new(history);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        history.steps.iter().try_for_each(|step| run.step(step)).and_then(|()| run.look_again())
    }));
    let step = run.sights.len();
    match outcome {
        Ok(Ok(())) => Ok(Replay { sights: run.sights, coverage: run.coverage }),
        Ok(Err(error)) => Err(Breakdown { step, told: error.to_string() }),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Err(Breakdown { step, told: format!("panic: {}", text.unwrap_or("without a text")) })
        }
    }
}

struct Run {
    keys: Vec<Key>,
    store: Store<Key, u32, AsItIs>,
    live: HashMap<VersionId, Version>,
    sights: Vec<Sight>,
    coverage: Coverage,
    /// What each version was when it was made: it must be that for ever.
    first_looks: HashMap<VersionId, Made>,
}

type Attempt<T = ()> = Result<T, Box<dyn Error>>;

impl Run {
    fn new(history: &History) -> Self {
        let key = |(name, &hash): (usize, &i64)| Key { hash: effective(hash), name: name as u32 };
        let store = Store::with_hasher(AsItIs);
        Run {
            keys: history.hashes.iter().enumerate().map(key).collect(),
            live: HashMap::from([(0, store.empty())]),
            store,
            sights: Vec::new(),
            coverage: Coverage::default(),
            first_looks: HashMap::new(),
        }
    }

    fn step(&mut self, step: &Step) -> Attempt {
        let on = self.live[&step.on];
        let mut sight = Sight { outcomes: Vec::new(), same: false, made: None };
        let made = match &step.action {
            Action::Set { key, value } => {
                let made = self.store.insert(on, self.keys[*key as usize], *value)?;
                let (before, after) = (self.store.at(on)?.len(), self.store.at(made)?.len());
                sight.outcomes = vec![Outcome::Flag(before != after)];
                // A value has no identity here: where C gives the same map, nothing may differ.
                sight.same = self.store.diff(on, made)?.is_empty();
                Some(made)
            }
            Action::Delete { key } => {
                let made = self.store.remove(on, &self.keys[*key as usize])?;
                sight.outcomes = vec![Outcome::Flag(made.is_some())];
                sight.same = made.is_none();
                Some(self.one_empty_map(made.unwrap_or(on))?)
            }
            Action::Get { key } => {
                let view = self.store.at(on)?;
                let key = &self.keys[*key as usize];
                let found = Outcome::Value(view.get(key).copied());
                sight.outcomes = vec![Outcome::Flag(view.contains_key(key)), found];
                None
            }
            Action::Edit { changes } => {
                let (made, outcomes) = self.edit(on, changes)?;
                sight.outcomes = outcomes;
                Some(made)
            }
            Action::Release => {
                self.release(step.on)?;
                None
            }
            Action::Compact => {
                self.store.compact();
                None
            }
        };
        if let Some(made) = made {
            sight.made = Some(self.keep(step.id, made)?);
        }
        self.store.check()?;
        self.sights.push(sight);
        Ok(())
    }

    /// Deleting the last key gives the empty map itself, in C as here.
    fn one_empty_map(&self, version: Version) -> Attempt<Version> {
        if self.store.at(version)?.is_empty() && version != self.store.empty() {
            return Err("deleting the last key gave another empty map than empty()".into());
        }
        Ok(version)
    }

    fn release(&mut self, id: VersionId) -> Attempt {
        self.first_looks.remove(&id);
        // Where a delete found nothing, two steps gave one version: the last name ends it.
        if let Some(version) = self.live.remove(&id)
            && !self.live.values().any(|other| *other == version)
        {
            self.store.release(version)?;
        }
        Ok(())
    }

    fn keep(&mut self, id: VersionId, made: Version) -> Attempt<Made> {
        let look = self.look(made)?;
        let shape = self.store.at(made)?.shape();
        let has = |kind| usize::from(shape.nodes().iter().any(|node| node.kind == kind));
        self.coverage = self.coverage.and(Coverage {
            versions: 1,
            with_array_nodes: has(NodeKind::Array),
            with_collision_nodes: has(NodeKind::Collision),
            deepest: shape.nodes().iter().map(|node| node.depth + 1).max().unwrap_or(0),
        });
        self.live.insert(id, made);
        self.first_looks.insert(id, look.clone());
        Ok(look)
    }

    fn edit(&mut self, on: Version, changes: &[Change]) -> Attempt<(Version, Vec<Outcome>)> {
        let mut edit = self.store.edit(on)?;
        let mut outcomes = Vec::new();
        for &(name, value) in changes {
            let key = self.keys[name as usize];
            let changed = match value {
                Some(value) => edit.insert(key, value)?,
                None => edit.remove(&key)?,
            };
            outcomes.push(Outcome::Flag(changed));
        }
        Ok((edit.commit(), outcomes))
    }

    fn look(&self, version: Version) -> Attempt<Made> {
        let view = self.store.at(version)?;
        let shape = view.shape().to_string();
        let nodes = shape.lines().filter(|line| line.contains("Node("));
        Ok(Made {
            length: view.len(),
            items: view.iter().map(|(key, value)| (key.name, *value)).collect(),
            shape: Some(nodes.map(without_address).collect()),
        })
    }

    /// Every version that still lives is what it was when it was made.
    fn look_again(&self) -> Attempt {
        for (id, first) in &self.first_looks {
            let now = self.look(self.live[id])?;
            if now != *first {
                return Err(
                    format!("v{id} changed after it was made: {first:?} became {now:?}").into()
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::history;
    use fastrand::Rng;

    #[test]
    fn the_engine_agrees_with_a_plain_map_on_content() {
        for seed in 0..20 {
            let history = history::random(&mut Rng::with_seed(seed), 60);
            let replayed = replay(&history).unwrap_or_else(|b| panic!("seed {seed}: {b:?}"));
            let mut plain: HashMap<VersionId, HashMap<u32, u32>> = HashMap::new();
            plain.insert(0, HashMap::new());
            for (step, sight) in history.steps.iter().zip(&replayed.sights) {
                let mut map = plain[&step.on].clone();
                match &step.action {
                    Action::Set { key, value } => drop(map.insert(*key, *value)),
                    Action::Delete { key } => drop(map.remove(key)),
                    Action::Edit { changes } => {
                        for (key, value) in changes {
                            match value {
                                Some(value) => map.insert(*key, *value),
                                None => map.remove(key),
                            };
                        }
                    }
                    _ => continue,
                }
                let made = sight.made.as_ref().expect("the step makes a version");
                assert_eq!(made.length, map.len());
                assert_eq!(made.items.iter().copied().collect::<HashMap<_, _>>(), map);
                plain.insert(step.id, map);
            }
        }
    }

    #[test]
    fn a_panic_is_told_with_its_step_and_does_not_end_the_run() {
        let set = |id, key| Step { id, on: id - 1, action: Action::Set { key, value: 0 } };
        // There is no key 7: what looks for it panics, as a bug of the engine might.
        let history = History { hashes: vec![1], steps: vec![set(1, 0), set(2, 7)] };
        let broken = replay(&history).unwrap_err();
        assert_eq!(broken.step, 1);
        assert!(broken.told.starts_with("panic: index out of bounds"), "{}", broken.told);
    }
}
