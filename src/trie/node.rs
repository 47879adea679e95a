//! What the words of a node mean, and arithmetic on their bitmaps.
//!
//! ```text
//! branch     [ birth << 1 | array ][ slot_map ][ data_map ][ slot ][ slot ] ...
//!                                    |           |           one per bit of slot_map, ascending:
//!                                    |           |           where data_map has the bit, too, an
//!                                    |           |           EntryRef, else a NodeRef
//!                                    |           a bit for each key held here
//!                                    a bit for each slot: keys and children
//! collision  [ birth << 1 | 0 ][ 0 ][ 0 ][ folded hash ][ count ][ EntryRef ] ...  insertion order
//! ```
//!
//! CHAMP keeps a map of keys and a map of children, and their slots apart. Here keys and children
//! share one order, which is CPython's iteration order; so the union of both maps is kept, because
//! it gives the position of a slot.
//!
//! Bitmap and Array nodes are both branches. `array` is kept because CPython's shape shows it. An
//! Array node holds a single key directly, where C hangs a one-entry Bitmap node under it.
//!
//! A folded hash has 32 bits, which seven levels consume five at a time, **low bits first**, as
//! CPython's `hamt.c` does; level 6 has only two significant bits. A collision node can hang one
//! level deeper still, at level 7, so a tree is at most [`MAX_DEPTH`] nodes deep.
//!
//! Invariants of the trie:
//!
//! * **T1** `data_map` is part of `slot_map`. A branch has a slot at least; the root of an empty
//!   map is [`NodeRef::NONE`].
//! * **T2** A key stands in the slot that its hash chooses at every level on its path.
//! * **T3** A Bitmap node has at most 16 slots, an Array node 16 to 32.
//! * **T4** Only the root may be a Bitmap node with one entry and nothing else.
//! * **T5** A collision node has two entries or more, all of its hash, and is never the root.
//! * **T6** A node's birth is at least that of everything under it, and at most its version's.
//! * **T7** No branch is reached at two depths; entries and collision nodes may be.

use crate::arena::{BRANCH_WORDS, EntryRef, NodeRef, NodeWords, Nodes, Words, block_size};

/// Bits of the hash that one level consumes.
pub(crate) const BITS: u32 = 5;

/// Nodes on the longest path: levels 0 to 6, and a collision node under the last.
pub(crate) const MAX_DEPTH: usize = 8;

const _: () = assert!(MAX_DEPTH == u32::BITS.div_ceil(BITS) as usize + 1);

/// Folds a 64-bit hash to 32 bits as CPython's HAMT does: the halves are XORed, and -1 becomes -2.
///
/// So two hashes that fold to -1 and to -2 share a collision node, and Python's integers `k` and
/// `-k - 1` do, whose hashes fold to the same 32 bits.
///
/// ```
/// assert_eq!(hedgerow::fold(4), 4);
/// assert_eq!(hedgerow::fold(-5i64 as u64), 4);
/// assert_eq!(hedgerow::fold(0xffff_ffff), 0xffff_fffe);
/// ```
///
/// Source: `map_hash` in immutables' `_map.c`, `hamt_hash` in CPython's `hamt.c`.
#[inline]
#[must_use]
pub const fn fold(hash: u64) -> u32 {
    let folded = hash as u32 ^ (hash >> 32) as u32;
    folded - (folded == u32::MAX) as u32
}

/// The five bits of `hash` that choose a slot at `level`; 0 below level 6, where none are left.
#[cfg(test)]
pub(crate) fn chunk(hash: u32, level: usize) -> u32 {
    (u64::from(hash) >> (BITS * level as u32)) as u32 & 31
}

/// The bit of a node's bitmaps that stands for the chunk at `level`.
#[inline]
pub(crate) fn bit_position(hash: u32, level: usize) -> u32 {
    1 << ((u64::from(hash) >> (BITS * level as u32)) & 31)
}

/// How many bits of `bitmap` come before `bit`: the position of its slot.
#[inline]
pub(crate) fn rank(bitmap: u32, bit: u32) -> usize {
    (bitmap & (bit - 1)).count_ones() as usize
}

/// Words before the slots of a branch.
pub(crate) const HEADER: usize = 3;
/// Words before the entries of a collision node.
pub(crate) const COLLISION_HEADER: usize = 5;
/// The most slots of a Bitmap node; the next one makes it an Array node.
pub(crate) const BITMAP_MAX: u32 = 16;

const _: () = assert!(HEADER + 32 <= BRANCH_WORDS);

pub(super) const SLOT_MAP: usize = 1;
const DATA_MAP: usize = 2;
pub(super) const COLLISION_HASH: usize = 3;
pub(super) const COLLISION_COUNT: usize = 4;

/// The first three words of a node: its birth, its kind and its maps.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    birth: u32,
    pub(crate) slot_map: u32,
    pub(crate) data_map: u32,
}

impl Head {
    /// The head of a node made by `stamp`: an Array node, if there are too many slots for a Bitmap
    /// node.
    #[inline]
    pub(crate) fn new(stamp: u32, slot_map: u32, data_map: u32) -> Self {
        let is_array = slot_map.count_ones() > BITMAP_MAX;
        Head { birth: stamp << 1 | u32::from(is_array), slot_map, data_map }
    }

    #[inline]
    pub(crate) fn stamp(self) -> u32 {
        self.birth >> 1
    }

    #[inline]
    pub(crate) fn is_array(self) -> bool {
        self.birth & 1 != 0
    }

    #[inline]
    pub(crate) fn is_collision(self) -> bool {
        self.slot_map == 0
    }

    #[inline]
    pub(crate) fn slot_count(self) -> u32 {
        self.slot_map.count_ones()
    }

    /// Words a branch with these maps takes.
    #[inline]
    pub(crate) fn branch_words(self) -> usize {
        HEADER + self.slot_count() as usize
    }

    /// Its first word: birth and kind.
    pub(super) fn first_word(self) -> u32 {
        self.birth
    }

    /// The words of the head.
    #[inline(always)]
    fn words(self) -> [u32; HEADER] {
        [self.birth, self.slot_map, self.data_map]
    }

    /// The same maps, made by `stamp`.
    #[inline]
    pub(crate) fn born(self, stamp: u32) -> Self {
        Head { birth: stamp << 1 | self.birth & 1, ..self }
    }

    /// The head with one more slot, for an entry, made by `stamp`. The 17th slot makes an Array
    /// node.
    #[inline]
    pub(super) fn grown(self, bit: u32, stamp: u32) -> Self {
        let is_array = self.is_array() || self.slot_count() == BITMAP_MAX;
        Head {
            birth: stamp << 1 | u32::from(is_array),
            slot_map: self.slot_map | bit,
            data_map: self.data_map | bit,
        }
    }

    /// The head without a slot, made by `stamp`. An Array node becomes a Bitmap node at 15 slots.
    #[inline]
    pub(super) fn shrunk(self, bit: u32, stamp: u32) -> Self {
        let is_array = self.is_array() && self.slot_count() > BITMAP_MAX;
        Head {
            birth: stamp << 1 | u32::from(is_array),
            slot_map: self.slot_map & !bit,
            data_map: self.data_map & !bit,
        }
    }

    /// The maps with `slot` at `bit`, and the word that goes there.
    #[inline]
    pub(super) fn with_slot(self, bit: u32, slot: Slot) -> (Head, u32) {
        let (has_slot, has_data, word) = match slot {
            Slot::Empty => (0, 0, 0),
            Slot::Entry(entry) => (bit, bit, entry.0),
            Slot::Child(child) => (bit, 0, child.0),
        };
        let slot_map = self.slot_map & !bit | has_slot;
        let data_map = self.data_map & !bit | has_data;
        (Head { slot_map, data_map, ..self }, word)
    }
}

/// What a slot holds, or what two trees have in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Empty,
    Entry(EntryRef),
    Child(NodeRef),
}

/// Reading nodes.
impl<'a> Nodes<'a> {
    #[inline]
    pub(crate) fn head(self, node: NodeRef) -> Head {
        head_of(self.node(node))
    }

    /// The maps of a node, in a head without a birth.
    #[inline]
    pub(crate) fn maps(self, node: NodeRef) -> Head {
        maps_of(self.node(node))
    }

    /// What the slot of `bit` holds in a branch with this head.
    #[inline]
    pub(crate) fn slot(self, node: NodeRef, head: Head, bit: u32) -> Slot {
        slot_of(self.node(node), head, bit)
    }

    /// The slots of a branch, ascending by bit.
    #[inline]
    pub(crate) fn slots(self, node: NodeRef, head: Head) -> &'a [u32] {
        self.node(node).slice(HEADER..head.branch_words())
    }

    /// Calls `visit` with what a node of either kind holds, in iteration order.
    #[inline]
    pub(crate) fn for_each_slot(self, node: NodeRef, mut visit: impl FnMut(Slot)) {
        let head = self.maps(node);
        if head.is_collision() {
            let entries = self.collision_entries(node).iter();
            return entries.for_each(|&word| visit(Slot::Entry(EntryRef(word))));
        }
        let mut bits = head.slot_map;
        for &word in self.slots(node, head) {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let is_entry = head.data_map & bit != 0;
            visit(if is_entry { Slot::Entry(EntryRef(word)) } else { Slot::Child(NodeRef(word)) });
        }
    }

    #[inline]
    pub(crate) fn collision_hash(self, node: NodeRef) -> u32 {
        self.node(node).word(COLLISION_HASH)
    }

    #[inline]
    pub(crate) fn collision_count(self, node: NodeRef) -> usize {
        self.node(node).word(COLLISION_COUNT) as usize
    }

    /// The entries of a collision node, in insertion order.
    #[inline]
    pub(crate) fn collision_entries(self, node: NodeRef) -> &'a [u32] {
        let words = self.node(node);
        words.slice(COLLISION_HEADER..collision_words(words.word(COLLISION_COUNT) as usize))
    }

    /// Words of a node of either kind.
    #[inline]
    pub(crate) fn node_words(self, node: NodeRef, head: Head) -> usize {
        if head.is_collision() {
            collision_words(self.collision_count(node))
        } else {
            head.branch_words()
        }
    }
}

/// The same for the writer.
impl Words {
    #[inline]
    pub(crate) fn head(&self, node: NodeRef) -> Head {
        self.nodes().head(node)
    }

    #[inline]
    pub(crate) fn slot(&self, node: NodeRef, head: Head, bit: u32) -> Slot {
        self.nodes().slot(node, head, bit)
    }

    #[inline]
    pub(crate) fn collision_count(&self, node: NodeRef) -> usize {
        self.nodes().collision_count(node)
    }

    #[inline]
    pub(crate) fn collision_entries(&self, node: NodeRef) -> &[u32] {
        self.nodes().collision_entries(node)
    }

    #[inline]
    pub(crate) fn node_words(&self, node: NodeRef, head: Head) -> usize {
        self.nodes().node_words(node, head)
    }
}

/// Writing nodes.
impl Words {
    /// Frees the block of a node of either kind.
    #[inline]
    pub(crate) fn free_node(&mut self, node: NodeRef) {
        let size = self.node_words(node, self.head(node));
        self.free(node, size);
    }

    #[inline]
    pub(crate) fn set_head(&mut self, node: NodeRef, head: Head) {
        self.block_mut(node, HEADER).copy_from_slice(&head.words());
    }

    #[inline]
    pub(crate) fn set_slot(&mut self, node: NodeRef, position: usize, word: u32) {
        self.block_mut(node, HEADER + position + 1)[HEADER + position] = word;
    }

    /// Sets the head of a branch and one of its slots.
    #[inline]
    pub(crate) fn set_head_and_slot(
        &mut self,
        node: NodeRef,
        head: Head,
        position: usize,
        word: u32,
    ) {
        let block = self.block_mut(node, HEADER + position + 1);
        block[..HEADER].copy_from_slice(&head.words());
        block[HEADER + position] = word;
    }

    /// A branch with one more slot, for an entry, made by `stamp`: in the same block, if the branch
    /// is of that stamp and its block has room, or in a new one.
    #[inline]
    pub(super) fn grow_branch(
        &mut self,
        node: NodeRef,
        head: Head,
        bit: u32,
        entry: EntryRef,
        stamp: u32,
    ) -> NodeRef {
        let position = rank(head.slot_map, bit);
        let (size, at) = (head.branch_words(), HEADER + position);
        let from = node.0 as usize;
        let target = if head.stamp() == stamp && block_size(size) == block_size(size + 1) {
            self.copy(from + at, from + at + 1, size - at);
            node
        } else {
            let target = self.alloc(size + 1);
            self.copy(from, target.0 as usize, at);
            self.copy(from + at, target.0 as usize + at + 1, size - at);
            target
        };
        self.set_head_and_slot(target, head.grown(bit, stamp), position, entry.0);
        target
    }

    /// Frees the block of a branch.
    #[inline]
    pub(crate) fn free_branch(&mut self, node: NodeRef, head: Head) {
        self.free(node, head.branch_words());
    }

    pub(crate) fn set_collision_head(
        &mut self,
        node: NodeRef,
        stamp: u32,
        hash: u32,
        count: usize,
    ) {
        self.set_head(node, Head::new(stamp, 0, 0));
        let words = self.block_mut(node, COLLISION_HEADER);
        words[COLLISION_HASH] = hash;
        words[COLLISION_COUNT] = count as u32;
    }

    pub(crate) fn collision_entries_mut(&mut self, node: NodeRef, count: usize) -> &mut [u32] {
        &mut self.block_mut(node, collision_words(count))[COLLISION_HEADER..]
    }
}

/// The head of a node for those who read beside a writer, which may be renumbering births: its maps
/// alone.
#[inline(always)]
pub(crate) fn maps_of(node: NodeWords<'_>) -> Head {
    Head { birth: 0, slot_map: node.word(SLOT_MAP), data_map: node.word(DATA_MAP) }
}

#[inline]
pub(crate) fn head_of(node: NodeWords<'_>) -> Head {
    Head { birth: node.word(0), slot_map: node.word(SLOT_MAP), data_map: node.word(DATA_MAP) }
}

#[inline]
pub(crate) fn slot_of(node: NodeWords<'_>, head: Head, bit: u32) -> Slot {
    slot_at(node, head, bit, rank(head.slot_map, bit))
}

/// What the slot of `bit` holds, if it is at this position.
#[inline(always)]
pub(crate) fn slot_at(node: NodeWords<'_>, head: Head, bit: u32, position: usize) -> Slot {
    if head.slot_map & bit == 0 {
        return Slot::Empty;
    }
    let word = node.word(HEADER + position);
    if head.data_map & bit != 0 { Slot::Entry(EntryRef(word)) } else { Slot::Child(NodeRef(word)) }
}

/// Words of a collision node with `count` entries.
#[inline]
pub(crate) fn collision_words(count: usize) -> usize {
    COLLISION_HEADER + count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_as_cpython_does() {
        // Recorded from immutables.map.map_hash with the step from -1 to -2 that C adds.
        let vectors: [(i64, u32); 6] = [
            (0, 0),
            (-1, 0),
            (-2, 1),
            (1 << 32 | 7, 6),
            (0x7fff_ffff_8000_0000_u64 as i64, 0xffff_fffe),
            (0x1234_5678_9abc_def0, 0x8888_8888),
        ];
        for (hash, folded) in vectors {
            assert_eq!(fold(hash as u64), folded, "{hash:#x}");
        }
    }

    #[test]
    fn chunks_take_low_bits_first_and_end_after_level_six() {
        let hash = 0b11_00001_00010_00011_00100_00101_00110;
        let chunks: Vec<u32> = (0..MAX_DEPTH).map(|level| chunk(hash, level)).collect();
        assert_eq!(chunks, [6, 5, 4, 3, 2, 1, 3, 0]);
    }
}
