//! Walking all entries in CPython's order, with a stack of eight frames and no allocation.
//!
//! The order is a function of the folded hashes alone: by five-bit chunks, lowest chunk first; then
//! by insertion among equal hashes.

mod portable;

use crate::arena::{EntryRef, NodeRef, Words};

use super::bits::MAX_DEPTH;
use super::node::{COLLISION_HEADER, HEADER, Item, head_of};

/// What is left of one node.
#[derive(Clone, Copy, Default)]
struct Frame {
    /// Slots not visited yet; for a collision node none.
    bits: u32,
    /// Which slots of the node are entries.
    data_map: u32,
    /// Word index of the next slot, or of the next entry of a collision node.
    at: u32,
    /// Entries of a collision node not visited yet.
    colliding: u32,
}

/// A walk over the entries under one root.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    words: &'a Words,
    current: Frame,
    stack: [Frame; MAX_DEPTH],
    depth: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(words: &'a Words, root: NodeRef) -> Self {
        let current = open(words, root);
        Walk { words, current, stack: [Frame::default(); MAX_DEPTH], depth: 0 }
    }

    /// Whether nothing was visited yet.
    pub(crate) fn is_fresh(&self, root: NodeRef) -> bool {
        self.depth == 0 && self.current.at == open(self.words, root).at
    }

    /// The next entry in order.
    #[inline]
    pub(crate) fn next_entry(&mut self) -> Option<EntryRef> {
        loop {
            let Frame { bits, data_map, at, .. } = self.current;
            if bits != 0 {
                let bit = bits & bits.wrapping_neg();
                let word = self.words.word(at);
                self.current.bits = bits ^ bit;
                self.current.at = at + 1;
                if data_map & bit != 0 {
                    return Some(EntryRef(word));
                }
                self.enter(NodeRef(word));
            } else if self.current.colliding != 0 {
                self.current.colliding -= 1;
                self.current.at = at + 1;
                return Some(EntryRef(self.words.word(at)));
            } else if self.depth != 0 {
                self.depth -= 1;
                self.current = self.stack[self.depth];
            } else {
                return None;
            }
        }
    }

    #[inline]
    fn enter(&mut self, node: NodeRef) {
        // A frame with nothing left is not worth coming back to.
        if self.current.bits != 0 {
            self.stack[self.depth & (MAX_DEPTH - 1)] = self.current;
            self.depth += 1;
        }
        self.current = open(self.words, node);
    }
}

#[inline]
fn open(words: &Words, node: NodeRef) -> Frame {
    let window = words.window(node);
    let head = head_of(window);
    if head.is_collision() {
        let colliding = if node.is_none() { 0 } else { words.collision_count(node) as u32 };
        return Frame { at: node.0 + COLLISION_HEADER as u32, colliding, ..Frame::default() };
    }
    Frame { bits: head.slot_map, data_map: head.data_map, at: node.0 + HEADER as u32, colliding: 0 }
}

/// Calls `visit` for every entry under `node`: recursive, and so without the iterator's frames.
pub(crate) fn for_each_entry<B>(
    words: &Words,
    node: NodeRef,
    visit: &mut impl FnMut(EntryRef) -> std::ops::ControlFlow<B>,
) -> std::ops::ControlFlow<B> {
    let head = words.head(node);
    if head.is_collision() {
        let entries = if node.is_none() { &[] } else { words.collision_entries(node) };
        return entries.iter().try_for_each(|&word| visit(EntryRef(word)));
    }
    let mut data = head.data_map;
    let mut bits = head.slot_map;
    for &word in words.slots(node, head) {
        let bit = bits & bits.wrapping_neg();
        bits ^= bit;
        if data & bit != 0 {
            data ^= bit;
            visit(EntryRef(word))?;
        } else {
            for_each_entry(words, NodeRef(word), visit)?;
        }
    }
    std::ops::ControlFlow::Continue(())
}

/// Where a walk stands, without a borrow: the chunk taken at every level, and a position in a
/// collision node. Compaction keeps the shape of every tree, so a place survives it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// Chunks from the root down; past `depth` meaningless.
    chunks: [u8; MAX_DEPTH],
    /// Level of the last node.
    depth: usize,
    /// Position in the last node, if that is a collision node.
    colliding: usize,
    started: bool,
}

impl Place {
    /// Moves to the next entry under `root`, and returns it. A step costs the depth of the tree.
    pub(crate) fn advance(&mut self, words: &Words, root: NodeRef) -> Option<EntryRef> {
        let mut next = None;
        self.advance_while(words, root, |entry| {
            next = Some(entry);
            false
        });
        next
    }

    /// Moves on entry by entry, for as long as `visit` says so: the tree's depth is walked once.
    pub(crate) fn advance_while(
        &mut self,
        words: &Words,
        root: NodeRef,
        mut visit: impl FnMut(EntryRef) -> bool,
    ) {
        if root.is_none() {
            return;
        }
        let mut nodes = [root; MAX_DEPTH];
        let mut next = if self.started {
            for level in 0..self.depth {
                // In the tree that the place is of, every chunk but the last leads to a child.
                match words.item(nodes[level], words.head(nodes[level]), 1 << self.chunks[level]) {
                    Item::Node(child) => nodes[level + 1] = child,
                    _ => return,
                }
            }
            self.step(words, &mut nodes)
        } else {
            self.started = true;
            self.enter(words, &mut nodes)
        };
        while let Some(entry) = next {
            if !visit(entry) {
                return;
            }
            next = self.step(words, &mut nodes);
        }
    }

    /// To the next entry; `nodes` are those from the root to where the place is.
    #[inline]
    fn step(&mut self, words: &Words, nodes: &mut [NodeRef; MAX_DEPTH]) -> Option<EntryRef> {
        if words.head(nodes[self.depth]).is_collision() {
            self.colliding += 1;
            let entries = words.collision_entries(nodes[self.depth]);
            if let Some(&word) = entries.get(self.colliding) {
                return Some(EntryRef(word));
            }
            self.depth = self.depth.checked_sub(1)?;
        }
        loop {
            let node = nodes[self.depth];
            // The slots above the chunk taken.
            let above = u32::MAX.checked_shl(u32::from(self.chunks[self.depth]) + 1).unwrap_or(0);
            let left = words.head(node).slot_map & above;
            if left != 0 {
                return self.enter_slot(words, nodes, left.trailing_zeros());
            }
            self.depth = self.depth.checked_sub(1)?;
        }
    }

    /// To the first entry under the node at `depth`.
    fn enter(&mut self, words: &Words, nodes: &mut [NodeRef; MAX_DEPTH]) -> Option<EntryRef> {
        let node = nodes[self.depth];
        let head = words.head(node);
        if head.is_collision() {
            self.colliding = 0;
            return words.collision_entries(node).first().map(|&word| EntryRef(word));
        }
        self.enter_slot(words, nodes, head.slot_map.trailing_zeros())
    }

    /// To the first entry in the slot of a chunk of the node at `depth`.
    #[inline]
    fn enter_slot(
        &mut self,
        words: &Words,
        nodes: &mut [NodeRef; MAX_DEPTH],
        chunk: u32,
    ) -> Option<EntryRef> {
        self.chunks[self.depth] = chunk as u8;
        let node = nodes[self.depth];
        match words.item(node, words.head(node), 1 << chunk) {
            Item::Entry(entry) => Some(entry),
            Item::Node(child) => {
                self.depth += 1;
                nodes[self.depth] = child;
                self.enter(words, nodes)
            }
            Item::Nothing => None,
        }
    }
}
