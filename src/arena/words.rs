//! Blocks of `u32` words: those in use, those freed last, and all others that are free.

use std::ops::Range;

use super::bitmap::{Bitmap, GROUP};
use super::growth::{NoRoom, growth, overrun, slack};
use super::layout::{BRANCH_WORDS, NodeRef};
use super::pages::{Cut, KEPT_BYTES, free_pages, given_back};
use super::recent::Recent;
use super::region::{Left, NodeWords, Nodes, Region};
use super::scratch::Refused;
use super::size_class::{CLASSES, block_size, class_of, size_of_class};

/// Words at the beginning that are zero and belong to no block: "no node" reads as a collision node
/// without entries.
pub(super) const ZEROS: usize = 8;

/// The most words there can be. A block that ends there has a `u32` for its end, too.
const MOST_WORDS: usize = u32::MAX as usize - BRANCH_WORDS;

/// Words up to which growth doubles.
const DOUBLING_LIMIT: usize = 1 << 11;

/// Bytes of two words, which share a bit.
const PAIR: usize = size_of::<[u32; 2]>();

/// The word arena.
pub(crate) struct Words {
    pub(super) memory: Region<u32>,
    /// Words below this one belong to a block, in use or free, or to the zeros.
    pub(super) top: usize,
    /// Words below this one may be handed out: there is memory for them, and they are within the
    /// limit.
    room: usize,
    pub(super) recent: [Recent; CLASSES],
    /// A bit for each pair of words that is free and not in a recent block.
    pub(super) free: Bitmap,
    /// How many bits are set.
    pub(super) free_pairs: usize,
    /// Words from which blocks are taken before any other place is searched.
    pub(super) gap: Range<usize>,
    /// For each class the group of the bitmap where the next search begins: the lowest in which a
    /// block of the class was freed since a search passed it. So low words are used first, and
    /// high ones are free in large pieces.
    from: [usize; CLASSES],
    /// So many searches are left out, because the last one found nothing.
    left_out: u32,
    cut: Cut,
    limit: usize,
    /// Others read nodes meanwhile: words that move leave what they were in.
    is_shared: bool,
    left: Vec<Left>,
    /// An operation took more than it had reserved, and panicked.
    is_overrun: bool,
}

impl Words {
    pub(crate) fn new() -> Result<Self, NoRoom> {
        let mut words = Words::without_memory();
        words.grow_to(2 * BRANCH_WORDS)?;
        Ok(words)
    }

    /// No words yet, not even those that "no node" reads.
    fn without_memory() -> Self {
        Words {
            memory: Region::new(MOST_WORDS),
            top: ZEROS,
            room: 0,
            recent: [Recent::NONE; CLASSES],
            free: Bitmap::new(MOST_WORDS / 2),
            free_pairs: 0,
            gap: 0..0,
            from: [0; CLASSES],
            left_out: 0,
            cut: Cut::default(),
            limit: MOST_WORDS - ZEROS,
            is_shared: false,
            left: Vec::new(),
            is_overrun: false,
        }
    }

    /// An arena of the same limit with room for `words` more, for compaction to fill.
    pub(crate) fn for_compaction(&self, words: usize) -> Result<Self, NoRoom> {
        let mut fresh = Words { limit: self.limit, ..Words::without_memory() };
        // What is live fits in, whatever the limit; only the slack is subject to it.
        let wanted = (words + slack(words)).min(self.limit).max(words);
        fresh.grow_to(wanted + ZEROS)?;
        Ok(fresh)
    }

    /// Gives back what is reserved beyond the usual slack.
    pub(crate) fn trim(&mut self) {
        if self.is_shared {
            return;
        }
        let kept = self.top + slack(self.top);
        if kept < self.memory.len() {
            self.memory.truncate(kept);
            self.memory.shrink(kept);
            self.free.trim(kept.div_ceil(2));
            self.room = kept.min(self.limit + ZEROS);
        }
    }

    /// Says whether others read nodes while this arena is written. Where they do not any more,
    /// frees what they may have been reading.
    pub(crate) fn set_shared(&mut self, is_shared: bool) {
        self.is_shared = is_shared;
        if !is_shared && !self.left.is_empty() {
            self.left = Vec::new();
        }
    }

    /// Where the blocks end.
    pub(crate) fn top(&self) -> usize {
        self.top
    }

    /// Whether more is free than the recent blocks.
    pub(crate) fn has_noted(&self) -> bool {
        self.free_pairs != 0
    }

    /// Cuts everything off, if no block is in use.
    pub(crate) fn reset_if_unused(&mut self) {
        if self.live_words() != 0 || self.top == ZEROS {
            return;
        }
        self.recent = [Recent::NONE; CLASSES];
        self.free_pairs = 0;
        self.free.clear_all(self.top.div_ceil(2));
        self.cut_to(ZEROS);
    }

    /// Frees all blocks from this one on, all of which are in use.
    pub(crate) fn cut_back_to(&mut self, block: NodeRef) {
        self.poison(block.0 as usize..self.top);
        self.cut_to(block.0 as usize);
    }

    fn cut_to(&mut self, top: usize) {
        let before = std::mem::replace(&mut self.top, top);
        if let Some(cut) = self.cut.note(before, top, size_of::<u32>()) {
            self.memory.give_back(cut);
        }
    }

    /// Calls `build`, which takes `size` words at most, in blocks that follow each other.
    pub(crate) fn in_a_row<R>(&mut self, size: usize, build: impl FnOnce(&mut Self) -> R) -> R {
        self.gap = self.find_gap(size).unwrap_or(0..0);
        let recent = std::mem::replace(&mut self.recent, [Recent::NONE; CLASSES]);
        // More than there are blocks in a tree.
        let left_out = std::mem::replace(&mut self.left_out, u32::MAX);
        let aside = Aside { words: self, recent, left_out };
        build(&mut *aside.words)
    }

    /// Takes so many free words that follow each other.
    fn find_gap(&mut self, size: usize) -> Option<Range<usize>> {
        let pairs = size.div_ceil(2);
        if self.free_pairs < pairs {
            return None;
        }
        let first = self.free.find_gap(pairs)?;
        self.free.clear_run(first..first + pairs);
        self.free_pairs -= pairs;
        Some(first * 2..(first + pairs) * 2)
    }

    /// Words of blocks in use.
    pub(crate) fn live_words(&self) -> usize {
        self.top - ZEROS - self.free_words()
    }

    pub(crate) fn free_words(&self) -> usize {
        let recent = self.recent.iter().enumerate();
        let recent: usize =
            recent.map(|(class, blocks)| blocks.blocks().len() * size_of_class(class)).sum();
        self.free_pairs * 2 + recent
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let given_back = given_back(self.free.whole_items() * 2, PAIR / 2);
        self.memory.heap_bytes(self.top - given_back) + self.free.heap_bytes()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Blocks beyond this many words in all are refused; words in use stay.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MOST_WORDS - ZEROS);
        self.room = self.memory.len().min(self.limit + ZEROS);
    }

    /// Whether `size` more words can be handed out, whatever the sizes of the blocks.
    #[inline(always)]
    pub(crate) fn has_room(&self, size: usize) -> bool {
        self.top + size <= self.room
    }

    /// Makes room for `size` more words, whatever the sizes of the blocks.
    #[inline]
    pub(crate) fn reserve(&mut self, size: usize) -> Result<(), NoRoom> {
        if self.has_room(size) { Ok(()) } else { self.grow(size) }
    }

    /// The same for a whole tree, with little to spare.
    pub(crate) fn reserve_tree(&mut self, size: usize) -> Result<(), NoRoom> {
        let needed = self.top + size;
        if needed > self.room && needed - ZEROS <= self.limit {
            let _ = self.grow_to((needed + slack(needed)).min(self.limit + ZEROS));
        }
        self.reserve(size)
    }

    #[cold]
    fn grow(&mut self, size: usize) -> Result<(), NoRoom> {
        let needed = self.top + size;
        if needed - ZEROS > self.limit {
            return Err(NoRoom::Limit(self.limit));
        }
        let mut step = growth(needed, DOUBLING_LIMIT, self.memory.is_mapped());
        if self.is_shared && !self.memory.is_mapped() {
            // What is left stays for a while, so it should be little in all.
            step = needed;
        }
        let wanted = (needed + step).min(self.limit + ZEROS);
        self.grow_to(wanted).or_else(|_| self.grow_to(needed))
    }

    fn grow_to(&mut self, length: usize) -> Result<(), NoRoom> {
        let length = length.max(self.memory.len());
        self.free.cover(length.div_ceil(2))?;
        if self.is_shared {
            self.left.try_reserve(1).map_err(|_| Refused(size_of::<Left>()))?;
            self.left.extend(self.memory.reserve_keeping(length)?);
        } else {
            self.memory.reserve(length)?;
        }
        self.memory.set_len(length);
        // The caller has looked at the limit, which what is live may exceed.
        self.room = length;
        Ok(())
    }

    /// A block of at least `size` words, whose content is arbitrary. The caller has reserved it.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, size: usize) -> NodeRef {
        let class = class_of(size);
        if let Some(recent) = self.recent.get_mut(class)
            && let Some(block) = recent.take()
        {
            return NodeRef(block);
        }
        self.alloc_elsewhere(class, block_size(size))
    }

    /// A block of `size` words of which none was freed recently: from the gap, from among those
    /// that are free, or after all others.
    #[inline(never)]
    fn alloc_elsewhere(&mut self, class: usize, size: usize) -> NodeRef {
        if self.gap.len() >= size {
            let block = self.gap.start;
            self.gap.start += size;
            return NodeRef(block as u32);
        }
        // A search pays if a sixteenth of the arena is free, which it is not while a map grows.
        if self.free_pairs >= (self.top / 32).max(size / 2)
            && let Some(block) = self.search(class, size)
        {
            return block;
        }
        if !self.has_room(size) {
            self.overrun();
        }
        let block = self.top;
        self.top += size;
        NodeRef(block as u32)
    }

    /// A free block, if a search of bounded length finds one. Others of the class become recent.
    #[inline(never)]
    fn search(&mut self, class: usize, size: usize) -> Option<NodeRef> {
        /// After a search that found nothing, so many are left out.
        const LEFT_OUT: u32 = 4;
        let pairs = size / 2;
        if self.left_out != 0 {
            self.left_out -= 1;
            return None;
        }
        let Some(recent) = self.recent.get_mut(class) else {
            return Some(NodeRef(self.find_gap(size)?.start as u32));
        };
        let block = recent.refill(|blocks| {
            let found = self.free.take_short(pairs, &mut self.from[class], blocks);
            blocks.iter_mut().for_each(|block| *block *= 2);
            self.free_pairs -= found * pairs;
            found
        });
        if block.is_none() {
            self.left_out = LEFT_OUT;
        }
        block.map(NodeRef)
    }

    /// Panics before an operation takes a word that it did not reserve.
    #[cold]
    fn overrun(&mut self) -> ! {
        self.is_overrun = true;
        overrun("words");
    }

    /// Whether an operation panicked there: its blocks stay allocated until the next compaction.
    pub(crate) fn is_overrun(&self) -> bool {
        self.is_overrun
    }

    /// Takes back a block that was allocated for `size` words.
    #[inline]
    pub(crate) fn free(&mut self, block: NodeRef, size: usize) {
        self.poison(block.0 as usize..block.0 as usize + block_size(size));
        let class = class_of(size);
        let Some(recent) = self.recent.get_mut(class) else {
            return self.note_free(block.0 as usize, block_size(size));
        };
        if !recent.add(block.0) {
            self.free_oldest(class);
            self.recent[class].add(block.0);
        }
    }

    /// Notes the oldest of the recent blocks of a class as free.
    #[inline(never)]
    fn free_oldest(&mut self, class: usize) {
        let size = size_of_class(class);
        for block in self.recent[class].take_oldest() {
            self.note_free(block as usize, size);
            self.from[class] = self.from[class].min(block as usize / 2 / GROUP);
        }
    }

    /// Notes words as free. Whole pages that are free go back to the system, and what is free at
    /// the end is cut off.
    fn note_free(&mut self, first: usize, size: usize) {
        let pairs = first / 2..(first + size) / 2;
        let has_emptied = self.free.set_run(pairs.clone());
        self.free_pairs += pairs.len();
        if first + size == self.top {
            let count = self.free.count_before(pairs.end, pairs.end);
            self.free.clear_run(pairs.end - count..pairs.end);
            self.free_pairs -= count;
            self.cut_to(self.top - count * 2);
        } else if has_emptied
            && self.free_pairs * PAIR > KEPT_BYTES
            && let Some(page) = self.memory.page_size()
            && let Some(pairs) = free_pages(pairs, PAIR, page, |pairs| self.free.is_free(pairs))
        {
            self.memory.give_back(pairs.start * 2..pairs.end * 2);
        }
    }

    /// Overwrites free words, so that a stale reference to them is found.
    #[inline(always)]
    fn poison(&mut self, words: Range<usize>) {
        if cfg!(feature = "stress") {
            self.memory[words].fill(0xdead_beef);
        }
    }

    /// The words of all nodes, to read.
    #[inline(always)]
    pub(crate) fn nodes(&self) -> Nodes<'_> {
        Nodes::of(&self.memory)
    }

    /// The words of a node.
    #[inline(always)]
    pub(crate) fn node(&self, node: NodeRef) -> NodeWords<'_> {
        self.nodes().node(node)
    }

    #[inline(always)]
    pub(crate) fn word(&self, at: u32) -> u32 {
        self.nodes().word(at)
    }

    /// Words in blocks or beyond them: every index is below.
    pub(crate) fn word_count(&self) -> usize {
        self.memory.len()
    }

    #[inline]
    pub(crate) fn block(&self, node: NodeRef, size: usize) -> &[u32] {
        &self.memory[node.0 as usize..node.0 as usize + size]
    }

    #[inline]
    pub(crate) fn block_mut(&mut self, node: NodeRef, size: usize) -> &mut [u32] {
        &mut self.memory[node.0 as usize..node.0 as usize + size]
    }

    /// Writes the first word of a block, of which others may be reading the rest.
    pub(crate) fn set_first(&mut self, node: NodeRef, word: u32) {
        self.memory[node.0 as usize] = word;
    }

    /// Copies words between two blocks, or within one.
    #[inline]
    pub(crate) fn copy(&mut self, from: usize, to: usize, count: usize) {
        self.memory.copy_items(from, to, count);
    }
}

/// What the arena has apart from a gap, while a tree is built in it. It is put back on drop, so
/// that a panic meanwhile does not lose it.
struct Aside<'a> {
    words: &'a mut Words,
    recent: [Recent; CLASSES],
    left_out: u32,
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        let words = &mut *self.words;
        debug_assert!(
            words.recent.iter().all(|recent| recent.blocks().is_empty()),
            "nothing is freed"
        );
        (words.recent, words.left_out) = (self.recent, self.left_out);
        let rest = std::mem::replace(&mut words.gap, 0..0);
        if !rest.is_empty() {
            words.note_free(rest.start, rest.len());
        }
    }
}

#[cfg(test)]
mod tests;
