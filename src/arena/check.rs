//! The checker of the word arena.

use std::collections::HashSet;

use super::layout::NodeRef;
use super::recent::Recent;
use super::size_class::size_of_class;
use super::words::{Words, ZEROS};

impl Words {
    /// Tests what is noted about free words: that each is noted once, and below the top.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.free.check()?;
        let mut free: HashSet<usize> = self.free.free_items().collect();
        if free.len() != self.free_pairs || !self.gap.is_empty() {
            return Err(format!(
                "{} pairs of words are free, {} counted",
                free.len(),
                self.free_pairs
            ));
        }
        for (class, recent) in self.recent.iter().enumerate() {
            let size = size_of_class(class);
            for &block in recent.blocks() {
                let pairs = block as usize / 2..(block as usize + size) / 2;
                if block % 2 != 0 || !pairs.into_iter().all(|pair| free.insert(pair)) {
                    return Err(format!("{} is free twice", NodeRef(block)));
                }
            }
        }
        match free.iter().find(|&&pair| pair < ZEROS / 2 || pair * 2 >= self.top) {
            Some(pair) => Err(format!("word {} is free, and out of bounds", pair * 2)),
            None if self.memory[0..ZEROS] != [0; ZEROS] => Err("n0 is not zero (A1)".to_owned()),
            None => Ok(()),
        }
    }

    /// Whether some of a block is noted as free.
    pub(crate) fn overlaps_free(&self, block: NodeRef, size: usize) -> bool {
        let first = block.0 as usize;
        let is_recent = |(class, recent): (usize, &Recent)| {
            let blocks = recent.blocks().iter();
            blocks.copied().any(|at| {
                let at = at as usize;
                at < first + size && first < at + size_of_class(class)
            })
        };
        let mut pairs = first / 2..(first + size) / 2;
        pairs.any(|pair| self.free.is_free(pair..pair + 1))
            || self.recent.iter().enumerate().any(is_recent)
    }
}
