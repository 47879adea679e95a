//! How the version table grows, uses vacant rows again, and gives those at its end back to the
//! system.
//!
//! The row that was vacated last is the next to be used, because its cache line is at hand. The
//! others have a bit each, and the lowest is used first. A row in the high part of the table, where
//! there are more vacant rows than others below it, is not used while there is a lower one. So
//! versions gather in low rows, and the end of the table becomes vacant.
//!
//! When the table is twice as long as its low part, its vacant end goes back: so many rows with
//! each row that is vacated, or all at once in a compaction.
//!
//! No handle may become valid twice. For each group of 64 rows the table knows how often one of
//! them was used at most; a row that is added again goes on from there. That takes 4 bytes for 64
//! rows, also of those that were given back. A row has 2^30 - 1 generations; with one that is given
//! back after having had all, its group is spent.

use super::error::{Error, Resource};
use crate::arena::{GROUP, NoRoom};

use super::table::{NO_ROW, State, VersionRow, VersionTable};
use super::vacancy::FLOOR_ROWS;
use super::version::{GENERATIONS, MAX_ROWS};

/// The most groups that go back at a time (8 MiB): the system takes less than a millisecond.
const MOST_GROUPS: usize = 1 << 11;

/// Rows that are prepared at a time, once there are many.
const STEP: usize = 1 << 16;

impl VersionTable {
    /// Makes room for one more version.
    #[inline]
    pub(crate) fn reserve(&mut self) -> Result<(), Error> {
        if self.has_room() { Ok(()) } else { self.grow() }
    }

    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        let no_room = |why| Error::no_room(Resource::Versions, why);
        let full = no_room(NoRoom::Limit(self.limit()));
        if self.in_use() >= self.limit() {
            return Err(full);
        }
        loop {
            let len = self.rows.len();
            if len >= MAX_ROWS {
                return Err(full);
            }
            let rows = &mut self.rows;
            if rows.capacity() == len {
                let twice = rows.reserve((2 * len).clamp(4, MAX_ROWS));
                twice.or_else(|_| rows.reserve(len + 1)).map_err(|why| no_room(why.into()))?;
            }
            let end = rows.capacity().min(len + STEP).min(MAX_ROWS);
            self.vacancy.cover(end).map_err(no_room)?;
            let uses = self.vacancy.uses[len / GROUP..end.div_ceil(GROUP)].iter();
            let usable = uses.take_while(|&&uses| uses < GENERATIONS).count();
            self.vacancy.ready = end.min((len / GROUP + usable) * GROUP);
            if self.vacancy.ready > len {
                return Ok(());
            }
            // The group is spent: add the row again, never to be used.
            self.rows.push(VersionRow::vacant(GENERATIONS));
            self.vacancy.spent += 1;
            self.vacancy.ready = len + 1;
        }
    }

    /// Takes the lowest vacant row, or else a new one, which was reserved.
    #[inline(never)]
    pub(super) fn take_row(&mut self) -> u32 {
        if let Some(row) = self.vacancy.bits.take_lowest() {
            return row as u32;
        }
        let len = self.rows.len();
        if len >= self.vacancy.ready {
            self.overrun();
        }
        self.rows.push(VersionRow::vacant(self.vacancy.uses(len)));
        len as u32
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
        let is_spent = row.is_spent();
        let vacancy = &mut self.vacancy;
        if !is_spent && index < vacancy.ceiling && vacancy.vacated == NO_ROW {
            vacancy.vacated = index;
        } else {
            self.vacate_other(index);
        }
    }

    /// Makes a row vacant where another was vacated before and not used since, or a row that is
    /// spent or high, or any while the end is being given back.
    #[inline(never)]
    fn vacate_other(&mut self, index: u32) {
        let row = self.get(index);
        let (uses, is_spent) = (row.uses(), row.is_spent());
        let mut has_vacant_group = index >= self.vacancy.ceiling;
        if is_spent {
            self.vacancy.note_uses(index, uses);
            // New rows may be of that group: what is usable is to be found anew.
            self.vacancy.ready = self.vacancy.ready.min(self.rows.len());
            self.vacancy.spent += 1;
            has_vacant_group = true;
        } else if index as usize >= self.low_rows() {
            self.vacancy.note(index, uses);
        } else {
            has_vacant_group |= self.note_vacated();
            self.vacancy.vacated = index;
        }
        if has_vacant_group {
            self.after_vacant_group();
        }
    }

    /// Rows of the low part of the table.
    fn low_rows(&self) -> usize {
        (2 * self.in_use() + FLOOR_ROWS).min(MAX_ROWS)
    }

    /// Gives back some of the end if there is much to give back.
    #[cold]
    fn after_vacant_group(&mut self) {
        let low = self.low_rows();
        let is_going_on = self.vacancy.ceiling == 0;
        self.vacancy.ceiling = low as u32;
        if self.vacancy.vacated != NO_ROW && self.vacancy.vacated as usize >= low {
            self.note_vacated();
        }
        if (is_going_on || self.rows.len() >= 2 * low) && !self.cut(low, MOST_GROUPS) {
            self.vacancy.ceiling = 0;
        }
    }

    /// Sets the bit of the row that was vacated last. Returns whether all of its group is vacant.
    fn note_vacated(&mut self) -> bool {
        let vacated = std::mem::replace(&mut self.vacancy.vacated, NO_ROW);
        vacated != NO_ROW && {
            let uses = self.get(vacated).uses();
            self.vacancy.note(vacated, uses)
        }
    }

    /// Gives back so many groups of vacant rows at the end, but keeps so many rows. Returns whether
    /// no more can go.
    fn cut(&mut self, keep: usize, groups: usize) -> bool {
        let mut left = groups;
        while left != 0 && self.cut_group(keep) {
            left -= 1;
        }
        // What is in a block of the allocator moves, so only for much.
        if left != groups && self.rows.capacity() >= 2 * keep {
            self.rows.shrink(keep);
            self.vacancy.ready = self.vacancy.ready.min(self.rows.capacity());
        }
        left != 0
    }

    /// Cuts off the last group, or its rows beyond the first `keep` rows of the table, if all of
    /// them are vacant.
    fn cut_group(&mut self, keep: usize) -> bool {
        let len = self.rows.len();
        let first = ((len - 1) / GROUP * GROUP).max(keep);
        if first >= len {
            return false;
        }
        if self.vacancy.bits.is_free(first..len) {
            self.vacancy.bits.clear_run(first..len);
            self.rows.truncate(first);
            return true;
        }
        // Spent rows have no bits.
        let is_cut = self.vacancy.uses(first) >= GENERATIONS
            && self.rows[first..].iter().all(|row| row.state == State::Vacant);
        if is_cut {
            self.note_vacated();
            (first..len).rev().for_each(|index| self.cut_row(index));
        }
        is_cut
    }

    /// Cuts off the last row, which is vacant, and noted if it is not spent.
    fn cut_row(&mut self, index: usize) {
        if self.rows[index].is_spent() {
            self.vacancy.spent -= 1;
            self.vacancy.ready = self.vacancy.ready.min(index);
        } else {
            self.vacancy.bits.clear_run(index..index + 1);
        }
        self.rows.truncate(index);
    }

    /// Gives back all vacant rows at the end. Returns how many went.
    pub(crate) fn give_back(&mut self) -> usize {
        let before = self.rows.len();
        self.note_vacated();
        self.cut(1, usize::MAX);
        while self.rows.last().is_some_and(|row| row.state == State::Vacant) {
            self.cut_row(self.rows.len() - 1);
        }
        self.rows.shrink(0);
        self.vacancy.bits.trim(self.rows.len());
        let covered = self.vacancy.covered();
        self.vacancy.ready = self.vacancy.ready.min(self.rows.capacity()).min(covered);
        self.vacancy.ceiling = self.low_rows() as u32;
        before - self.rows.len()
    }

    /// The same if most rows are vacant, and these are worth it.
    pub(crate) fn give_back_waste(&mut self) -> usize {
        let vacant = self.rows.len() - self.in_use();
        if vacant > FLOOR_ROWS.max(3 * self.in_use()) { self.give_back() } else { 0 }
    }

    /// Tests that the bits are those of the vacant rows that are not spent, and that no row was
    /// used more often than its group knows.
    pub(crate) fn check_vacancy(&self) -> Result<(), String> {
        let vacancy = &self.vacancy;
        vacancy.bits.check()?;
        let mut noted: Vec<usize> = vacancy.bits.free_items().collect();
        if vacancy.vacated != NO_ROW {
            noted.push(vacancy.vacated as usize);
            noted.sort_unstable();
        }
        let vacant = |&index: &usize| self.rows[index].state == State::Vacant;
        let is_spent = |&index: &usize| self.rows[index].is_spent();
        let (spent, usable): (Vec<usize>, Vec<usize>) =
            (0..self.rows.len()).filter(vacant).partition(is_spent);
        if noted != usable {
            return Err(format!("version rows {noted:?} are noted as vacant, not {usable:?}"));
        }
        if spent.len() != vacancy.spent {
            return Err(format!("{} version rows are spent, not as counted", spent.len()));
        }
        let is_unknown = |index: &usize| {
            let is_noted = vacancy.vacated as usize != *index;
            is_noted && self.rows[*index].uses() > vacancy.uses(*index)
        };
        if let Some(index) = usable.iter().chain(&spent).find(|&index| is_unknown(index)) {
            return Err(format!("version row {index}: used more often than its group"));
        }
        if vacancy.ready > self.rows.capacity().min(vacancy.covered()) {
            return Err(format!("{} version rows are ready, beyond the room", vacancy.ready));
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

    fn add_all(table: &mut VersionTable, count: usize) -> Vec<u32> {
        (0..count).map(|_| add(table)).collect()
    }

    #[test]
    fn a_row_made_anew_goes_on_from_what_its_group_had() {
        let mut table = VersionTable::new().unwrap();
        let rows = add_all(&mut table, 200);
        assert_eq!(rows, (1..=200).collect::<Vec<_>>());
        for (row, uses) in [(3, 9), (70, 7), (130, 4), (131, 5)] {
            table.get_mut(row).generation = uses - 1;
        }
        rows.iter().for_each(|&row| table.retire(row));
        table.check().unwrap();
        assert_eq!((table.give_back(), table.row_count()), (200, 1));
        table.check().unwrap();
        for row in 1..=200 {
            assert_eq!(add(&mut table), row);
            let expected = [9, 7, 5, 1][row as usize / GROUP];
            assert_eq!(table.get(row).uses(), expected, "row {row}");
            table.check().unwrap();
        }
    }

    #[test]
    fn a_row_whose_generations_are_spent_stays_spent() {
        let mut table = VersionTable::new().unwrap();
        let rows = add_all(&mut table, 300);
        for spent in [2, 3, 6, 300] {
            table.get_mut(spent).generation = GENERATIONS as i32 - 1;
        }
        rows[..299].iter().for_each(|&row| table.retire(row));
        table.check().unwrap();
        assert_eq!(table.vacancy.spent, 3);
        assert_eq!(add_all(&mut table, 4), [299, 1, 4, 5]);
        [299, 1, 4, 5, 300].into_iter().for_each(|row| table.retire(row));
        assert_eq!(table.vacancy.spent, 4);
        table.check().unwrap();
        // A group that goes back with a spent row is spent.
        assert_eq!((table.give_back(), table.row_count(), table.vacancy.spent), (300, 1, 0));
        assert_eq!(add_all(&mut table, 3), [64, 65, 66]);
        table.check().unwrap();
        assert_eq!(add_all(&mut table, 200)[188..191], [255, 320, 321]);
        assert_eq!(table.vacancy.spent, 63 + 64);
        table.check().unwrap();
    }

    #[test]
    fn the_lowest_vacant_row_is_used_first() {
        let mut table = VersionTable::new().unwrap();
        let rows = add_all(&mut table, 5_000);
        for row in [4_000, 70, 3_000, 9, 4_999] {
            table.retire(row);
        }
        // The one that was vacated last, and then in order.
        assert_eq!(add_all(&mut table, 6), [4_999, 9, 70, 3_000, 4_000, 5_001]);
        rows[5..].iter().for_each(|&row| table.retire(row));
        table.retire(5_001);
        // A high row is not used again while there is a lower one.
        let high = table.row_count() as u32 - 1;
        assert!(high < 2 * 1_100 + 64);
        for row in 6..2_000 {
            assert_eq!(add(&mut table), row);
        }
        table.check().unwrap();
    }

    #[test]
    fn the_end_goes_back_in_steps() {
        let mut table = VersionTable::new().unwrap();
        let count = 3 * MOST_GROUPS * GROUP;
        let rows = add_all(&mut table, count);
        let (&last, rest) = rows.split_last().unwrap();
        rest.iter().for_each(|&row| table.retire(row));
        assert_eq!(table.row_count(), count + 1);
        let mut lengths = vec![count + 1];
        // The last version goes over into a low row; each release then gives back a part.
        let mut at = last;
        for _ in 0..6 {
            let next = add(&mut table);
            table.retire(at);
            at = next;
            lengths.push(table.row_count());
            table.check().unwrap();
        }
        let steps = lengths.windows(2).map(|two| two[0] - two[1]);
        assert!(steps.clone().all(|step| step <= MOST_GROUPS * GROUP), "{lengths:?}");
        assert_eq!(steps.filter(|&step| step != 0).count(), 3, "{lengths:?}");
        assert!(at < 4 && table.row_count() <= table.low_rows());
    }
}
