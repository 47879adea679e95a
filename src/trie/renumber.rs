//! Renumbering the stamps of nodes and entries where they are.
//!
//! Why ranks may replace stamps is argued in DESIGN.md, "Compaction".

use bitvec::slice::BitSlice;

use crate::arena::{Arena, EntryRef, NodeRef};

use super::node::Slot;
use super::relocate::renumbered;

/// Renumbers trees.
pub(crate) struct Renumbering<'a, K, V> {
    pub(crate) arena: &'a mut Arena<K, V>,
    /// A bit for every word: whether the node there is renumbered.
    pub(crate) nodes: &'a mut BitSlice,
    /// A bit for every row.
    pub(crate) entries: &'a mut BitSlice,
    /// The stamps in use, ascending.
    pub(crate) stamps: &'a [u32],
}

impl<K, V> Renumbering<'_, K, V> {
    /// Renumbers the tree under a node, but for what has been done already.
    pub(crate) fn tree(&mut self, node: NodeRef) {
        if node.is_none() || self.nodes.replace(node.0 as usize, true) {
            return;
        }
        let head = self.arena.words.head(node);
        let stamp = renumbered(self.stamps, head.stamp());
        self.arena.words.set_first(node, head.born(stamp).first_word());
        let count = if head.is_collision() { self.arena.words.collision_count(node) } else { 0 };
        for position in 0..count {
            let entry = self.arena.words.collision_entries(node)[position];
            self.entry(entry);
        }
        let mut bits = head.slot_map;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            match self.arena.words.slot(node, head, bit) {
                Slot::Entry(entry) => self.entry(entry.0),
                Slot::Child(child) => self.tree(child),
                Slot::Empty => unreachable!("the bit is one of the maps'"),
            }
        }
    }

    fn entry(&mut self, entry: u32) {
        if !self.entries.replace(entry as usize, true) {
            let birth = self.arena.entries.rows().birth(EntryRef(entry));
            birth.set(renumbered(self.stamps, birth.get()));
        }
    }
}
