//! Layer 1: memory. `u32` words for nodes, with free lists; rows for entries, with bitmaps.
//!
//! The arena hands out blocks of words and rows for entries, and takes them back. It must not know
//! hashes, key comparison or maps; [`crate::trie`] knows what the words mean.
//!
//! ```text
//! words    [ . . . . 36 zeros . . . ][ block ][ block ][ free: next -> ][ block ] ... | 36 spare |
//!            ^ n0: "no node", and       ^ NodeRef = index of the block's first word
//!              what an empty map reads
//! entries  [ birth | hash | key | value ][ vacant ][ birth | hash | key | value ] ...
//!            ^ EntryRef = index of the row
//! vacant     0                            1         0 ...    a bit for each row, 64 to a group
//! ```
//!
//! A freed block goes onto the list of its size class and is the next to be handed out, so a loop
//! of updates keeps writing to words that are still in the cache. So is the row that was freed
//! last; then come the vacant rows of one group after another. Entries that are made at once get
//! consecutive rows ([`Entries::find_run`]).
//!
//! Invariants, referred to by number in the trie, the checker and the tests:
//!
//! * **A1** Every `NodeRef` in use is the first word of a block below `Words::top`, and at least
//!   [`WINDOW`] initialised words follow it.
//! * **A2** Every `EntryRef` in use names an occupied row; the bits are those of the vacant rows.
//! * **A3** Neither arena shrinks under a reference: words are cut back only beyond `top + WINDOW`,
//!   rows only where they were freed, and compaction replaces both arenas whole and rewrites every
//!   reference.

mod entries;
mod growth;
mod layout;
mod unchecked;
mod vacant_rows;
mod words;

pub use layout::{EntryRef, NodeRef};

pub(crate) use entries::Entries;
pub(crate) use growth::{NoRoom, overrun, shrink, slack};
pub(crate) use layout::{Entry, Row, WINDOW};
pub(crate) use words::{Words, block_size};

/// The words and the entries of one store, and what died in the current operation.
pub(crate) struct Arena<K, V> {
    pub(crate) words: Words,
    pub(crate) entries: Entries<K, V>,
    /// Keys and values moved out of the arena and not dropped yet: dropping runs user code, which
    /// must not see the store between two consistent states.
    pub(crate) dead: Vec<(K, V)>,
    /// Keep the dead until the host takes them, even where dropping them does nothing.
    pub(crate) keep_dead: bool,
}

/// Words and entries to read, as slices that a loop of lookups keeps in registers.
pub(crate) struct Reader<'a, K, V> {
    words: &'a [u32],
    rows: &'a [Row<K, V>],
}

impl<K, V> Clone for Reader<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Reader<'_, K, V> {}

impl<'a, K, V> Reader<'a, K, V> {
    pub(crate) fn of(words: &'a [u32], rows: &'a [Row<K, V>]) -> Self {
        Reader { words, rows }
    }

    #[inline(always)]
    pub(crate) fn parts(self) -> (&'a [u32], &'a [Row<K, V>]) {
        (self.words, self.rows)
    }

    #[inline(always)]
    pub(crate) fn window(self, node: NodeRef) -> &'a [u32; WINDOW] {
        unchecked::window(self.words, node)
    }

    #[inline(always)]
    pub(crate) fn prefetch(self, node: NodeRef) {
        unchecked::prefetch(self.words, node);
    }

    #[inline(always)]
    pub(crate) fn word(self, at: u32) -> u32 {
        unchecked::word(self.words, at)
    }

    #[inline(always)]
    pub(crate) fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        unchecked::entry(self.rows, entry)
    }
}

impl<K, V> Arena<K, V> {
    #[inline(always)]
    pub(crate) fn reader(&self) -> Reader<'_, K, V> {
        Reader { words: self.words.as_slice(), rows: self.entries.as_slice() }
    }

    pub(crate) fn new() -> Self {
        Arena { words: Words::new(), entries: Entries::new(), dead: Vec::new(), keep_dead: false }
    }

    /// Whether an operation panicked because it took more than it had reserved. What it had made
    /// stays allocated until the next compaction.
    pub(crate) fn is_overrun(&self) -> bool {
        self.words.is_overrun() || self.entries.is_overrun()
    }

    /// Whether freed keys and values are kept in `dead`. Those whose drop does nothing need not be.
    #[inline]
    pub(crate) fn keeps_dead(&self) -> bool {
        self.keep_dead || std::mem::needs_drop::<(K, V)>()
    }

    /// Frees an entry. Its key and value wait in `dead`, unless dropping them does nothing.
    #[inline]
    pub(crate) fn free_entry(&mut self, entry: EntryRef) {
        let row = self.entries.free(entry);
        if self.keeps_dead() {
            self.dead.push((row.key, row.value));
        }
    }

    /// Makes room for so many dead in one step, if the allocator has it.
    pub(crate) fn expect_dead(&mut self, count: usize) {
        if self.keeps_dead() {
            let _ = self.dead.try_reserve(count);
        }
    }

    /// [Frees](Arena::free_entry) the entries in the rows from this one on.
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

    /// Keeps a key and value that an edit replaced in place, to be dropped when the operation ends.
    #[inline]
    pub(crate) fn drop_later(&mut self, pair: (K, V)) {
        if self.keeps_dead() {
            self.dead.push(pair);
        }
    }
}
