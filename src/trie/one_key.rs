//! Trees that were made from another by one insert or removal.
//!
//! Such a tree differs from the other on the path of that key only, so two walks down the path find
//! all that differs. What the later version made itself bears its stamp.

use crate::arena::{Arena, EntryRef, NodeRef};

use super::node::{MAX_DEPTH, bit_position};
use super::node::{Slot, head_of, slot_of};

/// What only the left of two trees has.
#[derive(Default)]
pub(crate) struct OnlyLeft {
    /// Branches, from the root down.
    nodes: [u32; MAX_DEPTH],
    count: usize,
    entry: Option<EntryRef>,
}

/// Finds what only the tree under `left` has, where it and the one under `right` differ by a key of
/// this hash. Returns false if the path meets a collision node, which may hold more than one key
/// that differs.
#[inline]
pub(crate) fn differ_by_one_key<K, V>(
    arena: &Arena<K, V>,
    left: NodeRef,
    right: NodeRef,
    hash: u32,
    only: &mut OnlyLeft,
) -> bool {
    let (mut left, mut right) = (left, Slot::Child(right));
    loop {
        let level = only.count;
        let bit = bit_position(hash, level);
        let window = arena.words.window(left);
        let head = head_of(window);
        if head.is_collision() {
            return false;
        }
        if let Slot::Child(node) = right {
            if node == left {
                return true;
            }
            let window = arena.words.window(node);
            let head = head_of(window);
            if head.is_collision() {
                return false;
            }
            right = slot_of(window, head, bit);
        }
        only.nodes[level] = left.0;
        only.count += 1;
        match slot_of(window, head, bit) {
            Slot::Child(child) => left = child,
            Slot::Empty => return true,
            Slot::Entry(entry) => {
                // An entry of another hash has only moved: it made way for the key, or came back.
                // So has one of the same hash that a collision node took in.
                let replaced = !matches!(right, Slot::Child(_)) && right != Slot::Entry(entry);
                only.entry = (replaced && arena.entries.get(entry).hash == hash).then_some(entry);
                return true;
            }
        }
    }
}

/// Finds what the version of this stamp made by one key of this hash, and the tree under `other`
/// does not have, which was derived from it by any number of keys. Returns false if that takes a
/// search: for an entry that may be anywhere below, or among colliding keys.
#[inline]
pub(crate) fn own_unless_in<K, V>(
    arena: &Arena<K, V>,
    root: NodeRef,
    (hash, stamp): (u32, u32),
    other: NodeRef,
    only: &mut OnlyLeft,
) -> bool {
    let (mut node, mut other) = (root, Slot::Child(other));
    loop {
        let level = only.count;
        let bit = bit_position(hash, level);
        let window = arena.words.window(node);
        let head = head_of(window);
        if head.stamp() != stamp || other == Slot::Child(node) {
            return true;
        }
        if head.is_collision() {
            return false;
        }
        if let Slot::Child(other_node) = other {
            let other_window = arena.words.window(other_node);
            let other_head = head_of(other_window);
            if other_head.is_collision() {
                return false;
            }
            other = slot_of(other_window, other_head, bit);
        }
        only.nodes[level] = node.0;
        only.count += 1;
        match slot_of(window, head, bit) {
            Slot::Child(child) => node = child,
            Slot::Empty => return true,
            Slot::Entry(entry) => {
                let is_own = arena.entries.get(entry).birth.get() == stamp;
                if is_own && matches!(other, Slot::Child(_)) {
                    return false;
                }
                only.entry = (is_own && other != Slot::Entry(entry)).then_some(entry);
                return true;
            }
        }
    }
}

/// Frees what the version of this stamp made by one key of this hash. All of it is on that key's
/// path, above everything older (T6).
#[inline]
pub(crate) fn free_own<K, V>(arena: &mut Arena<K, V>, root: NodeRef, hash: u32, stamp: u32) {
    let mut node = root;
    for level in 0..MAX_DEPTH {
        let window = arena.words.window(node);
        let head = head_of(window);
        if head.stamp() != stamp {
            return;
        }
        if head.is_collision() {
            return free_own_collision(arena, node, stamp);
        }
        let item = slot_of(window, head, bit_position(hash, level));
        arena.words.free_branch(node, head);
        match item {
            Slot::Child(child) => node = child,
            Slot::Entry(entry) if arena.entries.get(entry).birth.get() == stamp => {
                return arena.free_entry(entry);
            }
            Slot::Entry(_) | Slot::Empty => return,
        }
    }
}

/// Frees what [`differ_by_one_key`] or [`own_unless_in`] found.
#[inline]
pub(crate) fn free_only_left<K, V>(arena: &mut Arena<K, V>, only: &OnlyLeft) {
    for &node in &only.nodes[..only.count] {
        let node = NodeRef(node);
        let head = arena.words.head(node);
        arena.words.free_branch(node, head);
    }
    if let Some(entry) = only.entry {
        arena.free_entry(entry);
    }
}

#[cold]
fn free_own_collision<K, V>(arena: &mut Arena<K, V>, node: NodeRef, stamp: u32) {
    let is_own = |&entry: &EntryRef| arena.entries.get(entry).birth.get() == stamp;
    let own = arena.words.collision_entries(node).iter().map(|&word| EntryRef(word)).find(is_own);
    arena.words.free_node(node);
    if let Some(entry) = own {
        arena.free_entry(entry);
    }
}
