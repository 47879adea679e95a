//! The moving half of compaction: copies live trees into a fresh arena, nodes depth first and
//! entries in iteration order. Everything else stays behind.
//!
//! A node that several versions share moves once. Its old block keeps the new address (in
//! `data_map`), and a mark bit says so. The new addresses of entries are in a forwarding table.

use bitvec::slice::BitSlice;

use crate::arena::{Arena, EntryRef, NodeRef};

use super::node::{Head, Slot, rank};

/// No entry has moved there.
pub(crate) const NOT_MOVED: u32 = u32::MAX;

/// The rank of the first of these stamps in use that is not below `old`: its new number.
#[inline]
pub(crate) fn renumbered(stamps: &[u32], old: u32) -> u32 {
    stamps.partition_point(|&stamp| stamp < old) as u32 + 1
}

/// Moves trees from one arena to another, which has room for all of them.
pub(crate) struct Relocation<'a, K, V> {
    pub(crate) from: &'a mut Arena<K, V>,
    pub(crate) to: &'a mut Arena<K, V>,
    /// A bit for every word of `from`: whether the node there has moved.
    pub(crate) moved: &'a mut BitSlice,
    /// For every row of `from` the new one, or [`NOT_MOVED`].
    pub(crate) forward: &'a mut [u32],
    /// The stamps in use, ascending, to be renumbered: a stamp becomes the rank of the first that
    /// is not below it.
    pub(crate) renumber: Option<&'a [u32]>,
}

impl<K, V> Relocation<'_, K, V> {
    /// The stamp that replaces `old`. Stamps in use keep their order.
    #[inline]
    pub(crate) fn renumbered(&self, old: u32) -> u32 {
        self.renumber.map_or(old, |stamps| renumbered(stamps, old))
    }

    /// Moves the tree under `old`, unless it has moved already. Returns its new root.
    pub(crate) fn tree(&mut self, old: NodeRef) -> NodeRef {
        if old.is_none() {
            return old;
        }
        let head = self.from.words.head(old);
        if self.moved[old.0 as usize] {
            return NodeRef(head.data_map);
        }
        self.moved.set(old.0 as usize, true);
        let size = self.from.words.node_words(old, head);
        let new = self.to.words.alloc(size);
        self.to.words.block_mut(new, size).copy_from_slice(self.from.words.block(old, size));
        self.to.words.set_head(new, head.born(self.renumbered(head.stamp())));
        self.from.words.set_head(old, Head::new(0, 0, new.0));
        if head.is_collision() {
            self.collision_entries(new);
        } else {
            self.slots(new, head);
        }
        new
    }

    fn collision_entries(&mut self, new: NodeRef) {
        let count = self.to.words.collision_count(new);
        for position in 0..count {
            let old = EntryRef(self.to.words.collision_entries(new)[position]);
            let moved = self.entry(old);
            self.to.words.collision_entries_mut(new, count)[position] = moved.0;
        }
    }

    fn slots(&mut self, new: NodeRef, head: Head) {
        let mut bits = head.slot_map;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let word = match self.to.words.slot(new, head, bit) {
                Slot::Entry(entry) => self.entry(entry).0,
                Slot::Child(child) => self.tree(child).0,
                Slot::Empty => unreachable!("the bit is one of the maps'"),
            };
            self.to.words.set_slot(new, rank(head.slot_map, bit), word);
        }
    }

    fn entry(&mut self, old: EntryRef) -> EntryRef {
        let forward = self.forward[old.0 as usize];
        if forward != NOT_MOVED {
            return EntryRef(forward);
        }
        let entry = self.from.entries.move_out(old);
        entry.birth.set(self.renumbered(entry.birth.get()));
        let new = self.to.entries.push(entry);
        self.forward[old.0 as usize] = new.0;
        new
    }
}
