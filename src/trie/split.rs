//! Inserting where another key is in the way: splits and collision nodes, as `hamt.c` makes them.

use crate::arena::{EntryRef, NodeRef, block_size};

use super::locate::Path;
use super::node::{COLLISION_HEADER, Slot, bit_position, collision_words};
use super::write::Writer;

impl<K, V> Writer<'_, K, V> {
    /// The node under the last of `path` for two entries whose hashes lead to the same slot.
    #[inline(never)]
    pub(super) fn split(&mut self, path: &Path, old: EntryRef, new: EntryRef) -> NodeRef {
        let old_hash = self.arena.entries.get(old).hash;
        let level = path.depth + 1;
        if old_hash != path.hash {
            return self.chain(path.hash, old_hash, level, Slot::Entry(old), new);
        }
        let collision = self.collision(old_hash, [old, new]);
        if !self.arena.words.head(path.last()).is_array() {
            return collision;
        }
        // C hangs a one-entry Bitmap node under an Array node, and finds the old key in there.
        self.branch(&[(bit_position(old_hash, level), Slot::Child(collision))])
    }

    /// A branch in place of the collision node at the end of `path`, with that and `new` under it.
    #[inline(never)]
    pub(super) fn push_down(&mut self, path: &Path, new: EntryRef) -> NodeRef {
        let node = path.last();
        let hash = self.arena.words.nodes().collision_hash(node);
        self.chain(path.hash, hash, path.depth, Slot::Child(node), new)
    }

    /// Bitmap nodes from `level` down to where the two hashes differ, the last one with both.
    pub(super) fn chain(
        &mut self,
        hash: u32,
        old_hash: u32,
        level: usize,
        old: Slot,
        new: EntryRef,
    ) -> NodeRef {
        let (bit, old_bit) = (bit_position(hash, level), bit_position(old_hash, level));
        if bit == old_bit {
            let below = self.chain(hash, old_hash, level + 1, old, new);
            return self.branch(&[(bit, Slot::Child(below))]);
        }
        self.branch(&[(bit, Slot::Entry(new)), (old_bit, old)])
    }

    /// A new collision node.
    #[inline(never)]
    fn collision(&mut self, hash: u32, entries: [EntryRef; 2]) -> NodeRef {
        let node = self.arena.words.alloc(COLLISION_HEADER + entries.len());
        self.arena.words.set_collision_head(node, self.stamp, hash, entries.len());
        let words = self.arena.words.collision_entries_mut(node, entries.len());
        words.copy_from_slice(&entries.map(|entry| entry.0));
        node
    }

    /// Adds an entry to the collision node at the end of `path`.
    #[inline(never)]
    pub(super) fn append_colliding(&mut self, path: &Path, entry: EntryRef) -> NodeRef {
        let node = path.last();
        let count = self.arena.words.collision_count(node);
        let (size, new_size) = (collision_words(count), collision_words(count + 1));
        let in_place = self.owns_node(node) && block_size(size) == block_size(new_size);
        let target = if in_place {
            node
        } else {
            let target = self.arena.words.alloc(new_size);
            self.arena.words.copy(node.0 as usize, target.0 as usize, size);
            self.discard_node(node, path.depth);
            target
        };
        self.arena.words.set_collision_head(target, self.stamp, path.hash, count + 1);
        self.arena.words.collision_entries_mut(target, count + 1)[count] = entry.0;
        self.set_node(path, path.depth, target)
    }

    /// Puts `new` where `old` is in the collision node at the end of `path`.
    #[inline(never)]
    pub(super) fn replace_colliding(
        &mut self,
        path: &Path,
        old: EntryRef,
        new: EntryRef,
    ) -> NodeRef {
        let node = path.last();
        let count = self.arena.words.collision_count(node);
        let target = if self.owns_node(node) {
            node
        } else {
            let target = self.arena.words.alloc(COLLISION_HEADER + count);
            self.arena.words.copy(node.0 as usize, target.0 as usize, collision_words(count));
            self.arena.words.set_collision_head(target, self.stamp, path.hash, count);
            self.discard_node(node, path.depth);
            target
        };
        let entries = self.arena.words.collision_entries_mut(target, count);
        for word in entries.iter_mut().filter(|word| **word == old.0) {
            *word = new.0;
        }
        self.set_node(path, path.depth, target)
    }
}
