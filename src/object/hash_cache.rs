//! The hash that a str or bytes object remembers.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};

use super::hash_policy::StrHash;

/// Nothing is kept.
const EMPTY: u8 = 0;
/// A thread is writing what will be kept.
const TAKEN: u8 = 1;
// Every greater state names the algorithm of the hash that is kept.
const SIP_13: u8 = 2;
const SIP_24: u8 = 3;
const JAVA_31: u8 = 4;

/// A hash that was computed once, and the policy it was computed for: 32 bytes.
///
/// `key` and `hash` are written by the one thread that changes the state from empty to taken, and
/// read only after it has released a greater state, which never changes.
#[derive(Default)]
pub(super) struct HashCache {
    state: AtomicU8,
    key: [AtomicU64; 2],
    hash: AtomicI64,
}

impl HashCache {
    /// Keeps the hash for the first policy that asks. Any other policy computes at each call.
    #[inline]
    pub(super) fn get_or(&self, policy: &StrHash, compute: impl FnOnce() -> i64) -> i64 {
        let (state, key) = parts(policy);
        let found = self.state.load(Ordering::Acquire);
        let kept = [self.key[0].load(Ordering::Relaxed), self.key[1].load(Ordering::Relaxed)];
        if found == state && kept == key {
            return self.hash.load(Ordering::Relaxed);
        }
        let hash = compute();
        if found == EMPTY {
            self.keep(state, key, hash);
        }
        hash
    }

    fn keep(&self, state: u8, key: [u64; 2], hash: i64) {
        let order = (Ordering::Relaxed, Ordering::Relaxed);
        if self.state.compare_exchange(EMPTY, TAKEN, order.0, order.1).is_ok() {
            self.key[0].store(key[0], Ordering::Relaxed);
            self.key[1].store(key[1], Ordering::Relaxed);
            self.hash.store(hash, Ordering::Relaxed);
            self.state.store(state, Ordering::Release);
        }
    }
}

fn parts(policy: &StrHash) -> (u8, [u64; 2]) {
    match *policy {
        StrHash::SipHash13(key) => (SIP_13, key),
        StrHash::SipHash24(key) => (SIP_24, key),
        StrHash::Java31 => (JAVA_31, [0; 2]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn the_first_policy_is_kept_and_others_compute() {
        let (one, two) = ([1, 2], [2, 1]);
        let policies = [
            StrHash::SipHash13(one),
            StrHash::SipHash13(two),
            StrHash::SipHash24(one),
            StrHash::SipHash13([0, 0]),
            StrHash::Java31,
        ];
        for (first, kept) in policies.iter().enumerate() {
            let cache = HashCache::default();
            assert_eq!(cache.get_or(kept, || first as i64), first as i64);
            for (index, policy) in policies.iter().enumerate() {
                // Whoever has to compute gets a number that was never kept.
                let expected = if index == first { first as i64 } else { 100 };
                assert_eq!(cache.get_or(policy, || 100), expected);
            }
        }
        assert_eq!(size_of::<HashCache>(), 32);
    }

    #[test]
    fn threads_with_two_policies_get_their_own_hashes() {
        let policies = [StrHash::SipHash13([7, 8]), StrHash::SipHash13([8, 7])];
        for _ in 0..200 {
            let (cache, start) = (HashCache::default(), Barrier::new(policies.len()));
            std::thread::scope(|scope| {
                for (number, policy) in policies.iter().enumerate() {
                    let (cache, start) = (&cache, &start);
                    scope.spawn(move || {
                        start.wait();
                        for _ in 0..20 {
                            assert_eq!(cache.get_or(policy, || number as i64), number as i64);
                        }
                    });
                }
            });
        }
    }
}
