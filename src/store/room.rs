//! Room for what an operation is about to write.
//!
//! Everything is reserved in one place, after the last code of the user has run and right before
//! the first word is written: nothing runs between the two. Code of the user may answer otherwise
//! each time it is asked, and what was reserved by one answer must not be filled by another.
//!
//! Where growing does not help a compaction may, which drops what forgotten versions held, and so
//! runs destructors. It comes before all of the reserving is done anew.

use crate::arena::NoRoom;
use crate::error::{Error, Resource};
use crate::trie::{Sorted, Spot};

use super::Store;

/// What a write takes beside words.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    /// A row of the version table and a stamp.
    pub(super) version: bool,
    pub(super) entries: usize,
}

impl Needs {
    pub(super) const PUT_NEW: Needs = Needs { version: true, entries: 1 };
    pub(super) const CUT_NEW: Needs = Needs { version: true, entries: 0 };
    pub(super) const PUT_OPEN: Needs = Needs { version: false, entries: 1 };
    pub(super) const CUT_OPEN: Needs = Needs { version: false, entries: 0 };
}

/// What there was no room for.
struct Lack {
    what: Resource,
    error: Error,
}

impl<K, V, S> Store<K, V, S> {
    /// Reserves room to write at a spot, which is set anew if that takes a compaction. What comes
    /// after this may write, and run no code of the user before that.
    #[inline(always)]
    pub(super) fn room_to_write(
        &mut self,
        spot: &mut Spot,
        slot: u32,
        needs: Needs,
    ) -> Result<(), Error> {
        let has_room = (!needs.version || self.table.has_room() && self.has_stamp())
            && (needs.entries == 0 || self.arena.entries.has_room(needs.entries))
            && self.arena.words.has_room(spot.words_to_put(&self.arena.words));
        if has_room { Ok(()) } else { self.make_room_to_write(spot, slot, needs) }
    }

    #[cold]
    fn make_room_to_write(
        &mut self,
        spot: &mut Spot,
        slot: u32,
        needs: Needs,
    ) -> Result<(), Error> {
        let Err(lack) = self.reserve_to_write(spot, needs) else { return Ok(()) };
        self.compact_for(lack, &mut [])?;
        self.set_spot(spot, slot, spot.path.hash);
        self.reserve_to_write(spot, needs).map_err(|lack| lack.error)
    }

    /// Without compaction. Close to the limit no more words are asked for than the write takes.
    fn reserve_to_write(&mut self, spot: &Spot, needs: Needs) -> Result<(), Lack> {
        if needs.version {
            self.reserve_row_and_stamp()?;
        }
        self.reserve_entries(needs.entries)?;
        let words = &mut self.arena.words;
        if words.reserve(spot.words_to_put(words)).is_ok() {
            return Ok(());
        }
        let exact = spot.exact_words_to_put(words);
        words.reserve(exact).map_err(|why| lack(Resource::Words, why))
    }

    /// Room for one more version, of what is there already.
    #[inline]
    pub(super) fn room_for_version(&mut self) -> Result<(), Error> {
        if self.table.has_room() && self.has_stamp() {
            return Ok(());
        }
        let Err(lack) = self.reserve_row_and_stamp() else { return Ok(()) };
        self.compact_for(lack, &mut [])?;
        self.reserve_row_and_stamp().map_err(|lack| lack.error)
    }

    /// Room for a version of a whole tree: the words of its nodes, and new entries. `chosen` are
    /// entries of live versions that it will hold; their references follow a compaction.
    pub(super) fn room_for_tree(
        &mut self,
        words: usize,
        entries: usize,
        chosen: &mut [Sorted],
    ) -> Result<(), Error> {
        let Err(lack) = self.reserve_for_tree(words, entries) else { return Ok(()) };
        self.compact_for(lack, chosen)?;
        self.reserve_for_tree(words, entries).map_err(|lack| lack.error)
    }

    fn reserve_for_tree(&mut self, words: usize, entries: usize) -> Result<(), Lack> {
        self.reserve_row_and_stamp()?;
        self.arena.words.reserve_tree(words).map_err(|why| lack(Resource::Words, why))?;
        self.reserve_entries(entries)
    }

    fn reserve_entries(&mut self, count: usize) -> Result<(), Lack> {
        self.arena.entries.reserve(count).map_err(|why| lack(Resource::Entries, why))
    }

    fn reserve_row_and_stamp(&mut self) -> Result<(), Lack> {
        self.table.reserve().map_err(|error| Lack { what: Resource::Versions, error })?;
        if self.has_stamp() {
            return Ok(());
        }
        let (what, limit) = (Resource::Stamps, self.max_stamp as usize);
        Err(Lack { what, error: Error::Full { what, limit } })
    }

    /// Compacts, if that can make room, and drops what forgotten versions held there and then: the
    /// store is consistent, and nothing is reserved that could be spoilt.
    fn compact_for(&mut self, lack: Lack, chosen: &mut [Sorted]) -> Result<(), Error> {
        let can_help = match lack.what {
            Resource::Versions => false,
            Resource::Entries => self.holds_garbage(),
            Resource::Words | Resource::Stamps => true,
        };
        if !can_help {
            return Err(lack.error);
        }
        let compacted = self.compact_moving(chosen);
        self.bury_dead();
        match compacted {
            Err(_) if lack.what == Resource::Entries => Err(lack.error),
            compacted => compacted.map_err(|why| no_room(Resource::Words, why)),
        }
    }

    #[inline(always)]
    fn has_stamp(&self) -> bool {
        self.next_stamp < self.max_stamp
    }

    /// The next stamp, which was reserved.
    #[inline]
    pub(super) fn take_stamp(&mut self) -> u32 {
        let stamp = self.next_stamp;
        if stamp >= self.max_stamp {
            crate::arena::overrun("stamps");
        }
        self.next_stamp += 1;
        stamp
    }
}

fn lack(what: Resource, why: NoRoom) -> Lack {
    Lack { what, error: no_room(what, why) }
}

fn no_room(what: Resource, why: NoRoom) -> Error {
    match why {
        NoRoom::Limit(limit) => Error::Full { what, limit },
        NoRoom::Allocation(bytes) => Error::Allocation { bytes },
    }
}
