//! Rows for entries, and which of them are vacant.

use super::bitmap::GROUP;
use super::growth::{NoRoom, growth, overrun, slack};
use super::layout::{Entry, EntryRef};
use super::pages::{Cut, KEPT_BYTES, free_pages, given_back};
use super::region::{ReadRows, Row, Rows};
use super::row_list::RowList;
use super::vacant_rows::{NO_ROW, VacantRows};

/// Rows up to which growth doubles.
const DOUBLING_LIMIT: usize = 1 << 11;

/// The entry arena.
pub(crate) struct Entries<K, V> {
    rows: RowList<K, V>,
    vacant: VacantRows,
    cut: Cut,
    free_count: usize,
    limit: usize,
    /// Rows that there is memory for, or the limit if that is lower.
    room: usize,
    /// Others read entries meanwhile: rows do not move.
    is_shared: bool,
    /// An operation took more than it had reserved, and panicked.
    is_overrun: bool,
}

impl<K, V> Entries<K, V> {
    const KEPT_ROWS: usize = KEPT_BYTES / size_of::<Row<K, V>>();

    pub(crate) fn new() -> Self {
        Entries {
            rows: RowList::new(NO_ROW as usize),
            vacant: VacantRows::new(),
            cut: Cut::default(),
            free_count: 0,
            limit: NO_ROW as usize,
            room: 0,
            is_shared: false,
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

    /// Says whether others read entries while this arena is written.
    pub(crate) fn set_shared(&mut self, is_shared: bool) {
        self.is_shared = is_shared;
    }

    /// Gives back what is reserved beyond the usual slack.
    pub(crate) fn trim(&mut self) {
        if self.is_shared {
            return;
        }
        let kept = self.rows.len() + slack(self.rows.len());
        self.rows.shrink(kept);
        self.vacant.trim(self.rows.capacity());
        self.set_room();
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
        self.set_room();
    }

    fn set_room(&mut self) {
        self.room = self.rows.capacity().min(self.vacant.covered()).min(self.limit);
    }

    /// The first of `count` consecutive rows for entries that are made at once: vacant ones, if a
    /// search of bounded length finds them, or else rows at the end of the arena. `None` if more
    /// than half as many rows would then be vacant as are in use, and more than are kept without a
    /// use, or the arena may not grow. The caller has reserved `count` rows.
    pub(crate) fn find_run(&mut self, count: usize) -> Option<u32> {
        if self.free_count() >= count
            && let Some(first) = self.vacant.find_gap(count)
        {
            return Some(first).filter(|&first| self.rows.are_together(first as usize, count));
        }
        let at_end = self.vacant.count_before(self.rows.len(), count);
        let left = self.free_count() - at_end;
        if left > Self::KEPT_ROWS && left > (self.live_count() + count) / 2 {
            return None;
        }
        self.reserve_rows(count - at_end).ok()?;
        let first = self.rows.len() - at_end;
        self.rows.are_together(first, count).then_some(first as u32)
    }

    /// Whether so many rows from `first` on are in one piece of memory.
    pub(crate) fn are_together(&self, first: u32, count: usize) -> bool {
        self.rows.are_together(first as usize, count)
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
        let rows = self.rows.within(first..first + vacant).into_iter().flatten();
        for (row, entry) in rows.zip(&mut entries) {
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
        if self.rows.capacity() - self.rows.len() >= count {
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
        if self.is_shared {
            // May make room for more.
            self.rows.reserve_in_place(wanted)?;
        }
        self.vacant.cover(wanted.max(self.rows.capacity()))?;
        self.rows.reserve(wanted)?;
        self.set_room();
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
        match self.rows.push(Row::occupied(entry)) {
            Ok(at) => EntryRef(at as u32),
            Err(_) => self.overrun(),
        }
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
    #[inline(always)]
    pub(crate) fn free(&mut self, entry: EntryRef) -> Entry<K, V> {
        let taken = self.move_out(entry);
        self.free_count += 1;
        if let Some(row) = self.vacant.replace_freed(entry.0) {
            self.note_vacant(row);
        }
        taken
    }

    #[inline(never)]
    fn note_vacant(&mut self, row: u32) {
        if self.vacant.set(row) {
            self.give_back_around(row as usize);
        }
    }

    /// Gives the pages around a group of vacant rows back to the system, if enough are vacant.
    #[cold]
    fn give_back_around(&mut self, row: usize) {
        if self.free_count > Self::KEPT_ROWS
            && let Some(page) = self.rows.page_size()
        {
            let first = row / GROUP * GROUP;
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
        self.rows[entry.0 as usize].take_occupied()
    }

    /// Takes the entries out of the rows from this one on, last one first. All of them are in use.
    pub(super) fn free_from(&mut self, first: u32) -> impl Iterator<Item = Entry<K, V>> + '_ {
        let count = self.rows.len() - first as usize;
        let last = std::iter::from_fn(|| self.rows.pop()).take(count);
        last.map(|mut row| row.take_occupied())
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
            self.vacant.clear_all(self.rows.len());
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
        self.rows().entry(entry)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, entry: EntryRef) -> &mut Entry<K, V> {
        let found = self.rows[entry.0 as usize].get_mut();
        found.unwrap_or_else(|| unreachable!("{entry} is vacant (A2)"))
    }

    /// The entry, or `None` for a reference that is out of bounds or vacant: for the checker.
    pub(crate) fn try_get(&self, entry: EntryRef) -> Option<&Entry<K, V>> {
        let at = entry.0 as usize;
        if at < self.rows.len() { self.rows[at].get() } else { None }
    }

    /// Tests that the rows noted as vacant are those that are.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.vacant.check(self.free_count(), self.rows.len(), |row| self.rows[row].is_vacant())
    }

    /// All rows, to read.
    #[inline(always)]
    pub(crate) fn rows(&self) -> Rows<'_, K, V> {
        self.rows.rows()
    }

    /// Every occupied row, for compaction of an arena with forgotten versions.
    pub(crate) fn drain(self) -> impl Iterator<Item = (K, V)> {
        let mut rows = self.rows;
        (0..rows.len())
            .filter_map(move |row| rows[row].take())
            .map(|entry| (entry.key, entry.value))
    }
}

impl<'a, K, V> ReadRows<'a, K, V> for &'a Entries<K, V> {
    #[inline(always)]
    fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        self.get(entry)
    }
}

#[cfg(test)]
mod tests;
