//! A part of one tree, and whether another tree holds it too.

use crate::arena::{Arena, EntryRef, NodeRef, Nodes};

use super::locate::{PathEnd, locate};
use super::node::{Slot, bit_position};

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
    Collision(NodeRef),
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
            let hash = arena.words.nodes().collision_hash(node);
            return Part { item: Item::Collision(node), hash, birth: head.stamp() };
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
        let nodes = arena.words.nodes();
        if root.is_none() {
            return Some(u32::MAX);
        }
        let (is_held, other) = match self.item {
            Item::Branch { node, level } => {
                let other = node_towards(nodes, root, self.hash, level);
                (other == node, other)
            }
            Item::Collision(node) => {
                let last = locate(nodes, root, self.hash).path.last();
                (last == node, last)
            }
            Item::Entry(entry) => {
                let location = locate(nodes, root, self.hash);
                let last = location.path.last();
                let is_held = match location.end {
                    PathEnd::Entry(found) => found == entry,
                    PathEnd::Collision => nodes.collision_entries(last).contains(&entry.0),
                    PathEnd::Empty | PathEnd::OtherCollision => false,
                };
                (is_held, last)
            }
        };
        (!is_held).then(|| nodes.head(other).stamp())
    }
}

/// The node at `level` on the path of `hash`, or the last one on the way there.
fn node_towards(nodes: Nodes<'_>, root: NodeRef, hash: u32, level: usize) -> NodeRef {
    let mut node = root;
    for above in 0..level {
        match nodes.slot(node, nodes.head(node), bit_position(hash, above)) {
            Slot::Child(child) => node = child,
            Slot::Entry(_) | Slot::Empty => break,
        }
    }
    node
}
