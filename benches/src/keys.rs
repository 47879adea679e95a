//! Keys. All subjects of a row get the same ones in the same order.
//!
//! A bijection makes each key of a counter, so that keys are distinct and spread over all 64 bits.
//! Keys that miss are made of other counters than keys that hit.

use std::fmt::Debug;
use std::hash::Hash;

/// Counters from here on make the keys that miss.
const MISSES_FROM: u64 = 1 << 40;
/// Short lists of keys are repeated to this length, so that the time around a batch does not count.
pub const BATCH: usize = 4_096;

/// A kind of key, made from a counter.
pub trait Key: Clone + Eq + Hash + Debug + 'static {
    /// The end of a row's name; empty for the default kind.
    const SUFFIX: &'static str;

    /// The key of `counter`; different counters give different keys.
    fn from_counter(counter: u64) -> Self;
}

impl Key for u64 {
    const SUFFIX: &'static str = "";

    fn from_counter(counter: u64) -> Self {
        spread(counter)
    }
}

impl Key for String {
    const SUFFIX: &'static str = "_str";

    fn from_counter(counter: u64) -> Self {
        format!("{:016x}", spread(counter))
    }
}

/// `size` entries with distinct keys; the value is the counter.
#[must_use]
pub fn items<K: Key>(size: usize) -> Vec<(K, u64)> {
    (0..size as u64).map(|counter| (K::from_counter(counter), counter)).collect()
}

/// The keys of [`items`] in shuffled order, repeated in other orders until there are [`BATCH`].
#[must_use]
pub fn hits<K: Key>(size: usize) -> Vec<K> {
    shuffled(size, 0)
}

/// As many keys as [`hits`] gives, none of them in [`items`].
#[must_use]
pub fn misses<K: Key>(size: usize) -> Vec<K> {
    shuffled(size, MISSES_FROM)
}

/// The keys of [`items`] once each, in shuffled order.
#[must_use]
pub fn permutation<K: Key>(size: usize) -> Vec<K> {
    let mut counters: Vec<u64> = (0..size as u64).collect();
    fastrand::Rng::with_seed(11).shuffle(&mut counters);
    counters.into_iter().map(K::from_counter).collect()
}

/// The keys in shuffled order, repeated in other orders until there are [`BATCH`].
#[must_use]
pub fn cycled<K: Clone>(keys: &[K]) -> Vec<K> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut keys = keys.to_vec();
    let rounds = BATCH.div_ceil(keys.len().max(1));
    let mut cycle = Vec::with_capacity(rounds * keys.len());
    for _ in 0..rounds {
        random.shuffle(&mut keys);
        cycle.extend_from_slice(&keys);
    }
    cycle
}

fn shuffled<K: Key>(size: usize, from: u64) -> Vec<K> {
    let counters: Vec<u64> = (from..from + size as u64).collect();
    cycled(&counters).into_iter().map(K::from_counter).collect()
}

/// SplitMix64's finaliser: a bijection of `u64`.
fn spread(counter: u64) -> u64 {
    let mut word = counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn hits_hold_every_key_and_misses_none() {
        let present: HashSet<u64> = items(1_000).into_iter().map(|(key, _)| key).collect();
        assert_eq!(present.len(), 1_000);
        assert_eq!(hits::<u64>(1_000).into_iter().collect::<HashSet<_>>(), present);
        assert_eq!(permutation::<u64>(1_000).into_iter().collect::<HashSet<_>>(), present);
        assert!(misses::<u64>(1_000).iter().all(|key| !present.contains(key)));
    }

    #[test]
    fn short_lists_are_repeated_in_another_order() {
        let keys = hits::<u64>(10);
        assert!(keys.len() >= BATCH);
        assert_ne!(keys[..10], keys[10..20]);
    }
}
