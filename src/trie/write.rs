//! Path copying: how a version is written.
//!
//! A [`Writer`] makes the nodes of one version, which all bear its stamp. It copies each node of
//! the path, from the changed one up to the root: the copy of a child has another address, which
//! goes into a copy of its parent. A node of the writer's own stamp was made by the same edit, and
//! no other version can see it, so it is written in place, and the copying ends there.
//!
//! Nothing in here fails. The caller has reserved the words ([`Location::words_to_write`]) and the
//! row of the entry, so a full arena is noticed before the first word is written.

use crate::arena::{
    Arena, BRANCH_WORDS, Birth, Entry, EntryRef, NodeRef, TryPush, Words, block_size,
};

use super::locate::{Location, Path, PathEnd};
use super::node::{COLLISION_HEADER, HEADER, Head, MAX_DEPTH, Slot, rank};

/// Writes the nodes and entries of one version.
pub(crate) struct Writer<'a, K, V> {
    pub(crate) arena: &'a mut Arena<K, V>,
    pub(crate) stamp: u32,
    /// Where to note what is replaced; `None` where a live version holds all of it anyway.
    pub(crate) replaced: Option<&'a mut Replaced>,
}

/// What an edit no longer reaches but did not make, so that other versions may hold it. All of it
/// is on the path of one hash.
#[derive(Clone, Copy)]
pub(crate) struct Replaced {
    nodes: [(NodeRef, usize); MAX_DEPTH],
    count: usize,
    pub(crate) entry: Option<EntryRef>,
}

impl Replaced {
    pub(crate) const NOTHING: Replaced =
        Replaced { nodes: [(NodeRef::NONE, 0); MAX_DEPTH], count: 0, entry: None };

    /// Empty, for the next update: one that panicked may have left something.
    #[inline]
    pub(crate) fn cleared(&mut self) -> &mut Self {
        self.count = 0;
        self.entry = None;
        self
    }

    /// The nodes, each with its level.
    pub(crate) fn nodes(&self) -> &[(NodeRef, usize)] {
        &self.nodes[..self.count]
    }

    /// Notes a node of the path.
    #[inline]
    pub(crate) fn push(&mut self, node: NodeRef, level: usize) {
        self.nodes[self.count] = (node, level);
        self.count += 1;
    }
}

/// Scratch of a release: what is to be freed.
#[derive(Default)]
pub(crate) struct ToFree {
    pub(crate) nodes: Vec<NodeRef>,
    pub(crate) entries: Vec<EntryRef>,
    /// The allocator refused longer lists, so something is missing.
    is_incomplete: bool,
}

impl ToFree {
    #[inline]
    pub(crate) fn push_node(&mut self, node: NodeRef) {
        if self.nodes.try_push(node).is_err() {
            self.is_incomplete = true;
        }
    }

    #[inline]
    pub(crate) fn push_entry(&mut self, entry: EntryRef) {
        if self.entries.try_push(entry).is_err() {
            self.is_incomplete = true;
        }
    }

    /// Whether everything has been collected. If not, forgets the rest.
    pub(crate) fn is_complete(&mut self) -> bool {
        let is_complete = !std::mem::take(&mut self.is_incomplete);
        if !is_complete {
            self.nodes.clear();
            self.entries.clear();
        }
        is_complete
    }

    /// Gives large scratch back: one release of a large map should not cost memory for ever.
    pub(crate) fn shrink(&mut self) {
        const KEPT: usize = 1 << 10;
        if self.nodes.capacity().max(self.entries.capacity()) > KEPT {
            *self = ToFree::default();
        }
    }
}

impl<K, V> Writer<'_, K, V> {
    /// Puts a key and value at `location`: over the candidate of ordinal `matched`, or as a new
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
                self.grow_branch(path, entry)
            }
            (PathEnd::Entry(old), Some(_)) => self.replace_entry(location, old, key, value),
            (PathEnd::Entry(old), None) => {
                let entry = self.new_entry(path.hash, key, value);
                let child = self.split(path, old, entry);
                self.set_slot(path, path.depth, Slot::Child(child))
            }
            (PathEnd::Collision, Some(ordinal)) => {
                let old = self.arena.words.collision_entries(path.last())[ordinal];
                self.replace_entry(location, EntryRef(old), key, value)
            }
            (PathEnd::Collision, None) => {
                let entry = self.new_entry(path.hash, key, value);
                self.append_colliding(path, entry)
            }
            (PathEnd::OtherCollision, _) => {
                let entry = self.new_entry(path.hash, key, value);
                let child = self.push_down(path, entry);
                self.set_slot(path, path.depth - 1, Slot::Child(child))
            }
        }
    }

    #[inline(always)]
    pub(super) fn new_entry(&mut self, hash: u32, key: K, value: V) -> EntryRef {
        let birth = Birth::of(self.stamp);
        self.arena.entries.alloc(Entry { birth, hash, key, value })
    }

    /// Replaces the entry `old`: in place if it is this edit's own.
    #[inline]
    fn replace_entry(&mut self, location: &Location, old: EntryRef, key: K, value: V) -> NodeRef {
        let path = &location.path;
        let is_own = self.owns_entry(old);
        if is_own && self.arena.can_drop_later() {
            let old = self.overwrite_entry(old, key, value);
            self.arena.drop_later(old);
            return path.nodes[0];
        }
        let entry = self.new_entry(path.hash, key, value);
        let root = if location.end == PathEnd::Collision {
            self.replace_colliding(path, old, entry)
        } else {
            self.set_slot(path, path.depth, Slot::Entry(entry))
        };
        self.discard(old, is_own);
        root
    }

    /// Puts a key and value into an entry of the edit's own, and returns those that it replaces.
    #[inline]
    pub(super) fn overwrite_entry(&mut self, own: EntryRef, key: K, value: V) -> (K, V) {
        let entry = self.arena.entries.get_mut(own);
        let key = std::mem::replace(&mut entry.key, key);
        let value = std::mem::replace(&mut entry.value, value);
        (key, value)
    }

    /// The last node of `path` with one more slot, for an entry. The 17th makes it an Array node.
    #[inline(never)]
    fn grow_branch(&mut self, path: &Path, entry: EntryRef) -> NodeRef {
        let (node, level) = (path.last(), path.depth);
        let bit = path.bit(level);
        if node.is_none() {
            return self.branch(&[(bit, Slot::Entry(entry))]);
        }
        let head = self.arena.words.head(node);
        let grown = self.arena.words.grow_branch(node, head, bit, entry, self.stamp);
        if grown != node {
            self.discard_branch(node, head, level);
        }
        self.set_node(path, level, grown)
    }

    /// Puts `slot` where `path` leads at `level`, in a slot that exists. Returns the new root.
    #[inline(always)]
    pub(super) fn set_slot(&mut self, path: &Path, level: usize, slot: Slot) -> NodeRef {
        let head = self.arena.words.head(path.nodes[level]);
        let (new_head, word) = head.with_slot(path.bit(level), slot);
        self.copy_path(path, level, new_head, word)
    }

    /// Puts `node` in place of the node of `path` at `level`. Returns the new root.
    #[inline]
    pub(super) fn set_node(&mut self, path: &Path, level: usize, node: NodeRef) -> NodeRef {
        if level == 0 || node == path.nodes[level] {
            return if level == 0 { node } else { path.nodes[0] };
        }
        let head = self.arena.words.head(path.nodes[level - 1]);
        self.copy_path(path, level - 1, head, node.0)
    }

    /// Copies the nodes of `path` from `level` up to the root: the first one with a new head and
    /// `word` in its slot, each further one with the address of the copy below it. Ends early at a
    /// node of the edit's own, which it writes in place.
    #[inline(always)]
    fn copy_path(
        &mut self,
        path: &Path,
        mut level: usize,
        mut new_head: Head,
        mut word: u32,
    ) -> NodeRef {
        loop {
            let node = path.nodes[level];
            let words = &mut self.arena.words;
            let position = path.position(level);
            if new_head.stamp() == self.stamp {
                words.set_head_and_slot(node, new_head, position, word);
                return path.nodes[0];
            }
            let size = new_head.branch_words();
            let copy = words.alloc(size);
            words.copy(node.0 as usize, copy.0 as usize, size);
            words.set_head_and_slot(copy, new_head.born(self.stamp), position, word);
            if let Some(replaced) = &mut self.replaced {
                replaced.push(node, level);
            }
            if level == 0 {
                return copy;
            }
            level -= 1;
            word = copy.0;
            new_head = words.head(path.nodes[level]);
        }
    }

    /// A new Bitmap node of one or two slots.
    #[inline(never)]
    pub(super) fn branch(&mut self, slots: &[(u32, Slot)]) -> NodeRef {
        let node = self.arena.words.alloc(HEADER + slots.len());
        let mut head = Head::new(self.stamp, 0, 0);
        for &(bit, slot) in slots {
            head = head.with_slot(bit, slot).0;
        }
        self.arena.words.set_head(node, head);
        for &(bit, slot) in slots {
            let word = head.with_slot(bit, slot).1;
            self.arena.words.set_slot(node, rank(head.slot_map, bit), word);
        }
        node
    }

    #[inline]
    pub(super) fn owns_entry(&self, entry: EntryRef) -> bool {
        self.arena.entries.get(entry).birth.get() == self.stamp
    }

    #[inline]
    pub(super) fn owns_node(&self, node: NodeRef) -> bool {
        self.arena.words.head(node).stamp() == self.stamp
    }

    /// This version no longer reaches a branch with this head, which was at `level`: frees it, or
    /// notes it as replaced.
    #[inline]
    pub(super) fn discard_branch(&mut self, node: NodeRef, head: Head, level: usize) {
        if head.stamp() == self.stamp {
            self.arena.words.free_branch(node, head);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.push(node, level);
        }
    }

    /// [`discard_branch`](Writer::discard_branch) for a node of either kind.
    #[inline]
    pub(super) fn discard_node(&mut self, node: NodeRef, level: usize) {
        if self.owns_node(node) {
            self.arena.words.free_node(node);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.push(node, level);
        }
    }

    /// [`discard_branch`](Writer::discard_branch) for an entry.
    #[inline]
    pub(super) fn discard_entry(&mut self, entry: EntryRef) {
        self.discard(entry, self.owns_entry(entry));
    }

    /// The same, if it is known whether the entry is this edit's own.
    #[inline]
    pub(super) fn discard(&mut self, entry: EntryRef, is_own: bool) {
        if is_own {
            self.free_own_entry(entry);
        } else if let Some(replaced) = &mut self.replaced {
            replaced.entry = Some(entry);
        }
    }

    // Rare: most often an edit overwrites what is its own.
    #[inline(never)]
    fn free_own_entry(&mut self, entry: EntryRef) {
        self.arena.free_entry(entry);
    }
}

/// Words of the nodes that a split can add under the last node of a path: one Bitmap node of two
/// slots a level, and a collision node.
pub(super) const SPLIT_WORDS: usize = MAX_DEPTH * (HEADER + 3);

impl Location {
    /// An upper bound of the words that a write here takes, which is quick to tell.
    #[inline]
    pub(crate) fn words_to_write(&self, words: &Words) -> usize {
        let last = match self.end {
            PathEnd::Collision => {
                block_size(COLLISION_HEADER + 1 + words.collision_count(self.path.last()))
            }
            _ => BRANCH_WORDS,
        };
        self.path.depth * BRANCH_WORDS + last + SPLIT_WORDS
    }

    /// A tighter bound, from the sizes of the nodes on the path. It counts nodes of the edit's own
    /// as if they were copied, and a split at its greatest.
    pub(crate) fn tighter_words_to_write(&self, words: &Words) -> usize {
        let path = &self.path.nodes[..=self.path.depth];
        let sizes = path.iter().map(|&node| match words.head(node) {
            head if node.is_none() || !head.is_collision() => block_size(head.branch_words() + 1),
            _ => block_size(COLLISION_HEADER + 1 + words.collision_count(node)),
        });
        let split = if self.end == PathEnd::Empty { 0 } else { SPLIT_WORDS };
        sizes.sum::<usize>() + split
    }
}
