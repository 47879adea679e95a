//! Path copying: the parts that inserting and removing share.
//!
//! A [`Writer`] makes the nodes of one version, all stamped alike. A node of its own stamp was made
//! by the same edit and is seen by nobody else, so it is written in place; any other is copied, and
//! the new address goes into a copy of its parent, up to the root or to the first node of its own.
//!
//! Nothing in here fails: the caller has reserved the words ([`Location::words_to_write`]) and the
//! entry. So a full arena is noticed before the first word is written.

use std::num::NonZeroU32;

use crate::arena::{Arena, Entry, EntryRef, NodeRef, WINDOW, Words, block_size};

use super::bits::{MAX_DEPTH, rank};
use super::locate::{Location, Path, PathEnd};
use super::node::{BITMAP_MAX, COLLISION_HEADER, HEADER, Head, Slot};

/// What an edit no longer reaches but did not make: perhaps other versions hold it.
/// All of it lies on the path of one hash.
#[derive(Default)]
pub(crate) struct Replaced {
    pub(crate) nodes: Vec<(NodeRef, usize)>,
    pub(crate) entry: Option<EntryRef>,
}

impl Replaced {
    /// For an edit to note what it lets go of. What an operation that was ended has left is not
    /// this edit's.
    #[inline]
    pub(crate) fn cleared(&mut self) -> &mut Self {
        self.nodes.clear();
        self.entry = None;
        self
    }
}

/// Writes the nodes and entries of one version.
pub(crate) struct Writer<'a, K, V> {
    pub(crate) arena: &'a mut Arena<K, V>,
    pub(crate) stamp: u32,
    /// Where to note what is let go of; `None` where a live version holds all of it anyway.
    pub(crate) replaced: Option<&'a mut Replaced>,
}

impl<K, V> Writer<'_, K, V> {
    /// Puts `item` into the slot that `path` takes at `level`, and the copies above it into
    /// theirs. The slot exists. Returns the new root.
    #[inline(always)]
    pub(super) fn overwrite(&mut self, path: &Path, level: usize, item: Slot) -> NodeRef {
        let head = self.arena.words.head(path.nodes[level]);
        let (new_head, word) = head.with_slot(path.bit(level), item);
        self.copy_up(path, level, new_head, word)
    }

    /// Copies the nodes of `path` from `level` up to the root: the first one with a new head and
    /// the word in its slot, each further one with the address of the copy below it. Ends early at
    /// a node of the edit's own, which it writes in place.
    #[inline(always)]
    fn copy_up(
        &mut self,
        path: &Path,
        mut level: usize,
        mut new_head: Head,
        mut word: u32,
    ) -> NodeRef {
        loop {
            let node = path.nodes[level];
            let words = &mut self.arena.words;
            let position = rank(new_head.slot_map, path.bit(level));
            if new_head.stamp() == self.stamp {
                words.set_head_and_slot(node, new_head, position, word);
                return path.nodes[0];
            }
            let size = new_head.branch_words();
            let copy = words.alloc(size);
            words.copy(node.0 as usize, copy.0 as usize, size);
            words.set_head_and_slot(copy, new_head.born(self.stamp), position, word);
            if let Some(replaced) = &mut self.replaced {
                replaced.nodes.push((node, level));
            }
            if level == 0 {
                return copy;
            }
            level -= 1;
            word = copy.0;
            new_head = words.head(path.nodes[level]);
        }
    }

    /// Puts `node`, which replaces the node of `path` at `level`, into its parent's slot.
    #[inline]
    pub(super) fn replace(&mut self, path: &Path, level: usize, node: NodeRef) -> NodeRef {
        if level == 0 || node == path.nodes[level] {
            return if level == 0 { node } else { path.nodes[0] };
        }
        let head = self.arena.words.head(path.nodes[level - 1]);
        self.copy_up(path, level - 1, head, node.0)
    }

    /// The last node of `path` with one more slot for an entry. Promotes at the 17th.
    #[inline(never)]
    pub(super) fn widen(&mut self, path: &Path, entry: EntryRef) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let bit = path.bit(level);
        if node.is_none() {
            return self.branch(&[(bit, Slot::Entry(entry))]);
        }
        let head = self.arena.words.head(node);
        if head.stamp() == self.stamp {
            let wider = self.arena.words.widen_own(node, head, bit, entry);
            return self.replace(path, level, wider);
        }
        let count = head.slot_count();
        let position = rank(head.slot_map, bit);
        let (wider, word) = head.with_slot(bit, Slot::Entry(entry));
        let wider = wider.array(head.is_array() || count == BITMAP_MAX).born(self.stamp);
        let words = &mut self.arena.words;
        let (size, at) = (HEADER + count as usize, HEADER + position);
        let target = words.alloc(size + 1);
        let (from, to) = (node.0 as usize, target.0 as usize);
        words.copy(from, to, at);
        words.copy(from + at, to + at + 1, size - at);
        words.set_head_and_slot(target, wider, position, word);
        self.release_branch(node, head, level);
        self.replace(path, level, target)
    }

    /// The last node of `path` without the slot there. Demotes an Array node at 15.
    #[inline(never)]
    pub(super) fn narrow(&mut self, path: &Path) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let bit = path.bit(level);
        let head = self.arena.words.head(node);
        let count = head.slot_count() as usize;
        let position = rank(head.slot_map, bit);
        let (narrower, _) = head.with_slot(bit, Slot::Empty);
        let stays = head.is_array() && count as u32 > BITMAP_MAX;
        let narrower = narrower.array(stays).born(self.stamp);
        let words = &mut self.arena.words;
        let size = HEADER + count;
        let at = HEADER + position;
        let from = node.0 as usize;
        let target = if head.stamp() == self.stamp && block_size(size) == block_size(size - 1) {
            words.copy(from + at + 1, from + at, size - at - 1);
            node
        } else {
            let target = words.alloc(size - 1);
            words.copy(from, target.0 as usize, at);
            words.copy(from + at + 1, target.0 as usize + at, size - at - 1);
            self.release_branch(node, head, level);
            target
        };
        self.arena.words.set_head(target, narrower);
        self.replace(path, level, target)
    }

    /// A new Bitmap node of one or two slots.
    #[inline(never)]
    pub(super) fn branch(&mut self, slots: &[(u32, Slot)]) -> NodeRef {
        let node = self.arena.words.alloc(HEADER + slots.len());
        let mut head = Head::bitmap(self.stamp, 0, 0);
        for &(bit, item) in slots {
            head = head.with_slot(bit, item).0;
        }
        self.arena.words.set_head(node, head);
        for &(bit, item) in slots {
            let word = head.with_slot(bit, item).1;
            self.arena.words.set_slot(node, rank(head.slot_map, bit), word);
        }
        node
    }

    /// A new collision node.
    #[inline(never)]
    pub(super) fn collision(&mut self, hash: u32, entries: [EntryRef; 2]) -> NodeRef {
        let node = self.arena.words.alloc(COLLISION_HEADER + entries.len());
        self.arena.words.set_collision_head(node, self.stamp, hash, entries.len());
        let words = self.arena.words.collision_entries_mut(node, entries.len());
        words.copy_from_slice(&entries.map(|entry| entry.0));
        node
    }

    #[inline(always)]
    pub(super) fn new_entry(&mut self, hash: u32, key: K, value: V) -> EntryRef {
        let birth = NonZeroU32::new(self.stamp).expect("stamps start at 1");
        self.arena.entries.alloc(Entry { birth, hash, key, value })
    }

    #[inline]
    pub(super) fn owns_entry(&self, entry: EntryRef) -> bool {
        self.arena.entries.get(entry).birth.get() == self.stamp
    }

    #[inline]
    pub(super) fn owns_node(&self, node: NodeRef) -> bool {
        self.arena.words.head(node).stamp() == self.stamp
    }

    /// This version no longer reaches a branch with this head, which stood at `level`.
    #[inline]
    pub(super) fn release_branch(&mut self, node: NodeRef, head: Head, level: usize) {
        if head.stamp() == self.stamp {
            self.arena.words.free_branch(node, head);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.nodes.push((node, level));
        }
    }

    /// This version no longer reaches `node`, which stood at `level`.
    #[inline]
    pub(super) fn release_node(&mut self, node: NodeRef, level: usize) {
        if self.owns_node(node) {
            self.arena.words.free_node(node);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.nodes.push((node, level));
        }
    }

    /// This version no longer reaches `entry`.
    #[inline]
    pub(super) fn release_entry(&mut self, entry: EntryRef) {
        if self.owns_entry(entry) {
            self.arena.free_entry(entry);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.entry = Some(entry);
        }
    }
}

/// Words of the nodes that a split can add under the last node of a path: one Bitmap node of two
/// slots a level, and a collision node.
pub(super) const SPLIT_WORDS: usize = MAX_DEPTH * (HEADER + 3);

impl Location {
    /// Words that an insert here takes at most: quick to say, and generous.
    #[inline]
    pub(crate) fn words_to_write(&self, words: &Words) -> usize {
        let last = match self.end {
            PathEnd::Collision => {
                block_size(COLLISION_HEADER + 1 + words.collision_count(self.path.last()))
            }
            _ => WINDOW,
        };
        self.path.depth * WINDOW + last + SPLIT_WORDS
    }

    /// The same to the word, but for nodes of the edit's own, which it counts as if copied.
    pub(crate) fn exact_words_to_write(&self, words: &Words) -> usize {
        let path = &self.path.nodes[..=self.path.depth];
        let sizes = path.iter().map(|&node| match words.head(node) {
            head if node.is_none() || !head.is_collision() => block_size(head.branch_words() + 1),
            _ => block_size(COLLISION_HEADER + 1 + words.collision_count(node)),
        });
        let split = if self.end == PathEnd::Empty { 0 } else { SPLIT_WORDS };
        sizes.sum::<usize>() + split
    }
}
