//! Blocks of `u32` words, with a free list for every size class.

use super::growth::{NoRoom, growth, overrun, shrink, slack};
use super::layout::{NodeRef, WINDOW};
use super::unchecked;

/// Blocks of up to [`FINE_WORDS`] words come in every even size, because most nodes are that small.
/// Blocks of up to [`WINDOW`] words come in multiples of four, so that an edit can put most new
/// slots into the block that is there. Larger ones (collision nodes only) come in four sizes per
/// doubling.
const FINE_WORDS: usize = 8;
const FINE_CLASSES: usize = FINE_WORDS / 2;
const SMALL_CLASSES: usize = FINE_CLASSES + (WINDOW - FINE_WORDS) / 4;
const LARGE_CLASSES: usize = 4 * 27;
const CLASSES: usize = SMALL_CLASSES + LARGE_CLASSES;

/// Words up to which growth doubles.
const DOUBLING_LIMIT: usize = 1 << 12;

/// The free list of a block of `size` words, and the size the block really has.
#[inline]
fn class_of(size: usize) -> (usize, usize) {
    if size <= FINE_WORDS {
        let pairs = size.div_ceil(2);
        return (pairs - 1, pairs * 2);
    }
    if size <= WINDOW {
        let quads = size.div_ceil(4);
        return (quads + FINE_CLASSES - FINE_WORDS / 4 - 1, quads * 4);
    }
    // 37..=40 is the first large class: [32, 64) in steps of 8, [64, 128) in steps of 16, ...
    let octave = (size - 1).ilog2() as usize;
    let step = 1usize << (octave - 2);
    let rounded = size.next_multiple_of(step);
    let quarter = (rounded - (1 << octave)) / step; // 1..=4
    (SMALL_CLASSES + (octave - 5) * 4 + quarter - 1, rounded)
}

/// The words a block for `size` words takes.
#[inline]
pub(crate) fn block_size(size: usize) -> usize {
    class_of(size).1
}

/// The word arena.
pub(crate) struct Words {
    /// Initialised to at least `top + WINDOW` words (A1).
    words: Vec<u32>,
    /// Words below this one belong to a block, in use or free.
    top: usize,
    /// First free block of each class, 0 where there is none; word 0 of a free block is the next.
    free: [u32; CLASSES],
    free_words: usize,
    limit: usize,
    /// An operation took more than it had reserved, and panicked.
    is_overrun: bool,
}

impl Words {
    pub(crate) fn new() -> Result<Self, NoRoom> {
        let mut words = Words::without_memory();
        words.grow_to(2 * WINDOW)?;
        Ok(words)
    }

    /// No words yet, not even those that "no node" reads.
    fn without_memory() -> Self {
        Words {
            words: Vec::new(),
            top: WINDOW,
            free: [0; CLASSES],
            free_words: 0,
            limit: u32::MAX as usize - 2 * WINDOW,
            is_overrun: false,
        }
    }

    /// An arena of the same limit with room for `words` more, for compaction to fill.
    pub(crate) fn for_compaction(&self, words: usize) -> Result<Self, NoRoom> {
        let mut fresh = Words { limit: self.limit, ..Words::without_memory() };
        // What is live fits in, whatever the limit; only the slack is subject to it.
        let wanted = (words + slack(words)).min(self.limit).max(words);
        fresh.grow_to(wanted + 2 * WINDOW)?;
        Ok(fresh)
    }

    /// Gives back what is reserved beyond the usual slack.
    pub(crate) fn trim(&mut self) {
        self.words.truncate(self.top + slack(self.top) + WINDOW);
        shrink(&mut self.words, 0);
    }

    /// Where the blocks end.
    pub(crate) fn top(&self) -> usize {
        self.top
    }

    /// Frees all blocks from this one on, none of which is on a free list.
    pub(crate) fn cut_back_to(&mut self, block: NodeRef) {
        if cfg!(feature = "stress") {
            self.words[block.0 as usize..self.top].fill(0xdead_beef);
        }
        self.top = block.0 as usize;
    }

    /// Calls `build` with all free blocks put aside: what it allocates is contiguous.
    pub(crate) fn at_the_top<R>(&mut self, build: impl FnOnce(&mut Self) -> R) -> R {
        let free = std::mem::replace(&mut self.free, [0; CLASSES]);
        let aside = Aside { words: self, free };
        build(&mut *aside.words)
    }

    /// Words that are reserved beyond what is in use.
    pub(crate) fn spare_words(&self) -> usize {
        self.words.len() - self.top
    }

    /// Words of blocks in use.
    pub(crate) fn live_words(&self) -> usize {
        self.top - WINDOW - self.free_words
    }

    pub(crate) fn free_words(&self) -> usize {
        self.free_words
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u32>()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Blocks beyond this many words in all are refused; words in use stay.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(u32::MAX as usize - 2 * WINDOW);
        let kept = (self.limit + 2 * WINDOW).max(self.top + WINDOW);
        self.words.truncate(kept);
    }

    /// Whether `size` more words can be handed out, whatever the sizes of the blocks.
    #[inline(always)]
    pub(crate) fn has_room(&self, size: usize) -> bool {
        self.top + size + WINDOW <= self.words.len()
    }

    /// Makes room for `size` more words, whatever the sizes of the blocks.
    #[inline]
    pub(crate) fn reserve(&mut self, size: usize) -> Result<(), NoRoom> {
        if self.has_room(size) { Ok(()) } else { self.grow(size) }
    }

    /// The same for a whole tree, with little to spare.
    pub(crate) fn reserve_tree(&mut self, size: usize) -> Result<(), NoRoom> {
        let needed = self.top + size;
        if needed + WINDOW > self.words.len() && needed - WINDOW <= self.limit {
            let wanted = needed + slack(needed).min(self.limit + WINDOW - needed) + WINDOW;
            let _ = self.grow_to(wanted);
        }
        self.reserve(size)
    }

    #[cold]
    fn grow(&mut self, size: usize) -> Result<(), NoRoom> {
        let needed = self.top + size;
        if needed - WINDOW > self.limit {
            return Err(NoRoom::Limit(self.limit));
        }
        let step = growth(needed, DOUBLING_LIMIT);
        let wanted = (needed + step).min(self.limit.saturating_add(WINDOW)).max(needed) + WINDOW;
        self.grow_to(wanted).or_else(|_| self.grow_to(needed + WINDOW))
    }

    fn grow_to(&mut self, length: usize) -> Result<(), NoRoom> {
        let more = length - self.words.len();
        self.words
            .try_reserve_exact(more)
            .map_err(|_| NoRoom::Allocation(more * size_of::<u32>()))?;
        self.words.resize(length, 0);
        Ok(())
    }

    /// A block of at least `size` words, whose content is arbitrary. The caller has reserved it.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, size: usize) -> NodeRef {
        let (class, rounded) = class_of(size);
        let head = self.free[class];
        if head != 0 {
            self.free[class] = self.words[head as usize];
            self.free_words -= rounded;
            return NodeRef(head);
        }
        if !self.has_room(rounded) {
            self.overrun();
        }
        let block = self.top;
        self.top += rounded;
        NodeRef(block as u32)
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
        let (class, rounded) = class_of(size);
        if cfg!(feature = "stress") {
            self.words[block.0 as usize..][..rounded].fill(0xdead_beef);
        }
        self.words[block.0 as usize] = self.free[class];
        self.free[class] = block.0;
        self.free_words += rounded;
    }

    /// All words, for readers that hold them over many reads.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.words
    }

    #[inline]
    pub(crate) fn window(&self, node: NodeRef) -> &[u32; WINDOW] {
        unchecked::window(&self.words, node)
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, node: NodeRef) {
        unchecked::prefetch(&self.words, node);
    }

    #[inline]
    pub(crate) fn window_mut(&mut self, node: NodeRef) -> &mut [u32; WINDOW] {
        self.words[node.0 as usize..].first_chunk_mut().expect("A1: a window follows every node")
    }

    #[inline]
    pub(crate) fn word(&self, at: u32) -> u32 {
        unchecked::word(&self.words, at)
    }

    #[inline]
    pub(crate) fn block(&self, node: NodeRef, size: usize) -> &[u32] {
        &self.words[node.0 as usize..][..size]
    }

    #[inline]
    pub(crate) fn block_mut(&mut self, node: NodeRef, size: usize) -> &mut [u32] {
        &mut self.words[node.0 as usize..][..size]
    }

    /// Copies words between two blocks, or within one.
    #[inline]
    pub(crate) fn copy(&mut self, from: usize, to: usize, count: usize) {
        self.words.copy_within(from..from + count, to);
    }

    /// The free blocks with their sizes, for the checker. Endless if a list is broken.
    pub(crate) fn free_blocks(&self) -> impl Iterator<Item = (NodeRef, usize)> + '_ {
        let fine = (1..=FINE_CLASSES).map(|pairs| pairs * 2);
        let small = (FINE_WORDS / 4 + 1..=WINDOW / 4).map(|quads| quads * 4);
        let large = (0..LARGE_CLASSES).map(|c| {
            let step = 1usize << (c / 4 + 3);
            (32usize << (c / 4)) + (c % 4 + 1) * step
        });
        fine.chain(small).chain(large).zip(self.free).flat_map(move |(size, head)| {
            let next = |&block: &u32| Some(self.words[block as usize]);
            let blocks = std::iter::successors(Some(head), next).take_while(|&block| block != 0);
            blocks.map(move |block| (NodeRef(block), size))
        })
    }
}

/// Free lists put aside, and put back on drop, so that a panic meanwhile does not lose them.
struct Aside<'a> {
    words: &'a mut Words,
    free: [u32; CLASSES],
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        debug_assert!(self.words.free == [0; CLASSES], "nothing is freed meanwhile");
        self.words.free = self.free;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_dense_ascending_and_never_too_small() {
        let mut last = (0, 2);
        for size in 1..20_000 {
            let (class, rounded) = class_of(size);
            assert!(rounded >= size && rounded <= size + size / 4 + 2, "{size} -> {rounded}");
            assert!((class, rounded) == last || class == last.0 + 1 && rounded > last.1, "{size}");
            last = (class, rounded);
        }
        assert!(class_of(u32::MAX as usize).0 < CLASSES);
    }

    #[test]
    fn freed_blocks_are_reused_at_once_and_listed_by_their_size() {
        let mut words = Words::new().unwrap();
        words.reserve(500).unwrap();
        let sizes = [4, 7, 8, 35, 36, 37, 41, 64, 65];
        let blocks: Vec<_> = sizes.iter().map(|&size| words.alloc(size)).collect();
        let live = words.live_words();
        for (&block, &size) in blocks.iter().zip(&sizes) {
            words.free(block, size);
        }
        assert_eq!((words.live_words(), words.free_words()), (0, live));
        let listed: usize = words.free_blocks().map(|(_, size)| size).sum();
        assert_eq!(listed, live);
        for (block, size) in words.free_blocks().collect::<Vec<_>>() {
            assert_eq!(block_size(size), size, "{block}");
        }
        assert_eq!(words.alloc(7), blocks[2]);
        assert_eq!(words.alloc(8), blocks[1]);
    }

    #[test]
    fn a_limit_refuses_and_changes_nothing() {
        let mut words = Words::new().unwrap();
        words.set_limit(100);
        assert_eq!(words.reserve(101), Err(NoRoom::Limit(100)));
        words.reserve(100).unwrap();
        words.alloc(100 - 4);
        assert!(words.reserve(5).is_err());
    }
}
