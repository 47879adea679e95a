//! Vacant rows of the version table: which one is used next, and how those at the end go back to
//! the allocator.
//!
//! A vacated row is the next to be used, because its cache line is at hand. When rows are given
//! back, the others are listed anew, lowest first. If most rows are still vacant, because a version
//! in a high row keeps the table long, low rows are used first. So versions gather in low rows, and
//! the end of the table becomes vacant.
//!
//! No handle may become valid twice. A row that is given back leaves its generation behind, and
//! goes on from there when it is added again. A thousand such rows of one generation leave one
//! [`PastRun`]. At worst, where each row differs from the next, they leave an eighth of what they
//! took. A row has 2^30 - 1 generations whether it is given back or not.

use super::error::{Error, Resource};
use crate::arena::{shrink, slack};

use super::table::{EMPTY_ROW, NO_ROW, PastRun, State, VersionRow, VersionTable};
use super::version::{GENERATIONS, MAX_ROWS};

/// Fewer vacant rows than this (64 KiB) are not worth giving back.
const FLOOR_ROWS: usize = 1 << 10;

impl VersionTable {
    /// Whether enough rows are vacant to be worth giving back.
    fn is_waste(&self) -> bool {
        let unused = self.rows.capacity() - self.in_use();
        unused > FLOOR_ROWS && unused > 3 * self.in_use()
    }

    /// Makes room for one more version.
    #[inline]
    pub(crate) fn reserve(&mut self) -> Result<(), Error> {
        if self.has_room() { Ok(()) } else { self.grow() }
    }

    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        if self.in_use() >= self.limit() {
            return Err(Error::Full { what: Resource::Versions, limit: self.limit() });
        }
        if self.vacancy.next == NO_ROW {
            // No low row is left: use high ones.
            self.vacancy.next = std::mem::replace(&mut self.vacancy.next_high, NO_ROW);
            self.vacancy.ceiling = NO_ROW;
        }
        while self.vacancy.next == NO_ROW {
            if self.rows.len() >= MAX_ROWS {
                return Err(Error::Full { what: Resource::Versions, limit: self.limit() });
            }
            let bytes = size_of::<VersionRow>() * self.rows.len().max(1);
            self.rows.try_reserve(1).map_err(|_| Error::Allocation { bytes })?;
            let end = self.vacancy.past.last().map_or(MAX_ROWS, |run| run.end as usize);
            let uses = self.vacancy.past.last().map_or(0, |run| run.uses);
            if uses < GENERATIONS {
                self.vacancy.ready = self.rows.capacity().min(end);
                break;
            }
            // The row has had all its generations: add it again, unused.
            self.push(VersionRow::vacant(uses));
        }
        Ok(())
    }

    /// Adds a row, which was reserved.
    #[inline]
    pub(crate) fn add_row(&mut self) -> u32 {
        if self.rows.len() >= self.vacancy.ready {
            self.overrun();
        }
        let uses = self.vacancy.past.last().map_or(0, |run| run.uses);
        self.push(VersionRow::vacant(uses))
    }

    fn push(&mut self, row: VersionRow) -> u32 {
        self.rows.push(row);
        if self.vacancy.past.last().is_some_and(|run| run.end as usize == self.rows.len()) {
            self.vacancy.past.pop();
        }
        (self.rows.len() - 1) as u32
    }

    /// Panics before an operation takes a row that it did not reserve.
    #[cold]
    fn overrun(&mut self) -> ! {
        self.vacancy.is_overrun = true;
        crate::arena::overrun("versions");
    }

    /// Whether an operation panicked there: what it had made stays allocated until the next
    /// compaction.
    pub(crate) fn is_overrun(&self) -> bool {
        self.vacancy.is_overrun
    }

    /// A compaction has freed what belonged to no version.
    pub(crate) fn forget_overrun(&mut self) {
        self.vacancy.is_overrun = false;
    }

    /// Makes a row vacant, whose handle is stale.
    #[inline]
    pub(crate) fn vacate(&mut self, index: u32) {
        let row = self.get_mut(index);
        row.state = State::Vacant;
        // A row that has had all its generations is never used again.
        if row.uses() < GENERATIONS {
            self.list(index);
        }
    }

    #[inline]
    fn list(&mut self, index: u32) {
        let vacancy = &mut self.vacancy;
        let first =
            if index < vacancy.ceiling { &mut vacancy.next } else { &mut vacancy.next_high };
        let next = std::mem::replace(first, index);
        self.get_mut(index).next_sibling = next;
    }

    /// Gives back the vacant rows at the end, and lists the others anew. Returns how many went.
    pub(crate) fn give_back(&mut self) -> usize {
        let before = self.rows.len();
        while let Some(row) = self.rows.last().filter(|row| row.state == State::Vacant) {
            let uses = row.uses();
            let past = &mut self.vacancy.past;
            if past.last().is_none_or(|run| run.uses != uses) {
                if past.try_reserve(1).is_err() {
                    break;
                }
                past.push(PastRun { end: self.rows.len() as u32, uses });
            }
            self.rows.pop();
        }
        let spare = slack(self.rows.len());
        shrink(&mut self.rows, spare);
        self.list_vacant();
        self.vacancy.ready = self.rows.len();
        let spare = slack(self.vacancy.past.len());
        shrink(&mut self.vacancy.past, spare);
        before - self.rows.len()
    }

    /// The same if it is worth it; else O(1).
    pub(crate) fn give_back_waste(&mut self) -> usize {
        // No row at the end is vacant, and new versions go to low rows already.
        let is_blocked = self.rows.last().is_some_and(|row| row.state != State::Vacant)
            && self.vacancy.ceiling != NO_ROW;
        if self.is_waste() && !is_blocked { self.give_back() } else { 0 }
    }

    fn list_vacant(&mut self) {
        let low = (2 * self.in_use() + FLOOR_ROWS) as u32;
        self.vacancy.ceiling = if self.is_waste() { low } else { NO_ROW };
        self.vacancy.next = NO_ROW;
        self.vacancy.next_high = NO_ROW;
        for index in (EMPTY_ROW + 1..self.rows.len() as u32).rev() {
            let row = self.get(index);
            if row.state == State::Vacant && row.uses() < GENERATIONS {
                self.list(index);
            }
        }
    }

    /// Tests that the lists have every vacant row with generations left, and no other, and that the
    /// runs of rows given back are in order.
    pub(crate) fn check_vacancy(&self) -> Result<(), String> {
        let usable = |row: &&VersionRow| row.state == State::Vacant && row.uses() < GENERATIONS;
        let expected = self.rows.iter().filter(usable).count();
        let mut listed = 0;
        for mut at in [self.vacancy.next, self.vacancy.next_high] {
            while at != NO_ROW {
                let row = self.rows.get(at as usize).filter(usable);
                let Some(row) = row.filter(|_| listed < expected) else {
                    return Err(format!("version row {at}: listed as vacant, and is not"));
                };
                listed += 1;
                at = row.next_sibling;
            }
        }
        if listed != expected {
            return Err(format!("{listed} of {expected} vacant version rows are listed"));
        }
        let ends = self.vacancy.past.iter().rev().map(|run| run.end as usize);
        let bounds: Vec<usize> = std::iter::once(self.rows.len()).chain(ends).collect();
        if !bounds.is_sorted_by(|a, b| a < b) {
            return Err("generations of rows that were given back are out of order".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> VersionRow {
        VersionRow { state: State::Live, stamp: 1, ..VersionRow::VACANT }
    }

    fn add(table: &mut VersionTable) -> u32 {
        table.reserve().unwrap();
        table.add(NO_ROW, new()).0
    }

    #[test]
    fn a_row_made_anew_goes_on_with_the_generation_it_had() {
        let mut table = VersionTable::new().unwrap();
        let rows: Vec<u32> = (0..10).map(|_| add(&mut table)).collect();
        // How often rows 1 to 10 are used: three runs, the first of one row.
        for (index, generation) in rows.iter().zip([5, 7, 7, 7, 7, 2, 2, 2, 2, 2]) {
            table.get_mut(*index).generation = generation - 1;
            table.retire(*index);
        }
        assert_eq!((table.give_back(), table.row_count()), (10, 1));
        assert_eq!(table.vacancy.past.len(), 3);
        table.check().unwrap();
        for generation in [5, 7, 7] {
            let index = add(&mut table);
            assert_eq!(table.get(index).generation, generation);
        }
        table.retire(3);
        table.retire(2);
        assert_eq!((table.give_back(), table.row_count()), (2, 2));
        table.check().unwrap();
        let generations = (2..=11).map(|index| {
            assert_eq!(add(&mut table), index);
            table.check().unwrap();
            table.get(index).generation
        });
        assert_eq!(generations.collect::<Vec<_>>(), [8, 8, 7, 7, 2, 2, 2, 2, 2, 0]);
        assert!(table.vacancy.past.is_empty());
    }

    #[test]
    fn a_row_whose_generations_are_spent_stays_spent() {
        let mut table = VersionTable::new().unwrap();
        let rows: Vec<u32> = (0..6).map(|_| add(&mut table)).collect();
        for spent in [2, 3, 6] {
            table.get_mut(spent).generation = GENERATIONS as i32 - 1;
        }
        rows.into_iter().for_each(|index| table.retire(index));
        table.check().unwrap();
        table.give_back();
        assert_eq!(table.row_count(), 1);
        let again: Vec<u32> = (0..4).map(|_| add(&mut table)).collect();
        assert_eq!(again, [1, 4, 5, 7]);
        table.check().unwrap();
    }
}
