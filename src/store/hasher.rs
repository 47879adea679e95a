//! The default hash policy.

use std::hash::BuildHasher;

use foldhash::SharedSeed;
use foldhash::fast::{FoldHasher, SeedableRandomState};

/// The default hasher of a [`Store`](crate::Store): foldhash, seeded at random for each store.
///
/// It is fast, and its random seeds keep keys that were chosen beforehand from colliding. It does
/// not protect against someone who can watch timings or iteration order and choose keys
/// accordingly. For such keys use a keyed hash, as in
/// `Store::with_hasher(std::hash::RandomState::new())`. An attack can reach this much: keys of one
/// folded hash share a collision node, in which a lookup compares every key, and an insert copies 4
/// bytes for every key.
///
/// Under [`with_seed`](DefaultHashBuilder::with_seed) the hashes, and so the iteration order, are
/// the same in every run of one build of a program, and protect against nothing.
#[derive(Clone, Debug)]
pub struct DefaultHashBuilder(SeedableRandomState);

impl DefaultHashBuilder {
    /// A hasher with this seed, and no random one.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        DefaultHashBuilder(SeedableRandomState::with_seed(seed, SharedSeed::global_fixed()))
    }
}

impl Default for DefaultHashBuilder {
    /// A hasher with random seeds: one of its own, and one of the process.
    fn default() -> Self {
        // std asks the operating system once a thread, and counts up from there.
        let seed = std::hash::RandomState::new().hash_one(0);
        DefaultHashBuilder(SeedableRandomState::with_seed(seed, SharedSeed::global_random()))
    }
}

impl BuildHasher for DefaultHashBuilder {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    /// A multiplier of foldhash's that is published: with it, the product of the two halves of
    /// these keys is 0 for every per-store seed.
    const PUBLISHED: u64 = 0xc0ac_29b7_c97c_50dd;

    #[test]
    fn keys_made_from_published_constants_do_not_collide_under_a_random_seed() {
        let hasher = DefaultHashBuilder::default();
        let hashes: std::collections::HashSet<u32> =
            (0..64u64).map(|n| crate::fold(hasher.hash_one((n, PUBLISHED)))).collect();
        assert!(hashes.len() > 60, "{} of 64 hashes differ", hashes.len());
    }

    #[test]
    fn a_seed_gives_the_same_hashes_again_and_another_seed_others() {
        let hash = |seed| DefaultHashBuilder::with_seed(seed).hash_one("key");
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
    }
}
