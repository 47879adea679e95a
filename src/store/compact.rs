//! Mark-compact: everything live moves to fresh memory, in the order in which it is read.
//!
//! Versions are moved newest first; so the newest gets its entries in one row, in iteration order,
//! and its nodes depth first. Older versions follow with what they do not share. Birth stamps are
//! renumbered from 1 upwards on the way. Every [`Version`](super::Version) stays valid.
//!
//! Marks are a bit for every word; forwarding addresses stand in a scratch arena that is gone when
//! the operation ends. Memory for both copies is needed for a moment.

use bitvec::vec::BitVec;
use bumpalo::Bump;

use crate::arena::{Arena, NoRoom};
use crate::error::{Error, Resource};
use crate::trie::{NOT_MOVED, Relocation};

use super::Store;
use super::table::{NO_RUN, Origin};

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compaction {
    /// Bytes of the store's memory before.
    pub bytes_before: usize,
    /// Bytes of the store's memory after.
    pub bytes_after: usize,
    /// Entries that no live version held: what forgotten versions left behind.
    pub entries_freed: usize,
    /// Whether it was done. It is not done if the allocator refuses the memory to move to; then
    /// everything is as it was.
    pub done: bool,
}

impl<K, V, S> Store<K, V, S> {
    /// Moves everything live together, in iteration order of the newest version, and gives the rest
    /// back to the allocator. Reclaims what [forgotten](Store::forget) versions held. All versions
    /// stay valid.
    ///
    /// Iterating the newest version then reads memory in one straight line. Costs one pass over
    /// everything live, and room for a second copy of it meanwhile; if the allocator refuses that,
    /// nothing is done. (Its scratch, a bit a word and 4 bytes a row, is taken as `Vec` takes it.)
    pub fn compact(&mut self) -> Compaction {
        let bytes_before = self.stats().heap_bytes;
        let entries_before = self.arena.entries.live_count();
        let done = self.compact_now().is_ok();
        let entries_freed = entries_before - self.arena.entries.live_count();
        let bytes_after = self.stats().heap_bytes;
        self.bury_dead();
        Compaction { bytes_before, bytes_after, entries_freed, done }
    }

    /// Compacts in the course of another operation, before that has written anything. What
    /// forgotten versions held is dropped there and then: the store is consistent.
    pub(super) fn compact_within(&mut self) -> Result<(), NoRoom> {
        self.compact_now()?;
        self.bury_dead();
        Ok(())
    }

    /// Compacts, and leaves what died in `arena.dead`.
    pub(super) fn compact_now(&mut self) -> Result<(), NoRoom> {
        let mut fresh = Arena {
            words: self.arena.words.for_compaction(self.arena.words.live_words())?,
            entries: self.arena.entries.for_compaction(self.arena.entries.live_count())?,
            dead: Vec::new(),
            keep_dead: self.arena.keep_dead,
        };
        let mut stamps: Vec<u32> =
            self.table.occupied().map(|slot| self.table.get(slot).stamp).collect();
        stamps.sort_unstable();
        let mut newest_first: Vec<u32> = self.table.holders().collect();
        newest_first.sort_by_key(|&slot| std::cmp::Reverse(self.table.get(slot).stamp));

        let scratch = Bump::new();
        let forward = scratch.alloc_slice_fill_copy(self.arena.entries.row_count(), NOT_MOVED);
        let mut moved = BitVec::repeat(false, self.arena.words.as_slice().len());
        let mut relocation = Relocation {
            from: &mut self.arena,
            to: &mut fresh,
            moved: &mut moved,
            forward,
            stamps: &stamps,
        };
        for slot in newest_first {
            let first_row = relocation.to.entries.row_count();
            let row = self.table.get_mut(slot);
            row.root = relocation.tree(row.root);
            let is_run = relocation.to.entries.row_count() - first_row == row.len as usize;
            row.run = if is_run && row.len > 0 { first_row as u32 } else { NO_RUN };
        }
        for slot in self.table.occupied().collect::<Vec<_>>() {
            let row = self.table.get_mut(slot);
            row.stamp = relocation.renumbered(row.stamp);
            row.origin = Origin::OTHER;
        }
        self.finish_compaction(fresh, stamps.len());
        Ok(())
    }

    fn finish_compaction(&mut self, mut fresh: Arena<K, V>, stamp_count: usize) {
        fresh.dead = std::mem::take(&mut self.arena.dead);
        let old = std::mem::replace(&mut self.arena, fresh);
        // What was not moved belonged to forgotten versions.
        if self.arena.keeps_dead() {
            self.arena.dead.extend(old.entries.drain());
        }
        if self.forgotten > 0 {
            // Room was made for what was forgotten, too, since nobody knew how much that is.
            self.arena.words.trim();
            self.arena.entries.trim();
        }
        self.next_stamp = stamp_count as u32 + 1;
        self.forgotten = 0;
        self.epoch += 1;
    }

    /// A stamp for a new version. Compacts when they run out.
    #[inline]
    pub(super) fn reserve_stamp(&mut self) -> Result<(), Error> {
        if self.next_stamp < self.max_stamp { Ok(()) } else { self.renumber_stamps() }
    }

    #[cold]
    fn renumber_stamps(&mut self) -> Result<(), Error> {
        let refused = |store: &Self, why| store.no_room(Resource::Words, why);
        self.compact_within().map_err(|why| refused(self, why))?;
        if self.next_stamp < self.max_stamp {
            return Ok(());
        }
        Err(Error::Full { what: Resource::Stamps, limit: self.max_stamp as usize })
    }

    /// The next stamp, which was reserved.
    #[inline]
    pub(super) fn take_stamp(&mut self) -> u32 {
        let stamp = self.next_stamp;
        self.next_stamp += 1;
        stamp
    }
}
