//! Mark-compact: everything live moves to fresh memory, in the order in which it is read.
//!
//! Versions move newest first, so the newest has its entries in consecutive rows, in iteration
//! order, and its nodes depth first. Older versions follow with what they do not share. Birth
//! stamps are renumbered from 1 upwards on the way. Every [`Version`](super::Version) stays valid.
//!
//! A mark is one bit for every word. Forwarding addresses are in a scratch arena that is freed at
//! the end. Both copies exist for a moment.

use bitvec::vec::BitVec;
use bumpalo::Bump;

use crate::arena::{Arena, EntryRef, NoRoom};
use crate::trie::{NOT_MOVED, Relocation, Sorted};

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
    /// Whether it was done. It is not if the allocator refuses the memory to move to; then nothing
    /// has changed.
    pub done: bool,
}

impl<K, V, S> Store<K, V, S> {
    /// Moves everything live together, in iteration order of the newest version, and gives the rest
    /// back to the allocator: words, entries, and the vacant rows at the end of the version table.
    /// Reclaims what [forgotten](Store::forget) versions held. All versions stay valid.
    ///
    /// Iterating the newest version then reads memory in order. Costs one pass over everything
    /// live, and room for a second copy of it meanwhile. If the allocator refuses that, nothing
    /// changes. The scratch, a bit for every word and 4 bytes for every row, ends the process if it
    /// is refused, as a `Vec` does.
    pub fn compact(&mut self) -> Compaction {
        let bytes_before = self.stats().heap_bytes;
        let entries_before = self.arena.entries.live_count();
        let done = self.compact_moving(&mut []).is_ok();
        let entries_freed = entries_before - self.arena.entries.live_count();
        let bytes_after = self.stats().heap_bytes;
        self.drop_dead();
        Compaction { bytes_before, bytes_after, entries_freed, done }
    }

    /// What the feature `stress` does after every few commits.
    #[cold]
    pub(crate) fn compact_under_stress(&mut self) {
        // If the allocator refuses, everything stays where it is.
        let _ = self.compact_moving(&mut []);
        self.drop_dead();
    }

    /// Compacts, and leaves what died in `arena.dead`. Updates the references of entries that an
    /// operation has `chosen` from live versions.
    pub(crate) fn compact_moving(&mut self, chosen: &mut [Sorted]) -> Result<(), NoRoom> {
        let mut fresh = Arena {
            words: self.arena.words.for_compaction(self.arena.words.live_words())?,
            entries: self.arena.entries.for_compaction(self.arena.entries.live_count())?,
            dead: Vec::new(),
            keep_dead: self.arena.keep_dead,
        };
        let stamps = (self.next_stamp > self.max_stamp / 2).then(|| self.stamps_in_use());
        let mut newest_first: Vec<u32> = self.table.holders().collect();
        newest_first.sort_by_key(|&index| std::cmp::Reverse(self.table.get(index).stamp));

        let scratch = Bump::new();
        let forward = scratch.alloc_slice_fill_copy(self.arena.entries.row_count(), NOT_MOVED);
        let mut moved = BitVec::repeat(false, self.arena.words.as_slice().len());
        let mut relocation = Relocation {
            from: &mut self.arena,
            to: &mut fresh,
            moved: &mut moved,
            forward,
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
            for index in self.table.occupied().collect::<Vec<_>>() {
                let row = self.table.get_mut(index);
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

    /// The stamps of all rows of the forest, ascending.
    fn stamps_in_use(&self) -> Vec<u32> {
        let rows = self.table.occupied();
        let mut stamps: Vec<u32> = rows.map(|index| self.table.get(index).stamp).collect();
        stamps.sort_unstable();
        stamps
    }

    fn finish_compaction(&mut self, mut fresh: Arena<K, V>) {
        fresh.dead = std::mem::take(&mut self.arena.dead);
        let held_garbage = self.holds_garbage();
        let old = std::mem::replace(&mut self.arena, fresh);
        // What was not moved belonged to no version.
        if self.arena.keeps_dead() {
            self.arena.dead.extend(old.entries.drain());
        }
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
