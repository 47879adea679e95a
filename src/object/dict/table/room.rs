//! Room: growing, clearing the dead away, and the checker.

use hashbrown::HashTable;

use super::super::key::needs_asking;
use super::{Entry, Rows, SHRINK_FROM, Table, spread};
use crate::object::value::Value;
use crate::{Error, Resource};

/// Entries that a dict can have, dead ones included: positions are 32 bits.
const MAX_ENTRIES: usize = u32::MAX as usize;
/// Room that an empty dict asks for: what hashbrown's smallest useful table has.
const MIN_ROOM: usize = 7;

impl Table {
    /// Sees to it that the next [`push`](Table::push) finds room.
    #[inline]
    pub(in crate::object::dict) fn reserve(&mut self) -> Result<(), Error> {
        if self.has_room() { Ok(()) } else { self.grow() }
    }

    /// Whether one more entry can be made without growing.
    #[inline]
    pub(in crate::object::dict) fn has_room(&self) -> bool {
        self.entries.len() < self.entries.capacity().min(MAX_ENTRIES)
            && self.index.len() < self.index.capacity()
    }

    /// Room for one more entry: out of the dead if they are half of all, else from the allocator.
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

    /// Room for more entries at once.
    pub(in crate::object::dict) fn reserve_more(&mut self, more: usize) -> Result<(), Error> {
        if more > MAX_ENTRIES - self.entries.len() {
            return Err(Error::Full { what: Resource::Entries, limit: MAX_ENTRIES });
        }
        let Table { entries, index, .. } = self;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        let refused = |_| Error::Allocation { bytes: index_bytes(entries.len() + more) };
        index.try_reserve(more, hasher).map_err(refused)?;
        // As many rows as the index has places, so that both are full at the same time.
        let more = more.max(index.capacity().saturating_sub(entries.len())).min(MAX_ENTRIES);
        let refused = |_| Error::Allocation { bytes: more * size_of::<Entry>() };
        entries.try_reserve_exact(more).map_err(refused)
    }

    /// A table of the live entries, without the dead.
    pub(in crate::object::dict) fn copied(&self) -> Table {
        let live: Vec<Entry> = match self.rows() {
            (entries, None) => entries.to_vec(),
            _ => self.positions().filter_map(|position| self.get(position)).cloned().collect(),
        };
        let mut copy = Table { live: live.len(), entries: Rows(live), ..Table::default() };
        copy.rebuild();
        copy
    }

    /// Moves the live entries together. Costs O(entries), and there were as many removals, or half
    /// as many, since the last time.
    pub(super) fn compact(&mut self) {
        let dead = std::mem::take(&mut self.dead);
        let mut place = 0;
        self.entries.retain(|_| {
            place += 1;
            !dead.get(place - 1).is_some_and(|bit| *bit)
        });
        if self.entries.capacity() / 8 >= self.live.max(SHRINK_FROM / 8) {
            self.entries.shrink_to(2 * self.live);
            self.index = HashTable::new();
        }
        self.head = 0;
        self.moves += 1;
        self.rebuild();
    }

    /// Makes the index anew.
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

    /// Tests D1 to D3.
    pub(in crate::object::dict) fn check(&self) -> Result<(), String> {
        let alive: Vec<usize> = self.positions().collect();
        let mut indexed: Vec<usize> = self.index.iter().map(|&place| place as usize).collect();
        indexed.sort_unstable();
        if alive != indexed || alive.len() != self.live {
            return Err(format!("{} live at {alive:?}, indexed {indexed:?}", self.live));
        }
        for (place, entry) in self.entries.iter().enumerate() {
            let vacant = matches!((&entry.key, &entry.value), (Value::None, Value::None));
            if self.is_dead(place) && !vacant || place < self.head && !self.is_dead(place) {
                return Err(format!(
                    "entry {place} is dead, and holds something or is before head"
                ));
            }
            let found = self.index.find(spread(entry.hash), |&other| other as usize == place);
            if found.is_some() == self.is_dead(place) {
                return Err(format!("entry {place} is not indexed under its hash"));
            }
        }
        if self.dead.len() > self.entries.len() {
            return Err(format!("{} bits for {} entries", self.dead.len(), self.entries.len()));
        }
        Ok(())
    }
}

/// What hashbrown takes, about, for so many positions.
fn index_bytes(count: usize) -> usize {
    (count * 8 / 7 + 1).next_power_of_two() * (size_of::<u32>() + 1)
}
