//! Rows for entries, and which of them are vacant.

use super::bitmap::GROUP;
use super::growth::{NoRoom, growth, overrun, slack};
use super::layout::{Entry, EntryRef};
use super::pages::{Cut, KEPT_BYTES, free_pages, given_back};
use super::region::{self, Region, Row};
use super::vacant_rows::{NO_ROW, VacantRows};

/// Rows up to which growth doubles.
const DOUBLING_LIMIT: usize = 1 << 10;

/// The entry arena.
pub(crate) struct Entries<K, V> {
    rows: Region<Row<K, V>>,
    vacant: VacantRows,
    cut: Cut,
    free_count: usize,
    /// Rows that there is memory for, and bits to note that they are vacant.
    capacity: usize,
    limit: usize,
    /// The lower one of `capacity` and `limit`.
    room: usize,
    /// An operation took more than it had reserved, and panicked.
    is_overrun: bool,
}

impl<K, V> Entries<K, V> {
    const KEPT_ROWS: usize = KEPT_BYTES / size_of::<Row<K, V>>();

    pub(crate) fn new() -> Self {
        Entries {
            rows: Region::of_rows(NO_ROW as usize),
            vacant: VacantRows::new(),
            cut: Cut::default(),
            free_count: 0,
            capacity: 0,
            limit: NO_ROW as usize,
            room: 0,
            is_overrun: false,
        }
    }

    /// An arena of the same limit with room for `count`, for compaction to fill.
    pub(crate) fn for_compaction(&self, count: usize) -> Result<Self, NoRoom> {
        let mut fresh = Entries { limit: self.limit, ..Entries::new() };
        // What is live fits in, whatever the limit; only the slack is subject to it.
        let wanted = (count + slack(count)).min(self.limit).max(count);
        fresh.reserve_exact(wanted)?;
        Ok(fresh)
    }

    /// Gives back what is reserved beyond the usual slack.
    pub(crate) fn trim(&mut self) {
        let kept = self.rows.len() + slack(self.rows.len());
        if kept < self.capacity {
            self.rows.shrink(kept);
            self.set_capacity(kept.min(self.rows.capacity()));
        }
        self.vacant.trim(self.capacity);
    }

    pub(crate) fn live_count(&self) -> usize {
        self.rows.len() - self.free_count
    }

    pub(crate) fn free_count(&self) -> usize {
        self.free_count
    }

    /// Rows in use or vacant: every reference is below this.
    pub(crate) fn row_count(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let given_back = given_back(self.vacant.whole_rows(), size_of::<Row<K, V>>());
        self.rows.heap_bytes(self.rows.len() - given_back) + self.vacant.heap_bytes()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(NO_ROW as usize);
        self.set_capacity(self.capacity);
    }

    fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.room = capacity.min(self.limit);
    }

    /// The first of `count` consecutive rows for entries that are made at once: vacant ones, if a
    /// search of bounded length finds them, or else rows at the end of the arena. `None` if more
    /// than half as many rows would then be vacant as are in use, and more than are kept without a
    /// use, or the arena may not grow. The caller has reserved `count` rows.
    pub(crate) fn find_run(&mut self, count: usize) -> Option<u32> {
        if self.free_count() >= count
            && let Some(first) = self.vacant.find_gap(count)
        {
            return Some(first);
        }
        let at_end = self.vacant.count_before(self.rows.len(), count);
        let left = self.free_count() - at_end;
        if left > Self::KEPT_ROWS && left > (self.live_count() + count) / 2 {
            return None;
        }
        self.reserve_rows(count - at_end).ok()?;
        Some((self.rows.len() - at_end) as u32)
    }

    /// Makes entries in consecutive rows from `first` on, as [`find_run`](Entries::find_run) found
    /// them.
    pub(crate) fn fill_run(
        &mut self,
        first: u32,
        mut entries: impl ExactSizeIterator<Item = Entry<K, V>>,
    ) {
        let first = first as usize;
        let vacant = entries.len().min(self.rows.len() - first);
        self.vacant.take_run(first..first + vacant);
        self.free_count -= vacant;
        for (row, entry) in self.rows[first..].iter_mut().zip(&mut entries) {
            row.put(entry);
        }
        for entry in entries {
            self.push(entry);
        }
    }

    /// Makes room for `count` more entries in new rows.
    fn reserve_rows(&mut self, count: usize) -> Result<(), NoRoom> {
        if self.rows.len() + count > self.limit {
            return Err(NoRoom::Limit(self.limit));
        }
        if self.capacity - self.rows.len() >= count {
            return Ok(());
        }
        let wanted = (count + slack(count)).min(self.limit - self.rows.len());
        self.reserve_exact(wanted).or_else(|_| self.reserve_exact(count))
    }

    /// Whether `count` more entries can be made.
    #[inline(always)]
    pub(crate) fn has_room(&self, count: usize) -> bool {
        self.live_count() + count <= self.room
    }

    /// Makes room for `count` more entries.
    #[inline]
    pub(crate) fn reserve(&mut self, count: usize) -> Result<(), NoRoom> {
        if self.has_room(count) { Ok(()) } else { self.grow(count) }
    }

    #[cold]
    fn grow(&mut self, count: usize) -> Result<(), NoRoom> {
        let needed = self.live_count() + count;
        if needed > self.limit {
            return Err(NoRoom::Limit(self.limit));
        }
        let more = count.saturating_sub(self.free_count());
        let step = growth(needed, DOUBLING_LIMIT, self.rows.is_mapped()).max(8);
        let wanted = (more + slack(more)).max(step).min(self.limit - self.rows.len());
        self.reserve_exact(wanted).or_else(|_| self.reserve_exact(more))
    }

    fn reserve_exact(&mut self, more: usize) -> Result<(), NoRoom> {
        let wanted = self.rows.len() + more;
        self.vacant.cover(wanted)?;
        self.rows.reserve(wanted)?;
        self.set_capacity(self.capacity.max(wanted));
        Ok(())
    }

    /// Makes an entry. The caller has reserved its row.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, entry: Entry<K, V>) -> EntryRef {
        if self.free_count == 0 {
            return self.push(entry);
        }
        let freed = self.vacant.take_freed().or_else(|| self.vacant.take());
        let at = freed.expect("a row that is counted has a bit (A2)");
        self.rows[at as usize].put(entry);
        self.free_count -= 1;
        EntryRef(at)
    }

    /// Makes an entry in a row that was never used: such rows follow each other. The caller has
    /// reserved it.
    #[inline]
    pub(crate) fn push(&mut self, entry: Entry<K, V>) -> EntryRef {
        if self.rows.len() == self.capacity {
            self.overrun();
        }
        self.rows.push(Row::occupied(entry));
        EntryRef((self.rows.len() - 1) as u32)
    }

    /// Panics before an operation takes a row that it did not reserve.
    #[cold]
    fn overrun(&mut self) -> ! {
        self.is_overrun = true;
        overrun("entries");
    }

    /// Whether an operation panicked there: its entries stay allocated until the next compaction.
    pub(crate) fn is_overrun(&self) -> bool {
        self.is_overrun
    }

    /// Takes an entry out of its row.
    #[inline]
    pub(crate) fn free(&mut self, entry: EntryRef) -> Entry<K, V> {
        let taken = self.move_out(entry);
        self.free_count += 1;
        if let Some(row) = self.vacant.add(entry.0) {
            self.give_back_around(row as usize);
        }
        taken
    }

    /// Gives the pages around a group of vacant rows back to the system, if enough are vacant.
    #[cold]
    fn give_back_around(&mut self, row: usize) {
        if self.free_count > Self::KEPT_ROWS {
            let first = row / GROUP * GROUP;
            let page = self.rows.page_size();
            let rows = free_pages(first..first + GROUP, size_of::<Row<K, V>>(), page, |rows| {
                rows.end <= self.rows.len() && self.vacant.is_vacant(rows)
            });
            if let Some(rows) = rows {
                self.rows.give_back(rows);
            }
        }
    }

    /// [Frees](Entries::free) an entry of an arena that no other will be made in: its row is not
    /// noted as vacant.
    #[inline]
    pub(crate) fn move_out(&mut self, entry: EntryRef) -> Entry<K, V> {
        let taken = self.rows[entry.0 as usize].take();
        taken.unwrap_or_else(|| unreachable!("{entry} is vacant (A2)"))
    }

    /// Takes the entries out of the rows from this one on, last one first. All of them are in use.
    pub(super) fn free_from(&mut self, first: u32) -> impl Iterator<Item = Entry<K, V>> + '_ {
        let count = self.rows.len() - first as usize;
        let last = std::iter::from_fn(|| self.rows.pop()).take(count);
        last.map(|mut row| row.take().expect("the rows of a run are occupied (A2)"))
    }

    /// Cuts off vacant rows at the end, up to as many as have just been [freed](Self::free_from)
    /// there.
    pub(super) fn cut_vacant_end(&mut self, freed: usize) {
        let count = self.vacant.count_before(self.rows.len(), freed);
        let end = self.rows.len() - count;
        self.vacant.take_run(end..end + count);
        self.free_count -= count;
        self.cut_to(end + count + freed, end);
    }

    /// Cuts all rows off, if none is in use.
    pub(crate) fn reset_if_unused(&mut self) {
        if self.live_count() == 0 {
            self.vacant.clear_all();
            self.cut_to(self.rows.len(), 0);
            self.free_count = 0;
        }
    }

    /// Cuts off rows that are vacant. Before, there were `before` rows, of which some may be cut
    /// off already.
    fn cut_to(&mut self, before: usize, end: usize) {
        self.rows.truncate(end);
        if let Some(rows) = self.cut.note(before, end, size_of::<Row<K, V>>()) {
            self.rows.give_back(rows);
        }
    }

    #[inline]
    pub(crate) fn get(&self, entry: EntryRef) -> &Entry<K, V> {
        region::entry(&self.rows, entry)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, entry: EntryRef) -> &mut Entry<K, V> {
        let found = self.rows[entry.0 as usize].get_mut();
        found.unwrap_or_else(|| unreachable!("{entry} is vacant (A2)"))
    }

    /// The entry, or `None` for a reference that is out of bounds or vacant: for the checker.
    pub(crate) fn try_get(&self, entry: EntryRef) -> Option<&Entry<K, V>> {
        self.rows.get(entry.0 as usize)?.get()
    }

    /// Tests that the rows noted as vacant are those that are.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.vacant.check(self.free_count(), self.rows.len(), |row| self.rows[row].is_vacant())
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[Row<K, V>] {
        &self.rows
    }

    /// Every occupied row, for compaction of an arena with forgotten versions.
    pub(crate) fn drain(self) -> impl Iterator<Item = (K, V)> {
        let mut rows = self.rows;
        (0..rows.len())
            .filter_map(move |row| rows[row].take())
            .map(|entry| (entry.key, entry.value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::num::NonZeroU32;

    use super::*;

    fn entry(key: u64) -> Entry<u64, u64> {
        Entry { birth: NonZeroU32::MIN, hash: key as u32, key, value: key }
    }

    /// An arena of so many entries, whose keys are their rows.
    fn filled(count: usize) -> Entries<u64, u64> {
        let mut entries = Entries::new();
        entries.reserve(count).unwrap();
        for key in 0..count as u64 {
            assert_eq!(entries.alloc(entry(key)), EntryRef(key as u32));
        }
        entries
    }

    fn free_all(entries: &mut Entries<u64, u64>, rows: impl IntoIterator<Item = u32>) {
        for row in rows {
            assert_eq!(entries.free(EntryRef(row)).key, u64::from(row));
        }
    }

    /// Makes entries in consecutive rows, whose keys are their rows.
    fn fill(entries: &mut Entries<u64, u64>, count: u32) -> Option<u32> {
        let first = entries.find_run(count as usize)?;
        entries.fill_run(first, (first..first + count).map(|row| entry(u64::from(row))));
        entries.check().unwrap();
        Some(first)
    }

    #[test]
    fn the_row_freed_last_is_reused_first_and_then_the_lowest_of_its_group() {
        let mut entries = filled(300);
        free_all(&mut entries, [7, 250, 9, 130, 131, 128]);
        assert_eq!((entries.live_count(), entries.free_count()), (294, 6));
        let reused: Vec<u32> = (0..7)
            .map(|_| {
                entries.reserve(1).unwrap();
                entries.alloc(entry(0)).0
            })
            .collect();
        assert_eq!(reused, [128, 130, 131, 250, 7, 9, 300]);
        assert_eq!(entries.get(EntryRef(8)).key, 8);
        entries.check().unwrap();
    }

    #[test]
    fn a_run_is_found_wherever_it_begins_and_however_long_it_is() {
        for count in [1, 2, 5, 31, 63, 64, 65, 127, 128, 129, 200, 1_000] {
            for first in [0, 1, 62, 63, 64, 65, 100, 127, 128, 190] {
                let mut entries = filled(1_500);
                // Gaps one row too short around it.
                free_all(&mut entries, first..first + count);
                free_all(&mut entries, 1_250..1_250 + (count - 1).min(200));
                assert_eq!(fill(&mut entries, count), Some(first), "{count} rows from {first} on");
                assert_eq!(entries.row_count(), 1_500);
            }
        }
    }

    #[test]
    fn a_run_at_the_end_begins_with_the_vacant_rows_there() {
        for vacant in [0, 1, 30, 63, 64, 65, 200] {
            let mut entries = filled(500);
            free_all(&mut entries, 500 - vacant..500);
            assert_eq!(fill(&mut entries, 300), Some(500 - vacant));
            assert_eq!((entries.row_count(), entries.free_count()), (800 - vacant as usize, 0));
        }
    }

    #[test]
    fn no_run_is_made_at_the_end_while_too_much_is_vacant() {
        let mut entries = filled(10_000);
        free_all(&mut entries, (0..10_000).filter(|row| row % 2 == 1));
        assert_eq!(entries.find_run(2_000), None);
        assert_eq!(entries.find_run(6_000), Some(9_999));
        entries.set_limit(15_998);
        assert_eq!(entries.find_run(6_000), None);
        assert_eq!(entries.row_count(), 10_000);
        assert!(entries.find_run(1).is_some_and(|row| row % 2 == 1));
    }

    #[test]
    fn a_long_gap_is_found_in_the_end_wherever_it_is() {
        let mut entries = filled(100_000);
        free_all(&mut entries, (0..100_000).filter(|row| row % 2 == 1));
        free_all(&mut entries, (50_000..50_200).filter(|row| row % 2 == 0));
        free_all(&mut entries, [99_998]);
        let found = (0..100).find_map(|_| entries.find_run(150));
        assert_eq!((found, entries.row_count()), (Some(49_999), 100_000));
    }

    #[test]
    fn vacant_rows_at_the_end_are_cut_off_up_to_so_many() {
        let mut entries = filled(400);
        free_all(&mut entries, 100..400);
        entries.cut_vacant_end(90);
        assert_eq!((entries.row_count(), entries.free_count()), (310, 210));
        entries.check().unwrap();
        entries.cut_vacant_end(1_000);
        entries.trim();
        assert_eq!((entries.row_count(), entries.free_count()), (100, 0));
        entries.check().unwrap();
        entries.reserve(1).unwrap();
        assert_eq!(entries.alloc(entry(1)), EntryRef(100));
    }

    /// Everything that can be done, at random, beside a plain map of rows.
    #[test]
    fn rows_are_those_of_a_plain_map() {
        let mut random = 1u64;
        let mut below = |end: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as usize % end.max(1)
        };
        for round in 0..60 {
            let (mut entries, mut model) = (Entries::new(), BTreeMap::new());
            let limit = if round % 3 == 0 { 700 } else { usize::MAX };
            entries.set_limit(limit);
            for step in 0..400_u64 {
                match below(8) {
                    0..=2 if entries.reserve(1).is_ok() => {
                        let row = entries.alloc(entry(step)).0;
                        assert_eq!(model.insert(row, step), None, "row {row} was in use");
                    }
                    3 | 4 => {
                        for _ in 0..below(40).min(model.len()) {
                            let (&row, &key) = model.iter().nth(below(model.len())).unwrap();
                            assert_eq!(entries.free(EntryRef(row)).key, key);
                            model.remove(&row);
                        }
                    }
                    5 => {
                        let longest = [4, 70, 300][below(3)];
                        let count = 1 + below(longest) as u32;
                        let Some(first) = entries.find_run(count as usize) else { continue };
                        let made = (first..).map(|row| (row, step + u64::from(row)));
                        entries.fill_run(
                            first,
                            made.clone()
                                .take(count as usize)
                                .map(|(_, key)| entry(key))
                                .collect::<Vec<_>>()
                                .into_iter(),
                        );
                        for (row, key) in made.take(count as usize) {
                            assert_eq!(model.insert(row, key), None, "row {row} was in use");
                        }
                    }
                    6 => entries.cut_vacant_end(below(200)),
                    _ => entries.trim(),
                }
                assert_eq!(entries.live_count(), model.len());
                assert!(model.len() <= limit);
                entries.check().unwrap();
            }
            for (row, key) in model {
                assert_eq!(entries.get(EntryRef(row)).key, key);
            }
        }
    }

    #[test]
    fn a_limit_counts_live_entries_only() {
        let mut entries = Entries::new();
        entries.set_limit(2);
        entries.reserve(2).unwrap();
        let first = entries.alloc(entry(1));
        entries.alloc(entry(2));
        assert_eq!(entries.reserve(1), Err(NoRoom::Limit(2)));
        entries.free(first);
        entries.reserve(1).unwrap();
    }
}
