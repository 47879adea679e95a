//! Times one map. `python/bench_worker.py` does the same in Python: change both or neither.

use super::super::op::Op;
use super::keys::Drawn;
use hedgerow_bench::subjects::Subject;
use std::hash::Hash;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long one pass took, and how many operations it was.
pub(super) type Pass = (Duration, usize);

/// One map with keys of one size.
pub(super) trait Timed {
    /// One pass; None where the map lacks the operation.
    fn pass(&mut self, op: Op) -> Option<Pass>;
}

/// Nanoseconds per operation: the best of as many passes as fit into the budget.
pub(super) fn best_pass(map: &mut dyn Timed, op: Op, budget: Duration) -> Option<f64> {
    let start = Instant::now();
    let mut best = f64::INFINITY;
    loop {
        let (taken, operations) = map.pass(op)?;
        best = best.min(taken.as_secs_f64() * 1e9 / operations as f64);
        if start.elapsed() >= budget {
            return Some(best);
        }
    }
}

/// A subject that holds a version made of the keys.
pub(super) struct Workload<K: Clone + Eq + Hash, S: Subject<K>> {
    keys: Rc<Drawn<K>>,
    subject: S,
    base: S::Version,
    /// Whether every new version is a copy of the whole map.
    is_copied: bool,
}

impl<K: Clone + Eq + Hash, S: Subject<K>> Workload<K, S> {
    /// A persistent map of these keys.
    pub(super) fn new(keys: Rc<Drawn<K>>) -> Self {
        let mut subject = S::new();
        let base = subject.bulk(&keys.pairs);
        Workload { keys, subject, base, is_copied: false }
    }

    /// A map of these keys that is copied for each new version.
    pub(super) fn copied(keys: Rc<Drawn<K>>) -> Self {
        Workload { is_copied: true, ..Self::new(keys) }
    }

    /// The updates of a pass: as many as there is time for where each copies the map.
    fn updates<'a>(&self, pairs: &'a [(K, u64)]) -> &'a [(K, u64)] {
        let copies = (self.keys.limits.copied_entries / self.keys.pairs.len()).max(3);
        let most = if self.is_copied { copies } else { usize::MAX };
        &pairs[..pairs.len().min(most)]
    }

    fn build(&mut self) -> Pass {
        if self.is_copied {
            return self.build_sampled();
        }
        let keys = &self.keys;
        let start = Instant::now();
        for _ in 0..keys.rounds() {
            let mut newest = self.subject.empty();
            for (key, value) in &keys.pairs {
                let next = self.subject.insert(&newest, key.clone(), *value);
                self.subject.release(std::mem::replace(&mut newest, next));
            }
            self.subject.release(newest);
        }
        (start.elapsed(), keys.rounds() * keys.pairs.len())
    }

    /// One update each at sizes spread evenly from empty to full.
    fn build_sampled(&mut self) -> Pass {
        let pairs = &self.keys.pairs;
        let every = (pairs.len() * pairs.len() / (2 * self.keys.limits.copied_entries)).max(1);
        let (mut taken, mut operations) = (Duration::ZERO, 0);
        for index in (every / 2..pairs.len()).step_by(every) {
            let grown = self.subject.bulk(&pairs[..index]);
            let (key, value) = pairs[index].clone();
            let start = Instant::now();
            let next = self.subject.insert(&grown, key, value);
            self.subject.release(next);
            taken += start.elapsed();
            operations += 1;
        }
        (taken, operations)
    }

    fn bulk(&mut self) -> Pass {
        let (rounds, pairs) = (self.keys.rounds(), &self.keys.pairs);
        let start = Instant::now();
        for _ in 0..rounds {
            let version = self.subject.bulk(pairs);
            self.subject.release(version);
        }
        (start.elapsed(), rounds * pairs.len())
    }

    fn get(&self, keys: &[K]) -> Pass {
        let start = Instant::now();
        black_box(self.subject.get_sum(&self.base, black_box(keys)));
        (start.elapsed(), keys.len())
    }

    fn contains(&self) -> Pass {
        let start = Instant::now();
        black_box(self.subject.count_present(&self.base, black_box(&self.keys.mixed)));
        (start.elapsed(), self.keys.mixed.len())
    }

    fn set(&mut self, is_replacing: bool) -> Pass {
        let keys = Rc::clone(&self.keys);
        let pairs = self.updates(if is_replacing { &keys.replacing } else { &keys.new });
        let start = Instant::now();
        for (key, value) in pairs {
            let version = self.subject.insert(&self.base, key.clone(), *value);
            self.subject.release(version);
        }
        (start.elapsed(), pairs.len())
    }

    fn delete(&mut self) -> Pass {
        let keys = Rc::clone(&self.keys);
        let pairs = self.updates(&keys.replacing);
        let start = Instant::now();
        for (key, _) in pairs {
            let version = self.subject.remove(&self.base, key);
            self.subject.release(version);
        }
        (start.elapsed(), pairs.len())
    }

    fn iterate(&self) -> Pass {
        let rounds = self.keys.rounds();
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(self.subject.iterate(black_box(&self.base)));
        }
        (start.elapsed(), rounds * self.keys.pairs.len())
    }

    /// Two relatives one insert apart. Their contents are equal, or for `diff` differ in one value.
    fn compare(&mut self, op: Op) -> Option<Pass> {
        let (key, value) = self.keys.pairs[self.keys.pairs.len() / 2].clone();
        let other = value + u64::from(op == Op::Diff);
        let relative = self.subject.insert(&self.base, key, other);
        // As in Python: a comparison may look at every entry.
        let rounds = self.keys.rounds();
        let (a, b) = (black_box(&self.base), black_box(&relative));
        let mut is_there = true;
        let start = Instant::now();
        for _ in 0..rounds {
            match op {
                Op::Equal => drop(black_box(self.subject.equal(a, b))),
                _ => is_there = black_box(self.subject.count_changes(a, b)).is_some(),
            }
        }
        let taken = start.elapsed();
        self.subject.release(relative);
        is_there.then_some((taken, rounds))
    }

    fn release(&mut self) -> Pass {
        let keys = Rc::clone(&self.keys);
        let most = self.keys.limits.pass.min(keys.replacing.len());
        let mut versions = Vec::with_capacity(most);
        for (key, value) in self.updates(&keys.replacing[..most]) {
            let newest = versions.last().unwrap_or(&self.base);
            let next = self.subject.insert(newest, key.clone(), *value);
            versions.push(next);
        }
        let count = versions.len();
        let start = Instant::now();
        while let Some(version) = versions.pop() {
            self.subject.release(version);
        }
        (start.elapsed(), count)
    }

    /// Compacts a subject of its own, after updates of many keys.
    fn compact(&self) -> Option<Pass> {
        let mut subject = S::new();
        let mut newest = subject.bulk(&self.keys.pairs);
        for (key, value) in self.updates(&self.keys.replacing) {
            let next = subject.insert(&newest, key.clone(), *value);
            subject.release(std::mem::replace(&mut newest, next));
        }
        let start = Instant::now();
        let is_there = subject.compact();
        let taken = start.elapsed();
        subject.release(newest);
        is_there.then_some((taken, self.keys.pairs.len()))
    }
}

impl<K: Clone + Eq + Hash, S: Subject<K>> Timed for Workload<K, S> {
    fn pass(&mut self, op: Op) -> Option<Pass> {
        Some(match op {
            Op::Build => self.build(),
            Op::Bulk => self.bulk(),
            Op::GetHit => self.get(&self.keys.hits),
            Op::GetMiss => self.get(&self.keys.misses),
            Op::Contains => self.contains(),
            Op::SetReplace => self.set(true),
            Op::SetNew => self.set(false),
            Op::Delete => self.delete(),
            Op::Iterate => self.iterate(),
            Op::Equal | Op::Diff => return self.compare(op),
            Op::Release => self.release(),
            Op::Compact | Op::BytesPerEntry => return self.compact(),
            Op::ContextGet | Op::ContextSet | Op::ContextCopy => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::level::Level;
    use super::super::super::limits::PassLimits;
    use super::*;
    use hedgerow_bench::subjects::{Hashbrown, Hedgerow, ImblSync, OwnedMap, RpdsRc};

    fn drawn() -> Rc<Drawn<i64>> {
        let [present, absent] = [0..50, 50..100].map(|range| range.collect::<Vec<i64>>());
        Rc::new(Drawn::new(present.clone(), &present, &absent, PassLimits::QUICK))
    }

    /// The operations that the map lacks; the others have a time.
    fn lacking(map: &mut dyn Timed) -> Vec<Op> {
        let mut lacking = Vec::new();
        let of_maps = |op: &Op| *op != Op::BytesPerEntry && op.is_of(Level::Rust);
        for op in Op::ALL.into_iter().filter(of_maps) {
            match best_pass(map, op, Duration::ZERO) {
                Some(ns) => assert!(ns > 0.0 && ns.is_finite(), "{op}: {ns}"),
                None => lacking.push(op),
            }
        }
        lacking
    }

    #[test]
    fn every_map_has_every_operation_but_diff_and_compact() {
        let mut store = Workload::<i64, Hedgerow<i64>>::new(drawn());
        assert_eq!(lacking(&mut store), []);
        assert_eq!(lacking(&mut Workload::<i64, OwnedMap>::new(drawn())), [Op::Compact]);
        let mut imbl = Workload::<i64, ImblSync>::new(drawn());
        assert_eq!(lacking(&mut imbl), [Op::Diff, Op::Compact]);
        let mut rpds = Workload::<i64, RpdsRc>::new(drawn());
        assert_eq!(lacking(&mut rpds), [Op::Diff, Op::Compact]);
        let mut hashbrown = Workload::<i64, Hashbrown>::copied(drawn());
        assert_eq!(lacking(&mut hashbrown), [Op::Diff, Op::Compact]);
    }

    #[test]
    fn a_pass_leaves_the_base_as_it_was() {
        let mut workload = Workload::<i64, Hedgerow<i64>>::new(drawn());
        lacking(&mut workload);
        let view = workload.subject.store.at(workload.base).unwrap();
        assert_eq!(view.len(), 50);
        assert!((0..50).all(|key| view.get(&key) == Some(&(key as u64))));
    }
}
