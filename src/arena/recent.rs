//! The blocks that were freed last.

/// How many are kept of one size class.
const KEPT: usize = 15;
/// When there are more, so many go, those that were freed first.
const OLDEST: usize = 8;

/// The blocks of one size class that were freed last: the first to be used again, because their
/// words are in the cache. As large as a cache line; aligned to one, it would make all stores so.
#[derive(Clone, Copy)]
pub(super) struct Recent {
    count: u32,
    blocks: [u32; KEPT],
}

impl Recent {
    pub(super) const NONE: Recent = Recent { count: 0, blocks: [0; KEPT] };

    pub(super) fn blocks(&self) -> &[u32] {
        &self.blocks[..self.count as usize]
    }

    /// Takes the block that was freed last.
    #[inline(always)]
    pub(super) fn take(&mut self) -> Option<u32> {
        let count = self.count.wrapping_sub(1);
        let block = *self.blocks.get(count as usize)?;
        self.count = count;
        Some(block)
    }

    /// Adds a block, if there is room.
    #[inline(always)]
    pub(super) fn add(&mut self, block: u32) -> bool {
        let Some(next) = self.blocks.get_mut(self.count as usize) else { return false };
        *next = block;
        self.count += 1;
        true
    }

    /// Takes the blocks that were freed first. There is no room for another.
    pub(super) fn take_oldest(&mut self) -> [u32; OLDEST] {
        let oldest = *self.blocks.first_chunk().expect("fewer go than there are");
        self.blocks.copy_within(OLDEST.., 0);
        self.count -= OLDEST as u32;
        oldest
    }

    /// Has some blocks found, where there are none, and takes the first.
    pub(super) fn refill(&mut self, find: impl FnOnce(&mut [u32; OLDEST]) -> usize) -> Option<u32> {
        let mut found = [0; OLDEST];
        self.count = find(&mut found) as u32;
        let found = &found[..self.count as usize];
        self.blocks.iter_mut().zip(found.iter().rev()).for_each(|(block, &found)| *block = found);
        self.take()
    }
}
