//! Removing, as `hamt.c` does it: a singleton is inlined, through every node that held only it.

use crate::arena::{Arena, EntryRef, NodeRef, Words, block_size};

use super::locate::{Location, Path, PathEnd};
use super::lockstep::extend;
use super::node::{HEADER, Slot, collision_words, rank};
use super::part::Part;
use super::write::Writer;

impl<K, V> Writer<'_, K, V> {
    /// Removes the candidate of ordinal `matched` at `location`. Returns the new root.
    #[inline]
    pub(crate) fn remove(&mut self, location: &Location, matched: usize) -> NodeRef {
        let path = &location.path;
        let (root, removed) = match location.end {
            PathEnd::Entry(entry) => (self.remove_slot(path), entry),
            PathEnd::Collision => {
                let entry = EntryRef(self.arena.words.collision_entries(path.last())[matched]);
                (self.remove_colliding(path, matched), entry)
            }
            PathEnd::Empty | PathEnd::OtherCollision => {
                unreachable!("no candidate stands at {:?}", location.end)
            }
        };
        self.discard_entry(removed);
        root
    }

    /// Removes the entry in the slot that `path` takes in its last node.
    #[inline]
    fn remove_slot(&mut self, path: &Path) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let head = self.arena.words.head(node);
        let rest = head.slot_map & !path.bit(level);
        if rest == 0 {
            debug_assert!(level == 0, "T4: only the root has a single entry");
            self.discard_branch(node, head, level);
            return NodeRef::NONE;
        }
        if level > 0
            && rest.is_power_of_two()
            && let Slot::Entry(lone) = self.arena.words.slot(node, head, rest)
        {
            self.discard_branch(node, head, level);
            return self.inline_singleton(path, level - 1, lone);
        }
        self.shrink_branch(path)
    }

    /// The last node of `path` without the slot there. An Array node becomes a Bitmap node at 15.
    #[inline(never)]
    fn shrink_branch(&mut self, path: &Path) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let bit = path.bit(level);
        let head = self.arena.words.head(node);
        let words = &mut self.arena.words;
        let size = head.branch_words();
        let at = HEADER + path.position(level);
        let from = node.0 as usize;
        let target = if head.stamp() == self.stamp && block_size(size) == block_size(size - 1) {
            words.copy(from + at + 1, from + at, size - at - 1);
            node
        } else {
            let target = words.alloc(size - 1);
            words.copy(from, target.0 as usize, at);
            words.copy(from + at + 1, target.0 as usize + at, size - at - 1);
            self.discard_branch(node, head, level);
            target
        };
        self.arena.words.set_head(target, head.shrunk(bit, self.stamp));
        self.set_node(path, level, target)
    }

    /// Removes one key from the collision node at the end of `path`.
    #[inline(never)]
    fn remove_colliding(&mut self, path: &Path, ordinal: usize) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let count = self.arena.words.collision_count(node);
        if count == 2 {
            let lone = EntryRef(self.arena.words.collision_entries(node)[1 - ordinal]);
            self.discard_node(node, level);
            return self.inline_singleton(path, level - 1, lone);
        }
        // Copied even if it is the edit's own: such removals are rare, and the copy gives a large
        // block back.
        let words = &mut self.arena.words;
        let target = words.alloc(collision_words(count - 1));
        let (from, to) = (node.0 as usize, target.0 as usize);
        let at = collision_words(ordinal);
        words.copy(from, to, at);
        words.copy(from + at + 1, to + at, collision_words(count) - at - 1);
        words.set_collision_head(target, self.stamp, path.hash, count - 1);
        self.discard_node(node, level);
        self.set_node(path, level, target)
    }

    /// Puts `lone`, all that is left of the subtree there, into the slot of `path` at `level`, or
    /// higher up if the node at `level` would hold nothing else.
    fn inline_singleton(&mut self, path: &Path, mut level: usize, lone: EntryRef) -> NodeRef {
        while level > 0 && self.arena.words.head(path.nodes[level]).slot_count() == 1 {
            self.discard_node(path.nodes[level], level);
            level -= 1;
        }
        self.set_slot(path, level, Slot::Entry(lone))
    }
}

/// Frees a tree that shares nothing. `run` is the first row of its entries, if they are a run.
pub(crate) fn free_tree<K, V>(arena: &mut Arena<K, V>, root: NodeRef, run: Option<u32>, len: u32) {
    let can_keep_all = arena.expect_dead(len as usize);
    // A tree that was built at once, and is the last thing in the arena, is cut off as a whole.
    if let Some(first) = run
        && can_keep_all
        && (first + len) as usize == arena.entries.row_count()
        && words_above(&arena.words, root, root) == Some(arena.words.top() - root.0 as usize)
    {
        arena.words.cut_back_to(root);
        arena.free_entries_from(first);
    } else {
        free_nodes(arena, root);
    }
}

/// The words of all nodes under `node`, if none lies below `lowest`.
fn words_above(words: &Words, node: NodeRef, lowest: NodeRef) -> Option<usize> {
    if node.0 < lowest.0 {
        return None;
    }
    let head = words.head(node);
    let mut total = block_size(words.node_words(node, head));
    let mut children = head.slot_map & !head.data_map;
    while children != 0 {
        let bit = children & children.wrapping_neg();
        children ^= bit;
        let child = words.word(node.0 + (HEADER + rank(head.slot_map, bit)) as u32);
        total += words_above(words, NodeRef(child), lowest)?;
    }
    Some(total)
}

/// Frees nodes and entries one by one, last entry first: its first row is the next to be used.
fn free_nodes<K, V>(arena: &mut Arena<K, V>, node: NodeRef) {
    let head = arena.words.head(node);
    if head.is_collision() {
        for position in (0..arena.words.collision_count(node)).rev() {
            let word = arena.words.collision_entries(node)[position];
            arena.free_entry(EntryRef(word));
        }
        return arena.words.free_node(node);
    }
    let mut bits = head.slot_map;
    let mut at = node.0 + (HEADER as u32) + head.slot_count();
    while bits != 0 {
        at -= 1;
        let bit = 1 << bits.ilog2();
        bits ^= bit;
        let word = arena.words.word(at);
        if head.data_map & bit != 0 {
            arena.free_entry(EntryRef(word));
        } else {
            free_nodes(arena, NodeRef(word));
        }
    }
    arena.words.free_branch(node, head);
}

/// Frees a tree node by node, except for what `is_held` accepts and all under it. For a release
/// that is refused the memory for a list: everything that dies, and everything that hangs on it, is
/// looked up by itself. `prefix` has the hash bits that lead to the node, at `level`.
#[cold]
pub(crate) fn free_unheld<K, V>(
    arena: &mut Arena<K, V>,
    node: NodeRef,
    (prefix, level): (u32, usize),
    is_held: &impl Fn(&Arena<K, V>, Part) -> bool,
) {
    if is_held(arena, Part::node(arena, node, prefix, level)) {
        return;
    }
    let free_entry = |arena: &mut Arena<K, V>, word: u32| {
        let entry = EntryRef(word);
        if !is_held(arena, Part::entry(arena, entry)) {
            arena.free_entry(entry);
        }
    };
    let head = arena.words.head(node);
    if head.is_collision() {
        for position in (0..arena.words.collision_count(node)).rev() {
            let word = arena.words.collision_entries(node)[position];
            free_entry(arena, word);
        }
    }
    let mut bits = head.slot_map;
    while bits != 0 {
        let bit = 1 << bits.ilog2();
        bits ^= bit;
        match arena.words.slot(node, head, bit) {
            Slot::Entry(entry) => free_entry(arena, entry.0),
            Slot::Child(child) => {
                let below = (extend(prefix, bit, level), level + 1);
                free_unheld(arena, child, below, is_held);
            }
            Slot::Empty => unreachable!("the bit is one of the map's"),
        }
    }
    arena.words.free_node(node);
}
