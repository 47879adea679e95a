//! The memory of a dict: entries in the order of insertion, an index of their positions, tombstones.
//!
//! ```text
//! index    hash table of positions       [ 3  0  -  4  - ]
//! entries  hash, key, value              [ 'a':1   —   —   'b':2   'c':3 ]
//! dead     a bit for each, as far as     [   0     1   1 ]
//!          the last one that was removed
//! ```
//!
//! As `dk_indices` and `dk_entries` of `Objects/dictobject.c`, with hashbrown's table for the
//! former. Nothing here runs code of the user: keys are compared by
//! [`Key::matches`](super::Key::matches), and what is removed is handed out for the caller to drop.
//!
//! D1. The index holds the position of each live entry once, and no other.
//! D2. A dead entry holds `None: None`, and its bit is set; no bit is set beyond.
//! D3. No entry before `head` is live.
//! D4. `changes` grows with every entry that is added or removed, `moves` whenever a live entry
//!     changes its position or the dict is cleared.

mod room;

use std::ops::{Deref, DerefMut};

use bitvec::vec::BitVec;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

use super::burial::{bury, nests};
use super::key::{Key, needs_asking};
use crate::object::value::Value;

/// Dicts of fewer entries keep their dead until they grow.
const SHRINK_FROM: usize = 64;

/// One key with its value.
#[derive(Clone)]
pub(in crate::object::dict) struct Entry {
    pub(in crate::object::dict) hash: i64,
    pub(in crate::object::dict) key: Value,
    pub(in crate::object::dict) value: Value,
}

const _: () = assert!(size_of::<Entry>() == 40);

const VACANT: Entry = Entry { hash: 0, key: Value::None, value: Value::None };

/// What can be said of a key without asking a user's `__eq__`.
pub(in crate::object::dict) enum Quick {
    /// Where it is, or that it is nowhere.
    Certain(Option<u32>),
    /// There is a key of the same hash that has to be asked.
    Ask,
}

/// The entries; dropping them takes constant stack, however deep dicts hold dicts.
#[derive(Default)]
struct Rows(Vec<Entry>);

/// See the top of the file.
#[derive(Default)]
pub(in crate::object::dict) struct Table {
    entries: Rows,
    index: HashTable<u32>,
    dead: BitVec,
    live: usize,
    head: usize,
    moves: u64,
    changes: u64,
    /// Some key may have an `__eq__` of the user's: then the order of comparisons matters.
    may_ask: bool,
}

/// Spreads a Python hash over the bits that hashbrown looks at: the lowest and the highest seven.
/// Small ints are their own hashes, and would share the highest.
#[inline]
fn spread(hash: i64) -> u64 {
    let product = u128::from(hash as u64) * 0x9e37_79b9_7f4a_7c15;
    product as u64 ^ (product >> 64) as u64
}

impl Deref for Rows {
    type Target = Vec<Entry>;

    #[inline]
    fn deref(&self) -> &Vec<Entry> {
        &self.0
    }
}

impl DerefMut for Rows {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<Entry> {
        &mut self.0
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if self.iter().any(|entry| nests(&entry.value) || nests(&entry.key)) {
            let entries = std::mem::take(&mut self.0);
            bury(entries.into_iter().flat_map(|entry| [entry.key, entry.value]));
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

    /// The entries, and the bits of the dead among them: none if all are live.
    pub(in crate::object::dict) fn rows(&self) -> (&[Entry], Option<&BitVec>) {
        (&self.entries, (self.live < self.entries.len()).then_some(&self.dead))
    }

    /// The live entries: hash, key and value.
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

    /// Looks for a key as far as that is possible without asking a user's `__eq__`.
    #[inline]
    pub(in crate::object::dict) fn quick<K: Key + ?Sized>(&self, hash: i64, key: &K) -> Quick {
        let mut asks = false;
        let found = self.index.find(spread(hash), |&position| {
            let entry = &self.entries[position as usize];
            entry.hash == hash
                && key.matches(&entry.key).unwrap_or_else(|| {
                    asks = true;
                    false
                })
        });
        match found {
            _ if asks => Quick::Ask,
            Some(&found) if self.may_ask && self.has_earlier(hash, found, key) => Quick::Ask,
            found => Quick::Certain(found.copied()),
        }
    }

    /// Whether a key that stands before `found` has the same hash, and would have to be asked.
    fn has_earlier<K: Key + ?Sized>(&self, hash: i64, found: u32, key: &K) -> bool {
        self.index.iter_hash(spread(hash)).any(|&position| {
            let entry = &self.entries[position as usize];
            position < found && entry.hash == hash && key.matches(&entry.key).is_none()
        })
    }

    /// The positions of all keys of a hash, last one first.
    pub(in crate::object::dict) fn candidates(&self, hash: i64) -> Vec<u32> {
        let of_hash = |&&position: &&u32| self.entries[position as usize].hash == hash;
        let mut found: Vec<u32> =
            self.index.iter_hash(spread(hash)).filter(of_hash).copied().collect();
        found.sort_unstable_by_key(|&position| std::cmp::Reverse(position));
        found
    }

    /// Whether a user's `__eq__` may have to be asked to find a key.
    #[inline]
    pub(in crate::object::dict) fn may_ask(&self, key: &Value) -> bool {
        self.may_ask || needs_asking(key)
    }

    /// Adds an entry whose key is not there. The caller has reserved its room.
    #[inline]
    pub(in crate::object::dict) fn push(&mut self, hash: i64, key: Value, value: Value) -> u32 {
        let position = self.entries.len() as u32;
        self.may_ask |= needs_asking(&key);
        self.entries.push(Entry { hash, key, value });
        let entries = &self.entries;
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        self.index.insert_unique(spread(hash), position, hasher);
        self.live += 1;
        self.changes += 1;
        position
    }

    /// Adds an entry, or gives the position of its key, and the pair back, if it is there: one walk
    /// where finding and adding are two. There is room, and nobody to ask.
    #[inline]
    pub(in crate::object::dict) fn find_or_push(
        &mut self,
        hash: i64,
        key: Value,
        value: Value,
    ) -> Result<u32, (u32, (Value, Value))> {
        let Table { entries, index, .. } = self;
        let is_key = |&position: &u32| {
            let entry = &entries[position as usize];
            entry.hash == hash && key.matches(&entry.key) == Some(true)
        };
        let hasher = |&position: &u32| spread(entries[position as usize].hash);
        let position = entries.len() as u32;
        match index.entry(spread(hash), is_key, hasher) {
            Slot::Occupied(found) => return Err((*found.get(), (key, value))),
            Slot::Vacant(slot) => drop(slot.insert(position)),
        }
        self.entries.push(Entry { hash, key, value });
        self.live += 1;
        self.changes += 1;
        Ok(position)
    }

    /// Stores another value over a live entry; gives the old one.
    #[inline]
    pub(in crate::object::dict) fn replace(&mut self, position: u32, value: Value) -> Value {
        std::mem::replace(&mut self.entries[position as usize].value, value)
    }

    /// Takes a live entry out.
    pub(in crate::object::dict) fn remove(&mut self, position: u32) -> Entry {
        let place = position as usize;
        let entry = std::mem::replace(&mut self.entries[place], VACANT);
        self.forget(entry.hash, position);
        if place >= self.dead.len() {
            self.dead.resize(place + 1, false);
        }
        self.dead.set(place, true);
        if place == self.head {
            self.head = self.next_live(place).unwrap_or(self.entries.len());
        }
        if self.entries.len() >= SHRINK_FROM && self.entries.len() / 8 >= self.live {
            self.compact();
        }
        entry
    }

    /// Takes the last entry out. Those behind it are dead, and go as well: `popitem` is O(1).
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

    /// Takes everything out. The counters go on: a search or an iterator has to notice.
    pub(in crate::object::dict) fn take_all(&mut self) -> Table {
        let (moves, changes) = (self.moves + 1, self.changes + 1);
        std::mem::replace(self, Table { moves, changes, ..Table::default() })
    }

    fn positions(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.next_live(0), |&position| self.next_live(position + 1))
    }
}
