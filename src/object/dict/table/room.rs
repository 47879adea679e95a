//! The room of a table: growing and compacting it. And the checker.

use bitvec::vec::BitVec;
use hashbrown::HashTable;

use super::super::key::needs_asking;
use super::{Entries, Entry, SHRINK_FROM, Table, spread};
use crate::object::value::Value;
use crate::{Error, Resource};

/// How many entries a dict can have, dead ones included: positions have 32 bits.
const MAX_ENTRIES: usize = u32::MAX as usize;
/// The room of a small dict: that of a small table of hashbrown.
const MIN_ROOM: usize = 7;

impl Table {
    /// Makes room for the next [`push`](Table::push).
    #[inline]
    pub(in crate::object::dict) fn reserve(&mut self) -> Result<(), Error> {
        if self.has_room() { Ok(()) } else { self.grow() }
    }

    /// Whether there is room for one more entry.
    #[inline]
    pub(in crate::object::dict) fn has_room(&self) -> bool {
        self.entries.len() < self.entries.capacity().min(MAX_ENTRIES)
            && self.index.len() < self.index.capacity()
    }

    /// Makes room for one more entry: by compacting if half of the entries are dead, else by
    /// allocating.
    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        let dead = self.entries.len() - self.live;
        if dead > 0 && (2 * dead >= self.entries.len() || self.entries.len() == MAX_ENTRIES) {
            self.compact();
        }
        let room = self.entries.capacity() - self.entries.len();
        self.reserve_more(if room > 0 { 1 } else { self.entries.len().max(MIN_ROOM) })
            .or_else(|_| self.reserve_more(1))
    }

    /// Makes room for several entries.
    pub(in crate::object::dict) fn reserve_more(&mut self, more: usize) -> Result<(), Error> {
        if more > MAX_ENTRIES - self.entries.len() {
            return Err(Error::Full { what: Resource::Entries, limit: MAX_ENTRIES });
        }
        let Table { entries, index, .. } = self;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        let refused = |_| Error::Allocation { bytes: index_bytes(entries.len() + more) };
        index.try_reserve(more, hasher).map_err(refused)?;
        // As many entries as the index has room for, so that both are full at the same time.
        let more = more.max(index.capacity().saturating_sub(entries.len())).min(MAX_ENTRIES);
        let refused = |_| Error::Allocation { bytes: more * size_of::<Entry>() };
        entries.try_reserve_exact(more).map_err(refused)
    }

    /// A copy without the dead entries.
    pub(in crate::object::dict) fn copied(&self) -> Table {
        let live: Vec<Entry> = match self.entries() {
            (entries, None) => entries.to_vec(),
            _ => self.positions().filter_map(|position| self.get(position)).cloned().collect(),
        };
        let mut copy = Table { live: live.len(), entries: Entries(live), ..Table::default() };
        copy.rebuild();
        copy
    }

    /// Removes the dead entries. O(entries), but at least half of them are dead, so it is amortised
    /// by their removals. Takes no memory that may not be refused.
    pub(super) fn compact(&mut self) {
        self.remove_dead(None);
    }

    /// Removes the dead entries, and one more, which has no bit yet.
    pub(super) fn remove_dead(&mut self, also: Option<usize>) {
        let dead = std::mem::take(&mut self.dead);
        let mut index = 0;
        self.entries.retain(|_| {
            index += 1;
            !dead.get(index - 1).is_some_and(|bit| *bit) && also != Some(index - 1)
        });
        if self.entries.capacity() / 8 >= self.live.max(SHRINK_FROM / 8) {
            self.shrink();
        }
        self.head = 0;
        self.moves += 1;
        self.rebuild();
    }

    /// Gives back most of the room, if the allocator has the smaller blocks.
    fn shrink(&mut self) {
        let room = 2 * self.live;
        let (mut entries, mut index) = (Vec::new(), HashTable::new());
        let spread_of = |&position: &u32| spread(self.entries[position as usize].hash);
        if entries.try_reserve_exact(room).is_ok()
            && index.try_reserve(self.live, spread_of).is_ok()
        {
            entries.append(&mut self.entries);
            *self.entries = entries;
            self.index = index;
        }
    }

    /// Makes room for the bit of a dead entry. Returns whether the allocator has it.
    pub(super) fn reserve_bits(&mut self, count: usize) -> bool {
        if count <= self.dead.capacity() {
            return true;
        }
        let used = self.dead.as_raw_slice();
        let wanted = count.div_ceil(usize::BITS as usize).max(2 * used.len());
        let mut words = Vec::new();
        if words.try_reserve_exact(wanted).is_err() {
            return false;
        }
        words.extend_from_slice(used);
        let bit_count = self.dead.len();
        self.dead = BitVec::from_vec(words);
        self.dead.truncate(bit_count);
        true
    }

    /// Rebuilds the index.
    fn rebuild(&mut self) {
        self.index.clear();
        self.may_ask = false;
        let entries = &self.entries;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        for (entry, position) in entries.iter().zip(0..) {
            self.may_ask |= needs_asking(&entry.key);
            self.index.insert_unique(spread(entry.hash), position, hasher);
        }
    }

    /// Checks D1 to D3.
    pub(in crate::object::dict) fn check(&self) -> Result<(), String> {
        let alive: Vec<usize> = self.positions().collect();
        let mut indexed: Vec<usize> =
            self.index.iter().map(|&position| position as usize).collect();
        indexed.sort_unstable();
        if alive != indexed || alive.len() != self.live {
            return Err(format!("{} live at {alive:?}, indexed {indexed:?}", self.live));
        }
        for (position, entry) in self.entries.iter().enumerate() {
            let vacant = matches!((&entry.key, &entry.value), (Value::None, Value::None));
            if self.is_dead(position) && !vacant || position < self.head && !self.is_dead(position)
            {
                return Err(format!(
                    "entry {position} is dead, and holds something or is before head"
                ));
            }
            let found = self.index.find(spread(entry.hash), |&other| other as usize == position);
            if found.is_some() == self.is_dead(position) {
                return Err(format!("entry {position} is not indexed under its hash"));
            }
        }
        if self.dead.len() > self.entries.len() {
            return Err(format!("{} bits for {} entries", self.dead.len(), self.entries.len()));
        }
        Ok(())
    }
}

/// About how many bytes hashbrown takes for `count` positions.
fn index_bytes(count: usize) -> usize {
    (count * 8 / 7 + 1).next_power_of_two() * (size_of::<u32>() + 1)
}
