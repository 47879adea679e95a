//! Trees that were made from another by one insert or removal.
//!
//! Such a tree differs from the other on the path of that key only, so two walks down the path find
//! all that differs. What the later version made itself bears its stamp.

use crate::arena::{Arena, EntryRef, NodeRef};

use super::node::{MAX_DEPTH, bit_position, rank};
use super::node::{Slot, head_of, slot_at, slot_of};
use super::part::Part;

/// What one tree has on the path of a key, and another has not.
pub(crate) struct OnlyOnPath {
    /// Branches, from the root down.
    nodes: [u32; MAX_DEPTH],
    count: usize,
    entry: Option<EntryRef>,
}

impl OnlyOnPath {
    pub(crate) const NOTHING: OnlyOnPath =
        OnlyOnPath { nodes: [0; MAX_DEPTH], count: 0, entry: None };
}

/// Finds what the tree under `root` has on the path of this hash, is younger than `floor`, and is
/// not in the tree under `other`. Returns false if that takes a search: among colliding keys, or
/// for an entry of the same hash that may be anywhere below.
#[inline]
pub(crate) fn find_only_on_path<K, V>(
    arena: &Arena<K, V>,
    root: NodeRef,
    (hash, floor): (u32, u32),
    other: NodeRef,
    only: &mut OnlyOnPath,
) -> bool {
    let (mut node, mut other) = (root, Slot::Child(other));
    while other != Slot::Child(node) {
        let level = only.count;
        let bit = bit_position(hash, level);
        let words = arena.words.node(node);
        let head = head_of(words);
        if head.stamp() <= floor {
            return true;
        }
        if head.is_collision() {
            return false;
        }
        let position = rank(head.slot_map, bit);
        if let Slot::Child(other_node) = other {
            let other_words = arena.words.node(other_node);
            let other_head = head_of(other_words);
            if other_head.is_collision() {
                return false;
            }
            // Most often the two differ in one slot, and not in which ones there are.
            let position = if other_head.slot_map == head.slot_map {
                position
            } else {
                rank(other_head.slot_map, bit)
            };
            other = slot_at(other_words, other_head, bit, position);
        }
        only.nodes[level] = node.0;
        only.count += 1;
        match slot_at(words, head, bit, position) {
            Slot::Child(child) => node = child,
            Slot::Empty => return true,
            Slot::Entry(entry) if other == Slot::Entry(entry) => return true,
            Slot::Entry(entry) => {
                // An entry of another hash has only moved: it made way for the key, or came back.
                let found = arena.entries.get(entry);
                let is_of_key = found.hash == hash && found.birth.get() > floor;
                only.entry = is_of_key.then_some(entry);
                return !is_of_key || !matches!(other, Slot::Child(_));
            }
        }
    }
    true
}

impl OnlyOnPath {
    /// Leaves out what `is_held` says, which is asked of branches from the root down, and of the
    /// entry. Who holds a branch holds all below it.
    pub(crate) fn leave_out<K, V>(
        &mut self,
        arena: &Arena<K, V>,
        hash: u32,
        mut is_held: impl FnMut(Part) -> bool,
    ) {
        for level in 0..self.count {
            if is_held(Part::node(arena, NodeRef(self.nodes[level]), hash, level)) {
                (self.count, self.entry) = (level, None);
                return;
            }
        }
        self.entry = self.entry.filter(|&entry| !is_held(Part::entry(arena, entry)));
    }
}

/// Frees what the version of this stamp made by one key of this hash. All of it is on that key's
/// path, above everything older (T6).
#[inline]
pub(crate) fn free_own<K, V>(arena: &mut Arena<K, V>, root: NodeRef, hash: u32, stamp: u32) {
    let mut node = root;
    for level in 0..MAX_DEPTH {
        let words = arena.words.node(node);
        let head = head_of(words);
        if head.stamp() != stamp {
            return;
        }
        if head.is_collision() {
            return free_own_collision(arena, node, stamp);
        }
        let item = slot_of(words, head, bit_position(hash, level));
        arena.words.free_branch(node, head);
        match item {
            Slot::Child(child) => node = child,
            Slot::Entry(entry) if arena.entries.get(entry).birth.get() == stamp => {
                return arena.free_entry(entry);
            }
            Slot::Entry(_) | Slot::Empty => return,
        }
    }
}

/// Frees what [`find_only_on_path`] found.
#[inline]
pub(crate) fn free_only_on_path<K, V>(arena: &mut Arena<K, V>, only: &OnlyOnPath) {
    for &node in &only.nodes[..only.count] {
        let node = NodeRef(node);
        let head = arena.words.head(node);
        arena.words.free_branch(node, head);
    }
    if let Some(entry) = only.entry {
        arena.free_entry(entry);
    }
}

#[cold]
fn free_own_collision<K, V>(arena: &mut Arena<K, V>, node: NodeRef, stamp: u32) {
    let is_own = |&entry: &EntryRef| arena.entries.get(entry).birth.get() == stamp;
    let own = arena.words.collision_entries(node).iter().map(|&word| EntryRef(word)).find(is_own);
    arena.words.free_node(node);
    if let Some(entry) = own {
        arena.free_entry(entry);
    }
}
