//! The table of a dict: entries in insertion order, an index of their positions, and tombstones.
//!
//! ```text
//! index    hash table of positions       [ 3  0  -  4  - ]
//! entries  hash, key, value              [ 'a':1   —   —   'b':2   'c':3 ]
//! dead     a bit for each entry, up      [   0     1   1 ]
//!          to the last removed one
//! ```
//!
//! As in CPython since 3.6 (`dk_indices` and `dk_entries` of `Objects/dictobject.c`), but the index
//! is hashbrown's table. Nothing here runs user code: keys are compared by
//! [`Key::matches`](super::Key::matches), and the caller drops what is removed.
//!
//! D1. The index holds the position of each live entry once, and no other.
//! D2. A dead entry holds `None: None`, and its bit is set. No other bit is set.
//! D3. No entry before `head` is live.
//! D4. `changes` grows whenever an entry is added or removed, `moves` whenever a live entry changes
//!     its position or the dict is cleared.

mod room;

use std::ops::{Deref, DerefMut};

use bitvec::vec::BitVec;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::key::{Key, needs_asking};
use crate::Error;
use crate::object::drop_dead::{drop_dead, may_hold_dict};
use crate::object::room::try_collect;
use crate::object::value::Value;

/// Smaller dicts keep their dead entries until they grow.
const SHRINK_FROM: usize = 64;

/// A key with its value and hash.
#[derive(Clone)]
pub(in crate::object::dict) struct Entry {
    pub(in crate::object::dict) hash: i64,
    pub(in crate::object::dict) key: Value,
    pub(in crate::object::dict) value: Value,
}

const _: () = assert!(size_of::<Entry>() <= 40);

const VACANT: Entry = Entry { hash: 0, key: Value::None, value: Value::None };

/// What a search finds without user code.
pub(in crate::object::dict) enum Quick {
    /// The position of the key, or that it is not there.
    Certain(Option<u32>),
    /// User code has to compare a key of the same hash.
    Ask,
}

/// The entries. Dropping them takes constant stack, however deep dicts nest.
#[derive(Default)]
struct Entries(Vec<Entry>);

/// The table of a dict: see the top of the file.
#[derive(Default)]
pub(in crate::object::dict) struct Table {
    entries: Entries,
    index: HashTable<u32>,
    dead: BitVec,
    live: usize,
    head: usize,
    moves: u64,
    changes: u64,
    /// Whether comparing some key may run user code. Then the order of comparisons matters.
    may_ask: bool,
}

/// Spreads a Python hash over the bits that hashbrown uses, which are the lowest and the highest
/// seven. Small ints are their own hashes, and would share the highest bits.
#[inline]
fn spread(hash: i64) -> u64 {
    let product = u128::from(hash as u64) * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}

impl Deref for Entries {
    type Target = Vec<Entry>;

    #[inline]
    fn deref(&self) -> &Vec<Entry> {
        &self.0
    }
}

impl DerefMut for Entries {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<Entry> {
        &mut self.0
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        if self.iter().any(|entry| may_hold_dict(&entry.value) || may_hold_dict(&entry.key)) {
            let entries = std::mem::take(&mut self.0);
            drop_dead(entries.into_iter().flat_map(|entry| [entry.key, entry.value]));
        }
    }
}

impl Table {
    #[inline]
    pub(in crate::object::dict) fn len(&self) -> usize {
        self.live
    }

    /// One more than the position of the last entry, dead or alive.
    pub(in crate::object::dict) fn end(&self) -> usize {
        self.entries.len()
    }

    pub(in crate::object::dict) fn moves(&self) -> u64 {
        self.moves
    }

    pub(in crate::object::dict) fn changes(&self) -> u64 {
        self.changes
    }

    /// The entries, and the bits of the dead ones; `None` if all are live.
    pub(in crate::object::dict) fn entries(&self) -> (&[Entry], Option<&BitVec>) {
        (&self.entries, (self.live < self.entries.len()).then_some(&self.dead))
    }

    /// The hash, key and value of each live entry.
    pub(in crate::object::dict) fn hashed(&self) -> impl Iterator<Item = (i64, &Value, &Value)> {
        let live = self.positions().filter_map(|position| self.get(position));
        live.map(|entry| (entry.hash, &entry.key, &entry.value))
    }

    /// The live entry at a position.
    #[inline]
    pub(in crate::object::dict) fn get(&self, position: usize) -> Option<&Entry> {
        if self.is_dead(position) { None } else { self.entries.get(position) }
    }

    /// The live entry that was found at a position.
    #[inline]
    pub(in crate::object::dict) fn at(&self, position: u32) -> &Entry {
        &self.entries[position as usize]
    }

    /// A copy of the first live entry from a position on, and the position after it.
    pub(in crate::object::dict) fn copy_next(&self, from: usize) -> Option<(usize, Entry)> {
        let position = self.next_live(from)?;
        Some((position + 1, self.entries[position].clone()))
    }

    #[inline]
    fn is_dead(&self, position: usize) -> bool {
        position < self.dead.len() && self.dead[position]
    }

    /// The first live position from this one on.
    pub(in crate::object::dict) fn next_live(&self, from: usize) -> Option<usize> {
        let from = from.max(self.head);
        let live = match self.dead.get(from..) {
            Some(bits) => from + bits.first_zero().unwrap_or(bits.len()),
            None => from,
        };
        (live < self.entries.len()).then_some(live)
    }

    /// The last live position before this one.
    pub(in crate::object::dict) fn prev_live(&self, before: usize) -> Option<usize> {
        let before = before.min(self.entries.len());
        if before > self.dead.len() {
            return Some(before - 1);
        }
        self.dead[..before].last_zero()
    }

    /// Searches for a key as far as that is possible without user code.
    #[inline(always)]
    pub(in crate::object::dict) fn quick<K: Key + ?Sized>(&self, hash: i64, key: &K) -> Quick {
        let of_hash = |&position: &u32| self.at(position).hash == hash;
        match self.index.find(spread(hash), of_hash) {
            None => Quick::Certain(None),
            Some(&candidate) => self.quick_from(candidate, hash, key),
        }
    }

    /// [`quick`](Table::quick) with a candidate of the same hash, which is the key unless hashes
    /// collide.
    #[inline(always)]
    pub(in crate::object::dict) fn quick_from<K: Key + ?Sized>(
        &self,
        candidate: u32,
        hash: i64,
        key: &K,
    ) -> Quick {
        if !self.may_ask && key.matches(&self.at(candidate).key) == Some(true) {
            return Quick::Certain(Some(candidate));
        }
        self.quick_among(hash, key)
    }

    /// [`quick`](Table::quick) among all keys of the hash. Keys before the one that is found have
    /// to be compared first, by user code if necessary.
    #[inline(never)]
    fn quick_among<K: Key + ?Sized>(&self, hash: i64, key: &K) -> Quick {
        let (mut found, mut unknown) = (None, None::<u32>);
        for position in self.of_hash(hash) {
            match key.matches(&self.at(position).key) {
                Some(true) => found = Some(position),
                Some(false) => {}
                None => unknown = Some(unknown.map_or(position, |first| first.min(position))),
            }
        }
        match (unknown, found) {
            (Some(unknown), Some(found)) if found < unknown => Quick::Certain(Some(found)),
            (Some(_), _) => Quick::Ask,
            (None, found) => Quick::Certain(found),
        }
    }

    /// The positions of all keys of a hash, in any order.
    fn of_hash(&self, hash: i64) -> impl Iterator<Item = u32> {
        let positions = self.index.iter_hash(spread(hash)).copied();
        positions.filter(move |&position| self.at(position).hash == hash)
    }

    /// The positions of all keys of a hash, in descending order.
    pub(in crate::object::dict) fn candidates(&self, hash: i64) -> Result<Vec<u32>, Error> {
        let mut found = try_collect(self.of_hash(hash))?;
        found.sort_unstable_by_key(|&position| std::cmp::Reverse(position));
        Ok(found)
    }

    /// Adds an entry whose key is not there. The caller has reserved the room.
    #[inline]
    pub(in crate::object::dict) fn push(&mut self, hash: i64, key: Value, value: Value) -> u32 {
        let position = self.entries.len() as u32;
        self.push_entry(Entry { hash, key, value });
        let entries = &self.entries;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        self.index.insert_unique(spread(hash), position, hasher);
        position
    }

    /// Adds an entry if no key has its hash: one probe of the index instead of two. Otherwise
    /// returns the pair, and the position of a key of that hash. The caller has reserved the room.
    #[inline]
    pub(in crate::object::dict) fn push_if_first(
        &mut self,
        hash: i64,
        key: Value,
        value: Value,
    ) -> Result<u32, (u32, (Value, Value))> {
        let Table { entries, index, .. } = self;
        let of_hash = |&position: &u32| entries[position as usize].hash == hash;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        let position = entries.len() as u32;
        match index.entry(spread(hash), of_hash, hasher) {
            Slot::Occupied(found) => return Err((*found.get(), (key, value))),
            Slot::Vacant(slot) => drop(slot.insert(position)),
        }
        self.push_entry(Entry { hash, key, value });
        Ok(position)
    }

    #[inline]
    fn push_entry(&mut self, entry: Entry) {
        self.may_ask |= needs_asking(&entry.key);
        self.entries.push(entry);
        self.live += 1;
        self.changes += 1;
    }

    /// Replaces the value of a live entry, and returns the old one.
    #[inline]
    pub(in crate::object::dict) fn replace(&mut self, position: u32, value: Value) -> Value {
        std::mem::replace(&mut self.entries[position as usize].value, value)
    }

    /// Removes a live entry.
    pub(in crate::object::dict) fn remove(&mut self, position: u32) -> Entry {
        let index = position as usize;
        let entry = std::mem::replace(&mut self.entries[index], VACANT);
        self.forget(entry.hash, position);
        if !self.reserve_bits(index + 1) {
            self.remove_dead(Some(index));
            return entry;
        }
        if index >= self.dead.len() {
            self.dead.resize(index + 1, false);
        }
        self.dead.set(index, true);
        if index == self.head {
            self.head = self.next_live(index).unwrap_or(self.entries.len());
        }
        if self.entries.len() >= SHRINK_FROM && self.entries.len() / 8 >= self.live {
            self.compact();
        }
        entry
    }

    /// Removes the last entry, and the dead ones behind it, so that `popitem` is O(1).
    pub(in crate::object::dict) fn pop_last(&mut self) -> Option<Entry> {
        let last = self.prev_live(self.entries.len())?;
        self.entries.truncate(last + 1);
        let entry = self.entries.pop()?;
        self.dead.truncate(last);
        self.head = self.head.min(last);
        self.forget(entry.hash, last as u32);
        Some(entry)
    }

    fn forget(&mut self, hash: i64, position: u32) {
        if let Ok(indexed) = self.index.find_entry(spread(hash), |&other| other == position) {
            indexed.remove();
        }
        self.live -= 1;
        self.changes += 1;
    }

    /// Removes all entries. The counters go on, so that searches and iterators notice.
    pub(in crate::object::dict) fn take_all(&mut self) -> Table {
        let (moves, changes) = (self.moves + 1, self.changes + 1);
        std::mem::replace(self, Table { moves, changes, ..Table::default() })
    }

    fn positions(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.next_live(0), |&position| self.next_live(position + 1))
    }
}
