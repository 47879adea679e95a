//! Walking all entries in CPython's order, with a stack of eight frames and no allocation.
//!
//! The order follows the folded hashes: by five-bit chunks, lowest chunk first; among equal hashes
//! by insertion.

use std::ops::ControlFlow;

use crate::arena::{EntryRef, NodeRef, Nodes};

use super::node::{COLLISION_HEADER, HEADER};
use super::node::{MAX_DEPTH, bit_position};

/// The position of an entry in the order. It does not depend on the tree, so a compaction does not
/// change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) hash: u32,
    /// How many entries of this hash come before it.
    pub(crate) ordinal: u32,
}

/// How many entries [`EntryWalk::next_entries`] can find at once.
const CHUNK: usize = 32;

/// Room for a chunk.
pub(crate) type Chunk = [u32; CHUNK];

pub(crate) const EMPTY_CHUNK: Chunk = [0; CHUNK];

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
pub(crate) struct EntryWalk<'a> {
    nodes: Nodes<'a>,
    current: Frame,
    stack: [Frame; MAX_DEPTH],
    depth: usize,
}

impl<'a> EntryWalk<'a> {
    pub(crate) fn new(nodes: Nodes<'a>, root: NodeRef) -> Self {
        let current = open(nodes, root);
        EntryWalk { nodes, current, stack: [Frame::default(); MAX_DEPTH], depth: 0 }
    }

    /// A walk that goes on after the entry at a position; `None` begins one. Where the tree has no
    /// such entry, the walk goes on with what would follow it.
    pub(crate) fn after(nodes: Nodes<'a>, root: NodeRef, position: Option<Position>) -> Self {
        let mut walk = EntryWalk::new(nodes, root);
        let Some(position) = position else { return walk };
        for level in 0..MAX_DEPTH {
            if walk.current.bits == 0 {
                let seen = position.ordinal.saturating_add(1).min(walk.current.colliding);
                walk.current.at += seen;
                walk.current.colliding -= seen;
                break;
            }
            let Frame { bits, data_map, .. } = walk.current;
            let bit = bit_position(position.hash, level);
            let seen = bits & (bit | (bit - 1));
            walk.current.at += seen.count_ones();
            walk.current.bits ^= seen;
            if seen & !data_map & bit == 0 {
                break;
            }
            // The hash leads to a child: the last slot seen.
            walk.enter(NodeRef(nodes.word(walk.current.at - 1)));
        }
        walk
    }

    /// Whether nothing has been visited yet.
    pub(crate) fn is_fresh(&self, root: NodeRef) -> bool {
        self.depth == 0 && self.current.at == open(self.nodes, root).at
    }

    /// The next entry in order.
    #[inline]
    pub(crate) fn next_entry(&mut self) -> Option<EntryRef> {
        loop {
            let Frame { bits, data_map, at, .. } = self.current;
            if bits != 0 {
                let bit = bits & bits.wrapping_neg();
                let word = self.nodes.word(at);
                self.current.bits = bits ^ bit;
                self.current.at = at + 1;
                if data_map & bit != 0 {
                    return Some(EntryRef(word));
                }
                self.enter(NodeRef(word));
            } else if self.current.colliding != 0 {
                self.current.colliding -= 1;
                self.current.at = at + 1;
                return Some(EntryRef(self.nodes.word(at)));
            } else if self.depth != 0 {
                self.depth -= 1;
                self.current = self.stack[self.depth];
            } else {
                return None;
            }
        }
    }

    /// The next entries in order: the first `most` of those that follow, and no more than
    /// [`CHUNK`]. None at the end. Costs less than as many steps of
    /// [`next_entry`](EntryWalk::next_entry), which stores the frame at each, and asks of each slot
    /// what it holds.
    #[inline]
    pub(crate) fn next_entries<'f>(&mut self, found: &'f mut Chunk, most: usize) -> &'f [u32] {
        let most = most.min(CHUNK);
        let mut count = 0;
        while count < most {
            let Frame { bits, data_map, at, colliding } = self.current;
            let children = bits & !data_map;
            // Those before the next child.
            let entries = bits & !children & children.wrapping_sub(1);
            let ready = if bits == 0 { colliding } else { entries.count_ones() };
            let taken = ready.min((most - count) as u32);
            // A loop: most nodes have few, for which a call that copies costs more.
            let words = self.nodes.slice(at, taken as usize);
            for (&word, to) in words.iter().zip(&mut found[count..]) {
                *to = word;
            }
            count += taken as usize;
            self.current.at = at + taken;
            self.current.colliding = colliding.saturating_sub(taken);
            self.current.bits = bits ^ entries;
            if taken < ready {
                self.current.bits ^= without_lowest(entries, taken);
            } else if children != 0 {
                self.current.at += 1;
                self.current.bits ^= children & children.wrapping_neg();
                self.enter(NodeRef(self.nodes.word(at + taken)));
            } else if self.depth != 0 {
                self.depth -= 1;
                self.current = self.stack[self.depth];
            } else {
                break;
            }
        }
        &found[..count]
    }

    /// Calls `visit` for every entry that is left. Recursive below the nodes that the walk is in:
    /// faster than [`next_entry`](EntryWalk::next_entry), which stores its frame at every step.
    #[cfg(feature = "rayon")]
    pub(crate) fn for_each(mut self, mut visit: impl FnMut(EntryRef)) {
        loop {
            let Frame { mut bits, data_map, at, colliding } = self.current;
            for &word in self.nodes.slice(at, (bits.count_ones() + colliding) as usize) {
                let bit = bits & bits.wrapping_neg();
                bits ^= bit;
                if bit == 0 || data_map & bit != 0 {
                    visit(EntryRef(word));
                } else {
                    let _ = for_each_entry(self.nodes, NodeRef(word), &mut |entry| {
                        visit(entry);
                        ControlFlow::<()>::Continue(())
                    });
                }
            }
            if self.depth == 0 {
                return;
            }
            self.depth -= 1;
            self.current = self.stack[self.depth];
        }
    }

    /// Takes about half of what is left off the end of a walk that has visited nothing: slots of
    /// its uppermost node that has more than one left, or entries of a collision node. `None` if
    /// there is one entry, or none.
    #[cfg(feature = "rayon")]
    pub(crate) fn split(&mut self) -> Option<Self> {
        debug_assert_eq!(self.depth, 0, "a walk is split before it begins");
        while self.current.bits.is_power_of_two() && self.current.data_map & self.current.bits == 0
        {
            self.current = open(self.nodes, NodeRef(self.nodes.word(self.current.at)));
        }
        let Frame { bits, data_map, at, colliding } = self.current;
        let kept = (bits.count_ones() + colliding).div_ceil(2);
        let end = Frame {
            bits: without_lowest(bits, kept),
            at: at + kept,
            colliding: colliding.saturating_sub(kept),
            data_map,
        };
        if end.bits == 0 && end.colliding == 0 {
            return None;
        }
        self.current.bits ^= end.bits;
        self.current.colliding -= end.colliding;
        Some(EntryWalk { current: end, ..self.clone() })
    }

    #[inline]
    fn enter(&mut self, node: NodeRef) {
        // A frame with nothing left need not be returned to.
        if self.current.bits != 0 {
            self.stack[self.depth & (MAX_DEPTH - 1)] = self.current;
            self.depth += 1;
        }
        self.current = open(self.nodes, node);
    }
}

/// A bitmap without its `count` lowest bits.
fn without_lowest(bitmap: u32, count: u32) -> u32 {
    (0..count).fold(bitmap, |rest, _| rest & rest.wrapping_sub(1))
}

#[inline]
fn open(nodes: Nodes<'_>, node: NodeRef) -> Frame {
    let head = nodes.maps(node);
    if head.is_collision() {
        let colliding = if node.is_none() { 0 } else { nodes.collision_count(node) as u32 };
        return Frame { at: node.0 + COLLISION_HEADER as u32, colliding, ..Frame::default() };
    }
    Frame { bits: head.slot_map, data_map: head.data_map, at: node.0 + HEADER as u32, colliding: 0 }
}

/// Calls `visit` for every entry under `node`. Recursive: faster than the iterator, which stores
/// its frame at every step.
pub(crate) fn for_each_entry<B>(
    nodes: Nodes<'_>,
    node: NodeRef,
    visit: &mut impl FnMut(EntryRef) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let head = nodes.maps(node);
    if head.is_collision() {
        let entries = if node.is_none() { &[] } else { nodes.collision_entries(node) };
        return entries.iter().try_for_each(|&word| visit(EntryRef(word)));
    }
    let mut data = head.data_map;
    let mut bits = head.slot_map;
    for &word in nodes.slots(node, head) {
        let bit = bits & bits.wrapping_neg();
        bits ^= bit;
        if data & bit != 0 {
            data ^= bit;
            visit(EntryRef(word))?;
        } else {
            for_each_entry(nodes, NodeRef(word), visit)?;
        }
    }
    ControlFlow::Continue(())
}
