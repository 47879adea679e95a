//! Which rows of the entry arena are vacant: a bit for each row, in groups of 64.
//!
//! ```text
//! groups      [ 0110.. ][ 0 ][ 1111.. ] ...   a bit for each vacant row, a word for each group
//! by_group    [ 101.. ] ...                   a bit for each group that has vacant rows
//! by_word     [ 1.. ]                         a bit for each word of `by_group` that is not zero
//! freed       the row that was freed last
//! current     what is left of the group from which rows are handed out
//! ```
//!
//! A loop that makes an entry and frees another only exchanges `freed`. Otherwise rows are handed
//! out by groups, the lowest row of a group first, beginning with the group in which one was freed
//! last. The rows in `freed` and `current` have no bits in `groups`. Once they are put back there,
//! a group that is wholly vacant reads as a word of ones.

use super::growth::{NoRoom, shrink};

/// Rows in a group: the bits of a word.
const GROUP: usize = u64::BITS as usize;

/// No reference has this index.
pub(super) const NO_ROW: u32 = u32::MAX;

/// The vacant rows of an arena.
pub(super) struct VacantRows {
    /// The vacant row that was freed last, or `NO_ROW`. It has no bit.
    freed: u32,
    /// Vacant rows of the group from which they are handed out. They have no bits in `groups`.
    current: u64,
    /// First row of that group.
    current_first: u32,
    /// The group in which the last bit was set.
    recent: usize,
    groups: Vec<u64>,
    by_group: Vec<u64>,
    by_word: Vec<u64>,
    /// The group at which the next search for a gap goes on.
    gap_from: usize,
}

/// The word and the bit in it that stand for `index`.
#[inline(always)]
fn place_of(index: usize) -> (usize, u32) {
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

impl VacantRows {
    pub(super) fn new() -> Self {
        VacantRows {
            freed: NO_ROW,
            current: 0,
            current_first: 0,
            recent: 0,
            groups: Vec::new(),
            by_group: Vec::new(),
            by_word: Vec::new(),
            gap_from: 0,
        }
    }

    /// Rows that there are bits for.
    pub(super) fn covered(&self) -> usize {
        self.groups.len() * GROUP
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let words = self.groups.capacity() + self.by_group.capacity() + self.by_word.capacity();
        words * size_of::<u64>()
    }

    /// Makes bits for this many rows in all.
    pub(super) fn cover(&mut self, rows: usize) -> Result<(), NoRoom> {
        for (level, size) in self.levels_for(rows) {
            let more = size.saturating_sub(level.len());
            level
                .try_reserve_exact(more)
                .map_err(|_| NoRoom::Allocation(more * size_of::<u64>()))?;
            level.resize(level.len() + more, 0);
        }
        Ok(())
    }

    /// Gives back the bits of all rows but the first so many. None of the others is vacant.
    pub(super) fn trim(&mut self, rows: usize) {
        for (level, size) in self.levels_for(rows) {
            level.truncate(size);
            shrink(level, 0);
        }
    }

    /// The words of each level, and how many it takes for so many rows. The groups come last: their
    /// number says what is covered.
    fn levels_for(&mut self, rows: usize) -> [(&mut Vec<u64>, usize); 3] {
        let groups = rows.div_ceil(GROUP);
        let words = groups.div_ceil(GROUP);
        let top = words.div_ceil(GROUP);
        [(&mut self.by_word, top), (&mut self.by_group, words), (&mut self.groups, groups)]
    }

    /// Notes that a row is vacant.
    #[inline(always)]
    pub(super) fn add(&mut self, row: u32) {
        let freed = std::mem::replace(&mut self.freed, row);
        if freed != NO_ROW {
            self.set(freed);
        }
    }

    /// Takes the row that was freed last, unless that has been done.
    #[inline(always)]
    pub(super) fn take_freed(&mut self) -> Option<u32> {
        if self.freed == NO_ROW {
            return None;
        }
        Some(std::mem::replace(&mut self.freed, NO_ROW))
    }

    /// Takes the lowest row of the group from which rows are handed out, or of the next one.
    #[inline(never)]
    pub(super) fn take(&mut self) -> Option<u32> {
        if self.current == 0 {
            let group = self.group_from(self.recent).or_else(|| self.group_from(0))?;
            self.current = std::mem::take(&mut self.groups[group]);
            self.current_first = (group * GROUP) as u32;
            self.recent = group;
            self.note_full(group);
        }
        let row = self.current_first + self.current.trailing_zeros();
        self.current &= self.current - 1;
        Some(row)
    }

    /// Sets the bit of a row.
    #[inline]
    fn set(&mut self, row: u32) {
        let (group, bit) = place_of(row as usize);
        let word = &mut self.groups[group];
        let was_full = *word == 0;
        *word |= 1 << bit;
        self.recent = group;
        if was_full {
            self.note_vacant(group);
        }
    }

    /// Sets the bits of all vacant rows.
    fn put_back(&mut self) {
        if self.current != 0 {
            let group = self.current_first as usize / GROUP;
            self.groups[group] |= std::mem::take(&mut self.current);
            self.note_vacant(group);
        }
        if let Some(row) = self.take_freed() {
            self.set(row);
        }
    }

    /// Notes that a group has a vacant row.
    #[inline(never)]
    fn note_vacant(&mut self, group: usize) {
        let (at, bit) = place_of(group);
        let word = &mut self.by_group[at];
        let was_full = *word == 0;
        *word |= 1 << bit;
        if was_full {
            let (word, bit) = place_of(at);
            self.by_word[word] |= 1 << bit;
        }
    }

    /// Notes that a group has no vacant row.
    fn note_full(&mut self, group: usize) {
        let (word, bit) = place_of(group);
        self.by_group[word] &= !(1 << bit);
        if self.by_group[word] == 0 {
            let (word, bit) = place_of(word);
            self.by_word[word] &= !(1 << bit);
        }
    }

    /// The first group from this one on that has a vacant row.
    fn group_from(&self, from: usize) -> Option<usize> {
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

    /// The first of `count` consecutive vacant rows, if a search of bounded length finds them:
    /// around the row that was freed last, then onwards from where the last search ended. It looks
    /// at a word for every second row that it is to find, and a few more.
    pub(super) fn find_gap(&mut self, count: usize) -> Option<u32> {
        const FEW: usize = 16;
        self.put_back();
        let spanned = count / GROUP + 2;
        let near = self.recent.saturating_sub(spanned);
        if let Some(first) = self.gap_in(count, near, 2 * spanned) {
            return Some(first);
        }
        if self.gap_from >= self.groups.len() {
            self.gap_from = 0;
        }
        let searched = spanned + FEW + count / 2;
        let found = self.gap_in(count, self.gap_from, searched);
        // A gap that reaches out of what was searched is found by the next search.
        self.gap_from = found.map_or(self.gap_from + searched - spanned, |at| at as usize / GROUP);
        found
    }

    /// The first of `count` consecutive vacant rows in so many groups.
    fn gap_in(&self, count: usize, from: usize, groups: usize) -> Option<u32> {
        // Vacant rows right before the group.
        let mut before = 0;
        for (&bits, group) in self.groups.get(from..)?.iter().zip(from..from + groups) {
            let first = group * GROUP;
            if before + bits.trailing_ones() as usize >= count {
                return Some((first - before) as u32);
            }
            if bits == u64::MAX {
                before += GROUP;
                continue;
            }
            if count < GROUP
                && let Some(at) = ones_within(bits, count)
            {
                return Some((first + at) as u32);
            }
            before = bits.leading_ones() as usize;
        }
        None
    }

    /// How many rows right before `end` are vacant, up to so many.
    pub(super) fn count_before(&mut self, end: usize, most: usize) -> usize {
        self.put_back();
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

    /// Takes `count` vacant rows from this one on, which a search has found.
    pub(super) fn take_from(&mut self, first: usize, count: usize) {
        let end = first + count;
        let mut row = first;
        while row < end {
            let (group, bit) = place_of(row);
            let in_group = (GROUP - bit as usize).min(end - row);
            let bits = u64::MAX >> (GROUP - in_group) << bit;
            debug_assert!(self.groups[group] & bits == bits, "all of them are vacant");
            self.groups[group] &= !bits;
            if self.groups[group] == 0 {
                self.note_full(group);
            }
            row += in_group;
        }
    }

    /// Tests that the bits are those of the rows that `is_vacant` says, `count` in all, and that
    /// they agree with each other.
    pub(super) fn check(
        &self,
        count: usize,
        row_count: usize,
        is_vacant: impl Fn(usize) -> bool,
    ) -> Result<(), String> {
        let mut groups = self.groups.clone();
        let mut add = |group: usize, bits: u64| {
            let is_twice = groups[group] & bits != 0;
            groups[group] |= bits;
            if is_twice {
                Err(format!("a row of group {group} is vacant twice (A2)"))
            } else {
                Ok(())
            }
        };
        if self.current != 0 {
            add(self.current_first as usize / GROUP, self.current)?;
        }
        if self.freed != NO_ROW {
            let (group, bit) = place_of(self.freed as usize);
            add(group, 1 << bit)?;
        }
        let is_noted = |row: usize| groups[row / GROUP] >> (row % GROUP) & 1 != 0;
        let expected = |row: usize| row < row_count && is_vacant(row);
        if let Some(row) = (0..self.covered()).find(|&row| is_noted(row) != expected(row)) {
            return Err(format!("row {row} is vacant or is not, and is noted otherwise (A2)"));
        }
        let found: usize = groups.iter().map(|bits| bits.count_ones() as usize).sum();
        if found != count || row_count > self.covered() {
            return Err(format!("{found} rows are vacant, {count} counted (A2)"));
        }
        for (below, above) in [(&self.groups, &self.by_group), (&self.by_group, &self.by_word)] {
            let is_above = |index: usize| above[index / GROUP] >> (index % GROUP) & 1 != 0;
            if let Some(index) = (0..below.len()).find(|&at| is_above(at) != (below[at] != 0)) {
                return Err(format!("word {index} of the vacant rows is noted wrongly (A2)"));
            }
        }
        Ok(())
    }
}
