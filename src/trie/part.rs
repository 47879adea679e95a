//! A part of one tree, and whether another tree holds it too.

use crate::arena::{Arena, EntryRef, NodeRef};

use super::locate::{PathEnd, locate};

/// A node or entry of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    item: Item,
    /// Bits of the hashes that lead there.
    hash: u32,
    /// The stamp of the version that made it.
    pub(crate) birth: u32,
}

#[derive(Clone, Copy)]
enum Item {
    Branch { node: NodeRef, level: usize },
    Collision { node: NodeRef, level: usize },
    Entry(EntryRef),
}

impl Part {
    /// A node at `level`, to which the hash bits of `prefix` lead.
    pub(crate) fn node<K, V>(
        arena: &Arena<K, V>,
        node: NodeRef,
        prefix: u32,
        level: usize,
    ) -> Self {
        let head = arena.words.head(node);
        if head.is_collision() {
            // It may be at another level in another tree, so it is looked up by its whole hash.
            let hash = arena.words.collision_hash(node);
            return Part { item: Item::Collision { node, level }, hash, birth: head.stamp() };
        }
        Part { item: Item::Branch { node, level }, hash: prefix, birth: head.stamp() }
    }

    /// An entry.
    pub(crate) fn entry<K, V>(arena: &Arena<K, V>, entry: EntryRef) -> Self {
        let found = arena.entries.get(entry);
        Part { item: Item::Entry(entry), hash: found.hash, birth: found.birth.get() }
    }

    /// `None` if the tree under `root` holds this part too; else the birth of the node that it has
    /// in the same place, or of the last node on the way there; `u32::MAX` if it is empty.
    pub(crate) fn birth_of_other<K, V>(self, arena: &Arena<K, V>, root: NodeRef) -> Option<u32> {
        let words = &arena.words;
        if root.is_none() {
            return Some(u32::MAX);
        }
        let location = locate(words, root, self.hash);
        let depth = location.path.depth;
        let path = &location.path.nodes[..=depth];
        let last = location.path.last();
        let (is_held, level) = match self.item {
            Item::Collision { node, level } => (last == node, level.max(depth)),
            Item::Branch { node, level } => (path.get(level) == Some(&node), level),
            Item::Entry(entry) => {
                let is_held = match location.end {
                    PathEnd::Entry(found) => found == entry,
                    PathEnd::Collision => words.collision_entries(last).contains(&entry.0),
                    PathEnd::Empty | PathEnd::OtherCollision => false,
                };
                (is_held, depth)
            }
        };
        let other = path.get(level).copied().unwrap_or(last);
        (!is_held).then(|| words.head(other).stamp())
    }
}
