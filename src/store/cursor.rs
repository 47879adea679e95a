//! Cursors: walks over a version that hold no borrow, for iterators of a host language.
//!
//! A cursor remembers the hash of the entry it visited last, how many of that hash came before, and
//! how many entries in all. The first two lead down the tree to what follows; where the entries
//! stand in a row, the last is enough. None of them changes when the store is compacted.

use crate::arena::{Entry, Row};
use crate::error::Error;
use crate::trie::{Place, Walk};

use super::table::{NO_RUN, VersionSlot};
use super::{Store, Version};

/// A walk over a version's entries that holds no borrow. See [`Store::cursor`].
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pub(super) version: Version,
    pub(super) revision: u64,
    /// Where the entry visited last stands; without a meaning before the first.
    pub(super) last: Place,
    pub(super) visited: u32,
}

impl Cursor {
    /// Notes that an entry of this hash was visited.
    #[inline(always)]
    fn visit(&mut self, hash: u32) {
        // No version has so many; a cursor of words that were scribbled over may say so.
        let again = self.visited > 0 && self.last.hash == hash;
        let ordinal = if again { self.last.ordinal.saturating_add(1) } else { 0 };
        self.last = Place { hash, ordinal };
        self.visited = self.visited.saturating_add(1);
    }
}

impl<K, V, S> Store<K, V, S> {
    /// Starts a walk over a version, or an open edit, that holds no borrow: for iterators of a
    /// host language.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`].
    #[inline]
    pub fn cursor(&self, version: Version) -> Result<Cursor, Error> {
        let row = self.table.get(self.table.resolve_any(version)?);
        Ok(Cursor { version, revision: row.revision, last: Place::default(), visited: 0 })
    }

    /// The next entry of a walk, in CPython's order; `None` after the last. O(1) where the entries
    /// stand in a row, as after [`bulk`](Store::bulk); else it costs the depth of the tree.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::Changed`] for an open edit that was written since.
    pub fn advance(&self, cursor: &mut Cursor) -> Result<Option<(&K, &V)>, Error> {
        let mut next = None;
        self.visit_next(cursor, 1, |entry| next = Some((&entry.key, &entry.value)))?;
        Ok(next)
    }

    /// Goes on with a walk by up to `count` entries, which it hands to `visit`; says how many there
    /// were, fewer than `count` only at the end. The tree's depth is walked once, not at each step:
    /// for iterators that fetch ahead.
    ///
    /// # Errors
    ///
    /// As [`advance`](Store::advance).
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let version = store.bulk((0..10).map(|n| (n, n)))?;
    /// let mut cursor = store.cursor(version)?;
    /// let mut sum = 0;
    /// assert_eq!(store.advance_by(&mut cursor, 8, |_, value| sum += value)?, 8);
    /// assert_eq!(store.advance_by(&mut cursor, 8, |_, value| sum += value)?, 2);
    /// assert_eq!(sum, 45);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[inline]
    pub fn advance_by(
        &self,
        cursor: &mut Cursor,
        count: usize,
        mut visit: impl FnMut(&K, &V),
    ) -> Result<usize, Error> {
        let mut visited = 0;
        self.visit_next(cursor, count, |entry| {
            visited += 1;
            visit(&entry.key, &entry.value);
        })?;
        Ok(visited)
    }

    /// What a walk will come to next, as far as that stands in a row: for hosts whose keys and
    /// values are pointers, to fetch what those point to into the cache. Nothing where the entries
    /// have to be looked for.
    ///
    /// # Errors
    ///
    /// As [`advance`](Store::advance).
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let version = store.bulk((0..10).map(|n| (n, n)))?;
    /// let mut cursor = store.cursor(version)?;
    /// store.advance_by(&mut cursor, 8, |_, _| ())?;
    /// let next: Vec<_> = store.upcoming(&cursor)?.map(|(key, _)| *key).collect();
    /// let mut visited = Vec::new();
    /// store.advance_by(&mut cursor, 8, |key, _| visited.push(*key))?;
    /// assert_eq!(next, visited);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    #[inline]
    pub fn upcoming(&self, cursor: &Cursor) -> Result<impl Iterator<Item = (&K, &V)>, Error> {
        let row = self.table.get(self.resolve_probe(cursor.version, cursor.revision)?);
        let rest = self.run_of(row).get(cursor.visited as usize..).unwrap_or_default();
        Ok(rest.iter().map_while(|row| match row {
            Row::Occupied(entry) => Some((&entry.key, &entry.value)),
            Row::Vacant { .. } => None,
        }))
    }

    /// The rows of a version whose entries stand in a row; else none.
    #[inline]
    fn run_of(&self, row: &VersionSlot) -> &[Row<K, V>] {
        let rows = self.arena.entries.as_slice();
        if row.run == NO_RUN { &[] } else { &rows[row.run as usize..][..row.len as usize] }
    }

    #[inline]
    fn visit_next<'a>(
        &'a self,
        cursor: &mut Cursor,
        count: usize,
        mut visit: impl FnMut(&'a Entry<K, V>),
    ) -> Result<(), Error> {
        let row = self.table.get(self.resolve_probe(cursor.version, cursor.revision)?);
        // A copy, which stays in registers.
        let mut moved = *cursor;
        let entries = &self.arena.entries;
        if row.run != NO_RUN {
            let run = self.run_of(row);
            let start = run.len().min(cursor.visited as usize);
            let end = run.len().min(start.saturating_add(count));
            for row in &run[start..end] {
                let Row::Occupied(entry) = row else {
                    unreachable!("A2: a run holds entries only")
                };
                moved.visit(entry.hash);
                visit(entry);
            }
        } else {
            let after = (cursor.visited > 0).then_some(cursor.last);
            let mut walk = Walk::after(&self.arena.words, row.root, after);
            for entry in std::iter::from_fn(|| walk.next_entry()).take(count) {
                let entry = entries.get(entry);
                moved.visit(entry.hash);
                visit(entry);
            }
        }
        *cursor = moved;
        Ok(())
    }
}
