//! Mark-compact: everything live moves to fresh memory, in the order in which it is read.
//!
//! Versions move newest first, so the newest has its entries in consecutive rows, in iteration
//! order, and its nodes depth first. Older versions follow with what they do not share. Birth
//! stamps are renumbered from 1 upwards on the way. Every [`Version`](super::Version) stays valid.
//!
//! A mark is one bit for every word, and a forwarding address 4 bytes for every row. Both copies
//! exist for a moment.

use std::cmp::Reverse;

use bitvec::slice::BitSlice;

use crate::arena::{Arena, EntryRef, NoRoom, Refused, filled, try_collect};
use crate::trie::{NOT_MOVED, Relocation, Renumbering, Sorted, renumbered};

use super::Store;
use super::table::{NO_RUN, Origin};

/// The result of a [compaction](Store::compact).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compaction {
    /// Bytes of the store's memory before.
    pub bytes_before: usize,
    /// Bytes of the store's memory after.
    pub bytes_after: usize,
    /// Entries that no live version held: what forgotten versions left behind.
    pub entries_freed: usize,
    /// Whether it was done. It is not if the allocator refuses memory; then nothing has changed.
    pub done: bool,
}

impl<K, V, S> Store<K, V, S> {
    /// Moves everything live together, in iteration order of the newest version, and gives the rest
    /// back: words, entries, and the vacant rows at the end of the version table. Reclaims what
    /// [forgotten](Store::forget) versions held. All versions stay valid.
    ///
    /// Iterating the newest version then reads memory in order. Costs one pass over everything
    /// live, and room for a second copy of it meanwhile, with a bit for every word and 4 bytes for
    /// every row. If the allocator refuses any of that, nothing changes.
    pub fn compact(&mut self) -> Compaction {
        let bytes_before = self.stats().heap_bytes;
        let entries_before = self.arena.live_entries();
        let done = self.compact_moving(&mut []).is_ok();
        let entries_freed = entries_before - self.arena.live_entries();
        let bytes_after = self.stats().heap_bytes;
        self.drop_dead();
        Compaction { bytes_before, bytes_after, entries_freed, done }
    }

    /// What the feature `stress` does after every few commits.
    #[cold]
    pub(crate) fn compact_under_stress(&mut self) {
        if self.is_owned {
            return;
        }
        // If the allocator refuses, everything stays where it is.
        let _ = self.compact_moving(&mut []);
        self.drop_dead();
    }

    /// Compacts, and leaves what died in `arena.dead`. Updates the references of entries that an
    /// operation has `chosen` from live versions.
    ///
    /// Everything that takes memory comes before the first thing that moves.
    pub(crate) fn compact_moving(&mut self, chosen: &mut [Sorted]) -> Result<(), NoRoom> {
        let Arena { words, entries, keep_dead, .. } = &self.arena;
        let new_words = words.for_compaction(words.live_words())?;
        let new_entries = entries.for_compaction(entries.live_count())?;
        let mut fresh = Arena::of(new_words, new_entries, *keep_dead);
        let is_late = self.next_stamp > self.max_stamp / 2;
        let stamps = if is_late { Some(self.stamps_in_use()?) } else { None };
        let mut newest_first = try_collect(self.table.holders())?;
        newest_first.sort_unstable_by_key(|&index| Reverse(self.table.get(index).stamp));
        let mut forward = filled(NOT_MOVED, entries.row_count())?;
        let mut moved = filled(0, words.word_count().div_ceil(usize::BITS as usize))?;

        let mut relocation = Relocation {
            from: &mut self.arena,
            to: &mut fresh,
            moved: BitSlice::from_slice_mut(&mut moved),
            forward: &mut forward,
            renumber: stamps.as_deref(),
        };
        for index in newest_first {
            let first_row = relocation.to.entries.row_count();
            let row = self.table.get_mut(index);
            row.root = relocation.tree(row.root);
            let is_run = relocation.to.entries.row_count() - first_row == row.len as usize;
            row.run = if is_run && row.len > 0 { first_row as u32 } else { NO_RUN };
        }
        if let Some(stamps) = &stamps {
            for row in self.table.occupied_mut() {
                row.stamp = relocation.renumbered(row.stamp);
                row.origin = Origin::OTHER;
            }
            self.next_stamp = stamps.len() as u32 + 1;
        }
        for item in chosen {
            item.entry = EntryRef(relocation.forward[item.entry.0 as usize]);
        }
        self.finish_compaction(fresh);
        Ok(())
    }

    /// Renumbers stamps where nothing may move. Everything that takes memory comes first.
    pub(crate) fn renumber(&mut self) -> Result<(), Refused> {
        let stamps = self.stamps_in_use()?;
        let bits = |count: usize| filled(0, count.div_ceil(usize::BITS as usize));
        let mut nodes = bits(self.arena.words.word_count())?;
        let mut entries = bits(self.arena.entries.row_count())?;
        let mut renumbering = Renumbering {
            arena: &mut self.arena,
            nodes: BitSlice::from_slice_mut(&mut nodes),
            entries: BitSlice::from_slice_mut(&mut entries),
            stamps: &stamps,
        };
        for index in self.table.holders() {
            renumbering.tree(self.table.get(index).root);
        }
        for row in self.table.occupied_mut() {
            row.stamp = renumbered(&stamps, row.stamp);
            row.origin = Origin::OTHER;
        }
        self.next_stamp = stamps.len() as u32 + 1;
        Ok(())
    }

    /// The stamps of all rows of the forest, ascending.
    fn stamps_in_use(&self) -> Result<Vec<u32>, Refused> {
        let rows = self.table.occupied();
        let mut stamps = try_collect(rows.map(|index| self.table.get(index).stamp))?;
        stamps.sort_unstable();
        Ok(stamps)
    }

    fn finish_compaction(&mut self, fresh: Arena<K, V>) {
        let held_garbage = self.holds_garbage();
        let old = std::mem::replace(&mut self.arena, fresh);
        // What was not moved belonged to no version.
        self.arena.take_over(old);
        // Room was made for all that is live, whatever the limit.
        self.arena.words.set_limit(self.arena.words.limit());
        if held_garbage {
            // Room was made for the garbage too, because nobody knew how much it was.
            self.arena.words.trim();
            self.arena.entries.trim();
        }
        self.forgotten = 0;
        self.table.forget_overrun();
        self.table.give_back();
        self.epoch += 1;
    }
}
