//! Which rows of the version table are vacant, and how often rows were used.

use crate::arena::{Bitmap, GROUP, NoRoom, Region};

use super::version::{MAX_ROWS, NO_ROW};

/// The first rows of the table (64 KiB) are always its low part.
pub(super) const FLOOR_ROWS: usize = 1 << 10;

/// Which rows are vacant, and how often rows were used.
pub(crate) struct Vacancy {
    /// The row that was vacated last, or [`NO_ROW`]: the next to be used. It has no bit.
    pub(super) vacated: u32,
    /// Rows from here on get their bit when they are vacated. 0 while the end is being given back.
    pub(super) ceiling: u32,
    /// A bit for each vacant row, but for `vacated` and those that are spent.
    pub(super) bits: Bitmap,
    /// How often a row of each group was used at most, of those that were vacated.
    pub(super) uses: Region<u32>,
    /// The table may grow to this many rows without an allocation or a check.
    pub(super) ready: usize,
    /// Rows that have had all their generations.
    pub(super) spent: usize,
    /// An operation took a row that it had not reserved, and panicked.
    pub(super) is_overrun: bool,
}

impl Vacancy {
    pub(super) fn new() -> Self {
        Vacancy {
            vacated: NO_ROW,
            ceiling: FLOOR_ROWS as u32,
            bits: Bitmap::new(MAX_ROWS),
            uses: Region::new(MAX_ROWS / GROUP),
            ready: 0,
            spent: 0,
            is_overrun: false,
        }
    }

    /// How often a row in the group of this one was used at most.
    pub(super) fn uses(&self, row: usize) -> u32 {
        self.uses.get(row / GROUP).copied().unwrap_or(0)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bits.heap_bytes() + self.uses.heap_bytes(self.uses.len())
    }

    /// Sets the bit of a row that was used so often. Returns whether all of its group is vacant.
    #[inline]
    pub(super) fn note(&mut self, row: u32, uses: u32) -> bool {
        self.note_uses(row, uses);
        self.bits.set(row as usize / GROUP, 1 << (row % GROUP as u32))
    }

    /// Notes that a row was used so often.
    #[inline]
    pub(super) fn note_uses(&mut self, row: u32, uses: u32) {
        let most = &mut self.uses[row as usize / GROUP];
        *most = uses.max(*most);
    }

    /// Rows that can be noted. A part of the room for one may have been refused.
    pub(super) fn covered(&self) -> usize {
        self.bits.covered().min(self.uses.len() * GROUP)
    }

    /// Makes room to note rows below `end`.
    pub(super) fn cover(&mut self, end: usize) -> Result<(), NoRoom> {
        if end > self.covered() {
            let end = (end + end / 4).min(MAX_ROWS);
            self.bits.cover(end)?;
            // What is known of rows that were given back stays.
            let groups = end.div_ceil(GROUP).max(self.uses.len());
            self.uses.reserve(groups)?;
            self.uses.set_len(groups);
        }
        Ok(())
    }
}
