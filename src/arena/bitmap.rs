//! A bit for each item of an arena, set where it is free, in groups of 64.
//!
//! ```text
//! groups      [ 0110.. ][ 0 ][ 1111.. ] ...   a bit for each free item, a word for each group
//! by_group    [ 101.. ] ...                   a bit for each group that has free items
//! by_word     [ 1.. ]                         a bit for each word of `by_group` that is not zero
//! ```
//!
//! Where a level is one word, there is none above it: most arenas are small.

use std::ops::Range;

use super::growth::NoRoom;
use super::region::Region;

/// Items in a group: the bits of a word.
pub(crate) const GROUP: usize = u64::BITS as usize;

/// Which items of an arena are free.
pub(crate) struct Bitmap {
    groups: Region<u64>,
    by_group: Region<u64>,
    by_word: Region<u64>,
    /// The group in which a bit was set last.
    recent: usize,
    /// How many groups are wholly free.
    whole: usize,
    /// The group at which the next search goes on.
    from: usize,
}

/// The word and the bit in it that stand for `index`.
#[inline(always)]
pub(super) fn place_of(index: usize) -> (usize, u32) {
    (index / GROUP, (index % GROUP) as u32)
}

/// The lowest bit of a word that is not zero.
#[inline(always)]
fn lowest(word: u64) -> Option<usize> {
    if word == 0 { None } else { Some(word.trailing_zeros() as usize) }
}

/// The first of `count` consecutive ones in a word, `count` being at most 64.
fn ones_within(word: u64, count: usize) -> Option<usize> {
    // The bits at which `length` ones begin.
    let mut starts = word;
    let mut length = 1;
    while length < count && starts != 0 {
        let more = length.min(count - length);
        starts &= starts >> more;
        length += more;
    }
    lowest(starts)
}

/// The bits of each group in which some of these items are.
fn parts(items: Range<usize>) -> impl Iterator<Item = (usize, u64)> {
    let mut next = items.start;
    std::iter::from_fn(move || {
        let left = items.end.checked_sub(next).filter(|&left| left != 0)?;
        let (group, bit) = place_of(next);
        let in_group = (GROUP - bit as usize).min(left);
        next += in_group;
        Some((group, u64::MAX >> (GROUP - in_group) << bit))
    })
}

impl Bitmap {
    /// Bits for no items yet, of so many at most.
    pub(crate) fn new(most: usize) -> Self {
        let groups = most.div_ceil(GROUP);
        let words = groups.div_ceil(GROUP);
        Bitmap {
            groups: Region::new(groups),
            by_group: Region::new(words),
            by_word: Region::new(words.div_ceil(GROUP)),
            recent: 0,
            whole: 0,
            from: 0,
        }
    }

    /// Items that there are bits for.
    pub(crate) fn covered(&self) -> usize {
        self.groups.len() * GROUP
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        [&self.groups, &self.by_group, &self.by_word]
            .map(|level| level.heap_bytes(level.len()))
            .iter()
            .sum()
    }

    /// Makes bits for this many items in all. The new ones are not free.
    pub(crate) fn cover(&mut self, items: usize) -> Result<(), NoRoom> {
        if items <= self.covered() {
            return Ok(());
        }
        // The groups come last: their number says what is covered.
        for (level, size) in self.levels_for(items) {
            level.reserve(size)?;
            level.set_len(size.max(level.len()));
        }
        // What is above the first words may be new.
        Self::note_first(&self.groups, &mut self.by_group);
        Self::note_first(&self.by_group, &mut self.by_word);
        Ok(())
    }

    /// Notes in a level whether the first word of the one below has free items.
    fn note_first(below: &[u64], above: &mut [u64]) {
        if let (Some(&below), Some(above)) = (below.first(), above.first_mut()) {
            *above = *above & !1 | u64::from(below != 0);
        }
    }

    /// Gives back the bits of all items but the first so many. None of the others is free.
    pub(crate) fn trim(&mut self, items: usize) {
        for (level, size) in self.levels_for(items) {
            level.truncate(size);
            level.shrink(0);
        }
    }

    /// The words of each level, and how many it takes for so many items.
    fn levels_for(&mut self, items: usize) -> [(&mut Region<u64>, usize); 3] {
        let above = |words: usize| if words > 1 { words.div_ceil(GROUP) } else { 0 };
        let groups = items.div_ceil(GROUP);
        let words = above(groups);
        let top = above(words);
        [(&mut self.by_word, top), (&mut self.by_group, words), (&mut self.groups, groups)]
    }

    /// Notes that items of one group are free: those of these bits. Returns whether all of the
    /// group is, now.
    #[inline]
    pub(crate) fn set(&mut self, group: usize, bits: u64) -> bool {
        let word = &mut self.groups[group];
        debug_assert!(*word & bits == 0, "an item of group {group} is freed twice");
        let was_full = *word == 0;
        *word |= bits;
        let is_whole = *word == u64::MAX;
        self.whole += usize::from(is_whole);
        self.recent = group;
        if was_full {
            self.note_free(group);
        }
        is_whole
    }

    /// How many items are in groups that are wholly free.
    pub(super) fn whole_items(&self) -> usize {
        self.whole * GROUP
    }

    /// Notes that these items are free. Returns whether all of a group is, now.
    #[inline]
    pub(super) fn set_run(&mut self, items: Range<usize>) -> bool {
        let mut has_whole = false;
        for (group, bits) in parts(items) {
            has_whole |= self.set(group, bits);
        }
        has_whole
    }

    /// Notes that these items, all of which are free, are in use.
    pub(crate) fn clear_run(&mut self, items: Range<usize>) {
        for (group, bits) in parts(items) {
            let word = &mut self.groups[group];
            debug_assert!(*word & bits == bits, "all of them are free");
            self.whole -= usize::from(*word == u64::MAX);
            *word &= !bits;
            if *word == 0 {
                self.note_full(group);
            }
        }
    }

    /// Notes that no item is free. None beyond the first so many is.
    pub(super) fn clear_all(&mut self, items: usize) {
        for (level, size) in self.levels_for(items) {
            // A level that so few need not have may be there all the same.
            let size = size.max(1).min(level.len());
            level[0..size].fill(0);
        }
        self.whole = 0;
    }

    /// Whether all of these items are free.
    pub(crate) fn is_free(&self, items: Range<usize>) -> bool {
        parts(items).all(|(group, bits)| self.groups[group] & bits == bits)
    }

    /// Takes the free items of the group in which one was freed last, or of another: the first
    /// item of the group, and the bits.
    pub(super) fn take_group(&mut self) -> Option<(usize, u64)> {
        let group = self.group_from(self.recent).or_else(|| self.group_from(0))?;
        let bits = std::mem::take(&mut self.groups[group]);
        self.whole -= usize::from(bits == u64::MAX);
        self.recent = group;
        self.note_full(group);
        Some((group * GROUP, bits))
    }

    /// Takes the lowest free item.
    pub(crate) fn take_lowest(&mut self) -> Option<usize> {
        let group = self.group_from(0)?;
        let item = group * GROUP + lowest(self.groups[group])?;
        self.clear_run(item..item + 1);
        Some(item)
    }

    /// Notes that a group has a free item.
    #[inline(never)]
    fn note_free(&mut self, group: usize) {
        let (at, bit) = place_of(group);
        let Some(word) = self.by_group.get_mut(at) else { return };
        let was_full = *word == 0;
        *word |= 1 << bit;
        if was_full {
            let (word, bit) = place_of(at);
            if let Some(word) = self.by_word.get_mut(word) {
                *word |= 1 << bit;
            }
        }
    }

    /// Notes that a group has no free item.
    fn note_full(&mut self, group: usize) {
        let (at, bit) = place_of(group);
        let Some(word) = self.by_group.get_mut(at) else { return };
        *word &= !(1 << bit);
        if *word == 0 {
            let (word, bit) = place_of(at);
            if let Some(word) = self.by_word.get_mut(word) {
                *word &= !(1 << bit);
            }
        }
    }

    /// The first group from this one on that has a free item.
    fn group_from(&self, from: usize) -> Option<usize> {
        if self.groups.len() <= 1 {
            return Some(from).filter(|&from| self.groups.get(from).is_some_and(|&bits| bits != 0));
        }
        let (word, bit) = place_of(from);
        if let Some(found) = lowest(self.by_group.get(word)? >> bit << bit) {
            return Some(word * GROUP + found);
        }
        let (top, bit) = place_of(word + 1);
        let word = if let Some(found) = lowest(self.by_word.get(top)? >> bit << bit) {
            top * GROUP + found
        } else {
            let top = (top + 1..self.by_word.len()).find(|&top| self.by_word[top] != 0)?;
            top * GROUP + lowest(self.by_word[top])?
        };
        lowest(self.by_group[word]).map(|found| word * GROUP + found)
    }

    /// Takes runs of `count` free items, 64 at most, until `runs` is full: those of the first group
    /// that has any, in a search of bounded length. It begins with group `from`, which becomes the
    /// group where it ends. Returns how many there are.
    pub(super) fn take_short(&mut self, count: usize, from: &mut usize, runs: &mut [u32]) -> usize {
        const MOST_GROUPS: usize = 32;
        for _ in 0..MOST_GROUPS {
            let Some(group) = self.group_from(*from).or_else(|| self.group_from(0)) else {
                return 0;
            };
            *from = group;
            let mut found = 0;
            while found < runs.len()
                && let Some(at) = self.short_run(group, count)
            {
                let first = group * GROUP + at;
                self.clear_run(first..first + count);
                runs[found] = first as u32;
                found += 1;
            }
            if found != 0 {
                return found;
            }
            *from = group + 1;
        }
        0
    }

    /// The first of `count` free items that begin in a group, and may end in the next.
    fn short_run(&self, group: usize, count: usize) -> Option<usize> {
        let bits = self.groups[group];
        if let Some(at) = ones_within(bits, count) {
            return Some(at);
        }
        let before = bits.leading_ones() as usize;
        let after = self.groups.get(group + 1)?.trailing_ones() as usize;
        (before != 0 && before + after >= count).then(|| GROUP - before)
    }

    /// The first of `count` consecutive free items, if a search of bounded length finds them:
    /// around the item that was freed last, then onwards from where the last search ended. It looks
    /// at a word for every second item that it is to find, and a few more.
    pub(super) fn find_gap(&mut self, count: usize) -> Option<usize> {
        const FEW: usize = 16;
        let spanned = count / GROUP + 2;
        let near = self.recent.saturating_sub(spanned);
        if let Some(first) = self.gap_in(count, near, 2 * spanned) {
            return Some(first);
        }
        if self.from >= self.groups.len() {
            self.from = 0;
        }
        let searched = spanned + FEW + count / 2;
        let found = self.gap_in(count, self.from, searched);
        // A gap that reaches out of what was searched is found by the next search.
        self.from = found.map_or(self.from + searched - spanned, |at| at / GROUP);
        found
    }

    /// The first of `count` consecutive free items in so many groups.
    fn gap_in(&self, count: usize, from: usize, groups: usize) -> Option<usize> {
        // Free items right before the group.
        let mut before = 0;
        for (&bits, group) in self.groups.get(from..)?.iter().zip(from..from + groups) {
            let first = group * GROUP;
            if before + bits.trailing_ones() as usize >= count {
                return Some(first - before);
            }
            if bits == u64::MAX {
                before += GROUP;
                continue;
            }
            if count < GROUP
                && let Some(at) = ones_within(bits, count)
            {
                return Some(first + at);
            }
            before = bits.leading_ones() as usize;
        }
        None
    }

    /// How many items right before `end` are free, up to so many.
    pub(super) fn count_before(&self, end: usize, most: usize) -> usize {
        let mut count = 0;
        while count < most.min(end) {
            let (group, bit) = place_of(end - count - 1);
            let found = (self.groups[group] << (GROUP as u32 - 1 - bit)).leading_ones();
            count += found as usize;
            if found <= bit {
                break;
            }
        }
        count.min(most)
    }

    /// The free items, for the checker.
    pub(crate) fn free_items(&self) -> impl Iterator<Item = usize> + '_ {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(group, &bits)| {
            (0..GROUP).filter(move |bit| bits >> bit & 1 != 0).map(move |bit| group * GROUP + bit)
        })
    }

    /// Tests that the levels agree with each other.
    pub(crate) fn check(&self) -> Result<(), String> {
        let whole = self.groups.iter().filter(|&&bits| bits == u64::MAX).count();
        if whole != self.whole {
            return Err(format!("{whole} groups are wholly free, {} counted (A2)", self.whole));
        }
        for (below, above) in [(&self.groups, &self.by_group), (&self.by_group, &self.by_word)] {
            let is_above = |index: usize| above[index / GROUP] >> (index % GROUP) & 1 != 0;
            let is_wrong = |&at: &usize| is_above(at) != (below[at] != 0);
            if below.len() > 1
                && let Some(index) = (0..below.len()).find(is_wrong)
            {
                return Err(format!("word {index} of a bitmap is noted wrongly (A2)"));
            }
        }
        Ok(())
    }
}
