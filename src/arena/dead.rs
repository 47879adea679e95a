//! Keys and values that no version holds, and that are not dropped yet.
//!
//! They are moved to a list, so that their rows can be used again at once. Where the allocator
//! refuses a longer list, they stay in their rows until they are dropped or taken: nothing that
//! ends a version may need memory.

use super::Arena;
use super::layout::{Birth, Entry, EntryRef};

/// The list keeps room for so many between two operations.
const KEPT: usize = 32;

impl<K, V> Arena<K, V> {
    /// Whether freed keys and values are kept. Those whose drop does nothing need not be.
    #[inline]
    pub(crate) fn keeps_dead(&self) -> bool {
        self.keep_dead || std::mem::needs_drop::<(K, V)>()
    }

    /// Frees an entry. Its key and value are dead, and kept unless dropping them does nothing.
    #[inline]
    pub(crate) fn free_entry(&mut self, entry: EntryRef) {
        if self.keeps_dead() {
            return self.free_kept(entry);
        }
        self.entries.free(entry);
    }

    // Out of line: the callers inline what maps of plain numbers run.
    #[inline(never)]
    fn free_kept(&mut self, entry: EntryRef) {
        if !self.can_push() {
            return self.leave(entry);
        }
        let row = self.entries.free(entry);
        self.dead.push((row.key, row.value));
    }

    /// Makes room for so many dead in one step. Returns whether the allocator has it.
    pub(crate) fn expect_dead(&mut self, count: usize) -> bool {
        !self.keeps_dead() || self.dead.try_reserve(count).is_ok()
    }

    /// [Frees](Arena::free_entry) the entries in the rows from this one on, which are
    /// [expected](Arena::expect_dead).
    pub(crate) fn free_entries_from(&mut self, first: u32) {
        let keep = self.keeps_dead();
        let mut count = 0;
        for row in self.entries.free_from(first) {
            count += 1;
            if keep {
                self.dead.push((row.key, row.value));
            }
        }
        // Bounded by what this has cost anyway.
        self.entries.cut_vacant_end(count);
    }

    /// Whether a pair that is replaced can be [kept](Arena::drop_later). It can, unless the
    /// allocator refuses.
    #[inline(always)]
    pub(crate) fn can_drop_later(&mut self) -> bool {
        !self.keeps_dead() || self.can_push()
    }

    #[inline(always)]
    fn can_push(&mut self) -> bool {
        self.dead.len() < self.dead.capacity() || self.reserve_one()
    }

    #[cold]
    #[inline(never)]
    fn reserve_one(&mut self) -> bool {
        self.dead.try_reserve(1).is_ok()
    }

    /// Keeps a key and value that an edit replaced in place, to be dropped when the operation ends.
    #[inline]
    pub(crate) fn drop_later(&mut self, pair: (K, V)) {
        if self.keeps_dead() {
            self.dead.push(pair);
        }
    }

    /// Takes over what is dead in another arena, and all entries that are left in it: after a
    /// compaction, which has reserved a row for each.
    pub(crate) fn take_over(&mut self, old: Arena<K, V>) {
        self.dead = old.dead;
        if !self.keeps_dead() {
            return;
        }
        for (key, value) in old.entries.drain() {
            if self.can_push() {
                self.dead.push((key, value));
            } else {
                let birth = Birth::of(1);
                let row = self.entries.alloc(Entry { birth, hash: 0, key, value });
                self.leave(row);
            }
        }
    }

    /// Leaves a dead entry in its row.
    #[cold]
    fn leave(&mut self, entry: EntryRef) {
        self.entries.get_mut(entry).hash = self.in_row;
        self.in_row = entry.0;
        self.in_rows += 1;
    }

    #[cold]
    fn pop_left(&mut self) -> Option<(K, V)> {
        self.in_rows = self.in_rows.checked_sub(1)?;
        let Entry { hash, key, value, .. } = self.entries.free(EntryRef(self.in_row));
        self.in_row = hash;
        Some((key, value))
    }

    /// Whether there are dead pairs.
    #[inline]
    pub(crate) fn has_dead(&self) -> bool {
        self.dead.len() | self.in_rows != 0
    }

    /// The pair that died last.
    #[inline]
    pub(crate) fn pop_dead(&mut self) -> Option<(K, V)> {
        match self.dead.pop() {
            Some(pair) => Some(pair),
            None if self.in_rows != 0 => self.pop_left(),
            None => None,
        }
    }

    /// The pair that died last, if `wanted` accepts it.
    #[inline]
    pub(crate) fn pop_dead_if(&mut self, wanted: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)> {
        if self.dead.is_empty() && self.in_rows != 0 {
            let Entry { key, value, .. } = self.entries.get(EntryRef(self.in_row));
            return if wanted(key, value) { self.pop_left() } else { None };
        }
        self.dead.pop_if(|(key, value)| wanted(key, value))
    }

    /// Moves the dead to `taken`, as many as the allocator has room for.
    #[inline]
    pub(crate) fn take_dead_into(&mut self, taken: &mut Vec<(K, V)>) {
        if taken.is_empty() {
            std::mem::swap(&mut self.dead, taken);
        } else if taken.try_reserve(self.dead.len()).is_ok() {
            taken.append(&mut self.dead);
        }
        while self.in_rows != 0 && taken.try_reserve(1).is_ok() {
            taken.extend(self.pop_left());
        }
    }

    /// Drops the dead, which runs user code. If that panics, those left in rows stay.
    #[inline(never)]
    pub(crate) fn drop_dead(&mut self) {
        let mut dead = std::mem::take(&mut self.dead);
        dead.clear();
        if dead.capacity() <= KEPT {
            self.dead = dead;
        }
        while self.in_rows != 0 {
            drop(self.pop_left());
        }
    }
}
