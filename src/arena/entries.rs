//! Rows for entries, with a list of the vacant ones.

use super::growth::{NoRoom, growth, overrun, shrink, slack};
use super::layout::{Entry, EntryRef, Row};
use super::unchecked;

const NO_ROW: u32 = u32::MAX;

/// Rows up to which growth doubles.
const DOUBLING_LIMIT: usize = 1 << 10;

/// The entry arena.
pub(crate) struct Entries<K, V> {
    rows: Vec<Row<K, V>>,
    free_head: u32,
    free_count: usize,
    limit: usize,
    /// An operation took more than it had reserved, and panicked.
    is_overrun: bool,
}

impl<K, V> Entries<K, V> {
    pub(crate) fn new() -> Self {
        Entries {
            rows: Vec::new(),
            free_head: NO_ROW,
            free_count: 0,
            limit: NO_ROW as usize,
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
        let spare = slack(self.rows.len());
        shrink(&mut self.rows, spare);
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
        self.rows.capacity() * size_of::<Row<K, V>>()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(NO_ROW as usize);
    }

    /// Makes room for `count` more entries in new rows.
    pub(crate) fn reserve_rows(&mut self, count: usize) -> Result<(), NoRoom> {
        if self.rows.len() + count > self.limit {
            return Err(NoRoom::Limit(self.limit));
        }
        if self.rows.capacity() - self.rows.len() >= count {
            return Ok(());
        }
        let wanted = (count + slack(count)).min(self.limit - self.rows.len());
        self.reserve_exact(wanted).or_else(|_| self.reserve_exact(count))
    }

    /// Whether the vacant rows that are used next follow each other in memory. They do after the
    /// release of a map that was built at once.
    pub(crate) fn is_vacancy_in_order(&self) -> bool {
        const SAMPLE: usize = 64;
        let mut row = self.free_head;
        let mut in_order = 0;
        for _ in 0..SAMPLE {
            let Some(&Row::Vacant { next }) = self.rows.get(row as usize) else { break };
            in_order += usize::from(next == row.wrapping_add(1));
            row = next;
        }
        in_order > SAMPLE / 2
    }

    /// Whether `count` more entries can be made.
    #[inline(always)]
    pub(crate) fn has_room(&self, count: usize) -> bool {
        let available = self.free_count + (self.rows.capacity() - self.rows.len());
        count <= available && self.rows.len() - self.free_count + count <= self.limit
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
        let more = count.saturating_sub(self.free_count);
        let step = growth(needed, DOUBLING_LIMIT).max(8);
        let wanted = (more + slack(more)).max(step).min(self.limit - self.rows.len());
        self.reserve_exact(wanted).or_else(|_| self.reserve_exact(more))
    }

    fn reserve_exact(&mut self, more: usize) -> Result<(), NoRoom> {
        self.rows
            .try_reserve_exact(more)
            .map_err(|_| NoRoom::Allocation(more * size_of::<Row<K, V>>()))
    }

    /// Makes an entry. The caller has reserved its row.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, entry: Entry<K, V>) -> EntryRef {
        let head = self.free_head;
        let Some(row) = self.rows.get_mut(head as usize) else {
            return self.push(entry);
        };
        if let Row::Vacant { next } = *row {
            self.free_head = next;
        }
        self.free_count -= 1;
        // A vacant row has nothing to drop. Dropping it would make the compiler build the entry on
        // the stack first, and copy it from there.
        std::mem::forget(std::mem::replace(row, Row::Occupied(entry)));
        EntryRef(head)
    }

    /// Makes an entry in a row that was never used: such rows follow each other. The caller has
    /// reserved it.
    #[inline]
    pub(crate) fn push(&mut self, entry: Entry<K, V>) -> EntryRef {
        if self.rows.len() == self.rows.capacity() {
            self.overrun();
        }
        self.rows.push(Row::Occupied(entry));
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
        let vacant = Row::Vacant { next: self.free_head };
        match std::mem::replace(&mut self.rows[entry.0 as usize], vacant) {
            Row::Occupied(taken) => {
                self.free_head = entry.0;
                self.free_count += 1;
                taken
            }
            Row::Vacant { .. } => unreachable!("{entry} was freed twice (A2)"),
        }
    }

    /// Takes the entries out of the rows from this one on, last one first. All of them are in use.
    pub(super) fn free_from(&mut self, first: u32) -> impl Iterator<Item = Entry<K, V>> + '_ {
        let count = self.rows.len() - first as usize;
        let last = std::iter::from_fn(|| self.rows.pop()).take(count);
        last.map(|row| match row {
            Row::Occupied(taken) => taken,
            Row::Vacant { .. } => unreachable!("a vacant row among those of a run (A2)"),
        })
    }

    /// Rows that are reserved beyond those ever used.
    pub(crate) fn spare_rows(&self) -> usize {
        self.rows.capacity() - self.rows.len()
    }

    #[inline]
    pub(crate) fn get(&self, entry: EntryRef) -> &Entry<K, V> {
        unchecked::entry(&self.rows, entry)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, entry: EntryRef) -> &mut Entry<K, V> {
        match &mut self.rows[entry.0 as usize] {
            Row::Occupied(found) => found,
            Row::Vacant { .. } => unreachable!("{entry} is vacant (A2)"),
        }
    }

    /// The entry, or `None` for a reference that is out of bounds or vacant: for the checker.
    pub(crate) fn try_get(&self, entry: EntryRef) -> Option<&Entry<K, V>> {
        match self.rows.get(entry.0 as usize)? {
            Row::Occupied(found) => Some(found),
            Row::Vacant { .. } => None,
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[Row<K, V>] {
        &self.rows
    }

    /// Every occupied row, for compaction of an arena with forgotten versions.
    pub(crate) fn drain(self) -> impl Iterator<Item = (K, V)> {
        self.rows.into_iter().filter_map(|row| match row {
            Row::Occupied(entry) => Some((entry.key, entry.value)),
            Row::Vacant { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn entry(key: u64) -> Entry<u64, u64> {
        Entry { birth: NonZeroU32::MIN, hash: key as u32, key, value: key }
    }

    #[test]
    fn freed_rows_are_reused_last_in_first_out() {
        let mut entries = Entries::new();
        entries.reserve(3).unwrap();
        let rows = [1, 2, 3].map(|key| entries.alloc(entry(key)));
        assert_eq!((entries.free(rows[0]).key, entries.free(rows[2]).key), (1, 3));
        assert_eq!((entries.live_count(), entries.free_count()), (1, 2));
        assert_eq!(entries.alloc(entry(4)), rows[2]);
        assert_eq!(entries.alloc(entry(5)), rows[0]);
        assert_eq!(entries.get(rows[1]).key, 2);
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
