//! Rows that need not move when more are added.
//!
//! A list of rows is one region, which moves while it grows, as long as it is small. Where somebody
//! may be reading entries meanwhile, it does not grow. Another region follows it instead, for as
//! many rows again; once there are many, with addresses for a thousand times as many.
//!
//! ```text
//! rows     [ 0 .. 8 ) [ 8 .. 16 ) [ 16 .. 32 ) [ 32 ..                      )
//!          first      more[0]     more[1]      more[2], and so on
//! ```

use std::ops::{Index, IndexMut, Range};

use super::region::{Region, Row, Rows, RowsFrom};
use super::scratch::{Refused, TryPush};

/// So many bytes are worth a mapping.
const MAP_FROM: usize = if cfg!(feature = "stress") { 1 << 12 } else { 1 << 16 };

/// For how many times as many rows addresses are reserved. There are not so many addresses that
/// each small arena could have them for all rows.
const RESERVED: usize = if cfg!(any(test, feature = "stress")) { 4 } else { 1 << 10 };

/// Rows of the first part, where it may not move when more are added.
const FIRST: usize = if cfg!(any(test, feature = "stress")) { 4 } else { 64 };

/// Rows in one region, or in several that follow each other.
pub(super) struct RowList<K, V> {
    first: Region<Row<K, V>>,
    /// What follows. All but the last have no room for more rows, or nothing follows them.
    more: Vec<Part<K, V>>,
    /// Where that is, last ones first.
    places: Vec<RowsFrom<K, V>>,
    /// Rows below this one are in the first region.
    split: u32,
    /// Rows in what follows.
    rest: usize,
    /// Rows that there is room for.
    capacity: usize,
    most: usize,
}

/// Some of the rows.
struct Part<K, V> {
    /// The index of its first row.
    start: usize,
    rows: Region<Row<K, V>>,
}

impl<K, V> RowList<K, V> {
    /// No rows, of so many at most.
    pub(super) fn new(most: usize) -> Self {
        RowList {
            first: Region::of_rows(most),
            more: Vec::new(),
            places: Vec::new(),
            split: u32::MAX,
            rest: 0,
            capacity: 0,
            most,
        }
    }

    /// Rows there are, vacant ones too.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.rest
    }

    /// Rows that there is room for.
    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes that belong to the list, if so many rows have memory.
    pub(super) fn heap_bytes(&self, used: usize) -> usize {
        let rest = |start: usize| used.saturating_sub(start);
        let more = self
            .more
            .iter()
            .map(|part| part.rows.heap_bytes(rest(part.start).min(part.rows.capacity())));
        self.first.heap_bytes(used.min(self.first.capacity())) + more.sum::<usize>()
    }

    /// Whether growing moves nothing.
    pub(super) fn is_mapped(&self) -> bool {
        self.last().is_mapped()
    }

    fn last(&self) -> &Region<Row<K, V>> {
        self.more.last().map_or(&self.first, |part| &part.rows)
    }

    fn last_mut(&mut self) -> &mut Region<Row<K, V>> {
        self.more.last_mut().map_or(&mut self.first, |part| &mut part.rows)
    }

    /// Where the last part begins.
    fn last_start(&self) -> usize {
        self.more.last().map_or(0, |part| part.start)
    }

    /// Makes room for so many rows in all. Small lists move.
    pub(super) fn reserve(&mut self, capacity: usize) -> Result<(), Refused> {
        let more = capacity.saturating_sub(self.last_start());
        if self.is_mapped() && !self.last().has_addresses(more) {
            return self.reserve_in_place(capacity);
        }
        self.last_mut().reserve(more)?;
        self.note_places();
        Ok(())
    }

    /// The same, but no row moves.
    pub(super) fn reserve_in_place(&mut self, capacity: usize) -> Result<(), Refused> {
        let old = self.capacity();
        if capacity <= old {
            return Ok(());
        }
        if self.last().has_addresses(capacity - self.last_start()) {
            return self.reserve(capacity);
        }
        if old == 0 {
            // Nobody reads any yet. The first part serves most reads, so it should not be small.
            self.first.reserve(capacity.max(FIRST))?;
            self.note_places();
            return Ok(());
        }
        self.places.try_reserve(1).map_err(|_| Refused(size_of::<RowsFrom<K, V>>()))?;
        let wanted = (capacity - old).max(old).max(8);
        let mut rows = Region::of_rows(wanted.saturating_mul(RESERVED).min(self.most - old));
        let is_large = wanted * size_of::<Row<K, V>>() >= MAP_FROM;
        if !is_large || rows.reserve_mapped(wanted).is_err() {
            rows.reserve(wanted)?;
        }
        self.more.try_push(Part { start: old, rows })?;
        self.note_places();
        Ok(())
    }

    /// Notes where the parts are. There is room for that.
    #[inline]
    fn note_places(&mut self) {
        self.places.clear();
        let places = self.more.iter().rev();
        self.places.extend(places.map(|part| RowsFrom::of(part.start as u32, &part.rows)));
        self.capacity = self.last_start() + self.last().capacity();
        self.split = self.more.first().map_or(u32::MAX, |part| part.start as u32);
    }

    /// Gives back what is reserved beyond so many rows, or beyond those that there are. Small lists
    /// move.
    pub(super) fn shrink(&mut self, capacity: usize) {
        while let Some(part) = self.more.last()
            && part.start >= self.len().max(capacity)
        {
            self.more.pop();
        }
        let start = self.last_start();
        self.last_mut().shrink(capacity.saturating_sub(start));
        self.note_places();
    }

    /// Adds a row, if there is room. Returns its index.
    #[inline(always)]
    pub(super) fn push(&mut self, row: Row<K, V>) -> Result<usize, Row<K, V>> {
        // As long as the first part has room, nothing is in those that follow it.
        let at = self.first.len();
        match self.first.try_push(row) {
            Ok(()) => Ok(at),
            Err(row) => self.push_elsewhere(row),
        }
    }

    #[cold]
    #[inline(never)]
    fn push_elsewhere(&mut self, row: Row<K, V>) -> Result<usize, Row<K, V>> {
        let at = self.len();
        let Some(part) = self.more.iter_mut().rev().find(|part| part.start <= at) else {
            return Err(row);
        };
        part.rows.try_push(row)?;
        self.rest += 1;
        Ok(at)
    }

    /// Takes off the last row.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Row<K, V>> {
        if self.rest == 0 {
            return self.first.pop();
        }
        self.rest -= 1;
        let at = self.len();
        self.more.iter_mut().rev().find(|part| part.start <= at)?.rows.pop()
    }

    /// Cuts off all rows but the first so many, all of them vacant.
    pub(super) fn truncate(&mut self, len: usize) {
        let len = self.len().min(len);
        self.first.truncate(len);
        self.rest = len - self.first.len();
        for part in &mut self.more {
            part.rows.truncate(len.saturating_sub(part.start));
        }
    }

    /// A row that is not in the first part.
    #[cold]
    #[inline(never)]
    fn elsewhere(&self, at: usize) -> &Row<K, V> {
        let part = self.more.iter().rev().find(|part| part.start <= at).expect("there is the row");
        &part.rows[at - part.start]
    }

    #[cold]
    #[inline(never)]
    fn elsewhere_mut(&mut self, at: usize) -> &mut Row<K, V> {
        let part = self.more.iter_mut().rev().find(|part| part.start <= at);
        let part = part.expect("there is the row");
        &mut part.rows[at - part.start]
    }

    /// Bytes of the pages in which memory goes back, if it can.
    pub(super) fn page_size(&self) -> Option<usize> {
        self.last().page_size()
    }

    /// Gives the system the memory of vacant rows, if they are in a mapping.
    pub(super) fn give_back(&mut self, rows: Range<usize>) {
        let start = self.last_start();
        let rows = rows.start.saturating_sub(start)..rows.end.saturating_sub(start);
        self.last_mut().give_back(rows);
    }

    /// The rows at these indices, if they are in one part.
    pub(super) fn within(&mut self, rows: Range<usize>) -> Option<&mut [Row<K, V>]> {
        if rows.end <= self.first.len() {
            return Some(&mut self.first[rows]);
        }
        let part = self.more.iter_mut().rev().find(|part| part.start <= rows.start)?;
        let rows = rows.start - part.start..rows.end - part.start;
        (rows.end <= part.rows.len()).then(|| &mut part.rows[rows])
    }

    /// Whether these rows are or would be in one part.
    #[inline]
    pub(super) fn are_together(&self, first: usize, count: usize) -> bool {
        let within = first + 1..first + count;
        !self.more.iter().any(|part| within.contains(&part.start))
    }

    /// All rows, to read.
    #[inline(always)]
    pub(super) fn rows(&self) -> Rows<'_, K, V> {
        Rows::of(&self.first, self.split, &self.places)
    }
}

impl<K, V> Index<usize> for RowList<K, V> {
    type Output = Row<K, V>;

    #[inline(always)]
    fn index(&self, at: usize) -> &Row<K, V> {
        if at < self.first.len() {
            return &self.first[at];
        }
        self.elsewhere(at)
    }
}

impl<K, V> IndexMut<usize> for RowList<K, V> {
    #[inline(always)]
    fn index_mut(&mut self, at: usize) -> &mut Row<K, V> {
        if at < self.first.len() {
            return &mut self.first[at];
        }
        self.elsewhere_mut(at)
    }
}
