//! Runs a history with the engine, whose keys have the same hashes as Python's.

use super::history::{Action, Change, History, Step, VersionId, effective};
use super::observation::{MapState, Observation, Outcome, without_address};
use hedgerow::{NodeKind, Store, Version};
use std::collections::HashMap;
use std::error::Error;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{self, AssertUnwindSafe};

/// A key with a chosen hash. Keys of the same name are equal, as in the worker.
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

/// Hashes a key to the 64 bits that it writes, so that the engine folds the hash CPython folds.
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

/// The engine itself failed: an error, a panic, or a version that changed after it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EngineFailure {
    /// The index of the step.
    pub(crate) step: usize,
    pub(crate) message: String,
}

/// What was observed after each step, and what the trees covered.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) observations: Vec<Observation>,
    pub(crate) coverage: Coverage,
}

/// What kinds of trees there were: without these the histories would prove little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) versions: usize,
    pub(crate) with_array_nodes: usize,
    pub(crate) with_collision_nodes: usize,
    /// The number of nodes on the longest path.
    pub(crate) deepest: usize,
}

impl Coverage {
    /// The coverage of both.
    pub(crate) fn and(self, other: Coverage) -> Coverage {
        Coverage {
            versions: self.versions + other.versions,
            with_array_nodes: self.with_array_nodes + other.with_array_nodes,
            with_collision_nodes: self.with_collision_nodes + other.with_collision_nodes,
            deepest: self.deepest.max(other.deepest),
        }
    }
}

/// Runs every step. A panic is a failure of the engine like any other.
pub(crate) fn replay(history: &History) -> Result<Replay, EngineFailure> {
    let mut player = Player::new(history);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        history.steps.iter().try_for_each(|step| player.step(step))?;
        player.check_unchanged()
    }));
    let step = player.observations.len();
    match outcome {
        Ok(Ok(())) => Ok(Replay { observations: player.observations, coverage: player.coverage }),
        Ok(Err(error)) => Err(EngineFailure { step, message: error.to_string() }),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Err(EngineFailure {
                step,
                message: format!("panic: {}", text.unwrap_or("without a text")),
            })
        }
    }
}

/// Runs a history on the library's side.
struct Player {
    keys: Vec<Key>,
    store: Store<Key, u32, AsItIs>,
    live: HashMap<VersionId, Version>,
    observations: Vec<Observation>,
    coverage: Coverage,
    /// The state of each version when it was made.
    first_states: HashMap<VersionId, MapState>,
}

type Attempt<T = ()> = Result<T, Box<dyn Error>>;

impl Player {
    fn new(history: &History) -> Self {
        let key = |(name, &hash): (usize, &i64)| Key { hash: effective(hash), name: name as u32 };
        let store = Store::with_hasher(AsItIs);
        Player {
            keys: history.hashes.iter().enumerate().map(key).collect(),
            live: HashMap::from([(0, store.empty())]),
            store,
            observations: Vec::new(),
            coverage: Coverage::default(),
            first_states: HashMap::new(),
        }
    }

    fn step(&mut self, step: &Step) -> Attempt {
        let on = self.live[&step.on];
        let mut observation = Observation { outcomes: Vec::new(), same: false, made: None };
        let made = match &step.action {
            Action::Set { key, value } => {
                let made = self.store.insert(on, self.keys[*key as usize], *value)?;
                let (before, after) = (self.store.at(on)?.len(), self.store.at(made)?.len());
                observation.outcomes = vec![Outcome::Flag(before != after)];
                // Values have no identity here: equal contents count as the same map.
                observation.same = self.store.diff(on, made)?.is_empty();
                Some(made)
            }
            Action::Delete { key } => {
                let made = self.store.remove(on, &self.keys[*key as usize])?;
                observation.outcomes = vec![Outcome::Flag(made.is_some())];
                observation.same = made.is_none();
                Some(self.one_empty_map(made.unwrap_or(on))?)
            }
            Action::Get { key } => {
                let view = self.store.at(on)?;
                let key = &self.keys[*key as usize];
                let found = Outcome::Value(view.get(key).copied());
                observation.outcomes = vec![Outcome::Flag(view.contains_key(key)), found];
                None
            }
            Action::Edit { changes } => {
                let (made, outcomes) = self.edit(on, changes)?;
                observation.outcomes = outcomes;
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
            observation.made = Some(self.keep(step.id, made)?);
        }
        self.store.check()?;
        self.observations.push(observation);
        Ok(())
    }

    /// Checks that an empty version is the one empty version, as an empty map in C is.
    fn one_empty_map(&self, version: Version) -> Attempt<Version> {
        if self.store.at(version)?.is_empty() && version != self.store.empty() {
            return Err("deleting the last key gave another empty map than empty()".into());
        }
        Ok(version)
    }

    fn release(&mut self, id: VersionId) -> Attempt {
        self.first_states.remove(&id);
        // Several steps may have made one version: a delete that finds nothing makes none.
        if let Some(version) = self.live.remove(&id)
            && !self.live.values().any(|other| *other == version)
        {
            self.store.release(version)?;
        }
        Ok(())
    }

    fn keep(&mut self, id: VersionId, made: Version) -> Attempt<MapState> {
        let state = self.state_of(made)?;
        let shape = self.store.at(made)?.shape();
        let has = |kind| usize::from(shape.nodes().iter().any(|node| node.kind == kind));
        self.coverage = self.coverage.and(Coverage {
            versions: 1,
            with_array_nodes: has(NodeKind::Array),
            with_collision_nodes: has(NodeKind::Collision),
            deepest: shape.nodes().iter().map(|node| node.depth + 1).max().unwrap_or(0),
        });
        self.live.insert(id, made);
        self.first_states.insert(id, state.clone());
        Ok(state)
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

    fn state_of(&self, version: Version) -> Attempt<MapState> {
        let view = self.store.at(version)?;
        let shape = view.shape().to_string();
        let nodes = shape.lines().filter(|line| line.contains("Node("));
        Ok(MapState {
            length: view.len(),
            items: view.iter().map(|(key, value)| (key.name, *value)).collect(),
            shape: Some(nodes.map(without_address).collect()),
        })
    }

    /// Checks that every live version is as it was when it was made.
    fn check_unchanged(&self) -> Attempt {
        for (id, first) in &self.first_states {
            let now = self.state_of(self.live[id])?;
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
            for (step, observation) in history.steps.iter().zip(&replayed.observations) {
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
                let made = observation.made.as_ref().expect("the step makes a version");
                assert_eq!(made.length, map.len());
                assert_eq!(made.items.iter().copied().collect::<HashMap<_, _>>(), map);
                plain.insert(step.id, map);
            }
        }
    }

    #[test]
    fn a_panic_is_reported_with_its_step() {
        let set = |id, key| Step { id, on: id - 1, action: Action::Set { key, value: 0 } };
        // There is no key 7, so that its step panics, as a bug of the engine might.
        let history = History { hashes: vec![1], steps: vec![set(1, 0), set(2, 7)] };
        let failure = replay(&history).unwrap_err();
        assert_eq!(failure.step, 1);
        assert!(failure.message.starts_with("panic: index out of bounds"), "{}", failure.message);
    }
}
