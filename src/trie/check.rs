//! The checker of one tree: walks all of it and tests the invariants T1 to T7 and A1, A2.

use std::collections::HashMap;

use crate::arena::{Arena, EntryRef, NodeRef, block_size};

use super::node::{BITMAP_MAX, Slot};
use super::node::{BITS, HEADER, MAX_DEPTH};

/// What the checker has reached, over all trees of a store.
#[derive(Default)]
pub(crate) struct Reached {
    /// Every node, with the level of a branch, and the words of its block.
    pub(crate) nodes: HashMap<NodeRef, (usize, usize)>,
    /// Every entry, with its hash.
    pub(crate) entries: HashMap<EntryRef, u32>,
}

impl Reached {
    /// The blocks reached, each with its words.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (NodeRef, usize)> + '_ {
        self.nodes.iter().map(|(&node, &(_, size))| (node, size))
    }

    /// Words of all blocks reached.
    pub(crate) fn words(&self) -> usize {
        self.nodes.values().map(|&(_, size)| size).sum()
    }
}

/// What is above a node: the hash bits that lead there, and the youngest stamp it may have.
#[derive(Clone, Copy)]
struct Above {
    prefix: u32,
    level: usize,
    stamp: u32,
}

/// Checks the tree under `root` in a version of this stamp. Returns how many entries it has.
///
/// # Errors
///
/// What is wrong, with the number of the invariant.
pub(crate) fn check_tree<K, V>(
    arena: &Arena<K, V>,
    root: NodeRef,
    stamp: u32,
    reached: &mut Reached,
) -> Result<usize, String> {
    if root.is_none() {
        return Ok(0);
    }
    Checker { arena, reached }.node(root, Above { prefix: 0, level: 0, stamp })
}

struct Checker<'a, K, V> {
    arena: &'a Arena<K, V>,
    reached: &'a mut Reached,
}

impl<K, V> Checker<'_, K, V> {
    fn node(&mut self, node: NodeRef, above: Above) -> Result<usize, String> {
        let words = &self.arena.words;
        let wrong = |what: String| Err(format!("{node} at level {}: {what}", above.level));
        let is_within = |size: usize| node.0 as usize + size <= words.top();
        if node.is_none() || !is_within(HEADER + 1) {
            return wrong("out of bounds (A1)".into());
        }
        if above.level >= MAX_DEPTH {
            return wrong("deeper than any hash leads (T2)".into());
        }
        let head = words.head(node);
        if head.stamp() == 0 || head.stamp() > above.stamp {
            let (birth, parent) = (head.stamp(), above.stamp);
            return wrong(format!("born {birth}, under a node of {parent} (T6)"));
        }
        let size = block_size(words.node_words(node, head));
        if !is_within(size) {
            return wrong("its end is out of bounds (A1)".into());
        }
        let seen = self.reached.nodes.insert(node, (above.level, size));
        if head.is_collision() {
            return self.collision(node, Above { stamp: head.stamp(), ..above });
        }
        if seen.is_some_and(|(level, _)| level != above.level) {
            return wrong(format!("reached at level {} before (T7)", seen.unwrap_or_default().0));
        }
        if head.data_map & !head.slot_map != 0 {
            return wrong("an entry without a slot (T1)".into());
        }
        let count = head.slot_count();
        if head.is_array() != (count > BITMAP_MAX) && !(head.is_array() && count == BITMAP_MAX) {
            return wrong(format!("{count} slots, array: {} (T3)", head.is_array()));
        }
        if above.level > 0 && count == 1 && head.data_map != 0 {
            return wrong("a lone entry was not moved up (T4)".into());
        }
        let mut total = 0;
        for bit in (0..32).map(|chunk| 1u32 << chunk).filter(|bit| head.slot_map & bit != 0) {
            let chunk = u64::from(bit.trailing_zeros()) << (BITS * above.level as u32);
            let Ok(chunk) = u32::try_from(chunk) else {
                return wrong("a chunk beyond the hash (T2)".into());
            };
            let prefix = above.prefix | chunk;
            let below = Above { prefix, level: above.level + 1, stamp: head.stamp() };
            total += match words.slot(node, head, bit) {
                Slot::Entry(entry) => self.entry(entry, below, None)?,
                Slot::Child(child) => self.node(child, below)?,
                Slot::Empty => 0,
            };
        }
        Ok(total)
    }

    fn collision(&mut self, node: NodeRef, above: Above) -> Result<usize, String> {
        let words = &self.arena.words;
        let (hash, count) = (words.nodes().collision_hash(node), words.collision_count(node));
        if above.level == 0 || count < 2 {
            return Err(format!("{node}: {count} colliding at level {} (T5)", above.level));
        }
        for &word in words.collision_entries(node) {
            self.entry(EntryRef(word), above, Some(hash))?;
        }
        Ok(count)
    }

    fn entry(&mut self, entry: EntryRef, above: Above, hash: Option<u32>) -> Result<usize, String> {
        let Some(found) = self.arena.entries.try_get(entry) else {
            return Err(format!("{entry}: vacant or out of bounds (A2)"));
        };
        if hash.is_some_and(|hash| hash != found.hash) {
            return Err(format!("{entry}: its hash is not its collision node's (T5)"));
        }
        if found.birth.get() > above.stamp {
            return Err(format!("{entry}: born {}, under {} (T6)", found.birth.get(), above.stamp));
        }
        let bits = BITS * above.level as u32;
        let mask = if bits >= 32 { u32::MAX } else { (1 << bits) - 1 };
        if (found.hash ^ above.prefix) & mask != 0 {
            return Err(format!("{entry}: hash {:#x} does not lead here (T2)", found.hash));
        }
        self.reached.entries.insert(entry, found.hash);
        Ok(1)
    }
}
