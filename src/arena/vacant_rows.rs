//! Which rows of the entry arena are vacant.
//!
//! A loop that makes an entry and frees another only exchanges `freed`. Otherwise rows are handed
//! out by groups of the [`Bitmap`], the lowest row of a group first, beginning with the group in
//! which one was freed last. The rows in `freed` and `current` have no bits there. Once they are
//! put back, a group that is wholly vacant reads as a word of ones.

use std::ops::Range;

use super::bitmap::{Bitmap, GROUP, place_of};
use super::growth::NoRoom;

/// No reference has this index.
pub(super) const NO_ROW: u32 = u32::MAX;

/// The vacant rows of an arena.
pub(super) struct VacantRows {
    /// The vacant row that was freed last, or `NO_ROW`. It has no bit.
    freed: u32,
    /// Vacant rows of the group from which they are handed out. They have no bits.
    current: u64,
    /// First row of that group.
    current_first: u32,
    bits: Bitmap,
}

impl VacantRows {
    pub(super) fn new() -> Self {
        let bits = Bitmap::new(NO_ROW as usize);
        VacantRows { freed: NO_ROW, current: 0, current_first: 0, bits }
    }

    /// Rows that there are bits for.
    pub(super) fn covered(&self) -> usize {
        self.bits.covered()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bits.heap_bytes()
    }

    /// Makes bits for this many rows in all.
    pub(super) fn cover(&mut self, rows: usize) -> Result<(), NoRoom> {
        self.bits.cover(rows)
    }

    /// Gives back the bits of all rows but the first so many. None of the others is vacant.
    pub(super) fn trim(&mut self, rows: usize) {
        self.bits.trim(rows);
    }

    /// Notes that a row is vacant, as the one that was freed last. Returns the one that was that
    /// before, which is then to be [set](Self::set).
    #[inline(always)]
    pub(super) fn replace_freed(&mut self, row: u32) -> Option<u32> {
        Some(std::mem::replace(&mut self.freed, row)).filter(|&freed| freed != NO_ROW)
    }

    /// Sets the bit of a vacant row. Returns whether its whole group is vacant, now.
    #[inline]
    pub(super) fn set(&mut self, row: u32) -> bool {
        let (group, bit) = place_of(row as usize);
        self.bits.set(group, 1 << bit)
    }

    /// Takes the row that was freed last, unless that has been done.
    #[inline(always)]
    pub(super) fn take_freed(&mut self) -> Option<u32> {
        self.replace_freed(NO_ROW)
    }

    /// Takes the lowest row of the group from which rows are handed out, or of the next one.
    #[inline(never)]
    pub(super) fn take(&mut self) -> Option<u32> {
        if self.current == 0 {
            let (first, bits) = self.bits.take_group()?;
            (self.current_first, self.current) = (first as u32, bits);
        }
        let row = self.current_first + self.current.trailing_zeros();
        self.current &= self.current - 1;
        Some(row)
    }

    /// Sets the bits of all vacant rows.
    fn put_back(&mut self) {
        if self.current != 0 {
            let bits = std::mem::take(&mut self.current);
            self.bits.set(self.current_first as usize / GROUP, bits);
        }
        if let Some(row) = self.take_freed() {
            self.set(row);
        }
    }

    /// The first of `count` consecutive vacant rows, if a search of bounded length finds them.
    pub(super) fn find_gap(&mut self, count: usize) -> Option<u32> {
        self.put_back();
        self.bits.find_gap(count).map(|first| first as u32)
    }

    /// How many rows right before `end` are vacant, up to so many.
    pub(super) fn count_before(&mut self, end: usize, most: usize) -> usize {
        self.put_back();
        self.bits.count_before(end, most)
    }

    /// Notes that none of so many rows is vacant.
    pub(super) fn clear_all(&mut self, rows: usize) {
        (self.freed, self.current) = (NO_ROW, 0);
        self.bits.clear_all(rows);
    }

    /// Takes vacant rows, which a search has found.
    pub(super) fn take_run(&mut self, rows: Range<usize>) {
        self.bits.clear_run(rows);
    }

    /// How many rows are in groups that are wholly vacant.
    pub(super) fn whole_rows(&self) -> usize {
        self.bits.whole_items()
    }

    /// Whether all of these rows are vacant, and none of them is about to be used.
    pub(super) fn is_vacant(&self, rows: Range<usize>) -> bool {
        self.bits.is_free(rows)
    }

    /// Tests that the bits are those of the rows that `is_vacant` says, `count` in all, and that
    /// they agree with each other.
    pub(super) fn check(
        &self,
        count: usize,
        row_count: usize,
        is_vacant: impl Fn(usize) -> bool,
    ) -> Result<(), String> {
        self.bits.check()?;
        let mut noted = vec![false; self.covered()];
        let freed = (self.freed != NO_ROW).then_some(self.freed as usize);
        let current = (0..GROUP).filter(|bit| self.current >> bit & 1 != 0);
        let current = current.map(|bit| self.current_first as usize + bit);
        for row in self.bits.free_items().chain(freed).chain(current) {
            if std::mem::replace(&mut noted[row], true) {
                return Err(format!("row {row} is vacant twice (A2)"));
            }
        }
        let expected = |row: usize| row < row_count && is_vacant(row);
        if let Some(row) = (0..noted.len()).find(|&row| noted[row] != expected(row)) {
            return Err(format!("row {row} is vacant or is not, and is noted otherwise (A2)"));
        }
        let found = noted.iter().filter(|&&is_noted| is_noted).count();
        if found != count || row_count > self.covered() {
            return Err(format!("{found} rows are vacant, {count} counted (A2)"));
        }
        Ok(())
    }
}
