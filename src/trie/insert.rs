//! Inserting, as `hamt.c` does it: split where two keys meet, push collision nodes down.

use crate::arena::{EntryRef, NodeRef, block_size};

use super::bits::bit_position;
use super::locate::{Location, Path, PathEnd};
use super::node::{COLLISION_HEADER, Slot, collision_words};
use super::write::Writer;

impl<K, V> Writer<'_, K, V> {
    /// Puts a key and value at `location`: in place of the candidate of ordinal `matched`, or as a new
    /// entry. Returns the new root.
    #[inline(always)]
    pub(crate) fn insert(
        &mut self,
        location: &Location,
        matched: Option<usize>,
        key: K,
        value: V,
    ) -> NodeRef {
        let path = &location.path;
        match (location.end, matched) {
            (PathEnd::Empty, _) => {
                let entry = self.new_entry(path.hash, key, value);
                self.widen(path, entry)
            }
            (PathEnd::Entry(old), Some(_)) => self.replace_entry(location, old, key, value),
            (PathEnd::Entry(old), None) => {
                let entry = self.new_entry(path.hash, key, value);
                let child = self.split(path, old, entry);
                self.overwrite(path, path.depth, Slot::Child(child))
            }
            (PathEnd::Collision, Some(ordinal)) => {
                let old = self.arena.words.collision_entries(path.last())[ordinal];
                self.replace_entry(location, EntryRef(old), key, value)
            }
            (PathEnd::Collision, None) => {
                let entry = self.new_entry(path.hash, key, value);
                self.append(path, entry)
            }
            (PathEnd::OtherCollision, _) => {
                let entry = self.new_entry(path.hash, key, value);
                let child = self.push_down(path, entry);
                self.overwrite(path, path.depth - 1, Slot::Child(child))
            }
        }
    }

    /// Replaces the entry `old`: in place if it is this edit's own.
    #[inline]
    fn replace_entry(&mut self, location: &Location, old: EntryRef, key: K, value: V) -> NodeRef {
        let path = &location.path;
        if self.owns_entry(old) {
            self.overwrite_entry(old, key, value);
            return path.nodes[0];
        }
        let entry = self.new_entry(path.hash, key, value);
        let root = if location.end == PathEnd::Collision {
            self.replace_colliding(path, old, entry)
        } else {
            self.overwrite(path, path.depth, Slot::Entry(entry))
        };
        self.release_entry(old);
        root
    }

    /// Puts a key and value into an entry of the edit's own.
    #[inline]
    pub(super) fn overwrite_entry(&mut self, own: EntryRef, key: K, value: V) {
        let entry = self.arena.entries.get_mut(own);
        let key = std::mem::replace(&mut entry.key, key);
        let value = std::mem::replace(&mut entry.value, value);
        self.arena.push_dead((key, value));
    }

    /// The node under the last of `path` for two keys that met in one of its slots.
    #[inline(never)]
    fn split(&mut self, path: &Path, old: EntryRef, new: EntryRef) -> NodeRef {
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

    /// The collision node at the end of `path` gives way to a branch that holds it and `new`.
    #[inline(never)]
    fn push_down(&mut self, path: &Path, new: EntryRef) -> NodeRef {
        let node = path.last();
        let hash = self.arena.words.collision_hash(node);
        self.chain(path.hash, hash, path.depth, Slot::Child(node), new)
    }

    /// Bitmap nodes from `level` down to where the two hashes part, the last one holding both.
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

    /// One more key of the hash of the collision node at the end of `path`.
    #[inline(never)]
    fn append(&mut self, path: &Path, entry: EntryRef) -> NodeRef {
        let node = path.last();
        let count = self.arena.words.collision_count(node);
        let (size, new_size) = (collision_words(count), collision_words(count + 1));
        let in_place = self.owns_node(node) && block_size(size) == block_size(new_size);
        let target = if in_place {
            node
        } else {
            let target = self.arena.words.alloc(new_size);
            self.arena.words.copy(node.0 as usize, target.0 as usize, size);
            self.release_node(node, path.depth);
            target
        };
        self.arena.words.set_collision_head(target, self.stamp, path.hash, count + 1);
        self.arena.words.collision_entries_mut(target, count + 1)[count] = entry.0;
        self.replace(path, path.depth, target)
    }

    /// The collision node at the end of `path` with `new` where `old` was.
    #[inline(never)]
    fn replace_colliding(&mut self, path: &Path, old: EntryRef, new: EntryRef) -> NodeRef {
        let node = path.last();
        let count = self.arena.words.collision_count(node);
        let target = if self.owns_node(node) {
            node
        } else {
            let target = self.arena.words.alloc(COLLISION_HEADER + count);
            self.arena.words.copy(node.0 as usize, target.0 as usize, collision_words(count));
            self.arena.words.set_collision_head(target, self.stamp, path.hash, count);
            self.release_node(node, path.depth);
            target
        };
        let entries = self.arena.words.collision_entries_mut(target, count);
        for word in entries.iter_mut().filter(|word| **word == old.0) {
            *word = new.0;
        }
        self.replace(path, path.depth, target)
    }
}
