//! Times the engine: the Rust half of every row. `python/bench_worker.py` is the other half. Each
//! operation does the same work in both: change both or neither.

use super::limits::PassLimits;
use super::op::Op;
use hedgerow::{Error, Store, Version};
use std::hash::Hash;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Keys of one size, and a store that holds a version made of them.
pub(crate) struct Workload<K> {
    pairs: Vec<(K, u64)>,
    hits: Vec<K>,
    misses: Vec<K>,
    mixed: Vec<K>,
    replacing: Vec<(K, u64)>,
    new: Vec<(K, u64)>,
    limits: PassLimits,
    store: Store<K, u64>,
    base: Version,
}

/// How long one pass took, and how many operations it was.
type Pass = (Duration, usize);

impl<K: Copy + Eq + Hash> Workload<K> {
    /// A workload of these keys, and as many absent ones.
    pub(crate) fn new(present: &[K], absent: &[K], limits: PassLimits) -> Result<Self, Error> {
        let order = visiting_order(present.len());
        let visited = |keys: &[K]| order.iter().map(|&index| keys[index]).collect::<Vec<K>>();
        let numbered =
            |keys: Vec<K>, from: u64| (from..).zip(keys).map(|(v, k)| (k, v)).collect::<Vec<_>>();
        let pairs = numbered(present.to_vec(), 0);
        let hits = repeated(visited(present), limits.pass, limits.lookups);
        let misses = repeated(visited(absent), limits.pass, limits.lookups);
        let mut mixed: Vec<K> = hits.iter().zip(&misses).flat_map(|(&h, &m)| [h, m]).collect();
        mixed.truncate(hits.len());
        let replacing = numbered(visited(present), 1 << 32);
        let new = numbered(visited(absent), 1 << 32);
        let mut store = Store::new();
        let base = store.bulk(pairs.iter().copied())?;
        Ok(Workload {
            replacing: repeated(replacing, limits.pass, limits.updates),
            new: repeated(new, limits.pass, limits.updates),
            pairs,
            hits,
            misses,
            mixed,
            limits,
            store,
            base,
        })
    }

    /// Nanoseconds per operation: the best of as many passes as fit into the budget.
    pub(crate) fn time(&mut self, op: Op, budget: Duration) -> Result<f64, Error> {
        let start = Instant::now();
        let mut best = f64::INFINITY;
        loop {
            let (taken, operations) = self.pass(op)?;
            best = best.min(taken.as_secs_f64() * 1e9 / operations as f64);
            if start.elapsed() >= budget {
                return Ok(best);
            }
        }
    }

    /// The bytes that a store of these entries alone owns, divided by their number.
    pub(crate) fn count_bytes(&self) -> Result<f64, Error> {
        let mut store = Store::<K, u64>::new();
        let _ = store.bulk(self.pairs.iter().copied())?;
        store.compact();
        Ok(store.stats().heap_bytes as f64 / self.pairs.len() as f64)
    }

    fn pass(&mut self, op: Op) -> Result<Pass, Error> {
        match op {
            Op::Build => self.build(),
            Op::Bulk => self.bulk(),
            Op::GetHit => self.get(true),
            Op::GetMiss => self.get(false),
            Op::Contains => self.contains(),
            Op::SetReplace => self.set(true),
            Op::SetNew => self.set(false),
            Op::Delete => self.delete(),
            Op::Iterate => self.iterate(),
            Op::Equal | Op::Diff => self.compare(op),
            Op::Release => self.release(),
            Op::Compact | Op::BytesPerEntry => self.compact(),
        }
    }

    /// How often a pass goes over all keys: small maps need many rounds to fill a pass.
    fn rounds(&self) -> usize {
        self.limits.pass.div_ceil(self.pairs.len())
    }

    fn build(&mut self) -> Result<Pass, Error> {
        let rounds = self.rounds();
        let store = &mut self.store;
        let start = Instant::now();
        for _ in 0..rounds {
            let mut newest = store.empty();
            for (index, &(key, value)) in self.pairs.iter().enumerate() {
                let next = store.insert(newest, key, value)?;
                if index > 0 {
                    store.release(newest)?;
                }
                newest = next;
            }
            store.release(newest)?;
        }
        Ok((start.elapsed(), rounds * self.pairs.len()))
    }

    fn bulk(&mut self) -> Result<Pass, Error> {
        let rounds = self.rounds();
        let start = Instant::now();
        for _ in 0..rounds {
            let version = self.store.bulk(self.pairs.iter().copied())?;
            self.store.release(version)?;
        }
        Ok((start.elapsed(), rounds * self.pairs.len()))
    }

    fn get(&self, hit: bool) -> Result<Pass, Error> {
        let keys = if hit { &self.hits } else { &self.misses };
        let view = self.store.at(self.base)?;
        let start = Instant::now();
        for key in keys {
            black_box(view.get(black_box(key)));
        }
        Ok((start.elapsed(), keys.len()))
    }

    fn contains(&self) -> Result<Pass, Error> {
        let view = self.store.at(self.base)?;
        let start = Instant::now();
        for key in &self.mixed {
            black_box(view.contains_key(black_box(key)));
        }
        Ok((start.elapsed(), self.mixed.len()))
    }

    fn set(&mut self, replacing: bool) -> Result<Pass, Error> {
        let pairs = if replacing { &self.replacing } else { &self.new };
        let start = Instant::now();
        for &(key, value) in pairs {
            let version = self.store.insert(self.base, key, value)?;
            self.store.release(version)?;
        }
        Ok((start.elapsed(), pairs.len()))
    }

    fn delete(&mut self) -> Result<Pass, Error> {
        let start = Instant::now();
        for (key, _) in &self.replacing {
            if let Some(version) = self.store.remove(self.base, key)? {
                self.store.release(version)?;
            }
        }
        Ok((start.elapsed(), self.replacing.len()))
    }

    fn iterate(&self) -> Result<Pass, Error> {
        let rounds = self.rounds();
        let view = self.store.at(self.base)?;
        let start = Instant::now();
        for _ in 0..rounds {
            for entry in view.iter() {
                black_box(entry);
            }
        }
        Ok((start.elapsed(), rounds * self.pairs.len()))
    }

    /// Two relatives one insert apart. Their contents are equal, or for `diff` differ in one value.
    fn compare(&mut self, op: Op) -> Result<Pass, Error> {
        let (key, value) = self.pairs[self.pairs.len() / 2];
        let other = value + u64::from(op == Op::Diff);
        let relative = self.store.insert(self.base, key, other)?;
        let start = Instant::now();
        for _ in 0..self.limits.pass {
            match op {
                Op::Equal => drop(black_box(self.store.equal(self.base, relative)?)),
                _ => drop(black_box(self.store.diff(self.base, relative)?)),
            }
        }
        let taken = start.elapsed();
        self.store.release(relative)?;
        Ok((taken, self.limits.pass))
    }

    fn release(&mut self) -> Result<Pass, Error> {
        let mut versions = vec![self.base];
        for &(key, value) in &self.replacing[..self.limits.pass.min(self.replacing.len())] {
            let newest = versions[versions.len() - 1];
            versions.push(self.store.insert(newest, key, value)?);
        }
        let start = Instant::now();
        for &version in versions[1..].iter().rev() {
            self.store.release(version)?;
        }
        Ok((start.elapsed(), versions.len() - 1))
    }

    /// Compacts a store of its own, after updates of many keys.
    fn compact(&self) -> Result<Pass, Error> {
        let mut store = Store::new();
        let mut newest = store.bulk(self.pairs.iter().copied())?;
        for &(key, value) in &self.replacing {
            let next = store.insert(newest, key, value)?;
            store.release(newest)?;
            newest = next;
        }
        let start = Instant::now();
        store.compact();
        Ok((start.elapsed(), self.pairs.len()))
    }
}

/// A fixed order other than that of insertion. The worker visits its keys in the same order.
fn visiting_order(count: usize) -> Vec<usize> {
    let mut step = (count as f64 * 0.618) as usize;
    step = step.max(1);
    while gcd(step, count) != 1 {
        step += 1;
    }
    (0..count).map(|index| index * step % count).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// At most so many of the items, and then as often as it takes for at least so many.
fn repeated<T: Copy>(mut items: Vec<T>, least: usize, most: usize) -> Vec<T> {
    items.truncate(most);
    if items.len() < least {
        items = items.repeat(least.div_ceil(items.len()));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_visited_once() {
        for count in [1, 2, 3, 10, 32, 99, 1000] {
            let mut order = visiting_order(count);
            order.sort_unstable();
            assert_eq!(order, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_pass_has_at_least_and_at_most_so_many_keys() {
        assert_eq!(repeated(vec![1, 2, 3], 4, 10), [1, 2, 3, 1, 2, 3]);
        assert_eq!(repeated(vec![1, 2, 3], 1, 2), [1, 2]);
    }

    #[test]
    fn every_operation_has_a_time_and_leaves_the_base_as_it_was() {
        let present: Vec<i64> = (0..50).collect();
        let absent: Vec<i64> = (50..100).collect();
        let mut workload = Workload::new(&present, &absent, PassLimits::QUICK).unwrap();
        for op in Op::ALL {
            let ns = workload.time(op, Duration::ZERO).unwrap();
            assert!(ns > 0.0 && ns.is_finite(), "{op}: {ns}");
        }
        let view = workload.store.at(workload.base).unwrap();
        assert_eq!(view.len(), 50);
        assert!(present.iter().all(|key| view.get(key) == Some(&(*key as u64))));
        assert!(workload.count_bytes().unwrap() > 0.0);
    }
}
