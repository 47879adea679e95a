//! 256 keys with chosen hashes.
//!
//! Keys form groups of 36, one group for each level of the tree. The keys of a group differ only at
//! their level, and are below the first branch of all levels above. So any two groups share a
//! prefix, and a group is large enough to promote the node it is in. The last four of a group have
//! the hashes of its first four: they collide.

use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Bits of hash that choose a branch.
const BITS: u32 = 5;
const GROUP: u8 = 36;
/// The hashes of the last keys: ends of the range, of which the fold makes the first two equal.
const SPECIAL: [u32; 4] = [u32::MAX, u32::MAX - 1, 1 << 31, (1 << 30) - 1];

/// A key. Its name decides equality and the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u8);

impl Key {
    /// The 32-bit hash that its store uses, except that the fold makes -1 of it -2.
    #[must_use]
    pub fn chosen_hash(self) -> u32 {
        let (level, column) = (self.0 / GROUP, self.0 % GROUP);
        match SPECIAL.get(usize::from(column)) {
            Some(special) if level == 7 => *special,
            // Level 6 has two bits left, and the shift drops the others: more collisions.
            _ => u32::from(column % 32) << (BITS * u32::from(level)),
        }
    }
}

// Only the chosen hash is hashed, so that keys collide exactly as chosen.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.chosen_hash());
    }
}

/// A hasher that returns the hash that is written to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsChosen(u64);

impl Hasher for AsChosen {
    fn write(&mut self, bytes: &[u8]) {
        unreachable!("a key writes one u32, not {} bytes", bytes.len());
    }

    fn write_u32(&mut self, hash: u32) {
        // The upper half is 0, and the fold is the exclusive or of the halves.
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
            let group = level * GROUP..(level + 1) * GROUP;
            let mut branches: Vec<u32> =
                group.map(|name| folded(name) >> (BITS * u32::from(level)) & 31).collect();
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
