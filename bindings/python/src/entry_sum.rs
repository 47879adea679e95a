//! The part of a map's hash that entries are put into and taken out of.

/// The hashes of entries, combined so that their order does not matter: all of a hash but its last
/// steps, which can be undone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct EntrySum(u64);

/// What `frozenset_hash` returns for -1, which means failure.
const FOR_MINUS_ONE: i64 = 590_923_713;
const FACTOR: u64 = 69_069;
const INVERSE: u64 = inverse(FACTOR);

impl EntrySum {
    /// The sum that gives this hash, of so many entries. `None` for the one hash that two sums can
    /// give.
    pub(crate) fn of_hash(hash: i64, count: usize) -> Option<Self> {
        if hash == FOR_MINUS_ONE {
            return None;
        }
        let mixed = (hash as u64).wrapping_sub(907_133_923).wrapping_mul(INVERSE);
        // Each round gives eleven bits more, from the highest down.
        let spread = (0..64 / 11).fold(mixed, |bits, _| mixed ^ (bits >> 11) ^ (bits >> 25));
        Some(EntrySum(spread ^ of_count(count)))
    }

    /// Adds an item, or takes it out, by its hash: that of an entry ([`pair_hash`]) or an element.
    #[inline]
    pub(crate) fn toggle(&mut self, item: i64) {
        let item = item as u64;
        self.0 ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
    }

    /// The hash, of so many entries.
    pub(crate) fn hash(self, count: usize) -> i64 {
        let mut hash = self.0 ^ of_count(count);
        hash ^= (hash >> 11) ^ (hash >> 25);
        let hash = hash.wrapping_mul(FACTOR).wrapping_add(907_133_923) as i64;
        if hash == -1 { FOR_MINUS_ONE } else { hash }
    }
}

/// The hash of a tuple of two, by the steps of CPython's `tuple_hash`: those of xxHash.
#[inline]
pub(crate) fn pair_hash(key: i64, value: i64) -> i64 {
    const PRIMES: [u64; 3] =
        [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];
    let step = |hash: u64, item: i64| {
        let hash = hash.wrapping_add((item as u64).wrapping_mul(PRIMES[1]));
        hash.rotate_left(31).wrapping_mul(PRIMES[0])
    };
    let hash = step(step(PRIMES[2], key), value).wrapping_add(2 ^ (PRIMES[2] ^ 3_527_539));
    if hash == u64::MAX { 1_546_275_796 } else { hash as i64 }
}

fn of_count(count: usize) -> u64 {
    (count as u64 + 1).wrapping_mul(1_927_868_237)
}

/// The inverse of an odd number modulo 2^64. Each of Newton's steps doubles the bits that are
/// right, of which there are three at first.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut bits = 3;
    while bits < 64 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse
}
