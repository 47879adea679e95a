//! Inserting where every node on the path is the edit's own: one walk down, and no path to keep.
//!
//! Most inserts of an edit are such, once its first few have copied the nodes on their paths. At
//! most the parent of the last node changes too, and it is written in place.

use crate::arena::{Arena, BRANCH_WORDS, EntryRef, NodeRef};

use super::locate::hash_first;
use super::node::{HEADER, Slot, bit_position, head_of, rank};
use super::write::{SPLIT_WORDS, Writer};

/// Words that [`Writer::insert_in_place`] takes at most.
const IN_PLACE_WORDS: usize = BRANCH_WORDS + SPLIT_WORDS;

/// The result of an insert in place.
pub(crate) enum InPlace<K, V> {
    /// The root, and whether the key is new.
    Done(NodeRef, bool),
    /// A node on the path is not the edit's own, or hashes collide, or there is no room yet.
    /// Nothing has changed.
    NotHere(K, V),
}

/// The slot of the walk's parent node.
#[derive(Clone, Copy)]
struct Above {
    node: NodeRef,
    position: usize,
}

impl<K, V> Writer<'_, K, V> {
    /// Inserts where all nodes on the path bear this writer's stamp. Room is checked in here,
    /// because the key is compared in here, and no user code may run between that check and the
    /// write. What it overwrites goes to `take_old`; there is room for it in the list of the dead.
    #[inline]
    pub(crate) fn insert_in_place(
        &mut self,
        root: NodeRef,
        hash: u32,
        key: K,
        value: V,
        is_key: impl FnOnce(&K, &K) -> bool,
        take_old: impl FnOnce(&mut Arena<K, V>, (K, V)),
    ) -> InPlace<K, V> {
        let mut above = Above { node: NodeRef::NONE, position: 0 };
        let mut node = root;
        let mut level = 0;
        loop {
            let words = self.arena.words.node(node);
            let head = head_of(words);
            if head.stamp() != self.stamp || head.is_collision() {
                return InPlace::NotHere(key, value);
            }
            let bit = bit_position(hash, level);
            let position = rank(head.slot_map, bit);
            if head.slot_map & bit == 0 {
                if !self.has_room_in_place() {
                    return InPlace::NotHere(key, value);
                }
                let entry = self.new_entry(hash, key, value);
                let grown = self.arena.words.grow_branch(node, head, bit, entry, self.stamp);
                if grown != node {
                    self.arena.words.free_branch(node, head);
                }
                let root = self.moved(root, node, grown, above);
                return InPlace::Done(root, true);
            }
            let word = words.word(HEADER + position);
            if head.data_map & bit == 0 {
                above = Above { node, position };
                node = NodeRef(word);
                level += 1;
                continue;
            }
            let old = EntryRef(word);
            let stored = self.arena.entries.get(old);
            if (!hash_first::<K>() || stored.hash == hash) && is_key(&stored.key, &key) {
                if !self.has_room_in_place() {
                    return InPlace::NotHere(key, value);
                }
                let (is_own, hash) = (stored.birth.get() == self.stamp, stored.hash);
                if is_own && self.arena.can_drop_later() {
                    let pair = self.overwrite_entry(old, key, value);
                    take_old(self.arena, pair);
                } else {
                    let entry = self.new_entry(hash, key, value);
                    self.arena.words.set_slot(node, position, entry.0);
                    self.discard(old, is_own);
                }
                return InPlace::Done(root, false);
            }
            let old_hash = stored.hash;
            if old_hash == hash || !self.has_room_in_place() {
                return InPlace::NotHere(key, value);
            }
            let entry = self.new_entry(hash, key, value);
            let child = self.chain(hash, old_hash, level + 1, Slot::Entry(old), entry);
            let (head, word) = head.with_slot(bit, Slot::Child(child));
            self.arena.words.set_head_and_slot(node, head, position, word);
            return InPlace::Done(root, true);
        }
    }

    /// Whether there is room for all that an insert in place can take.
    #[inline(always)]
    fn has_room_in_place(&self) -> bool {
        self.arena.entries.has_room(1) && self.arena.words.has_room(IN_PLACE_WORDS)
    }

    /// The root after `node` has moved to `grown`.
    #[inline]
    fn moved(&mut self, root: NodeRef, node: NodeRef, grown: NodeRef, above: Above) -> NodeRef {
        if node == grown {
            return root;
        }
        if above.node.is_none() {
            return grown;
        }
        self.arena.words.set_slot(above.node, above.position, grown.0);
        root
    }
}
