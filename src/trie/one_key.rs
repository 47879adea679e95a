//! Two trees of which one was made from the other by one insert or removal.
//!
//! They differ on the path of that key, so two walks down the path tell all; nothing else is read.

use crate::arena::{Arena, EntryRef, NodeRef};

use super::bits::{MAX_DEPTH, bit_position};
use super::node::{Item, head_of, item_of};

/// What only one of two trees has.
#[derive(Default)]
pub(crate) struct OnlyLeft {
    nodes: [u32; MAX_DEPTH],
    count: usize,
    pub(crate) entry: Option<EntryRef>,
}

impl OnlyLeft {
    /// Branches, from the root down.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeRef> + '_ {
        self.nodes[..self.count].iter().map(|&word| NodeRef(word))
    }
}

/// Finds what only the tree under `left` has, if it and the one under `right` differ by a key of
/// this hash. Says whether it could; a collision node on the way takes more to tell.
#[inline]
pub(crate) fn differ_by_one_key<K, V>(
    arena: &Arena<K, V>,
    left: NodeRef,
    right: NodeRef,
    hash: u32,
    only: &mut OnlyLeft,
) -> bool {
    let (mut left, mut right) = (left, Item::Node(right));
    loop {
        let level = only.count;
        let bit = bit_position(hash, level);
        let window = arena.words.window(left);
        let head = head_of(window);
        if head.is_collision() {
            return false;
        }
        if let Item::Node(node) = right {
            if node == left {
                return true;
            }
            let window = arena.words.window(node);
            let head = head_of(window);
            if head.is_collision() {
                return false;
            }
            right = item_of(window, head, bit);
        }
        only.nodes[level] = left.0;
        only.count += 1;
        match item_of(window, head, bit) {
            Item::Node(child) => left = child,
            Item::Nothing => return true,
            Item::Entry(entry) => {
                // An entry of another hash has only been moved: it made way for the key, or came
                // back. So has one of the same hash, if a collision node took it in.
                let replaced = !matches!(right, Item::Node(_)) && right != Item::Entry(entry);
                only.entry = (replaced && arena.entries.get(entry).hash == hash).then_some(entry);
                return true;
            }
        }
    }
}
