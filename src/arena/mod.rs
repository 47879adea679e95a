//! Layer 1: memory. `u32` words for nodes and rows for entries, with bitmaps of what is free.
//!
//! The arena hands out blocks of words and rows for entries, and takes them back. It must not know
//! hashes, key comparison or maps; [`crate::trie`] knows what the words mean.
//!
//! ```text
//! words    [ 8 zeros ][ block ][ block ][ free .. ][ block ] ...
//!            ^ n0       ^ NodeRef = index of the block's first word
//! free       0          0        0        1          0 ...   a bit for two words, 64 to a group
//! entries  [ birth | hash | key | value ][ vacant ][ birth | hash | key | value ] ...
//!            ^ EntryRef = index of the row
//! vacant     0                            1         0 ...    a bit for each row, 64 to a group
//! ```
//!
//! `n0` is "no node", and what an empty map reads. A freed block is the next of its size class to
//! be handed out, so a loop of updates keeps writing to words that are still in the cache. So is
//! the row that was freed last. Where many are freed, bits say which words and rows are free
//! ([`bitmap`]): free blocks that touch become one, which serves any size, and pages that are
//! wholly free go back to the system ([`pages`]). Entries that are made at once get consecutive
//! rows ([`Entries::find_run`]).
//!
//! Both arenas are [`Region`]s: once they are large, what is in them stays where it is.
//!
//! Invariants, referred to by number in the trie, the checker and the tests:
//!
//! * **A1** Every `NodeRef` in use is the first word of a block below `Words::top`, no word of
//!   which is noted as free. The first words are zero.
//! * **A2** Every `EntryRef` in use names an occupied row; the bits are those of the vacant rows.
//! * **A3** Neither arena shrinks under a reference: it is cut back only beyond what is in use, and
//!   compaction replaces both arenas whole and rewrites every reference.

mod bitmap;
mod check;
mod dead;
mod entries;
mod growth;
mod layout;
mod pages;
mod recent;
mod region;
mod row_list;
mod scratch;
mod size_class;
mod vacant_rows;
mod words;

pub use layout::{EntryRef, NodeRef};

use pages::KEPT_BYTES;

pub(crate) use bitmap::{Bitmap, GROUP};
pub(crate) use entries::Entries;
pub(crate) use growth::{NoRoom, overrun};
pub(crate) use layout::{BRANCH_WORDS, Birth, Entry};
pub(crate) use region::{
    Bases, FirstRows, NodeWords, Nodes, Place, ReadRows, Region, Rows, observe, set_huge_from,
};
pub(crate) use scratch::{Refused, TryPush, filled, try_collect, with_room};
pub(crate) use size_class::block_size;
pub(crate) use words::Words;

/// The words and the entries of one store, and what died in the current operation.
pub(crate) struct Arena<K, V> {
    pub(crate) words: Words,
    pub(crate) entries: Entries<K, V>,
    /// Keys and values moved out of the arena and not dropped yet: dropping runs user code, which
    /// must not see the store between two consistent states.
    dead: Vec<(K, V)>,
    /// The last of the dead that stay in their rows, because the allocator refused a longer list.
    /// The hash of each names the next.
    in_row: u32,
    /// How many these are.
    in_rows: usize,
    /// Keep the dead until the host takes them, even where dropping them does nothing.
    pub(crate) keep_dead: bool,
}

/// Nodes and entries to read.
pub(crate) struct Reader<'a, K, V> {
    pub(crate) nodes: Nodes<'a>,
    pub(crate) rows: Rows<'a, K, V>,
}

impl<K, V> Clone for Reader<'_, K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Reader<'_, K, V> {}

impl<'a, K, V> Reader<'a, K, V> {
    /// Reads nothing.
    pub(crate) fn nothing() -> Self {
        Reader { nodes: Nodes::none(), rows: Rows::none() }
    }

    #[inline(always)]
    pub(crate) fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        self.rows.entry(entry)
    }
}

impl<K, V> Arena<K, V> {
    #[inline(always)]
    pub(crate) fn reader(&self) -> Reader<'_, K, V> {
        Reader { nodes: self.words.nodes(), rows: self.entries.rows() }
    }

    /// What one walk reads, without that where rows are is asked for before it is needed.
    #[inline(always)]
    pub(crate) fn parts(&self) -> (Nodes<'_>, &Entries<K, V>) {
        (self.words.nodes(), &self.entries)
    }

    /// An arena of these words and entries, in which nothing is dead.
    pub(crate) fn of(words: Words, entries: Entries<K, V>, keep_dead: bool) -> Self {
        Arena { words, entries, dead: Vec::new(), in_row: 0, in_rows: 0, keep_dead }
    }

    /// Whether an operation panicked because it took more than it had reserved. What it had made
    /// stays allocated until the next compaction.
    pub(crate) fn is_overrun(&self) -> bool {
        self.words.is_overrun() || self.entries.is_overrun()
    }

    /// Begins anew where no entry is in use: all that is free is one piece again, and what is
    /// beyond the usual goes back.
    #[cold]
    pub(crate) fn reset(&mut self) {
        // A loop that makes a small map and releases it leaves no more than this.
        if self.words.has_noted() || self.entries.row_count() > GROUP {
            self.words.reset_if_unused();
            self.entries.reset_if_unused();
        }
        if self.heap_bytes() > KEPT_BYTES {
            self.words.trim();
            self.entries.trim();
        }
    }

    /// Where nodes and entries are.
    pub(crate) fn bases(&self, number: u64) -> Bases<K, V> {
        Bases::of(number, self.words.nodes(), self.entries.rows())
    }

    /// Whether they are there.
    #[inline(always)]
    pub(crate) fn is_at(&self, bases: &Bases<K, V>) -> bool {
        bases.are_those_of(self.words.nodes(), self.entries.rows())
    }

    /// Entries that are alive.
    pub(crate) fn live_entries(&self) -> usize {
        self.entries.live_count() - self.in_rows
    }

    /// Bytes of all lists and arenas.
    pub(crate) fn heap_bytes(&self) -> usize {
        let dead = self.dead.capacity() * size_of::<(K, V)>();
        self.words.heap_bytes() + self.entries.heap_bytes() + dead
    }
}
