//! Makes a failing history smaller for as long as it still fails.

use super::history::{Action, History, Step, VersionId};
use crate::failure::Failure;
use hedgerow::fold;
use std::collections::{BTreeSet, HashMap};

/// After so many replays more would gain little for the time the user waits.
const MOST_ATTEMPTS: usize = 4_000;

/// The smallest history found for which `fails` is true, as it must be for `history`.
pub(crate) fn shrink(
    history: History,
    fails: &mut dyn FnMut(&History) -> Result<bool, Failure>,
) -> Result<History, Failure> {
    let mut search = Search { best: history, fails, attempts: 0 };
    loop {
        let before = search.best.clone();
        search.remove_steps()?;
        search.simplify_edits()?;
        search.simplify_values()?;
        search.simplify_hashes()?;
        if search.best == before || search.attempts >= MOST_ATTEMPTS {
            break;
        }
    }
    search.renumber()?;
    Ok(search.best)
}

struct Search<'a> {
    best: History,
    fails: &'a mut dyn FnMut(&History) -> Result<bool, Failure>,
    attempts: usize,
}

impl Search<'_> {
    /// Replaces the best history if the candidate is another one and fails too.
    fn attempt(&mut self, candidate: History) -> Result<bool, Failure> {
        if candidate == self.best || self.attempts >= MOST_ATTEMPTS {
            return Ok(false);
        }
        self.attempts += 1;
        let fails = (self.fails)(&candidate)?;
        if fails {
            self.best = candidate;
        }
        Ok(fails)
    }

    /// Leaves out runs of steps: half of them, then quarters, down to single ones.
    fn remove_steps(&mut self) -> Result<(), Failure> {
        let mut run = self.best.steps.len().div_ceil(2).max(1);
        loop {
            let mut end = self.best.steps.len();
            while end > 0 {
                let start = end.saturating_sub(run);
                self.attempt(without_steps(&self.best, start, end))?;
                end = start.min(self.best.steps.len());
            }
            if run == 1 {
                return Ok(());
            }
            run = run.div_ceil(2);
        }
    }

    /// Leaves changes out of edits, and makes an edit of one change a set or a delete.
    fn simplify_edits(&mut self) -> Result<(), Failure> {
        for index in 0..self.best.steps.len() {
            let mut index_of_change = 0;
            while let Action::Edit { changes } = &self.best.steps[index].action {
                let mut fewer = changes.clone();
                if fewer.len() == 1 {
                    let action = match fewer[0] {
                        (key, Some(value)) => Action::Set { key, value },
                        (key, None) => Action::Delete { key },
                    };
                    self.attempt(with_action(&self.best, index, action))?;
                    break;
                }
                if index_of_change >= fewer.len() {
                    break;
                }
                fewer.remove(index_of_change);
                if !self.attempt(with_action(&self.best, index, Action::Edit { changes: fewer }))? {
                    index_of_change += 1;
                }
            }
        }
        Ok(())
    }

    fn simplify_values(&mut self) -> Result<(), Failure> {
        for index in 0..self.best.steps.len() {
            let simpler = match self.best.steps[index].action.clone() {
                Action::Set { key, .. } => Action::Set { key, value: 0 },
                Action::Edit { mut changes } => {
                    for (_, value) in &mut changes {
                        *value = value.map(|_| 0);
                    }
                    Action::Edit { changes }
                }
                other => other,
            };
            self.attempt(with_action(&self.best, index, simpler))?;
        }
        Ok(())
    }

    /// Replaces hashes by smaller ones, which are easier to follow: 0, the low chunks of the fold,
    /// or the fold. Keys of equal hashes change together, so that they still collide.
    fn simplify_hashes(&mut self) -> Result<(), Failure> {
        let used = |history: &History| -> BTreeSet<i64> {
            used_keys(history).into_iter().map(|key| history.hashes[key]).collect()
        };
        for hash in used(&self.best) {
            let folded = i64::from(fold(hash as u64));
            let chunks = (1..7).map(|count| folded & ((1 << (5 * count)) - 1));
            let mut simpler: Vec<i64> = std::iter::once(0).chain(chunks).collect();
            simpler.push(folded);
            simpler.retain(|simple| simple.unsigned_abs() < hash.unsigned_abs());
            for candidate in simpler {
                let mut history = self.best.clone();
                for other in history.hashes.iter_mut().filter(|other| **other == hash) {
                    *other = candidate;
                }
                if self.attempt(history)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Numbers keys and versions in the order in which they appear, without unused keys.
    fn renumber(&mut self) -> Result<(), Failure> {
        let mut keys: HashMap<u32, u32> = HashMap::new();
        for key in self.best.steps.iter().flat_map(|step| step.action.keys()) {
            let next = keys.len() as u32;
            keys.entry(key).or_insert(next);
        }
        let mut hashes = vec![0; keys.len()];
        for (&old, &new) in &keys {
            hashes[new as usize] = self.best.hashes[old as usize];
        }
        let mut ids: HashMap<VersionId, VersionId> = HashMap::from([(0, 0)]);
        let mut steps = self.best.steps.clone();
        for step in &mut steps {
            step.on = ids[&step.on];
            if step.action.makes_a_version() {
                let next = ids.len() as VersionId;
                ids.insert(step.id, next);
                step.id = next;
            }
            rename(&mut step.action, &keys);
        }
        // The limit is for the search: this last attempt is always made.
        self.attempts = self.attempts.min(MOST_ATTEMPTS - 1);
        self.attempt(History { hashes, steps })?;
        Ok(())
    }
}

fn rename(action: &mut Action, keys: &HashMap<u32, u32>) {
    match action {
        Action::Set { key, .. } | Action::Delete { key } | Action::Get { key } => *key = keys[key],
        Action::Edit { changes } => {
            for (key, _) in changes {
                *key = keys[key];
            }
        }
        Action::Release | Action::Compact => {}
    }
}

fn used_keys(history: &History) -> BTreeSet<usize> {
    history.steps.iter().flat_map(|step| step.action.keys()).map(|key| key as usize).collect()
}

fn with_action(history: &History, index: usize, action: Action) -> History {
    let mut history = history.clone();
    history.steps[index].action = action;
    history
}

/// Leaves out the steps from `start` to `end`. A step on a version that one of them made is then on
/// the version that it was made from.
fn without_steps(history: &History, start: usize, end: usize) -> History {
    let mut came_from: HashMap<VersionId, VersionId> = HashMap::new();
    for step in &history.steps[start..end] {
        if step.action.makes_a_version() {
            came_from.insert(step.id, step.on);
        }
    }
    let mut kept: Vec<Step> = Vec::new();
    for step in history.steps[..start].iter().chain(&history.steps[end..]) {
        let mut step = step.clone();
        if step.action == Action::Release && came_from.contains_key(&step.on) {
            continue;
        }
        while let Some(&parent) = came_from.get(&step.on) {
            step.on = parent;
        }
        kept.push(step);
    }
    History { hashes: history.hashes.clone(), steps: without_early_releases(kept) }
}

/// Leaves out each release of a version that a later step uses.
fn without_early_releases(steps: Vec<Step>) -> Vec<Step> {
    let mut used_later: BTreeSet<VersionId> = BTreeSet::new();
    let mut kept: Vec<Step> = Vec::new();
    for step in steps.into_iter().rev() {
        if step.action == Action::Release && used_later.contains(&step.on) {
            continue;
        }
        used_later.insert(step.on);
        kept.push(step);
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::history;
    use fastrand::Rng;

    /// Whether the history deletes a key from a map that has it and another key of the same fold.
    fn deletes_a_colliding_key(history: &History) -> bool {
        let fold_of = |key: u32| fold(history.hashes[key as usize] as u64);
        let mut present: HashMap<VersionId, BTreeSet<u32>> = HashMap::new();
        present.insert(0, BTreeSet::new());
        for step in &history.steps {
            let mut keys = present.get(&step.on).expect("a step is on a live version").clone();
            let changes = match &step.action {
                Action::Set { key, value } => vec![(*key, Some(*value))],
                Action::Delete { key } => vec![(*key, None)],
                Action::Edit { changes } => changes.clone(),
                Action::Release => {
                    present.remove(&step.on);
                    continue;
                }
                _ => continue,
            };
            for (key, value) in changes {
                if value.is_some() {
                    keys.insert(key);
                } else if keys.remove(&key) && keys.iter().any(|&k| fold_of(k) == fold_of(key)) {
                    return true;
                }
            }
            present.insert(step.id, keys);
        }
        false
    }

    #[test]
    fn a_long_history_shrinks_to_the_three_steps_that_matter() {
        let mut shrunk = 0;
        for seed in 0..40 {
            let history = history::random(&mut Rng::with_seed(seed), 200);
            if !deletes_a_colliding_key(&history) {
                continue;
            }
            let small = shrink(history, &mut |h| Ok(deletes_a_colliding_key(h))).unwrap();
            assert!(deletes_a_colliding_key(&small));
            let changes: usize = small.steps.iter().map(|step| step.action.keys().len()).sum();
            assert!(changes == 3 && small.steps.len() <= 3, "seed {seed}:\n{small}");
            assert_eq!(small.hashes, [0, 0], "seed {seed}:\n{small}");
            shrunk += 1;
        }
        assert!(shrunk > 10, "too few histories delete a colliding key: {shrunk}");
    }

    #[test]
    fn without_some_steps_every_step_is_on_a_live_version() {
        let mut rng = Rng::with_seed(9);
        for _ in 0..300 {
            let mut history = history::random(&mut rng, 60);
            while history.steps.len() > 1 {
                let start = rng.usize(0..history.steps.len());
                let end = rng.usize(start..history.steps.len()) + 1;
                history = without_steps(&history, start, end);
                // Panics if a step is on a version that there is not.
                deletes_a_colliding_key(&history);
            }
        }
    }
}
