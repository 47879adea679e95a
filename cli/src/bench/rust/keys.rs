//! The keys of one size as the passes use them: in the order of insertion, and in another one.

use super::super::limits::PassLimits;

/// What all maps of the Rust level are given.
pub(super) struct Drawn<K> {
    pub(super) pairs: Vec<(K, u64)>,
    /// Keys that are there, equal to those in `pairs` but stored elsewhere.
    pub(super) hits: Vec<K>,
    pub(super) misses: Vec<K>,
    /// A hit, then a miss, and so on.
    pub(super) mixed: Vec<K>,
    pub(super) replacing: Vec<(K, u64)>,
    pub(super) new: Vec<(K, u64)>,
    pub(super) limits: PassLimits,
}

impl<K: Clone> Drawn<K> {
    /// The keys of a map, keys that are equal to them, and as many that are not among them.
    pub(super) fn new(present: Vec<K>, copies: &[K], absent: &[K], limits: PassLimits) -> Self {
        let order = visiting_order(present.len());
        let visited =
            |keys: &[K]| order.iter().map(|&index| keys[index].clone()).collect::<Vec<K>>();
        let numbered =
            |keys: Vec<K>, from: u64| (from..).zip(keys).map(|(v, k)| (k, v)).collect::<Vec<_>>();
        let hits = repeated(visited(copies), limits.pass, limits.lookups);
        let misses = repeated(visited(absent), limits.pass, limits.lookups);
        let pairs_of = hits.iter().zip(&misses);
        let mut mixed: Vec<K> = pairs_of.flat_map(|(h, m)| [h.clone(), m.clone()]).collect();
        mixed.truncate(hits.len());
        let replacing = numbered(visited(copies), 1 << 32);
        let new = numbered(visited(absent), 1 << 32);
        Drawn {
            pairs: numbered(present, 0),
            hits,
            misses,
            mixed,
            replacing: repeated(replacing, limits.pass, limits.updates),
            new: repeated(new, limits.pass, limits.updates),
            limits,
        }
    }

    /// How often a pass goes over all keys: small maps need many rounds to fill a pass.
    pub(super) fn rounds(&self) -> usize {
        self.limits.pass.div_ceil(self.pairs.len())
    }
}

/// A fixed order other than that of insertion. The Python worker visits its keys in the same order.
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
fn repeated<T: Clone>(mut items: Vec<T>, least: usize, most: usize) -> Vec<T> {
    items.truncate(most);
    if items.len() < least {
        let times = least.div_ceil(items.len());
        items = std::iter::repeat_n(items, times).flatten().collect();
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
}
