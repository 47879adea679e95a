//! Two trees walked down together, for what only one of them has.
//!
//! Equal references end the walk, so relatives cost what changed between them. Only references and
//! hashes are compared: no user code runs in here. Entries are reported in groups of one hash, in
//! iteration order, so that a caller can pair keys by an equality of its own.
//!
//! An insert can push an entry or a collision node a level down, and a removal can pull an entry
//! up, so the same reference may be at another depth in the other tree. A *leaf*, an entry or a
//! collision node, is therefore followed down the other tree by its hash.

use std::ops::ControlFlow;

use crate::arena::{EntryRef, NodeRef, Nodes, Reader};

use super::bulk::order_key;
use super::group::{Group, without};
use super::node::{BITS, Head, Slot, bit_position, rank};

/// Receives what differs: what only the left tree has, and if it asks, what only the right one has.
pub(crate) trait Visitor {
    type Break;
    /// Whether it receives what only the right tree has.
    const BOTH: bool;

    /// Whether to skip `node` and all under it, because another tree holds it. Called before the
    /// walk descends into a node of the left tree. `prefix` and `level` are as in
    /// [`left_node`](Visitor::left_node).
    #[inline(always)]
    fn is_held(&mut self, _node: NodeRef, _prefix: u32, _level: usize) -> bool {
        false
    }

    /// Only the left tree has `node`, at `level`; `prefix` has the hash bits that lead there.
    fn left_node(&mut self, node: NodeRef, prefix: u32, level: usize);
    /// Only the right tree has a node.
    fn right_node(&mut self) {}
    /// Entries of one hash that only one of the trees has.
    fn group(&mut self, hash: u32, left: Group<'_>, right: Group<'_>) -> ControlFlow<Self::Break>;
}

/// Passes every group of entries that are not shared to a closure.
pub(crate) struct Groups<F>(pub(crate) F);

/// Passes every group of entries that two trees do not share to `visit`, up to the first for which
/// that fails.
pub(crate) fn try_each_group<K, V, E>(
    reader: Reader<'_, K, V>,
    left: NodeRef,
    right: NodeRef,
    mut visit: impl FnMut(u32, Group<'_>, Group<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut groups =
        Groups(|hash, left: Group<'_>, right: Group<'_>| match visit(hash, left, right) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        });
    differences(reader, left, right, &mut groups).break_value().map_or(Ok(()), Err)
}

impl<F, B> Visitor for Groups<F>
where
    F: FnMut(u32, Group<'_>, Group<'_>) -> ControlFlow<B>,
{
    type Break = B;
    const BOTH: bool = true;

    fn left_node(&mut self, _node: NodeRef, _prefix: u32, _level: usize) {}

    fn group(&mut self, hash: u32, left: Group<'_>, right: Group<'_>) -> ControlFlow<B> {
        (self.0)(hash, left, right)
    }
}

impl<K, V> Reader<'_, K, V> {
    /// The hash of a leaf; `None` for a branch or an empty slot.
    fn leaf_hash(self, slot: Slot) -> Option<u32> {
        match slot {
            Slot::Entry(entry) => Some(self.rows.hash(entry)),
            Slot::Child(node) if self.nodes.maps(node).is_collision() => {
                Some(self.nodes.collision_hash(node))
            }
            _ => None,
        }
    }
}

/// Walks the trees under two roots.
pub(crate) fn differences<K, V, T: Visitor>(
    reader: Reader<'_, K, V>,
    left: NodeRef,
    right: NodeRef,
    visitor: &mut T,
) -> ControlFlow<T::Break> {
    let mut walk = Lockstep { reader, visitor };
    walk.places(root_slot(left), root_slot(right), 0, 0)
}

fn root_slot(root: NodeRef) -> Slot {
    if root.is_none() { Slot::Empty } else { Slot::Child(root) }
}

struct Lockstep<'a, K, V, T> {
    reader: Reader<'a, K, V>,
    visitor: &'a mut T,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl<K, V, T: Visitor> Lockstep<'_, K, V, T> {
    /// What both trees have in the same place, `level` chunks down.
    fn places(
        &mut self,
        left: Slot,
        right: Slot,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        if left == right {
            return ControlFlow::Continue(());
        }
        match (left, right) {
            (_, Slot::Empty) => return self.one_side(Side::Left, left, prefix, level),
            (Slot::Empty, _) => return self.one_side(Side::Right, right, prefix, level),
            _ => {}
        }
        match (self.reader.leaf_hash(left), self.reader.leaf_hash(right)) {
            (None, None) => match (left, right) {
                (Slot::Child(l), Slot::Child(r)) => self.branches(l, r, prefix, level),
                _ => unreachable!("an entry is a leaf"),
            },
            (Some(a), Some(b)) if a == b => self.leaves(a, left, right, prefix, level),
            (Some(a), Some(b)) => {
                let [first, second] = [(Side::Left, left), (Side::Right, right)];
                let swap = order_key(a) > order_key(b);
                let (first, second) = if swap { (second, first) } else { (first, second) };
                self.one_side(first.0, first.1, prefix, level)?;
                self.one_side(second.0, second.1, prefix, level)
            }
            (Some(hash), None) => {
                self.leaf_and_branch(Side::Left, left, hash, right, prefix, level)
            }
            (None, Some(hash)) => {
                self.leaf_and_branch(Side::Right, right, hash, left, prefix, level)
            }
        }
    }

    fn node(&mut self, side: Side, node: NodeRef, prefix: u32, level: usize) {
        match side {
            Side::Left => self.visitor.left_node(node, prefix, level),
            Side::Right => self.visitor.right_node(),
        }
    }

    /// Two branches in the same place that are not the same node.
    fn branches(
        &mut self,
        left: NodeRef,
        right: NodeRef,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        if self.visitor.is_held(left, prefix, level) {
            return ControlFlow::Continue(());
        }
        let nodes = self.reader.nodes;
        let (a, b) = (nodes.maps(left), nodes.maps(right));
        let (left_slots, right_slots) = (nodes.slots(left, a), nodes.slots(right, b));
        // Slots that one of the nodes lacks, or whose kind differs, divide the rest into runs that
        // can be compared word by word.
        let mut parting = (a.slot_map ^ b.slot_map) | (a.data_map ^ b.data_map);
        let mut compared = 0u32;
        loop {
            let bit = parting & parting.wrapping_neg();
            let run = a.slot_map & bit.wrapping_sub(1) & !compared;
            self.run(a, b, (left_slots, right_slots), run, prefix, level)?;
            if bit == 0 {
                break;
            }
            parting ^= bit;
            compared = bit | (bit - 1);
            let slots = (nodes.slot(left, a, bit), nodes.slot(right, b, bit));
            self.places(slots.0, slots.1, extend(prefix, bit, level), level + 1)?;
        }
        self.visitor.left_node(left, prefix, level);
        self.visitor.right_node();
        ControlFlow::Continue(())
    }

    /// The slots of `run`, which are contiguous and of the same kinds in both nodes.
    fn run(
        &mut self,
        a: Head,
        b: Head,
        slots: (&[u32], &[u32]),
        run: u32,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        if run == 0 {
            return ControlFlow::Continue(());
        }
        let first = run & run.wrapping_neg();
        let count = run.count_ones() as usize;
        let left = &slots.0[rank(a.slot_map, first)..][..count];
        let right = &slots.1[rank(b.slot_map, first)..][..count];
        let mut from = 0;
        while let Some(position) = mismatch(left, right, from) {
            let bits = (0..position).fold(run, |bits, _| bits & (bits - 1));
            let bit = bits & bits.wrapping_neg();
            let slot = |word: u32| match a.data_map & bit {
                0 => Slot::Child(NodeRef(word)),
                _ => Slot::Entry(EntryRef(word)),
            };
            let (l, r) = (slot(left[position]), slot(right[position]));
            self.places(l, r, extend(prefix, bit, level), level + 1)?;
            from = position + 1;
        }
        ControlFlow::Continue(())
    }

    /// A leaf on `side`, and a branch in its place on the other.
    fn leaf_and_branch(
        &mut self,
        side: Side,
        leaf: Slot,
        hash: u32,
        branch: Slot,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        let Slot::Child(node) = branch else { unreachable!("an entry is a leaf") };
        let other = if side == Side::Left { Side::Right } else { Side::Left };
        if other == Side::Left && self.visitor.is_held(node, prefix, level) {
            return ControlFlow::Continue(());
        }
        let nodes = self.reader.nodes;
        let head = nodes.maps(node);
        let leaf_bit = bit_position(hash, level);
        let mut bits = head.slot_map | leaf_bit;
        if side == Side::Left && !T::BOTH {
            bits = leaf_bit; // The visitor does not receive what else the right branch has.
        }
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let below = nodes.slot(node, head, bit);
            let deeper = extend(prefix, bit, level);
            if bit != leaf_bit {
                self.one_side(other, below, deeper, level + 1)?;
            } else if side == Side::Left {
                self.places(leaf, below, deeper, level + 1)?;
            } else {
                self.places(below, leaf, deeper, level + 1)?;
            }
        }
        self.node(other, node, prefix, level);
        ControlFlow::Continue(())
    }

    /// Two different leaves of one hash.
    fn leaves(
        &mut self,
        hash: u32,
        left: Slot,
        right: Slot,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        if let (Slot::Entry(left), Slot::Entry(right)) = (left, right) {
            return self.visitor.group(hash, Group::of(&[left.0]), Group::of(&[right.0]));
        }
        if let Slot::Child(node) = left
            && self.visitor.is_held(node, prefix, level)
        {
            return ControlFlow::Continue(());
        }
        for (side, leaf) in [(Side::Left, left), (Side::Right, right)] {
            if let Slot::Child(node) = leaf {
                self.node(side, node, prefix, level);
            }
        }
        let nodes = self.reader.nodes;
        let (left, right) = (leaf_entries(nodes, &left), leaf_entries(nodes, &right));
        let mut kept = [Vec::new(), Vec::new()];
        let [kept_left, kept_right] = &mut kept;
        let (left, right) = (without(left, right, kept_left), without(right, left, kept_right));
        if left.is_empty() && (right.is_empty() || !T::BOTH) {
            return ControlFlow::Continue(());
        }
        self.visitor.group(hash, left, right)
    }

    /// Everything in this place is on one side only.
    fn one_side(
        &mut self,
        side: Side,
        slot: Slot,
        prefix: u32,
        level: usize,
    ) -> ControlFlow<T::Break> {
        if side == Side::Right && !T::BOTH {
            return ControlFlow::Continue(());
        }
        match slot {
            Slot::Empty => ControlFlow::Continue(()),
            Slot::Entry(entry) => {
                let hash = self.reader.rows.hash(entry);
                self.report(side, hash, Group::of(&[entry.0]))
            }
            Slot::Child(node) => {
                if side == Side::Left && self.visitor.is_held(node, prefix, level) {
                    return ControlFlow::Continue(());
                }
                let nodes = self.reader.nodes;
                let head = nodes.maps(node);
                if head.is_collision() {
                    let entries = Group::of(nodes.collision_entries(node));
                    self.report(side, nodes.collision_hash(node), entries)?;
                }
                let mut bits = head.slot_map;
                while bits != 0 {
                    let bit = bits & bits.wrapping_neg();
                    bits ^= bit;
                    let below = nodes.slot(node, head, bit);
                    self.one_side(side, below, extend(prefix, bit, level), level + 1)?;
                }
                self.node(side, node, prefix, level);
                ControlFlow::Continue(())
            }
        }
    }

    fn report(&mut self, side: Side, hash: u32, entries: Group<'_>) -> ControlFlow<T::Break> {
        let none = Group::of(&[]);
        match side {
            Side::Left => self.visitor.group(hash, entries, none),
            Side::Right => self.visitor.group(hash, none, entries),
        }
    }
}

/// The entries of a leaf.
fn leaf_entries<'a>(nodes: Nodes<'a>, leaf: &'a Slot) -> &'a [u32] {
    match leaf {
        Slot::Empty => &[],
        Slot::Entry(entry) => std::slice::from_ref(&entry.0),
        Slot::Child(node) => nodes.collision_entries(*node),
    }
}

/// The prefix of what stands under `bit` of a node at `level`.
#[inline]
pub(super) fn extend(prefix: u32, bit: u32, level: usize) -> u32 {
    prefix | (u64::from(bit.trailing_zeros()) << (BITS * level as u32)) as u32
}

/// The first position from `from` on where the words differ.
#[inline]
fn mismatch(left: &[u32], right: &[u32], from: usize) -> Option<usize> {
    let mut at = from;
    // Eight words at a time, without an exit inside, so that the compiler uses vectors.
    while let (Some(a), Some(b)) = (left[at..].first_chunk::<8>(), right[at..].first_chunk::<8>()) {
        let differ = (0..8).fold(0, |differ, i| differ | (a[i] ^ b[i]));
        if differ != 0 {
            break;
        }
        at += 8;
    }
    (at..left.len()).find(|&at| left[at] != right[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mismatch_finds_every_position_in_blocks_and_between() {
        let left: Vec<u32> = (0..32).collect();
        for position in 0..32 {
            for from in 0..32 {
                let mut right = left.clone();
                right[position] = 99;
                let expected = (from <= position).then_some(position);
                assert_eq!(mismatch(&left, &right, from), expected);
            }
        }
    }
}
