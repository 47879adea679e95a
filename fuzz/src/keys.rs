//! 256 keys with chosen hashes.
//!
//! Keys come in rows of 36, one row for each level of the tree. The keys of a row differ from each
//! other at their level alone, and lie below the first branch of all levels above it; so any two
//! rows share a prefix, and a row is wide enough to promote the node it stands in. The last four of
//! a row have the same hashes as its first four: they collide.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Bits of hash that choose a branch.
const BITS: u32 = 5;
const ROW: u8 = 36;
/// What the last keys get: the ends of the range, and the two hashes that the fold makes one.
const SPECIAL: [u32; 4] = [u32::MAX, u32::MAX - 1, 1 << 31, (1 << 30) - 1];

/// A key: equal by its name, hashed as its name decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u8);

impl Key {
    /// The 32-bit hash that its store works with, but for the fold's step from -1 to -2.
    #[must_use]
    pub fn chosen_hash(self) -> u32 {
        let (level, column) = (self.0 / ROW, self.0 % ROW);
        match SPECIAL.get(usize::from(column)) {
            Some(special) if level == 7 => *special,
            // Level 6 has two bits left, and the shift drops the others: more keys that collide.
            _ => u32::from(column % 32) << (BITS * u32::from(level)),
        }
    }
}

// Hashed by the chosen hash alone, equal only by name: what collides does so because it is told to.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.chosen_hash());
    }
}

/// Hands on the one hash that is written to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsChosen(u64);

impl Hasher for AsChosen {
    fn write(&mut self, bytes: &[u8]) {
        unreachable!("a key writes one u32, not {} bytes", bytes.len());
    }

    fn write_u32(&mut self, hash: u32) {
        // The upper half is zero, and the fold combines both halves by exclusive or.
        self.0 = u64::from(hash);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash policy of the fuzzed stores.
pub type ChosenHashes = BuildHasherDefault<AsChosen>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::hash::BuildHasher;

    fn folded(name: u8) -> u32 {
        hedgerow::fold(ChosenHashes::default().hash_one(Key(name)))
    }

    #[test]
    fn every_level_has_enough_branches_to_promote_and_some_keys_collide() {
        for level in 0..6 {
            let row = level * ROW..(level + 1) * ROW;
            let mut branches: Vec<u32> =
                row.map(|name| folded(name) >> (BITS * u32::from(level)) & 31).collect();
            branches.sort_unstable();
            branches.dedup();
            assert_eq!(branches.len(), 32, "level {level}");
        }
        let mut by_hash: HashMap<u32, usize> = HashMap::new();
        (0..=255).for_each(|name| *by_hash.entry(folded(name)).or_default() += 1);
        // Three branches at each of seven levels, the hash 0, and the two that fold onto -2.
        assert_eq!(by_hash.values().filter(|count| **count > 1).count(), 3 * 7 + 2);
        // -1 folds onto -2, and both are there.
        assert_eq!(folded(252), folded(253));
    }
}
